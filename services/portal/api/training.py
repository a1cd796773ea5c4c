"""Training for its trainers (四(五)): courses and sessions, sign-in sheets, exams, who is overdue, the roster of key people."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response

from services.portal.api.door import Door, Visitor
from services.portal.api.posting import forms_door, no_lists, told
from services.portal.api.training_forms import FORMS, KINDS, SESSION_STATUS, SHAPES, TRAINERS

_PATH: Final = "/training"


def lacking(row: Mapping[str, Any]) -> tuple[int, int]:
    """Minutes of party education and of professional training that a person's year still lacks."""
    return (
        max(0, row["party_minutes_owed"] - row["party_minutes"]),
        max(0, row["professional_minutes_owed"] - row["professional_minutes"]),
    )


def by_town(people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Per town: people, how many have done all of the year's training, and how many are overdue."""
    found: dict[str, dict[str, Any]] = {}
    for one in people:
        row = found.setdefault(one["town"], {"town": one["town"], "people": 0, "fulfilled": 0, "overdue": 0})
        row["people"] += 1
        row["fulfilled"] += one["fulfilled"]
        row["overdue"] += one["overdue"]
    return [found[town] for town in sorted(found)]


async def _rows(visitor: Visitor, model: str, **wanted: Any) -> list[dict[str, Any]]:
    """All rows of one of casework's models."""
    return await visitor.services.all_rows("casework", f"/v1/{model}", **wanted)


async def _people(door: Door, visitor: Visitor) -> tuple[int, list[dict[str, Any]]]:
    """The year that is asked for, or this one, and everybody's training in it; of one town where it is asked for."""
    asked = visitor.request.query_params
    text, town = asked.get("year", ""), asked.get("town", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else (await door.today()).year
    rows = await _rows(visitor, "training-by-person", town=town)
    people = [{**one, "lacking": lacking(one)} for one in rows if one["year"] == year]
    people.sort(key=lambda one: (not one["overdue"], one["fulfilled"], -sum(one["lacking"]), one["key"]))
    return year, people


def _common(visitor: Visitor) -> dict[str, Any]:
    return {
        **told(visitor), "forms": FORMS, "lists": {}, "area_path": _PATH, "kinds": KINDS, "shapes": SHAPES, "session_status": SESSION_STATUS,
    }  # fmt: skip


def routes(door: Door) -> None:
    """Put the trainers' pages beside the others."""

    async def home(visitor: Visitor) -> Response:
        (year, people), courses, sessions, today = await asyncio.gather(
            _people(door, visitor), _rows(visitor, "courses"), _rows(visitor, "training-sessions", order="planned_on"),
            door.today(),
        )  # fmt: skip
        coming = [one for one in sessions if one["status"] == "planned"]
        unsigned = [one for one in sessions if one["status"] == "held" and not one["attended"]]
        return door.shown(
            visitor, "training/home.html", year=year, people=people, courses=courses, coming=coming, unsigned=unsigned,
            today=today, towns=by_town(people), **_common(visitor),
        )  # fmt: skip

    async def course(visitor: Visitor) -> Response:
        number = visitor.request.path_params["course_no"]
        row, sessions = await asyncio.gather(
            visitor.services.get("casework", f"/v1/courses/{number}"),
            _rows(visitor, "training-sessions", after=f"{number}/"),
        )
        mine = [one for one in sessions if one["course_no"] == number]
        mine.sort(key=lambda one: one["planned_on"], reverse=True)
        return door.shown(visitor, "training/course.html", number=number, course=row, sessions=mine, **_common(visitor))

    async def people(visitor: Visitor) -> Response:
        year, found = await _people(door, visitor)
        only = visitor.request.query_params.get("only", "")
        shown = [
            one
            for one in found
            if only not in ("overdue", "lacking") or (one["overdue"] if only == "overdue" else not one["fulfilled"])
        ]
        return door.shown(
            visitor, "training/people.html", year=year, people=shown, only=only,
            town=visitor.request.query_params.get("town", ""), **_common(visitor),
        )  # fmt: skip

    async def key_people(visitor: Visitor) -> Response:
        rows = await _rows(visitor, "key-people")
        rows.sort(key=lambda one: (one["left_on"] is not None, one["key"]))
        return door.shown(visitor, "training/key_people.html", rows=rows, **_common(visitor))

    forms_door(door, _PATH, FORMS, no_lists)
    door.page(_PATH, home, roles=TRAINERS)
    door.page("/training/courses/{course_no}", course, roles=TRAINERS)
    door.page("/training-people", people, roles=TRAINERS)
    door.page("/key-people", key_people, roles=TRAINERS)
