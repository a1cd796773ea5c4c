"""A household's members and place as commands give them, checked and made ready to be sealed."""

import msgspec

from services.casework.domain.commands import GivenMember
from services.casework.domain.guards import rejected_unless
from services.contracts.casework import HouseholdMember
from services.contracts.deciding import CommandRejected, Context
from services.contracts.resident_ids import normal_id, resident_id_fault
from services.contracts.sealed import Clear


def own_committee(committee: str, town: str, household_no: str) -> None:
    rejected_unless(
        committee.startswith(f"{town}-") and household_no.startswith(f"{town}-"),
        "wrong-committee",
        "村（居）、户档案与镇街不一致",
        "committee, household and town do not belong together",
    )


def members_of(given: tuple[GivenMember, ...], context: Context) -> tuple[HouseholdMember, ...]:
    """Members as a fact states them; a bad resident ID is named by its field, never by its number (DOMAIN §8)."""
    numbers = [normal_id(member.resident_id) for member in given]
    for i, number in enumerate(numbers):
        fault = resident_id_fault(number, context.today)
        if fault is not None:
            field = f"members/{i}/resident_id"
            raise CommandRejected("resident-id-invalid", f"{field}：{fault[0]}", f"{field}: {fault[1]}")
    rejected_unless(len(set(numbers)) == len(numbers), "member-repeated", "同一成员重复填写", "a member is named twice")
    return tuple(_member(member, number, context) for member, number in zip(given, numbers, strict=True))


def _member(given: GivenMember, number: str, context: Context) -> HouseholdMember:
    person = context.pseudonym(number)
    return HouseholdMember(
        person=person,
        relation=given.relation,
        priority=bool(given.groups),
        name=Clear(person=person, group="identity", text=given.name),
        resident_id=Clear(person=person, group="identity", text=number),
        groups=Clear(person=person, group="sensitive", text=msgspec.json.encode(given.groups).decode()),
    )
