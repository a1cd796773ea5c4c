"""Proves what callers are told while a store or the log writer is away, that they read what they wrote, and what is signed."""

import asyncio
import hashlib
import json
from base64 import b64decode
from collections.abc import AsyncIterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from deploy.embedded.fixture import EmbeddedCluster
from services.contracts.deciding import Command
from services.eventlog.deciding import Outcome
from services.eventlog.ids import uuid7
from services.eventlog.keyring import Keyring, KeyringUnusable
from services.eventlog.postgres import Pool
from tests.conftest import Installation
from tests.integration.bodies import body_of, take_over
from tests.integration.doors import Body, House, assert_problem, open_house, request
from tests.integration.ledger import Open, ledger
from tests.integration.test_life_of_a_fact import incoming


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(cluster, tmp_path_factory.mktemp("doors") / "keyring") as opened_house:
        yield opened_house


async def test_while_postgresql_is_away_nothing_is_lost(house: House, cluster: EmbeddedCluster) -> None:
    """PostgreSQL killed: 503 in both languages on every road and readiness; back again, the same ids are decided once."""
    event, key, body = request(), str(uuid7()), take_over("T01-H70001")
    late = request()
    await asyncio.to_thread(cluster.kill_postgres)
    try:
        for answer in await asyncio.gather(
            house.event(event),
            house.event([event]),
            house.command("casework", body, "bureau", idempotency_key=key),
            house.get("casework", "/v1/households", house.token("bureau")),
            house.post("intake", "/v1/imports", b"event_id\n1\n", house.town_keys["T01"]),
        ):
            assert_problem(answer, 503, "store-away")
            assert answer.headers["retry-after"]
        await house.send_to_inbox(json.dumps(late).encode())
        ready = await house.http["casework"].get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (503, False)
        assert "PostgreSQL" in ready.text
        assert (await house.http["casework"].get("/healthz")).status_code == 200
    finally:
        await asyncio.to_thread(cluster.start_postgres)

    async def taken() -> bool:
        return (await house.event(event)).status_code == 200

    await house.until(taken)
    assert (await house.event(event)).json()["replayed"]
    for replayed in (False, True):
        answer = await house.command("casework", body, "bureau", idempotency_key=key)
        assert (answer.status_code, answer.json()["replayed"]) == (200, replayed)
    row = f"/v1/applications/{late['data']['request_no']}-dibao_urban"

    async def arrived() -> bool:
        return (await house.get("intake", row, house.token("bureau"))).status_code == 200

    await house.until(arrived)

    async def ready_again() -> bool:
        return (await house.http["casework"].get("/readyz")).status_code == 200

    await house.until(ready_again)


async def test_while_the_log_writer_is_away_confirmation_is_owed(house: House) -> None:
    """confirm=log and money answer 202, others 200 at once, waiting reads 503; with the writer back the same id is 200."""
    event, money_key, key = request(), str(uuid7()), str(uuid7())
    budget = body_of("payroll", "budget-fund") | {"document": "示例〔2026〕77号"}
    home = take_over("T01-H70002")
    finance = house.token("bureau-finance")

    async def money() -> tuple[int, Body]:
        answer = await house.post("payroll", "/v1/commands/budget-fund", budget, finance, idempotency_key=money_key)
        return answer.status_code, answer.json()

    async with house.without_log_writer():
        plain = await house.command("casework", home, "bureau", idempotency_key=key)
        assert plain.status_code == 200
        confirmed, batch, (status, told), unseen, unknown = await asyncio.gather(
            house.event(event, prefer="confirm=log"),
            house.event([request()], prefer="confirm=log"),
            money(),
            house.get("casework", "/v1/households", house.token("bureau"), jiuzhu_after=key),
            house.get("casework", "/v1/households", house.token("bureau"), jiuzhu_after=str(uuid7())),
        )
        assert (confirmed.status_code, batch.status_code, status) == (202, 202, 202)
        assert (confirmed.json()["outcome"], told["outcome"]) == ("accepted", "accepted")
        for answer in (unseen, unknown):
            assert_problem(answer, 503, "not-visible-yet")
    again = await house.event(event, prefer="confirm=log")
    assert (again.status_code, again.json()["replayed"]) == (200, True)
    assert again.json()["commandid"] == confirmed.json()["commandid"]
    status, told = await money()
    assert (status, told["replayed"]) == (200, True)
    row = await house.get("casework", "/v1/households/T01-H70002", house.token("bureau"), jiuzhu_after=key)
    assert row.status_code == 200


