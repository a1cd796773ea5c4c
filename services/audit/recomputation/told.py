"""A fact with when and where it was stated: what recomputations remember of a record; it judges nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from services.audit.domain import evidence_of
from services.contracts.audit import Evidence
from services.contracts.deciding import Record
from services.contracts.registry import Fact

# What a command read of other subjects may be older than its own instant by this much, or newer: it is read before the
# decision, and instants are of several processes. Within it either knowledge is right.
READING: Final = timedelta(minutes=2)
F = TypeVar("F", bound=Fact, covariant=True)


@dataclass(frozen=True, slots=True)
class Told(Generic[F]):
    """One fact. `version` is its place in its subject's stream, `at` the instant it became known."""

    fact: F
    subject: str
    version: int
    at: datetime
    evidence: Evidence

    @property
    def number(self) -> str:
        """The subject without its kind."""
        return self.subject.partition(":")[2]


def told(record: Record) -> Told[Fact]:
    envelope = record.envelope
    return Told(record.fact, envelope.subject, envelope.streamversion, envelope.recordedtime, evidence_of(record))
