"""Every payslip recomputed from the officers' facts, the adopted rules and the slips before it; it opens no finding.

What a draft read of other subjects is known to within `READING` of its own instant; either knowledge is right within it.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from services.audit.recomputation import comparing
from services.audit.recomputation.career import CAREER, PASSING, Career, career_of, holds_on
from services.audit.recomputation.comparing import Case
from services.audit.recomputation.difference import CannotTell, Difference, Outcome
from services.audit.recomputation.drawing import Drawing
from services.audit.recomputation.money import FUND
from services.audit.recomputation.monthly import Owed, owed
from services.audit.recomputation.pay_packs import Packs, PackShelf
from services.audit.recomputation.payslip import Paid, PaidSlip, Recomputed, paid_by, slip_of, tax_of
from services.audit.recomputation.runs import RUN, Draft, Run
from services.audit.recomputation.told import READING, Told, told
from services.contracts.deciding import Record
from services.contracts.months import Month
from services.contracts.payroll import CommandRefused, PayslipComputed, RulePackAdopted
from services.contracts.registry import Fact, kind_of

PAYSLIPS: Final = "payslips"


class NotRecomputable(Exception):
    """What a slip depends on is not on the log; the reason in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(slots=True)
class Known:
    """What the log says that pay depends on. Mutable while it is read."""

    shelf: PackShelf = field(default_factory=PackShelf)
    officers: defaultdict[str, dict[int, Told[Fact]]] = field(default_factory=lambda: defaultdict(dict))
    runs: dict[Month, Run] = field(default_factory=dict)
    funds: defaultdict[str, list[Told[Fact]]] = field(default_factory=lambda: defaultdict(list))
    careers: dict[tuple[str, int], Career] = field(default_factory=dict)
    owing: dict[tuple[str, int, Month, int], Owed | None] = field(default_factory=dict)

    def read(self, one: Told[Any]) -> None:
        prefix = one.subject.partition(":")[0]
        match one.fact:
            case RulePackAdopted():
                self.shelf.add(one)
            case _ if prefix == "officer":
                self.officers[one.number][one.version] = one
            case _ if prefix == "run" and not isinstance(one.fact, CommandRefused):
                month = Month.parse(one.number)
                self.runs.setdefault(month, Run(month)).read(one)
            case _ if prefix == "fund":
                self.funds[one.number].append(one)

    def career(self, officer: str, version: int) -> Career:
        key = (officer, version)
        if key not in self.careers:
            facts = sorted((number, one.fact) for number, one in self._up_to(officer, version))
            self.careers[key] = career_of(facts)
        return self.careers[key]

    def _up_to(self, officer: str, version: int) -> Iterator[tuple[int, Told[Fact]]]:
        return ((number, one) for number, one in self.officers[officer].items() if number <= version)

    def version_at(self, officer: str, at: datetime) -> int:
        """How far the officer's stream had come by an instant."""
        return max((number for number, one in self.officers[officer].items() if one.at <= at), default=0)

    def owed(self, officer: str, version: int, month: Month, packs: Packs) -> Owed | None:
        """What a month owes by these facts and rules; computed once."""
        key = (officer, version, month, id(packs))
        if key not in self.owing:
            self.owing[key] = owed(self.career(officer, version), packs, month)
        return self.owing[key]

    def before(self, officer: str, month: Month) -> list[tuple[Run, Told[PayslipComputed]]]:
        """The officer's slips in approved runs of earlier months, in order."""
        found = []
        for of in sorted(self.runs):
            slip = self.runs[of].slip_of(officer) if of < month else None
            if slip is not None:
                found.append((self.runs[of], slip))
        return found


