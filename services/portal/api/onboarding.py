"""A town's system is brought in: its key, trying its events without stating anything, and what it sent that was no event."""

from dataclasses import replace
from typing import Final

import msgspec
from fastapi import Response
from starlette.datastructures import UploadFile

from services.eventlog.problems import Problem
from services.portal.api.door import Door, Visitor, go
from services.portal.api.forms import whole_of
from services.portal.api.menu import ONBOARDING
from services.portal.asking import ServiceSaid, or_none

SAMPLE_BYTES_MAX: Final = 2_000_000
_SECURITY: Final = frozenset({"security-administrator"})
_RELEASING: Final = frozenset({"operator"})
_ROWS: Final = 500
_RELEASED: Final = frozenset({"operator", "auditor"})


def routes(door: Door) -> None:
    """Put the page of onboarding beside the others."""

    async def page(
        visitor: Visitor, *, problem: ServiceSaid | Problem | None = None, key: str = "", town: str = "", sample: str = "",
        checked: list[dict[str, object]] | None = None, status: int = 200,
    ) -> Response:  # fmt: skip
        waiting: list[dict[str, object]] = []
        issued = await or_none(visitor.services.get("intake", "/v1/town-keys"))
        if visitor.session.role in _RELEASED:
            rows = await visitor.services.rows("intake", "/v1/quarantined", limit=_ROWS)
            waiting = [row for row in rows if row["outcome"] == "waiting"]
        return door.shown(
            visitor, "log/onboarding.html", status=status, key=key, town=town, tried_events=sample, checked=checked,
            issued=issued["rows"] if issued else None,
            problem=problem, errors=getattr(problem, "errors", ()), waiting=waiting, sees_waiting=visitor.session.role in _RELEASED,
        )  # fmt: skip

    async def shown(visitor: Visitor) -> Response:
        return await page(visitor)

    async def issued(visitor: Visitor) -> Response:
        town = visitor.text("town").upper()
        try:
            made = await visitor.services.post("intake", "/v1/town-keys", {"town": town})
        except ServiceSaid as said:
            return await page(visitor, problem=said, town=town, status=said.status)
        shows = ("intake", str(made["commandid"]))
        visitor = replace(visitor, services=replace(visitor.services, shows=shows))
        return await page(visitor, key=made["key"], town=town)

    async def revoked(visitor: Visitor) -> Response:
        town, number = visitor.text("town"), visitor.text("key_no")
        body = {"town": town, "key_no": whole_of(number) or 0, "reason": visitor.text("reason")}
        try:
            done = await visitor.services.post("intake", "/v1/town-keys/revoke", body)
        except ServiceSaid as said:
            if said.status >= 500:
                raise
            return await page(visitor, problem=said, town=town, status=said.status)
        return go(f"/onboarding?shows=intake:{done['commandid']}", visitor)

    async def tried(visitor: Visitor) -> Response:
        town, sample = visitor.text("town").upper(), visitor.text("sample")
        sent = visitor.form.get("file")
        if isinstance(sent, UploadFile) and sent.size:
            raw = await sent.read(SAMPLE_BYTES_MAX + 1)
            sample = ""
        else:
            raw = sample.encode()
        if len(raw) > SAMPLE_BYTES_MAX:
            large = Problem(status=413, code="file-too-large", zh="样例超过 2 MB", en="the sample is larger than 2 MB")
            return await page(visitor, problem=large, town=town, status=413)
        try:
            answer = await visitor.services.send("intake", "/v1/conformance", raw, town=town)
            said = msgspec.json.decode(answer.content)
        except ServiceSaid as no:
            return await page(visitor, problem=no, town=town, sample=sample, status=no.status)
        return await page(visitor, town=town, sample=sample, checked=said["rows"])

    async def released(visitor: Visitor) -> Response:
        body = {
            "town": visitor.text("town"), "place": visitor.text("place"), "discard": visitor.text("discard") == "yes",
            "reason": visitor.text("reason"),
        }  # fmt: skip
        try:
            done = await visitor.services.post("intake", "/v1/quarantined/release", body)
        except ServiceSaid as said:
            if said.status >= 500:
                raise
            return await page(visitor, problem=said, status=said.status)
        return go(f"/onboarding?shows=intake:{done['released']['commandid']}", visitor)

    door.page("/onboarding", shown, roles=ONBOARDING)
    door.page("/onboarding/keys", issued, roles=_SECURITY, methods=("POST",))
    door.page("/onboarding/keys/revoke", revoked, roles=_SECURITY, methods=("POST",))
    door.page("/onboarding/conformance", tried, roles=ONBOARDING, methods=("POST",))
    door.page("/onboarding/quarantined", released, roles=_RELEASING, methods=("POST",))
