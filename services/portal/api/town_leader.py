"""The town leader in charge (镇街分管领导): what is late and with whom, first opinions to sign, the reserve fund, attendance."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import quote

from fastapi import Response

from services.contracts.calendar import WorkingCalendar
from services.contracts.codec import convert
from services.contracts.months import Month
from services.portal.api.cases import notice_over, packs_of, ready_to_post
from services.portal.api.clocks import clock_line
from services.portal.api.door import Door, Visitor
from services.portal.api.posting import Refusal, named, take, told
from services.portal.api.town_forms import LEADER, OPINIONS, attendance
from services.portal.api.town_words import words_in
from services.portal.asking import or_none

Row = dict[str, Any]
_SOON_DAYS: Final = 3
LATE_SHOWN_MAX: Final = 100
_TOWN_DECIDES: Final = "temporary"
_UNDECIDED: Final = ("opened", "surveyed", "checking", "checked", "posted", "objected", "notice_closed")


def late_by_holder(clocks: Iterable[Row]) -> list[Row]:
    """Who holds what runs: how many are late, how many end soon, the worst; the one with most late ones first."""
    found: dict[str, Row] = {}
    for one in clocks:
        held_by = one["clock"]["held_by"] or one["clock"]["with_whom"]
        row = found.setdefault(
            held_by, {"held_by": held_by, "late": 0, "soon": 0, "open": 0, "worst": 0, "counting": "days"}
        )
        row["open"] += 1
        row["late"] += bool(one["overdue"])
        row["soon"] += not one["overdue"] and one["days_left"] <= _SOON_DAYS and one["clock"]["counting"] != "full_days"
        if one["overdue"] and one["days_left"] < row["worst"]:
            row |= {"worst": one["days_left"], "counting": one["clock"]["counting"]}
    return sorted(found.values(), key=lambda row: (-row["late"], row["worst"], -row["soon"], row["held_by"]))


def opinions_of(cases: Iterable[Row], today: date) -> dict[str, list[Row]]:
    """Cases that wait for the leader's hand: to sign and have posted, to send to the bureau, small sums to decide."""
    rows = sorted(cases, key=lambda case: (case["decide_by"], case["key"]))
    open_rows = [case for case in rows if case["status"] in _UNDECIDED and not case["outcome"]]
    return {
        "to_sign": [case for case in rows if ready_to_post(case, today)],
        "conflicts": [case for case in open_rows if case["open_conflicts"] or case["contested"]],
        "to_send": [
            case for case in open_rows
            if notice_over(case, today) and case["status"] not in ("submitted", "objected") and case["need"] != _TOWN_DECIDES
        ],
        "to_decide": [
            case for case in open_rows if case["need"] == _TOWN_DECIDES and case["status"] in ("opened", "notice_closed", "checked", "surveyed", "checking")
        ],
    }  # fmt: skip


async def open_cases(visitor: Visitor) -> list[Row]:
    """What the town still owes, or owes the refusal of in writing."""
    return await visitor.services.all_rows("casework", "/v1/case-list", town=visitor.town, status="open")


async def paid_from_reserve(visitor: Visitor) -> list[Row]:
    """What the town decided and paid from its reserve fund (备用金), the latest first."""
    rows = await visitor.services.all_rows("casework", "/v1/case-list", town=visitor.town, status="from_reserve")
    return sorted(rows, key=lambda case: str(case["decided_on"]), reverse=True)


async def reserve_of(visitor: Visitor, year: int) -> Row | None:
    """The reserve fund that the bureau stated for the town and a year, if it did, as far as payroll says so."""
    found = await or_none(visitor.services.get("payroll", f"/v1/town-money/{visitor.town}"))
    return next((one for one in (found["reserves"] if found else ()) if one["year"] == year), None)


def temporary_amount(pack: Row, procedure: Row, members: int) -> Row:
    """What a household of so many members gets at once by the standard (国发〔2014〕47号), and whether a town may decide it."""
    amount_fen = min(pack["per_member_fen"] * members, pack["household_max_fen"])
    limit_fen = procedure["needs"][_TOWN_DECIDES]["town_limit_fen"]
    return {"members": members, "amount_fen": amount_fen, "limit_fen": limit_fen, "over": amount_fen > limit_fen}


