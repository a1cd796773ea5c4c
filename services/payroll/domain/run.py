"""A month's run (二(四), 三): drafted, checked, approved by a second person, funded, paid; it computes no slip."""

import hashlib
from typing import Final, Literal, assert_never

import msgspec

from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.money import Fen, yuan_text
from services.contracts.months import Month
from services.contracts.payroll import (
    Amount,
    BankFileIssued,
    BankReturnImported,
    Charge,
    PaymentReturned,
    PaymentSettled,
    PayslipComputed,
    RunApproved,
    RunChecked,
    RunDrafted,
    RunFunded,
    RunSourceCommitted,
    Side,
)
from services.contracts.registry import Fact
from services.payroll.domain import drafting
from services.payroll.domain.drafting import asked_of, by_document, by_source, run_subject
from services.payroll.domain.spending import spent_by_town
from services.payroll.pay import DocumentLeft, OfficerPay, total

Stage = Literal["none", "drafted", "checked", "approved", "funded", "issued"]
Outcome = Literal["settled", "returned"]


class _OfRun(Command, frozen=True, kw_only=True):
    month: Month

    @property
    def subject(self) -> str:
        return run_subject(self.month)


class DraftRun(_OfRun, frozen=True, kw_only=True):
    """Prepare a month's run; the actor is the preparer.

    `officers` and `documents` are never the caller's: the service's edge sets both by `pay_inputs.filled` before deciding.
    """

    officers: tuple[OfficerPay, ...] | None = None
    documents: tuple[DocumentLeft, ...] | None = None


class CheckRun(_OfRun, frozen=True, kw_only=True):
    """Add the slips up again and compare with the run's totals."""


class ApproveRun(_OfRun, frozen=True, kw_only=True):
    """Approve a checked run; the actor must not be its preparer."""


class NoteFundCommitted(_OfRun, frozen=True, kw_only=True):
    """One source committed its share; with the last one the run is funded."""

    source: str
    amount_fen: Fen


class IssueBankFile(_OfRun, frozen=True, kw_only=True):
    """State the bank file's hash and totals; only a funded run has one."""


class BankLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of a bank return: settled with the bank's `reference`, or returned with its `reason`."""

    officer: str
    amount_fen: Fen
    outcome: Outcome
    reference: str = ""
    reason: str = ""


class ImportBankReturn(_OfRun, frozen=True, kw_only=True):
    """Take in a bank return file, all of it or nothing; `file_sha256` (hex) keeps the same file from counting twice."""

    file_sha256: str
    lines: tuple[BankLine, ...]


class Paid(msgspec.Struct, frozen=True, array_like=True):
    """A line of a slip as a run keeps it, in few bytes."""

    side: str
    code: str
    month: Month
    amount_fen: Fen


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What a run keeps of a slip: what is to be paid to which account, who is charged, what the bank said last.

    `insurance`: which of the charges are the employer's insurance.
    """

    officer: str
    bank_account_pseudonym: str
    lines: tuple[Paid, ...]
    special_deduction_fen: Fen
    tax_fen: Fen
    net_fen: Fen
    charges: tuple[Charge, ...]
    outcome: Outcome | None = None
    town: str = ""
    insurance: tuple[Charge, ...] = ()

    def side_fen(self, side: Side) -> Fen:
        return Fen(sum(one.amount_fen for one in self.lines if one.side == side))


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A run as far as it has come; `drafted` holds its stated totals, `committed` the sources that are in."""

    stage: Stage = "none"
    drafted: RunDrafted | None = None
    lines: tuple[Line, ...] = ()
    committed: tuple[str, ...] = ()
    imported_sha256: tuple[str, ...] = ()

    @property
    def counts_as_paid(self) -> bool:
        """Approved or later: its tax is withheld, so later months build on it."""
        return self.stage in ("approved", "funded", "issued")


RunCommand = DraftRun | CheckRun | ApproveRun | NoteFundCommitted | IssueBankFile | ImportBankReturn


def decide(run: Run, command: RunCommand, context: Context) -> tuple[Fact, ...]:
    """The facts of one step of a run; steps out of order are refused."""
    match command:
        case DraftRun():
            if run.stage != "none":
                raise CommandRejected(
                    "run-exists", f"{command.month} 批次已编制", f"there is a run of {command.month} already"
                )
            # The edge fills both in; a draft without them is a fault of the wiring, not of whoever asked.
            assert command.officers is not None
            assert command.documents is not None
            return drafting.draft(command.month, command.officers, command.documents, context)
        case CheckRun():
            return _check(run, _drafted(run, command, "drafted"), context)
        case ApproveRun():
            return _approve(run, _drafted(run, command, "checked"), context)
        case NoteFundCommitted():
            return _note_committed(run, _drafted(run, command, "approved"), command)
        case IssueBankFile():
            return _issue(run, _drafted(run, command, "funded"))
        case ImportBankReturn():
            return _import_return(run, _drafted(run, command, "issued"), command)
        case _:
            assert_never(command)


