"""Who read what of persons at the window: a paper printed unmasked, the two persons of a match; the read comes first (个人信息保护法)."""

from services.contracts.registry import Fact, fact


@fact("intake", "personal_field_read", subject="household")
class PersonalFieldRead(Fact, frozen=True, kw_only=True):
    """Somebody read what a household's papers hold, unmasked: which paper (``papers``: the whole folder), who and why."""

    field: str
    reason: str
    reader_role: str


@fact("intake", "match_persons_read", subject="person")
class MatchPersonsRead(Fact, frozen=True, kw_only=True):
    """Somebody who decides a match (疑似重复) saw name, birthday and address of both its persons, and why."""

    match_no: str
    town: str
    household_no: str
    other_household: str
    reason: str
    reader_role: str
