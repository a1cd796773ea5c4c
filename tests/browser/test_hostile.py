"""Proves that nothing anybody types or puts into an address runs, breaks a page or its policy, in any form of any role."""

import asyncio
import re
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

from services.contracts.roles import PEOPLE
from services.eventlog.ids import uuid7
from tests.browser.conftest import SitDown
from tests.browser.guests import AT_ONCE, Form, Guests, Page, first_of, shape_of
from tests.browser.test_isolation import ALLOWED, ONE_OF, OPEN

MARK = "xq7z"
# What would end an attribute, an element, a script; what would run as an address; what a template would work out.
BREAKING = f"""{MARK}"'><{MARK} on{MARK}=1></textarea></title><script>{MARK}()</script><svg onload={MARK}()>{MARK}{{{{7*7}}}}{MARK}"""
RUNNING = f"javascript:{MARK}()//\u202e\u2028{MARK}"
# What people do not mean as a number, and what no store can hold.
ODD = ("9" * 40, "²", "--5", "1e999", "-1", "NaN", f"{MARK}\x00{MARK}", "1" * 5000)
SENDERS = (
    "own-committee", "own-window", "own-officer", "own-leader", "bureau", "bureau-leader", "finance", "district-finance",
    "trainer", "contractor", "auditor", "inspector", "operator", "system", "security",
)  # fmt: skip
_ADDRESSES = ("href", "src", "action", "formaction", "hx-get", "hx-post", "data", "xlink:href", "poster", "srcset")
# What would end the tests' own reading: the session, or the inspector's grant.
_LEAVING = re.compile(r"/(sign-out|sign-in|password|preference|revoke-inspector-access)$")
_ASKED = (
    "q", "view", "town", "after", "month", "year", "next", "done", "shows", "since", "until", "committee", "officer",
    "map", "part", "step", "no", "by", "status", "subject", "type", "place", "event_id", "before", "source", "document",
    "from", "to_as_at", "to_known_on", "compare", "item", "of", "stamp", "asked", "told", "needs", "discovery_no", "mine",
)  # fmt: skip


def objections(page: Page) -> list[str]:
    """What a parser finds on a page that text alone must never become; nothing of it is ever made by the portal itself."""
    found = [f"script {one.strip()[:60]}" for one in page.scripts if one.strip()]
    for tag, attributes in page.elements:
        if tag == MARK or tag in ("base", "iframe", "object", "embed"):
            found.append(f"<{tag}>")
        found += [f"<{tag} {name}>" for name in attributes if MARK in name or name.startswith("on") or name == "style"]
        for name in _ADDRESSES:
            address = re.sub(r"[\x00-\x20]", "", attributes.get(name, "")).lower()
            picture = tag == "img" and address.startswith("data:image/svg+xml")
            if not picture and re.match(r"[a-z]+:|//", address) and not address.startswith(("#", "/static")):
                found.append(f"<{tag} {name}={address[:60]}>")
    return found


def stained(answer: httpx.Response) -> list[str]:
    """What is wrong with an answer to something hostile."""
    told = [] if answer.status_code < 500 or answer.status_code == 503 else [str(answer.status_code)]
    if "text/html" in answer.headers.get("content-type", ""):
        told += objections(Page(str(answer.url), answer.text))
    return told + ([f"{MARK}49{MARK}"] if f"{MARK}49{MARK}" in answer.text else [])


def filled(form: Form, typed: str) -> list[tuple[str, str]]:
    """A form with `typed` in every field that people fill in, a new id, and the rest as the page had it."""
    ids = {"commandid": str(uuid7()), "command_id": str(uuid7())}
    numbers = form.numbers if typed in ODD else ()
    kept = [(name, ids.get(name, value)) for name, value in form.values if name not in numbers]
    return [*kept, *((name, typed) for name in (*form.texts, *numbers))]


