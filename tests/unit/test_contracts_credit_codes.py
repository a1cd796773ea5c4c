"""Proves that unified social credit codes are checked as GB 32100-2015 says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.credit_codes import check_character, credit_code_fault

CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("code", ["91110000802100433B", "91440300708461136T", "52500112MJP000017G"])
def test_codes_that_are_right(code: str) -> None:
    assert credit_code_fault(code) is None


@pytest.mark.parametrize(
    ("code", "why"),
    [
        pytest.param("91110000802100433C", "校验码", id="校验码错"),
        pytest.param("9111000080210043B", "18位", id="少一位"),
        pytest.param("911100008021004330B", "18位", id="多一位"),
        pytest.param("9111000O802100433B", "18位", id="字母O"),
        pytest.param("9A110A00802100433B", "18位", id="行政区划须为数字"),
        pytest.param("", "18位", id="空"),
    ],
)
def test_codes_that_are_wrong_say_why_without_the_code(code: str, why: str) -> None:
    fault = credit_code_fault(code)
    assert fault is not None
    assert why in fault[0]
    assert not code or code not in "".join(fault)


@given(st.text(CHARACTERS, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(CHARACTERS))
def test_one_wrong_character_is_always_found(first_17: str, place: int, other: str) -> None:
    """A law of the modulus 31: any single exchange changes the check character."""
    changed = first_17[:place] + other + first_17[place + 1 :]
    assert (check_character(changed) == check_character(first_17)) == (changed == first_17)
