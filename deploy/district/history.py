"""The year of pay before the month: what officers are paid by is taken over, then a run each month; nothing else happens."""

from collections.abc import Iterator

from deploy.district import pay_bodies as bodies
from deploy.district.bodies import Body
from deploy.district.call import Step
from deploy.district.district import District
from deploy.district.payday import plan_past_payroll
from deploy.district.plan import Phase, Plan
from services.contracts.months import Month


def history_script(district: District) -> Iterator[Step]:
    """A run of each month from the officers' take-over to the households', in order; each with its appraisals and budgets.

    Calls of one step may be sent concurrently; the next waits until the log is settled, and the clock goes with them.
    """
    month, last = Month.of(district.profile.pay_history.at).plus(1), Month.of(district.profile.take_over.at)
    while month <= last:
        plan = Plan(district=district, month=month, seed=district.seed)
        _budgets(plan)
        _appraisals(plan)
        plan_past_payroll(plan)
        yield from (step for step in plan.steps() if step.calls)
        month = month.plus(1)


def _budgets(plan: Plan) -> None:
    """A new year's documents."""
    if plan.month.number == 1:
        finance = plan.district.profile.bureau.finance[0]
        for budget in plan.district.budgets:
            if budget.year == plan.month.year:
                _send(plan, "window", bodies.budget_fund(budget), finance, "bureau-finance")


def _appraisals(plan: Plan) -> None:
    """What officers were given for the quarter that has just ended, before the first payday that it counts for."""
    leader = plan.district.profile.bureau.leaders[0]
    for officer in plan.district.officers:
        for quarter in officer.quarters:
            if quarter.last_month.plus(1) == plan.month:
                _send(plan, "case", bodies.confirm_appraisal(officer, quarter), leader, "bureau-leader")


def _send(plan: Plan, phase: Phase, body: Body, actor: str, role: str) -> None:
    """On the month's first working day."""
    day = plan.workdays[0]
    at = plan.at(plan.rng(f"history|{phase}"), day, phase)
    plan.command(day, phase, "payroll", body, at=at, actor=actor, role=role, town=None)
