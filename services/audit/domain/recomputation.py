"""That amounts, deadlines, payslips and balances were reckoned again, and what that came to; it reckons nothing."""

from typing import Final

import msgspec

from services.contracts.audit import LogCheckpoint, PartitionHead, RecomputationStated, RecomputedArea
from services.contracts.deciding import Aggregate, Command, Context
from services.contracts.registry import Fact


class StateRecomputation(Command, frozen=True, kw_only=True):
    """State how far the log was reckoned again, and the digest of the report."""

    topic: str
    heads: tuple[PartitionHead, ...]
    areas: tuple[RecomputedArea, ...]
    report_sha256: str
    opened_count: int
    checkpoint: LogCheckpoint | None = None

    @property
    def subject(self) -> str:
        return f"recomputation:{self.topic}"


class Recomputations(msgspec.Struct, frozen=True, kw_only=True):
    """The report stated last."""

    report_sha256: str = ""


def decide_recomputation(_state: Recomputations, command: StateRecomputation, _: Context) -> tuple[Fact, ...]:
    """`RecomputationStated`, each time: what was opened for it must be on the log, even where nothing new came of it."""
    return (
        RecomputationStated(
            topic=command.topic,
            heads=command.heads,
            record_count=sum(head.sequence for head in command.heads),
            areas=command.areas,
            report_sha256=command.report_sha256,
            opened_count=command.opened_count,
            checkpoint=command.checkpoint,
        ),
    )


def evolve_recomputation(state: Recomputations, event: Fact) -> Recomputations:
    return Recomputations(report_sha256=event.report_sha256) if isinstance(event, RecomputationStated) else state


RECOMPUTATION: Final = Aggregate(
    prefix="recomputation",
    state=Recomputations,
    initial=Recomputations(),
    commands=(StateRecomputation,),
    decide=decide_recomputation,
    evolve=evolve_recomputation,
)
