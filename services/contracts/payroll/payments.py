"""Facts about what goes to the bank and comes back (银行代发与回盘): files, settled and returned lines, held lines."""

import msgspec

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll.slips import Amount, Charge, Spent
from services.contracts.registry import Fact, fact


class PaidTo(msgspec.Struct, frozen=True, kw_only=True):
    """Another account than the slip named, to which an officer's line goes after the bank returned it."""

    officer: str
    bank_account_pseudonym: str


@fact("payroll", "bank_file_issued", subject="run")
class BankFileIssued(Fact, frozen=True, kw_only=True):
    """A bank file was made: the hash of its neutral rows and its control totals, not its lines.

    It pays what no bank has paid yet: file 1 every line of the run, a later one the lines that came back.
    `accounts`: the lines of these that go to the account the officer has by now, not to the one the bank refused.
    """

    month: Month
    line_count: int
    total_fen: Fen
    file_sha256: str
    file_no: int = 1
    accounts: tuple[PaidTo, ...] = ()


@fact("payroll", "bank_file_withdrawn", subject="run")
class BankFileWithdrawn(Fact, frozen=True, kw_only=True):
    """A bank file none of whose lines was answered is void: its lines may go into another."""

    month: Month
    file_no: int
    line_count: int
    total_fen: Fen
    reason: str
    withdrawn_by: str


@fact("payroll", "bank_file_exported", subject="run")
class BankFileExported(Fact, frozen=True, kw_only=True):
    """The bytes of a bank file, names and accounts in clear, were given to somebody in the layout `profile`.

    The file carries a keyed reference, so its SHA-256 tells nothing about the people in it.
    """

    month: Month
    file_no: int
    profile: str
    file_format: str
    file_encoding: str
    line_count: int
    total_fen: Fen
    file_sha256: str
    reason: str
    exported_by: str
    pack_version: str


@fact("payroll", "payment_settled", subject="run")
class PaymentSettled(Fact, frozen=True, kw_only=True):
    """The bank paid one line."""

    officer: str
    amount_fen: Fen
    bank_reference: str


@fact("payroll", "payment_returned", subject="run")
class PaymentReturned(Fact, frozen=True, kw_only=True):
    """The bank sent one line back; the officer's money is still owed."""

    officer: str
    amount_fen: Fen
    reason: str


@fact("payroll", "bank_line_held", subject="run")
class BankLineHeld(Fact, frozen=True, kw_only=True):
    """A line of a bank's return fits no payment that is under way: it waits for a person, the rest was applied.

    `code` says why; `officer` is empty where the file names none of the run's; `outcome`: settled or returned.
    """

    month: Month
    held_no: str
    file_sha256: str
    row_no: int
    officer: str
    amount_fen: Fen
    outcome: str
    code: str
    bank_reference: str


@fact("payroll", "held_line_decided", subject="run")
class HeldLineDecided(Fact, frozen=True, kw_only=True):
    """A person's `decision` about a held line: applied to `officer`, or dismissed, with reason and document.

    Of an applied line that the bank paid, `charges` and `by_document` say what the sources pay by it.
    """

    month: Month
    held_no: str
    decision: str
    officer: str
    outcome: str
    amount_fen: Fen
    reason: str
    document: str
    decided_by: str
    charges: tuple[Amount, ...]
    by_document: tuple[Charge, ...]
    by_town: tuple[Spent, ...] = ()


@fact("payroll", "bank_return_imported", subject="run")
class BankReturnImported(Fact, frozen=True, kw_only=True):
    """A bank return file was imported, with its hash and totals."""

    month: Month
    file_sha256: str
    settled_count: int
    settled_fen: Fen
    returned_count: int
    returned_fen: Fen
    charges: tuple[Amount, ...]
    by_document: tuple[Charge, ...] = ()
    held_count: int = 0
    held_fen: Fen = Fen(0)
    by_town: tuple[Spent, ...] = ()
