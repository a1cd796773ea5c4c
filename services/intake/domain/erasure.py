"""Erasing a person as an order: one registers the request, another approves or refuses, then the keys are deleted; deletes nothing itself."""

from datetime import date
from typing import Annotated, Final, Literal, assert_never

import msgspec
from msgspec import UNSET, Meta, UnsetType

from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.erasure_words import AGAINST
from services.contracts.intake import ErasureApproved, ErasureDone, ErasureRefused, ErasureRequested
from services.contracts.registry import Fact
from services.contracts.resident_ids import normal_id, resident_id_fault
from services.contracts.roles import same_person
from services.intake.domain.commands import Line, Reference, Sha256
from services.intake.domain.guards import no_personal_number, not_in_future, rejected_unless
from services.intake.rules import Retention

Ground = Literal["purpose_achieved", "term_over", "consent_withdrawn", "unlawful", "other_law"]
# Groups of keys that seal what vouchers of payments rest on (会计档案管理办法 art. 14).
_OF_VOUCHERS: Final = frozenset({"retention"})


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """What is held of a person, looked up by the edge: the key groups there are, what is open, when anything was last stated."""

    groups: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    last_on: date | None = None


class _OfErasure(Command, frozen=True, kw_only=True):
    """Base of the commands about one order; `holding` is filled in by the edge, whatever the caller sent."""

    erasure_no: Reference
    holding: Holding | UnsetType = UNSET

    @property
    def subject(self) -> str:
        return f"erasure:{self.erasure_no}"


class RequestErasure(_OfErasure, frozen=True, kw_only=True):
    """Register a person's request to have their data deleted (个人信息保护法 arts. 47, 50), by the paper that makes it."""

    resident_id: Annotated[str, Meta(max_length=40)]
    ground: Ground
    document_sha256: Sha256
    received_on: date


class ApproveErasure(_OfErasure, frozen=True, kw_only=True):
    """Approve an order, after a look at the law that it rests on; somebody else asked for it."""


class RefuseErasure(_OfErasure, frozen=True, kw_only=True):
    """Refuse an order, with the reason that the person is told."""

    reason: Line


class CarryOutErasure(_OfErasure, frozen=True, kw_only=True):
    """State that an approved erasure is done; the clock issues it, and the edge deletes the keys first (`erased`)."""

    erased: bool = False