def path_of(address: str) -> str:
    """The path of a form's action; accounts are nobody's, for a reason that is taken would end them."""
    parts = urlsplit(address)
    path = re.sub(r"^/accounts/[^/]+/", "/accounts/nobody-here/", parts.path)
    return path + (f"?{parts.query}" if parts.query else "")


async def forms_of(guests: Guests, account: str) -> dict[str, Form]:
    """Every form of a role's pages that is sent and that something is typed into, one of each kind."""
    found: dict[str, Form] = {}
    for seen in await guests.walk(account):
        for form in seen.page.forms if seen.page else ():
            if (
                form.method == "post"
                and (form.texts or form.numbers)
                and not _LEAVING.search(urlsplit(form.action).path)
            ):
                # One door takes every command of an area: its forms are told apart by where they are sent.
                found.setdefault(f"{shape_of(form.action)} {'do' if '/do/' not in form.action else form.action}", form)
    return found


@pytest.mark.parametrize("account", first_of("own-window", rest=SENDERS))
async def test_what_is_typed_into_any_form_is_shown_as_text(guests: Guests, account: str) -> None:
    """Every form of every role's pages, sent with a valid token: the answer, where it leads, and the page it stood on."""
    guest, turns, told = guests[account], asyncio.Semaphore(AT_ONCE), list[str]()

    async def sent(form: Form, typed: str) -> None:
        async with turns:
            answer = await guest.post(path_of(form.action), filled(form, typed), form.files)
            answers = [answer]
            if typed == BREAKING:
                answers += [await guest.get(path_of(form.page))]
            if "location" in answer.headers:
                answers += [await guest.get(path_of(answer.headers["location"]))]
            told.extend(f"{path_of(form.action)} {typed[:12]!r}: {one}" for each in answers for one in stained(each))

    forms = await forms_of(guests, account)
    await asyncio.gather(*(sent(form, typed) for form in forms.values() for typed in (BREAKING, RUNNING, *ODD)))
    assert told == []
    assert forms or account in ("contractor", "inspector"), "a role that types nothing proves nothing"


@pytest.mark.slow
async def test_what_was_typed_is_harmless_to_others_who_read_it(guests: Guests) -> None:
    """Whoever reads on after all that was sent above: every page of a town's leader and of the bureau, walked anew."""
    told = list[str]()
    for account in ("own-leader", "bureau"):
        guests.walked.pop(account, None)
        for seen in await guests.walk(account):
            told += [f"{seen.path}: {one}" for one in (objections(seen.page) if seen.page else ())]
    assert told == []


@pytest.mark.parametrize("role", first_of("window", rest=sorted(PEOPLE)))
async def test_nothing_in_an_address_is_more_than_text(guests: Guests, role: str) -> None:
    """Every page of a role with hostile text as its number, then as every question it could be asked."""
    guest, told, turns = guests[ONE_OF[role]], list[str](), asyncio.Semaphore(AT_ONCE)
    asked = "&".join(f"{name}={quote(BREAKING)}" for name in _ASKED)
    odd = "&".join(f"{name}={quote(one)}" for name, one in zip(_ASKED, ODD * 9, strict=False))
    routes = [
        route.removeprefix("GET ") for route, roles in ALLOWED.items()
        if route.startswith("GET ") and role in roles and route not in OPEN and route != "GET /log/tail"
    ]  # fmt: skip

    async def opened(address: str) -> None:
        async with turns:
            told.extend(f"{address[:90]}: {one}" for one in stained(await guest.get(address)))

    addresses = [f"{re.sub(r'{[^}]*}', 'none', path)}?{question}" for path in routes for question in (asked, odd)]
    for hostile in (BREAKING.replace("/", "∕"), "x?town=T01", "x\x00", "..", "%2e%2e", "x" * 3000):
        addresses += [re.sub(r"{[^}]*}", quote(hostile, safe=""), path) for path in routes if "{" in path]
    await asyncio.gather(*(opened(address) for address in addresses))
    assert told == []


