"""An officer's own rows: pay slips with every line explained and an objection, training, performance and appraisal; nobody else's."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

from fastapi import Response
from fastapi.responses import RedirectResponse

from services.contracts import pay_words
from services.contracts.months import Month
from services.eventlog.problems import Problem
from services.portal.api import field_words
from services.portal.api.door import SECURITY_HEADERS, Door, Visitor
from services.portal.api.field import OFFICER, clock_of, officer_of, shown
from services.portal.api.forms import Body, Form, field, fixed
from services.portal.api.pay import line_names
from services.portal.api.posting import Refusal, take, told
from services.portal.asking import found_or_none
from services.portal.rendering import yuan

MONTHS_BACK: Final = 11
LOOKED_BACK: Final = 3
Row = Mapping[str, Any]
_CONTESTABLE: Final = ("part", "personal", "employer", "tax")


def of_line(body: Body) -> Body:
    """A line of a slip, chosen as ``side/code``."""
    side, _, code = body.pop("line").partition("/")
    return {**body, "side": side, "code": code}


CONTEST_SLIP: Final = Form(
    command="contest-payslip", service="payroll", zh="提交异议", en="Send the objection", roles=OFFICER, finish=of_line,
    fields=(
        field("line", "哪一项", "Which line", "choice", choices="lines", gives=("side", "code")),
        field("statement", "理由", "Why", "area", most=500),
    ),
    given=("month", "town", "officer"),
)  # fmt: skip
CONTEST_APPRAISAL: Final = Form(
    command="contest-appraisal", service="payroll", zh="对某一项有异议", en="Object to a point", roles=OFFICER,
    fields=(
        fixed("year"), fixed("quarter"), field("point", "考核项目", "Point", "choice", choices="points"),
        field("reason", "理由", "Why", "area", most=500),
    ),
    given=("officer", "town"),
)  # fmt: skip


def contestable(lines: Iterable[Row], month: str) -> dict[str, tuple[str, str]]:
    """The lines of a slip that may be objected to, by ``side/code``, as the form offers them."""
    return {
        f"{one['side']}/{one['code']}": (_says(one, "zh"), _says(one, "en"))
        for one in lines
        if one["side"] in _CONTESTABLE and one["month"] == month
    }


def _says(line: Row, language: str) -> str:
    return f"{line['name'][language]} {yuan(line['amount_fen'])}"


def counts_for(month: Month, confirmed: Iterable[Row]) -> Row | None:
    """The quarter whose coefficient counts in a month's pay: the latest confirmed one that was over before the month (二(四))."""
    over = [one for one in confirmed if Month(one["year"], one["quarter"] * 3) < month]
    return max(over, key=lambda one: (one["year"], one["quarter"]), default=None)


def routes(door: Door) -> None:
    """Put the officer's own pages beside the others."""
    _pay(door)
    _own(door)


def _pay(door: Door) -> None:
    async def months_of() -> list[Month]:
        this = Month.of(await door.today())
        return [this.plus(-back) for back in range(MONTHS_BACK + 1)]

    async def latest(visitor: Visitor) -> Response:
        """To the latest slip that is approved; the month before last where none is."""
        months = await months_of()
        for month in months[:LOOKED_BACK]:
            if await found_or_none(visitor.services.get("payroll", f"/v1/slips/{month}/{officer_of(visitor)}")):
                return RedirectResponse(f"/field/pay/{month}", status_code=303, headers=SECURITY_HEADERS)
        return RedirectResponse(f"/field/pay/{months[1]}", status_code=303, headers=SECURITY_HEADERS)

    async def slip_page(visitor: Visitor, no: Refusal | None = None) -> Response:
        month = _month(visitor)
        path = f"/v1/slips/{month}/{officer_of(visitor)}"
        slip = await found_or_none(visitor.services.get("payroll", path))
        return shown(
            door, visitor, "field/pay.html", slip=slip, month=str(month), contesting=CONTEST_SLIP,
            months=[str(one) for one in await months_of()], sides=lines_by_side(slip["explained"] if slip else ()),
            changes=slip["changes"] if slip else None, line_names=line_names(slip["explained"] if slip else ()),
            side_words=pay_words.SIDES, payments=pay_words.PAYMENTS,
            contests=field_words.CONTESTS, clock=await clock_of(door),
            lists={"lines": contestable(slip["explained"] if slip else (), str(month))}, **told(visitor, no),
        )  # fmt: skip

    async def slip(visitor: Visitor) -> Response:
        return await slip_page(visitor)

    async def contest(visitor: Visitor) -> Response:
        month = str(_month(visitor))
        given = {"month": month, "town": visitor.session.town, "officer": officer_of(visitor)}
        return await take(visitor, CONTEST_SLIP, f"/field/pay/{month}", slip_page, **given)

    door.page("/field/pay", latest, roles=OFFICER)
    door.page("/field/pay/{month}", slip, roles=OFFICER)
    door.page("/field/pay/{month}", contest, roles=OFFICER, methods=("POST",))


