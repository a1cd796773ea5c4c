"""Automatic tests on declarations of insurance and tax (二(四) 工资和社保): made, of the run's own sums, remitted in time.

A month before `from_month` of the pack (``YYYYMM``) is left alone: it was declared outside this system.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Final

from services.audit.automatic.noted import Noted, day_in_china, noted
from services.audit.domain import DISTRICT, OpenFinding, objection
from services.audit.rules import figure
from services.contracts.audit import Evidence
from services.contracts.deciding import Record
from services.contracts.money import Fen, yuan_text
from services.contracts.months import Month
from services.contracts.payroll import (
    InsuranceDeclared,
    PayslipComputed,
    RemittanceRecorded,
    RunApproved,
    RunDiscarded,
    SlipReversed,
    TaxDeclared,
)
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

DECLARATION_MISSING: Final = "declaration_missing"
DECLARATION_DIFFERS: Final = "declaration_differs"
REMITTANCE_LATE: Final = "remittance_late"
WHAT: Final = {"insurance": ("社会保险", "insurance"), "tax": ("个人所得税", "income tax")}
# A unit's declaration of one kind.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What one slip owes: both sides' insurance by its unit, tax by its agent."""

    insured_unit: str
    agent: str
    insurance_fen: int
    tax_fen: int


@dataclass(slots=True, kw_only=True)
class Declaring:
    """A run's slips that count, its approval, its declarations and what was remitted on them, with the last day of it."""

    owed: dict[str, Owed] = field(default_factory=dict)
    approved: Noted[RunApproved] | None = None
    declared: dict[Key, Noted[InsuranceDeclared] | Noted[TaxDeclared]] = field(default_factory=dict)
    remitted: dict[Key, list[tuple[date, int]]] = field(default_factory=dict)

    def due(self) -> dict[Key, int]:
        """What each unit has to declare, where it is anything."""
        sums: dict[Key, int] = {}
        for one in self.owed.values():
            for key, amount_fen in (
                (("insurance", one.insured_unit), one.insurance_fen),
                (("tax", one.agent), one.tax_fen),
            ):
                sums[key] = sums.get(key, 0) + amount_fen
        return {key: amount_fen for key, amount_fen in sums.items() if amount_fen > 0}


def follow(run: Declaring, record: Record) -> None:
    """Bring a run up to `record`."""
    match record.fact:
        case PayslipComputed() as fact:
            insurance_fen = sum(line.amount_fen for line in fact.lines if line.side != "part")
            run.owed[fact.officer] = Owed(
                insured_unit=fact.insured_unit,
                agent=fact.withholding_agent,
                insurance_fen=insurance_fen,
                tax_fen=fact.tax_fen,
            )
        case RunDiscarded():
            run.owed.clear()
        case SlipReversed() as fact:
            run.owed.pop(fact.officer, None)
        case RunApproved():
            run.approved = noted(record, RunApproved)
        case InsuranceDeclared() as fact:
            run.declared["insurance", fact.insured_unit] = noted(record, InsuranceDeclared)
        case TaxDeclared() as fact:
            run.declared["tax", fact.withholding_agent] = noted(record, TaxDeclared)
        case RemittanceRecorded() as fact:
            run.remitted.setdefault((fact.declaration, fact.unit), []).append((fact.remitted_on, fact.amount_fen))


def _declared_fen(fact: InsuranceDeclared | TaxDeclared) -> int:
    return fact.tax_fen if isinstance(fact, TaxDeclared) else fact.personal_fen + fact.employer_fen


def declaration_differs(run: Declaring, record: Record) -> OpenFinding | None:
    """A declaration of another sum, or of other people's number, than the run's slips that count then (社会保险法 art. 58–60)."""
    match record.fact:
        case InsuranceDeclared() as fact:
            slips = [one.insurance_fen for one in run.owed.values() if one.insured_unit == fact.insured_unit]
            kind, unit, stated = "insurance", fact.insured_unit, noted(record, InsuranceDeclared).evidence
        case TaxDeclared() as fact:
            slips = [one.tax_fen for one in run.owed.values() if one.agent == fact.withholding_agent]
            kind, unit, stated = "tax", fact.withholding_agent, noted(record, TaxDeclared).evidence
        case _:
            return None
    declared_fen = _declared_fen(fact)
    if (len(slips), sum(slips)) == (fact.person_count, declared_fen):
        return None
    zh, en = WHAT[kind]
    owed, declared = yuan_text(Fen(sum(slips))), yuan_text(Fen(declared_fen))
    return _objection(
        DECLARATION_DIFFERS,
        record.envelope.subject,
        (stated,),
        f"{unit} {fact.month} {zh}申报 {fact.person_count} 人 {declared} 元，工资单为 {len(slips)} 人 {owed} 元",
        f"{unit} declared {en} of {fact.month} for {fact.person_count} people, {declared}; "
        f"the slips have {len(slips)}, {owed}",
    )


