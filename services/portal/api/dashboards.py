"""Dashboards: figures of a span of days as at a day, by town, each with its definition, its table and the facts behind it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from fastapi import Response

from services.contracts.codec import encoder
from services.eventlog import listing, sheets
from services.eventlog.problems import Problem
from services.portal import store
from services.portal.api.door import SECURITY_HEADERS, Door, Visitor
from services.portal.api.menu import DASHBOARDS
from services.portal.measures import BY_CODE, MEASURES, Measure
from services.portal.rendering import json_in_page

_AREAS: Final[dict[str, tuple[str, str]]] = {
    "services": ("服务提供", "Services delivered"),
    "cases": ("案件与时限", "Cases and clocks"),
    "supervision": ("监督检查", "Supervision"),
}
_DAYS_DEFAULT: Final = 30
_FACTS_SHOWN_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days a dashboard is about, and the town it is limited to."""

    since: date
    until: date
    town: str | None


async def _span(door: Door, visitor: Visitor) -> Span:
    asked = visitor.request.query_params
    today = await listing.today(door.runtime.pool)
    try:
        until = min(date.fromisoformat(asked["until"]), today) if asked.get("until") else today
        since = date.fromisoformat(asked["since"]) if asked.get("since") else until - timedelta(days=_DAYS_DEFAULT - 1)
    except ValueError:
        raise Problem(
            status=422, code="day-invalid", zh="日期应为 年-月-日", en="a day is written YYYY-MM-DD"
        ) from None
    if visitor.town is not None and asked.get("town") not in (None, "", visitor.town):
        raise Problem(status=403, code="wrong-town", zh="只能查看本镇街的数据", en="you see your own town only")
    return Span(since=min(since, until), until=until, town=visitor.town or asked.get("town") or None)


def _measures_of(area: str) -> tuple[Measure, ...]:
    found = tuple(measure for measure in MEASURES if measure.area == area)
    if not found:
        raise Problem(status=404, code="not-found", zh="没有这个看板", en="there is no such dashboard")
    return found


async def _table(door: Door, measures: tuple[Measure, ...], span: Span, by: str) -> list[dict[str, Any]]:
    """One row per town (day, officer) with each measure's amount; levels from the beginning, flows within the span."""
    pool, rows = door.runtime.pool, dict[str, dict[str, Any]]()
    for levels in (False, True):
        codes = [measure.code for measure in measures if measure.level is levels]
        if not codes or (levels and by in ("day", "month")):
            continue
        since = None if levels else span.since
        for one in await store.sums(pool, codes, by, until=span.until, since=since, town=span.town):
            rows.setdefault(one.by, {"by": one.by, **{m.code: 0 for m in measures}})[one.measure] = one.amount
    return [rows[key] for key in sorted(rows) if key]


def routes(door: Door) -> None:
    """Put the dashboards beside the other pages."""

    async def shown(visitor: Visitor) -> Response:
        area = visitor.request.path_params.get("area", "services")
        measures, span = _measures_of(area), await _span(door, visitor)
        by_town, by_day = [await _table(door, measures, span, by) for by in ("town", "day")]
        totals = {measure.code: sum(row[measure.code] for row in by_town) for measure in measures}
        chart = {
            "days": [row["by"] for row in by_day],
            "series": [
                {"name": visitor.t(m.zh, m.en), "values": [row[m.code] for row in by_day]}
                for m in measures
                if not m.level
            ],
        }
        return door.shown(
            visitor, "dashboard.html", area=area, areas=_AREAS, measures=measures, span=span, by_town=by_town,
            by_day=by_day, totals=totals, chart=json_in_page(encoder.encode(chart)),
        )  # fmt: skip

    async def exported(visitor: Visitor) -> Response:
        area, form = visitor.request.path_params["area"], visitor.request.path_params["form"]
        measures, span = _measures_of(area), await _span(door, visitor)
        rows = await _table(door, measures, span, "town")
        head = [visitor.t("镇街", "town"), *(visitor.t(m.zh, m.en) for m in measures)]
        table = [[row["by"], *(str(row[m.code]) for m in measures)] for row in rows]
        data, media_type = _file(form, head, table)
        name = f"{area}-{span.since}-{span.until}.{form}"
        return Response(
            data,
            media_type=media_type,
            headers={**SECURITY_HEADERS, "content-disposition": f'attachment; filename="{name}"'},
        )

    async def facts(visitor: Visitor) -> Response:
        measure = BY_CODE.get(visitor.request.path_params["measure"])
        if measure is None:
            raise Problem(status=404, code="not-found", zh="没有这个指标", en="there is no such measure")
        span = await _span(door, visitor)
        places = await store.facts_behind(
            door.runtime.pool, measure.code, since=span.since, until=span.until, town=span.town, limit=_FACTS_SHOWN_MAX
        )
        return door.shown(
            visitor, "facts_behind.html", measure=measure, span=span, places=places, limit=_FACTS_SHOWN_MAX
        )

    door.page("/dashboards", shown, roles=DASHBOARDS)
    door.page("/dashboards/{area}", shown, roles=DASHBOARDS)
    door.page("/dashboards/{area}/towns.{form}", exported, roles=DASHBOARDS)
    door.page("/measures/{measure}/facts", facts, roles=DASHBOARDS)


def _file(form: str, head: list[str], table: list[list[str]]) -> tuple[bytes, str]:
    if form == "csv":
        return sheets.csv_table(head, table, "utf-8"), "text/csv; charset=utf-8"
    if form == "xlsx":
        return sheets.xlsx_table(head, table), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    raise Problem(status=404, code="not-found", zh="只有 CSV 与 XLSX", en="CSV and XLSX only")
