"""Files exchanged with the municipal system as rows: what we give out, and what its lists mean held against ours; sends nothing."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

import msgspec

from services.casework.domain.commands.municipal import FindDifference, OpenWarning
from services.casework.domain.municipal.warnings import warning_task_no
from services.casework.domain.state import Household
from services.casework.projections.households import HouseholdRow
from services.casework.rules.municipal import PERSONAL_FIELDS, EarlyWarning, MunicipalExchange, Table
from services.contracts.codec import convert
from services.contracts.money import Fen
from services.contracts.resident_ids import names_a_person, normal_id
from services.eventlog.problems import Problem
from services.eventlog.sheets import Row

_IN_FORCE: Final = ("receiving", "recognised", "suspended")
# As `MunicipalNo` has it.
_NUMBER: Final = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{3,39}")
_AMOUNT_FEN_MAX: Final = 10_000_000_00


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One row that was not taken: its number as a spreadsheet counts, the column, and why; no value is repeated."""

    row: int
    column: str
    code: str
    detail: str
    detail_en: str


def columns_there(rows: Sequence[Row], wanted: Iterable[str]) -> None:
    """A `Problem` when a list lacks a column that the profile names; a list without rows lacks nothing."""
    missing = [name for name in wanted if rows and name not in rows[0][1]]
    if missing:
        raise Problem(
            status=400, code="columns-missing", zh=f"缺少列：{'、'.join(missing)}", en=f"missing columns: {', '.join(missing)}"
        )  # fmt: skip


# ---- what we give out


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A household's personal values as they were unsealed for one file: by member in their order, and the address."""

    names: tuple[str, ...] = ()
    resident_ids: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What a file says of one household; `opened` when personal columns are wanted."""

    household_no: str
    row: HouseholdRow
    state: Household
    application_no: str
    changed_on: date
    opened: Opened = Opened()


def table_rows(table: Table, folders: Iterable[Folder], pack: MunicipalExchange) -> list[list[str]]:
    """The table's rows by household number; a personal column is empty where nothing was unsealed."""
    found = []
    for folder in sorted(folders, key=lambda one: one.household_no):
        for at in range(len(folder.state.members) if table.row == "member" else 1):
            words = {column.field: _field(folder, column.field, at) for column in table.columns}
            found.append([pack.theirs(column.codes, words[column.field]) for column in table.columns])
    return found


def personal_columns(table: Table) -> tuple[str, ...]:
    """The personal fields that a table has columns for."""
    return tuple(sorted({column.field for column in table.columns} & PERSONAL_FIELDS))


def status_of(row: HouseholdRow) -> str:
    """A household's status as the municipal system counts it: a suspended benefit is one of its own."""
    return "suspended" if row.suspended_from is not None and row.status == "receiving" else row.status


def _field(folder: Folder, field: str, at: int) -> str:
    """One value as text; `at`: the member's place."""
    row, opened = folder.row, folder.opened
    match field:
        case "household_no":
            return folder.household_no
        case "municipal_no":
            return ";".join(row.municipal_nos)
        case "application_no":
            return folder.application_no
        case "changed_on":
            return folder.changed_on.isoformat()
        case "status":
            return status_of(row)
        case "monthly_amount_yuan":
            return yuan(row.monthly_amount_fen)
        case "person" | "relation":
            return str(getattr(folder.state.members[at], field))
        case "name":
            return opened.names[at] if at < len(opened.names) else ""
        case "resident_id":
            return opened.resident_ids[at] if at < len(opened.resident_ids) else ""
        case "address":
            return opened.address
        case _:
            value = getattr(row, field)
            return "" if value is None else str(value)


def yuan(amount: Fen) -> str:
    """Yuan with two decimals and no separators, as programs read it."""
    return f"{amount // 100}.{amount % 100:02d}"


# ---- their list held against ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A household as the municipal list has it, in our words; `status` as ``category/status``."""

    row: int
    municipal_no: str
    status: str
    member_count: int
    monthly_amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a comparison found: differences as commands to open them, and how many households are equal."""

    equal: int
    found: tuple[FindDifference, ...]

    def count(self, kind: str) -> int:
        return sum(one.kind == kind for one in self.found)


def listed(rows: Sequence[Row], pack: MunicipalExchange) -> tuple[list[Listed], list[Fault]]:
    """The list's rows in our words, and those that are wrong."""
    names = pack.list_columns
    columns_there(rows, (getattr(names, field) for field in names.__struct_fields__))
    lines: list[Listed] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for number, row in rows:
        line = _listed(number, row, pack)
        if isinstance(line, Listed) and line.municipal_no in seen:
            line = _fault(number, names.municipal_no, "row-repeated", "该编号重复出现", "this number is there twice")
        if isinstance(line, Fault):
            faults.append(line)
        else:
            seen.add(line.municipal_no)
            lines.append(line)
    return lines, faults


