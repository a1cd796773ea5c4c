"""Automatic tests on posts (二(四), 四(二)): how many there are, who is on them, and who came onto none of the 198."""

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Final

from services.audit.automatic.noted import Noted, noted
from services.audit.domain import DISTRICT, OpenFinding, objection
from services.contracts.casework import ContractSigned, ContractStaffAssigned, ContractStaffReleased
from services.contracts.deciding import Record
from services.contracts.payroll import PostFilled, PostsAllotted, PostsEstablished, PostVacated
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

OFFICER_ON_TWO_POSTS: Final = "officer_on_two_posts"
POST_HELD_TWICE: Final = "post_held_twice"
POSTS_OVER_ESTABLISHMENT: Final = "posts_over_establishment"
POSTS_OVER_ALLOTMENT: Final = "posts_over_allotment"
TOWN_HIRE_ON_POST: Final = "town_hire_on_post"


@dataclass(slots=True, kw_only=True)
class Held:
    """Somebody on a post from a day on, up to the day before `free_from_on`."""

    filled: Noted[PostFilled]
    free_from_on: date | None = None

    def overlaps(self, other: "Held") -> bool:
        mine, theirs = self.filled.fact, other.filled.fact
        return (self.free_from_on is None or theirs.from_on < self.free_from_on) and (
            other.free_from_on is None or mine.from_on < other.free_from_on
        )


@dataclass(slots=True, kw_only=True)
class Posts:
    """The district's posts so far: how many by which document, how many of each town, and every stay on one."""

    established: Noted[PostsEstablished] | None = None
    allotted: Noted[PostsAllotted] | None = None
    held: list[Held] = field(default_factory=list)

    def on_post(self) -> list[Held]:
        """The stays that nothing has ended yet."""
        return [one for one in self.held if one.free_from_on is None]


def follow(posts: Posts, record: Record) -> None:
    """Bring `posts` up to `record`, which is about them."""
    match record.fact:
        case PostsEstablished():
            posts.established = noted(record, PostsEstablished)
        case PostsAllotted():
            posts.allotted = noted(record, PostsAllotted)
        case PostFilled():
            posts.held.append(Held(filled=noted(record, PostFilled)))
        case PostVacated() as fact:
            for one in reversed(posts.held):
                filled = one.filled.fact
                if one.free_from_on is None and (filled.post_no, filled.officer) == (fact.post_no, fact.officer):
                    one.free_from_on = fact.free_from_on
                    break


def posts_over_establishment(posts: Posts, record: Record) -> OpenFinding | None:
    """More posts allotted, or more officers on post, than the district has by its document (二(四): 198)."""
    fact, established = record.fact, posts.established
    if established is None or not isinstance(fact, PostFilled | PostsAllotted):
        return None
    if isinstance(fact, PostsAllotted):
        count, what_zh, what_en = sum(town.post_count for town in fact.towns), "分配岗位", "posts are allotted"
        own = noted(record, PostsAllotted).evidence
    else:
        count = len({one.filled.fact.officer for one in posts.on_post()} | {fact.officer})
        what_zh, what_en, own = "在岗人数", "officers are on post", noted(record, PostFilled).evidence
    if count <= established.fact.post_count:
        return None
    return objection(
        POSTS_OVER_ESTABLISHMENT,
        (established.evidence, own),
        about=record.envelope.subject,
        town=fact.town if isinstance(fact, PostFilled) else DISTRICT,
        zh=f"{what_zh} {count}，超过核定的 {established.fact.post_count} 个岗位（{established.fact.document}）",
        en=f"{count} {what_en}, of {established.fact.post_count} by {established.fact.document}",
    )


def posts_over_allotment(posts: Posts, record: Record) -> OpenFinding | None:
    """More posts filled in a town than the bureau allotted to it (二(四), 四(二))."""
    fact, allotted = record.fact, posts.allotted
    if not isinstance(fact, PostFilled) or allotted is None:
        return None
    may_have = {town.town: town.post_count for town in allotted.fact.towns}.get(fact.town, 0)
    filled = {one.filled.fact.post_no for one in posts.on_post() if one.filled.fact.town == fact.town}
    count = len(filled | {fact.post_no})
    if count <= may_have:
        return None
    return objection(
        POSTS_OVER_ALLOTMENT,
        (allotted.evidence, noted(record, PostFilled).evidence),
        about=f"officer:{fact.officer}",
        town=fact.town,
        zh=f"{fact.town} 在岗 {count} 个岗位，超过分配的 {may_have} 个",
        en=f"{count} posts of {fact.town} are filled, {may_have} are allotted to it",
    )


