"""A new request at the window (一门受理): the form, the number of a new household, and the receipt with all that is missing."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import segno
from fastapi import Response
from starlette.datastructures import FormData

from services.eventlog.problems import Problem
from services.portal.api.door import Door, Visitor
from services.portal.api.forms import field_problem, files_of, people_of, several
from services.portal.api.posting import Refusal, issue, new_id, refusal, told
from services.portal.api.town_words import CHANNELS, INITIALS, in_order, words_in
from services.portal.api.window import READERS, ROLES, Row
from services.portal.asking import ServiceSaid

MEMBERS: Final = "members"
_TRIES_MAX: Final = 5


def request_body(form: FormData, *, town: str, actor: str, household_no: str, day: date) -> Row:
    """The command ``receive-request`` of a form; what is empty is left out."""
    text = {name: str(form.get(name, "")).strip() for name in ("channel", "committee", "phone", "received_on")}
    optional = {name: str(form.get(name, "")).strip() for name in ("discovery_no", "ticket_no", "address")}
    return {
        "command": "receive-request",
        "household_no": household_no,
        "request_no": str(form.get("request_no", "")).strip(),
        "town": town,
        "committee": text["committee"],
        "channel": text["channel"] or "window",
        "first_asked": actor,
        "needs": several(form, "needs"),
        "materials": several(form, "materials"),
        "members": people_of(form, MEMBERS),
        "phone": text["phone"],
        "near_relative_declared": "near_relative_declared" in form,
        "delegated": "delegated" in form,
        "received_on": text["received_on"] or day.isoformat(),
        **{name: value for name, value in optional.items() if value},
    }


def new_request_no(town: str, day: date, commandid: str) -> str:
    """A number that nobody else makes: the town, the day, and the end of the form's own id."""
    return f"R-{town}-{day:%Y%m%d}-{commandid.replace('-', '')[-8:]}"


async def _new_household_no(visitor: Visitor) -> str:
    """A number no household has yet, as both services that know households say."""
    for _ in range(_TRIES_MAX):
        number = f"{visitor.town}-H{1_000_000 + secrets.randbelow(9_000_000)}"
        if not [service for service in ("intake", "casework") if await _known(visitor, service, number)]:
            return number
    raise Problem(status=503, code="try-again", zh="未能生成户号，请重试", en="no household number was free; try again")


async def _known(visitor: Visitor, service: str, household_no: str) -> bool:
    try:
        await visitor.services.get(service, f"/v1/stream-versions/household:{household_no}")
    except ServiceSaid as none:
        if none.status == 404:
            return False
        raise
    return True


async def _delegate(visitor: Visitor) -> Row:
    """Whoever asks for the applicant, with the fingerprint of the authority."""
    papers = (await files_of(visitor.form, ["authority"]))["authority"]
    if not papers:
        raise field_problem("/authority", "请选择委托书照片", "choose a photo of the authority")
    return {
        "name": visitor.text("delegate_name"), "relation": visitor.text("delegate_relation"),
        "authority_sha256": hashlib.sha256(papers[0]).hexdigest(),
    }  # fmt: skip


def qr_of(number: str) -> str:
    """The number as a QR code, to print and to scan again: an SVG in a data address."""
    return str(segno.make(number, error="m", micro=False).svg_data_uri(scale=4, border=2, dark="#000", light="#fff"))


def routes(door: Door) -> None:
    """Put the form of a request and its receipt beside the other pages."""

    async def form(visitor: Visitor, no: Refusal | None = None) -> Response:
        day = await door.today()
        procedure = await visitor.services.pack("intake", "procedure")
        materials = (await visitor.services.pack("intake", "materials"))["needs"]
        seen = await visitor.services.rows("casework", "/v1/standing-lists-due", town=visitor.town, limit=200)
        typed = visitor.form if visitor.form else FormData(visitor.request.query_params)
        return door.shown(
            visitor, "window/request.html", today=day, channels=CHANNELS,
            request_no=typed.get("request_no") or new_request_no(visitor.town or "", day, new_id()),
            # In the form, so that the form sent twice is the same request and no second household.
            new_household_no=await _new_household_no(visitor),
            needs=in_order(procedure["needs"]), initials=INITIALS, all_materials=_every_material(materials),
            committees=sorted({row["committee"] for row in seen if row.get("committee")}),
            chosen_needs=several(typed, "needs"), chosen_materials=several(typed, "materials"), w=words_in(visitor.t),
            **{**told(visitor, no), "typed": typed},
        )  # fmt: skip

    async def asked(visitor: Visitor) -> Response:
        return await form(visitor)

    async def received(visitor: Visitor) -> Response:
        try:
            household_no = visitor.text("household_no") or visitor.text("new_household_no")
            body = request_body(
                visitor.form, town=visitor.town or "", actor=visitor.session.acts_as, household_no=household_no,
                day=await door.today(),
            )  # fmt: skip
            if body["delegated"] and visitor.text("delegate_name"):
                body["delegate"] = await _delegate(visitor)
            return await issue(visitor, "intake", body, f"/window/receipts/{body['request_no']}")
        except (ServiceSaid, Problem) as said:
            return await form(visitor, refusal(said))

    async def receipt(visitor: Visitor) -> Response:
        number = visitor.request.path_params["request_no"]
        rows = await visitor.services.rows("intake", "/v1/applications", after=number, limit=20, town=visitor.town)
        items = [row for row in rows if row["request_no"] == number]
        if not items:
            raise Problem(
                status=404, code="not-found", zh="没有这个受理编号，或不属于本镇街", en="no such request, or not of your town"
            )  # fmt: skip
        missing = list(dict.fromkeys(material for item in items for material in item["missing"]))
        return door.shown(
            visitor, "window/receipt.html", number=number, items=items, missing=missing, qr=qr_of(number),
            today=await door.today(), w=words_in(visitor.t), first=items[0],
        )  # fmt: skip

    door.page("/window/new", asked, roles=ROLES)
    door.page("/window/new", received, roles=ROLES, methods=("POST",))
    door.page("/window/receipts/{request_no}", receipt, roles=READERS)


def _every_material(lists: Mapping[str, Any]) -> dict[str, list[str]]:
    """Every material of the pack with the needs that ask for it, or why else it is asked for."""
    found: dict[str, list[str]] = {}
    for need, listed in lists.items():
        for material in listed["always"]:
            found.setdefault(material, []).append(need)
        for reason in ("when_delegated", "when_near_relative"):
            for material in listed.get(reason, ()):
                if reason not in found.setdefault(material, []):
                    found[material].append(reason)
    return found
