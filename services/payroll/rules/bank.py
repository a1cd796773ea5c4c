"""How banks and the treasury want their files, and how they answer (银行代发, 国库集中支付): layouts as dated data."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from services.payroll.rules.pack import Pack

BANK_PROFILES: Final = "bank_profiles"

# What a cell of a bank file says; `constant` is the column's own text, `remark` that text with the file's reference.
Value = Literal[
    "number", "officer", "name", "account", "amount_yuan", "amount_fen", "remark", "reference", "month", "constant"
]  # fmt: skip
# What a row of a bank's return is read for.
Field = Literal["officer", "account", "amount_yuan", "amount_fen", "outcome", "reference", "reason", "batch"]


class Column(Pack, frozen=True, kw_only=True):
    """A column of a bank file. `width` is in bytes of the file's encoding, in fixed text only."""

    title: str
    value: Value
    text: str = ""
    width: Annotated[int, Meta(ge=0, le=200)] = 0
    align: Literal["left", "right"] = "left"
    pad: Annotated[str, Meta(min_length=1, max_length=1)] = " "


class Layout(Pack, frozen=True, kw_only=True):
    """A bank file's layout. `first` and `last` are control lines of texts with ``{count}``, ``{total_yuan}``,
    ``{total_fen}``, ``{month}``, ``{file_no}`` and ``{reference}`` put in.

    The reference must be somewhere in the file: it is keyed, so that the file's hash tells nothing about the people in
    it, and a bank that repeats it in its return says which run it answers. `tab_accounts`: a tab before each account
    keeps a spreadsheet from reading a CSV's account as a number.
    """

    zh: str
    en: str
    format: Literal["csv", "xlsx", "fixed"]
    encoding: Literal["utf-8", "utf-8-sig", "gb18030"]
    columns: tuple[Column, ...]
    heading: bool = True
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    tab_accounts: bool = False
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        referring = any(column.value in ("reference", "remark") for column in self.columns)
        if not referring and "{reference}" not in "".join((*self.first, *self.last)):
            raise ValueError("a bank file must carry its reference")
        if self.format == "fixed" and not all(column.width for column in self.columns):
            raise ValueError("every column of fixed text needs a width")


class Answers(Pack, frozen=True, kw_only=True):
    """How a bank's return is read: which column says what, and which of its words mean paid or sent back."""

    zh: str
    en: str
    columns: dict[Field, str]
    outcomes: dict[str, Literal["settled", "returned"]]

    def __post_init__(self) -> None:
        named = set(self.columns)
        if not named & {"officer", "account"} or not named & {"amount_yuan", "amount_fen"} or "outcome" not in named:
            raise ValueError("a return must say who, how much and what became of it")


class BankProfiles(Pack, frozen=True, kw_only=True):
    """The layouts of files and of returns by their code."""

    files: dict[str, Layout]
    returns: dict[str, Answers]
