"""Proves that a person is erased by the order of two people and not otherwise, and that then no door gives anything of them away."""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from deploy.embedded.fixture import EmbeddedCluster
from services.contracts.folders import ERASED
from services.contracts.sealed import Clear
from services.eventlog.check import check
from services.eventlog.deciding import Incoming
from services.eventlog.ids import uuid7
from services.eventlog.rebuild import rebuild
from services.intake.domain import CarryOutErasure
from tests.integration.bodies import ADDRESS, body_of
from tests.integration.doors import PARTS, PHONE, Body, House, assert_problem, open_house, request

ID, NAME = "510212198505050031", "示例丙"
TOLD = (ID, NAME, PHONE, ADDRESS)
# The first days on which nothing bars it: ten whole years after the year of the last fact.
FREE_IN = timedelta(days=3_965)


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(cluster, tmp_path_factory.mktemp("erasure") / "keyring", towns=("T01",)) as house:
        yield house


def asked(number: str, **changes: Any) -> Body:
    return body_of("intake", "request-erasure") | {"erasure_no": number, "resident_id": ID} | changes


async def told(house: House, number: str) -> Body:
    await house.settle()
    row: Body = (await house.get("intake", f"/v1/erasures/{number}", house.token("bureau"))).json()
    return row


async def decided(house: House, name: str, number: str, actor: str = "bureau-leader:L9", **rest: str) -> httpx.Response:
    """The order approved or refused by the bureau's leader."""
    body = {"command": name, "erasure_no": number, **rest}
    return await house.post("intake", f"/v1/commands/{name}", body, house.token("bureau-leader", actor=actor))


async def approve(house: House, number: str) -> httpx.Response:
    return await decided(house, "approve-erasure", number)


async def shown(house: House, household_no: str, number: str) -> str:
    """Whatever doors and models show of the household to whoever may see most: papers printed, a search by name, every row."""
    texts = []
    for service in ("intake", "casework"):
        wanted = {"household_no": household_no, "paper": "", "reason": "核对"}
        answer = await house.post(service, "/v1/print/papers", wanted, house.token("bureau"))
        texts.append(answer.text if answer.status_code == 200 else "")
    found = await house.post("intake", "/v1/households/by-name", {"typed": NAME}, house.token("window"))
    texts.append(f"found {household_no in found.json()['households']}")
    for name, part in PARTS.items():
        for model in part.service.models:
            if not model.internal:
                path = f"/v1/{model.name.replace('_', '-')}?limit=1000"
                texts.append((await house.get(name, path, house.token("bureau"))).text)
    return "\n".join(texts)


async def test_nothing_of_a_person_is_left_once_two_people_said_so(house: House) -> None:
    """Barred while an application is open, then by the files' term; after it done, whole, and harmless to do again."""
    members = [{"resident_id": ID, "name": NAME, "relation": "本人"}]
    event = request(members=members, address=ADDRESS)
    household_no, request_no = event["data"]["household_no"], event["data"]["request_no"]
    assert (await house.event(event)).status_code == 200
    await house.settle()
    keyring = house.runtimes["intake"].keyring
    person = keyring.pseudonym(ID)
    keyring.seal(Clear(person=person, group="retention", text="6222"), at="x/y", kind="k", subject="s")
    keyring.flush()
    before = await shown(house, household_no, request_no)
    assert [one for one in TOLD if one not in before] == []
    assert "found True" in before

    assert (await house.command("intake", asked("SC-1"), "bureau")).status_code == 200
    assert_problem(await approve(house, "SC-1"), 409, "erasure-barred", without=TOLD)
    assert (await told(house, "SC-1"))["against"] == ["application", "case"]
    assert_problem(
        await house.command("intake", asked("SC-9", resident_id="510212196001010010"), "bureau"), 409, "person-unknown"
    )
    same = await decided(house, "approve-erasure", "SC-1", actor="bureau-leader:X1")
    assert_problem(same, 409, "same-person")
    assert (await decided(house, "refuse-erasure", "SC-1", reason="申请在办")).status_code == 200
    withdraw = {"household_no": household_no, "application_no": f"{request_no}-dibao_urban"}
    answer = await house.command("intake", body_of("intake", "withdraw-application") | withdraw, "window")
    assert answer.status_code == 200, answer.text
    await house.settle()
    assert (await house.command("intake", asked("SC-2"), "bureau")).status_code == 200
    assert_problem(await approve(house, "SC-2"), 409, "erasure-barred", without=TOLD)
    row = await told(house, "SC-2")
    assert (row["status"], row["against"], row["not_before"]) == ("requested", ["retention"], "2037-01-01")
    assert keyring.groups_of(person) == ("identity", "retention"), "an order that is not approved deletes nothing"

    async with house.clock_ahead(minutes=int(FREE_IN.total_seconds() / 60)):
        async with house.without_log_writer():
            # Approved, and killed between the deletion and its fact: the next try finds the keys gone and says so.
            assert (await approve(house, "SC-2")).status_code == 200
            assert keyring.erase(person, ("identity",)) == 1
        row = await house.until(lambda: _done(house, "SC-2"))
        assert (row["groups"], row["kept_groups"], row["kept_until"]) == (["identity"], ["retention"], "2057-01-01")
        assert keyring.groups_of(person) == ("retention",)
        after = await shown(house, household_no, request_no)
        assert [one for one in TOLD if one in after] == []
        assert ERASED in after
        assert "found False" in after
        unmask = {"command": "read-personal-field", "household_no": household_no, "field": "names", "reason": "核对"}
        answer = await house.post("casework", "/v1/households/unmask", unmask, house.token("bureau"))
        assert [one for one in TOLD if one in answer.text] == []

        # Who comes back is a person like any other, whom the order of before does not touch, however often it is done.
        again = request(members=members, address=ADDRESS)
        assert (await house.event(again)).status_code == 200
        await house.settle()
        outcome = await house.runtimes["intake"].decider.submit(
            Incoming(commandid=uuid7(), command=CarryOutErasure(erasure_no="SC-2"), actor="edge:intake", role="edge")
        )
        assert outcome.status == "unchanged"
        assert keyring.groups_of(person) == ("identity", "retention")

    await house.settle()
    runtime = house.runtimes["audit"]
    report = await check(runtime.settings, runtime.pool)
    assert (report.complete, report.fault_count) == (True, 0), report.faults
    certified = await house.post("audit", "/v1/certificates", {}, house.token("auditor"))
    assert certified.json()["complete"]
    assert (await rebuild(PARTS["intake"].service, house.runtimes["intake"].settings)).equal
    stated = await house.installation.admin.fetch("SELECT value FROM log.journal WHERE subject LIKE 'erasure:%'")
    assert len(stated) == 5
    for record in stated:
        assert not [one for one in TOLD if one.encode() in record["value"]]
        assert hashlib.sha256(ID.encode()).hexdigest().encode() not in record["value"]


async def _done(house: House, number: str) -> Body:
    row = await told(house, number)
    return row if row["status"] == "done" else {}


async def test_only_the_bureau_asks_and_only_its_leader_decides(house: House) -> None:
    for role, body in (
        ("bureau-leader", asked("SC-5")),
        ("window", asked("SC-5")),
        ("security-administrator", asked("SC-5")),
    ):
        assert_problem(await house.command("intake", body, role), 403, "wrong-role", without=TOLD)
    for name in ("approve-erasure", "refuse-erasure"):
        assert_problem(await house.command("intake", body_of("intake", name), "bureau"), 403, "wrong-role")
    assert_problem(await house.get("intake", "/v1/erasures?limit=1", house.token("contractor")), 403, "wrong-role")
