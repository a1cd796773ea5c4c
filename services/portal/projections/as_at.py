"""What has to be read as at a day and is no sum of days: how old open findings are, officers' tenure and certificates, allotted posts."""

from datetime import date
from typing import Any, Final

import msgspec

from services.contracts.audit import FindingClosed, FindingContestDecided, FindingOpened, FindingRecurred
from services.contracts.deciding import Model, Record
from services.contracts.payroll import (
    CertificateExpired,
    CertificateRecorded,
    CertificateRevoked,
    ExitWithdrawn,
    OfficerAppointed,
    OfficerLeft,
    OfficerTakenOver,
    PostsAllotted,
    ReassignmentApproved,
)
from services.portal.measures import day_of


class Stay(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """From a day to a day, the first included and the last not; it goes on where `until` is null. `what`: a town, a qualification."""

    what: str
    since: date
    until: date | None = None


class FindingAge(msgspec.Struct, frozen=True, kw_only=True):
    """A finding and the days on which it stood open."""

    finding_no: str
    town: str
    severity: str
    opened: tuple[Stay, ...]


class OfficerStanding(msgspec.Struct, frozen=True, kw_only=True):
    """An officer: years of service count from when, in which towns, which qualifications held when; no name."""

    officer: str
    town: str
    service_from: date
    stays: tuple[Stay, ...]
    certificates: tuple[Stay, ...]


class TownPosts(msgspec.Struct, frozen=True, kw_only=True):
    """The posts a town had from a day on, by the bureau's allotment."""

    town: str
    day: date
    post_count: int


def _ended(stays: tuple[Stay, ...], day: date, what: str | None = None) -> tuple[Stay, ...]:
    """The stays with the open one (of `what`, where it is named) ended."""
    return tuple(
        msgspec.structs.replace(one, until=day) if one.until is None and what in (None, one.what) else one
        for one in stays
    )


def _finding(row: FindingAge | None, record: Record, _: str) -> FindingAge | None:
    fact, day = record.fact, day_of(record)
    if isinstance(fact, FindingOpened):
        return FindingAge(
            finding_no=fact.finding_no, town=fact.town, severity=fact.severity, opened=(Stay(what="", since=day),)
        )
    if row is None:
        return None
    if isinstance(fact, FindingRecurred):
        again = (*row.opened, Stay(what="", since=day)) if fact.reopened else row.opened
        return msgspec.structs.replace(row, opened=again)
    if isinstance(fact, FindingContestDecided) and fact.outcome != "upheld":
        return row
    return msgspec.structs.replace(row, opened=_ended(row.opened, day))


def _officer(row: OfficerStanding | None, record: Record, _: str) -> OfficerStanding | None:
    match record.fact:
        case OfficerTakenOver() as fact:
            since = fact.service_from_on or fact.appointed_on
            held = tuple(
                Stay(what=one.qualification, since=one.issued_on, until=one.expires_on) for one in fact.certificates
            )
            if not held and fact.qualification not in ("", "none"):
                held = (Stay(what=fact.qualification, since=fact.qualified_on or since),)
            stay = Stay(what=fact.town, since=day_of(record))
            return OfficerStanding(
                officer=fact.officer, town=fact.town, service_from=since, stays=(stay,), certificates=held
            )
        case OfficerAppointed() as fact:
            stay = Stay(what=fact.town, since=fact.appointed_on)
            return OfficerStanding(
                officer=fact.officer, town=fact.town, service_from=fact.appointed_on, stays=(stay,), certificates=()
            )
        case OfficerLeft() as fact if row is not None:
            return msgspec.structs.replace(
                row, stays=_ended(row.stays, date.fromordinal(fact.last_day_on.toordinal() + 1))
            )
        case ExitWithdrawn() as fact if row is not None:
            again = Stay(what=fact.town, since=date.fromordinal(fact.last_day_on.toordinal() + 1))
            return msgspec.structs.replace(row, stays=(*row.stays, again))
        case ReassignmentApproved(kind="move") as fact if row is not None:
            moved = (*_ended(row.stays, fact.effective_on), Stay(what=fact.town, since=fact.effective_on))
            return msgspec.structs.replace(row, town=fact.town, stays=moved)
        case CertificateRecorded() as fact if row is not None:
            again = Stay(what=fact.qualification, since=fact.issued_on, until=fact.expires_on)
            others = tuple(one for one in row.certificates if one.what != fact.qualification)
            return msgspec.structs.replace(row, certificates=(*others, again))
        case CertificateRevoked() as fact if row is not None:
            kept = _ended(row.certificates, fact.invalid_from_on, fact.qualification)
            return msgspec.structs.replace(row, certificates=kept)
        case _:
            return row


def _allotted(row: TownPosts | None, record: Record, key: str) -> TownPosts | None:
    fact: Any = record.fact
    town = key.partition("|")[0]
    counts = [one.post_count for one in fact.towns if one.town == town]
    return TownPosts(town=town, day=day_of(record), post_count=counts[0]) if counts else row


FINDING_AGES: Final = Model(
    name="finding_ages", row=FindingAge, listens=(FindingOpened, FindingClosed, FindingContestDecided, FindingRecurred),
    keys=lambda record: (record.envelope.subject,), evolve=_finding, internal=True,
)  # fmt: skip
OFFICERS: Final = Model(
    name="officers", row=OfficerStanding,
    listens=(
        OfficerTakenOver, OfficerAppointed, OfficerLeft, ExitWithdrawn, ReassignmentApproved, CertificateRecorded, CertificateRevoked,
        CertificateExpired,
    ),
    keys=lambda record: (record.envelope.subject,), evolve=_officer, internal=True,
    every_town="an officer's row is of all towns of a career; figures count each town's days",
)  # fmt: skip
TOWN_POSTS: Final = Model(
    name="town_posts", row=TownPosts, listens=(PostsAllotted,),
    keys=lambda record: tuple(f"{one.town}|{record.envelope.id}" for one in record.fact.towns),  # type: ignore[attr-defined]
    evolve=_allotted, internal=True,
)  # fmt: skip
