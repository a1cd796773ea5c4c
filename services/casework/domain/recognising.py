"""Recognitions (民政建档特殊困难家庭: 低保边缘、刚性支出困难): made for a term, and then again; no money moves by them."""

from datetime import date, timedelta

from services.casework.domain.cases import Case
from services.casework.domain.commands import DecideEligibility, LapseRecognition
from services.casework.domain.guards import rejected_unless
from services.casework.domain.state import Household
from services.casework.rules import Steps, recognition_of
from services.contracts.casework import EligibilityConfirmed, RecognitionLapsed
from services.contracts.clocks import overdue
from services.contracts.deciding import Context
from services.contracts.money import ZERO_FEN
from services.contracts.months import Month


def recognised(
    case: Case, command: DecideEligibility, steps: Steps, decided_on: date, covered: int, context: Context
) -> EligibilityConfirmed:
    """A recognition from the day of its decision; `standard_fen` is the limit it was measured by."""
    found = recognition_of(
        context,
        case.need,
        decided_on,
        income_per_head_fen=command.income_per_head_fen,
        rigid_spending_per_head_fen=command.rigid_spending_per_head_fen,
        property_over=command.property_over,
    )
    return EligibilityConfirmed(
        application_no=case.application_no,
        need=case.need,
        town=case.town,
        committee=case.committee,
        monthly_amount_fen=ZERO_FEN,
        one_off=False,
        standard_fen=found.limit_fen,
        covered_members=covered,
        from_month=Month.of(decided_on),
        decided_on=decided_on,
        decided_by=context.actor,
        pack_version=found.pack_version,
        valid_until=last_day_of(decided_on, steps.valid_months),
        bureau_visited=case.bureau_visited_on is not None,
        spot_check_permille=steps.spot_check_permille,
    )


def last_day_of(from_on: date, months: int) -> date:
    """The last day of so many months that begin with `from_on`: the day before the same day, or the month's last."""
    month = Month.of(from_on).plus(months)
    if from_on.day > month.last_day.day:
        return month.last_day
    return date(month.year, month.number, from_on.day) - timedelta(days=1)


def lapse(state: Household, command: LapseRecognition, context: Context) -> RecognitionLapsed:
    """Stated once by its timer; the household may apply again, before or after."""
    rejected_unless(
        state.valid_until == command.valid_until and overdue(command.valid_until, context.today),
        "still-valid",
        "认定仍在有效期内，或已更新",
        "the recognition is still valid, or was made anew",
    )
    return RecognitionLapsed(town=state.town, category=state.category, valid_until=command.valid_until)
