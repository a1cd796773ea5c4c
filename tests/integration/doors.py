"""A whole product in one process, for tests of its doors: every service with its worker, HTTP clients, tokens, town keys."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI

from deploy.embedded.fixture import EmbeddedCluster
from services.audit import api as audit_api
from services.audit.domain.inspection import GrantInspectorAccess
from services.audit.finding_store import enrich as audit_enrich
from services.audit.publishing.beside import publisher_beside
from services.audit.service import SERVICE as AUDIT
from services.casework import api as casework_api
from services.casework.service import SERVICE as CASEWORK
from services.casework.store import enrich as casework_enrich
from services.contracts.adopting import AdoptRulePack
from services.contracts.codec import decoder_of, derived_id
from services.contracts.deciding import Service
from services.contracts.roles import TOWN_ROLES
from services.eventlog.api import service_app
from services.eventlog.api.runtime import Runtime
from services.eventlog.auth import Identity, inbox_key, inbox_signature
from services.eventlog.deciding import Incoming, Outcome
from services.eventlog.inbox import SIGNATURE_HEADER, TOWN_HEADER
from services.intake import api as intake_api
from services.intake.service import SERVICE as INTAKE
from services.intake.store import Edge
from services.intake.stream import inbox_listener
from services.intake.town_events import ROW_COLUMNS
from services.payroll import api as payroll_api
from services.payroll.service import SERVICE as PAYROLL
from services.payroll.store import enrich as payroll_enrich
from services.portal import api as portal_api
from services.portal.service import SERVICE as PORTAL
from tests.conftest import Installation, new_installation

RULES = Path(__file__).parents[2] / "deploy" / "district" / "rules"
NOW = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
REQUEST = "assist.town.request_submitted.v1"
WITHDRAWAL = "assist.town.application_withdrawn.v1"
WAIT_SECONDS = 20.0
NAMES, RESIDENT_IDS, PHONE = ("示例甲", "示例乙"), ("510212196001010010", "510212196202020020"), "19900000001"
_numbers = itertools.count(1)
T = TypeVar("T")
Body = dict[str, Any]


# An officer records what that officer did: the one whom the bodies name.
PERSONS: Final = {"officer": "officer:O001"}
# The access that the house's inspector reads by.
HOUSE_GRANT: Final = "JC-HOUSE"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A service as its own `app.py` wires it."""

    service: Service
    api: Any
    enrich: Any = None
    beside: Any = None


PARTS: Mapping[str, Part] = {
    "intake": Part(service=INTAKE, api=intake_api, enrich=Edge(), beside=inbox_listener),
    "casework": Part(service=CASEWORK, api=casework_api, enrich=casework_enrich),
    "payroll": Part(service=PAYROLL, api=payroll_api, enrich=payroll_enrich),
    "audit": Part(service=AUDIT, api=audit_api, enrich=audit_enrich, beside=publisher_beside),
    "portal": Part(service=PORTAL, api=portal_api),
}


