"""Automatic tests on what officers did (四(二)(三)): where, when, and by whose leave; attendance sheets; no pay."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

from services.audit.automatic import officer_file
from services.audit.automatic.noted import Noted, day_in_china, noted
from services.audit.automatic.officer_file import FILED, OfficerFile, take
from services.audit.automatic.working_days import Calendars
from services.audit.domain import OpenFinding, evidence_of, objection
from services.audit.rules import figure
from services.contracts.audit import Evidence
from services.contracts.casework import VisitCompleted, WorkRecorded
from services.contracts.deciding import Record
from services.contracts.payroll import (
    AttendanceSheetConfirmed,
    ReassignmentApproved,
    ReassignmentRefused,
    ReassignmentReported,
    RulePackAdopted,
)
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

UNAPPROVED_MOVE: Final = "unapproved_move"
WORK_ELSEWHERE: Final = "work_elsewhere"
WORK_WHILE_ABSENT: Final = "work_while_absent"
SHEET_IMPOSSIBLE: Final = "sheet_impossible"
ABSENCE_UNEXPLAINED: Final = "absence_unexplained"
# The kind by which an absence is corrected to a day at work after all.
PRESENT: Final = "present"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A visit or another piece of an officer's work: the day and the town of it."""

    evidence: Evidence
    officer: str
    town: str
    day: date


def work_of(record: Record) -> Work | None:
    """The work a record states; None when it states none."""
    match record.fact:
        case VisitCompleted() as fact:
            day = day_in_china(fact.started_at)
        case WorkRecorded() as fact:
            day = fact.worked_on
        case _:
            return None
    return Work(evidence=evidence_of(record), officer=fact.officer, town=fact.town, day=day)


def unapproved_move(file: OfficerFile, now: datetime, rules: RuleBook) -> Iterator[OpenFinding]:
    """A move or added duty that a town reported and the bureau has not decided within the days of the pack (四(三))."""
    decided = {
        one.fact.report_no
        for one in file.facts
        if isinstance(one.fact, ReassignmentApproved | ReassignmentRefused)
    }  # fmt: skip
    for one in file.facts:
        fact = one.fact
        if not isinstance(fact, ReassignmentReported) or fact.report_no in decided:
            continue
        days_max = figure(rules, UNAPPROVED_MOVE, "days_max", one.day)
        if days_max is None or day_in_china(now) <= one.day + timedelta(days=days_max):
            continue
        what_zh, what_en = ("调动岗位", "moved") if fact.kind == "move" else ("增加职责", "gave added duty to")
        yield objection(
            UNAPPROVED_MOVE,
            (one.evidence,),
            about=one.subject,
            town=fact.from_town,
            zh=f"{fact.from_town} 自 {fact.since_on} 起对 {fact.officer} {what_zh}，逾 {days_max} 日未经区民政局批准",
            en=f"{fact.from_town} {what_en} {fact.officer} since {fact.since_on}, undecided by the bureau "
            f"for more than {days_max} days",
        )


def work_elsewhere(work: Work, file: OfficerFile) -> OpenFinding | None:
    """Work in another town than that of the post, which no approved duty covers: the officer is borrowed (四(三))."""
    place = officer_file.place_on(file.facts, work.day)
    if place is None or place.town == work.town or work.town in _duty_towns(file, work.day):
        return None
    return objection(
        WORK_ELSEWHERE,
        (work.evidence,),
        about=f"officer:{work.officer}",
        town=place.town,
        zh=f"{work.officer} 的岗位在 {place.town}，{work.day} 的工作记在 {work.town}",
        en=f"{work.officer} holds a post of {place.town}, work of {work.day} is logged for {work.town}",
    )


def _duty_towns(file: OfficerFile, day: date) -> set[str]:
    """The towns an added duty was reported for, approved and in effect on a day."""
    reported = {
        one.fact.report_no: one.fact.to_town for one in file.facts if isinstance(one.fact, ReassignmentReported)
    }  # fmt: skip
    return {
        reported.get(one.fact.report_no, "")
        for one in file.facts
        if isinstance(one.fact, ReassignmentApproved) and one.fact.kind == "duty" and one.fact.effective_on <= day
    }


def work_while_absent(work: Work, file: OfficerFile) -> OpenFinding | None:
    """Work logged on a day for which the officer's leave or absence stands (考勤; 四(三) 使用、工作情况)."""
    for absence in officer_file.absences(file.facts).values():
        fact = absence.fact
        if fact.kind != PRESENT and fact.from_on <= work.day and (fact.until_on is None or work.day <= fact.until_on):
            return objection(
                WORK_WHILE_ABSENT,
                (absence.evidence, work.evidence),
                about=f"officer:{work.officer}",
                town=work.town,
                zh=f"{work.officer} 在 {work.day} 登记缺勤（{fact.absence_no}），却有工作记录",
                en=f"{work.officer} has work logged on {work.day}, a day of absence {fact.absence_no}",
            )
    return None


