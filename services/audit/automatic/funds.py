"""Automatic tests on the four sources (三, 四(三)): cap, purpose, commitment, payment, what moves and what is left at year end.

Balances are folded here from the movements alone; what a fact says is left is not looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

from services.audit.automatic.noted import Noted, day_in_china, noted
from services.audit.domain import DISTRICT, OpenFinding, evidence_of, objection
from services.audit.rules import figure
from services.contracts.audit import Evidence
from services.contracts.deciding import Record
from services.contracts.money import Fen, yuan_text
from services.contracts.payroll import (
    Charge,
    FundBudgetChanged,
    FundBudgeted,
    FundCommitted,
    FundCredited,
    FundMoveDeclined,
    FundMovedIn,
    FundMovedOut,
    FundMoveReturned,
    FundPaid,
    FundReleased,
    FundTakenOver,
    MovedMoney,
)
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

SOURCE_OVER_CAP: Final = "source_over_cap"
FUND_OVERCOMMITTED: Final = "fund_overcommitted"
FUND_PAID_BEYOND: Final = "fund_paid_beyond"
SPENDING_OFF_PURPOSE: Final = "spending_off_purpose"
SPENDING_WITHOUT_DOCUMENT: Final = "spending_without_document"
CARRY_OVER_MISSING: Final = "carry_over_missing"
MOVE_NOT_RECEIVED: Final = "move_not_received"
MOVE_CHANGED_PURPOSES: Final = "move_changed_purposes"
BASIS_POINTS: Final = 10_000
# What runs and invoices spend money for, as funding documents name purposes.
OF_RUNS: Final = frozenset({"officer_pay", "officer_insurance"})
OF_INVOICES: Final = frozenset({"purchased_services"})


@dataclass(slots=True, kw_only=True)
class Document:
    """A funding document in a source's year: its money, its purposes, and what is set aside or spent of it."""

    purposes: frozenset[str]
    given: bool = True
    budget_fen: int = 0
    used_fen: int = 0

    @property
    def left_fen(self) -> int:
        return self.budget_fen - self.used_fen


@dataclass(slots=True, kw_only=True)
class Source:
    """One of the four sources in a year: its documents, what each claim may still be paid, what was carried in."""

    year: int = 0
    source: str = ""
    documents: dict[str, Document] = field(default_factory=dict)
    open_fen: dict[str, int] = field(default_factory=dict)
    given_fen: int = 0
    cap_basis_fen: int | None = None
    first: Evidence | None = None
    carried_over: bool = False

    @property
    def left_fen(self) -> int:
        return sum(document.left_fen for document in self.documents.values())

    def given(self) -> dict[str, Document]:
        """The documents that did give money to the source."""
        return {name: document for name, document in self.documents.items() if document.given}


def follow(source: Source, record: Record) -> None:
    """Bring a source up to `record`."""
    fact = record.fact
    match fact:
        case FundBudgeted() | FundTakenOver():
            _budgeted(source, fact)
            source.first = source.first or evidence_of(record)
        case FundBudgetChanged():
            _document(source, fact.document).budget_fen += fact.change_fen
            source.given_fen += fact.change_fen
        case FundCommitted():
            claim = fact.run or fact.invoice
            for charge in fact.by_document:
                aside_fen = max(0, charge.amount_fen)
                _document(source, charge.document).used_fen += aside_fen
                source.open_fen[claim] = source.open_fen.get(claim, 0) + aside_fen
            if not fact.by_document:  # written before documents were
                source.open_fen[claim] = source.open_fen.get(claim, 0) + fact.amount_fen
        case FundPaid():
            claim = fact.run or fact.invoice or fact.claim
            source.open_fen[claim] = source.open_fen.get(claim, 0) - fact.amount_fen
        case FundReleased():
            claim = fact.run or fact.invoice or fact.claim
            for charge in fact.by_document:
                freed_fen = max(0, charge.amount_fen)
                _document(source, charge.document).used_fen -= freed_fen
                source.open_fen[claim] = source.open_fen.get(claim, 0) - freed_fen
        case FundCredited():
            for charge in fact.by_document:
                _document(source, charge.document).used_fen -= charge.amount_fen
        case _:
            _moved(source, fact)