ErasureCommand = RequestErasure | ApproveErasure | RefuseErasure | CarryOutErasure


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state of one order; `status` is empty until it was asked for."""

    status: Literal["", "requested", "approved", "refused", "done"] = ""
    person: str = ""
    requested_by: str = ""
    groups: tuple[str, ...] = ()
    kept_groups: tuple[str, ...] = ()
    kept_until: date | None = None


def decide(state: Erasure, command: ErasureCommand, context: Context) -> tuple[Fact, ...]:
    match command:
        case RequestErasure():
            return (_requested(state, command, context),)
        case ApproveErasure():
            return (_approved(state, command, context),)
        case RefuseErasure():
            return (_refused(state, command, context),)
        case CarryOutErasure():
            return _carried_out(state, command, context)
        case _:
            assert_never(command)


def _held(command: ErasureCommand) -> Holding:
    return Holding() if isinstance(command.holding, UnsetType) else command.holding


def _against(holding: Holding, context: Context) -> tuple[tuple[str, ...], date | None]:
    """What stands against an erasure today, and the first day on which nothing would, if whatever is open ended today."""
    rules = context.rule_on("retention", context.today, Retention)
    if holding.open:
        return holding.open, rules.files_until(context.today)
    assert holding.last_on is not None, "nothing was ever stated of somebody whose keys are held"
    until = rules.files_until(holding.last_on)
    return (("retention",), until) if context.today < until else ((), None)


def _requested(state: Erasure, command: RequestErasure, context: Context) -> ErasureRequested:
    """Whoever asks is answered, so the request is on record even where something stands against it (art. 50)."""
    rejected_unless(not state.status, "erasure-repeated", "该删除编号已登记", "this number is registered already")
    not_in_future("received_on", command.received_on, context)
    number = normal_id(command.resident_id)
    fault = resident_id_fault(number, context.today)
    if fault is not None:
        raise CommandRejected("resident-id-invalid", f"resident_id：{fault[0]}", f"resident_id: {fault[1]}")
    holding = _held(command)
    rejected_unless(
        bool(holding.groups), "person-unknown", "系统中没有此人的个人信息", "nothing is held of this person"
    )
    # A fact becomes visible here a moment after it was stated, and what it says may stand against the erasure.
    rejected_unless(
        holding.last_on is not None,
        "person-not-visible-yet",
        "此人的资料刚刚登记，请稍后再试",
        "what is held of this person was stated just now; try again",
    )
    against, not_before = _against(holding, context)
    return ErasureRequested(
        erasure_no=command.erasure_no,
        person=context.pseudonym(number),
        ground=command.ground,
        document_sha256=command.document_sha256,
        received_on=command.received_on,
        requested_by=context.actor,
        against=against,
        not_before=not_before,
        pack_version=context.rules.version_on("retention", context.today),
    )


def _undecided(state: Erasure) -> None:
    rejected_unless(bool(state.status), "erasure-unknown", "没有该删除申请", "there is no such order")
    rejected_unless(
        state.status == "requested", "erasure-decided", "该删除申请已办理", "this order was decided already"
    )


def _approved(state: Erasure, command: ApproveErasure, context: Context) -> ErasureApproved:
    """By somebody else, and only where no law keeps the data: what must be kept may not be deleted (art. 47, last paragraph)."""
    _undecided(state)
    rejected_unless(
        not same_person(context.actor, state.requested_by),
        "same-person",
        "登记人不得审批同一删除申请",
        "whoever registered it may not approve it",
    )
    holding = _held(command)
    rejected_unless(bool(holding.groups), "person-unknown", "此人的密钥已删除", "this person's keys are gone already")
    against, not_before = _against(holding, context)
    if against:
        zh, en = "、".join(AGAINST[one][0] for one in against), ", ".join(AGAINST[one][1] for one in against)
        raise CommandRejected(
            "erasure-barred", f"不得删除：{zh}；最早 {not_before} 起", f"it may not be erased: {en}; {not_before} at the earliest"
        )  # fmt: skip
    rules = context.rule_on("retention", context.today, Retention)
    assert holding.last_on is not None
    until = rules.vouchers_until(holding.last_on)
    kept = tuple(one for one in holding.groups if one in _OF_VOUCHERS and context.today < until)
    groups = tuple(one for one in holding.groups if one not in kept)
    rejected_unless(
        bool(groups),
        "only-vouchers",
        f"只剩会计凭证所依据的信息，须保存至 {until}",
        f"only what vouchers rest on is left, which is kept until {until}",
    )
    return ErasureApproved(
        erasure_no=command.erasure_no,
        person=state.person,
        groups=groups,
        kept_groups=kept,
        kept_until=until if kept else None,
        approved_by=context.actor,
        pack_version=context.rules.version_on("retention", context.today),
    )


def _refused(state: Erasure, command: RefuseErasure, context: Context) -> ErasureRefused:
    _undecided(state)
    rejected_unless(
        not same_person(context.actor, state.requested_by),
        "same-person",
        "登记人不得审批同一删除申请",
        "whoever registered it may not decide it",
    )
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明理由", "a reason is needed")
    no_personal_number(command.reason, "理由", "the reason")
    holding = _held(command)
    against, not_before = _against(holding, context) if holding.last_on is not None else ((), None)
    return ErasureRefused(
        erasure_no=command.erasure_no,
        person=state.person,
        against=against,
        not_before=not_before,
        reason=command.reason,
        refused_by=context.actor,
    )


def _carried_out(state: Erasure, command: CarryOutErasure, context: Context) -> tuple[Fact, ...]:
    """Nothing where it is done already; where the person came back before the deed, what stands against it now."""
    if state.status != "approved":
        return ()
    if command.erased:
        return (
            ErasureDone(
                erasure_no=command.erasure_no,
                person=state.person,
                groups=state.groups,
                key_count=len(state.groups),
                kept_groups=state.kept_groups,
                kept_until=state.kept_until,
            ),
        )
    against, not_before = _against(_held(command), context)
    assert against, "the edge left keys that nothing stands against"
    return (
        ErasureRefused(
            erasure_no=command.erasure_no,
            person=state.person,
            against=against,
            not_before=not_before,
            reason="审批后、删除前此人又有在办事项",
            refused_by=context.actor,
        ),
    )


def evolve(state: Erasure, fact: Fact) -> Erasure:
    change = msgspec.structs.replace
    match fact:
        case ErasureRequested():
            return change(state, status="requested", person=fact.person, requested_by=fact.requested_by)
        case ErasureApproved():
            return change(
                state, status="approved", groups=fact.groups, kept_groups=fact.kept_groups, kept_until=fact.kept_until
            )  # fmt: skip
        case ErasureRefused():
            return change(state, status="refused")
        case ErasureDone():
            return change(state, status="done")
        case _:
            return state


ERASURE: Final = Aggregate(
    prefix="erasure",
    state=Erasure,
    initial=Erasure(),
    commands=(RequestErasure, ApproveErasure, RefuseErasure, CarryOutErasure),
    decide=decide,
    evolve=evolve,
)
