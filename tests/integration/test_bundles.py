"""The door of inspection bundles over real Kafka: made at the published checkpoint, stated, handed out, verified by anybody."""

import asyncio
import functools
import hashlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from deploy.embedded.fixture import EmbeddedCluster
from services.audit.api.bundles import published_files
from services.audit.bundling import gathering, verify
from services.audit.bundling.published import NothingPublished, moment
from services.audit.bundling.scope import Scope
from services.audit.domain import evidence_of, objection
from services.audit.publishing.beside import publisher_beside
from services.contracts import codec
from services.contracts.codec import derived_id
from services.contracts.deciding import Record
from services.contracts.envelope import record_hash
from services.eventlog.deciding import Incoming
from services.eventlog.ids import uuid7
from tests.integration.doors import NAMES, PHONE, RESIDENT_IDS, House, assert_problem, open_house, request
from tests.unit.bundle_world import members_of, verified


async def opened_finding(house: House) -> None:
    """A finding about the first fact of the household, which the door of tests would open."""
    row = await house.installation.admin.fetchrow(
        "SELECT partition, sequence, value FROM log.journal WHERE subject LIKE 'household:%' "
        "ORDER BY partition, sequence LIMIT 1"
    )
    envelope = codec.decode(row["value"])
    record = Record(
        partition=row["partition"], hash=record_hash(row["value"]), envelope=envelope, fact=codec.body(envelope)
    )
    finding = objection(
        "survey_by_one", (evidence_of(record),), about="household:T01-H00001", town="T01", zh="一人入户", en="one alone"
    )
    runtime = house.runtimes["audit"]
    outcome = await runtime.decider.submit(
        Incoming(commandid=derived_id(finding.finding_no, "open"), command=finding, actor="auditor:A1", role="auditor")
    )
    assert outcome.status == "accepted"


async def test_an_inspector_takes_a_bundle_away_and_anybody_verifies_it(
    cluster: EmbeddedCluster, tmp_path: Path
) -> None:
    """Whole log and findings; by whom it may be had; the same bytes twice; with a person erased it still holds."""
    async with open_house(cluster, tmp_path / "keyring", towns=("T01",)) as house:
        inspector, runtime = house.token("inspector"), house.runtimes["audit"]
        assert_problem(await house.post("audit", "/v1/bundles", {}, inspector), 503, "not-published-yet")
        runtime.settings = replace(runtime.settings, transparency=tmp_path / "log")
        async with publisher_beside(runtime):
            assert (await house.event(request())).status_code in (200, 202)
            await house.settle()
            await opened_finding(house)
            certified = await house.post("audit", "/v1/certificates", {}, house.token("auditor"))
            assert certified.json()["complete"]
            await _published(house, tmp_path / "log")
            for role in ("bureau-leader", "officer", "operator", "system-administrator"):
                assert_problem(await house.post("audit", "/v1/bundles", {}, house.token(role)), 403, "wrong-role")
            for body in (
                {"kind": "town"},
                {"kind": "whole", "of": "T01"},
                {"kind": "subject", "of": "T01"},
                {"kind": "all"},
            ):
                assert_problem(await house.post("audit", "/v1/bundles", body, inspector), 422, "body-invalid")
            key = str(uuid7())
            answer = await house.post("audit", "/v1/bundles", {}, inspector, idempotency_key=key)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip"), answer.text
            assert answer.headers["jiuzhu-sha256"] == hashlib.sha256(answer.content).hexdigest()
            await house.settle()
            shown = await house.get("audit", f"/v1/bundles/{answer.headers['jiuzhu-bundle']}", house.token("auditor"))
            assert (shown.json()["issued_to"], shown.json()["role"]) == ("inspector:X1", "inspector")
            assert (shown.json()["sha256"], shown.json()["times"]) == (answer.headers["jiuzhu-sha256"], 1)
            # Meanwhile the log has grown by that fact: the same id cannot stand for other bytes.
            await _published(house, tmp_path / "log")
            again = await house.post("audit", "/v1/bundles", {}, inspector, idempotency_key=key)
            assert_problem(again, 422, "command-id-reused")
            findings = await house.post("audit", "/v1/bundles", {"kind": "findings"}, inspector)
            await _published(house, tmp_path / "log")
        public = (await house.get("audit", "/v1/keys", inspector)).json()["public_key"]
        for content in (answer.content, findings.content):
            _holds(tmp_path / "bundle.zip", content, public)
        assert len(members_of(findings.content)) < len(members_of(answer.content))
        made = [await _made(house, tmp_path / f"{number}.zip") for number in (1, 2)]
        assert made[0] == made[1]
        keyring = house.runtimes["casework"].keyring
        assert keyring.erase(keyring.pseudonym(RESIDENT_IDS[0])) >= 1
        erased = await _made(house, tmp_path / "3.zip")
        _holds(tmp_path / "bundle.zip", erased, public)
        assert verify.MASKS[1].encode() in erased
        assert verify.MASKS[1].encode() not in b"".join(
            data for name, data in members_of(made[0]).items() if name.startswith("data/readable/")
        )


def _holds(path: Path, content: bytes, public: str) -> None:
    path.write_bytes(content)
    code, lines = verified(path, "--key", public)
    assert code == verify.VALID, lines
    for told in (*NAMES, *RESIDENT_IDS, PHONE):
        assert told.encode() not in content


async def _made(house: House, out: Path) -> bytes:
    runtime = house.runtimes["audit"]
    assert runtime.settings.transparency is not None
    files = functools.partial(published_files, runtime.settings.transparency)
    keys = gathering.keys_of(runtime.settings, runtime.keyring)
    await gathering.make_bundle(runtime.settings, keys, files, Scope(), out)
    return out.read_bytes()


async def _published(house: House, folder: Path) -> None:
    """Until every record of the journal is covered by a published checkpoint."""
    await house.settle()
    rows = await house.installation.admin.fetch(
        "SELECT partition, max(sequence) AS last FROM log.journal GROUP BY partition"
    )
    wanted = {row["partition"]: row["last"] for row in rows}
    for _ in range(200):
        with suppress(NothingPublished):
            if (await asyncio.to_thread(moment, published_files(folder), 12)).sizes == wanted:
                return
        await asyncio.sleep(0.05)
    raise AssertionError("the log was not published")
