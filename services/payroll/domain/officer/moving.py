"""Moves, added duties, absences and exits: what towns report, what the bureau approves (四(二)); fills no post itself."""

from services.contracts.deciding import CommandRejected, Context
from services.contracts.payroll import (
    AbsenceCancelled,
    AbsenceRecorded,
    ExitWithdrawn,
    OfficerLeft,
    ReassignmentApproved,
    ReassignmentRefused,
    ReassignmentReported,
    ReservationGivenUp,
)
from services.contracts.registry import Fact
from services.payroll.domain.guards import in_order, no_personal_number, on_list, rejected_unless, text_given
from services.payroll.domain.officer.commands import (
    ApproveReassignment,
    CancelAbsence,
    RecordAbsence,
    RecordExit,
    RefuseReassignment,
    ReportReassignment,
    WithdrawExit,
)
from services.payroll.domain.officer.entering import FAULTS
from services.payroll.domain.officer.state import Officer, Reported
from services.payroll.rules import APPOINTMENT, ATTENDANCE, Appointment, Attendance, pack_on


def report(officer: Officer, command: ReportReassignment) -> tuple[Fact, ...]:
    """Raised for the bureau, and nothing else: post and pay stay as they are."""
    _new_number(officer, command.report_no)
    rejected_unless(
        officer.town == command.town,
        "wrong-town",
        f"该低保员不在 {command.town}",
        f"the officer is not on a post of {command.town}",
    )
    text_given("reason", command.reason)
    no_personal_number(command.duty)
    if command.kind == "duty":
        text_given("duty", command.duty)
    else:
        rejected_unless(
            command.to_town != command.town, "town-same", "调往镇街与现镇街相同", "this is the officer's town"
        )
    in_order("from_on", officer.place.from_on, "since_on", command.since_on)
    return (
        ReassignmentReported(
            officer=command.officer,
            report_no=command.report_no,
            kind=command.kind,
            from_town=command.town,
            to_town=command.to_town,
            duty=command.duty,
            since_on=command.since_on,
            reason=command.reason,
        ),
    )


def _new_number(officer: Officer, number: str) -> None:
    rejected_unless(
        number not in officer.reports and number not in officer.decided,
        "number-taken",
        "该编号已用",
        "this number is taken",
    )


def _reported(officer: Officer, report_no: str) -> Reported:
    known = officer.reports.get(report_no)
    if known is None:
        raise CommandRejected("report-unknown", "没有待批的该项报告", "no such report waits for a decision")
    return known


def approve(officer: Officer, command: ApproveReassignment) -> tuple[Fact, ...]:
    """Officer, from, to or duty, and the day it counts from (四(二)); moves are approved in the order of their days."""
    _new_number(officer, command.approval_no)
    text_given("document", command.document)
    no_personal_number(command.duty)
    if command.report_no:
        known = _reported(officer, command.report_no)
        rejected_unless(
            known.kind == command.kind, "kind-differs", "与报告事项不一致", "the report is about something else"
        )
    place = officer.place
    in_order("from_on", place.from_on, "effective_on", command.effective_on)
    in_order("effective_on", command.effective_on, "last_day_on", officer.last_day_on)
    post_no, town = place.code, place.town
    if command.kind == "move":
        post_no, town = _target(officer, command)
    else:
        text_given("duty", command.duty)
        rejected_unless(not command.to_post, "post-with-duty", "增加职责不改变岗位", "an added duty moves nobody")
    return (
        ReassignmentApproved(
            officer=command.officer,
            person=officer.person,
            approval_no=command.approval_no,
            report_no=command.report_no,
            kind=command.kind,
            from_town=place.town,
            from_post=place.code,
            town=town,
            post_no=post_no,
            duty=command.duty,
            effective_on=command.effective_on,
            document=command.document,
        ),
    )


def _target(officer: Officer, command: ApproveReassignment) -> tuple[str, str]:
    """The post kept for this officer, free on the day the move counts from, in the town that was reported."""
    reserved = officer.reserved
    if reserved is None or reserved.post_no != command.to_post:
        raise CommandRejected(
            "post-not-reserved", "目标岗位尚未为该低保员保留", "the post is not kept for this officer; reserve it first"
        )
    in_order("free_from_on", reserved.free_from_on or command.effective_on, "effective_on", command.effective_on)
    rejected_unless(
        officer.place.from_on < command.effective_on,
        "out-of-order",
        "生效日期须晚于到现岗位的日期",
        "the move must count from a later day than the present post does",
    )
    if command.report_no:
        reported = _reported(officer, command.report_no)
        rejected_unless(
            reported.to_town == reserved.town,
            "town-differs",
            f"报告调往 {reported.to_town}，岗位属于 {reserved.town}",
            f"reported to {reported.to_town}, the post is one of {reserved.town}",
        )
    return reserved.post_no, reserved.town


def refuse(officer: Officer, command: RefuseReassignment) -> tuple[Fact, ...]:
    _reported(officer, command.report_no)
    text_given("reason", command.reason)
    return (
        ReassignmentRefused(
            officer=command.officer, report_no=command.report_no, from_town=officer.town, reason=command.reason
        ),
    )


