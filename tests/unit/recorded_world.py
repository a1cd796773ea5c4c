"""A small district's year and month in memory as the log would hold them: every fact a record in its subject's partition."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import count

import msgspec

from deploy.district import Call, District, generate, month_script
from services.contracts.deciding import Record, Service
from services.contracts.envelope import Envelope, partition_of
from services.contracts.registry import Fact, kind_of
from tests.unit.district_world import MARCH, SEED, World, before_month, small_profile


@dataclass(kw_only=True)
class Recorded(World):
    """The world, and what its services stated, in the order of the log."""

    records: list[Record] = field(default_factory=list)
    _versions: dict[str, int] = field(default_factory=dict)
    _next: "list[count[int]]" = field(default_factory=lambda: [count(1) for _ in range(12)])

    def heard(self, service: Service, subject: str, fact: Fact) -> None:
        self.records.append(self._record(service, subject, fact))
        super().heard(service, subject, fact)

    def _record(self, service: Service, subject: str, fact: Fact) -> Record:
        partition, stream = partition_of(subject), f"/{service.name}/{subject}"
        self._versions[stream] = self._versions.get(stream, 0) + 1
        some = f"event-{len(self.records):07d}"
        at = self.now.astimezone(UTC)
        envelope = Envelope(
            specversion="1.0", sequence=next(self._next[partition]), prevhash="0" * 64, id=some,
            source=f"/{service.name}", type=kind_of(type(fact)), subject=subject, time=at, recordedtime=at,
            stream=stream, streamversion=self._versions[stream], commandid=some, commandhash="", correlationid=some,
            actor="officer:O001", data=msgspec.Raw(b"{}"),
        )  # fmt: skip
        return Record(partition=partition, hash=hashlib.sha256(some.encode()).digest(), envelope=envelope, fact=fact)

    def play(self, calls: "list[Call]", at: datetime | None = None) -> None:
        """Send calls, each at its own instant or at `at`; what comes of them is the scripts' business."""
        for call in calls:
            self.now = at or call.at
            self.send(call)


def recorded_world() -> Recorded:
    """The small district after its opening, a year of pay, its stock and March."""
    district: District = generate(small_profile(), SEED)
    world = Recorded()
    world.play(list(before_month(district)))
    for step in month_script(district, MARCH, SEED):
        world.now = step.at
        world.tick()
        world.play(list(step.calls), step.at)
    return world


@cache
def recorded() -> tuple[Record, ...]:
    """What the small district's services stated."""
    return tuple(recorded_world().records)
