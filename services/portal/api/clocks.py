"""Open clocks (限时办理) as lines of a page: how many of their own days are left, with whom, and where each leads; counts no days that casework counts."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final

from services.contracts import clocks
from services.contracts.calendar import WorkingCalendar
from services.contracts.codec import convert
from services.portal.api import bureau_words as words
from services.portal.api.door import Visitor
from services.portal.api.menu import ENTRIES

Row = dict[str, Any]
# Clocks of tasks stand on the page of tasks, each under its heading.
_TASKS: Final = {"warning": "warnings", "change": "changes", "difference": "differences", "complaint": "complaints"}
# Clocks of the window's own items, which casework knows nothing of.
_OF_ITEMS: Final = ("request", "acceptance", "correction", "referral")
# A person's report has a number of its own, under which nothing is opened.
_OF_HOUSEHOLD: Final = ("reassessment",)
# Rule packs that a clock names as what it rests on, where it names no article.
_PACKS: Final = {
    "ability": ("自理能力评估规则", "rules of ability"),
    "early_warning": ("监测预警规则", "rules of early warning"),
    "materials": ("材料清单", "list of materials"),
    "municipal_exchange": ("市级系统对接规则", "rules of the municipal exchange"),
    "procedure": ("办理程序规则", "rules of the procedure"),
    "rectification": ("整改规则", "rules of rectification"),
    "reverification": ("复核规则", "rules of re-verification"),
}
_OPENED_BY: Final = {entry.path: entry.roles for entry in ENTRIES}


def path_of(clock: Row, role: str) -> str:
    """Where a role looks at what a clock is about; empty where it opens nothing."""
    name, number, household = clock["clock"], clock["application_no"], clock["household"]
    if name in _TASKS:
        return f"/tasks#{_TASKS[name]}" if role in _OPENED_BY["/tasks"] else ""
    if name == "discovery":
        return "/window/discoveries" if role in _OPENED_BY["/window/discoveries"] else ""
    if name in _OF_ITEMS:
        return f"/window/items/{number}" if role in _OPENED_BY["/window"] else ""
    if role not in _OPENED_BY["/cases"]:
        return ""
    if number and name not in _OF_HOUSEHOLD:
        return f"/cases/{number}"
    return f"/households/{household}" if household else ""


def basis_of(article: str) -> tuple[str, str]:
    """What a clock rests on, in words: an article as it is, a rule pack (``municipal_exchange@2025-2``) by its name and version."""
    name, at, version = article.partition("@")
    if not at:
        return article, article
    zh, en = _PACKS.get(name, (name, name))
    return f"{zh} {version}", f"{en} {version}"


def clock_line(row: Row, role: str) -> Row:
    """An open clock as a line of a list, with the place it leads a role to; `counting`: in which days `days_left` is told."""
    clock = row["clock"]
    return {
        "clock": clock["clock"], "name": words.named(words.CLOCKS, clock["clock"]), "path": path_of(clock, role),
        "matter": clock["application_no"] or row["key"].split("/")[1], "town": clock["town"], "held_by": clock["held_by"],
        "with_whom": clock["with_whom"], "due_on": clock["due_on"], "days_left": row["days_left"], "counting": clock["counting"],
        "overdue": row["overdue"], "paused": clock["status"] == "paused", "article": basis_of(clock["article"]),
    }  # fmt: skip


def lines_about(rows: Iterable[Row], role: str, *, number: str = "", household: str = "") -> list[Row]:
    """The open clocks of one case, or of one household and its cases, by last day."""
    return [
        clock_line(row, role)
        for row in rows
        if (number and row["clock"]["application_no"] == number)
        or (household and row["clock"]["household"] == household)
    ]


async def days_by_calendar(visitor: Visitor, today: date) -> Callable[[str], int]:
    """How many working days are left until a last day, by the calendar in force, for what has no open clock beside it."""
    calendar = convert(await visitor.services.pack("casework", "calendar"), WorkingCalendar)
    return lambda due_on: clocks.days_left(calendar, "workdays", date.fromisoformat(due_on), today)
