"""Declarations of an approved run and remittances on them; objections to slips. The files themselves are made at the door."""

from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import Fen, yuan_text
from services.contracts.payroll import (
    DeclarationExported,
    DeclaredInsurance,
    InsuranceDeclared,
    PayslipContestAnswered,
    PayslipContested,
    RemittanceRecorded,
    RunDrafted,
    TaxDeclared,
)
from services.contracts.registry import Fact
from services.contracts.sealed import Clear
from services.payroll.domain.run.commands import (
    AnswerPayslipContest,
    ContestPayslip,
    Declaration,
    DeclareInsurance,
    DeclareTax,
    ExportDeclaration,
    RecordRemittance,
)
from services.payroll.domain.run.state import Declared, Line, Run


def declare_insurance(run: Run, drafted: RunDrafted, command: DeclareInsurance, context: Context) -> tuple[Fact, ...]:
    _refuse_again(run, "insurance", command.unit)
    lines = _of_unit([line for line in run.lines if line.counts and run.units[line.unit] == command.unit], command.unit)
    sums: dict[str, list[int]] = {}
    for line in lines:
        for one in run.paid(line):
            if one.side != "part":
                sums.setdefault(one.code, [0, 0])[one.side == "employer"] += one.amount_fen
    declared = tuple(
        DeclaredInsurance(code=code, personal_fen=Fen(personal), employer_fen=Fen(employer))
        for code, (personal, employer) in sorted(sums.items())
    )
    return (
        InsuranceDeclared(
            month=drafted.month,
            insured_unit=command.unit,
            person_count=len(lines),
            base_fen=command.base_fen,
            lines=declared,
            personal_fen=Fen(sum(one.personal_fen for one in declared)),
            employer_fen=Fen(sum(one.employer_fen for one in declared)),
            file_format=command.file_format,
            file_sha256=command.file_sha256,
            declared_by=context.actor,
        ),
    )


def declare_tax(run: Run, drafted: RunDrafted, command: DeclareTax, context: Context) -> tuple[Fact, ...]:
    _refuse_again(run, "tax", command.unit)
    lines = [line for line in run.lines if line.counts and run.units[line.agent] == command.unit]
    lines = _of_unit(lines, command.unit)
    return (
        TaxDeclared(
            month=drafted.month,
            withholding_agent=command.unit,
            person_count=len(lines),
            income_fen=Fen(sum(run.side_fen(line, "part") for line in lines)),
            insurance_fen=Fen(sum(run.side_fen(line, "personal") for line in lines)),
            tax_fen=Fen(sum(line.tax_fen for line in lines)),
            file_format=command.file_format,
            file_sha256=command.file_sha256,
            declared_by=context.actor,
        ),
    )


def _refuse_again(run: Run, declaration: Declaration, unit: str) -> None:
    if any((one.declaration, one.unit) == (declaration, unit) for one in run.declared):
        raise CommandRejected(
            "declared-before",
            f"{unit or '本单位'} 本月已申报",
            f"{unit or 'this unit'} has declared this month already",
        )


def _of_unit(lines: list[Line], unit: str) -> list[Line]:
    if not lines:
        raise CommandRejected(
            "unit-pays-nobody",
            f"本批次没有由 {unit or '本单位'} 申报的人员",
            f"nobody of this run is declared by {unit or 'this unit'}",
        )
    return lines


def remit(run: Run, drafted: RunDrafted, command: RecordRemittance, context: Context) -> tuple[Fact, ...]:
    declared = next(
        (one for one in run.declared if (one.declaration, one.unit) == (command.declaration, command.unit)), None
    )
    left_fen = declared.left_fen if declared is not None else Fen(0)
    if not 0 < command.amount_fen <= left_fen or command.remitted_on > context.today:
        raise CommandRejected(
            "remittance-beyond-declaration",
            f"已申报而未缴 {yuan_text(left_fen)} 元；金额须在其内，日期不得晚于今天",
            f"{yuan_text(left_fen)} yuan are declared and not remitted; not more, and not after today",
        )
    return (
        RemittanceRecorded(
            month=drafted.month,
            declaration=command.declaration,
            unit=command.unit,
            amount_fen=command.amount_fen,
            left_fen=Fen(left_fen - command.amount_fen),
            reference=command.reference,
            remitted_on=command.remitted_on,
            recorded_by=context.actor,
        ),
    )


