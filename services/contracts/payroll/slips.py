"""The pay slip (工资单, 二(四)): its lines, what they rest on, and which money pays each fen."""

from typing import Literal

import msgspec

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll.officers import YearToDate
from services.contracts.registry import Fact, fact, upcast

# Whose money a line is: a part of pay, an officer's own insurance, the employer's.
Side = Literal["part", "personal", "employer"]


class Amount(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A named amount: a pay part, an insurance line, or a source's share."""

    code: str
    amount_fen: Fen


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """What a pay slip of the first version was computed from."""

    officer_version: int
    service_years: int
    position: str
    qualification: str
    coefficient_permille: int
    contribution_base_fen: Fen
    special_deduction_fen: Fen
    year_to_date: YearToDate


@fact("payroll", "payslip_computed", subject="run")
class PayslipComputed1(Fact, frozen=True, kw_only=True):
    """One officer's slip as it was first written: no months but the run's own, charges not by line."""

    officer: str
    town: str
    month: Month
    parts: tuple[Amount, ...]
    gross_fen: Fen
    personal_insurance: tuple[Amount, ...]
    employer_insurance: tuple[Amount, ...]
    taxable_cumulative_fen: Fen
    tax_fen: Fen
    net_fen: Fen
    charges: tuple[Amount, ...]
    bank_account_pseudonym: str
    inputs: Inputs
    pack_version: str


class Charge(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one funding document of one of the four sources pays of a line; negative where it gets money back."""

    source: str
    document: str
    amount_fen: Fen


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What a funding document pays for one town and purpose; in an invoice without `source` it is the town's own money."""

    town: str
    purpose: str
    source: str
    document: str
    amount_fen: Fen


class PayLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A line of a slip: a part of pay, an officer's or the employer's insurance, of the month it is for.

    A line of an earlier month than the slip's is a difference (补发补扣): due by today's knowledge less what was paid.
    `charges` add up to the amount on parts and the employer's lines; an officer's own insurance is paid out of gross.
    """

    side: str
    code: str
    month: Month
    amount_fen: Fen
    charges: tuple[Charge, ...] = ()


class PostDays(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Days of a month on one post; `behind_version` is the version of the officer's stream that put them there."""

    town: str
    position: str
    contract_mode: str
    post_days: int
    behind_version: int


class AbsenceDays(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Absence of one kind within a month: working days, and the share of pay that is left for them, per mille."""

    kind: str
    workdays: int
    pay_permille: int
    behind_version: int


class Basis(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a month's lines rest on: enough to compute them again by other code, and the facts behind each.

    The `…_version` are versions of the officer's stream; 0 where no fact but the pack says so. `workdays`: working days
    of the days on post, counted where there are absences. `uninsured`: why the month has no insurance, empty when it has
    (``mode``, ``no_base``, ``joined_late``, ``left_early``).
    """

    month: Month
    month_days: int
    posts: tuple[PostDays, ...]
    absences: tuple[AbsenceDays, ...]
    service_years: int
    service_version: int
    qualification: str
    qualification_version: int
    coefficient_permille: int
    appraisal_version: int
    contribution_base_fen: Fen
    contribution_base_version: int
    pack_version: str
    workdays: int = 0
    uninsured: str = ""


class Withholding(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The month's cumulative withholding (累计预扣法, 公告2018年第61号 art. 6), with its working.

    `before` covers the tax year's months before this one; `deduction_fen` is the basic deduction taken for the year
    so far, for `deduction_months` by `deduction_rule`: ``monthly`` in this payer's service, ``from_january`` (公告2020年
    第13号) or ``at_once`` for the whole year (公告2020年第19号). An empty rule is that of a slip from before it was stated.
    """

    before: YearToDate
    special_deduction_fen: Fen
    deduction_fen: Fen
    taxable_fen: Fen
    rate_basis_points: int
    quick_deduction_fen: Fen
    tax_fen: Fen
    deduction_months: int = 0
    deduction_rule: str = ""


@fact("payroll", "payslip_computed", subject="run", version=2)
class PayslipComputed(Fact, frozen=True, kw_only=True):
    """One officer's slip: 基本补贴+职务补贴+服务年限补贴+职业资格补贴+绩效补贴, differences, insurance, tax, net.

    `bases` has one entry for the slip's month and each earlier month with a difference. `payer`, `withholding_agent`
    and `insured_unit` follow the contract's mode. `officer_version`: the officer's stream as it was read.
    `deferred`: what is owed back but was not taken this month (工资支付暂行规定 art. 16), it comes again by itself.
    `notes`: codes of what somebody should look at, such as an officer without insurance.
    """

    officer: str
    town: str
    month: Month
    lines: tuple[PayLine, ...]
    bases: tuple[Basis, ...]
    withholding: Withholding
    gross_fen: Fen
    personal_insurance_fen: Fen
    employer_insurance_fen: Fen
    tax_fen: Fen
    net_fen: Fen
    bank_account_pseudonym: str
    officer_version: int
    pack_version: str
    payer: str = ""
    withholding_agent: str = ""
    insured_unit: str = ""
    deferred: tuple[PayLine, ...] = ()
    notes: tuple[str, ...] = ()


@upcast("assist.payroll.payslip_computed.v1")
def _by_line(old: Fact) -> PayslipComputed:
    """The first version by lines: charges were of the whole slip, so they are dealt out to its lines in order."""
    assert isinstance(old, PayslipComputed1)
    inputs, month = old.inputs, old.month
    purse = [(charge.code, int(charge.amount_fen)) for charge in old.charges]
    sides: tuple[tuple[Side, tuple[Amount, ...]], ...] = (
        ("part", old.parts),
        ("personal", old.personal_insurance),
        ("employer", old.employer_insurance),
    )
    lines = tuple(
        PayLine(
            side=side,
            code=one.code,
            month=month,
            amount_fen=one.amount_fen,
            charges=() if side == "personal" else _dealt(purse, one.amount_fen),
        )
        for side, amounts in sides
        for one in amounts
    )
    before = inputs.year_to_date
    return PayslipComputed(
        officer=old.officer,
        town=old.town,
        month=month,
        lines=lines,
        bases=(_first_basis(old),),
        withholding=Withholding(
            before=before,
            special_deduction_fen=inputs.special_deduction_fen,
            deduction_fen=Fen(0),
            taxable_fen=old.taxable_cumulative_fen,
            rate_basis_points=0,
            quick_deduction_fen=Fen(0),
            tax_fen=old.tax_fen,
        ),
        gross_fen=old.gross_fen,
        personal_insurance_fen=Fen(sum(one.amount_fen for one in old.personal_insurance)),
        employer_insurance_fen=Fen(sum(one.amount_fen for one in old.employer_insurance)),
        tax_fen=old.tax_fen,
        net_fen=old.net_fen,
        bank_account_pseudonym=old.bank_account_pseudonym,
        officer_version=inputs.officer_version,
        pack_version=old.pack_version,
    )


def _dealt(purse: list[tuple[str, int]], amount_fen: int) -> tuple[Charge, ...]:
    charges = []
    while amount_fen > 0 and purse:
        source, left_fen = purse.pop(0)
        share_fen = min(amount_fen, left_fen)
        charges.append(Charge(source=source, document="", amount_fen=Fen(share_fen)))
        amount_fen -= share_fen
        if left_fen > share_fen:
            purse.insert(0, (source, left_fen - share_fen))
    return tuple(charges)


def _first_basis(old: PayslipComputed1) -> Basis:
    days = old.month.last_day.day
    return Basis(
        month=old.month,
        month_days=days,
        posts=(
            PostDays(town=old.town, position=old.inputs.position, contract_mode="", post_days=days, behind_version=0),
        ),
        absences=(),
        service_years=old.inputs.service_years,
        service_version=0,
        qualification=old.inputs.qualification,
        qualification_version=0,
        coefficient_permille=old.inputs.coefficient_permille,
        appraisal_version=0,
        contribution_base_fen=old.inputs.contribution_base_fen,
        contribution_base_version=0,
        pack_version=old.pack_version,
    )
