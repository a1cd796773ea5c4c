"""The bureau's pages of officers: who is on which post, and one officer with papers, absence, moves, appraisal, duty; decides nothing."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any, Final

from fastapi import Response

from services.contracts.months import Month
from services.portal.api import field_words, officers_words
from services.portal.api.bureau_words import named
from services.portal.api.door import Door, Visitor
from services.portal.api.forms import Names
from services.portal.api.menu import BUREAU
from services.portal.api.officers_forms import EXCEPTIONS, FORMS
from services.portal.api.posting import forms_door, new_number, next_number, told
from services.portal.asking import found_or_none, or_none

Row = dict[str, Any]
PATH: Final = "/bureau/officers"
ROWS_MAX: Final = 1000
QUARTERS_BACK: Final = 6
YEARS_BACK: Final = 3


def closed_quarters(day: date) -> Names:
    """The quarters that were over by a day, the latest first, as a form offers them."""
    this = (day.year * 4) + (day.month - 1) // 3
    found = [divmod(one, 4) for one in range(this - 1, this - 1 - QUARTERS_BACK, -1)]
    return {
        f"{year}Q{place + 1}": (f"{year} 年第 {place + 1} 季度", f"{year}, quarter {place + 1}")
        for year, place in found
    }


def years_over(day: date) -> Names:
    """The latest years that were over by a day."""
    return {str(year): (str(year),) * 2 for year in range(day.year - 1, day.year - 1 - YEARS_BACK, -1)}


def plannable(day: date, planned: Iterable[Row]) -> Names:
    """This month and the next, as far as they are not planned yet."""
    there = {row["month"] for row in planned if row["planned"]}
    months = [str(Month.of(day)), str(Month.of(day).plus(1))]
    return {month: (month, month) for month in months if month not in there}


def vacant_towns(posts: Iterable[Row], towns: Names) -> Names:
    """Towns with a vacant post by name, and how many there are."""
    counts: dict[str, int] = {}
    for post in posts:
        if post["status"] == "vacant":
            counts[post["town"]] = counts.get(post["town"], 0) + 1
    named_towns = {town: towns.get(town, (town, town)) for town in sorted(counts)}
    return {
        town: (f"{zh}（空 {counts[town]}）", f"{en} ({counts[town]} vacant)") for town, (zh, en) in named_towns.items()
    }


def found_by(rows: Iterable[Row], text: str) -> list[Row]:
    """The officers whose number or post has the text in it, those on a post first, by town and number."""
    wanted = text.strip().upper()
    shown = [row for row in rows if wanted in row["officer"] or wanted in row["post_no"]]
    return sorted(shown, key=lambda row: (row["status"] != "on_post", row["town"], row["officer"]))


def both(pack: Mapping[str, Any] | None, part: str, leave_out: Iterable[str] = ()) -> Names:
    """The codes of a part of a rule pack with their two names, by rank where they have one; a Chinese code is its own name."""
    listed = sorted((pack[part] if pack else {}).items(), key=lambda one: one[1].get("rank", 0))
    return {code: (one.get("zh", code), one["en"]) for code, one in listed if code not in set(leave_out)}


def kinds_of(known: Mapping[str, Any] | None) -> dict[str, Names]:
    """What a town may record as an absence, and the grounds for more days of one."""
    kinds = {code: kind for code, kind in (known.get("kinds", {}) if known else {}).items() if code != "present"}
    grounds = sorted({ground for kind in kinds.values() for ground in kind["grounds"]})
    return {
        "kinds": {code: (kind["zh"], kind["en"]) for code, kind in kinds.items()},
        "grounds": {one: named(officers_words.GROUNDS, one) for one in grounds},
    }


def colleagues_of(duties: Iterable[Row], officer: str) -> Names:
    """Who is on duty beside an officer, with their committees."""
    there = [row for row in duties if row["on_duty"] and row["key"] != officer]
    return {row["key"]: (f"{row['key']} {' '.join(row['committees'])}".strip(),) * 2 for row in there}


async def lists_in_force(visitor: Visitor) -> dict[str, Names]:
    """What payroll's rules of today offer to choose from."""
    scale, modes, appointment = await asyncio.gather(
        *(or_none(visitor.services.pack("payroll", name)) for name in ("pay_scale", "contract_modes", "appointment"))
    )
    none = (scale["no_qualification"],) if scale else ()
    return {
        "exceptions": EXCEPTIONS, "positions": both(scale, "positions"), "qualifications": both(scale, "qualifications", none), "grades": both(scale, "grades"),
        "modes": both(modes, "modes"), "diplomas": both(appointment, "diplomas"), "exits": both(appointment, "exits"),
    }  # fmt: skip


