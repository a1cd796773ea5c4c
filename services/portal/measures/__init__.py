"""What the dashboards measure (DOMAIN §7): each measure's definition, and what each fact adds to it; one module per area; pure.

Every measure is a sum of signed amounts by day, town, committee, officer and part. A *flow* (visits made) is summed over a
span of days, a *level* (open cases) over all days up to one; so "as at day D" needs no other fold than leaving later days out.
A level *of a year* (money) is summed from the first day of the last day's year: each of its amounts counts within its own
budget year. A *ratio* (share on time) is made of two measures of the same days.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from services.contracts.deciding import CHINA, Record
from services.contracts.registry import Fact
from services.portal.measures import cases, delivery, money, staffing, supervision, training
from services.portal.measures.shapes import DISTRICT, Counted, Delta, Measure, Ratio

__all__ = [
    "AREAS", "BY_CODE", "DISTRICT", "MEASURED", "MEASURES", "RATIOS", "Delta", "Measure", "Ratio", "counted_on",
    "counted_since", "day_of", "deltas_of",
]  # fmt: skip

AREAS: Final[dict[str, tuple[str, str]]] = {
    "services": ("服务提供", "Services delivered"),
    "performance": ("工作绩效", "Performance"),
    "cases": ("案件与时限", "Cases and clocks"),
    "training": ("培训宣传", "Training"),
    "staffing": ("人员配备", "Staffing"),
    "money": ("资金", "Money"),
    "supervision": ("监督检查", "Supervision"),
}
_MODULES: Final = (delivery, cases, training, staffing, money, supervision)
MEASURES: Final[tuple[Measure, ...]] = tuple(measure for module in _MODULES for measure in module.MEASURES)
RATIOS: Final[tuple[Ratio, ...]] = tuple(
    ratio for module in (delivery, cases, training, money) for ratio in module.RATIOS
)
BY_CODE: Final = {measure.code: measure for measure in MEASURES}
_COUNTED: Final[Counted] = {kind: deltas for module in _MODULES for kind, deltas in module.COUNTED.items()}
assert len(_COUNTED) == sum(len(module.COUNTED) for module in _MODULES), "one fact is counted in two areas"
MEASURED: Final[tuple[type[Fact], ...]] = tuple(_COUNTED)


def deltas_of(record: Record) -> Iterator[Delta]:
    """What a record adds to which measures; of a budget year's, for the year that the record's fund is of."""
    for deltas in _COUNTED[type(record.fact)]:
        for delta in deltas(record.fact):
            of_year = BY_CODE[delta.measure].of_year and not delta.year
            yield replace(delta, year=_year_of(record.envelope.subject)) if of_year else delta


def _year_of(subject: str) -> int:
    """The budget year of ``fund:2026-1`` or ``town_fund:2026-T01``."""
    return int(subject.partition(":")[2].partition("-")[0])


def day_of(record: Record) -> date:
    """The day in China a record counts for: when it happened, not when it was learned."""
    return record.envelope.time.astimezone(CHINA).date()


def counted_on(delta: Delta, day: date) -> date:
    """The day a delta counts for: within its budget year where it has one, otherwise the record's."""
    if not delta.year:
        return day
    return min(max(day, date(delta.year, 1, 1)), date(delta.year, 12, 31))


def counted_since(measure: Measure, since: date, until: date) -> date:
    """From which day on a measure is summed up to `until`: a flow's `since`, a level's year's or its very beginning."""
    if not measure.level:
        return since
    return date(until.year, 1, 1) if measure.of_year else date.min
