"""A record of the log as people can read it: every field on a line of its own, personal ones masked; it opens no seal."""

from typing import Any, Final

import msgspec

from services.contracts.codec import UnreadableRecord, decode
from services.contracts.folders import MASKED

_SEALED: Final = frozenset({"s", "person", "group", "at", "box"})
LINES_MAX: Final = 400


def readable(value: bytes) -> list[tuple[str, str]]:
    """The fields of a record with their paths: what it says of itself, then its data; `[]` for bytes that are no record.

    Made from the bytes alone, so that records of types which this build does not know can be read too.
    """
    try:
        envelope = decode(value)
        data = msgspec.json.decode(envelope.data)
    except (UnreadableRecord, msgspec.MsgspecError):
        return []
    told = [(name, str(getattr(envelope, name))) for name in ("type", "subject", "time", "recordedtime", "actor", "id")]
    return [*told, *_lines(data, "data")][:LINES_MAX]


def _lines(value: Any, under: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        if value.keys() == _SEALED:
            return [(under, MASKED)]
        return [line for name, inner in value.items() for line in _lines(inner, f"{under}.{name}")]
    if isinstance(value, list):
        return [line for n, inner in enumerate(value) for line in _lines(inner, f"{under}[{n}]")]
    return [(under, "" if value is None else str(value))]
