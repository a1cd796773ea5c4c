"""A committee's (村居) work on a phone: discoveries, notices with their photo, changes and the other duties of plan 四(四)."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api.case_forms import without
from services.portal.api.cases import notice_over, ready_to_post
from services.portal.api.door import Door, Visitor, paper_as_given
from services.portal.api.forms import Form, Names, filled_in
from services.portal.api.people import nameable
from services.portal.api.posting import COMMAND, Refusal, named, own_number, take, told
from services.portal.api.town_forms import COMMITTEE, DISCOVERY, DUTIES, NOTICE, PRINT_NOTICE
from services.portal.api.town_words import choices, in_order, words_in
from services.portal.asking import or_none

Row = dict[str, Any]
_PATH: Final = "/committee"
_TAKE_DOWN_DAYS: Final = 7
_NONE: Final[Mapping[str, Row]] = MappingProxyType({})
ICONS: Final[Names] = {
    "discovery": ("线", "R"), "change": ("变", "C"), "screening": ("排", "S"), "aid": ("核", "H"), "consultation": ("询", "P"),
}  # fmt: skip


def committee_of(actor: str) -> str:
    """The committee that an actor works in: ``committee:T01-C01-M1`` is of ``T01-C01``."""
    name = actor.partition(":")[2]
    return "-".join(name.split("-")[:2])


def closed_lately(case: Row, day: date) -> bool:
    """Whether the notice's days were over at most a week ago, so that its paper may still hang."""
    since = (day - timedelta(days=_TAKE_DOWN_DAYS)).isoformat()
    return case["status"] == "notice_closed" and (case["notice_ends_on"] or "") >= since


def came_down(case: Row, taken_down: Row | None) -> bool:
    """Whether the notice that hung last was recorded as taken down."""
    return taken_down is not None and taken_down["taken_down_on"] >= (case["notice_posted_on"] or "")


def notices_of(
    cases: list[Row], committee: str, day: date, taken_down: Mapping[str, Row] = _NONE
) -> dict[str, list[Row]]:
    """A committee's cases: being looked into, with a notice to post, one that hangs, and one whose paper has just to come down.

    `taken_down`: by case, when its notice came down.
    """
    own = [case for case in cases if case["committee"] == committee]
    return {
        "under_way": [
            case
            for case in own
            if case["status"] in ("opened", "surveyed", "checking", "checked", "objected")
            and not case["outcome"]
            and not ready_to_post(case, day)
        ],
        "to_post": [case for case in own if ready_to_post(case, day)],
        "hanging": [case for case in own if case["status"] in ("posted", "objected") and case["notice_ends_on"]],
        "to_take_down": [
            case for case in own if closed_lately(case, day) and not came_down(case, taken_down.get(case["key"]))
        ],
    }


def own_of(visitor: Visitor, letter: str) -> Row:
    """What every record of a committee says of itself: its number, town, committee, and by whom."""
    actor = visitor.session.acts_as
    number = own_number(letter, visitor.text(COMMAND))
    return {"duty_no": number, "town": visitor.town or "", "committee": committee_of(actor), "done_by": actor}


def routes(door: Door) -> None:
    """Put the committee's pages beside the others."""
    _home(door)
    _discoveries(door)
    _notices(door)
    _duties(door)


def _home(door: Door) -> None:
    async def home(visitor: Visitor) -> Response:
        committee, day = committee_of(visitor.session.acts_as), await door.today()
        cases = await visitor.services.all_rows(
            "casework", "/v1/case-list", town=visitor.town, committee=committee, status="open"
        )
        discoveries = await visitor.services.all_rows("intake", "/v1/discoveries", town=visitor.town)
        closed = [case["key"] for case in cases if closed_lately(case, day)]
        down = await asyncio.gather(
            *(or_none(visitor.services.get("casework", f"/v1/notices-taken-down/{number}")) for number in closed)
        )
        lists = await visitor.services.rows("casework", "/v1/standing-lists-due", town=visitor.town, limit=200)
        return door.shown(
            visitor, "committee/home.html", committee=committee, day=day,
            notices=notices_of(cases, committee, day, {row["key"]: row for row in down if row}),
            discoveries=[row for row in discoveries if row["committee"] == committee and row["status"] == "open"],
            lists=[row for row in lists if row["committee"] == committee], duties=DUTIES, icons=ICONS, w=words_in(visitor.t),
            **told(visitor),
        )  # fmt: skip

    door.page("/committee", home, roles=COMMITTEE)


