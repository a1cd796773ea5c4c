"""Certificates tied to a root checkpoint, over the doors; and the log after each store was lost: same leaves, witness goes on."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx

from services.audit import api
from services.audit.publishing import serving
from services.audit.publishing.beside import opener, publisher_beside
from services.audit.publishing.publisher import Publisher, alone
from services.audit.publishing.verifying import folder_faults
from services.audit.service import SERVICE
from services.audit.store import checkpoint_signer
from services.audit.transparency.note import Key, checkpoint_of, note_of
from services.eventlog import provision, restore
from services.eventlog.api import service_app
from services.eventlog.api.runtime import Runtime
from services.eventlog.auth import Identity, Tokens
from services.eventlog.heal import heal
from services.eventlog.keyring import opened
from services.eventlog.reading import raw_log
from services.eventlog.topics import open_admin
from tests.conftest import PASSWORDS, Installation
from tests.unit.audit_logs import LocalWitness, asking

PACK = Path(__file__).parents[2] / "deploy/district/rules/audit.audit_tests.json"
WAIT_SECONDS = 15.0


class Audit:
    """Audit's doors and worker in this process, with the publisher beside."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self.settings = replace(installation.settings("audit"), transparency=folder)
        self.http: httpx.AsyncClient

    def headers(self, role: str) -> dict[str, str]:
        with opened(self.settings.keyring) as keyring:
            token = Tokens(keyring).issue(
                Identity(actor=f"{role}:X1", role=role, town=None), valid_for=timedelta(hours=1)
            )
        return {"authorization": f"Bearer {token}"}

    async def post(self, path: str, role: str, body: object = None) -> httpx.Response:
        content = b"" if body is None else json.dumps(body).encode()
        return await self.http.post(path, content=content, headers=self.headers(role))


@asynccontextmanager
async def running(installation: Installation, folder: Path) -> AsyncIterator[Audit]:
    audit = Audit(installation, folder)
    runtime = Runtime(service=SERVICE, settings=audit.settings, doors=api.DOORS)
    app = service_app(runtime, serve=True, as_worker=True, routes=api.routes, beside=publisher_beside)
    async with installation.log_writer(), app.router.lifespan_context(app):
        audit.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://audit")
        yield audit
        await audit.http.aclose()


def keys_of(installation: Installation, folder: Path) -> dict[str, Key]:
    settings = installation.settings("audit")
    with opened(settings.keyring) as keyring:
        signer = checkpoint_signer(keyring)
    return {path.name: signer.key(f"{settings.log_name}/{path.name}") for path in folder.iterdir() if path.is_dir()}


async def test_a_certificate_names_the_checkpoint_that_covers_it_and_states_it_once(
    installation: Installation, tmp_path: Path
) -> None:
    """Certificate, checkpoint fact and statement name one root; asked again, nothing is written; the door states later ones."""
    pack = json.loads(PACK.read_text(encoding="utf-8"))
    async with running(installation, tmp_path / "log") as audit:
        adopted = await audit.post(
            "/v1/commands/adopt-rule-pack", "bureau-leader", {"command": "adopt-rule-pack", **pack}
        )
        assert adopted.status_code == 200, adopted.text
        first = (await audit.post("/v1/certificates", "auditor")).json()
        assert [fact["type"] for fact in first["facts"]] == ["CoverageCertified", "CheckpointPublished"]
        tree = checkpoint_of(first["root_checkpoint"])
        assert json.loads(first["statement"])["root_checkpoint"] == first["root_checkpoint"]
        assert (first["complete"], tree.origin) == (True, "jiuzhu.local/log/root")
        again = (await audit.post("/v1/certificates", "auditor")).json()
        assert (again["outcome"], again["statement"]) == ("unchanged", first["statement"])
        # The certificate itself was a new fact: there is a later root by now, and the door states it, once.
        for _ in range(int(WAIT_SECONDS / 0.1)):
            if checkpoint_of(note_of((tmp_path / "log/root/checkpoint").read_bytes()).text).size > tree.size:
                break
            await asyncio.sleep(0.1)
        outcomes = [(await audit.post("/v1/checkpoints", "auditor")).json()["outcome"] for _ in range(2)]
        assert outcomes[0] == "accepted"
        assert (await audit.post("/v1/checkpoints", "bureau")).status_code == 403
        last = (await audit.post("/v1/certificates", "auditor")).json()
        assert (last["outcome"], last["statement"]) == ("unchanged", first["statement"])
        after = {"jiuzhu-after": first["commandid"], **audit.headers("auditor")}
        listed = (await audit.http.get("/v1/checkpoints", headers=after)).json()["rows"]
        assert (listed[0]["leaf_count"], listed[0]["root"], listed[0]["policy_met"]) == (
            tree.size,
            tree.root.hex(),
            True,
        )
        told = (await audit.http.get("/v1/transparency")).json()
        assert told["met"] is True
    assert folder_faults(tmp_path / "log", keys_of(installation, tmp_path / "log")) == []


