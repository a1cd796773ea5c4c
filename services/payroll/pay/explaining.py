"""A slip in words (二(四), 四(三)): each line's rule, inputs and working, and the facts behind it; it computes no new amount.

Everything comes from the slip and the packs it names, so whoever has both gets the same words.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final

import msgspec

from services.contracts.money import Fen, yuan_text
from services.contracts.months import Month
from services.contracts.payroll import Basis, PayLine, PayslipComputed
from services.contracts.rulebook import RuleBook
from services.payroll.pay.due import due_by
from services.payroll.pay.insurance import clamped_base_fen
from services.payroll.pay.parts import HUNDREDTHS, days_lost_permille, full_month, wholly_absent
from services.payroll.pay.slip import PacksOf
from services.payroll.rules import (
    ATTENDANCE,
    INCOME_TAX,
    INSURANCE,
    PAY_GUARDS,
    PAY_SCALE,
    Cited,
    InsuranceLine,
    PayPacks,
    pay_packs_named,
)

PART_NAMES: Final[dict[str, tuple[str, str]]] = {
    "base": ("基本补贴", "base"),
    "position": ("职务补贴", "position"),
    "service_years": ("服务年限补贴", "service years"),
    "qualification": ("职业资格补贴", "qualification"),
    "performance": ("绩效补贴", "performance"),
}
SIDE_NAMES: Final[dict[str, tuple[str, str]]] = {
    "part": ("", ""),
    "personal": ("（个人）", ", officer's share"),
    "employer": ("（单位）", ", employer's share"),
}
TAX_RULES: Final[dict[str, tuple[str, str]]] = {
    "": ("每月减除费用", "monthly deduction"),
    "monthly": ("在本单位任职月份数×每月减除费用", "months in this payer's service × monthly deduction"),
    "from_january": ("当年首次取得工资，自1月起计（公告2020年第13号）", "first wages of the year: from January (notice 13 of 2020)"),
    "at_once": ("上年工资不超过6万元，一次扣除全年（公告2020年第19号）", "last year's wages within the limit: the whole year at once (notice 19 of 2020)"),
}  # fmt: skip


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact a line rests on: a version of the officer's stream."""

    subject: str
    version: int


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """The same said twice."""

    zh: str
    en: str


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """A value the working uses, by its name in the basis or the withholding."""

    name: str
    value: str


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """One line explained; `side` is that of the line, or ``tax`` or ``net``. `rules`: the packs that say so."""

    side: str
    code: str
    month: Month
    amount_fen: Fen
    name: Words
    rules: tuple[Cited, ...]
    inputs: tuple[Input, ...]
    working: Words
    behind: tuple[Fact, ...]


def packs_of_slip(slip: PayslipComputed, rules: RuleBook) -> PacksOf:
    """The packs the slip was computed by, month by month, whatever was adopted since."""
    versions = {basis.month: basis.pack_version for basis in slip.bases} | {slip.month: slip.pack_version}
    return cache(lambda month: pay_packs_named(rules, versions.get(month, ""), month.first_day))


def explain(slip: PayslipComputed, packs_of: PacksOf) -> tuple[Explained, ...]:
    """Every line of the slip and every one put off, then tax and net. `packs_of`: see `packs_of_slip`."""
    bases = {basis.month: basis for basis in slip.bases}
    shown = {(line.side, line.code, line.month) for line in slip.lines}
    # What was wholly put off is no line of the slip; it is shown with nothing taken.
    put_off = (
        msgspec.structs.replace(line, amount_fen=Fen(0))
        for line in slip.deferred
        if (line.side, line.code, line.month) not in shown
    )
    lines = (_line(slip, line, bases.get(line.month), packs_of(line.month)) for line in (*slip.lines, *put_off))
    return (*lines, _tax(slip, packs_of(slip.month)), _net(slip, packs_of(slip.month)))


