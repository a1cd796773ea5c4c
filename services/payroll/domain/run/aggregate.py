"""The run as an aggregate: which step decides a command, and how each fact changes what is remembered."""

from typing import Final, assert_never

import msgspec

from services.contracts.deciding import Aggregate, CommandRejected, Context
from services.contracts.payroll import (
    BankFileIssued,
    BankFileWithdrawn,
    BankLineHeld,
    BankReturnImported,
    HeldLineDecided,
    InsuranceDeclared,
    PaymentReturned,
    PaymentSettled,
    PayslipComputed,
    PayslipContestAnswered,
    PayslipContested,
    RecoveryReceived,
    RemittanceRecorded,
    RunApproved,
    RunChecked,
    RunClosed,
    RunDiscarded,
    RunDrafted,
    RunFunded,
    RunSourceCommitted,
    SlipReversalDeclined,
    SlipReversalRequested,
    SlipReversed,
    TaxDeclared,
)
from services.contracts.registry import Fact
from services.payroll.domain import drafting
from services.payroll.domain.run import bank, declaring, reversals, steps
from services.payroll.domain.run.commands import (
    AnswerPayslipContest,
    ApproveRun,
    CheckRun,
    CloseRun,
    ConfirmSlipReversal,
    ContestPayslip,
    DecideHeldLine,
    DeclareInsurance,
    DeclareTax,
    DeclineSlipReversal,
    DiscardRun,
    DraftRun,
    ExportBankFile,
    ExportDeclaration,
    ImportBankReturn,
    IssueBankFile,
    NoteFundCommitted,
    RecordRecovery,
    RecordRemittance,
    RequestSlipReversal,
    RunCommand,
    WithdrawBankFile,
)
from services.payroll.domain.run.state import (
    BankFile,
    Contest,
    Held,
    Recovery,
    Reversal,
    Run,
    with_outcome,
    with_sent,
    with_slip,
    with_withdrawn,
)

replace = msgspec.structs.replace


def decide(run: Run, command: RunCommand, context: Context) -> tuple[Fact, ...]:
    """The facts of one step of a run; steps out of order are refused."""
    match command:
        case DraftRun():
            return _draft(run, command, context)
        case DiscardRun():
            return steps.discard(run, steps.at_stage(run, command, "drafted", "checked"), command, context)
        case CheckRun():
            return steps.check(run, steps.at_stage(run, command, "drafted"), context)
        case ApproveRun():
            return steps.approve(run, steps.at_stage(run, command, "checked"), command, context)
        case NoteFundCommitted():
            return steps.note_committed(run, steps.at_stage(run, command, "approved"), command)
        case CloseRun():
            return steps.close(run, steps.at_stage(run, command, "issued"), context)
        case IssueBankFile() | WithdrawBankFile() | ExportBankFile() | ImportBankReturn() | DecideHeldLine():
            return _decide_bank(run, command, context)
        case _:
            return _decide_paper(run, command, context)


def _draft(run: Run, command: DraftRun, context: Context) -> tuple[Fact, ...]:
    if run.stage != "none":
        raise CommandRejected("run-exists", f"{command.month} 批次已编制", f"there is a run of {command.month} already")
    # The edge fills both in; a draft without them is a fault of the wiring, not of whoever asked.
    assert command.officers is not None
    assert command.documents is not None
    return drafting.draft(command.month, command.officers, command.documents, context, draft_no=run.draft_no + 1)


def _decide_bank(
    run: Run,
    command: IssueBankFile | WithdrawBankFile | ExportBankFile | ImportBankReturn | DecideHeldLine,
    context: Context,
) -> tuple[Fact, ...]:
    match command:
        case IssueBankFile():
            return bank.issue(run, steps.at_stage(run, command, "funded", "issued"), command)
        case WithdrawBankFile():
            return bank.withdraw(run, steps.at_stage(run, command, "issued"), command, context)
        case ExportBankFile():
            return bank.export(run, steps.at_stage(run, command, "issued", "closed"), command, context)
        case ImportBankReturn():
            return bank.import_return(run, steps.at_stage(run, command, "issued"), command, context)
        case DecideHeldLine():
            return bank.decide_held(run, steps.at_stage(run, command, "issued"), command, context)
        case _:
            assert_never(command)


def _decide_paper(
    run: Run,
    command: RequestSlipReversal | ConfirmSlipReversal | DeclineSlipReversal | RecordRecovery
    | DeclareInsurance | DeclareTax | ExportDeclaration | RecordRemittance | ContestPayslip | AnswerPayslipContest,
    context: Context,
) -> tuple[Fact, ...]:  # fmt: skip
    drafted = steps.approved_or_later(run, command)
    match command:
        case RequestSlipReversal():
            return reversals.request(run, drafted, command, context)
        case ConfirmSlipReversal():
            return reversals.confirm(run, drafted, command, context)
        case DeclineSlipReversal():
            return reversals.decline(run, drafted, command, context)
        case RecordRecovery():
            return reversals.recover(run, drafted, command, context)
        case DeclareInsurance():
            return declaring.declare_insurance(run, drafted, command, context)
        case DeclareTax():
            return declaring.declare_tax(run, drafted, command, context)
        case ExportDeclaration():
            return declaring.export_declaration(run, drafted, command, context)
        case RecordRemittance():
            return declaring.remit(run, drafted, command, context)
        case ContestPayslip():
            return declaring.contest(run, drafted, command, context)
        case AnswerPayslipContest():
            return declaring.answer(run, drafted, command, context)
        case _:
            assert_never(command)


