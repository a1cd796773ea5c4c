"""Facts about the district's posts (二(四): 198): established, allotted to towns, kept, filled, vacated."""

from datetime import date

import msgspec

from services.contracts.registry import Fact, fact


class TownFigure(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of a town that posts are allotted by (residents, beneficiaries …)."""

    factor: str
    amount: int


class AllottedPosts(msgspec.Struct, frozen=True, kw_only=True):
    """A town's posts: as approved, as the formula proposed, and by which figures."""

    town: str
    post_count: int
    proposed_count: int
    figures: tuple[TownFigure, ...]


@fact("payroll", "posts_established", subject="posts")
class PostsEstablished(Fact, frozen=True, kw_only=True):
    """The district has so many posts by a document; never are more of them allotted or filled."""

    post_count: int
    document: str


@fact("payroll", "posts_allotted", subject="posts")
class PostsAllotted(Fact, frozen=True, kw_only=True):
    """The bureau approved how the posts are divided among towns; `reason` where it is not what the formula proposed.

    `opened` posts are new and vacant, `abolished` ones were vacant.
    """

    towns: tuple[AllottedPosts, ...]
    opened: tuple[str, ...]
    abolished: tuple[str, ...]
    reason: str
    document: str
    pack_version: str


@fact("payroll", "post_reserved", subject="posts")
class PostReserved(Fact, frozen=True, kw_only=True):
    """A vacant post is kept for one person, who is to be appointed or moved to it; free from a day on, if it was filled."""

    post_no: str
    town: str
    officer: str
    person: str
    free_from_on: date | None


@fact("payroll", "post_released", subject="posts")
class PostReleased(Fact, frozen=True, kw_only=True):
    """A post that was kept is vacant again."""

    post_no: str
    town: str
    officer: str


@fact("payroll", "post_filled", subject="posts")
class PostFilled(Fact, frozen=True, kw_only=True):
    """An officer is on the post from a day on; `how`: taken_over, appointed, moved or stayed; `was_kept`: for this officer."""

    post_no: str
    town: str
    officer: str
    person: str
    from_on: date
    how: str
    was_kept: bool


@fact("payroll", "post_vacated", subject="posts")
class PostVacated(Fact, frozen=True, kw_only=True):
    """The post is vacant from a day on; `how`: left or moved."""

    post_no: str
    town: str
    officer: str
    free_from_on: date
    how: str


@fact("payroll", "post_claim_rejected", subject="posts")
class PostClaimRejected(Fact, frozen=True, kw_only=True):
    """An officer's record names a post that it cannot have: raised for a person, and the post stays as it is.

    `fault`: post-unknown, post-taken (`held_by` whom), post-reserved, post-not-free, person-in-post.
    """

    post_no: str
    town: str
    officer: str
    held_by: str
    fault: str
