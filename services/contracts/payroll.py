"""Facts payroll owns: officers and posts, the month's five-part pay, and the money behind it (plan 二(四), 三)."""

from datetime import date

import msgspec

from services.contracts import every_service
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import Fact, fact
from services.contracts.sealed import Personal


@fact("payroll", "rule_pack_adopted", subject="rules")
class RulePackAdopted(every_service.RulePackAdopted, frozen=True, kw_only=True):
    __doc__ = every_service.RulePackAdopted.__doc__


@fact("payroll", "command_refused", subject="*")
class CommandRefused(every_service.CommandRefused, frozen=True, kw_only=True):
    __doc__ = every_service.CommandRefused.__doc__


@fact("payroll", "parked_discarded", subject="parked")
class ParkedDiscarded(every_service.ParkedDiscarded, frozen=True, kw_only=True):
    __doc__ = every_service.ParkedDiscarded.__doc__


@fact("payroll", "officer_taken_over", subject="officer")
class OfficerTakenOver(Fact, frozen=True, kw_only=True):
    """An incumbent officer was taken over with post, tenure and certificates (接续登记).

    `paid_through_month` is the last month paid before: `year_to_date` belongs to its tax year.
    """

    officer: str
    post_no: str
    town: str
    person: str
    name: Personal
    resident_id: Personal
    phone: Personal
    bank_account: Personal
    bank_account_pseudonym: str
    appointed_on: date
    position: str
    education: str
    qualification: str
    qualified_on: date | None
    contract_mode: str
    contribution_base_fen: Fen
    special_deduction_fen: Fen
    year_to_date: "YearToDate"
    source: str
    document: str
    paid_through_month: Month | None = None


class YearToDate(msgspec.Struct, frozen=True, kw_only=True):
    """Cumulative withholding so far this tax year, the months before take-over."""

    months: int
    income_fen: Fen
    insurance_fen: Fen
    special_fen: Fen
    tax_fen: Fen


@fact("payroll", "appraisal_confirmed", subject="officer")
class AppraisalConfirmed(Fact, frozen=True, kw_only=True):
    """A quarter's appraisal, confirmed by a person; sets the performance coefficient (per mille) until the next."""

    officer: str
    year: int
    quarter: int
    grade: str
    coefficient_permille: int
    confirmed_by: str
    work_counted: int


@fact("payroll", "fund_budgeted", subject="fund")
class FundBudgeted(Fact, frozen=True, kw_only=True):
    """A funding document put money into one of the four sources of a year (三); `purposes` bind it (专款专用)."""

    year: int
    source: str
    amount_fen: Fen
    document: str
    purposes: tuple[str, ...]
    cap_basis_fen: Fen | None


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """A named amount: a pay part, an insurance line, or a source's share."""

    code: str
    amount_fen: Fen


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """What a pay slip was computed from: enough to compute it again by other code."""

    officer_version: int
    service_years: int
    position: str
    qualification: str
    coefficient_permille: int
    contribution_base_fen: Fen
    special_deduction_fen: Fen
    year_to_date: YearToDate


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


@fact("payroll", "payslip_computed", subject="run")
class PayslipComputed(Fact, frozen=True, kw_only=True):
    """One officer's slip: 基本补贴+职务补贴+服务年限补贴+职业资格补贴+绩效补贴, insurance, tax, net, and who pays each fen."""

    officer: str
    town: str
    month: Month
    parts: tuple[Amount, ...]
    gross_fen: Fen
    personal_insurance: tuple[Amount, ...]
    employer_insurance: tuple[Amount, ...]
    taxable_cumulative_fen: Fen
    tax_fen: Fen
    net_fen: Fen
    charges: tuple[Amount, ...]
    bank_account_pseudonym: str
    inputs: Inputs
    pack_version: str


@fact("payroll", "run_checked", subject="run")
class RunChecked(Fact, frozen=True, kw_only=True):
    """The totals were checked against the slips."""

    month: Month
    checked_by: str


@fact("payroll", "run_approved", subject="run")
class RunApproved(Fact, frozen=True, kw_only=True):
    """A second person approved the run; each source is asked to commit its share."""

    month: Month
    prepared_by: str
    approved_by: str
    charges: tuple[Amount, ...]


@fact("payroll", "fund_committed", subject="fund")
class FundCommitted(Fact, frozen=True, kw_only=True):
    """A source set money aside for an approved run; never more than it has left."""

    source: str
    run: str
    amount_fen: Fen
    left_fen: Fen


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


@fact("payroll", "fund_paid", subject="fund")
class FundPaid(Fact, frozen=True, kw_only=True):
    """A source paid its share of what the bank settled, insurance and tax remittances included."""

    source: str
    run: str
    amount_fen: Fen
