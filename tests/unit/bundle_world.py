"""A small log, published and cosigned as in an installation, of which bundles are made without sockets; for unit tests."""

import argparse
import base64
import hashlib
import json
import shutil
import struct
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit import statement
from services.audit.bundling import attesting, building, published, verify
from services.audit.bundling.attesting import Keys
from services.audit.bundling.building import Made, Spool
from services.audit.bundling.published import LogFiles, Published
from services.audit.bundling.scope import Scope, Selection
from services.audit.publishing.files import TiledLog, bundle_reader, tile_reader
from services.audit.statement import Coverage
from services.audit.store import verify_signature
from services.audit.transparency import note
from services.audit.transparency.leaf import leaf_bytes
from services.audit.transparency.note import COSIGNATURE_V1, ED25519, Key, Note
from services.contracts import codec
from services.contracts.audit import CoverageCertified, Evidence, FindingOpened, PartitionCoverage, RulePackAdopted
from services.contracts.casework import CareArranged
from services.contracts.codec import Draft
from services.contracts.envelope import HEADERS, ZERO_HASH, partition_of, record_hash
from services.contracts.registry import Fact, kind_of
from services.contracts.sealed import Clear
from services.eventlog.keyring import Keyring, create_keyring
from tests.unit.audit_told import PACK

LOG_NAME, PARTITIONS = "example.org/log", 12
LOG = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CERTIFICATE = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
WITNESSES = tuple(Ed25519PrivateKey.from_private_bytes(bytes([i]) * 32) for i in (7, 8, 9))
WITNESS_KEYS = tuple(
    Key(f"witness{i}.example.org", COSIGNATURE_V1, one.public_key().public_bytes_raw())
    for i, one in enumerate(WITNESSES)
)
BEGIN = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NAME = "示例甲乙丙丁"


def keys(witnesses_min: int = 2, log: Ed25519PrivateKey = LOG, certificate: Ed25519PrivateKey = CERTIFICATE) -> Keys:
    return Keys(
        log_name=LOG_NAME, log_public=log.public_key().public_bytes_raw(),
        certificate_public=certificate.public_key().public_bytes_raw(), sign=certificate.sign,
        witnesses=WITNESS_KEYS, witnesses_min=witnesses_min,
    )  # fmt: skip


Stored = tuple[int, bytes, bytes]  # timestamp in ms, key, value


