"""Proves the arithmetic of spot checks: published tables, known bounds, exact coverage, a uniform draw anybody can repeat."""

import hashlib
from collections import Counter
from fractions import Fraction
from itertools import combinations_with_replacement
from math import comb
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.sampling import bounds, chances, drawing, sizes
from services.audit.sampling.population import Candidate, Item, list_bytes, list_sha256, weighed

FIVE_PERCENT = Fraction(1, 20)
# Chi-square with 39 degrees of freedom is below this in 999 of 1,000 samples.
CHI_SQUARE_39_MAX = 72.05


def item(name: str, town: str = "T01", weight: int = 1) -> Item:
    return Item(item=name, town=town, about=f"officer:{name}", weight=weight)


def people(count: int) -> list[Item]:
    return [item(f"O{n:03}", f"T{n % 7:02}", 1 + n % 3) for n in range(count)]


# ---- sizes


@pytest.mark.parametrize(
    ("population", "tolerable", "seen", "size"),
    [
        # Attribute sampling at 95 %, as the tables have it: 5 % tolerable 59, 93, 124, 153; 10 % 29, 46, 61, 76.
        (1_000_000, 50_000, 0, 59),
        (1_000_000, 50_000, 1, 93),
        (1_000_000, 50_000, 2, 124),
        (1_000_000, 100_000, 0, 29),
        (1_000_000, 100_000, 1, 46),
        (1_000_000, 100_000, 2, 61),
        # 198 officers: 10 deviations (5 % rounded up), or 9 (rounded down, as `tolerable` does).
        (198, 10, 0, 51),
        (198, 9, 0, 55),
        (10, 1, 0, 10),
        (1, 1, 0, 1),
    ],
)
def test_sizes_are_those_of_the_published_tables(population: int, tolerable: int, seen: int, size: int) -> None:
    assert sizes.simple_size(population, tolerable, seen, FIVE_PERCENT) == size


def test_a_rate_is_rounded_down_to_a_count_and_never_to_none() -> None:
    assert sizes.tolerable(198, 0, 50) == 9
    assert sizes.tolerable(200, 0, 50) == 10
    assert sizes.tolerable(7, 0, 50) == 1
    assert sizes.tolerable(198, 10, 0) == 10


def test_looks_share_the_risk() -> None:
    assert sizes.risk(950, 1) == FIVE_PERCENT
    assert sizes.risk(950, 2) == Fraction(1, 40)
    assert sizes.simple_size(198, 10, 0, sizes.risk(950, 2)) > 51


@given(st.integers(1, 120), st.data())
@settings(max_examples=60, deadline=None)
def test_a_size_is_enough_and_one_less_is_not(population: int, data: st.DataObject) -> None:
    tolerable = data.draw(st.integers(1, population))
    seen = data.draw(st.integers(0, min(3, tolerable - 1)))
    size = sizes.simple_size(population, tolerable, seen, FIVE_PERCENT)
    assert chances.hypergeometric(population, tolerable, size, seen) <= FIVE_PERCENT or size == population
    if size:
        assert chances.hypergeometric(population, tolerable, size - 1, seen) > FIVE_PERCENT


def test_dealing_out_rounds_up_in_every_town() -> None:
    assert sizes.dealt(51, [100, 90, 8]) == (26, 24, 3)
    assert sizes.dealt(0, [3, 4]) == (0, 0)


# ---- bounds


@pytest.mark.parametrize(
    ("drawn", "seen", "percent"),
    [(59, 0, 4.9508), (20, 0, 13.9108), (100, 0, 2.9513), (100, 1, 4.6560), (100, 2, 6.1620), (10, 9, 99.4884)],
)
def test_upper_limits_of_a_large_population_are_those_of_clopper_and_pearson(
    drawn: int, seen: int, percent: float
) -> None:
    """One-sided 95 %: 1 - 0.05^(1/59) = 4.9508 % and so on; a hundred million is as good as endless."""
    assert bounds.simple_upper(10**8, drawn, seen, FIVE_PERCENT) / 10**6 == pytest.approx(percent, abs=0.0002)


