"""Cases: the list, and one case with all that happened, its proof of procedure, and every form its step and the visitor's role allow."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response

from services.portal.api import bureau_words as words
from services.portal.api.case_forms import CASE, fitting
from services.portal.api.door import Door, Visitor, go, paper_as_given
from services.portal.api.forms import Form, Names
from services.portal.api.menu import BUREAU, CASEWORK
from services.portal.api.posting import COMMAND, Refusal, named, own_number, take, told
from services.portal.asking import or_none

Row = dict[str, Any]
CASES_SHOWN_MAX: Final = 100
# The clocks of a case that may be paused or extended, and until which step facts of the procedure can be added to it.
CLOCKS: Final = ("investigation", "check_start", "bureau", "outer")
_BEFORE_NOTICE: Final = ("opened", "surveyed", "checking", "checked")
_ON_THE_WAY: Final = (*_BEFORE_NOTICE, "posted", "objected", "notice_closed", "submitted")
_NUMBERED: Final = {"contest_no": "CT", "objection_no": "OB"}


def case_clocks(case: Row) -> list[tuple[tuple[str, str], str]]:
    """The last days that still count for a case, by what they are for."""
    found = []
    if case["outcome"]:
        if case["status"] == "refused" and case.get("written_notice_by"):
            found.append(("written_notice", case["written_notice_by"]))
        if case["status"] == "confirmed" and case.get("papers_by"):
            found.append(("papers", case["papers_by"]))
    elif case["status"] != "closed":
        if case["status"] == "opened":
            found.append(("investigation", case["investigate_by"]))
        if case["status"] == "posted" and case.get("notice_ends_on"):
            found.append(("notice", case["notice_ends_on"]))
        if case.get("bureau_decide_by"):
            found.append(("bureau", case["bureau_decide_by"]))
        found.append(("outer", case["decide_by"]))
    return [(words.named(words.CLOCKS, clock), due_on) for clock, due_on in found]


def case_forms(case: Row, role: str) -> dict[str, Form]:
    """The forms that a case has now for a role, by the last part of their address; the services judge each again."""
    status, undecided = case["status"], not case["outcome"] and case["status"] != "closed"
    on_the_way, tekun = undecided and status in _ON_THE_WAY, case["need"] == "tekun"
    before = undecided and status in _BEFORE_NOTICE
    there = {
        "survey": before, "check": before, "answers": undecided and bool(case["awaited"]), "contest": on_the_way and status != "opened",
        "ask-help": before and not case["helping_town"], "review": before, "notice": undecided and status in ("checked", "objected"),
        "objection": status == "posted", "ability": on_the_way and tekun, "care": on_the_way and tekun,
        "decide": undecided and status in ("submitted", "objected"), "visit": undecided, "conflict": undecided and bool(case["open_conflicts"]),
        "deliver": status == "refused", "papers": bool(case["papers_by"]) and status == "confirmed",
        "pause": undecided, "resume": bool(case["paused_clocks"]), "extend": undecided, "municipal": not case["municipal_no"],
    }  # fmt: skip
    return {what: fitting(what, case["need"]) for what in CASE if there[what] and role in CASE[what].roles}


def case_lists(case: Row, officers: list[Row], packs: Mapping[str, Row]) -> dict[str, Names]:
    """What a case's forms offer: registers asked and to be asked, officers on a post, causes of the packs."""
    causes = packs["clock_causes"]["causes"]
    by_effect = {
        effect: [code for code, one in causes.items() if one["effect"] == effect] for effect in ("pause", "extend")
    }
    return {
        "officers": {one["officer"]: (f"{one['officer']} · {one['position']}",) * 2 for one in officers if one["status"] == "on_post"},
        "conflicts": words.choices(words.REGISTERS, case["open_conflicts"]), "awaited": words.choices(words.REGISTERS, case["awaited"]),
        "registers": words.choices(words.REGISTERS, packs["procedure"]["registers"]),
        "ability": words.choices(words.ABILITY_ITEMS, packs["ability"]["items"]),
        "property": words.choices(words.PROPERTY, packs["recognition"]["property_limits"]),
        "clocks": words.choices(words.CLOCKS, CLOCKS), "paused": words.choices(words.CLOCKS, case["paused_clocks"]),
        "pauses": words.choices(words.CAUSES, by_effect["pause"]), "extensions": words.choices(words.CAUSES, by_effect["extend"]),
    }  # fmt: skip


async def packs_of(visitor: Visitor, *names: str) -> dict[str, Row]:
    """The content of casework's rule packs that are in force, by name."""
    found = await asyncio.gather(*(visitor.services.get("casework", f"/v1/rules-in-force/{name}") for name in names))
    return {name: one["content"] for name, one in zip(names, found, strict=True)}


def routes(door: Door) -> None:
    """Put the list of cases and the page of one beside the other pages."""

    async def cases(visitor: Visitor) -> Response:
        asked = visitor.request.query_params
        wanted = asked.get("no", "").strip()
        if wanted:
            return go(
                f"/households/{wanted}" if "-H" in wanted and wanted.count("-") == 1 else f"/cases/{wanted}", visitor
            )
        town, after = visitor.town or asked.get("town", ""), asked.get("after", "")
        page = await visitor.services.get("casework", "/v1/cases", town=town, after=after, limit=CASES_SHOWN_MAX)
        following = page["after"] if len(page["rows"]) == CASES_SHOWN_MAX else ""
        return door.shown(
            visitor, "cases/cases.html", rows=page["rows"], town=town, own_town=visitor.town, following=following, needs=words.NEEDS,
            case_status=words.CASE_STATUS, named=words.named,
        )  # fmt: skip

    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        services, number = visitor.services, visitor.request.path_params["number"]
        case = await services.get("casework", f"/v1/cases/{number}")
        proof, timeline, household, officers, packs = await asyncio.gather(
            services.get("casework", f"/v1/procedure-proofs/{number}"),
            services.rows("casework", f"/v1/case-timelines/{number}"),
            or_none(services.get("casework", f"/v1/households/{case['household']}")),
            or_none(services.rows("payroll", "/v1/officers", town=case["town"], limit=200)),
            packs_of(visitor, "procedure", "clock_causes", "ability", "recognition"),
        )
        me = visitor.session.acts_as
        return door.shown(
            visitor, "cases/case.html", case=case, no=number, proof=proof, timeline=timeline, household=household,
            clocks=case_clocks(case), today=await door.today(), words=words, named=words.named,
            forms=case_forms(case, visitor.session.role), lists=case_lists(case, officers or [], packs),
            start={"visitors": me, "investigators": me, "registers": packs["procedure"]["registers"]},
            bureau=visitor.session.role in BUREAU, **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def acted(visitor: Visitor) -> Response:
        number = visitor.request.path_params["number"]
        form = named(CASE, visitor.request.path_params["what"])
        case = await visitor.services.get("casework", f"/v1/cases/{number}")
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
