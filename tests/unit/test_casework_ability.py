"""Proves tekun's ability assessment: six items, by two, before the grant; fee, plan and clock that follow from it."""

from datetime import date
from typing import Any

import msgspec
import pytest

from services.casework.domain import (
    HOUSEHOLD,
    MarkReassessmentOverdue,
    OpenedMember,
    ReportAbilityChange,
    ReverifyHousehold,
    TakeOverHousehold,
    TerminateBenefit,
)
from services.casework.domain.commands import GivenMember, GivenService
from services.contracts.casework import (
    AbilityAssessed,
    AbilityChangeReported,
    BenefitAdjusted,
    BenefitTerminated,
    CareArranged,
    EligibilityConfirmed,
    PlannedService,
    ReassessmentOverdue,
    ServicePlanned,
)
from services.contracts.months import Month
from services.contracts.sealed import Clear
from tests.unit.casework_steps import (
    APPLICANT,
    DECIDED,
    HASH,
    H,
    Said,
    arrange,
    ask,
    assess,
    close,
    confirm,
    no,
    open_case,
    post,
    returned,
    run,
    steps,
    submit,
    survey,
)

ITEMS = ("eat", "dress", "bed", "toilet", "walk_indoors", "bathe")
N = "R-1-tekun"
TODAY = date(2026, 3, 10)


def stock(tier: str = "self_reliant", category: Any = "tekun") -> TakeOverHousehold:
    """A single tekun person of the stock."""
    return TakeOverHousehold(
        household_no=H, town="T01", committee="T01-C01", category=category, members=(APPLICANT,), address="示例路1号",
        monthly_amount_fen=100_600, benefit_from_month=Month(2020, 5), officer="O001", visits_per_month=1,
        source="示例", document="示例1号", reverify_by=date(2026, 12, 31), care_tier=tier, placement="home",
        services=(GivenService(service="regular_visit", times_per_month=1),),
    )  # fmt: skip


def again(failed: int, on: date = TODAY, **changes: Any) -> tuple[date, Any]:
    """A reassessment of the benefit in force."""
    return assess(failed=ITEMS[:failed], number="", on=on, **changes)


def report(on: date = TODAY, report_no: str = "B-1") -> tuple[date, ReportAbilityChange]:
    return on, ReportAbilityChange(
        household_no=H, report_no=report_no, person="本人", channel="committee", reported_by="committee:T01-C01",
        reported_on=on,
    )  # fmt: skip


def overdue(due_on: date, today: date) -> tuple[date, MarkReassessmentOverdue]:
    return today, MarkReassessmentOverdue(household_no=H, person="本人", due_on=due_on)


@pytest.mark.parametrize(
    ("failed", "ability", "care_tier"),
    [
        (0, "able", "self_reliant"),
        (1, "partly_lost", "half_care"),
        (3, "partly_lost", "half_care"),
        (4, "lost", "full_care"),
        (6, "lost", "full_care"),
    ],
)
def test_how_many_of_the_six_items_failed_gives_class_and_tier(failed: int, ability: str, care_tier: str) -> None:
    """六项全部达到为具备，三项以下不能达到为部分丧失，四项以上为完全丧失（特困人员认定办法 2021）。"""
    _, (assessed,) = run(*steps("tekun")[:2], assess(failed=ITEMS[:failed]))
    assert isinstance(assessed, AbilityAssessed)
    assert (assessed.ability, assessed.care_tier) == (ability, care_tier)
    assert (assessed.application_no, assessed.pack_version) == (N, "ability@2025-1")


@pytest.mark.parametrize("item", ITEMS)
def test_each_item_counts_alike_and_which_one_it_was_is_sealed(item: str) -> None:
    _, (assessed,) = run(*steps("tekun")[:2], assess(failed=(item,)))
    assert isinstance(assessed, AbilityAssessed)
    assert assessed.care_tier == "half_care"
    assert isinstance(assessed.failed_items, Clear)
    assert (assessed.failed_items.group, assessed.failed_items.text) == ("sensitive", f'["{item}"]')
    in_clear = {name: getattr(assessed, name) for name in assessed.__struct_fields__ if name != "failed_items"}
    assert item not in msgspec.json.encode(in_clear).decode().replace(assessed.form_sha256, "")


