"""Read model of information checks that wait for registers: what a batch file of open requests is made of; no names."""

from datetime import date
from typing import Any, Final

import msgspec

from services.casework.domain.cases import left_open
from services.casework.projections.households import household_no_of
from services.contracts.casework import (
    CaseClosed,
    EligibilityConfirmed,
    EligibilityRefused,
    InformationCheckRequested,
    InformationCheckReturned,
    PapersCompleted,
)
from services.contracts.deciding import Model, Record


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """Who is checked, by pseudonym."""

    person: str
    relation: str
    supporter: bool


class OpenCheckRow(msgspec.Struct, frozen=True, kw_only=True):
    """The running check of one application by its number; gone when the last register has answered or the case ended."""

    household: str
    town: str
    check_no: str
    requested_on: date | None
    open_registers: tuple[str, ...]
    persons: tuple[PersonRow, ...]


def _keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.application_no,)


def _check(row: OpenCheckRow | None, record: Record, _: str) -> OpenCheckRow | None:
    match record.fact:
        case InformationCheckRequested() as fact:
            return OpenCheckRow(
                household=household_no_of(record),
                town=fact.town,
                check_no=fact.check_no,
                requested_on=fact.requested_on,
                open_registers=fact.registers,
                persons=tuple(
                    PersonRow(person=one.person, relation=one.relation, supporter=one.supporter) for one in fact.persons
                ),
            )
        case InformationCheckReturned() as fact if row is not None:
            waiting, _conflicts = left_open(row.open_registers, (), fact)
            return msgspec.structs.replace(row, open_registers=waiting) if waiting else None
        case EligibilityConfirmed() as fact if fact.papers_by is not None:
            return row
        case _:
            return None


OPEN_CHECKS: Final = Model(
    name="open_checks",
    row=OpenCheckRow,
    listens=(
        InformationCheckRequested,
        InformationCheckReturned,
        EligibilityConfirmed,
        EligibilityRefused,
        CaseClosed,
        PapersCompleted,
    ),
    keys=_keys,
    evolve=_check,
)
