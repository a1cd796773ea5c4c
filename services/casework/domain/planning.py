"""Which services a household gets and how often: made at the grant, made again when its row of the table changes (二(三))."""

from datetime import date

from services.casework.domain.state import Household
from services.casework.rules import REGULAR_VISIT, Ability, ServicePlan
from services.contracts.casework import ServicePlanned
from services.contracts.deciding import Context


def planned(
    context: Context, day: date, *, town: str, committee: str, officer: str, category: str, priority: bool,
    care_tiers: tuple[str, ...],
) -> ServicePlanned:  # fmt: skip
    """The plan by category × priority × care level; of several persons' tiers the heaviest counts."""
    care_tier = context.rule_on("ability", day, Ability).heaviest(care_tiers) if care_tiers else ""
    services = context.rule_on("service_plan", day, ServicePlan).services(category, priority, care_tier)
    visits = [one.times_per_month for one in services if one.service == REGULAR_VISIT]
    return ServicePlanned(
        town=town,
        committee=committee,
        officer=officer,
        visits_per_month=sum(visits),
        pack_version=context.rules.version_on("service_plan", day),
        category=category,
        priority=priority,
        care_tier=care_tier,
        services=services,
    )


def planned_again(
    state: Household, context: Context, *, priority: bool, care_tiers: tuple[str, ...]
) -> tuple[ServicePlanned, ...]:
    """The plan of a household that receives a benefit, where it differs from the one in force; nothing else."""
    made = planned(
        context,
        context.today,
        town=state.town,
        committee=state.care.committee,
        officer=state.officer,
        category=state.category,
        priority=priority,
        care_tiers=care_tiers,
    )
    return () if made.services == state.care.services else (made,)
