"""Proves what happens to a benefit besides its amount: suspended, resumed, phased out, a share cut, overpaid months recovered."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.casework.domain import (
    ClaimRecovery,
    CutShare,
    GivenMember,
    GrantGradualExit,
    RecordJobRefusal,
    RecordRecovery,
    ResumeBenefit,
    SuspendBenefit,
    TakeOverHousehold,
    TerminateBenefit,
)
from services.contracts.casework import (
    BenefitAdjusted,
    BenefitResumed,
    BenefitSuspended,
    BenefitTerminated,
    EligibilityConfirmed,
    GradualExitGranted,
    JobRefused,
    OverpaidMonth,
    RecoveryClaimed,
    RecoveryReceived,
    ShareCut,
)
from services.contracts.months import Month
from tests.unit.casework_steps import ACCEPTED, APPLICANT, HASH, OPENED, SPOUSE, H, Said, confirm, no, run, steps
from tests.unit.test_casework_benefit import adjust, alone, look, stock

MARCH = Month(2026, 3)


def suspend(on: date = date(2026, 3, 12), reason: str = "unreachable") -> tuple[date, SuspendBenefit]:
    return on, SuspendBenefit(household_no=H, reason=reason)


def resume(on: date = date(2026, 6, 10), reason: str = "reached") -> tuple[date, ResumeBenefit]:
    return on, ResumeBenefit(household_no=H, reason=reason)


def phase_out(on: date = date(2026, 3, 12), **changes: Any) -> tuple[date, GrantGradualExit]:
    fields: dict[str, Any] = {"household_no": H, "person": "本人", "employed_on": date(2026, 3, 1)}
    return on, GrantGradualExit(**(fields | changes))


def refuse(n: int, *, justified: bool = False, person: str = "配偶", on: date | None = None) -> Said:
    day = on or date(2026, 3, n)
    return day, RecordJobRefusal(
        household_no=H, offer_no=f"J-{n}", person=person, justified=justified, refused_on=day, form_sha256=HASH
    )


def cut(person: str = "配偶", on: date = date(2026, 3, 20)) -> tuple[date, CutShare]:
    return on, CutShare(household_no=H, person=person)


def end(reason: str, on: date, died_on: date | None = None, paid_through: Month | None = None) -> Said:
    return on, TerminateBenefit(household_no=H, reason=reason, died_on=died_on, paid_through=paid_through)


def claim(paid_through: Month, on: date = date(2026, 5, 20)) -> tuple[date, ClaimRecovery]:
    return on, ClaimRecovery(household_no=H, paid_through=paid_through)


def received(amount_fen: int, on: date = date(2026, 6, 1)) -> tuple[date, RecordRecovery]:
    return on, RecordRecovery(household_no=H, amount_fen=amount_fen, received_on=on, receipt_sha256=HASH)


# ---- suspension and resumption


def test_a_suspension_takes_effect_with_the_next_month_and_the_benefit_stays_in_force() -> None:
    state, (suspended,) = run(stock(), suspend())
    assert isinstance(suspended, BenefitSuspended)
    assert (suspended.from_month, suspended.reason) == (Month(2026, 4), "unreachable")
    assert (state.category, state.monthly_amount_fen) == ("dibao_urban", 87_000)
    assert [state.payable.paid_in(MARCH.plus(n)) for n in range(3)] == [87_000, 0, 0]


@pytest.mark.parametrize(
    ("reason", "resumed_on", "from_month", "back_pay_fen"),
    [
        ("reached", date(2026, 6, 10), Month(2026, 7), 261_000),
        ("account_corrected", date(2026, 4, 1), Month(2026, 5), 87_000),
        ("reached", date(2026, 3, 31), Month(2026, 4), 0),
        ("cooperates", date(2026, 6, 10), Month(2026, 7), 0),
        ("released", date(2026, 12, 31), Month(2027, 1), 0),
    ],
)
def test_a_resumption_pays_the_months_between_where_the_reason_says_so(
    reason: str, resumed_on: date, from_month: Month, back_pay_fen: int
) -> None:
    """恢复发放：失联后找到、账号更正的补发；不配合、被羁押的不补发（原因目录为示例）。"""
    state, (resumed,) = run(stock(), suspend(), resume(resumed_on, reason))
    assert isinstance(resumed, BenefitResumed)
    assert (resumed.from_month, resumed.back_pay_fen) == (from_month, back_pay_fen)
    assert len(resumed.back_pay_months) * 87_000 == back_pay_fen
    assert state.payable.suspended_from is None
    assert state.payable.paid_in(from_month) == 87_000


def test_an_amount_that_changed_meanwhile_is_paid_after_as_it_was_due() -> None:
    """Suspended from April, adjusted in March for April, resumed in May: two months of the new amount."""
    said = (stock(), suspend(), look(outcome="changed"), adjust(20_000), resume(date(2026, 5, 8)))
    _, (resumed,) = run(*said, actor="bureau:B01")
    assert isinstance(resumed, BenefitResumed)
    assert (resumed.monthly_amount_fen, resumed.back_pay_fen) == (107_000, 2 * 107_000)


# ---- gradual exit

FOUND = (stock(), look(outcome="changed"))


def test_after_a_job_the_benefit_goes_on_for_the_months_of_the_pack() -> None:
    """渐退期：就业后继续享受（月数为示例），期满前不得以收入为由终止，期满月须再复核。"""
    state, (granted,) = run(*FOUND, phase_out())
    assert isinstance(granted, GradualExitGranted)
    assert (granted.until_month, granted.monthly_amount_fen) == (Month(2026, 9), 87_000)
    assert (state.reverify_by, state.change_found) == (date(2026, 9, 30), False)
    assert no(*FOUND, phase_out(), end("income", date(2026, 8, 31))) == "gradual-exit-running"
    _, (ended,) = run(*FOUND, phase_out(), end("income", date(2026, 9, 1)))
    assert isinstance(ended, BenefitTerminated)
    assert ended.from_month == Month(2026, 10)
    _, (moved,) = run(*FOUND, phase_out(), end("moved", date(2026, 4, 1)))
    assert isinstance(moved, BenefitTerminated)


# ---- refused jobs


@pytest.mark.parametrize(
    ("offers", "counted"),
    [
        ((False,), 1),
        ((False, False, False), 3),
        ((False, True, False), 2),
        ((True, True, True), 0),
    ],
)
def test_only_refusals_without_good_reason_count(offers: tuple[bool, ...], counted: int) -> None:
    said = tuple(refuse(n, justified=justified) for n, justified in enumerate(offers, start=3))
    _, (refused,) = run(stock(), *said)
    assert isinstance(refused, JobRefused)
    assert refused.refused_count == counted
    if counted < 3:
        assert no(stock(), *said, cut()) == "job-refusals"


THREE = (refuse(3), refuse(4), refuse(5))


def test_three_refusals_cut_that_persons_share_and_no_other() -> None:
    """连续三次无正当理由拒绝介绍的工作，停发其本人份额，其他成员不受影响（57号第32-34条）。"""
    state, (share,) = run(stock(), *THREE, cut())
    assert isinstance(share, ShareCut)
    assert (share.before_fen, share.share_fen, share.monthly_amount_fen) == (87_000, 43_500, 43_500)
    assert (share.covered_members, share.from_month) == (1, Month(2026, 4))
    assert state.payable.paid_in(Month(2026, 4)) == 43_500
    assert no(stock(), *THREE, cut("本人")) == "job-refusals"
    assert no(stock(), *THREE, cut(), cut()) == "share-cut"
    assert (
        no(stock(), *THREE, cut(), look(date(2026, 3, 21), outcome="changed"), adjust(covered=2)) == "covered-members"
    )


def test_a_cut_takes_nothing_of_the_others_top_ups() -> None:
    """两人 870 元，另为重病的本人加发 70 元，共 940 元：停发配偶份额 435 元，余 505 元；停发本人则 505 元，余 435 元。"""
    granted = (*steps(), confirm(opened=OPENED))
    mine = tuple(refuse(day, person="本人") for day in (17, 18, 19))
    theirs = tuple(refuse(day) for day in (17, 18, 19))
    for said, who, share_fen, top_up_fen, left_fen in (
        (theirs, "配偶", 43_500, 0, 50_500), (mine, "本人", 50_500, 7_000, 43_500),
    ):  # fmt: skip
        day, command = cut(who)
        state, (share,) = run(*granted, *said, (day, msgspec.structs.replace(command, opened=OPENED)))
        assert isinstance(share, ShareCut)
        assert (share.before_fen, share.share_fen, share.top_up_fen) == (94_000, share_fen, top_up_fen)
        assert share.monthly_amount_fen == state.payable.due_in(Month(2026, 4)) == left_fen
        assert state.payable.top_up_fen == 7_000 - top_up_fen


def test_a_cut_member_who_leaves_takes_no_cover_from_the_others() -> None:
    """Three, one of them cut; that one moves away: the two who are left stay covered."""
    child = GivenMember(resident_id="510212201503030031", name="示例丙", relation="子女")
    home = msgspec.structs.replace(stock(), members=(APPLICANT, SPOUSE, child))
    left = look(date(2026, 3, 21), outcome="changed", members=(APPLICANT, child))
    state, (adjusted,) = run(home, *THREE, cut(), left, (date(2026, 3, 23), adjust(20_000, covered=2)[1]))
    assert isinstance(adjusted, BenefitAdjusted)
    assert (adjusted.covered_members, len(state.members)) == (2, 2)


def test_a_cut_members_group_raises_nothing_any_more() -> None:
    """The severely ill applicant's share is cut: what is left for the spouse is 535 yuan without a top-up."""
    mine = (refuse(3, person="本人"), refuse(4, person="本人"), refuse(5, person="本人"))
    before = (look(outcome="changed"), adjust(20_000, 1, opened=OPENED))
    _, (whole,) = run(stock(), *before)
    after = (look(date(2026, 3, 21), outcome="changed"), (date(2026, 3, 23), adjust(20_000, 1, opened=OPENED)[1]))
    _, (left,) = run(stock(), *mine, cut("本人"), *after)
    assert isinstance(whole, BenefitAdjusted)
    assert isinstance(left, BenefitAdjusted)
    assert (whole.monthly_amount_fen, whole.top_up_fen) == (60_500, 7_000)
    assert (left.monthly_amount_fen, left.top_up_fen) == (53_500, 0)