def must_be_closed(answer: httpx.Response, *, public: bool = False) -> None:
    """The headers that every answer carries: nothing inline, nothing evaluated, nothing from anywhere, in no frame, kept nowhere."""
    said = answer.headers
    policy = said["content-security-policy"]
    place = f"{answer.request.method} {answer.url} {answer.status_code}: {policy}"
    assert "unsafe" not in policy, place
    assert "*" not in policy, place
    assert "http" not in policy, place
    assert policy.startswith("default-src 'none'"), place
    for directive in ("frame-ancestors 'none'", "base-uri 'none'", "form-action"):
        assert directive in policy, place
    assert said["x-content-type-options"] == "nosniff", place
    assert said["referrer-policy"] == "same-origin", place
    assert public or said["cache-control"] in ("no-store", "no-cache"), place


@pytest.mark.parametrize(
    "account", first_of("own-window", "own-officer", rest=["bureau", "finance", "auditor", "system"])
)
async def test_every_answer_is_closed(guests: Guests, account: str) -> None:
    """Pages, papers, files and ways on: each with the whole policy, and none is kept by a browser or a proxy."""
    for seen in await guests.walk(account):
        must_be_closed(seen.answer)


async def test_errors_static_files_tails_and_the_services_doors_are_closed_too(guests: Guests) -> None:
    guest = guests["operator"]
    async with httpx.AsyncClient(base_url=guests.product.url) as nobody:
        for method, path in (
            ("GET", "/"), ("GET", "/sign-in"), ("GET", "/no-such-page"), ("PUT", "/sign-in"), ("GET", "/bureau/work"),
            ("POST", "/sign-in"), ("GET", "/static/none.js"), ("GET", "/static/jiuzhu.css"), ("GET", "/openapi.json"),
            ("GET", "/healthz"), ("GET", "/metrics"), ("GET", "/v1/standing"), ("POST", "/v1/commands/open-account"),
        ):  # fmt: skip
            must_be_closed(await nobody.request(method, path))
        css = re.search(r'href="(/static/jiuzhu.css\?v=[0-9a-f]+)"', (await nobody.get("/sign-in")).text)
        assert css is not None
        must_be_closed(await nobody.get(css[1]), public=True)
        large = await nobody.post("/sign-in", content=b"x" * (8 * 1024 * 1024 + 1))
        assert large.status_code == 413
        must_be_closed(large)
    async with guest.http.stream("GET", "/log/tail") as tail:
        must_be_closed(tail)
    async with httpx.AsyncClient() as http:
        for service in ("intake", "casework", "payroll", "audit"):
            for path in ("/healthz", "/v1/standing", "/none", "/openapi.json"):
                must_be_closed(await http.get(f"http://127.0.0.1:{guests.ports[service]}{path}"))


async def test_a_browser_runs_nothing_of_it_and_has_nothing_to_complain_about(sit_down: SitDown) -> None:
    """Chromium with hostile text in an address and typed into forms: no dialog, no script of its own, no breach of the policy."""
    async with sit_down("window") as seat:
        dialogs: list[Any] = []
        seat.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        await seat.page.add_init_script(f"window.{MARK} = () => alert('{MARK}')")
        for path in (
            f"/window?q={quote(BREAKING)}",
            f"/window?view={quote(RUNNING)}",
            f"/window/new?channel={quote(BREAKING)}",
        ):
            await seat.open(path)
        await seat.page.fill("[name=members_name]", BREAKING[:60])
        await seat.page.fill("[name=phone]", RUNNING[:20])
        await seat.page.evaluate("document.querySelector('#request-form').noValidate = true")
        await seat.page.click("#request-form button.primary")
        await seat.page.wait_for_load_state()
        assert MARK in await seat.page.content()
        assert await seat.page.evaluate(f"document.querySelectorAll('{MARK}, main script, svg[onload]').length") == 0
        assert dialogs == []
        refused = [one for one in seat.complaints if "Failed to load resource" not in one or "422" not in one]
        assert refused == []
        seat.complaints.clear()  # the browser notes the form that was not taken
