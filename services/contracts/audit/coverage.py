"""Facts about the log itself: certificates that it was read whole (plan 四(三); 社会救助暂行办法 art. 66(5))."""

import msgspec

from services.contracts.registry import Fact, fact


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
    """Audit read the log to the ends captured at the start, found it whole, and signed that (Ed25519, base64).

    `root_checkpoint`: text of the root checkpoint (C2SP tlog-checkpoint) that covers all that was read; it is part of
    the signed statement. Empty in certificates from before there was one, and where none is published.
    `fault_count`: everything the check objected to; 0 is part of being complete. Absent in certificates from before it
    was stated, which tell of gaps, the journal and the configuration alone.
    """

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
    root_checkpoint: str = ""
    fault_count: int | None = None
