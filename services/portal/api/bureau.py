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


def spot_share(rows: Iterable[dict[str, Any]], month: str) -> dict[str, int] | None:
    """Of the month's tekun decisions, how many the bureau visited itself first, and the share asked for; None: none decided.

    特困人员认定办法（2021）：区民政局抽查比例不低于 30 %. `share_permille` and `wanted_permille` in thousandths.
    """
    mine = [one for one in rows if one["need"] == "tekun" and one["month"] == month]
    decided, visited = (sum(one[name] for one in mine) for name in ("decided_count", "visited_count"))
    if not decided:
        return None
    wanted = max(int(one["share_permille_min"]) for one in mine)
    return {
        "decided": decided, "visited": visited, "share_permille": visited * 1000 // decided, "wanted_permille": wanted,
    }  # fmt: skip


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
        spot = spot_share(await visitor.services.all_rows("casework", "/v1/spot-checks"), str(await door.today())[:7])
        lines = [clock_line(row, role) for row in clocks["rows"] if step_of(row["clock"]["clock"]) == step]
        return door.shown(
            visitor, "bureau/work.html", steps=words.STEPS_OF_WORK, step=step, counts=counted(clocks["rows"]), lines=lines,
            town=town, towns=await door.towns(), mine=mine, spot=spot, as_of=clocks["as_of"], more=len(clocks["rows"]) == CLOCKS_MAX,
        )  # fmt: skip

    door.page("/bureau/work", work, roles=BUREAU)