_STAGES_ZH: Final[dict[Stage, str]] = {
    "none": "未编制",
    "drafted": "已编制",
    "checked": "已复核",
    "approved": "已审批",
    "funded": "资金已落实",
    "issued": "银行文件已出",
}


def _drafted(run: Run, command: _OfRun, wanted: Stage) -> RunDrafted:
    """The run's totals when it is at the `wanted` stage; refused with ``run-not-<wanted>`` else."""
    if run.drafted is None or run.stage != wanted:
        raise CommandRejected(
            f"run-not-{wanted}",
            f"{command.month} 批次当前为“{_STAGES_ZH[run.stage]}”，须为“{_STAGES_ZH[wanted]}”方可办理",
            f"the run of {command.month} is at stage {run.stage}, this needs {wanted}",
        )
    return run.drafted


def _check(run: Run, drafted: RunDrafted, context: Context) -> tuple[Fact, ...]:
    lines = run.lines
    recomputed = {
        "slip_count": len(lines),
        "gross_fen": sum(line.side_fen("part") for line in lines),
        "net_fen": sum(line.side_fen("part") - line.side_fen("personal") - line.tax_fen for line in lines),
        "tax_fen": sum(line.tax_fen for line in lines),
        "employer_insurance_fen": sum(line.side_fen("employer") for line in lines),
        "charges": by_source(charge for line in lines for charge in line.charges),
    }
    differing = [name for name, value in recomputed.items() if getattr(drafted, name) != value]
    if differing or total(drafted.charges) != drafted.gross_fen + drafted.employer_insurance_fen:
        names = ", ".join(differing or ["charges"])
        raise CommandRejected(
            "totals-differ", f"批次合计与工资单重算结果不符：{names}", f"totals differ from the slips: {names}"
        )
    return (RunChecked(month=drafted.month, checked_by=context.actor),)


def _approve(run: Run, drafted: RunDrafted, context: Context) -> tuple[Fact, ...]:
    """Two different people prepare and approve (会计法: 不相容职务分离)."""
    if context.actor == drafted.prepared_by:
        raise CommandRejected(
            "preparer-is-approver",
            "编制人不得审批自己编制的批次，须由另一人审批",
            "whoever prepared a run may not approve it; a second person must",
        )
    return (
        RunApproved(
            month=drafted.month,
            prepared_by=drafted.prepared_by,
            approved_by=context.actor,
            charges=drafted.charges,
            by_document=asked_of(line.charges for line in run.lines),
            by_town=spent_by_town(run.lines),
            gross_fen=drafted.gross_fen,
            net_fen=drafted.net_fen,
            personal_insurance_fen=Fen(drafted.gross_fen - drafted.net_fen - drafted.tax_fen),
            employer_insurance_fen=drafted.employer_insurance_fen,
            tax_fen=drafted.tax_fen,
        ),
    )


def _note_committed(run: Run, drafted: RunDrafted, command: NoteFundCommitted) -> tuple[Fact, ...]:
    if Amount(code=command.source, amount_fen=command.amount_fen) not in drafted.charges:
        raise CommandRejected(
            "commitment-not-of-run",
            f"来源 {command.source} 列支 {yuan_text(command.amount_fen)} 元，与本批次应由其承担的金额不符",
            f"{yuan_text(command.amount_fen)} yuan are not source {command.source}'s share of this run",
        )
    if command.source in run.committed:
        raise CommandRejected(
            "commitment-noted-before",
            f"来源 {command.source} 已落实",
            f"source {command.source} was noted before",
        )
    noted = RunSourceCommitted(month=drafted.month, source=command.source, amount_fen=command.amount_fen)
    sources = tuple(charge.code for charge in drafted.charges)
    if set(sources) - set(run.committed) - {command.source}:
        return (noted,)
    return (noted, RunFunded(month=drafted.month, sources=sources))


def bank_rows(lines: tuple[Line, ...]) -> bytes:
    """The neutral bank file: UTF-8, LF, a head line, then ``officer;account pseudonym;net in fen`` in officer order."""
    rows = sorted(f"{line.officer};{line.bank_account_pseudonym};{line.net_fen}" for line in lines)
    return "\n".join(("officer;account;net_fen", *rows, "")).encode()


def _issue(run: Run, drafted: RunDrafted) -> tuple[Fact, ...]:
    return (
        BankFileIssued(
            month=drafted.month,
            line_count=len(run.lines),
            total_fen=Fen(sum(line.net_fen for line in run.lines)),
            file_sha256=hashlib.sha256(bank_rows(run.lines)).hexdigest(),
        ),
    )


