"""Cases: the list, and one case with all that happened, its proof of procedure, and every form its step and the visitor's role allow."""

import asyncio
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from fastapi import Response

from services.portal.api import bureau_words as words
from services.portal.api.case_forms import CASE, PRINT, fitting, without
from services.portal.api.clocks import days_by_calendar, lines_about
from services.portal.api.door import Door, Visitor, go, paper_as_given
from services.portal.api.forms import NUMBER, Form, Names
from services.portal.api.menu import BUREAU, CASEWORK
from services.portal.api.posting import COMMAND, Refusal, named, own_number, take, told
from services.portal.asking import found_or_none, or_none

Row = dict[str, Any]
CASES_SHOWN: Final = 100
# What a list of cases can be narrowed to: what is still owed (a refusal in writing too), whose notice is to be posted, or one status.
STATUSES: Final[Names] = {
    "open": ("在办", "in hand"), "to_post": ("待张贴公示", "notice to be posted"), "all": ("全部", "all"), **words.CASE_STATUS,
}  # fmt: skip
_TOWN: Final = re.compile("T[0-9]{2,3}")
_NUMBER: Final = re.compile(NUMBER)
# The clocks of a case that may be paused or extended.
CLOCKS: Final = ("investigation", "check_start", "bureau", "outer")
_NUMBERED: Final = {"contest_no": "CT", "objection_no": "OB"}


def notice_over(case: Row, today: date) -> bool:
    """Whether the notice has hung its days, whatever was recorded since."""
    ends_on = case["notice_ends_on"]
    return case["status"] == "notice_closed" or (ends_on is not None and ends_on < today.isoformat())


def under_way(case: Row) -> bool:
    """Whether the town's part is still owed: nobody decided, or an emergency was helped first and its papers come after."""
    return bool(case["papers_by"]) or (not case["outcome"] and case["status"] != "closed")


def ready_to_post(case: Row, today: date) -> bool:
    """Whether all that comes before the opinion and its notice is there: a valid survey, a check without open conflicts.

    Of tekun it is posted again after objections (`notice_again`).
    """
    again = case["need"] == "tekun" and case["objection_count"] > 0 and notice_over(case, today)
    done = case["survey_valid"] and case["check_returned"] and not case["contested"] and not case["open_conflicts"]
    return bool(done and under_way(case) and (not case["notice_posted_on"] or again))


def town_in(number: str) -> str:
    """The town that an application's, a request's or a household's number names; empty where none does."""
    return next((part for part in number.split("-") if _TOWN.fullmatch(part)), "")


async def opened_by(visitor: Visitor, number: str) -> str:
    """The address of the case or household of exactly this number; empty where there is none for the visitor."""
    if not _NUMBER.fullmatch(number):
        return ""
    for kind in ("households", "cases") if "-H" in number else ("cases", "households"):
        if await found_or_none(visitor.services.get("casework", f"/v1/{kind}/{number}")):
            return f"/{kind}/{number}"
    return ""


def case_forms(case: Row, role: str, today: date) -> dict[str, Form]:
    """The forms that a case has now for a role, by the last part of their address; the services judge each again.

    Who was helped first (急难型) still goes the whole way after the decision, and what was objected to or contested is
    looked into again.
    """
    status, undecided = case["status"], not case["outcome"] and case["status"] != "closed"
    owed, tekun, over = under_way(case), case["need"] == "tekun", notice_over(case, today)
    again = status in ("objected", "notice_closed") or bool(case["contested"]) or (over and case["objection_count"] > 0)
    looked_into = owed and (not case["notice_posted_on"] or again)
    there = {
        "survey": looked_into, "check": looked_into, "answers": owed and bool(case["awaited"]),
        "contest": owed and case["check_returned"], "ask-help": looked_into and not case["helping_town"],
        "review": looked_into, "notice": ready_to_post(case, today), "objection": status == "posted",
        "ability": owed and tekun, "care": owed and tekun,
        "decide": undecided and (status in ("submitted", "objected") or case["need"] == "temporary"), "visit": undecided,
        "conflict": owed and bool(case["open_conflicts"]), "deliver": status == "refused", "papers": bool(case["papers_by"]),
        "pause": undecided, "resume": bool(case["paused_clocks"]), "extend": undecided, "municipal": not case["municipal_no"],
    }  # fmt: skip
    return {what: fitting(what, case["need"]) for what in CASE if there[what] and role in CASE[what].roles}


def case_lists(
    case: Row, officers: list[Row], staff: Names, towns: Names, packs: Mapping[str, Row]
) -> dict[str, Names]:
    """What a case's forms offer: other towns, registers asked and to be asked, officers on a post, causes of the packs."""
    return {
        "staff": staff, "towns": {code: names for code, names in towns.items() if code != case["town"]},
        "officers": {one["officer"]: (f"{one['officer']} · {one['position']}",) * 2 for one in officers if one["status"] == "on_post"},
        "conflicts": words.choices(words.REGISTERS, case["open_conflicts"]), "awaited": words.choices(words.REGISTERS, case["awaited"]),
        "registers": words.choices(words.REGISTERS, packs["procedure"]["registers"]),
        "ability": words.choices(words.ABILITY_ITEMS, packs["ability"]["items"]),
        "property": words.choices(words.PROPERTY, packs["recognition"]["property_limits"]),
        "clocks": words.choices(words.CLOCKS, CLOCKS), "paused": words.choices(words.CLOCKS, case["paused_clocks"]),
        **words.causes_of(packs["clock_causes"]),
    }  # fmt: skip


