"""That a service's read models are what the log makes of them, or which rows are not; it folds and compares nothing."""

from typing import Final

import msgspec

from services.contracts.audit import (
    EditedProjectionRow,
    LogCheckpoint,
    ModelDigest,
    PartitionHead,
    ProjectionsAttested,
)
from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.registry import Fact


class AttestProjections(Command, frozen=True, kw_only=True):
    """State what folding one service's models anew came to. `edited_count` counts also rows that `edited` does not name."""

    service: str
    cursors: tuple[PartitionHead, ...]
    models: tuple[ModelDigest, ...]
    edited: tuple[EditedProjectionRow, ...]
    checkpoint: LogCheckpoint | None = None

    @property
    def subject(self) -> str:
        return f"attestation:{self.service}"


class Attestations(msgspec.Struct, frozen=True, kw_only=True):
    """How far a service's models were attested last."""

    cursors: tuple[PartitionHead, ...] = ()


def decide_attestation(state: Attestations, command: AttestProjections, _: Context) -> tuple[Fact, ...]:
    """`ProjectionsAttested`, with `equal` recomputed. Refuses a log that holds something else where it was attested before.

    Records are for ever (社会救助暂行办法 art. 66(5)); read models may well stand further back, after a rebuild.
    """
    before = {cursor.partition: cursor for cursor in state.cursors}
    for cursor in command.cursors:
        last = before.get(cursor.partition)
        if last is not None and last.sequence == cursor.sequence and last.hash != cursor.hash:
            raise CommandRejected(
                "log-went-back",
                f"分区 {cursor.partition} 第 {cursor.sequence} 条与上次核验时不同",
                f"record {cursor.sequence} of partition {cursor.partition} is not the one attested before",
            )
    edited_count = sum(model.edited_count for model in command.models)
    if len(command.edited) > edited_count or (edited_count and not command.edited):
        raise CommandRejected(
            "rows-not-named", "列出的行数与不符行数不一致", "the rows that differ are not those that are named"
        )
    return (
        ProjectionsAttested(
            service=command.service,
            cursors=command.cursors,
            record_count=sum(cursor.sequence for cursor in command.cursors),
            models=command.models,
            edited=command.edited,
            edited_count=edited_count,
            equal=all(model.digest == model.stored_digest and not model.edited_count for model in command.models),
            checkpoint=command.checkpoint,
        ),
    )


def evolve_attestation(state: Attestations, event: Fact) -> Attestations:
    return Attestations(cursors=event.cursors) if isinstance(event, ProjectionsAttested) else state


ATTESTATION: Final = Aggregate(
    prefix="attestation",
    state=Attestations,
    initial=Attestations(),
    commands=(AttestProjections,),
    decide=decide_attestation,
    evolve=evolve_attestation,
)
