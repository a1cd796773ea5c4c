"""SQL about findings: cited records in the journal, who a finding concerns, worklists and ageing, an inspector's grant."""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any, Final, NamedTuple

import msgspec

from services.audit.domain.inspection import Inspection
from services.audit.domain.rectification import Finding
from services.audit.domain.rectification.commands import AnswerFinding, RaiseFinding
from services.audit.domain.suppression import ProposeSuppression
from services.audit.projections.findings import FindingRow, StepRow
from services.contracts import codec
from services.contracts.audit import Evidence
from services.contracts.codec import UnreadableRecord, decoder_of
from services.contracts.deciding import Command
from services.eventlog.keyring import Keyring
from services.eventlog.listing import as_text
from services.eventlog.postgres import Pool

AGE_DAYS: Final = (7, 30, 90)
_NEVER: Final = "9999-12-31"
_ENDED: Final = ("closed", "dismissed")
_row: Final = decoder_of(FindingRow)


async def enrich(command: Command, pool: Pool, _: Keyring) -> Command:
    """Put what a decision reads besides its own stream into the command; other commands are left alone."""
    match command:
        case RaiseFinding() | AnswerFinding():
            places = [(one.partition, one.sequence) for one in command.records]
            found = await records_at(pool, places)
            return msgspec.structs.replace(command, found=tuple(evidence_at(place, found[place]) for place in found))
        case ProposeSuppression(finding_no=finding_no) if finding_no:
            return msgspec.structs.replace(command, concerned=await _concerned(pool, finding_no))
        case ProposeSuppression():
            return msgspec.structs.replace(command, concerned=None)
        case _:
            return command


async def _concerned(pool: Pool, finding_no: str) -> tuple[str, ...] | None:
    """Who answers for a finding, answered, or is what it is about; None when there is none of that number."""
    state = await pool.fetchval("SELECT state FROM audit.streams WHERE subject = $1", f"finding:{finding_no}")
    if state is None:
        return None
    finding = decoder_of(Finding).decode(state)
    return (*finding.hands, finding.about) if finding.opened else None


class Stored(NamedTuple):
    """A record as the journal has it."""

    value: bytes
    hash: bytes


async def records_at(pool: Pool, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Stored]:
    """The journal's records at these places; a place that holds none is left out."""
    wanted = list(dict.fromkeys(places))
    rows = await pool.fetch(
        "SELECT j.partition, j.sequence, j.value, j.hash FROM unnest($1::smallint[], $2::bigint[]) AS w (partition, sequence) "
        "JOIN log.journal j USING (partition, sequence)",
        [partition for partition, _ in wanted],
        [sequence for _, sequence in wanted],
    )
    return {(row["partition"], row["sequence"]): Stored(row["value"], row["hash"]) for row in rows}


def evidence_at(place: tuple[int, int], stored: Stored) -> Evidence:
    """What a finding states of a record; the hash is taken of the bytes that are there, not of what stands beside them."""
    try:
        envelope = codec.decode(stored.value)
        event_id, kind = envelope.id, envelope.type
    except UnreadableRecord:
        event_id = kind = ""
    digest = hashlib.sha256(stored.value).hexdigest()
    return Evidence(event_id=event_id, type=kind, partition=place[0], sequence=place[1], hash=digest)


async def finding(pool: Pool, finding_no: str) -> FindingRow | None:
    """A finding as its read model has it."""
    doc = await pool.fetchval("SELECT doc::text FROM audit.m_findings WHERE key = $1", as_text(finding_no))
    return None if doc is None else _row.decode(doc)


