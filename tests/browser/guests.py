"""The portal read without a browser: somebody of every role signed in, a page as a parser sees it, and a walk through all links."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from deploy import accounts, installation
from deploy.accounts import Person
from deploy.district import District, generate, load_profile
from deploy.embedded.home import open_home
from services.eventlog.api.runtime import Runtime
from services.eventlog.auth import Identity, Tokens
from services.eventlog.keyring import opened
from services.portal.api import routes
from services.portal.api.door import FORM_TOKEN
from tests.browser.conftest import Product

SEED = 1  # of the district that the fixture `product` plays
# Two towns in which the small district's month has cases, and officers two each.
OWN, OTHER = "T24", "T14"
AT_ONCE = 4
# A walk looks at so many rows of one shape: the first ones of a list stand for the others; one of each question.
ALIKE_MAX = 2
# Two people who do what others of their role do.
_TWICE = frozenset({"finance-check", "auditor-check"})
_ROUTES = "|".join(("sign-out", "log/tail"))  # a walk neither leaves nor waits


def first_of(*names: str, rest: Iterable[str]) -> list[Any]:
    """Parameters of a test: `names` in every run, the `rest` in the long ones."""
    others = [one for one in rest if one not in names]
    return [*names, *(pytest.param(one, marks=pytest.mark.slow) for one in others)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of a page as a browser would send it: hidden and chosen values filled in, `texts` what people type."""

    page: str
    action: str
    method: str
    values: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]
    numbers: tuple[str, ...]
    files: tuple[str, ...]


class Page(HTMLParser):
    """What a parser makes of a page: its elements, links, forms, and the texts between."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.said: list[str] = []
        self._form: dict[str, Any] | None = None
        self._select: tuple[str, list[str]] | None = None
        self._script = False
        self.scripts: list[str] = []
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """Everything that is written on the page, and in its fields and tips."""
        tips = [
            value for _, attributes in self.elements for name, value in attributes.items() if name in ("value", "title")
        ]
        return "\n".join([*self.said, *tips])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append((tag, given))
        self._script = tag == "script" and "src" not in given and given.get("type") != "application/json"
        if tag == "a" and "href" in given:
            self.links.append(urljoin(self.address, given["href"]))
        elif tag == "form":
            self._form = {"action": urljoin(self.address, given.get("action") or self.address), "method": given.get("method", "get"),
                          "values": [], "texts": [], "numbers": [], "files": []}  # fmt: skip
        elif self._form is not None:
            self._field(tag, given)

    def _field(self, tag: str, given: Mapping[str, str]) -> None:
        assert self._form is not None
        name, kind, value = given.get("name", ""), given.get("type", "text"), given.get("value", "")
        if tag == "option" and self._select is not None:
            self._select[1].append(given.get("value", ""))
        if not name:
            return
        if tag == "select":
            self._select = (name, [])
        elif tag == "textarea" or (tag == "input" and kind in ("text", "search", "tel", "url", "email", "password")):
            self._form["texts"].append(name)
        elif tag == "input" and kind == "file":
            self._form["files"].append(name)
        elif tag == "input":
            filled = {
                "number": given.get("min") or "1",
                "checkbox": value or "on",
                "date": "2026-03-31",
                "month": "2026-03",
            }
            self._form["values"].append((name, value or filled.get(kind, "")))
            self._form["numbers"] += [name] if kind == "number" else []
        elif tag == "button" and value:
            self._form["values"].append((name, value))

    def handle_endtag(self, tag: str) -> None:
        self._script = False
        if tag == "select" and self._select is not None and self._form is not None:
            name, options = self._select
            self._form["values"].append((name, next((one for one in options if one), "")))
            self._select = None
        if tag == "form" and self._form is not None:
            found = self._form
            self.forms.append(
                Form(
                    page=self.address,
                    action=found["action"],
                    method=found["method"].lower(),
                    values=tuple(found["values"]),
                    texts=tuple(found["texts"]),
                    numbers=tuple(found["numbers"]),
                    files=tuple(found["files"]),
                )
            )
            self._form = None

    def handle_data(self, data: str) -> None:
        (self.scripts if self._script else self.said).append(data)


@dataclass(kw_only=True)
class Guest:
    """Somebody who is signed in, without a browser."""

    person: Person
    http: httpx.AsyncClient
    form_token: str = ""

    async def get(self, path: str) -> httpx.Response:
        """A page or file, as it is answered."""
        return await self.http.get(path)

    async def post(
        self, path: str, fields: Iterable[tuple[str, str]] = (), files: Iterable[str] = ()
    ) -> httpx.Response:
        """Send a form with this session's token."""
        data: dict[str, list[str]] = {FORM_TOKEN: [self.form_token]}
        for name, value in fields:
            if name != FORM_TOKEN:
                data.setdefault(name, []).append(value)
        chosen = dict.fromkeys(files, ("file.txt", b"a file", "text/plain"))
        return await self.http.post(path, data=cast("Any", data), files=chosen or None)


