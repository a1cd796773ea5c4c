"""Reads and alters Kafka segment files (record batches of format 2, uncompressed) as a broken disk or a forger would; starts no broker."""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

Change = Callable[[bytes], bytes]
_PREFIX: Final = struct.Struct(">qiibI")  # base offset, batch length, leader epoch, magic, CRC-32C
_COVERED: Final = struct.Struct(">hiqqqhii")  # what follows the CRC, up to the records
_LENGTH_COUNTED_FROM: Final = 12
_POLYNOMIAL: Final = 0x82F63B78
_NOBODY: Final = -1  # no producer: a batch without an idempotent producer's numbers


def _table() -> tuple[int, ...]:
    def entry(value: int) -> int:
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        return value

    return tuple(map(entry, range(256)))


_TABLE: Final = _table()


def crc32c(content: bytes) -> int:
    """CRC-32C (Castagnoli), as record batches carry it."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One record as it lies in a segment."""

    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[bytes, bytes], ...] = ()


def _varint(number: int) -> bytes:
    zigzag = number << 1 if number >= 0 else (-number << 1) - 1
    found = bytearray()
    while zigzag > 0x7F:
        found.append(zigzag & 0x7F | 0x80)
        zigzag >>= 7
    return bytes(found + bytes([zigzag]))


class _Cursor:
    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def take(self, count: int) -> bytes:
        self._at += count
        return self._content[self._at - count : self._at]

    def varint(self) -> int:
        number = shift = 0
        while True:
            (byte,) = self.take(1)
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number >> 1 ^ -(number & 1)

    def sized(self) -> bytes | None:
        count = self.varint()
        return None if count < 0 else self.take(count)


def batches(segment: bytes) -> Iterator[tuple[int, int]]:
    """Where each batch begins and ends in the file, in bytes."""
    at = 0
    while at + _PREFIX.size <= len(segment):
        length = _PREFIX.unpack_from(segment, at)[1]
        yield at, at + _LENGTH_COUNTED_FROM + length
        at += _LENGTH_COUNTED_FROM + length


def read(segment: bytes) -> list[Stored]:
    """Every record of a segment. `AssertionError` for another format, compression, or a checksum that does not fit."""
    return [record for begin, end in batches(segment) for record in _batch(segment[begin:end])]


def _batch(content: bytes) -> Iterator[Stored]:
    base, _, _, magic, crc = _PREFIX.unpack_from(content)
    covered = content[_PREFIX.size :]
    assert magic == 2, "only record batches of format 2 are known here"
    assert crc32c(covered) == crc, f"the checksum of the batch at offset {base} does not fit"
    attributes, _, first_ms, _, _, _, _, count = _COVERED.unpack_from(covered)
    assert attributes & 0x07 == 0, "the log is not compressed"
    cursor = _Cursor(covered[_COVERED.size :])
    for _ in range(count):
        cursor.varint()
        cursor.take(1)
        timestamp_ms, offset = first_ms + cursor.varint(), base + cursor.varint()
        key, value = cursor.sized(), cursor.sized()
        headers = tuple((cursor.sized() or b"", cursor.sized() or b"") for _ in range(cursor.varint()))
        yield Stored(offset=offset, timestamp_ms=timestamp_ms, key=key, value=value, headers=headers)


def write(records: Sequence[Stored]) -> bytes:
    """A segment with each record in a batch of its own, at the offset it names."""
    return b"".join(_rendered(record) for record in records)


def _rendered(record: Stored) -> bytes:
    def sized(content: bytes | None) -> bytes:
        return _varint(-1) if content is None else _varint(len(content)) + content

    headers = b"".join(sized(name) + sized(value) for name, value in record.headers)
    body = (
        b"\0"
        + _varint(0)
        + _varint(0)
        + sized(record.key)
        + sized(record.value)
        + _varint(len(record.headers))
        + headers
    )
    times = (record.timestamp_ms, record.timestamp_ms)
    covered = _COVERED.pack(0, 0, *times, _NOBODY, _NOBODY, _NOBODY, 1) + _varint(len(body)) + body
    length = _PREFIX.size - _LENGTH_COUNTED_FROM + len(covered)
    return _PREFIX.pack(record.offset, length, 0, 2, crc32c(covered)) + covered


def flip_byte_on_disk(offset: int, inside: bytes) -> Change:
    """A worn disk: one bit of the first `inside` in the record at `offset` changes, the checksum stays."""

    def change(segment: bytes) -> bytes:
        value = _at(read(segment), offset).value or b""
        place = segment.index(value) + value.index(inside)
        return segment[:place] + bytes([segment[place] ^ 1]) + segment[place + 1 :]

    return change


def alter(offset: int, old: bytes, new: bytes) -> Change:
    """A careful forger: `old` becomes `new` in the record at `offset`, and the checksum fits again."""

    def change(segment: bytes) -> bytes:
        records = read(segment)
        assert old in (_at(records, offset).value or b"")
        return write([
            replace(r, value=(r.value or b"").replace(old, new, 1)) if r.offset == offset else r for r in records
        ])  # fmt: skip

    return change


def drop(offset: int) -> Change:
    """The record at `offset` is gone; those after it keep their offsets."""
    return lambda segment: write([r for r in read(segment) if r.offset != offset])


def swap(offset: int) -> Change:
    """The record at `offset` and the next one change places."""

    def change(segment: bytes) -> bytes:
        records = read(segment)
        at = records.index(_at(records, offset))
        first, second = records[at], records[at + 1]
        records[at : at + 2] = [replace(second, offset=first.offset), replace(first, offset=second.offset)]
        return write(records)

    return change


def append(value: Callable[[Stored], bytes]) -> Change:
    """One more record after the last: its value is made from the last one, key and headers are the last one's."""

    def change(segment: bytes) -> bytes:
        records = read(segment)
        last = records[-1]
        return write([*records, replace(last, offset=last.offset + 1, value=value(last))])

    return change


def truncate(offset: int) -> Change:
    """Everything from `offset` on is gone."""
    return lambda segment: write([r for r in read(segment) if r.offset < offset])


def edit(data: Path, topic: str, partition: int, change: Change) -> None:
    """Alter a partition's only segment under a stopped broker's data folder; its indexes are made anew when they must."""
    folder = data / f"{topic}-{partition}"
    (path,) = folder.glob("*.log")
    before = path.read_bytes()
    after = change(before)
    path.write_bytes(after)
    if len(after) != len(before):
        for file in (*folder.glob("*.index"), *folder.glob("*.timeindex"), *folder.glob("*.snapshot")):
            file.unlink()


def _at(records: Sequence[Stored], offset: int) -> Stored:
    return next(record for record in records if record.offset == offset)
