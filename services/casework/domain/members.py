"""A household's members and place as commands give them, checked and made ready to be sealed."""

from collections.abc import Sequence

import msgspec

from services.casework.domain.commands import GivenMember, GivenPerson
from services.casework.domain.guards import rejected_unless
from services.contracts.casework import CheckedPerson, HouseholdMember
from services.contracts.deciding import CommandRejected, Context
from services.contracts.likeness import address_keys, birth_key
from services.contracts.resident_ids import normal_id, resident_id_fault
from services.contracts.sealed import Clear


def own_committee(committee: str, town: str, household_no: str) -> None:
    rejected_unless(
        committee.startswith(f"{town}-") and household_no.startswith(f"{town}-"),
        "wrong-committee",
        "村（居）、户档案与镇街不一致",
        "committee, household and town do not belong together",
    )


def members_of(
    given: tuple[GivenMember, ...], context: Context, *, address: str = "", known: bool = False
) -> tuple[HouseholdMember, ...]:
    """Members as a fact states them; a bad resident ID is named by its field, never by its number (DOMAIN §8).

    `known`: of a household that receives, by whose members a new applicant may be seen to be alike; `address` is theirs.
    """
    numbers = _numbers("members", [member.resident_id for member in given], context)
    at = address_keys(address, context.pseudonym)
    return tuple(
        _member(
            member, number, (birth_key(number, context.pseudonym), *(at if i == 0 else ())) if known else (), context
        )
        for i, (member, number) in enumerate(zip(given, numbers, strict=True))
    )


def persons_of(given: tuple[GivenPerson, ...], context: Context) -> tuple[CheckedPerson, ...]:
    """Who is to be checked, as a fact states them; each must have authorised it (民发〔2021〕57号 arts. 9, 17)."""
    numbers = _numbers("persons", [person.resident_id for person in given], context)
    return tuple(
        _checked(f"persons/{i}", person, number, context)
        for i, (person, number) in enumerate(zip(given, numbers, strict=True))
    )


def _numbers(field: str, given: Sequence[str], context: Context) -> list[str]:
    numbers = [normal_id(number) for number in given]
    for i, number in enumerate(numbers):
        fault = resident_id_fault(number, context.today)
        if fault is not None:
            place = f"{field}/{i}/resident_id"
            raise CommandRejected("resident-id-invalid", f"{place}：{fault[0]}", f"{place}: {fault[1]}")
    rejected_unless(len(set(numbers)) == len(numbers), "member-repeated", "同一成员重复填写", "a member is named twice")
    return numbers


def _checked(field: str, given: GivenPerson, number: str, context: Context) -> CheckedPerson:
    if given.authorisation_sha256 is None:
        code = "supporter-authorisation-missing" if given.supporter else "authorisation-missing"
        raise CommandRejected(code, f"{field}：没有本人签署的授权书", f"{field}: no authorisation was signed")
    person = context.pseudonym(number)
    return CheckedPerson(
        person=person,
        relation=given.relation,
        supporter=given.supporter,
        name=Clear(person=person, group="identity", text=given.name),
        resident_id=Clear(person=person, group="identity", text=number),
        authorisation_sha256=given.authorisation_sha256,
    )


def _member(given: GivenMember, number: str, keys: tuple[str, ...], context: Context) -> HouseholdMember:
    person = context.pseudonym(number)
    return HouseholdMember(
        person=person,
        relation=given.relation,
        priority=bool(given.groups),
        name=Clear(person=person, group="identity", text=given.name),
        resident_id=Clear(person=person, group="identity", text=number),
        groups=Clear(person=person, group="sensitive", text=msgspec.json.encode(given.groups).decode()),
        keys=keys,
    )
