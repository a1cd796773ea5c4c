"""How many to draw so that what is not tolerable would be seen: tables of attribute sampling, made anew by exact arithmetic."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from services.audit.sampling import chances


def risk(confidence_permille: int, rounds_max: int) -> Fraction:
    """The risk of one look: the plan's whole risk, shared equally by all looks it allows (Bonferroni)."""
    return Fraction(1000 - confidence_permille, 1000 * rounds_max)


def tolerable(population: int, count: int, permille: int) -> int:
    """Deviations to be ruled out: a count as it is, or ``floor(population * permille / 1000)``; 1 at least."""
    return max(1, count or population * permille // 1000)


def simple_size(population: int, tolerable_count: int, seen: int, look_risk: Fraction) -> int:
    """The fewest of a `population` (of no fewer than `tolerable_count`) such that `seen` among them rule `tolerable_count` deviations out; all, if need be."""
    return _least(
        population, lambda drawn: chances.hypergeometric(population, tolerable_count, drawn, seen) <= look_risk
    )


def proportional_size(population: int, tolerable_count: int, seen: int, look_risk: Fraction) -> int:
    """As `simple_size`, when at least this share of every stratum is drawn (`dealt`)."""
    return _least(
        population,
        lambda drawn: chances.proportional(tolerable_count, Fraction(drawn, population), seen) <= look_risk,
    )


def weighted_size(weights: Sequence[int], tolerable_count: int, seen: int, look_risk: Fraction) -> int:
    """As `simple_size`, on average, when deviations lie on the items that are least likely to be drawn."""
    lightest, weight_sum = sorted(weights)[:tolerable_count], sum(weights)
    # From `weight_sum` on every item is drawn with certainty, for no weight is below 1.
    return _least(weight_sum, lambda expected: chances.weighted(lightest, expected, weight_sum, seen) <= look_risk)


def dealt(size: int, strata: Sequence[int]) -> tuple[int, ...]:
    """A size dealt out to strata of these populations, each rounded up: nowhere is less than the whole's share drawn."""
    whole = sum(strata)
    return tuple(-(-size * one // whole) if whole else 0 for one in strata)


def _least(most: int, enough: Callable[[int], bool]) -> int:
    """The least number up to `most` that is enough; `most` where none is. What is enough stays so for more."""
    low, high = 0, 1
    # Doubling first: a sample is far smaller than what it is drawn from, and so are the numbers then.
    while high < most and not enough(high):
        low, high = high + 1, 2 * high
    high = min(high, most)
    while low < high:
        middle = (low + high) // 2
        if enough(middle):
            high = middle
        else:
            low = middle + 1
    return low
