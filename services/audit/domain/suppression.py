"""A suppression: proposed by one person with a reason, approved by another, ended on its day; it touches no finding itself."""

from datetime import date
from typing import Any, Final, Literal, assert_never

import msgspec

from services.audit.domain.rectification.shapes import (
    CodeOrEmpty,
    FindingNoOrEmpty,
    Line,
    Reference,
    SubjectOrEmpty,
    rejected_unless,
    text_given,
)
from services.audit.rules import RECTIFICATION, Rectification
from services.contracts.audit import (
    SuppressionApproved,
    SuppressionDeclined,
    SuppressionEnded,
    SuppressionProposed,
)
from services.contracts.clocks import overdue
from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.registry import Fact
from services.contracts.roles import same_person


class _OfSuppression(Command, frozen=True, kw_only=True):
    suppression_no: Reference

    @property
    def subject(self) -> str:
        return f"suppression:{self.suppression_no}"


class ProposeSuppression(_OfSuppression, frozen=True, kw_only=True):
    """Propose that one finding rests, or what a test objects to about one subject, until a day; with a reason.

    `concerned` is never the caller's: the edge sets who answers for the finding and whom it is about.
    """

    finding_no: FindingNoOrEmpty = ""
    test: CodeOrEmpty = ""
    about: SubjectOrEmpty = ""
    reason: Line
    until: date
    concerned: tuple[str, ...] | None = None


class ApproveSuppression(_OfSuppression, frozen=True, kw_only=True):
    """Approve it: not who proposed it, nor whom it concerns."""


class DeclineSuppression(_OfSuppression, frozen=True, kw_only=True):
    """Do not approve it, and say why."""

    why: Line


class RevokeSuppression(_OfSuppression, frozen=True, kw_only=True):
    """End it before its day, and say why."""

    why: Line


class EndSuppression(_OfSuppression, frozen=True, kw_only=True):
    """By the timer: its last day is over."""

    until: date


Stage = Literal["", "proposed", "approved", "declined", "ended"]


class Suppression(msgspec.Struct, frozen=True, kw_only=True):
    """A suppression as far as it has come."""

    stage: Stage = ""
    proposed: SuppressionProposed | None = None


SuppressionCommand = ProposeSuppression | ApproveSuppression | DeclineSuppression | RevokeSuppression | EndSuppression


def decide(state: Suppression, command: SuppressionCommand, context: Context) -> tuple[Fact, ...]:
    if isinstance(command, ProposeSuppression):
        return (_propose(state, command, context),)
    proposed = state.proposed
    if proposed is None:
        raise CommandRejected("suppression-unknown", "没有该抑制申请", "there is no such suppression")
    wanted: Stage = "proposed" if isinstance(command, ApproveSuppression | DeclineSuppression) else "approved"
    rejected_unless(
        state.stage == wanted, "suppression-stage", "该抑制申请不在此环节", "the suppression is at another stage"
    )
    match command:
        case ApproveSuppression():
            return (_approve(proposed, context),)
        case DeclineSuppression():
            text_given("why", command.why)
            declined = SuppressionDeclined(
                suppression_no=command.suppression_no, why=command.why, declined_by=context.actor,
                declined_on=context.today,
            )  # fmt: skip
            return (declined,)
        case RevokeSuppression():
            text_given("why", command.why)
            return (_ended(proposed, "revoked", command.why, context),)
        case EndSuppression():
            rejected_unless(
                command.until == proposed.until and overdue(command.until, context.today),
                "clock-running",
                "时限未到",
                "its last day is not over",
            )
            return (_ended(proposed, "date", "", context),)
        case _:
            assert_never(command)


def _propose(state: Suppression, command: ProposeSuppression, context: Context) -> SuppressionProposed:
    rejected_unless(not state.stage, "suppression-known", "该抑制编号已登记", "there is a suppression of that number")
    one = bool(command.finding_no) and not command.test and not command.about
    many = not command.finding_no and bool(command.test) and bool(command.about)
    rejected_unless(
        one or many,
        "suppression-of-what",
        "须指明一个问题，或一项检查及其对象，二者居其一",
        "name either one finding, or a test and the subject it objects about",
    )
    rejected_unless(
        many or command.concerned is not None, "finding-unknown", "没有该问题", "there is no such finding"
    )  # fmt: skip
    text_given("reason", command.reason)
    days = context.rule_on(RECTIFICATION, context.today, Rectification).suppression_days_max
    rejected_unless(
        0 <= (command.until - context.today).days <= days,
        "suppression-too-long",
        f"抑制期限须在今日起 {days} 日内",
        f"it ends within {days} days from today",
    )
    return SuppressionProposed(
        suppression_no=command.suppression_no, scope="finding" if one else "test", finding_no=command.finding_no,
        test=command.test, about=command.about, reason=command.reason, until=command.until, proposed_by=context.actor,
        concerned=(command.concerned or ()) if one else (command.about,), proposed_on=context.today,
        pack_version=context.rules.version_on(RECTIFICATION, context.today),
    )  # fmt: skip


def _of(proposed: SuppressionProposed) -> dict[str, Any]:
    names = ("suppression_no", "scope", "finding_no", "test", "about", "reason", "until", "proposed_by")
    return {name: getattr(proposed, name) for name in names}


def _approve(proposed: SuppressionProposed, context: Context) -> SuppressionApproved:
    rejected_unless(
        not same_person(context.actor, proposed.proposed_by),
        "proposer-approves",
        "申请人与批准人须为不同人员",
        "who proposes and who approves are two people",
    )
    rejected_unless(
        not same_person(context.actor, *proposed.concerned),
        "concerned-decides",
        "责任人和被查人不得批准",
        "whoever it concerns does not approve it",
    )
    rejected_unless(
        not overdue(proposed.until, context.today), "suppression-over", "抑制期限已过", "its last day is over"
    )  # fmt: skip
    return SuppressionApproved(**_of(proposed), approved_by=context.actor, approved_on=context.today)


def _ended(proposed: SuppressionProposed, because: str, why: str, context: Context) -> SuppressionEnded:
    return SuppressionEnded(
        **_of(proposed), because=because, why=why, ended_by=context.actor, ended_on=context.today
    )  # fmt: skip


def evolve(state: Suppression, event: Fact) -> Suppression:
    match event:
        case SuppressionProposed():
            return Suppression(stage="proposed", proposed=event)
        case SuppressionApproved():
            return msgspec.structs.replace(state, stage="approved")
        case SuppressionDeclined():
            return msgspec.structs.replace(state, stage="declined")
        case SuppressionEnded():
            return msgspec.structs.replace(state, stage="ended")
        case _:
            return state


SUPPRESSION: Final = Aggregate(
    prefix="suppression",
    state=Suppression,
    initial=Suppression(),
    commands=(ProposeSuppression, ApproveSuppression, DeclineSuppression, RevokeSuppression, EndSuppression),
    decide=decide,
    evolve=evolve,
)
