"""How likely a sample is to show no more deviations than were seen, by each design; exact, or too high, never too low."""

from collections.abc import Iterable
from fractions import Fraction
from math import comb
from typing import Final

# Fixed point of the products of a weighted draw: always rounded up, so that a chance is never understated.
_ONE: Final = 1 << 128


def hypergeometric(population: int, deviations: int, drawn: int, seen: int) -> Fraction:
    """P(at most `seen` deviations among `drawn` of a `population` with so many `deviations`), drawn without replacement."""
    least, most = max(0, drawn - (population - deviations)), min(seen, drawn, deviations)
    ways = sum(comb(deviations, k) * comb(population - deviations, drawn - k) for k in range(least, most + 1))
    return Fraction(ways, comb(population, drawn))


def binomial(trials: int, share: Fraction, seen: int) -> Fraction:
    """P(at most `seen` of `trials` independent ones), each with chance `share`."""
    hit, miss, whole = share.numerator, share.denominator - share.numerator, share.denominator
    ways = sum(comb(trials, k) * hit**k * miss ** (trials - k) for k in range(min(seen, trials) + 1))
    return Fraction(ways, whole**trials)


def proportional(deviations: int, share: Fraction, seen: int) -> Fraction:
    """P(at most `seen`) at most, when of every stratum at least `share` is drawn, however deviations lie in the strata.

    None seen: (1 - share)^deviations. Else by Hoeffding (1956), theorem 4: a sum of hypergeometric counts is one of
    independent trials, and none of those with this mean has more below ``mean - 1`` than the binomial; where that does not
    hold, 1: nothing is ruled out.
    """
    if seen >= deviations or (seen and seen > deviations * share - 1):
        return Fraction(1)
    return binomial(deviations, share, seen)


class Independent:
    """P(at most `seen`) among items drawn independently, added one by one; each with its own chance of being drawn."""

    def __init__(self, seen: int) -> None:
        self._counts = [_ONE] + [0] * seen

    def add(self, drawn: int, whole: int) -> None:
        """One more deviating item, drawn with chance ``drawn / whole``."""
        drawn = min(drawn, whole)
        before, missed = self._counts, whole - drawn
        self._counts = [
            -(-(count * missed + (before[k - 1] * drawn if k else 0)) // whole) for k, count in enumerate(before)
        ]

    def chance(self) -> Fraction:
        return min(Fraction(1), Fraction(sum(self._counts), _ONE))


def weighted(weights: Iterable[int], expected: int, weight_sum: int, seen: int) -> Fraction:
    """P(at most `seen`) when exactly the items with these weights deviate and ``expected`` are drawn on average."""
    found = Independent(seen)
    for weight in weights:
        found.add(expected * weight, weight_sum)
    return found.chance()
