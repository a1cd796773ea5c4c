"""What a measure is, and how one is written down; knows no fact."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from services.contracts.registry import Fact

Unit = Literal["count", "fen", "minutes"]
# Where a figure is the whole district's and no town's own, such as a fund's budget.
DISTRICT: Final = "district"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure people read: its names, its unit, and in a sentence what is counted and what is not.

    `parts` says what the figure is divided by beside town, committee and officer: ``service``, ``work``, ``clock``,
    ``source``, ``severity``, ``course``; empty where it is not. `of_year`: a level of one budget year, the last day's.
    """

    code: str
    area: str
    zh: str
    en: str
    unit: Unit
    level: bool
    definition_zh: str
    definition_en: str
    parts: str = ""
    of_year: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A figure made of two measures of the same days: a share in per cent, or an average."""

    code: str
    area: str
    zh: str
    en: str
    over: str
    under: str
    average: bool
    definition_zh: str
    definition_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What one fact adds to one measure. `officer`, `committee` and `part` are empty where the fact has none.

    `year`: the budget year it counts for, whenever it happened; 0 where it has none.
    """

    measure: str
    town: str
    amount: int
    officer: str = ""
    committee: str = ""
    part: str = ""
    year: int = 0


Deltas = Callable[[Any], Iterator[Delta]]
Counted = dict[type[Fact], tuple[Deltas, ...]]


def flow(
    code: str, area: str, zh: str, en: str, definition_zh: str, definition_en: str, *, unit: Unit = "count",
    parts: str = "",
) -> Measure:  # fmt: skip
    """A measure that is summed over the days of a span."""
    return Measure(
        code=code, area=area, zh=zh, en=en, unit=unit, level=False, definition_zh=definition_zh,
        definition_en=definition_en, parts=parts,
    )  # fmt: skip


def level(
    code: str, area: str, zh: str, en: str, definition_zh: str, definition_en: str, *, unit: Unit = "count",
    parts: str = "", of_year: bool = False,
) -> Measure:  # fmt: skip
    """A measure that is summed over all days up to one: how much there is; `of_year`: in that day's budget year."""
    return Measure(
        code=code, area=area, zh=zh, en=en, unit=unit, level=True, definition_zh=definition_zh,
        definition_en=definition_en, parts=parts, of_year=of_year,
    )  # fmt: skip


def share(code: str, area: str, zh: str, en: str, over: str, under: str) -> Ratio:
    """A share in per cent of one measure in another."""
    return Ratio(
        code=code, area=area, zh=zh, en=en, over=over, under=under, average=False,
        definition_zh="", definition_en="",
    )  # fmt: skip


def one(measure: str, *, amount: int = 1, officer: str = "", part: str = "") -> Deltas:
    """A delta of `amount` with the fact's town and, where it has them, what the named fields say."""

    def deltas(fact: Any) -> Iterator[Delta]:
        yield Delta(
            measure=measure, town=fact.town, amount=amount, officer=getattr(fact, officer) if officer else "",
            committee=getattr(fact, "committee", ""), part=getattr(fact, part) if part else "",
        )  # fmt: skip

    return deltas
