"""Proves that a name is found by what a clerk types: characters, or first letters of its pinyin, by every way it is read."""

import pytest

from services.intake.names import fits


@pytest.mark.parametrize(
    ("name", "typed", "found"),
    [
        ("张晓明", "zxm", True),
        ("张晓明", "ZX", True),
        ("张晓明", " z ", True),
        ("张晓明", "晓明", True),
        ("张晓明", "xm", False),  # letters begin with the first character
        ("张晓明", "zxmm", False),
        ("张晓明", "zhang", False),
        ("张晓明", "李", False),
        ("曾单", "zs", True),  # zēng shàn
        ("曾单", "cd", True),  # céng dān: whoever reads them so finds them too
        ("欧阳娜", "oyn", True),
        ("阿依古丽·买买提", "aygl", True),
        ("A明", "am", True),
        ("张晓明", "", False),
        ("", "z", False),
    ],
)
def test_a_name_is_found_by_characters_and_by_pinyin_letters(name: str, typed: str, found: bool) -> None:
    assert fits(name, typed) is found