@dataclass(kw_only=True)
class House:
    """The running product, and what its callers hold."""

    installation: Installation
    apps: dict[str, FastAPI] = field(default_factory=dict)
    runtimes: dict[str, Runtime] = field(default_factory=dict)
    http: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    town_keys: dict[str, str] = field(default_factory=dict)
    writing: AsyncExitStack = field(default_factory=AsyncExitStack)
    producer: AIOKafkaProducer = None

    def token(self, role: str, town: str | None = None, *, actor: str | None = None, hours: float = 1.0) -> str:
        """A token of `role`; one of a town's roles is of T01 unless told otherwise."""
        town = town or ("T01" if role in TOWN_ROLES else None)
        grant = HOUSE_GRANT if role == "inspector" else None
        identity = Identity(actor=actor or PERSONS.get(role, f"{role}:X1"), role=role, town=town, grant=grant)
        return self.runtimes["intake"].tokens.issue(identity, valid_for=timedelta(hours=hours))

    async def post(self, service: str, path: str, body: object, credential: str, **headers: str) -> httpx.Response:
        """POST `body` (as JSON, or as the bytes it is). Header names with ``_`` for ``-``."""
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http[service].post(
            path, content=content, headers={"authorization": f"Bearer {credential}", **named}
        )

    async def get(self, service: str, path: str, credential: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http[service].get(path, headers={"authorization": f"Bearer {credential}", **named})

    async def event(self, body: object, town: str = "T01", **headers: str) -> httpx.Response:
        """One event (or a list of them) over HTTP, with the key of `town`."""
        return await self.post("intake", "/v1/events", body, self.town_keys[town], **headers)

    async def command(self, service: str, body: Body, role: str, **headers: str) -> httpx.Response:
        """One command in the name of `role`."""
        return await self.post(service, f"/v1/commands/{body['command']}", body, self.token(role), **headers)

    async def send_to_inbox(
        self,
        value: bytes,
        *,
        town: str = "T01",
        key: str | None = None,
        partition: int | None = None,
        headers: Sequence[tuple[str, bytes | None]] | None = None,
    ) -> None:
        """A record of the inbox, signed with the key of `town` unless `key` or `headers` say otherwise."""
        signature = inbox_signature(inbox_key(key or self.town_keys.get(town, "none")), value)
        signed = [(TOWN_HEADER, town.encode()), (SIGNATURE_HEADER, signature.encode())]
        topic = self.runtimes["intake"].settings.inbox_topic
        given = signed if headers is None else list(headers)
        await self.producer.send_and_wait(topic, value, headers=given, partition=partition)

    async def settle(self) -> None:
        """Until every outbox is empty, every cursor at the journal's end, and the inbox read."""
        outboxes = " UNION ALL ".join(
            f"SELECT '{name} outbox' AS place, count(*) AS rows FROM {name}.outbox" for name in PARTS
        )
        behind = " UNION ALL ".join(
            f"SELECT '{name} partition ' || partition, w.sealed_sequence - c.sequence "
            f"FROM {name}.cursor c JOIN log.watermark w USING (partition)"
            for name in PARTS
        )
        waiting = f"SELECT place, rows FROM ({outboxes} UNION ALL {behind}) waiting WHERE rows > 0"
        for _ in range(int(WAIT_SECONDS / 0.05)):
            left = await self.installation.admin.fetch(waiting)
            if not left:
                return
            await asyncio.sleep(0.05)
        troubles = {name: runtime.worker and runtime.worker.trouble() for name, runtime in self.runtimes.items()}
        raise AssertionError(f"the log did not settle: {[dict(row) for row in left]}; workers say {troubles}")

    async def facts(self, subject: str | None = None) -> int:
        """Facts on the journal (about `subject`) and in the outboxes."""
        await self.settle()
        query = "SELECT count(*) FROM log.journal WHERE $1::text IS NULL OR subject = $1"
        return int(await self.installation.admin.fetchval(query, subject))

    async def facts_of_command(self, commandid: str) -> int:
        """Facts of one command on the journal."""
        await self.settle()
        query = "SELECT count(*) FROM log.journal WHERE commandid = $1::uuid"
        return int(await self.installation.admin.fetchval(query, commandid))

    async def until(self, there: Callable[[], Awaitable[T]]) -> T:
        """What `there` gives, once it gives something."""
        for _ in range(int(WAIT_SECONDS / 0.05)):
            if found := await there():
                return found
            await asyncio.sleep(0.05)
        raise AssertionError("what was waited for did not come")

    async def waiting(self, town: str | None) -> list[Body]:
        """What waits in quarantine (of one town), as an operator sees it."""
        await self.settle()
        path = "/v1/quarantined?limit=1000" + (f"&town={town}" if town else "")
        page = (await self.get("intake", path, self.token("operator"))).json()["rows"]
        return [row for row in page if row["outcome"] == "waiting"]

    async def quarantined(self, code: str, town: str = "T01", *, count: int = 1) -> list[Body]:
        """The waiting quarantined inputs of a code, once there are `count`."""

        async def found() -> list[Body]:
            rows = [row for row in await self.waiting(town) if row["code"] == code]
            return rows if len(rows) >= count else []

        return await self.until(found)

    async def release(
        self, town: str, place: str, *, role: str = "operator", discard: bool = False, reason: str = ""
    ) -> httpx.Response:
        """Drive a quarantined input again, or discard it."""
        body = {"town": town, "place": place, "discard": discard, "reason": reason}
        return await self.post("intake", "/v1/quarantined/release", body, self.token(role))

    @asynccontextmanager
    async def without_log_writer(self) -> AsyncIterator[None]:
        """No log writer for the length of a block: commands are committed, the log stands still."""
        await self.writing.aclose()
        try:
            yield
        finally:
            await self.writing.enter_async_context(self.installation.log_writer())

    @asynccontextmanager
    async def clock_ahead(self, *, minutes: int) -> AsyncIterator[None]:
        """The simulated clock stands later for the length of a block."""
        await self.set_clock(NOW + timedelta(minutes=minutes))
        try:
            yield
        finally:
            await self.set_clock(NOW)

    async def set_clock(self, at: datetime) -> None:
        await self.installation.admin.execute("UPDATE log.simulated_clock SET instant = $1", at)


@asynccontextmanager
async def open_house(
    cluster: EmbeddedCluster, folder: Path, *, towns: Sequence[str] = ("T01", "T02"), transparency: Path | None = None
) -> AsyncIterator[House]:
    """The whole product on stores of its own, its clock at `NOW`, rules adopted, keys issued to `towns`; audit publishes to `transparency`."""
    async with AsyncExitStack() as stack:
        installation = await stack.enter_async_context(new_installation(cluster, folder))
        await installation.admin.execute("INSERT INTO log.simulated_clock (instant) VALUES ($1)", NOW)
        house = House(installation=installation)
        await stack.enter_async_context(house.writing)
        await house.writing.enter_async_context(installation.log_writer())
        for name, part in PARTS.items():
            settings = replace(installation.settings(name), simulated_clock=True, transparency=transparency)
            runtime = Runtime(service=part.service, settings=settings, doors=part.api.DOORS, enrich=part.enrich)
            app = service_app(
                runtime, serve=True, as_worker=True, routes=getattr(part.api, "routes", None), beside=part.beside
            )
            await stack.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url=f"http://{name}", timeout=30.0)
            house.http[name] = await stack.enter_async_context(client)
            house.apps[name], house.runtimes[name] = app, runtime
        house.producer = AIOKafkaProducer(bootstrap_servers=cluster.bootstrap_servers, max_request_size=400_000)
        await stack.enter_async_context(house.producer)
        await adopt_rules(house)
        await grant_access(house)
        for town in towns:
            house.town_keys[town] = await new_key(house, town)
        yield house
        await house.settle()  # aiokafka 0.14 leaves a socket open when it is cancelled while it connects, to refill say


