"""Who works with the system (DOMAIN §8): every role a token or an account can have, and who is one person in two; which doors they open is each service's."""

from collections.abc import Iterable
from typing import Final

ROLES: Final = frozenset(
    {
        "committee", "window", "officer", "town-leader", "bureau", "bureau-leader", "bureau-finance", "district-finance",
        "trainer", "contractor", "auditor", "inspector", "system-administrator", "security-administrator",
        "audit-administrator", "town-system", "operator",
    }
)  # fmt: skip
# A town's: it sees its own data only.
TOWN_ROLES: Final = frozenset({"committee", "window", "officer", "town-leader", "town-system"})
# What people sign in as; a town's machine has a key instead.
PEOPLE: Final = ROLES - {"town-system"}


def same_person(actor: str, *others: str | None) -> bool:
    """Whether `actor` is one of the others by their number, whatever the role each acts in: ``bureau:B02`` and ``bureau-leader:B02``.

    Two different people are two numbers (会计法 art. 35: 不相容职务相互分离); whoever is not named yet, empty or None, is nobody.
    """
    return _number(actor) in {_number(other) for other in others if other}


def numbers(actors: Iterable[str]) -> frozenset[str]:
    """The people among `actors`, each once by their number: two roles of one person are one (会计法 art. 35)."""
    return frozenset(_number(actor) for actor in actors)


def _number(actor: str) -> str:
    return actor.rpartition(":")[2]
