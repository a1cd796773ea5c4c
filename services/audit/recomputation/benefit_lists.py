"""Every line of every monthly benefit list, arrears included, and every sum claimed back, reckoned again from the decisions.

Lists and households lie in different partitions: what was decided within `APART` of a draft may have been known to it or
not, so a line is right when it is right with it or without it.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from services.audit.domain import DISTRICT, evidence_of
from services.audit.recomputation.amounts import RECOMPUTED_AMOUNT
from services.audit.recomputation.difference import Difference, Outcome
from services.audit.recomputation.entitlements import CHANGES, MEMBER_DEATH, Benefit, Entitlement
from services.contracts import casework
from services.contracts.audit import Evidence
from services.contracts.deciding import Record
from services.contracts.money import Fen, yuan_text
from services.contracts.months import Month
from services.contracts.registry import Fact

APART: Final = timedelta(seconds=5)
# A list owes what the lists of a year before it did not pay; older ones are settled by hand.
LISTS_BEFORE_MAX: Final = 12
EVIDENCE_MAX: Final = 8
_LISTS: Final[tuple[type[Fact], ...]] = (
    casework.BenefitListDrafted, casework.BenefitLinesListed, casework.BenefitListApproved, casework.PaymentFileIssued,
    casework.PaymentLinesIssued, casework.BenefitsPaid, casework.BenefitsReturned, casework.BankLineHeld,
    casework.HeldLineResolved, casework.BenefitListClosed,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Kept:
    fact: Fact
    at: datetime
    place: tuple[int, int]
    subject: str
    evidence: Evidence


@dataclass(slots=True)
class _Line:
    """A household's line: money of the month itself and of earlier ones, and whether the bank paid it."""

    due_fen: int
    arrears: dict[Month, int]
    paid: bool = False

    @property
    def amount_fen(self) -> int:
        return self.due_fen + sum(self.arrears.values())


@dataclass(slots=True)
class _List:
    """A town's list of a month as far as it has come."""

    month: Month
    approved: bool = False
    closed: bool = False
    lines: dict[str, _Line] = field(default_factory=dict)
    drafted: "casework.BenefitListDrafted | None" = None

    def held(self, household: str) -> dict[Month, int]:
        """What of each month the list has paid, or will; once closed, only what was paid."""
        line = self.lines.get(household)
        if line is None or (self.closed and not line.paid):
            return {}
        held = dict(line.arrears)
        held[self.month] = held.get(self.month, 0) + line.due_fen
        return held


@dataclass(slots=True)
class _Home:
    """A household's decisions in order, folded as far as a draft could know them."""

    facts: list[_Kept] = field(default_factory=list)
    entitlement: Entitlement = field(default_factory=Entitlement)
    folded: int = 0

    def until(self, at: datetime) -> Entitlement:
        """Everything decided before `at`; asked in the order of time."""
        while self.folded < len(self.facts) and self.facts[self.folded].at <= at:
            self.entitlement.take(self.facts[self.folded].fact)
            self.folded += 1
        return self.entitlement

    def known_at(self, at: datetime) -> list[Entitlement]:
        """What a decision at `at` may have known: without, and with each fact decided within `APART` of it."""
        found = [self.until(at - APART)]
        for kept in self.facts[self.folded :]:
            if kept.at > at + APART:
                break
            later = deepcopy(found[-1])
            later.take(kept.fact)
            found.append(later)
        return found


@dataclass(slots=True)
class BenefitListLines:
    """Keeps lists and decisions, and reckons the lines again in the order of time."""

    listens: ClassVar[tuple[type[Fact], ...]] = (*CHANGES, *_LISTS)
    _homes: dict[str, _Home] = field(default_factory=dict)
    _lists: list[_Kept] = field(default_factory=list)

    def read(self, record: Record) -> None:
        envelope = record.envelope
        kept = _Kept(
            record.fact, envelope.recordedtime, (record.partition, envelope.sequence), envelope.subject,
            evidence_of(record),
        )  # fmt: skip
        if isinstance(record.fact, _LISTS):
            self._lists.append(kept)
            return
        number = envelope.subject.partition(":")[2]
        self._homes.setdefault(number, _Home()).facts.append(kept)
        if isinstance(record.fact, casework.RecoveryClaimed):
            self._lists.append(kept)

    def ended(self) -> Outcome:
        homes = {number: _Home(facts=home.facts) for number, home in self._homes.items()}
        reckoning = _Reckoning(homes)
        in_time = sorted(self._lists, key=lambda kept: (kept.at, kept.place))
        for kept in in_time:
            reckoning.take(kept)
        reckoning.end_draft()
        return Outcome(
            of="benefit_lists", equal=reckoning.equal, different=reckoning.different,
            differences=tuple(reckoning.differences),
        )  # fmt: skip


