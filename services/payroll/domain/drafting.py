"""A run's slips and totals from officers, funds and packs; it does not follow the run any further."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Final

from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import Amount, Charge, PayLine, PayslipComputed, RunDrafted
from services.contracts.registry import Fact
from services.payroll.domain.shortage import short_of_money
from services.payroll.pay import DocumentLeft, NotEnough, OfficerPay, Pay, Steady, charged, in_order, slip
from services.payroll.rules import PayPacks, pay_packs_on

NAMED_OFFICERS_MAX: Final = 5


def run_subject(month: Month) -> str:
    """``run:<month>``."""
    return f"run:{month}"


def by_document(charges: Iterable[Charge]) -> tuple[Charge, ...]:
    """Charges added up by source and document, in their order; what adds up to nothing is left out."""
    sums: dict[tuple[str, str], int] = {}
    for one in charges:
        key = (one.source, one.document)
        sums[key] = sums.get(key, 0) + one.amount_fen
    return tuple(
        Charge(source=source, document=document, amount_fen=Fen(amount))
        for (source, document), amount in sorted(sums.items())
        if amount
    )


def by_source(charges: Iterable[Charge]) -> tuple[Amount, ...]:
    """Charges added up by source, in the order of the source's code; a source that gives and gets alike is named with 0."""
    sums: dict[str, int] = {}
    for one in charges:
        sums[one.source] = sums.get(one.source, 0) + one.amount_fen
    return tuple(Amount(code=code, amount_fen=Fen(sums[code])) for code in sorted(sums))


def draft(
    month: Month,
    officers: tuple[OfficerPay, ...],
    documents: tuple[DocumentLeft, ...],
    context: Context,
    *,
    draft_no: int = 1,
) -> tuple[Fact, ...]:
    """`RunDrafted` and a `PayslipComputed` for each officer due, in officer order whatever order they come in.

    Refused when nobody is due, an earlier month is open, the packs do not know a code or the year's funds do not
    suffice.
    """
    packs_of: Callable[[Month], PayPacks] = cache(lambda one: pay_packs_on(context.rules, one.first_day))
    packs, steady = packs_of(month), Steady(packs_of)
    due = sorted((one for one in officers if one.paid_through_month < month), key=lambda one: one.officer)
    _refuse_off_scale(due, packs)
    _refuse_out_of_turn(month, officers)
    pays = [(one, pay) for one in due if (pay := slip(one, packs_of, month, steady)) is not None]
    if not pays:
        raise CommandRejected("no-officers", f"{month} 没有应发的低保员", f"no officer is due for {month}")
    # The guards take nothing that pay does not cover (工资支付暂行规定 art. 16).
    assert all(pay.net_fen >= 0 for _, pay in pays)
    lines = _charged(month, [pay for _, pay in pays], documents, packs)
    slips = [_slip(officer, pay, mine, month, packs) for (officer, pay), mine in zip(pays, lines, strict=True)]
    return (_totals(month, slips, context.actor, packs, draft_no), *slips)


def _refuse_out_of_turn(month: Month, officers: tuple[OfficerPay, ...]) -> None:
    """Runs follow each other month by month: a slip builds on what approved runs paid (累计预扣法, ADR 9)."""
    next_month = max((one.paid_through_month for one in officers), default=month).plus(1)
    if month > next_month:
        raise CommandRejected(
            "earlier-month-open",
            f"{next_month} 尚未审批发放，不能编制 {month}",
            f"{next_month} is not approved yet, so {month} cannot be drafted",
        )


def _charged(
    month: Month, pays: list[Pay], documents: tuple[DocumentLeft, ...], packs: PayPacks
) -> list[tuple[PayLine, ...]]:
    """Every slip's lines with the documents of the month's year that pay them (三); refused when these fall short."""
    of_year = in_order(documents, month.year, packs.funding.order)
    try:
        return charged(of_year, [pay.lines for pay in pays])
    except NotEnough as short:
        raise short_of_money(short, of_year, packs.funding) from None


def _refuse_off_scale(due: list[OfficerPay], packs: PayPacks) -> None:
    scale, kinds = packs.scale, packs.attendance.kinds
    off = [
        one.officer
        for one in due
        if any(post.position not in scale.positions for post in one.timeline.posts)
        or any(held.qualification not in scale.qualifications for held in one.timeline.certificates)
        or any(absent.kind not in kinds for absent in one.timeline.absences)
    ]
    refuse_named(
        "not-on-pay-scale",
        "职务、资格或缺勤种类不在现行规则内",
        "position, qualification or kind of absence not in the packs in force",
        off,
    )


def refuse_named(code: str, zh: str, en: str, officers: list[str]) -> None:
    """Refuse when there is anybody in `officers`, naming the first few."""
    if officers:
        named, more = officers[:NAMED_OFFICERS_MAX], len(officers) > NAMED_OFFICERS_MAX
        raise CommandRejected(
            code,
            f"{zh}：{'、'.join(named)}{f'等 {len(officers)} 人' if more else ''}",
            f"{en}: {', '.join(named)}{f' and others, {len(officers)} in all' if more else ''}",
        )


def _slip(officer: OfficerPay, pay: Pay, lines: tuple[PayLine, ...], month: Month, packs: PayPacks) -> PayslipComputed:
    post = officer.timeline.last_post(month)
    assert post is not None, f"{officer.officer} has lines without ever being on a post"
    mode = packs.modes.modes.get(post.contract_mode)
    return PayslipComputed(
        officer=officer.officer,
        town=post.town,
        month=month,
        lines=lines,
        bases=pay.bases,
        withholding=pay.withholding,
        gross_fen=pay.gross_fen,
        personal_insurance_fen=pay.personal_fen,
        employer_insurance_fen=pay.employer_fen,
        tax_fen=pay.tax_fen,
        net_fen=pay.net_fen,
        bank_account_pseudonym=officer.timeline.bank_account_pseudonym,
        officer_version=officer.timeline.version,
        pack_version=packs.version,
        payer=mode.payer if mode else "",
        withholding_agent=mode.withholding_agent if mode else "",
        insured_unit=mode.insured_unit if mode else "",
        deferred=pay.deferred,
        notes=pay.notes,
    )


def _totals(month: Month, slips: list[PayslipComputed], prepared_by: str, packs: PayPacks, draft_no: int) -> RunDrafted:
    charges = by_source(
        charge for slip in slips for charge in by_document(charge for line in slip.lines for charge in line.charges)
    )
    return RunDrafted(
        month=month,
        slip_count=len(slips),
        gross_fen=Fen(sum(slip.gross_fen for slip in slips)),
        net_fen=Fen(sum(slip.net_fen for slip in slips)),
        tax_fen=Fen(sum(slip.tax_fen for slip in slips)),
        employer_insurance_fen=Fen(sum(slip.employer_insurance_fen for slip in slips)),
        charges=charges,
        prepared_by=prepared_by,
        pack_version=packs.version,
        draft_no=draft_no,
    )
