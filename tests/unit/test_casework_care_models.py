"""Proves what people see of ability and care: assessments due, plans, recoveries, clocks, and tekun's proof of procedure."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from services.casework.domain import HOUSEHOLD, MarkReassessmentOverdue
from services.casework.service import SERVICE
from services.contracts.casework import AbilityAssessed, CareArranged
from services.contracts.codec import decoder_of
from services.contracts.deciding import CHINA, Record
from services.contracts.months import Month
from tests.unit.casework_steps import DECIDED, H, Said, arrange, assess, confirm, context, steps
from tests.unit.test_casework_ability import N, again, report, stock, without
from tests.unit.test_casework_benefit import alone
from tests.unit.test_casework_benefit import stock as dibao
from tests.unit.test_casework_changes import FOUND, claim, end, phase_out, received, resume, suspend
from tests.unit.test_casework_plans import NOBODY, look
from tests.unit.test_casework_proof import changed, complete, failing, proof, record, told
from tests.unit.test_casework_proof import without as left_out

MODELS = {model.name: model for model in SERVICE.models}
PERSON = "p_894"


def shown(model: str, *said: Said) -> dict[str, Any]:
    """The rows of a model after commands."""
    state: Any = HOUSEHOLD.initial
    rows: dict[str, Any] = {}
    day = date(2026, 3, 2)
    for one in said:
        day, command = one if isinstance(one, tuple) else (day, one)
        for fact in HOUSEHOLD.decide(state, command, context(day)):
            state = HOUSEHOLD.evolve(state, fact)
            _fold(rows, model, record(fact, day, 0))
    return {key: row for key, row in rows.items() if row is not None}


def _fold(rows: dict[str, Any], name: str, one: Record) -> None:
    model = MODELS[name]
    if isinstance(one.fact, model.listens):
        for key in model.keys(one):
            rows[key] = model.evolve(rows.get(key), one, key)


# ---- assessments due


@pytest.mark.parametrize(
    ("said", "due"),
    [
        (steps("tekun")[:1], {N: (0, 2)}),
        ((*steps("tekun")[:2], assess("本人")), {N: (1, 2)}),
        ((*steps("tekun")[:2], assess("本人"), assess("本人")), {N: (1, 2)}),
        ((*steps("tekun")[:2], assess("本人"), assess("配偶")), {}),
        (steps("dibao_urban"), {}),
        ((*without("AssessAbility", 1), confirm(number=N, outcome="refused", reason="不符合条件")), {}),
        ((stock(), report()), {f"{H}/{PERSON}": (0, 1)}),
        ((stock(), report(), again(0)), {}),
        ((stock(), report(), end("death", date(2026, 3, 12), date(2026, 3, 11))), {}),
    ],
)
def test_what_is_to_be_assessed_stands_on_the_list_until_it_is(
    said: tuple[Said, ...], due: dict[str, tuple[int, int]]
) -> None:
    rows = shown("assessments_due", *said)
    assert {key: (len(row.assessed), row.wanted) for key, row in rows.items()} == due


def test_an_assessment_due_says_until_when_and_whether_that_day_has_passed() -> None:
    (first,) = shown("assessments_due", steps("tekun")[0]).values()
    assert (first.kind, first.due_on, first.household, first.town) == ("first", date(2026, 4, 7), H, "T01")
    late = (date(2026, 3, 25), MarkReassessmentOverdue(household_no=H, person="本人", due_on=date(2026, 3, 24)))
    (change,) = shown("assessments_due", stock(), report(), late).values()
    assert (change.kind, change.due_on, change.report_no, change.overdue) == ("change", date(2026, 3, 24), "B-1", True)


# ---- clocks


def test_the_clock_of_a_reassessment_runs_from_the_report_until_it_is_done() -> None:
    key = f"{H}/{PERSON}/reassessment"
    row = shown("due", stock(), report())[key]
    assert row.due_at.astimezone(CHINA).date() == date(2026, 3, 25)
    command = decoder_of(MarkReassessmentOverdue).decode(row.command)
    assert command == MarkReassessmentOverdue(household_no=H, person=PERSON, due_on=date(2026, 3, 24))
    assert key not in shown("due", stock(), report(), again(0))
    assert shown("due", stock(), report(), end("death", date(2026, 3, 12), date(2026, 3, 11))) == {}
    assert key not in shown("due", stock(), report(), (date(2026, 3, 25), command))


def test_the_next_look_comes_at_the_end_of_a_gradual_exit() -> None:
    row = shown("due", *FOUND, phase_out())[f"{H}/reverification"]
    assert row.due_at.astimezone(CHINA).date() == date(2026, 10, 1)
    (home,) = shown("households", *FOUND, phase_out()).values()
    assert (home.exit_until, home.reverify_by) == (Month(2026, 9), date(2026, 9, 30))


# ---- plans, suspensions, recoveries


def test_a_household_has_one_plan_which_follows_its_care() -> None:
    (taken,) = shown("service_plans", stock("half_care")).values()
    assert (taken.care_tier, taken.placement, taken.agreed, taken.pack_version) == ("half_care", "home", True, "")
    (after,) = shown("service_plans", stock("half_care"), again(6)).values()
    assert (after.care_tier, after.placement, after.officer) == ("full_care", "home", "O001")
    assert {one.service: one.times_per_month for one in after.services}["care"] == 20
    (granted,) = shown("service_plans", *steps("tekun"), confirm(number=N)).values()
    assert (granted.category, granted.placement, granted.agreed) == ("tekun", "home", True)
    assert shown("service_plans", stock(), end("death", date(2026, 3, 12), date(2026, 3, 11))) == {}
    (waiting,) = shown("service_plans", *steps("tekun")[:2], arrange(agreement_sha256="")).values()
    assert (waiting.officer, waiting.placement, waiting.agreed) == ("", "home", False)


def test_a_household_shows_its_suspension_and_who_is_in_it() -> None:
    (row,) = shown("households", dibao(), suspend()).values()
    assert (row.status, row.suspended_from) == ("receiving", Month(2026, 4))
    (row,) = shown("households", dibao(), suspend(), resume()).values()
    assert row.suspended_from is None
    (row,) = shown("households", dibao(), look(NOBODY)).values()
    assert (row.member_count, row.priority_count) == (1, 0)


def test_a_recovery_shows_what_was_claimed_what_came_and_what_is_left() -> None:
    died = end("death", date(2026, 3, 12), date(2026, 1, 20), Month(2026, 2))
    (row,) = shown("recoveries", alone(), died, claim(Month(2026, 4)), received(100_000)).values()
    assert [str(one.month) for one in row.months] == ["2026-02", "2026-03", "2026-04"]
    assert (row.claimed_fen, row.received_fen, row.left_fen) == (261_000, 100_000, 161_000)
    assert (row.reason, row.town, row.received_on) == ("death", "T01", date(2026, 6, 1))
    assert shown("recoveries", dibao()) == {}


def test_no_row_shows_which_item_failed_or_who_cares() -> None:
    said = (*steps("tekun"), confirm(number=N), again(4, date(2026, 3, 17)))
    for model in ("assessments_due", "service_plans", "households", "procedure_proofs"):
        text = str(shown(model, *said))
        assert "bathe" not in text
        assert "示例丙" not in text


# ---- the proof of procedure


@dataclass(frozen=True, kw_only=True)
class Spoilt:
    """`what` was done to a complete tekun case, and which steps of its proof fail for it, and why."""

    what: str
    spoil: Any
    fails: dict[str, str]


@pytest.mark.parametrize(
    "case",
    [
        Spoilt(what="nobody assessed", spoil=left_out(AbilityAssessed), fails={"ability_assessed": ""}),
        Spoilt(
            what="assessed by one",
            spoil=changed(AbilityAssessed, assessors=("assessor:A01",)),
            fails={"ability_assessed": "assessors"},
        ),
        Spoilt(
            what="one of the couple twice",
            spoil=changed(AbilityAssessed, person=PERSON),
            fails={"ability_assessed": "members"},
        ),
        Spoilt(what="no care arranged", spoil=left_out(CareArranged), fails={"care_arranged": ""}),
        Spoilt(
            what="no agreement at home",
            spoil=changed(CareArranged, agreement_sha256=""),
            fails={"care_arranged": "care_agreement"},
        ),
    ],
    ids=lambda case: case.what,
)
def test_what_is_missing_or_spoilt_fails_just_its_step(case: Spoilt) -> None:
    row = proof(list(case.spoil(told(*complete("tekun")))))
    assert {step.step: step.why for step in row.steps if step.state in ("failed", "missing")} == case.fails
    assert not row.complete


def test_care_in_an_institution_needs_no_agreement_and_one_that_follows_the_grant_completes_the_proof() -> None:
    inside = tuple(arrange(who, "institution", agreement_sha256="") for who in ("本人", "配偶"))
    said = (*without("ArrangeCare"), confirm(number=N))
    assert proof(told(*without("ArrangeCare"), *inside, confirm(number=N))).complete
    assert failing(proof(told(*said))) == {"care_arranged"}
    later = tuple((DECIDED, arrange(who, number="", on=DECIDED)[1]) for who in ("本人", "配偶"))
    assert proof(told(*said, *later)).complete


def test_a_reassessment_of_a_benefit_in_force_belongs_to_no_proof() -> None:
    model = MODELS["procedure_proofs"]
    (reassessed,) = [one for one in told(stock(), again(1)) if isinstance(one.fact, AbilityAssessed)]
    assert model.keys(reassessed) == ()


def test_the_proof_of_tekun_lists_the_ability_step_between_the_survey_and_the_opinion() -> None:
    row = proof(told(*complete("tekun")))
    names = [step.step for step in row.steps]
    assert names.index("family_signed") < names.index("ability_assessed") < names.index("opinion_signed")
    (step,) = [one for one in row.steps if one.step == "ability_assessed"]
    assert (step.state, step.fact_type) == ("met", "assist.casework.ability_assessed.v1")
    assert "生活自理能力评估" in step.article
