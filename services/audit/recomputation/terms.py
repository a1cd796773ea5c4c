"""Which facts state a last day, and from what it should follow: start, count, and where the figure stands in a pack."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from services.contracts import audit, casework, intake, payroll
from services.contracts.deciding import CHINA, Record
from services.contracts.registry import Fact

# Working days; calendar days moved on; full days; the end of the month so many months on; a term in months, moved on (suit);
# the day before the same day (validity); bare calendar days.
Counting = Literal["workdays", "days", "full_days", "month_end", "months", "validity", "plain_days"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A last day as stated. `clock` names it as the clock ledger does, `of` the matter (application, complaint, person …).

    `path`: where the number stands in the owner's pack `pack`; `day` (else `start`) decides which version counts.
    `runs`: its pauses, extensions and running out are facts of the clock ledger, and are counted again as well.
    """

    clock: str
    of: str
    said: date
    start: date
    counting: Counting
    owner: str
    pack: str
    path: tuple[str, ...]
    day: date | None = None
    town: str = ""
    article: str = ""
    runs: bool = True


def terms_of(record: Record, needs: dict[str, str]) -> Iterator[Term]:
    """The last days that a record states. `needs`: the need of each application, and the severity of each finding, that
    its partition told of so far.
    """
    make = _TERMS.get(type(record.fact))
    if make is not None:
        yield from make(record, needs)


def day_of(record: Record) -> date:
    """The civil date in China on which a record was decided."""
    return record.envelope.recordedtime.astimezone(CHINA).date()


_Make = Callable[[Record, dict[str, str]], Iterator[Term]]


def _procedure(record: Record, clock: str, of: str, said: date, start: date, *path: str, **more: Any) -> Term:
    """A term in working days of the owner's pack ``procedure``, unless `more` says otherwise."""
    fields: dict[str, Any] = {"counting": "workdays", "owner": record.envelope.owner, "pack": "procedure"} | more
    town = getattr(record.fact, "town", "")
    return Term(clock=clock, of=of, said=said, start=start, path=path, town=town, **fields)