# ---- leave and absence


def record_absence(officer: Officer, command: RecordAbsence, context: Context) -> tuple[Fact, ...]:
    """An absence is a fact with a proof; a later one of the same number corrects it, and pay follows (months are never edited)."""
    kinds = pack_on(context.rules, ATTENDANCE, context.today, Attendance).recorded
    on_list("kind", command.kind, kinds)
    for ground in command.grounds:
        on_list("ground", ground, kinds[command.kind].more_days)
    in_order("from_on", command.from_on, "until_on", command.until_on)
    no_personal_number(command.corrects)
    town = _on_post(officer, command)
    known = officer.absences.get(command.absence_no)
    if known is not None:
        said = (known.kind, known.from_on, known.until_on, known.grounds)
        if said == (command.kind, command.from_on, command.until_on, command.grounds):
            return ()
        text_given("corrects", command.corrects)
    _refuse_overlap(officer, command)
    return (
        AbsenceRecorded(
            officer=command.officer,
            town=town,
            absence_no=command.absence_no,
            kind=command.kind,
            from_on=command.from_on,
            until_on=command.until_on,
            evidence_sha256=command.evidence_sha256,
            corrects=command.corrects,
            grounds=command.grounds,
        ),
    )


def _on_post(officer: Officer, command: RecordAbsence) -> str:
    """The town where the officer was on a post on the first day; a town's people speak of their own officers only."""
    town = officer.town_on(command.from_on)
    rejected_unless(bool(town), "not-on-post", "该日不在岗位上", "the officer was on no post on that day")
    _own_officer(town, command.town)
    return town


def _own_officer(town: str, said: str) -> None:
    rejected_unless(
        town == said, "wrong-town", f"该低保员当日不属于 {said}", f"the officer was not one of {said} on that day"
    )  # fmt: skip


def _refuse_overlap(officer: Officer, command: RecordAbsence) -> None:
    """Nobody is away twice on one day: a day would be deducted twice."""
    for number, other in officer.absences.items():
        after = command.until_on is not None and command.until_on < other.from_on
        before = other.until_on is not None and other.until_on < command.from_on
        rejected_unless(
            number == command.absence_no or after or before,
            "absence-overlaps",
            f"与已登记的请假 {number} 重叠，请更正该项",
            f"it overlaps absence {number}; correct that one",
        )


def cancel_absence(officer: Officer, command: CancelAbsence) -> tuple[Fact, ...]:
    known = officer.absences.get(command.absence_no)
    if known is None:
        raise CommandRejected("absence-unknown", "没有登记该项请假", "no such absence is on record")
    text_given("reason", command.reason)
    town = officer.town_on(known.from_on)
    _own_officer(town, command.town)
    return (AbsenceCancelled(officer=command.officer, town=town, absence_no=command.absence_no, reason=command.reason),)


# ---- exit


def leave(officer: Officer, command: RecordExit, context: Context) -> tuple[Fact, ...]:
    """The post is vacant the day after; casework ends the duty, which takes a hand-over first (四(二))."""
    exits = pack_on(context.rules, APPOINTMENT, context.today, Appointment).exits
    on_list("reason", command.reason, exits)
    text_given("document", command.document)
    place = officer.place
    in_order("from_on", place.from_on, "last_day_on", command.last_day_on)
    left = OfficerLeft(
        officer=command.officer,
        town=place.town,
        post_no=place.code,
        last_day_on=command.last_day_on,
        reason=command.reason,
        document=command.document,
    )
    kept = officer.reserved
    if kept is None:
        return (left,)
    # Whoever leaves moves nowhere: the post that was kept for them is somebody else's.
    given_up = ReservationGivenUp(
        officer=command.officer, post_no=kept.post_no, town=kept.town, reason=command.reason
    )  # fmt: skip
    return (left, given_up)


def stay(officer: Officer, command: WithdrawExit, context: Context) -> tuple[Fact, ...]:
    """The exit is undone as if it had never been stated; what was given up with it, a post kept elsewhere, is not.

    Once the last day is over it puts somebody back on the payroll for days past: the bureau's leader alone may.
    """
    if officer.last_day_on is None:
        raise CommandRejected("exit-unknown", "没有登记离任，无可撤回", "no exit is on record")
    text_given("reason", command.reason)
    text_given("document", command.document)
    rejected_unless(
        context.today <= officer.last_day_on or context.role == "bureau-leader",
        "leader-only",
        "最后在岗日已过，须由局领导撤回",
        "the last day is over: only the bureau's leader may withdraw the exit",
    )
    if command.post_fault:
        raise CommandRejected(command.post_fault, *FAULTS[command.post_fault])
    place = officer.place
    withdrawn = ExitWithdrawn(
        officer=command.officer,
        person=officer.person,
        town=place.town,
        post_no=place.code,
        last_day_on=officer.last_day_on,
        reason=command.reason,
        document=command.document,
    )
    return (withdrawn,)
