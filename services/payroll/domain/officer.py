"""The officer (专职低保员): taken over from stock, and appraised each quarter; decides no pay, which is a run's."""

import re
from datetime import date
from typing import Annotated, Final, assert_never

import msgspec
from msgspec import Meta

from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import AppraisalConfirmed, OfficerTakenOver, YearToDate
from services.contracts.registry import Fact
from services.contracts.sealed import Clear, KeyGroup
from services.payroll.pay import NOTHING_YET, Appraisal, Certified, ContributionBase, InPost, SpecialDeduction
from services.payroll.rules import PAY_SCALE, PayScale, pack_on

_OFFICER_CODE: Final = re.compile(r"^O[0-9]{3,6}\Z")
# Part of the subject, which stands in clear in facts, answers and logs: nothing but a code gets in.
OfficerNo = Annotated[str, Meta(pattern=_OFFICER_CODE.pattern)]
_TOWN_CODE: Final = re.compile(r"T\d{2,4}")


class TakeOverOfficer(Command, frozen=True, kw_only=True):
    """Take over an incumbent from stock (接续登记), with source and document; names and numbers come in clear.

    `year_to_date` covers the months of this tax year that were paid before; this software pays from the month after.
    """

    officer: OfficerNo
    post_no: str
    town: str
    resident_id: str
    name: str
    phone: str
    bank_account: str
    appointed_on: date
    position: str
    education: str
    qualification: str
    qualified_on: date | None
    contract_mode: str
    contribution_base_fen: Fen
    special_deduction_fen: Fen
    year_to_date: YearToDate
    source: str
    document: str

    @property
    def subject(self) -> str:
        return f"officer:{self.officer}"


class ConfirmAppraisal(Command, frozen=True, kw_only=True):
    """Confirm a closed quarter's appraisal; the pay scale in force gives the grade's coefficient, the actor confirms.

    `work_counted` is the number of work records the appraisal rests on.
    """

    officer: OfficerNo
    year: int
    quarter: int
    grade: str
    work_counted: int

    @property
    def subject(self) -> str:
        return f"officer:{self.officer}"


