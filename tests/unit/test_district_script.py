"""Proves that the services understand the scripts: counts, ids, determinism."""

from collections import Counter
from datetime import date, datetime
from itertools import pairwise

import msgspec
import pytest

from deploy.district import generate, history_script, month_script
from services.audit.api import DOORS as AUDIT_DOORS
from services.casework.api import DOORS as CASEWORK_DOORS
from services.casework.domain.commands import (
    AskSurveyHelp,
    DeclineSurveyHelp,
    RecordSurvey,
)
from services.contracts.months import Month
from services.contracts.roles import ROLES
from services.intake.api import DOORS as INTAKE_DOORS
from services.payroll.api import DOORS as PAYROLL_DOORS
from tests.unit.district_world import (
    MARCH,
    before_month,
    calls_of,
    decoded,
    fingerprint,
    month,
    name_of,
    small_profile,
    stock,
)
from tests.unit.test_district_sample import PLACE, SEED, sample

PINNED = "db37c4f7376f35600f90773a74520a572b2f7716db187b19f7677834a04da877"


# ---- what is in the scripts


def test_the_stock_is_complete_and_every_body_is_a_command() -> None:
    names = Counter(call.body["command"] for call in stock())
    packs = names.pop("adopt-rule-pack")
    assert packs == len(list((PLACE / "rules").glob("*.json")))
    runs = ("draft-run", "check-run", "approve-run", "issue-bank-file", "import-bank-return", "close-run")
    assert names == {
        "take-over-fund": 4,
        "budget-fund": 6,
        "establish-posts": 1,
        "allot-posts": 1,
        "take-over-officer": 198,
        "confirm-appraisal": 5 * 198,
        "take-over-household": 25_000,
        **dict.fromkeys(runs, 11),
    }
    for call in stock():
        decoded(call)


def test_every_right_call_of_the_month_is_understood_and_belongs_to_its_town() -> None:
    """But for the survey, or the refusal, of a town that was asked to help with that very case (协助调查)."""
    asked: dict[str, str] = {}
    for call in calls_of(month()):
        if call.wrong is None:
            command = decoded(call)
            number = command.subject.partition(":")[2]
            if isinstance(command, AskSurveyHelp):
                asked[command.application_no] = command.helping_town
            helps = isinstance(command, RecordSurvey | DeclineSurveyHelp) and asked.get(command.application_no)
            own = call.town is None or not number.startswith("T") or number.partition("-")[0] == call.town
            assert own or (helps and helps == call.town)


def test_whoever_sends_a_right_command_has_a_role_that_may() -> None:
    doors = {"casework": CASEWORK_DOORS, "intake": INTAKE_DOORS, "payroll": PAYROLL_DOORS, "audit": AUDIT_DOORS}
    sent = {(call.service, call.body["command"], call.role): call for call in (*stock(), *calls_of(month()))
            if call.road == "command" and call.wrong is None and call.service in doors}  # fmt: skip
    for (service, name, role), call in sent.items():
        assert role in ROLES
        assert role in doors[service].roles[type(decoded(call))], (service, name)


def test_a_month_has_its_calls_and_its_share_of_errors() -> None:
    calls = list(calls_of(month()))
    plan = sample().profile.month
    names = Counter(name_of(call) for call in calls if call.wrong is None)
    assert len(calls) >= 20_000
    assert 0.02 <= sum(call.wrong is not None for call in calls) / len(calls) <= 0.05
    new_requests = plan.beside.emergencies + plan.beside.recognitions
    assert names["assist.town.request_submitted.v1"] == plan.requests + new_requests
    assert names["assist.town.consultation_recorded.v1"] == plan.consultations
    assert names["assist.town.application_withdrawn.v1"] == plan.withdrawals
    assert names["record-work"] == plan.work_records
    windows = [staff for place in sample().towns for staff in place.window]
    assert names["staff-window"] == len(windows)
    assert names["unstaff-window"] in {len(place.window) for place in sample().towns}
    referred = sum(
        need in plan.flow.referred_needs for call in calls if call.wrong is None and call.road not in ("command", "visit-batch", "worklist", "municipal")
        for need in call.body["data"].get("needs", ())
    )  # fmt: skip
    assert 0.6 * referred <= names["complete-referral"] <= names["accept-referral"] <= referred
    assert 0 < names["return-referral"] <= 0.15 * referred
    assert names["offer-handover"] == names["accept-handover"] + names["decline-handover"]
    assert 0.02 * plan.requests <= names["accept-referral"]
    beside = ("course_no", "staff", "publicity_no", "question_no", "duty_no", "contractor", "discovery_no")
    added = [call for call in calls if call.body.get("command") not in ("staff-window", "unstaff-window")]
    assert sum(any(name in call.body for name in beside) for call in added) <= 300
    due = sum(home.visits_per_month for home in sample().households)
    assert names["record-visit"] == due + plan.overlapping_visits
    assert {call.road for call in calls} == {"command", "visit-batch", "worklist", "municipal", *plan.roads}
    batches = Counter((call.town, call.at.date()) for call in calls if call.road == "http-batch" and not call.wrong)
    assert max(batches.values()) >= plan.outreach_consultations
    planted = Counter(call.wrong for call in calls if call.wrong)
    assert {kind: planted[kind] for kind in plan.wrong if kind != "early_supply"} == {
        kind: count for kind, count in plan.wrong.items() if kind != "early_supply"
    }
    assert planted["early_supply"] > plan.wrong["early_supply"] // 2


