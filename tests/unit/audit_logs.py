"""A small installation's published logs in a folder, and witnesses that answer in this process."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
from aiokafka import ConsumerRecord
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.publishing.files import TiledLog
from services.audit.publishing.publisher import Publisher
from services.audit.publishing.witnesses import Witness, Witnesses
from services.audit.store import verify_signature
from services.audit.transparency import note
from services.audit.transparency.merkle import proves_consistency
from services.audit.transparency.note import COSIGNATURE_V1, ED25519, Key, checkpoint_of, note_of
from services.contracts import codec
from services.contracts.audit import CheckpointPublished, FindingOpened
from services.contracts.codec import Draft
from services.contracts.envelope import ZERO_HASH, record_hash
from services.contracts.registry import Fact

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
PARTITIONS = 2
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def key_of_log(name: str) -> Key:
    return Key(f"jiuzhu.example/log/{name}", ED25519, PUBLIC)


KEYS = {name: key_of_log(name) for name in ("root", "0", "1")}


def open_log(folder: Path, name: str) -> TiledLog:
    """Opens a log with the key that an insider would have too."""
    return TiledLog(folder, key_of_log(name), PRIVATE.sign, verify_signature)


class LocalWitness:
    """A witness by the C2SP protocol: cosigns what continues what it saw last, refuses everything else; `away`: silent, `nonsense`: the size it claims."""

    def __init__(self, name: str) -> None:
        self._private = Ed25519PrivateKey.generate()
        self.key = Key(name, COSIGNATURE_V1, self._private.public_key().public_bytes_raw())
        self.seen: dict[str, note.Checkpoint] = {}
        self.away, self.asked, self.nonsense = False, 0, ""

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.away:
            raise httpx.ConnectError("away", request=request)
        if self.nonsense:
            return httpx.Response(409, text=self.nonsense, headers={"content-type": "text/x.tlog.size"})
        head, _, document = request.content.partition(b"\n\n")
        old_line, *proof = head.decode().split("\n")
        signed = note_of(document)
        now, old = checkpoint_of(signed.text), int(old_line.removeprefix("old "))
        last = self.seen.get(now.origin)
        if old != (last.size if last else 0):
            size = f"{last.size if last else 0}\n"
            return httpx.Response(409, text=size, headers={"content-type": "text/x.tlog.size"})
        hashes = [base64.b64decode(one) for one in proof]
        if last is not None and not proves_consistency(hashes, last.size, now.size, last.root, now.root):
            return httpx.Response(422, text="not consistent")
        self.seen[now.origin] = now
        return httpx.Response(200, text=note.cosigned(signed.text, self.key, 1_772_000_000, self._private.sign).line())


def asking(*witnesses: LocalWitness) -> Witnesses:
    """A client of these witnesses."""
    by_host = {f"{one.key.name}.test": one for one in witnesses}
    transport = httpx.MockTransport(lambda request: by_host[request.url.host].answer(request))
    return Witnesses(
        [Witness(f"http://{host}", one.key) for host, one in by_host.items()],
        verify_signature,
        httpx.AsyncClient(transport=transport),
    )


def records(count: int, *, rewritten: int | None = None) -> list[ConsumerRecord]:
    """A partition's records with a chain that holds; `rewritten`: that one says another thing, so all that follow differ."""
    found, before = [], ZERO_HASH
    for sequence in range(1, count + 1):
        value = codec.seal(
            _body("officer:O002" if sequence == rewritten else "officer:O001", sequence), sequence, before
        )
        before = record_hash(value)
        found.append(_record(sequence, value))
    return found


def checkpoint_records(after: Sequence[ConsumerRecord], count: int) -> list[ConsumerRecord]:
    """Facts of audit about checkpoints that go on with a partition's records."""
    fact = CheckpointPublished(
        topic="assist.log.v1", origin="o", leaf_count=1, root="00" * 32, note="n", cosigned_by=(), wanted_count=0
    )
    found, before = [], record_hash(after[-1].value or b"")
    for sequence in range(len(after) + 1, len(after) + count + 1):
        value = codec.seal(_said("log:assist.log.v1", sequence, fact), sequence, before)
        before = record_hash(value)
        found.append(_record(sequence, value))
    return found


def _record(sequence: int, value: bytes) -> ConsumerRecord:
    return ConsumerRecord(
        topic="assist.log.v1", partition=0, offset=sequence - 1, timestamp=1_772_000_000_000 + sequence, timestamp_type=0,
        key=b"finding:F-1", value=value, checksum=None, serialized_key_size=0, serialized_value_size=0, headers=(),
    )  # fmt: skip


def _body(about: str, sequence: int) -> bytes:
    fact = FindingOpened(
        finding_no="F-1", test="visits_overlap", severity="high", about=about, town="T01", rule="r", law="l",
        summary_zh="同时", summary_en="at once", evidence=(),
    )  # fmt: skip
    return _said("finding:F-1", sequence, fact)


def _said(subject: str, sequence: int, fact: Fact) -> bytes:
    draft = Draft(
        id=f"019cad32-0000-7000-8000-{sequence:012d}", owner="audit", subject=subject, streamversion=sequence, time=AT,
        recordedtime=AT, commandid="019cad32-0000-7000-8000-00000000c0de", commandhash="00" * 32,
        correlationid="019cad32-0000-7000-8000-00000000c0de", actor="reaction:audit", fact=fact,
    )  # fmt: skip
    return codec.body_bytes(draft)


async def published(
    folder: Path,
    sizes: Sequence[int],
    witnesses: Sequence[LocalWitness] = (),
    *,
    rewritten: int | None = None,
    wanted: int = 0,
) -> Publisher:
    """Partition 0 (all) and 1 (half) published at each of `sizes` in turn."""
    clients: dict[str, Witnesses] = {}
    one = Publisher(folder, PARTITIONS, open_log, lambda name: clients.setdefault(name, asking(*witnesses)), wanted)
    upto, half = one.logs[0].size, one.logs[1].size
    every = records(max(sizes), rewritten=rewritten)
    for size in sizes:
        one.take(0, every[upto:size])
        one.take(1, every[half : size // 2])
        upto, half = size, size // 2
        await one.publish()
    return one
