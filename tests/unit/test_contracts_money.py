"""Proves money to the fen and months to the day: tables a bookkeeper can read, and laws that hold for any amount."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.codec import convert, decoder_of, encoder
from services.contracts.money import Fen, fen_of_yuan, split_by_weights, times_ratio, yuan_text
from services.contracts.months import Month

FEN = st.integers(-(10**13), 10**13).map(Fen)
MONTHS = st.builds(Month, st.integers(2010, 2100), st.integers(1, 12))


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (100, "1.00"),
        (123_450, "1,234.50"),
        (-99, "-0.99"),
        (-100_000_001, "-1,000,000.01"),
        (1_099_000_000, "10,990,000.00"),
    ],
)
def test_yuan_are_written_with_two_decimals(fen: int, text: str) -> None:
    assert yuan_text(Fen(fen)) == text
    assert fen_of_yuan(735) == 73_500


@pytest.mark.parametrize(
    ("fen", "numerator", "denominator", "rounded"),
    [
        (100, 1, 3, 33),
        (200, 1, 3, 67),
        (1, 1, 2, 1),  # 0.5 fen goes up, 四舍五入
        (3, 1, 2, 2),
        (-1, 1, 2, -1),  # and away from zero
        (-100, 1, 3, -33),
        (735_00, 80, 1000, 5_880),
        (0, 7, 9, 0),
    ],
)
def test_a_ratio_rounds_half_up_to_the_fen(fen: int, numerator: int, denominator: int, rounded: int) -> None:
    assert times_ratio(Fen(fen), numerator, denominator) == rounded


@given(FEN, st.integers(-(10**6), 10**6), st.integers(1, 10**6))
def test_a_ratio_is_never_off_by_more_than_half_a_fen(amount: Fen, numerator: int, denominator: int) -> None:
    off = times_ratio(amount, numerator, denominator) * denominator - amount * numerator
    assert 2 * abs(off) <= denominator
    assert times_ratio(Fen(-amount), numerator, denominator) == -times_ratio(amount, numerator, denominator)


@pytest.mark.parametrize(
    ("fen", "weights", "shares"),
    [
        (100, (1, 1, 1), (34, 33, 33)),
        (10, (3, 3, 3, 1), (3, 3, 3, 1)),
        (1, (0, 5, 5), (0, 1, 0)),
        (0, (1, 2), (0, 0)),
        (-100, (1, 1, 1), (-33, -33, -34)),
    ],
)
def test_shares_by_largest_remainder(fen: int, weights: tuple[int, ...], shares: tuple[int, ...]) -> None:
    assert split_by_weights(Fen(fen), weights) == shares


@given(FEN, st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any).map(tuple))
def test_shares_add_up_and_are_within_a_fen_of_just(amount: Fen, weights: tuple[int, ...]) -> None:
    shares, total = split_by_weights(amount, weights), sum(weights)
    assert sum(shares) == amount
    assert all(abs(share * total - amount * weight) < total for share, weight in zip(shares, weights, strict=True))
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)


@pytest.mark.parametrize("weights", [(), (0, 0), (1, -1), (5, -1)])
def test_nothing_is_divided_by_nothing(weights: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="weights must be non-negative"):
        split_by_weights(Fen(1), weights)
    with pytest.raises(ValueError, match="denominator must be positive"):
        times_ratio(Fen(1), 1, 0)


@pytest.mark.parametrize(
    ("month", "first", "last", "text"),
    [
        (Month(2026, 2), date(2026, 2, 1), date(2026, 2, 28), "2026-02"),
        (Month(2024, 2), date(2024, 2, 1), date(2024, 2, 29), "2024-02"),
        (Month(2026, 12), date(2026, 12, 1), date(2026, 12, 31), "2026-12"),
    ],
)
def test_a_month_has_its_days(month: Month, first: date, last: date, text: str) -> None:
    assert (month.first_day, month.last_day, str(month), Month.parse(text)) == (first, last, text, month)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-3", "26-03", "2026-03-01", " 2026-03", "2026/03", ""])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="written YYYY-MM"):
        Month.parse(text)
    with pytest.raises(ValueError, match="YYYY-MM"):
        convert(text, Month)


@given(MONTHS, st.integers(-600, 600), st.integers(-600, 600))
def test_months_add_up_like_numbers(month: Month, first: int, then: int) -> None:
    assert month.plus(first).plus(then) == month.plus(first + then)
    assert (month.plus(first) > month) == (first > 0)
    assert month.plus(1).first_day == month.last_day + timedelta(days=1)
    assert Month.of(month.last_day) == month


@given(MONTHS)
def test_a_month_survives_the_log(month: Month) -> None:
    assert encoder.encode(month) == f'"{month}"'.encode()
    assert decoder_of(Month).decode(encoder.encode(month)) == month
    assert hash(Month.parse(str(month))) == hash(month)
