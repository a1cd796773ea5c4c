"""Proves what many who act on one case at once are told: one wins a version, the others get the present one, nothing twice."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from deploy.embedded.fixture import EmbeddedCluster
from services.casework import api as casework_api
from services.casework.service import SERVICE as CASEWORK
from services.casework.store import enrich
from services.eventlog.api import service_app
from services.eventlog.api.runtime import Runtime
from services.eventlog.ids import uuid7
from tests.integration.bodies import body_of, take_over
from tests.integration.doors import Body, House, assert_problem, open_house

HOME = "T01-H81001"
SUBJECT = f"household:{HOME}"


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(cluster, tmp_path_factory.mktemp("doors") / "keyring") as opened:
        assert (await opened.command("casework", take_over(HOME), "bureau")).status_code == 200
        yield opened


@pytest.fixture(scope="module")
async def doors(house: House) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Two processes' worth of casework: deciders of their own on one database."""
    runtime = Runtime(
        service=CASEWORK, settings=house.runtimes["casework"].settings, doors=casework_api.DOORS, enrich=enrich
    )
    app = service_app(runtime, serve=True, as_worker=False)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://casework", timeout=30.0) as other:
            yield [house.http["casework"], other]


async def versions(
    house: House, subject: str = SUBJECT, role: str = "bureau", town: str | None = None
) -> httpx.Response:
    return await house.get("casework", f"/v1/stream-versions/{subject}", house.token(role, town))


def visit(number: int) -> Body:
    return body_of("casework", "record-visit") | {"household_no": HOME, "visit_no": f"V-81-{number}"}


async def test_of_two_hundred_who_saw_one_version_one_wins(house: House, doors: list[httpx.AsyncClient]) -> None:
    """200 at once through two processes, all with the version they saw: one 200, 199 times 409 with the present version."""
    officer = house.token("officer")

    async def send(number: int, version: int) -> httpx.Response:
        headers = {"authorization": f"Bearer {officer}", "if-match": f'"{version}"', "idempotency-key": str(uuid7())}
        return await doors[number % 2].post(
            "/v1/commands/record-visit", content=json.dumps(visit(number)), headers=headers
        )

    for turn in range(3):
        seen = (await versions(house)).json()["streamversion"]
        answers = await asyncio.gather(*(send(turn * 1_000 + n, seen) for n in range(200)))
        assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 199}
        for answer in answers:
            if answer.status_code == 409:
                problem = assert_problem(answer, 409, "version-conflict")
                assert problem["streamversion"] == seen + 1
        assert (await versions(house)).json()["streamversion"] == seen + 1
    assert await visits_on_the_log(house) == 3


async def visits_on_the_log(house: House) -> int:
    await house.settle()
    query = (
        "SELECT count(*) FROM log.journal WHERE subject = $1 AND convert_from(value, 'UTF8') LIKE '%visit_completed%'"
    )
    return int(await house.installation.admin.fetchval(query, SUBJECT))


async def test_two_hundred_who_name_no_version_are_each_decided_once(
    house: House, doors: list[httpx.AsyncClient]
) -> None:
    """200 at once through two processes, each sent to both under one key: 200 facts, one a version, none twice."""
    officer = house.token("officer")
    before, seen = await visits_on_the_log(house), (await versions(house)).json()["streamversion"]
    keys = [str(uuid7()) for _ in range(200)]

    async def send(door: httpx.AsyncClient, number: int) -> Any:
        headers = {"authorization": f"Bearer {officer}", "idempotency-key": keys[number]}
        body = json.dumps(visit(10_000 + number))
        while (
            answer := await door.post("/v1/commands/record-visit", content=body, headers=headers)
        ).status_code == 503:
            assert_problem(answer, 503, "busy")
        assert answer.status_code == 200, answer.text
        return answer.json()

    told = await asyncio.gather(*(send(door, number) for number in range(200) for door in doors))
    assert sorted({answer["streamversion"] for answer in told}) == list(range(seen + 1, seen + 201))
    assert Counter(answer["replayed"] for answer in told) == {False: 200, True: 200}
    assert await visits_on_the_log(house) == before + 200


async def test_a_version_that_is_none_and_a_batch_with_versions(house: House) -> None:
    """If-Match that is no quoted number: 400; in a batch each command has its own, and one conflict fails no neighbour."""
    officer = house.token("officer")
    for text in ("7", "*", '"x"', '"-1"', ""):
        answer = await house.post("casework", "/v1/commands/record-visit", visit(1), officer, if_match=text)
        assert_problem(answer, 400, "if-match-invalid")
    seen = (await versions(house)).json()["streamversion"]
    items = [
        {"id": str(uuid7()), "command": visit(20_000), "if_version": seen},
        {"id": str(uuid7()), "command": visit(20_001), "if_version": seen},
        {"id": str(uuid7()), "command": visit(20_002), "if_version": seen + 1},
        {"id": str(uuid7()), "command": visit(20_003)},
    ]
    told = (await house.post("casework", "/v1/commands", items, officer)).json()
    assert [(one["outcome"], one.get("code")) for one in told] == [
        ("accepted", None), ("refused", "version-conflict"), ("accepted", None), ("accepted", None),
    ]  # fmt: skip


async def test_who_may_ask_for_a_version(house: House) -> None:
    """Another town's subject and an unknown one are not there; whoever asks may read rows that are not older."""
    assert (await versions(house, role="officer", town="T01")).status_code == 200
    assert_problem(await versions(house, role="officer", town="T02"), 404, "not-found")
    assert_problem(await versions(house, "household:T01-H99998"), 404, "not-found")
    assert_problem(await versions(house, "a%00b"), 404, "not-found")
    assert_problem(await versions(house, role="system-administrator"), 403, "wrong-role")
    async with house.without_log_writer():
        assert (await house.command("casework", visit(30_000), "officer")).status_code == 200
        assert_problem(await versions(house), 503, "not-visible-yet")
    assert (await versions(house)).status_code == 200
