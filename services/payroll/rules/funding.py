"""The four sources of money (三): order, cap and purposes (专款专用)."""

from typing import Final

from services.payroll.rules.pack import Pack

FUNDING: Final = "funding"


class Name(Pack, frozen=True, kw_only=True):
    """What a code is called."""

    zh: str
    en: str


class Funding(Pack, frozen=True, kw_only=True):
    """The four sources (三) in the order they are charged, the cap of one, and what money may be for (专款专用).

    A budget counts only when its purposes include all of `required_purposes`.
    """

    order: tuple[str, ...]
    sources: dict[str, Name]
    capped_source: str
    cap_basis_points: int
    purposes: dict[str, Name]
    required_purposes: tuple[str, ...]
