"""The town leader in charge (镇街分管领导): what is late and with whom, first opinions to sign, the reserve fund, attendance."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from fastapi import Response

from services.contracts.calendar import WorkingCalendar
from services.contracts.codec import convert
from services.contracts.months import Month
from services.portal.api.door import Door, Visitor
from services.portal.api.town_forms import (
    Row,
    after,
    filled_in,
    fingerprint,
    name_of,
    new_command,
    said,
    send,
    shown_words,
    today,
    whole,
)

ROLES: Final = frozenset({"town-leader"})
_SOON_DAYS: Final = 3
_TOWN_DECIDES: Final = "temporary"
_UNDECIDED: Final = ("opened", "surveyed", "checking", "checked", "posted", "objected", "notice_closed")


def late_by_holder(clocks: Iterable[Row]) -> list[Row]:
    """Who holds what runs: how many are late, how many end soon, the worst; the one with most late ones first."""
    found: dict[str, Row] = {}
    for one in clocks:
        held_by = one["clock"]["held_by"] or one["clock"]["with_whom"]
        row = found.setdefault(held_by, {"held_by": held_by, "late": 0, "soon": 0, "open": 0, "worst": 0})
        row["open"] += 1
        row["late"] += bool(one["overdue"])
        row["soon"] += not one["overdue"] and one["days_left"] <= _SOON_DAYS and one["clock"]["counting"] != "full_days"
        row["worst"] = min(row["worst"], one["days_left"] if one["overdue"] else 0)
    return sorted(found.values(), key=lambda row: (-row["late"], row["worst"], -row["soon"], row["held_by"]))


def opinions_of(cases: Iterable[Row]) -> dict[str, list[Row]]:
    """Cases that wait for the leader's hand: to sign and have posted, to send to the bureau, small sums to decide."""
    rows = sorted(cases, key=lambda case: (case["decide_by"], case["key"]))
    open_rows = [case for case in rows if case["status"] in _UNDECIDED]
    return {
        "to_sign": [
            case for case in open_rows
            if case["status"] == "checked" and case["survey_valid"] and not case["contested"] and not case["open_conflicts"]
        ],
        "conflicts": [case for case in open_rows if case["open_conflicts"] or case["contested"]],
        "to_send": [
            case for case in open_rows if case["status"] == "notice_closed" and case["need"] != _TOWN_DECIDES
        ],
        "to_decide": [
            case for case in open_rows if case["need"] == _TOWN_DECIDES and case["status"] in ("opened", "notice_closed", "checked", "surveyed", "checking")
        ],
    }  # fmt: skip


def receivers_of(cases: Iterable[Row]) -> list[str]:
    """People of the bureau who have cases of the town in hand: to whom an opinion may be sent."""
    return sorted({case["responsible"] for case in cases if case["responsible"].startswith("bureau:")})


def workdays_of(month: Month, calendar: WorkingCalendar) -> int:
    """How many days of a month are worked."""
    first, last = month.first_day, month.last_day
    return sum(calendar.is_workday(first + timedelta(days=n)) for n in range((last - first).days + 1))


def absent_workdays(absences: Iterable[Mapping[str, Any]], month: Month, calendar: WorkingCalendar) -> dict[str, int]:
    """Working days of a month on which each officer's recorded absences fall; an open end lasts to the month's."""
    days: dict[str, set[date]] = {}
    for one in absences:
        if one["status"] != "recorded":
            continue
        begin = max(date.fromisoformat(one["from_on"]), month.first_day)
        end = min(date.fromisoformat(one["until_on"]) if one["until_on"] else month.last_day, month.last_day)
        for n in range((end - begin).days + 1):
            if calendar.is_workday(begin + timedelta(days=n)):
                days.setdefault(one["officer"], set()).add(begin + timedelta(days=n))
    return {officer: len(found) for officer, found in days.items()}


def routes(door: Door) -> None:
    """Put the leader's pages beside the others."""
    _late(door)
    _opinions(door)
    _attendance(door)


def _late(door: Door) -> None:
    async def home(visitor: Visitor) -> Response:
        clocks = [
            {**one, "service": service}
            for service in ("intake", "casework")
            for one in await visitor.services.all_rows(service, "/v1/open-clocks", town=visitor.town)
        ]
        cases = await visitor.services.all_rows("casework", "/v1/cases", town=visitor.town)
        windows = await visitor.services.rows("intake", "/v1/windows", town=visitor.town)
        late = sorted((one for one in clocks if one["overdue"]), key=lambda one: one["days_left"])
        return door.shown(
            visitor, "leader/home.html", holders=late_by_holder(clocks), late=late, waiting=opinions_of(cases),
            windows=windows, open_count=len(clocks), w=shown_words(visitor), who=lambda actor: name_of(visitor, actor),
        )  # fmt: skip

    door.page("/leader", home, roles=ROLES)


