"""Root checkpoints that were stated on the log: what certificates, plans and attestations refer to."""

from datetime import datetime
from typing import Final

import msgspec

from services.contracts.audit import CheckpointPublished
from services.contracts.deciding import Model, Record


class CheckpointRow(msgspec.Struct, frozen=True, kw_only=True):
    """One stated checkpoint; `policy_met` as the policy stood then."""

    leaf_count: int
    origin: str
    root: str
    note: str
    cosigned_by: tuple[str, ...]
    wanted_count: int
    policy_met: bool
    stated_at: datetime


def _checkpoint(_: CheckpointRow | None, record: Record, __: str) -> CheckpointRow:
    fact = record.fact
    assert isinstance(fact, CheckpointPublished)
    return CheckpointRow(
        leaf_count=fact.leaf_count,
        origin=fact.origin,
        root=fact.root,
        note=fact.note,
        cosigned_by=fact.cosigned_by,
        wanted_count=fact.wanted_count,
        policy_met=len(fact.cosigned_by) >= fact.wanted_count,
        stated_at=record.envelope.time,
    )


def _size_keys(record: Record) -> tuple[str, ...]:
    """Sizes in twelve digits, so that the list is in the order of the log."""
    assert isinstance(record.fact, CheckpointPublished)
    return (f"{record.fact.leaf_count:012d}",)


CHECKPOINTS: Final = Model(
    name="checkpoints", row=CheckpointRow, listens=(CheckpointPublished,), keys=_size_keys, evolve=_checkpoint
)
