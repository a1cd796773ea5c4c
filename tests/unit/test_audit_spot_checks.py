"""Proves that nobody's wish decides a spot check: plans bound before their seed, draws recomputed, sheets complete."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from services.audit.automatic.spot_checks import SpotCheckWatch, spot_check_deviation
from services.audit.domain.spot_check_state import (
    AbandonSpotCheck,
    AssignFieldSheets,
    CommitSpotCheck,
    ConcludeSpotCheck,
    ExtendSpotCheck,
    ForcedChoice,
    plan_bytes,
)
from services.audit.forms.field_sheets import field_sheets_page
from services.audit.projections.spot_checks import FIELD_SHEETS, SPOT_CHECKS
from services.audit.sampling.population import list_bytes, weighed
from services.contracts.audit import (
    RootCheckpoint,
    SpotCheckConcluded,
    SpotCheckDrawn,
    SpotCheckExtended,
    SpotCheckPlanned,
)
from services.contracts.codec import encoder
from services.contracts.rulebook import RuleBook
from tests.unit.audit_told import log_of
from tests.unit.spot_check_world import CHECKERS, OFFICERS, SHA, TODAY, Played, draw, plan, result, seed_source
from tests.unit.test_audit_models import fold
from tests.unit.test_audit_sampling import second_draw

NO = "CC-1"
CONCLUDE = ConcludeSpotCheck(spot_check_no=NO, candidates=OFFICERS)
EXTEND = ExtendSpotCheck(spot_check_no=NO, candidates=OFFICERS)
ROUNDS = {"rounds_max": 2, "extension_count": 20}


def commit(sha256: str) -> CommitSpotCheck:
    return CommitSpotCheck(spot_check_no=NO, plan_sha256=sha256)


# ---- plans


def test_a_plan_states_population_size_and_checkpoint_and_its_hash_can_be_made_by_other_code() -> None:
    (fact,) = Played().does(plan())
    assert isinstance(fact, SpotCheckPlanned)
    assert (fact.plan.population_count, fact.plan.strata[0].sample_count) == (198, 51)
    assert fact.plan.population_sha256 == hashlib.sha256(list_bytes(weighed(OFFICERS, {}))).hexdigest()
    stored = json.loads(encoder.encode(fact))["plan"]
    by_hand = json.dumps(stored, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert by_hand == plan_bytes(fact.plan)
    assert fact.plan_sha256 == hashlib.sha256(by_hand).hexdigest()


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("period-differs", {"period": "2026-03"}),
        ("period-differs", {"kind": "visits"}),
        ("confidence-too-low", {"confidence_permille": 700}),
        ("tolerable-differs", {"tolerable_permille": 50}),
        ("tolerable-differs", {"tolerable_count": 0}),
        ("tolerable-differs", {"tolerable_count": 199}),
        ("tolerable-differs", {"design": "per_town"}),
        ("rounds-differ", {"rounds_max": 2}),
        ("rounds-differ", {"rounds_max": 4, "extension_count": 5}),
        ("public-value-differs", {"public_value": "双色球"}),
        ("public-value-differs", {"public_value": "双色球", "public_value_on": TODAY - timedelta(days=1)}),
        ("forced-differs", {"forced": (ForcedChoice(reason="举报", item="O999"),)}),
        ("forced-differs", {"forced": (ForcedChoice(reason="举报"),)}),
        ("forced-differs", {"forced": (ForcedChoice(reason="举报", item="O001", town="T02"),)}),
        ("population-empty", {"candidates": ()}),
    ],
)
def test_what_no_sample_could_answer_is_refused(code: str, changes: dict[str, Any]) -> None:
    Played().refuses(code, plan(**changes))


def test_a_rate_is_rounded_down_and_forced_items_stand_outside_the_draw() -> None:
    """5 % of 198 are 9, so 55; with a town of eight forced, 9 of the other 190."""
    played = Played()
    (fact,) = played.does(plan(tolerable_count=0, tolerable_permille=50))
    assert isinstance(fact, SpotCheckPlanned)
    assert (fact.plan.strata[0].tolerable_count, fact.plan.strata[0].sample_count) == (9, 55)
    town = [one.item for one in OFFICERS if one.town == "T02"]
    played = Played().drawn(forced=(ForcedChoice(reason="上年问题多", town="T02"),))
    assert played.state.plan is not None
    assert [one.item for one in played.state.plan.forced] == sorted(town)
    assert played.state.plan.strata[0].population_count == 198 - len(town)
    assert {sheet.item for sheet in played.state.sheets if sheet.forced} == set(town)


def test_towns_by_themselves_and_in_proportion() -> None:
    for design, tolerable in (("per_town", {"tolerable_count": 0, "tolerable_permille": 200}), ("proportional", {})):
        played = Played().drawn(design=design, **tolerable)
        assert played.state.plan is not None
        drawn = {one.town: one.sample_count for one in played.state.plan.strata}
        assert len(drawn) == 26
        for town, count in drawn.items():
            assert 1 <= sum(sheet.town == town for sheet in played.state.sheets) == count


# ---- commitment


def test_until_it_is_committed_a_plan_may_change_and_then_never() -> None:
    played = Played()
    played.does(plan())
    first = played.state.plan_sha256
    played.does(plan(purpose="换个事由"))
    assert played.does(plan(purpose="换个事由")) == ()
    played.refuses("plan-differs", commit(first))
    played.does(commit(played.state.plan_sha256))
    assert played.does(commit(played.state.plan_sha256)) == ()
    later = RootCheckpoint(origin="o", size=99, root_sha256=SHA)
    for changed in (plan(), plan(design="weighted"), plan(checkpoint=later), plan(candidates=OFFICERS[1:])):
        played.refuses("plan-committed", changed)


def test_nothing_is_drawn_before_the_commitment() -> None:
    played = Played()
    played.refuses("not-planned", commit(SHA))
    played.refuses("not-planned", draw())
    played.does(plan())
    played.refuses("not-committed", draw())


# ---- the draw


def test_a_seed_is_of_a_later_checkpoint_that_covers_the_commitment() -> None:
    played = Played().committed()
    for early in (
        seed_source(root_size=40),
        seed_source(root_size=39),
        seed_source(partition_size=8),
        msgspec.structs.replace(seed_source(), root_checkpoint="jiuzhu.local/log/other\n57\n" + "A" * 43 + "=\n"),
        msgspec.structs.replace(seed_source(), root_checkpoint="no checkpoint"),
    ):
        played.refuses("seed-too-early", draw(source=early))
    played.does(draw())


def test_a_draw_is_recomputed_and_made_once() -> None:
    played = Played().committed()
    played.refuses("draw-differs", draw(draw_sha256="cd" * 32))
    played.refuses("population-differs", draw(candidates=OFFICERS[:-1]))
    moved = (msgspec.structs.replace(OFFICERS[0], town="T99"), *OFFICERS[1:])
    played.refuses("population-differs", draw(candidates=moved))
    (fact,) = played.does(draw())
    assert isinstance(fact, SpotCheckDrawn)
    played.refuses("already-drawn", draw())
    assert len(fact.items) == 51


@pytest.mark.parametrize("design", ["simple", "proportional", "per_town", "weighted"])
def test_a_draw_repeats_from_its_facts_alone_by_other_code(design: str) -> None:
    tolerable = {"tolerable_count": 0, "tolerable_permille": 100}
    played = Played().drawn(design=design, forced=(ForcedChoice(reason="举报", item="O007"),), **tolerable)
    planned, drawn = played.facts[0], played.facts[-1]
    assert isinstance(planned, SpotCheckPlanned)
    assert isinstance(drawn, SpotCheckDrawn)
    weights = {one.mark: one.weight for one in planned.plan.weights}
    assert bool(weights) == (design == "weighted")
    lines = list_bytes(weighed(OFFICERS, weights))
    size = {one.town: one.sample_count for one in planned.plan.strata}
    seed, chosen = second_draw(
        planned.plan_sha256, drawn.root_checkpoint, drawn.public_value, lines, design, size, {"O007"}
    )
    assert (seed, chosen) == (drawn.seed, [one.item for one in drawn.items])


def test_a_public_value_is_named_before_and_given_on_its_day() -> None:
    day = TODAY + timedelta(days=2)
    played = Played().committed(public_value="双色球开奖号码", public_value_on=day)
    played.refuses("public-value-differs", draw(public_value="03 07 11"))
    played.now += timedelta(days=2)
    played.refuses("public-value-differs", draw())
    (fact,) = played.does(draw(public_value="03 07 11"))
    (other,) = Played().committed().does(draw())
    assert isinstance(fact, SpotCheckDrawn)
    assert isinstance(other, SpotCheckDrawn)
    assert fact.seed != other.seed
    Played().committed().refuses("public-value-differs", draw(public_value="03 07 11"))


# ---- sheets


def test_sheets_go_to_several_who_do_not_answer_for_the_item() -> None:
    played = Played().drawn()
    first = played.items[0]

    def sheets(*items: str, checkers: tuple[str, ...] = CHECKERS) -> AssignFieldSheets:
        return AssignFieldSheets(spot_check_no=NO, items=items, checkers=checkers)

    absent = next(one.item for one in OFFICERS if one.item not in played.items)
    played.refuses("item-not-drawn", sheets(first, absent))
    played.refuses("checkers-too-few", sheets(first, checkers=("inspector:J01", "inspector:J01")))
    played.refuses("checks-oneself", sheets(first, checkers=("inspector:J01", f"officer:{first}")))
    played.does(sheets(first))
    played.does(result(first), CHECKERS[1])
    played.refuses("result-recorded", sheets(first))


def test_a_result_is_of_a_drawn_item_by_one_of_its_checkers_once() -> None:
    played = Played().assigned()
    first = played.items[0]
    absent = next(one.item for one in OFFICERS if one.item not in played.items)
    played.refuses("item-not-drawn", result(absent), CHECKERS[0])
    played.refuses("checks-oneself", result(first), f"officer:{first}")
    played.refuses("not-a-checker", result(first), "inspector:J09")
    played.refuses("attribute-unknown", result(first, deviating=("horoscope",)), CHECKERS[0])
    played.refuses("attribute-unknown", result(first, deviating=("use",), unexamined=("use",)), CHECKERS[0])
    played.refuses("checked-too-early", result(first, checked_on=TODAY + timedelta(days=1)), CHECKERS[0])
    played.does(result(first), CHECKERS[0])
    played.refuses("result-recorded", result(first), CHECKERS[0])


def test_a_deviation_is_a_finding_and_what_was_not_examined_is_none() -> None:
    played = Played().assigned()
    first, second, third = played.items[:3]
    facts = [
        played.does(result(first, deviating=("use", "work")), CHECKERS[0])[0],
        played.does(result(second, unexamined=("use",)), CHECKERS[0])[0],
        played.does(result(third), CHECKERS[0])[0],
    ]
    records = log_of(*((f"spot_check:{NO}", fact) for fact in facts))
    found = [spot_check_deviation(record) for record in records]
    assert found[0] is not None
    assert (found[0].about, found[0].evidence[0].event_id) == (f"officer:{first}", records[0].envelope.id)
    assert "专职专用" in found[0].summary_zh
    assert found[0].origin_no == f"{NO}/{first}"
    assert found[1:] == [None, None]
    assert list(SpotCheckWatch(RuleBook()).read(records[0])) == [found[0]]


# ---- conclusions


def test_no_conclusion_while_a_sheet_is_open() -> None:
    played = Played().assigned()
    played.does(result(played.items[0]), CHECKERS[0])
    played.refuses("sheets-open", CONCLUDE)
    played.refuses("sheets-open", EXTEND)


def test_none_of_51_leaves_nine_at_most() -> None:
    played = Played().filled()
    (fact,) = played.does(CONCLUDE)
    assert isinstance(fact, SpotCheckConcluded)
    assert (fact.outcome, fact.sample_count, fact.look_risk_ppm) == ("within", 51, 50_000)
    assert {(one.found_count, one.estimate_milli, one.upper_count) for one in fact.attributes} == {(0, 0, 9)}
    for command in (CONCLUDE, EXTEND, plan(), AbandonSpotCheck(spot_check_no=NO, reason="x")):
        played.refuses("ended", command)


def test_one_deviation_without_another_round_is_exceeded() -> None:
    played = Played().filled(1)
    played.refuses("extension-not-due", EXTEND)
    (fact,) = played.does(CONCLUDE)
    assert isinstance(fact, SpotCheckConcluded)
    by_code = {one.code: one for one in fact.attributes}
    assert (fact.outcome, by_code["use"].within, by_code["work"].within) == ("exceeded", False, True)
    assert by_code["use"].estimate_milli == round(198 / 51 * 1000)
    assert by_code["use"].upper_count >= 10


def test_what_could_not_be_examined_counts_as_deviating() -> None:
    played = Played().assigned()
    played.does(result(played.items[0], unexamined=("staffing",)), CHECKERS[0])
    played.fill()
    (fact,) = played.does(CONCLUDE)
    assert isinstance(fact, SpotCheckConcluded)
    (one,) = [one for one in fact.attributes if one.code == "staffing"]
    assert (one.found_count, one.unexamined_count, one.within) == (1, 1, False)


@pytest.mark.parametrize("design", ["simple", "proportional", "weighted"])
def test_more_than_the_plan_accepts_is_extended_by_its_step_and_the_draw_goes_on(design: str) -> None:
    played = Played().filled(1, design=design, **ROUNDS)
    played.refuses("extension-due", CONCLUDE)
    before = played.items
    (fact,) = played.does(EXTEND)
    assert isinstance(fact, SpotCheckExtended)
    assert fact.rounds == 2
    assert not {one.item for one in fact.items} & set(before)
    if design == "simple":
        assert len(fact.items) == 20
    played.refuses("sheets-open", CONCLUDE)
    played.does(AssignFieldSheets(spot_check_no=NO, items=tuple(o.item for o in fact.items), checkers=CHECKERS))
    played.fill()
    played.refuses("extension-not-due", EXTEND)
    (end,) = played.does(CONCLUDE)
    assert isinstance(end, SpotCheckConcluded)
    assert (end.rounds, end.look_risk_ppm) == (2, 25_000)


def test_an_extension_that_is_not_wanted_has_its_reason_and_no_good_end() -> None:
    played = Played().filled(1, **ROUNDS)
    (fact,) = played.does(msgspec.structs.replace(CONCLUDE, unextended="全部已查实"))
    assert isinstance(fact, SpotCheckConcluded)
    assert (fact.outcome, fact.unextended) == ("exceeded", "全部已查实")


def test_only_towns_that_fail_are_extended_where_towns_are_judged_alone() -> None:
    played = Played().assigned(
        design="per_town", tolerable_count=0, tolerable_permille=400, rounds_max=2, extension_count=2
    )
    first = played.state.sheets[0]
    played.does(result(first.item, deviating=("use",)), CHECKERS[0])
    played.fill()
    (fact,) = played.does(EXTEND)
    assert isinstance(fact, SpotCheckExtended)
    assert {one.town for one in fact.items} == {first.town}


def test_giving_up_stays_on_the_log() -> None:
    played = Played()
    played.refuses("not-planned", AbandonSpotCheck(spot_check_no=NO, reason="x"))
    played.drawn()
    played.does(AbandonSpotCheck(spot_check_no=NO, reason="人员不足"))
    played.refuses("ended", draw())


# ---- what people read


def test_models_follow_and_sheets_print() -> None:
    played = Played().assigned(forced=(ForcedChoice(reason="举报", item="O007"),))
    played.does(result(played.items[0], deviating=("use",)), CHECKERS[0])
    played.fill()
    played.does(CONCLUDE)
    records = log_of(*((f"spot_check:{NO}", fact) for fact in played.facts))
    (check,) = fold(SPOT_CHECKS, records).values()
    assert (check.status, check.sheet_count, check.filled_count, check.deviating_count) == ("exceeded", 51, 51, 1)
    assert check.commitment.event_id == records[1].envelope.id
    sheets = [row for _, row in sorted(fold(FIELD_SHEETS, records).items())]
    assert [one.item for one in sheets] == sorted(played.items)
    assert sum(one.status == "deviating" for one in sheets) == 1
    html = field_sheets_page(check, sheets, sample=True)
    assert html.count('class="sheet"') == 51
    for said in ("抽查核查表", "专职专用", "示例数据", "☐ 相符　☑ 不符", "必查", "举报", check.seed, "核查人员签名"):
        assert said in html, said
