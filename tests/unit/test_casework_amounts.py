"""Proves amounts to the fen: by difference and by band, top-ups, tekun's basic standard and care fee, over an uprating.

Standards here are the sample's (示例): until June 2026 urban 735, rural 600, tekun 956 yuan; from July 765, 625, 995.
"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.casework.rules import Band, DibaoStandard, Groups, grant_of
from services.contracts.deciding import CommandRejected
from services.contracts.money import Fen
from tests.unit.casework_steps import context

JUNE, JULY = date(2026, 6, 30), date(2026, 7, 1)


def amount_of(
    need: str, day: date, income_fen: int | None, covered: int, groups: Groups = (), tiers: tuple[str, ...] = ()
) -> tuple[int, int, int]:
    """Amount, and what of it is top-up and care fee."""
    grant = grant_of(
        context(day), need, day, covered_members=covered, income_per_head_fen=income_fen, groups=groups,
        care_tiers=tiers,
    )  # fmt: skip
    return grant.amount_fen, grant.top_up_fen, grant.care_fee_fen


@pytest.mark.parametrize(
    ("day", "income_fen", "covered", "amount_fen"),
    [
        (JUNE, 0, 1, 73_500),
        (JUNE, 30_000, 2, 87_000),
        (JUNE, 73_499, 3, 3),
        (JULY, 0, 1, 76_500),
        (JULY, 73_499, 1, 3_001),
        (JULY, 73_500, 1, 3_000),
        (JULY, 76_499, 4, 4),
    ],
)
def test_urban_dibao_is_the_difference_to_the_standard_for_each_member(
    day: date, income_fen: int, covered: int, amount_fen: int
) -> None:
    """补差发放（57号第23条）：（标准－家庭人均收入）×保障人数。"""
    assert amount_of("dibao_urban", day, income_fen, covered) == (amount_fen, 0, 0)


@pytest.mark.parametrize(
    ("day", "income_fen", "covered", "amount_fen"),
    [
        (JUNE, 0, 1, 52_000),
        (JUNE, 14_999, 1, 52_000),
        (JUNE, 15_000, 1, 38_000),
        (JUNE, 29_999, 2, 76_000),
        (JUNE, 30_000, 2, 48_000),
        (JUNE, 44_999, 1, 24_000),
        (JUNE, 45_000, 1, 10_000),
        (JUNE, 59_999, 3, 30_000),
        (JULY, 14_999, 1, 54_500),
        (JULY, 15_000, 1, 40_000),
        (JULY, 60_000, 1, 11_000),
        (JULY, 62_499, 1, 11_000),
    ],
)
def test_rural_dibao_is_the_amount_of_the_band_for_each_member(
    day: date, income_fen: int, covered: int, amount_fen: int
) -> None:
    """分档发放（57号第23条）：收入达到下一档起点即按下一档。"""
    assert amount_of("dibao_rural", day, income_fen, covered) == (amount_fen, 0, 0)


@pytest.mark.parametrize(
    ("need", "day", "income_fen"),
    [
        ("dibao_urban", JUNE, 73_500),
        ("dibao_urban", JULY, 76_500),
        ("dibao_rural", JUNE, 60_000),
        ("dibao_rural", JULY, 62_500),
    ],
)
def test_who_has_the_standard_gets_nothing(need: str, day: date, income_fen: int) -> None:
    with pytest.raises(CommandRejected) as no:
        amount_of(need, day, income_fen, 1)
    assert no.value.code == "income-over-standard"


@pytest.mark.parametrize(
    ("groups", "top_up_fen"),
    [
        ((), 0),
        (((),), 0),
        ((("高龄",),), 6_000),
        ((("未成年",),), 6_000),
        ((("重残",),), 7_000),
        ((("重病",),), 7_000),
        ((("高龄", "重病"),), 7_000),
        ((("高龄", "高龄"),), 6_000),
        ((("重病",), ("未成年",), ()), 13_000),
        ((("失能",), ("其他",)), 0),
    ],
    ids=lambda value: "、".join("＋".join(one) or "无" for one in value) if isinstance(value, tuple) else str(value),
)
@pytest.mark.parametrize(("need", "plain_fen"), [("dibao_urban", 43_500), ("dibao_rural", 24_000)])
def test_a_member_in_special_hardship_raises_the_amount(
    need: str, plain_fen: int, groups: Groups, top_up_fen: int
) -> None:
    """分类施保（57号第27条）：老年人、未成年人、重度残疾人、重病患者加发，同一人就高不重复（示例）。"""
    assert amount_of(need, JUNE, 30_000, 1, groups) == (plain_fen + top_up_fen, top_up_fen, 0)


def test_a_pack_may_add_top_ups_up_and_a_band_it_lacks_is_no_amount() -> None:
    rules = DibaoStandard(
        monthly_fen={"dibao_rural": Fen(60_000)},
        bands={"dibao_rural": (Band(income_from_fen=Fen(10_000), monthly_fen=Fen(30_000)),)},
        top_ups_fen={"高龄": Fen(6_000), "重病": Fen(7_000)},
        top_ups_add_up=True,
    )
    assert rules.top_up((("高龄", "重病"), ("重病",))) == 20_000
    assert rules.per_head("dibao_rural", Fen(60_000), 10_000) == 30_000
    with pytest.raises(CommandRejected) as no:
        rules.per_head("dibao_rural", Fen(60_000), 9_999)
    assert no.value.code == "band-missing"


@pytest.mark.parametrize(
    ("day", "tiers", "amount_fen", "care_fee_fen"),
    [
        (JUNE, (), 95_600, 0),
        (JUNE, ("self_reliant",), 100_600, 5_000),
        (JUNE, ("half_care",), 115_600, 20_000),
        (JUNE, ("full_care",), 125_600, 30_000),
        (JUNE, ("half_care", "full_care"), 241_200, 50_000),
        (JULY, ("self_reliant",), 105_000, 5_500),
        (JULY, ("half_care",), 120_500, 21_000),
        (JULY, ("full_care",), 131_500, 32_000),
    ],
)
def test_tekun_is_the_basic_standard_and_the_care_fee(
    day: date, tiers: tuple[str, ...], amount_fen: int, care_fee_fen: int
) -> None:
    """特困供养：基本生活标准＋照料护理标准（全自理、半护理、全护理）。"""
    assert amount_of("tekun", day, None, max(1, len(tiers)), tiers=tiers) == (amount_fen, 0, care_fee_fen)


def test_a_tier_without_a_fee_is_not_taken_for_free() -> None:
    with pytest.raises(CommandRejected) as no:
        amount_of("tekun", JUNE, None, 1, tiers=("night_care",))
    assert no.value.code == "care-fee-missing"


@given(
    income_fen=st.integers(0, 62_499), more_fen=st.integers(0, 5_000), covered=st.integers(1, 8),
    need=st.sampled_from(["dibao_urban", "dibao_rural"]), day=st.sampled_from([JUNE, JULY]),
)  # fmt: skip
def test_a_higher_income_never_gives_more_and_no_amount_is_over_the_standard(
    income_fen: int, more_fen: int, covered: int, need: str, day: date
) -> None:
    top = (
        {"dibao_urban": 73_500, "dibao_rural": 60_000}[need]
        if day == JUNE
        else {"dibao_urban": 76_500, "dibao_rural": 62_500}[need]
    )
    richer = min(income_fen + more_fen, top - 1)
    poorer = min(income_fen, richer)
    less, _, _ = amount_of(need, day, richer, covered)
    more, _, _ = amount_of(need, day, poorer, covered)
    assert 0 < less <= more <= top * covered
