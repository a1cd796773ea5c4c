"""Facts about a town's own purchase and its own money (二(二)): asked, decided by the bureau, contracted, paid; never the four sources."""

from datetime import date

from services.contracts.money import Fen
from services.contracts.registry import Fact, fact


@fact("payroll", "town_purchase_requested", subject="town_purchase")
class TownPurchaseRequested(Fact, frozen=True, kw_only=True):
    """A town asks the bureau to let it buy services with its own money, and says why."""

    purchase_no: str
    town: str
    services: tuple[str, ...]
    amount_fen: Fen
    reason: str
    document: str
    requested_by: str


@fact("payroll", "town_purchase_decided", subject="town_purchase")
class TownPurchaseDecided(Fact, frozen=True, kw_only=True):
    """The bureau approved (`approval` is its document) or refused, with its guidance; `amount_fen` is what it approved."""

    purchase_no: str
    town: str
    approved: bool
    amount_fen: Fen
    approval: str
    guidance: str
    decided_by: str


@fact("payroll", "town_purchase_contracted", subject="town_purchase")
class TownPurchaseContracted(Fact, frozen=True, kw_only=True):
    """The town contracted within what was approved; `people` work on it and are never among the district's posts."""

    purchase_no: str
    town: str
    contractor: str
    contract_no: str
    approval: str
    amount_fen: Fen
    people: int
    signed_on: date


@fact("payroll", "town_payment_ordered", subject="town_purchase")
class TownPaymentOrdered(Fact, frozen=True, kw_only=True):
    """A payment within the approved contract, asked of the town's own money; `invoice` where a contractor's asked for it."""

    purchase_no: str
    town: str
    year: int
    payment_no: str
    contractor: str
    invoice: str
    amount_fen: Fen
    ordered_by: str


@fact("payroll", "town_payment_declined", subject="town_purchase")
class TownPaymentDeclined(Fact, frozen=True, kw_only=True):
    """A payment that is not to be made: without approval or contract, beyond it, or beyond the town's own money."""

    purchase_no: str
    town: str
    payment_no: str
    contractor: str
    invoice: str
    amount_fen: Fen
    ordered: bool
    code: str


@fact("payroll", "town_fund_budgeted", subject="town_fund")
class TownFundBudgeted(Fact, frozen=True, kw_only=True):
    """A town put money of its own into its ledger of a year, by a document."""

    year: int
    town: str
    amount_fen: Fen
    document: str
    left_fen: Fen


@fact("payroll", "town_fund_committed", subject="town_fund")
class TownFundCommitted(Fact, frozen=True, kw_only=True):
    """A town set its own money aside for a payment on an approved purchase."""

    year: int
    town: str
    purchase_no: str
    payment_no: str
    contractor: str
    invoice: str
    amount_fen: Fen
    left_fen: Fen


@fact("payroll", "town_fund_declined", subject="town_fund")
class TownFundDeclined(Fact, frozen=True, kw_only=True):
    """A town's own money does not suffice for a payment: `short_fen` are missing."""

    year: int
    town: str
    purchase_no: str
    payment_no: str
    contractor: str
    invoice: str
    amount_fen: Fen
    left_fen: Fen
    short_fen: Fen


@fact("payroll", "town_fund_released", subject="town_fund")
class TownFundReleased(Fact, frozen=True, kw_only=True):
    """A town's money that was set aside for an invoice is free again: the invoice was withdrawn."""

    year: int
    town: str
    purchase_no: str
    payment_no: str
    amount_fen: Fen
    left_fen: Fen


@fact("payroll", "town_fund_paid", subject="town_fund")
class TownFundPaid(Fact, frozen=True, kw_only=True):
    """A town paid with its own money; `bank_reference` is the bank's."""

    year: int
    town: str
    purchase_no: str
    payment_no: str
    contractor: str
    invoice: str
    amount_fen: Fen
    bank_reference: str
    paid_on: date


@fact("payroll", "reserve_fund_budgeted", subject="town_fund")
class ReserveFundBudgeted(Fact, frozen=True, kw_only=True):
    """The bureau states a town's reserve fund (临时救助备用金) of a year, from a day on; the last said of a year counts.

    It is a limit for what a town decides itself, none of its own money: nothing is booked by it.
    """

    year: int
    town: str
    amount_fen: Fen
    from_on: date
    document: str
