"""What may be asked of a run; each command names its month, and people's words are short texts without line breaks."""

from datetime import date
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from services.contracts.deciding import Command
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import PaidTo
from services.payroll.domain.drafting import run_subject
from services.payroll.pay import DocumentLeft, OfficerPay

Words = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,200}\Z")]
OfficerNo = Annotated[str, Meta(pattern=r"^O[0-9]{3,6}\Z")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Profile = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
Outcome = Literal["settled", "returned"]
TableFormat = Literal["csv", "xlsx"]
Declaration = Literal["insurance", "tax"]
BANK_LINES_MAX: Final = 50_000


class OfRun(Command, frozen=True, kw_only=True):
    """A command about one month's run."""

    month: Month

    @property
    def subject(self) -> str:
        return run_subject(self.month)


class DraftRun(OfRun, frozen=True, kw_only=True):
    """Prepare a month's run; the actor is the preparer.

    `officers` and `documents` are never the caller's: the service's edge sets both by `pay_inputs.filled` before deciding.
    """

    officers: tuple[OfficerPay, ...] | None = None
    documents: tuple[DocumentLeft, ...] | None = None


class DiscardRun(OfRun, frozen=True, kw_only=True):
    """Throw a draft away before it is approved, with the reason; the month may then be drafted anew."""

    reason: Words


class CheckRun(OfRun, frozen=True, kw_only=True):
    """Add the slips up again and compare with the run's totals."""


class ApproveRun(OfRun, frozen=True, kw_only=True):
    """Approve a checked run; the actor must be neither its preparer nor its checker.

    `documents`, what each has left now, is never the caller's: the service's edge sets it by `filling.filled`.
    """

    documents: tuple[DocumentLeft, ...] | None = None


class NoteFundCommitted(OfRun, frozen=True, kw_only=True):
    """One source committed its share; with the last one the run is funded."""

    source: str
    amount_fen: Fen


class CloseRun(OfRun, frozen=True, kw_only=True):
    """Close a run whose every line is settled or reversed."""


class IssueBankFile(OfRun, frozen=True, kw_only=True):
    """State the hash and totals of the next bank file: the lines that no bank has paid and none is asked to pay.

    `accounts`, the account of each officer today, is never the caller's: the service's edge sets it by `filling.filled`.
    """

    accounts: tuple[PaidTo, ...] = ()


class WithdrawBankFile(OfRun, frozen=True, kw_only=True):
    """Declare a bank file void, as long as the bank answered none of its lines."""

    file_no: int
    reason: Words


class ExportBankFile(OfRun, frozen=True, kw_only=True):
    """State that a bank file's bytes were given out; the door that gives them fills in all but month, number and reason."""

    file_no: int
    profile: Profile
    reason: Words
    file_format: str = ""
    file_encoding: str = ""
    file_sha256: str = ""
    pack_version: str = ""


class BankLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of a bank return: settled with the bank's `reference`, or returned with its `reason`.

    It names the officer, or the account's pseudonym. `batch`: the reference our file carried, where the bank repeats it.
    """

    officer: str = ""
    amount_fen: Fen
    outcome: Outcome
    reference: str = ""
    reason: str = ""
    account: str = ""
    batch: str = ""
    row_no: int = 0


class ImportBankReturn(OfRun, frozen=True, kw_only=True):
    """Take in a bank return file; `file_sha256` (hex) keeps the same file from counting twice.

    Lines that fit a payment under way are applied; the others are held for a person.
    """

    file_sha256: str
    lines: Annotated[tuple[BankLine, ...], Meta(max_length=BANK_LINES_MAX)]


class DecideHeldLine(OfRun, frozen=True, kw_only=True):
    """Apply a held line to an officer's open payment, or dismiss it, with reason and document."""

    held_no: str
    decision: Literal["applied", "dismissed"]
    reason: Words
    document: Words
    officer: OfficerNo | None = None


class RequestSlipReversal(OfRun, frozen=True, kw_only=True):
    """Ask to take one slip of an approved run back (冲销); another person confirms."""

    officer: OfficerNo
    reason: Words
    document: Words


class ConfirmSlipReversal(OfRun, frozen=True, kw_only=True):
    """Confirm a reversal; the actor must not be who asked for it."""

    officer: OfficerNo


class DeclineSlipReversal(OfRun, frozen=True, kw_only=True):
    """Decline a reversal with the reason: the slip stands."""

    officer: OfficerNo
    reason: Words


class RecordRecovery(OfRun, frozen=True, kw_only=True):
    """Money of a reversed slip came back."""

    officer: OfficerNo
    amount_fen: Fen
    reference: Words
    received_on: date


class DeclareInsurance(OfRun, frozen=True, kw_only=True):
    """State an insured unit's declaration; the door that makes the file fills in its hash and the sum of bases."""

    unit: str
    file_format: TableFormat = "xlsx"
    file_sha256: str = ""
    base_fen: Fen = Fen(0)


class DeclareTax(OfRun, frozen=True, kw_only=True):
    """State a withholding agent's declaration; the door that makes the file fills in its hash."""

    unit: str
    file_format: TableFormat = "xlsx"
    file_sha256: str = ""


class ExportDeclaration(OfRun, frozen=True, kw_only=True):
    """State that a declaration's file was given out; the door that gives it fills in its hash."""

    declaration: Declaration
    unit: str
    reason: Words
    file_sha256: str = ""


class RecordRemittance(OfRun, frozen=True, kw_only=True):
    """Insurance or tax of a declaration was paid to its bureau."""

    declaration: Declaration
    unit: str
    amount_fen: Fen
    reference: Words
    remitted_on: date


class ContestPayslip(OfRun, frozen=True, kw_only=True):
    """The officer objects to a line of the own slip, from the own `town`. `person` is never the caller's: the edge sets it."""

    town: Annotated[str, Meta(pattern=r"^T\d{2,4}\Z")]
    officer: OfficerNo
    side: Literal["part", "personal", "employer", "tax"]
    code: Profile
    statement: Annotated[str, Meta(min_length=1, max_length=500)]
    person: str | None = None


class AnswerPayslipContest(OfRun, frozen=True, kw_only=True):
    """Finance answers an objection."""

    contest_no: str
    outcome: Literal["upheld", "rejected"]
    answer: Annotated[str, Meta(min_length=1, max_length=500)]


RunCommand = (
    DraftRun | DiscardRun | CheckRun | ApproveRun | NoteFundCommitted | CloseRun
    | IssueBankFile | WithdrawBankFile | ExportBankFile | ImportBankReturn | DecideHeldLine
    | RequestSlipReversal | ConfirmSlipReversal | DeclineSlipReversal | RecordRecovery
    | DeclareInsurance | DeclareTax | ExportDeclaration | RecordRemittance | ContestPayslip | AnswerPayslipContest
)  # fmt: skip