def _budgeted(source: Source, fact: FundBudgeted | FundTakenOver) -> None:
    source.year, source.source = fact.year, fact.source
    source.documents[fact.document] = Document(purposes=frozenset(fact.purposes), budget_fen=fact.amount_fen)
    source.given_fen += fact.amount_fen
    if source.cap_basis_fen is None:
        source.cap_basis_fen = fact.cap_basis_fen
    if isinstance(fact, FundTakenOver):
        source.documents[fact.document].used_fen = fact.paid_fen + sum(one.open_fen for one in fact.commitments)
        for one in fact.commitments:
            claim = f"opening:{fact.document}/{one.claim}"
            source.open_fen[claim] = source.open_fen.get(claim, 0) + one.open_fen


def _moved(source: Source, fact: Fact) -> None:
    match fact:
        case FundMovedOut():
            source.year, source.source = fact.year, fact.source
            source.carried_over = source.carried_over or fact.why == "carry_over"
            # What was given counts under the cap wherever it went from here.
            _shift(source, fact.documents, -1)
        case FundMovedIn():
            source.year, source.source = fact.year, fact.source
            for one in fact.documents:
                source.documents.setdefault(one.document, Document(purposes=frozenset(one.purposes)))
            _shift(source, fact.documents, 1)
            # Money carried over was under the cap of the year it was given in.
            source.given_fen += fact.amount_fen if fact.why == "transfer" else 0
        case FundMoveReturned():
            _shift(source, fact.documents, 1)


def _shift(source: Source, documents: tuple[MovedMoney, ...], sign: int) -> None:
    for one in documents:
        _document(source, one.document).budget_fen += sign * one.amount_fen


def _document(source: Source, name: str) -> Document:
    """The document of that name; one that was never budgeted has no money and no purpose."""
    return source.documents.setdefault(name, Document(purposes=frozenset(), given=False))


def source_over_cap(before: Source, record: Record, rules: RuleBook) -> OpenFinding | None:
    """Source ② given more in a year than its share of last year's municipal social-assistance funds (三(二): 1%)."""
    match record.fact:
        case FundBudgeted() | FundTakenOver() as fact:
            more_fen, basis_fen = int(fact.amount_fen), before.cap_basis_fen or fact.cap_basis_fen
        case FundBudgetChanged() as fact if fact.change_fen > 0:
            more_fen, basis_fen = int(fact.change_fen), before.cap_basis_fen
        case FundMovedIn(why="transfer") as fact:
            more_fen, basis_fen = int(fact.amount_fen), before.cap_basis_fen
        case _:
            return None
    first_day = date(fact.year, 1, 1)
    capped, points = (figure(rules, SOURCE_OVER_CAP, name, first_day) for name in ("capped_source", "cap_basis_points"))
    if capped is None or points is None or fact.source != str(capped):
        return None
    cap_fen = (basis_fen or 0) * points // BASIS_POINTS
    given_fen = before.given_fen + more_fen
    if given_fen <= cap_fen:
        return None
    cap, given = yuan_text(Fen(cap_fen)), yuan_text(Fen(given_fen))
    return _on_source(
        SOURCE_OVER_CAP, record, f"安排 {given} 元，超过上限 {cap} 元", f"was given {given}, above its cap of {cap}"
    )


def fund_overcommitted(source: Source, record: Record) -> OpenFinding | None:
    """More set aside of a document than it has left, or more taken back or moved out: a negative balance (三)."""
    match record.fact:
        case FundCommitted() as fact:
            asked = _sums(fact.by_document)
        case FundCredited() as fact:
            asked = _sums(fact.by_document, -1)
        case FundMovedOut() as fact:
            asked = {one.document: int(one.amount_fen) for one in fact.documents}
        case FundBudgetChanged() as fact if fact.change_fen < 0:
            asked = {fact.document: -int(fact.change_fen)}
        case _:
            return None
    given = source.given()
    short = {
        name: fen - given[name].left_fen
        for name, fen in asked.items()
        if name in given and fen > max(0, given[name].left_fen)
    }
    if not short:
        return None
    said = "、".join(f"{name} {yuan_text(Fen(fen))}" for name, fen in short.items())
    return _on_source(
        FUND_OVERCOMMITTED, record, f"超出资金文件余额（元）：{said}", f"went beyond its documents by: {said}"
    )


