"""Proves who gets where: every route by every role as the table says, and a town, committee, officer and contractor see their own."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from services.contracts.roles import PEOPLE
from services.eventlog.auth import Identity
from tests.browser.guests import AT_ONCE, OTHER, OWN, Guests, Page, first_of, portal_routes

# Who opens what, by hand. A route that stands in no line, or in two, fails; so does one that a role gets into otherwise.
_PROGRAMME = (
    "window officer town-leader bureau bureau-leader bureau-finance district-finance trainer auditor inspector operator"
)
_ADMINISTRATORS = "system-administrator security-administrator audit-administrator"
_MONEY = "bureau-finance district-finance bureau-leader auditor inspector"
_RESPONSIBLE = (
    "committee window officer town-leader bureau bureau-leader bureau-finance district-finance trainer contractor"
)
_ONBOARDING = "security-administrator system-administrator operator auditor"
POLICY: tuple[tuple[str, tuple[str, ...]], ...] = (
    # The two of the identity provider are there where one is set.
    ("nobody yet", (
        "GET /", "GET /sign-in", "POST /sign-in", "POST /preference", "GET /sign-in/oidc", "GET /sign-in/oidc/callback",
        "GET /rate/{household_no}/{visit_no}/{code}", "POST /rate/{household_no}/{visit_no}/{code}",
    )),
    ("everybody", ("POST /sign-out", "GET /password", "POST /password")),
    (_PROGRAMME, (
        "GET /dashboards", "GET /dashboards/{area}", "GET /dashboards/{area}/{by}.{form}", "GET /measures/{measure}/facts",
        "GET /board", "GET /board/figures", "GET /report", "GET /report.xlsx",
    )),
    (_ADMINISTRATORS, ("GET /accounts",)),
    ("system-administrator", ("POST /accounts", "POST /accounts/{account}/password")),
    ("system-administrator security-administrator", ("POST /accounts/{account}/{what}",)),
    ("window", ("GET /window/new", "POST /window/new")),
    ("window town-leader", (
        "GET /window", "GET /window/find", "POST /window/find", "GET /window/discoveries", "POST /window/discoveries/{number}/close",
        "GET /window/receipts/{request_no}", "GET /window/items/{number}", "GET /window/items/{number}/papers/{form}",
        "POST /window/items/{number}/papers/{form}",
        "POST /window/items/{number}/{action}",
    )),
    ("committee", (
        "GET /committee", "GET /committee/discovery", "POST /committee/discovery", "GET /committee/notices/{number}",
        "POST /committee/notices/{number}/sheet", "POST /committee/notices/{number}/{what}", "GET /committee/duties/{kind}",
        "POST /committee/duties/{kind}",
    )),
    ("town-leader", (
        "GET /leader", "GET /leader/opinions", "POST /leader/opinions/{number}/{what}", "GET /leader/attendance",
        "POST /leader/attendance", "GET /leader/staff", "POST /leader/staff/do/{command}", "GET /leader/purchases",
        "POST /leader/purchases/do/{command}",
    )),
    (_MONEY, (
        "GET /pay", "GET /pay/runs/{month}", "GET /pay/slips/{month}/{officer}", "GET /pay/slips/{month}/{officer}/print",
        "GET /money", "GET /money/document", "GET /ledger", "GET /town-purchases", "GET /misuse",
    )),
    (f"{_MONEY} bureau", ("GET /invoices",)),
    ("bureau-finance bureau-leader district-finance bureau auditor", ("POST /pay/do/{command}", "POST /money/do/{command}")),
    ("bureau-finance", (
        "POST /pay/runs/{month}/bank-file", "POST /pay/runs/{month}/bank-return", "POST /pay/runs/{month}/declare",
        "POST /pay/runs/{month}/declaration-file",
    )),
    ("district-finance", ("GET /district-money", "GET /district-money/months.{form}")),
    ("trainer", (
        "POST /training/do/{command}", "GET /training", "GET /training/courses/{course_no}", "GET /training-people", "GET /key-people",
    )),
    ("bureau bureau-leader", (
        "GET /bureau/work", "GET /bureau/approvals", "POST /bureau/approvals/{what}", "GET /bureau/posts",
        "POST /bureau/posts/what-if",
        "GET /bureau/officers", "GET /bureau/officers/{officer}", "POST /bureau/officers/do/{command}", "GET /bureau/recruitment",
        "GET /bureau/recruitment/{round_no}", "POST /bureau/recruitment/do/{command}",
    )),
    ("window officer town-leader bureau bureau-leader", (
        "GET /cases", "GET /cases/{number}", "POST /cases/{number}/{what}", "GET /cases/{number}/proof", "GET /households/{number}",
        "GET /households/{number}/papers/{form}", "POST /households/{number}/print", "POST /households/{number}/clear",
        "POST /households/{number}/do/{what}", "GET /tasks", "POST /tasks/whom", "POST /tasks/{what}",
    )),
    ("window officer town-leader", (
        "GET /discovery", "POST /discovery", "GET /survey-help", "POST /survey-help/do/{command}",
    )),
    ("window town-leader", ("GET /window/consultations", "POST /window/consultations")),
    ("window town-leader bureau bureau-leader", (
        "GET /matches", "POST /matches/decide", "POST /matches/look", "GET /ratings", "POST /ratings", "POST /ratings/code",
    )),
    ("town-leader bureau bureau-leader", (
        "GET /visit-conflicts", "POST /visit-conflicts", "GET /exchange", "POST /exchange/out/{what}", "POST /exchange/in/{what}",
    )),
    ("bureau bureau-leader", (
        "GET /bureau/erasures", "POST /bureau/erasures/do/{command}",
        "GET /bureau/contracts", "GET /bureau/contracts/{contractor}", "POST /bureau/contracts/do/{command}",
    )),
    ("bureau-leader", (
        "GET /bureau/leader", "POST /bureau/posts/allot", "GET /bureau/inspectors", "POST /bureau/inspectors/do/{command}",
    )),
    ("bureau officer town-leader", ("GET /town-orders", "POST /town-orders/do/{command}")),
    ("bureau bureau-leader town-leader", ("GET /window-staff", "POST /window-staff/do/{command}")),
    ("bureau bureau-leader committee town-leader", (
        "GET /standing-lists", "GET /standing-lists/{committee}/print", "POST /standing-lists/do/{command}",
    )),
    (f"{_PROGRAMME} committee", ("GET /publicity",)),
    (
        "committee window officer town-leader bureau bureau-leader bureau-finance district-finance trainer auditor operator",
        ("GET /people",),
    ),
    ("bureau committee officer town-leader trainer window", ("POST /publicity/do/{command}",)),
    ("bureau bureau-leader bureau-finance", (
        "GET /bureau/lists", "GET /bureau/lists/{list_no}", "POST /bureau/lists/{list_no}/do/{what}",
        "GET /bureau/lists/{list_no}/print", "GET /bureau/lists/{list_no}/table.csv", "POST /bureau/lists/{list_no}/payment-file",
    )),
    ("bureau bureau-finance", ("POST /bureau/lists",)),
    ("contractor", (
        "GET /orders", "GET /orders/{number}", "POST /orders/{number}", "GET /orders-staff", "POST /orders-staff/do/{command}",
    )),
    ("officer", (
        "GET /field/today", "GET /field/visit", "GET /field/work", "GET /field/outbox", "GET /field/households/{number}",
        "POST /field/households/{number}", "GET /field/session", "POST /field/sync", "GET /field/worker.js", "GET /field/pay",
        "GET /field/pay/{month}", "POST /field/pay/{month}", "GET /field/own", "POST /field/own", "GET /field/caseload",
        "POST /field/caseload/do/{command}",
    )),
    ("auditor inspector", (
        "GET /audit", "POST /audit/{what}", "GET /past", "GET /bundles", "POST /bundles",
    )),
    # An outside inspector reads; of what is stated, only a finding is theirs to raise.
    ("auditor", ("POST /spot-checks",)),
    ("auditor bureau bureau-leader", ("POST /spot-checks/{number}/{step}",)),
    ("auditor bureau-leader", ("POST /findings/suppressions/do/{command}",)),
    ("auditor inspector bureau-leader", ("POST /findings",)),
    ("auditor inspector bureau bureau-leader", (
        "GET /spot-checks", "GET /spot-checks/{number}", "GET /spot-checks/{number}/sheets",
        "GET /spot-checks/{number}/population",
    )),
    ("auditor inspector operator bureau bureau-leader", ("GET /findings/suppressions",)),
    (f"{_RESPONSIBLE} auditor inspector operator", (
        "GET /findings", "GET /findings/{finding_no}", "POST /findings/{finding_no}/{step}", "GET /findings/{finding_no}/papers/{paper}",
    )),
    ("operator system-administrator auditor", (
        "GET /log", "GET /log/live", "GET /log/tail", "GET /log/standing", "GET /log/facts/{event_id:path}",
    )),
    ("operator system-administrator", ("POST /log/redrive",)),
    (_ONBOARDING, ("GET /onboarding", "POST /onboarding/conformance")),
    ("security-administrator", ("POST /onboarding/keys", "POST /onboarding/keys/revoke")),
    ("operator", ("POST /onboarding/quarantined",)),
)  # fmt: skip
ALLOWED = {
    route: PEOPLE if roles in ("everybody", "nobody yet") else frozenset(roles.split())
    for roles, routes in POLICY for route in routes
}  # fmt: skip
OPEN = frozenset(POLICY[0][1])
ONE_OF = {
    "committee": "committee", "window": "window", "officer": "officer", "town-leader": "town-leader", "bureau": "bureau",
    "bureau-leader": "bureau-leader", "bureau-finance": "finance", "district-finance": "district-finance",
    "trainer": "trainer", "contractor": "contractor", "auditor": "auditor", "inspector": "inspector",
    "operator": "operator", "system-administrator": "system", "security-administrator": "security",
    "audit-administrator": "audit-log",
}  # fmt: skip
# What no address may be asked for here: it ends the session, or never ends.
_NOT_ASKED = frozenset({"POST /sign-out", "GET /log/tail"})


def test_every_route_stands_in_one_line_of_the_table() -> None:
    listed = [route for _, routes in POLICY for route in routes]
    assert sorted(listed) == sorted(f"{method} {path}" for method, path in portal_routes())
    assert all(roles <= PEOPLE for roles in ALLOWED.values())
    assert set(ONE_OF) == PEOPLE


@pytest.mark.parametrize("role", sorted(PEOPLE))
async def test_every_role_at_every_route(guests: Guests, role: str) -> None:
    """As the table says: the listed roles are let in, all others see a refusal in words and nothing else."""
    guest, turns = guests[ONE_OF[role]], asyncio.Semaphore(AT_ONCE)

    async def asked(route: str) -> str:
        method, path = route.split(" ")
        address = re.sub(r"\{[^}]*\}", "none", path)
        async with turns:
            answer = await (guest.get(address) if method == "GET" else guest.post(address))
        refused = answer.status_code == 403 and "<code>wrong-role</code>" in answer.text
        # A form that does nothing of that name says the same to a role that is let in.
        nameless = "{command}" in path and role in ALLOWED[route]
        if refused != (role not in ALLOWED[route]) and not nameless:
            return f"{route}: {answer.status_code}, {'refused' if refused else 'let in'}"
        if answer.status_code >= 500:
            return f"{route}: {answer.status_code}"
        return ""

    told = await asyncio.gather(*(asked(route) for route in ALLOWED if route not in _NOT_ASKED))
    assert [one for one in told if one] == []


async def test_whoever_is_not_signed_in_is_asked_to(guests: Guests) -> None:
    """Every route but the table's first line leads to the sign-in page, with nothing in the answer."""
    async with httpx.AsyncClient(base_url=guests.product.url, timeout=30.0) as http:
        for route in sorted(ALLOWED.keys() - OPEN):
            method, path = route.split(" ")
            answer = await http.request(method, re.sub(r"\{[^}]*\}", "none", path))
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in"), route
            assert answer.content == b"", route


