"""The envelope of a record: CloudEvents 1.0 structured JSON plus the chain attributes; places a subject on its partition."""

import hashlib
import zlib
from datetime import datetime
from typing import Final

import msgspec

CONTENT_TYPE: Final = "application/cloudevents+json"
HEADERS: Final = (("content-type", CONTENT_TYPE.encode()),)
ZERO_HASH: Final = bytes(32)
PARTITIONS: Final = 12


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """One record of the log, as decoded; `data` stays raw until its typed body is wanted."""

    specversion: str
    sequence: int
    prevhash: str
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    recordedtime: datetime
    stream: str
    streamversion: int
    commandid: str
    commandhash: str
    correlationid: str
    actor: str
    data: msgspec.Raw
    causationid: str | None = None
    traceparent: str | None = None

    @property
    def owner(self) -> str:
        return self.source.removeprefix("/")


class ChainLink(msgspec.Struct, frozen=True):
    """Just what the chain needs of a record: far cheaper to decode than the whole envelope."""

    sequence: int
    prevhash: str


def record_hash(value: bytes) -> bytes:
    """SHA-256 of a record's value exactly as stored."""
    return hashlib.sha256(value).digest()


def partition_of(subject: str, partitions: int = PARTITIONS) -> int:
    """The partition of a subject: CRC-32 of its UTF-8 bytes modulo `partitions` (librdkafka's `consistent`)."""
    return zlib.crc32(subject.encode()) % partitions
