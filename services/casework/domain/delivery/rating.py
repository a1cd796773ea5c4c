"""The household's rating of a visit (满意度, 一(三)): by call-back, at the window or by QR, never through the rated officer."""

from services.casework.domain.commands import RateVisit
from services.casework.domain.guards import rejected_unless
from services.casework.domain.state import Household
from services.casework.domain.visits import KnownVisit
from services.casework.rules import Delivery
from services.contracts.casework import VisitRated
from services.contracts.deciding import CHINA, CommandRejected, Context

QR = "qr"


def rating_text(household_no: str, visit_no: str) -> str:
    """What a QR code's keyed pseudonym is of: bound to one visit, so that it fits no other."""
    return f"rating|{household_no}|{visit_no}"


def visit_to_rate(state: Household, visit_no: str) -> KnownVisit:
    """The visit that counts under a number, not rated yet: a code serves once."""
    visit = next((one for one in state.visits if one.visit_no == visit_no and not one.set_aside), None)
    if visit is None:
        raise CommandRejected("visit-unknown", "没有这次走访", "there is no such visit")
    rejected_unless(not visit.rated, "visit-rated", "该次走访已评价", "this visit is rated already")
    return visit


def rate(state: Household, command: RateVisit, context: Context) -> VisitRated:
    """A rating that the rated officer had no hand in."""
    visit = visit_to_rate(state, command.visit_no)
    day = visit.started_at.astimezone(CHINA).date()
    pack = context.rule_on("delivery", day, Delivery).rating
    rejected_unless(
        command.channel in pack.channels, "channel-unknown", "评价渠道不在目录中", "this channel is not on the list"
    )
    rejected_unless(
        set(command.reasons) <= pack.reasons, "reason-unknown", "评价理由不在目录中", "a reason is not on the list"
    )
    rejected_unless(
        (context.today - day).days <= pack.days_max,
        "rating-too-late",
        f"走访后 {pack.days_max} 天内可以评价",
        f"a visit is rated within {pack.days_max} days",
    )
    _not_through_the_officer(visit, command, context)
    if command.channel == QR:
        rejected_unless(
            command.code == context.pseudonym(rating_text(command.household_no, command.visit_no)),
            "code-invalid",
            "评价码无效",
            "the code does not belong to this visit",
        )
    return VisitRated(
        visit_no=visit.visit_no,
        officer=visit.officer,
        town=state.town,
        channel=command.channel,
        score=command.score,
        reasons=command.reasons,
        visited_on=day,
        pack_version=context.rules.version_on("delivery", day),
    )


def _not_through_the_officer(visit: KnownVisit, command: RateVisit, context: Context) -> None:
    """Neither as the one who asks, nor on the phone that recorded the visit."""
    rejected_unless(
        context.actor.partition(":")[2] not in {visit.officer, visit.author.partition(":")[2]},
        "rated-by-officer",
        "不得由被评价的人员代为评价",
        "the rated officer may not record the rating",
    )
    rejected_unless(
        not command.device or command.device != visit.device,
        "rated-on-own-phone",
        "不得在被评价人员的手机上评价",
        "not on the rated officer's own phone",
    )
