"""What the edge looks up before a person is noted: who stands in which household, who receives, who shares a feature."""

from typing import Any, Final

import msgspec

from services.contracts.casework import (
    BenefitTerminated,
    EligibilityConfirmed,
    HouseholdReverified,
    HouseholdSurveyed,
    HouseholdTakenOver,
)
from services.contracts.deciding import Model, Record
from services.contracts.intake import RequestReceived
from services.contracts.registry import kind_of
from services.contracts.sealed import Personal


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """A person in a household that casework knows, keyed ``<person>/<household>``; `stock`: taken over with a benefit.

    Sealed as the latest fact has them, which is of the type `named_by`; the address as the stock has it.
    """

    household_no: str
    stock: bool
    named_by: str = ""
    name: Personal | None = None
    resident_id: Personal | None = None
    address: Personal | None = None


class BenefitRow(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a household receives a monthly benefit, as far as it changed since the stock was taken over."""

    receiving: bool


class FeatureRow(msgspec.Struct, frozen=True, kw_only=True):
    """A person of a household who has a feature (a birthday, a phone, an address), keyed ``<feature>/<household>/<person>``.

    The feature is a keyed pseudonym; the name is as the fact `kind` sealed it, the latest one. `request_no`: the latest
    request that named the person, empty for stock, which was taken over with a benefit or looked at again with one.
    """

    person: str
    household_no: str
    town: str
    request_no: str
    keys: tuple[str, ...]
    name: Personal
    kind: str = kind_of(RequestReceived)
    stock: bool = False


def _household_no(record: Record) -> str:
    return record.envelope.subject.partition(":")[2]


def _person_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return tuple(f"{member.person}/{_household_no(record)}" for member in fact.members)


def _person(row: PersonRow | None, record: Record, key: str) -> PersonRow:
    fact: Any = record.fact
    taken = isinstance(fact, HouseholdTakenOver)
    member = next(one for one in fact.members if one.person == key.rpartition("/")[0])
    return PersonRow(
        household_no=_household_no(record),
        stock=taken or (row is not None and row.stock),
        named_by=kind_of(type(fact)),
        name=member.name,
        resident_id=member.resident_id,
        address=fact.address if taken else row.address if row is not None else None,
    )


def _benefit_keys(record: Record) -> tuple[str, ...]:
    one_off = isinstance(record.fact, EligibilityConfirmed) and record.fact.one_off
    return () if one_off else (_household_no(record),)


def _benefit(_: BenefitRow | None, record: Record, __: str) -> BenefitRow:
    return BenefitRow(receiving=isinstance(record.fact, EligibilityConfirmed))


def _feature_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return tuple(f"{key}/{_household_no(record)}/{member.person}" for member in fact.members for key in member.keys)


def _feature(row: FeatureRow | None, record: Record, key: str) -> FeatureRow | None:
    fact, person = record.fact, key.rpartition("/")[2]
    if not isinstance(fact, RequestReceived | HouseholdTakenOver | HouseholdReverified):
        return row
    member = next((one for one in fact.members if one.person == person), None)
    if member is None:
        return row
    before = () if row is None else row.keys
    asked = row.request_no if row is not None else ""
    return FeatureRow(
        person=person,
        household_no=_household_no(record),
        town=fact.town,
        request_no=fact.request_no if isinstance(fact, RequestReceived) else asked,
        # What a request says takes the place of what an earlier one said; what is looked at again adds to it.
        keys=member.keys if isinstance(fact, RequestReceived) else tuple(dict.fromkeys((*before, *member.keys))),
        name=member.name,
        kind=kind_of(type(fact)),
        stock=not isinstance(fact, RequestReceived) or (row is not None and row.stock),
    )


PERSONS: Final = Model(
    name="persons",
    row=PersonRow,
    listens=(HouseholdTakenOver, HouseholdSurveyed),
    keys=_person_keys,
    evolve=_person,
    internal=True,
)
BENEFITS: Final = Model(
    name="benefits",
    row=BenefitRow,
    listens=(EligibilityConfirmed, BenefitTerminated),
    keys=_benefit_keys,
    evolve=_benefit,
    internal=True,
)
FEATURES: Final = Model(
    name="features",
    row=FeatureRow,
    listens=(RequestReceived, HouseholdTakenOver, HouseholdReverified),
    keys=_feature_keys,
    evolve=_feature,
    internal=True,
)