def _line(slip: PayslipComputed, line: PayLine, basis: Basis | None, packs: PayPacks) -> Explained:
    due_fen = _due_fen(line, basis, packs)
    later_fen = sum(
        one.amount_fen for one in slip.deferred
        if (one.side, one.code, one.month) == (line.side, line.code, line.month)
    )  # fmt: skip
    whole, inputs = _working(line, basis, packs)
    paid_fen = Fen(due_fen - line.amount_fen - later_fen)
    if line.month != slip.month or paid_fen or later_fen:
        whole = _difference(line, whole, due_fen, paid_fen, Fen(later_fen))
    zh, en = _name(line.side, line.code, packs)
    return Explained(
        side=line.side,
        code=line.code,
        month=line.month,
        amount_fen=line.amount_fen,
        name=Words(zh=zh, en=en),
        rules=_rules(line, basis, bool(later_fen), packs),
        inputs=inputs,
        working=whole,
        behind=_behind(slip.officer, line, basis),
    )


def _name(side: str, code: str, packs: PayPacks) -> tuple[str, str]:
    """What a line is called; a code that no pack in force names stands for itself."""
    if side == "part":
        return PART_NAMES.get(code, (code, code))
    known = next((one for one in packs.insurance.lines if one.code == code), None)
    zh, en = (known.zh, known.en) if known else (code, code)
    return zh + SIDE_NAMES[side][0], en + SIDE_NAMES[side][1]


def _due_fen(line: PayLine, basis: Basis | None, packs: PayPacks) -> Fen:
    """What the month owes of this line; nothing when no day of it was on post."""
    if basis is None:
        return Fen(0)
    due = due_by(basis, packs)
    amounts = {"part": due.parts, "personal": due.personal, "employer": due.employer}[line.side]
    return next((one.amount_fen for one in amounts if one.code == line.code), Fen(0))


def _working(line: PayLine, basis: Basis | None, packs: PayPacks) -> tuple[Words, tuple[Input, ...]]:
    if basis is None:
        return Words(zh="该月没有任职", en="not on post in that month"), ()
    if line.side == "part":
        return _part(line.code, basis, packs), _part_inputs(line.code, basis)
    rule = next((one for one in packs.insurance.lines if one.code == line.code), None)
    inputs = (Input(name="contribution_base_fen", value=str(basis.contribution_base_fen)),)
    if basis.uninsured or rule is None:
        return Words(zh="该月不缴纳", en="not insured in that month"), (
            *inputs, Input(name="uninsured", value=basis.uninsured),
        )  # fmt: skip
    return _insurance(line.side, rule, basis, packs), inputs


def _difference(line: PayLine, whole: Words, due_fen: Fen, paid_fen: Fen, later_fen: Fen) -> Words:
    amount, due, paid = (yuan_text(fen) for fen in (line.amount_fen, due_fen, paid_fen))
    zh = f"{line.month} 应为 {due}（{whole.zh}），已计 {paid}，本次 {amount}"
    en = f"{line.month} owes {due} ({whole.en}), {paid} was counted, now {amount}"
    if later_fen:
        later = yuan_text(later_fen)
        zh, en = f"{zh}，超过限额的 {later} 留待以后月份", f"{en}; {later} beyond the limit comes in later months"
    return Words(zh=zh, en=en)


def _part(code: str, basis: Basis, packs: PayPacks) -> Words:
    """The month's sum of one part, then days on post, then what absences take."""
    sums = [_monthly(code, basis, one.position, packs) for one in basis.posts]
    days = sum(one.post_days for one in basis.posts)
    if len({text.zh for text in sums}) == 1:
        zh, en = sums[0].zh, sums[0].en
        if days != basis.month_days:
            zh, en = f"({zh}) × {days} 天 ÷ {basis.month_days} 天", f"({en}) × {days} ÷ {basis.month_days} days"
    else:
        zh = " + ".join(f"({one.zh}) × {post.post_days} 天" for one, post in zip(sums, basis.posts, strict=True))
        en = " + ".join(f"({one.en}) × {post.post_days}" for one, post in zip(sums, basis.posts, strict=True))
        zh, en = f"({zh}) ÷ {basis.month_days} 天", f"({en}) ÷ {basis.month_days} days"
    absences = _absences(code, basis, packs)
    return Words(zh=zh + absences.zh, en=en + absences.en)


