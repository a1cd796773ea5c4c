"""Near relatives of applicants among the staff (近亲属): declared by either side, registered apart, kept from the matter."""

from typing import Final

from services.contracts.deciding import CommandRejected, Context
from services.contracts.intake import NearRelativeDeclared
from services.intake.domain.commands import DeclareNearRelative
from services.intake.domain.guards import not_in_future, rejected_unless
from services.intake.domain.state import Application, Household

_FINDERS: Final = frozenset({"town-leader", "bureau", "bureau-leader"})


def declare_near_relative(state: Household, command: DeclareNearRelative, context: Context) -> NearRelativeDeclared:
    """The staff member declares too, not the applicant alone (民发〔2021〕57号 arts. 10, 20; 四(一) 单独登记备案)."""
    rejected_unless(
        command.request_no in state.request_nos, "request-unknown", "没有该受理编号", "there is no such request"
    )
    not_in_future("declared_on", command.declared_on, context)
    _by_whoever_may(command, context)
    rejected_unless(
        all(
            (one.request_no, one.staff, one.declared_by) != (command.request_no, command.staff, command.declared_by)
            for one in state.relatives
        ),
        "relative-declared",
        "该近亲属关系已登记",
        "this near relative is registered already",
    )
    mine = [one for one in state.applications if one.request_no == command.request_no]
    return NearRelativeDeclared(
        request_no=command.request_no,
        town=command.town,
        committee=mine[0].committee if mine else "",
        needs=tuple(one.need for one in mine),
        declared_by=command.declared_by,
        staff=command.staff,
        kinship=command.kinship,
        declared_on=command.declared_on,
        stated_by=context.actor,
        open_cases=tuple(
            one.application_no for one in mine if one.status == "accepted" and not one.near_relative_declared
        ),
        recused=any(one.responsible == command.staff for one in mine),
    )


def _by_whoever_may(command: DeclareNearRelative, context: Context) -> None:
    """Staff declare for themselves; what others find out is said by leaders and the bureau."""
    if command.declared_by == "staff":
        rejected_unless(
            context.actor == command.staff,
            "not-the-declarer",
            "工作人员只能申报本人的近亲属关系",
            "staff declare their own near relatives only",
        )
    if command.declared_by == "found":
        rejected_unless(
            context.role in _FINDERS,
            "not-the-finder",
            "核查发现的近亲属关系由镇街分管领导或区民政局登记",
            "what a check found is registered by the town leader or the bureau",
        )


def not_a_near_relative(state: Household, application: Application, staff: str) -> None:
    """No near relative gets the duty for the matter (回避)."""
    if any(one.request_no == application.request_no and one.staff == staff for one in state.relatives):
        raise CommandRejected(
            "near-relative-recused", "近亲属应当回避", "a near relative of the applicant may not have this matter"
        )
