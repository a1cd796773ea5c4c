"""Proves that posts are divided by the stated formula, kept before they are taken, and never filled twice or beyond their number."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.deciding import Command, CommandRejected
from services.contracts.payroll import (
    PostClaimRejected,
    PostFilled,
    PostReleased,
    PostsAllotted,
    PostVacated,
)
from services.payroll.domain.officer import ApproveReassignment, GiveUpPost, Officer, RecordExit
from services.payroll.domain.posts import DISTRICT, AllotPosts, EstablishPosts, Figures, FillPost, Posts
from services.payroll.domain.posts.proposing import PostProposal, compared
from services.payroll.projections.posts import TownPostsRow
from services.payroll.rules import POST_ALLOCATION, PostAllocation, Unallottable, allotted
from tests.unit.payroll_posts_world import CASEWORKER, LEADER, NOON, TOWNS, appoint, establish, reserve, resident_id
from tests.unit.test_payroll_cases import RULES, TAKE_OVER_AT, Ledger, take_over
from tests.unit.test_payroll_models import folded

PACK = RULES.on(POST_ALLOCATION, NOON.date(), PostAllocation)
EVEN = {"residents": 1, "beneficiaries": 1}


def posts_of(ledger: Ledger) -> Posts:
    state = ledger.states[DISTRICT]
    assert isinstance(state, Posts)
    return state


# ---- the formula


@pytest.mark.parametrize(
    ("total", "figures", "weights", "posts"),
    [
        # shares 3 + 1, 2 + 2, 1 + 3 of 6 + 6 sixths: 2 each
        (6, {"T01": (30, 100), "T02": (20, 200), "T03": (10, 300)}, EVEN, [2, 2, 2]),
        # by residents alone 3.5, 2.33, 1.17: the largest remainder is T01's
        (7, {"T01": (30, 100), "T02": (20, 200), "T03": (10, 300)}, {"residents": 1}, [4, 2, 1]),
        # 9.99 and 0.01: at least one, taken from whoever has most
        (10, {"T01": (999, 0), "T02": (1, 0)}, EVEN, [9, 1]),
        # equal remainders: the earlier town
        (3, {"T01": (1, 1), "T02": (1, 1)}, EVEN, [2, 1]),
        # nobody has beneficiaries: residents alone count
        (4, {"T01": (3, 0), "T02": (1, 0)}, EVEN, [3, 1]),
        # one factor counts three times the other: 3/4 × 1/2 + 1/4 × 0 = 3/8 of 8
        (8, {"T01": (1, 0), "T02": (1, 5)}, {"residents": 3, "beneficiaries": 1}, [3, 5]),
    ],
)
def test_posts_by_largest_remainder_with_at_least_one(
    total: int, figures: dict[str, tuple[int, int]], weights: dict[str, int], posts: list[int]
) -> None:
    towns = {town: dict(zip(EVEN, pair, strict=True)) for town, pair in figures.items()}
    assert list(allotted(total, towns, weights, 1).values()) == posts


@pytest.mark.parametrize("towns", [{}, {"T01": {"residents": 0}}, {"T01": {"residents": 1}, "T02": {"residents": 1}}])
def test_what_cannot_be_divided_is_refused(towns: dict[str, dict[str, int]]) -> None:
    with pytest.raises(Unallottable):
        allotted(1, towns, EVEN, 1)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**4)), min_size=1, max_size=30), st.integers(0, 200))
def test_law_posts_add_up_and_nobody_goes_without(figures: list[tuple[int, int]], more: int) -> None:
    towns = {f"T{n:02d}": dict(zip(EVEN, pair, strict=True)) for n, pair in enumerate(figures)}
    total = len(towns) + more
    try:
        posts = allotted(total, towns, EVEN, 1)
    except Unallottable:
        assert all(pair == (0, 0) for pair in figures)
        return
    assert sum(posts.values()) == total
    assert min(posts.values()) >= 1


def test_a_what_if_compares_today_formula_and_other_weights_and_states_nothing() -> None:
    ledger = establish(Ledger())
    counted = {key: row for (name, key), row in folded(ledger).items() if name == "posts_by_town"}
    asked = PostProposal(towns={one.town: one.figures for one in TOWNS}, weights={"residents": 1})
    before = len(ledger.records)
    found = compared(asked, posts_of(ledger), counted, RULES, NOON.date())
    assert [(row.town, row.today, row.proposed, row.difference, row.what_if, row.what_if_difference)
            for row in found.rows] == [
        ("T01", 2, 2, 0, 3, 1), ("T02", 2, 2, 0, 2, 0), ("T03", 2, 2, 0, 1, -1),
    ]  # fmt: skip
    assert (found.total, found.pack_version, len(ledger.records)) == (6, "post_allocation@2026.1", before)
    same = compared(PostProposal(towns=asked.towns), posts_of(ledger), counted, RULES, NOON.date())
    assert all(row.what_if == row.proposed for row in same.rows)


# ---- established and allotted


def test_the_allotment_states_proposal_figures_and_the_posts_it_opens() -> None:
    ledger = establish(Ledger())
    (stated,) = ledger.facts(PostsAllotted)
    assert [(one.town, one.post_count, one.proposed_count) for one in stated.towns] == [
        ("T01", 2, 2), ("T02", 2, 2), ("T03", 2, 2),
    ]  # fmt: skip
    assert stated.opened == ("T01-P01", "T01-P02", "T02-P01", "T02-P02", "T03-P01", "T03-P02")


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("posts-over-total", {"towns": (Figures(town="T01", figures={"residents": 1}, posts=7),)}),
        ("allotment-unexplained", {"towns": (*TOWNS[:2], Figures(town="T03", figures=TOWNS[2].figures, posts=1))}),
        ("town-twice", {"towns": (TOWNS[0], TOWNS[0])}),
        ("not-on-list", {"towns": (Figures(town="T01", figures={"sheep": 1}),)}),
        ("not-allottable", {"towns": (Figures(town="T01", figures={"residents": 0}),)}),
        ("text-missing", {"document": " "}),
    ],
)
def test_allotments_that_do_not_hold_are_refused(code: str, changes: dict[str, Any]) -> None:
    ledger = Ledger()
    ledger.tell(EstablishPosts(total=6, document="示例编〔2026〕1号"), LEADER, NOON)
    values = {"towns": TOWNS, "document": "示例分〔2026〕1号", **changes}
    assert ledger.refuses(code, AllotPosts(**values), LEADER, NOON)


def test_a_filled_post_is_never_abolished_and_a_vacant_one_is_the_highest_first() -> None:
    ledger = establish(Ledger())
    ledger.tell(take_over("O001", post_no="T03-P01", town="T03"), CASEWORKER, TAKE_OVER_AT)
    fewer = (*TOWNS[:2], Figures(town="T03", figures=TOWNS[2].figures, posts=0))
    assert ledger.refuses(
        "posts-filled", AllotPosts(towns=fewer, reason="示例", document="示例2号"), LEADER, NOON
    )  # fmt: skip
    one = (*TOWNS[:2], Figures(town="T03", figures=TOWNS[2].figures, posts=1))
    ledger.tell(AllotPosts(towns=one, reason="示例", document="示例2号"), LEADER, NOON)
    assert ledger.facts(PostsAllotted)[-1].abolished == ("T03-P02",)
    assert ledger.refuses("posts-below-allotted", EstablishPosts(total=4, document="示例"), LEADER, NOON)


def test_officers_from_before_there_were_posts_are_counted_with_the_first_allotment() -> None:
    ledger = Ledger()
    ledger.tell(take_over("O001"), CASEWORKER, TAKE_OVER_AT)
    ledger.tell(take_over("O002", post_no="T01-P01"), CASEWORKER, TAKE_OVER_AT)
    assert not ledger.facts(PostFilled)
    establish(ledger)
    assert [(one.post_no, one.officer) for one in ledger.facts(PostFilled)] == [("T01-P01", "O001")]


# ---- the 198th and the 199th


def test_the_199th_post_is_refused_wherever_it_is_asked_for() -> None:
    """198 established, allotted and filled: no other allotment, reservation or take-over gets one more."""
    ledger = Ledger()
    ledger.tell(EstablishPosts(total=198, document="示例编〔2026〕1号"), LEADER, NOON)
    ledger.tell(AllotPosts(towns=TOWNS, document="示例分〔2026〕1号"), LEADER, NOON)
    numbers = sorted(posts_of(ledger).seats)
    assert len(numbers) == 198
    for n, number in enumerate(numbers, start=1):
        ledger.tell(take_over(f"O{n:03d}", post_no=number, town=number[:3]), CASEWORKER, TAKE_OVER_AT)
    assert len({one.post_no for one in ledger.facts(PostFilled)}) == 198
    more = (Figures(town="T01", figures=TOWNS[0].figures, posts=199),)
    assert ledger.refuses("posts-over-total", AllotPosts(towns=more, reason="示例", document="示例"), LEADER, NOON)
    assert ledger.refuses("posts-full", reserve("O199", 199), CASEWORKER, NOON)
    extra = take_over("O199", post_no="T01-P99")
    assert ledger.refuses("posts-full", extra, CASEWORKER, TAKE_OVER_AT)


def test_a_towns_one_too_many_is_refused_while_others_have_room() -> None:
    ledger = establish(Ledger())
    for n in (1, 2):
        ledger.tell(reserve(f"O10{n}", n), CASEWORKER, NOON)
    assert ledger.refuses("town-posts-full", reserve("O103", 3), CASEWORKER, NOON)
    ledger.tell(reserve("O103", 3, "T02"), CASEWORKER, NOON)


@pytest.mark.parametrize(
    ("code", "command"),
    [
        ("post-taken", reserve("O102", 2, post_no="T01-P01")),
        ("post-unknown", reserve("O102", 2, post_no="T02-P01")),
        ("post-kept-before", reserve("O101", 1)),
        ("person-in-post", reserve("O102", 1)),
        ("resident-id-missing", reserve("O102", 1, resident_id="")),
        ("resident-id-invalid", reserve("O102", 1, resident_id="500101199001010010")),
    ],
)
def test_reservations_that_cannot_be(code: str, command: Command) -> None:
    ledger = establish(Ledger())
    ledger.tell(reserve("O101", 1, post_no="T01-P01"), CASEWORKER, NOON)
    assert ledger.refuses(code, command, CASEWORKER, NOON)


def test_a_kept_post_is_noted_taken_and_filled_or_given_up_and_vacant() -> None:
    ledger = establish(Ledger())
    ledger.tell(reserve("O101", 1), CASEWORKER, NOON)
    ledger.tell(reserve("O102", 2), CASEWORKER, NOON)
    ledger.tell(appoint("O101", 1), CASEWORKER, NOON)
    ledger.tell(GiveUpPost(officer="O102", reason="本人放弃"), CASEWORKER, NOON)
    (filled,), (released,) = ledger.facts(PostFilled), ledger.facts(PostReleased)
    assert (filled.post_no, filled.officer, filled.how) == ("T01-P01", "O101", "appointed")
    assert released.post_no == "T01-P02"
    row: TownPostsRow = folded(ledger)["posts_by_town", "T01"]
    assert (row.allotted, row.filled, row.kept, row.vacant) == (2, 1, 0, 1)
    assert ledger.refuses("post-not-reserved", appoint("O102", 2), CASEWORKER, NOON)


def test_the_last_allotment_is_kept_with_the_figures_it_rests_on() -> None:
    ledger = establish(Ledger())
    again = AllotPosts(towns=TOWNS, document="示例分〔2026〕2号")
    ledger.tell(again, LEADER, NOON)
    row = folded(ledger)["last_allotment", "district"]
    assert (row.document, row.allotted_on) == ("示例分〔2026〕2号", NOON.date())
    assert [{one.factor: one.amount for one in town.figures} for town in row.towns] == [
        dict(one.figures) for one in TOWNS
    ]


def test_an_exit_leaves_the_post_vacant_and_the_next_one_begins_no_earlier() -> None:
    ledger = establish(Ledger())
    ledger.tell(take_over("O001"), CASEWORKER, TAKE_OVER_AT)
    ledger.tell(take_over("O002"), CASEWORKER, TAKE_OVER_AT)
    gone = RecordExit(officer="O001", last_day_on=date(2026, 3, 20), reason="resigned", document="示例离职1号")
    ledger.tell(gone, CASEWORKER, NOON)
    (vacated,) = ledger.facts(PostVacated)
    assert (vacated.post_no, vacated.free_from_on, vacated.how) == ("T01-P01", date(2026, 3, 21), "left")
    ledger.tell(reserve("O101", 1), CASEWORKER, NOON)
    assert ledger.refuses("out-of-order", appoint("O101", 1, appointed_on=date(2026, 3, 20)), CASEWORKER, NOON)
    ledger.tell(appoint("O101", 1, appointed_on=date(2026, 3, 21)), CASEWORKER, NOON)
    assert ledger.refuses("officer-left", gone, CASEWORKER, NOON)


def test_a_take_over_that_slipped_past_the_edge_is_raised_and_the_post_stays_whose_it_is() -> None:
    """Two at once: the edge of the second read before the first was counted."""
    ledger = establish(Ledger())
    ledger.tell(take_over("O001"), CASEWORKER, TAKE_OVER_AT)
    assert ledger.refuses("post-taken", take_over("O002", post_no="T01-P01"), CASEWORKER, TAKE_OVER_AT)
    claim = FillPost(
        officer="O002", person="p_other", post_no="T01-P01", town="T01", from_on=date(2020, 5, 1), how="taken_over"
    )
    ledger.tell(claim, "reaction:payroll", NOON)
    (raised,) = ledger.facts(PostClaimRejected)
    assert (raised.officer, raised.held_by, raised.fault) == ("O002", "O001", "post-taken")
    assert posts_of(ledger).seats["T01-P01"].officer == "O001"


# ---- laws


def _step(draw: Callable[..., Any]) -> Command:
    officer, town, n = f"O10{draw(st.integers(1, 5))}", f"T0{draw(st.integers(1, 3))}", draw(st.integers(1, 5))
    post = f"{town}-P0{draw(st.integers(1, 3))}"
    kind = draw(st.sampled_from(("reserve", "appoint", "take_over", "leave", "move", "give_up", "allot")))
    match kind:
        case "reserve":
            return reserve(officer, n, town, post_no=draw(st.sampled_from(("", post))))
        case "appoint":
            return appoint(officer, n)
        case "take_over":
            return take_over(officer, post_no=post, town=town, resident_id=resident_id(n))
        case "leave":
            return RecordExit(
                officer=officer, last_day_on=date(2026, 3, draw(st.integers(1, 28))), reason="resigned", document="示例"
            )
        case "move":
            return ApproveReassignment(
                officer=officer,
                approval_no=f"D{draw(st.integers(1, 10**6))}",
                kind="move",
                to_post=post,
                effective_on=date(2026, 3, draw(st.integers(1, 28))),
                document="示例",
            )
        case "give_up":
            return GiveUpPost(officer=officer, reason="示例")
        case _:
            sizes = [draw(st.integers(0, 2)) for _ in TOWNS]
            towns = tuple(
                Figures(town=one.town, figures=one.figures, posts=size) for one, size in zip(TOWNS, sizes, strict=True)
            )
            return AllotPosts(towns=towns, reason="示例", document="示例")


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_law_no_sequence_of_commands_fills_more_posts_than_there_are_or_one_twice(data: st.DataObject) -> None:
    """Whatever is asked in whatever order: posts by posts' facts, and by the officers' own timelines, day by day."""
    ledger = establish(Ledger(), total=4, towns=TOWNS[:2])
    for _ in range(data.draw(st.integers(1, 20))):
        try:
            ledger.tell(_step(data.draw), CASEWORKER, NOON)
        except CommandRejected:
            continue
        posts = posts_of(ledger)
        filled = [seat for seat in posts.seats.values() if seat.officer]
        assert len(posts.seats) <= 4
        assert len(filled) == len({seat.officer for seat in filled}) == len({seat.person for seat in filled})
    counted = folded(ledger)
    by_town = [row for (name, _), row in counted.items() if name == "posts_by_town"]
    assert sum(row.filled for row in by_town) == sum(bool(seat.officer) for seat in posts_of(ledger).seats.values())
    assert all(row.vacant >= 0 and row.kept >= 0 for row in by_town)
    assert not ledger.facts(PostClaimRejected), "one at a time, the edge refuses what posts would reject"
    officers = [state for state in ledger.states.values() if isinstance(state, Officer)]
    for day in (date(2026, 3, 1), date(2026, 3, 15), date(2026, 3, 28)):
        on_post = Counter(spell.post_no for one in officers for spell in one.posts if spell.covers(day))
        assert not on_post or max(on_post.values()) == 1, day
