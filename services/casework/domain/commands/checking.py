"""Commands about the information check (家庭信息核查比对) of one application."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from services.casework.domain.commands.case import OfApplication
from services.casework.domain.commands.shapes import Code, Line, Name, Pseudonym, Reference, Relation, Sha256

REGISTERS_MAX = 20
PERSONS_MAX = 40

Registers = Annotated[tuple[Code, ...], Meta(min_length=1, max_length=REGISTERS_MAX)]


class GivenPerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to be checked; `authorisation_sha256` of the signed paper, None: not signed.

    `supporter`: not a member, but one who owes the applicant maintenance (赡养、抚养、扶养义务人).
    """

    resident_id: Annotated[str, Meta(max_length=40)]
    name: Name
    relation: Relation
    supporter: bool = False
    authorisation_sha256: Sha256 | None = None


class RequestInformationCheck(OfApplication, frozen=True, kw_only=True):
    """Start the cross-check in `registers` for `persons`: every member, and where the procedure says so every supporter.

    `no_supporter`: it is declared that there is none.
    """

    registers: Registers
    persons: Annotated[tuple[GivenPerson, ...], Meta(min_length=1, max_length=PERSONS_MAX)]
    no_supporter: bool = False


class RecordInformationCheck(OfApplication, frozen=True, kw_only=True):
    """Record what registers answered; `conflicts` names those that contradict the household, not how.

    `registers` that answer now, none named: all that are still asked. `unanswered`: such as give no answer and will give
    none, with the `reason`, so that the check does not wait for them. `check_no`: of the request that is answered.
    """

    conflicts: Annotated[tuple[Code, ...], Meta(max_length=REGISTERS_MAX)]
    returned_on: date
    registers: Annotated[tuple[Code, ...], Meta(max_length=REGISTERS_MAX)] = ()
    conflict_persons: Annotated[tuple[Pseudonym, ...], Meta(max_length=PERSONS_MAX)] = ()
    check_no: Reference | None = None
    unanswered: Annotated[tuple[Code, ...], Meta(max_length=REGISTERS_MAX)] = ()
    reason: Line = ""


class ExportCheck(OfApplication, frozen=True, kw_only=True):
    """Give out who is checked, by name, to one register; the fact is written first, the names after."""

    register: Code
    reason: Line


class ContestCheck(OfApplication, frozen=True, kw_only=True):
    """Register that the household contests (异议) what registers answered; what it says stays in its paper."""

    contest_no: Reference
    registers: Registers
    contested_on: date


class ResolveConflict(OfApplication, frozen=True, kw_only=True):
    """Settle what one register said against the household, with the reason and the document that shows it."""

    register: Code
    reason: Line
    document_sha256: Sha256