async def steps(pool: Pool, finding_no: str) -> list[StepRow]:
    """The history of a finding in its order."""
    rows = await pool.fetch(
        "SELECT doc::text AS doc FROM audit.m_finding_steps WHERE listed = $1 ORDER BY key", as_text(finding_no)
    )
    return [decoder_of(StepRow).decode(row["doc"]) for row in rows]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which findings are asked for; None is any. `tests`: those of a grant."""

    town: str | None = None
    unit: str | None = None
    responsible: str | None = None
    status: str | None = None
    severity: str | None = None
    test: str | None = None
    tests: tuple[str, ...] | None = None
    open_only: bool = True
    overdue: bool = False


def _where(wanted: Wanted, arguments: list[Any], today: date) -> str:
    clauses = ["true"]
    for name in ("town", "unit", "responsible", "status", "severity", "test"):
        value = getattr(wanted, name)
        if value is not None:
            arguments.append(as_text(value))
            clauses.append(f"doc->>'{name}' = ${len(arguments)}")
    if wanted.tests is not None:
        arguments.append(list(wanted.tests))
        clauses.append(f"doc->>'test' = ANY (${len(arguments)})")
    if wanted.open_only and wanted.status is None:
        arguments.append(list(_ENDED))
        clauses.append(f"doc->>'status' <> ALL (${len(arguments)})")
    if wanted.overdue:
        arguments.append(today.isoformat())
        clauses.append(f"doc->>'due_on' < ${len(arguments)}")
    return " AND ".join(clauses)


async def worklist(
    pool: Pool, wanted: Wanted, *, today: date, after: str, limit: int
) -> tuple[list[FindingRow], str | None]:
    """Findings by last day, those without a clock last; and the place the next page begins after."""
    day, _, key = as_text(after).partition(" ")
    arguments: list[Any] = [day, key, limit]
    where = _where(wanted, arguments, today)
    by = f"coalesce(doc->>'due_on', '{_NEVER}')"
    rows = await pool.fetch(
        f"SELECT key, {by} AS due, doc::text AS doc FROM audit.m_findings "
        f"WHERE ({by}, key) > ($1, $2) AND {where} ORDER BY {by}, key LIMIT $3",
        *arguments,
    )
    return [_row.decode(row["doc"]) for row in rows], f"{rows[-1]['due']} {rows[-1]['key']}" if rows else None


async def ageing(pool: Pool, wanted: Wanted, *, by: str, today: date) -> list[dict[str, Any]]:
    """Counts by town, unit or person responsible: how many stand where, how old those are that have not ended, how many are late."""
    assert by in ("town", "unit", "responsible"), by
    arguments: list[Any] = [today.isoformat()]
    where = _where(wanted, arguments, today)
    age = "($1::text::date - (doc->>'opened_on')::date)"
    rows = await pool.fetch(
        f"SELECT doc->>'{by}' AS whose, doc->>'status' AS status, doc->>'severity' AS severity, "
        f"CASE WHEN {age} <= {AGE_DAYS[0]} THEN 0 WHEN {age} <= {AGE_DAYS[1]} THEN 1 WHEN {age} <= {AGE_DAYS[2]} THEN 2 ELSE 3 END "
        f"AS bucket, count(*) AS count, count(*) FILTER (WHERE doc->>'due_on' < $1) AS overdue "
        f"FROM audit.m_findings WHERE {where} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        *arguments,
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        one = found.setdefault(
            row["whose"], {by: row["whose"], "by_status": {}, "by_severity": {}, "ages": [0, 0, 0, 0], "overdue": 0}
        )
        for name in ("status", "severity"):
            counts = one[f"by_{name}"]
            counts[row[name]] = counts.get(row[name], 0) + row["count"]
        if row["status"] not in _ENDED:
            one["ages"][row["bucket"]] += row["count"]
        one["overdue"] += row["overdue"]
    return list(found.values())


async def inspection(pool: Pool, inspection_no: str) -> Inspection:
    """A grant of access as it was last decided: a revocation holds from its commit on."""
    state = await pool.fetchval(
        "SELECT state FROM audit.streams WHERE subject = $1", as_text(f"inspection:{inspection_no}")
    )
    return Inspection() if state is None else decoder_of(Inspection).decode(state)


async def inspections_of(pool: Pool, inspector: str, today: date) -> list[str]:
    """Grants of an inspector that may be in force, the one that ends last first; each is decided by its own state."""
    rows = await pool.fetch(
        "SELECT key FROM audit.m_inspections WHERE doc->>'inspector' = $1 AND doc->>'status' = 'granted' "
        "AND doc->>'from_on' <= $2 AND doc->>'until_on' >= $2 ORDER BY doc->>'until_on' DESC, key",
        as_text(inspector),
        today.isoformat(),
    )
    return [row["key"] for row in rows]