def _sums(charges: tuple[Charge, ...], sign: int = 1) -> dict[str, int]:
    """What is taken of each document (`sign` 1) or given back by it (−1), by document."""
    sums: dict[str, int] = {}
    for charge in charges:
        if charge.amount_fen * sign > 0:
            sums[charge.document] = sums.get(charge.document, 0) + charge.amount_fen * sign
    return sums


def fund_paid_beyond(source: Source, record: Record) -> OpenFinding | None:
    """A payment for a run or invoice above what was set aside for it and is still open (三)."""
    fact = record.fact
    if not isinstance(fact, FundPaid):
        return None
    claim = fact.run or fact.invoice or fact.claim
    open_fen = source.open_fen.get(claim, 0)
    if fact.amount_fen <= open_fen:
        return None
    paid, left = yuan_text(fact.amount_fen), yuan_text(Fen(open_fen))
    return _on_source(
        FUND_PAID_BEYOND, record, f"{claim} 支付 {paid} 元，已落实未付仅 {left} 元", f"paid {paid} for {claim}, {left} of it were set aside"
    )  # fmt: skip


def spending_off_purpose(source: Source, record: Record) -> OpenFinding | None:
    """Money of a document set aside or paid for what its purposes do not name (三, 四(三): 专款专用)."""
    fact = record.fact
    if not isinstance(fact, FundCommitted | FundPaid) or not (fact.run or fact.invoice):
        return None
    wanted = OF_RUNS if fact.run else OF_INVOICES
    given = source.given()
    off = [name for name in _sums(fact.by_document) if name in given and not wanted & given[name].purposes]
    if not off:
        return None
    names, claim = "、".join(off), fact.run or fact.invoice
    return _on_source(
        SPENDING_OFF_PURPOSE,
        record,
        f"{claim} 由资金文件 {names} 列支，其用途不含该项支出",
        f"pays {claim} from {names}, whose purposes do not name that",
    )


def spending_without_document(source: Source, record: Record) -> OpenFinding | None:
    """Money set aside or paid by a document that the source was never given (三)."""
    fact = record.fact
    if not isinstance(fact, FundCommitted | FundPaid):
        return None
    unknown = [name for name in _sums(fact.by_document) if name not in source.given()]
    if not unknown:
        return None
    names = "、".join(unknown)
    return _on_source(
        SPENDING_WITHOUT_DOCUMENT, record, f"由未入账的资金文件 {names} 列支", f"spends by {names}, a document it was never given"
    )  # fmt: skip


def _on_source(test: str, record: Record, zh: str, en: str) -> OpenFinding:
    subject = record.envelope.subject
    return objection(
        test, (evidence_of(record),), about=subject, town=DISTRICT, zh=f"资金来源 {subject}：{zh}", en=f"{subject} {en}"
    )  # fmt: skip


def carry_over_missing(source: Source, subject: str, now: datetime, rules: RuleBook) -> OpenFinding | None:
    """A year over for the days of the pack with money left that nobody carried over or returned (三; 结转结余)."""
    if source.first is None:
        return None
    year_end = date(source.year, 12, 31)
    days_max = figure(rules, CARRY_OVER_MISSING, "days_max", year_end)
    if days_max is None or source.left_fen <= 0 or source.carried_over:
        return None
    if day_in_china(now) <= year_end + timedelta(days=days_max):
        return None
    left = yuan_text(Fen(source.left_fen))
    return objection(
        CARRY_OVER_MISSING,
        (source.first,),
        about=subject,
        town=DISTRICT,
        zh=f"{source.year} 年度结束逾 {days_max} 日，来源 {source.source} 结余 {left} 元未作结转",
        en=f"{left} of source {source.source} were left at the end of {source.year} and not carried over "
        f"within {days_max} days",
    )


