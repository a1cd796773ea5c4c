"""What the dashboards measure (DOMAIN §7): each measure's definition, and what each fact adds to it; one module per area; pure.

Every measure is a sum of signed amounts by day, town, committee, officer and part. A *flow* (visits made) is summed over a
span of days, a *level* (open cases) over all days up to one; so "as at day D" needs no other fold than leaving later days out.
A *ratio* (share on time) is made of two measures of the same days.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from services.contracts.deciding import CHINA, Record
from services.contracts.registry import Fact
from services.portal.measures import cases, delivery, money, staffing, supervision, training
from services.portal.measures.shapes import DISTRICT, Counted, Delta, Measure, Ratio

__all__ = [
    "AREAS", "BY_CODE", "DISTRICT", "MEASURED", "MEASURES", "RATIOS", "Delta", "Measure", "Ratio", "day_of", "deltas_of"
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
    """What a record adds to which measures."""
    for deltas in _COUNTED[type(record.fact)]:
        yield from deltas(record.fact)


def day_of(record: Record) -> date:
    """The day in China a record counts for: when it happened, not when it was learned."""
    return record.envelope.time.astimezone(CHINA).date()
