"""How the district's posts are divided among towns by residents, beneficiaries and further factors (二(四), 四(二))."""

from collections.abc import Mapping
from math import prod
from typing import Final

from services.contracts.money import Fen, split_by_weights
from services.payroll.rules.pack import Pack

POST_ALLOCATION: Final = "post_allocation"


class Factor(Pack, frozen=True, kw_only=True):
    """What posts are allotted by, and how much it counts beside the others; 0 is for what-ifs."""

    zh: str
    en: str
    weight: int


class PostAllocation(Pack, frozen=True, kw_only=True):
    """The stated formula: factors by weight, largest remainder, at least `minimum` posts a town."""

    factors: dict[str, Factor]
    minimum: int

    @property
    def weights(self) -> dict[str, int]:
        return {name: factor.weight for name, factor in self.factors.items()}


class Unallottable(ValueError):
    """The posts cannot be divided: too few for the minimum, or no figure to divide them by."""


def allotted(
    total: int, towns: Mapping[str, Mapping[str, int]], weights: Mapping[str, int], minimum: int
) -> dict[str, int]:
    """Posts by town: each factor's share of the district by its weight, largest remainder, earlier towns first on ties.

    `towns` gives each town's figures by factor. A factor that nobody has, or of weight 0, counts nothing. Towns below
    the minimum take theirs from those that have most. `Unallottable` when it does not add up.
    """
    sums = {name: sum(figures.get(name, 0) for figures in towns.values()) for name, weight in weights.items() if weight}
    counting = {name: amount for name, amount in sums.items() if amount > 0}
    if not towns or not counting or total < minimum * len(towns):
        raise Unallottable(f"{total} posts for {len(towns)} towns by {sorted(counting)}")
    others = {name: prod(amount for other, amount in counting.items() if other != name) for name in counting}
    shares = tuple(
        sum(weights[name] * figures.get(name, 0) * others[name] for name in counting) for figures in towns.values()
    )
    posts = [int(share) for share in split_by_weights(Fen(total), shares)]
    while min(posts) < minimum:
        posts[posts.index(max(posts))] -= 1
        posts[posts.index(min(posts))] += 1
    return dict(zip(towns, posts, strict=True))
