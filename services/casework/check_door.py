"""Information checks in batches: what a register is asked, in clear only as a fact, and its answers decided; no HTTP."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from services.casework import store
from services.casework.check_files import (
    NAMED_COLUMNS,
    REQUEST_COLUMNS,
    FileKind,
    OpenCheck,
    Row,
    RowError,
    answer_rows,
    answers_of,
    csv_of,
    error_file,
    request_rows,
)
from services.casework.domain import ExportCheck
from services.casework.domain.commands import Code, Line, Reference
from services.contracts.codec import derived_id, encoder
from services.eventlog.api.commands import incoming_of, told_apart
from services.eventlog.api.runtime import Doors, Runtime
from services.eventlog.auth import Identity
from services.eventlog.deciding import Incoming, Outcome

EXPORT_CHECKS_MAX: Final = 500


class CheckExport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which register's open requests are given out by name, and why."""

    register: Code
    reason: Line
    format: FileKind = "csv"
    after: Reference | None = None


class Batch(NamedTuple):
    """A file of open requests, and the application after which the next one goes on; None when this was the last."""

    content: bytes
    next_after: str | None


async def requests(runtime: Runtime, register: str, town: str | None, after: str, kind: FileKind) -> Batch:
    """The open requests of a register by pseudonym; of one town, or of all; at most so many checks at a time."""
    checks = await store.open_checks(runtime.pool, register, town, after, EXPORT_CHECKS_MAX)
    return Batch(_file(request_rows(checks, register), REQUEST_COLUMNS, kind), _next(checks))


def _next(checks: list[OpenCheck]) -> str | None:
    return checks[-1].application_no if len(checks) == EXPORT_CHECKS_MAX else None


async def export(runtime: Runtime, doors: Doors, identity: Identity, wanted: CheckExport, key: UUID) -> Batch:
    """The open requests of a register by name. Each is stated as a fact first; what is refused meanwhile is left out."""
    checks = await store.open_checks(runtime.pool, wanted.register, None, wanted.after or "", EXPORT_CHECKS_MAX)
    incoming = [
        incoming_of(
            doors, identity, _export_command(check, wanted), derived_id(f"{key}/{check.row.check_no}", "export")
        )
        for check in checks
    ]
    outcomes = told_apart(incoming, await runtime.decider.execute(incoming))
    stated = [check for check, outcome in zip(checks, outcomes, strict=True) if outcome.status == "accepted"]
    named = await store.checked_names(runtime.pool, runtime.keyring, stated)
    rows = request_rows(stated, wanted.register, named)
    return Batch(_file(rows, NAMED_COLUMNS, wanted.format), _next(checks))


def _export_command(check: OpenCheck, wanted: CheckExport) -> ExportCheck:
    return ExportCheck(
        household_no=check.row.household,
        application_no=check.application_no,
        register=wanted.register,
        reason=wanted.reason,
    )


def _file(rows: list[Row], columns: Sequence[str], kind: FileKind) -> bytes:
    return encoder.encode(rows) if kind == "json" else csv_of(rows, columns).encode()


async def answers(
    runtime: Runtime, doors: Doors, identity: Identity, raw: bytes, *, dry_run: bool
) -> tuple[dict[str, Any], list[RowError]]:
    """A register's file of answers: what became of it, and its errors by row and column. A dry run decides nothing."""
    rows = answer_rows(raw)
    numbers = sorted({row.get("check_no", "") for _, row in rows})
    found, errors = answers_of(rows, await store.checks_by_no(runtime.pool, numbers))
    told: dict[str, Any] = {"dry_run": dry_run, "rows": len(rows), "answers": len(found)}
    if not dry_run:
        print_of_file = hashlib.sha256(raw).hexdigest()
        incoming: list[Incoming] = [
            incoming_of(
                doors,
                identity,
                one.command,
                derived_id(f"{one.command.check_no}/{one.command.registers[0]}/{print_of_file}", "answer"),
            )
            for one in found
        ]
        outcomes = told_apart(incoming, await runtime.decider.execute(incoming))
        refusals = [_refused(one.row, o) for one, o in zip(found, outcomes, strict=True) if o.status != "accepted"]
        errors = sorted([*errors, *refusals], key=lambda error: error.row)
        told |= {"accepted": len(found) - len(refusals), "refused": len(refusals)}
    told |= {"errors": errors, "error_file": error_file(errors) if errors else None}
    return told, errors


def _refused(row: int, outcome: Outcome) -> RowError:
    return RowError(row=row, column="", code=outcome.code, detail=outcome.zh, detail_en=outcome.en)
