"""Unified social credit codes of organisations (统一社会信用代码): how they are written, and what is wrong with one."""

import re
from typing import Final

# I, O, S, V and Z are not used: they are too like digits (GB 32100-2015).
_CHARACTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(17))
_FORMAT: Final = re.compile(f"[{_CHARACTERS}]{{2}}[0-9]{{6}}[{_CHARACTERS}]{{10}}")


def credit_code_fault(code: str) -> tuple[str, str] | None:
    """What is wrong with a unified social credit code, in Chinese and English; None when nothing is.

    GB 32100-2015: 17 characters and a check character, modulus 31 with the weights 3^place.
    """
    if _FORMAT.fullmatch(code) is None:
        return "应为18位数字或大写字母（不含I、O、S、V、Z）", "must be 18 digits or capitals without I, O, S, V, Z"
    if code[17] != check_character(code[:17]):
        return "校验码不符", "the check character does not fit"
    return None


def check_character(first_17: str) -> str:
    """The 18th character of a unified social credit code (GB 32100-2015)."""
    total = sum(_CHARACTERS.index(c) * w for c, w in zip(first_17, _WEIGHTS, strict=True))
    return _CHARACTERS[-total % 31]
