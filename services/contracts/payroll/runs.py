"""Facts about a month's run (工资发放批次): drafted, checked, approved, funded, sent to the bank, paid."""

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll.slips import Amount, Charge, Spent
from services.contracts.registry import Fact, fact


@fact("payroll", "run_drafted", subject="run")
class RunDrafted(Fact, frozen=True, kw_only=True):
    """A month's run was prepared: totals of its slips and the share of each source by the stated order."""

    month: Month
    slip_count: int
    gross_fen: Fen
    net_fen: Fen
    tax_fen: Fen
    employer_insurance_fen: Fen
    charges: tuple[Amount, ...]
    prepared_by: str
    pack_version: str


@fact("payroll", "run_checked", subject="run")
class RunChecked(Fact, frozen=True, kw_only=True):
    """The totals were checked against the slips."""

    month: Month
    checked_by: str


@fact("payroll", "run_approved", subject="run")
class RunApproved(Fact, frozen=True, kw_only=True):
    """A second person approved the run; each source is asked to commit its share, document by document.

    In `by_document` what slips take and what slips give back stand apart, the latter negative. The sums are owed from
    now on: net pay, both sides' insurance, tax.
    """

    month: Month
    prepared_by: str
    approved_by: str
    charges: tuple[Amount, ...]
    by_document: tuple[Charge, ...] = ()
    by_town: tuple[Spent, ...] = ()
    gross_fen: Fen = Fen(0)
    net_fen: Fen = Fen(0)
    personal_insurance_fen: Fen = Fen(0)
    employer_insurance_fen: Fen = Fen(0)
    tax_fen: Fen = Fen(0)


@fact("payroll", "run_source_committed", subject="run")
class RunSourceCommitted(Fact, frozen=True, kw_only=True):
    """The run learned that one source committed its share."""

    month: Month
    source: str
    amount_fen: Fen


@fact("payroll", "run_funded", subject="run")
class RunFunded(Fact, frozen=True, kw_only=True):
    """Every source committed its share; the bank file may be issued."""

    month: Month
    sources: tuple[str, ...]


@fact("payroll", "bank_file_issued", subject="run")
class BankFileIssued(Fact, frozen=True, kw_only=True):
    """The bank file left the house: its hash and control totals, not its lines."""

    month: Month
    line_count: int
    total_fen: Fen
    file_sha256: str


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
    by_town: tuple[Spent, ...] = ()
