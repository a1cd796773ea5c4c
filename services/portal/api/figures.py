"""Figures as people read them: columns of an area, rows with texts, shares, and the five shades of a map; asks nobody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.eventlog.problems import Problem
from services.portal.measures import AREAS, BY_CODE, MEASURES, RATIOS, Measure, Ratio
from services.portal.measures.words import PARTS
from services.portal.rendering import say, yuan
from services.portal.store.figures import Sum

Amounts = Mapping[str, int]
# Shades of the map from least to most, in words beside the colour.
SHADES: Final = (("最低", "lowest"), ("较低", "low"), ("中等", "middle"), ("较高", "high"), ("最高", "highest"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A figure of an area: a measure, or a share or average of two."""

    figure: Measure | Ratio

    @property
    def code(self) -> str:
        return self.figure.code

    @property
    def level(self) -> bool:
        """Whether it is read as at the last day, not summed over a span."""
        if isinstance(self.figure, Measure):
            return self.figure.level
        return BY_CODE[self.figure.over].level

    @property
    def counted(self) -> str:
        """The measure whose facts stand behind the figure: of a share, what is counted in it."""
        return self.figure.code if isinstance(self.figure, Measure) else self.figure.over

    def name(self, language: str) -> str:
        return say(language, self.figure.zh, self.figure.en)

    def definition(self, language: str) -> str:
        """What is counted and what is not, in a sentence."""
        figure = self.figure
        if isinstance(figure, Ratio) and not figure.definition_zh:
            over, under = BY_CODE[figure.over], BY_CODE[figure.under]
            return say(language, f"{over.zh} ÷ {under.zh}", f"{over.en} ÷ {under.en}")
        return say(language, figure.definition_zh, figure.definition_en)

    def value(self, amounts: Amounts) -> float | None:
        """The figure of a row: an amount, per cent, or an average; None where there is nothing to divide by."""
        figure = self.figure
        if isinstance(figure, Measure):
            return amounts.get(figure.code, 0)
        under = amounts.get(figure.under, 0)
        if not under:
            return None
        return round(amounts.get(figure.over, 0) / under * (1 if figure.average else 100), 2)

    def text(self, amounts: Amounts, *, plain: bool = False) -> str:
        """The figure as people read it; `plain`: without thousands apart and signs, for a file."""
        value = self.value(amounts)
        if value is None:
            return "" if plain else "–"
        if isinstance(self.figure, Ratio):
            return f"{value:.2f}" if self.figure.average else f"{value:.1f}" + ("" if plain else " %")
        if self.figure.unit == "fen":
            return yuan(int(value)).replace(",", "") if plain else yuan(int(value))
        if self.figure.unit == "minutes":
            return f"{value / 60:.1f}" if plain else f"{value / 60:,.1f}"
        return str(value) if plain else f"{value:,}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table: what it is of, its name, its amounts by measure."""

    by: str
    label: str
    amounts: Amounts


def columns_of(area: str) -> tuple[Column, ...]:
    """An area's figures; a `Problem` where there is no such area."""
    if area not in AREAS:
        raise Problem(status=404, code="not-found", zh="没有这个看板", en="there is no such dashboard")
    figures: Iterable[Measure | Ratio] = (*MEASURES, *RATIOS)
    return tuple(Column(figure=figure) for figure in figures if figure.area == area)


def measures_of(columns: Iterable[Column]) -> tuple[Measure, ...]:
    """The measures among them."""
    return tuple(column.figure for column in columns if isinstance(column.figure, Measure))


def kinds_of(columns: Iterable[Column]) -> tuple[str, ...]:
    """What an area's measures are divided by beside the place: service, work, clock …"""
    return tuple(dict.fromkeys(measure.parts for measure in measures_of(columns) if measure.parts))


def part_name(kind: str, code: str, language: str) -> str:
    """A part's name; its code where nothing is known of it, such as a course's number."""
    return say(language, *PARTS.get(kind, {}).get(code, (code, code)))


def amounts_of(sums: Iterable[Sum]) -> dict[str, dict[str, int]]:
    """Sums by what they were grouped by, then by measure."""
    rows: dict[str, dict[str, int]] = {}
    for one in sums:
        rows.setdefault(one.by, {})[one.measure] = one.amount
    return rows


def shades(values: Sequence[float | None]) -> list[int | None]:
    """The shade of each value, 0 to 4: fifths of the way from the least to the most; None where there is no value."""
    there = [value for value in values if value is not None]
    if not there:
        return [None for _ in values]
    least, most = min(there), max(there)
    width = (most - least) or 1
    return [None if value is None else min(int((value - least) / width * 5), 4) for value in values]