class ApplyAppraisal(Command, frozen=True, kw_only=True):
    """A settled quarter (``appraisal:…``) sets the officer's coefficient; a ruling later on sets another. By reaction only."""

    officer: OfficerNo
    year: int
    quarter: int
    grade: str
    coefficient_permille: int
    settled_by: str
    work_counted: int

    @property
    def subject(self) -> str:
        return f"officer:{self.officer}"


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an officer over time, as pay reads it (`pay.Timeline`).

    `version` counts the facts of the stream; `officer` is empty before take-over.
    """

    version: int = 0
    officer: str = ""
    bank_account_pseudonym: str = ""
    service_from_on: date | None = None
    service_behind: int = 0
    posts: tuple[InPost, ...] = ()
    certificates: tuple[Certified, ...] = ()
    appraisals: tuple[Appraisal, ...] = ()
    bases: tuple[ContributionBase, ...] = ()
    deductions: tuple[SpecialDeduction, ...] = ()
    paid_through_month: Month | None = None
    year_to_date: YearToDate = NOTHING_YET


OfficerCommand = TakeOverOfficer | ConfirmAppraisal | ApplyAppraisal


def decide(officer: Officer, command: OfficerCommand, context: Context) -> tuple[Fact, ...]:
    """`OfficerTakenOver` or `AppraisalConfirmed`; the same appraisal confirmed once more is nothing new."""
    match command:
        case TakeOverOfficer():
            return _take_over(officer, command, context)
        case ConfirmAppraisal():
            return _confirm(officer, command, context)
        case ApplyAppraisal():
            return _apply(officer, command)
        case _:
            assert_never(command)


def _take_over(officer: Officer, command: TakeOverOfficer, context: Context) -> tuple[Fact, ...]:
    if officer.officer:
        raise CommandRejected(
            "officer-taken-over",
            f"低保员 {command.officer} 已接续登记，不能重复登记",
            f"officer {command.officer} was taken over already",
        )
    _refuse_incomplete(command)
    _refuse_unknown_codes(command, pack_on(context.rules, PAY_SCALE, context.today, PayScale))
    person = context.pseudonym(command.resident_id)

    def clear(group: KeyGroup, text: str) -> Clear:
        return Clear(person=person, group=group, text=text)

    return (
        OfficerTakenOver(
            officer=command.officer,
            post_no=command.post_no,
            town=command.town,
            person=person,
            name=clear("identity", command.name),
            resident_id=clear("identity", command.resident_id),
            phone=clear("identity", command.phone),
            # Vouchers of pay are kept by law (会计档案管理办法), so the account outlives an erasure of the rest.
            bank_account=clear("retention", command.bank_account),
            bank_account_pseudonym=context.pseudonym(f"account|{command.bank_account}"),
            appointed_on=command.appointed_on,
            position=command.position,
            education=command.education,
            qualification=command.qualification,
            qualified_on=command.qualified_on,
            contract_mode=command.contract_mode,
            contribution_base_fen=command.contribution_base_fen,
            special_deduction_fen=command.special_deduction_fen,
            year_to_date=command.year_to_date,
            source=command.source,
            document=command.document,
            paid_through_month=_paid_through(command, context.today),
        ),
    )


def _refuse_incomplete(command: TakeOverOfficer) -> None:
    """Refuse codes of another shape, empty texts and sums below zero, naming the fields."""
    wrong = [
        name
        for name in ("post_no", "resident_id", "name", "phone", "bank_account", "contract_mode", "source", "document")
        if not getattr(command, name).strip()
    ]
    wrong += ["officer"] if _OFFICER_CODE.fullmatch(command.officer) is None else []
    wrong += ["town"] if _TOWN_CODE.fullmatch(command.town) is None else []
    wrong += ["contribution_base_fen"] if command.contribution_base_fen <= 0 else []
    wrong += ["special_deduction_fen"] if command.special_deduction_fen < 0 else []
    wrong += ["year_to_date"] if min(msgspec.structs.astuple(command.year_to_date)) < 0 else []
    if wrong:
        raise CommandRejected(
            "officer-incomplete",
            f"接续登记缺少或填错：{'、'.join(wrong)}",
            f"missing or wrong in the take-over: {', '.join(wrong)}",
        )


def _refuse_unknown_codes(command: TakeOverOfficer, scale: PayScale) -> None:
    """No pay from a code the scale does not know, no allowance without a dated certificate (二(四))."""
    if command.position not in scale.positions or command.qualification not in scale.qualifications:
        raise CommandRejected(
            "not-on-pay-scale",
            f"现行工资标准没有职务 {command.position} 或资格 {command.qualification}",
            f"the pay scale in force has no position {command.position} or no qualification {command.qualification}",
        )
    if (command.qualification != scale.no_qualification) != (command.qualified_on is not None):
        raise CommandRejected(
            "certificate-date-missing",
            "有职业资格的须填证书日期，没有职业资格的不得填写",
            "a qualification needs its certificate's date, and no qualification has none",
        )


def _paid_through(command: TakeOverOfficer, today: date) -> Month:
    """The last month paid before take-over: so many months of this year from January, or from the appointment if later.

    Part months need an attendance sheet, so the month of an appointment within it must have been paid before.
    """
    if command.appointed_on > today:
        raise CommandRejected(
            "appointed-in-future",
            f"任职日期 {command.appointed_on} 晚于今天，不属于存量人员",
            f"appointed on {command.appointed_on}, later than today: not an incumbent",
        )
    first = max(Month(today.year, 1), Month.of(command.appointed_on))
    paid_through = first.plus(command.year_to_date.months - 1)
    if paid_through > Month.of(today):
        raise CommandRejected(
            "year-to-date-beyond-today",
            f"本年累计 {command.year_to_date.months} 个月，超过了今天所在月份",
            f"{command.year_to_date.months} months paid this year would reach beyond this month",
        )
    if command.appointed_on > paid_through.plus(1).first_day:
        raise CommandRejected(
            "appointed-within-month",
            "任职当月不满一个月，须先由原渠道发放并计入本年累计",
            "the part month of the appointment must have been paid before and be in the year to date",
        )
    return paid_through


def _confirm(officer: Officer, command: ConfirmAppraisal, context: Context) -> tuple[Fact, ...]:
    if not officer.officer:
        raise CommandRejected(
            "officer-unknown", f"低保员 {command.officer} 尚未登记", f"officer {command.officer} is not on record"
        )
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


def _apply(officer: Officer, command: ApplyAppraisal) -> tuple[Fact, ...]:
    if not officer.officer:
        raise CommandRejected(
            "officer-unknown", f"低保员 {command.officer} 尚未登记", f"officer {command.officer} is not on record"
        )
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


def evolve(officer: Officer, event: Fact) -> Officer:
    version = officer.version + 1
    match event:
        case OfficerTakenOver():
            return _taken_over(event, version)
        case AppraisalConfirmed():
            appraisal = Appraisal(
                year=event.year,
                quarter=event.quarter,
                coefficient_permille=event.coefficient_permille,
                behind=version,
            )
            return msgspec.structs.replace(officer, version=version, appraisals=(*officer.appraisals, appraisal))
        case _:
            return msgspec.structs.replace(officer, version=version)


def _taken_over(event: OfficerTakenOver, version: int) -> Officer:
    first = Month.of(event.appointed_on)
    return Officer(
        version=version,
        officer=event.officer,
        bank_account_pseudonym=event.bank_account_pseudonym,
        service_from_on=event.appointed_on,
        service_behind=version,
        posts=(
            InPost(
                from_on=event.appointed_on,
                behind=version,
                town=event.town,
                post_no=event.post_no,
                position=event.position,
                contract_mode=event.contract_mode,
            ),
        ),
        certificates=(
            (Certified(from_on=event.qualified_on, behind=version, qualification=event.qualification),)
            if event.qualified_on is not None
            else ()
        ),
        bases=(ContributionBase(from_month=first, base_fen=event.contribution_base_fen, behind=version),),
        deductions=(SpecialDeduction(from_month=first, monthly_fen=event.special_deduction_fen, behind=version),),
        paid_through_month=event.paid_through_month,
        year_to_date=event.year_to_date,
    )


OFFICER: Final = Aggregate(
    prefix="officer",
    state=Officer,
    initial=Officer(),
    commands=(TakeOverOfficer, ConfirmAppraisal, ApplyAppraisal),
    decide=decide,
    evolve=evolve,
)
