"""Limits that protect an officer's pay: the minimum wage, and how much may be taken back in a month."""

from typing import Final

from services.contracts.money import Fen
from services.payroll.rules.pack import Pack

PAY_GUARDS: Final = "pay_guards"


class PayGuards(Pack, frozen=True, kw_only=True):
    """The place's minimum wage and the limit of deductions (工资支付暂行规定 art. 16).

    `without_parts` are not part of the minimum wage (最低工资规定 art. 12); `with_personal_insurance`: an officer's own
    insurance is inside it. What an officer owes back is taken up to `take_back_permille` of the month's wage, and never
    so that less than the minimum wage is left.
    """

    minimum_wage_fen: Fen
    without_parts: tuple[str, ...]
    with_personal_insurance: bool
    take_back_permille: int
