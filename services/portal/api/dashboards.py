"""Dashboards: figures of a span of days as at a day: district, town, committee, officer, and the facts behind."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Response

from services.contracts.codec import encoder
from services.eventlog import listing, sheets
from services.eventlog.problems import Problem
from services.portal.api.door import SECURITY_HEADERS, Door, Visitor
from services.portal.api.figures import (
    SHADES,
    Column,
    Row,
    amounts_of,
    columns_of,
    kinds_of,
    measures_of,
    part_name,
    shades,
)
from services.portal.api.forms import whole_of
from services.portal.api.menu import DASHBOARDS, LOG_READERS
from services.portal.measures import AREAS, BY_CODE, counted_since
from services.portal.measures.words import KINDS
from services.portal.rendering import json_in_page
from services.portal.store import figures
from services.portal.store.figures import By, Where

_DAYS_DEFAULT: Final = 30
# Longer spans are drawn by month.
_DAYS_DRAWN_MAX: Final = 92
_FACTS_SHOWN_MAX: Final = 200
# Whose own officers' figures a role of a town may see; officers see their own.
_SEES_OFFICERS: Final = DASHBOARDS - {"window"}
_GROUPS: Final[dict[str, tuple[str, str]]] = {
    "town": ("镇街", "Town"),
    "committee": ("村（居）", "Committee"),
    "officer": ("人员", "Person"),
    "day": ("日期", "Day"),
    "month": ("月份", "Month"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: what its rows are, where it can be taken away from, and its rows."""

    by: str
    title: str
    head: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


async def where_of(door: Door, visitor: Visitor) -> Where:
    """The days and the place asked for, within what the visitor may see."""
    asked = visitor.request.query_params
    today = await listing.today(door.runtime.pool)
    try:
        until = min(date.fromisoformat(asked["until"]), today) if asked.get("until") else today
        since = date.fromisoformat(asked["since"]) if asked.get("since") else _begin(until)
    except ValueError:
        raise Problem(
            status=422, code="day-invalid", zh="日期应为 年-月-日", en="a day is written YYYY-MM-DD"
        ) from None
    if visitor.town is not None and asked.get("town") not in (None, "", visitor.town):
        raise Problem(status=403, code="wrong-town", zh="只能查看本镇街的数据", en="you see your own town only")
    officer = asked.get("officer", "")
    if officer and not _may_see(visitor, officer):
        raise Problem(status=403, code="wrong-officer", zh="只能查看本人的数据", en="you see your own figures only")
    return Where(
        since=min(since, until), until=until,
        # A committee's number names its town.
        town=visitor.town or asked.get("town", "") or asked.get("committee", "").partition("-")[0],
        committee=asked.get("committee", ""), officer=officer, latest=until == today,
    )  # fmt: skip


def _begin(until: date) -> date:
    """Where a span begins that nobody chose: some thirty days ago, at the beginning of that month, so that months count whole."""
    return (until - timedelta(days=_DAYS_DEFAULT - 1)).replace(day=1)


def _may_see(visitor: Visitor, officer: str) -> bool:
    if visitor.session.role == "officer":
        return officer.rpartition(":")[2] == visitor.session.acts_as.rpartition(":")[2]
    return visitor.session.role in _SEES_OFFICERS


async def table_of(door: Door, visitor: Visitor, area: str, where: Where, by: str) -> Table:
    """One table of an area: by town, committee, officer, day, month or a kind of part."""
    columns, title, head = columns_of(area), "", ""
    if by in KINDS:
        title = visitor.t(*KINDS[by])
        head = title.removeprefix("按").removeprefix("by ")
        columns = tuple(column for column in columns if BY_CODE.get(column.code) and BY_CODE[column.code].parts == by)
        grouped: By = "part"
    elif by in _GROUPS:
        title, head = visitor.t(f"按{_GROUPS[by][0]}", f"By {_GROUPS[by][1].lower()}"), visitor.t(*_GROUPS[by])
        grouped = by  # type: ignore[assignment]
    else:
        raise Problem(status=404, code="not-found", zh="没有这张表", en="there is no such table")
    if by in ("day", "month"):
        columns = tuple(column for column in columns if not column.level)
    sums = await figures.sums(door.runtime.pool, measures_of(columns), where, grouped)
    kept = [(key, amounts) for key, amounts in sorted(amounts_of(sums).items()) if key]
    if by == "officer":
        kept = [(key, amounts) for key, amounts in kept if _may_see(visitor, key)]
    rows = tuple(
        Row(by=key, label=part_name(by, key, visitor.language) if by in KINDS else key, amounts=amounts)
        for key, amounts in kept
    )
    return Table(by=by, title=title, head=head, columns=columns, rows=rows)