def _discoveries(door: Door) -> None:
    async def form(visitor: Visitor, no: Refusal | None = None) -> Response:
        needs = (await visitor.services.pack("intake", "procedure"))["needs"]
        return door.shown(
            visitor, "committee/discovery.html", discovery=DISCOVERY, today=await door.today(),
            lists={"needs": choices("need", in_order(needs))}, **told(visitor, no),
        )  # fmt: skip

    async def asked(visitor: Visitor) -> Response:
        return await form(visitor)

    async def reported(visitor: Visitor) -> Response:
        own = own_of(visitor, "D")
        given = {
            "discovery_no": f"{own['town']}-{own['duty_no']}", "town": own["town"], "committee": own["committee"],
            "reported_by": own["done_by"],
        }  # fmt: skip
        return await take(visitor, DISCOVERY, _PATH, form, **given)

    door.page("/committee/discovery", asked, roles=COMMITTEE)
    door.page("/committee/discovery", reported, roles=COMMITTEE, methods=("POST",))


def printing(case: Row, day: date) -> Form:
    """The form that prints a notice: before it is posted it takes the amount, which stands on the signed opinion."""
    return PRINT_NOTICE if ready_to_post(case, day) else without(PRINT_NOTICE, ("amount_fen",))


async def own_case(visitor: Visitor, number: str) -> Row:
    """A case of the committee that asks; not found where it is another's."""
    case: Row = await visitor.services.get("casework", f"/v1/cases/{number}")
    if case["committee"] != committee_of(visitor.session.acts_as):
        raise Problem(status=404, code="not-found", zh="不是本村（居）的公示", en="not a notice of this committee")
    return case


def _notices(door: Door) -> None:
    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        number = visitor.request.path_params["number"]
        case, day = await own_case(visitor, number), await door.today()
        faults = (await visitor.services.pack("casework", "committee_work"))["notice_faults"]
        down = await or_none(visitor.services.get("casework", f"/v1/notices-taken-down/{number}"))
        to_post = ready_to_post(case, day)
        leaders = [one["acts_as"] for one in await nameable(door, {"town-leader"}, case["town"])] if to_post else []
        return door.shown(
            visitor, "committee/notice.html", case=case, number=number, over=notice_over(case, day),
            down=down if came_down(case, down) else None, leaders=leaders, today=day, to_post=to_post, w=words_in(visitor.t),
            forms=NOTICE, printing=printing(case, day), lists={"faults": choices("fault", faults)}, **told(visitor, no),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def acted(visitor: Visitor) -> Response:
        number, form = visitor.request.path_params["number"], named(NOTICE, visitor.request.path_params["what"])
        case = await own_case(visitor, number)
        known = {
            **own_of(visitor, "N"), "household_no": case["household"], "application_no": number,
            "supervised_on": (await door.today()).isoformat(), "objection_no": own_number("OB", visitor.text(COMMAND)),
        }  # fmt: skip
        given = {name: known[name] for name in form.given}
        return await take(visitor, form, f"{_PATH}/notices/{number}", shown, **given)

    async def sheet(visitor: Visitor) -> Response:
        """The notice to hang: name, members, amount, nothing else, as casework makes it; the look at the name is a fact first."""
        number = visitor.request.path_params["number"]
        case = await own_case(visitor, number)
        body = await filled_in(printing(case, await door.today()), visitor.form)
        body |= {
            "household_no": case["household"],
            "paper": "notice",
            "reason": "打印公示单张贴 / printing the notice to hang",
        }
        return paper_as_given(await visitor.services.paper("casework", "/v1/print/papers", body, of=number))

    door.page("/committee/notices/{number}", opened, roles=COMMITTEE)
    door.page("/committee/notices/{number}/sheet", sheet, roles=COMMITTEE, methods=("POST",))
    door.page("/committee/notices/{number}/{what}", acted, roles=COMMITTEE, methods=("POST",))


def _duties(door: Door) -> None:
    async def shown(visitor: Visitor, no: Refusal | None = None) -> Response:
        form = named(DUTIES, visitor.request.path_params["kind"])
        rules = await visitor.services.pack("casework", "committee_work")
        lists = {kind: choices(kind.removesuffix("s"), rules[kind]) for kind in ("changes", "aids", "topics")}
        return door.shown(
            visitor, "committee/duty.html", kind=visitor.request.path_params["kind"], duty=form, lists=lists,
            today=await door.today(), **told(visitor, no),
        )  # fmt: skip

    async def asked(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def recorded(visitor: Visitor) -> Response:
        form = named(DUTIES, visitor.request.path_params["kind"])
        given = {**own_of(visitor, "W"), form.given[-1]: (await door.today()).isoformat()}
        return await take(visitor, form, _PATH, shown, **given)

    door.page("/committee/duties/{kind}", asked, roles=COMMITTEE)
    door.page("/committee/duties/{kind}", recorded, roles=COMMITTEE, methods=("POST",))