def _monthly(code: str, basis: Basis, position: str, packs: PayPacks) -> Words:
    scale = packs.scale
    amount = yuan_text(
        Fen(full_month(scale, position, basis.service_years, basis.qualification, basis.coefficient_permille)[code])
    )
    match code:
        case "position":
            named = scale.positions[position]
            return Words(zh=f"{named.zh} {amount}", en=f"{named.en} {amount}")
        case "service_years":
            year, limit = yuan_text(scale.service_year_fen), yuan_text(scale.service_years_max_fen)
            return Words(
                zh=f"{year} × {basis.service_years} 年，不超过 {limit}：{amount}",
                en=f"{year} × {basis.service_years} years, at most {limit}: {amount}",
            )
        case "qualification":
            held = scale.qualifications[basis.qualification]
            return Words(zh=f"{held.zh} {amount}", en=f"{held.en} {amount}")
        case "performance":
            standard = yuan_text(scale.performance_standard_fen)
            text = f"{standard} × {_thousandths(basis.coefficient_permille)} = {amount}"
            return Words(zh=text, en=text)
        case _:
            return Words(zh=f"每月 {amount}", en=f"{amount} a month")


def _absences(code: str, basis: Basis, packs: PayPacks) -> Words:
    attendance = packs.attendance
    if not days_lost_permille(basis, code, attendance):
        return Words(zh="", en="")
    losing = [one for one in basis.absences if code in attendance.kinds[one.kind].parts]
    zh = "、".join(f"{attendance.kinds[o.kind].zh} {o.workdays} 天计 {_percent(o.pay_permille)}" for o in losing)
    en = ", ".join(f"{attendance.kinds[o.kind].en} {o.workdays} days at {_percent(o.pay_permille)}" for o in losing)
    if wholly_absent(basis):
        return Words(zh=f"；全月缺勤：{zh}", en=f"; absent all month: {en}")
    divisor = f"{attendance.wage_days_hundredths / HUNDREDTHS:.2f}"
    return Words(zh=f"；日工资为月额 ÷ {divisor}，扣减：{zh}", en=f"; a day is the month ÷ {divisor}, less: {en}")


def _insurance(side: str, rule: InsuranceLine, basis: Basis, packs: PayPacks) -> Words:
    insurance = packs.insurance
    clamped = yuan_text(clamped_base_fen(basis.contribution_base_fen, insurance, rule))
    own = yuan_text(basis.contribution_base_fen)
    floor, ceiling = (yuan_text(clamped_base_fen(Fen(fen), insurance, rule)) for fen in (0, 10**15))
    points, fixed_fen = (
        (rule.personal_basis_points, rule.personal_fixed_fen)
        if side == "personal"
        else (rule.employer_basis_points, rule.employer_fixed_fen)
    )
    fixed = f" + {yuan_text(fixed_fen)}" if fixed_fen else ""
    rate = f"{points / 100:.2f}%"
    return Words(
        zh=f"基数 {own}，限 {floor} 至 {ceiling}，取 {clamped} × {rate}{fixed}",
        en=f"base {own}, within {floor} to {ceiling}: {clamped} × {rate}{fixed}",
    )


def _part_inputs(code: str, basis: Basis) -> tuple[Input, ...]:
    days = (Input(name="post_days", value=str(sum(one.post_days for one in basis.posts))),)
    values = {
        "position": ("position", ",".join(one.position for one in basis.posts)),
        "service_years": ("service_years", str(basis.service_years)),
        "qualification": ("qualification", basis.qualification),
        "performance": ("coefficient_permille", str(basis.coefficient_permille)),
    }
    own = (Input(name=values[code][0], value=values[code][1]),) if code in values else ()
    absences = tuple(
        Input(name=f"absence:{one.kind}", value=f"{one.workdays}@{one.pay_permille}") for one in basis.absences
    )
    return (*own, *days, *absences)


