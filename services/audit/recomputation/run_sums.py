"""What a run's facts state in sums – totals, charges, what the bank settled, what is left to remit – against its slips."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from services.audit.recomputation.difference import Difference
from services.audit.recomputation.sources import PURPOSE
from services.audit.recomputation.stating import by_document, by_source, by_town, held
from services.audit.recomputation.told import Told
from services.contracts.audit import Evidence
from services.contracts.money import Fen
from services.contracts.payroll import (
    BankLineHeld,
    BankReturnImported,
    Charge,
    HeldLineDecided,
    InsuranceDeclared,
    PaymentReturned,
    PaymentSettled,
    PayslipComputed,
    RecoveryReceived,
    RemittanceRecorded,
    RunApproved,
    RunChecked,
    RunClosed,
    RunDiscarded,
    RunDrafted,
    SlipReversed,
    Spent,
    TaxDeclared,
)
from services.contracts.registry import Fact, kind_of

RUN_SUMS: Final[tuple[type[Fact], ...]] = (
    RunDrafted, PayslipComputed, RunDiscarded, RunChecked, RunApproved, PaymentSettled, PaymentReturned,
    BankLineHeld, BankReturnImported,
    HeldLineDecided, SlipReversed, RecoveryReceived, InsuranceDeclared, TaxDeclared, RemittanceRecorded, RunClosed,
)  # fmt: skip
Slips = Iterable[PayslipComputed]


def side_fen(slips: Slips, side: str) -> int:
    return sum(line.amount_fen for slip in slips for line in slip.lines if line.side == side)


def charges_of(slips: Slips) -> list[Charge]:
    """What slips take and give, each slip netted by document first."""
    found = []
    for slip in slips:
        net: dict[tuple[str, str], int] = {}
        for one in (charge for line in slip.lines for charge in line.charges):
            net[one.source, one.document] = net.get((one.source, one.document), 0) + one.amount_fen
        found += [Charge(source=key[0], document=key[1], amount_fen=Fen(fen)) for key, fen in net.items()]
    return found


def spent_by(slips: Slips) -> list[Spent]:
    """What slips cost by town and purpose."""
    return [
        Spent(
            town=slip.town,
            purpose=PURPOSE[line.side],
            source=charge.source,
            document=charge.document,
            amount_fen=charge.amount_fen,
        )
        for slip in slips
        for line in slip.lines
        for charge in line.charges
    ]


def sources_of(charges: Iterable[Charge]) -> dict[tuple[str], int]:
    sums: dict[tuple[str], int] = {}
    for one in charges:
        sums[(one.source,)] = sums.get((one.source,), 0) + one.amount_fen
    return {key: fen for key, fen in sums.items() if fen}


@dataclass(slots=True)
class RunSums:
    """One month's run, fact by fact in the order of its stream. Mutable.

    The totals of a draft are judged once its slips are all read: at the next fact that is none.
    """

    drafted: Told[RunDrafted] | None = None
    judged: bool = False
    slips: dict[str, Told[PayslipComputed]] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    taken_back: set[str] = field(default_factory=set)
    owed_back: dict[str, int] = field(default_factory=dict)
    declared: dict[tuple[str, str], int] = field(default_factory=dict)
    _answers: list[Told[Any]] = field(default_factory=list)
    _held: bool = False

    @property
    def current(self) -> bool:
        """Slips of the first version charge no documents, and their runs state no sums by them."""
        return all(one.evidence.type == kind_of(PayslipComputed) for one in self.slips.values())

    @property
    def whole(self) -> bool:
        """Whether as many slips of the last draft were read as it says it has."""
        return self.drafted is not None and len(self.slips) >= self.drafted.fact.slip_count

    def read(self, one: Told[Any]) -> Iterator[Difference]:
        if isinstance(one.fact, PayslipComputed):
            self.slips[one.fact.officer] = one
            return
        yield from self.totals()
        self.judged = True
        match one.fact:
            case RunDrafted():
                self.drafted, self.judged, self.slips = one, False, {}
            case RunDiscarded():
                self.drafted, self.slips = None, {}
            case RunApproved():
                yield from self._approved(one, one.fact)
            case PaymentSettled() | PaymentReturned():
                yield from self._answered(one)
            case BankReturnImported() | HeldLineDecided():
                yield from self._from_bank(one)
            case BankLineHeld():
                self._answers.append(one)
            case SlipReversed():
                yield from self._taken_back(one, one.fact)
            case RunClosed():
                yield from self._closed(one, one.fact)
            case _:
                yield from self._papers(one)

    def totals(self) -> Iterator[Difference]:
        """The draft's totals by its slips, as long as they were not judged when the next fact came."""
        if self.drafted is None or self.judged:
            return
        one, slips = self.drafted, [told.fact for told in self.slips.values()]
        stated = one.fact
        yield from held(one, "slip_count", stated.slip_count, len(slips))
        yield from self._sums(one, slips)
        if self.current:
            yield from held(one, "charges", by_source(stated.charges), sources_of(charges_of(slips)))

    def _sums(
        self, one: Told[Any], slips: list[PayslipComputed], behind: tuple[Evidence, ...] = ()
    ) -> Iterator[Difference]:
        gross_fen, personal_fen, tax_fen = (
            side_fen(slips, "part"),
            side_fen(slips, "personal"),
            sum(s.tax_fen for s in slips),
        )
        for name, fen in (
            ("gross_fen", gross_fen),
            ("personal_insurance_fen", personal_fen),
            ("employer_insurance_fen", side_fen(slips, "employer")),
            ("tax_fen", tax_fen),
            ("net_fen", gross_fen - personal_fen - tax_fen),
        ):
            if hasattr(one.fact, name):
                yield from held(one, name, getattr(one.fact, name), fen, behind)

    def _money(
        self, one: Told[Any], slips: list[PayslipComputed], behind: tuple[Evidence, ...] = ()
    ) -> Iterator[Difference]:
        """What a fact says its slips take of the money, by document, source and town."""
        if self.current:
            charges = charges_of(slips)
            yield from held(one, "by_document", by_document(one.fact.by_document), by_document(charges), behind)
            yield from held(one, "charges", by_source(one.fact.charges), sources_of(charges), behind)
            yield from held(one, "by_town", by_town(one.fact.by_town), by_town(spent_by(slips)), behind)

    def _approved(self, one: Told[Any], fact: RunApproved) -> Iterator[Difference]:
        slips = [told.fact for told in self.slips.values()]
        if not self.current or not fact.by_document:
            return
        behind = (self.drafted.evidence,) if self.drafted else ()
        yield from self._sums(one, slips, behind)
        yield from self._money(one, slips, behind)

    def _answered(self, one: Told[Any]) -> Iterator[Difference]:
        """A line is paid once, and what the slip says."""
        fact = one.fact
        slip = self.slips.get(fact.officer)
        behind = (slip.evidence,) if slip is not None else ()
        net_fen = slip.fact.net_fen if slip is not None else 0
        paid_before = fact.officer in self.settled or fact.officer in self.taken_back
        yield from held(one, "amount_fen", fact.amount_fen, 0 if paid_before else net_fen, behind)
        if isinstance(fact, PaymentSettled):
            self.settled.add(fact.officer)
        if self._held:
            self._held = False  # its money stands on the decision before it
        else:
            self._answers.append(one)

    def _from_bank(self, one: Told[Any]) -> Iterator[Difference]:
        if isinstance(one.fact, HeldLineDecided):
            applied = one.fact.decision == "applied"
            paid = [one.fact.officer] if applied and one.fact.outcome == "settled" else []
            self._held = applied
        else:
            paid = [answer.fact.officer for answer in self._answers if isinstance(answer.fact, PaymentSettled)]
            back = [answer for answer in self._answers if isinstance(answer.fact, PaymentReturned)]
            aside = [answer.fact.amount_fen for answer in self._answers if isinstance(answer.fact, BankLineHeld)]
            yield from held(one, "held_count", one.fact.held_count, len(aside))
            yield from held(one, "held_fen", one.fact.held_fen, sum(aside))
            yield from held(one, "settled_count", one.fact.settled_count, len(paid))
            yield from held(one, "returned_count", one.fact.returned_count, len(back))
            yield from held(one, "settled_fen", one.fact.settled_fen, self._net(paid))
            yield from held(one, "returned_fen", one.fact.returned_fen, self._net(a.fact.officer for a in back))
            self._answers = []
        known = [self.slips[officer] for officer in paid if officer in self.slips]
        yield from self._money(one, [told.fact for told in known], tuple(told.evidence for told in known))

    def _net(self, officers: Iterable[str]) -> int:
        return sum(self.slips[officer].fact.net_fen for officer in officers if officer in self.slips)

    def _taken_back(self, one: Told[Any], fact: SlipReversed) -> Iterator[Difference]:
        slip = self.slips.get(fact.officer)
        slips, behind = ([slip.fact], (slip.evidence,)) if slip is not None else ([], ())
        yield from self._sums(one, slips, behind)
        yield from self._money(one, slips, behind)
        yield from held(one, "settled", fact.settled, fact.officer in self.settled, behind)
        self.taken_back.add(fact.officer)
        if fact.officer in self.settled:
            self.owed_back[fact.officer] = self._net([fact.officer])

    def _closed(self, one: Told[Any], fact: RunClosed) -> Iterator[Difference]:
        paid = self.settled - self.taken_back
        yield from held(one, "settled_count", fact.settled_count, len(paid))
        yield from held(one, "settled_fen", fact.settled_fen, self._net(paid))
        yield from held(one, "reversed_count", fact.reversed_count, len(self.taken_back))
        yield from held(one, "reversed_fen", fact.reversed_fen, self._net(self.taken_back))

    def _papers(self, one: Told[Any]) -> Iterator[Difference]:
        """Declarations by unit, remittances on them, money of reversed slips that comes back."""
        match one.fact:
            case InsuranceDeclared() as fact:
                slips = self._counting("insured_unit", fact.insured_unit)
                sides = {side: side_fen(slips, side) for side in ("personal", "employer")}
                yield from held(one, "person_count", fact.person_count, len(slips))
                yield from held(one, "personal_fen", fact.personal_fen, sides["personal"])
                yield from held(one, "employer_fen", fact.employer_fen, sides["employer"])
                yield from held(one, "base_fen", fact.base_fen, _bases_fen(slips))
                said = {(line.code,): line.personal_fen + line.employer_fen for line in fact.lines}
                yield from held(one, "lines", {key: fen for key, fen in said.items() if fen}, _by_insurance(slips))
                self.declared["insurance", fact.insured_unit] = sum(sides.values())
            case TaxDeclared() as fact:
                slips = self._counting("withholding_agent", fact.withholding_agent)
                tax_fen = sum(slip.tax_fen for slip in slips)
                yield from held(one, "person_count", fact.person_count, len(slips))
                yield from held(one, "income_fen", fact.income_fen, side_fen(slips, "part"))
                yield from held(one, "insurance_fen", fact.insurance_fen, side_fen(slips, "personal"))
                yield from held(one, "tax_fen", fact.tax_fen, tax_fen)
                self.declared["tax", fact.withholding_agent] = tax_fen
            case RemittanceRecorded() as fact:
                left_fen = self.declared.get((fact.declaration, fact.unit), 0) - fact.amount_fen
                yield from held(one, "left_fen", fact.left_fen, left_fen)
                self.declared[fact.declaration, fact.unit] = left_fen
            case RecoveryReceived() as fact:
                left_fen = self.owed_back.get(fact.officer, 0) - fact.amount_fen
                yield from held(one, "left_fen", fact.left_fen, left_fen)
                self.owed_back[fact.officer] = left_fen
            case _:
                pass

    def _counting(self, field_name: str, unit: str) -> list[PayslipComputed]:
        """The slips of a unit that were not taken back."""
        slips = [one.fact for officer, one in self.slips.items() if officer not in self.taken_back]
        return [slip for slip in slips if getattr(slip, field_name) == unit]


def _bases_fen(slips: list[PayslipComputed]) -> int:
    """The persons' contribution bases of the slips' own month."""
    return sum(basis.contribution_base_fen for slip in slips for basis in slip.bases if basis.month == slip.month)


def _by_insurance(slips: list[PayslipComputed]) -> dict[tuple[str], int]:
    sums: dict[tuple[str], int] = {}
    for line in (line for slip in slips for line in slip.lines if line.side != "part"):
        sums[(line.code,)] = sums.get((line.code,), 0) + line.amount_fen
    return {key: fen for key, fen in sums.items() if fen}
