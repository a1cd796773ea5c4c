"""Files to and from the municipal system: read whole, decided line by line, stated by counts and a hash; no HTTP."""

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from services.casework import store
from services.casework.domain.commands.municipal import (
    CommitteeOrEmpty,
    ReadForExport,
    StateComparison,
    StateExport,
    StateWarningList,
)
from services.casework.domain.commands.shapes import Actor, Code, Line, TownCode
from services.casework.municipal_files import (
    Fault,
    Folder,
    compared,
    listed,
    personal_columns,
    table_rows,
    warned,
    warning_commands,
)
from services.casework.rules.municipal import EarlyWarning, MunicipalExchange, Table
from services.contracts.codec import derived_id
from services.contracts.deciding import Command
from services.contracts.rulebook import NoRule, RuleBook
from services.eventlog import listing
from services.eventlog.api.commands import incoming_of, refused, told_apart
from services.eventlog.api.runtime import Doors, Runtime
from services.eventlog.auth import Identity
from services.eventlog.deciding import Outcome
from services.eventlog.problems import Problem
from services.eventlog.seeing import read_for, reader_of
from services.eventlog.sheets import Encoding, FileKind, csv_table, error_file, rows_of, xlsx_table

EXPORT_HOUSEHOLDS_MAX: Final = 1_000
T = TypeVar("T")
KIND_NAMES: Final = ("only_here", "only_there", "amount", "status", "members")


class MunicipalExport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which table of which households: those changed in a `month`, or since a cursor (`after`; empty: since ever).

    `personal`: with the table's personal columns, for a `reason`; else they are empty.
    """

    table: Code
    town: TownCode | None = None
    month: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])\Z")] | None = None
    after: Line = ""
    format: FileKind = "csv"
    encoding: Encoding = "utf-8"
    personal: bool = False
    reason: Line = ""


class ListAbout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a municipal list is of: a town, or one of its committees, as of a day; `responsible` for whom we do not know."""

    town: TownCode
    committee: CommitteeOrEmpty = ""
    as_of: date
    responsible: Actor


class Exported(NamedTuple):
    """A file, its hash, and where the next one begins; None when this was the last."""

    content: bytes
    sha256: str
    next_after: str | None


# ---- export


async def export(runtime: Runtime, doors: Doors, identity: Identity, wanted: MunicipalExport, key: UUID) -> Exported:
    """The file, once it is stated: first of each household that it was read, then of the whole what was given out."""
    pack = await _pack(runtime, "municipal_exchange", MunicipalExchange)
    table = pack.tables.get(wanted.table)
    if table is None:
        raise Problem(status=422, code="table-unknown", zh="没有这种导出表", en="there is no such table")
    with read_for(reader_of(identity)):  # a file of households leaves the house: what a town takes is read as its own
        folders, following = await _folders(runtime, wanted)
    personal = personal_columns(table) if wanted.personal else ()
    number = f"{wanted.town or 'D'}-E-{key.hex[:16]}"
    if personal:
        folders = await _read(runtime, doors, identity, folders, wanted, personal, number)
    rows = table_rows(table, folders, pack)
    content = await asyncio.to_thread(_file, table, rows, wanted)
    sha256 = hashlib.sha256(content).hexdigest()
    stated = StateExport(
        town=wanted.town or "", export_no=number, table=wanted.table, until_cursor=following,
        selection=f"month {wanted.month} {wanted.after}".strip() if wanted.month else f"after {wanted.after}".strip(),
        format=wanted.format, encoding=wanted.encoding, row_count=len(rows), household_count=len(folders),
        personal=personal, reason=wanted.reason, file_sha256=sha256,
    )  # fmt: skip
    outcome = await runtime.decider.submit(incoming_of(doors, identity, stated, key))
    if outcome.status != "accepted":
        raise refused(outcome)
    if outcome.replayed and personal:  # that look is on the log; showing the values again would be another one
        raise Problem(
            status=409, code="read-replayed", zh="该次导出已登记；再次导出须换用新的 Idempotency-Key", en="this export was stated; use a new Idempotency-Key"
        )  # fmt: skip
    return Exported(content, sha256, following if len(folders) == EXPORT_HOUSEHOLDS_MAX else None)


