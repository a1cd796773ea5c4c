"""Limits that protect a month's pay (工资支付暂行规定 art. 16): what is not taken now stays due and comes again by itself."""

from collections.abc import Iterable
from typing import Final

import msgspec

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import Basis, PayLine
from services.payroll.pay.parts import PER_MILLE, full_month
from services.payroll.rules import PayGuards, PayPacks

# What a slip's `notes` may say, for whoever should look at it.
NOTES: Final[dict[str, tuple[str, str]]] = {
    "uninsured_mode": ("该合同方式没有社会保险", "the contract's mode has no social insurance"),
    "uninsured_no_base": ("没有缴费基数，未参加社会保险", "no contribution base, so not insured"),
    "mode_unknown": ("合同方式不在现行规则内", "the contract's mode is in no pack in force"),
    "below_minimum_wage": ("整月应发低于最低工资标准", "a whole month's pay is below the minimum wage"),
    "take_back_deferred": ("超过扣除限额的部分留待以后月份扣回", "beyond the limit of deductions: taken back in later months"),
    "insurance_deferred": ("工资不足以代扣个人缴费，余额留待以后月份", "pay does not cover the officer's insurance: the rest comes later"),
    "tax_deferred": ("工资不足以代扣个税，余额在本年以后月份扣缴", "pay does not cover the tax: the rest is withheld later this year"),
}  # fmt: skip


def within_limits(
    lines: Iterable[PayLine], month: Month, guards: PayGuards
) -> tuple[tuple[PayLine, ...], tuple[PayLine, ...]]:
    """The lines as they may be taken this month, and what stays due; the two add up to `lines`.

    What an officer owes back of earlier months is set off against what is paid for them, and beyond that taken up to
    the limit of the month's wage, oldest first. An officer's own insurance of the month is taken as far as pay reaches.
    """
    asked = list(lines)
    wage_fen = sum(one.amount_fen for one in asked if one.side == "part" and one.month == month and one.amount_fen > 0)
    own_fen = sum(one.amount_fen for one in asked if _own_insurance(one, month))
    if own_fen <= wage_fen and not any(_taken(one) > 0 and not _own_insurance(one, month) for one in asked):
        return tuple(asked), ()
    back_fen = sum(-_taken(one) for one in asked if one.month != month and _taken(one) < 0)
    kept_fen = wage_fen if guards.with_personal_insurance else wage_fen - own_fen
    limit_fen = min(
        wage_fen * guards.take_back_permille // PER_MILLE,
        kept_fen - guards.minimum_wage_fen,
        wage_fen - own_fen,
    )
    room = _Room(back_fen + max(0, limit_fen))
    taken = {
        index: room.take(_taken(asked[index]))
        for index in sorted(range(len(asked)), key=lambda index: asked[index].month)
        if _taken(asked[index]) > 0 and not _own_insurance(asked[index], month)
    }
    reach = _Room(max(0, wage_fen + back_fen - sum(taken.values())))
    taken |= {index: reach.take(one.amount_fen) for index, one in enumerate(asked) if _own_insurance(one, month)}
    now, later = [], []
    for index, one in enumerate(asked):
        rest_fen = abs(_taken(one)) - taken.get(index, abs(_taken(one)))
        sign = -1 if one.amount_fen < 0 else 1
        # A line of an earlier month that is wholly put off is no line of this slip.
        if rest_fen < abs(one.amount_fen) or one.month == month:
            now.append(_of(one, one.amount_fen - sign * rest_fen))
        if rest_fen:
            later.append(_of(one, sign * rest_fen))
    return tuple(now), tuple(later)


class _Room:
    """What may still be taken. Mutable."""

    def __init__(self, fen: int) -> None:
        self._left = fen

    def take(self, fen: int) -> int:
        share = min(fen, self._left)
        self._left -= share
        return share


def _taken(line: PayLine) -> int:
    """What a line takes from the officer's pay: less of a part, more of own insurance; below 0 what it gives."""
    if line.side == "part":
        return -line.amount_fen
    return line.amount_fen if line.side == "personal" else 0


def _own_insurance(line: PayLine, month: Month) -> bool:
    return line.side == "personal" and line.month == month and line.amount_fen > 0


def _of(line: PayLine, amount_fen: int) -> PayLine:
    if amount_fen == line.amount_fen:
        return line
    return msgspec.structs.replace(line, amount_fen=Fen(amount_fen))


def notes_of(basis: Basis | None, deferred: tuple[PayLine, ...], month: Month, packs: PayPacks) -> tuple[str, ...]:
    """What somebody should look at; `basis` is that of the slip's own month."""
    notes = []
    if basis is not None:
        notes += [f"uninsured_{basis.uninsured}"] if basis.uninsured in ("mode", "no_base") else []
        notes += ["mode_unknown"] if any(one.contract_mode not in packs.modes.modes for one in basis.posts) else []
        notes += ["below_minimum_wage"] if _below_minimum(basis, packs) else []
    own = [one for one in deferred if _own_insurance(one, month)]
    notes += ["take_back_deferred"] if len(own) < len(deferred) else []
    notes += ["insurance_deferred"] if own else []
    return tuple(notes)


def _below_minimum(basis: Basis, packs: PayPacks) -> bool:
    """Whether a whole month's pay would be below the minimum wage on any of the month's posts (最低工资规定 art. 12)."""
    guards = packs.guards
    for one in basis.posts:
        parts = full_month(
            packs.scale, one.position, basis.service_years, basis.qualification, basis.coefficient_permille
        )
        if sum(fen for code, fen in parts.items() if code not in guards.without_parts) < guards.minimum_wage_fen:
            return True
    return False
