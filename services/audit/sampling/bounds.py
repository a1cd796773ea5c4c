"""What a sample says of its population: how many deviations there are by estimate, and the most there can be."""

from collections.abc import Sequence
from fractions import Fraction

from services.audit.sampling import chances


def simple_upper(population: int, drawn: int, seen: int, look_risk: Fraction) -> int:
    """The most deviations that are not ruled out by `seen` among `drawn`: exact hypergeometric (the discrete Clopper-Pearson)."""
    low, high = seen, population - (drawn - seen)
    while low < high:  # the chance of seeing so few only falls with more deviations
        middle = (low + high + 1) // 2
        if chances.hypergeometric(population, middle, drawn, seen) > look_risk:
            low = middle
        else:
            high = middle - 1
    return low


def proportional_upper(strata: Sequence[tuple[int, int]], seen: int, look_risk: Fraction) -> int:
    """As `simple_upper` over strata of (population, drawn), wherever the deviations lie; never too low."""
    shares = [Fraction(drawn, population) for population, drawn in strata if population]
    population, drawn = sum(one for one, _ in strata), sum(one for _, one in strata)
    low, high = seen, population - (drawn - seen)
    while low < high:
        middle = (low + high + 1) // 2
        if chances.proportional(middle, min(shares), seen) > look_risk:
            low = middle
        else:
            high = middle - 1
    return low


def weighted_upper(weights: Sequence[int], expected: int, seen: int, look_risk: Fraction) -> int:
    """As `simple_upper` after a draw by weight, were the deviations on the items least likely to be drawn."""
    weight_sum, found = sum(weights), chances.Independent(seen)
    for number, weight in enumerate(sorted(weights)):
        found.add(expected * weight, weight_sum)
        if found.chance() <= look_risk:
            return max(seen, number)
    return len(weights)


def estimate(shares: Sequence[Fraction]) -> Fraction:
    """Horvitz-Thompson: deviations in the population, from the chance by which each one seen was drawn."""
    return sum((1 / share for share in shares), Fraction(0))


def milli(value: Fraction) -> int:
    """In thousandths, rounded half up."""
    return (2000 * value.numerator + value.denominator) // (2 * value.denominator)
