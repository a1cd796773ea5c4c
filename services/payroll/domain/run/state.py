"""What a run remembers of itself, in few bytes: its slips' sums, what the bank said of each, what waits for a person.

The state is written with each command, and one run may have tens of thousands of lines: codes, documents and units stand
once in a table and lines point to them; lines stand in sheets, so that one line changes without copying the others.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Final, Literal, TypeVar

import msgspec

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import Charge, PaidTo, PayslipComputed, RunDrafted, Spent
from services.payroll.domain.drafting import by_document
from services.payroll.pay import PURPOSES

SHEET_LINES_MAX: Final = 128
Stage = Literal["none", "drafted", "checked", "approved", "funded", "issued", "closed"]
# Of a line: not sent yet, sent in a bank file, paid, sent back, taken back while unpaid, taken back though paid.
LineOutcome = Literal["open", "sent", "settled", "returned", "reversed", "recovering"]
PAYABLE: Final = ("open", "returned")
REVERSED: Final = ("reversed", "recovering")
PAY: Final = PURPOSES["part"]
INSURANCE: Final = PURPOSES["employer"]
K = TypeVar("K", bound=Hashable)


class Paid(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A line of a slip: a part or an insurance of a month, and its amount."""

    side: str
    code: str
    month: Month
    amount_fen: Fen


