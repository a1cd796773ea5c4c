"""Next year's scale as the social average wage proposes it (二(四) 逐年提高); it counts only once it is adopted as a pack."""

from collections.abc import Mapping

import msgspec

from services.contracts.money import Fen
from services.payroll.rules import Allowance, PayScale, Uprating


class NoUprating(ValueError):
    """The scale names no average wage that it stands at, so there is nothing to measure a new one by."""


def uprated(scale: PayScale, average_wage_fen: Fen) -> PayScale:
    """`scale` at a new yearly average wage: each sum × new ÷ old, rounded as the scale's own rule says.

    The proposal carries the new average wage, so that the year after goes on from it. It never lowers a sum: the scale
    rises with the average wage (逐年提高), a fall is for people to decide.
    """
    rule = scale.uprating
    if rule is None or average_wage_fen <= 0:
        raise NoUprating

    def sum_of(amount_fen: Fen) -> Fen:
        return max(amount_fen, _rounded(amount_fen, average_wage_fen, rule))

    return msgspec.structs.replace(
        scale,
        base_fen=sum_of(scale.base_fen),
        positions=_allowances(scale.positions, average_wage_fen, rule),
        service_year_fen=sum_of(scale.service_year_fen),
        service_years_max_fen=sum_of(scale.service_years_max_fen),
        qualifications=_allowances(scale.qualifications, average_wage_fen, rule),
        performance_standard_fen=sum_of(scale.performance_standard_fen),
        uprating=msgspec.structs.replace(rule, average_wage_fen=average_wage_fen),
    )


def _allowances(named: Mapping[str, Allowance], average_wage_fen: Fen, rule: Uprating) -> dict[str, Allowance]:
    return {
        code: msgspec.structs.replace(
            one, amount_fen=max(one.amount_fen, _rounded(one.amount_fen, average_wage_fen, rule))
        )
        for code, one in named.items()
    }


def _rounded(amount_fen: Fen, average_wage_fen: Fen, rule: Uprating) -> Fen:
    product, unit = amount_fen * average_wage_fen, rule.average_wage_fen * rule.rounding_unit_fen
    match rule.rounding:
        case "half_up":
            units = (2 * product + unit) // (2 * unit)
        case "up":
            units = -(-product // unit)
        case "down":
            units = product // unit
    return Fen(units * rule.rounding_unit_fen)