async def new_key(house: House, town: str) -> str:
    """A key for a town's system, as the security administrator issues it."""
    answer = await house.post("intake", "/v1/town-keys", {"town": town}, house.token("security-administrator"))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["key"])


async def adopt_rules(house: House) -> None:
    """The sample district's rule packs, each by its service."""
    for file in sorted(RULES.glob("*.json")):
        service = file.name.partition(".")[0]
        command = decoder_of(AdoptRulePack).decode(file.read_bytes())
        incoming = Incoming(
            commandid=derived_id(file.name, "adopt"), command=command, actor="bureau-leader:L1", role="bureau-leader"
        )
        outcome = await house.runtimes[service].decider.submit(incoming)
        assert isinstance(outcome, Outcome)
        assert outcome.status == "accepted", file.name


async def grant_access(house: House) -> None:
    """What the house's inspector may read, and until when."""
    command = GrantInspectorAccess(
        inspection_no=HOUSE_GRANT, inspector="inspector:X1", organisation="示例区纪委监委", document="示例函", scope="log",
        from_on=NOW.date(), until_on=NOW.date() + timedelta(days=89),
    )  # fmt: skip
    incoming = Incoming(
        commandid=derived_id(HOUSE_GRANT, "grant"), command=command, actor="bureau-leader:L1", role="bureau-leader"
    )
    outcome = await house.runtimes["audit"].decider.submit(incoming)
    assert isinstance(outcome, Outcome)
    assert outcome.status == "accepted", outcome


def request(town: str = "T01", **changes: Any) -> Body:
    """A request event of a household of its own; `changes` are to its data."""
    number = next(_numbers)
    data: Body = {
        "household_no": f"{town}-H{number:05}",
        "request_no": f"R-{number}",
        "town": town,
        "committee": f"{town}-C01",
        "channel": "window",
        "first_asked": f"window:{town}-W1",
        "needs": ["dibao_urban"],
        "materials": ["application_form", "authorisation", "income_statement"],
        "members": [
            {"resident_id": RESIDENT_IDS[0], "name": NAMES[0], "relation": "本人"},
            {"resident_id": RESIDENT_IDS[1], "name": NAMES[1], "relation": "配偶"},
        ],
        "phone": PHONE,
        "near_relative_declared": False,
        "delegated": False,
        "received_on": "2026-03-02",
    }
    return {
        "specversion": "1.0",
        "id": f"e-{number}",
        "source": f"/town/{town}",
        "type": REQUEST,
        "time": "2026-03-02T09:30:00+08:00",
        "data": data | changes,
    }


def row_of(event: Body) -> dict[str, str]:
    """The CSV row that stands for a request event."""
    data = event["data"]
    cells = {name: data[name] for name in ROW_COLUMNS if isinstance(data.get(name), str)}
    cells |= {name: ";".join(data[name]) for name in ("needs", "materials")}
    cells |= {name: "是" if data[name] else "否" for name in ("near_relative_declared", "delegated")}
    for n, member in enumerate(data["members"], 1):
        cells |= {f"member{n}_id": member["resident_id"], f"member{n}_name": member["name"]}
        cells |= {f"member{n}_relation": member["relation"]}
    return {"event_id": event["id"], "time": event["time"], **cells}


def csv_of(rows: Sequence[Mapping[str, str]]) -> str:
    """A CSV file of rows; the first one names the columns."""
    heading = list(rows[0])
    lines = [",".join(row.get(name, "") for name in heading) for row in rows]
    return "\r\n".join([",".join(heading), *lines, ""])


def assert_problem(answer: httpx.Response, status: int, code: str, *, without: Sequence[str] = ()) -> Body:
    """A problem document with that status and code, in both languages, that repeats none of the values sent."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    body: Body = answer.json()
    assert (body["code"], body["status"], body["type"]) == (code, status, f"/problems/{code}"), body
    assert any("\u4e00" <= character <= "\u9fff" for character in body["title"]), body
    assert not any("\u4e00" <= character <= "\u9fff" for character in body["title_en"]), body
    for error in body.get("errors", ()):
        assert any("\u4e00" <= character <= "\u9fff" for character in error["detail"]), error
        assert not any("\u4e00" <= character <= "\u9fff" for character in error["detail_en"]), error
    for value in without:
        assert value not in answer.text, f"the answer repeats {value}"
    return body


def pointers(problem: Body) -> list[str]:
    """The pointers of a problem's errors."""
    return [error["pointer"] for error in problem.get("errors", ())]