class Line(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a run keeps of a slip. `own`: the month's amounts in the order of `Run.codes`; `earlier`: differences.

    `shares` are pairs: the place of a document in `Run.documents`, and what it pays. `unit` and `agent` are places in
    `Run.units`, `town` in `Run.towns`. `file_no`: the bank file the line was sent in last. `insurance`: which of the shares are
    the employer's insurance.
    """

    officer: str
    bank_account_pseudonym: str
    own: tuple[int, ...]
    earlier: tuple[tuple[int, Month, int], ...]
    shares: tuple[int, ...]
    special_deduction_fen: Fen
    tax_fen: Fen
    net_fen: Fen
    unit: int = 0
    agent: int = 0
    outcome: LineOutcome = "open"
    file_no: int = 0
    town: int = 0
    insurance: tuple[int, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it pays anybody: a slip that was taken back does not."""
        return self.outcome not in REVERSED


class BankFile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A bank file: its number, its lines' count and sum, whether it is void."""

    file_no: int
    line_count: int
    total_fen: Fen
    withdrawn: bool = False


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a bank's return that waits for a person."""

    held_no: str
    officer: str
    amount_fen: Fen
    outcome: str
    code: str
    bank_reference: str


class Reversal(msgspec.Struct, frozen=True, kw_only=True):
    """A reversal that was asked for and waits for another person."""

    officer: str
    reason: str
    document: str
    requested_by: str


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """A declaration of one unit, and what of it was not remitted yet."""

    declaration: str
    unit: str
    left_fen: Fen
    file_format: str = ""
    file_sha256: str = ""


class Recovery(msgspec.Struct, frozen=True, kw_only=True):
    """What is still expected back of a reversed slip that had been paid."""

    officer: str
    left_fen: Fen


class Contest(msgspec.Struct, frozen=True, kw_only=True):
    """An objection that finance has not answered; `person` is whose key its texts are sealed with."""

    contest_no: str
    officer: str
    person: str


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A run as far as it has come; `drafted` holds its stated totals, `committed` the sources that are in."""

    stage: Stage = "none"
    draft_no: int = 0
    drafted: RunDrafted | None = None
    checked_by: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    documents: tuple[tuple[str, str], ...] = ()
    units: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()
    sheets: tuple[tuple[Line, ...], ...] = ()
    committed: tuple[str, ...] = ()
    files: tuple[BankFile, ...] = ()
    imported_sha256: tuple[str, ...] = ()
    held_count: int = 0
    held: tuple[Held, ...] = ()
    reversals: tuple[Reversal, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    declared: tuple[Declared, ...] = ()
    contest_count: int = 0
    contests: tuple[Contest, ...] = ()

    @property
    def counts_as_paid(self) -> bool:
        """Approved or later: its tax is withheld, so later months build on it."""
        return self.stage in ("approved", "funded", "issued", "closed")

    @property
    def lines(self) -> tuple[Line, ...]:
        """All lines in officer order."""
        return tuple(line for sheet in self.sheets for line in sheet)

    def line_of(self, officer: str) -> Line | None:
        """The officer's line, if the run has one."""
        place = _place(self.sheets, officer)
        return None if place is None else self.sheets[place[0]][place[1]]

    def paid(self, line: Line) -> Iterator[Paid]:
        """A line's amounts by side, code and month, without those of nothing."""
        assert self.drafted is not None
        for (side, code), amount in zip(self.codes, line.own, strict=False):
            if amount:
                yield Paid(side, code, self.drafted.month, Fen(amount))
        for place, month, amount in line.earlier:
            side, code = self.codes[place]
            yield Paid(side, code, month, Fen(amount))

    def side_fen(self, line: Line, side: str) -> Fen:
        """What a line adds up to on one side, differences included."""
        own = sum(amount for (one, _), amount in zip(self.codes, line.own, strict=False) if one == side)
        return Fen(own + sum(amount for place, _, amount in line.earlier if self.codes[place][0] == side))

    def charges(self, *lines: Line) -> tuple[Charge, ...]:
        """What the documents pay of these lines, added up."""
        sums: dict[int, int] = {}
        for line in lines:
            for place, amount in zip(line.shares[::2], line.shares[1::2], strict=True):
                sums[place] = sums.get(place, 0) + amount
        return by_document(
            Charge(source=source, document=document, amount_fen=Fen(sums[place]))
            for place, (source, document) in enumerate(self.documents)
            if place in sums
        )

    def asked(self, *lines: Line) -> tuple[Charge, ...]:
        """What these lines take from each document, and apart from it, negative, what other lines give back to it."""
        sums: dict[tuple[int, bool], int] = {}
        for line in lines:
            for place, amount in zip(line.shares[::2], line.shares[1::2], strict=True):
                key = (place, amount < 0)
                sums[key] = sums.get(key, 0) + amount
        return tuple(
            Charge(source=source, document=document, amount_fen=Fen(sums[place, gives]))
            for gives in (False, True)
            for place, (source, document) in sorted(enumerate(self.documents), key=itemgetter(1))
            if (place, gives) in sums
        )

    def spent(self, *lines: Line) -> tuple[Spent, ...]:
        """What these lines cost by town, purpose, source and document, as the money reports count it."""
        sums: dict[tuple[str, str, str, str], int] = {}
        for line in lines:
            town = self.towns[line.town] if line.town < len(self.towns) else ""
            for purpose, sign, shares in (
                (PAY, 1, line.shares),
                (PAY, -1, line.insurance),
                (INSURANCE, 1, line.insurance),
            ):
                for place, amount in zip(shares[::2], shares[1::2], strict=True):
                    key = (town, purpose, *self.documents[place])
                    sums[key] = sums.get(key, 0) + sign * amount
        return tuple(
            Spent(town=town, purpose=purpose, source=source, document=document, amount_fen=Fen(amount))
            for (town, purpose, source, document), amount in sorted(sums.items())
            if amount
        )

    def payable(self) -> tuple[Line, ...]:
        """The lines that a bank file made now would hold: not paid, not on the way, and nobody asked to take them back."""
        asked = {one.officer for one in self.reversals}
        return tuple(line for line in self.unpaid() if line.outcome != "sent" and line.officer not in asked)

    def unpaid(self) -> tuple[Line, ...]:
        """The lines that owe an officer money that no bank has paid; a slip of nothing owes none."""
        return tuple(line for line in self.lines if line.net_fen and line.outcome in (*PAYABLE, "sent"))


def _place(sheets: tuple[tuple[Line, ...], ...], officer: str) -> tuple[int, int] | None:
    sheet_no = bisect_right(sheets, officer, key=lambda sheet: sheet[0].officer) - 1
    if sheet_no < 0:
        return None
    sheet = sheets[sheet_no]
    place = bisect_left(sheet, officer, key=lambda line: line.officer)
    return (sheet_no, place) if place < len(sheet) and sheet[place].officer == officer else None


def with_slip(run: Run, slip: PayslipComputed) -> Run:
    """The run with one more slip, kept in officer order."""
    codes, documents, units = run.codes, run.documents, run.units
    codes = _extended(codes, [(one.side, one.code) for one in slip.lines])
    charges = by_document(charge for line in slip.lines for charge in line.charges)
    documents = _extended(documents, [(one.source, one.document) for one in charges])
    units = _extended(units, [slip.insured_unit, slip.withholding_agent])
    towns = _extended(run.towns, [slip.town])
    insurance = by_document(charge for line in slip.lines if line.side == "employer" for charge in line.charges)
    documents = _extended(documents, [(one.source, one.document) for one in insurance])
    own, earlier = [0] * len(codes), []
    code_places, document_places = _places(codes), _places(documents)
    for one in slip.lines:
        if one.month == slip.month:
            own[code_places[one.side, one.code]] += one.amount_fen
        elif one.amount_fen:
            earlier.append((code_places[one.side, one.code], one.month, int(one.amount_fen)))
    line = Line(
        slip.officer,
        slip.bank_account_pseudonym,
        tuple(own),
        tuple(earlier),
        _shares(charges, document_places),
        slip.withholding.special_deduction_fen,
        slip.tax_fen,
        slip.net_fen,
        units.index(slip.insured_unit),
        units.index(slip.withholding_agent),
        town=towns.index(slip.town),
        insurance=_shares(insurance, document_places),
    )
    sheets = _inserted(run.sheets, line)
    return msgspec.structs.replace(run, codes=codes, documents=documents, units=units, towns=towns, sheets=sheets)


def _shares(charges: tuple[Charge, ...], places: dict[Hashable, int]) -> tuple[int, ...]:
    """Charges as pairs of a document's place and an amount."""
    return tuple(n for one in charges for n in (places[one.source, one.document], int(one.amount_fen)))


def _extended(known: tuple[K, ...], wanted: Iterable[K]) -> tuple[K, ...]:
    places = _places(known)
    new = [one for one in dict.fromkeys(wanted) if one not in places]
    return (*known, *new) if new else known


@lru_cache(maxsize=64)
def _places(known: tuple[Hashable, ...]) -> dict[Hashable, int]:
    """Where each entry of a table stands. Thousands of slips ask the same few tables."""
    return {one: place for place, one in enumerate(known)}


def _inserted(sheets: tuple[tuple[Line, ...], ...], line: Line) -> tuple[tuple[Line, ...], ...]:
    """Sheets with `line` where its officer belongs; a full sheet is parted. Slips come in order, so the last one grows."""
    sheet_no = bisect_right(sheets, line.officer, key=lambda sheet: sheet[0].officer) - 1
    if sheet_no < 0:
        return ((line,), *sheets)
    sheet = sheets[sheet_no]
    place = bisect_right(sheet, line.officer, key=lambda one: one.officer)
    if len(sheet) < SHEET_LINES_MAX:
        return (*sheets[:sheet_no], (*sheet[:place], line, *sheet[place:]), *sheets[sheet_no + 1 :])
    if place == len(sheet):
        return (*sheets[: sheet_no + 1], (line,), *sheets[sheet_no + 1 :])
    return (*sheets[:sheet_no], (*sheet[:place], line), sheet[place:], *sheets[sheet_no + 1 :])


def with_outcome(run: Run, officer: str, outcome: LineOutcome) -> Run:
    """The run with another outcome of one line; unchanged when it has no such line."""
    place = _place(run.sheets, officer)
    if place is None:
        return run
    sheet_no, at = place
    sheet = run.sheets[sheet_no]
    line = msgspec.structs.replace(sheet[at], outcome=outcome)
    changed = (*sheet[:at], line, *sheet[at + 1 :])
    return msgspec.structs.replace(run, sheets=(*run.sheets[:sheet_no], changed, *run.sheets[sheet_no + 1 :]))


def paying_to(accounts: Iterable[PaidTo]) -> Callable[[Line], Line]:
    """A line as it is paid where its officer stands among `accounts`; any other as it is."""
    known = {one.officer: one.bank_account_pseudonym for one in accounts}

    def paid(line: Line) -> Line:
        if line.officer not in known:
            return line
        return msgspec.structs.replace(line, bank_account_pseudonym=known[line.officer])

    return paid


def with_sent(run: Run, file_no: int, accounts: Iterable[PaidTo] = ()) -> Run:
    """The run with everything payable sent in a bank file, that of `accounts` to those."""
    paid = paying_to(accounts)
    sent = {line.officer for line in run.payable()}
    sheets = tuple(
        tuple(
            msgspec.structs.replace(paid(line), outcome="sent", file_no=file_no) if line.officer in sent else line
            for line in sheet
        )
        for sheet in run.sheets
    )
    return msgspec.structs.replace(run, sheets=sheets)


def with_withdrawn(run: Run, file_no: int) -> Run:
    """The run with a void bank file: its lines may be sent again."""
    sheets = tuple(
        tuple(
            msgspec.structs.replace(line, outcome="open")
            if line.file_no == file_no and line.outcome == "sent"
            else line
            for line in sheet
        )
        for sheet in run.sheets
    )
    files = tuple(msgspec.structs.replace(one, withdrawn=True) if one.file_no == file_no else one for one in run.files)
    return msgspec.structs.replace(run, sheets=sheets, files=files)
