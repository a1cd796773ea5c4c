"""What filled-in sheets say of the population, attribute by attribute, and by how much a draw goes on; it states nothing."""

from collections.abc import Sequence
from fractions import Fraction

from services.audit.domain.spot_check_state import Sheet, SpotCheck
from services.audit.sampling import bounds, drawing, sizes
from services.audit.sampling.population import Item
from services.contracts.audit import AttributeResult, SpotCheckPlan, SpotStratum, StratumResult, StratumSize


def judged(state: SpotCheck, items: Sequence[Item]) -> tuple[AttributeResult, ...]:
    """Every attribute's result from the sheets that are in; `items` is the population of the plan."""
    plan = state.plan
    assert plan is not None, "a check with sheets has a plan"
    forced = {one.item for one in plan.forced}
    weights = [one.weight for one in items if one.item not in forced] if plan.design == "weighted" else []
    return tuple(_attribute(state, plan, one.code, weights) for one in plan.attributes)


def _attribute(state: SpotCheck, plan: SpotCheckPlan, code: str, weights: Sequence[int]) -> AttributeResult:
    counting = [sheet for sheet in state.sheets if sheet.counts(code)]
    drawn = [sheet for sheet in counting if not sheet.forced]
    strata = _strata(state, plan, drawn, weights)
    forced_count = len(counting) - len(drawn)
    estimate = bounds.estimate([_share(state, plan, sheet) for sheet in drawn]) + forced_count
    return AttributeResult(
        code=code,
        found_count=len(counting),
        unexamined_count=sum(code in sheet.unexamined for sheet in counting),
        estimate_milli=bounds.milli(estimate),
        upper_count=sum(one.upper_count for one in strata) + forced_count,
        within=all(one.within for one in strata),
        strata=strata,
    )


def _strata(
    state: SpotCheck, plan: SpotCheckPlan, drawn: Sequence[Sheet], weights: Sequence[int]
) -> tuple[StratumResult, ...]:
    """The parts a bound is stated for: every town by itself, or the whole."""
    look_risk, drawn_of = _risk(plan), {one.town: one.sample_count for one in state.sizes}
    if plan.design == "per_town":
        return tuple(
            _stratum(
                one,
                drawn_of[one.town],
                found := sum(sheet.town == one.town for sheet in drawn),
                bounds.simple_upper(one.population_count, drawn_of[one.town], found, look_risk),
            )
            for one in plan.strata
        )
    found, population = len(drawn), sum(one.population_count for one in plan.strata)
    size = sum(drawn_of.values())
    match plan.design:
        case "proportional":
            shares = [(one.population_count, drawn_of[one.town]) for one in plan.strata]
            upper = bounds.proportional_upper(shares, found, look_risk)
        case "weighted":
            upper = bounds.weighted_upper(weights, size, found, look_risk)
            size = sum(not sheet.forced for sheet in state.sheets)
        case _:
            upper = bounds.simple_upper(population, size, found, look_risk)
    whole = SpotStratum(
        town="", population_count=population, tolerable_count=plan.strata[0].tolerable_count, sample_count=size
    )
    return (_stratum(whole, size, found, upper),)


def _stratum(stratum: SpotStratum, size: int, found: int, upper: int) -> StratumResult:
    return StratumResult(
        town=stratum.town,
        population_count=stratum.population_count,
        sample_count=size,
        found_count=found,
        upper_count=upper,
        tolerable_count=stratum.tolerable_count,
        within=upper < stratum.tolerable_count,
    )


def _risk(plan: SpotCheckPlan) -> Fraction:
    return sizes.risk(plan.confidence_permille, plan.rounds_max)


def look_risk_ppm(plan: SpotCheckPlan) -> int:
    """The risk of one look in parts per million, rounded up."""
    look_risk = _risk(plan)
    return -(-1_000_000 * look_risk.numerator // look_risk.denominator)


def _share(state: SpotCheck, plan: SpotCheckPlan, sheet: Sheet) -> Fraction:
    """The chance by which an item was drawn."""
    town = "" if plan.design in drawing.WHOLE_DESIGNS else sheet.town
    size = next(one.sample_count for one in state.sizes if one.town == town)
    if plan.design == "weighted":
        return min(Fraction(1), Fraction(size * sheet.weight, plan.weight_sum))
    return Fraction(size, next(one.population_count for one in plan.strata if one.town == town))


def extended_sizes(state: SpotCheck, results: Sequence[AttributeResult]) -> tuple[StratumSize, ...]:
    """The sizes after the next step: of the whole, dealt out to towns alike, or in the towns alone that are not within."""
    plan = state.plan
    assert plan is not None, "a check with sheets has a plan"
    failing = {one.town for result in results for one in result.strata if not one.within}
    steps = dict.fromkeys((one.town for one in plan.strata), plan.extension_count)
    if plan.design == "proportional":
        dealt = sizes.dealt(plan.extension_count, [one.population_count for one in plan.strata])
        steps = dict(zip(steps, dealt, strict=True))
    if plan.design == "per_town":
        steps = {town: step if town in failing else 0 for town, step in steps.items()}
    # By weight an item beyond the average size of all is certain: there the sum of weights ends it.
    most = {one.town: one.population_count for one in plan.strata}
    if plan.design == "weighted":
        most = {"": plan.weight_sum}
    return tuple(
        StratumSize(town=one.town, sample_count=min(one.sample_count + steps[one.town], most[one.town]))
        for one in state.sizes
    )