def with_declared(run: Run, event: InsuranceDeclared | TaxDeclared) -> tuple[Declared, ...]:
    """The run's declarations with one more."""
    if isinstance(event, InsuranceDeclared):
        kind, unit, owed_fen = "insurance", event.insured_unit, Fen(event.personal_fen + event.employer_fen)
    else:
        kind, unit, owed_fen = "tax", event.withholding_agent, event.tax_fen
    declared = Declared(
        declaration=kind,
        unit=unit,
        left_fen=owed_fen,
        file_format=event.file_format,
        file_sha256=event.file_sha256,
    )
    return (*run.declared, declared)


def declared_of(run: Run, declaration: str, unit: str) -> Declared:
    """The declaration of a unit; refused when there is none."""
    found = next((one for one in run.declared if (one.declaration, one.unit) == (declaration, unit)), None)
    if found is None:
        raise CommandRejected(
            "declaration-unknown",
            f"{unit or '本单位'} 本月尚未申报",
            f"{unit or 'this unit'} has not declared this month",
        )
    return found


def export_declaration(run: Run, drafted: RunDrafted, command: ExportDeclaration, context: Context) -> tuple[Fact, ...]:
    """A declaration's file is given out as it was declared, or not at all."""
    declared = declared_of(run, command.declaration, command.unit)
    if command.file_sha256 != declared.file_sha256:
        raise CommandRejected(
            "declaration-changed",
            "文件内容与申报时不一致（工资单已冲销或个人信息已变），不再出具",
            "the file would not be what was declared (a slip was reversed or a person's particulars changed)",
        )
    return (
        DeclarationExported(
            month=drafted.month,
            declaration=command.declaration,
            unit=command.unit,
            file_sha256=command.file_sha256,
            reason=command.reason,
            exported_by=context.actor,
        ),
    )


def contest(run: Run, drafted: RunDrafted, command: ContestPayslip, context: Context) -> tuple[Fact, ...]:
    """An officer objects to the own slip only; one objection at a time."""
    if context.actor != f"officer:{command.officer}":
        raise CommandRejected(
            "payslip-of-another", "只能对本人的工资单提出异议", "an officer objects to the own payslip only"
        )
    line = run.line_of(command.officer)
    if line is None or command.person is None:
        raise CommandRejected(
            "line-officer-unknown",
            f"本批次没有低保员 {command.officer}",
            f"this run pays no officer {command.officer}",
        )
    if (command.side, command.code) not in (*run.codes, ("tax", "income_tax")):
        raise CommandRejected("payslip-line-unknown", "工资单上没有该项目", "there is no such line on the payslip")
    if any(one.officer == command.officer for one in run.contests):
        raise CommandRejected(
            "contest-open", "本人对该月工资单的异议正在处理", "your objection to this month's slip is being looked at"
        )
    return (
        PayslipContested(
            month=drafted.month,
            officer=command.officer,
            contest_no=f"{drafted.month}-C{run.contest_count + 1}",
            side=command.side,
            code=command.code,
            statement=Clear(person=command.person, group="identity", text=command.statement),
        ),
    )


def answer(run: Run, drafted: RunDrafted, command: AnswerPayslipContest, context: Context) -> tuple[Fact, ...]:
    asked = next((one for one in run.contests if one.contest_no == command.contest_no), None)
    if asked is None:
        raise CommandRejected(
            "contest-unknown",
            f"没有待答复的工资异议 {command.contest_no}",
            f"no objection {command.contest_no} waits for an answer",
        )
    return (
        PayslipContestAnswered(
            month=drafted.month,
            officer=asked.officer,
            contest_no=asked.contest_no,
            outcome=command.outcome,
            answer=Clear(person=asked.person, group="identity", text=command.answer),
            answered_by=context.actor,
        ),
    )
