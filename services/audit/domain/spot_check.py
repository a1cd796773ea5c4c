"""A spot check (抽查): planned, committed, drawn as everybody would draw it, filled in, extended, concluded; it reads nothing."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from services.audit.domain.spot_check_judging import extended_sizes, judged, look_risk_ppm
from services.audit.domain.spot_check_planning import plan_of, refusal
from services.audit.domain.spot_check_state import (
    AbandonSpotCheck,
    AssignFieldSheets,
    CommitSpotCheck,
    ConcludeSpotCheck,
    DrawSpotCheck,
    ExtendSpotCheck,
    PlanSpotCheck,
    RecordSpotCheckResult,
    Sheet,
    SpotCheck,
    plan_sha256,
)
from services.audit.sampling import drawing
from services.audit.sampling.population import Item, list_sha256, weighed
from services.audit.transparency.note import NotANote, checkpoint_of
from services.contracts.audit import (
    CheckedAttribute,
    DrawnItem,
    FieldSheetsAssigned,
    SpotCheckAbandoned,
    SpotCheckCommitted,
    SpotCheckConcluded,
    SpotCheckDrawn,
    SpotCheckExtended,
    SpotCheckPlan,
    SpotCheckPlanned,
    SpotCheckResultRecorded,
    StratumSize,
)
from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.registry import Fact
from services.contracts.roles import same_person

_REFUSED: Final = {
    "not-planned": ("尚无抽查方案", "nothing is planned under this number"),
    "plan-committed": ("方案已锁定，不得更改；如需另查，请另立编号", "the plan is committed and cannot change; use another number"),
    "plan-differs": ("所锁定的摘要与方案不符", "the hash is not the plan's"),
    "not-committed": ("方案尚未锁定，不得抽取", "the plan is not committed yet"),
    "already-drawn": ("已抽取，同一方案只抽一次", "it was drawn already; a plan is drawn once"),
    "seed-too-early": ("种子须取自覆盖锁定记录的、更晚的根检查点", "the seed's checkpoint is not later than the commitment"),
    "public-value-differs": ("公开数值须与方案所定一致：到日方可填写，未定则不填", "the public value is given from its day on, where the plan names one"),
    "population-differs": ("总体与方案所列摘要不符", "the population is not the one that was planned"),
    "draw-differs": ("所报抽取结果与重算结果不符", "what was drawn is not what the seed gives"),
    "not-drawn": ("尚未抽取", "nothing is drawn yet"),
    "item-not-drawn": ("该对象不在样本中", "this item was not drawn"),
    "checkers-too-few": ("核查人员人数不足", "too few checkers"),
    "checks-oneself": ("不得核查本人经办或本人的事项", "nobody checks what they answer for themselves"),
    "not-a-checker": ("只能由该核查表指派的人员登记结果", "a result is recorded by whom the sheet was handed to"),
    "result-recorded": ("该对象结果已登记，不得更改", "its result is recorded and stands"),
    "attribute-unknown": ("核查事项不在方案内，或重复填写", "an attribute is not the plan's, or is said twice"),
    "checked-too-early": ("核查日期不得晚于今日", "it cannot have been checked on a day to come"),
    "sheets-open": ("尚有核查表未交回", "field sheets are still open"),
    "extension-due": ("偏差超过可接受数，应按方案扩大抽查，或写明不扩大的理由", "more deviates than the plan accepts: extend, or say why not"),
    "extension-not-due": ("未到扩大抽查的条件，或已无轮次可用", "there is no cause to extend, or no round left"),
    "ended": ("该抽查已结束", "this spot check has ended"),
}  # fmt: skip


def _refusal(code: str) -> CommandRejected:
    return CommandRejected(code, *_REFUSED[code])


def decide_spot_check(state: SpotCheck, command: Command, context: Context) -> tuple[Fact, ...]:
    """One step of a spot check; every step refuses what would make the draw, or what it says, depend on anybody's wish."""
    if state.ended:
        raise _refusal("ended")
    match command:
        case PlanSpotCheck():
            return _plan(state, command, context)
        case CommitSpotCheck():
            return _commit(state, command, context)
        case DrawSpotCheck():
            return _draw(state, command, context)
        case AssignFieldSheets():
            return _assign(state, command, context)
        case RecordSpotCheckResult():
            return _record(state, command, context)
        case ExtendSpotCheck():
            return _extend(state, command, context)
        case ConcludeSpotCheck():
            return _conclude(state, command, context)
        case AbandonSpotCheck():
            _planned(state)
            return (
                SpotCheckAbandoned(
                    spot_check_no=command.spot_check_no, reason=command.reason, abandoned_by=context.actor
                ),
            )
        case _:
            raise AssertionError(f"nothing decides {type(command).__name__}")


