"""Registers of the window: near relatives (近亲属单独登记备案), matches for a person to decide, consultations by topic."""

from datetime import date
from typing import Any, Final

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.intake import (
    ConsultationRecorded,
    MatchDecided,
    MatchFound,
    NearRelativeDeclared,
)


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """One declaration: by whom (applicant, staff, found), about which staff member, and who registered it."""

    declared_by: str
    staff: str
    kinship: str
    declared_on: date
    stated_by: str


class NearRelativeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One request of the register, by its number.

    Both sides should declare: `staff_declared` is missing while only the applicant has. `recused`: a near relative had
    the duty for it and has to hand it over (回避).
    """

    household: str
    town: str
    committee: str
    needs: tuple[str, ...]
    applicant_declared: bool = False
    staff_declared: bool = False
    declarations: tuple[Declaration, ...] = ()
    recused: bool = False


class MatchRow(msgspec.Struct, frozen=True, kw_only=True):
    """One match by its number; `status`: open, same, different, merge. Persons by pseudonym, never by name."""

    town: str
    person: str
    household: str
    request_no: str
    how: str
    features: tuple[str, ...]
    other_person: str
    other_household: str
    other_town: str
    where: str
    status: str = "open"
    reason: str = ""
    decided_by: str = ""


class ConsultationCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Policy explained in a town about one topic (介绍政策), as far as one partition knows; add the partitions up."""

    town: str
    topic: str
    consultations: int = 0
    answered: int = 0
    leaflets: int = 0
    by_hotline: int = 0


def _request_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.request_no,)


def _relative(row: NearRelativeRow | None, record: Record, _: str) -> NearRelativeRow | None:
    """A line for every request about which anybody declared; both sides' declarations come together in it."""
    fact = record.fact
    if not isinstance(fact, NearRelativeDeclared):
        return row
    before = row or NearRelativeRow(
        household=record.envelope.subject.partition(":")[2], town=fact.town, committee=fact.committee, needs=fact.needs
    )
    declaration = Declaration(**{name: getattr(fact, name) for name in Declaration.__struct_fields__})
    return msgspec.structs.replace(
        before,
        applicant_declared=before.applicant_declared or fact.declared_by == "applicant",
        staff_declared=before.staff_declared or fact.declared_by == "staff",
        declarations=(*before.declarations, declaration),
        recused=before.recused or fact.recused,
    )


def _match_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.match_no,)


def _match(row: MatchRow | None, record: Record, _: str) -> MatchRow | None:
    match record.fact:
        case MatchFound() as fact:
            names = set(MatchRow.__struct_fields__) & set(MatchFound.__struct_fields__)
            fields = {name: getattr(fact, name) for name in names}
            person = record.envelope.subject.partition(":")[2]
            return MatchRow(person=person, household=fact.household_no, **fields)
        case MatchDecided() as fact if row is not None:
            return msgspec.structs.replace(row, status=fact.verdict, reason=fact.reason, decided_by=fact.decided_by)
        case _:
            return row


def _topic_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (f"{fact.town}/{fact.topic}",)


def _topic(row: ConsultationCounts | None, record: Record, _: str) -> ConsultationCounts | None:
    fact = record.fact
    if not isinstance(fact, ConsultationRecorded):
        return row
    before = row or ConsultationCounts(town=fact.town, topic=fact.topic)
    return msgspec.structs.replace(
        before,
        consultations=before.consultations + 1,
        answered=before.answered + bool(fact.answer),
        leaflets=before.leaflets + bool(fact.leaflet),
        by_hotline=before.by_hotline + (fact.channel == "hotline"),
    )


NEAR_RELATIVES: Final = Model(
    name="near_relatives",
    row=NearRelativeRow,
    listens=(NearRelativeDeclared,),
    keys=_request_keys,
    evolve=_relative,
)
MATCHES: Final = Model(
    name="matches", row=MatchRow, listens=(MatchFound, MatchDecided), keys=_match_keys, evolve=_match
)
CONSULTATIONS: Final = Model(
    name="consultations",
    row=ConsultationCounts,
    listens=(ConsultationRecorded,),
    keys=_topic_keys,
    evolve=_topic,
)