BEFORE = steps("tekun")[:2]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("assessors", (*BEFORE, assess(assessors=("assessor:A01",)))),
        ("assessors", (*BEFORE, assess(assessors=("assessor:A01", "assessor:A01")))),
        ("assessors", (*BEFORE, assess(assessors=("assessor:A01", "officer:A01")))),
        ("item-unknown", (*BEFORE, assess(failed=("fly",)))),
        ("person-unknown", (*BEFORE, assess("子女"))),
        ("person-unknown", (steps("tekun")[0], assess())),
        ("time-in-future", (*BEFORE, (TODAY, assess(on=date(2026, 3, 11))[1]))),
        ("out-of-order", (*BEFORE, (TODAY, assess(on=date(2026, 3, 1))[1]))),
        ("assessment-not-asked", (*steps()[:2], assess(number="R-1-dibao_urban"))),
        ("case-unknown", (*BEFORE, assess(number="R-9"))),
        ("no-tekun", (*BEFORE, again(1))),
        ("no-tekun", (stock(category="dibao_urban", tier=""), again(1))),
        ("no-tekun", (stock(category="dibao_urban", tier=""), report())),
        ("benefit-in-force", (stock(), *BEFORE, assess())),
        ("out-of-order", (stock(), again(1), (TODAY, again(2, date(2026, 3, 9))[1]))),
        ("out-of-order", (stock(), report(), (TODAY, again(2, date(2026, 3, 9))[1]))),
    ],
)
def test_an_assessment_is_by_two_of_known_items_and_in_its_place(code: str, said: tuple[Said, ...]) -> None:
    assert no(*said) == code


def without(kind: str, count: int = 9) -> tuple[Said, ...]:
    """The steps of a tekun case without the last so many commands of a kind."""
    all_steps = list(steps("tekun"))
    of_kind = [one for one in all_steps if isinstance(one, tuple) and type(one[1]).__name__ == kind]
    for one in of_kind[-count:]:
        all_steps.remove(one)
    return tuple(all_steps)


@pytest.mark.parametrize("left_out", [1, 2])
def test_no_grant_before_everybody_is_assessed(left_out: int) -> None:
    assert no(*without("AssessAbility", left_out), confirm(number=N)) == "assessment-missing"


def test_who_assessed_does_not_confirm() -> None:
    assert no(*steps("tekun"), confirm(number=N), actor="bureau:B11") == "decided-by-investigator"


def test_nobody_decides_on_a_day_before_the_assessment() -> None:
    late = assess("本人", on=date(2026, 3, 17))
    decision = (date(2026, 3, 18), confirm(DECIDED, N)[1])
    assert no(*steps("tekun"), late, decision) == "out-of-order"


@pytest.mark.parametrize(
    ("failed", "spouse_failed", "amount_fen", "tier", "care"),
    [(0, 0, 201_200, "self_reliant", 0), (0, 3, 216_200, "half_care", 8), (4, 1, 241_200, "full_care", 20)],
)
def test_the_tiers_drive_fee_and_plan(failed: int, spouse_failed: int, amount_fen: int, tier: str, care: int) -> None:
    """Of a couple each has their fee; the plan goes by the heavier tier."""
    them = (assess("本人", ITEMS[:failed]), assess("配偶", ITEMS[:spouse_failed]))
    state, (granted, planned) = run(*without("AssessAbility"), *them, confirm(number=N))
    assert isinstance(granted, EligibilityConfirmed)
    assert isinstance(planned, ServicePlanned)
    assert (granted.monthly_amount_fen, granted.care_fee_fen) == (amount_fen, amount_fen - 2 * 95_600)
    assert (planned.care_tier, planned.category, planned.priority) == (tier, "tekun", True)
    assert {one.service: one.times_per_month for one in planned.services}.get("care", 0) == care
    assert state.care.services == planned.services


def test_an_orphan_gets_another_benefit() -> None:
    opened = (OpenedMember(groups=("孤儿", "未成年"), born_on=date(2015, 1, 1)),) * 2
    assert no(*steps("tekun"), confirm(number=N, opened=opened)) == "orphan-excluded"
    assert no(*steps("tekun"), confirm(number=N, opened=None)) == "members-unknown"


@pytest.mark.parametrize(
    ("born_on", "look_by"),
    [
        (date(1960, 1, 1), date(2027, 3, 31)),
        (date(2008, 3, 16), date(2027, 3, 31)),  # of age on the day of the decision
        (date(2008, 3, 17), date(2026, 3, 31)),
        (date(2008, 11, 5), date(2026, 11, 30)),
        (date(2009, 3, 31), date(2027, 3, 31)),
        (date(2012, 2, 29), date(2027, 3, 31)),
    ],
)
def test_a_minor_is_looked_at_again_by_the_month_of_the_eighteenth_birthday(born_on: date, look_by: date) -> None:
    """未成年人至18周岁：届时复核，不等到年度复核。"""
    opened = (OpenedMember(groups=(), born_on=born_on), OpenedMember(groups=(), born_on=date(1950, 1, 1)))
    _, (granted, _) = run(*steps("tekun"), confirm(number=N, opened=opened))
    assert isinstance(granted, EligibilityConfirmed)
    assert granted.reverify_by == look_by


# ---- care