def _import_return(run: Run, drafted: RunDrafted, command: ImportBankReturn) -> tuple[Fact, ...]:
    if command.file_sha256 in run.imported_sha256:
        raise CommandRejected(
            "file-imported-before", "该银行回盘文件已导入", "this bank return file was imported before"
        )
    if not command.lines or not command.file_sha256:
        raise CommandRejected("file-empty", "回盘文件没有内容", "the bank return file is empty")
    by_officer = {line.officer: line for line in run.lines}
    seen: set[str] = set()
    for line in command.lines:
        _refuse_wrong_line(line, by_officer.get(line.officer), seen)
        seen.add(line.officer)
    settled = [line for line in command.lines if line.outcome == "settled"]
    returned = [line for line in command.lines if line.outcome == "returned"]
    slips = [by_officer[line.officer] for line in settled]
    imported = BankReturnImported(
        month=drafted.month,
        file_sha256=command.file_sha256,
        settled_count=len(settled),
        settled_fen=Fen(sum(line.amount_fen for line in settled)),
        returned_count=len(returned),
        returned_fen=Fen(sum(line.amount_fen for line in returned)),
        charges=by_source(charge for slip in slips for charge in slip.charges),
        by_document=asked_of(slip.charges for slip in slips),
        by_town=spent_by_town(slips),
    )
    return (*(_of_line(line) for line in command.lines), imported)


def _of_line(line: BankLine) -> Fact:
    if line.outcome == "settled":
        return PaymentSettled(officer=line.officer, amount_fen=line.amount_fen, bank_reference=line.reference)
    return PaymentReturned(officer=line.officer, amount_fen=line.amount_fen, reason=line.reason)


def _refuse_wrong_line(line: BankLine, known: Line | None, seen: set[str]) -> None:
    """Refuse a line that is none of the run's, of another amount, twice in the file, settled before or unexplained."""
    if known is None:
        raise CommandRejected(
            "line-officer-unknown",
            f"本批次没有低保员 {line.officer}",
            f"this run pays no officer {line.officer}",
        )
    if line.amount_fen != known.net_fen:
        raise CommandRejected(
            "line-amount-wrong",
            f"{line.officer} 应发 {yuan_text(known.net_fen)} 元，回盘为 {yuan_text(line.amount_fen)} 元",
            f"{line.officer} is owed {yuan_text(known.net_fen)}, the file says {yuan_text(line.amount_fen)}",
        )
    if line.officer in seen:
        raise CommandRejected(
            "line-twice", f"回盘文件中 {line.officer} 出现两次", f"{line.officer} is in the file twice"
        )
    if known.outcome == "settled":
        raise CommandRejected(
            "line-settled-before", f"{line.officer} 本批次已发放成功", f"{line.officer} was paid before"
        )
    if not (line.reference if line.outcome == "settled" else line.reason).strip():
        raise CommandRejected(
            "line-unexplained",
            f"{line.officer} 缺少银行流水号或退回原因",
            f"{line.officer}: the bank's reference or reason is missing",
        )


def evolve(run: Run, event: Fact) -> Run:
    replace = msgspec.structs.replace
    match event:
        case RunDrafted():
            return replace(run, stage="drafted", drafted=event)
        case PayslipComputed():
            return replace(run, lines=(*run.lines, _line_of(event)))
        case RunChecked():
            return replace(run, stage="checked")
        case RunApproved():
            return replace(run, stage="approved")
        case RunSourceCommitted():
            return replace(run, committed=(*run.committed, event.source))
        case RunFunded():
            return replace(run, stage="funded")
        case BankFileIssued():
            return replace(run, stage="issued")
        case PaymentSettled():
            return replace(run, lines=_with_outcome(run.lines, event.officer, "settled"))
        case PaymentReturned():
            return replace(run, lines=_with_outcome(run.lines, event.officer, "returned"))
        case BankReturnImported():
            return replace(run, imported_sha256=(*run.imported_sha256, event.file_sha256))
        case _:
            return run


def _line_of(slip: PayslipComputed) -> Line:
    return Line(
        officer=slip.officer,
        bank_account_pseudonym=slip.bank_account_pseudonym,
        lines=tuple(Paid(one.side, one.code, one.month, one.amount_fen) for one in slip.lines if one.amount_fen),
        special_deduction_fen=slip.withholding.special_deduction_fen,
        tax_fen=slip.tax_fen,
        net_fen=slip.net_fen,
        charges=by_document(charge for line in slip.lines for charge in line.charges),
        town=slip.town,
        insurance=by_document(charge for line in slip.lines if line.side == "employer" for charge in line.charges),
    )


def _with_outcome(lines: tuple[Line, ...], officer: str, outcome: Outcome) -> tuple[Line, ...]:
    return tuple(msgspec.structs.replace(line, outcome=outcome) if line.officer == officer else line for line in lines)


RUN: Final = Aggregate(
    prefix="run",
    state=Run,
    initial=Run(),
    commands=(DraftRun, CheckRun, ApproveRun, NoteFundCommitted, IssueBankFile, ImportBankReturn),
    decide=decide,
    evolve=evolve,
)