@dataclass(slots=True)
class _Draft:
    """A draft whose lines are being read: they are facts of one command, one after the other."""

    kept: _Kept
    town: str
    month: Month
    lines: dict[str, tuple[casework.BenefitLine, _Kept]] = field(default_factory=dict)


@dataclass(slots=True)
class _Reckoning:
    homes: dict[str, _Home]
    equal: int = 0
    different: int = 0
    differences: list[Difference] = field(default_factory=list)
    _lists: dict[tuple[str, Month], _List] = field(default_factory=dict)
    _draft: _Draft | None = None
    _of_town: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number in sorted(self.homes):
            self._of_town.setdefault(number.partition("-")[0], []).append(number)

    def take(self, kept: _Kept) -> None:
        fact: Any = kept.fact
        if isinstance(fact, casework.RecoveryClaimed):
            self._claim(kept, fact)
            return
        draft = self._draft
        if isinstance(fact, casework.BenefitLinesListed) and draft is not None and draft.kept.subject == kept.subject:
            draft.lines |= {line.household_no: (line, kept) for line in fact.lines}
        else:
            self.end_draft()
        if isinstance(fact, casework.BenefitListDrafted):
            self._draft = _Draft(kept, fact.town, fact.month)
        self._fold(fact)

    def _fold(self, fact: Any) -> None:
        name = (fact.town, fact.month)
        if isinstance(fact, casework.BenefitListDrafted):
            self._lists[name] = _List(month=fact.month, drafted=fact)
            return
        one = self._lists.setdefault(name, _List(month=fact.month))
        match fact:
            case casework.BenefitLinesListed():
                for line in fact.lines:
                    arrears = {owed.month: int(owed.amount_fen) for owed in line.arrears}
                    one.lines[line.household_no] = _Line(line.due_fen, arrears)
            case casework.BenefitListApproved():
                one.approved = True
            case casework.BenefitListClosed():
                one.closed = True
            case casework.BenefitsPaid() | casework.BenefitsReturned() | casework.PaymentLinesIssued():
                self._mark(one, (line.household_no for line in fact.lines), isinstance(fact, casework.BenefitsPaid))
            case casework.BankLineHeld() if fact.keeps_open:
                self._mark(one, (fact.household_no,), False)
            case casework.HeldLineResolved() if fact.after and fact.after != fact.before:
                self._mark(one, (fact.household_no,), fact.after == "paid")

    def _mark(self, one: _List, households: Iterable[str], paid: bool) -> None:
        for number in households:
            if number in one.lines:
                one.lines[number].paid = paid

    # ---- the lines of a draft

    def end_draft(self) -> None:
        """Once all its lines are read: each household of the town with what it was due then."""
        draft, self._draft = self._draft, None
        if draft is None:
            return
        earlier = [
            one
            for n in range(1, LISTS_BEFORE_MAX + 1)
            if (one := self._lists.get((draft.town, draft.month.plus(-n)))) is not None and one.approved
        ]
        for number in self._of_town.get(draft.town, ()):
            self._household(draft, number, earlier)
        for number in sorted(draft.lines.keys() - self.homes.keys()):
            line, kept = draft.lines[number]
            self._differs(draft, number, "amount_fen", line.amount_fen, 0, (kept.evidence,))
            self.different += 1
        self._totals(draft)

    def _household(self, draft: _Draft, number: str, earlier: list[_List]) -> None:
        listed = draft.lines.get(number)
        said = _Line(0, {})
        if listed is not None:
            said = _Line(listed[0].due_fen, {one.month: int(one.amount_fen) for one in listed[0].arrears})
        home = self.homes[number]
        wanted = [_line(one, draft.month, number, earlier) for one in home.known_at(draft.kept.at)]
        if listed is None and not any(one.amount_fen for one in wanted):
            return
        if any(_same(said, one) for one in wanted) and (listed is None or listed[0].amount_fen == said.amount_fen):
            self.equal += 1
            return
        self.different += 1
        found = wanted[-1]
        by = listed[1].evidence if listed is not None else draft.kept.evidence
        evidence = (by, *(kept.evidence for kept in home.facts if kept.at <= draft.kept.at + APART))
        for name, before, after in _lines_apart(said, found, listed[0].amount_fen if listed is not None else 0):
            self._differs(draft, number, name, before, after, evidence[:EVIDENCE_MAX])

    def _totals(self, draft: _Draft) -> None:
        drafted: Any = draft.kept.fact
        amount = sum(line.amount_fen for line, _ in draft.lines.values())
        if (drafted.line_count, drafted.amount_fen) == (len(draft.lines), amount):
            self.equal += 1
            return
        self.different += 1
        self._differs(draft, "", "total_fen", drafted.amount_fen, amount, (draft.kept.evidence,))

    def _differs(
        self, draft: _Draft, number: str, line: str, said: int, found: int, evidence: tuple[Evidence, ...]
    ) -> None:
        said_yuan, found_yuan = yuan_text(Fen(said)), yuan_text(Fen(found))
        self.differences.append(
            Difference(
                kind=RECOMPUTED_AMOUNT, about=f"household:{number}" if number else draft.kept.subject, line=line,
                said=str(said), recomputed=str(found), evidence=evidence, month=str(draft.month),
                town=draft.town or DISTRICT,
                zh=f"{draft.town} {draft.month} 发放名册中 {number or '合计'} 的 {line} 为 {said_yuan} 元，重算为 {found_yuan} 元",
                en=f"{line} of {number or 'the whole'} on the list of {draft.town} for {draft.month} is {said_yuan} yuan; "
                f"reckoned again it is {found_yuan} yuan",
            )
        )  # fmt: skip

    # ---- money claimed back

    def _claim(self, kept: _Kept, fact: casework.RecoveryClaimed) -> None:
        """Each month as its list paid it, else as it was decided; none left out between the first and the last (art. 32)."""
        number = kept.subject.partition(":")[2]
        home = self.homes[number]
        said = {one.month: int(one.amount_fen) for one in fact.months}
        before = Entitlement()
        for one in home.facts:
            if one.evidence.event_id == kept.evidence.event_id:
                break
            before.take(one.fact)
        benefit = before.now
        first = min(said, default=None)
        evidence = (kept.evidence, *(one.evidence for one in home.facts if one.at <= kept.at))[:EVIDENCE_MAX]
        if benefit is not None and fact.reason == MEMBER_DEATH and benefit.before_death and first is not None:
            of_dead = self._paid_for_the_dead(number, fact.town, benefit, max(said), before.part_claimed)
            self._claim_says(kept, fact, said, of_dead, evidence)
            return
        if benefit is None or benefit.ended_from is None or first is None:
            self._claim_differs(kept, fact, "amount_fen", sum(said.values()), 0, (kept.evidence,))
            return
        begin = benefit.ended_from
        if before.claimed_through is not None:
            begin = max(begin, before.claimed_through.plus(1))
        paid = self._paid(number, fact.town, min(begin, first), max(said))
        part = before.part_claimed
        wanted = {
            month: paid[month] - part.get(month, 0) if month in paid else benefit.paid_for(month)
            for month in _months(begin, max(said))
        }
        self._claim_says(kept, fact, said, wanted, evidence)

    def _paid_for_the_dead(
        self, number: str, town: str, benefit: Benefit, last: Month, claimed: dict[Month, int]
    ) -> dict[Month, int]:
        """What of each month since the latest death was paid over the amount for the others (art. 32).

        Less what is `claimed` already for whoever died before, of months that a list paid.
        """
        amounts = list(benefit.before_death.values())[-1]
        first = benefit.amounts[len(amounts)][0]
        paid = self._paid(number, town, first, last)
        decided = {m: 0 if benefit.standing_still(m) else benefit.decided_for(m, amounts) for m in _months(first, last)}
        left = {m: paid[m] - claimed.get(m, 0) if m in paid else decided[m] for m in decided}
        return {month: max(0, left[month] - benefit.paid_for(month)) for month in decided}

    def _claim_says(
        self, kept: _Kept, fact: casework.RecoveryClaimed, said: dict[Month, int], reckoned: dict[Month, int],
        evidence: tuple[Evidence, ...],
    ) -> None:  # fmt: skip
        wanted = {month: amount for month, amount in reckoned.items() if amount}
        if wanted == said:
            self.equal += 1
            return
        self._claim_differs(kept, fact, "amount_fen", sum(said.values()), sum(wanted.values()), evidence)

    def _paid(self, number: str, town: str, first: Month, last: Month) -> dict[Month, int]:
        """What approved lists of these months say a household was paid, by month; 0 where one paid nothing."""
        lists = [one for m in _months(first, last) if (one := self._lists.get((town, m))) is not None and one.approved]
        paid = {one.month: 0 for one in lists}
        for one in lists:
            line = one.lines.get(number)
            if line is None or not line.paid:
                continue
            for month, amount in {**line.arrears, one.month: line.due_fen}.items():
                paid[month] = paid.get(month, 0) + amount
        return paid

    def _claim_differs(
        self, kept: _Kept, fact: casework.RecoveryClaimed, line: str, said: int, found: int,
        evidence: tuple[Evidence, ...],
    ) -> None:  # fmt: skip
        self.different += 1
        said_yuan, found_yuan = yuan_text(Fen(said)), yuan_text(Fen(found))
        self.differences.append(
            Difference(
                kind=RECOMPUTED_AMOUNT, about=kept.subject, line=line, said=str(said), recomputed=str(found),
                evidence=evidence, town=fact.town or DISTRICT, month=str(fact.months[0].month) if fact.months else "",
                zh=f"{kept.subject} 追回 {said_yuan} 元，重算应追回 {found_yuan} 元",
                en=f"{said_yuan} yuan are claimed back of {kept.subject}; reckoned again it is {found_yuan} yuan",
            )
        )  # fmt: skip


