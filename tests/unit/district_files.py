"""The sample's files to and from the municipal system as the commands its doors would decide; for play in memory."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from deploy.district import Call
from services.casework.domain.commands.municipal import FindDifference, StateComparison, StateExport, StateWarningList
from services.casework.domain.municipal.warnings import warning_task_no
from services.casework.domain.state import Household
from services.casework.municipal_door import KIND_NAMES
from services.casework.municipal_files import compared, listed, warned, warning_commands
from services.casework.projections.households import HouseholdRow
from services.casework.rules.municipal import EarlyWarning, MunicipalExchange
from services.contracts.deciding import Command
from services.eventlog.sheets import csv_table, rows_of
from tests.unit.casework_steps import BOOK, HASH

Homes = Mapping[str, Household]


def named(body: dict[str, Any], pseudonym: Callable[[str], str]) -> dict[str, Any]:
    """A command's body; a warning's task is found by its person."""
    if "task_of" not in body:
        return body
    rest = {name: value for name, value in body.items() if name != "task_of"}
    return {**rest, "task_no": warning_task_no(body["task_of"]["town"], pseudonym(body["task_of"]["resident_id"]))}


def municipal_commands(call: Call, homes: Homes, pseudonym: Callable[[str], str]) -> list[Command]:
    """The lines of a file, then what is stated of the whole."""
    match call.body["door"]:
        case "exports":
            return [_export(call)]
        case "lists":
            return _compared(call, homes)
        case _:
            return _warned(call, homes, pseudonym)


def _rows(call: Call) -> list[tuple[int, dict[str, str]]]:
    return rows_of(csv_table(call.body["heading"], call.body["rows"], "utf-8"))


def _export(call: Call) -> StateExport:
    ask = call.body["ask"]
    return StateExport(
        town="", export_no=f"D-E-{call.id.hex[:16]}", table=ask["table"], selection=f"month {ask['month']}", until_cursor="",
        format=ask["format"], encoding="utf-8", row_count=0, household_count=0, personal=(), reason="", file_sha256=HASH,
    )  # fmt: skip


def _compared(call: Call, homes: Homes) -> list[Command]:
    query = call.body["query"]
    pack = BOOK.on("municipal_exchange", call.at.date(), MunicipalExchange)
    lines, faults = listed(_rows(call), pack)
    assert faults == []
    ours = {number: _row(state) for number, state in homes.items() if state.committee == query["committee"]}
    number = f"{query['town']}-B-{call.id.hex[:16]}"
    found = compared(lines, ours, town=query["town"], comparison_no=number, responsible=query["responsible"])
    counts = {f"{kind}_count": found.count(kind) for kind in KIND_NAMES}
    stated = StateComparison(
        town=query["town"], committee=query["committee"], comparison_no=number, row_count=len(lines), equal_count=found.equal,
        as_of_on=date.fromisoformat(query["as_of"]), opened_count=len(found.found), file_sha256=HASH, **counts,
    )  # fmt: skip
    differences: list[FindDifference] = list(found.found)
    return [*differences, stated]


def _row(state: Household) -> HouseholdRow:
    """A household as its read model has it, as far as a list is held against it."""
    return HouseholdRow(
        town=state.town, committee=state.committee, category=state.category or state.town,
        status="receiving" if state.category else "applying" if state.cases else "ended", officer=state.officer,
        member_count=len(state.members), monthly_amount_fen=state.monthly_amount_fen,
        municipal_nos=tuple(number for number, _ in state.municipal_nos),
    )  # fmt: skip


def _warned(call: Call, homes: Homes, pseudonym: Callable[[str], str]) -> list[Command]:
    pack = BOOK.on("early_warning", call.at.date(), EarlyWarning)
    lines, faults = warned(_rows(call), pack, None, pseudonym)
    persons = {member.person: (number, state) for number, state in homes.items() for member in state.members}
    officers = {state.committee: f"officer:{state.officer}" for state in homes.values() if state.officer}
    found, more = warning_commands(lines, pack, persons, officers, "" if homes else "bureau:B01")
    assert not faults
    assert not more
    stated = StateWarningList(
        town="", list_no=f"D-Y-{call.id.hex[:16]}", row_count=len(found), taken_count=len(found),
        repeated_count=0, refused_count=0, file_sha256=HASH,
    )  # fmt: skip
    return [*(line.command for line in found), stated]
