"""Facts audit owns: findings with their evidence, and certificates that the log was read whole (plan 四(三))."""

import msgspec

from services.contracts import every_service
from services.contracts.registry import Fact, fact


@fact("audit", "rule_pack_adopted", subject="rules")
class RulePackAdopted(every_service.RulePackAdopted, frozen=True, kw_only=True):
    __doc__ = every_service.RulePackAdopted.__doc__


@fact("audit", "command_refused", subject="*")
class CommandRefused(every_service.CommandRefused, frozen=True, kw_only=True):
    __doc__ = every_service.CommandRefused.__doc__


@fact("audit", "parked_discarded", subject="parked")
class ParkedDiscarded(every_service.ParkedDiscarded, frozen=True, kw_only=True):
    __doc__ = every_service.ParkedDiscarded.__doc__


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One record a finding rests on, found again by its place and checked by its hash."""

    event_id: str
    type: str
    partition: int
    sequence: int
    hash: str


@fact("audit", "finding_opened", subject="finding")
class FindingOpened(Fact, frozen=True, kw_only=True):
    """An automatic test objected: which rule, which law, about whom, on which records."""

    finding_no: str
    test: str
    severity: str
    about: str
    town: str
    rule: str
    law: str
    summary_zh: str
    summary_en: str
    evidence: tuple[Evidence, ...]


class PartitionCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of one partition: its contiguous sequences and the hash of the last effective record."""

    partition: int
    first_sequence: int
    last_sequence: int
    count: int
    head: str
    repeated: int
    early: int
    foreign: int


@fact("audit", "coverage_certified", subject="log")
class CoverageCertified(Fact, frozen=True, kw_only=True):
    """Audit read the log to the ends captured at the start, found it whole, and signed that (Ed25519, base64)."""

    topic: str
    partitions: tuple[PartitionCoverage, ...]
    record_count: int
    streams_contiguous: bool
    journal_equal: bool
    configuration_as_required: bool
    complete: bool
    statement_sha256: str
    key_id: str
    signature: str
