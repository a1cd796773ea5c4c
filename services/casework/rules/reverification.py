"""How often a recipient is looked at again, and how a benefit ends (动态管理)."""

from datetime import date

import msgspec

from services.contracts.deciding import CommandRejected
from services.contracts.months import Month


class Reverification(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``reverification``: how often a recipient is looked at again, and how a benefit ends.

    `cadences`: months until the next look by class (the local A/B/C practice); `first`: the class of a new grant by
    category. `termination_notice_days`: full days a category's termination is posted before; none for the others.
    """

    cadences: dict[str, int]
    first: dict[str, str]
    investigators_min: int
    reasons: frozenset[str]
    termination_notice_days: dict[str, int]

    def next_by(self, cadence: str, day: date) -> date:
        """The last day of the month so many months later; `CommandRejected` for a class the pack does not know."""
        months = self.cadences.get(cadence)
        if months is None:
            raise CommandRejected("cadence-unknown", f"没有复核类别 {cadence}", f"there is no class {cadence}")
        return Month.of(day).plus(months).last_day
