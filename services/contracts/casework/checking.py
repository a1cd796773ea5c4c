"""Facts about the information check beside its request and answer: who is asked about, what is exported, contested, resolved."""

from datetime import date

from services.contracts.registry import Fact, fact
from services.contracts.sealed import Personal


class CheckedPerson(Fact, frozen=True, kw_only=True):
    """Somebody whose affairs are checked, with the written authorisation that allows it (arts. 9, 17).

    `supporter`: no member, but one who owes the applicant maintenance (法定赡养、抚养、扶养义务人).
    """

    person: str
    relation: str
    supporter: bool
    name: Personal
    resident_id: Personal
    authorisation_sha256: str


@fact("casework", "check_exported", subject="household")
class CheckExported(Fact, frozen=True, kw_only=True):
    """Who is checked was given out by name to one register; which, how many and why."""

    application_no: str
    town: str
    check_no: str
    register: str
    person_count: int
    reason: str
    reader_role: str


@fact("casework", "check_contested", subject="household")
class CheckContested(Fact, frozen=True, kw_only=True):
    """The household contested what registers said of it (art. 18): they are asked again, by `recheck_by`.

    `clock_by`: the clock's last day where an earlier contest is open and due before; it moves no earlier one's day.
    """

    application_no: str
    town: str
    contest_no: str
    registers: tuple[str, ...]
    contested_on: date
    recheck_by: date
    pack_version: str
    clock_by: date | None = None


@fact("casework", "conflict_resolved", subject="household")
class ConflictResolved(Fact, frozen=True, kw_only=True):
    """A person settled what one register said against the household, with reason and document; never silently (art. 18)."""

    application_no: str
    town: str
    register: str
    reason: str
    document_sha256: str
    resolved_by: str
