"""Automatic tests on appraisals (绩效考核, 二(四)): who settled and ruled, what changed afterwards, and what pay goes by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final

from services.audit.automatic.noted import Noted, noted
from services.audit.domain import OpenFinding, evidence_of, objection
from services.contracts.deciding import Record
from services.contracts.months import Month
from services.contracts.payroll import (
    AppraisalConfirmed,
    AppraisalContested,
    AppraisalProposed,
    AppraisalRuled,
    AppraisalSettled,
    OfficerAppointed,
    OfficerTakenOver,
)
from services.contracts.registry import Fact
from services.contracts.roles import same_person
from services.contracts.rulebook import RuleBook

APPRAISAL_OWN_CAUSE: Final = "appraisal_own_cause"
APPRAISAL_CHANGED_AFTERWARDS: Final = "appraisal_changed_afterwards"
APPRAISAL_PAY_DIFFERS: Final = "appraisal_pay_differs"
APPRAISAL_OBJECTION_UNHEARD: Final = "appraisal_objection_unheard"


@dataclass(slots=True, kw_only=True)
class Quarter:
    """An officer's quarter so far: who proposed its grade, what was settled, whether a ruling came after that."""

    proposed: Noted[AppraisalProposed] | None = None
    settled: Noted[AppraisalSettled] | None = None
    ruled_since: bool = False
    contested: dict[str, Noted[AppraisalContested]] = field(default_factory=dict)


def follow(quarter: Quarter, record: Record) -> None:
    """Bring a quarter up to `record`."""
    match record.fact:
        case AppraisalProposed():
            quarter.proposed = noted(record, AppraisalProposed)
        case AppraisalSettled():
            quarter.settled, quarter.ruled_since = noted(record, AppraisalSettled), False
        case AppraisalContested() as fact:
            quarter.contested[fact.point] = noted(record, AppraisalContested)
        case AppraisalRuled() as fact:
            quarter.contested.pop(fact.point, None)
            quarter.ruled_since = quarter.ruled_since or fact.upheld


def appraisal_own_cause(quarter: Quarter, record: Record) -> OpenFinding | None:
    """A grade settled, or an objection ruled on, by who proposed it or by the officer; a grade confirmed by the officer (会计法: 不相容职务分离)."""
    match record.fact:
        case AppraisalSettled() as fact:
            by, did_zh, did_en = fact.settled_by, "定等", "settled"
        case AppraisalRuled() as fact:
            by, did_zh, did_en = fact.ruled_by, "裁定异议", "ruled on"
        case AppraisalConfirmed() as fact:
            by, did_zh, did_en = fact.confirmed_by, "确认", "confirmed"
        case _:
            return None
    proposer = quarter.proposed.fact.proposed_by if quarter.proposed else None
    # A later ruling settles anew in the name of whoever ruled; the proposer may not have ruled either.
    if not same_person(by, proposer, fact.officer):
        return None
    before = (quarter.proposed.evidence,) if quarter.proposed else ()
    return objection(
        APPRAISAL_OWN_CAUSE,
        (*before, evidence_of(record)),
        about=f"officer:{fact.officer}",
        town=_town(quarter, record),
        zh=f"{fact.officer} {fact.year} 年第 {fact.quarter} 季度考核由提出人或本人 {by} {did_zh}",
        en=f"the appraisal of {fact.officer} for {fact.year} Q{fact.quarter} was {did_en} by {by}, proposer or officer",
    )


def _town(quarter: Quarter, record: Record) -> str:
    if isinstance(record.fact, AppraisalSettled):
        return record.fact.town
    return quarter.proposed.fact.town if quarter.proposed else "district"


def appraisal_changed_afterwards(quarter: Quarter, record: Record) -> OpenFinding | None:
    """A settled grade settled again otherwise, with no objection upheld since (二(四)): a closed quarter moves by a ruling only."""
    fact, before = record.fact, quarter.settled
    if not isinstance(fact, AppraisalSettled) or before is None or quarter.ruled_since:
        return None
    was = before.fact
    if (was.grade, was.coefficient_permille) == (fact.grade, fact.coefficient_permille):
        return None
    return objection(
        APPRAISAL_CHANGED_AFTERWARDS,
        (before.evidence, evidence_of(record)),
        about=f"officer:{fact.officer}",
        town=fact.town,
        zh=f"{fact.officer} {fact.year} 年第 {fact.quarter} 季度考核定等后由 {was.grade} 改为 {fact.grade}，没有支持的异议",
        en=f"{fact.officer}'s {fact.year} Q{fact.quarter} went from {was.grade} to {fact.grade} after it was settled, "
        "without an objection upheld",
    )


def appraisal_objection_unheard(quarter: Quarter, record: Record) -> OpenFinding | None:
    """A grade settled for the first time while an objection to a point of it had no answer (二(四) 绩效补贴)."""
    fact = record.fact
    if not isinstance(fact, AppraisalSettled) or quarter.settled is not None or not quarter.contested:
        return None
    points = "、".join(quarter.contested)
    return objection(
        APPRAISAL_OBJECTION_UNHEARD,
        (*(one.evidence for one in quarter.contested.values()), evidence_of(record)),
        about=f"officer:{fact.officer}",
        town=fact.town,
        zh=f"{fact.officer} {fact.year} 年第 {fact.quarter} 季度考核在异议（{points}）未答复时定等",
        en=f"{fact.officer}'s {fact.year} Q{fact.quarter} was settled while objections ({points}) had no answer",
    )


