"""Who works with the system (DOMAIN §8): every role a token or an account can have; which doors it opens is each service's."""

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
