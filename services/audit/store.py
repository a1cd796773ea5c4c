"""What audit reads beside its models: the whole log for a certificate or a sweep; signs, and states what was found."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.audit import statement
from services.audit.automatic.sweep import Sweep
from services.audit.domain import Certified, CertifyCoverage, OpenFinding, StateCheckpoint
from services.audit.rules import in_force
from services.audit.statement import Coverage
from services.audit.transparency import note
from services.audit.transparency.note import Key, Sign
from services.contracts import codec
from services.contracts.audit import PartitionCoverage
from services.contracts.chain import Chain, Standing
from services.contracts.codec import UnreadableRecord, decoder_of, derived_id
from services.contracts.deciding import CHINA, Record
from services.eventlog import metrics, waiting
from services.eventlog.api.commands import outcome_body, refused
from services.eventlog.api.runtime import Runtime
from services.eventlog.auth import Identity
from services.eventlog.check import Report, check
from services.eventlog.deciding import Incoming, Outcome
from services.eventlog.keyring import Keyring
from services.eventlog.postgres import Connection, Pool, connect
from services.eventlog.reading import raw_log

FAULTS_TOLD_MAX: Final = 20
ON_LOG_SECONDS: Final = 10.0


def public_key(keyring: Keyring) -> bytes:
    """The Ed25519 key certificates are checked with, 32 bytes."""
    return _signing_key(keyring).public_key().public_bytes_raw()


def key_id(public: bytes) -> str:
    """Short name of a key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def certificate_signer(keyring: Keyring) -> tuple[bytes, Sign]:
    """The public key of certificates and its signer, read once: they may be used from any thread."""
    private = _signing_key(keyring)
    return private.public_key().public_bytes_raw(), private.sign


def _signing_key(keyring: Keyring) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keyring.secret("certificate-signing"))


@dataclass(frozen=True, slots=True)
class CheckpointSigner:
    """The key that checkpoints are signed with, read once: the keyring itself is for one thread only."""

    public: bytes
    sign: Sign

    def key(self, origin: str) -> Key:
        """The verifier key of the log `origin`."""
        return Key(origin, note.ED25519, self.public)


def checkpoint_signer(keyring: Keyring) -> CheckpointSigner:
    """The installation's signer of checkpoints."""
    private = Ed25519PrivateKey.from_private_bytes(keyring.secret("checkpoint-signing"))
    return CheckpointSigner(private.public_key().public_bytes_raw(), private.sign)