def _listed(number: int, row: dict[str, str], pack: MunicipalExchange) -> Listed | Fault:
    names = pack.list_columns
    cell = {field: row[getattr(names, field)].strip() for field in names.__struct_fields__}
    category, status = (pack.ours(table, cell[table]) for table in ("category", "status"))
    if not cell["municipal_no"]:
        return _fault(number, names.municipal_no, "value-missing", "须填写", "must be filled in")
    if _NUMBER.fullmatch(cell["municipal_no"]) is None:
        return _fault(
            number, names.municipal_no, "value-invalid", "应为4至40位字母、数字", "must be 4 to 40 letters, digits"
        )
    if names_a_person(cell["municipal_no"]):
        return _fault(number, names.municipal_no, "personal-in-text", "不得填写身份证号", "may be no resident ID")
    if category is None:
        return _fault(number, names.category, "code-unknown", "代码不在对照表中", "the code is not in the table")
    if status is None:
        return _fault(number, names.status, "code-unknown", "代码不在对照表中", "the code is not in the table")
    if not cell["member_count"].isascii() or not cell["member_count"].isdigit():
        return _fault(number, names.member_count, "value-invalid", "应为人数", "must be a number of persons")
    amount = _fen(cell["monthly_amount_yuan"])
    if amount is None:
        return _fault(
            number, names.monthly_amount_yuan, "value-invalid", "应为元，至多两位小数", "must be yuan with two decimals"
        )  # fmt: skip
    return Listed(
        row=number,
        municipal_no=cell["municipal_no"],
        status=f"{category}/{status}",
        member_count=int(cell["member_count"]),
        monthly_amount_fen=amount,
    )


def _fen(text: str) -> int | None:
    try:
        fen = Decimal(text.replace(",", "") or "0") * 100
    except InvalidOperation:
        return None
    whole = fen.is_finite() and fen == fen.to_integral_value() and 0 <= fen <= _AMOUNT_FEN_MAX
    return int(fen) if whole else None


def compared(
    lines: Sequence[Listed], ours: Mapping[str, HouseholdRow], *, town: str, comparison_no: str, responsible: str
) -> Compared:
    """Every household that one side has: equal, or a difference with somebody who answers for it.

    `ours`: the households of the list's scope by number. Of one with another status the amount is not compared; whom we
    do not know is `responsible`'s.
    """
    numbers = {number: home for home, row in ours.items() for number in row.municipal_nos}
    found: list[FindDifference] = []

    def differ(kind: str, household_no: str, municipal_no: str, mine: object, theirs: object) -> None:
        home = ours.get(household_no)
        wanted = {
            "task_no": difference_task_no(town, kind, household_no, municipal_no), "kind": kind,
            "household_no": household_no, "municipal_no": municipal_no, "ours": str(mine), "theirs": str(theirs),
            "comparison_no": comparison_no,
            "responsible": f"officer:{home.officer}" if home is not None and home.officer else responsible,
        }  # fmt: skip
        found.append(convert(wanted, FindDifference))

    equal = 0
    for line in lines:
        household_no = numbers.get(line.municipal_no, "")
        if not household_no:
            differ("only_there", "", line.municipal_no, "", line.status)
            continue
        before = len(found)
        for kind, mine, theirs in _points(ours[household_no], line):
            differ(kind, household_no, line.municipal_no, mine, theirs)
        equal += len(found) == before
    there = {numbers.get(line.municipal_no) for line in lines}
    for household_no, row in sorted(ours.items()):
        if status_of(row) in _IN_FORCE and household_no not in there:
            differ("only_here", household_no, ";".join(row.municipal_nos[:1]), f"{row.category}/{status_of(row)}", "")
    return Compared(equal=equal, found=tuple(found))


