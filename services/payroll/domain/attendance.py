"""A town's monthly attendance sheet (考勤表): confirmed by its leader in charge; proof, from which nothing is paid."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.months import Month
from services.contracts.payroll import AttendanceLine, AttendanceSheetConfirmed
from services.contracts.registry import Fact
from services.payroll.domain.guards import rejected_unless, text_given
from services.payroll.domain.shapes import Line, OfficerNo, Sha256, TownCode

_Days = Annotated[int, Meta(ge=0, le=31)]


class SheetLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An officer's working days of the month, present and absent."""

    officer: OfficerNo
    present_days: _Days
    absent_days: _Days = 0


class OnPost(msgspec.Struct, frozen=True, kw_only=True):
    """An officer on a post of the town in the month, and how many absences of the month are on record; the edge's."""

    officer: str
    absences: int


class ConfirmAttendance(Command, frozen=True, kw_only=True):
    """Confirm a month's sheet; confirmed before, only with a reason. `on_post` is the edge's."""

    month: Month
    town: TownCode
    lines: Annotated[tuple[SheetLine, ...], Meta(min_length=1, max_length=500)]
    sheet_sha256: Sha256
    corrects: Line = ""
    on_post: tuple[OnPost, ...] = ()

    @property
    def subject(self) -> str:
        return f"attendance:{self.month}-{self.town}"


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """The sheet that was confirmed last, by its hash."""

    sha256: str = ""


def decide(sheet: Sheet, command: ConfirmAttendance, context: Context) -> tuple[Fact, ...]:
    """Everybody on a post of the town stands on it, once, and nobody else; the month is over."""
    rejected_unless(
        context.today > command.month.last_day, "month-not-over", f"{command.month} 尚未结束", "the month is not over"
    )
    if sheet.sha256 == command.sheet_sha256:
        return ()
    if sheet.sha256:
        text_given("corrects", command.corrects)
    known = {one.officer: one.absences for one in command.on_post}
    named = [line.officer for line in command.lines]
    _refuse("attendance-incomplete", "考勤表缺少", "missing on the sheet", [one for one in known if one not in named])
    _refuse("not-on-post", "考勤表上不在岗的人员", "on the sheet, not on a post", [n for n in named if n not in known])
    _refuse("officer-twice", "考勤表上重复", "on the sheet twice", [n for n in named if named.count(n) > 1])
    return (
        AttendanceSheetConfirmed(
            month=command.month,
            town=command.town,
            lines=tuple(
                AttendanceLine(
                    officer=line.officer,
                    present_days=line.present_days,
                    absent_days=line.absent_days,
                    known_absence_count=known[line.officer],
                )
                for line in command.lines
            ),
            unexplained=tuple(line.officer for line in command.lines if line.absent_days and not known[line.officer]),
            sheet_sha256=command.sheet_sha256,
            confirmed_by=context.actor,
            corrects=command.corrects,
        ),
    )


def _refuse(code: str, zh: str, en: str, officers: list[str]) -> None:
    if officers:
        named = sorted(set(officers))
        raise CommandRejected(code, f"{zh}：{'、'.join(named)}", f"{en}: {', '.join(named)}")


def evolve(sheet: Sheet, event: Fact) -> Sheet:
    return Sheet(sha256=event.sheet_sha256) if isinstance(event, AttendanceSheetConfirmed) else sheet


ATTENDANCE: Final = Aggregate(
    prefix="attendance",
    state=Sheet,
    initial=Sheet(),
    commands=(ConfirmAttendance,),
    decide=decide,
    evolve=evolve,
)
