"""A town's benefit list of a month as far as it has come, and a committee's standing list; folded from facts alone."""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from services.contracts.casework import (
    BankLineHeld,
    BenefitLine,
    BenefitLinesListed,
    BenefitListApproved,
    BenefitListClosed,
    BenefitListDrafted,
    BenefitReturnImported,
    BenefitsPaid,
    BenefitsReturned,
    HeldLineResolved,
    PaymentFileIssued,
    PaymentLinesIssued,
)
from services.contracts.money import ZERO_FEN, Fen
from services.contracts.months import Month
from services.contracts.registry import Fact

Stage = Literal["none", "drafted", "approved", "closed"]
# open: no file took it yet; sent: the bank has not answered; held: it answered what a person must decide on.
LineState = Literal["open", "sent", "paid", "returned", "held", "withheld"]
NO_ACCOUNT: Final = "no_account"
# What is owed for months before a death waits for an account that is recorded after it.
OF_THE_DECEASED: Final = "account_of_the_deceased"


class ListLine(msgspec.Struct, frozen=True, kw_only=True, array_like=True, omit_defaults=True):
    """A household on the list. `arrears` as (month, fen); `file_no` the latest file that took it."""

    household_no: str
    committee: str
    category: str
    due_fen: Fen
    account: str = ""
    arrears: tuple[tuple[Month, Fen], ...] = ()
    held_for: str = ""
    state: LineState = "open"
    file_no: int = 0

    @property
    def amount_fen(self) -> Fen:
        return Fen(self.due_fen + sum(amount for _, amount in self.arrears))

    def fen_for(self, list_month: Month, month: Month) -> Fen:
        """What of the line is for a month."""
        if month == list_month:
            return self.due_fen
        return Fen(sum(amount for earlier, amount in self.arrears if earlier == month))


class HeldLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the bank's that waits for a person."""

    held_no: str
    household_no: str
    amount_fen: Fen
    keeps_open: bool


class BenefitList(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state. `files`: how many payment files were issued; `held` waits for a person."""

    town: str = ""
    month: Month | None = None
    stage: Stage = "none"
    draft_no: int = 0
    drafted_by: str = ""
    lines: tuple[ListLine, ...] = ()
    files: int = 0
    imported_sha256: tuple[str, ...] = ()
    held: tuple[HeldLine, ...] = ()
    held_count: int = 0

    @property
    def approved(self) -> bool:
        return self.stage in ("approved", "closed")

    def line_of(self, household_no: str) -> ListLine | None:
        return next((line for line in self.lines if line.household_no == household_no), None)

    def fen_in(self, *states: LineState) -> Fen:
        """The money of the lines in these states."""
        return Fen(sum(line.amount_fen for line in self.lines if line.state in states))


def evolve(state: BenefitList, fact: Fact) -> BenefitList:
    change = msgspec.structs.replace
    match fact:
        case BenefitListDrafted():
            return BenefitList(
                town=fact.town, month=fact.month, stage="drafted", draft_no=fact.draft_no, drafted_by=fact.drafted_by
            )
        case BenefitLinesListed():
            return change(state, lines=(*state.lines, *(_line_of(line, fact.committee) for line in fact.lines)))
        case BenefitListApproved():
            return change(state, stage="approved")
        case PaymentFileIssued():
            withheld = {one.household_no: one.reason for one in fact.withheld}
            return change(state, files=fact.file_no, lines=tuple(_withheld(line, withheld) for line in state.lines))
        case PaymentLinesIssued():
            accounts = {one.household_no: one.account for one in fact.lines}
            return change(
                state,
                lines=tuple(
                    change(line, state="sent", held_for="", account=accounts[line.household_no], file_no=fact.file_no)
                    if line.household_no in accounts
                    else line
                    for line in state.lines
                ),
            )
        case BenefitsPaid():
            return _in_state(state, (line.household_no for line in fact.lines), "paid")
        case BenefitsReturned():
            return _in_state(state, (line.household_no for line in fact.lines), "returned")
        case BenefitListClosed():
            return change(state, stage="closed")
        case _:
            return _evolve_bank(state, fact)


def _evolve_bank(state: BenefitList, fact: Fact) -> BenefitList:
    """What the bank's file left over for a person, and the decision on it."""
    change = msgspec.structs.replace
    match fact:
        case BankLineHeld():
            waits = HeldLine(
                held_no=fact.held_no,
                household_no=fact.household_no,
                amount_fen=fact.amount_fen,
                keeps_open=fact.keeps_open,
            )
            held = change(state, held=(*state.held, waits), held_count=state.held_count + 1)
            return _in_state(held, (fact.household_no,), "held") if fact.keeps_open else held
        case HeldLineResolved():
            left = change(state, held=tuple(one for one in state.held if one.held_no != fact.held_no))
            if not fact.after or fact.after == fact.before:
                return left
            after: LineState = msgspec.convert(fact.after, LineState)
            return _in_state(left, (fact.household_no,), after)
        case BenefitReturnImported():
            return change(state, imported_sha256=(*state.imported_sha256, fact.file_sha256))
        case _:
            return state


def _line_of(line: BenefitLine, committee: str) -> ListLine:
    return ListLine(
        household_no=line.household_no,
        committee=committee,
        category=line.category,
        due_fen=line.due_fen,
        account=line.account,
        arrears=tuple((one.month, one.amount_fen) for one in line.arrears),
        held_for=line.held_for,
    )


def _withheld(line: ListLine, withheld: dict[str, str]) -> ListLine:
    """A line that a file left out: for good when the benefit has ended, else until an account is there."""
    reason = withheld.get(line.household_no)
    if reason is None:
        return line
    state: LineState = line.state if reason in (NO_ACCOUNT, OF_THE_DECEASED) else "withheld"
    return msgspec.structs.replace(line, state=state, held_for=reason)


def _in_state(state: BenefitList, households: Iterable[str], after: LineState) -> BenefitList:
    names = frozenset(households)
    lines = (msgspec.structs.replace(line, state=after) if line.household_no in names else line for line in state.lines)
    return msgspec.structs.replace(state, lines=tuple(lines))


def paid_months(lists: Iterable[BenefitList], household_no: str) -> dict[Month, Fen]:
    """What lists say a household was paid for each month that an approved list covers; nothing of other months."""
    approved = [one for one in lists if one.approved and one.month is not None]
    paid = {one.month: ZERO_FEN for one in approved if one.month is not None}
    for one in approved:
        line = one.line_of(household_no)
        if line is None or line.state != "paid" or one.month is None:
            continue
        for month in (one.month, *(earlier for earlier, _ in line.arrears)):
            paid[month] = Fen(paid.get(month, ZERO_FEN) + line.fen_for(one.month, month))
    return paid