def test_the_last_share_is_not_cut_but_the_benefit_terminated() -> None:
    mine = (refuse(6, person="本人"), refuse(7, person="本人"), refuse(8, person="本人"))
    assert no(stock(), *THREE, cut(), *mine, cut("本人")) == "last-share"
    _, (ended,) = run(stock(), *THREE, cut(), *mine, end("job_refusals", date(2026, 3, 21)))
    assert isinstance(ended, BenefitTerminated)
    assert no(stock(), refuse(3), refuse(4), end("job_refusals", date(2026, 3, 21))) == "job-refusals"


def test_who_works_starts_to_count_anew() -> None:
    said = (stock(), refuse(3), refuse(4), look(outcome="changed"), phase_out(person="配偶"))
    _, (refused,) = run(*said, refuse(5, on=date(2026, 3, 15)))
    assert isinstance(refused, JobRefused)
    assert refused.refused_count == 1


@given(amount_fen=st.integers(1, 500_000))
def test_a_cut_loses_no_fen(amount_fen: int) -> None:
    fields = {name: getattr(stock(), name) for name in TakeOverHousehold.__struct_fields__}
    home = TakeOverHousehold(**(fields | {"monthly_amount_fen": amount_fen}))
    _, (share,) = run(home, *THREE, cut())
    assert isinstance(share, ShareCut)
    assert share.share_fen + share.monthly_amount_fen == amount_fen
    assert abs(share.share_fen - share.monthly_amount_fen) <= 1


