"""The transparency log over real Kafka: leaves, proofs, restarts, a topic made anew, and witnesses that refuse a rewrite."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from services.audit.publishing import serving
from services.audit.publishing.beside import opener, publisher_beside
from services.audit.publishing.files import TiledLog
from services.audit.publishing.publisher import FolderInUse, Publisher, alone
from services.audit.publishing.witnesses import Witnesses
from services.audit.store import checkpoint_signer, verify_signature
from services.audit.transparency.leaf import leaf_bytes
from services.audit.transparency.merkle import leaf_hash, proves_inclusion
from services.audit.transparency.note import Note, checkpoint_of, note_of, verified_by
from services.eventlog import waiting
from services.eventlog.heal import heal
from services.eventlog.keyring import opened
from services.eventlog.reading import raw_log
from services.eventlog.topics import open_admin
from tests.conftest import Installation
from tests.integration.ledger import ledger
from tests.integration.test_life_of_a_fact import incoming
from tests.unit.audit_logs import LocalWitness, asking


@asynccontextmanager
async def publisher(installation: Installation, folder: Path, witness: LocalWitness) -> AsyncIterator[Publisher]:
    settings = installation.settings("audit")
    by_log: dict[str, Witnesses] = {}
    with opened(settings.keyring) as keyring, alone(folder):
        yield Publisher(
            folder,
            settings.partitions,
            opener(keyring, settings),
            lambda name: by_log.setdefault(name, asking(witness)),
        )


async def publish(installation: Installation, folder: Path, witness: LocalWitness) -> dict[int, bytes]:
    """One pass to the log's end by a fresh process; the roots by partition."""
    settings = installation.settings("audit")
    async with publisher(installation, folder, witness) as one, raw_log(settings, client="test-publisher") as reader:
        async for _ in one.follow(reader, once=True):
            pass
        return {p: log.signed.root for p, log in one.logs.items()}


async def write(installation: Installation, first: int, count: int) -> None:
    async with installation.log_writer(), installation.running(ledger, worker=False) as (runtime,):
        batch = [incoming(f"s{n % 10}", n) for n in range(first, first + count)]
        await runtime.decider.execute(batch)
        await waiting.on_log(runtime.pool, [one.commandid for one in batch], 10.0)


async def test_every_record_is_a_leaf_proved_offline_and_restarts_go_on(
    installation: Installation, tmp_path: Path
) -> None:
    """Two batches, a fresh publisher each: every record's proof verifies by its stored bytes, every checkpoint is cosigned."""
    witness, settings = LocalWitness("w0"), installation.settings("audit")
    await write(installation, 0, 300)
    before = await publish(installation, tmp_path, witness)
    await write(installation, 300, 400)
    after = await publish(installation, tmp_path, witness)
    assert before != after
    count = 0
    with opened(settings.keyring) as keyring:
        async with raw_log(settings, client="test-reader") as reader:
            ends = await reader.ends(range(settings.partitions))
            async for partition, records in reader.read(
                {p: end.first for p, end in ends.items()}, {p: end.after for p, end in ends.items()}
            ):
                log = opener(keyring, settings)(tmp_path / str(partition), str(partition))
                for record in records:
                    count += 1
                    leaf = leaf_bytes(
                        partition, record.offset + 1, record.timestamp, record.key, record.value, record.headers
                    )
                    found = serving.proof_of(tmp_path, partition, record.offset + 1)
                    signed = note_of(found["checkpoint"].encode())
                    assert verified_by(signed, [log.key, witness.key], verify_signature) == {
                        log.key.vkey, witness.key.vkey,
                    }  # fmt: skip
                    proof = [base64.b64decode(one) for one in found["proof"]]
                    tree = checkpoint_of(signed.text)
                    assert base64.b64decode(found["leaf"]) == leaf
                    assert proves_inclusion(proof, found["index"], tree.size, leaf_hash(leaf), tree.root)
                log.require_whole()
    assert count == 700


