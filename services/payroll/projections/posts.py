"""Read models of posts: each post with who is on it, and each town's posts filled, kept and vacant."""

from datetime import date
from typing import Final, Literal

import msgspec

from services.contracts.deciding import CHINA, Model, Record
from services.contracts.payroll import (
    AllottedPosts,
    PostClaimRejected,
    PostFilled,
    PostReleased,
    PostReserved,
    PostsAllotted,
    PostVacated,
)
from services.contracts.registry import Fact
from services.payroll.projections.keys import id_of_subject

_OF_ONE: Final[tuple[type[Fact], ...]] = (PostReserved, PostReleased, PostFilled, PostVacated)


class PostRow(msgspec.Struct, frozen=True, kw_only=True):
    """A post; `vacant_from_on` is since when nobody is on it, None where nobody ever was."""

    town: str
    status: Literal["vacant", "kept", "filled", "abolished"] = "vacant"
    officer: str = ""
    from_on: date | None = None
    kept_for: str = ""
    vacant_from_on: date | None = None
    how: str = ""


def _post_keys(record: Record) -> tuple[str, ...]:
    fact = record.fact
    if isinstance(fact, PostsAllotted):
        return (*fact.opened, *fact.abolished)
    assert isinstance(fact, (PostReserved, PostReleased, PostFilled, PostVacated))
    return (fact.post_no,)


def _post(row: PostRow | None, record: Record, key: str) -> PostRow | None:
    before = row or PostRow(town=key.partition("-")[0])
    replace = msgspec.structs.replace
    match record.fact:
        case PostsAllotted() as fact:
            return replace(before, status="abolished" if key in fact.abolished else "vacant")
        case PostReserved() as fact:
            return replace(before, status="kept", kept_for=fact.officer)
        case PostReleased():
            return replace(before, status="vacant", kept_for="")
        case PostFilled() as fact:
            return PostRow(town=fact.town, status="filled", officer=fact.officer, from_on=fact.from_on, how=fact.how)
        case PostVacated() as fact:
            return PostRow(town=fact.town, status="vacant", vacant_from_on=fact.free_from_on, how=fact.how)
        case _:
            return row


POSTS: Final = Model(
    name="posts", row=PostRow, listens=(PostsAllotted, *_OF_ONE), keys=_post_keys, evolve=_post
)  # fmt: skip


class TownPostsRow(msgspec.Struct, frozen=True, kw_only=True):
    """A town's posts: allotted as approved and as the formula proposed; filled, kept for somebody, vacant.

    `rejected` claims are records of officers that name a post of this town that they cannot have.
    """

    town: str = ""
    allotted: int = 0
    proposed: int = 0
    filled: int = 0
    kept: int = 0
    vacant: int = 0
    rejected: int = 0


def _town_keys(record: Record) -> tuple[str, ...]:
    fact = record.fact
    if isinstance(fact, PostsAllotted):
        return tuple(dict.fromkeys([one.town for one in fact.towns] + [no.partition("-")[0] for no in fact.abolished]))
    assert isinstance(fact, (PostReserved, PostReleased, PostFilled, PostVacated, PostClaimRejected))
    return (fact.town,)


def _town_posts(row: TownPostsRow | None, record: Record, key: str) -> TownPostsRow:
    before = row or TownPostsRow(town=key)
    replace = msgspec.structs.replace
    match record.fact:
        case PostsAllotted() as fact:
            said = next((one for one in fact.towns if one.town == key), None)
            posts, proposed = (said.post_count, said.proposed_count) if said else (0, 0)
            return _counted(replace(before, allotted=posts, proposed=proposed))
        case PostReserved():
            return _counted(replace(before, kept=before.kept + 1))
        case PostReleased():
            return _counted(replace(before, kept=before.kept - 1))
        case PostFilled() as fact:
            return _counted(replace(before, filled=before.filled + 1, kept=before.kept - fact.was_kept))
        case PostVacated():
            return _counted(replace(before, filled=before.filled - 1))
        case PostClaimRejected():
            return replace(before, rejected=before.rejected + 1)
        case _:
            return before


def _counted(row: TownPostsRow) -> TownPostsRow:
    return msgspec.structs.replace(row, vacant=row.allotted - row.filled - row.kept)


POSTS_BY_TOWN: Final = Model(
    name="posts_by_town",
    row=TownPostsRow,
    listens=(PostsAllotted, *_OF_ONE, PostClaimRejected),
    keys=_town_keys,
    evolve=_town_posts,
)


class AllotmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """The last allotment: every town's posts as approved and as the formula proposed, and the figures both rest on."""

    allotted_on: date
    towns: tuple[AllottedPosts, ...]
    reason: str
    document: str
    pack_version: str


def _allotment(row: AllotmentRow | None, record: Record, _: str) -> AllotmentRow | None:
    match record.fact:
        case PostsAllotted() as fact:
            return AllotmentRow(
                allotted_on=record.envelope.time.astimezone(CHINA).date(),
                towns=fact.towns,
                reason=fact.reason,
                document=fact.document,
                pack_version=fact.pack_version,
            )
        case _:
            return row


LAST_ALLOTMENT: Final = Model(
    name="last_allotment", row=AllotmentRow, listens=(PostsAllotted,), keys=id_of_subject, evolve=_allotment
)
