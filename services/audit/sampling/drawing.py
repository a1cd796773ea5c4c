"""The draw: a seed, a ticket for every item, and which tickets are drawn; SHA-256 and whole numbers, nothing else.

Why one ticket serves all: in a simple draw or a stratum the lowest tickets are taken, so that more of them are the same
draw going on; by weight every item is taken by itself, where its ticket lies below its own mark (Poisson sampling), so
that its chance of being drawn is exactly the published one.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from services.audit.sampling.population import Item

SEED: Final = "jiuzhu-spot-check-seed/1"
TICKET: Final = "jiuzhu-spot-check-ticket/1"
_TICKETS: Final = 1 << 256
# Each is one stratum; or every town is one.
WHOLE_DESIGNS: Final = ("simple", "weighted")
DESIGNS: Final = ("simple", "proportional", "per_town", "weighted")


def seed_of(plan_sha256: str, root_checkpoint: str, public_value: str) -> str:
    """Hex SHA-256 over four parts: `SEED`, the plan's hash, the checkpoint's text (three lines), the public value.

    A line feed ends each; the checkpoint's text has its own.
    """
    return hashlib.sha256(f"{SEED}\n{plan_sha256}\n{root_checkpoint}{public_value}\n".encode()).hexdigest()


def ticket(seed: str, item: str) -> str:
    """An item's ticket: hex SHA-256 over `TICKET`, the seed in hex and the item's name, a line each."""
    return hashlib.sha256(f"{TICKET}\n{seed}\n{item}\n".encode()).hexdigest()


def stratum_of(design: str, item: Item) -> str:
    """The town an item is drawn in; empty where the whole population is one stratum."""
    return "" if design in WHOLE_DESIGNS else item.town


def drawn(
    seed: str, design: str, items: Iterable[Item], sizes: Mapping[str, int], forced: frozenset[str]
) -> tuple[tuple[str, Item], ...]:
    """All that is drawn up to these sizes, with tickets and what is forced, in the order of tickets (hex, so as text)."""
    tickets = sorted(((ticket(seed, one.item), one) for one in items), key=lambda found: found[0])
    taken = [found for found in tickets if found[1].item in forced]
    rest = [found for found in tickets if found[1].item not in forced]
    if design == "weighted":
        taken += _by_weight(rest, sizes[""])
    else:
        left = dict(sizes)
        for found in rest:
            stratum = stratum_of(design, found[1])
            if left.get(stratum, 0) > 0:
                left[stratum] -= 1
                taken.append(found)
    return tuple(sorted(taken, key=lambda found: found[0]))


def _by_weight(tickets: Sequence[tuple[str, Item]], expected: int) -> list[tuple[str, Item]]:
    """Those whose ticket, as a number, is below ``2^256 * expected * weight / sum of weights``."""
    weight_sum = sum(one.weight for _, one in tickets)
    return [(number, one) for number, one in tickets if int(number, 16) * weight_sum < _TICKETS * expected * one.weight]


def draw_sha256(found: Iterable[tuple[str, Item]]) -> str:
    """Hex SHA-256 of the drawn, ``<ticket> TAB <item>`` a line, in the order of tickets."""
    return hashlib.sha256("".join(f"{number}\t{one.item}\n" for number, one in found).encode()).hexdigest()