def _line(entitlement: Entitlement, month: Month, number: str, earlier: list[_List]) -> _Line:
    """What a household is due in a month, and of months before that no list paid in full (补发)."""
    benefit = entitlement.of(month)
    due = entitlement.due(month)
    if benefit is None or benefit.standing_still(month):
        return _Line(due, {})
    months = {one.month for one in earlier}
    now = entitlement.now
    if now is not None and now.resumed_from is not None and month.plus(-len(earlier)) <= now.resumed_from <= month:
        months |= {one for one in now.back_pay if one < month}
    held: dict[Month, int] = {}
    for one in earlier:
        for of, amount in one.held(number).items():
            held[of] = held.get(of, 0) + amount
    owed = {of: entitlement.due(of) - held.get(of, 0) for of in months}
    return _Line(due, {of: amount for of, amount in owed.items() if amount > 0})


def _same(said: _Line, wanted: _Line) -> bool:
    return said.due_fen == wanted.due_fen and said.arrears == wanted.arrears


def _lines_apart(said: _Line, wanted: _Line, amount_said: int) -> Iterator[tuple[str, int, int]]:
    """The figures of a line that differ: name, as said, as reckoned."""
    if said.due_fen != wanted.due_fen:
        yield "due_fen", said.due_fen, wanted.due_fen
    for month in sorted({*said.arrears, *wanted.arrears}):
        before, after = said.arrears.get(month, 0), wanted.arrears.get(month, 0)
        if before != after:
            yield f"arrears/{month}", before, after
    if amount_said != wanted.amount_fen:
        yield "amount_fen", amount_said, wanted.amount_fen


def _months(first: Month, last: Month) -> Iterator[Month]:
    while first <= last:
        yield first
        first = first.plus(1)
