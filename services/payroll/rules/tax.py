"""Cumulative withholding of income tax (累计预扣法): the table and the basic deduction."""

from typing import Final

from services.contracts.money import Fen
from services.payroll.rules.pack import Pack

INCOME_TAX: Final = "income_tax"


class TaxBracket(Pack, frozen=True, kw_only=True):
    """A row of the annual cumulative table (个人所得税预扣率表一); `up_to_fen` None is the last row."""

    up_to_fen: Fen | None
    rate_basis_points: int
    quick_deduction_fen: Fen


class AtOnce(Pack, frozen=True, kw_only=True):
    """The year's basic deduction at once from January (公告2020年第19号 art. 1).

    For whoever had this payer in all `months` of last year and no more than `income_max_fen` of wages in it.
    """

    months: int
    income_max_fen: Fen
    deduction_fen: Fen


class IncomeTax(Pack, frozen=True, kw_only=True):
    """Cumulative withholding (累计预扣法, 国家税务总局公告2018年第61号 art. 6); brackets in ascending order.

    `first_job_from_january`: who earns wages for the first time this year deducts from January on (公告2020年第13号 art. 1).
    """

    basic_deduction_fen_per_month: Fen
    brackets: tuple[TaxBracket, ...]
    first_job_from_january: bool = False
    at_once: AtOnce | None = None