def _own(door: Door) -> None:
    async def page(visitor: Visitor, no: Refusal | None = None) -> Response:
        officer, ask = officer_of(visitor), visitor.services.get
        this = Month.of(await door.today())
        months = [this, this.plus(-1), this.plus(-2)]
        appraisals, training, *rows = await asyncio.gather(
            ask("payroll", "/v1/own-appraisals"),
            found_or_none(ask("casework", f"/v1/training-by-person/officer:{officer}/{this.year}")),
            *(_month_of(visitor, officer, month) for month in months),
        )
        return shown(
            door, visitor, "field/own.html", appraisals=appraisals["rows"], training=training, months=rows, year=this.year,
            this_month=str(this), counting=counts_for(this, appraisals["confirmed"]),
            contesting=CONTEST_APPRAISAL, points=field_words.POINTS, grades=field_words.GRADES,
            standing=field_words.APPRAISALS, clock=await clock_of(door), lists={}, **told(visitor, no),
        )  # fmt: skip

    async def own(visitor: Visitor) -> Response:
        return await page(visitor)

    async def contest(visitor: Visitor) -> Response:
        given = {"officer": officer_of(visitor), "town": visitor.session.town}
        return await take(visitor, CONTEST_APPRAISAL, "/field/own", page, **given)

    door.page("/field/own", own, roles=OFFICER)
    door.page("/field/own", contest, roles=OFFICER, methods=("POST",))


async def _month_of(visitor: Visitor, officer: str, month: Month) -> dict[str, Any]:
    """One month's visits, plan, satisfaction and work of an officer; zero where nothing was recorded."""
    key = f"{officer}/{month}"
    visits, plan, rated, *works = await asyncio.gather(
        *(
            found_or_none(visitor.services.get("casework", f"/v1/{model}/{key}"))
            for model in ("visits-by-officer", "month-plans", "satisfaction-by-officer")
        ),
        *(
            found_or_none(visitor.services.get("casework", f"/v1/work-by-officer/{key}/{work}"))
            for work in field_words.WORKS
        ),
    )
    return month_row(str(month), visits, plan, rated, [one for one in works if one])


def month_row(
    month: str, visits: Row | None, plan: Row | None, rated: Row | None, works: Iterable[Row]
) -> dict[str, Any]:
    """A month's figures as the page shows them; a mean only where somebody rated."""
    plan, visits, rated = plan or {}, visits or {}, rated or {}
    count = rated.get("rated", 0)
    return {
        "month": month,
        "planned": plan.get("planned", 0), "done": plan.get("done", 0), "on_time": plan.get("on_time", 0),
        "visits": visits.get("done", 0), "standard_met": visits.get("standard_met", 0), "minutes": visits.get("minutes", 0),
        "rated": count, "score": f"{rated['score_sum'] / count:.1f}" if count else "–",
        "works": list(works),
    }  # fmt: skip


def lines_by_side(lines: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """A slip's explained lines by side, in the order the slip has them."""
    sides: dict[str, list[Row]] = {}
    for line in lines:
        sides.setdefault(line["side"], []).append({**line, "contestable": line["side"] in _CONTESTABLE})
    return list(sides.items())


def _month(visitor: Visitor) -> Month:
    try:
        return Month.parse(visitor.request.path_params["month"])
    except ValueError:
        raise Problem(status=404, code="not-found", zh="没有这个月份", en="there is no such month") from None
