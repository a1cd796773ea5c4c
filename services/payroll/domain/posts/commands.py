"""What may be asked about the district's posts; who is appointed or moved is asked of the officer."""

from datetime import date
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from services.contracts.deciding import Command
from services.payroll.domain.shapes import Code, Line, OfficerNo, PostNo, PostNoOrEmpty, Pseudonym, TownCode, Word

DISTRICT: Final = "posts:district"
TOWNS_MAX: Final = 200


class OfPosts(Command, frozen=True, kw_only=True):
    """About the district's posts, which are one subject: so that no two decisions fill the last one."""

    @property
    def subject(self) -> str:
        return DISTRICT


class EstablishPosts(OfPosts, frozen=True, kw_only=True):
    """The district has so many posts, by a document (198)."""

    total: Annotated[int, Meta(ge=1, le=100_000)]
    document: Line


class Figures(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A town's figures by factor of the pack, and the posts approved for it; None: as the formula proposes."""

    town: TownCode
    figures: dict[Code, Annotated[int, Meta(ge=0, le=10**12)]]
    posts: Annotated[int, Meta(ge=0, le=10_000)] | None = None


class Incumbent(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on a post by their own record, as the edge read it."""

    officer: str
    person: str
    post_no: str
    town: str
    from_on: date


class AllotPosts(OfPosts, frozen=True, kw_only=True):
    """Approve how the posts are divided among all towns; another number than the formula's takes a reason.

    `incumbents` are the edge's: whoever is on a post by their own record but not by the posts', so that a district
    that had officers before it had posts counts them too.
    """

    towns: Annotated[tuple[Figures, ...], Meta(min_length=1, max_length=TOWNS_MAX)]
    reason: Line = ""
    document: Line
    incumbents: tuple[Incumbent, ...] = ()


class ReservePost(OfPosts, frozen=True, kw_only=True):
    """Keep a vacant post of a town for a person: a new officer by resident ID, or an officer who is to be moved.

    `post_no` empty: the town's first vacant one.
    """

    town: TownCode
    officer: OfficerNo
    post_no: PostNoOrEmpty = ""
    resident_id: Word = ""


class ReleasePost(OfPosts, frozen=True, kw_only=True):
    """The post kept for an officer is not taken; caused by the officer's record."""

    officer: OfficerNo
    post_no: PostNo


class FillPost(OfPosts, frozen=True, kw_only=True):
    """An officer's record says who is on the post; caused by take-over, appointment, an approved move or a withdrawn exit."""

    officer: OfficerNo
    person: Pseudonym
    post_no: str
    town: str
    from_on: date
    how: Literal["taken_over", "appointed", "moved", "stayed"]


class VacatePost(OfPosts, frozen=True, kw_only=True):
    """An officer left; caused by the officer's record."""

    officer: OfficerNo
    post_no: str
    last_day_on: date


PostsCommand = EstablishPosts | AllotPosts | ReservePost | ReleasePost | FillPost | VacatePost