def sheet_impossible(sheet: Noted[AttendanceSheetConfirmed], workdays: int) -> OpenFinding | None:
    """An attendance sheet with more days on a line than the month has working days (考勤表; 四(三) 工作情况)."""
    fact = sheet.fact
    wrong = [
        f"{line.officer} {line.present_days}+{line.absent_days}"
        for line in fact.lines
        if min(line.present_days, line.absent_days) < 0 or line.present_days + line.absent_days > workdays
    ]
    if not wrong:
        return None
    return objection(
        SHEET_IMPOSSIBLE,
        (sheet.evidence,),
        about=sheet.subject,
        town=fact.town,
        zh=f"{fact.month} 考勤表出勤与缺勤日数超过当月 {workdays} 个工作日：{'、'.join(wrong)}",
        en=f"the sheet of {fact.month} has more days than its {workdays} working days: {', '.join(wrong)}",
    )


def absence_unexplained(
    sheet: Noted[AttendanceSheetConfirmed], files: Mapping[str, OfficerFile], now: datetime, rules: RuleBook
) -> OpenFinding | None:
    """Officers whom the sheet has absent and for whom no absence of that month was recorded in time (考勤; 四(三))."""
    fact = sheet.fact
    days_max = figure(rules, ABSENCE_UNEXPLAINED, "days_max", sheet.day)
    if days_max is None or day_in_china(now) <= sheet.day + timedelta(days=days_max):
        return None
    left = [
        officer
        for officer in fact.unexplained
        if not any(
            one.fact.from_on <= fact.month.last_day
            and (one.fact.until_on is None or one.fact.until_on >= fact.month.first_day)
            for one in officer_file.absences(files.get(f"officer:{officer}", OfficerFile()).facts).values()
        )
    ]
    if not left:
        return None
    return objection(
        ABSENCE_UNEXPLAINED,
        (sheet.evidence,),
        about=sheet.subject,
        town=fact.town,
        zh=f"{fact.month} 考勤表所列缺勤逾 {days_max} 日仍无请假或缺勤登记：{'、'.join(left)}",
        en=f"absent by the sheet of {fact.month}, with no absence on record after {days_max} days: {', '.join(left)}",
    )


@dataclass(slots=True, kw_only=True)
class Worked:
    """An officer's work, how much of it was held against how many facts of the file, and what that found."""

    works: list[Work] = field(default_factory=list)
    judged: tuple[int, int] = (0, 0)
    found: list[OpenFinding] = field(default_factory=list)

    def judge(self, file: OfficerFile) -> list[OpenFinding]:
        """What objects by now: all work again where the file has grown, for a leave may be recorded after its day."""
        works, facts = self.judged
        if facts != len(file.facts):
            works, self.found = 0, []
        for work in self.works[works:]:
            self.found += [one for one in (work_elsewhere(work, file), work_while_absent(work, file)) if one]
        self.judged = (len(self.works), len(file.facts))
        return self.found


@dataclass(slots=True)
class OfficerWorkWatch:
    """Every officer's file and work, and the last sheet of each town and month."""

    rules: RuleBook
    files: dict[str, OfficerFile] = field(default_factory=dict)
    worked: dict[str, Worked] = field(default_factory=dict)
    sheets: dict[str, Noted[AttendanceSheetConfirmed]] = field(default_factory=dict)
    calendars: Calendars = field(default_factory=Calendars)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        *FILED,
        AttendanceSheetConfirmed,
        RulePackAdopted,
        VisitCompleted,
        WorkRecorded,
    )

    def read(self, record: Record) -> Iterator[OpenFinding]:
        match record.fact:
            case VisitCompleted() | WorkRecorded():
                if work := work_of(record):
                    self.worked.setdefault(f"officer:{work.officer}", Worked()).works.append(work)
            case AttendanceSheetConfirmed():
                self.sheets[record.envelope.subject] = noted(record, AttendanceSheetConfirmed)
            case RulePackAdopted():
                self.calendars.take(record)
            case _:
                take(self.files, record)
        yield from ()

    def ended(self, now: datetime) -> Iterator[OpenFinding]:
        for file in self.files.values():
            yield from unapproved_move(file, now, self.rules)
        for officer, worked in self.worked.items():
            if (known := self.files.get(officer)) is not None:
                yield from worked.judge(known)
        for sheet in self.sheets.values():
            workdays = self.calendars.workdays(sheet.fact.month)
            judged = (
                sheet_impossible(sheet, workdays),
                absence_unexplained(sheet, self.files, now, self.rules),
            )
            yield from filter(None, judged)
