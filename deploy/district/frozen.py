"""The base of all parts of a district's profile, and what is drawn by weight in any of them."""

import msgspec


class Frozen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A misspelt field is an error, not a silent default."""


class Weighted(Frozen, frozen=True):
    """A code and how often it is drawn."""

    code: str
    weight: int
