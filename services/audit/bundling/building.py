"""Makes a bundle in a folder and packs it: raw records, proofs, readable view, report, keys, manifests, statement; reads no Kafka.

Everything in it follows from the records, the published moment and the keys: made twice, it is the same bytes.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import msgspec

from services.audit import statement
from services.audit.bundling import archive, attesting, report, verify
from services.audit.bundling.attesting import Keys
from services.audit.bundling.published import ROOT, Published
from services.audit.bundling.readable import Holds, readable_line
from services.audit.bundling.scope import Place, Scope, Selection
from services.audit.transparency import tiles
from services.audit.transparency.leaf import leaf_bytes
from services.audit.transparency.merkle import TILE_LEVELS
from services.contracts import codec
from services.contracts.audit import CoverageCertified
from services.contracts.deciding import CHINA


class NotCovered(LookupError):
    """A finding is covered by the checkpoint, a record that it cites is not yet: the next checkpoint covers both."""

    def __init__(self, place: Place) -> None:
        super().__init__(
            f"证据 {place[0]}/{place[1]} 尚未被检查点覆盖，请稍后再试；evidence {place[0]}/{place[1]} is not covered yet: try again"
        )


class RecordDiffers(RuntimeError):
    """Kafka holds other bytes than the transparency log signed: nothing is made of them."""

    def __init__(self, partition: int, sequence: int) -> None:
        super().__init__(
            f"分区 {partition} 第 {sequence} 条与透明日志不符，请运行 jiuzhu check；"
            f"record {sequence} of partition {partition} is not the one that was signed: run `jiuzhu check`"
        )


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle that was made: its SHA-256 and size, how many records, at which root checkpoint."""

    sha256: str
    size_bytes: int
    records: int
    root_origin: str
    root_size: int
    root_hash: str


def covered(selection: Selection, published: Published) -> frozenset[Place] | None:
    """The places a selection takes, `None` for all. `NotCovered` where a cited record is beyond the checkpoint."""
    sizes = published.sizes
    for partition, sequence in sorted(selection.cited()):
        if sequence > sizes.get(partition, 0):
            raise NotCovered((partition, sequence))
    return None if selection.scope.whole else selection.places(sizes)


@dataclass(slots=True)
class Spool:
    """Raw records on their way into a bundle, in a folder; each is held against the leaf that was signed."""

    folder: Path
    published: Published
    places: frozenset[Place] | None
    taken: dict[int, int] = field(default_factory=dict)
    _files: dict[int, IO[bytes]] = field(default_factory=dict)
    _leaves: dict[int, tuple[int, list[bytes]]] = field(default_factory=dict)

    def take(
        self, partition: int, sequence: int, timestamp: int, key: bytes, value: bytes, headers: Iterable[tuple[str, bytes]]
    ) -> None:  # fmt: skip
        """Take an effective record in, where the scope has it. Each partition in its order."""
        if sequence > self.published.sizes.get(partition, 0):
            return
        if self.places is not None and (partition, sequence) not in self.places:
            return
        kept = tuple(headers)
        if leaf_bytes(partition, sequence, timestamp, key, value, kept) != self._leaf(partition, sequence):
            raise RecordDiffers(partition, sequence)
        line = {
            "sequence": sequence, "timestamp": timestamp, "key": _base64(key), "value": _base64(value),
            "headers": [[name, _base64(content)] for name, content in kept],
        }  # fmt: skip
        self._file(partition).write(attesting.canonical(line) + b"\n")
        self.taken[partition] = self.taken.get(partition, 0) + 1

    def close(self) -> None:
        for file in self._files.values():
            file.close()

    def require_all(self) -> None:
        """`RecordDiffers` where a record of the scope never came: Kafka lacks what was signed."""
        for partition, size in self.published.sizes.items():
            wanted = size if self.places is None else sum(p == partition for p, _ in self.places)
            if self.taken.get(partition, 0) != wanted:
                raise RecordDiffers(partition, self.taken.get(partition, 0) + 1)

    def _leaf(self, partition: int, sequence: int) -> bytes:
        number, at = divmod(sequence - 1, 256)
        if self._leaves.get(partition, (-1,))[0] != number:
            after = min(number * 256 + 256, self.published.sizes[partition])
            leaves = self.published.files[str(partition)].leaves(number * 256, after)
            self._leaves[partition] = (number, leaves)
        return self._leaves[partition][1][at]

    def _file(self, partition: int) -> IO[bytes]:
        if partition not in self._files:
            path = self.folder / "data/records" / f"{partition:02d}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._files[partition] = path.open("wb")
        return self._files[partition]


def finish(spool: Spool, scope: Scope, keys: Keys, holds: Holds, out: IO[bytes], *, sample: bool) -> Made:
    """Everything but the raw records, which the spool holds; then the archive, into `out`."""
    spool.close()
    spool.require_all()
    folder, published, told = spool.folder, spool.published, report.Told(sizes=spool.published.sizes)
    for partition in sorted(published.partitions):
        _derive(spool, scope, partition, holds, told)
    bundle = _bundle(spool, scope, keys)
    names = [ROOT, *(str(partition) for partition in sorted(published.partitions))]
    files = {
        "data/bundle.json": attesting.canonical(bundle),
        "data/keys/keys.json": attesting.canonical(keys.document(names)),
        "data/keys/vkeys.txt": "".join(f"{vkey}\n" for vkey in keys.log_vkeys(names)).encode(),
        "data/report/report.html": report.html(told, bundle, keys.key_id, sample=sample),
        "data/report/report.xlsx": report.xlsx(told, bundle),
        **_logs(published),
        **(_tiles(published) if scope.whole else {}),
    }
    if told.certificate is not None:
        files["data/certificate.json"] = _certificate(*told.certificate[1:])
    archive.write_text(folder, files)
    _seal(folder, bundle, keys)
    sha256, size = archive.pack(folder, out)
    root = published.root.checkpoint
    return Made(
        sha256=sha256, size_bytes=size, records=sum(spool.taken.values()), root_origin=root.origin, root_size=root.size,
        root_hash=root.root.hex(),
    )  # fmt: skip


