"""A plan from what was asked for: strata, sizes, weights, what is forced; refuses what no sample could answer."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from services.audit.domain.spot_check_state import PlanSpotCheck
from services.audit.sampling import drawing, sizes
from services.audit.sampling.pack import PACK, CheckedKind, SpotCheckRules
from services.audit.sampling.population import MONTHLY, Item, list_sha256, weighed
from services.contracts.audit import ForcedItem, RiskWeight, SpotCheckPlan, SpotStratum
from services.contracts.deciding import CommandRejected, Context

_REFUSED: Final = {
    "no-transparency-log": (
        "尚无已发布的根检查点，不能抽查（见 JIUZHU_TRANSPARENCY）",
        "no root checkpoint is published, and without one nothing is spot-checked (see JIUZHU_TRANSPARENCY)",
    ),
    "population-not-read": ("审计尚未读到该检查点，请稍后再试", "audit has not read up to that checkpoint yet; try again"),
    "checkpoint-not-yet": ("覆盖锁定记录的根检查点尚未发布，请稍后再抽取", "no root checkpoint covers the commitment yet; draw again in a moment"),
    "kind-not-checked": ("现行抽查规则不含此类对象", "the rules in force do not spot-check this kind"),
    "period-differs": ("走访、工资单、审核确认须指明月份，其他对象不分月", "visits, slips and decisions are of a month, nothing else is"),
    "confidence-too-low": ("可信度低于规则所定下限", "the confidence is below what the rules allow"),
    "tolerable-differs": (
        "须且仅须写明不可容忍的偏差数或偏差率之一，且不多于总体；按镇街分别抽查须用偏差率",
        "say a count or a rate of deviations, one of them, not above the population; per town it is a rate",
    ),
    "rounds-differ": ("轮数超过规则上限，或多轮而未定每轮增抽数", "too many rounds, or several without a step to extend by"),
    "public-value-differs": ("公开数值须同时写明名称与日期，且日期不早于计划当日", "a public value has a name and a day, which is not past"),
    "forced-differs": ("必查对象须逐项或整镇街指定，且在总体之内", "what is forced is an item or a town of the population"),
    "population-empty": ("该时点总体中没有可抽取的对象", "there is nothing to draw from at that checkpoint"),
    "sample-too-large": ("样本量超过规则上限，请放宽容忍度或改用其他设计", "the sample is larger than the rules allow"),
}  # fmt: skip


def refusal(code: str) -> CommandRejected:
    """The "no" to a plan, or to whatever needs more than the log gives yet."""
    return CommandRejected(code, *_REFUSED[code])


def plan_of(command: PlanSpotCheck, context: Context) -> SpotCheckPlan:
    """The plan, complete and computed from the population as it was brought."""
    rules = context.rule_on(PACK, context.today, SpotCheckRules)
    kind = rules.kinds.get(command.kind)
    if kind is None:
        raise refusal("kind-not-checked")
    _refuse_what_cannot_be(command, rules, context)
    if command.lacking or command.checkpoint is None:
        raise refusal(command.lacking or "no-transparency-log")
    items = weighed(command.candidates, kind.weights if command.design == "weighted" else {})
    forced = _forced(command, items)
    free = [one for one in items if one.item not in {taken.item for taken in forced}]
    strata = _strata(command, free)
    if sum(one.sample_count for one in strata) + len(forced) > rules.items_max:
        raise refusal("sample-too-large")
    return SpotCheckPlan(
        spot_check_no=command.spot_check_no,
        kind=command.kind,
        period=command.period,
        on=command.on,
        purpose=command.purpose,
        checkpoint=command.checkpoint,
        population_count=len(items),
        population_sha256=list_sha256(items),
        design=command.design,
        confidence_permille=command.confidence_permille,
        tolerable_count=command.tolerable_count,
        tolerable_permille=command.tolerable_permille,
        acceptable_count=command.acceptable_count,
        rounds_max=command.rounds_max,
        extension_count=command.extension_count,
        strata=strata,
        weight_sum=sum(one.weight for one in free),
        weights=_weights(command, kind),
        forced=forced,
        attributes=kind.attributes,
        checkers_min=rules.checkers_min,
        public_value=command.public_value,
        public_value_on=command.public_value_on,
        planned_by=context.actor,
        pack_version=context.rules.version_on(PACK, context.today),
    )


def _refuse_what_cannot_be(command: PlanSpotCheck, rules: SpotCheckRules, context: Context) -> None:
    if bool(command.period) != (command.kind in MONTHLY):
        raise refusal("period-differs")
    if command.confidence_permille < rules.confidence_permille_min:
        raise refusal("confidence-too-low")
    if bool(command.tolerable_count) == bool(command.tolerable_permille):
        raise refusal("tolerable-differs")
    if command.design == "per_town" and command.tolerable_count:
        raise refusal("tolerable-differs")
    several = command.rounds_max > 1
    if command.rounds_max > rules.rounds_max or several != bool(command.extension_count):
        raise refusal("rounds-differ")
    named, day = bool(command.public_value), command.public_value_on
    if named != (day is not None) or (day is not None and day < context.today):
        raise refusal("public-value-differs")


def _forced(command: PlanSpotCheck, items: Sequence[Item]) -> tuple[ForcedItem, ...]:
    """Every item that is taken in any case, with its reason, in the order of the list; the first reason said counts."""
    reasons: dict[str, str] = {}
    for choice in command.forced:
        chosen = [one.item for one in items if choice.item == one.item or (not choice.item and choice.town == one.town)]
        if bool(choice.item) == bool(choice.town) or not chosen:
            raise refusal("forced-differs")
        for item in chosen:
            reasons.setdefault(item, choice.reason)
    return tuple(ForcedItem(item=one.item, reason=reasons[one.item]) for one in items if one.item in reasons)


def _strata(command: PlanSpotCheck, free: Sequence[Item]) -> tuple[SpotStratum, ...]:
    """The parts that are drawn from, in the order of towns, with how many of each are drawn first."""
    if not free:
        raise refusal("population-empty")
    look_risk = sizes.risk(command.confidence_permille, command.rounds_max)
    seen, count, permille = command.acceptable_count, command.tolerable_count, command.tolerable_permille
    counts = sorted(Counter(drawing.stratum_of(command.design, one) for one in free).items())
    numbers = [number for _, number in counts]
    whole = sizes.tolerable(len(free), count, permille)
    if whole > len(free):
        raise refusal("tolerable-differs")
    tolerable = [whole] * len(counts)
    match command.design:
        case "per_town":
            tolerable = [sizes.tolerable(number, count, permille) for number in numbers]
            drawn = [sizes.simple_size(n, t, seen, look_risk) for n, t in zip(numbers, tolerable, strict=True)]
        case "proportional":
            drawn = [*sizes.dealt(sizes.proportional_size(len(free), whole, seen, look_risk), numbers)]
        case "weighted":
            drawn = [sizes.weighted_size([one.weight for one in free], whole, seen, look_risk)]
        case "simple":
            drawn = [sizes.simple_size(len(free), whole, seen, look_risk)]
    return tuple(
        SpotStratum(town=town, population_count=number, tolerable_count=ruled_out, sample_count=size)
        for (town, number), ruled_out, size in zip(counts, tolerable, drawn, strict=True)
    )


def _weights(command: PlanSpotCheck, kind: CheckedKind) -> tuple[RiskWeight, ...]:
    if command.design != "weighted":
        return ()
    return tuple(RiskWeight(mark=mark, weight=weight) for mark, weight in sorted(kind.weights.items()))