@dataclass(slots=True, kw_only=True)
class Move:
    """Money on its way by one number: out of a source, in at another or declined there; each of them once, if all is well."""

    out: list[Noted[FundMovedOut]] = field(default_factory=list)
    into: list[Noted[FundMovedIn]] = field(default_factory=list)
    declined: bool = False

    def stated(self) -> Noted[FundMovedOut] | Noted[FundMovedIn]:
        """The fact that tells of the move first: that it left, else that it came in."""
        known: Sequence[Noted[FundMovedOut] | Noted[FundMovedIn]] = self.out or self.into
        return min(known, key=lambda one: one.place)


def move_not_received(move: Move, now: datetime, rules: RuleBook) -> OpenFinding | None:
    """Money that left a source and came in nowhere, came in as another sum or twice, or came from nowhere (三)."""
    if move.declined or not (move.out or move.into):
        return None
    stated = move.stated()
    days_max = figure(rules, MOVE_NOT_RECEIVED, "days_max", stated.day)
    if days_max is None:
        return None
    came_fen = sum(one.fact.amount_fen for one in move.into)
    if not move.out or not move.into:
        if day_in_china(now) <= stated.day + timedelta(days=days_max):
            return None
        lack_zh, lack_en = ("没有转入", "came in nowhere") if move.out else ("没有转出", "left no source")
    elif came_fen != sum(one.fact.amount_fen for one in move.out):
        lack_zh, lack_en = f"，转入 {yuan_text(Fen(came_fen))} 元", f"came in as {yuan_text(Fen(came_fen))}"
    else:
        return None
    fact = stated.fact
    return objection(
        MOVE_NOT_RECEIVED,
        (stated.evidence,),
        about=stated.subject,
        town=DISTRICT,
        zh=f"资金划转 {fact.move_no} {yuan_text(fact.amount_fen)} 元{lack_zh}",
        en=f"{yuan_text(fact.amount_fen)} of move {fact.move_no} {lack_en}",
    )


def move_changed_purposes(move: Move) -> Iterator[OpenFinding]:
    """Money that came in with other purposes than it had where it came from (四(三): 专款专用)."""
    if not move.out:
        return
    was = {one.document: set(one.purposes) for out in move.out for one in out.fact.documents}
    for into in move.into:
        documents = into.fact.documents
        changed = [one.document for one in documents if was.get(one.document, set()) != set(one.purposes)]
        if changed:
            names = "、".join(changed)
            yield objection(
                MOVE_CHANGED_PURPOSES,
                (move.stated().evidence, into.evidence),
                about=into.subject,
                town=DISTRICT,
                zh=f"资金划转 {into.fact.move_no} 改变了资金文件 {names} 的用途",
                en=f"move {into.fact.move_no} changed the purposes of {names}",
            )


@dataclass(slots=True)
class FundWatch:
    """Every source of every year, and every move between them."""

    rules: RuleBook
    sources: dict[str, Source] = field(default_factory=dict)
    moves: dict[str, Move] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        FundBudgetChanged,
        FundBudgeted,
        FundCommitted,
        FundCredited,
        FundMoveDeclined,
        FundMoveReturned,
        FundMovedIn,
        FundMovedOut,
        FundPaid,
        FundReleased,
        FundTakenOver,
    )

    def read(self, record: Record) -> Iterator[OpenFinding]:
        source = self.sources.setdefault(record.envelope.subject, Source())
        objections = (
            source_over_cap(source, record, self.rules),
            fund_overcommitted(source, record),
            fund_paid_beyond(source, record),
            spending_off_purpose(source, record),
            spending_without_document(source, record),
        )
        yield from filter(None, objections)
        match record.fact:
            case FundMovedOut() as fact:
                self.moves.setdefault(fact.move_no, Move()).out.append(noted(record, FundMovedOut))
            case FundMovedIn() as fact:
                self.moves.setdefault(fact.move_no, Move()).into.append(noted(record, FundMovedIn))
            case FundMoveDeclined() | FundMoveReturned() as fact:
                self.moves.setdefault(fact.move_no, Move()).declined = True
        follow(source, record)

    def ended(self, now: datetime) -> Iterator[OpenFinding]:
        for subject, source in self.sources.items():
            if finding := carry_over_missing(source, subject, now, self.rules):
                yield finding
        for move in self.moves.values():
            if finding := move_not_received(move, now, self.rules):
                yield finding
            yield from move_changed_purposes(move)
