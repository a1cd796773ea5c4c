"""Asks the services over HTTP in the name of whoever is signed in; judges nothing, remembers inspectors' tokens alone."""

import time
import uuid
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

import httpx
import msgspec

from services.eventlog.auth import GRANTED_BY, INSPECTOR, Identity, Tokens
from services.eventlog.ids import uuid7
from services.eventlog.problems import Problem

TOKEN_LIFE: Final = timedelta(minutes=5)
TIMEOUT_SECONDS: Final = 20.0
INSPECTORS_KEPT_MAX: Final = 100
PAGE_ROWS: Final = 1_000
ROWS_MAX: Final = 10_000
_NOT_SHOWN: Final = frozenset({"not-visible-yet", "after-invalid"})


def away(service: str) -> Problem:
    """A service that does not answer."""
    return Problem(
        status=503, code="service-away", zh=f"{service} 服务暂不可用，请稍后重试；已填内容不会丢失",
        en=f"the service {service} does not answer; try again, nothing you entered is lost", retry_after_seconds=5,
    )  # fmt: skip


def address_of(path: str) -> str:
    """A service's path with every number in it as one: none can reach another door or bring a question of its own."""
    if not path.isprintable() or any(part in (".", "..") for part in path.split("/")):
        raise Problem(status=404, code="not-found", zh="没有这个地址", en="there is no such address")
    return quote(path, safe="/:")


class ServiceSaid(Exception):
    """A service answered with a problem: its status, its code, both sentences, and the fields that do not fit."""

    def __init__(self, service: str, status: int, document: Mapping[str, Any]) -> None:
        self.service, self.status = service, status
        self.code = str(document.get("code", "unknown"))
        self.zh = str(document.get("title") or document.get("reason") or "请求未被接受")
        self.en = str(document.get("title_en") or document.get("reason_en") or "the request was not accepted")
        self.errors: list[dict[str, Any]] = list(document.get("errors") or ())
        super().__init__(f"{service} {status} {self.code}: {self.en}")


async def requested(
    http: httpx.AsyncClient, urls: Mapping[str, str], service: str, method: str, path: str, **rest: Any
) -> httpx.Response:  # fmt: skip
    """One request to a service; `ServiceSaid` for an answer that is a problem, a `Problem` where none comes."""
    address = urls[service] + address_of(path)
    try:
        response = await http.request(method, address, timeout=TIMEOUT_SECONDS, **rest)
    except httpx.HTTPError as error:
        raise away(service) from error
    if response.is_error:
        raise ServiceSaid(service, response.status_code, _document(response))
    return response


