"""The five parts of a month's pay (二(四)) from its basis and the packs; it knows nothing of facts or of what was paid."""

from typing import Final

from services.contracts.money import Fen, times_ratio
from services.contracts.payroll import Amount, Basis
from services.payroll.rules import Attendance, PayPacks, PayScale

PARTS: Final = ("base", "position", "service_years", "qualification", "performance")
PER_MILLE: Final = 1_000
HUNDREDTHS: Final = 100


def full_month(
    scale: PayScale, position: str, service_years: int, qualification: str, coefficient_permille: int
) -> dict[str, int]:
    """Each part of a whole month. `KeyError` for a code that is not on the scale."""
    return {
        "base": scale.base_fen,
        "position": scale.positions[position].amount_fen,
        "service_years": min(scale.service_year_fen * service_years, scale.service_years_max_fen),
        "qualification": scale.qualifications[qualification].amount_fen,
        "performance": times_ratio(scale.performance_standard_fen, coefficient_permille, PER_MILLE),
    }


def pay_parts(basis: Basis, packs: PayPacks) -> tuple[Amount, ...]:
    """基本补贴 + 职务补贴 + 服务年限补贴 + 职业资格补贴 + 绩效补贴 (二(四)); all five always, zero or not.

    A month served in part pays its days of the month's days; an absent working day takes a day's wage, which is the
    month's ÷ 21.75; all working days absent take the whole. Each part is rounded once.
    """
    days = sum(one.post_days for one in basis.posts)
    by_day = dict.fromkeys(PARTS, 0)
    for one in basis.posts:
        monthly = full_month(
            packs.scale, one.position, basis.service_years, basis.qualification, basis.coefficient_permille
        )
        for code, amount_fen in monthly.items():
            by_day[code] += amount_fen * one.post_days
    if not basis.absences:
        return tuple(
            Amount(code=code, amount_fen=times_ratio(Fen(by_day[code]), 1, basis.month_days)) for code in PARTS
        )
    ratios = {code: _left_of(basis, code, days, packs.attendance) for code in PARTS}
    return tuple(Amount(code=code, amount_fen=times_ratio(Fen(by_day[code]), *ratios[code])) for code in PARTS)


def days_lost_permille(basis: Basis, part: str, attendance: Attendance) -> int:
    """Working days whose pay is lost for `part`, in thousandths of a day: two sick days at 60 % lose 800."""
    return sum(
        one.workdays * (PER_MILLE - one.pay_permille)
        for one in basis.absences
        if part in attendance.kinds[one.kind].parts
    )


def wholly_absent(basis: Basis) -> bool:
    """Whether no working day of the days on post was worked: then a month's pay is lost, not 21.75ths of it."""
    return basis.workdays > 0 and sum(one.workdays for one in basis.absences) >= basis.workdays


def _left_of(basis: Basis, part: str, days: int, attendance: Attendance) -> tuple[int, int]:
    """What is left of a part's sum over days on post, as a ratio that leads to the month's amount."""
    lost = days_lost_permille(basis, part, attendance)
    if wholly_absent(basis):
        whole = basis.workdays * PER_MILLE
        return whole - lost, basis.month_days * whole
    # sum / month_days - (sum / days) × lost / 21.75, over one denominator
    daily = PER_MILLE * attendance.wage_days_hundredths
    left = days * daily - basis.month_days * lost * HUNDREDTHS
    if left >= 0:
        return left, basis.month_days * days * daily
    # More days lost than a month has by the divisor: the days that were worked are paid (工资支付暂行规定 art. 3).
    return (basis.workdays * PER_MILLE - lost) * HUNDREDTHS, days * daily