async def staff_of(visitor: Visitor, town: str) -> Names:
    """Who of a town's staff may have gone to a household: officers on duty, clerks of the window, the visitor."""
    duties, windows = await asyncio.gather(
        or_none(visitor.services.all_rows("casework", "/v1/duties", town=town)),
        or_none(visitor.services.rows("intake", "/v1/windows", town=town)),
    )
    officers = [f"officer:{row['key']}" for row in duties or () if row["on_duty"]]
    clerks = [one for row in windows or () for one in row["staff"]]
    return {one: (one.partition(":")[2],) * 2 for one in dict.fromkeys((visitor.session.acts_as, *officers, *clerks))}


async def packs_of(visitor: Visitor, *names: str) -> dict[str, Row]:
    """The content of casework's rule packs that are in force, by name."""
    found = await asyncio.gather(*(visitor.services.pack("casework", name) for name in names))
    return dict(zip(names, found, strict=True))


def routes(door: Door) -> None:
    """Put the list of cases and the page of one beside the other pages."""

    async def cases(visitor: Visitor) -> Response:
        asked, services, today = visitor.request.query_params, visitor.services, await door.today()
        wanted, mine = asked.get("no", "").strip(), asked.get("mine") == "yes"
        if wanted:
            found = await opened_by(visitor, wanted)
            if found:
                return go(found, visitor)
        town = visitor.town or asked.get("town", "") or (town_in(wanted) if wanted else "")
        status = "all" if wanted else asked.get("status", "open")
        listed = await services.get(
            "casework", "/v1/case-list", town=town, number=wanted, status=status if status != "all" else "",
            responsible=visitor.session.acts_as if mine else "", after=asked.get("next", ""), limit=CASES_SHOWN,
        )  # fmt: skip
        rows = listed["rows"]
        if wanted and listed["count"] == 1:
            return go(f"/cases/{rows[0]['key']}", visitor)
        return door.shown(
            visitor, "cases/cases.html", rows=rows, count=listed["count"], following=listed["after"], town=town,
            own_town=visitor.town, towns=await door.towns(), wanted=wanted, mine=mine, first=not asked.get("next"),
            stands=status, statuses=STATUSES, needs=words.NEEDS, case_status=words.CASE_STATUS, named=words.named,
            left=await days_by_calendar(visitor, today),
        )  # fmt: skip

    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        services, number = visitor.services, visitor.request.path_params["number"]
        case = await services.get("casework", f"/v1/cases/{number}")
        proof, timeline, household, officers, staff, packs, clocks = await asyncio.gather(
            services.get("casework", f"/v1/procedure-proofs/{number}"),
            services.rows("casework", f"/v1/case-timelines/{number}"),
            or_none(services.get("casework", f"/v1/households/{case['household']}")),
            or_none(services.rows("payroll", "/v1/officers", town=case["town"], limit=200)),
            staff_of(visitor, case["town"]),
            packs_of(visitor, "procedure", "clock_causes", "ability", "recognition"),
            services.rows("casework", "/v1/open-clocks", town=case["town"], about=number),
        )
        me, today = visitor.session.acts_as, await door.today()
        return door.shown(
            visitor, "cases/case.html", case=case, no=number, proof=proof, timeline=timeline, household=household,
            clocks=lines_about(clocks, visitor.session.role, number=number), today=today, words=words, named=words.named,
            forms=case_forms(case, visitor.session.role, today), lists=case_lists(case, officers or [], staff, await door.towns(), packs),
            start={"visitors": me, "investigators": me, "registers": packs["procedure"]["registers"]},
            printing=without(PRINT, ("amount_fen",)) if case["notice_posted_on"] and not ready_to_post(case, today) else PRINT,
            bureau=visitor.session.role in BUREAU, **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def acted(visitor: Visitor) -> Response:
        number = visitor.request.path_params["number"]
        what = visitor.request.path_params["what"]
        named(CASE, what)
        case = await visitor.services.get("casework", f"/v1/cases/{number}")
        form = fitting(what, case["need"])
        known = {"household_no": case["household"], "application_no": number}
        known |= {name: own_number(letters, visitor.text(COMMAND)) for name, letters in _NUMBERED.items()}
        given = {name: known[name] for name in form.given}
        return await take(visitor, form, f"/cases/{number}", shown, **given)

    async def proof(visitor: Visitor) -> Response:
        number = visitor.request.path_params["number"]
        given = await visitor.services.raw("casework", f"/v1/print/procedure-proofs/{number}")
        return paper_as_given(given)

    door.page("/cases", cases, roles=CASEWORK)
    door.page("/cases/{number}", opened, roles=CASEWORK)
    door.page("/cases/{number}/proof", proof, roles=CASEWORK)
    door.page("/cases/{number}/{what}", acted, roles=CASEWORK, methods=("POST",))