Key = tuple[str, int, int]


def appraisal_pay_differs(
    settled: Mapping[Key, list[Noted[AppraisalSettled]]],
    confirmed: Noted[AppraisalConfirmed],
    came: Noted[OfficerAppointed] | Noted[OfficerTakenOver] | None,
) -> OpenFinding | None:
    """A coefficient that pay goes by and no settlement of that quarter gave (二(四) 绩效补贴).

    Of quarters never settled here those are left that the officer came with, or that the bureau's leader answers for.
    """
    fact = confirmed.fact
    known = settled.get((fact.officer, fact.year, fact.quarter), [])
    if not known:
        return _stated_by_hand(confirmed, came)
    if any(one.fact.coefficient_permille == fact.coefficient_permille for one in known):
        return None
    first, last = known[0], known[-1]
    return objection(
        APPRAISAL_PAY_DIFFERS,
        (first.evidence, confirmed.evidence),
        about=f"officer:{fact.officer}",
        town=last.fact.town,
        zh=f"{fact.officer} {fact.year} 年第 {fact.quarter} 季度绩效系数按 {fact.coefficient_permille}‰ 计发，"
        f"定等为 {last.fact.coefficient_permille}‰",
        en=f"pay of {fact.officer} goes by {fact.coefficient_permille} per mille for {fact.year} Q{fact.quarter}, "
        f"{last.fact.coefficient_permille} was settled",
    )


def _stated_by_hand(
    confirmed: Noted[AppraisalConfirmed], came: Noted[OfficerAppointed] | Noted[OfficerTakenOver] | None
) -> OpenFinding | None:
    fact = confirmed.fact
    if came is None or fact.confirmed_by.startswith("bureau-leader:"):
        return None
    before = _paid_before(came.fact)
    if before is None or Month(fact.year, 3 * fact.quarter) <= before:
        return None
    return objection(
        APPRAISAL_PAY_DIFFERS,
        (came.evidence, confirmed.evidence),
        about=f"officer:{fact.officer}",
        town=came.fact.town,
        zh=f"{fact.officer} {fact.year} 年第 {fact.quarter} 季度绩效系数由 {fact.confirmed_by} 手工登记，没有定等",
        en=f"{fact.confirmed_by} stated the coefficient of {fact.officer} for {fact.year} Q{fact.quarter} by hand, "
        "and nobody settled it",
    )


def _paid_before(came: OfficerAppointed | OfficerTakenOver) -> Month | None:
    """The last month that another payer paid, as far as the fact says."""
    return came.paid_through_month if isinstance(came, OfficerTakenOver) else Month.of(came.appointed_on).plus(-1)


@dataclass(slots=True)
class AppraisalWatch:
    """Every quarter so far, by its subject, the coefficients pay goes by, and how each officer came."""

    rules: RuleBook
    quarters: dict[str, Quarter] = field(default_factory=dict)
    settled: dict[Key, list[Noted[AppraisalSettled]]] = field(default_factory=dict)
    confirmed: list[Noted[AppraisalConfirmed]] = field(default_factory=list)
    came: dict[str, Noted[OfficerAppointed] | Noted[OfficerTakenOver]] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        AppraisalConfirmed,
        AppraisalContested,
        AppraisalProposed,
        AppraisalRuled,
        AppraisalSettled,
        OfficerAppointed,
        OfficerTakenOver,
    )

    def read(self, record: Record) -> Iterator[OpenFinding]:
        fact = record.fact
        if isinstance(fact, OfficerAppointed | OfficerTakenOver):
            taken_over = isinstance(fact, OfficerTakenOver)
            self.came[fact.officer] = noted(record, OfficerTakenOver) if taken_over else noted(record, OfficerAppointed)
            return
        if isinstance(fact, AppraisalConfirmed):
            self.confirmed.append(noted(record, AppraisalConfirmed))
            # The quarter is of another subject: only the officer's own hand shows in this fact.
            if finding := appraisal_own_cause(Quarter(), record):
                yield finding
            return
        quarter = self.quarters.setdefault(record.envelope.subject, Quarter())
        yield from filter(
            None,
            (
                appraisal_own_cause(quarter, record),
                appraisal_changed_afterwards(quarter, record),
                appraisal_objection_unheard(quarter, record),
            ),
        )
        follow(quarter, record)
        if isinstance(fact, AppraisalSettled):
            self.settled.setdefault((fact.officer, fact.year, fact.quarter), []).append(noted(record, AppraisalSettled))

    def ended(self, _: datetime) -> Iterator[OpenFinding]:
        for confirmed in self.confirmed:
            if finding := appraisal_pay_differs(self.settled, confirmed, self.came.get(confirmed.fact.officer)):
                yield finding
