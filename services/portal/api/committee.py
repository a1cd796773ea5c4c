"""A committee's (村居) work on a phone: discoveries, notices with their photo, changes and the other duties of plan 四(四)."""

from datetime import date, timedelta
from typing import Any, Final

from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api.door import Door, Visitor, paper_as_given
from services.portal.api.town_forms import (
    Row,
    after,
    fen,
    filled_in,
    fingerprint,
    new_command,
    said,
    send,
    several,
    shown_words,
    today,
    whole,
)
from services.portal.api.town_words import HOW_FOUND, in_order

ROLES: Final = frozenset({"committee"})
_TAKE_DOWN_DAYS: Final = 7
# Each duty's form: its command, its day's field, its fields as (name, kind, zh, en), and which list of the pack it offers.
DUTIES: Final[dict[str, dict[str, Any]]] = {
    "change": {
        "command": "report-change", "day": "reported_on", "zh": "报告家庭变化", "en": "Report a change", "icon": "变",
        "fields": (
            ("household_no", "household", "户号", "Household"),
            ("change", "changes:change", "变化", "What changed"),
            ("happened_on", "date", "发生日期", "Happened on"),
        ),
    },
    "screening": {
        "command": "screen-hardship", "day": "screened_on", "zh": "困难排查", "en": "Screening", "icon": "排",
        "fields": (("household_count", "count", "走访户数", "Households looked at"),),
    },
    "aid": {
        "command": "aid-economic-check", "day": "aided_on", "zh": "协助核查", "en": "Help with a check", "icon": "核",
        "fields": (
            ("household_no", "household", "户号", "Household"),
            ("aid", "aids:aid", "协助内容", "What was done"),
        ),
    },
    "consultation": {
        "command": "consult-policy", "day": "consulted_on", "zh": "政策咨询", "en": "Policy consulting", "icon": "询",
        "fields": (
            ("topic", "topics:topic", "主题", "Topic"),
            ("people_count", "count", "人数", "People"),
        ),
    },
}  # fmt: skip


def committee_of(actor: str) -> str:
    """The committee that an actor works in: ``committee:T01-C01-M1`` is of ``T01-C01``."""
    name = actor.partition(":")[2]
    return "-".join(name.split("-")[:2])


def notices_of(cases: list[Row], committee: str, day: date) -> dict[str, list[Row]]:
    """A committee's notices: to post, hanging, and those whose days have just ended and whose paper comes down."""
    own = [case for case in cases if case["committee"] == committee]
    since = (day - timedelta(days=_TAKE_DOWN_DAYS)).isoformat()
    return {
        "to_post": [
            case for case in own if case["status"] == "checked" and case["survey_valid"] and not case["contested"]
        ],
        "hanging": [case for case in own if case["status"] in ("posted", "objected") and case["notice_ends_on"]],
        "to_take_down": [
            case for case in own if case["status"] == "notice_closed" and (case["notice_ends_on"] or "") >= since
        ],
    }


def duty_body(visitor: Visitor, kind: str, town: str, day: date) -> Row:
    """The command of a duty's form."""
    duty = DUTIES[kind]
    actor, commandid = visitor.session.acts_as, visitor.text("commandid")
    fields: Row = {}
    for name, what, _, _ in duty["fields"]:
        fields[name] = whole(visitor, name) if what == "count" else visitor.text(name)
    return {
        "command": duty["command"], "duty_no": own_number("W", commandid), "town": town, "committee": committee_of(actor),
        "done_by": actor, duty["day"]: day.isoformat(), **fields,
    }  # fmt: skip


def own_number(letter: str, commandid: str) -> str:
    """A number that nobody else makes, of the end of the form's own id."""
    return f"{letter}{commandid.replace('-', '')[-12:]}"


def discovery_body(visitor: Visitor, town: str, day: date) -> Row:
    """The command ``report-discovery`` of its form."""
    text, actor = visitor.text, visitor.session.acts_as
    return {
        "command": "report-discovery",
        "discovery_no": f"{town}-{own_number('D', text('commandid'))}",
        "town": town,
        "committee": committee_of(actor),
        "reported_by": actor,
        "how": text("how"),
        "suspected_need": text("suspected_need"),
        "name": text("name"),
        "discovered_on": text("discovered_on") or day.isoformat(),
        **filled_in({name: text(name) for name in ("resident_id", "contact", "situation")}),
    }


def routes(door: Door) -> None:
    """Put the committee's pages beside the others."""
    _home(door)
    _discoveries(door)
    _notices(door)
    _duties(door)


def _home(door: Door) -> None:
    async def home(visitor: Visitor) -> Response:
        committee, day, seen = committee_of(visitor.session.acts_as), await today(door), after(visitor)
        done = visitor.request.query_params.get("done", "")
        found = done == "report-discovery"
        cases = await visitor.services.all_rows(
            "casework", "/v1/cases", after="" if found else seen, town=visitor.town
        )  # fmt: skip
        discoveries = await visitor.services.all_rows(
            "intake", "/v1/discoveries", after=seen if found else "", town=visitor.town
        )
        lists = await visitor.services.rows("casework", "/v1/standing-lists-due", town=visitor.town, limit=200)
        return door.shown(
            visitor, "committee/home.html", committee=committee, notices=notices_of(cases, committee, day), day=day,
            discoveries=[row for row in discoveries if row["committee"] == committee and row["status"] == "open"],
            lists=[row for row in lists if row["committee"] == committee], duties=DUTIES, w=shown_words(visitor), done=done,
        )  # fmt: skip

    door.page("/committee", home, roles=ROLES)


