"""Divides the established posts among towns: by the formula, or otherwise with a reason; a filled post is never abolished."""

from collections.abc import Iterator, Mapping

from services.contracts.deciding import CommandRejected, Context
from services.contracts.payroll import AllottedPosts, PostFilled, PostsAllotted, TownFigure
from services.contracts.registry import Fact
from services.payroll.domain.guards import no_personal_number, on_list, rejected_unless, text_given
from services.payroll.domain.posts.commands import AllotPosts, Figures
from services.payroll.domain.posts.state import Posts, fault_of, town_of
from services.payroll.domain.posts.state import evolve as folded
from services.payroll.rules import POST_ALLOCATION, PostAllocation, Unallottable, allotted, pack_on


def proposal(
    total: int, towns: tuple[Figures, ...], pack: PostAllocation, weights: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Posts by town by the pack's formula, or by other `weights` (what-if); refused when it cannot be done."""
    counted = pack.weights if weights is None else weights
    for factor in {*counted, *(name for one in towns for name in one.figures)}:
        on_list("factor", factor, pack.factors)
    rejected_unless(
        len({one.town for one in towns}) == len(towns), "town-twice", "镇街重复", "a town stands there twice"
    )
    try:
        return allotted(total, {one.town: one.figures for one in towns}, counted, pack.minimum)
    except Unallottable:
        raise CommandRejected(
            "not-allottable",
            f"{total} 个岗位无法按所给数据分到 {len(towns)} 个镇街",
            f"{total} posts cannot be divided among {len(towns)} towns by these figures",
        ) from None


def allot(posts: Posts, command: AllotPosts, context: Context) -> tuple[Fact, ...]:
    """Approved as proposed or otherwise; never more than established, never fewer than a town has filled or kept."""
    if posts.total is None:
        raise CommandRejected("posts-not-established", "岗位总数尚未核定", "no posts are established")
    text_given("document", command.document)
    no_personal_number(command.reason)
    pack = pack_on(context.rules, POST_ALLOCATION, context.today, PostAllocation)
    proposed = proposal(posts.total, command.towns, pack)
    approved = {one.town: proposed[one.town] if one.posts is None else one.posts for one in command.towns}
    rejected_unless(
        sum(approved.values()) <= posts.total,
        "posts-over-total",
        f"分配 {sum(approved.values())} 个岗位，超过核定的 {posts.total} 个",
        f"{sum(approved.values())} posts would be allotted, {posts.total} are established",
    )
    rejected_unless(
        approved == proposed or bool(command.reason.strip()),
        "allotment-unexplained",
        "与测算方案不同的分配须说明理由",
        "an allotment other than the formula's needs a reason",
    )
    opened, abolished = _changed(posts, approved)
    stated = PostsAllotted(
        towns=tuple(_row(one, approved[one.town], proposed[one.town]) for one in command.towns),
        opened=opened,
        abolished=abolished,
        reason=command.reason,
        document=command.document,
        pack_version=context.rules.version_on(POST_ALLOCATION, context.today),
    )
    return (stated, *_incumbents(folded(posts, stated), command))


def _row(one: Figures, posts: int, proposed: int) -> AllottedPosts:
    figures = tuple(TownFigure(factor=name, amount=amount) for name, amount in sorted(one.figures.items()))
    return AllottedPosts(town=one.town, post_count=posts, proposed_count=proposed, figures=figures)


def _changed(posts: Posts, approved: Mapping[str, int]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Posts to open, under new numbers, and vacant ones to abolish, the highest first; other towns' are all abolished."""
    opened: list[str] = []
    abolished: list[str] = []
    for town in sorted({*approved, *map(town_of, posts.seats)}):
        wanted, seats = approved.get(town, 0), posts.of_town(town)
        first = posts.highest.get(town, 0) + 1
        opened += [f"{town}-P{n:02d}" for n in range(first, first + max(0, wanted - len(seats)))]
        vacant = sorted((number for number, seat in seats.items() if seat.vacant), reverse=True)
        surplus = max(0, len(seats) - wanted)
        rejected_unless(
            surplus <= len(vacant),
            "posts-filled",
            f"{town} 有 {len(seats) - len(vacant)} 人在岗或已保留，不能减为 {wanted} 个岗位",
            f"{len(seats) - len(vacant)} posts of {town} are filled or kept; it cannot have {wanted}",
        )
        abolished += vacant[:surplus]
    return tuple(opened), tuple(sorted(abolished))


def _incumbents(posts: Posts, command: AllotPosts) -> Iterator[Fact]:
    """Whoever was on one of the posts before they were counted here."""
    for one in sorted(command.incumbents, key=lambda one: (one.from_on, one.officer)):
        if posts.held_by(one.officer) or fault_of(posts, one.post_no, one.town, one.officer, one.person, one.from_on):
            continue
        filled = PostFilled(
            post_no=one.post_no,
            town=one.town,
            officer=one.officer,
            person=one.person,
            from_on=one.from_on,
            how="taken_over",
            was_kept=False,
        )
        posts = folded(posts, filled)
        yield filled