@dataclass
class BundleWorld:
    """Records by partition, their tiled logs in `folder`, and a keyring that sealed their personal values."""

    folder: Path
    records: dict[int, list[Stored]] = field(default_factory=lambda: defaultdict(list))
    versions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    log: Ed25519PrivateKey = LOG
    partitions: int = PARTITIONS
    count: int = 0

    def __post_init__(self) -> None:
        create_keyring(self.folder / "keyring")
        self.keyring = Keyring(self.folder / "keyring")
        self.logs: dict[str, TiledLog] = {}

    def say(self, owner: str, subject: str, fact: Fact) -> Evidence:
        """A fact as the log writer seals it; where it stands, as evidence for a finding."""
        self.count += 1
        partition, stream = partition_of(subject, self.partitions), f"/{owner}/{subject}"
        self.versions[stream] += 1
        at = BEGIN + timedelta(seconds=self.count)
        event_id = self.event_id()
        body = codec.body_bytes(
            Draft(
                id=event_id,
                owner=owner,
                subject=subject,
                streamversion=self.versions[stream],
                time=at,
                recordedtime=at,
                commandid=event_id,
                commandhash="0" * 64,
                correlationid=event_id,
                actor="officer:O001",
                fact=fact,
            )
        )
        before = self.records[partition]
        sequence = len(before) + 1
        value = codec.seal(body, sequence, record_hash(before[-1][2]) if before else ZERO_HASH)
        before.append((int(at.timestamp() * 1000), subject.encode(), value))
        return Evidence(
            event_id=event_id, type=kind_of(type(fact)), partition=partition, sequence=sequence,
            hash=hashlib.sha256(value).hexdigest(),
        )  # fmt: skip

    def event_id(self, ahead: int = 0) -> str:
        return f"019cad32-0000-7000-8000-{self.count + ahead:012d}"

    def care(self, household: str, person: str = "p_1", clear: str = NAME) -> Evidence:
        """A fact of casework with a personal value, sealed."""
        subject = f"household:{household}"
        sealed = self.keyring.seal(
            Clear(person=person, group="sensitive", text=clear), at=f"{self.event_id(1)}/carer",
            kind=kind_of(CareArranged), subject=subject,
        )  # fmt: skip
        arranged = CareArranged(
            application_no="R-202603-00001-tekun", town=household[:3], person=person, placement="home", carer=sealed,
            agreement_sha256="", agreement_required=True, arranged_on=date(2026, 3, 2), pack_version="ability@2026.1",
        )  # fmt: skip
        return self.say("casework", subject, arranged)

    def finding(self, number: str, evidence: Sequence[Evidence], town: str = "T01") -> Evidence:
        opened = FindingOpened(
            finding_no=number, test="survey_by_one", severity="high", about="household:T01-H00001", town=town,
            rule="入户调查须两人", law="社会救助暂行办法", summary_zh="一人入户", summary_en="one alone", evidence=tuple(evidence),
        )  # fmt: skip
        return self.say("audit", f"finding:{number}", opened)

    def pack(self) -> None:
        adopted = codec.decoder_of(RulePackAdopted).decode(PACK.read_bytes())
        self.say("audit", f"rules:{adopted.name}", adopted)

    def certify(self, **otherwise: object) -> None:
        """A certificate over all that was said so far; `otherwise`: what the check found beside."""
        coverage = Coverage(
            topic="assist.log.v1", streams_contiguous=True, journal_equal=True, configuration_as_required=True,
            partitions=tuple(_covered(p, self.records[p]) for p in range(self.partitions)), fault_count=0,
        )  # fmt: skip
        coverage = msgspec.structs.replace(coverage, **otherwise)
        said = statement.statement_bytes(coverage)
        fields = {name: getattr(coverage, name) for name in Coverage.__struct_fields__}
        fact = CoverageCertified(
            **fields, record_count=coverage.record_count, complete=coverage.complete,
            statement_sha256=hashlib.sha256(said).hexdigest(), key_id=keys().key_id,
            signature=base64.b64encode(CERTIFICATE.sign(said)).decode(),
        )  # fmt: skip
        self.say("audit", "log:assist.log.v1", fact)

    def publish(self, witnesses: int = 3) -> None:
        """Sign every log that grew, the root over them, each cosigned by so many witnesses."""
        texts = []
        for partition in sorted(p for p, held in self.records.items() if held):
            log = self._tiled(str(partition))
            new = self.records[partition][log.size :]
            if not new:
                continue
            first = log.size + 1
            log.append([leaf_bytes(partition, first + i, at, k, v, HEADERS) for i, (at, k, v) in enumerate(new)])
            signed = self._signed(log, witnesses)
            texts.append(signed.text.encode())
        root = self._tiled("root")
        root.append(texts)
        self._signed(root, witnesses)

    def _tiled(self, name: str) -> TiledLog:
        if name not in self.logs:
            key = Key(f"{LOG_NAME}/{name}", ED25519, self.log.public_key().public_bytes_raw())
            self.logs[name] = TiledLog(self.folder / "log" / name, key, self.log.sign, verify_signature)
        return self.logs[name]

    def _signed(self, log: TiledLog, witnesses: int) -> Note:
        signed = log.sign()
        pairs = list(zip(WITNESS_KEYS, WITNESSES, strict=True))[:witnesses]
        log.publish(signed, [note.cosigned(signed.text, key, 1_772_000_000, one.sign) for key, one in pairs])
        return signed

    def files(self) -> dict[str, LogFiles]:
        return {
            path.name: LogFiles(folder=path, tile=tile_reader(path), entries=bundle_reader(path))
            for path in (self.folder / "log").iterdir()
        }

    def bundle(self, out: Path, scope: Scope | None = None, made_with: Keys | None = None) -> Made:
        """The bundle of `scope`, as an installation makes it from Kafka."""
        with spooled(self, scope or Scope()) as spool, out.open("wb") as file:
            return building.finish(
                spool, scope or Scope(), made_with or keys(), self.keyring.holds, file, sample=True
            )  # fmt: skip