# By account: what it may open of its own, and how the same address reads for another's. ``{town}``, ``{case}``… are rows.
OWN_ONLY: tuple[tuple[str, str], ...] = (
    ("own-window", "GET /window/items/{application}"),
    ("own-window", "GET /window/items/{application}/papers/authorisation"),
    ("own-window", "POST /window/items/{application}/papers/authorisation"),
    ("own-window", "POST /window/items/{application}/withdraw"),
    ("own-window", "GET /window/receipts/{request}"),
    ("own-window", "POST /window/discoveries/{discovery}/close"),
    ("own-window", "GET /dashboards/cases?town={town}"),
    ("own-window", "GET /dashboards/services/town.csv?town={town}"),
    ("own-leader", "GET /window/items/{application}"),
    ("own-leader", "POST /leader/opinions/{case}/submit"),
    ("own-leader", "POST /leader/opinions/{case}/decide"),
    ("own-leader", "GET /findings/{finding}"),
    ("own-leader", "GET /findings/{finding}/papers/evidence-sheet"),
    ("own-leader", "POST /findings/{finding}/answer-finding"),
    ("own-leader", "GET /dashboards/services/officer.xlsx?town={town}"),
    ("own-leader", "GET /measures/visits/facts?town={town}"),
    ("own-committee", "GET /committee/notices/{case}"),
    ("own-committee", "POST /committee/notices/{case}/sheet"),
    ("own-committee", "POST /committee/notices/{case}/post"),
    ("own-committee", "POST /committee/notices/{case}/object"),
    ("own-officer", "GET /field/households/{household}"),
    ("own-officer", "POST /field/households/{household}"),
    ("own-officer", "GET /findings/{finding}"),
    ("own-officer", "GET /dashboards/services?officer={officer}"),
    ("own-officer", "GET /dashboards/services/day.csv?officer={officer}"),
    ("own-officer", "GET /measures/visits/facts?officer={officer}"),
    *(
        (account, route)
        for account in ("own-window", "own-leader", "own-officer")
        for route in (
            "GET /cases/{case}",
            "GET /cases/{case}/proof",
            "POST /cases/{case}/survey",
            "GET /households/{household}",
            "GET /households/{household}/papers/folder",
            "POST /households/{household}/clear",
            "POST /households/{household}/print",
            "POST /households/{household}/do/reverify",
        )
    ),
    ("contractor", "GET /orders/{order}"),
    ("contractor", "POST /orders/{order}"),
)
# Another's row, for whom it is another's: of the next town, and within the own town of the next committee or officer.
OTHERS = {"own-committee": ("other", "next"), "own-officer": ("other", "next")}
# Cases and households are all of a town's to its staff.
OF_TOWN = ("/cases/", "/households/")


