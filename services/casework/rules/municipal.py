"""How we live beside the municipal system: mapping profiles of its files, terms of differences and of early warnings."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

# What a row of an export can say. A personal field is unsealed only for those who may, for a reason.
CASE_FIELDS = frozenset(
    {
        "household_no", "municipal_no", "application_no", "town", "committee", "category", "status", "member_count",
        "monthly_amount_yuan", "from_month", "changed_on",
    }
)  # fmt: skip
MEMBER_FIELDS = frozenset({"household_no", "municipal_no", "person", "relation"})
PERSONAL_FIELDS = frozenset({"name", "resident_id", "address"})


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a file: its heading, what stands in it, and the code table that turns our word into theirs."""

    heading: str
    field: str
    codes: str = ""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table of an export, a row for each household or for each member, its columns in the order they are written."""

    row: Literal["household", "member"]
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        known = (CASE_FIELDS if self.row == "household" else MEMBER_FIELDS) | PERSONAL_FIELDS
        for column in self.columns:
            if column.field not in known:
                raise ValueError(f"a row of a {self.row} has no field {column.field}")


class ListColumns(msgspec.Struct, frozen=True, kw_only=True):
    """The headings of a list that the municipal system gives out."""

    municipal_no: str
    category: str
    status: str
    member_count: str
    monthly_amount_yuan: str


class Escalation(msgspec.Struct, frozen=True, kw_only=True):
    """To which role a task goes that is overdue, and after how many working days one step further."""

    to: str
    workdays: int


Steps = Annotated[tuple[Escalation, ...], Meta(min_length=1)]


class MunicipalExchange(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``municipal_exchange``: a mapping profile, and how differences are settled.

    `codes`: by the name of a code table, our word → theirs. `settlements`: how a difference may be settled.
    """

    tables: dict[str, Table]
    codes: dict[str, dict[str, str]]
    list_columns: ListColumns
    settlements: frozenset[str]
    settle_workdays: int
    escalation: Steps

    def theirs(self, table: str, word: str) -> str:
        """Our word as the municipal system has it; the word itself where the table, or the word, is not listed."""
        return self.codes.get(table, {}).get(word, word)

    def ours(self, table: str, code: str) -> str | None:
        """The municipal system's code as our word; None for one that the table does not know."""
        return next((word for word, theirs in self.codes.get(table, {}).items() if theirs == code), None)


class WarningColumns(msgspec.Struct, frozen=True, kw_only=True):
    """The headings of a list of early warnings."""

    warning_no: str
    town: str
    committee: str
    name: str
    resident_id: str
    contact: str
    kind: str
    warned_on: str


class EarlyWarning(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``early_warning`` (低收入人口动态监测).

    `kinds`: the list's word → our code. `attempts_min`: on so many days somebody must have gone or called before a
    person counts as unreachable.
    """

    columns: WarningColumns
    kinds: dict[str, str]
    visit_workdays: int
    article: str
    attempts_min: int
    escalation: Steps