def _rules(line: PayLine, basis: Basis | None, deferred: bool, packs: PayPacks) -> tuple[Cited, ...]:
    names = [PAY_SCALE] if line.side == "part" else [INSURANCE]
    if line.side == "part" and basis is not None and basis.absences:
        names.append(ATTENDANCE)
    return tuple(packs.cite(name) for name in (*names, *((PAY_GUARDS,) if deferred else ())))


def _behind(officer: str, line: PayLine, basis: Basis | None) -> tuple[Fact, ...]:
    """The facts a line rests on, each once; version 0 stands for none."""
    if basis is None:
        return ()
    posts = [one.behind_version for one in basis.posts]
    own = {
        "service_years": [basis.service_version],
        "qualification": [basis.qualification_version],
        "performance": [basis.appraisal_version],
    }
    if line.side == "part":
        versions = [*posts, *own.get(line.code, []), *(one.behind_version for one in basis.absences)]
    else:
        versions = [*posts, basis.contribution_base_version]
    return tuple(Fact(subject=f"officer:{officer}", version=version) for version in sorted(set(versions) - {0}))


def _tax(slip: PayslipComputed, packs: PayPacks) -> Explained:
    held = slip.withholding
    before = held.before
    rule = TAX_RULES[held.deduction_rule]
    values: tuple[tuple[str, int], ...] = (
        ("income_fen", before.income_fen + slip.gross_fen),
        ("deduction_fen", held.deduction_fen),
        ("insurance_fen", before.insurance_fen + slip.personal_insurance_fen),
        ("special_fen", before.special_fen + held.special_deduction_fen),
        ("taxable_fen", held.taxable_fen),
        ("withheld_fen", before.tax_fen),
    )
    income, deduction, insurance, special, taxable, withheld = (yuan_text(Fen(fen)) for _, fen in values)
    rate, quick, tax = (
        f"{held.rate_basis_points / 100:.0f}%",
        yuan_text(held.quick_deduction_fen),
        yuan_text(slip.tax_fen),
    )
    months = held.deduction_months
    return Explained(
        side="tax",
        code=INCOME_TAX,
        month=slip.month,
        amount_fen=slip.tax_fen,
        name=Words(zh="个人所得税", en="income tax"),
        rules=(packs.cite(INCOME_TAX),),
        inputs=tuple(Input(name=name, value=str(fen)) for name, fen in values),
        working=Words(
            zh=(
                f"累计收入 {income} - 减除费用 {deduction}（{months} 个月，{rule[0]}）- 个人缴费 {insurance} - "
                f"专项附加扣除 {special} = {taxable}（不低于 0）；{taxable} × {rate} - {quick} - 已扣 {withheld} → {tax}"
            ),
            en=(
                f"income so far {income} - deduction {deduction} ({months} months, {rule[1]}) - own insurance {insurance} - "
                f"special deductions {special} = {taxable} (not below 0); {taxable} × {rate} - {quick} - withheld "
                f"{withheld} → {tax}"
            ),
        ),
        behind=(),
    )


def _net(slip: PayslipComputed, packs: PayPacks) -> Explained:
    gross, own, tax, net = (
        yuan_text(fen) for fen in (slip.gross_fen, slip.personal_insurance_fen, slip.tax_fen, slip.net_fen)
    )
    return Explained(
        side="net",
        code="net",
        month=slip.month,
        amount_fen=slip.net_fen,
        name=Words(zh="实发", en="net pay"),
        rules=(packs.cite(PAY_GUARDS),) if slip.deferred else (),
        inputs=(),
        working=Words(
            zh=f"应发 {gross} - 个人缴费 {own} - 个税 {tax} = {net}",
            en=f"gross {gross} - own insurance {own} - tax {tax} = {net}",
        ),
        behind=(),
    )


def said(words: Iterable[Words]) -> Words:
    """Several sentences as one."""
    listed = list(words)
    return Words(zh="；".join(one.zh for one in listed), en="; ".join(one.en for one in listed))


def _thousandths(permille: int) -> str:
    return f"{permille / 1000:g}"


def _percent(permille: int) -> str:
    return f"{permille / 10:g}%"