def test_upper_limits_of_the_198_officers() -> None:
    assert bounds.simple_upper(198, 51, 0, FIVE_PERCENT) == 9
    assert bounds.simple_upper(198, 55, 0, FIVE_PERCENT) == 8
    assert bounds.simple_upper(198, 198, 3, FIVE_PERCENT) == 3
    assert bounds.simple_upper(198, 0, 0, FIVE_PERCENT) == 198


@given(st.integers(1, 60), st.data())
@settings(max_examples=60, deadline=None)
def test_the_exact_bound_covers_as_often_as_it_says(population: int, data: st.DataObject) -> None:
    """For every true number of deviations: the samples whose bound lies below it are at most 5 in 100, counted exactly."""
    drawn = data.draw(st.integers(0, population))
    upper = [bounds.simple_upper(population, drawn, seen, FIVE_PERCENT) for seen in range(drawn + 1)]
    assert upper == sorted(upper)
    for true in range(population + 1):
        missed = sum(
            comb(true, seen) * comb(population - true, drawn - seen)
            for seen in range(drawn + 1)
            if seen <= true and drawn - seen <= population - true and upper[seen] < true
        )
        assert 20 * missed <= comb(population, drawn)


@pytest.mark.parametrize("strata", [(8, 8, 8), (12, 6, 3), (15, 2, 2)])
@pytest.mark.parametrize("nominal", [4, 9, 14])
def test_a_proportional_bound_covers_wherever_the_deviations_lie(strata: tuple[int, ...], nominal: int) -> None:
    """Every way to lay the deviations into towns, every sample outcome, by brute force."""
    drawn = sizes.dealt(nominal, strata)
    shares = list(zip(strata, drawn, strict=True))
    upper = [bounds.proportional_upper(shares, seen, FIVE_PERCENT) for seen in range(sum(drawn) + 1)]
    for true in range(sum(strata) + 1):
        for laid in {tuple(Counter(one).get(k, 0) for k in range(len(strata)))
                     for one in combinations_with_replacement(range(len(strata)), true)}:  # fmt: skip
            if all(number <= most for number, most in zip(laid, strata, strict=True)):
                seen_ways = {0: 1}
                for population, size, deviations in zip(strata, drawn, laid, strict=True):
                    seen_ways = _with_stratum(seen_ways, population, size, deviations)
                missed = sum(ways for seen, ways in seen_ways.items() if upper[seen] < true)
                assert 20 * missed <= sum(seen_ways.values()), (true, laid)


def _with_stratum(before: dict[int, int], population: int, size: int, deviations: int) -> dict[int, int]:
    after: Counter[int] = Counter()
    for seen, ways in before.items():
        for more in range(min(size, deviations) + 1):
            if size - more <= population - deviations:
                after[seen + more] += ways * comb(deviations, more) * comb(population - deviations, size - more)
    return after


@given(st.lists(st.integers(1, 9), min_size=1, max_size=10), st.integers(1, 8), st.data())
@settings(max_examples=60, deadline=None)
def test_a_weighted_bound_covers_whichever_items_deviate(
    weights: list[int], expected: int, data: st.DataObject
) -> None:
    deviating = data.draw(st.lists(st.booleans(), min_size=len(weights), max_size=len(weights)))
    chosen = [weight for weight, deviates in zip(weights, deviating, strict=True) if deviates]
    whole = sum(weights)
    chance_of = {0: Fraction(1)}
    for weight in chosen:
        share, after = min(Fraction(1), Fraction(expected * weight, whole)), Counter[int]()
        for seen, chance in chance_of.items():
            after[seen] += chance * (1 - share)  # type: ignore[assignment]
            after[seen + 1] += chance * share  # type: ignore[assignment]
        chance_of = dict(after)  # type: ignore[arg-type]
    missed = sum(
        (chance for seen, chance in chance_of.items()
         if bounds.weighted_upper(weights, expected, seen, FIVE_PERCENT) < len(chosen)),
        Fraction(0),
    )  # fmt: skip
    assert missed <= FIVE_PERCENT


