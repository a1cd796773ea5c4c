"""Payroll's facts as records of a log, and what audit recomputes from them; for unit tests, it proves nothing itself."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache

import msgspec

from services.audit.recomputation.difference import Outcome, Recomputation, Recomputing
from services.contracts.deciding import Record
from services.contracts.envelope import Envelope, partition_of
from services.contracts.payroll import RulePackAdopted
from services.contracts.registry import Fact, kind_of
from tests.unit.test_district_year import year
from tests.unit.test_payroll_cases import Ledger

Said = tuple[str, Fact, datetime]
BEGINNING = datetime(2025, 1, 1, tzinfo=UTC)


def logged(said: Iterable[Said]) -> list[Record]:
    """Records as the log would hold these: each on its subject's partition, in its stream, at an instant of its own."""
    versions: Counter[str] = Counter()
    sequences: Counter[int] = Counter()
    records = []
    for number, (subject, fact, at) in enumerate(said):
        partition = partition_of(subject)
        versions[subject] += 1
        sequences[partition] += 1
        instant = at + timedelta(microseconds=number)
        envelope = Envelope(
            specversion="1.0", sequence=sequences[partition], prevhash="", id=f"event-{number:06d}", source="/payroll",
            type=kind_of(type(fact)), subject=subject, time=instant, recordedtime=instant, stream=f"/payroll/{subject}",
            streamversion=versions[subject], commandid="", commandhash="", correlationid="", actor="",
            data=msgspec.Raw(b"{}"),
        )  # fmt: skip
        digest = hashlib.sha256(envelope.id.encode()).digest()
        records.append(Record(partition=partition, hash=digest, envelope=envelope, fact=fact))
    return records


def log_of(ledger: Ledger) -> list[Record]:
    """The ledger's facts after the adoption of its packs, ten minutes apart."""
    packs = [(f"rules:{pack.name}", RulePackAdopted(**msgspec.structs.asdict(pack))) for pack in ledger.rules.packs]
    told = [(record.envelope.subject, record.fact) for record in ledger.records]
    return logged(
        (subject, fact, BEGINNING + timedelta(minutes=10 * number))
        for number, (subject, fact) in enumerate([*packs, *told])
    )


@cache
def year_log() -> tuple[Record, ...]:
    """The sample's year of pay."""
    world = year()
    return tuple(logged((subject, fact, at) for (subject, fact), at in zip(world.stated, world.stated_at, strict=True)))


def recomputed(recomputation: Recomputation, records: Iterable[Record]) -> Outcome:
    one_pass = Recomputing(recomputations=(recomputation,))
    for record in records:
        one_pass.read(record)
    (outcome,) = one_pass.ended()
    return outcome
