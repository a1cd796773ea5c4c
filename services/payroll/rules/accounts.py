"""The chart of accounts (会计科目): what each account of the ledger is called, and on which side it grows."""

from typing import Final, Literal

from services.payroll.rules.funding import Name
from services.payroll.rules.pack import Pack

ACCOUNTS: Final = "accounts"


class Account(Name, frozen=True, kw_only=True):
    """An account; `book` is the budget control, the financial books, or a town's own."""

    book: Literal["budget", "financial", "town"]
    grows: Literal["debit", "credit"]


class Accounts(Pack, frozen=True, kw_only=True):
    """Accounts by their code in the ledger."""

    accounts: dict[str, Account]
