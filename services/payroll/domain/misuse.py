"""Misuse of money (四(三)): a finding, its handling (处理), who is held accountable (追责), closed when both are done."""

from datetime import date
from typing import Final, assert_never

import msgspec

from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.money import Fen, yuan_text
from services.contracts.payroll import MisuseAccounted, MisuseClosed, MisuseFound, MisuseHandled
from services.contracts.registry import Fact
from services.contracts.roles import same_person
from services.payroll.domain.shapes import (
    ActorOrEmpty,
    AmountFen,
    AmountFenOrZero,
    Line,
    Reference,
    SourceOrEmpty,
    TownCodeOrEmpty,
    Year,
    rejected_unless,
    text_given,
)


class _OfMisuse(Command, frozen=True, kw_only=True):
    misuse_no: Reference

    @property
    def subject(self) -> str:
        return f"misuse:{self.misuse_no}"


class RecordMisuse(_OfMisuse, frozen=True, kw_only=True):
    """Record misuse with the finding it rests on: of a source's document, or of a town's own money."""

    finding_no: Reference
    year: Year
    source: SourceOrEmpty = ""
    document: Line = ""
    town: TownCodeOrEmpty = ""
    amount_fen: AmountFen
    what: Line
    rule: Line
    found_on: date


class HandleMisuse(_OfMisuse, frozen=True, kw_only=True):
    """Record what was done about it (处理), and how much of the money came back."""

    measure: Line
    document: Line
    recovered_fen: AmountFenOrZero = 0
    handled_on: date


class HoldAccountable(_OfMisuse, frozen=True, kw_only=True):
    """Record who is held accountable and how (追责); nobody only by a document that says so."""

    accountable: ActorOrEmpty = ""
    role: Line = ""
    outcome: Line
    document: Line
    decided_on: date


class CloseMisuse(_OfMisuse, frozen=True, kw_only=True):
    """Close the matter (销号); money that did not come back needs its reason."""

    reason: Line = ""
    closed_on: date


class Misuse(msgspec.Struct, frozen=True, kw_only=True):
    """A case of misuse as far as it has come."""

    found: MisuseFound | None = None
    recovered_fen: Fen = Fen(0)
    handled_on: date | None = None
    accounted_on: date | None = None
    closed: bool = False


MisuseCommand = RecordMisuse | HandleMisuse | HoldAccountable | CloseMisuse


def decide(misuse: Misuse, command: MisuseCommand, context: Context) -> tuple[Fact, ...]:
    if isinstance(command, RecordMisuse):
        return (_record(misuse, command, context),)
    found = misuse.found
    if found is None:
        raise CommandRejected("misuse-unknown", "没有该违规使用记录", "there is no such case of misuse")
    rejected_unless(not misuse.closed, "misuse-closed", "该事项已销号", "the matter is closed")
    match command:
        case HandleMisuse():
            return (_handle(misuse, found, command, context),)
        case HoldAccountable():
            return (_account(misuse, found, command, context),)
        case CloseMisuse():
            return (_close(misuse, found, command, context),)
        case _:
            assert_never(command)


def _on(field: str, day: date, earliest: date | None, context: Context) -> None:
    rejected_unless(day <= context.today, "time-in-future", f"{field} 在将来", f"{field} lies in the future")
    rejected_unless(
        earliest is None or day >= earliest,
        "out-of-order",
        f"{field}（{day}）早于前一步（{earliest}）",
        f"{field} ({day}) is before the step before it ({earliest})",
    )


def _record(misuse: Misuse, command: RecordMisuse, context: Context) -> MisuseFound:
    rejected_unless(misuse.found is None, "misuse-known", "该违规使用已登记", "the misuse is recorded")
    rejected_unless(
        bool(command.source and command.document) != bool(command.town),
        "misuse-of-what",
        "须指明资金来源和文件，或镇街自有资金，二者居其一",
        "name either a source with its document, or the town whose own money it was",
    )
    text_given("what", command.what)
    text_given("rule", command.rule)
    _on("found_on", command.found_on, None, context)
    fields = {name: getattr(command, name) for name in RecordMisuse.__struct_fields__}
    return MisuseFound(**fields, recorded_by=context.actor)


def _handle(misuse: Misuse, found: MisuseFound, command: HandleMisuse, context: Context) -> MisuseHandled:
    text_given("measure", command.measure)
    text_given("document", command.document)
    _on("handled_on", command.handled_on, found.found_on, context)
    open_fen = Fen(found.amount_fen - misuse.recovered_fen - command.recovered_fen)
    rejected_unless(
        open_fen >= 0,
        "recovered-beyond-misuse",
        f"追回金额超过违规金额，多出 {yuan_text(Fen(-open_fen))} 元",
        f"{yuan_text(Fen(-open_fen))} yuan more would come back than was misused",
    )
    fields = {name: getattr(command, name) for name in HandleMisuse.__struct_fields__}
    return MisuseHandled(**fields, open_fen=open_fen, handled_by=context.actor)


def _account(misuse: Misuse, found: MisuseFound, command: HoldAccountable, context: Context) -> MisuseAccounted:
    """After it was handled; nobody decides about themselves."""
    rejected_unless(misuse.handled_on is not None, "misuse-not-handled", "尚未处理", "it is not handled yet")
    rejected_unless(
        bool(command.accountable) == bool(command.role.strip()),
        "accountable-incomplete",
        "责任人和岗位须一并填写",
        "who is accountable is named with their role",
    )
    rejected_unless(
        not same_person(context.actor, command.accountable),
        "accountable-decides",
        "责任人不得决定对自己的追责",
        "nobody decides their own accountability",
    )
    text_given("outcome", command.outcome)
    text_given("document", command.document)
    _on("decided_on", command.decided_on, found.found_on, context)
    fields = {name: getattr(command, name) for name in HoldAccountable.__struct_fields__}
    return MisuseAccounted(**fields, decided_by=context.actor)


def _close(misuse: Misuse, found: MisuseFound, command: CloseMisuse, context: Context) -> MisuseClosed:
    rejected_unless(misuse.handled_on is not None, "misuse-not-handled", "尚未处理", "it is not handled yet")
    rejected_unless(
        misuse.accounted_on is not None,
        "misuse-not-accounted",
        "尚未作出追责决定",
        "it is not decided yet who is accountable",
    )
    open_fen = Fen(found.amount_fen - misuse.recovered_fen)
    if open_fen:
        text_given("reason", command.reason)
    latest = max(day for day in (misuse.handled_on, misuse.accounted_on) if day is not None)
    _on("closed_on", command.closed_on, latest, context)
    return MisuseClosed(
        misuse_no=command.misuse_no,
        unrecovered_fen=open_fen,
        reason=command.reason,
        closed_on=command.closed_on,
        closed_by=context.actor,
    )


def evolve(misuse: Misuse, event: Fact) -> Misuse:
    replace = msgspec.structs.replace
    match event:
        case MisuseFound():
            return replace(misuse, found=event)
        case MisuseHandled():
            recovered_fen = Fen(misuse.recovered_fen + event.recovered_fen)
            return replace(misuse, recovered_fen=recovered_fen, handled_on=event.handled_on)
        case MisuseAccounted():
            return replace(misuse, accounted_on=event.decided_on)
        case MisuseClosed():
            return replace(misuse, closed=True)
        case _:
            return misuse


MISUSE: Final = Aggregate(
    prefix="misuse",
    state=Misuse,
    initial=Misuse(),
    commands=(RecordMisuse, HandleMisuse, HoldAccountable, CloseMisuse),
    decide=decide,
    evolve=evolve,
)
