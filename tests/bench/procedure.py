"""Benchmark g: cases from the town's request to the grant through every door and reaction; then worklists of many open cases."""

import asyncio
import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from deploy.district import bodies
from deploy.district.bodies import Body
from deploy.district.requests import Applicant, Application
from services.eventlog.auth import Identity, Tokens
from services.eventlog.ids import uuid7
from services.eventlog.keyring import opened
from services.eventlog.postgres import connect
from tests.bench.events import district, open_cases
from tests.bench.ground import Ground, Log, processes
from tests.bench.load import Connection, connected, get, request
from tests.bench.report import Line, middle, rate

NEED: Final = "dibao_urban"
BATCH: Final = 100
CLIENTS: Final = 2
ACCEPTED: Final = date(2026, 3, 2)
POSTED: Final = ACCEPTED + timedelta(days=2)
DOWN: Final = POSTED + timedelta(days=8)
WAIT_SECONDS_MAX: Final = 120.0
PROCESSES: Final = ("log-writer", "intake-api", "intake-worker", "casework-api", "casework-worker")
COMMANDS_PER_CASE: Final = 8  # request, survey, check asked and answered, notice, its closing, opinion, decision
_PACK_OWNERS: Final = ("intake", "casework")


@dataclass(kw_only=True)
class Doors:
    """Intake and casework as one town's people reach them."""

    log: Log
    ports: dict[str, int]
    town: str
    credentials: dict[str, str]
    town_key: str = ""

    async def clock(self, day: date) -> None:
        """Put the simulated clock to nine in the morning (UTC+8) of a day."""
        connection = await connect(self.log.admin_url, application="bench")
        instant = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
        await connection.execute("DELETE FROM log.simulated_clock")
        await connection.execute("INSERT INTO log.simulated_clock (instant) VALUES ($1)", instant)
        await connection.close()

    async def commands(self, service: str, commands: Sequence[Body], role: str) -> None:
        """Commands in batches; every one must be accepted."""
        parts = [commands[begin : begin + BATCH] for begin in range(0, len(commands), BATCH)]
        items = [[{"id": str(uuid7()), "command": command} for command in part] for part in parts]
        for answer in await _all(self.ports[service], "/v1/commands", items, self.credentials[role]):
            assert {one["outcome"] for one in answer} <= {"accepted"}, answer[0]

    async def events(self, events: Sequence[Body]) -> None:
        """Town events in batches, with the town's key."""
        parts = [events[begin : begin + BATCH] for begin in range(0, len(events), BATCH)]
        for answer in await _all(self.ports["intake"], "/v1/events", parts, self.town_key):
            assert {one["outcome"] for one in answer} <= {"accepted"}, answer[0]

    async def until_all(self, count: int, status: str) -> None:
        """Wait until casework's read model shows `count` cases in a status."""
        connection = await connect(self.log.admin_url, application="bench")
        query = "SELECT count(*) FROM casework.m_cases WHERE doc->>'status' = $1"
        until = time.perf_counter() + WAIT_SECONDS_MAX
        while (found := await connection.fetchval(query, status)) < count:
            assert time.perf_counter() < until, f"{found} of {count} cases are {status}"
            await asyncio.sleep(0.02)
        await connection.close()


async def _all(port: int, path: str, parts: Sequence[Any], credential: str) -> list[Any]:
    """POST every part over `CLIENTS` connections; the answers."""
    lines, left, answers = await connected(port, CLIENTS), iter(parts), []

    async def one(line: Connection) -> None:
        for part in left:
            content = json.dumps(part, ensure_ascii=False).encode()
            answers.append(json.loads(await line.send(request(path, content, credential))))

    try:
        await asyncio.gather(*map(one, lines))
    finally:
        for line in lines:
            line.close()
    return answers


