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


class IncomeTax(Pack, frozen=True, kw_only=True):
    """Cumulative withholding (累计预扣法, 国家税务总局公告2018年第61号 art. 6); brackets in ascending order."""

    basic_deduction_fen_per_month: Fen
    brackets: tuple[TaxBracket, ...]