@contextmanager
def spooled(world: BundleWorld, scope: Scope) -> Iterator[Spool]:
    """The raw records of a scope in a folder of its own."""
    folder = world.folder / "spool"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    moment = published.moment(world.files(), world.partitions)
    spool = Spool(folder, moment, building.covered(selected(world, scope, moment), moment))
    try:
        for partition, held in world.records.items():
            for sequence, (at, key, value) in enumerate(held, 1):
                spool.take(partition, sequence, at, key, value, HEADERS)
        yield spool
    finally:
        spool.close()


def selected(world: BundleWorld, scope: Scope, moment: Published) -> Selection:
    """What a scope takes of the records up to a moment."""
    selection = Selection(scope)
    for partition, held in world.records.items():
        for sequence, (_, _, value) in enumerate(held[: moment.sizes.get(partition, 0)], 1):
            selection.read(partition, sequence, value)
    return selection


def _covered(partition: int, held: Sequence[Stored]) -> PartitionCoverage:
    return PartitionCoverage(
        partition=partition, first_sequence=1 if held else 0, last_sequence=len(held), count=len(held),
        head=record_hash(held[-1][2]).hex() if held else "00" * 32, repeated=0, early=0, foreign=0,
    )  # fmt: skip


def small_world(folder: Path, partitions: int = PARTITIONS) -> BundleWorld:
    """A dozen households of two towns, findings about some, a pack, a certificate; published twice."""
    world = BundleWorld(folder, partitions=partitions)
    world.pack()
    seen = [world.care(f"T0{1 + i % 2}-H{i:05d}", person=f"p_{i}") for i in range(12)]
    world.finding("F-1", seen[:3])
    world.publish()
    later = world.care("T01-H00002", person="p_2")
    first = world.finding("F-2", [later, seen[4]], town="T02")
    world.finding("F-3", [first, later], town="district")
    world.certify()
    world.publish()
    return world


def verified(path: Path, *options: str) -> tuple[int, list[str]]:
    """What the verifier says of a bundle, in this process."""
    parser = argparse.ArgumentParser()
    verify.add_arguments(parser)
    return verify.verify(str(path), parser.parse_args([str(path), *options]))


Members = dict[str, bytes]


def members_of(data: bytes) -> Members:
    """The files of a bundle by name."""
    found, at = {}, 0
    while data[at : at + 4] == b"PK\x03\x04":
        size, named = struct.unpack_from("<I", data, at + 18)[0], struct.unpack_from("<H", data, at + 26)[0]
        start = at + 30 + named
        found[data[at + 30 : start].decode()] = data[start : start + size]
        at = start + size
    return found


def zipped(members: Sequence[tuple[str, bytes]]) -> bytes:
    """An archive of these files in this order, packed as bundles are."""
    parts: list[bytes] = []
    central, at = [], 0
    for name, data in members:
        crc = zlib.crc32(data)
        central.append(verify.central_header(name, crc, len(data), at))
        parts += (verify.local_header(name, crc, len(data)), name.encode(), data)
        at += 30 + len(name) + len(data)
    directory = b"".join(central)
    return b"".join((*parts, directory, verify.end_record(len(members), len(directory), at)))


def repacked(members: Mapping[str, bytes], *, signer: Keys | None = None) -> bytes:
    """An archive with its manifests made anew for these files; signed anew where a signer is at hand."""
    held = {name: data for name, data in members.items() if name != verify.TAGMANIFEST}
    payload = sorted(name for name in held if name.startswith("data/"))
    size = sum(len(held[name]) for name in payload)
    info, found, _ = held["bag-info.txt"].partition(b"Payload-Oxum: ")
    held["bag-info.txt"] = info + found + (f"{size}.{len(payload)}\n".encode() if found else b"")
    held["manifest-sha256.txt"] = _manifest(held, payload)
    if signer is not None:
        bundle = json.loads(held["data/bundle.json"])
        held[verify.ATTESTATION] = attesting.attestation(held, bundle, signer)
    tags = sorted(name for name in held if not name.startswith("data/"))
    held[verify.TAGMANIFEST] = _manifest(held, tags)
    return zipped(sorted(held.items()))


def _manifest(held: Mapping[str, bytes], names: Sequence[str]) -> bytes:
    return "".join(f"{hashlib.sha256(held[name]).hexdigest()}  {name}\n" for name in names).encode()
