"""Keyed features by which two households may be seen to be alike (疑似重复); nothing can be read out of them, no name is one."""

import unicodedata
from collections.abc import Callable
from typing import Final

# `pseudonym` is the installation's keyed HMAC: the same text gives every service the same pseudonym, for ever.
Pseudonym = Callable[[str], str]
_COUNTRY: Final = "86"
_WITH_COUNTRY: Final = 13


def birth_key(resident_id: str, pseudonym: Pseudonym) -> str:
    """The birthday in a normal resident ID."""
    return f"birth:{pseudonym(f'birth|{resident_id[6:14]}')}"


def phone_keys(phone: str, pseudonym: Pseudonym) -> tuple[str, ...]:
    """A phone number; none for a text without digits."""
    return _keys("phone", _digits(phone), pseudonym)


def phone_pseudonym(phone: str, pseudonym: Pseudonym) -> str:
    """The pseudonym of a phone number however it is written; empty for a text without digits."""
    return pseudonym(f"phone|{digits}") if (digits := _digits(phone)) else ""


def address_keys(address: str, pseudonym: Pseudonym) -> tuple[str, ...]:
    """An address by its letters and digits, whatever stands between them."""
    return _keys("address", "".join(filter(str.isalnum, address)), pseudonym)


def _digits(phone: str) -> str:
    """The digits in their plain form, a mobile number's without the country before it."""
    digits = "".join(filter(str.isdigit, unicodedata.normalize("NFKC", phone)))
    return digits.removeprefix(_COUNTRY) if len(digits) == _WITH_COUNTRY else digits


def _keys(feature: str, text: str, pseudonym: Pseudonym) -> tuple[str, ...]:
    return (f"{feature}:{pseudonym(f'{feature}|{text}')}",) if text else ()
