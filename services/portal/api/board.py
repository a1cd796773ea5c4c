"""The board for the wall, which follows the log within two seconds, and the month's report on paper and as a workbook."""

import asyncio
from datetime import date, timedelta
from typing import Any, Final

from fastapi import Response

from services.contracts.months import Month
from services.eventlog import listing, sheets
from services.eventlog.problems import Problem
from services.portal.api.dashboards import XLSX, map_of, query_of, table_of, taken_away
from services.portal.api.door import SECURITY_HEADERS, Door, Visitor
from services.portal.api.figures import Column, amounts_of, columns_of, measures_of
from services.portal.api.menu import DASHBOARDS
from services.portal.measures import AREAS, BY_CODE
from services.portal.store import figures
from services.portal.store.figures import Where

_BOARD: Final = (
    "visits", "requests", "open_cases", "granted", "overdue_steps", "open_findings", "posts_filled", "training_overdue",
)  # fmt: skip


def routes(door: Door) -> None:
    """Put the board and the report beside the dashboards."""

    async def figures_now(visitor: Visitor) -> dict[str, Any]:
        today = await listing.today(door.runtime.pool)
        stamp = await figures.stamp(door.runtime.pool)
        town = visitor.town or ""
        measures = [BY_CODE[code] for code in _BOARD]
        this_month = Where(since=today.replace(day=1), until=today, town=town, latest=True)
        day = Where(since=today, until=today, town=town, latest=True)
        of_day, of_month, towns = await asyncio.gather(
            figures.sums(door.runtime.pool, measures, day, "all"), figures.sums(door.runtime.pool, measures, this_month, "all"),
            table_of(door, visitor, "services", this_month, "town"),
        )  # fmt: skip
        return {
            "columns": [Column(figure=measure) for measure in measures], "day": amounts_of(of_day).get("", {}),
            "month": amounts_of(of_month).get("", {}), "today": today, "stamp": stamp,
            "map": map_of(towns, columns_of("services")[0], visitor.language), "map_column": columns_of("services")[0],
            "query": query_of, "where": this_month,
        }  # fmt: skip

    async def board(visitor: Visitor) -> Response:
        return door.shown(visitor, "dashboards/board.html", **await figures_now(visitor))

    async def board_part(visitor: Visitor) -> Response:
        """Nothing when nothing changed since the stamp that came; else the figures anew."""
        if visitor.request.query_params.get("stamp") == str(await figures.stamp(door.runtime.pool)):
            return Response(status_code=204, headers=SECURITY_HEADERS)
        return door.shown(visitor, "dashboards/board_part.html", **await figures_now(visitor))

    async def month_of(visitor: Visitor) -> Month:
        asked = visitor.request.query_params.get("month", "")
        today = await listing.today(door.runtime.pool)
        try:
            return Month.of(date.fromisoformat(f"{asked}-01")) if asked else Month.of(today)
        except ValueError:
            raise Problem(
                status=422, code="month-invalid", zh="月份应为 年-月", en="a month is written YYYY-MM"
            ) from None

    async def report_of(visitor: Visitor) -> dict[str, Any]:
        month, today = await month_of(visitor), await listing.today(door.runtime.pool)
        where = Where(since=month.first_day, until=min(month.last_day, today), town=visitor.town or "")
        before = Where(since=month.plus(-1).first_day, until=month.first_day - timedelta(days=1), town=where.town)
        areas = []
        for area, names in AREAS.items():
            columns = columns_of(area)
            now, last, towns = await asyncio.gather(
                figures.sums(door.runtime.pool, measures_of(columns), where, "all"),
                figures.sums(door.runtime.pool, measures_of(columns), before, "all"),
                table_of(door, visitor, area, where, "town"),
            )
            areas.append({
                "area": area, "name": visitor.t(*names), "columns": columns, "now": amounts_of(now).get("", {}),
                "before": amounts_of(last).get("", {}), "towns": towns,
            })  # fmt: skip
        return {"month": str(month), "where": where, "report": areas, "today": today, "query": query_of}

    async def report(visitor: Visitor) -> Response:
        return door.shown(visitor, "dashboards/report.html", **await report_of(visitor))

    async def workbook(visitor: Visitor) -> Response:
        found = await report_of(visitor)
        pages = [(one["name"], _sheet(visitor, one)) for one in found["report"]]
        return taken_away(sheets.workbook_of(pages), XLSX, f"report-{found['month']}.xlsx")

    door.page("/board", board, roles=DASHBOARDS)
    door.page("/board/figures", board_part, roles=DASHBOARDS)
    door.page("/report", report, roles=DASHBOARDS)
    door.page("/report.xlsx", workbook, roles=DASHBOARDS)


def _sheet(visitor: Visitor, one: dict[str, Any]) -> list[list[str]]:
    """A sheet: each figure with this month, the month before and its definition; then the towns."""
    language = visitor.language
    lines = [
        [
            visitor.t("指标", "figure"),
            visitor.t("本月", "this month"),
            visitor.t("上月", "month before"),
            visitor.t("口径", "definition"),
        ]
    ]
    for column in one["columns"]:
        now, before = column.text(one["now"], plain=True), column.text(one["before"], plain=True)
        lines.append([column.name(language), now, before, column.definition(language)])
    towns = one["towns"]
    lines += [[], [towns.head, *(column.name(language) for column in towns.columns)]]
    lines += [[row.label, *(column.text(row.amounts, plain=True) for column in towns.columns)] for row in towns.rows]
    return lines
