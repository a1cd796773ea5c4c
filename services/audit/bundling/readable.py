"""The readable view of a record: what it says, Chinese first, every personal value masked; it opens no box."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from services.audit.bundling import verify

SEALED: Final = verify.MASKS[0]
ERASED: Final = verify.MASKS[1]

# Whether the key of a person and group is still there: (person, group).
Holds = Callable[[str, str], bool]


def readable_line(sequence: int, timestamp_ms: int, said: dict[str, Any], holds: Holds) -> bytes:
    """One line of JSON about one record, from its value as parsed."""
    instant = datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    line: dict[str, Any] = {
        "序号 sequence": sequence,
        "封存 sealed_at": instant.isoformat(timespec="milliseconds"),
    }
    line |= {title: masked(said.get(name), holds) for title, name in verify.SHOWN.items()}
    return msgspec.json.encode(line) + b"\n"


def masked(value: Any, holds: Holds) -> Any:
    """A value with each sealed one replaced: by what tells that it is sealed, or that its key was erased."""
    if isinstance(value, dict):
        if value.get("s") == "1" and "box" in value:
            return SEALED if holds(value["person"], value["group"]) else ERASED
        return {name: masked(one, holds) for name, one in value.items()}
    if isinstance(value, list):
        return [masked(one, holds) for one in value]
    return value
