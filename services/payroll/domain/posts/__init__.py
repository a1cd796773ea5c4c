"""The district's posts (二(四): 198): how many, whose, who is on which, for whom one is kept; never one more, never two on one."""

from datetime import timedelta
from typing import Final, assert_never

from services.contracts.deciding import Aggregate, CommandRejected, Context
from services.contracts.payroll import (
    PostClaimRejected,
    PostFilled,
    PostReleased,
    PostReserved,
    PostsEstablished,
    PostVacated,
)
from services.contracts.registry import Fact
from services.payroll.domain.guards import person_of, rejected_unless, text_given
from services.payroll.domain.posts.allotting import allot
from services.payroll.domain.posts.commands import (
    DISTRICT,
    AllotPosts,
    EstablishPosts,
    Figures,
    FillPost,
    Incumbent,
    PostsCommand,
    ReleasePost,
    ReservePost,
    VacatePost,
)
from services.payroll.domain.posts.state import Posts, Seat, evolve, fault_of, town_of

__all__ = [
    "DISTRICT", "POSTS", "AllotPosts", "EstablishPosts", "Figures", "FillPost", "Incumbent", "Posts", "PostsCommand",
    "ReleasePost", "ReservePost", "Seat", "VacatePost", "decide", "evolve", "fault_of", "town_of",
]  # fmt: skip


def decide(posts: Posts, command: PostsCommand, context: Context) -> tuple[Fact, ...]:
    """The facts of one command about the posts; what an officer's record claims wrongly is raised, not refused."""
    match command:
        case EstablishPosts():
            return _establish(posts, command)
        case AllotPosts():
            return allot(posts, command, context)
        case ReservePost():
            return _reserve(posts, command, context)
        case ReleasePost():
            return _release(posts, command)
        case FillPost():
            return _fill(posts, command)
        case VacatePost():
            return _vacate(posts, command)
        case _:
            assert_never(command)


def _establish(posts: Posts, command: EstablishPosts) -> tuple[Fact, ...]:
    text_given("document", command.document)
    rejected_unless(
        command.total >= len(posts.seats),
        "posts-below-allotted",
        f"已分配 {len(posts.seats)} 个岗位，总数不能少于此数",
        f"{len(posts.seats)} posts are allotted; the total cannot be less",
    )
    if command.total == posts.total:
        return ()
    return (PostsEstablished(post_count=command.total, document=command.document),)


def _reserve(posts: Posts, command: ReservePost, context: Context) -> tuple[Fact, ...]:
    """A vacant post of the town, one a person: the 199th, or a town's one too many, is not there to be kept."""
    rejected_unless(posts.total is not None, "posts-not-established", "岗位总数尚未核定", "no posts are established")
    kept = posts.kept_for(command.officer)
    rejected_unless(
        not kept, "post-kept-before", f"已为该人员保留岗位 {kept}", f"post {kept} is kept for this officer already"
    )
    person = _person(posts, command, context)
    rejected_unless(
        not posts.others_of(person, command.officer),
        "person-in-post",
        "该人员已在其他岗位，一人只能占一岗",
        "this person is on another post; one person, one post",
    )
    number = command.post_no or next((one for one, seat in posts.of_town(command.town).items() if seat.vacant), "")
    seat = _vacant(posts, command.town, number)
    reserved = PostReserved(
        post_no=number,
        town=command.town,
        officer=command.officer,
        person=person,
        free_from_on=seat.free_from_on,
    )
    return (reserved,)


def _person(posts: Posts, command: ReservePost, context: Context) -> str:
    """Whom the post is for: an officer on a post is known, a new one comes with a resident ID."""
    held = posts.held_by(command.officer)
    if held:
        return posts.seats[held].person
    rejected_unless(
        bool(command.resident_id), "resident-id-missing", "新任人员须填身份证号", "a new officer needs the resident ID"
    )
    return person_of(command.resident_id, context)


def _vacant(posts: Posts, town: str, number: str) -> Seat:
    filled = sum(not seat.vacant for seat in posts.seats.values())
    rejected_unless(
        posts.total is None or filled < posts.total,
        "posts-full",
        f"全区 {posts.total} 个岗位已满",
        f"all {posts.total} posts of the district are filled or kept",
    )
    of_town = posts.of_town(town)
    rejected_unless(
        any(seat.vacant for seat in of_town.values()),
        "town-posts-full",
        f"{town} 的 {len(of_town)} 个岗位已满，没有空岗",
        f"all {len(of_town)} posts of {town} are filled or kept; none is vacant",
    )
    seat = of_town.get(number)
    if seat is None:
        raise CommandRejected("post-unknown", f"{town} 没有岗位 {number}", f"{town} has no post {number}")
    rejected_unless(seat.vacant, "post-taken", f"岗位 {number} 已有人或已保留", f"post {number} is filled or kept")
    return seat


def _release(posts: Posts, command: ReleasePost) -> tuple[Fact, ...]:
    if posts.kept_for(command.officer) != command.post_no:
        return ()
    return (PostReleased(post_no=command.post_no, town=town_of(command.post_no), officer=command.officer),)


def _fill(posts: Posts, command: FillPost) -> tuple[Fact, ...]:
    """Who comes from another post leaves that one vacant; before posts are established nothing is counted."""
    if posts.total is None:
        return ()
    before = posts.held_by(command.officer)
    if before == command.post_no:
        return ()
    fault = fault_of(posts, command.post_no, command.town, command.officer, command.person, command.from_on)
    if fault:
        holder = posts.seats.get(command.post_no, Seat())
        rejected = PostClaimRejected(
            post_no=command.post_no,
            town=command.town,
            officer=command.officer,
            held_by=holder.officer or holder.kept_for,
            fault=fault,
        )
        return (rejected,)
    filled = PostFilled(
        post_no=command.post_no,
        town=command.town,
        officer=command.officer,
        person=command.person,
        from_on=command.from_on,
        how=command.how,
        was_kept=posts.kept_for(command.officer) == command.post_no,
    )
    if not before:
        return (filled,)
    vacated = PostVacated(
        post_no=before, town=town_of(before), officer=command.officer, free_from_on=command.from_on, how="moved"
    )
    return (vacated, filled)


def _vacate(posts: Posts, command: VacatePost) -> tuple[Fact, ...]:
    number = posts.held_by(command.officer)
    if not number:
        return ()
    vacated = PostVacated(
        post_no=number,
        town=town_of(number),
        officer=command.officer,
        free_from_on=command.last_day_on + timedelta(days=1),
        how="left",
    )
    return (vacated,)


POSTS: Final = Aggregate(
    prefix="posts",
    state=Posts,
    initial=Posts(),
    commands=(EstablishPosts, AllotPosts, ReservePost, ReleasePost, FillPost, VacatePost),
    decide=decide,
    evolve=evolve,
)