@dataclass(kw_only=True)
class Seen:
    """One answer of a walk."""

    path: str
    answer: httpx.Response
    page: Page | None


@dataclass(kw_only=True)
class Guests:
    """Everybody, the doors of the services behind the portal, and the district that was played."""

    product: Product
    district: District
    tokens: Tokens
    ports: Mapping[str, int]
    by_account: dict[str, Guest] = field(default_factory=dict)
    walked: dict[str, list[Seen]] = field(default_factory=dict)

    def __getitem__(self, account: str) -> Guest:
        return self.by_account[account]

    async def rows(self, service: str, path: str, **parameters: Any) -> list[dict[str, Any]]:
        """Rows of a service's model, as the operator reads them."""
        return list(
            (await self.asked(service, path, Identity(actor="operator:O1", role="operator", town=None), **parameters))[
                "rows"
            ]
        )

    async def asked(self, service: str, path: str, identity: Identity, **parameters: Any) -> dict[str, Any]:
        """What a service answers to somebody at its own door."""
        token = self.tokens.issue(identity, valid_for=timedelta(minutes=5))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.ports[service]}", timeout=30.0) as http:
            answer = await http.get(path, params=parameters, headers={"authorization": f"Bearer {token}"})
            assert answer.status_code == 200, f"{path}: {answer.text}"
            return dict(answer.json())

    async def walk(self, account: str) -> list[Seen]:
        """Every page and file that leads on from a guest's home, a few of each shape; walked once for all tests."""
        if account not in self.walked:
            self.walked[account] = [seen async for seen in _walk(self[account])]
        return self.walked[account]


async def more_people(guests: Guests) -> tuple[Person, ...]:
    """Beside the sample's own people: those of a town with cases, of its next committee, of another town and contractor."""
    cases = await guests.rows("casework", "/v1/cases", town=OWN, limit=200)
    own, *others = sorted({str(one["committee"]) for one in cases})
    town, other = guests.district.town[OWN], guests.district.town[OTHER]
    contractors = guests.district.profile.month.contracting.contractors
    return (
        Person(account="own-committee", acts_as=f"committee:{own}-M1", role="committee", town=OWN),
        Person(account="near-committee", acts_as=f"committee:{others[0]}-M1", role="committee", town=OWN),
        Person(account="own-window", acts_as=town.window[0], role="window", town=OWN),
        Person(account="own-officer", acts_as=f"officer:{town.officers[0]}", role="officer", town=OWN),
        Person(account="own-leader", acts_as=town.leader, role="town-leader", town=OWN),
        Person(account="far-window", acts_as=other.window[0], role="window", town=OTHER),
        Person(account="far-contractor", acts_as=f"contractor:{contractors[1].number}-L1", role="contractor"),
    )  # fmt: skip