@dataclass(slots=True)
class PayslipRecomputation:
    """Reads what pay depends on; says of every slip whether the facts give it. Mutable."""

    known: Known = field(default_factory=Known)

    @property
    def listens(self) -> tuple[type[Fact], ...]:
        return (RulePackAdopted, CommandRefused, *CAREER, *PASSING, *RUN, *FUND)

    def read(self, record: Record) -> None:
        self.known.read(told(record))

    def ended(self) -> Outcome:
        equal, rows = 0, 0
        differences: list[Difference] = []
        unclear: list[CannotTell] = []
        for month in sorted(self.known.runs):
            for draft in self.known.runs[month].drafts:
                drawing = Drawing(self.known.runs, self.known.funds, self.known.shelf, draft)
                for slip in draft.slips:
                    try:
                        found = [*_Slip(self.known, draft, slip).differences(), *drawing.differences(slip)]
                    except NotRecomputable as no:
                        unclear.append(_unclear(slip, no))
                        continue
                    equal, rows = equal + (not found), rows + bool(found)
                    differences += found
                missing = [*_missing(self.known, draft), *drawing.short()] if draft.whole else []
                rows, differences = rows + len(missing), differences + missing
        return Outcome(
            of=PAYSLIPS,
            equal=equal,
            different=rows,
            differences=tuple(differences),
            cannot_tell=tuple(unclear),
        )


def _unclear(slip: Told[PayslipComputed], no: NotRecomputable) -> CannotTell:
    fact = slip.fact
    return CannotTell(
        about=f"officer:{fact.officer}",
        month=slip.number,
        why="not_recomputable",
        zh=f"{fact.officer} {slip.number} 工资单无法重算：{no.zh}",
        en=f"{fact.officer}'s slip of {slip.number} cannot be recomputed: {no.en}",
        evidence=(slip.evidence,),
    )


@dataclass(slots=True)
class _Slip:
    """One stated slip and its recomputation."""

    known: Known
    draft: Draft
    slip: Told[PayslipComputed]
    packs: dict[Month, Packs] = field(default_factory=dict)

    @property
    def officer(self) -> str:
        return self.slip.fact.officer

    @property
    def month(self) -> Month:
        """The run's, whatever the slip says of itself."""
        return Month.parse(self.slip.number)

    def differences(self) -> list[Difference]:
        """By what was known at the draft's instant; where a slip was taken back about then, by whichever agrees."""
        if self.slip.evidence.type != kind_of(PayslipComputed):
            raise NotRecomputable(
                "首版工资单未列明计算依据", "a slip of the first version does not state what it rests on"
            )
        at = self.draft.drafted.at
        before = self.known.before(self.officer, self.month)
        about_then = any(
            abs(run.taken_back[self.officer].at - at) <= READING for run, _ in before if self.officer in run.taken_back
        )
        found = list(self._differences(at))
        for other in (at - READING, at + READING) if found and about_then else ():
            found = min(found, list(self._differences(other)), key=len)
        return found

    def _differences(self, at: datetime) -> Iterator[Difference]:
        slip, month = self.slip.fact, self.month
        case = self._case()
        career = self.known.career(self.officer, slip.officer_version)
        if career.appointed_on is None or career.others_paid_through(month) >= month:
            yield case.difference("slip", "有 / stated", "无 / none", case.versions(*case.officer_facts))
            return
        yield from self._version(case)
        paid = self._paid(career, at)
        expected = self._expected(career, paid)
        if expected is None:
            yield case.difference("slip", "有 / stated", "无 / none", case.versions(*case.officer_facts))
            return
        yield from comparing.different_lines(case, expected)
        yield from comparing.different_bases(case, expected)
        sums = {side: sum(line.amount_fen for line in slip.lines if line.side == side) for side in ("part", "personal")}
        tax = tax_of(career, month, paid, sums["part"], sums["personal"], self._rules(month))
        before = _of_year(paid, month)
        yield from comparing.different_tax(case, tax, before)
        yield from comparing.different_totals(case)
        notes = expected.notes | ({"tax_deferred"} if tax.tax_fen < tax.due_fen else set())
        yield from comparing.different_words(case, self._words(career, notes))

    def _expected(self, career: Career, paid: Paid) -> Recomputed | None:
        try:
            return slip_of(career, self.month, paid, self._rules, self._owed)
        except KeyError as unknown:
            code = str(unknown)
            raise NotRecomputable(f"规则包中没有代码 {code}", f"no pack in force has the code {code}") from None

    def _case(self) -> Case:
        paid = tuple(slip for _, slip in self.known.before(self.officer, self.month))
        return Case(
            slip=self.slip,
            draft=self.draft.drafted,
            officer_facts=self.known.officers[self.officer],
            paid=paid,
            packs=self.packs,
        )

    def _version(self, case: Case) -> Iterator[Difference]:
        """The slip rests on all of the officer's facts that could be known, and on none that could not."""
        at, said = self.draft.drafted.at, self.slip.fact.officer_version
        least, most = (self.known.version_at(self.officer, one) for one in (at - READING, at + READING))
        if not least <= said <= most:
            passed_over = case.versions(*range(min(said, most) + 1, max(said, most) + 1))
            yield case.difference("officer_version", said, self.known.version_at(self.officer, at), passed_over)

    def _paid(self, career: Career, at: datetime) -> Paid:
        slips = [
            PaidSlip(slip.fact, run.was_taken_back(self.officer, at))
            for run, slip in self.known.before(self.officer, self.month)
        ]
        return paid_by(career, self.month, slips)

    def _rules(self, month: Month) -> Packs:
        """The month's rules: those the slip names where they could have been known, else those in force."""
        if month not in self.packs:
            slip = self.slip.fact
            named = next((one.pack_version for one in slip.bases if one.month == month), "")
            if month == self.month:
                named = named or slip.pack_version
            packs = self.known.shelf.stated(month, self.draft.drafted.at, named)
            if packs is None:
                raise NotRecomputable(f"{month} 没有生效的规则包", f"no rule pack is in force in {month}")
            self.packs[month] = packs
        return self.packs[month]

    def _owed(self, month: Month) -> Owed | None:
        return self.known.owed(self.officer, self.slip.fact.officer_version, month, self._rules(month))

    def _words(self, career: Career, notes: frozenset[str]) -> dict[str, str]:
        """Town, account and units on the officer's last day on post up to the month's end."""
        day = self.month.last_day if career.last_day_on is None else min(self.month.last_day, career.last_day_on)
        packs = self._rules(self.month)
        mode = packs.modes.modes.get(holds_on(day, career.modes).value)
        return {
            "month": str(self.month),
            "town": holds_on(day, career.places).value,
            "bank_account_pseudonym": career.account,
            "payer": mode.payer if mode else "",
            "withholding_agent": mode.withholding_agent if mode else "",
            "insured_unit": mode.insured_unit if mode else "",
            "pack_version": packs.named,
            "notes": " ".join(sorted(notes)),
        }


