"""Read models of the monthly benefit lists: where each stands, its lines, its money by benefit; and of standing lists."""

from datetime import date
from typing import Any, Final

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
    CategoryAmount,
    HeldLineResolved,
    ListChange,
    MonthAmount,
    PaymentFileExported,
    PaymentFileIssued,
    PaymentLinesIssued,
    StandingListPublished,
)
from services.contracts.deciding import CHINA, Model, Record
from services.contracts.money import ZERO_FEN, Fen
from services.contracts.months import Month

_change = msgspec.structs.replace
EXPORTS_KEPT: Final = 50
# A line that waits for an account is not withheld for good.
ON_ACCOUNT_ONLY: Final = frozenset({"no_account", "account_of_the_deceased"})


class IssuedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A payment file of a list; `exported_by`: who had it with account numbers in clear."""

    file_no: int
    line_count: int
    amount_fen: Fen
    file_sha256: str
    issued_by: str
    exported_by: tuple[str, ...] = ()


class HeldBankLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the bank's that waits for a person (挂账待核)."""

    held_no: str
    household_no: str
    amount_fen: Fen
    outcome: str
    why: str


class BenefitListRow(msgspec.Struct, frozen=True, kw_only=True):
    """A town's list of a month: ``<town>-<month>``. `status`: drafted, approved, issued, closed.

    `amount_fen` = `paid_fen` + `returned_fen` + `waiting_fen` (held lines' households) + `open_fen`, at every moment.
    """

    town: str
    month: Month
    status: str
    draft_no: int
    line_count: int
    amount_fen: Fen
    totals: tuple[CategoryAmount, ...]
    changes: tuple[ListChange, ...]
    without_account_count: int
    compared_with: str
    drafted_by: str
    approved_by: str = ""
    files: tuple[IssuedFile, ...] = ()
    paid_fen: Fen = ZERO_FEN
    returned_fen: Fen = ZERO_FEN
    waiting_fen: Fen = ZERO_FEN
    open_fen: Fen = ZERO_FEN
    held: tuple[HeldBankLine, ...] = ()
    unpaid_fen: Fen | None = None


def _list_key(record: Record) -> str:
    return record.envelope.subject.partition(":")[2]


def _list_keys(record: Record) -> tuple[str, ...]:
    return (_list_key(record),)


def _list(row: BenefitListRow | None, record: Record, _: str) -> BenefitListRow | None:
    fact = record.fact
    if isinstance(fact, BenefitListDrafted):
        return _drafted(fact)
    if row is None:
        return None
    match fact:
        case BenefitListApproved():
            return _change(row, status="approved", approved_by=fact.approved_by)
        case PaymentFileIssued():
            issued = IssuedFile(
                file_no=fact.file_no, line_count=fact.line_count, amount_fen=fact.amount_fen,
                file_sha256=fact.file_sha256, issued_by=fact.issued_by,
            )  # fmt: skip
            return _change(row, status="issued", files=(*row.files, issued))
        case PaymentFileExported():
            return _change(row, files=_exported(row.files, fact, record.envelope.actor))
        case BenefitListClosed():
            return _change(row, status="closed", unpaid_fen=fact.unpaid_fen)
        case _:
            return _answered(row, record)


def _drafted(fact: BenefitListDrafted) -> BenefitListRow:
    return BenefitListRow(
        town=fact.town,
        month=fact.month,
        status="drafted",
        draft_no=fact.draft_no,
        line_count=fact.line_count,
        amount_fen=fact.amount_fen,
        totals=fact.totals,
        changes=fact.changes,
        without_account_count=fact.held_count,
        compared_with=fact.compared_with,
        drafted_by=fact.drafted_by,
        open_fen=fact.amount_fen,
    )


def _exported(files: tuple[IssuedFile, ...], fact: PaymentFileExported, actor: str) -> tuple[IssuedFile, ...]:
    return tuple(
        _change(one, exported_by=(*one.exported_by, actor)[-EXPORTS_KEPT:]) if one.file_no == fact.file_no else one
        for one in files
    )


def _moved(row: BenefitListRow, amount: int, before: str, after: str) -> BenefitListRow:
    """Money goes from one state of lines to another; what is no other state is open."""
    fields = {"paid": "paid_fen", "returned": "returned_fen", "held": "waiting_fen"}
    for state, sign in ((before, -1), (after, 1)):
        name = fields.get(state, "open_fen")
        row = _change(row, **{name: Fen(getattr(row, name) + sign * amount)})
    return row


