"""Automatic test on rates that reach back (二(四): 逐年提升): months that were paid by another version are corrected by a later run."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Final

from services.audit.automatic.noted import Noted, day_in_china, noted
from services.audit.domain import DISTRICT, OpenFinding, objection
from services.audit.rules import figure
from services.contracts.deciding import Record
from services.contracts.payroll import RulePackAdopted, RunApproved, RunDrafted
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

RATE_CHANGE_UNCORRECTED: Final = "rate_change_uncorrected"
# The packs that set what a month pays.
OF_PAY: Final = frozenset({"pay_scale", "insurance", "attendance", "contract_modes", "pay_guards"})


@dataclass(slots=True, kw_only=True)
class RunAt:
    """A run of a month: when it was drafted last and by which packs, and when it was approved."""

    drafted: Noted[RunDrafted] | None = None
    approved: Noted[RunApproved] | None = None


def rate_change_uncorrected(
    adopted: Noted[RulePackAdopted], runs: Iterable[RunAt], now: datetime, rules: RuleBook
) -> OpenFinding | None:
    """A pack of pay adopted for months that were approved already, and no run drafted by it within the days of the pack.

    Differences come by the next run (补发补扣); without one the months stand as they were paid by the old version.
    """
    fact = adopted.fact
    days_max = figure(rules, RATE_CHANGE_UNCORRECTED, "days_max", adopted.day)
    if fact.name not in OF_PAY or days_max is None:
        return None
    if day_in_china(now) <= adopted.day + timedelta(days=days_max):
        return None
    known = list(runs)
    reached = [
        str(run.approved.fact.month)
        for run in known
        if run.approved
        and run.approved.instant < adopted.instant
        and fact.valid_from <= run.approved.fact.month.first_day
    ]
    version = f"{fact.name}@{fact.version}"
    corrected = any(
        run.drafted and run.drafted.instant > adopted.instant and version in run.drafted.fact.pack_version.split()
        for run in known
    )
    if not reached or corrected:
        return None
    months = "、".join(sorted(reached))
    return objection(
        RATE_CHANGE_UNCORRECTED,
        (adopted.evidence,),
        about=adopted.subject,
        town=DISTRICT,
        zh=f"规则包 {version} 追溯至 {fact.valid_from}，{months} 已审批，逾 {days_max} 日没有按其更正的批次",
        en=f"pack {version} reaches back to {fact.valid_from}, {months} were approved before it, "
        f"and no run within {days_max} days went by it",
    )


@dataclass(slots=True)
class RateWatch:
    """Every pack payroll adopted, and every run."""

    rules: RuleBook
    adopted: list[Noted[RulePackAdopted]] = field(default_factory=list)
    runs: dict[str, RunAt] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (RulePackAdopted, RunApproved, RunDrafted)

    def read(self, record: Record) -> Iterator[OpenFinding]:
        if isinstance(record.fact, RulePackAdopted):
            if record.fact.name in OF_PAY:
                self.adopted.append(noted(record, RulePackAdopted))
        else:
            run = self.runs.setdefault(record.envelope.subject, RunAt())
            if isinstance(record.fact, RunDrafted):
                run.drafted = noted(record, RunDrafted)
            else:
                run.approved = noted(record, RunApproved)
        yield from ()

    def ended(self, now: datetime) -> Iterator[OpenFinding]:
        for adopted in self.adopted:
            if finding := rate_change_uncorrected(adopted, self.runs.values(), now, self.rules):
                yield finding
