"""Reckons the whole log again, states what came of it, and opens a finding for each difference; the sums are not its own."""

import asyncio
from pathlib import Path
from typing import Any, Final

from services.audit.domain import OpenFinding, StateRecomputation
from services.audit.recomputation.all import recomputing
from services.audit.recomputation.difference import Outcome, Recomputing
from services.audit.recomputation.opening import Opener
from services.audit.recomputation.report import area_of, document, findings_of, report_sha256
from services.audit.replaying.reading import Reading, published_checkpoint
from services.contracts.codec import derived_id
from services.contracts.registry import kinds_read_as
from services.contracts.sealed import Sealed
from services.eventlog import metrics
from services.eventlog.api.commands import outcome_body, refused
from services.eventlog.api.runtime import Runtime
from services.eventlog.auth import Identity
from services.eventlog.deciding import Incoming
from services.eventlog.ids import uuid7
from services.eventlog.keyring import Erased, Keyring, KeyringUnusable, opened

FINDINGS_PER_BATCH_MAX: Final = 500
DIFFERENCES_TOLD_MAX: Final = 200


async def recompute_log(runtime: Runtime, identity: Identity) -> dict[str, Any]:
    """Everything again from the raw facts to the log's present end; the counts, the differences, the statement.

    What is sealed is opened by the keyring in memory, for sums alone; how many values were is stated with it.
    """
    settings, reading, opener = runtime.settings, Reading(), Opener()
    one_pass = recomputing(opener)
    kinds = {kind for one in one_pass.recomputations for body in one.listens for kind in kinds_read_as(body)}
    async for batch in reading.records(settings, client="jiuzhu-recompute", wanted=kinds.__contains__):
        for record in batch:
            one_pass.read(record)
        await asyncio.sleep(0)
    outcomes = await asyncio.to_thread(_ended, one_pass, opener, settings.keyring)
    report = document(settings.log_topic, reading.heads, outcomes)
    incoming = Incoming(
        commandid=uuid7(), actor=identity.actor, role=identity.role,
        command=StateRecomputation(
            topic=settings.log_topic, heads=reading.heads, areas=tuple(map(area_of, outcomes)),
            report_sha256=report_sha256(report), opened_count=opener.opened_count,
            checkpoint=published_checkpoint(settings.transparency),
        ),
    )  # fmt: skip
    outcome = await runtime.decider.submit(incoming)
    if outcome.status in ("refused", "conflict"):
        raise refused(outcome)
    findings_opened = await _open(runtime, identity, list(findings_of(outcomes)))
    for one in outcomes:
        metrics.RECOMPUTED_DIFFERENT.labels(one.of).set(one.different)
    return _told(report) | {
        "report_sha256": report_sha256(report),
        "opened_count": opener.opened_count,
        "findings_opened": findings_opened,
        **outcome_body(outcome),
    }


def _told(report: dict[str, Any]) -> dict[str, Any]:
    """The report, its differences cut to what an answer may hold; the counts are of all."""
    areas = [
        area | {name: area[name][:DIFFERENCES_TOLD_MAX] for name in ("differences", "cannot_tell")}
        for area in report["areas"]
    ]
    return report | {"areas": areas}


def _ended(one_pass: Recomputing, opener: Opener, folder: Path) -> tuple[Outcome, ...]:
    """The sums, beside the event loop: a keyring is for one thread, so it is opened in this one."""
    with opened(folder) as keyring:
        opener.open = lambda value, kind, subject: _unsealed(keyring, value, kind, subject)
        return one_pass.ended()


def _unsealed(keyring: Keyring, value: Sealed, kind: str, subject: str) -> str:
    try:
        return f"={keyring.unseal(value, kind=kind, subject=subject)}"
    except Erased:
        return "erased"
    except KeyringUnusable:
        return "sealed"


async def _open(runtime: Runtime, identity: Identity, findings: list[OpenFinding]) -> int:
    """Open what is not open yet; how many there were."""
    count = 0
    for begin in range(0, len(findings), FINDINGS_PER_BATCH_MAX):
        some = [
            Incoming(
                commandid=derived_id(finding.finding_no, "open-finding"), command=finding, actor=identity.actor,
                role=identity.role, must_state=True,
            )
            for finding in findings[begin : begin + FINDINGS_PER_BATCH_MAX]
        ]  # fmt: skip
        for outcome in await runtime.decider.execute(some):
            if isinstance(outcome, Exception):
                raise outcome
            count += outcome.status == "accepted" and not outcome.replayed and bool(outcome.facts)
    return count