# ---- death, and what was paid after it


@pytest.mark.parametrize(
    ("died_on", "paid_through", "months"),
    [
        (date(2025, 12, 31), Month(2026, 3), ("2026-01", "2026-02", "2026-03")),
        (date(2026, 1, 1), Month(2026, 3), ("2026-02", "2026-03")),
        (date(2026, 2, 28), Month(2026, 3), ("2026-03",)),
        (date(2026, 3, 1), Month(2026, 3), ()),
        (date(2026, 1, 20), Month(2026, 1), ()),
        (date(2026, 1, 20), None, ()),
    ],
)
def test_months_paid_after_a_death_are_claimed_back_with_its_statement(
    died_on: date, paid_through: Month | None, months: tuple[str, ...]
) -> None:
    """死亡的次月起停发，之后已发的逐月追回（57号第32条）。"""
    state, (ended, *claims) = run(alone(), end("death", date(2026, 3, 12), died_on, paid_through))
    assert isinstance(ended, BenefitTerminated)
    assert ended.from_month == Month.of(died_on).plus(1)
    assert len(claims) == bool(months)
    for one in claims:
        assert isinstance(one, RecoveryClaimed)
        assert one.months == tuple(OverpaidMonth(month=Month.parse(month), amount_fen=87_000) for month in months)
        assert (one.amount_fen, one.reason, one.category) == (87_000 * len(months), "death", "dibao_urban")
    assert state.payable.owed_fen == 87_000 * len(months)


def test_a_month_costs_what_was_payable_in_it() -> None:
    """Adjusted from April, suspended from June: claimed are one old month, two new ones, and nothing for June."""
    told = (alone(), look(outcome="changed"), adjust(20_000, 1), suspend(date(2026, 5, 11)))
    _, (_, claimed) = run(*told, end("death", date(2026, 6, 20), date(2026, 2, 3), Month(2026, 6)))
    assert isinstance(claimed, RecoveryClaimed)
    assert [(str(one.month), one.amount_fen) for one in claimed.months] == [
        ("2026-03", 87_000), ("2026-04", 53_500), ("2026-05", 53_500),
    ]  # fmt: skip


