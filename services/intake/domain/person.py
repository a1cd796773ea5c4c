"""A person by pseudonym across the district: in which households, who is alike; what it means a person decides."""

from typing import Final, Literal, assert_never

import msgspec

from services.contracts.deciding import Aggregate, CommandRejected, Context
from services.contracts.intake import MatchDecided, MatchFound, MatchPersonsRead, PersonNoted
from services.contracts.registry import Fact
from services.intake.domain.commands import Alike, DecideMatch, NotePerson, ReadMatch, Receiving
from services.intake.domain.guards import no_personal_number, rejected_unless
from services.intake.rules import Matching

PersonCommand = NotePerson | DecideMatch | ReadMatch

# Nobody stands in so many households; who does is not looked through one by one, and the state stays small.
NOTED_KEPT: Final = 50
MATCHES_PER_NOTE_MAX: Final = 5


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """A request that names the person."""

    household_no: str
    town: str
    request_no: str


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A match, and what was decided about it."""

    match_no: str
    town: str
    household_no: str
    request_no: str
    other_household: str
    other_town: str
    verdict: Literal["", "same", "different", "merge"] = ""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state: the latest requests that name the person, and the latest matches found."""

    noted: tuple[Noted, ...] = ()
    matches: tuple[Match, ...] = ()


def decide(state: Person, command: PersonCommand, context: Context) -> tuple[Fact, ...]:
    match command:
        case NotePerson():
            return _note(state, command, context)
        case DecideMatch():
            return (_decided(state, command, context),)
        case ReadMatch():
            return (_read(state, command, context),)
        case _:
            assert_never(command)


def _note(state: Person, command: NotePerson, context: Context) -> tuple[Fact, ...]:
    """Note the person, and every other household: exact matches by what is noted, so that two at once never miss."""
    noted = PersonNoted(household_no=command.household_no, town=command.town, request_no=command.request_no)
    open_elsewhere = {
        one.household_no: one.town
        for one in state.noted
        if one.household_no != command.household_no and one.request_no not in command.closed
    }
    receiving = {one.household_no: one.town for one in command.receiving if one.household_no != command.household_no}
    found: list[MatchFound] = []
    for where, households in (("open_application", open_elsewhere), ("receiving", receiving)):
        for household_no, town in sorted(households.items()):
            other = Receiving(household_no=household_no, town=town)
            found.append(_found(command, other, where, context))
    alike = [one for one in command.alike if one.household_no != command.household_no]
    found += [_alike(command, one, context) for one in alike]
    known = {(one.household_no, one.other_household) for one in state.matches}
    new = [one for one in found if (one.household_no, one.other_household) not in known]
    return (noted, *new[:MATCHES_PER_NOTE_MAX])


def _found(command: NotePerson, other: Receiving, where: str, context: Context) -> MatchFound:
    return MatchFound(
        match_no=_match_no(command, f"{where}|{other.household_no}", context),
        town=command.town,
        household_no=command.household_no,
        request_no=command.request_no,
        how="identity",
        features=("resident_id",),
        other_person=command.person,
        other_household=other.household_no,
        other_town=other.town,
        where=where,
    )


def _alike(command: NotePerson, other: Alike, context: Context) -> MatchFound:
    """Never by the name alone: the pack names the sets of features that are enough, and the edge compared them."""
    enough = context.rule_on("matching", context.today, Matching).enough(other.features)
    assert enough, "the edge offers a candidate that the pack does not ask for"
    return MatchFound(
        match_no=_match_no(command, f"alike|{other.person}|{other.household_no}", context),
        town=command.town,
        household_no=command.household_no,
        request_no=command.request_no,
        how="likeness",
        features=other.features,
        other_person=other.person,
        other_household=other.household_no,
        other_town=other.town,
        where=other.where,
        pack_version=context.rules.version_on("matching", context.today),
    )


def _match_no(command: NotePerson, with_whom: str, context: Context) -> str:
    """Unique in the district, and the same whenever it is made."""
    return f"M-{context.pseudonym(f'match|{command.person}|{command.request_no}|{with_whom}')[2:18]}"


def _decided(state: Person, command: DecideMatch, context: Context) -> MatchDecided:
    """By a person, with the reason."""
    found = _match_of(state, command, context)
    rejected_unless(not found.verdict, "match-decided", "该疑似重复已认定", "this match is decided already")
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明理由", "a reason is needed")
    no_personal_number(command.reason, "理由", "the reason")
    return MatchDecided(
        match_no=found.match_no,
        town=found.town,
        household_no=found.household_no,
        request_no=found.request_no,
        other_household=found.other_household,
        verdict=command.verdict,
        reason=command.reason,
        decided_by=context.actor,
    )


def _match_of(state: Person, command: DecideMatch | ReadMatch, context: Context) -> Match:
    """The match, for whoever may decide it: its own town, and where another town's household is in it the bureau, which sees both."""
    found = next((one for one in state.matches if one.match_no == command.match_no), None)
    if found is None:
        raise CommandRejected("match-unknown", "没有该疑似重复", "there is no such match")
    rejected_unless(
        command.town == found.town and context.town in (None, found.town),
        "wrong-town",
        "该疑似重复不属于本镇街",
        "this match is of another town",
    )
    rejected_unless(
        context.town is None or found.other_town == found.town,
        "bureau-decides-match",
        "跨镇街的疑似重复由区民政局认定",
        "a match across towns is decided by the bureau",
    )
    return found


def _read(state: Person, command: ReadMatch, context: Context) -> MatchPersonsRead:
    """Names are alike or not for whoever sees them: those who decide may, each look with its reason."""
    found = _match_of(state, command, context)
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明查看理由", "reading needs a reason")
    no_personal_number(command.reason, "理由", "the reason")
    return MatchPersonsRead(
        match_no=found.match_no,
        town=found.town,
        household_no=found.household_no,
        other_household=found.other_household,
        reason=command.reason,
        reader_role=context.role,
    )


def evolve(state: Person, fact: Fact) -> Person:
    change = msgspec.structs.replace
    match fact:
        case PersonNoted():
            noted = Noted(household_no=fact.household_no, town=fact.town, request_no=fact.request_no)
            return change(state, noted=(*state.noted, noted)[-NOTED_KEPT:])
        case MatchFound():
            names = set(Match.__struct_fields__) & set(MatchFound.__struct_fields__)
            found = Match(**{name: getattr(fact, name) for name in names})
            return change(state, matches=(*state.matches, found)[-NOTED_KEPT * MATCHES_PER_NOTE_MAX :])
        case MatchDecided():
            decided = tuple(
                change(one, verdict=fact.verdict) if one.match_no == fact.match_no else one for one in state.matches
            )
            return change(state, matches=decided)
        case _:
            return state


PERSON = Aggregate(
    prefix="person",
    state=Person,
    initial=Person(),
    commands=(NotePerson, DecideMatch, ReadMatch),
    decide=decide,
    evolve=evolve,
)