@asynccontextmanager
async def everybody(product: Product) -> AsyncIterator[Guests]:
    """Everybody signed in, for the length of a block."""
    home = open_home(product.home)
    place = installation.locate(home)
    assert place is not None
    district = generate(load_profile(product.home.parent / "district"), SEED)
    with opened(home.keyring) as keyring:
        tokens = Tokens(keyring)
    guests = Guests(product=product, district=district, tokens=tokens, ports=place.ports.by_name())
    sample = [one for one in accounts.of_every_role(district) if one.account not in _TWICE]
    more = await more_people(guests)
    own = await accounts.open_accounts(home, place, more, anew=True)
    assert own is not None
    async with AsyncExitStack() as stack:
        for one in (*sample, *more):
            password = own if one in more else product.password
            guests.by_account[one.account] = await stack.enter_async_context(signed_in(product.url, one, password))
        yield guests


@asynccontextmanager
async def signed_in(url: str, person: Person, password: str) -> AsyncIterator[Guest]:
    """One person signed in, for the length of a block."""
    async with httpx.AsyncClient(base_url=url, timeout=60.0) as http:
        answer = await http.post("/sign-in", data={"account": person.account, "password": password})
        assert answer.status_code == 303, f"{person.account}: {answer.status_code} {Page('', answer.text).text[:300]}"
        guest = Guest(person=person, http=http)
        found = re.search(rf'name="{FORM_TOKEN}" value="([0-9a-f]+)"', (await guest.get("/password")).text)
        assert found is not None
        guest.form_token = found[1]
        yield guest


def portal_routes() -> list[tuple[str, str]]:
    """Every ``(method, path)`` of the portal's pages, from the app itself."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    routes(
        app,
        cast(
            "Runtime",
            SimpleNamespace(settings=SimpleNamespace(service_urls={}, town_names={}, oidc=object()), tokens=None),
        ),
    )
    return [
        (method, route.path) for route in app.routes if isinstance(route, APIRoute)
        for method in sorted(route.methods or ()) if not route.path.startswith("/v1/")
    ]  # fmt: skip


def pattern_of(path: str) -> re.Pattern[str]:
    """What addresses of a route look like."""
    parts = re.split(r"(\{[^}]+\})", path)
    return re.compile(
        "".join("(.+)" if p.endswith(":path}") else "([^/]+)" if p.startswith("{") else re.escape(p) for p in parts)
    )


_SHAPES = tuple((path, pattern_of(path)) for _, path in sorted(portal_routes(), key=lambda one: one[1].count("{")))


def shape_of(address: str) -> str:
    """The route of an address and the names of what it asks, and which view it asks for."""
    parts = urlsplit(address)
    route = next((path for path, pattern in _SHAPES if pattern.fullmatch(parts.path)), parts.path)
    if route == "/dashboards/{area}/{by}.{form}" and parts.path.endswith(".csv"):
        route = parts.path.replace("/performance/", "/services/")
    asked = sorted(f"{name}={value}" if name in ("view", "step") else name for name, value in parse_qsl(parts.query))
    return f"{route}?{'&'.join(asked)}"


async def _walk(guest: Guest) -> AsyncIterator[Seen]:
    waiting, found = ["/"], {"/"}
    looked: dict[str, int] = {}
    base = str(guest.http.base_url).rstrip("/")
    while waiting:
        batch, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
        for path, answer in zip(batch, await asyncio.gather(*(guest.get(path) for path in batch)), strict=True):
            html = "text/html" in answer.headers.get("content-type", "")
            seen = Seen(path=path, answer=answer, page=Page(base + path, answer.text) if html else None)
            yield seen
            for address in _on(seen, base):
                shape = shape_of(address)
                if address not in found and looked.get(shape, 0) < (ALIKE_MAX if shape.endswith("?") else 1):
                    looked[shape] = looked.get(shape, 0) + 1
                    found.add(address)
                    waiting.append(address)


def _on(seen: Seen, base: str) -> Iterator[str]:
    """Where a page leads to in this portal."""
    links = [urljoin(base + seen.path, seen.answer.headers["location"])] if "location" in seen.answer.headers else []
    for link in [*links, *(seen.page.links if seen.page else ())]:
        parts = urlsplit(link)
        if f"{parts.scheme}://{parts.netloc}" == base and not re.search(_ROUTES, parts.path):
            yield parts.path + (f"?{parts.query}" if parts.query else "")