async def published(installation: Installation, folder: Path, witness: LocalWitness) -> dict[str, bytes]:
    """One pass to the log's end by a fresh process; every tile and bundle that the partitions' checkpoints cover."""
    settings = installation.settings("audit")
    clients = {}
    with opened(settings.keyring) as keyring, alone(folder):
        one = Publisher(
            folder,
            settings.partitions,
            opener(keyring, settings),
            lambda name: clients.setdefault(name, asking(witness)),
            1,
        )
        async with raw_log(settings, client="test-publisher") as reader:
            async for _ in one.follow(reader, once=True):
                pass
    missing = [name for name, log in one.logs.items() if log.size and len(log.published().signatures) != 2]
    assert missing == []
    target = folder.with_name(f"{folder.name}-{len(list(folder.parent.iterdir()))}")
    serving.export(folder, target, [])
    trees = (path for p in one.logs for path in (target / str(p)).rglob("tile/**/*") if path.is_file())
    return {path.relative_to(target).as_posix(): path.read_bytes() for path in trees}


async def test_after_kafka_and_after_postgresql_were_lost_every_leaf_is_the_same_and_the_witness_goes_on(
    installation: Installation, tmp_path: Path
) -> None:
    """The topic is lost and healed; then the database is lost and rebuilt; after each, trees made anew are byte-equal."""
    witness, pack = LocalWitness("w0"), json.loads(PACK.read_text(encoding="utf-8"))
    writer = installation.settings("eventlog")

    async def states(version: str) -> None:
        async with running(installation, tmp_path / "live") as audit:
            body = {"command": "adopt-rule-pack", **pack, "version": version}
            answer = await audit.post("/v1/commands/adopt-rule-pack", "bureau-leader", body)
            assert answer.status_code == 200, answer.text
            assert (await audit.post("/v1/certificates", "auditor")).json()["complete"]

    await states("2026.1")
    before = await published(installation, tmp_path / "kept", witness)

    admin = await open_admin(writer.kafka)
    try:
        await admin.delete_topics([writer.log_topic])
    finally:
        await admin.close()
    await heal(writer, lambda zh, en: None)
    assert await published(installation, tmp_path / "anew", LocalWitness("w0")) == before
    await states("2026.2")
    grown = await published(installation, tmp_path / "kept", witness)

    await installation.admin.close()
    await provision.drop_database(installation.cluster.dsn, installation.database)
    await provision.provision_database(
        installation.cluster.dsn, PASSWORDS, partitions=writer.partitions, database=installation.database
    )
    await restore.restore_all([(SERVICE, installation.settings("audit"), None)], writer, lambda zh, en: None)
    assert await published(installation, tmp_path / "again", LocalWitness("w0")) == grown
    await states("2026.3")
    last = await published(installation, tmp_path / "kept", witness)
    assert last.keys() != grown.keys()
    assert folder_faults(
        tmp_path / "kept", keys_of(installation, tmp_path / "kept"), witnesses=[witness.key], wanted=1
    ) == []  # fmt: skip
