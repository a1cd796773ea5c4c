"""That the log was read whole to the ends captured at the start, who signed that, and which checkpoint covers it; it does not read."""

from typing import Final

import msgspec

from services.audit import statement
from services.audit.transparency.note import NotANote, checkpoint_of, note_of
from services.contracts.audit import CheckpointPublished, CoverageCertified, PartitionCoverage
from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.envelope import partition_of
from services.contracts.registry import Fact


class StateCheckpoint(Command, frozen=True, kw_only=True):
    """State a root checkpoint as it is published: its signed note, and which witnesses were found to have cosigned it."""

    topic: str
    note: str
    cosigned_by: tuple[str, ...]
    wanted_count: int

    @property
    def subject(self) -> str:
        return f"log:{self.topic}"


class CertifyCoverage(Command, frozen=True, kw_only=True):
    """State how far the log was read and found whole, with the signature over `statement.statement_bytes`.

    `checkpoint`: the root checkpoint that `root_checkpoint` is the text of, to be stated with it.
    """

    topic: str
    partitions: tuple[PartitionCoverage, ...]
    streams_contiguous: bool
    journal_equal: bool
    configuration_as_required: bool
    statement_sha256: str
    key_id: str
    signature: str
    root_checkpoint: str = ""
    fault_count: int | None = None
    checkpoint: StateCheckpoint | None = None

    @property
    def subject(self) -> str:
        return f"log:{self.topic}"

    @property
    def coverage(self) -> statement.Coverage:
        fields = {name: getattr(self, name) for name in statement.Coverage.__struct_fields__}
        return statement.Coverage(**fields)


class Certified(msgspec.Struct, frozen=True, kw_only=True):
    """The last certificate of a topic, how many facts this stream has from that on, and the last checkpoint stated."""

    last: CoverageCertified | None = None
    own_since: int = 1
    origin: str = ""
    size: int = 0
    root: str = ""


def decide_coverage(state: Certified, command: CertifyCoverage, _: Context) -> tuple[Fact, ...]:
    """`CoverageCertified` with `complete` recomputed, and its checkpoint; nothing when the last certificate still says all.

    Refuses a digest that is not the statement's, and a log that is shorter or other than one certified before.
    """
    coverage = command.coverage
    digest = statement.statement_sha256(coverage)
    if digest != command.statement_sha256:
        raise CommandRejected(
            "statement-differs",
            "签名所依据的声明与上报的覆盖情况不符",
            "the statement that was signed is not the coverage that was reported",
        )
    if state.last is not None:
        if digest == state.last.statement_sha256 or _only_certified_since(state, coverage, command.subject):
            return ()
        _refuse_a_shorter_or_other_log(state.last, command.partitions)
    fields = {name: getattr(command, name) for name in CertifyCoverage.__struct_fields__ if name != "checkpoint"}
    certified = CoverageCertified(**fields, record_count=coverage.record_count, complete=coverage.complete)
    if command.checkpoint is None:
        return (certified,)
    stated = decide_checkpoint(state, command.checkpoint)
    if checkpoint_of(note_of(command.checkpoint.note.encode()).text).text() != command.root_checkpoint:
        raise _checkpoint_differs()
    return (certified, *stated)


def decide_checkpoint(state: Certified, command: StateCheckpoint) -> tuple[Fact, ...]:
    """`CheckpointPublished`, once; refuses what is no checkpoint, and one that is smaller or other than one stated before."""
    try:
        now = checkpoint_of(note_of(command.note.encode()).text)
    except NotANote:
        raise _checkpoint_differs() from None
    if now.origin == state.origin:
        if (now.size, now.root.hex()) == (state.size, state.root):
            return ()
        if now.size <= state.size:
            raise CommandRejected(
                "checkpoint-went-back",
                f"检查点（{now.size}）不在已上链的检查点（{state.size}）之后",
                f"the checkpoint of {now.size} does not come after that of {state.size} stated before",
            )
    return (
        CheckpointPublished(
            topic=command.topic,
            origin=now.origin,
            leaf_count=now.size,
            root=now.root.hex(),
            note=command.note,
            cosigned_by=command.cosigned_by,
            wanted_count=command.wanted_count,
        ),
    )


def _checkpoint_differs() -> CommandRejected:
    return CommandRejected(
        "checkpoint-differs",
        "检查点无法读取，或与证书所指不是同一个",
        "no checkpoint, or not the one the certificate names",
    )


def _only_certified_since(state: Certified, now: statement.Coverage, subject: str) -> bool:
    """Whether a complete log grew by nothing but this stream's own facts from its last certificate on."""
    last = state.last
    if last is None or not (last.complete and now.complete):
        return False
    before = {partition.partition: partition for partition in last.partitions}
    changed = [partition for partition in now.partitions if partition != before.pop(partition.partition, None)]
    if before or len(changed) != 1:
        return False
    (grown,) = changed
    own = next(p for p in last.partitions if p.partition == partition_of(subject, len(last.partitions)))
    plus_own = msgspec.structs.replace(
        own,
        first_sequence=1,
        last_sequence=own.last_sequence + state.own_since,
        count=own.count + state.own_since,
        head=grown.head,
    )
    return grown == plus_own


def _refuse_a_shorter_or_other_log(last: CoverageCertified, partitions: tuple[PartitionCoverage, ...]) -> None:
    """Records are for ever (社会救助暂行办法 art. 66(5)): what was certified once must still be there, unchanged."""
    now = {partition.partition: partition for partition in partitions}
    for before in last.partitions:
        found = now.get(before.partition)
        shorter = found is None or found.last_sequence < before.last_sequence
        if shorter or (found and found.last_sequence == before.last_sequence and found.head != before.head):
            raise CommandRejected(
                "log-went-back",
                f"分区 {before.partition} 与上次认证不一致：上次认证到第 {before.last_sequence} 条",
                f"partition {before.partition} differs from what was certified up to record {before.last_sequence}",
            )


def decide_log(state: Certified, command: Command, context: Context) -> tuple[Fact, ...]:
    """What is stated about the log itself."""
    match command:
        case CertifyCoverage():
            return decide_coverage(state, command, context)
        case StateCheckpoint():
            return decide_checkpoint(state, command)
        case _:
            raise AssertionError(f"not a command of this aggregate: {command!r}")


def evolve_coverage(state: Certified, event: Fact) -> Certified:
    match event:
        case CoverageCertified():
            return msgspec.structs.replace(state, last=event, own_since=1)
        case CheckpointPublished():
            return msgspec.structs.replace(
                state, own_since=state.own_since + 1, origin=event.origin, size=event.leaf_count, root=event.root
            )
        case _:
            return state


COVERAGE: Final = Aggregate(
    prefix="log",
    state=Certified,
    initial=Certified(),
    commands=(CertifyCoverage, StateCheckpoint),
    decide=decide_log,
    evolve=evolve_coverage,
)