def declaration_missing(run: Declaring, subject: str, now: datetime, rules: RuleBook) -> Iterator[OpenFinding]:
    """An approved month whose insurance or tax a unit had to declare and has not by the day of the next month (社会保险法 art. 60; 个人所得税法 art. 14)."""
    approved = run.approved
    if approved is None:
        return
    month = approved.fact.month
    last_day = _last_day(rules, DECLARATION_MISSING, month)
    if last_day is None or day_in_china(now) <= last_day:
        return
    missing = sorted(key for key in run.due() if key not in run.declared)
    if missing:
        names_zh = "、".join(f"{unit} {WHAT[kind][0]}" for kind, unit in missing)
        names_en = ", ".join(f"{WHAT[kind][1]} by {unit or 'the unit'}" for kind, unit in missing)
        yield _objection(
            DECLARATION_MISSING,
            subject,
            (approved.evidence,),
            f"{month} 逾 {last_day} 未申报：{names_zh}",
            f"{month} was not declared by {last_day}: {names_en}",
        )


def remittance_late(run: Declaring, subject: str, now: datetime, rules: RuleBook) -> Iterator[OpenFinding]:
    """A declared sum not remitted whole by the day of the next month (社会保险法 art. 60, 63; 个人所得税法 art. 14)."""
    for (kind, unit), declared in run.declared.items():
        fact = declared.fact
        last_day = _last_day(rules, REMITTANCE_LATE, fact.month)
        if last_day is None or day_in_china(now) <= last_day:
            continue
        in_time = sum(fen for day, fen in run.remitted.get((kind, unit), ()) if day <= last_day)
        open_fen = _declared_fen(fact) - in_time
        if open_fen > 0:
            zh, en = WHAT[kind]
            yield _objection(
                REMITTANCE_LATE,
                subject,
                (declared.evidence,),
                f"{unit} {fact.month} {zh} {yuan_text(Fen(open_fen))} 元至 {last_day} 未缴",
                f"{yuan_text(Fen(open_fen))} of {unit}'s {en} of {fact.month} were not remitted by {last_day}",
            )


def _last_day(rules: RuleBook, test: str, month: Month) -> date | None:
    """The last day for a month: the pack's day of the month after it; None for months declared elsewhere."""
    from_month = figure(rules, test, "from_month", month.first_day)
    day = figure(rules, test, "month_day_max", month.first_day)
    if from_month is None or day is None or month.year * 100 + month.number < from_month:
        return None
    after = month.plus(1)
    return min(date(after.year, after.number, min(day, 28)), after.last_day)


def _objection(test: str, subject: str, evidence: tuple[Evidence, ...], zh: str, en: str) -> OpenFinding:
    return objection(test, evidence, about=subject, town=DISTRICT, zh=zh, en=en)


@dataclass(slots=True)
class DeclarationWatch:
    """Every run's declarations so far."""

    rules: RuleBook
    runs: dict[str, Declaring] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        InsuranceDeclared,
        PayslipComputed,
        RemittanceRecorded,
        RunApproved,
        RunDiscarded,
        SlipReversed,
        TaxDeclared,
    )

    def read(self, record: Record) -> Iterator[OpenFinding]:
        run = self.runs.setdefault(record.envelope.subject, Declaring())
        if finding := declaration_differs(run, record):
            yield finding
        follow(run, record)

    def ended(self, now: datetime) -> Iterator[OpenFinding]:
        for subject, run in self.runs.items():
            yield from declaration_missing(run, subject, now, self.rules)
            yield from remittance_late(run, subject, now, self.rules)
