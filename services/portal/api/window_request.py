"""A new request at the window (一门受理): the form, the number of a new household, and the receipt with all that is missing."""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import segno
from fastapi import Response
from starlette.datastructures import FormData

from services.eventlog.problems import Problem
from services.portal.api.door import Door, Visitor, go
from services.portal.api.town_forms import (
    Row,
    after,
    filled_in,
    fingerprint,
    name_of,
    new_command,
    said,
    several,
    shown_words,
    today,
)
from services.portal.api.town_words import CHANNELS, INITIALS, in_order
from services.portal.api.window import READERS, ROLES
from services.portal.asking import ServiceSaid

MEMBER_ROWS: Final = 2
_TRIES_MAX: Final = 5


def members_of(form: FormData) -> list[dict[str, str]]:
    """The members that were typed in, row by row; a row without name and number is none, the first one is the applicant."""
    columns = [form.getlist(name) for name in ("member_id", "member_name", "member_relation")]
    rows = [tuple(str(cell).strip() for cell in row) for row in zip(*columns, strict=False)]
    given = [row for row in rows if row[0] or row[1]]
    return [
        {"resident_id": number.upper(), "name": name, "relation": relation or ("本人" if place == 0 else "")}
        for place, (number, name, relation) in enumerate(given)
    ]


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
        "members": members_of(form),
        "phone": text["phone"],
        "near_relative_declared": "near_relative_declared" in form,
        "delegated": "delegated" in form,
        "received_on": text["received_on"] or day.isoformat(),
        **filled_in(optional),
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


def qr_of(number: str) -> str:
    """The number as a QR code, to print and to scan again: an SVG in a data address."""
    return str(segno.make(number, error="m", micro=False).svg_data_uri(scale=4, border=2, dark="#000", light="#fff"))


def routes(door: Door) -> None:
    """Put the form of a request and its receipt beside the other pages."""

    async def form(visitor: Visitor, error: Exception | None = None) -> Response:
        day, commandid = await today(door), new_command()
        procedure = (await visitor.services.get("intake", "/v1/rules-in-force/procedure"))["content"]
        materials = (await visitor.services.get("intake", "/v1/rules-in-force/materials"))["content"]["needs"]
        seen = await visitor.services.rows("casework", "/v1/standing-lists-due", town=visitor.town, limit=200)
        problem, errors = said(error) if error else (None, [])
        asked = visitor.request.query_params
        typed = visitor.form if visitor.form else FormData(asked)
        return door.shown(
            visitor, "window/request.html", problem=problem, errors=errors, typed=typed, commandid=commandid, day=day,
            status=problem.status if problem else 200, members=_rows_to_fill(typed), channels=CHANNELS,
            request_no=typed.get("request_no") or new_request_no(visitor.town or "", day, commandid),
            needs=in_order(procedure["needs"]), initials=INITIALS, all_materials=_every_material(materials),
            committees=sorted({row["committee"] for row in seen if row.get("committee")}),
            chosen_needs=several(typed, "needs"), chosen_materials=several(typed, "materials"), w=shown_words(visitor),
        )  # fmt: skip

    async def asked(visitor: Visitor) -> Response:
        return await form(visitor)

    async def received(visitor: Visitor) -> Response:
        try:
            household_no = visitor.text("household_no") or await _new_household_no(visitor)
            body = request_body(
                visitor.form, town=visitor.town or "", actor=visitor.session.acts_as, household_no=household_no,
                day=await today(door),
            )  # fmt: skip
            if body["delegated"] and visitor.text("delegate_name"):
                body["delegate"] = {
                    "name": visitor.text("delegate_name"),
                    "relation": visitor.text("delegate_relation"),
                    "authority_sha256": await fingerprint(visitor, "authority"),
                }
            told = await visitor.services.command("intake", body, commandid=visitor.text("commandid"))
        except Exception as error:
            return await form(visitor, error)
        return go(f"/window/receipts/{body['request_no']}?after={told['commandid']}", visitor)

    async def receipt(visitor: Visitor) -> Response:
        number = visitor.request.path_params["request_no"]
        page = await visitor.services.get(
            "intake", "/v1/applications", after=after(visitor), following=number, limit=20, town=visitor.town
        )
        items = [row for row in page["rows"] if row["request_no"] == number]
        if not items:
            raise Problem(
                status=404, code="not-found", zh="没有这个受理编号，或不属于本镇街", en="no such request, or not of your town"
            )  # fmt: skip
        missing = list(dict.fromkeys(material for item in items for material in item["missing"]))
        return door.shown(
            visitor, "window/receipt.html", number=number, items=items, missing=missing, qr=qr_of(number),
            day=await today(door), w=shown_words(visitor),
            who=lambda actor: name_of(visitor, actor), first=items[0],
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


def _rows_to_fill(typed: FormData) -> list[dict[str, str]]:
    rows = members_of(typed)
    empty = [{"resident_id": "", "name": "", "relation": ""} for _ in range(max(1, MEMBER_ROWS - len(rows)))]
    return rows + empty
