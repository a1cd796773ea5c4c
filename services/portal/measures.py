"""What the dashboards measure (DOMAIN §7): each measure's definition, and what each fact adds to it; pure.

Every measure is a sum of signed amounts by day, town and officer. A *flow* (visits made) is summed over a span of days, a
*level* (open cases) over all days up to one; so "as at day D" needs no other fold than leaving later days out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from services.contracts.audit import FindingOpened
from services.contracts.casework import (
    CaseClosed,
    CaseOpened,
    EligibilityConfirmed,
    EligibilityRefused,
    StepOverdue,
    VisitCompleted,
    WorkRecorded,
)
from services.contracts.deciding import CHINA, Record
from services.contracts.intake import RequestReceived
from services.contracts.registry import Fact

Unit = Literal["count", "fen", "minutes"]
DISTRICT: Final = "district"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure people read: its names, its unit, and in a sentence what is counted and what is not."""

    code: str
    area: str
    zh: str
    en: str
    unit: Unit
    level: bool
    definition_zh: str
    definition_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What one fact adds to one measure. `officer` is empty where nobody is measured."""

    measure: str
    town: str
    amount: int
    officer: str = ""


def _flow(
    code: str, area: str, zh: str, en: str, definition_zh: str, definition_en: str, unit: Unit = "count"
) -> Measure:
    return Measure(
        code=code, area=area, zh=zh, en=en, unit=unit, level=False, definition_zh=definition_zh,
        definition_en=definition_en,
    )  # fmt: skip


def _level(
    code: str, area: str, zh: str, en: str, definition_zh: str, definition_en: str, unit: Unit = "count"
) -> Measure:
    return Measure(
        code=code, area=area, zh=zh, en=en, unit=unit, level=True, definition_zh=definition_zh,
        definition_en=definition_en,
    )  # fmt: skip


MEASURES: Final[tuple[Measure, ...]] = (
    _flow(
        "visits", "services", "完成服务次数", "services delivered",
        "二(三)七类服务性工作的走访、照料等完成记录，按结束之日计",
        "records of the seven services of 二(三), by the day they ended",
    ),
    _flow(
        "visits_met", "services", "达标服务次数", "services up to standard",
        "其中符合服务标准的",
        "of these, those that met their standard",
    ),
    _flow(
        "work_records", "services", "事务性工作件数", "administrative work",
        "二(三)事务性工作登记数量之和",
        "sum of the quantities recorded of administrative work, 二(三)",
    ),
    _flow(
        "requests", "cases", "窗口受理请求", "requests at the window",
        "一门受理窗口登记的请求",
        "requests received at the one-stop window",
    ),
    _level(
        "open_cases", "cases", "在办案件", "open cases",
        "已立案、尚未审核确认、不予确认或撤回的申请",
        "applications opened and not yet confirmed, refused or withdrawn",
    ),
    _flow(
        "granted", "cases", "审核确认", "granted",
        "作出审核确认决定的申请",
        "applications confirmed",
    ),
    _flow(
        "refused", "cases", "不予确认", "refused",
        "作出不予确认决定的申请",
        "applications refused",
    ),
    _flow(
        "overdue_steps", "cases", "超期环节", "overdue steps",
        "法定时限届满仍未完成的环节",
        "steps whose statutory clock ran out",
    ),
    _flow(
        "findings", "supervision", "新开问题", "findings opened",
        "自动检查、抽查和人工提出的问题",
        "findings of tests, spot checks and people",
    ),
)  # fmt: skip
BY_CODE: Final = {measure.code: measure for measure in MEASURES}


def _one(*measures: str) -> Callable[[Any], Iterator[Delta]]:
    def deltas(fact: Any) -> Iterator[Delta]:
        for measure in measures:
            yield Delta(measure=measure, town=fact.town, amount=1)

    return deltas


def _decided(measure: str) -> Callable[[Any], Iterator[Delta]]:
    def deltas(fact: Any) -> Iterator[Delta]:
        yield Delta(measure=measure, town=fact.town, amount=1)
        yield Delta(measure="open_cases", town=fact.town, amount=-1)

    return deltas


def _visit(fact: VisitCompleted) -> Iterator[Delta]:
    yield Delta(measure="visits", town=fact.town, amount=1, officer=fact.officer)
    if fact.standard_met:
        yield Delta(measure="visits_met", town=fact.town, amount=1, officer=fact.officer)


def _work(fact: WorkRecorded) -> Iterator[Delta]:
    yield Delta(measure="work_records", town=fact.town, amount=fact.quantity, officer=fact.officer)


def _closed(fact: CaseClosed) -> Iterator[Delta]:
    yield Delta(measure="open_cases", town=fact.town, amount=-1)


_DELTAS: Final[dict[type[Fact], Callable[[Any], Iterator[Delta]]]] = {
    VisitCompleted: _visit,
    WorkRecorded: _work,
    RequestReceived: _one("requests"),
    CaseOpened: _one("open_cases"),
    CaseClosed: _closed,
    EligibilityConfirmed: _decided("granted"),
    EligibilityRefused: _decided("refused"),
    StepOverdue: _one("overdue_steps"),
    FindingOpened: _one("findings"),
}
MEASURED: Final[tuple[type[Fact], ...]] = tuple(_DELTAS)


def deltas_of(record: Record) -> Iterator[Delta]:
    """What a record adds to which measures."""
    yield from _DELTAS[type(record.fact)](record.fact)


def day_of(record: Record) -> date:
    """The day in China a record counts for: when it happened, not when it was learned."""
    return record.envelope.time.astimezone(CHINA).date()