def _file(table: Table, rows: list[list[str]], wanted: MunicipalExport) -> bytes:
    heading = [column.heading for column in table.columns]
    return xlsx_table(heading, rows) if wanted.format == "xlsx" else csv_table(heading, rows, wanted.encoding)


async def _folders(runtime: Runtime, wanted: MunicipalExport) -> tuple[list[Folder], str]:
    """The next households of a selection, and where the one after them begins."""
    if wanted.month is not None:
        folders = await store.folders_of_month(
            runtime.pool, wanted.town, wanted.month, listing.as_text(wanted.after), EXPORT_HOUSEHOLDS_MAX
        )
        return folders, folders[-1].household_no if folders else wanted.after
    partitions = runtime.settings.partitions
    places = wanted.after.split(".") if wanted.after else ["0"] * partitions
    if len(places) != partitions or not all(place.isascii() and place.isdigit() for place in places):
        raise Problem(
            status=400, code="after-invalid", zh="after 应为上次导出返回的游标", en="`after` must be a cursor that an export gave"
        )  # fmt: skip
    cursor = [min(int(place), 2**62) for place in places]
    folders, following = await store.folders_since(runtime.pool, wanted.town, cursor, EXPORT_HOUSEHOLDS_MAX)
    return folders, ".".join(map(str, following))


async def _read(
    runtime: Runtime, doors: Doors, identity: Identity, folders: Sequence[Folder], wanted: MunicipalExport,
    personal: tuple[str, ...], number: str,
) -> list[Folder]:  # fmt: skip
    """The folders with their personal values; each look is a fact first, and what is refused is left out."""
    commands = [
        ReadForExport(household_no=one.household_no, fields=personal, reason=wanted.reason, export_no=number)
        for one in folders
    ]
    outcomes = await _decided(runtime, doors, identity, commands, number)
    refusal = next((outcome for outcome in outcomes if outcome.status != "accepted"), None)
    if refusal is not None:
        raise refused(refusal)
    return [replace(one, opened=store.opened_folder(one, personal, runtime.keyring)) for one in folders]


# ---- lists


async def compare(
    runtime: Runtime, doors: Doors, identity: Identity, about: ListAbout, raw: bytes, key: UUID, *, dry_run: bool
) -> dict[str, Any]:
    """A municipal list held against ours: what differs becomes somebody's task. A dry run decides nothing."""
    pack = await _pack(runtime, "municipal_exchange", MunicipalExchange)
    rows = await asyncio.to_thread(rows_of, raw)
    lines, faults = listed(rows, pack)
    number = f"{about.town}-B-{key.hex[:16]}"
    ours = await store.households_in(runtime.pool, about.town, about.committee)
    found = compared(lines, ours, town=about.town, comparison_no=number, responsible=about.responsible)
    counts = {kind: found.count(kind) for kind in KIND_NAMES}
    told: dict[str, Any] = {
        "dry_run": dry_run,
        "comparison_no": number,
        "rows": len(rows),
        "equal": found.equal,
        **counts,
    }
    if not dry_run and not faults:  # half a list would find differences that are none
        outcomes = await _decided(runtime, doors, identity, found.found, number)
        refusal = next((outcome for outcome in outcomes if outcome.status not in _TAKEN), None)
        if refusal is not None:  # those that are open stay so; the list comes again with another `responsible`
            raise refused(refusal)
        opened = sum(outcome.status == "accepted" for outcome in outcomes)
        stated = StateComparison(
            town=about.town, committee=about.committee, comparison_no=number, as_of_on=about.as_of, row_count=len(rows),
            equal_count=found.equal, **{f"{kind}_count": count for kind, count in counts.items()}, opened_count=opened,
            file_sha256=hashlib.sha256(raw).hexdigest(),
        )  # fmt: skip
        await _state(runtime, doors, identity, stated, key)
        told["opened"] = opened
    return _with_errors(told, faults)


