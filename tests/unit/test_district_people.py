"""Proves that invented numbers are right and unique: resident IDs by GB 11643, bank cards by Luhn, phones by index."""

from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.district.people import Registry, age_on, check_digit, is_resident_id, luhn_digit
from deploy.district.profile import load_profile

PROFILE = load_profile(Path(__file__).parents[2] / "deploy" / "district")


@pytest.mark.parametrize(
    ("resident_id", "valid"),
    [
        ("11010519491231002X", True),  # the standard's own example
        ("440524188001010014", True),
        ("510212194912310029", False),  # check digit
        ("11010519490231002X", False),  # 31 February
        ("11010519491231002", False),
        ("1101051949123100２X", False),
    ],
)
def test_a_resident_id_is_judged_by_format_date_and_check_digit(resident_id: str, valid: bool) -> None:
    assert is_resident_id(resident_id) is valid


def test_luhn_digits_are_those_of_known_numbers() -> None:
    assert luhn_digit("7992739871") == "3"
    assert luhn_digit("411111111111111") == "1"


@settings(max_examples=300, deadline=None)
@given(
    families=st.lists(st.integers(0, 33_000), min_size=2, max_size=30, unique=True),
    seed=st.integers(0, 999_999),
    ages=st.tuples(st.integers(3, 60), st.integers(0, 30)).map(lambda pair: (pair[0], pair[0] + pair[1])),
)
def test_no_two_families_share_a_number_whatever_the_order(
    families: list[int], seed: int, ages: tuple[int, int]
) -> None:
    registry = Registry(profile=PROFILE, capacity=33_598, offset=seed)
    people = [registry.person(Random(family), family, ages) for family in families]
    assert len({person.resident_id for person in people}) == len(families)
    assert all(is_resident_id(person.resident_id) for person in people)
    assert all(ages[0] <= age_on(person.born_on, PROFILE.today) <= ages[1] for person in people)
    assert all((int(person.resident_id[16]) % 2 == 0) is person.female for person in people)
    assert len({registry.phone(family) for family in families}) == len(families)
    accounts = {registry.bank_account(family) for family in families}
    assert len(accounts) == len(families)
    assert all(len(account) == 19 and luhn_digit(account[:-1]) == account[-1] for account in accounts)
    again = [registry.person(Random(family), family, ages) for family in reversed(families)]
    assert again == people[::-1]


def test_too_many_families_for_distinct_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Registry(profile=PROFILE, capacity=180_001, offset=0)


def test_ages_are_full_years() -> None:
    assert age_on(date(1956, 3, 1), date(2026, 3, 1)) == 70
    assert age_on(date(1956, 3, 2), date(2026, 3, 1)) == 69
    assert check_digit("11010519491231002") == "X"