def verify_signature(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether an Ed25519 signature over `message` holds."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def coverage_of(report: Report) -> Coverage:
    """A check's report as the statement that is signed."""
    names = PartitionCoverage.__struct_fields__
    return Coverage(
        topic=report.topic,
        partitions=tuple(PartitionCoverage(**{name: getattr(p, name) for name in names}) for p in report.partitions),
        streams_contiguous=report.streams_contiguous,
        journal_equal=all(p.journal_equal for p in report.partitions),
        configuration_as_required=report.configuration_as_required,
        fault_count=report.fault_count,
    )


# Gives the root checkpoint that covers what was read of a topic, all but so many of audit's own checkpoint facts, which
# nothing is signed for; None where none is published, or not in time.
Covering = Callable[[str, Sequence[PartitionCoverage], int], Awaitable[StateCheckpoint | None]]


async def certify(runtime: Runtime, identity: Identity, covering: Covering) -> dict[str, Any]:
    """Check the whole log and state the signed certificate; the certificate and what was objected to.

    The certificate names the root checkpoint that covers what was read, and states it on the log. Where nothing was
    written since the last certificate but that itself, the last one is the answer.
    """
    report = await check(runtime.settings, runtime.pool)
    coverage = coverage_of(report)
    before = await _certified(runtime.pool, f"log:{coverage.topic}")
    checkpoint = await covering(coverage.topic, coverage.partitions, before.own_since - 1)
    if checkpoint is not None:
        text = note.note_of(checkpoint.note.encode()).text
        coverage = msgspec.structs.replace(coverage, root_checkpoint=text)
    said = statement.statement_bytes(coverage)
    digest = statement.statement_sha256(coverage)
    command = CertifyCoverage(
        **{name: getattr(coverage, name) for name in Coverage.__struct_fields__},
        statement_sha256=digest,
        key_id=key_id(public_key(runtime.keyring)),
        signature=base64.b64encode(_signing_key(runtime.keyring).sign(said)).decode(),
        checkpoint=checkpoint,
    )
    incoming = Incoming(
        commandid=derived_id(f"{report.topic}/{digest}", "certify"), command=command, actor=identity.actor, role=identity.role
    )  # fmt: skip
    outcome = await runtime.decider.submit(incoming)
    if outcome.status in ("refused", "conflict"):
        raise refused(outcome)
    last = (await _certified(runtime.pool, command.subject)).last
    assert last is not None, "a certificate was stated or stands"
    return {
        "complete": report.complete and last.complete,
        "records": last.record_count,
        "fault_count": report.fault_count,
        "faults": report.document()["faults"][:FAULTS_TOLD_MAX],
        "statement": statement.statement_bytes(statement.coverage_of(last)).decode(),
        "statement_sha256": last.statement_sha256,
        "key_id": last.key_id,
        "signature": last.signature,
        "root_checkpoint": last.root_checkpoint,
        **outcome_body(outcome),
    }


async def state_checkpoint(runtime: Runtime, identity: Identity, command: StateCheckpoint) -> Outcome:
    """State a root checkpoint on the log, once each; `Problem` when it is refused."""
    now = note.checkpoint_of(note.note_of(command.note.encode()).text)
    incoming = Incoming(
        commandid=derived_id(f"{command.topic}/{now.origin}/{now.size}/{now.root.hex()}", "state-checkpoint"),
        command=command, actor=identity.actor, role=identity.role,
    )  # fmt: skip
    outcome = await runtime.decider.submit(incoming)
    if outcome.status in ("refused", "conflict"):
        raise refused(outcome)
    return outcome


async def _certified(pool: Pool, subject: str) -> Certified:
    state = await pool.fetchval("SELECT state FROM audit.streams WHERE subject = $1", subject)
    return Certified() if state is None else decoder_of(Certified).decode(state)


async def sweep_log(runtime: Runtime, identity: Identity) -> int:
    """Run every automatic test over the whole log to its present end; how many findings it newly opened."""
    sweep = Sweep(await runtime.decider.rulebook())
    partitions = range(runtime.settings.partitions)
    async with raw_log(runtime.settings, client="jiuzhu-sweep") as reader:
        ends = await reader.ends(partitions)
        for p in partitions:
            chain = Chain()
            async for _, records in reader.read({p: ends[p].first}, {p: ends[p].after}):
                for raw in records:
                    record = effective(p, chain, raw.value or b"")
                    if record is not None:
                        sweep.read(record)
    incoming = await opening(runtime, await asyncio.to_thread(lambda: list(sweep.objections())), identity)
    opened = await open_findings(runtime, incoming)
    # A certificate that follows is to cover them.
    await waiting.on_log(runtime.pool, [one.commandid for one in incoming], ON_LOG_SECONDS)
    return opened


def effective(partition: int, chain: Chain, value: bytes) -> Record | None:
    """A record as the tests see it; `None` when it is not effective or not readable by this build."""
    if chain.offer(value) is not Standing.EFFECTIVE:
        return None
    try:
        envelope = codec.decode(value)
        return Record(partition=partition, hash=chain.hash, envelope=envelope, fact=codec.body(envelope))
    except UnreadableRecord:
        return None


async def opening(runtime: Runtime, findings: Iterable[OpenFinding], identity: Identity) -> list[Incoming]:
    """The commands that open findings, of those tests that are adopted today.

    A finding's command id follows from its number, so that whoever finds it, and however often, it is opened once.
    """
    rules = await runtime.decider.rulebook()
    tests = in_force(rules, (await now(runtime.pool)).astimezone(CHINA).date())
    adopted = tests.tests if tests else {}
    return [
        Incoming(
            commandid=derived_id(finding.finding_no, "open-finding"), command=finding, actor=identity.actor, role=identity.role,
            must_state=True,
        )
        for finding in findings
        if finding.test in adopted
    ]  # fmt: skip


async def open_findings(runtime: Runtime, incoming: Sequence[Incoming]) -> int:
    """Have findings opened; how many newly were."""
    opened = 0
    for one, outcome in zip(incoming, await runtime.decider.execute(incoming), strict=True):
        if isinstance(outcome, Exception):
            raise outcome
        if outcome.status == "accepted" and not outcome.replayed:
            assert isinstance(one.command, OpenFinding)
            metrics.FINDINGS_OPENED.labels(one.command.test).inc()
            opened += 1
    return opened


async def now(pool: Pool) -> datetime:
    """The instant as every service has it: simulated in the sample mode."""
    instant: datetime = await pool.fetchval("SELECT log.now()")
    return instant


@asynccontextmanager
async def sweeping_alone(url: str) -> AsyncIterator[Connection | None]:
    """Be the one process that sweeps for the length of a block, by a lock of PostgreSQL; None: another one is.

    The connection holds the lock: where it breaks, whoever sweeps learns it by asking it.
    """
    holder = await connect(url, application="jiuzhu-audit-sweep")
    try:
        held = await holder.fetchval("SELECT pg_try_advisory_lock(hashtext('audit.sweep'))")
        yield holder if held else None
    finally:
        holder.terminate()
