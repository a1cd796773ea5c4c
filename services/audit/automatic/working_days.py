"""The working days payroll goes by, from the calendars it adopted on the log; it judges nothing."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

import msgspec

from services.audit.automatic.officer_file import days_of
from services.contracts.calendar import WorkingCalendar
from services.contracts.deciding import Record
from services.contracts.months import Month
from services.contracts.payroll import RulePackAdopted
from services.contracts.rulebook import AdoptedPack, NoRule, RuleBook

CALENDAR: Final = "calendar"
# Monday to Friday, where payroll adopted no calendar.
PLAIN: Final = WorkingCalendar(
    version="", announced_through=date.min, off_days=frozenset(), make_up_days=frozenset()
)  # fmt: skip


@dataclass(slots=True)
class Calendars:
    """Every calendar payroll adopted so far."""

    book: RuleBook = field(default_factory=RuleBook)

    def take(self, record: Record) -> None:
        """Remember the calendar a record adopts, if it does."""
        fact = record.fact
        if isinstance(fact, RulePackAdopted) and fact.name == CALENDAR:
            self.book = RuleBook((*self.book.packs, AdoptedPack(**msgspec.structs.asdict(fact))))

    def on(self, month: Month) -> WorkingCalendar:
        """The calendar in force at the start of a month."""
        try:
            return self.book.on(CALENDAR, month.first_day, WorkingCalendar)
        except NoRule:
            return PLAIN

    def workdays(self, month: Month) -> int:
        calendar = self.on(month)
        return sum(calendar.is_workday(day) for day in days_of(month))