def _points(row: HouseholdRow, line: Listed) -> list[tuple[str, str, str]]:
    """In which points ours and theirs differ."""
    mine = f"{row.category}/{status_of(row)}"
    if mine != line.status:
        return [("status", mine, line.status)]
    points = []
    if status_of(row) in _IN_FORCE and row.monthly_amount_fen != line.monthly_amount_fen:
        points.append(("amount", yuan(row.monthly_amount_fen), yuan(Fen(line.monthly_amount_fen))))
    if row.member_count != line.member_count:
        points.append(("members", str(row.member_count), str(line.member_count)))
    return points


def difference_task_no(town: str, kind: str, household_no: str, municipal_no: str) -> str:
    """The same difference is the same task, from whatever list it is seen; what it names is no person."""
    text = f"{kind}|{household_no}|{municipal_no}"
    return f"{town}-D-{hashlib.sha256(text.encode()).hexdigest()[:20]}"


# ---- early warnings


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """One line of a list of warnings, as far as its own cells say; `person` is a keyed pseudonym."""

    row: int
    town: str
    person: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line as a command, and its row."""

    row: int
    command: OpenWarning


def warned(
    rows: Sequence[Row], pack: EarlyWarning, town: str | None, pseudonym: Callable[[str], str]
) -> tuple[list[Warned], list[Fault]]:
    """The lines of a list, and those that are wrong; a town's list holds its own lines only."""
    names = pack.columns
    columns_there(rows, (getattr(names, field) for field in names.__struct_fields__))
    lines: list[Warned] = []
    faults: list[Fault] = []
    for number, row in rows:
        cell = {field: row[getattr(names, field)].strip() for field in names.__struct_fields__}
        if town not in (None, cell["town"]):
            faults.append(_fault(number, names.town, "wrong-town", "不是本镇街", "is another town"))
        elif cell["kind"] not in pack.kinds:
            faults.append(_fault(number, names.kind, "kind-unknown", "预警类型不在目录中", "this kind is not listed"))
        elif not normal_id(cell["resident_id"]):
            faults.append(_fault(number, names.resident_id, "value-missing", "须填写", "must be filled in"))
        else:
            person = pseudonym(normal_id(cell["resident_id"]))
            lines.append(Warned(row=number, town=cell["town"], person=person, fields=cell))
    return lines, faults


def warning_commands(
    lines: Iterable[Warned],
    pack: EarlyWarning,
    households: Mapping[str, tuple[str, Household]],
    officers: Mapping[str, str],
    responsible: str,
) -> tuple[list[Line], list[Fault]]:
    """Each line with who answers for it: whoever has the household, the officer of the committee, else `responsible`.

    `households`: by pseudonym, number and state; `officers`: by committee.
    """
    found: list[Line] = []
    faults: list[Fault] = []
    for line in lines:
        command = _warning(line, pack, households, officers, responsible)
        if isinstance(command, Fault):
            faults.append(command)
        else:
            found.append(Line(row=line.row, command=command))
    return found, faults


def _warning(
    line: Warned,
    pack: EarlyWarning,
    households: Mapping[str, tuple[str, Household]],
    officers: Mapping[str, str],
    responsible: str,
) -> OpenWarning | Fault:
    cell = line.fields
    number, state = households.get(line.person, ("", Household()))
    mine = state.answers if number.startswith(f"{line.town}-") or state.category else ""
    who = mine or officers.get(cell["committee"], "") or responsible
    if not who:
        return _fault(
            line.row, pack.columns.committee, "responsible-missing", "该村（居）没有负责人，须在导入时指定",
            "nobody answers for this committee; name somebody for the list",
        )  # fmt: skip
    wanted = {
        "task_no": warning_task_no(line.town, line.person), "warning_no": cell["warning_no"],
        "committee": cell["committee"], "kind": pack.kinds[cell["kind"]], "name": cell["name"],
        "resident_id": normal_id(cell["resident_id"]), "contact": cell["contact"], "household_no": number,
        "receiving": bool(state.category), "responsible": who, "warned_on": cell["warned_on"],
    }  # fmt: skip
    try:
        return convert(wanted, OpenWarning)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("`$.")[2].rstrip("`").replace("task_no", "town")
        return _fault(line.row, getattr(pack.columns, field, ""), "value-invalid", "此处不符合要求", "does not fit")


def _fault(row: int, column: str, code: str, zh: str, en: str) -> Fault:
    return Fault(row=row, column=column, code=code, detail=zh, detail_en=en)