async def warn(
    runtime: Runtime, doors: Doors, identity: Identity, responsible: str, raw: bytes, key: UUID, *, dry_run: bool
) -> dict[str, Any]:
    """A list of early warnings: every line a task, or linked to what is in hand. A dry run decides nothing."""
    pack = await _pack(runtime, "early_warning", EarlyWarning)
    rows = await asyncio.to_thread(rows_of, raw)
    lines, faults = warned(rows, pack, identity.town, runtime.keyring.pseudonym)
    households = await store.households_of(runtime.pool, sorted({line.person for line in lines}))
    committees = sorted({listing.as_text(line.fields["committee"]) for line in lines})
    officers = await store.officers_of(runtime.pool, committees)
    found, more = warning_commands(lines, pack, households, officers, responsible)
    faults += more
    number = f"{identity.town or 'D'}-Y-{key.hex[:16]}"
    told: dict[str, Any] = {"dry_run": dry_run, "list_no": number, "rows": len(rows), "lines": len(found)}
    if not dry_run:
        outcomes = await _decided(runtime, doors, identity, [line.command for line in found], number)
        refusals = [_refusal(line.row, o) for line, o in zip(found, outcomes, strict=True) if o.status not in _TAKEN]
        faults += refusals
        statuses = [outcome.status for outcome in outcomes]
        counts = {
            "taken": statuses.count("accepted"), "repeated": statuses.count("unchanged"), "refused": len(faults),
        }  # fmt: skip
        stated = StateWarningList(
            town=identity.town or "", list_no=number, row_count=len(rows), file_sha256=hashlib.sha256(raw).hexdigest(),
            **{f"{name}_count": count for name, count in counts.items()},
        )  # fmt: skip
        await _state(runtime, doors, identity, stated, key)
        told |= counts
    return _with_errors(told, faults)


_TAKEN: Final = ("accepted", "unchanged")


def _refusal(row: int, outcome: Outcome) -> Fault:
    return Fault(row=row, column="", code=outcome.code, detail=outcome.zh, detail_en=outcome.en)


def _with_errors(told: dict[str, Any], faults: Iterable[Fault]) -> dict[str, Any]:
    errors = [msgspec.to_builtins(fault) for fault in sorted(faults, key=lambda fault: fault.row)]
    return told | {"errors": errors, "error_file": error_file(errors) if errors else None}


async def _decided(
    runtime: Runtime, doors: Doors, identity: Identity, commands: Sequence[Command], number: str
) -> list[Outcome]:
    """Commands of one file, each under an id of its own: the file sent again under its key decides nothing twice."""
    incoming = [
        incoming_of(doors, identity, command, derived_id(f"{number}/{place}/{command.subject}", "line"))
        for place, command in enumerate(commands)
    ]
    return told_apart(incoming, await runtime.decider.execute(incoming)) if incoming else []


async def _state(runtime: Runtime, doors: Doors, identity: Identity, command: Command, key: UUID) -> None:
    outcome = await runtime.decider.submit(incoming_of(doors, identity, command, key))
    if outcome.status != "accepted":
        raise refused(outcome)


async def _pack(runtime: Runtime, name: str, wanted: type[T]) -> T:
    """The pack in force today; 409 where the district adopted none."""
    book: RuleBook = await runtime.decider.rulebook()
    try:
        return book.on(name, await listing.today(runtime.pool), wanted)
    except NoRule:
        raise Problem(
            status=409, code="no-rule-in-force", zh=f"没有生效的规则包 {name}", en=f"no rule pack {name} is in force"
        ) from None  # fmt: skip
