"""The bureau caseworker's pages: what is to be done by step and clock, one case with all that happened, its papers."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api import bureau_words as words
from services.portal.api.bureau_forms import CASE
from services.portal.api.door import Door, Visitor, go, paper_as_given
from services.portal.api.forms import Form
from services.portal.api.menu import BUREAU
from services.portal.api.posting import COMMAND, Refusal, named, new_id, take, told
from services.portal.asking import or_none

CLOCKS_MAX: Final = 1000
CASES_SHOWN_MAX: Final = 100
_MONTHLY: Final = ("dibao_urban", "dibao_rural", "tekun")


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
    path = f"/bureau/cases/{matter}" if case else f"/bureau/households/{clock['household']}"
    path = f"/bureau/tasks#{task}" if task else path
    return {
        "name": words.named(words.CLOCKS, clock["clock"]), "matter": matter or row["key"].split("/")[1],
        "path": path if case or task or clock["household"] else "", "town": clock["town"], "held_by": clock["held_by"],
        "due_on": clock["due_on"], "days_left": row["days_left"], "overdue": row["overdue"],
        "paused": clock["status"] == "paused", "article": clock["article"],
    }  # fmt: skip


def case_clocks(case: dict[str, Any]) -> list[tuple[tuple[str, str], str]]:
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


def case_forms(case: dict[str, Any]) -> dict[str, Form]:
    """The forms that a case has now, by the last part of their address; what does not fit its need is not asked."""
    status, open_case = case["status"], not case["outcome"] and case["status"] != "closed"
    there = {
        "decide": not case["outcome"] and status in ("submitted", "objected"), "visit": open_case,
        "conflict": bool(case["open_conflicts"]) and not case["outcome"], "deliver": status == "refused",
        "papers": bool(case["papers_by"]) and status == "confirmed",
    }  # fmt: skip
    off = {"officer" if case["need"] not in _MONTHLY else "", "emergency" if case["need"] != "temporary" else ""}
    decide = CASE["decide"]
    fitting = replace(decide, fields=tuple(field for field in decide.fields if field.name not in off))
    return {what: fitting if what == "decide" else CASE[what] for what, is_there in there.items() if is_there}


def case_lists(case: dict[str, Any], officers: list[dict[str, Any]]) -> dict[str, dict[str, tuple[str, str]]]:
    """What a case's forms offer: the town's officers on a post, the registers whose answers conflict."""
    on_post = [one for one in officers if one["status"] == "on_post"]
    return {
        "officers": {one["officer"]: (f"{one['officer']} · {one['position']}",) * 2 for one in on_post},
        "conflicts": {one: words.named(words.REGISTERS, one) for one in case["open_conflicts"]},
    }


def routes(door: Door) -> None:
    """Put the bureau's worklist, cases and papers beside the other pages."""
    _work_routes(door)
    _case_routes(door)
    _paper_routes(door)


def _work_routes(door: Door) -> None:
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

    async def cases(visitor: Visitor) -> Response:
        asked = visitor.request.query_params
        wanted = asked.get("no", "").strip()
        if wanted:
            return go(f"/bureau/cases/{wanted}", visitor)
        town, after = asked.get("town", ""), asked.get("after", "")
        page = await visitor.services.get("casework", "/v1/cases", town=town, after=after, limit=CASES_SHOWN_MAX)
        following = page["after"] if len(page["rows"]) == CASES_SHOWN_MAX else ""
        return door.shown(
            visitor, "bureau/cases.html", rows=page["rows"], town=town, following=following, needs=words.NEEDS,
            case_status=words.CASE_STATUS, named=words.named,
        )  # fmt: skip

    door.page("/bureau/work", work, roles=BUREAU)
    door.page("/bureau/cases", cases, roles=BUREAU)


def _case_routes(door: Door) -> None:
    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        services, number = visitor.services, visitor.request.path_params["number"]
        case = await services.get("casework", f"/v1/cases/{number}")
        proof, timeline, household, officers = await asyncio.gather(
            services.get("casework", f"/v1/procedure-proofs/{number}"),
            services.rows("casework", f"/v1/case-timelines/{number}"),
            or_none(services.get("casework", f"/v1/households/{case['household']}")),
            services.rows("payroll", "/v1/officers", town=case["town"], limit=200),
        )
        return door.shown(
            visitor, "bureau/case.html", case=case, no=number, proof=proof, timeline=timeline, household=household,
            clocks=case_clocks(case), today=await door.today(), words=words, named=words.named, forms=case_forms(case),
            lists=case_lists(case, officers), me=visitor.session.acts_as, **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def acted(visitor: Visitor) -> Response:
        number = visitor.request.path_params["number"]
        form = named(CASE, visitor.request.path_params["what"])
        case = await visitor.services.get("casework", f"/v1/cases/{number}")
        given = {"household_no": case["household"], "application_no": number}
        return await take(visitor, form, f"/bureau/cases/{number}", shown, **given)

    door.page("/bureau/cases/{number}", opened, roles=BUREAU)
    door.page("/bureau/cases/{number}/{what}", acted, roles=BUREAU, methods=("POST",))


def _paper_routes(door: Door) -> None:
    async def household(visitor: Visitor) -> Response:
        number = visitor.request.path_params["number"]
        row, recovery, folder = await asyncio.gather(
            visitor.services.get("casework", f"/v1/households/{number}"),
            or_none(visitor.services.get("casework", f"/v1/recoveries/{number}")),
            visitor.services.get("casework", f"/v1/households/{number}/folder", format="json"),
        )
        return door.shown(
            visitor, "bureau/household.html", no=number, row=row, recovery=recovery, folder=folder, needs=words.NEEDS,
            named=words.named, new_id=new_id,
        )  # fmt: skip

    async def proof(visitor: Visitor) -> Response:
        number = visitor.request.path_params["number"]
        given = await visitor.services.raw("casework", f"/v1/print/procedure-proofs/{number}")
        return paper_as_given(given)

    async def masked(visitor: Visitor) -> Response:
        number, form = visitor.request.path_params["number"], visitor.request.path_params["form"]
        path = f"/v1/households/{number}/" + ("folder" if form == "folder" else f"forms/{form}")
        of = visitor.request.query_params.get("of", "")
        given = await visitor.services.raw("casework", path, **({"of": of} if of else {}))
        return paper_as_given(given)

    async def printed(visitor: Visitor) -> Response:
        """With names and numbers on it: the service states the read and its reason first."""
        number = visitor.request.path_params["number"]
        body = {
            "command": "print-papers",
            "household_no": number,
            "paper": visitor.text("paper"),
            "reason": visitor.text("reason"),
        }
        given = await visitor.services.paper("casework", "/v1/print/papers", body, commandid=visitor.text(COMMAND))
        return paper_as_given(given)

    door.page("/bureau/households/{number}", household, roles=BUREAU)
    door.page("/bureau/cases/{number}/proof", proof, roles=BUREAU)
    door.page("/bureau/households/{number}/papers/{form}", masked, roles=BUREAU)
    door.page("/bureau/households/{number}/print", printed, roles=BUREAU, methods=("POST",))
