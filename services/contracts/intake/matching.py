"""Who stands in two households at once: found by keyed pseudonym or by likeness, decided by a person (四(一))."""

from services.contracts.registry import Fact, fact


@fact("intake", "person_noted", subject="person")
class PersonNoted(Fact, frozen=True, kw_only=True):
    """A member of a request, by pseudonym alone, so that the next household that names the same person is seen."""

    household_no: str
    town: str
    request_no: str


@fact("intake", "match_found", subject="person")
class MatchFound(Fact, frozen=True, kw_only=True):
    """A member of a request stands, or somebody very like stands, in another household; a person decides what it means.

    `how`: identity (the same resident ID) or likeness (then `other_person` is another pseudonym, and `features` are what
    is alike: name, birth, address, phone – never the name alone). `where`: open_application or receiving.
    """

    match_no: str
    town: str
    household_no: str
    request_no: str
    how: str
    features: tuple[str, ...]
    other_person: str
    other_household: str
    other_town: str
    where: str
    pack_version: str = ""


@fact("intake", "match_decided", subject="person")
class MatchDecided(Fact, frozen=True, kw_only=True):
    """A person decided a match: same (one person, both stand), different (two persons), merge (the request ends)."""

    match_no: str
    town: str
    household_no: str
    request_no: str
    other_household: str
    verdict: str
    reason: str
    decided_by: str
