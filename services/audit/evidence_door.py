"""The records of a finding between journal and door: as stored, whether they are what was cited, readable, and proved."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from services.audit.finding_store import Stored
from services.audit.forms import readable
from services.audit.publishing.serving import NoSuchLeaf, proof_of
from services.contracts.audit import Evidence


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was cited. `stored`: base64 of its bytes, None when the journal holds none; `as_stated`: hash and id fit.

    `readable` has its fields with personal values masked; `proof` is None where no checkpoint covers it (yet).
    """

    event_id: str
    type: str
    partition: int
    sequence: int
    hash: str
    stored: str | None
    as_stated: bool
    readable: list[tuple[str, str]]
    proof: dict[str, Any] | None


def opened(
    evidence: Sequence[Evidence], stored: Mapping[tuple[int, int], Stored], transparency: Path | None
) -> list[Opened]:
    """Each record of the evidence with all that proves it; reads files, so not for the event loop."""
    return [_opened(one, stored.get((one.partition, one.sequence)), transparency) for one in evidence]


def _opened(one: Evidence, record: Stored | None, transparency: Path | None) -> Opened:
    value = record.value if record is not None else b""
    lines = readable(value)
    return Opened(
        event_id=one.event_id,
        type=one.type,
        partition=one.partition,
        sequence=one.sequence,
        hash=one.hash,
        stored=base64.b64encode(value).decode() if record is not None else None,
        as_stated=hashlib.sha256(value).hexdigest() == one.hash and ("id", one.event_id) in lines,
        readable=lines,
        proof=_proof(transparency, one),
    )


def _proof(transparency: Path | None, one: Evidence) -> dict[str, Any] | None:
    if transparency is None:
        return None
    try:
        return proof_of(transparency, one.partition, one.sequence)
    except NoSuchLeaf:
        return None