async def test_a_topic_made_anew_and_healed_gives_the_same_roots(installation: Installation, tmp_path: Path) -> None:
    """Kafka's data is lost and healed from the journal: a publisher that goes on, and one that begins anew, agree."""
    witness, settings = LocalWitness("w0"), installation.settings("eventlog")
    await write(installation, 0, 200)
    before = await publish(installation, tmp_path / "kept", witness)
    admin = await open_admin(settings.kafka)
    try:
        await admin.delete_topics([settings.log_topic])
    finally:
        await admin.close()
    await heal(settings, lambda zh, en: None)
    await write(installation, 200, 50)
    kept = await publish(installation, tmp_path / "kept", witness)
    anew = await publish(installation, tmp_path / "anew", LocalWitness("w1"))
    assert kept == anew != before


async def test_a_rewritten_history_is_refused_by_the_witness(installation: Installation, tmp_path: Path) -> None:
    """An insider with the log's key signs another history of the same length and longer: the witness cosigns neither."""
    witness, settings = LocalWitness("w0"), installation.settings("audit")
    await write(installation, 0, 100)
    await publish(installation, tmp_path / "true", witness)
    partition = next(p for p in range(12) if (tmp_path / "true" / str(p) / "checkpoint").exists())
    with opened(settings.keyring) as keyring:
        forged: TiledLog = opener(keyring, settings)(tmp_path / "forged", str(partition))
        size = checkpoint_of(note_of((tmp_path / "true" / str(partition) / "checkpoint").read_bytes()).text).size
        forged.append([b"rewritten"] * (size + 7))
        signed = forged.sign()
    said = await asking(witness).cosign(signed, forged.consistency)
    assert said.signatures == ()
    assert "422" in said.refusals["w0"]
    # Without a witness the log's own signature holds: nobody who has only this checkpoint can tell.
    assert verified_by(Note(signed.text, signed.signatures), [forged.key], verify_signature) == {forged.key.vkey}


async def test_one_process_publishes_at_a_time(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(FolderInUse), alone(tmp_path):
        pass


async def test_the_folder_can_be_taken_away_and_serves_strangers_tiles_only(
    installation: Installation, tmp_path: Path
) -> None:
    await write(installation, 0, 50)
    await publish(installation, tmp_path / "log", LocalWitness("w0"))
    sizes = serving.export(tmp_path / "log", tmp_path / "away", ["a vkey"])
    assert sum(size for name, size in sizes.items() if name != "root") == 50
    partition = next(name for name, size in sizes.items() if name != "root" and size)
    assert serving.public_file(tmp_path / "log", partition, "checkpoint") is not None
    for log, path in (
        ("..", "checkpoint"),
        (partition, "checkpoint.signed"),
        (partition, "../root/checkpoint"),
        ("", "checkpoint"),
    ):
        assert serving.public_file(tmp_path / "log", log, path) is None
    assert (tmp_path / "away" / "vkeys.txt").read_text() == "a vkey\n"
    assert not list((tmp_path / "away").rglob("checkpoint.signed"))
    with pytest.raises(FileExistsError):
        serving.export(tmp_path / "log", tmp_path / "away", [])


async def test_beside_the_worker_checkpoints_appear_within_seconds(installation: Installation, tmp_path: Path) -> None:
    """As audit's worker runs it: signed in another thread than the keyring's, a checkpoint follows the facts by itself."""
    await write(installation, 0, 20)
    settings = replace(installation.settings("audit"), transparency=tmp_path)
    with opened(settings.keyring) as keyring:
        async with publisher_beside(SimpleNamespace(settings=settings, keyring=keyring)):  # type: ignore[arg-type]
            for _ in range(100):
                if (tmp_path / "root" / "checkpoint").exists():
                    break
                await asyncio.sleep(0.1)
        signer = checkpoint_signer(keyring)
        found = note_of((tmp_path / "root" / "checkpoint").read_bytes())
        assert verified_by(found, [signer.key(f"{settings.log_name}/root")], verify_signature)