def _opinions(door: Door) -> None:
    async def shown(visitor: Visitor, error: Exception | None = None) -> Response:
        cases = await visitor.services.all_rows("casework", "/v1/cases", after=after(visitor), town=visitor.town)
        problem, errors = said(error) if error else (None, [])
        return door.shown(
            visitor, "leader/opinions.html", waiting=opinions_of(cases), day=await today(door), typed=visitor.form,
            problem=problem, errors=errors, commandid=new_command, w=shown_words(visitor), bureau=receivers_of(cases),
            number=visitor.request.path_params.get("number", ""), done=visitor.request.query_params.get("done", ""),
            status=problem.status if problem else 200, town=visitor.town,
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def acted(visitor: Visitor) -> Response:
        number, what = (visitor.request.path_params[name] for name in ("number", "what"))
        try:
            case = await visitor.services.get("casework", f"/v1/cases/{number}")
            body = opinion_body(visitor, what, {**case, "key": number}, await today(door))
            return await send(visitor, "casework", body, "/leader/opinions")
        except Exception as error:
            return await shown(visitor, error)

    door.page("/leader/opinions", opened, roles=ROLES)
    door.page("/leader/opinions/{number}/{what}", acted, roles=ROLES, methods=("POST",))


def opinion_body(visitor: Visitor, what: str, case: Row, day: date) -> Row:
    """The command of a leader's form about a case: the opinion sent to the bureau, or a small sum decided."""
    own = {"household_no": case["household"], "application_no": case["key"]}
    if what == "submit":
        return {
            "command": "submit-opinion", **own, "submitted_on": day.isoformat(), "received_by": visitor.text("received_by")
        }  # fmt: skip
    optional = {"reserve_fund": visitor.text("reserve_fund"), "reason": visitor.text("reason")}
    if visitor.text("outcome") == "refused":
        optional.pop("reserve_fund")
    return {
        "command": "decide-eligibility", **own, "outcome": visitor.text("outcome"),
        "emergency": "emergency" in visitor.form, **filled_in(optional),
    }  # fmt: skip


def _attendance(door: Door) -> None:
    async def shown(visitor: Visitor, error: Exception | None = None) -> Response:
        day = await today(door)
        month = month_of(visitor.request.query_params.get("month") or visitor.text("month"), day)
        calendar = convert(
            (await visitor.services.get("intake", "/v1/rules-in-force/calendar"))["content"], WorkingCalendar
        )
        known = await visitor.services.get("payroll", f"/v1/town-attendance/{visitor.town}", after=after(visitor))
        sheets = sorted(known["sheets"], key=lambda row: str(row["month"]), reverse=True)
        problem, errors = said(error) if error else (None, [])
        return door.shown(
            visitor, "leader/attendance.html", month=str(month), officers=on_post_in(known["officers"], month),
            workdays=workdays_of(month, calendar), absent=absent_workdays(known["absences"], month, calendar),
            sheets=sheets, typed=visitor.form, problem=problem,
            errors=errors, commandid=new_command(), status=problem.status if problem else 200,
            confirmed=any(row["month"] == str(month) for row in sheets), over=day > month.last_day,
            done=visitor.request.query_params.get("done", ""), who=lambda actor: name_of(visitor, actor),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def confirmed(visitor: Visitor) -> Response:
        try:
            body = await sheet_body(visitor)
            return await send(visitor, "payroll", body, f"/leader/attendance?month={body['month']}")
        except Exception as error:
            return await shown(visitor, error)

    door.page("/leader/attendance", opened, roles=ROLES)
    door.page("/leader/attendance", confirmed, roles=ROLES, methods=("POST",))


def month_of(text: str, day: date) -> Month:
    """The month that was asked for; the one before `day`'s when none was, or what was typed is none."""
    try:
        return Month.parse(text)
    except ValueError:
        return Month.of(day).plus(-1)


def on_post_in(officers: Iterable[Row], month: Month) -> list[Row]:
    """Officers who were on a post of the town in some part of the month."""
    first, last = month.first_day.isoformat(), month.last_day.isoformat()
    return [
        row
        for row in sorted(officers, key=lambda row: row["officer"])
        if (row.get("on_post_from_on") or row["appointed_on"]) <= last
        and (not row["last_day_on"] or row["last_day_on"] >= first)
    ]


async def sheet_body(visitor: Visitor) -> Row:
    """The command ``confirm-attendance`` of the sheet that was filled in."""
    officers = [str(one) for one in visitor.form.getlist("officer")]
    lines = [
        {
            "officer": officer,
            "present_days": whole(visitor, f"present-{officer}"),
            "absent_days": whole(visitor, f"absent-{officer}"),
        }
        for officer in officers
    ]
    return {
        "command": "confirm-attendance", "month": visitor.text("month"), "town": visitor.town, "lines": lines,
        "sheet_sha256": await fingerprint(visitor, "sheet"), **filled_in({"corrects": visitor.text("corrects")}),
    }  # fmt: skip