def _planned(state: SpotCheck) -> SpotCheckPlan:
    if state.plan is None:
        raise _refusal("not-planned")
    return state.plan


def _drawn(state: SpotCheck) -> SpotCheckPlan:
    plan = _planned(state)
    if not state.seed:
        raise _refusal("not-drawn")
    return plan


def _plan(state: SpotCheck, command: PlanSpotCheck, context: Context) -> tuple[Fact, ...]:
    if state.committed:
        raise _refusal("plan-committed")
    plan = plan_of(command, context)
    return () if plan == state.plan else (SpotCheckPlanned(plan=plan, plan_sha256=plan_sha256(plan)),)


def _commit(state: SpotCheck, command: CommitSpotCheck, context: Context) -> tuple[Fact, ...]:
    _planned(state)
    if command.plan_sha256 != state.plan_sha256:
        raise _refusal("plan-differs")
    if state.committed:
        return ()
    return (
        SpotCheckCommitted(
            spot_check_no=command.spot_check_no, plan_sha256=state.plan_sha256, committed_by=context.actor
        ),
    )


def _draw(state: SpotCheck, command: DrawSpotCheck, context: Context) -> tuple[Fact, ...]:
    plan = _planned(state)
    if not state.committed:
        raise _refusal("not-committed")
    if state.seed:
        raise _refusal("already-drawn")
    if bool(command.public_value) != bool(plan.public_value) or (
        plan.public_value_on is not None and context.today < plan.public_value_on
    ):
        raise _refusal("public-value-differs")
    source = command.source
    if command.lacking or source is None:
        raise refusal(command.lacking or "checkpoint-not-yet")
    items = _population(plan, command)
    _refuse_an_early_seed(plan, source.commitment.sequence, source.partition_checkpoint, source.root_checkpoint)
    seed = drawing.seed_of(state.plan_sha256, source.root_checkpoint, command.public_value)
    sizes = tuple(StratumSize(town=one.town, sample_count=one.sample_count) for one in plan.strata)
    found = _draw_up_to(plan, items, seed, sizes)
    sha256 = drawing.draw_sha256(found)
    if command.draw_sha256 not in ("", sha256):
        raise _refusal("draw-differs")
    return (
        SpotCheckDrawn(
            spot_check_no=command.spot_check_no,
            plan_sha256=state.plan_sha256,
            commitment=source.commitment,
            partition_checkpoint=source.partition_checkpoint,
            root_checkpoint=source.root_checkpoint,
            public_value=command.public_value,
            seed=seed,
            sizes=sizes,
            items=_items(plan, found),
            draw_sha256=sha256,
            drawn_by=context.actor,
        ),
    )


def _population(plan: SpotCheckPlan, command: DrawSpotCheck | ExtendSpotCheck | ConcludeSpotCheck) -> tuple[Item, ...]:
    if command.lacking:
        raise refusal(command.lacking)
    items = weighed(command.candidates, {one.mark: one.weight for one in plan.weights})
    if (len(items), list_sha256(items)) != (plan.population_count, plan.population_sha256):
        raise _refusal("population-differs")
    return items


