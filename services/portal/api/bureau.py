"""The bureau caseworker's day: what is to be done by step and clock; decides nothing."""

from collections.abc import Iterable
from typing import Any, Final

from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api import bureau_words as words
from services.portal.api.door import Door, Visitor
from services.portal.api.menu import BUREAU

CLOCKS_MAX: Final = 1000


def step_of(clock: str) -> str:
    """The step of the bureau's work that a clock belongs to; empty for one that is not the bureau's."""
    return next((step for step, (_, clocks) in words.STEPS_OF_WORK.items() if clock in clocks), "")


def counted(rows: Iterable[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """How much waits in each step, and how much of it is late or due within three working days."""
    found = {step: {"all": 0, "late": 0, "soon": 0} for step in words.STEPS_OF_WORK}
    for row in rows:
        step = step_of(row["clock"]["clock"])
        if step:
            found[step]["all"] += 1
            found[step]["late"] += bool(row["overdue"])
            found[step]["soon"] += not row["overdue"] and row["days_left"] <= 3
    return found


def clock_line(row: dict[str, Any]) -> dict[str, Any]:
    """A clock as a line of the worklist, with the place it leads to."""
    clock = row["clock"]
    matter = clock["application_no"]
    case = bool(matter) and clock["clock"] not in ("warning", "difference", "complaint")
    task = {"warning": "warnings", "difference": "differences", "complaint": "complaints"}.get(clock["clock"])
    path = f"/cases/{matter}" if case else f"/households/{clock['household']}"
    path = f"/tasks#{task}" if task else path
    return {
        "name": words.named(words.CLOCKS, clock["clock"]), "matter": matter or row["key"].split("/")[1],
        "path": path if case or task or clock["household"] else "", "town": clock["town"], "held_by": clock["held_by"],
        "due_on": clock["due_on"], "days_left": row["days_left"], "overdue": row["overdue"],
        "paused": clock["status"] == "paused", "article": clock["article"],
    }  # fmt: skip


def routes(door: Door) -> None:
    """Put the bureau's worklist beside the other pages."""

    async def work(visitor: Visitor) -> Response:
        asked = visitor.request.query_params
        step, town = asked.get("step", "decide"), asked.get("town", "")
        if step not in words.STEPS_OF_WORK:
            raise Problem(status=404, code="not-found", zh="没有这个工作环节", en="there is no such step")
        clocks = await visitor.services.get("casework", "/v1/open-clocks", town=town, limit=CLOCKS_MAX)
        lines = [clock_line(row) for row in clocks["rows"] if step_of(row["clock"]["clock"]) == step]
        mine = asked.get("mine") == "yes"
        if mine:
            lines = [line for line in lines if line["held_by"] == visitor.session.acts_as]
        return door.shown(
            visitor, "bureau/work.html", steps=words.STEPS_OF_WORK, step=step, counts=counted(clocks["rows"]), lines=lines,
            town=town, mine=mine, as_of=clocks["as_of"], more=len(clocks["rows"]) == CLOCKS_MAX,
        )  # fmt: skip

    door.page("/bureau/work", work, roles=BUREAU)
