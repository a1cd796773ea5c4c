"""Proves that the death of one of several members ends that member's part alone, from the month after, and claims back what was paid since."""

from datetime import date
from typing import Any

import msgspec
import pytest

from services.casework.domain import RecordMemberDeath, TerminateBenefit
from services.casework.domain.commands import GivenMember
from services.casework.domain.commands.payout import PaidMonth
from services.contracts.casework import BenefitAdjusted, BenefitTerminated, EligibilityConfirmed, RecoveryClaimed
from services.contracts.money import Fen
from services.contracts.months import Month
from tests.unit.casework_steps import APPLICANT, OPENED, SPOUSE, H, Said, confirm, no, run, steps
from tests.unit.test_casework_benefit import adjust, alone, look, stock
from tests.unit.test_casework_changes import THREE, cut

DAY = date(2026, 3, 12)
MARCH = Month(2026, 3)


def died(
    person: str = "配偶",
    died_on: date = date(2026, 1, 20),
    paid: Month = MARCH,
    on: date = DAY,
    **changes: Any,
) -> Said:
    return on, RecordMemberDeath(household_no=H, person=person, died_on=died_on, paid_through=paid, **changes)


def parts(*said: Any) -> tuple[list[BenefitAdjusted], list[RecoveryClaimed], Any]:
    state, facts = run(*said)
    return (
        [one for one in facts if isinstance(one, BenefitAdjusted)],
        [one for one in facts if isinstance(one, RecoveryClaimed)],
        state,
    )


def test_one_of_two_dies_and_the_other_goes_on() -> None:
    """57号第32条：死亡次月起减去该成员份额，其余成员继续享受，多发的逐月追回，户不停发。"""
    (adjusted,), (claimed,), state = parts(stock(), died())
    assert (adjusted.before_fen, adjusted.monthly_amount_fen, adjusted.covered_members) == (87_000, 43_500, 1)
    assert (adjusted.from_month, adjusted.reason, adjusted.died_on) == (
        Month(2026, 2),
        "member_death",
        date(2026, 1, 20),
    )
    assert [(str(one.month), one.amount_fen) for one in claimed.months] == [("2026-02", 43_500), ("2026-03", 43_500)]
    assert (state.category, state.monthly_amount_fen, state.payable.owed_fen) == ("dibao_urban", 43_500, 87_000)
    assert [one.relation for one in state.members] == ["本人"]
    assert state.payable.entitled_in(Month(2026, 1)) == 87_000
    assert state.payable.entitled_in(Month(2026, 2)) == 43_500


def test_every_amount_decided_since_is_for_the_others_alone() -> None:
    """二月查出变化、四月起调整；一月死亡五月才知：两段金额各减一份，按各月所发追回。"""
    adjusted, (claimed,), state = parts(
        stock(), look(outcome="changed"), adjust(20_000), died(paid=Month(2026, 5), on=date(2026, 5, 11))
    )
    assert [(str(one.from_month), one.before_fen, one.monthly_amount_fen) for one in adjusted[-2:]] == [
        ("2026-02", 87_000, 43_500), ("2026-04", 107_000, 53_500),
    ]  # fmt: skip
    assert [one.amount_fen for one in claimed.months] == [43_500, 43_500, 53_500, 53_500]
    assert state.payable.entitled_in(Month(2026, 3)) == 43_500
    assert state.monthly_amount_fen == 53_500


def test_the_last_one_ends_the_benefit_and_nothing_is_claimed_twice() -> None:
    end = (date(2026, 4, 10), TerminateBenefit(household_no=H, reason="death", died_on=date(2026, 2, 3), paid_through=Month(2026, 4)))  # fmt: skip
    state, (ended, claimed) = run(stock(), died(), end)
    assert isinstance(ended, BenefitTerminated)
    assert isinstance(claimed, RecoveryClaimed)
    assert [(str(one.month), one.amount_fen) for one in claimed.months] == [("2026-03", 43_500), ("2026-04", 43_500)]
    assert state.payable.owed_fen == 4 * 43_500


def test_who_is_covered_beside_the_dead_keeps_the_benefit() -> None:
    end = (DAY, TerminateBenefit(household_no=H, reason="death", died_on=date(2026, 3, 1)))
    assert no(stock(), end) == "others-live-on"
    assert no(alone(), died("本人")) == "last-member"
    assert isinstance(run(alone(), end)[1][0], BenefitTerminated)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("time-in-future", died(died_on=date(2026, 3, 13))),
        ("time-in-future", died(paid=Month(2026, 4))),
        ("person-unknown", died("儿子")),
    ],
)
def test_refused(code: str, said: Said) -> None:
    assert no(stock(), said) == code


