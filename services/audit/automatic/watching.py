"""What a test may remember of a log: the shape of a watch; it holds no test."""

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from services.audit.domain import OpenFinding
from services.contracts.deciding import Record
from services.contracts.registry import Fact


class Watch(Protocol):
    """The memory of one area's tests. Fed effective records, each partition in its order, partitions at will.

    Whatever is found may not depend on how partitions were interleaved.
    """

    @property
    def listens(self) -> tuple[type[Fact], ...]:
        """The facts `read` is to be given; no others are."""
        ...

    def read(self, record: Record) -> Iterator[OpenFinding]:
        """What the record, and what its partition held before it, objects to; then remember it."""
        ...

    def ended(self, now: datetime) -> Iterator[OpenFinding]:
        """What only all that was read so far can tell, at the instant `now`; may be asked again after more was read."""
        ...
