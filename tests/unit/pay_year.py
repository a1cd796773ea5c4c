"""The sample's year of pay as records of a log, for the tests of what audit recomputes; it proves nothing itself."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from itertools import count

import msgspec

from services.contracts.deciding import Record, Service
from services.contracts.envelope import Envelope, partition_of
from services.contracts.registry import Fact, kind_of
from tests.unit.district_world import World, name_of
from tests.unit.test_district_year import paid_calls


@dataclass(kw_only=True)
class Told(World):
    """Payroll's facts of the sample as the log holds them: on their partitions, in their streams, at instants that grow."""

    records: list[Record] = field(default_factory=list)
    _sequences: list[count] = field(default_factory=lambda: [count(1) for _ in range(12)])  # type: ignore[type-arg]
    _versions: dict[str, int] = field(default_factory=dict)

    def heard(self, service: Service, subject: str, fact: Fact) -> None:
        if service.name == "payroll":
            self._versions[subject] = self._versions.get(subject, 0) + 1
            self.records.append(self._record(subject, fact))
        super().heard(service, subject, fact)

    def _record(self, subject: str, fact: Fact) -> Record:
        partition, number = partition_of(subject), len(self.records)
        instant = self.now + timedelta(microseconds=number % 100_000)
        identity = f"event-{number:06d}"
        envelope = Envelope(
            specversion="1.0", sequence=next(self._sequences[partition]), prevhash="", id=identity, source="/payroll",
            type=kind_of(type(fact)), subject=subject, time=instant, recordedtime=instant, stream=f"/payroll/{subject}",
            streamversion=self._versions[subject], commandid="", commandhash="", correlationid="", actor="",
            data=msgspec.Raw(b"{}"),
        )  # fmt: skip
        return Record(
            partition=partition, hash=hashlib.sha256(identity.encode()).digest(), envelope=envelope, fact=fact
        )


@cache
def told_year() -> tuple[Record, ...]:
    world = Told()
    for call in paid_calls():
        world.now = call.at
        assert world.send(call) == ("accepted", ""), (name_of(call), call.at)
    return tuple(world.records)
