"""The coverage statement: the one byte string that says what was read of the log; it is signed elsewhere."""

import hashlib
from typing import Final

import msgspec

from services.contracts.audit import CoverageCertified, PartitionCoverage
from services.contracts.codec import encoder

FORMAT: Final = "jiuzhu-coverage/1"


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What an audit run found: per partition what was read, and whether all that must hold did hold."""

    topic: str
    partitions: tuple[PartitionCoverage, ...]
    streams_contiguous: bool
    journal_equal: bool
    configuration_as_required: bool
    root_checkpoint: str = ""
    fault_count: int | None = None

    @property
    def record_count(self) -> int:
        return sum(partition.count for partition in self.partitions)

    @property
    def complete(self) -> bool:
        """True when every partition was read from its first record on without a gap, all three flags hold, and nothing
        else was objected to: no foreign or early record, no writer of another's facts.
        """
        if self.fault_count:
            return False
        flags = self.streams_contiguous and self.journal_equal and self.configuration_as_required
        return flags and bool(self.partitions) and all(map(without_gap, self.partitions))


def without_gap(partition: PartitionCoverage) -> bool:
    """Whether sequences 1 to the last were all read; an empty partition has none to miss."""
    first_as_expected = partition.first_sequence == 1 if partition.count else partition.last_sequence == 0
    return first_as_expected and partition.count == partition.last_sequence


def statement_bytes(coverage: Coverage) -> bytes:
    """UTF-8 JSON without spaces, keys sorted, partitions in order of number: equal coverage, equal bytes.

    These are the bytes an Ed25519 signature is made over and checked against. Every field is named here, so that a
    field added to the fact later does not change the statements of before; the root checkpoint and the count of faults
    are named where they are stated.
    """
    tied: dict[str, object] = {"root_checkpoint": coverage.root_checkpoint} if coverage.root_checkpoint else {}
    if coverage.fault_count is not None:
        tied["fault_count"] = coverage.fault_count
    return encoder.encode(
        {
            "format": FORMAT,
            "topic": coverage.topic,
            "partitions": [
                {
                    "partition": partition.partition,
                    "first_sequence": partition.first_sequence,
                    "last_sequence": partition.last_sequence,
                    "count": partition.count,
                    "head": partition.head,
                    "repeated": partition.repeated,
                    "early": partition.early,
                    "foreign": partition.foreign,
                }
                for partition in sorted(coverage.partitions, key=lambda partition: partition.partition)
            ],
            "record_count": coverage.record_count,
            "streams_contiguous": coverage.streams_contiguous,
            "journal_equal": coverage.journal_equal,
            "configuration_as_required": coverage.configuration_as_required,
            "complete": coverage.complete,
            **tied,
        }
    )


def coverage_of(certificate: CoverageCertified) -> Coverage:
    """The coverage a certificate states, to check its digest and signature again."""
    return Coverage(**{name: getattr(certificate, name) for name in Coverage.__struct_fields__})


def statement_sha256(coverage: Coverage) -> str:
    """Hex SHA-256 of `statement_bytes`."""
    return hashlib.sha256(statement_bytes(coverage)).hexdigest()