def _of_year(paid: Paid, month: Month) -> dict[str, int]:
    sums = paid.years.get(month.year)
    names = ("months", "income_fen", "insurance_fen", "special_fen", "tax_fen")
    return {name: getattr(sums, name) if sums is not None else 0 for name in names}


def _missing(known: Known, draft: Draft) -> Iterator[Difference]:
    """Officers whom the month owes a slip, by what was surely known, and who have none."""
    month, at = Month.parse(draft.drafted.number), draft.drafted.at
    have = {one.fact.officer for one in draft.slips}
    for officer in sorted(known.officers):
        if officer not in have and all(_is_due(known, officer, month, one) for one in (at - READING, at)):
            evidence = [one.evidence for one in known.officers[officer].values() if one.at <= at]
            yield Difference(
                kind=comparing.RECOMPUTED_PAYSLIP,
                about=f"officer:{officer}",
                month=str(month),
                line="slip",
                said="无 / none",
                recomputed="有 / due",
                evidence=comparing.unrepeated((draft.drafted.evidence, *evidence)),
                zh=f"{officer} {month} 应有工资单，批次中没有",
                en=f"{officer} is due for {month} and has no slip in its run",
            )


def _is_due(known: Known, officer: str, month: Month, at: datetime) -> bool:
    version = known.version_at(officer, at)
    career = known.career(officer, version)
    if career.appointed_on is None or career.others_paid_through(month) >= month:
        return False
    slips = [PaidSlip(slip.fact, run.was_taken_back(officer, at)) for run, slip in known.before(officer, month)]
    packs = {of: known.shelf.on(of, at) for of in (month,)}

    def rules(of: Month) -> Packs:
        found = packs.setdefault(of, known.shelf.on(of, at))
        if found is None:
            raise KeyError(str(of))
        return found

    try:
        paid = paid_by(career, month, slips)
        return slip_of(career, month, paid, rules, lambda of: known.owed(officer, version, of, rules(of))) is not None
    except KeyError:
        return False
