"""Which records of a partition are effective: the one rule that makes repeats, early and foreign records harmless."""

from dataclasses import dataclass
from enum import Enum

from services.contracts import codec
from services.contracts.envelope import ZERO_HASH, record_hash


class Standing(Enum):
    """How a record stands to the chain read so far."""

    EFFECTIVE = "effective"
    REPEATED = "repeated"
    EARLY = "early"
    FOREIGN = "foreign"


@dataclass(slots=True)
class Chain:
    """The last effective record of a partition: its sequence (0 before the first) and hash."""

    sequence: int = 0
    hash: bytes = ZERO_HASH

    def offer(self, value: bytes) -> Standing:
        """How `value` stands; the chain moves on when it is effective.

        Effective: its sequence is the next and its ``prevhash`` is the hash of the last effective record. A record
        with the next sequence and another ``prevhash``, or none at all, is foreign.
        """
        try:
            place = codec.link(value)
        except codec.UnreadableRecord:
            return Standing.FOREIGN
        return self.place(place.sequence, place.prevhash, value)

    def place(self, sequence: int, prevhash: str, value: bytes) -> Standing:
        """`offer` for a record whose chain attributes were read already."""
        if sequence <= self.sequence:
            return Standing.REPEATED
        if sequence > self.sequence + 1:
            return Standing.EARLY
        if prevhash != self.hash.hex():
            return Standing.FOREIGN
        self.sequence = sequence
        self.hash = record_hash(value)
        return Standing.EFFECTIVE
