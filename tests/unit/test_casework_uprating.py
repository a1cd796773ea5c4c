"""Proves that a benefit in force follows a new standard from the month it is valid (提标), to the fen.

Standards are the sample's (示例): urban 735 → 765 yuan, rural bands and tekun 956 → 995 yuan, all from July 2026.
"""

from datetime import date

import pytest

from services.casework.domain import AdjustBenefit, OpenedMember
from services.casework.domain.listed import BenefitList, ListLine
from services.casework.domain.lists.due import listed_households
from services.contracts.casework import BenefitAdjusted, EligibilityConfirmed
from services.contracts.money import Fen
from services.contracts.months import Month
from tests.unit.casework_steps import OPENED, H, Said, confirm, no, run, steps
from tests.unit.test_casework_ability import N
from tests.unit.test_casework_ability import stock as tekun
from tests.unit.test_casework_benefit import adjust, look, stock
from tests.unit.test_casework_changes import THREE, cut, refuse

JUNE, JULY = date(2026, 6, 15), date(2026, 7, 15)


def uprate(
    on: date = JUNE, covered: int = 2, income_fen: int | None = None, opened: tuple[OpenedMember, ...] | None = None
) -> tuple[date, AdjustBenefit]:
    return on, AdjustBenefit(
        household_no=H, covered_members=covered, because="uprating", income_per_head_fen=income_fen, opened=opened
    )


@pytest.mark.parametrize(
    ("said", "decision", "before_fen", "amount_fen"),
    [
        # granted in March by difference: (735-300)×2 becomes (765-300)×2
        ((*steps(), confirm()), uprate(income_fen=30_000), 87_000, 93_000),
        # and with a severely ill member 70 yuan more, then as now
        ((*steps(), confirm(opened=OPENED)), uprate(income_fen=30_000, opened=OPENED), 94_000, 100_000),
        # by band: 380 becomes 400 yuan each
        (
            (*steps("dibao_rural"), confirm(number="R-1-dibao_rural", income_per_head_fen=20_000)),
            uprate(income_fen=20_000), 76_000, 80_000,
        ),
        # looked at in March, adjusted to an income of 200 yuan
        ((stock(), look(outcome="changed"), adjust(20_000)), uprate(income_fen=20_000), 107_000, 113_000),
        # taken over, its income unknown: 30 yuan more for each of two
        ((stock(),), uprate(), 87_000, 93_000),
        # after a cut for one of them alone
        ((stock(), *THREE, cut()), uprate(covered=1), 43_500, 46_500),
        # tekun: basic standard and care fee of the tier
        ((tekun("half_care"),), uprate(covered=1), 100_600, 120_500),
        ((*steps("tekun"), confirm(number=N)), uprate(), 201_200, 210_000),
    ],
)  # fmt: skip
def test_an_amount_follows_the_standard_from_july(
    said: tuple[Said, ...], decision: Said, before_fen: int, amount_fen: int
) -> None:
    state, (adjusted,) = run(*said, decision)
    assert isinstance(adjusted, BenefitAdjusted)
    assert (adjusted.before_fen, adjusted.monthly_amount_fen) == (before_fen, amount_fen)
    assert (adjusted.from_month, adjusted.reason) == (Month(2026, 7), "uprating")
    assert adjusted.pack_version.endswith("@2026-1")
    assert state.payable.paid_in(Month(2026, 6)) == before_fen
    assert state.payable.paid_in(Month(2026, 7)) == amount_fen


GRANTED = (*steps(), confirm())


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("standard-unchanged", (*GRANTED, uprate(date(2026, 5, 31), income_fen=30_000))),
        ("standard-unchanged", (*GRANTED, uprate(income_fen=30_000), uprate(JULY, income_fen=30_000))),
        ("covered-members", (*GRANTED, uprate(covered=1, income_fen=30_000))),
        ("income-unknown", (stock("dibao_rural"), uprate())),
        ("income-unknown", (*GRANTED, uprate())),
        ("need-unknown", (stock("hardship"), uprate())),
        ("no-benefit", (*steps("near_dibao_urban"), confirm(number="R-1-near_dibao_urban"), uprate())),
    ],
)
def test_an_uprating_is_of_a_new_standard_and_of_nothing_else(code: str, said: tuple[Said, ...]) -> None:
    assert no(*said) == code