def test_the_top_ups_of_the_others_stay() -> None:
    """分类施保各归各人（第27条）：补助随死者停发，他人的不减。"""
    granted = run(*steps(), confirm(opened=OPENED))[1][0]
    assert isinstance(granted, EligibilityConfirmed)
    assert granted.top_up_fen, "the applicant is severely ill"
    each = (granted.monthly_amount_fen - granted.top_up_fen) // 2
    for person, left, top_up in (("配偶", each + granted.top_up_fen, granted.top_up_fen), ("本人", each, 0)):
        said = died(person, date(2026, 4, 20), Month(2026, 5), date(2026, 5, 20), opened=OPENED)
        (adjusted,), (claimed,), _ = parts(*steps(), confirm(opened=OPENED), said)
        assert (adjusted.monthly_amount_fen, adjusted.top_up_fen) == (left, top_up)
        assert claimed.amount_fen == granted.monthly_amount_fen - left


def test_a_carers_fee_leaves_with_the_tekun_person_it_was_for() -> None:
    (adjusted,), _, state = parts(stock("tekun"), died())
    assert (adjusted.monthly_amount_fen, adjusted.care_fee_fen, state.category) == (43_500, 0, "tekun")


CHILD = GivenMember(resident_id="510212201503030031", name="示例丙", relation="子女")
THREE_COVERED = msgspec.structs.replace(
    stock(), members=(msgspec.structs.replace(APPLICANT, groups=()), SPOUSE, CHILD), monthly_amount_fen=Fen(300_000)
)  # fmt: skip
PAID = tuple(PaidMonth(month=Month(2026, n), amount_fen=Fen(300_000)) for n in (2, 3))


def over_lists(said: Said) -> Said:
    """A statement of a death whose months lists paid in full."""
    day, command = said  # type: ignore[misc]
    return day, msgspec.structs.replace(command, paid=PAID)


TWO_DEATHS = (THREE_COVERED, over_lists(died()), over_lists(died("子女", on=date(2026, 3, 13))))


def test_a_second_death_claims_no_share_of_the_first_again() -> None:
    """三人每月三千，两人先后去世，名册均已全额发放：每月共追回两千，不重复追回第一人的份额（第32条）。"""
    first, second = run(*TWO_DEATHS[:2])[1][-1], run(*TWO_DEATHS)[1][-1]
    for claimed in (first, second):
        assert isinstance(claimed, RecoveryClaimed)
        assert [one.amount_fen for one in claimed.months] == [100_000, 100_000]
    state, _ = run(*TWO_DEATHS)
    assert (state.payable.owed_fen, dict(state.payable.part_claimed)) == (
        400_000, {Month(2026, 2): 200_000, MARCH: 200_000},
    )  # fmt: skip


UNCOVERED = (
    (stock(), *THREE, cut(), died(died_on=date(2026, 4, 2), paid=Month(2026, 5), on=date(2026, 5, 11))),
    (stock(), look(outcome="changed"), adjust(20_000, 1), died(died_on=date(2026, 4, 2), paid=Month(2026, 5), on=date(2026, 5, 11))),
)  # fmt: skip


@pytest.mark.parametrize("said", UNCOVERED, ids=["whose share was cut", "beside one who applied alone"])
def test_the_death_of_somebody_uncovered_takes_nothing(said: tuple[Said, ...]) -> None:
    """不在保障人数内的成员死亡：金额不变、不追回、不停发；停发须是保障对象本人死亡。"""
    before, _ = run(*said[:-1])
    state, (adjusted,) = run(*said)
    assert isinstance(adjusted, BenefitAdjusted)
    assert adjusted.monthly_amount_fen == adjusted.before_fen == before.monthly_amount_fen
    assert (adjusted.covered_members, state.payable.owed_fen, len(state.members)) == (1, 0, 1)

    def end(person: str) -> Said:
        return date(2026, 5, 11), TerminateBenefit(household_no=H, reason="death", died_on=date(2026, 5, 2), person=person)  # fmt: skip

    assert no(*said[:-1], end("配偶")) == "person-not-covered"
    assert isinstance(run(*said[:-1], end("本人"))[1][0], BenefitTerminated)


# Three until March, two of them from April on, as a look found; one of the two had died in January.
FEWER_SINCE = (
    THREE_COVERED, look(outcome="changed", income_per_head_fen=20_000), adjust(20_000, 2), died(paid=Month(2026, 5), on=date(2026, 5, 11)),
)  # fmt: skip
# The share was cut from April on: a death in January takes it from the months before, nothing since.
CUT_SINCE = (stock(), *THREE, cut(), died(paid=Month(2026, 5), on=date(2026, 5, 11)))


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        (FEWER_SINCE, [("2026-02", 300_000, 200_000, 2), ("2026-04", 107_000, 53_500, 1)]),
        (CUT_SINCE, [("2026-02", 87_000, 43_500, 1), ("2026-04", 43_500, 43_500, 1)]),
    ],
)
def test_a_death_told_late_goes_by_who_was_covered_in_each_month(
    said: tuple[Said, ...], lines: list[tuple[str, int, int, int]]
) -> None:
    adjusted, _, _ = parts(*said)
    told = [one for one in adjusted if one.deceased]
    assert [(str(one.from_month), one.before_fen, one.monthly_amount_fen, one.covered_members) for one in told] == lines