def covered_by(case: Row, proof: Row | None, household: Row | None) -> int | None:
    """How many members a decision covers by itself: those who applied, after a survey those it found; None where that is not known here.

    The household has what its latest valid survey found, and keeps its own count where one found the members unchanged:
    only where both agree is it sure.
    """
    if proof is None:
        return None
    applied = int(proof["member_count"])
    agreed = case["survey_valid"] and household is not None and household["member_count"] == applied
    return applied if case["status"] == "opened" or agreed else None


async def amounts_of(visitor: Visitor, cases: Iterable[Row]) -> dict[str, Row]:
    """What each case of temporary help would pay, by its number; none where it is not known how many it covers."""
    cases = list(cases)
    if not cases:
        return {}
    packs = await packs_of(visitor, "temporary_help", "procedure")
    places = [f"procedure-proofs/{case['key']}" for case in cases] + [
        f"households/{case['household']}" for case in cases
    ]
    found = await asyncio.gather(*(or_none(visitor.services.get("casework", f"/v1/{place}")) for place in places))
    covered = map(covered_by, cases, found[: len(cases)], found[len(cases) :])
    return {
        case["key"]: temporary_amount(packs["temporary_help"], packs["procedure"], members)
        for case, members in zip(cases, covered, strict=True)
        if members is not None
    }


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
            one
            for service in ("intake", "casework")
            for one in await visitor.services.all_rows(service, "/v1/open-clocks", town=visitor.town)
        ]
        cases = await open_cases(visitor)
        windows = await visitor.services.rows("intake", "/v1/windows", town=visitor.town)
        today = await door.today()
        role = visitor.session.role
        late = [clock_line(one, role) for one in sorted(clocks, key=lambda one: one["days_left"]) if one["overdue"]]
        return door.shown(
            visitor, "leader/home.html", holders=late_by_holder(clocks), late=late, waiting=opinions_of(cases, today),
            windows=windows, open_count=len(clocks), shown_max=LATE_SHOWN_MAX,
        )  # fmt: skip

    door.page("/leader", home, roles=LEADER)


def _opinions(door: Door) -> None:
    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        (cases, reserve), today = (
            await asyncio.gather(open_cases(visitor), paid_from_reserve(visitor)),
            await door.today(),
        )
        waiting = opinions_of(cases, today)
        return door.shown(
            visitor, "leader/opinions.html", waiting=waiting, amounts=await amounts_of(visitor, waiting["to_decide"]),
            reserve=reserve, today=today, w=words_in(visitor.t),
            bureau=receivers_of(cases), forms=OPINIONS, town=visitor.town, lists={}, **told(visitor, no),
            budget=await reserve_of(visitor, today.year),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def acted(visitor: Visitor) -> Response:
        number, form = visitor.request.path_params["number"], named(OPINIONS, visitor.request.path_params["what"])
        case = await visitor.services.get("casework", f"/v1/cases/{number}")
        known = {
            "household_no": case["household"], "application_no": number, "submitted_on": (await door.today()).isoformat(),
        }  # fmt: skip
        given = {name: known[name] for name in form.given}
        return await take(visitor, form, "/leader/opinions", shown, **given)

    door.page("/leader/opinions", opened, roles=LEADER)
    door.page("/leader/opinions/{number}/{what}", acted, roles=LEADER, methods=("POST",))


def _attendance(door: Door) -> None:
    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        day = await door.today()
        month = month_of(visitor.request.query_params.get("month") or visitor.text("month"), day)
        calendar = convert((await visitor.services.pack("intake", "calendar")), WorkingCalendar)
        known = await visitor.services.get("payroll", f"/v1/town-attendance/{visitor.town}")
        sheets = sorted(known["sheets"], key=lambda row: str(row["month"]), reverse=True)
        return door.shown(
            visitor, "leader/attendance.html", month=str(month), officers=on_post_in(known["officers"], month),
            workdays=workdays_of(month, calendar), absent=absent_workdays(known["absences"], month, calendar),
            sheets=sheets, confirmed=any(row["month"] == str(month) for row in sheets), over=day > month.last_day,
            **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def confirmed(visitor: Visitor) -> Response:
        officers = [str(one) for one in visitor.form.getlist("officer")]
        form = attendance(officers, corrects="corrects" in visitor.form)
        back = f"/leader/attendance?month={quote(visitor.text('month'))}"
        return await take(visitor, form, back, shown, town=visitor.town)

    door.page("/leader/attendance", opened, roles=LEADER)
    door.page("/leader/attendance", confirmed, roles=LEADER, methods=("POST",))


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
