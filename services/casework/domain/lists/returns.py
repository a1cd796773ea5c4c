"""A bank's return on a benefit list: lines that fit are applied, lines that do not are held until a person decides."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from services.casework.domain.commands.lists import ImportBenefitReturn, ResolveHeldLine, ReturnLine
from services.casework.domain.guards import no_personal_number, rejected_unless
from services.casework.domain.listed import BenefitList, LineState, ListLine
from services.casework.domain.lists.drafting import totals_of
from services.contracts.casework import (
    BankLineHeld,
    BenefitReturnImported,
    BenefitsPaid,
    BenefitsReturned,
    HeldLineResolved,
    PaidLine,
    ReturnedLine,
)
from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import Fen
from services.contracts.registry import Fact

_RESOLVED: Final[dict[str, LineState]] = {"paid": "paid", "returned": "returned", "dismissed": "sent"}


def import_return(state: BenefitList, command: ImportBenefitReturn, context: Context) -> tuple[Fact, ...]:
    """The same file counts once, by its hash; a file that was never issued has no answer."""
    rejected_unless(
        command.file_sha256 not in state.imported_sha256,
        "file-imported-before",
        "该银行回盘文件已导入",
        "this bank return was imported before",
    )
    rejected_unless(
        command.file_no <= state.files, "file-unknown", "没有这个发放文件", "no such payment file was issued"
    )
    for line in command.lines:
        no_personal_number(line.reason)
        no_personal_number(line.reference)
    known = {line.household_no: line for line in state.lines}
    times = Counter(line.household_no for line in command.lines)
    told = [(line, known.get(line.household_no)) for line in command.lines]
    why = [_why_held(line, own, times[line.household_no], command.file_no) for line, own in told]
    fitting = [(line, own) for (line, own), held in zip(told, why, strict=True) if not held and own is not None]
    held = [(line, own, reason) for (line, own), reason in zip(told, why, strict=True) if reason]
    paid = [(line, own) for line, own in fitting if line.outcome == "paid"]
    returned = [(line, own) for line, own in fitting if line.outcome == "returned"]
    imported = BenefitReturnImported(
        town=command.town,
        month=command.month,
        file_no=command.file_no,
        file_sha256=command.file_sha256,
        paid=totals_of(own for _, own in paid),
        paid_fen=Fen(sum(line.amount_fen for line, _ in paid)),
        returned_count=len(returned),
        returned_fen=Fen(sum(line.amount_fen for line, _ in returned)),
        held_count=len(held),
        held_fen=Fen(sum(line.amount_fen for line, _, _ in held)),
        imported_by=context.actor,
    )
    return *_paid(command, paid), *_returned(command, returned), *_held(state, command, held), imported


def _why_held(line: ReturnLine, own: ListLine | None, times: int, file_no: int) -> str:
    """Why a line does not fit, empty when it does."""
    if own is None:
        return "unknown"
    if own.state == "paid":
        return "paid_before"
    if own.state != "sent" or own.file_no != file_no:
        return "not_sent"
    if times > 1:
        return "twice"
    if line.amount_fen != own.amount_fen:
        return "amount"
    said = line.reference if line.outcome == "paid" else line.reason
    return "" if said.strip() else "unexplained"


_Pairs = Sequence[tuple[ReturnLine, ListLine]]


def _by_committee(pairs: _Pairs) -> Iterable[tuple[str, list[ReturnLine]]]:
    ordered = sorted(pairs, key=lambda pair: (pair[1].committee, pair[0].household_no))
    for committee, group in groupby(ordered, key=lambda pair: pair[1].committee):
        yield committee, [line for line, _ in group]


def _paid(command: ImportBenefitReturn, pairs: _Pairs) -> Iterable[BenefitsPaid]:
    for committee, lines in _by_committee(pairs):
        yield BenefitsPaid(
            town=command.town,
            month=command.month,
            committee=committee,
            file_no=command.file_no,
            lines=tuple(
                PaidLine(household_no=line.household_no, amount_fen=Fen(line.amount_fen), reference=line.reference)
                for line in lines
            ),
        )


def _returned(command: ImportBenefitReturn, pairs: _Pairs) -> Iterable[BenefitsReturned]:
    for committee, lines in _by_committee(pairs):
        yield BenefitsReturned(
            town=command.town,
            month=command.month,
            committee=committee,
            file_no=command.file_no,
            lines=tuple(
                ReturnedLine(household_no=line.household_no, amount_fen=Fen(line.amount_fen), reason=line.reason)
                for line in lines
            ),
        )


def _held(
    state: BenefitList, command: ImportBenefitReturn, held: Sequence[tuple[ReturnLine, ListLine | None, str]]
) -> Iterable[BankLineHeld]:
    waiting: set[str] = set()
    for number, (line, own, why) in enumerate(held, state.held_count + 1):
        keeps_open = why in ("twice", "amount", "unexplained")
        first = own is not None and keeps_open and own.household_no not in waiting
        waiting.add(line.household_no)
        yield BankLineHeld(
            town=command.town,
            month=command.month,
            committee=own.committee if own is not None else "",
            held_no=f"{command.month}-{number:03}",
            household_no=line.household_no,
            amount_fen=Fen(line.amount_fen),
            outcome=line.outcome,
            why=why,
            keeps_open=keeps_open,
            line_fen=own.amount_fen if own is not None and first else Fen(0),
        )


def resolve(state: BenefitList, command: ResolveHeldLine, context: Context) -> HeldLineResolved:
    """A person says what a held line means for the household; the last of several held ones frees its line."""
    held = next((one for one in state.held if one.held_no == command.held_no), None)
    if held is None:
        raise CommandRejected("held-line-unknown", "没有这条挂账", "no such line is held")
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明理由", "a decision needs a reason")
    no_personal_number(command.reason)
    own = state.line_of(held.household_no)
    rejected_unless(
        command.outcome == "dismissed" or (own is not None and (own.file_no > 0)),
        "line-not-sent",
        "该户没有已送银行的发放行，只能注销此条",
        "the household has no line that the bank was sent; the held line can only be dismissed",
    )
    # The list counts a paid line in full (57号 art. 28): what the bank paid too little or too much, it corrects first.
    rejected_unless(
        command.outcome != "paid" or own is None or held.amount_fen == own.amount_fen,
        "amount-differs",
        "银行回盘金额与应发金额不符，不能认定为已发放；请银行更正后重新回盘，或按退回处理",
        "the bank names another sum than is due: have it corrected and returned anew, or resolve it as returned",
    )
    before = own.state if own is not None else ""
    return HeldLineResolved(
        town=command.town,
        month=command.month,
        committee=own.committee if own is not None else "",
        held_no=held.held_no,
        household_no=held.household_no,
        category=own.category if own is not None else "",
        amount_fen=own.amount_fen if own is not None else Fen(0),
        outcome=command.outcome,
        before=before,
        after=_after(state, command, own),
        reason=command.reason,
        resolved_by=context.actor,
    )


def _after(state: BenefitList, command: ResolveHeldLine, own: ListLine | None) -> str:
    """The state of the household's line: as decided; a dismissed one waits for the bank again once none of it is held."""
    if own is None:
        return ""
    if command.outcome != "dismissed":
        return _RESOLVED[command.outcome]
    others = [one for one in state.held if one.household_no == own.household_no and one.held_no != command.held_no]
    waits = own.state == "held" and not any(one.keeps_open for one in others)
    return "sent" if waits else own.state
