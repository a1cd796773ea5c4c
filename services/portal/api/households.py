"""A household: how it stands, its folder (一户一档), what may be done about its benefit, and looks at what is sealed, each with a reason."""

import asyncio
from typing import Any, Final

import msgspec
from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api import bureau_words as words
from services.portal.api.case_forms import HOUSEHOLD, PRINT
from services.portal.api.cases import packs_of, staff_of
from services.portal.api.clocks import lines_about
from services.portal.api.door import Door, Visitor, paper_as_given
from services.portal.api.forms import Form, Names, filled_in
from services.portal.api.menu import CASEWORK
from services.portal.api.posting import COMMAND, Refusal, named, own_number, refusal, take, told
from services.portal.asking import ServiceSaid, or_none

Row = dict[str, Any]
# What may be read in clear, as casework names it.
SEALED: Final[Names] = {"names": ("姓名", "names"), "address": ("住址", "address")}
_NUMBERED: Final = {"offer_no": "JO", "report_no": "AR", "complaint_no": "CP"}


def household_forms(row: Row, role: str) -> dict[str, Form]:
    """The forms that a household has now for a role, by the last part of their address; the services judge each again."""
    receiving, monthly = row["status"] == "receiving", row["category"] in words.MONTHLY
    dibao = receiving and row["category"] in ("dibao_urban", "dibao_rural")
    tekun = receiving and row["category"] == "tekun"
    there = {
        "reverify": receiving or row["status"] == "recognised", "adjust": receiving and monthly,
        "suspend": receiving and not row["suspended_from"], "resume": bool(row["suspended_from"]), "post-termination": tekun,
        "member-death": receiving and monthly,
        "terminate": receiving, "exit": dibao and not row["exit_until"], "job-refusal": dibao, "cut": dibao, "claim": row["status"] == "ended",
        "ability-change": tekun, "ability": tekun, "care": tekun, "account": True, "complaint": True,
        "municipal": True, "release": bool(row["municipal_nos"]),
    }  # fmt: skip
    return {what: form for what, form in HOUSEHOLD.items() if there[what] and role in form.roles}


def household_lists(row: Row, packs: dict[str, Row]) -> dict[str, Names]:
    """What a household's forms offer, as the packs in force have it."""
    changes, again = packs["benefit_changes"], packs["reverification"]
    return {
        "cadences": {code: (f"{code} 类：每 {months} 个月", f"{code}: every {months} months") for code, months in again["cadences"].items()},
        "endings": words.choices(words.ENDINGS, again["reasons"]),
        "suspensions": words.choices(words.SUSPENSIONS, changes["suspension_reasons"]),
        "resumptions": words.choices(words.RESUMPTIONS, changes["resumption_reasons"]),
        "ability": words.choices(words.ABILITY_ITEMS, packs["ability"]["items"]),
        "cases": {number: (f"{number} {words.named(words.NEEDS, need)[0]}", number) for number, need in row["open_cases"].items()},
        "municipal": {number: (number, number) for number in row["municipal_nos"]},
    }  # fmt: skip


def papers_to_print(folder: Row) -> Names:
    """The papers of a folder that can be printed with names, each of one matter; a notice before it is posted too."""
    return {
        f"{one['form']} {one['of']}".strip(): (f"{one['title']} {one['of']}", f"{one['title_en']} {one['of']}")
        for one in folder["forms"]
        if one["state"] in ("present", "failed") or (one["form"], one["state"]) == ("notice", "missing")
    }


def routes(door: Door) -> None:
    """Put the page of a household and its papers beside the other pages."""

    async def shown(visitor: Visitor, no: Refusal | None = None, clear: Row | None = None) -> Response:
        number, services = visitor.request.path_params["number"], visitor.services
        row, recovery, folder, staff, packs, clocks = await asyncio.gather(
            services.get("casework", f"/v1/households/{number}"), or_none(services.get("casework", f"/v1/recoveries/{number}")),
            services.get("casework", f"/v1/households/{number}/folder", format="json"),
            staff_of(visitor, number.partition("-")[0]), packs_of(visitor, "benefit_changes", "reverification", "ability"),
            services.rows("casework", "/v1/open-clocks", town=visitor.town, about=number),
        )  # fmt: skip
        return door.shown(
            visitor, "cases/household.html", no=number, row=row, recovery=recovery, folder=folder, words=words, named=words.named,
            forms=household_forms(row, visitor.session.role), printing=PRINT, clocks=lines_about(clocks, visitor.session.role, household=number),
            lists={**household_lists(row, packs), "staff": staff, "papers": papers_to_print(folder)}, today=await door.today(),
            start={
                "investigators": visitor.session.acts_as, "covered_members": row["covered_members"]
            },
            sealed=SEALED, clear=clear, **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def acted(visitor: Visitor) -> Response:
        number = visitor.request.path_params["number"]
        form = named(HOUSEHOLD, visitor.request.path_params["what"])
        known = {"household_no": number, "application_no": "", "reported_by": visitor.session.acts_as}
        known |= {name: own_number(letters, visitor.text(COMMAND)) for name, letters in _NUMBERED.items()}
        return await take(visitor, form, f"/households/{number}", shown, **{name: known[name] for name in form.given})

    async def looked(visitor: Visitor) -> Response:
        """What is sealed, in clear: casework states the look and its reason first."""
        asked = {
            "command": "read-personal-field", "household_no": visitor.request.path_params["number"],
            "field": visitor.text("field"), "reason": visitor.text("reason"),
        }  # fmt: skip
        try:
            given = await visitor.services.paper(
                "casework", "/v1/households/unmask", asked, commandid=visitor.text(COMMAND)
            )
        except (ServiceSaid, Problem) as said:
            return await shown(visitor, refusal(said))
        return await shown(visitor, clear={**msgspec.json.decode(given.content), "field": asked["field"]})

    async def masked(visitor: Visitor) -> Response:
        number, form = visitor.request.path_params["number"], visitor.request.path_params["form"]
        path = f"/v1/households/{number}/" + ("folder" if form == "folder" else f"forms/{form}")
        of = visitor.request.query_params.get("of", "")
        given = await visitor.services.raw("casework", path, **({"of": of} if of else {}))
        return paper_as_given(given)

    async def printed(visitor: Visitor) -> Response:
        """With names and numbers on it: the service states the read and its reason first."""
        body = await filled_in(PRINT, visitor.form)
        paper, _, of = body.get("paper", "").partition(" ")
        body |= {"household_no": visitor.request.path_params["number"], "paper": paper}
        return paper_as_given(await visitor.services.paper("casework", "/v1/print/papers", body, of=of))

    door.page("/households/{number}", opened, roles=CASEWORK)
    door.page("/households/{number}/papers/{form}", masked, roles=CASEWORK)
    door.page("/households/{number}/print", printed, roles=CASEWORK, methods=("POST",))
    door.page("/households/{number}/clear", looked, roles=CASEWORK, methods=("POST",))
    door.page("/households/{number}/do/{what}", acted, roles=CASEWORK, methods=("POST",))