def _derive(spool: Spool, scope: Scope, partition: int, holds: Holds, told: report.Told) -> None:
    """From the raw records of a partition: their proofs (the whole log needs none), the readable view, the report's counts."""
    raw = spool.folder / "data/records" / f"{partition:02d}.jsonl"
    if not raw.is_file():
        return
    places = {room: spool.folder / "data" / room / raw.name for room in ("proofs", "readable")}
    for path in places.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    with raw.open("rb") as lines, places["proofs"].open("wb") as proofs, places["readable"].open("wb") as shown:
        for line in lines:
            kept = json.loads(line)
            said = json.loads(base64.b64decode(kept["value"]))
            shown.write(readable_line(kept["sequence"], kept["timestamp"], said, holds))
            told.read(partition, said)
            if not scope.whole:
                proof = spool.published.record_proof(partition, kept["sequence"])
                stated = {"sequence": kept["sequence"], "proof": [_base64(one) for one in proof]}
                proofs.write(attesting.canonical(stated) + b"\n")
    if scope.whole:
        places["proofs"].unlink()


def _bundle(spool: Spool, scope: Scope, keys: Keys) -> dict[str, Any]:
    """What the bundle says of itself; the statement repeats it."""
    published = spool.published
    sealed = datetime.fromtimestamp(published.last_sealed_ms() / 1000, UTC)
    return {
        "format": verify.FORMAT,
        "scope": {"kind": scope.kind, "of": scope.of},
        "as_at": sealed.astimezone(CHINA).isoformat(timespec="milliseconds"),
        "log_name": keys.log_name,
        "partition_count": published.partition_count,
        "root": {"size": published.root.checkpoint.size, "hash": published.root.checkpoint.root.hex()},
        "partitions": {
            str(partition): {
                "size": one.checkpoint.size,
                "root": one.checkpoint.root.hex(),
                "records": spool.taken.get(partition, 0),
            }
            for partition, one in sorted(published.partitions.items())
        },
    }


def _logs(published: Published) -> dict[str, bytes]:
    files = {f"data/log/{ROOT}/checkpoint": published.root.document}
    for partition, one in published.partitions.items():
        files[f"data/log/{partition}/checkpoint"] = one.document
        proof = {"index": published.in_root[partition], "proof": [_base64(h) for h in published.root_proof(partition)]}
        files[f"data/log/{partition}/in-root.json"] = attesting.canonical(proof)
    return files


def _tiles(published: Published) -> dict[str, bytes]:
    """Every hash tile of the partitions (C2SP), which prove all records at once, and say which one is altered."""
    return {
        f"data/log/{partition}/{tiles.tile_path(level, number, width)}": tiles.tile_bytes(
            published.files[str(partition)].tile(level, number, width)
        )
        for partition, size in published.sizes.items()
        for level in range(TILE_LEVELS)
        for number, width in tiles.tiles_of(size >> (TILE_LEVELS * level))
    }


def _certificate(partition: int, sequence: int, data: Mapping[str, Any]) -> bytes:
    """The last certificate on the log with the very bytes that were signed, so that the signature can be checked anywhere."""
    fact = codec.convert(data, CoverageCertified)
    return attesting.canonical(
        {
            "partition": partition, "sequence": sequence, "key_id": fact.key_id, "signature": fact.signature,
            "statement": statement.statement_bytes(statement.coverage_of(fact)).decode(),
        }
    )  # fmt: skip


def _seal(folder: Path, bundle: Mapping[str, Any], keys: Keys) -> None:
    """BagIt's tag files, the verifier itself, and the signature over them."""
    names = [name for name in archive.files_of(folder) if name.startswith("data/")]
    scope = f"{bundle['scope']['kind']} {bundle['scope']['of']}".strip()
    info = {
        "Bag-Software-Agent": "jiuzhu",
        "Bagging-Date": bundle["as_at"][:10],
        "External-Description": f"Inspection bundle 检查包: {scope}",
        "External-Identifier": f"{keys.log_name}/root {bundle['root']['size']} {bundle['root']['hash']}",
        "Payload-Oxum": archive.payload_oxum(folder),
    }
    tags = {
        "bag-info.txt": "".join(f"{name}: {value}\n" for name, value in info.items()).encode(),
        "bagit.txt": verify.BAGIT,
        "manifest-sha256.txt": archive.manifest(folder, names),
        "verify.py": Path(verify.__file__).read_bytes(),
    }
    tags[verify.ATTESTATION] = attesting.attestation(tags, bundle, keys)
    archive.write_text(folder, tags)
    archive.write_text(folder, {verify.TAGMANIFEST: archive.manifest(folder, tags)})


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
