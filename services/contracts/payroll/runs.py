"""Facts about a month's run (工资发放批次): drafted, discarded, checked, approved, funded, closed; a slip reversed."""

from datetime import date

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll.slips import Amount, Charge, Spent
from services.contracts.registry import Fact, fact


@fact("payroll", "run_drafted", subject="run")
class RunDrafted(Fact, frozen=True, kw_only=True):
    """A month's run was prepared: totals of its slips and the share of each source by the stated order.

    A month whose draft was discarded is drafted anew as the next `draft_no`; only its last draft's slips count.
    """

    month: Month
    slip_count: int
    gross_fen: Fen
    net_fen: Fen
    tax_fen: Fen
    employer_insurance_fen: Fen
    charges: tuple[Amount, ...]
    prepared_by: str
    pack_version: str
    draft_no: int = 1


@fact("payroll", "run_discarded", subject="run")
class RunDiscarded(Fact, frozen=True, kw_only=True):
    """A draft was thrown away before approval, with the reason: its slips (those of `officers`) never count."""

    month: Month
    draft_no: int
    reason: str
    discarded_by: str
    officers: tuple[str, ...]


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
    checked_by: str = ""


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


@fact("payroll", "run_closed", subject="run")
class RunClosed(Fact, frozen=True, kw_only=True):
    """Every line of the run was settled or reversed, and nothing waits for a person: the month's pay is done."""

    month: Month
    closed_by: str
    settled_count: int
    settled_fen: Fen
    reversed_count: int
    reversed_fen: Fen


@fact("payroll", "slip_reversal_requested", subject="run")
class SlipReversalRequested(Fact, frozen=True, kw_only=True):
    """Somebody asked to take one slip back (冲销), with reason and document; another person confirms or declines."""

    month: Month
    officer: str
    reason: str
    document: str
    requested_by: str


@fact("payroll", "slip_reversal_declined", subject="run")
class SlipReversalDeclined(Fact, frozen=True, kw_only=True):
    """The slip stands: the reversal that was asked for was declined."""

    month: Month
    officer: str
    reason: str
    declined_by: str


@fact("payroll", "slip_reversed", subject="run")
class SlipReversed(Fact, frozen=True, kw_only=True):
    """One slip of an approved run counts no more, as confirmed by a second person.

    What it charged to sources and documents (`charges`, `by_document`, as they stood on the slip) comes free. Where the
    bank had paid the line (`settled`), `net_fen` is expected back from the officer. What the month owes by today's
    knowledge is in the officer's next slip as differences (due less paid).
    """

    month: Month
    officer: str
    settled: bool
    gross_fen: Fen
    personal_insurance_fen: Fen
    employer_insurance_fen: Fen
    tax_fen: Fen
    net_fen: Fen
    charges: tuple[Amount, ...]
    by_document: tuple[Charge, ...]
    reason: str
    document: str
    requested_by: str
    confirmed_by: str
    by_town: tuple[Spent, ...] = ()


@fact("payroll", "recovery_received", subject="run")
class RecoveryReceived(Fact, frozen=True, kw_only=True):
    """Money of a reversed slip that had been paid came back; `left_fen` is still expected."""

    month: Month
    officer: str
    amount_fen: Fen
    left_fen: Fen
    reference: str
    received_on: date
    recorded_by: str
