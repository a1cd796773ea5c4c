"""A whole month of a district as steps with barriers; the parts are planned elsewhere, here they are put together."""

from collections.abc import Iterator

from deploy.district.beside import plan_beside
from deploy.district.call import Step
from deploy.district.caring import plan_changes, plan_first_assessments, plan_recoveries
from deploy.district.cases import plan_cases
from deploy.district.committees import plan_committees
from deploy.district.contractors import plan_contractors
from deploy.district.delivery import plan_delivery
from deploy.district.district import District
from deploy.district.duty import plan_answers, plan_staff
from deploy.district.dynamic import plan_reverifications
from deploy.district.field import plan_visits, plan_work
from deploy.district.findings import plan_findings
from deploy.district.ledger import plan_clocks, plan_relatives
from deploy.district.matches import plan_matches
from deploy.district.money import plan_money
from deploy.district.municipal import plan_municipal
from deploy.district.payday import plan_after_payday, plan_payroll
from deploy.district.payouts import plan_lists
from deploy.district.plan import Plan
from deploy.district.postings import plan_posts
from deploy.district.requests import plan_consultations, plan_requests
from deploy.district.training import plan_training
from deploy.district.wrong import plant
from services.contracts.months import Month


def month_script(district: District, month: Month, seed: int) -> Iterator[Step]:
    """The month in order: days, and within a day phases. Calls of one step may be sent concurrently.

    Later steps rest on the reactions of earlier ones, so the player waits after each until the log is settled, and
    sets the simulated clock to the step's `at` before it sends. Every day has a step, if only to let timers fire.
    `ValueError` for a month that is not after the take-over, or when the profile plants more errors than fit.
    """
    taken_over = Month.of(district.profile.take_over.at)
    if month <= taken_over:
        raise ValueError(f"the district is taken over in {taken_over}; {month} is not after that")
    plan = Plan(district=district, month=month, seed=seed)
    applications = plan_requests(plan)
    plan_cases(plan, applications)
    plan_consultations(plan)
    plan_visits(plan)
    plan_work(plan)
    plan_payroll(plan)
    plant(plan)
    # After everything that was there before, so that no call's id depends on what was added.
    plan_staff(plan)
    plan_answers(plan)
    plan_reverifications(plan)
    plan_first_assessments(plan)
    plan_changes(plan)
    plan_recoveries(plan)
    plan_beside(plan, applications)
    plan_delivery(plan)
    plan_training(plan)
    plan_committees(plan)
    accepted = plan_contractors(plan)
    plan_clocks(plan, applications)
    plan_relatives(plan)
    plan_lists(plan)
    plan_matches(plan)
    plan_municipal(plan)
    plan_after_payday(plan)
    plan_money(plan, accepted)
    plan_posts(plan)
    plan_findings(plan)
    return plan.steps()