def evolve(run: Run, event: Fact) -> Run:
    match event:
        case RunDrafted():
            return Run(stage="drafted", draft_no=event.draft_no, drafted=event)
        case PayslipComputed():
            return with_slip(run, event)
        case RunDiscarded():
            return Run(draft_no=event.draft_no)
        case RunChecked():
            return replace(run, stage="checked", checked_by=event.checked_by)
        case RunApproved():
            return replace(run, stage="approved")
        case RunSourceCommitted():
            return replace(run, committed=(*run.committed, event.source))
        case RunFunded():
            return replace(run, stage="funded")
        case RunClosed():
            return replace(run, stage="closed")
        case _:
            return _evolve_bank(run, event)


def _evolve_bank(run: Run, event: Fact) -> Run:
    match event:
        case BankFileIssued():
            file = BankFile(event.file_no, event.line_count, event.total_fen)
            return replace(with_sent(run, event.file_no, event.accounts), stage="issued", files=(*run.files, file))
        case BankFileWithdrawn():
            return with_withdrawn(run, event.file_no)
        case PaymentSettled():
            return with_outcome(run, event.officer, "settled")
        case PaymentReturned():
            return with_outcome(run, event.officer, "returned")
        case BankReturnImported():
            return replace(run, imported_sha256=(*run.imported_sha256, event.file_sha256))
        case BankLineHeld():
            held = Held(
                held_no=event.held_no,
                officer=event.officer,
                amount_fen=event.amount_fen,
                outcome=event.outcome,
                code=event.code,
                bank_reference=event.bank_reference,
            )
            return replace(run, held_count=run.held_count + 1, held=(*run.held, held))
        case HeldLineDecided():
            return replace(run, held=tuple(one for one in run.held if one.held_no != event.held_no))
        case _:
            return _evolve_paper(run, event)


def _evolve_paper(run: Run, event: Fact) -> Run:
    match event:
        case SlipReversalRequested():
            asked = Reversal(
                officer=event.officer,
                reason=event.reason,
                document=event.document,
                requested_by=event.requested_by,
            )
            return replace(run, reversals=(*run.reversals, asked))
        case SlipReversalDeclined():
            return replace(run, reversals=_without(run, event.officer))
        case SlipReversed():
            return _reversed(run, event)
        case RecoveryReceived():
            left = tuple(
                replace(one, left_fen=event.left_fen) if one.officer == event.officer else one for one in run.recoveries
            )
            return replace(run, recoveries=tuple(one for one in left if one.left_fen))
        case InsuranceDeclared() | TaxDeclared():
            return replace(run, declared=declaring.with_declared(run, event))
        case RemittanceRecorded():
            declared = tuple(
                replace(one, left_fen=event.left_fen)
                if (one.declaration, one.unit) == (event.declaration, event.unit)
                else one
                for one in run.declared
            )
            return replace(run, declared=declared)
        case PayslipContested():
            contest = Contest(contest_no=event.contest_no, officer=event.officer, person=event.statement.person)
            return replace(run, contest_count=run.contest_count + 1, contests=(*run.contests, contest))
        case PayslipContestAnswered():
            return replace(run, contests=tuple(one for one in run.contests if one.contest_no != event.contest_no))
        case _:
            return run


def _without(run: Run, officer: str) -> tuple[Reversal, ...]:
    return tuple(one for one in run.reversals if one.officer != officer)


def _reversed(run: Run, event: SlipReversed) -> Run:
    expected = (Recovery(officer=event.officer, left_fen=event.net_fen),) if event.settled and event.net_fen else ()
    return replace(
        with_outcome(run, event.officer, "recovering" if event.settled else "reversed"),
        reversals=_without(run, event.officer),
        recoveries=(*run.recoveries, *expected),
    )


RUN: Final = Aggregate(
    prefix="run",
    state=Run,
    initial=Run(),
    commands=(
        DraftRun, DiscardRun, CheckRun, ApproveRun, NoteFundCommitted, CloseRun,
        IssueBankFile, WithdrawBankFile, ExportBankFile, ImportBankReturn, DecideHeldLine,
        RequestSlipReversal, ConfirmSlipReversal, DeclineSlipReversal, RecordRecovery,
        DeclareInsurance, DeclareTax, ExportDeclaration, RecordRemittance, ContestPayslip, AnswerPayslipContest,
    ),
    decide=decide,
    evolve=evolve,
)  # fmt: skip
