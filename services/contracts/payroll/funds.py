"""Facts about money (三): budgets by the four sources, commitments, payments."""

from services.contracts.money import Fen
from services.contracts.payroll.slips import Charge
from services.contracts.registry import Fact, fact


@fact("payroll", "fund_budgeted", subject="fund")
class FundBudgeted(Fact, frozen=True, kw_only=True):
    """A funding document put money into one of the four sources of a year (三); `purposes` bind it (专款专用)."""

    year: int
    source: str
    amount_fen: Fen
    document: str
    purposes: tuple[str, ...]
    cap_basis_fen: Fen | None


@fact("payroll", "fund_committed", subject="fund")
class FundCommitted(Fact, frozen=True, kw_only=True):
    """A source set money aside for an approved run; never more than it has left."""

    source: str
    run: str
    amount_fen: Fen
    left_fen: Fen
    by_document: tuple[Charge, ...] = ()


@fact("payroll", "fund_paid", subject="fund")
class FundPaid(Fact, frozen=True, kw_only=True):
    """A source paid its share of what the bank settled, insurance and tax remittances included."""

    source: str
    run: str
    amount_fen: Fen
    by_document: tuple[Charge, ...] = ()