async def _opened(log: Log, ports: dict[str, int], owners: Sequence[str] = _PACK_OWNERS) -> Doors:
    """Rules adopted, a town key issued where there is intake, the clock at the day of acceptance."""
    town = district().households[0].town
    with opened(log.keyring) as keyring:
        tokens = Tokens(keyring)
    roles = {
        "bureau-leader": None, "bureau": None, "security-administrator": None, "officer": town, "town-leader": town,
    }  # fmt: skip
    credentials = {
        role: tokens.issue(Identity(actor=f"{role}:X1", role=role, town=of), valid_for=timedelta(hours=4))
        for role, of in roles.items()
    }
    doors = Doors(log=log, ports=ports, town=town, credentials=credentials)
    await doors.clock(ACCEPTED)
    for owner in owners:
        packs = [bodies.adopt_pack(pack) for pack in district().profile.packs if pack.service == owner]
        await doors.commands(owner, packs, "bureau-leader")
    if "intake" not in ports:
        return doors
    line = (await connected(ports["intake"], 1))[0]
    asked = request("/v1/town-keys", json.dumps({"town": town}).encode(), credentials["security-administrator"])
    doors.town_key = json.loads(await line.send(asked, status=201))["key"]
    line.close()
    return doors


def _applications(count: int, first: int) -> list[tuple[Applicant, Application, str]]:
    """Households of the first town that apply for the first time."""
    made = []
    for n in range(first, first + count):
        home = district().households[n % 500]
        household_no, request_no = f"{home.town}-H{800_000 + n:06d}", f"R-{home.town}-{n:06d}"
        applicant = Applicant(
            household_no=household_no, committee=home.committee, members=home.members, phone="19900000001"
        )
        application = Application(
            household_no=household_no, application_no=bodies.application_no(request_no, NEED), need=NEED, town=home.town,
            committee=home.committee, members=home.members, near_relative_declared=False, accepted_on=ACCEPTED,
        )  # fmt: skip
        made.append((applicant, application, request_no))
    return made


async def _whole_procedure(doors: Doors, cases: Sequence[tuple[Applicant, Application, str]]) -> float:
    """Seconds from the first request to the last decision; each step begins when all cases have taken the one before."""
    sha = hashlib.sha256(b"bench").hexdigest()
    applications = [application for _, application, _ in cases]
    await doors.clock(ACCEPTED)
    at = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
    requests = [
        bodies.event(
            uuid7(), doors.town, bodies.REQUEST, applicant.household_no, at,
            bodies.request(
                applicant, request_no=request_no, channel="window", first_asked=f"window:{doors.town}-W1", needs=[NEED],
                materials=["application_form", "authorisation", "income_statement"], near_relative_declared=False,
                delegated=False, received_on=ACCEPTED,
            ),
        )
        for applicant, _, request_no in cases
    ]  # fmt: skip
    began = time.perf_counter()
    before = len(applications)
    await doors.events(requests)
    await doors.until_all(before, "opened")
    investigators = ("officer:O901", "officer:O902")
    surveys = [bodies.survey(a, investigators, ACCEPTED, 10_000, sha) for a in applications]
    await doors.commands("casework", surveys, "officer")
    await doors.commands(
        "casework", [bodies.request_check(a, ["bank", "vehicle"], sha) for a in applications], "officer"
    )
    await doors.commands("casework", [bodies.record_check(a, [], ACCEPTED) for a in applications], "bureau")
    await doors.clock(POSTED)
    leader = f"town-leader:{doors.town}"
    await doors.commands(
        "casework", [bodies.post_notice(a, leader, POSTED, 10_000, sha) for a in applications], "town-leader"
    )
    await doors.clock(DOWN)
    await doors.until_all(before, "notice_closed")
    await doors.commands(
        "casework", [bodies.submit_opinion(a, "bureau:B02", DOWN) for a in applications], "town-leader"
    )
    decisions = [bodies.decide(a, "confirmed", "", district().households[0].officer, DOWN) for a in applications]
    await doors.commands("casework", decisions, "bureau")
    return time.perf_counter() - began


