"""Facts about the monthly benefit list (发放名册), what the bank made of it, and the standing list (公布); no names."""

from datetime import date

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import Fact, fact


class MonthAmount(Fact, frozen=True, kw_only=True):
    """An amount that is owed for a month."""

    month: Month
    amount_fen: Fen


class CategoryAmount(Fact, frozen=True, kw_only=True):
    """How many households of a benefit, and how much together."""

    category: str
    household_count: int
    amount_fen: Fen


class BenefitLine(Fact, frozen=True, kw_only=True):
    """One household on a list: `due_fen` of the month itself and `arrears` of earlier ones make the amount.

    `account`: pseudonym, empty where none is on record. `shared_by`: how many lines of the list name that account.
    `held_for`: why no file takes the line as it stands (no_account, account_of_the_deceased), empty when one may.
    """

    household_no: str
    category: str
    amount_fen: Fen
    due_fen: Fen
    account: str
    holder: str
    shared_by: int = 1
    arrears: tuple[MonthAmount, ...] = ()
    held_for: str = ""


class ListChange(Fact, frozen=True, kw_only=True):
    """What became of a household since the month before: new, adjusted, stopped, suspended or resumed, and why."""

    household_no: str
    category: str
    change: str
    reason: str
    before_fen: Fen
    after_fen: Fen


class FileLine(Fact, frozen=True, kw_only=True):
    """A line of a payment file: household, pseudonym of the account, amount."""

    household_no: str
    account: str
    amount_fen: Fen


class WithheldLine(Fact, frozen=True, kw_only=True):
    """A line that is not paid by this list, and why; an account may still come, an ended benefit stays ended."""

    committee: str
    household_no: str
    amount_fen: Fen
    reason: str


class PaidLine(Fact, frozen=True, kw_only=True):
    """The bank paid a line; `reference` is the bank's."""

    household_no: str
    amount_fen: Fen
    reference: str


class ReturnedLine(Fact, frozen=True, kw_only=True):
    """The bank sent a line back, with its reason; the money is still owed."""

    household_no: str
    amount_fen: Fen
    reason: str


@fact("casework", "benefit_list_drafted", subject="benefit_list")
class BenefitListDrafted(Fact, frozen=True, kw_only=True):
    """A town's list of a month was drawn up from the benefits in force; a later draft takes the earlier one's place.

    `compared_with`: list, the month before had one; decisions, it had none and counts as decided.
    """

    town: str
    month: Month
    draft_no: int
    line_count: int
    amount_fen: Fen
    totals: tuple[CategoryAmount, ...]
    changes: tuple[ListChange, ...]
    held_count: int
    held_fen: Fen
    compared_with: str
    drafted_by: str


@fact("casework", "benefit_lines_listed", subject="benefit_list")
class BenefitLinesListed(Fact, frozen=True, kw_only=True):
    """The lines of one committee's households on a draft."""

    town: str
    month: Month
    committee: str
    draft_no: int
    lines: tuple[BenefitLine, ...]


@fact("casework", "benefit_list_approved", subject="benefit_list")
class BenefitListApproved(Fact, frozen=True, kw_only=True):
    """A second person approved the list, which still agreed with the benefits in force."""

    town: str
    month: Month
    line_count: int
    amount_fen: Fen
    totals: tuple[CategoryAmount, ...]
    drafted_by: str
    approved_by: str


@fact("casework", "payment_file_issued", subject="benefit_list")
class PaymentFileIssued(Fact, frozen=True, kw_only=True):
    """A payment file of the list left the house: hash and control totals; `withheld` are lines it left out, and why."""

    town: str
    month: Month
    file_no: int
    line_count: int
    amount_fen: Fen
    file_sha256: str
    withheld: tuple[WithheldLine, ...]
    issued_by: str


@fact("casework", "payment_lines_issued", subject="benefit_list")
class PaymentLinesIssued(Fact, frozen=True, kw_only=True):
    """The lines of one committee's households in a payment file; `reissued_fen` of them had come back before."""

    town: str
    month: Month
    committee: str
    file_no: int
    lines: tuple[FileLine, ...]
    reissued_fen: Fen


@fact("casework", "payment_file_exported", subject="benefit_list")
class PaymentFileExported(Fact, frozen=True, kw_only=True):
    """A payment file was given out with account numbers and names in clear; by whom and why."""

    town: str
    month: Month
    file_no: int
    line_count: int
    reason: str
    reader_role: str


@fact("casework", "benefits_paid", subject="benefit_list")
class BenefitsPaid(Fact, frozen=True, kw_only=True):
    """The bank paid these lines of one committee's households."""

    town: str
    month: Month
    committee: str
    file_no: int
    lines: tuple[PaidLine, ...]


@fact("casework", "benefits_returned", subject="benefit_list")
class BenefitsReturned(Fact, frozen=True, kw_only=True):
    """The bank sent these lines of one committee's households back."""

    town: str
    month: Month
    committee: str
    file_no: int
    lines: tuple[ReturnedLine, ...]


@fact("casework", "bank_line_held", subject="benefit_list")
class BankLineHeld(Fact, frozen=True, kw_only=True):
    """A line of the bank's return that does not fit waits for a person (挂账待核); nothing moved by it.

    `why`: unknown, twice, amount, not_sent, paid_before, unexplained. `committee` is empty for an unknown household.
    `keeps_open`: the household's own line was in that file and waits for the decision too; `line_fen`: its money,
    said once where several lines hold it.
    """

    town: str
    month: Month
    committee: str
    held_no: str
    household_no: str
    amount_fen: Fen
    outcome: str
    why: str
    keeps_open: bool
    line_fen: Fen


@fact("casework", "benefit_return_imported", subject="benefit_list")
class BenefitReturnImported(Fact, frozen=True, kw_only=True):
    """A bank return was taken in: its hash, and what of it was paid, returned and held."""

    town: str
    month: Month
    file_no: int
    file_sha256: str
    paid: tuple[CategoryAmount, ...]
    paid_fen: Fen
    returned_count: int
    returned_fen: Fen
    held_count: int
    held_fen: Fen
    imported_by: str


@fact("casework", "held_line_resolved", subject="benefit_list")
class HeldLineResolved(Fact, frozen=True, kw_only=True):
    """A person decided on a held line: the household was paid, was not (returned), or the line says nothing (dismissed).

    `before`, `after`: the state of the household's own line, empty when it has none on the list.
    """

    town: str
    month: Month
    committee: str
    held_no: str
    household_no: str
    category: str
    amount_fen: Fen
    outcome: str
    before: str
    after: str
    reason: str
    resolved_by: str


@fact("casework", "benefit_list_closed", subject="benefit_list")
class BenefitListClosed(Fact, frozen=True, kw_only=True):
    """The list is done with: what was paid, and what was not, which the next list pays where it is still owed."""

    town: str
    month: Month
    paid_count: int
    paid_fen: Fen
    unpaid: tuple[WithheldLine, ...]
    unpaid_fen: Fen
    closed_by: str


@fact("casework", "standing_list_published", subject="standing_list")
class StandingListPublished(Fact, frozen=True, kw_only=True):
    """The current recipients of a committee were posted (公布; 57号 art. 24; tekun 17): name, members, amount, nothing else.

    The names are only on the paper; `content_sha256` is of household, members and amount, line by line.
    """

    town: str
    committee: str
    household_count: int
    member_count: int
    amount_fen: Fen
    content_sha256: str
    published_on: date
    published_by: str
    proof_sha256: str
    pack_version: str
