"""The report of a recomputation, the same bytes for the same log, and the findings it calls for; it recomputes nothing."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any, Final

import msgspec

from services.audit.domain import OpenFinding, objection
from services.audit.recomputation.difference import CannotTell, Difference, Outcome
from services.contracts.audit import PartitionHead, RecomputedArea

# A finding names so many lines of the same facts; the report names them all.
LINES_NAMED_MAX: Final = 12
_encoder: Final = msgspec.json.Encoder(order="sorted")


def area_of(outcome: Outcome) -> RecomputedArea:
    """The counts of one recomputation as a fact states them."""
    unclear = {f"{why}_count": count for why, count in outcome.unclear.items()}
    return RecomputedArea(
        of=outcome.of, equal_count=outcome.equal, different_count=outcome.different, **unclear
    )  # fmt: skip


def document(topic: str, heads: tuple[PartitionHead, ...], outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """The whole report: how far the log was read, and each area's counts, differences and what cannot be told."""
    return {
        "topic": topic,
        "heads": [msgspec.to_builtins(head) for head in heads],
        "areas": [
            msgspec.to_builtins(area_of(outcome))
            | {
                "differences": [_shown(one) for one in outcome.differences],
                "cannot_tell": [_shown(one) for one in outcome.cannot_tell],
            }
            for outcome in outcomes
        ],
    }


def _shown(one: Difference | CannotTell) -> dict[str, Any]:
    return asdict(one) | {"evidence": [msgspec.to_builtins(record) for record in one.evidence]}


def report_sha256(report: dict[str, Any]) -> str:
    """SHA-256 over the report as JSON with its names sorted; hex."""
    return hashlib.sha256(_encoder.encode(report)).hexdigest()


def findings_of(outcomes: Iterable[Outcome]) -> Iterator[OpenFinding]:
    """A finding for each row that differs: its lines rest on the same facts, so they are one."""
    by_facts: dict[tuple[str, ...], list[Difference]] = {}
    for outcome in outcomes:
        for one in outcome.differences:
            by_facts.setdefault((one.kind, *(record.event_id for record in one.evidence)), []).append(one)
    for lines in by_facts.values():
        first, named = lines[0], lines[:LINES_NAMED_MAX]
        more = len(lines) - len(named)
        yield objection(
            first.kind,
            first.evidence,
            about=first.about,
            town=first.town,
            zh="；".join(line.zh for line in named) + (f"；另有 {more} 项" if more else ""),
            en="; ".join(line.en for line in named) + (f"; and {more} more" if more else ""),
        )