def _discoveries(door: Door) -> None:
    async def form(visitor: Visitor, error: Exception | None = None) -> Response:
        needs = (await visitor.services.get("intake", "/v1/rules-in-force/procedure"))["content"]["needs"]
        problem, errors = said(error) if error else (None, [])
        return door.shown(
            visitor, "committee/discovery.html", needs=in_order(needs), how=HOW_FOUND, day=await today(door), typed=visitor.form,
            problem=problem, errors=errors, commandid=new_command(), w=shown_words(visitor),
            status=problem.status if problem else 200,
        )  # fmt: skip

    async def asked(visitor: Visitor) -> Response:
        return await form(visitor)

    async def reported(visitor: Visitor) -> Response:
        try:
            body = discovery_body(visitor, visitor.town or "", await today(door))
            return await send(visitor, "intake", body, "/committee")
        except Exception as error:
            return await form(visitor, error)

    door.page("/committee/discovery", asked, roles=ROLES)
    door.page("/committee/discovery", reported, roles=ROLES, methods=("POST",))


async def own_case(visitor: Visitor, number: str) -> Row:
    """A case of the committee that asks; not found where it is another's."""
    case: Row = await visitor.services.get("casework", f"/v1/cases/{number}", after=after(visitor))
    if case["committee"] != committee_of(visitor.session.acts_as):
        raise Problem(status=404, code="not-found", zh="不是本村（居）的公示", en="not a notice of this committee")
    return case


def _notices(door: Door) -> None:
    async def shown(visitor: Visitor, error: Exception | None = None) -> Response:
        number = visitor.request.path_params["number"]
        case = await own_case(visitor, number)
        lists = (await visitor.services.get("casework", "/v1/rules-in-force/committee_work"))["content"]
        problem, errors = said(error) if error else (None, [])
        return door.shown(
            visitor, "committee/notice.html", case=case, number=number, day=await today(door), typed=visitor.form,
            problem=problem, errors=errors, commandid=new_command, w=shown_words(visitor), faults=lists["notice_faults"],
            done=visitor.request.query_params.get("done", ""), status=problem.status if problem else 200,
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def acted(visitor: Visitor) -> Response:
        number, what = (visitor.request.path_params[name] for name in ("number", "what"))
        case = await own_case(visitor, number)
        try:
            body = await notice_body(visitor, what, {**case, "key": number}, await today(door))
            return await send(visitor, "casework", body, f"/committee/notices/{number}")
        except Exception as error:
            return await shown(visitor, error)

    async def sheet(visitor: Visitor) -> Response:
        """The notice to hang: name, members, amount, nothing else, as casework makes it."""
        number = visitor.request.path_params["number"]
        case = await own_case(visitor, number)
        given = await visitor.services.raw(
            "casework", f"/v1/households/{case['household']}/forms/notice", of=number
        )  # fmt: skip
        return paper_as_given(given)

    door.page("/committee/notices/{number}", opened, roles=ROLES)
    door.page("/committee/notices/{number}/sheet", sheet, roles=ROLES)
    door.page("/committee/notices/{number}/{what}", acted, roles=ROLES, methods=("POST",))


async def notice_body(visitor: Visitor, what: str, case: Row, day: date) -> Row:
    """The command of a form about a notice: posted with its photo, looked at, objected to."""
    own = {"household_no": case["household"], "application_no": case["key"]}
    actor = visitor.session.acts_as
    match what:
        case "post":
            return {
                "command": "post-notice", **own, "posted_on": visitor.text("posted_on") or day.isoformat(),
                "proposed_amount_fen": fen(visitor, "amount"), "opinion_signed_by": visitor.text("signed_by"),
                "proof_sha256": await fingerprint(visitor, "photo"),
            }  # fmt: skip
        case "look":
            return {
                "command": "supervise-notice", "duty_no": own_number("N", visitor.text("commandid")), "town": case["town"],
                "committee": case["committee"], "done_by": actor, "supervised_on": day.isoformat(),
                "application_no": case["key"], "faults": several(visitor.form, "faults"),
            }  # fmt: skip
        case "object":
            return {"command": "object-to-notice", **own, "objection_no": own_number("OB", visitor.text("commandid"))}
        case _:
            raise Problem(status=404, code="not-found", zh="没有这项操作", en="there is no such action")


def _duties(door: Door) -> None:
    async def shown(visitor: Visitor, error: Exception | None = None) -> Response:
        kind = visitor.request.path_params["kind"]
        if kind not in DUTIES:
            raise Problem(status=404, code="not-found", zh="没有这项职责", en="there is no such duty")
        lists = (await visitor.services.get("casework", "/v1/rules-in-force/committee_work"))["content"]
        problem, errors = said(error) if error else (None, [])
        return door.shown(
            visitor, "committee/duty.html", kind=kind, duty=DUTIES[kind], lists=lists, day=await today(door),
            typed=visitor.form, problem=problem, errors=errors, commandid=new_command(), w=shown_words(visitor),
            town=visitor.town, status=problem.status if problem else 200,
        )  # fmt: skip

    async def asked(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def recorded(visitor: Visitor) -> Response:
        kind = visitor.request.path_params["kind"]
        if kind not in DUTIES:
            return await shown(visitor)
        try:
            body = duty_body(visitor, kind, visitor.town or "", await today(door))
            return await send(visitor, "casework", body, "/committee")
        except Exception as error:
            return await shown(visitor, error)

    door.page("/committee/duties/{kind}", asked, roles=ROLES)
    door.page("/committee/duties/{kind}", recorded, roles=ROLES, methods=("POST",))
