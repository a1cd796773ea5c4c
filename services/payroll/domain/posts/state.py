"""The district's posts as decisions need them: which there are, who is on each, for whom one is kept; knows no pay."""

from datetime import date

import msgspec

from services.contracts.payroll import (
    PostFilled,
    PostReleased,
    PostReserved,
    PostsAllotted,
    PostsEstablished,
    PostVacated,
)
from services.contracts.registry import Fact


class Seat(msgspec.Struct, frozen=True, array_like=True):
    """A post: its holder and their pseudonym, for whom it is kept, and since when it is free if it was filled before."""

    officer: str = ""
    person: str = ""
    kept_for: str = ""
    kept_person: str = ""
    free_from_on: date | None = None

    @property
    def vacant(self) -> bool:
        """Nobody is on it, and it is kept for nobody."""
        return not self.officer and not self.kept_for


class Posts(msgspec.Struct, frozen=True, kw_only=True):
    """All posts by number ``<town>-P<n>``. `total` None: nobody has established posts, so nothing is guarded yet."""

    total: int | None = None
    seats: dict[str, Seat] = {}
    # The highest number ever given in a town: an abolished post's is not given again, for its past is another's.
    highest: dict[str, int] = {}

    def of_town(self, town: str) -> dict[str, Seat]:
        return {number: seat for number, seat in self.seats.items() if town_of(number) == town}

    def held_by(self, officer: str) -> str:
        """The post an officer is on; empty when on none."""
        return next((number for number, seat in self.seats.items() if seat.officer == officer), "")

    def kept_for(self, officer: str) -> str:
        """The post kept for an officer; empty when none is."""
        return next((number for number, seat in self.seats.items() if seat.kept_for == officer), "")

    def others_of(self, person: str, officer: str) -> bool:
        """Whether the person is on a post, or has one kept, under another officer's number."""
        return any(
            (seat.person == person and seat.officer != officer)
            or (seat.kept_person == person and seat.kept_for != officer)
            for seat in self.seats.values()
        )


def town_of(post_no: str) -> str:
    return post_no.partition("-")[0]


def fault_of(posts: Posts, post_no: str, town: str, officer: str, person: str, from_on: date) -> str:
    """Why a post cannot be an officer's from a day on; empty when it can, or when nothing is established."""
    if posts.total is None:
        return ""
    seat = posts.seats.get(post_no)
    if seat is None and posts.seats and all(one.officer for one in posts.seats.values()):
        return "posts-full"
    if seat is None or town_of(post_no) != town:
        return "post-unknown"
    if seat.officer not in ("", officer):
        return "post-taken"
    if seat.kept_for not in ("", officer):
        return "post-reserved"
    if seat.free_from_on is not None and from_on < seat.free_from_on:
        return "post-not-free"
    return "person-in-post" if posts.others_of(person, officer) else ""


def evolve(posts: Posts, event: Fact) -> Posts:
    match event:
        case PostsEstablished():
            return msgspec.structs.replace(posts, total=event.post_count)
        case PostsAllotted():
            return _allotted(posts, event)
        case PostReserved():
            return _seat(posts, event.post_no, kept_for=event.officer, kept_person=event.person)
        case PostReleased():
            return _seat(posts, event.post_no, kept_for="", kept_person="")
        case PostFilled():
            return _with(
                posts, {**posts.seats, event.post_no: Seat(officer=event.officer, person=event.person)}
            )  # fmt: skip
        case PostVacated():
            return _seat(posts, event.post_no, officer="", person="", free_from_on=event.free_from_on)
        case _:
            return posts


def _allotted(posts: Posts, event: PostsAllotted) -> Posts:
    left = {number: seat for number, seat in posts.seats.items() if number not in event.abolished}
    highest = dict(posts.highest)
    for number in event.opened:
        town = town_of(number)
        highest[town] = max(highest.get(town, 0), int(number.partition("-P")[2]))
    opened = {number: left.get(number, Seat()) for number in event.opened}
    return _with(msgspec.structs.replace(posts, highest=highest), {**left, **opened})


def _seat(posts: Posts, number: str, **changes: str | date) -> Posts:
    """The posts with one of them changed; a post that is no more stays none."""
    seat = posts.seats.get(number)
    if seat is None:
        return posts
    return _with(posts, {**posts.seats, number: msgspec.structs.replace(seat, **changes)})


def _with(posts: Posts, seats: dict[str, Seat]) -> Posts:
    return msgspec.structs.replace(posts, seats=dict(sorted(seats.items())))
