"""The four sources of money (三): order, cap and purposes (专款专用)."""

from typing import Final

import msgspec

from services.payroll.rules.pack import Pack

FUNDING: Final = "funding"


class Name(Pack, frozen=True, kw_only=True):
    """What a code is called."""

    zh: str
    en: str


class DocumentKind(Name, frozen=True, kw_only=True):
    """Money whose use the law binds whatever its document says: `forbids` purposes by `basis`."""

    forbids: tuple[str, ...]
    basis: str


class Funding(Pack, frozen=True, kw_only=True):
    """The four sources (三) in the order they are charged, the cap of one, and what money may be for (专款专用).

    `required_purposes` are those of officers' pay: a document that lacks one is on record for its own purposes, and is
    never charged for it. `kinds`: documents that may not pay some purposes by law.
    """

    order: tuple[str, ...]
    sources: dict[str, Name]
    capped_source: str
    cap_basis_points: int
    purposes: dict[str, Name]
    required_purposes: tuple[str, ...]
    kinds: dict[str, DocumentKind] = msgspec.field(default_factory=dict)
