"""Keyed features by which two households may be seen to be alike (疑似重复); nothing can be read out of them, no name is one."""

from collections.abc import Callable

# `pseudonym` is the installation's keyed HMAC: the same text gives every service the same pseudonym, for ever.
Pseudonym = Callable[[str], str]


def birth_key(resident_id: str, pseudonym: Pseudonym) -> str:
    """The birthday in a normal resident ID."""
    return f"birth:{pseudonym(f'birth|{resident_id[6:14]}')}"


def phone_keys(phone: str, pseudonym: Pseudonym) -> tuple[str, ...]:
    """A phone number by its digits; none for a text without any."""
    return _keys("phone", "".join(filter(str.isdigit, phone)), pseudonym)


def address_keys(address: str, pseudonym: Pseudonym) -> tuple[str, ...]:
    """An address by its letters and digits, whatever stands between them."""
    return _keys("address", "".join(filter(str.isalnum, address)), pseudonym)


def _keys(feature: str, text: str, pseudonym: Pseudonym) -> tuple[str, ...]:
    return (f"{feature}:{pseudonym(f'{feature}|{text}')}",) if text else ()