def _answered(row: BenefitListRow, record: Record) -> BenefitListRow:
    """What went to the bank, what it answered, and what a person made of the answer."""
    match record.fact:
        case PaymentLinesIssued() as fact:
            return _moved(row, fact.reissued_fen, "returned", "sent")
        case BenefitsPaid() as fact:
            return _moved(row, sum(line.amount_fen for line in fact.lines), "sent", "paid")
        case BenefitsReturned() as fact:
            return _moved(row, sum(line.amount_fen for line in fact.lines), "sent", "returned")
        case BankLineHeld() as fact:
            names = HeldBankLine.__struct_fields__
            held = HeldBankLine(**{name: getattr(fact, name) for name in names})
            return _moved(_change(row, held=(*row.held, held)), fact.line_fen, "sent", "held")
        case HeldLineResolved() as fact:
            left = _change(row, held=tuple(one for one in row.held if one.held_no != fact.held_no))
            return _moved(left, fact.amount_fen, fact.before, fact.after)
        case _:
            return row


class LineRow(msgspec.Struct, frozen=True, kw_only=True):
    """A household's line; `state`: open, sent, paid, returned, held, withheld. `shared_by`: lines of the list on one account.

    `reason`: why the bank returned it, or why it is in no file.
    """

    household_no: str
    category: str
    amount_fen: Fen
    account: str
    holder: str
    shared_by: int
    arrears: tuple[MonthAmount, ...]
    state: str = "open"
    reason: str = ""
    file_no: int = 0


