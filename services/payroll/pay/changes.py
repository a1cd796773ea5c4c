"""Why a slip differs from the one before: each line's step up or down with the reason its basis gives; it computes no pay."""

from collections.abc import Iterator

import msgspec

from services.contracts.money import Fen, yuan_text
from services.contracts.months import Month
from services.contracts.payroll import Basis, PayslipComputed
from services.payroll.pay.explaining import PART_NAMES, SIDE_NAMES, Words, said


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """By how much one line of the slips differs, and why; `side` may be ``tax``, or ``arrears`` for differences of months."""

    side: str
    code: str
    difference_fen: Fen
    why: Words


def why_changed(slip: PayslipComputed, previous: PayslipComputed) -> tuple[Change, ...]:
    """What changed in net pay and cost since `previous`; the parts', personal and tax changes add up to that of net."""
    return tuple(one for one in _changes(slip, previous) if one.difference_fen)


def _changes(slip: PayslipComputed, previous: PayslipComputed) -> Iterator[Change]:
    now, then = _own_lines(slip), _own_lines(previous)
    reasons = _reasons(_own_basis(slip), _own_basis(previous))
    for side, code in dict.fromkeys((*then, *now)):
        difference_fen = Fen(now.get((side, code), 0) - then.get((side, code), 0))
        why = reasons.get(code if side == "part" else "insurance") or _same_reason(slip, previous)
        yield Change(side=side, code=code, difference_fen=difference_fen, why=why)
    for side in ("part", "personal", "employer"):
        yield _arrears(side, slip, previous)
    yield _tax(slip, previous)


def _own_lines(slip: PayslipComputed) -> dict[tuple[str, str], int]:
    return {(line.side, line.code): line.amount_fen for line in slip.lines if line.month == slip.month}


def _own_basis(slip: PayslipComputed) -> Basis | None:
    return next((basis for basis in slip.bases if basis.month == slip.month), None)


def _reasons(now: Basis | None, then: Basis | None) -> dict[str, Words]:
    """By line: what in the basis moved it."""
    if now is None or then is None:
        gone = Words(
            zh="本月未任职" if now is None else "上月未任职",
            en="not on post this month" if now is None else "not on post before",
        )
        return dict.fromkeys((*PART_NAMES, "insurance"), gone)
    everywhere = [*_days(now, then), *_absences(now, then)]
    own: dict[str, list[Words]] = {code: [] for code in (*PART_NAMES, "insurance")}
    if _positions(now) != _positions(then):
        own["position"].append(_moved("职务", "position", _positions(then), _positions(now)))
    if now.service_years != then.service_years:
        own["service_years"].append(
            _moved("服务年限", "years of service", str(then.service_years), str(now.service_years))
        )
    if now.qualification != then.qualification:
        own["qualification"].append(_moved("职业资格", "qualification", then.qualification, now.qualification))
    if now.coefficient_permille != then.coefficient_permille:
        was, is_now = (f"{one.coefficient_permille / 1000:g}" for one in (then, now))
        own["performance"].append(_moved("绩效系数", "performance coefficient", was, is_now))
    if now.contribution_base_fen != then.contribution_base_fen:
        was, is_now = yuan_text(then.contribution_base_fen), yuan_text(now.contribution_base_fen)
        own["insurance"].append(_moved("缴费基数", "contribution base", was, is_now))
    if now.uninsured != then.uninsured:
        own["insurance"].append(Words(zh="参保状态变化", en="insured or not has changed"))
    packs = _packs(now, then)
    return {
        code: said([*texts, *(everywhere if code != "insurance" else ()), *packs])
        for code, texts in own.items()
        if texts or packs or (everywhere and code != "insurance")
    }


def _positions(basis: Basis) -> str:
    return ",".join(dict.fromkeys(one.position for one in basis.posts))


def _moved(zh: str, en: str, was: str, is_now: str) -> Words:
    return Words(zh=f"{zh}由 {was} 变为 {is_now}", en=f"{en} went from {was} to {is_now}")


def _days(now: Basis, then: Basis) -> list[Words]:
    days_now, days_then = (sum(one.post_days for one in basis.posts) for basis in (now, then))
    if (days_now == now.month_days) == (days_then == then.month_days) and days_now == now.month_days:
        return []
    return [_moved("任职天数", "days on post", f"{days_then}/{then.month_days}", f"{days_now}/{now.month_days}")]


def _absences(now: Basis, then: Basis) -> list[Words]:
    if not now.absences and not then.absences:
        return []
    lost_then, lost_now = (_lost(basis) for basis in (then, now))
    return [_moved("缺勤", "absences", lost_then, lost_now)]


def _lost(basis: Basis) -> str:
    return ",".join(f"{one.kind}×{one.workdays}" for one in basis.absences) or "0"


def _packs(now: Basis, then: Basis) -> list[Words]:
    """The packs that are another version now."""
    new = sorted(set(now.pack_version.split()) - set(then.pack_version.split()))
    return [Words(zh=f"规则更新：{'、'.join(new)}", en=f"new rules: {', '.join(new)}")] if new else []


def _same_reason(slip: PayslipComputed, previous: PayslipComputed) -> Words:
    """The bases agree, so a line was paid or held back otherwise: part of it lies in another slip."""
    held = [one for one in (slip, previous) if one.deferred]
    if held:
        return Words(zh="部分金额留待以后月份", en="part of it was left for later months")
    return Words(zh="本月金额的一部分在其他批次", en="part of the month's amount lies in another slip")


def _arrears(side: str, slip: PayslipComputed, previous: PayslipComputed) -> Change:
    now, then = (_arrears_by_month(side, one) for one in (slip, previous))
    zh = [f"本月含 {month} 差额 {yuan_text(Fen(fen))}" for month, fen in now.items()]
    zh += [f"上月曾含 {month} 差额 {yuan_text(Fen(fen))}" for month, fen in then.items()]
    en = [f"{yuan_text(Fen(fen))} of {month} now" for month, fen in now.items()]
    en += [f"{yuan_text(Fen(fen))} of {month} the time before" for month, fen in then.items()]
    name = SIDE_NAMES[side]
    return Change(
        side="arrears",
        code=side,
        difference_fen=Fen(sum(now.values()) - sum(then.values())),
        why=Words(zh=f"补发补扣{name[0]}：{'；'.join(zh)}", en=f"differences of months{name[1]}: {'; '.join(en)}"),
    )


def _arrears_by_month(side: str, slip: PayslipComputed) -> dict[Month, int]:
    found: dict[Month, int] = {}
    for line in slip.lines:
        if line.side == side and line.month != slip.month:
            found[line.month] = found.get(line.month, 0) + line.amount_fen
    return found


def _tax(slip: PayslipComputed, previous: PayslipComputed) -> Change:
    now, then = slip.withholding, previous.withholding
    if slip.month.year != previous.month.year:
        why = Words(zh="新的纳税年度重新累计", en="a new tax year begins")
    elif now.rate_basis_points != then.rate_basis_points:
        was, is_now = (f"{held.rate_basis_points / 100:.0f}%" for held in (then, now))
        why = _moved("累计预扣率", "the cumulative rate", was, is_now)
    else:
        was, is_now = yuan_text(then.taxable_fen), yuan_text(now.taxable_fen)
        why = _moved("累计应纳税所得额", "cumulative taxable income", was, is_now)
    return Change(side="tax", code="income_tax", difference_fen=Fen(slip.tax_fen - previous.tax_fen), why=why)