@pytest.mark.parametrize("said", [(*GRANTED, uprate(JULY, income_fen=30_000)), (stock(), uprate(JULY))])
def test_an_uprating_that_comes_late_comes_from_the_month_the_standard_is_valid(said: tuple[Said, ...]) -> None:
    """July is owed with August, of the granted and of the stock, whose standard is that of the day it was taken over."""
    state, (adjusted,) = run(*said)
    assert isinstance(adjusted, BenefitAdjusted)
    assert (adjusted.monthly_amount_fen, adjusted.from_month) == (93_000, Month(2026, 7))
    assert [state.payable.entitled_in(Month(2026, month)) for month in (6, 7, 8)] == [87_000, 93_000, 93_000]
    assert no(*said, uprate(JULY, income_fen=30_000)) == "standard-unchanged"
    (august,) = listed_households(Month(2026, 8), {H: state}, {Month(2026, 7): paid_in_july()})
    assert (august.due_fen, [(one.month, one.amount_fen) for one in august.arrears]) == (
        93_000, [(Month(2026, 7), 6_000)],
    )  # fmt: skip


def paid_in_july() -> BenefitList:
    """July's list, paid before anybody uprated."""
    line = ListLine(
        household_no=H, committee="T01-C01", category="dibao_urban", due_fen=Fen(87_000), state="paid", file_no=1
    )
    return BenefitList(town="T01", month=Month(2026, 7), stage="closed", lines=(line,))


def test_an_uprating_after_a_cut_raises_the_months_between_too() -> None:
    """标准七月起、八月减发在先、八月才提标：七月按两人补差，八月起按减发后的一人提标，减发的份额不恢复。"""
    refused = tuple((date(2026, 7, day), refuse(day, on=date(2026, 7, day))[1]) for day in (3, 4, 5))
    state, (july, adjusted) = run(stock(), *refused, cut(on=date(2026, 7, 20)), uprate(date(2026, 8, 10), covered=1))
    assert isinstance(adjusted, BenefitAdjusted)
    assert isinstance(july, BenefitAdjusted)
    assert (july.before_fen, july.monthly_amount_fen, july.covered_members) == (87_000, 93_000, 2)
    assert (adjusted.before_fen, adjusted.monthly_amount_fen, adjusted.from_month) == (43_500, 46_500, Month(2026, 8))
    assert [state.payable.entitled_in(Month(2026, month)) for month in (6, 7, 8)] == [87_000, 93_000, 46_500]
    (september,) = listed_households(Month(2026, 9), {H: state}, {Month(2026, 7): paid_in_july()})
    assert [(one.month, one.amount_fen) for one in september.arrears] == [(Month(2026, 7), 6_000)]


def test_a_grant_decided_in_june_goes_by_the_standard_of_july_from_which_it_is_paid() -> None:
    """城市 1 人、无收入，6月20日审核确认：自7月起 765 元，不是 735 元；复核调整也一样。"""
    granted = confirm(date(2026, 6, 20), income_per_head_fen=0, covered_members=1)
    _, (fact, _) = run(*steps(), granted)
    assert isinstance(fact, EligibilityConfirmed)
    assert (fact.monthly_amount_fen, fact.standard_fen, fact.from_month) == (76_500, 76_500, Month(2026, 7))
    assert fact.pack_version == "dibao_standard@2026-1"
    found = look(date(2026, 6, 18), outcome="changed", income_per_head_fen=20_000)
    _, (adjusted,) = run(stock(), found, (date(2026, 6, 20), adjust(20_000)[1]))
    assert isinstance(adjusted, BenefitAdjusted)
    assert (adjusted.monthly_amount_fen, adjusted.from_month) == (113_000, Month(2026, 7))


def test_an_uprating_does_not_settle_what_a_look_found() -> None:
    state, _ = run(stock(), look(outcome="changed"), uprate(income_fen=30_000))
    assert state.change_found
