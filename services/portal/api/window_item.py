"""One item of the window: how it stands, and everything its clerk may do with it; papers pass through as intake made them."""

from datetime import date
from typing import Final

from fastapi import Response

from services.eventlog.problems import Problem
from services.portal.api.door import Door, Visitor, paper_as_given
from services.portal.api.town_forms import (
    Row,
    after,
    filled_in,
    fingerprint,
    name_of,
    new_command,
    said,
    send,
    several,
    shown_words,
    today,
)
from services.portal.api.window import READERS

# What may be done while an item stands so; the services judge each again.
ACTIONS: Final[dict[str, tuple[str, ...]]] = {
    "received": ("refer", "introduce", "withdraw", "offer", "relative"),
    "waiting": ("supply", "withdraw", "offer", "relative"),
    "returned": ("refer", "introduce", "withdraw", "offer", "relative"),
    "referred": ("accept", "return", "complete", "withdraw", "offer", "relative"),
    "accepted": ("withdraw", "offer", "relative"),
}
PAPERS: Final = (
    ("application_form", "申请书", "application"),
    ("authorisation", "授权书", "authorisation"),
    ("acceptance_notice", "受理通知书", "notice of acceptance"),
    ("materials_notice", "一次性补正告知书", "notice of missing materials"),
    ("referral_letter", "转办单", "referral letter"),
    ("introduction_letter", "转介单", "introduction letter"),
    ("withdrawal_record", "撤回登记", "withdrawal"),
)


async def action_body(visitor: Visitor, action: str, item: Row, day: date) -> Row:
    """The command of an action's form about an item."""
    own = {"household_no": item["household"], "application_no": item["key"], "town": item["town"]}
    text, on = visitor.text, visitor.text("on") or day.isoformat()
    match action:
        case "supply":
            return {
                "command": "supply-materials", **own, "materials": several(visitor.form, "materials"), "supplied_on": on
            }  # fmt: skip
        case "withdraw":
            return {"command": "withdraw-application", **own, "reason": text("reason")}
        case "refer":
            return {"command": "refer-application", **own, **filled_in({"department": text("department")})}
        case "introduce":
            consent = await fingerprint(visitor, "consent")
            return {
                "command": "introduce-application", **own, "organisation": text("organisation"), "consent_sha256": consent
            }  # fmt: skip
        case "accept":
            return {"command": "accept-referral", **own, "accepted_on": on}
        case "return":
            return {"command": "return-referral", **own, "reason": text("reason"), "returned_on": on}
        case "complete":
            return {
                "command": "complete-referral", **own, "outcome": text("outcome"), "answer": text("answer"), "completed_on": on
            }  # fmt: skip
        case "offer":
            return {"command": "offer-handover", **own, "receiver": text("receiver"), "reason": text("reason")}
        case "take":
            return {"command": "accept-handover", **own}
        case "decline":
            return {"command": "decline-handover", **own, "reason": text("reason")}
        case "relative":
            named = {name: text(name) for name in ("declared_by", "staff", "kinship")}
            own.pop("application_no")
            return {
                "command": "declare-near-relative", **own, "request_no": item["request_no"], **named, "declared_on": on
            }  # fmt: skip
        case _:
            raise Problem(status=404, code="not-found", zh="没有这项操作", en="there is no such action")


def routes(door: Door) -> None:
    """Put the page of an item, its forms and its papers beside the other pages."""

    async def item_of(visitor: Visitor) -> Row:
        number = visitor.request.path_params["number"]
        found: Row = await visitor.services.get("intake", f"/v1/applications/{number}", after=after(visitor))
        return found

    async def shown(visitor: Visitor, error: Exception | None = None) -> Response:
        item = await item_of(visitor)
        procedure = (await visitor.services.get("intake", "/v1/rules-in-force/procedure"))["content"]
        windows = await visitor.services.rows("intake", "/v1/windows", town=visitor.town)
        clocks = [
            one
            for service in ("intake", "casework")
            for one in await visitor.services.all_rows(service, "/v1/open-clocks", town=visitor.town)
            if one["clock"]["application_no"] == item["key"]
        ]
        problem, errors = said(error) if error else (None, [])
        me = visitor.session.acts_as
        return door.shown(
            visitor, "window/item.html", item=item, clocks=clocks, actions=ACTIONS.get(item["status"], ()), papers=PAPERS,
            problem=problem, errors=errors, status=problem.status if problem else 200, day=await today(door), me=me,
            typed=visitor.form, commandid=new_command, w=shown_words(visitor), who=lambda actor: name_of(visitor, actor),
            needs=procedure["needs"], organisations=procedure["introduction"]["organisations"],
            departments=sorted({road["department"] for road in procedure["needs"].values() if road.get("department")}),
            staff=sorted({one for row in windows for one in row["staff"]} - {item["responsible"]}),
            done=visitor.request.query_params.get("done", ""), sent=visitor.request.path_params.get("action", ""),
        )  # fmt: skip

    async def opened(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def acted(visitor: Visitor) -> Response:
        item = await item_of(visitor)
        action = visitor.request.path_params["action"]
        try:
            body = await action_body(visitor, action, item, await today(door))
            return await send(visitor, "intake", body, f"/window/items/{item['key']}")
        except Exception as error:
            return await shown(visitor, error)

    async def paper(visitor: Visitor) -> Response:
        item = await item_of(visitor)
        form = visitor.request.path_params["form"]
        given = await visitor.services.raw(
            "intake", f"/v1/households/{item['household']}/forms/{form}", of=item["key"]
        )  # fmt: skip
        return paper_as_given(given)

    async def printed(visitor: Visitor) -> Response:
        """The paper with names and numbers: the read is a fact of intake with the reason, once for each form shown."""
        item = await item_of(visitor)
        body = {
            "command": "print-papers", "household_no": item["household"], "paper": visitor.request.path_params["form"],
            "reason": visitor.text("reason"),
        }  # fmt: skip
        try:
            given = await visitor.services.paper(
                "intake", "/v1/print/papers", body, commandid=visitor.text("commandid"), of=item["key"]
            )
        except Exception as error:
            return await shown(visitor, error)
        return paper_as_given(given)

    door.page("/window/items/{number}", opened, roles=READERS)
    door.page("/window/items/{number}/papers/{form}", paper, roles=READERS)
    door.page("/window/items/{number}/papers/{form}", printed, roles=READERS, methods=("POST",))
    door.page("/window/items/{number}/{action}", acted, roles=READERS, methods=("POST",))
