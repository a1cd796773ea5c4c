"""The officer (专职低保员): on a post from take-over or appointment to exit, with papers, absences and approvals; pays nobody."""

from typing import Final, assert_never

from services.contracts.deciding import Aggregate, CommandRejected, Context
from services.contracts.registry import Fact
from services.payroll.domain.officer import moving, terms
from services.payroll.domain.officer.appraising import apply, confirm
from services.payroll.domain.officer.commands import (
    ApplyAppraisal,
    AppointOfficer,
    ApproveReassignment,
    CancelAbsence,
    ChangeBankAccount,
    ChangePhone,
    ChangePosition,
    Chosen,
    ConfirmAppraisal,
    DeclareSpecialDeduction,
    DeclareTaxStanding,
    Excepted,
    ExpireCertificate,
    GiveUpPost,
    Held,
    NotePost,
    OfficerCommand,
    PaidWages,
    RecordAbsence,
    RecordCertificate,
    RecordContract,
    RecordExit,
    RefuseReassignment,
    ReportReassignment,
    RevokeCertificate,
    SetContributionBase,
    TakeOverOfficer,
    Terms,
    WithdrawExit,
)
from services.payroll.domain.officer.entering import appoint, give_up, note_post, take_over
from services.payroll.domain.officer.folding import evolve
from services.payroll.domain.officer.state import Officer

__all__ = [
    "OFFICER", "ApplyAppraisal", "AppointOfficer", "ApproveReassignment", "CancelAbsence", "ChangeBankAccount", "ChangePhone", "ChangePosition", "Chosen",
    "ConfirmAppraisal", "DeclareSpecialDeduction", "DeclareTaxStanding", "Excepted", "ExpireCertificate", "GiveUpPost", "Held", "NotePost",
    "Officer", "OfficerCommand", "PaidWages", "RecordAbsence", "RecordCertificate", "RecordContract", "RecordExit",
    "RefuseReassignment", "ReportReassignment", "RevokeCertificate", "SetContributionBase", "TakeOverOfficer", "Terms", "WithdrawExit",
    "decide", "evolve",
]  # fmt: skip

_Papers = (
    RecordContract
    | RecordCertificate
    | RevokeCertificate
    | ExpireCertificate
    | ChangePosition
    | DeclareSpecialDeduction
    | DeclareTaxStanding
    | SetContributionBase
    | ChangeBankAccount
    | ChangePhone
)


def decide(officer: Officer, command: OfficerCommand, context: Context) -> tuple[Fact, ...]:
    """The facts of one command about one officer; whoever is on no record, or has left, is only entered or known of."""
    match command:
        case TakeOverOfficer():
            return take_over(officer, command, context)
        case NotePost():
            return note_post(officer, command)
        case GiveUpPost():
            return give_up(officer, command)
        case AppointOfficer():
            return appoint(officer, command, context)
        case _:
            _known(officer, command.officer)
            return _of_known(officer, command, context)


def _known(officer: Officer, number: str) -> None:
    if not officer.officer:
        raise CommandRejected("officer-unknown", f"低保员 {number} 尚未登记", f"officer {number} is not on record")


_OfKnown = (
    _Papers
    | RecordAbsence
    | CancelAbsence
    | ReportReassignment
    | ApproveReassignment
    | RefuseReassignment
    | RecordExit
    | WithdrawExit
    | ConfirmAppraisal
    | ApplyAppraisal
)


def _of_known(officer: Officer, command: _OfKnown, context: Context) -> tuple[Fact, ...]:
    match command:
        case ConfirmAppraisal():
            return confirm(officer, command, context)
        case ApplyAppraisal():
            return apply(command)
        case RecordAbsence():
            return moving.record_absence(officer, command, context)
        case CancelAbsence():
            return moving.cancel_absence(officer, command)
        case ApproveReassignment():
            return moving.approve(officer, command)
        case RefuseReassignment():
            return moving.refuse(officer, command)
        case ReportReassignment():
            _not_left(officer)
            return moving.report(officer, command)
        case RecordExit():
            _not_left(officer)
            return moving.leave(officer, command, context)
        case WithdrawExit():
            return moving.stay(officer, command, context)
        case _:
            return _of_papers(officer, command, context)


def _not_left(officer: Officer) -> None:
    if officer.last_day_on is not None:
        raise CommandRejected("officer-left", "该低保员已登记离岗", "this officer's exit is on record")


def _of_papers(officer: Officer, command: _Papers, context: Context) -> tuple[Fact, ...]:
    match command:
        case RecordContract():
            return terms.record_contract(officer, command, context)
        case RecordCertificate():
            return terms.record_certificate(officer, command, context)
        case RevokeCertificate():
            return terms.revoke_certificate(officer, command, context)
        case ExpireCertificate():
            return terms.expire_certificate(officer, command, context)
        case ChangePosition():
            return terms.change_position(officer, command, context)
        case DeclareSpecialDeduction():
            return terms.declare_deduction(command)
        case DeclareTaxStanding():
            return terms.declare_tax_standing(command)
        case SetContributionBase():
            return terms.set_base(officer, command)
        case ChangeBankAccount():
            return terms.change_account(officer, command, context)
        case ChangePhone():
            return terms.change_phone(officer, command, context)
        case _:
            assert_never(command)


OFFICER: Final = Aggregate(
    prefix="officer",
    state=Officer,
    initial=Officer(),
    commands=(
        TakeOverOfficer,
        NotePost,
        GiveUpPost,
        AppointOfficer,
        RecordContract,
        RecordCertificate,
        RevokeCertificate,
        ExpireCertificate,
        ChangePosition,
        DeclareSpecialDeduction,
        DeclareTaxStanding,
        SetContributionBase,
        ChangeBankAccount,
        ChangePhone,
        RecordAbsence,
        CancelAbsence,
        ReportReassignment,
        ApproveReassignment,
        RefuseReassignment,
        RecordExit,
        WithdrawExit,
        ConfirmAppraisal,
        ApplyAppraisal,
    ),
    decide=decide,
    evolve=evolve,
)
