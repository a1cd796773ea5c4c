"""A run's slips and totals from officers, funds and packs; it does not follow the run any further."""

from collections.abc import Iterable
from typing import Final

from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import Fen, yuan_text
from services.contracts.months import Month
from services.contracts.payroll import Amount, PayslipComputed, RunDrafted
from services.contracts.registry import Fact
from services.payroll.pay import FundLeft, OfficerPay, Pay, charge, payslip
from services.payroll.rules import Funding, PayPacks, PayScale, pay_packs_on

NAMED_OFFICERS_MAX: Final = 5


def run_subject(month: Month) -> str:
    """``run:<month>``."""
    return f"run:{month}"


def added(charges: Iterable[tuple[Amount, ...]]) -> tuple[Amount, ...]:
    """Charges of several slips added up by source, in the order of the source's code."""
    sums: dict[str, int] = {}
    for one in charges:
        for amount in one:
            sums[amount.code] = sums.get(amount.code, 0) + amount.amount_fen
    return tuple(Amount(code=code, amount_fen=Fen(sums[code])) for code in sorted(sums))


def draft(
    month: Month, officers: tuple[OfficerPay, ...], funds: tuple[FundLeft, ...], context: Context
) -> tuple[Fact, ...]:
    """`RunDrafted` and a `PayslipComputed` for each officer due, in officer order whatever order they come in.

    Refused when nobody is due, an earlier month is open, the scale does not know a code, a net would be below zero
    or the year's funds do not suffice.
    """
    packs = pay_packs_on(context.rules, month.first_day)
    due = _due(month, officers)
    _refuse_off_scale(due, packs.scale)
    pays = {officer.officer: payslip(officer, packs, month) for officer in due}
    _refuse_named("net-below-zero", "实发为负", "net pay below zero", [o for o, pay in pays.items() if pay.net_fen < 0])
    left = _left(month, funds, packs.funding)
    _refuse_short(sum(pay.cost_fen for pay in pays.values()), sum(left.values()))
    slips = []
    for officer in due:
        pay = pays[officer.officer]
        charges, left = charge(pay.cost_fen, left)
        slips.append(_slip(officer, pay, charges, month, packs))
    return (_totals(month, slips, pays, context.actor, packs), *slips)


def _due(month: Month, officers: tuple[OfficerPay, ...]) -> list[OfficerPay]:
    """Officers not yet paid for `month`, in officer order; nobody may have an earlier month open (累计预扣法)."""
    due = sorted((o for o in officers if o.paid_through_month < month), key=lambda o: o.officer)
    if not due:
        raise CommandRejected("no-officers", f"{month} 没有应发的低保员", f"no officer is due for {month}")
    previous = month.plus(-1)
    _refuse_named(
        "earlier-month-open",
        "以前月份尚未审批发放",
        "an earlier month is not approved yet",
        [o.officer for o in due if o.paid_through_month < previous],
    )
    return due


def _refuse_off_scale(due: list[OfficerPay], scale: PayScale) -> None:
    off = [o.officer for o in due if o.position not in scale.positions or o.qualification not in scale.qualifications]
    _refuse_named(
        "not-on-pay-scale", "职务或资格不在现行工资标准内", "position or qualification not on the pay scale", off
    )


def _refuse_named(code: str, zh: str, en: str, officers: list[str]) -> None:
    """Refuse when there is anybody in `officers`, naming the first few."""
    if officers:
        named, more = officers[:NAMED_OFFICERS_MAX], len(officers) > NAMED_OFFICERS_MAX
        raise CommandRejected(
            code,
            f"{zh}：{'、'.join(named)}{f'等 {len(officers)} 人' if more else ''}",
            f"{en}: {', '.join(named)}{f' and others, {len(officers)} in all' if more else ''}",
        )


def _left(month: Month, funds: tuple[FundLeft, ...], funding: Funding) -> dict[str, Fen]:
    """What each source of the month's year has left, in the order the sources are charged (三)."""
    left = {fund.source: fund.left_fen for fund in funds if fund.year == month.year}
    return {source: left[source] for source in funding.order if left.get(source, 0) > 0}


def _refuse_short(need_fen: int, left_fen: int) -> None:
    if need_fen > left_fen:
        raise CommandRejected(
            "funds-do-not-suffice",
            f"本月需 {yuan_text(Fen(need_fen))} 元，四类资金余额共 {yuan_text(Fen(left_fen))} 元，不足",
            f"{yuan_text(Fen(need_fen))} yuan are needed, the sources have {yuan_text(Fen(left_fen))} left",
        )


def _slip(officer: OfficerPay, pay: Pay, charges: tuple[Amount, ...], month: Month, packs: PayPacks) -> PayslipComputed:
    return PayslipComputed(
        officer=officer.officer,
        town=officer.town,
        month=month,
        parts=pay.parts,
        gross_fen=pay.gross_fen,
        personal_insurance=pay.personal_insurance,
        employer_insurance=pay.employer_insurance,
        taxable_cumulative_fen=pay.taxable_cumulative_fen,
        tax_fen=pay.tax_fen,
        net_fen=pay.net_fen,
        charges=charges,
        bank_account_pseudonym=officer.bank_account_pseudonym,
        inputs=pay.inputs,
        pack_version=packs.version,
    )


def _totals(
    month: Month, slips: list[PayslipComputed], pays: dict[str, Pay], prepared_by: str, packs: PayPacks
) -> RunDrafted:
    return RunDrafted(
        month=month,
        slip_count=len(slips),
        gross_fen=Fen(sum(slip.gross_fen for slip in slips)),
        net_fen=Fen(sum(slip.net_fen for slip in slips)),
        tax_fen=Fen(sum(slip.tax_fen for slip in slips)),
        employer_insurance_fen=Fen(sum(pay.employer_insurance_fen for pay in pays.values())),
        charges=added(slip.charges for slip in slips),
        prepared_by=prepared_by,
        pack_version=packs.version,
    )