def officer_on_two_posts(held: Iterable[Held]) -> Iterator[OpenFinding]:
    """One officer, or one person under two numbers, on two posts at once (二(四): 专职); a move ends the first one."""
    for first, second in _overlapping(held, lambda one: one.person):
        earlier, later = first.filled.fact, second.filled.fact
        yield objection(
            OFFICER_ON_TWO_POSTS,
            (first.filled.evidence, second.filled.evidence),
            about=f"officer:{later.officer}",
            town=later.town,
            zh=f"同一人（{earlier.officer}、{later.officer}）同时在岗位 {earlier.post_no} 与 {later.post_no}",
            en=f"one person ({earlier.officer}, {later.officer}) is on {earlier.post_no} and {later.post_no} at once",
        )


def post_held_twice(held: Iterable[Held]) -> Iterator[OpenFinding]:
    """Two people on one post at once (二(四))."""
    for first, second in _overlapping(held, lambda one: one.post_no):
        earlier, later = first.filled.fact, second.filled.fact
        if earlier.person == later.person:
            continue
        yield objection(
            POST_HELD_TWICE,
            (first.filled.evidence, second.filled.evidence),
            about=f"officer:{later.officer}",
            town=later.town,
            zh=f"岗位 {later.post_no} 上同时有 {earlier.officer} 与 {later.officer}",
            en=f"{earlier.officer} and {later.officer} are on post {later.post_no} at once",
        )


def _overlapping(held: Iterable[Held], key: Callable[[PostFilled], str]) -> Iterator[tuple[Held, Held]]:
    """Stays of the same `key` at the same time, the one that was recorded first before the other."""
    by_key: dict[str, list[Held]] = {}
    for one in held:
        earlier = by_key.setdefault(key(one.filled.fact), [])
        yield from ((before, one) for before in earlier if before.overlaps(one))
        earlier.append(one)


@dataclass(slots=True, kw_only=True)
class Hire:
    """Somebody of a contractor's on a contract, up to a last day."""

    assigned: Noted[ContractStaffAssigned]
    until_on: date | None = None


def town_hire_on_post(
    held: Iterable[Held], hires: Iterable[Hire], town_contracts: Container[str]
) -> Iterator[OpenFinding]:
    """Somebody who works on a town's own purchase and holds a post at that time: town hires are outside the 198 (二(二))."""
    by_person: dict[str, list[Hire]] = {}
    for hire in hires:
        if hire.assigned.fact.contract_no in town_contracts:
            by_person.setdefault(hire.assigned.fact.person, []).append(hire)
    for one in held:
        filled = one.filled.fact
        for hire in by_person.get(filled.person, ()):
            begun, ended = hire.assigned.fact.from_on, hire.until_on
            if (one.free_from_on is None or begun < one.free_from_on) and (ended is None or filled.from_on <= ended):
                yield objection(
                    TOWN_HIRE_ON_POST,
                    (hire.assigned.evidence, one.filled.evidence),
                    about=f"officer:{filled.officer}",
                    town=filled.town,
                    zh=f"{filled.officer} 同时为镇街自行购买合同 {hire.assigned.fact.contract_no} 的人员",
                    en=f"{filled.officer} also works on the town's own contract {hire.assigned.fact.contract_no}",
                )


@dataclass(slots=True)
class PostWatch:
    """The posts by their subject, and who works on which contract."""

    rules: RuleBook
    posts: dict[str, Posts] = field(default_factory=dict)
    hires: dict[tuple[str, str], Hire] = field(default_factory=dict)
    town_contracts: set[str] = field(default_factory=set)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        ContractSigned,
        ContractStaffAssigned,
        ContractStaffReleased,
        PostFilled,
        PostVacated,
        PostsAllotted,
        PostsEstablished,
    )

    def read(self, record: Record) -> Iterator[OpenFinding]:
        match record.fact:
            case ContractSigned() as fact if fact.town:
                self.town_contracts.add(fact.contract_no)
            case ContractStaffAssigned() as fact:
                hire = Hire(assigned=noted(record, ContractStaffAssigned))
                self.hires[fact.contract_no, fact.staff_no] = hire
            case ContractStaffReleased() as fact:
                if (known := self.hires.get((fact.contract_no, fact.staff_no))) is not None:
                    known.until_on = fact.until_on
            case _:
                posts = self.posts.setdefault(record.envelope.subject, Posts())
                limits = (posts_over_establishment(posts, record), posts_over_allotment(posts, record))
                yield from filter(None, limits)
                follow(posts, record)

    def ended(self, _: datetime) -> Iterator[OpenFinding]:
        held = sorted(
            (one for posts in self.posts.values() for one in posts.held),
            key=lambda one: one.filled.place,
        )
        yield from officer_on_two_posts(held)
        yield from post_held_twice(held)
        yield from town_hire_on_post(held, self.hires.values(), self.town_contracts)