def test_a_claim_may_come_later_and_never_takes_a_month_twice() -> None:
    died = end("death", date(2026, 3, 12), date(2026, 1, 20), Month(2026, 2))
    _, (claimed,) = run(alone(), died, claim(Month(2026, 4)))
    assert isinstance(claimed, RecoveryClaimed)
    assert [str(one.month) for one in claimed.months] == ["2026-03", "2026-04"]
    assert no(alone(), died, claim(Month(2026, 4)), claim(Month(2026, 4))) == "nothing-overpaid"
    assert no(alone(), died, claim(Month(2026, 6))) == "time-in-future"
    assert no(alone(), claim(Month(2026, 4))) == "benefit-not-ended"


def test_a_recognition_after_the_benefit_leaves_what_can_be_claimed_back() -> None:
    """低保终止后认定为低保边缘：多发的月份仍须追回。"""
    need = "near_dibao_urban"
    grant = confirm(number=f"R-1-{need}", income_per_head_fen=80_000, property_over=())
    _, (claimed,) = run(alone(), end("moved", ACCEPTED), *steps(need), grant, claim(Month(2026, 4)))
    assert isinstance(claimed, RecoveryClaimed)
    assert [str(one.month) for one in claimed.months] == ["2026-04"]


def test_what_is_owed_outlives_a_new_grant() -> None:
    died = end("death", date(2026, 2, 27), date(2026, 1, 20), Month(2026, 2))
    state, facts = run(alone(), died, *steps(), confirm(), received(87_000))
    assert isinstance(facts[0], RecoveryReceived)
    assert (state.category, state.payable.owed_fen) == ("dibao_urban", 0)
    assert isinstance(run(alone(), died, *steps(), confirm())[1][0], EligibilityConfirmed)


@given(parts=st.lists(st.integers(1, 87_000), max_size=6), months=st.integers(1, 14))
def test_money_claimed_is_money_received_and_money_owed(parts: list[int], months: int) -> None:
    """Law: whatever comes back in whatever parts, claimed = received + owed, and never more comes back than is owed."""
    paid = Month(2025, 1).plus(months)
    died = end("death", date(2026, 3, 12), date(2025, 1, 5), paid)
    said: list[Said] = [alone(), died]
    came_fen = 0
    for part in parts:
        if came_fen + part > 87_000 * months:
            assert no(*said, received(part)) == "more-than-owed"
            continue
        said.append(received(part))
        came_fen += part
    state, _ = run(*said)
    assert state.payable.owed_fen + came_fen == 87_000 * months


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("no-benefit", (suspend(),)),
        ("no-benefit", (stock(), end("moved", date(2026, 3, 11)), suspend())),
        ("reason-unknown", (stock(), suspend(reason="boredom"))),
        ("benefit-suspended", (stock(), suspend(), suspend())),
        ("benefit-not-suspended", (stock(), resume())),
        ("benefit-not-suspended", (stock(), suspend(), resume(), resume(date(2026, 6, 11)))),
        ("reason-unknown", (stock(), suspend(), resume(reason="boredom"))),
        ("decided-by-investigator", (stock(), look(investigators=("officer:O001", "bureau:B01")), suspend())),
        ("no-change-found", (stock(), phase_out())),
        ("person-unknown", (*FOUND, phase_out(person="子女"))),
        ("time-in-future", (*FOUND, phase_out(employed_on=date(2026, 3, 13)))),
        ("no-gradual-exit", (stock("tekun"), look(outcome="changed"), phase_out())),
        ("gradual-exit-known", (*FOUND, phase_out(), look(date(2026, 3, 13), outcome="changed"), phase_out(date(2026, 3, 14)))),
        ("person-unknown", (stock(), refuse(3, person="子女"))),
        ("offer-repeated", (stock(), refuse(3), refuse(3))),
        ("out-of-order", (stock(), refuse(5), (date(2026, 3, 6), refuse(4)[1]))),
        ("time-in-future", (stock(), (date(2026, 3, 2), refuse(4)[1]))),
        ("job-refusals", (stock(), cut())),
        ("more-than-owed", (stock(), received(1))),
    ],
)  # fmt: skip
def test_a_benefit_changes_only_as_the_rules_have_it(code: str, said: tuple[Said, ...]) -> None:
    assert no(*said) == code
