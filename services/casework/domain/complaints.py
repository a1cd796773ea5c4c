"""Complaints and reports (投诉举报): registered, answered in their term; one about an open case brings the bureau's visit."""

from typing import assert_never

from services.casework.domain.commands import AnswerComplaint, MarkComplaintOverdue, RecordComplaint
from services.casework.domain.guards import case_of, not_before, not_by_investigator, not_in_future, rejected_unless
from services.casework.domain.state import Complaint, Household
from services.casework.rules import Procedure
from services.contracts.calendar import WorkingCalendar
from services.contracts.casework import ComplaintAnswered, ComplaintOverdue, ComplaintReceived
from services.contracts.clocks import overdue
from services.contracts.deciding import CommandRejected, Context
from services.contracts.registry import Fact

ComplaintCommand = RecordComplaint | AnswerComplaint | MarkComplaintOverdue


def decide_complaint(state: Household, command: ComplaintCommand, context: Context) -> Fact:
    match command:
        case RecordComplaint():
            return _record_complaint(state, command, context)
        case AnswerComplaint():
            return _answer_complaint(state, command, context)
        case MarkComplaintOverdue():
            return _mark_complaint_overdue(state, command, context)
        case _:
            assert_never(command)


def _record_complaint(state: Household, command: RecordComplaint, context: Context) -> ComplaintReceived:
    """Each one is checked and answered (民发〔2021〕57号 arts. 36-38)."""
    rejected_unless(state.known, "household-unknown", "没有该户档案", "there is no folder of this household")
    rejected_unless(
        command.complaint_no not in state.complaint_nos,
        "complaint-repeated",
        "该投诉举报已登记",
        "it is registered already",
    )
    not_in_future("received_on", command.received_on, context)
    if command.application_no is not None:
        case_of(state, command.application_no)
    terms = context.rule_on("procedure", command.received_on, Procedure).complaints
    if terms is None:
        raise CommandRejected("no-rule-in-force", "没有投诉举报的办理时限", "no term for complaints is in force")
    calendar = context.rule_on("calendar", command.received_on, WorkingCalendar)
    return ComplaintReceived(
        complaint_no=command.complaint_no,
        town=state.town,
        kind=command.kind,
        application_no=command.application_no or "",
        received_on=command.received_on,
        answer_by=calendar.plus_workdays(command.received_on, terms.answer_workdays),
        responsible=command.responsible,
        content_sha256=command.content_sha256,
        pack_version=context.rules.version_on("procedure", command.received_on),
    )


def _answer_complaint(state: Household, command: AnswerComplaint, context: Context) -> ComplaintAnswered:
    """Not by whose work it may be about: an investigator of the household's cases or of its last re-verification."""
    complaint = _waiting(state, command.complaint_no)
    not_in_future("answered_on", command.answered_on, context)
    not_before("answered_on", command.answered_on, "received_on", complaint.received_on)
    investigators = {who for case in state.cases for who in case.investigators} | set(state.verified_by)
    not_by_investigator(tuple(investigators), context)
    return ComplaintAnswered(
        complaint_no=complaint.complaint_no,
        town=state.town,
        outcome=command.outcome,
        answered_on=command.answered_on,
        due_on=complaint.answer_by,
        reply_sha256=command.reply_sha256,
    )


def _mark_complaint_overdue(state: Household, command: MarkComplaintOverdue, context: Context) -> ComplaintOverdue:
    """State once that a complaint was not answered in its term."""
    complaint = _waiting(state, command.complaint_no)
    rejected_unless(not complaint.overdue, "overdue-known", "该逾期已登记", "it is stated already")
    rejected_unless(
        complaint.answer_by == command.due_on and overdue(command.due_on, context.today),
        "clock-running",
        "时限未到",
        "the clock has not run out",
    )
    return ComplaintOverdue(
        complaint_no=complaint.complaint_no, town=state.town, due_on=command.due_on, responsible=complaint.responsible
    )


def _waiting(state: Household, complaint_no: str) -> Complaint:
    for complaint in state.complaints:
        if complaint.complaint_no == complaint_no:
            return complaint
    raise CommandRejected("no-complaint", "没有待答复的投诉举报", "no such complaint waits for an answer")