def procedure(ground: Ground, cases: int, *, runs: int = 3) -> list[Line]:
    """(g) Commands a second through the whole procedure, five processes at work; each run on a log of its own."""
    rates = []
    for _ in range(runs):
        log = ground.log(simulated=True)
        with processes(log, *PROCESSES) as running:
            ports = {owner: running[f"{owner}-api"].port for owner in _PACK_OWNERS}

            async def once(log: Log, ports: dict[str, int]) -> float:
                return await _whole_procedure(await _opened(log, ports), _applications(cases, 0))

            rates.append(cases * COMMANDS_PER_CASE / asyncio.run(once(log, ports)))
    return [
        Line(
            what="全流程命令 commands through the whole procedure, 受理 → 确认",
            load=f"{cases:,} 宗 cases × {COMMANDS_PER_CASE} 条 commands, 每批 {BATCH} a batch; PostgreSQL, Kafka, {', '.join(PROCESSES)}",
            ours=rate(middle(rates)),
        )
    ]  # fmt: skip


WORKLISTS: Final = {
    "超期清单 overdue list": "/v1/open-clocks?overdue=true&limit=100",
    "一镇工作清单 a town's worklist": "/v1/open-clocks?town={town}&limit=100",
    "一镇案件 a town's cases": "/v1/cases?town={town}&limit=100",
}
TODAY: Final = date(2026, 5, 4)


def worklists(ground: Ground, small: int, large: int, *, requests: int = 300) -> list[Line]:
    """(g) How long the worklists of casework take among many open cases, and among a tenth of them."""
    found = {count: _worklist_times(ground, count, requests) for count in (small, large)}
    lines = []
    for what in WORKLISTS:
        much = _percentile(found[large][what], 99) * 1000
        half_little, half_much = (_percentile(found[count][what], 50) * 1000 for count in (small, large))
        load = f"{large:,} / {small:,} 宗在办案件 open cases, {requests} 次 requests × 100 行 rows; PostgreSQL + casework-api"
        lines += [
            Line(
                what=f"{what}, p99", load=load, ours=f"{much:.1f} ms", value=much, goal=100, at_most=True, unit="ms",
            ),
            Line(
                what=f"{what}, {large:,} / {small:,}", load=load, ours=f"p50 {half_much:.1f} ms",
                peer=f"p50 {half_little:.1f} ms", value=half_much / half_little, goal=2, at_most=True,
            ),
        ]  # fmt: skip
    return lines


def _percentile(seconds: list[float], percent: int) -> float:
    return sorted(seconds)[min(len(seconds) - 1, len(seconds) * percent // 100)]


def _worklist_times(ground: Ground, count: int, requests: int) -> dict[str, list[float]]:
    """Seconds of each request, the read models folded from a log of so many cases."""
    log = ground.filled_with(open_cases(count))
    log.run("tests.bench.runs.rebuild", 1)
    with processes(log, "log-writer"):
        pass  # opens the door once: the rule packs are commands
    with processes(log, "casework-api") as running:
        port = running["casework-api"].port
        return asyncio.run(_asked(log, port, requests))


async def _asked(log: Log, port: int, requests: int) -> dict[str, list[float]]:
    doors = await _opened(log, {"casework": port}, owners=("casework",))
    await doors.clock(TODAY)
    towns = sorted({home.town for home in district().households})
    line = (await connected(port, 1))[0]
    found: dict[str, list[float]] = {}
    for what, path in WORKLISTS.items():
        for number in range(requests + 10):
            content = get(path.format(town=towns[number % len(towns)]), doors.credentials["bureau"])
            began = time.perf_counter()
            answer = json.loads(await line.send(content))
            if number >= 10:  # the first few connect the pool
                found.setdefault(what, []).append(time.perf_counter() - began)
            assert answer["rows"], what
    line.close()
    return found
