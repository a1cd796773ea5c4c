"""What audit is told, and what it finds in it; for unit tests."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import msgspec

from services.audit.automatic.benefits import BenefitWatch
from services.audit.automatic.pay import PayWatch
from services.audit.automatic.sweep import Sweep
from services.audit.automatic.visits import VisitWatch
from services.audit.automatic.watching import Watch
from services.contracts.codec import convert
from services.contracts.deciding import Record
from services.contracts.envelope import Envelope, partition_of
from services.contracts.registry import Fact, kind_of
from services.contracts.rulebook import AdoptedPack, RuleBook
from services.contracts.sealed import Sealed

PACK = Path(__file__).parents[2] / "deploy/district/rules/audit.audit_tests.json"
RULES = RuleBook((convert(json.loads(PACK.read_text(encoding="utf-8")), AdoptedPack),))
SEALED = Sealed(person="p_1", group="sensitive", at="e/f", box="")
HOUSEHOLD = "household:T01-H00001"
RUN = "run:2026-03"
Area = Callable[[RuleBook], Watch]
AREAS: tuple[Area, ...] = (BenefitWatch, VisitWatch, PayWatch)


def log_of(*facts: tuple[str, Fact]) -> list[Record]:
    """Records as the log would hold these (subject, fact): each on its subject's partition, numbered there."""
    next_sequence = [count(1) for _ in range(12)]
    records = []
    for number, (subject, fact) in enumerate(facts):
        partition = partition_of(subject)
        instant = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=number)
        envelope = Envelope(
            specversion="1.0",
            sequence=next(next_sequence[partition]),
            prevhash="0" * 64,
            id=f"event-{number:06d}",
            source=f"/{kind_of(type(fact)).split('.')[1]}",
            type=kind_of(type(fact)),
            subject=subject,
            time=instant,
            recordedtime=instant,
            stream="",
            streamversion=1,
            commandid="c",
            commandhash="h",
            correlationid="c",
            actor="officer:O001",
            data=msgspec.Raw(b"{}"),
        )
        digest = hashlib.sha256(envelope.id.encode()).digest()
        records.append(Record(partition=partition, hash=digest, envelope=envelope, fact=fact))
    return records


def found(*facts: tuple[str, Fact], areas: Sequence[Area] = AREAS) -> list[str]:
    """The tests of some areas that object to a log, by name: what other areas miss in a log of a few facts is not asked."""
    one_pass = Sweep(rules=RULES, watches=tuple(area(RULES) for area in areas))
    for record in log_of(*facts):
        one_pass.read(record)
    return sorted(finding.test for finding in one_pass.objections())