@dataclass(slots=True)
class InspectorTokens:
    """Tokens that audit issued to outside inspectors by their grants, kept until shortly before they end.

    A sign-in alone opens nothing to an inspector: each session is one of a grant, and on the log.
    """

    _kept: dict[tuple[str, str | None], tuple[str, float]] = field(default_factory=dict)

    async def of(self, asking: "Services") -> str:
        """A token by the grant that is in force; `ServiceSaid` when there is none."""
        identity = asking.identity
        place = (identity.actor, identity.town)
        token, ends_at = self._kept.get(place, ("", 0.0))
        if time.monotonic() < ends_at:
            return token
        bare = replace(identity, town=None, service=GRANTED_BY)
        response = await asking.request(
            GRANTED_BY, "POST", "/v1/inspector-tokens", asking.tokens.issue(bare, valid_for=TOKEN_LIFE), {},
            content=msgspec.json.encode({"town": identity.town or ""}),
        )  # fmt: skip
        issued = msgspec.json.decode(response.content)
        if len(self._kept) >= INSPECTORS_KEPT_MAX:
            self._kept.clear()
        self._kept[place] = issued["token"], time.monotonic() + issued["valid_seconds"] - TOKEN_LIFE.total_seconds()
        return str(issued["token"])

    def forget(self, identity: Identity) -> None:
        """Ask anew next time: the grant was ended, and there may be another."""
        self._kept.pop((identity.actor, identity.town), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The four services as one person may use them."""

    http: httpx.AsyncClient
    urls: Mapping[str, str]
    tokens: Tokens
    identity: Identity
    inspectors: InspectorTokens
    shows: tuple[str, str] = ("", "")  # the service and the id of the command that the page has to show

    async def token(self) -> str:
        """A token in the person's name; an inspector's is one that audit issued by the grant."""
        if self.identity.role == INSPECTOR:
            return await self.inspectors.of(self)
        return self.tokens.issue(self.identity, valid_for=TOKEN_LIFE)

    async def _send(
        self, service: str, method: str, path: str, headers: Mapping[str, str], **rest: Any
    ) -> httpx.Response:
        """One request in the person's name; a question behind the command that was just done, or as it stands in vain."""
        waits = method == "GET" and self.shows[0] == service
        try:
            asked = {**headers, "jiuzhu-after": self.shows[1]} if waits else headers
            return await self.request(service, method, path, await self.token(), asked, **rest)
        except ServiceSaid as said:
            if said.code == "grant-not-in-force":
                self.inspectors.forget(self.identity)
            if not waits or said.code not in _NOT_SHOWN:
                raise
            return await self.request(service, method, path, await self.token(), headers, **rest)

    async def request(
        self, service: str, method: str, path: str, token: str, headers: Mapping[str, str], **rest: Any
    ) -> httpx.Response:
        """One request with a token; `ServiceSaid` for an answer that is a problem."""
        named = {"authorization": f"Bearer {token}", **headers}
        return await requested(self.http, self.urls, service, method, path, headers=named, **rest)

    async def get(self, service: str, path: str, **parameters: Any) -> Any:
        """The JSON of a query; ``after``: the place a page of rows begins after."""
        wanted = {name: value for name, value in parameters.items() if value not in (None, "")}
        response = await self._send(service, "GET", path, {}, params=wanted)
        return msgspec.json.decode(response.content)

    async def raw(self, service: str, path: str, *, method: str = "GET", **parameters: Any) -> httpx.Response:
        """A paper, a file or a bundle, as the service gives it."""
        return await self._send(service, method, path, {}, params=parameters)

    async def rows(self, service: str, path: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a model's page."""
        return list((await self.get(service, path, **parameters))["rows"])

    async def pack(self, service: str, name: str) -> dict[str, Any]:
        """What is in a service's rule pack that is in force today."""
        return dict((await self.get(service, f"/v1/rules-in-force/{name}"))["content"])

    async def all_rows(self, service: str, path: str, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a model page by page, from the place ``after`` on, up to `ROWS_MAX`."""
        found: list[dict[str, Any]] = []
        following = parameters.pop("after", "")
        while len(found) < ROWS_MAX:
            page = await self.get(service, path, after=following, limit=PAGE_ROWS, **parameters)
            found += page["rows"]
            following = page["after"] or ""
            if len(page["rows"]) < PAGE_ROWS:
                break
        return found

    async def command(self, service: str, body: Mapping[str, Any], *, commandid: str = "") -> dict[str, Any]:
        """Issue a command by its name in ``command``; with the same `commandid` it is decided once."""
        response = await self._send(
            service, "POST", f"/v1/commands/{body['command']}", {"idempotency-key": _key(commandid)},
            content=msgspec.json.encode(body),
        )  # fmt: skip
        return dict(msgspec.json.decode(response.content))

    async def send(
        self, service: str, path: str, content: bytes, *, commandid: str = "", **parameters: Any
    ) -> httpx.Response:
        """POST bytes, such as a bank's return, or a wish for a file; the answer as the service gives it."""
        headers = {"idempotency-key": _key(commandid)}
        return await self._send(service, "POST", path, headers, params=parameters, content=content)

    async def paper(
        self, service: str, path: str, body: object, *, commandid: str = "", **parameters: Any
    ) -> httpx.Response:  # fmt: skip
        """A paper that is made once its command is stated; with the same `commandid` it is stated once."""
        return await self.send(service, path, msgspec.json.encode(body), commandid=commandid, **parameters)

    async def post(self, service: str, path: str, body: object, **headers: str) -> Any:
        """POST JSON to another door of a service."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = await self._send(service, "POST", path, named, content=msgspec.json.encode(body))
        return msgspec.json.decode(response.content)


async def or_none(asking: Awaitable[Any]) -> Any:
    """What a service answers, or None where it refuses or is away: the rest of the page is shown all the same."""
    try:
        return await asking
    except (ServiceSaid, Problem):
        return None


async def found_or_none(asking: Awaitable[Any]) -> Any:
    """A row, or None where the service knows none for whoever asks."""
    try:
        return await asking
    except ServiceSaid as said:
        if said.status == 404:
            return None
        raise


def _key(commandid: str) -> str:
    """The id of the form that was shown; one of its own for what came without a form."""
    try:
        return str(uuid.UUID(commandid)) if commandid else str(uuid7())
    except ValueError:
        raise Problem(
            status=422, code="form-expired", zh="表单已过期，请重新填写", en="the form has expired; fill it in again"
        ) from None


def _document(response: httpx.Response) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}
