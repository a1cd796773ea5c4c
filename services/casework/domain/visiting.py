"""A service delivered to a household, recorded as it was and measured against its standard (二(三) 服务性工作)."""

import unicodedata
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from services.casework.domain.commands import RecordVisit
from services.casework.domain.guards import by_its_officer, rejected_unless
from services.casework.domain.members import own_committee
from services.casework.domain.state import Household
from services.casework.domain.visits import has_number, microseconds
from services.casework.rules import REGULAR_VISIT, ServiceStandard, due_on, standard_points_missed
from services.contracts.casework import VisitCompleted
from services.contracts.deciding import CHINA, CommandRejected, Context
from services.contracts.months import Month
from services.contracts.sealed import Clear


def visit(state: Household, command: RecordVisit, context: Context) -> VisitCompleted:
    """A visit recorded by whoever made it, the officer named or a contractor's own person; a taken number is refused."""
    if context.role != "contractor":
        by_its_officer(command.officer, context)
    rejected_unless(state.known, "household-unknown", "没有该户档案", "the household has no folder")
    rejected_unless(
        not has_number(state.visit_nos, command.visit_no),
        "visit-repeated",
        "该走访编号已登记",
        "this visit is recorded already",
    )
    return completed(state, command, context, author=context.actor)


def completed(state: Household, command: RecordVisit, context: Context, *, author: str) -> VisitCompleted:
    """A visit is recorded as it was; whether it meets the service standard (二(三)) is stated with it."""
    rejected_unless(state.known, "household-unknown", "没有该户档案", "the household has no folder")
    own_committee(command.committee, command.town, command.household_no)
    rejected_unless(
        command.ended_at > command.started_at,
        "ended-before-started",
        "结束时间早于开始时间",
        "it ended before it started",
    )
    rejected_unless(command.ended_at <= context.now, "time-in-future", "ended_at 在将来", "ended_at lies in the future")
    # Anything else could be a name, and what is written here stands in clear on the log.
    rejected_unless(
        not command.person_seen or state.person_of(command.person_seen) is not None,
        "person-unknown",
        "所见之人应填与申请人关系（如本人、配偶）",
        "state who was seen by a member's relation or pseudonym",
    )
    day = command.started_at.astimezone(CHINA).date()
    missed = _points_missed(command, context, day)
    words = _words(command.notes)
    return VisitCompleted(
        visit_no=command.visit_no,
        service=command.service,
        officer=command.officer,
        town=command.town,
        committee=command.committee,
        started_at=command.started_at,
        ended_at=command.ended_at,
        person_seen=command.person_seen,
        co_signed=command.co_signed,
        evidence_sha256=command.evidence_sha256,
        notes=_notes(state, command, context),
        standard_met=not missed,
        missed_points=missed,
        pack_version=context.rules.version_on("service_standard", day),
        author=author,
        uploaded_by=context.actor,
        content_pseudonym=context.pseudonym(_content(command)),
        due_on=_due_on(state, command, author, day),
        notes_pseudonym=context.pseudonym(f"notes|{words}") if words else "",
        notes_characters=len(words),
    )


def _content(command: RecordVisit) -> str:
    """What a visit says, the same text for the same content."""
    said = (
        command.subject, command.service, command.officer, command.committee, command.started_at.astimezone(UTC),
        command.ended_at.astimezone(UTC), command.person_seen, command.co_signed, sorted(command.evidence_sha256),
        command.notes,
    )  # fmt: skip
    return f"visit|{msgspec.json.encode(said).decode()}"


def _words(notes: str) -> str:
    """The notes by their letters and digits alone: the same for the same words, however they are spaced and stopped."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", notes)))


def _due_on(state: Household, command: RecordVisit, author: str, day: date) -> date | None:
    """The last day of the planned visit this one fulfils: the first of the month the first, and so on; none for another service."""
    if command.service != REGULAR_VISIT or author != f"officer:{command.officer}":
        return None
    month = Month.of(day)
    begins_us = microseconds(datetime.combine(month.first_day, time(), CHINA))
    started_us = microseconds(command.started_at)
    earlier = sum(one.of_plan and begins_us <= one.started_us < started_us for one in state.visits)
    return due_on(month, earlier + 1, state.visits_per_month)


def _points_missed(command: RecordVisit, context: Context, day: date) -> tuple[str, ...]:
    standard = context.rule_on("service_standard", day, ServiceStandard).services.get(command.service)
    if standard is None:
        raise CommandRejected("service-unknown", "没有该服务项目的标准", "this service has no standard")
    return standard_points_missed(
        standard,
        minutes=(command.ended_at - command.started_at) // timedelta(minutes=1),
        evidence_count=len(set(command.evidence_sha256)),
        co_signed=command.co_signed,
        person_seen=bool(command.person_seen),
    )


def _notes(state: Household, command: RecordVisit, context: Context) -> Clear:
    """The notes under the key of who was seen, else of the applicant, else (no member known yet) of the folder."""
    applicant = state.members[0].person if state.members else context.pseudonym(command.subject)
    return Clear(person=state.person_of(command.person_seen) or applicant, group="sensitive", text=command.notes)