@pytest.mark.parametrize(
    ("arrangements", "missing"),
    [
        ((arrange("本人"), arrange("配偶")), ()),
        ((arrange("本人", "institution", agreement_sha256=""), arrange("配偶")), ()),
        ((arrange("本人", agreement_sha256=""), arrange("配偶")), ("care_agreement",)),
        ((arrange("本人", agreement_sha256=""), arrange("本人"), arrange("配偶")), ()),
        ((arrange("本人"),), ("care_arrangement",)),
        ((), ("care_arrangement",)),
    ],
)
def test_a_grant_names_what_the_care_still_lacks(arrangements: tuple[Said, ...], missing: tuple[str, ...]) -> None:
    """分散供养须有委托照料服务协议；缺协议不影响确认，但作为缺项列明。"""
    _, (granted, _) = run(*without("ArrangeCare"), *arrangements, confirm(number=N))
    assert isinstance(granted, EligibilityConfirmed)
    assert granted.missing_points == missing


def test_an_agreement_may_follow_and_the_carers_name_is_sealed() -> None:
    later = arrange(number="", on=date(2026, 3, 20))
    state, (arranged,) = run(*without("ArrangeCare"), confirm(number=N), later)
    assert isinstance(arranged, CareArranged)
    assert isinstance(arranged.carer, Clear)
    assert (arranged.carer.group, arranged.agreement_required) == ("identity", True)
    assert [one.agreed for one in state.care.arrangements] == [True]
    assert no(stock(category="dibao_urban", tier=""), later) == "no-tekun"


# ---- a reported change, and the reassessment


@pytest.mark.parametrize(
    ("reported_on", "reassess_by"),
    [
        (date(2026, 3, 10), date(2026, 3, 24)),
        (date(2026, 2, 10), date(2026, 3, 2)),  # over Spring Festival, with both its make-up days
        (date(2026, 9, 20), date(2026, 10, 10)),  # over National Day, from a worked Sunday to a worked Saturday
        (date(2025, 12, 22), date(2026, 1, 6)),  # over the year's end
    ],
)
def test_a_reported_change_is_followed_within_ten_working_days(reported_on: date, reassess_by: date) -> None:
    """自接到报告之日起10个工作日内组织复核评估。"""
    _, (reported,) = run(stock(), report(reported_on))
    assert isinstance(reported, AbilityChangeReported)
    assert reported.reassess_by == reassess_by
    assert no(stock(), report(reported_on), overdue(reassess_by, reassess_by)) == "clock-running"


def test_a_reassessment_that_did_not_come_is_stated_once_and_can_still_come() -> None:
    due = date(2026, 3, 24)
    late = overdue(due, date(2026, 3, 25))
    state, facts = run(stock(), report(), late)
    (person,) = [member.person for member in state.members]
    assert facts == (
        ReassessmentOverdue(report_no="B-1", town="T01", person=person, due_on=due, responsible="officer:O001"),
    )
    assert no(stock(), report(), late, late) == "overdue-known"
    assert no(stock(), report(), again(0), late) == "step-done"
    assert no(stock(), report(), report(report_no="B-2")) == "reassessment-pending"
    assert no(stock(), report(), again(0), report()) == "report-repeated"
    other = GivenMember(resident_id="510212196202020020", name="示例乙", relation="本人")
    gone = ReverifyHousehold(
        household_no=H, investigators=("officer:O001", "investigator:T01-I1"), reverified_on=date(2026, 3, 12),
        cadence="A", outcome="unchanged", income_per_head_fen=0, form_sha256=HASH, members=(other,),
    )  # fmt: skip
    of_whom = (date(2026, 3, 25), MarkReassessmentOverdue(household_no=H, person=person, due_on=due))
    assert run(stock(), report(), (date(2026, 3, 12), gone), of_whom)[1] == facts
    state, _ = run(stock(), report(), late, again(2, date(2026, 3, 26)), report(date(2026, 3, 27), "B-2"))
    assert [one.report_no for one in state.care.reports] == ["B-2"]


@pytest.mark.parametrize(
    ("before", "failed", "amount_fen"),
    [
        ("self_reliant", 1, 115_600),
        ("self_reliant", 6, 125_600),
        ("half_care", 0, 100_600),
        ("full_care", 3, 115_600),
        ("", 4, 125_600),
    ],
)
def test_a_new_tier_changes_the_care_fee_from_the_next_month_and_the_plan(
    before: str, failed: int, amount_fen: int
) -> None:
    state, (_, adjusted, planned) = run(stock(before), report(), again(failed))
    assert isinstance(adjusted, BenefitAdjusted)
    assert isinstance(planned, ServicePlanned)
    assert (adjusted.reason, adjusted.from_month) == ("ability", Month(2026, 4))
    assert (adjusted.monthly_amount_fen, adjusted.care_fee_fen) == (amount_fen, amount_fen - 95_600)
    assert (planned.officer, planned.committee) == ("O001", "T01-C01")
    assert (state.monthly_amount_fen, state.care.services) == (amount_fen, planned.services)