async def _rows(guests: Guests) -> dict[str, dict[str, Any]]:
    """By whose they are: one number of everything a page can be opened by."""
    found: dict[str, dict[str, Any]] = {}
    for whose, town in (("own", OWN), ("other", OTHER)):
        applications, cases, discoveries, findings = await asyncio.gather(
            guests.rows("intake", "/v1/applications", town=town, limit=200),
            guests.rows("casework", "/v1/cases", town=town, limit=200),
            guests.rows("intake", "/v1/discoveries", town=town, limit=10),
            guests.rows("audit", "/v1/rectifications", town=town, ended="true", limit=10),
        )
        committee = guests["own-committee"].person.acts_as.partition(":")[2].removesuffix("-M1")
        case = next((one for one in cases if one["committee"] == committee), cases[0])
        officer, next_officer = guests.district.town[town].officers[:2]
        found[whose] = {
            "town": town, "application": applications[0]["key"], "request": applications[0]["request_no"], "case": case["key"],
            "household": await _household(guests, officer), "officer": officer,
            "discovery": discoveries[0]["key"] if discoveries else f"{town}-D1",
            "finding": findings[0]["finding"]["finding_no"] if findings else None,
        }  # fmt: skip
        if whose == "own":
            nearby = next(one["key"] for one in cases if one["committee"] != committee)
            household = await _household(guests, next_officer)
            found["next"] = {**found["own"], "case": nearby, "officer": next_officer, "household": household}
    for whose, account in (("own", "contractor"), ("other", "far-contractor")):
        person = guests[account].person
        orders = await guests.asked(
            "casework", "/v1/own-work-orders", Identity(actor=person.acts_as, role=person.role, town=None)
        )
        found[whose]["order"] = next((one["order_no"] for one in [*orders["open"], *orders["ended"]]), None)
    return found