def _tables_wanted(area: str, where: Where) -> list[str]:
    """From the whole to the single: towns first; inside a town its committees and people, inside a committee its people."""
    long = (where.until - where.since).days > _DAYS_DRAWN_MAX
    wanted = ["month" if long else "day"]
    if where.officer:
        pass
    elif where.committee:
        wanted += ["officer"]
    elif where.town:
        wanted += ["committee", "officer"]
    else:
        wanted += ["town"]
    return wanted + list(kinds_of(columns_of(area)))


def query_of(where: Where, **other: str) -> str:
    """The address's question for a place and its days; `other` in its stead."""
    named = {
        "since": where.since.isoformat(), "until": where.until.isoformat(), "town": where.town,
        "committee": where.committee, "officer": where.officer, **other,
    }  # fmt: skip
    return urlencode({name: value for name, value in named.items() if value})


def map_of(table: Table, column: Column, language: str) -> list[dict[str, Any]]:
    """The tiles of a map of towns: each with its figure, its shade and the shade in words."""
    towns = [row for row in table.rows if row.by.startswith("T")]
    values = [column.value(row.amounts) for row in towns]
    return [
        {
            "town": row.by, "text": column.text(row.amounts), "shade": shade,
            "words": "" if shade is None else SHADES[shade][language == "en"],
        }
        for row, shade in zip(towns, shades(values), strict=True)
    ]  # fmt: skip


def _of_towns(columns: tuple[Column, ...], table: Table | None) -> Column:
    """The first figure that any town has: the district's own budget is no town's."""
    rows = [row for row in table.rows if row.by.startswith("T")] if table else []
    return next((one for one in columns if any(one.value(row.amounts) for row in rows)), columns[0])


def chart_of(table: Table, where: Where, language: str) -> dict[str, Any]:
    """What the chart draws: each day of the span (or month there is), and counts alone, for amounts have another scale."""
    amounts = {row.by: row.amounts for row in table.rows}
    length = (where.until - where.since).days + 1
    days = [(where.since + timedelta(days=n)).isoformat() for n in range(length)] if table.by == "day" else [*amounts]
    drawn = [column for column in table.columns if column.code in BY_CODE and BY_CODE[column.code].unit == "count"]
    drawn = drawn or [column for column in table.columns if column.code in BY_CODE]
    scale = {"fen": 100, "minutes": 60, "count": 1}
    return {
        "days": days,
        "series": [
            {
                "name": column.name(language),
                "values": [amounts.get(day, {}).get(column.code, 0) / scale[BY_CODE[column.code].unit] for day in days],
            }
            for column in drawn[:6]
        ],
    }


