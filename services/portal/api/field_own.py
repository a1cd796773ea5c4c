"""An officer's own rows: pay slips with every line explained and an objection, training, performance and appraisal; nobody else's."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, Final

from fastapi import Response
from fastapi.responses import RedirectResponse

from services.contracts.months import Month
from services.eventlog import listing
from services.eventlog.ids import uuid7
from services.eventlog.problems import Problem
from services.portal.api import field_words
from services.portal.api.door import SECURITY_HEADERS, Door, Visitor, go
from services.portal.api.field import OFFICER, clock_of, officer_of, shown
from services.portal.asking import ServiceSaid

MONTHS_BACK: Final = 11
LOOKED_BACK: Final = 3
_CONTESTABLE: Final = ("part", "personal", "employer", "tax")


def routes(door: Door) -> None:
    """Put the officer's own pages beside the others."""
    _pay(door)
    _own(door)


async def found_or_none(asking: Awaitable[Any]) -> Any:
    """A row, or `None` where there is none for this officer."""
    try:
        return await asking
    except ServiceSaid as said:
        if said.status == 404:
            return None
        raise


def _pay(door: Door) -> None:
    async def months_of() -> list[Month]:
        this = Month.of(await listing.today(door.runtime.pool))
        return [this.plus(-back) for back in range(MONTHS_BACK + 1)]

    async def latest(visitor: Visitor) -> Response:
        """To the latest slip that is approved; the month before last where none is."""
        months = await months_of()
        for month in months[:LOOKED_BACK]:
            if await found_or_none(visitor.services.get("payroll", f"/v1/slips/{month}/{officer_of(visitor)}")):
                return RedirectResponse(f"/field/pay/{month}", status_code=303, headers=SECURITY_HEADERS)
        return RedirectResponse(f"/field/pay/{months[1]}", status_code=303, headers=SECURITY_HEADERS)

    async def slip_page(visitor: Visitor, problem: Problem | None = None, after: str = "") -> Response:
        month = _month(visitor)
        path = f"/v1/slips/{month}/{officer_of(visitor)}"
        slip = await found_or_none(visitor.services.get("payroll", path, after=after))
        return shown(
            door, visitor, "field/pay.html", status=problem.status if problem else 200, slip=slip, month=str(month),
            months=[str(one) for one in await months_of()], sides=lines_by_side(slip["explained"] if slip else ()),
            changes=slip["changes"] if slip else None, problem=problem, commandid=str(uuid7()),
            wanted=(visitor.text("line"), visitor.text("statement")), side_words=field_words.SIDES,
            payments=field_words.PAYMENTS, contests=field_words.CONTESTS, clock=await clock_of(door),
        )  # fmt: skip

    async def slip(visitor: Visitor) -> Response:
        return await slip_page(visitor, after=_after(visitor))

    async def contest(visitor: Visitor) -> Response:
        side, _, code = visitor.text("line").partition("/")
        body = {
            "command": "contest-payslip", "month": str(_month(visitor)), "town": visitor.session.town,
            "officer": officer_of(visitor), "side": side, "code": code, "statement": visitor.text("statement"),
        }  # fmt: skip
        problem = await _sent(visitor, body)
        after = visitor.text("commandid")
        return (
            await slip_page(visitor, problem) if problem else go(f"/field/pay/{_month(visitor)}?after={after}", visitor)
        )

    door.page("/field/pay", latest, roles=OFFICER)
    door.page("/field/pay/{month}", slip, roles=OFFICER)
    door.page("/field/pay/{month}", contest, roles=OFFICER, methods=("POST",))


def _own(door: Door) -> None:
    async def page(visitor: Visitor, problem: Problem | None = None, after: str = "") -> Response:
        officer, ask = officer_of(visitor), visitor.services.get
        this = Month.of(await listing.today(door.runtime.pool))
        months = [this, this.plus(-1), this.plus(-2)]
        appraisals, training, *rows = await asyncio.gather(
            ask("payroll", "/v1/own-appraisals", after=after),
            found_or_none(ask("casework", f"/v1/training-by-person/officer:{officer}/{this.year}")),
            *(_month_of(visitor, officer, month) for month in months),
        )
        return shown(
            door, visitor, "field/own.html", status=problem.status if problem else 200, appraisals=appraisals["rows"],
            training=training, months=rows, year=this.year, problem=problem, commandid=str(uuid7()),
            wanted=(visitor.text("quarter"), visitor.text("point"), visitor.text("reason")), points=field_words.POINTS,
            grades=field_words.GRADES, standing=field_words.APPRAISALS, clock=await clock_of(door),
        )  # fmt: skip

    async def own(visitor: Visitor) -> Response:
        return await page(visitor, after=_after(visitor))

    async def contest(visitor: Visitor) -> Response:
        year, _, quarter = visitor.text("quarter").partition("Q")
        body = {
            "command": "contest-appraisal", "officer": officer_of(visitor), "year": _whole(year), "quarter": _whole(quarter),
            "town": visitor.session.town, "point": visitor.text("point"), "reason": visitor.text("reason"),
        }  # fmt: skip
        problem = await _sent(visitor, body)
        return await page(visitor, problem) if problem else go(f"/field/own?after={visitor.text('commandid')}", visitor)

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


Row = Mapping[str, Any]


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


async def _sent(visitor: Visitor, body: Mapping[str, Any]) -> Problem | None:
    """Issue a command under the id made when its form was shown; what is said against it, to be shown beside the form."""
    try:
        await visitor.services.command("payroll", body, commandid=visitor.text("commandid"))
    except ServiceSaid as said:
        return Problem(status=said.status, code=said.code, zh=said.zh, en=said.en)
    except ValueError:
        return Problem(
            status=422, code="form-expired", zh="表单已过期，请重新填写", en="the form has expired; fill it in again"
        )
    return None


def _month(visitor: Visitor) -> Month:
    try:
        return Month.parse(visitor.request.path_params["month"])
    except ValueError:
        raise Problem(status=404, code="not-found", zh="没有这个月份", en="there is no such month") from None


def _after(visitor: Visitor) -> str:
    """The command id an address names, if it is one: the page waits until it shows it."""
    text = visitor.request.query_params.get("after", "")
    return text if len(text) == 36 and set(text) <= set("0123456789abcdef-") else ""


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= 4 else 0
