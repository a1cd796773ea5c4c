"""The bureau caseworker's day: what is to be done by step and clock; decides nothing."""

from collections.abc import Iterable
from typing import Any, Final

from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api import bureau_words as words
from services.portal.api.clocks import clock_line
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


def routes(door: Door) -> None:
    """Put the bureau's worklist beside the other pages."""

    async def work(visitor: Visitor) -> Response:
        asked = visitor.request.query_params
        step, town = asked.get("step", "decide"), asked.get("town", "")
        if step not in words.STEPS_OF_WORK:
            raise Problem(status=404, code="not-found", zh="没有这个工作环节", en="there is no such step")
        mine = asked.get("mine") == "yes"
        holder, role = visitor.session.acts_as if mine else None, visitor.session.role
        clocks = await visitor.services.get(
            "casework", "/v1/open-clocks", town=town, held_by=holder, limit=CLOCKS_MAX
        )  # fmt: skip
        lines = [clock_line(row, role) for row in clocks["rows"] if step_of(row["clock"]["clock"]) == step]
        return door.shown(
            visitor, "bureau/work.html", steps=words.STEPS_OF_WORK, step=step, counts=counted(clocks["rows"]), lines=lines,
            town=town, towns=await door.towns(), mine=mine, as_of=clocks["as_of"], more=len(clocks["rows"]) == CLOCKS_MAX,
        )  # fmt: skip

    door.page("/bureau/work", work, roles=BUREAU)
