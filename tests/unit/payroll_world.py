"""Officers as pay reads them, for the tests of pay; it proves nothing itself."""

from datetime import date
from typing import Any

import msgspec

from services.contracts.money import ZERO_FEN, Fen
from services.contracts.months import Month
from services.contracts.payroll import PayslipComputed, YearToDate
from services.payroll.pay import (
    Appraisal,
    Certified,
    ContributionBase,
    InPost,
    OfficerPay,
    Pay,
    SpecialDeduction,
    Timeline,
)
from services.payroll.rules import PayPacks
from tests.unit.test_payroll_cases import PACKS, ytd, yuan

# A scale that pays a base of 20,000 yuan, to reach tax brackets by a month's pay alone.
RICH = msgspec.structs.replace(PACKS, scale=msgspec.structs.replace(PACKS.scale, base_fen=yuan("20,000.00")))
GOOD = (Appraisal(year=2025, quarter=4, coefficient_permille=1000, behind=2),)
FLOOR = yuan("4,232.00")
FEBRUARY = Month(2026, 2)
TWO_MONTHS = ytd(2, "6,300.00", "898.72")


def officer(
    *,
    appointed_on: date = date(2020, 5, 1),
    position: str = "member",
    qualification: str = "none",
    qualified_on: date | None = None,
    appraisals: tuple[Appraisal, ...] = GOOD,
    contribution_base_fen: Fen = FLOOR,
    special_deduction_fen: Fen = ZERO_FEN,
    paid_through_month: Month = FEBRUARY,
    year_to_date: YearToDate = TWO_MONTHS,
    **timeline: Any,
) -> OfficerPay:
    """Member, appointed 2020-05-01, no qualification, good appraisal, base at the floor, two months paid before."""
    first = Month.of(appointed_on)
    held = qualified_on if qualification != "none" else None
    known = Timeline(
        officer="O001",
        version=2,
        bank_account_pseudonym="p_1",
        service_from_on=appointed_on,
        service_behind=1,
        posts=(in_post(appointed_on, position=position),),
        certificates=(Certified(from_on=held, behind=1, qualification=qualification),) if held else (),
        absences=(),
        appraisals=appraisals,
        bases=(ContributionBase(from_month=first, base_fen=contribution_base_fen, behind=1),),
        deductions=(SpecialDeduction(from_month=first, monthly_fen=special_deduction_fen, behind=1),),
        paid_through_month=paid_through_month,
        year_to_date=year_to_date,
    )
    return OfficerPay(
        timeline=msgspec.structs.replace(known, **timeline),
        paid={},
        paid_through_month=paid_through_month,
        year_to_date=year_to_date,
    )


def in_post(
    from_on: date,
    until_on: date | None = None,
    *,
    position: str = "member",
    town: str = "T01",
    mode: str = "service_contract",
    behind: int = 1,
) -> InPost:
    return InPost(
        from_on=from_on,
        until_on=until_on,
        behind=behind,
        town=town,
        post_no=f"{town}-P01",
        position=position,
        contract_mode=mode,
    )


def slip_of(who: OfficerPay, pay: Pay, month: Month, packs: PayPacks) -> PayslipComputed:
    """The fact of a computed slip, without charges."""
    return PayslipComputed(
        officer=who.officer,
        town="T01",
        month=month,
        lines=pay.lines,
        bases=pay.bases,
        withholding=pay.withholding,
        gross_fen=pay.gross_fen,
        personal_insurance_fen=pay.personal_fen,
        employer_insurance_fen=pay.employer_fen,
        tax_fen=pay.tax_fen,
        net_fen=pay.net_fen,
        bank_account_pseudonym=who.timeline.bank_account_pseudonym,
        officer_version=who.timeline.version,
        pack_version=packs.version,
        deferred=pay.deferred,
        notes=pay.notes,
    )
