"""The dated pack of spot checks: what is looked at on each kind of item, weights of marks, limits; it holds no figure."""

from typing import Final

import msgspec

from services.contracts.audit import CheckedAttribute

PACK: Final = "spot_checks"


class CheckedKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of item in words, what is looked at on it, and the marks that make it weigh more."""

    zh: str
    en: str
    attributes: tuple[CheckedAttribute, ...]
    weights: dict[str, int]


class SpotCheckRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Content of pack ``spot_checks``. A kind that is not named is not spot-checked.

    `items_max`: of one sample. `checkers_min`: who sign a field sheet.
    """

    kinds: dict[str, CheckedKind]
    confidence_permille_min: int
    rounds_max: int
    items_max: int
    checkers_min: int