async def _lists(door: Door, visitor: Visitor, town: str) -> dict[str, Names]:
    """Everything that a form about an officer of a town offers to choose from."""
    in_force, posts, candidates, known, duties = await asyncio.gather(
        lists_in_force(visitor), visitor.services.rows("payroll", "/v1/posts", limit=ROWS_MAX),
        visitor.services.all_rows("payroll", "/v1/candidates"),
        or_none(visitor.services.get("payroll", f"/v1/town-attendance/{town or 'none'}")),
        or_none(visitor.services.all_rows("casework", "/v1/duties", town=town)),
    )  # fmt: skip
    day = await door.today()
    towns = await door.towns()
    return {
        **in_force, **kinds_of(known), "vacant_towns": vacant_towns(posts, towns), "towns": towns,
        "selected": {row["key"]: (f"{row['key']} · {row['town']}",) * 2 for row in candidates if row["status"] == "selected"},
        "quarters": closed_quarters(day), "years": years_over(day), "months": plannable(day, ()),
        "colleagues": colleagues_of(duties or (), visitor.text("officer")),
    }  # fmt: skip


async def of_officer(visitor: Visitor, service: str, model: str, officer: str, mark: str = "/") -> list[Row]:
    """The rows of an officer in a model whose keys begin with the number."""
    begin = f"{officer}{mark}"
    rows = await visitor.services.rows(service, f"/v1/{model}", after=begin, limit=ROWS_MAX)
    return [row for row in rows if row["key"].startswith(begin)]


def routes(door: Door) -> None:
    """Put the list of officers and the page of one beside the other pages."""

    async def offered(visitor: Visitor) -> Mapping[str, Names]:
        return await _lists(door, visitor, visitor.text("town"))

    async def listed(visitor: Visitor) -> Response:
        asked = visitor.request.query_params
        town, text = asked.get("town", ""), asked.get("find", "")
        officers, posts, lists, plans = await asyncio.gather(
            visitor.services.all_rows("payroll", "/v1/officers"), visitor.services.rows("payroll", "/v1/posts", limit=ROWS_MAX),
            _lists(door, visitor, town), _plans(visitor, town),
        )  # fmt: skip
        kept = [row for row in posts if row["status"] == "kept"]
        taken = {row["officer"] for row in officers} | {row["kept_for"] for row in kept}
        day = await door.today()
        return door.shown(
            visitor, "bureau/officers.html", rows=found_by((row for row in officers if town in ("", row["town"])), text),
            town=town, find=text, towns=lists["towns"], kept=kept, new_officer=next_number("O", taken),
            known={row["officer"] for row in officers}, total=len(officers), plans=plans, forms=FORMS, today=day,
            lists={**lists, "months": plannable(day, plans)}, area_path=PATH, number=partial(new_number, day),
            words=officers_words, named=named, **told(visitor),
        )  # fmt: skip

    async def one(visitor: Visitor) -> Response:
        officer = visitor.request.path_params["officer"]
        row = await visitor.services.get("payroll", f"/v1/officers/{officer}")
        lists = await _lists(door, visitor, row["town"])
        more, day = await _of_one(visitor, officer, row["town"]), await door.today()
        lists["colleagues"] = colleagues_of(more["duties"] or (), officer)
        return door.shown(
            visitor, "bureau/officer.html", row=row, forms=FORMS, lists=lists, area_path=PATH,
            number=partial(new_number, day), words=officers_words, points=field_words.POINTS, named=named, today=day, **more,
            **told(visitor),
        )  # fmt: skip

    forms_door(door, PATH, FORMS, offered)
    door.page(PATH, listed, roles=BUREAU)
    door.page(f"{PATH}/{{officer}}", one, roles=BUREAU)


async def _plans(visitor: Visitor, town: str) -> list[Row]:
    """The months planned for a town's officers; none where no town is asked for."""
    return await visitor.services.all_rows("casework", "/v1/month-plans", town=town) if town else []


async def _of_one(visitor: Visitor, officer: str, town: str) -> dict[str, Any]:
    """What both services know of an officer beside the post: what casework cannot say just now is None."""
    services = visitor.services
    certificates, absences, moves, appraisals, duty, duties, handovers, waiting, caseload = await asyncio.gather(
        *(of_officer(visitor, "payroll", model, officer) for model in ("certificates", "absences", "moves")),
        of_officer(visitor, "payroll", "appraisals", officer, "-"),
        found_or_none(services.get("casework", f"/v1/duties/{officer}")),
        or_none(services.all_rows("casework", "/v1/duties", town=town)),
        of_officer(visitor, "casework", "handovers", officer),
        or_none(services.rows("casework", "/v1/handovers-waiting", town=town)),
        or_none(services.get("casework", f"/v1/caseloads/{officer}")),
    )
    return {
        "certificates": certificates, "absences": sorted(absences, key=lambda one: str(one["from_on"]), reverse=True),
        "moves": moves, "appraisals": sorted(appraisals, key=lambda one: (-one["year"], -one["quarter"])), "duty": duty,
        "duties": duties, "handovers": handovers, "caseload": caseload,
        "waiting": [one for one in waiting or () if officer in (one["officer"], one["receiver"])],
    }  # fmt: skip
