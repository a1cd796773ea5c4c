"""What a watch keeps of a record: its fact, where it stands, and when; it judges nothing."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from services.audit.domain import evidence_of
from services.contracts.audit import Evidence
from services.contracts.deciding import CHINA, Record
from services.contracts.registry import Fact

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Generic[F]):
    """A fact with its evidence. `day`: when the log learned it, in China. `version`: of the fact's own stream."""

    fact: F
    evidence: Evidence
    subject: str
    instant: datetime
    version: int
    actor: str

    @property
    def day(self) -> date:
        return day_in_china(self.instant)

    @property
    def place(self) -> tuple[datetime, int, int]:
        """By when it was told, and at one instant by where: an order that does not depend on how partitions are read."""
        return self.instant, self.evidence.partition, self.evidence.sequence


def noted(record: Record, kind: type[F]) -> Noted[F]:
    """The record's fact as one of `kind`, which the caller has looked at."""
    assert isinstance(record.fact, kind)
    envelope = record.envelope
    return Noted(
        fact=record.fact,
        evidence=evidence_of(record),
        subject=envelope.subject,
        instant=envelope.recordedtime,
        version=envelope.streamversion,
        actor=envelope.actor,
    )


def day_in_china(instant: datetime) -> date:
    """The civil date of an instant in China."""
    return instant.astimezone(CHINA).date()
