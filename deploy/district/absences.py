"""Who is ill in the first month, and when: decided before anything else, so that nobody visits or works on those days."""

from dataclasses import dataclass
from datetime import date, timedelta

from deploy.district.officers import Officer
from deploy.district.plan import Plan


@dataclass(frozen=True, slots=True)
class SickLeave:
    """An officer's days of illness, both ends included."""

    officer: Officer
    first: date
    until: date


def days_after_pay(plan: Plan) -> list[date]:
    """The working days after the month's payday has passed: what pay depends on changes on these only."""
    payday = date(plan.month.year, plan.month.number, plan.district.profile.month.payroll_day)
    return [day for day in plan.workdays if day > plan.workday_after(payday, 3)]


def sick_leaves(plan: Plan) -> tuple[SickLeave, ...]:
    """Only in the first month, as all that happens to officers; drawn for themselves, so that asking again says the same."""
    if plan.month != plan.first_month:
        return ()
    rng, wanted, days = plan.rng("sick"), plan.district.profile.month.postings, days_after_pay(plan)
    leaves = []
    for officer in rng.sample(list(plan.district.officers), wanted.sick_leaves):
        first = rng.choice(days[:-3])
        leaves.append(SickLeave(officer, first, first + timedelta(days=rng.randint(*wanted.sick_days) - 1)))
    return tuple(leaves)


def days_at_work(plan: Plan) -> dict[str, tuple[date, ...]]:
    """The working days left to each officer who is ill for some of them."""
    return {
        one.officer.number: tuple(day for day in plan.workdays if not one.first <= day <= one.until)
        for one in sick_leaves(plan)
    }