def test_a_weighted_size_rules_the_lightest_items_out_and_no_smaller_one_does() -> None:
    weights = [1] * 150 + [4] * 48
    size = sizes.weighted_size(weights, 10, 0, FIVE_PERCENT)
    assert bounds.weighted_upper(weights, size, 0, FIVE_PERCENT) < 10
    assert bounds.weighted_upper(weights, size - 1, 0, FIVE_PERCENT) >= 10


def test_an_estimate_weighs_every_deviation_by_its_chance() -> None:
    assert bounds.estimate([Fraction(1, 4), Fraction(1, 2), Fraction(1)]) == 7
    assert [bounds.milli(Fraction(1, 3)), bounds.milli(Fraction(1, 2000)), bounds.milli(Fraction(5))] == [333, 1, 5000]


# ---- the draw, made again by other code: from docs/SPOT_CHECKS.md alone, with nothing of the service's


def second_draw(
    plan_sha256: str, root: str, value: str, lines: bytes, design: str, size: dict[str, int], forced: set[str]
) -> tuple[str, list[str]]:
    """Steps 3 to 5 of the page: the seed, and the items in the order of their tickets."""
    seed = hashlib.sha256()
    for part in ("jiuzhu-spot-check-seed/1", plan_sha256, *root.splitlines(), value):
        seed.update(part.encode() + b"\n")
    name = seed.hexdigest()
    tickets = []
    for line in lines.decode().splitlines():
        what, town, weight = line.split("\t")
        text = f"jiuzhu-spot-check-ticket/1\n{name}\n{what}\n"
        tickets.append((hashlib.sha256(text.encode()).hexdigest(), what, town, int(weight)))
    tickets.sort()
    whole = sum(weight for _, what, _, weight in tickets if what not in forced)
    chosen, taken = [], dict.fromkeys(size, 0)
    for number, what, town, weight in tickets:
        stratum = town if design in ("proportional", "per_town") else ""
        if what in forced:
            chosen.append(what)
        elif design == "weighted":
            if int(number, 16) * whole < size[""] * weight * 2**256:
                chosen.append(what)
        elif taken[stratum] < size[stratum]:
            taken[stratum] += 1
            chosen.append(what)
    return name, chosen


ROOT = "jiuzhu.local/log/root\n17\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"


@pytest.mark.parametrize("design", drawing.DESIGNS)
@pytest.mark.parametrize("value", ["", "双色球 2026035 期 03 07 11 19 24 30 + 08"])
def test_a_second_implementation_draws_the_same(design: str, value: str) -> None:
    items = people(60)
    towns = {one.town for one in items} if design in ("proportional", "per_town") else {""}
    size, forced = dict.fromkeys(sorted(towns), 4), frozenset({"O003", "O044"})
    seed = drawing.seed_of("ab" * 32, ROOT, value)
    found = drawing.drawn(seed, design, items, size, forced)
    again, chosen = second_draw("ab" * 32, ROOT, value, list_bytes(items), design, size, set(forced))
    assert (again, chosen) == (seed, [one.item for _, one in found])
    text = "".join(f"{number}\t{one.item}\n" for number, one in found)
    assert drawing.draw_sha256(found) == hashlib.sha256(text.encode()).hexdigest()


def test_the_worked_example_of_the_page_is_right() -> None:
    """The numbers of docs/SPOT_CHECKS.md, so that whoever tries the page by hand gets them."""
    items = weighed((Candidate(item=f"O00{n}", town="T01", about="") for n in (3, 1, 2)), {})
    seed = drawing.seed_of(hashlib.sha256(b"{}").hexdigest(), ROOT, "")
    found = drawing.drawn(seed, "simple", items, {"": 2}, frozenset())
    page = (Path(__file__).parents[2] / "docs/SPOT_CHECKS.md").read_text(encoding="utf-8")
    for said in (list_sha256(items), seed, *(number for number, _ in found), drawing.draw_sha256(found)):
        assert said in page, said
    assert [one.item for _, one in found] == ["O002", "O001"]