def _accepted(record: Record, _: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    for clock, said, figure in (
        ("acceptance_investigation", fact.investigate_by, "investigate_workdays"),
        ("acceptance_outer", fact.decide_by, "decide_workdays"),
    ):
        yield _procedure(record, clock, fact.application_no, said, fact.accepted_on, "needs", fact.need, figure)


def _opened(record: Record, _: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    number, day = fact.application_no, fact.accepted_on
    for clock, said, figure in (
        ("investigation", fact.investigate_by, "investigate_workdays"), ("outer", fact.decide_by, "decide_workdays"),
    ):  # fmt: skip
        yield _procedure(record, clock, number, said, day, "needs", fact.need, figure, owner="intake")
    for step in fact.procedure:
        if step.step == "check_started" and step.due_on is not None:
            yield _procedure(record, "check_start", number, step.due_on, day, "needs", fact.need, "check_workdays")
        elif step.step == "opinion_signed" and step.due_on is not None:
            yield _procedure(record, "first_opinion", number, step.due_on, day, "needs", fact.need, "opinion_workdays")


def _referred(record: Record, _: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    start = fact.referred_on or day_of(record)
    if isinstance(fact, intake.ApplicationIntroduced):
        yield _procedure(
            record, "referral", fact.application_no, fact.answer_by, start, "introduction", "answer_workdays"
        )
        return
    yield _procedure(record, "referral", fact.application_no, fact.answer_by, start, "departments", fact.department)


def _discovered(record: Record, _: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    yield _procedure(
        record, "discovery", fact.discovery_no, fact.follow_up_by, fact.discovered_on, "discovery", "workdays"
    )


def _submitted(record: Record, needs: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    need = needs.get(fact.application_no, "")
    yield _procedure(
        record, "bureau", fact.application_no, fact.decide_by, fact.submitted_on, "needs", need, "bureau_workdays"
    )


def _posted(record: Record, needs: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    path = ("needs", needs.get(fact.application_no, ""), "notice_days")
    yield _procedure(record, "notice", fact.application_no, fact.ends_on, fact.posted_on, *path, counting="full_days")


def _contested(record: Record, needs: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    path = ("needs", needs.get(fact.application_no, ""), "recheck_workdays")
    yield _procedure(record, "recheck", fact.application_no, fact.recheck_by, fact.contested_on, *path)


def _help_asked(record: Record, _: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    path = ("needs", fact.need, "help_workdays")
    yield _procedure(record, "survey_help", fact.application_no, fact.answer_by, fact.asked_on, *path)


def _confirmed(record: Record, _: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    day, number = fact.decided_on, fact.application_no
    if fact.papers_by is not None:
        yield _procedure(record, "papers", number, fact.papers_by, day, "needs", fact.need, "papers_workdays")
    if fact.valid_until is not None:
        valid = ("needs", fact.need, "valid_months")
        yield _procedure(record, "validity", "", fact.valid_until, day, *valid, counting="validity")
    if fact.reverify_by is not None:
        yield _procedure(
            record, "reverification", "", fact.reverify_by, day, "first", fact.need, counting="month_end",
            pack="reverification",
        )  # fmt: skip


def _refused(record: Record, _: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    path = ("needs", fact.need, "refusal_notice_workdays")
    yield _procedure(record, "written_notice", fact.application_no, fact.written_notice_by, fact.decided_on, *path)


def _delivered(record: Record, _: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    day, number = fact.delivered_on, fact.application_no
    if fact.review_by is not None:
        yield _procedure(record, "review", number, fact.review_by, day, "remedies", "review_days", counting="days")
    if fact.sue_by is not None:
        yield _procedure(record, "suit", number, fact.sue_by, day, "remedies", "sue_months", counting="months")


def _reverified(record: Record, _: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    path = ("cadences", fact.cadence)
    yield _procedure(
        record,
        "reverification",
        "",
        fact.next_by,
        fact.reverified_on,
        *path,
        counting="month_end",
        pack="reverification",
    )


def _termination(record: Record, _: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    path = ("termination_notice_days", fact.category)
    yield _procedure(
        record, "termination", "", fact.ends_on, fact.posted_on, *path, counting="full_days", pack="reverification"
    )


def _complaint(record: Record, _: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    yield _procedure(
        record, "complaint", fact.complaint_no, fact.answer_by, fact.received_on, "complaints", "answer_workdays"
    )


def _ability(record: Record, _: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    yield _procedure(
        record, "reassessment", fact.person, fact.reassess_by, fact.reported_on, "reassess_workdays", pack="ability"
    )


def _task(record: Record, _: dict[str, str]) -> Iterator[Term]:
    match record.fact:
        case casework.DifferenceFound() as fact:
            yield _procedure(
                record, "difference", fact.task_no, fact.settle_by, fact.found_on, "settle_workdays",
                pack="municipal_exchange",
            )  # fmt: skip
        case casework.ChangeTaskOpened() as fact:
            yield _procedure(
                record, "change", fact.task_no, fact.visit_by, fact.opened_on, "visit_workdays", pack="early_warning"
            )
        case casework.WarningOpened() as fact:
            yield _procedure(
                record, "warning", fact.task_no, fact.visit_by, fact.received_on, "visit_workdays", pack="early_warning"
            )


def _training(record: Record, _: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    december = date(fact.year - 1, 12, 1)
    yield _procedure(
        record, "training", f"{fact.staff}/{fact.year}", fact.due_on, december, "due_month", counting="month_end",
        pack="training", day=date(fact.year, 1, 1),
    )  # fmt: skip


def _appraised(record: Record, _: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    quarter_end = date(fact.year + fact.quarter // 4, fact.quarter * 3 % 12 + 1, 1) - timedelta(days=1)
    said, figure = (
        (fact.answer_by, "ruling_days")
        if isinstance(fact, payroll.AppraisalContested)
        else (fact.contest_until, "contest_days")
    )
    yield _procedure(
        record, figure, f"{fact.officer}/{fact.year}Q{fact.quarter}", said, day_of(record), figure,
        counting="plain_days", pack="appraisal", day=quarter_end,
    )  # fmt: skip


def _ranking(record: Record, _: dict[str, str]) -> Iterator[Term]:
    fact: Any = record.fact
    yield _procedure(
        record, "ranking", fact.round_no, fact.last_day_on, fact.posted_on, "posting_days", counting="full_days",
        pack="appointment",
    )  # fmt: skip


def _rectification(record: Record, severities: dict[str, str]) -> Iterator[Term]:
    match record.fact:
        case audit.FindingAssigned(previous="") as fact:  # whoever takes it over has the day there was
            clock, said, start, figure = "rectification", fact.due_on, fact.assigned_on, "rectify_workdays"
        case audit.FindingAnswered() as fact:
            clock, said, start, figure = "verification", fact.verify_by, fact.answered_on, "verify_workdays"
        case audit.RectificationVerified(rectify_by=date() as rectify_by) as fact:
            clock, said, start, figure = "rectification", rectify_by, fact.verified_on, "again_workdays"
        case audit.FindingContested() as fact:
            yield _procedure(
                record, "contest", fact.finding_no, fact.decide_by, fact.contested_on, "contest_decide_workdays",
                pack="rectification", runs=False,
            )  # fmt: skip
            return
        case _:
            return
    path = ("terms", severities.get(fact.finding_no, ""), figure)
    yield _procedure(record, clock, fact.finding_no, said, start, *path, pack="rectification", runs=False)


_TERMS: Final[dict[type[Fact], _Make]] = {
    intake.ApplicationAccepted: _accepted,
    intake.ApplicationReferred: _referred,
    intake.ApplicationIntroduced: _referred,
    intake.NeedDiscovered: _discovered,
    casework.CaseOpened: _opened,
    casework.OpinionSubmitted: _submitted,
    casework.NoticePosted: _posted,
    casework.CheckContested: _contested,
    casework.SurveyHelpAsked: _help_asked,
    casework.EligibilityConfirmed: _confirmed,
    casework.EligibilityRefused: _refused,
    casework.RefusalDelivered: _delivered,
    casework.HouseholdReverified: _reverified,
    casework.TerminationPosted: _termination,
    casework.ComplaintReceived: _complaint,
    casework.AbilityChangeReported: _ability,
    casework.DifferenceFound: _task,
    casework.WarningOpened: _task,
    casework.ChangeTaskOpened: _task,
    casework.TrainingOwed: _training,
    payroll.AppraisalProposed: _appraised,
    payroll.AppraisalSettled: _appraised,
    payroll.AppraisalContested: _appraised,
    payroll.RankingPosted: _ranking,
    audit.FindingAssigned: _rectification,
    audit.FindingAnswered: _rectification,
    audit.RectificationVerified: _rectification,
    audit.FindingContested: _rectification,
}
STATE_TERMS: Final[tuple[type[Fact], ...]] = tuple(_TERMS)
