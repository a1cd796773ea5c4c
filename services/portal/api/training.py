"""Training for its trainers (四(五)): courses and sessions, sign-in sheets, exams, who is overdue, the roster of key people."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any, Final

from fastapi import Response

from services.portal.api.door import Door, Visitor
from services.portal.api.forms import Names
from services.portal.api.posting import forms_door, told
from services.portal.api.training_forms import FORMS, KINDS, SESSION_STATUS, SHAPES, TRAINERS

_PATH: Final = "/training"
Row = dict[str, Any]


def lacking(row: Mapping[str, Any]) -> tuple[int, int]:
    """Minutes of party education and of professional training that a person's year still lacks."""
    return (
        max(0, row["party_minutes_owed"] - row["party_minutes"]),
        max(0, row["professional_minutes_owed"] - row["professional_minutes"]),
    )


def by_town(people: Iterable[Row], overdue: Iterable[Row]) -> list[Row]:
    """Per town: people of a year, how many have done all of its training, and how many are overdue with that of any year."""
    found: dict[str, Row] = {}

    def of(town: str) -> Row:
        return found.setdefault(town, {"town": town, "people": 0, "fulfilled": 0, "overdue": 0})

    for one in people:
        of(one["town"])["people"] += 1
        of(one["town"])["fulfilled"] += one["fulfilled"]
    for one in overdue:
        of(one["town"])["overdue"] += 1
    return [found[town] for town in sorted(found)]


def of_year(rows: Iterable[Row], year: int | None) -> list[Row]:
    """Everybody's training in a year, or in any; who is overdue first, then those who lack most."""
    people = [{**one, "lacking": lacking(one)} for one in rows if year in (None, one["year"])]
    return sorted(people, key=lambda one: (not one["overdue"], one["fulfilled"], -sum(one["lacking"]), one["key"]))


def with_towns(staff: Iterable[str], towns: Mapping[str, str]) -> Names:
    """People as a form lists them, by number and town; who has no record of training yet is named by hand."""
    return {f"{one} {towns[one]}": (f"{one} {towns[one]}",) * 2 for one in staff if one in towns}


async def _rows(visitor: Visitor, model: str, **wanted: Any) -> list[dict[str, Any]]:
    """All rows of one of casework's models."""
    return await visitor.services.all_rows("casework", f"/v1/{model}", **wanted)


def year_of(text: str | None, today: date) -> int | None:
    """The year that is asked for: this one where none is, any where it is left empty."""
    if text is None:
        return today.year
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None


async def _towns_of_staff(visitor: Visitor) -> dict[str, str]:
    """The town of everybody whose training is on record, by the latest year."""
    found = await _rows(visitor, "training-by-person")
    return {one["staff"]: one["town"] for one in sorted(found, key=lambda one: one["year"])}


async def _listed(visitor: Visitor) -> dict[str, Names]:
    """Whom the form that was sent lists: who has a place in its session, or attended its course."""
    course, session = visitor.text("course_no"), visitor.text("session_no")
    sessions, towns = await asyncio.gather(
        _rows(visitor, "training-sessions", after=f"{course}/"), _towns_of_staff(visitor)
    )
    mine = [one for one in sessions if one["course_no"] == course]
    places = [staff for one in mine if one["session_no"] == session for staff in one["admitted"]]
    return {"people": with_towns(places if session else attended_of(mine), towns)}


def attended_of(sessions: Iterable[Row]) -> list[str]:
    """Who signed in to any session, each once."""
    return sorted({staff for one in sessions for staff in one["attended"]})


def _common(visitor: Visitor, **lists: Names) -> dict[str, Any]:
    return {
        **told(visitor), "forms": FORMS, "lists": lists, "area_path": _PATH, "kinds": KINDS, "shapes": SHAPES, "session_status": SESSION_STATUS,
    }  # fmt: skip


def routes(door: Door) -> None:
    """Put the trainers' pages beside the others."""

    async def offered(visitor: Visitor) -> Mapping[str, Names]:
        return {**await _listed(visitor), "towns": await door.towns()}

    async def home(visitor: Visitor) -> Response:
        rows, courses, sessions, today = await asyncio.gather(
            _rows(visitor, "training-by-person"), _rows(visitor, "courses"),
            _rows(visitor, "training-sessions", order="planned_on"), door.today(),
        )  # fmt: skip
        year = year_of(visitor.request.query_params.get("year") or None, today) or today.year
        people, overdue = of_year(rows, year), [one for one in rows if one["overdue"]]
        coming = [one for one in sessions if one["status"] == "planned"]
        unsigned = [one for one in sessions if one["status"] == "held" and not one["attended"]]
        return door.shown(
            visitor, "training/home.html", year=year, people=people, courses=courses, coming=coming, unsigned=unsigned,
            overdue=overdue, today=today, towns=by_town(people, overdue), **_common(visitor),
        )  # fmt: skip

    async def course(visitor: Visitor) -> Response:
        number = visitor.request.path_params["course_no"]
        row, sessions, towns = await asyncio.gather(
            visitor.services.get("casework", f"/v1/courses/{number}"),
            _rows(visitor, "training-sessions", after=f"{number}/"), _towns_of_staff(visitor),
        )  # fmt: skip
        mine = [one for one in sessions if one["course_no"] == number]
        mine.sort(key=lambda one: one["planned_on"], reverse=True)
        return door.shown(
            visitor, "training/course.html", number=number, course=row, sessions=mine, today=await door.today(),
            attended=with_towns(attended_of(mine), towns), listed=partial(with_towns, towns=towns), **_common(visitor),
        )  # fmt: skip

    async def people(visitor: Visitor) -> Response:
        asked = visitor.request.query_params
        only, town, today = asked.get("only", ""), asked.get("town", ""), await door.today()
        year = year_of(asked.get("year", "" if only == "overdue" else None), today)
        shown = [
            one
            for one in of_year(await _rows(visitor, "training-by-person", town=town), year)
            if only not in ("overdue", "lacking") or (one["overdue"] if only == "overdue" else not one["fulfilled"])
        ]
        return door.shown(
            visitor, "training/people.html", year=year or "", people=shown, only=only, town=town,
            **_common(visitor, towns=await door.towns()),
        )  # fmt: skip

    async def key_people(visitor: Visitor) -> Response:
        rows = await _rows(visitor, "key-people")
        rows.sort(key=lambda one: (one["left_on"] is not None, one["key"]))
        return door.shown(visitor, "training/key_people.html", rows=rows, **_common(visitor, towns=await door.towns()))

    forms_door(door, _PATH, FORMS, offered)
    door.page(_PATH, home, roles=TRAINERS)
    door.page("/training/courses/{course_no}", course, roles=TRAINERS)
    door.page("/training-people", people, roles=TRAINERS)
    door.page("/key-people", key_people, roles=TRAINERS)