async def _household(guests: Guests, officer: str) -> str:
    """A household in an officer's hands."""
    rows = await guests.rows("casework", f"/v1/caseloads/{officer}")
    return str(rows[0]["household_no"])


async def test_nobody_opens_what_is_another_towns_committees_or_colleagues(guests: Guests) -> None:
    """The own row is shown; another's is refused or not known, by reading and by sending, and nothing of it is in the answer."""
    rows = await _rows(guests)
    told: list[str] = []
    opened: set[str] = set()
    for account, route in OWN_ONLY:
        method, path = route.split(" ")
        if method == "GET" and rows["own"].get(_name(path)):
            answer = await guests[account].get(path.format(**rows["own"]))
            opened |= {route} if answer.status_code < 400 else set()
        for whose in ("other",) if path.startswith(OF_TOWN) else OTHERS.get(account, ("other",)):
            if rows[whose].get(_name(path)) in (None, rows["own"].get(_name(path))):
                continue
            address = path.format(**rows[whose])
            answer = await (
                guests[account].get(address) if method == "GET" else guests[account].post(address, _REASONS)
            )
            others = {str(one) for name, one in rows[whose].items() if one and name not in ("town", "officer")}
            others -= {str(one) for one in rows["own"].values()}
            trace = [one for one in sorted(others) if one not in address and one in answer.text]
            if answer.status_code not in (403, 404) or trace:
                told.append(f"{account} {method} {address}: {answer.status_code} {trace}")
    assert told == []
    assert {
        route for _, route in OWN_ONLY if route.startswith("GET") and not re.search("finding|orders", route)
    } - opened == set()


