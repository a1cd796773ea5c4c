"""Who is recognised as a household in hardship (民政建档特殊困难家庭): 低保边缘 and 刚性支出困难."""

from datetime import date

import msgspec

from services.casework.rules.amounts import DibaoStandard
from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import Fen


class Criteria(msgspec.Struct, frozen=True, kw_only=True):
    """What one recognition asks for, `article` is the clause.

    Income per head below `income_permille_max` of the dibao standard `standard`; where `after_spending_permille_max` is
    set, what remains of it after the necessary spending (刚性支出) below that share. Nothing above `property_limits`.
    """

    article: str
    standard: str
    income_permille_max: int
    property_limits: frozenset[str]
    after_spending_permille_max: int = 0


class Recognition(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``recognition``: the criteria by need; `property_limits`: each limit in words, by its code."""

    needs: dict[str, Criteria]
    property_limits: dict[str, str]


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """A recognition that may be made: the limit of the income per head it was measured by, and the pack."""

    limit_fen: Fen
    pack_version: str


def recognition_of(
    context: Context,
    need: str,
    day: date,
    *,
    income_per_head_fen: int | None,
    rigid_spending_per_head_fen: int | None,
    property_over: tuple[str, ...] | None,
) -> Recognised:
    """Whether a household fits the criteria in force on `day`; `CommandRejected` with what it fails.

    Limits are whole shares of the standard per mille; an income that equals a limit is not below it.
    """
    criteria = context.rule_on("recognition", day, Recognition).needs.get(need)
    standards = context.rule_on("dibao_standard", day, DibaoStandard).monthly_fen
    standard = standards.get(criteria.standard) if criteria is not None else None
    if criteria is None or standard is None:
        raise CommandRejected("need-unknown", f"没有 {need} 的认定条件", f"there are no criteria for {need}")
    if income_per_head_fen is None:
        raise CommandRejected("income-unknown", "没有有效的入户调查收入", "no valid survey states an income")
    if income_per_head_fen * 1000 >= standard * criteria.income_permille_max:
        raise CommandRejected(
            "income-over-limit", "家庭人均收入不低于认定标准", "the income per head is not below the limit"
        )
    limit_fen = Fen(standard * criteria.income_permille_max // 1000)
    if criteria.after_spending_permille_max:
        if rigid_spending_per_head_fen is None:
            raise CommandRejected(
                "spending-unknown", "入户调查未核实刚性支出", "no survey states the necessary spending"
            )
        limit_fen = Fen(standard * criteria.after_spending_permille_max // 1000)
        left_fen = income_per_head_fen - rigid_spending_per_head_fen
        if left_fen * 1000 >= standard * criteria.after_spending_permille_max:
            raise CommandRejected(
                "spending-too-small", "扣减刚性支出后人均收入不低于认定标准", "what remains after the spending is not below the limit"
            )  # fmt: skip
    if property_over is None:
        raise CommandRejected("property-unknown", "入户调查未核实财产状况", "no survey looked at the property")
    if set(property_over) & criteria.property_limits:
        raise CommandRejected("property-over-limit", "家庭财产超过规定", "the property is above a limit")
    return Recognised(limit_fen=limit_fen, pack_version=context.rules.version_on("recognition", day))
