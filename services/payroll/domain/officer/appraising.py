"""Takes down the quarter's appraisal of an officer, confirmed by hand or settled (`domain.appraisal`); appraises nobody."""

from services.contracts.deciding import CommandRejected, Context
from services.contracts.payroll import AppraisalConfirmed
from services.contracts.registry import Fact
from services.payroll.domain.officer.commands import ApplyAppraisal, ConfirmAppraisal
from services.payroll.domain.officer.state import Officer
from services.payroll.pay import Appraisal
from services.payroll.rules import PAY_SCALE, PayScale, pack_on


def confirm(officer: Officer, command: ConfirmAppraisal, context: Context) -> tuple[Fact, ...]:
    grade = pack_on(context.rules, PAY_SCALE, context.today, PayScale).grades.get(command.grade)
    if grade is None or command.quarter not in (1, 2, 3, 4) or command.year < 1900 or command.work_counted < 0:
        raise CommandRejected(
            "appraisal-incomplete",
            "考核季度、等次或工作记录数不正确",
            "the appraisal's quarter, grade or number of work records is wrong",
        )
    new = Appraisal(
        year=command.year, quarter=command.quarter, coefficient_permille=grade.coefficient_permille
    )  # fmt: skip
    if new.last_month.last_day >= context.today:
        raise CommandRejected(
            "quarter-not-closed",
            f"{command.year} 年第 {command.quarter} 季度尚未结束，不能确认考核",
            f"quarter {command.quarter} of {command.year} has not ended yet",
        )
    _refuse_past_the_work(officer, new, context)
    known = next((one for one in officer.appraisals if (one.year, one.quarter) == (new.year, new.quarter)), None)
    if known is not None:
        if known.coefficient_permille == new.coefficient_permille:
            return ()
        raise CommandRejected(
            "appraisal-already-confirmed",
            f"{command.year} 年第 {command.quarter} 季度考核已确认，等次不同",
            f"quarter {command.quarter} of {command.year} was confirmed with another grade",
        )
    return (
        AppraisalConfirmed(
            officer=command.officer,
            year=command.year,
            quarter=command.quarter,
            grade=command.grade,
            coefficient_permille=grade.coefficient_permille,
            confirmed_by=context.actor,
            work_counted=command.work_counted,
        ),
    )


def _refuse_past_the_work(officer: Officer, new: Appraisal, context: Context) -> None:
    """A quarter after the take-over is appraised from the work on record (二(四) 绩效补贴); where none is yet, the bureau's leader answers for it."""
    before = officer.paid_through_month
    if before is not None and new.last_month > before and context.role != "bureau-leader":
        raise CommandRejected(
            "quarter-since-take-over",
            f"{new.year} 年第 {new.quarter} 季度在接续登记之后，须按工作记录提出并定等；尚无记录的，由区民政局负责人登记",
            f"quarter {new.quarter} of {new.year} is later than the take-over: it is proposed and settled from the work "
            "on record, or stated by the bureau's leader where there is none yet",
        )


def apply(command: ApplyAppraisal) -> tuple[Fact, ...]:
    return (
        AppraisalConfirmed(
            officer=command.officer,
            year=command.year,
            quarter=command.quarter,
            grade=command.grade,
            coefficient_permille=command.coefficient_permille,
            confirmed_by=command.settled_by,
            work_counted=command.work_counted,
        ),
    )