class BenefitLinesRow(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of one committee's households on a list: ``<town>-<month>/<committee>``."""

    town: str
    month: Month
    committee: str
    draft_no: int
    lines: tuple[LineRow, ...]


_OF_COMMITTEE: Final = (
    BenefitLinesListed, PaymentFileIssued, PaymentLinesIssued, BenefitsPaid, BenefitsReturned, BankLineHeld, HeldLineResolved,
)  # fmt: skip


def _committee_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    of = fact.withheld if isinstance(fact, PaymentFileIssued) else (fact,)
    return tuple(f"{_list_key(record)}/{committee}" for committee in sorted({one.committee for one in of} - {""}))


def _line_row(line: BenefitLine) -> LineRow:
    return LineRow(
        household_no=line.household_no, category=line.category, amount_fen=line.amount_fen, account=line.account,
        holder=line.holder, shared_by=line.shared_by, arrears=line.arrears, reason=line.held_for,
    )  # fmt: skip


def _lines(row: BenefitLinesRow | None, record: Record, _: str) -> BenefitLinesRow | None:
    fact = record.fact
    if isinstance(fact, BenefitLinesListed):
        lines = tuple(_line_row(line) for line in fact.lines)
        return BenefitLinesRow(
            town=fact.town, month=fact.month, committee=fact.committee, draft_no=fact.draft_no, lines=lines
        )
    if row is None:
        return None
    return _change(row, lines=_with(row.lines, _line_changes(fact)))


def _line_changes(fact: object) -> dict[str, dict[str, Any]]:
    """What a fact changes in the lines of households."""
    match fact:
        case PaymentFileIssued():
            return {
                line.household_no: {"reason": line.reason}
                | ({} if line.reason in ON_ACCOUNT_ONLY else {"state": "withheld"})
                for line in fact.withheld
            }
        case PaymentLinesIssued():
            return {
                line.household_no: {"state": "sent", "reason": "", "account": line.account, "file_no": fact.file_no}
                for line in fact.lines
            }
        case BenefitsPaid():
            return {line.household_no: {"state": "paid", "reason": ""} for line in fact.lines}
        case BenefitsReturned():
            return {line.household_no: {"state": "returned", "reason": line.reason} for line in fact.lines}
        case BankLineHeld() if fact.keeps_open:
            return {fact.household_no: {"state": "held", "reason": fact.why}}
        case HeldLineResolved() if fact.after:
            return {fact.household_no: {"state": fact.after, "reason": fact.reason}}
        case _:
            return {}


def _with(lines: tuple[LineRow, ...], changes: dict[str, dict[str, Any]]) -> tuple[LineRow, ...]:
    return tuple(_change(line, **changes.get(line.household_no, {})) for line in lines)


class BenefitTotalsRow(msgspec.Struct, frozen=True, kw_only=True):
    """One benefit of a town in a month, of approved lists: ``<month>/<town>/<category>``; add towns up for the district."""

    month: Month
    town: str
    category: str
    household_count: int = 0
    amount_fen: Fen = ZERO_FEN
    paid_count: int = 0
    paid_fen: Fen = ZERO_FEN


def _totals_keys(record: Record) -> tuple[str, ...]:
    match record.fact:
        case BenefitListApproved() as fact:
            named = [total.category for total in fact.totals]
        case BenefitReturnImported() as fact:
            named = [total.category for total in fact.paid]
        case HeldLineResolved() as fact:
            named = [fact.category] if fact.category else []
        case _:
            return ()
    return tuple(f"{fact.month}/{fact.town}/{category}" for category in named)


def _totals(row: BenefitTotalsRow | None, record: Record, key: str) -> BenefitTotalsRow:
    fact: Any = record.fact
    category = key.rpartition("/")[2]
    before = row or BenefitTotalsRow(month=fact.month, town=fact.town, category=category)
    match fact:
        case BenefitListApproved():
            of = next(total for total in fact.totals if total.category == category)
            return _change(before, household_count=of.household_count, amount_fen=of.amount_fen)
        case BenefitReturnImported():
            of = next(total for total in fact.paid if total.category == category)
            return _paid(before, of.household_count, of.amount_fen)
        case HeldLineResolved():
            step = (fact.after == "paid") - (fact.before == "paid")
            return _paid(before, step, step * fact.amount_fen)
        case _:
            return before


def _paid(row: BenefitTotalsRow, count: int, amount_fen: int) -> BenefitTotalsRow:
    return _change(row, paid_count=row.paid_count + count, paid_fen=Fen(row.paid_fen + amount_fen))


class StandingListRow(msgspec.Struct, frozen=True, kw_only=True):
    """The standing list of a committee (公布) as it was posted last; `times`: how often it was."""

    town: str
    committee: str
    household_count: int
    member_count: int
    amount_fen: Fen
    content_sha256: str
    published_on: date
    stated_on: date
    published_by: str
    proof_sha256: str
    times: int = 1


def _standing_keys(record: Record) -> tuple[str, ...]:
    return (_list_key(record),)


def _standing(row: StandingListRow | None, record: Record, _: str) -> StandingListRow | None:
    fact = record.fact
    if not isinstance(fact, StandingListPublished):
        return row
    return StandingListRow(
        town=fact.town,
        committee=fact.committee,
        household_count=fact.household_count,
        member_count=fact.member_count,
        amount_fen=fact.amount_fen,
        content_sha256=fact.content_sha256,
        published_on=fact.published_on,
        stated_on=record.envelope.time.astimezone(CHINA).date(),
        published_by=fact.published_by,
        proof_sha256=fact.proof_sha256,
        times=(row.times if row is not None else 0) + 1,
    )


BENEFIT_LISTS: Final = Model(
    name="benefit_lists",
    row=BenefitListRow,
    listens=(
        BenefitListDrafted, BenefitListApproved, PaymentFileIssued, PaymentLinesIssued, PaymentFileExported,
        BenefitsPaid, BenefitsReturned, BankLineHeld, HeldLineResolved, BenefitListClosed,
    ),
    keys=_list_keys,
    evolve=_list,
)  # fmt: skip
BENEFIT_LINES: Final = Model(
    name="benefit_lines", row=BenefitLinesRow, listens=_OF_COMMITTEE, keys=_committee_keys, evolve=_lines
)
BENEFIT_TOTALS: Final = Model(
    name="benefit_totals",
    row=BenefitTotalsRow,
    listens=(BenefitListApproved, BenefitReturnImported, HeldLineResolved),
    keys=_totals_keys,
    evolve=_totals,
)
STANDING_LISTS: Final = Model(
    name="standing_lists",
    row=StandingListRow,
    listens=(StandingListPublished,),
    keys=_standing_keys,
    evolve=_standing,
)
LIST_MODELS: Final = (BENEFIT_LISTS, BENEFIT_LINES, BENEFIT_TOTALS, STANDING_LISTS)