async def shown_of(door: Door, visitor: Visitor, area: str, where: Where) -> dict[str, Any]:
    """Everything a dashboard shows."""
    pool, columns = door.runtime.pool, columns_of(area)
    wanted = _tables_wanted(area, where)
    tables = await asyncio.gather(*(table_of(door, visitor, area, where, by) for by in wanted))
    whole, first, names = await asyncio.gather(
        figures.sums(pool, measures_of(columns), where, "all"), figures.first_day(pool), figures.towns(pool)
    )
    by_day, *others = tables
    chosen = visitor.request.query_params.get("map", "")
    towns = next((table for table in others if table.by == "town"), None)
    column = next((one for one in columns if one.code == chosen), None) or _of_towns(columns, towns)
    plain_place = replace(where, officer="", committee="")
    return {
        "area": area, "areas": AREAS, "columns": columns, "where": where, "totals": amounts_of(whole).get("", {}),
        "by_day": by_day, "tables": [table for table in others if table.rows], "towns": names, "today": await listing.today(pool),
        "first": first or where.since, "chart": json_in_page(encoder.encode(chart_of(by_day, where, visitor.language))),
        "map": map_of(towns, column, visitor.language) if towns else [], "map_column": column, "query": query_of,
        "staffing": await figures.staffing(pool, plain_place) if area == "staffing" else [],
        "ageing": await figures.ageing(pool, plain_place) if area == "supervision" else [], "ages": figures.AGES,
        "part_name": part_name, "whole": visitor.request.query_params.get("whole") == "yes",
    }  # fmt: skip


def routes(door: Door) -> None:
    """Put the dashboards beside the other pages."""

    async def shown(visitor: Visitor) -> Response:
        area = visitor.request.path_params.get("area", "services")
        columns_of(area)
        where = await where_of(door, visitor)
        return door.shown(visitor, "dashboards/area.html", **await shown_of(door, visitor, area, where))

    async def exported(visitor: Visitor) -> Response:
        asked = visitor.request.path_params
        where = await where_of(door, visitor)
        table = await table_of(door, visitor, asked["area"], where, asked["by"])
        head = [table.head, *(column.name(visitor.language) for column in table.columns)]
        lines = [[row.label, *(column.text(row.amounts, plain=True) for column in table.columns)] for row in table.rows]
        data, media_type = table_file(asked["form"], head, lines)
        return taken_away(
            data, media_type, f"{asked['area']}-{asked['by']}-{where.since}-{where.until}.{asked['form']}"
        )

    async def facts(visitor: Visitor) -> Response:
        measure = BY_CODE.get(visitor.request.path_params["measure"])
        if measure is None:
            raise Problem(status=404, code="not-found", zh="没有这个指标", en="there is no such measure")
        where, part = await where_of(door, visitor), visitor.request.query_params.get("part", "")
        since = counted_since(measure, where.since, where.until)
        skip = max(whole_of(visitor.request.query_params.get("skip", "")) or 0, 0)
        found = await figures.facts_behind(
            door.runtime.pool,
            measure.code,
            replace(where, since=since),
            part=part,
            limit=_FACTS_SHOWN_MAX + 1,
            skip=skip,
        )
        more, found = len(found) > _FACTS_SHOWN_MAX, found[:_FACTS_SHOWN_MAX]
        return door.shown(
            visitor, "dashboards/facts.html", column=Column(figure=measure), measure=measure, where=where, part=part,
            facts=[one for one in found if not one.officer or visitor.session.role != "officer" or _may_see(visitor, one.officer)],
            query=query_of, skip=skip, following=skip + _FACTS_SHOWN_MAX if more else 0, part_name=part_name, reads_log=visitor.session.role in LOG_READERS,
        )  # fmt: skip

    door.page("/dashboards", shown, roles=DASHBOARDS)
    door.page("/dashboards/{area}", shown, roles=DASHBOARDS)
    door.page("/dashboards/{area}/{by}.{form}", exported, roles=DASHBOARDS)
    door.page("/measures/{measure}/facts", facts, roles=DASHBOARDS)


def taken_away(data: bytes, media_type: str, name: str) -> Response:
    """A file to keep."""
    headers = {**SECURITY_HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=media_type, headers=headers)


XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table_file(form: str, head: list[str], lines: list[list[str]]) -> tuple[bytes, str]:
    """A table as CSV or XLSX, and its media type."""
    if form == "csv":
        return sheets.csv_table(head, lines, "utf-8"), "text/csv; charset=utf-8"
    if form == "xlsx":
        return sheets.xlsx_table(head, lines), XLSX
    raise Problem(status=404, code="not-found", zh="只有 CSV 与 XLSX", en="CSV and XLSX only")