async def test_whoever_wrote_reads_it_in_every_service(house: House) -> None:
    """A read that names the command waits for it – one row, a page, another service – and never shows the state before."""
    bureau, auditor = house.token("bureau"), house.token("auditor")
    kind = "assist.intake.request_received.v1"
    await house.settle()
    before = (await house.get("audit", f"/v1/fact-counts/{kind}", auditor)).json().get("count", 0)
    for n in range(1, 11):
        event = request()
        after = (await house.event(event)).json()["commandid"]
        number = f"{event['data']['request_no']}-dibao_urban"
        row = await house.get("intake", f"/v1/applications/{number}", bureau, jiuzhu_after=after)
        assert (row.status_code, row.json()["status"]) == (200, "accepted")
        page = await house.get("intake", "/v1/applications?limit=1000", bureau, jiuzhu_after=after)
        assert number in {one["key"] for one in page.json()["rows"]}
        counted = await house.get("audit", f"/v1/fact-counts/{kind}", auditor, jiuzhu_after=after)
        assert counted.json()["count"] == before + n


async def test_a_certificate_is_signed_over_what_it_shows_and_issued_once(house: House) -> None:
    """Digest and signature hold for the statement shown; an unchanged log has one certificate; more records, another."""
    auditor = house.token("auditor")
    await house.settle()

    async def certify() -> Body:
        answer = await house.post("audit", "/v1/certificates", b"", auditor)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    first = await certify()
    published = (await house.http["audit"].get("/v1/keys")).json()
    assert (published["algorithm"], published["key_id"]) == ("Ed25519", first["key_id"])
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(published["public_key"]))
    statement = first["statement"].encode()
    key.verify(b64decode(first["signature"]), statement)
    assert hashlib.sha256(statement).hexdigest() == first["statement_sha256"]
    assert (first["complete"], first["fault_count"], first["outcome"]) == (True, 0, "accepted")
    assert json.loads(statement)["record_count"] == first["records"] == await house.facts() - 1

    for _ in range(3):
        again = await certify()
        told = ("statement", "statement_sha256", "signature", "records", "key_id", "complete")
        assert {name: again[name] for name in told} == {name: first[name] for name in told}
        assert (again["outcome"], again["findings_opened"]) == ("unchanged", 0)
    assert await house.facts() == first["records"] + 1

    before = await house.facts()
    await house.event(request())
    stated = await house.facts() - before
    assert stated >= 3, "the request with its acceptance, and the case that followed"
    later = await certify()
    assert later["outcome"] == "accepted"
    assert later["records"] == first["records"] + 1 + stated, "the certificate's own record too"
    key.verify(b64decode(later["signature"]), later["statement"].encode())
    row = await house.get("audit", "/v1/coverage", auditor, jiuzhu_after=later["commandid"])
    assert [one["statement_sha256"] for one in row.json()["rows"]] == [later["statement_sha256"]]


async def test_one_command_whose_inputs_cannot_be_had_does_not_fail_its_neighbours(installation: Installation) -> None:
    """What a decision needs besides its stream raised for one of three: that one has the exception, the others their facts."""

    async def enrich(command: Command, _: Pool, __: Keyring) -> Command:
        if isinstance(command, Open) and command.about == "bad":
            raise KeyringUnusable("altered")
        return command

    async with installation.log_writer(), installation.running(ledger, worker=False, enrich=enrich) as (runtime,):
        outcomes = await runtime.decider.execute([incoming(about, 1) for about in ("good", "bad", "better")])
        assert isinstance(outcomes[1], KeyringUnusable)
        assert [one.status for one in outcomes if isinstance(one, Outcome)] == ["accepted", "accepted"]
