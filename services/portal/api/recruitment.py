"""Recruitment for the bureau (选聘, 二(四)): rounds, their candidates by number, scores, ranking and selection; decides nothing."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

from fastapi import Response

from services.portal.api import officers_words
from services.portal.api.bureau_words import named
from services.portal.api.door import Door, Visitor
from services.portal.api.forms import Names
from services.portal.api.menu import BUREAU
from services.portal.api.officers import lists_in_force, of_officer
from services.portal.api.posting import forms_door, new_number, next_number, told
from services.portal.api.recruitment_forms import FORMS
from services.portal.asking import or_none

Row = dict[str, Any]
PATH: Final = "/bureau/recruitment"


def next_candidate(rows: Iterable[Row]) -> str:
    """The number after the highest one of a round: ``B004`` after ``B003``."""
    return next_number("B", (row["candidate_no"] for row in rows))


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Candidates with their number apart, by town and place, those without a place by number."""
    found = [{**row, "candidate_no": row["key"].partition("/")[2]} for row in rows]
    return sorted(found, key=lambda row: (row["town"], row["rank"] or 9999, row["candidate_no"]))


def offered_in(one: Mapping[str, Any] | None, candidates: Iterable[Row], towns: Names) -> dict[str, Names]:
    """What a round offers to choose from: its towns with the posts sought, and the candidates that have a place."""
    posts = one["sought"] if one else ()
    ranked = [row for row in candidates if row["rank"] is not None]
    return {
        "sought": {row["town"]: (f"{zh}（{row['post_count']} 人）", f"{en} ({row['post_count']})")
            for row in posts
            for zh, en in (towns.get(row["town"], (row["town"],) * 2),)
        },
        "ranked": {row["candidate_no"]: _placed(row) for row in ranked},
    }  # fmt: skip


def _placed(row: Row) -> tuple[str, str]:
    town, rank, number = row["town"], row["rank"], row["candidate_no"]
    return f"{town} 第 {rank} 名 {number}", f"{town} no. {rank}: {number}"


def routes(door: Door) -> None:
    """Put the pages of recruitment beside the bureau's others."""

    async def offered(visitor: Visitor) -> Mapping[str, Names]:
        number = visitor.text("round_no")
        in_force, one, rows = await asyncio.gather(
            lists_in_force(visitor), or_none(visitor.services.get("payroll", f"/v1/recruitments/{number or 'none'}")),
            of_officer(visitor, "payroll", "candidates", number),
        )  # fmt: skip
        return {**in_force, **offered_in(one, in_order(rows), await door.towns())}

    async def rounds(visitor: Visitor) -> Response:
        rows = await visitor.services.all_rows("payroll", "/v1/recruitments")
        day = await door.today()
        rows.sort(key=lambda row: (row["status"] == "closed", str(row["opened_on"])))
        return door.shown(
            visitor, "bureau/recruitment.html", rows=rows, forms=FORMS, lists={}, area_path=PATH, words=officers_words,
            new_round=new_number(day, "XP"), today=day, **told(visitor),
        )  # fmt: skip

    async def one(visitor: Visitor) -> Response:
        number = visitor.request.path_params["round_no"]
        row, rows, in_force = await asyncio.gather(
            visitor.services.get("payroll", f"/v1/recruitments/{number}"),
            of_officer(visitor, "payroll", "candidates", number), lists_in_force(visitor),
        )  # fmt: skip
        candidates = in_order(rows)
        return door.shown(
            visitor, "bureau/recruitment_round.html", number=number, row=row, candidates=candidates, forms=FORMS,
            lists={**in_force, **offered_in(row, candidates, await door.towns())}, area_path=PATH, words=officers_words, named=named,
            new_candidate=next_candidate(candidates), today=await door.today(), **told(visitor),
        )  # fmt: skip

    forms_door(door, PATH, FORMS, offered)
    door.page(PATH, rounds, roles=BUREAU)
    door.page(f"{PATH}/{{round_no}}", one, roles=BUREAU)
