"""Proves that a benefit in force follows a new standard from the month it is valid (提标), to the fen.

Standards are the sample's (示例): urban 735 → 765 yuan, rural bands and tekun 956 → 995 yuan, all from July 2026.
"""

from datetime import date

import pytest

from services.casework.domain import AdjustBenefit, OpenedMember
from services.contracts.casework import BenefitAdjusted
from services.contracts.months import Month
from tests.unit.casework_steps import OPENED, H, Said, confirm, no, run, steps
from tests.unit.test_casework_ability import N
from tests.unit.test_casework_ability import stock as tekun
from tests.unit.test_casework_benefit import adjust, look, stock
from tests.unit.test_casework_changes import THREE, cut

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
        ("standard-unchanged", (stock(), uprate(JULY))),
        ("covered-members", (*GRANTED, uprate(covered=1, income_fen=30_000))),
        ("income-unknown", (stock("dibao_rural"), uprate())),
        ("income-unknown", (*GRANTED, uprate())),
        ("need-unknown", (stock("hardship"), uprate())),
    ],
)
def test_an_uprating_is_of_a_new_standard_and_of_nothing_else(code: str, said: tuple[Said, ...]) -> None:
    assert no(*said) == code


def test_an_uprating_that_comes_late_still_comes_for_an_amount_whose_standard_is_known() -> None:
    _, (adjusted,) = run(*GRANTED, uprate(JULY, income_fen=30_000))
    assert isinstance(adjusted, BenefitAdjusted)
    assert (adjusted.monthly_amount_fen, adjusted.from_month) == (93_000, Month(2026, 8))


def test_an_uprating_does_not_settle_what_a_look_found() -> None:
    state, _ = run(stock(), look(outcome="changed"), uprate(income_fen=30_000))
    assert state.change_found