@pytest.mark.parametrize("design", drawing.DESIGNS)
def test_a_larger_draw_goes_on_where_the_smaller_one_ended(design: str) -> None:
    items = people(60)
    towns = {drawing.stratum_of(design, one) for one in items}
    seed = drawing.seed_of("00" * 32, ROOT, "")
    smaller, larger = (
        {one.item for _, one in drawing.drawn(seed, design, items, dict.fromkeys(towns, n), frozenset({"O001"}))}
        for n in (3, 5)
    )
    assert smaller < larger


@pytest.mark.parametrize("design", ["simple", "per_town"])
def test_every_item_is_drawn_as_often_as_every_other(design: str) -> None:
    """Chi-square over 3,000 fixed seeds: 40 items, 10 drawn."""
    items = [item(f"O{n:03}", f"T{n % 2}") for n in range(40)]
    size = {"": 10} if design == "simple" else {"T0": 5, "T1": 5}
    counts: Counter[str] = Counter()
    for number in range(3000):
        seed = drawing.seed_of(f"{number:064x}", ROOT, "")
        counts.update(one.item for _, one in drawing.drawn(seed, design, items, size, frozenset()))
    expected = 3000 * 10 / 40
    # Drawn without replacement, counts vary less than independent ones: scaled so that the limit fits.
    scale = 1 - 10 / 40
    assert sum(counts.values()) == 30_000
    assert sum((counts[one.item] - expected) ** 2 / expected for one in items) / scale < CHI_SQUARE_39_MAX


def test_pairs_are_drawn_together_as_often_as_chance_has_it() -> None:
    items = [item(f"O{n:03}") for n in range(20)]
    pairs: Counter[tuple[str, str]] = Counter()
    for number in range(3000):
        seed = drawing.seed_of(f"{number:064x}", ROOT, "x")
        first, second = sorted(one.item for _, one in drawing.drawn(seed, "simple", items, {"": 2}, frozenset()))
        pairs[first, second] += 1
    expected = 3000 / 190
    # 189 degrees of freedom: below 254 in 999 of 1,000.
    assert (
        sum((pairs[a.item, b.item] - expected) ** 2 / expected for n, a in enumerate(items) for b in items[n + 1 :])
        < 254
    )


def test_by_weight_an_item_is_drawn_with_its_published_chance() -> None:
    items = [item(f"O{n:03}", weight=1 + n % 4) for n in range(40)]
    whole, counts, squares = sum(one.weight for one in items), Counter[str](), 0.0
    for number in range(3000):
        seed = drawing.seed_of(f"{number:064x}", ROOT, "")
        counts.update(one.item for _, one in drawing.drawn(seed, "weighted", items, {"": 10}, frozenset()))
    for one in items:
        share = 10 * one.weight / whole
        squares += (counts[one.item] - 3000 * share) ** 2 / (3000 * share * (1 - share))
    assert squares < CHI_SQUARE_39_MAX  # 40 independent terms; the limit of 39 is a little stricter


def test_the_list_is_in_order_of_bytes_and_marks_weigh() -> None:
    candidates = [
        Candidate(item="T01-H2/V-1", town="T01", about="household:T01-H2", marks=("late", "odd")),
        Candidate(item="T01-H10/V-1", town="T01", about="household:T01-H10"),
        Candidate(item="O001", town="T02", about="officer:O001", marks=("late",)),
    ]
    assert list_bytes(weighed(candidates, {"late": 3, "odd": 4})) == (
        b"O001\tT02\t4\nT01-H10/V-1\tT01\t1\nT01-H2/V-1\tT01\t8\n"
    )