_REASONS = (("reason", "核对"), ("field", "names"), ("outcome", "refused"), ("received_by", "bureau:B01"))


def _name(path: str) -> str:
    (name,) = re.findall(r"\{([a-z]+)\}", path)
    return str(name)


@pytest.mark.parametrize(
    "account", first_of("own-committee", "own-window", "own-officer", rest=["own-leader", "far-window"])
)
async def test_no_number_of_another_town_stands_on_any_page_of_a_town(guests: Guests, account: str) -> None:
    """On every page and in every file that leads on from a town role's home: households, committees, officers of its own town."""
    town = guests[account].person.town
    foreign = re.compile(rf"\bT(?!{town[1:]}\b)[0-9]{{2,3}}-[A-Z0-9]+")
    told = []
    for seen in await guests.walk(account):
        if seen.path.startswith(("/survey-help", "/publicity")):
            continue  # what another town asks of this one names its household; an answer about policy is everybody's
        text = re.sub(r"(如|such as) ?[^\s，。；）)]+", "", seen.page.text if seen.page else seen.answer.text)
        told += [f"{seen.path}: {one}" for one in sorted(set(foreign.findall(text)))[:3]]
    assert told == []


async def test_an_inspector_without_a_grant_sees_nothing(guests: Guests) -> None:
    """A sign-in alone opens nothing to an outside inspector: without a grant of access even the portal's own pages are shut."""
    grants = await guests.rows("audit", "/v1/inspections")
    granted = any(
        one["inspector"] == guests["inspector"].person.acts_as and one["status"] == "granted" for one in grants
    )
    answer = await guests["inspector"].get("/dashboards")
    assert (answer.status_code < 400) is granted, Page("", answer.text).text