def test_ids_repeat_only_where_that_is_the_planted_error() -> None:
    calls = [*stock(), *calls_of(month())]
    once = [call.id for call in calls if call.wrong not in ("duplicate", "same_id_other_content")]
    assert len(set(once)) == len(once)
    bodies = {call.id: call.body for call in calls if call.wrong not in ("duplicate", "same_id_other_content")}
    for call in calls:
        if call.wrong == "duplicate":
            assert bodies[call.id] == call.body
        if call.wrong == "same_id_other_content":
            assert bodies[call.id] != call.body


def test_the_clock_only_moves_forward_and_every_day_comes() -> None:
    steps = month()
    assert {step.day for step in steps} == {date(2026, 3, day) for day in range(1, 32)}
    assert all(first.at < second.at for first, second in pairwise(steps))
    for step in steps:
        assert all(call.at <= step.at and call.at.date() == step.day for call in step.calls)
        assert step.calls == () or sample().calendar.is_workday(step.day)


def test_visits_fill_working_hours_and_overlap_only_where_planted() -> None:
    shifts = sample().profile.month.hours.shifts
    visits: dict[str, list[tuple[datetime, datetime]]] = {}
    for call in calls_of(month()):
        if call.wrong is None and call.body.get("command") == "record-visit":
            start, end = (datetime.fromisoformat(call.body[name]) for name in ("started_at", "ended_at"))
            if "-X" not in call.body["visit_no"]:
                minutes = [at.hour * 60 + at.minute for at in (start, end)]
                assert any(opens <= minutes[0] < minutes[1] <= closes for opens, closes in shifts)
            visits.setdefault(call.body["officer"], []).append((start, end))
    overlaps = sum(
        first[1] > second[0] for of_officer in visits.values() for first, second in pairwise(sorted(of_officer))
    )
    assert 1 <= overlaps <= 2 * sample().profile.month.overlapping_visits


def test_notes_vary() -> None:
    visits = [call for call in calls_of(month()) if call.body.get("command") == "record-visit" and not call.wrong]
    notes = Counter(call.body["notes"] for call in visits)
    assert notes.most_common(1)[0][1] <= 12
    assert len(notes) > 9_000


def test_the_year_of_pay_ends_before_the_households_come_and_its_clock_only_moves_forward() -> None:
    steps = [*history_script(sample())]
    assert all(first.at < second.at for first, second in pairwise(steps))
    assert all(sample().calendar.is_workday(step.day) for step in steps)
    opened_at, first_home_at = (
        stock()[0].at,
        next(call.at for call in stock() if name_of(call) == "take-over-household"),
    )
    assert opened_at < steps[0].at < steps[-1].at < first_home_at < month()[0].at
    paid = [call.body["month"] for step in steps for call in step.calls if name_of(call) == "draft-run"]
    assert paid == [str(MARCH.plus(-n)) for n in range(11, 0, -1)]


# ---- determinism


def test_the_same_seed_gives_the_same_script() -> None:
    changed = "the script changed; if profile or rule packs changed on purpose, pin the new fingerprint"
    assert fingerprint(calls_of(month())) == PINNED, changed


def test_two_generations_of_a_whole_district_and_month_are_byte_equal() -> None:
    def all_of(seed: int) -> str:
        district = generate(small_profile(), SEED)
        return fingerprint(iter([*before_month(district), *calls_of(tuple(month_script(district, MARCH, seed)))]))

    assert all_of(SEED) == all_of(SEED)
    assert all_of(SEED) != all_of(SEED + 1)


def test_another_month_brings_other_numbers() -> None:
    district = generate(small_profile(), SEED)
    march, april = (
        [call for call in calls_of(tuple(month_script(district, one, SEED))) if call.wrong is None]
        for one in (MARCH, MARCH.plus(1))
    )
    assert not {call.id for call in march} & {call.id for call in april}
    for name in (
        "request_no",
        "visit_no",
        "work_no",
        "consultation_no",
        "course_no",
        "duty_no",
        "publicity_no",
        "order_no",
    ):
        numbers = [{(c.body.get("data") or c.body).get(name) for c in calls} - {None} for calls in (march, april)]
        assert numbers[0]
        assert not numbers[0] & numbers[1], name


def test_a_district_has_no_month_before_it_was_taken_over() -> None:
    with pytest.raises(ValueError, match="taken over in 2026-02"):
        month_script(sample(), Month(2026, 2), SEED)


def test_an_error_nobody_knows_is_refused() -> None:
    profile = small_profile()
    odd = msgspec.structs.replace(profile, month=msgspec.structs.replace(profile.month, wrong={"typo": 1}))
    with pytest.raises(ValueError, match="unknown errors: \\['typo'\\]"):
        month_script(generate(odd, SEED), MARCH, SEED)