def test_the_same_tier_changes_nothing_but_the_report() -> None:
    state, facts = run(stock("half_care"), report(), again(3))
    assert [type(fact) for fact in facts] == [AbilityAssessed]
    assert (state.care.reports, state.monthly_amount_fen) == ((), 100_600)


def test_the_fee_after_an_uprating_is_the_new_one() -> None:
    """A fee from June on goes by June's standard; from July on by the uprated one, though it is decided in June."""
    may, june = (run(stock(), again(4, day))[1] for day in (date(2026, 5, 31), date(2026, 6, 30)))
    for facts, amount_fen, month in ((may, 125_600, Month(2026, 6)), (june, 131_500, Month(2026, 7))):
        adjusted = facts[1]
        assert isinstance(adjusted, BenefitAdjusted)
        assert (adjusted.monthly_amount_fen, adjusted.from_month) == (amount_fen, month)


def test_a_tier_whose_row_plans_the_same_leaves_the_plan_alone() -> None:
    """The stock had the services of its row already: the fee follows the first tier, the plan stays."""
    row = (("counselling", 1), ("integration", 1), ("regular_visit", 2))
    services = tuple(GivenService(service=name, times_per_month=times) for name, times in row)
    _, facts = run(msgspec.structs.replace(stock(""), services=services), again(0))
    assert [type(fact) for fact in facts] == [AbilityAssessed, BenefitAdjusted]


def test_what_was_assessed_for_a_refused_application_is_no_part_of_a_later_grant() -> None:
    """First the couple, refused; then the applicant alone: one tier, one fee, one person's plan."""
    refused = confirm(number=N, outcome="refused", reason="不符合条件")
    couple = (*without("AssessAbility"), assess("本人"), assess("配偶", ITEMS), refused)
    n, alone = "R-2-tekun", {"members": (APPLICANT,)}
    opened = (OpenedMember(groups=(), born_on=date(1960, 1, 1)),)
    again_alone = (
        msgspec.structs.replace(open_case("tekun", members=1), application_no=n),
        survey(DECIDED, n, **alone), ask(n, 1), returned(number=n, on=DECIDED), assess("本人", number=n, on=DECIDED),
        post(DECIDED, n), close(date(2026, 3, 24), n), submit(date(2026, 3, 24), n),
    )  # fmt: skip
    decision = confirm(date(2026, 3, 25), n, opened=opened)
    said = tuple(
        one if isinstance(one, tuple) and one[0] >= DECIDED else (DECIDED, _command(one)) for one in again_alone
    )
    state, (granted, planned) = run(*couple, *said, decision)
    assert isinstance(granted, EligibilityConfirmed)
    assert isinstance(planned, ServicePlanned)
    assert (granted.care_fee_fen, planned.care_tier) == (5_000, "self_reliant")
    assert [one.application_no for one in state.care.assessments] == [n]


def _command(one: Said) -> Any:
    return one[1] if isinstance(one, tuple) else one


def test_who_assessed_does_not_decide_what_follows() -> None:
    assert no(stock(), again(4), actor="bureau:B11") == "decided-by-investigator"
    _, facts = run(stock(), again(0), actor="bureau:B11")
    assert len(facts) == 1


def test_a_care_fee_does_not_settle_what_a_look_found() -> None:
    state, _ = run(stock(), again(4))
    assert not state.change_found
    found = msgspec.structs.replace(state, change_found=True)
    adjusted = run(stock(), again(4))[1][1]
    assert HOUSEHOLD.evolve(found, adjusted).change_found


def test_a_benefit_that_ends_drops_the_reassessment() -> None:
    end = (date(2026, 3, 12), TerminateBenefit(household_no=H, reason="death", died_on=date(2026, 3, 11)))
    before, _ = run(stock(), report())
    state, (ended,) = run(stock(), report(), end)
    assert isinstance(ended, BenefitTerminated)
    assert ended.reassessments_dropped == tuple(one.person for one in before.care.reports)
    assert (state.care.reports, state.care.assessments) == ((), ())
    assert no(stock(), report(), end, overdue(date(2026, 3, 24), date(2026, 3, 25))) == "step-done"


def test_the_stock_says_what_it_knows_of_care() -> None:
    state, (taken,) = run(stock("half_care"))
    assert taken.services == (PlannedService(service="regular_visit", times_per_month=1),)
    assert [one.care_tier for one in state.care.assessments] == ["half_care"]
    silent, _ = run(stock(""))
    assert silent.care.assessments == ()