def _refuse_an_early_seed(plan: SpotCheckPlan, committed_at: int, partition_text: str, root_text: str) -> None:
    """The seed's tree is larger than the plan's, of the same log, and covers the record of the commitment."""
    try:
        root, partition = checkpoint_of(root_text), checkpoint_of(partition_text)
    except NotANote:
        raise _refusal("seed-too-early") from None
    if root.origin != plan.checkpoint.origin or root.size <= plan.checkpoint.size or partition.size < committed_at:
        raise _refusal("seed-too-early")


def _draw_up_to(
    plan: SpotCheckPlan, items: Sequence[Item], seed: str, sizes: Sequence[StratumSize]
) -> tuple[tuple[str, Item], ...]:
    forced = frozenset(one.item for one in plan.forced)
    return drawing.drawn(seed, plan.design, items, {one.town: one.sample_count for one in sizes}, forced)


def _items(plan: SpotCheckPlan, found: Sequence[tuple[str, Item]]) -> tuple[DrawnItem, ...]:
    forced = {one.item for one in plan.forced}
    return tuple(
        DrawnItem(
            item=one.item,
            town=one.town,
            about=one.about,
            weight=one.weight,
            forced=one.item in forced,
            ticket=ticket,
            checked=one.checked,
        )
        for ticket, one in found
    )


def _sheets(state: SpotCheck, items: Sequence[str]) -> list[Sheet]:
    by_item = {sheet.item: sheet for sheet in state.sheets}
    if not set(items) <= set(by_item):
        raise _refusal("item-not-drawn")
    return [by_item[item] for item in items]


def _assign(state: SpotCheck, command: AssignFieldSheets, context: Context) -> tuple[Fact, ...]:
    plan = _drawn(state)
    checkers = tuple(dict.fromkeys(command.checkers))
    if len(checkers) < plan.checkers_min:
        raise _refusal("checkers-too-few")
    for sheet in _sheets(state, command.items):
        if sheet.done:
            raise _refusal("result-recorded")
        if set(sheet.checked) & set(checkers):
            raise _refusal("checks-oneself")
    return (
        FieldSheetsAssigned(
            spot_check_no=command.spot_check_no,
            items=tuple(dict.fromkeys(command.items)),
            checkers=checkers,
            assigned_by=context.actor,
        ),
    )


def _record(state: SpotCheck, command: RecordSpotCheckResult, context: Context) -> tuple[Fact, ...]:
    plan = _drawn(state)
    (sheet,) = _sheets(state, (command.item,))
    if sheet.done:
        raise _refusal("result-recorded")
    if same_person(context.actor, *sheet.checked):
        raise _refusal("checks-oneself")
    if context.actor not in sheet.checkers:
        raise _refusal("not-a-checker")
    if command.checked_on > context.today:
        raise _refusal("checked-too-early")
    return (
        SpotCheckResultRecorded(
            spot_check_no=command.spot_check_no,
            item=sheet.item,
            town=sheet.town,
            about=sheet.about,
            deviating=_attributes(plan, command.deviating, command.unexamined),
            unexamined=_attributes(plan, command.unexamined, command.deviating),
            checked_on=command.checked_on,
            checkers=sheet.checkers,
            form_sha256=command.form_sha256,
            evidence_sha256=command.evidence_sha256,
            recorded_by=context.actor,
        ),
    )


def _attributes(plan: SpotCheckPlan, codes: Sequence[str], others: Sequence[str]) -> tuple[CheckedAttribute, ...]:
    known = {one.code: one for one in plan.attributes}
    if len(set(codes)) < len(codes) or set(codes) & set(others) or not set(codes) <= set(known):
        raise _refusal("attribute-unknown")
    return tuple(known[code] for code in codes)


