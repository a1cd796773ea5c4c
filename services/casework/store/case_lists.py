"""SQL of the list of cases as people work through it: narrowed to what is owed, the first to be decided first."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec

from services.eventlog.listing import as_text
from services.eventlog.postgres import Pool

# The town's part is owed: nobody decided, or an emergency was helped first and its papers come after.
_UNDER_WAY: Final = "(doc->>'papers_by' IS NOT NULL OR (doc->>'outcome' = '' AND doc->>'status' <> 'closed'))"
_OPEN: Final = f"({_UNDER_WAY} OR doc->>'status' = 'refused')"
# A valid survey and a check without open conflicts come before the notice; of tekun it is posted again after objections.
_CHECKED: Final = (
    "(doc->>'survey_valid')::boolean AND (doc->>'check_returned')::boolean "
    "AND doc->'contested' = '[]' AND doc->'open_conflicts' = '[]'"
)
_AGAIN: Final = (
    "(doc->>'need' = 'tekun' AND (doc->>'objection_count')::int > 0 "
    "AND (doc->>'status' = 'notice_closed' OR doc->>'notice_ends_on' < {today}))"
)
_TO_POST: Final = f"({_UNDER_WAY} AND {_CHECKED} AND (doc->>'notice_posted_on' IS NULL OR {_AGAIN}))"
_FROM_RESERVE: Final = "doc->>'reserve_fund' <> ''"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the list is narrowed to; an empty word narrows nothing.

    `status`: ``open`` (still owed, a refusal in writing too), ``to_post``, ``from_reserve`` or one status of a case.
    `number`: of an application, of a request (all that was asked for with it) or of a household.
    """

    town: str = ""
    committee: str = ""
    responsible: str = ""
    status: str = ""
    number: str = ""


def _condition(wanted: Wanted, today: date) -> tuple[str, list[Any]]:
    """The SQL that holds for the wanted cases, and its arguments."""
    arguments: list[Any] = []

    def given(text: str) -> str:
        arguments.append(as_text(text))
        return f"${len(arguments)}"

    found = ["true"]
    match wanted.status:
        case "":
            pass
        case "open":
            found.append(_OPEN)
        case "to_post":
            found.append(_TO_POST.format(today=given(today.isoformat())))
        case "from_reserve":
            found.append(_FROM_RESERVE)
        case status:
            found.append(f"doc->>'status' = {given(status)}")
    for column, text in (("town", wanted.town), ("doc->>'committee'", wanted.committee)):
        found += [f"{column} = {given(text)}"] if text else []
    if wanted.responsible:
        found.append(f"doc->>'responsible' = {given(wanted.responsible)}")
    if wanted.number:
        number, part = given(wanted.number), given(f"{wanted.number}-")
        found.append(f"({number} IN (key, doc->>'household') OR starts_with(key, {part}))")
    return " AND ".join(found), arguments


async def page(
    pool: Pool, wanted: Wanted, *, today: date, after: str = "", limit: int
) -> tuple[list[dict[str, Any]], int, str | None]:
    """At most `limit` of the wanted cases after the place `after`, by last day to decide; how many there are in all; the next place."""
    condition, arguments = _condition(wanted, today)
    count: int = await pool.fetchval(f"SELECT count(*) FROM casework.m_cases WHERE {condition}", *arguments)
    day, _, key = as_text(after).partition(" ")
    n = len(arguments)
    found = await pool.fetch(
        f"SELECT key, doc::text AS doc FROM casework.m_cases WHERE {condition} "
        f"AND (doc->>'decide_by', key) > (${n + 1}, ${n + 2}) ORDER BY doc->>'decide_by', key LIMIT ${n + 3}",
        *arguments, day, key, limit,
    )  # fmt: skip
    rows = [{"key": one["key"], **msgspec.json.decode(one["doc"])} for one in found]
    return rows, count, f"{rows[-1]['decide_by']} {rows[-1]['key']}" if len(rows) == limit else None
