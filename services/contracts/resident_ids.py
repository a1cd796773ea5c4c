"""Resident IDs: how they are written, what is wrong with one, and whether a text gives one away; no pseudonyms here."""

import re
from datetime import date
from typing import Final

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS: Final = "10X98765432"
_FORMAT: Final = re.compile(r"[0-9]{17}[0-9X]")
_NUMBER_IN_TEXT: Final = re.compile(r"[0-9]{17}[0-9Xx]|(?<![0-9])1[3-9][0-9]{9}(?![0-9])")


def normal_id(resident_id: str) -> str:
    """The one way of writing a resident ID, so that a small x gives the same pseudonym."""
    return resident_id.strip().upper()


def resident_id_fault(resident_id: str, today: date) -> tuple[str, str] | None:
    """What is wrong with a normal resident ID, in Chinese and English and without the number; None when nothing is.

    GB 11643: 17 digits and a check character, a real date of birth not after `today`, ISO 7064 MOD 11-2. The region
    prefix is no reason: old Chongqing ones (5102, 5122, 5123, 5135) are valid for life.
    """
    if _FORMAT.fullmatch(resident_id) is None:
        return "应为17位数字加一位校验码", "must be 17 digits and a check character"
    try:
        birthday = born_on(resident_id)
    except ValueError:
        return "出生日期不存在", "the date of birth does not exist"
    if birthday > today:
        return "出生日期在将来", "the date of birth lies in the future"
    if resident_id[17] != check_character(resident_id[:17]):
        return "校验码不符", "the check character does not fit"
    return None


def born_on(resident_id: str) -> date:
    """The date of birth that a resident ID without a fault says."""
    return date(int(resident_id[6:10]), int(resident_id[10:12]), int(resident_id[12:14]))


def check_character(first_17: str) -> str:
    """The 18th character of a resident ID (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return _CHECK_CHARACTERS[sum(int(d) * w for d, w in zip(first_17, _WEIGHTS, strict=True)) % 11]


def names_a_person(text: str) -> bool:
    """Whether free text that will stand in clear on the log holds a resident ID or a mobile number."""
    return _NUMBER_IN_TEXT.search(text) is not None
