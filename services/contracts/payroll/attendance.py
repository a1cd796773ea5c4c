"""The fact of a town's monthly attendance sheet (考勤表): proof of who was there; absences themselves are the officers' facts."""

import msgspec

from services.contracts.months import Month
from services.contracts.registry import Fact, fact


class AttendanceLine(msgspec.Struct, frozen=True, kw_only=True):
    """An officer's month on the sheet: days present and absent, and how many absences payroll knew of then."""

    officer: str
    present_days: int
    absent_days: int
    known_absence_count: int


@fact("payroll", "attendance_sheet_confirmed", subject="attendance")
class AttendanceSheetConfirmed(Fact, frozen=True, kw_only=True):
    """The town's leader in charge confirmed the month's sheet; confirmed again, with a reason, it replaces the last.

    `unexplained` officers were absent by the sheet, and no absence of that month is on record.
    """

    month: Month
    town: str
    lines: tuple[AttendanceLine, ...]
    unexplained: tuple[str, ...]
    sheet_sha256: str
    confirmed_by: str
    corrects: str