def _extend(state: SpotCheck, command: ExtendSpotCheck, context: Context) -> tuple[Fact, ...]:
    plan = _drawn(state)
    _refuse_open_sheets(state)
    items = _population(plan, command)
    results = judged(state, items)
    if all(one.within for one in results) or state.rounds >= plan.rounds_max:
        raise _refusal("extension-not-due")
    sizes = extended_sizes(state, results)
    before = {sheet.item for sheet in state.sheets}
    found = [one for one in _draw_up_to(plan, items, state.seed, sizes) if one[1].item not in before]
    sha256 = drawing.draw_sha256(found)
    if command.draw_sha256 not in ("", sha256):
        raise _refusal("draw-differs")
    return (
        SpotCheckExtended(
            spot_check_no=command.spot_check_no,
            rounds=state.rounds + 1,
            sizes=sizes,
            items=_items(plan, found),
            draw_sha256=sha256,
            extended_by=context.actor,
        ),
    )


def _refuse_open_sheets(state: SpotCheck) -> None:
    if not all(sheet.done for sheet in state.sheets):
        raise _refusal("sheets-open")


def _conclude(state: SpotCheck, command: ConcludeSpotCheck, context: Context) -> tuple[Fact, ...]:
    plan = _drawn(state)
    _refuse_open_sheets(state)
    results = judged(state, _population(plan, command))
    within = all(one.within for one in results)
    if not within and state.rounds < plan.rounds_max and not command.unextended:
        raise _refusal("extension-due")
    forced = sum(sheet.forced for sheet in state.sheets)
    return (
        SpotCheckConcluded(
            spot_check_no=command.spot_check_no,
            outcome="within" if within else "exceeded",
            rounds=state.rounds,
            sample_count=len(state.sheets) - forced,
            forced_count=forced,
            confidence_permille=plan.confidence_permille,
            look_risk_ppm=look_risk_ppm(plan),
            attributes=results,
            unextended="" if within else command.unextended,
            concluded_by=context.actor,
        ),
    )


def evolve_spot_check(state: SpotCheck, event: Fact) -> SpotCheck:
    changed: dict[str, Any]
    match event:
        case SpotCheckPlanned():
            changed = {"plan": event.plan, "plan_sha256": event.plan_sha256}
        case SpotCheckCommitted():
            changed = {"committed": True}
        case SpotCheckDrawn():
            changed = {
                "seed": event.seed, "rounds": 1, "sizes": event.sizes, "sheets": tuple(map(_sheet_of, event.items))
            }  # fmt: skip
        case SpotCheckExtended():
            sheets = (*state.sheets, *map(_sheet_of, event.items))
            changed = {"rounds": event.rounds, "sizes": event.sizes, "sheets": sheets}
        case FieldSheetsAssigned():
            changed = {"sheets": _with(state, event.items, checkers=event.checkers)}
        case SpotCheckResultRecorded():
            codes = {name: tuple(one.code for one in getattr(event, name)) for name in ("deviating", "unexamined")}
            changed = {"sheets": _with(state, (event.item,), done=True, **codes)}
        case SpotCheckConcluded():
            changed = {"ended": event.outcome}
        case SpotCheckAbandoned():
            changed = {"ended": "abandoned"}
        case _:
            return state
    return msgspec.structs.replace(state, **changed)


def _sheet_of(drawn: DrawnItem) -> Sheet:
    return Sheet(
        item=drawn.item, town=drawn.town, about=drawn.about, weight=drawn.weight, forced=drawn.forced, checked=drawn.checked
    )  # fmt: skip


def _with(state: SpotCheck, items: Sequence[str], **changes: Any) -> tuple[Sheet, ...]:
    return tuple(msgspec.structs.replace(sheet, **changes) if sheet.item in items else sheet for sheet in state.sheets)


SPOT_CHECK: Final = Aggregate(
    prefix="spot_check",
    state=SpotCheck,
    initial=SpotCheck(),
    commands=(
        PlanSpotCheck,
        CommitSpotCheck,
        DrawSpotCheck,
        AssignFieldSheets,
        RecordSpotCheckResult,
        ExtendSpotCheck,
        ConcludeSpotCheck,
        AbandonSpotCheck,
    ),
    decide=decide_spot_check,
    evolve=evolve_spot_check,
)
