"""Proves what part months and absences leave of pay, to the fen: February, 31-day months, moves, sick, maternity, unpaid leave."""

from datetime import date
from typing import Any

import msgspec
import pytest

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import Basis
from services.payroll.pay import Absent, Due, InPost, OfficerPay, due, total
from services.payroll.pay.uprating import NoUprating, uprated
from services.payroll.rules import PayPacks, PayScale, pay_packs_on, with_packs
from tests.unit.payroll_world import in_post, officer
from tests.unit.test_payroll_cases import MARCH, PACKS, RULES, yuan

FEBRUARY, APRIL = Month(2026, 2), Month(2026, 4)
LEAP = Month(2028, 2)


def posted(*posts: InPost, **changes: Any) -> OfficerPay:
    """Whoever is on just these posts, paid by nobody before."""
    return officer(paid_through_month=Month(2025, 12), posts=posts, **changes)


def owed(who: OfficerPay, month: Month, packs: PayPacks = PACKS) -> Due:
    found = due(who.timeline, packs, month)
    assert found is not None
    return found


def parts(who: OfficerPay, month: Month) -> list[int]:
    return [one.amount_fen for one in owed(who, month).parts]


# Base, position, service years (5 × 30 since May 2020, 6 × 30 from May 2026), qualification, performance.
FIRST_TO_LAST = [
    # 2,400 × 14 ÷ 28 = 1,200; 150 × 14 ÷ 28 = 75; 600 × 14 ÷ 28 = 300
    ("half of February", FEBRUARY, date(2026, 2, 15), None, [120000, 0, 7500, 0, 30000]),
    # 2,400 × 15 ÷ 29 = 1,241.379…; 210 × 15 ÷ 29 = 108.62; 600 × 15 ÷ 29 = 310.34
    ("half of a leap February", LEAP, date(2028, 2, 15), None, [124138, 0, 10862, 0, 31034]),
    # 2,400 × 17 ÷ 31 = 1,316.129; 150 × 17 ÷ 31 = 82.258; 600 × 17 ÷ 31 = 329.032
    ("17 of 31 days", MARCH, date(2026, 3, 15), None, [131613, 0, 8226, 0, 32903]),
    # 2,400 × 16 ÷ 30 = 1,280; 150 × 16 ÷ 30 = 80; 320
    ("16 of 30 days", APRIL, date(2026, 4, 15), None, [128000, 0, 8000, 0, 32000]),
    # 2,400 ÷ 31 = 77.419; 4.839; 19.355
    ("the last day alone", MARCH, date(2026, 3, 31), None, [7742, 0, 484, 0, 1935]),
    ("left on the first", MARCH, date(2020, 5, 1), date(2026, 3, 1), [7742, 0, 484, 0, 1935]),
    ("the whole month", MARCH, date(2020, 5, 1), date(2026, 3, 31), [240000, 0, 15000, 0, 60000]),
]


@pytest.mark.parametrize(("month", "from_on", "until_on", "expected"), [c[1:] for c in FIRST_TO_LAST], ids=[c[0] for c in FIRST_TO_LAST])  # fmt: skip
def test_a_month_served_in_part_pays_its_days(
    month: Month, from_on: date, until_on: date | None, expected: list[int]
) -> None:
    assert parts(posted(in_post(from_on, until_on)), month) == expected


def test_a_move_within_a_month_pays_each_position_its_days_and_all_else_in_full() -> None:
    """Member to 10 March, lead from the 11th: 300 × 21 ÷ 31 = 203.2258."""
    who = posted(in_post(date(2020, 5, 1)), in_post(date(2026, 3, 11), position="lead", town="T02", behind=5))
    assert parts(who, MARCH) == [240000, 20323, 15000, 0, 60000]
    basis = owed(who, MARCH).basis
    assert [(one.town, one.position, one.post_days, one.behind_version) for one in basis.posts] == [
        ("T01", "member", 10, 1), ("T02", "lead", 21, 5),
    ]  # fmt: skip


def test_a_day_on_two_posts_counts_once_on_the_one_said_last() -> None:
    who = posted(
        in_post(date(2020, 5, 1), behind=1), in_post(date(2026, 3, 1), date(2026, 3, 31), town="T02", behind=7)
    )
    assert [(one.town, one.post_days) for one in owed(who, MARCH).basis.posts] == [("T02", 31)]


def test_a_month_without_post_owes_nothing_at_all() -> None:
    assert due(posted(in_post(date(2026, 4, 1))).timeline, PACKS, MARCH) is None
    assert due(posted(in_post(date(2020, 5, 1), date(2026, 2, 28))).timeline, PACKS, MARCH) is None


# ── absences ────────────────────────────────────────────────────────────────────────────────────────────────────────


def absent(from_on: date, until_on: date | None, kind: str, *grounds: str, behind: int = 3) -> Absent:
    return Absent(from_on=from_on, until_on=until_on, kind=kind, grounds=grounds, behind=behind)


def away(*absences: Absent, since: date = date(2020, 5, 1), **changes: Any) -> OfficerPay:
    return posted(in_post(since), appointed_on=since, absences=absences, **changes)


def lost(basis: Basis) -> list[tuple[str, int, int]]:
    return [(one.kind, one.workdays, one.pay_permille) for one in basis.absences]


ABSENCES = [
    # 2 and 3 March are a Monday and a Tuesday. 2,400 - 2,400 ÷ 21.75 × 2 = 2,179.310; 150 → 136.207; 600 → 544.828
    (
        "two days unpaid",
        (absent(date(2026, 3, 2), date(2026, 3, 3), "unpaid"),),
        [("unpaid", 2, 0)], [217931, 0, 13621, 0, 54483],
    ),
    # Friday to Monday holds two working days.
    (
        "over a weekend",
        (absent(date(2026, 3, 6), date(2026, 3, 9), "absent"),),
        [("absent", 2, 0)], [217931, 0, 13621, 0, 54483],
    ),
    # Five years of service: 80 %. 2,400 - 2,400 ÷ 21.75 × 5 × 0.2 = 2,289.655; 150 → 143.103; 600 → 572.414
    (
        "five sick days at 80 %",
        (absent(date(2026, 3, 2), date(2026, 3, 6), "sick"),),
        [("sick", 5, 800)], [228966, 0, 14310, 0, 57241],
    ),
    # 22 working days in March 2026: all lost take the whole month, not 22 ÷ 21.75 of it.
    (
        "the whole month unpaid",
        (absent(date(2026, 3, 1), date(2026, 3, 31), "unpaid"),),
        [("unpaid", 22, 0)], [0, 0, 0, 0, 0],
    ),
    # All sick: 80 % of everything.
    (
        "the whole month sick",
        (absent(date(2026, 2, 20), date(2026, 4, 30), "sick"),),
        [("sick", 22, 800)], [192000, 0, 12000, 0, 48000],
    ),
    ("annual leave", (absent(date(2026, 3, 2), date(2026, 3, 13), "annual_leave"),), [], [240000, 0, 15000, 0, 60000]),
    # The allowance is the fund's: 0 from the employer for 22 days.
    (
        "maternity",
        (absent(date(2026, 2, 10), date(2026, 5, 18), "maternity"),),
        [("maternity", 22, 0)], [0, 0, 0, 0, 0],
    ),
    # Said later: those days were no absence after all.
    (
        "a correction",
        (
            absent(date(2026, 3, 2), date(2026, 3, 6), "absent", behind=3),
            absent(date(2026, 3, 3), date(2026, 3, 6), "present", behind=4),
        ),
        [("absent", 1, 0)], [228966, 0, 14310, 0, 57241],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("absences", "days", "expected"), [c[1:] for c in ABSENCES], ids=[c[0] for c in ABSENCES])
def test_absences_take_a_days_wage_for_each_working_day(
    absences: tuple[Absent, ...], days: list[tuple[str, int, int]], expected: list[int]
) -> None:
    who = away(*absences)
    assert lost(owed(who, MARCH).basis) == days
    assert parts(who, MARCH) == expected
    # Insurance is by whole month, absent or not (社会保险法 art. 58).
    assert total(owed(who, MARCH).personal) == 44936


def test_one_day_worked_in_a_long_month_is_paid() -> None:
    """July 2026 has 23 working days, 22 of them lost: more than 21.75, so the one worked pays 2,400 ÷ 21.75 = 110.34."""
    who = away(absent(date(2026, 7, 2), date(2026, 7, 31), "unpaid"))
    assert lost(owed(who, Month(2026, 7)).basis) == [("unpaid", 22, 0)]
    assert parts(who, Month(2026, 7)) == [11034, 0, 828, 0, 2759]


def test_days_off_and_make_up_days_follow_the_state_councils_calendar() -> None:
    """1 to 9 May 2026: holidays to the 5th, 6 to 8 worked, Saturday 9 a make-up day."""
    who = away(absent(date(2026, 5, 1), date(2026, 5, 9), "unpaid"))
    assert lost(owed(who, Month(2026, 5)).basis) == [("unpaid", 4, 0)]


@pytest.mark.parametrize(
    ("since", "permille"),
    [
        (date(2025, 3, 1), 600),  # 1 full year
        (date(2024, 3, 1), 700),  # 2
        (date(2024, 3, 2), 600),  # one day short of 2
        (date(2022, 3, 1), 800),  # 4
        (date(2020, 3, 1), 900),  # 6
        (date(2018, 3, 1), 1000),  # 8
    ],
)
def test_sick_pay_rises_with_years_of_service(since: date, permille: int) -> None:
    who = away(absent(date(2026, 3, 2), date(2026, 3, 2), "sick"), since=since)
    assert lost(owed(who, MARCH).basis) == [("sick", 1, permille)]


def test_sick_pay_of_a_month_is_not_below_80_percent_of_the_minimum_wage() -> None:
    """2,400 + 30 and no performance pay: 60 % would be 1,458, 80 % of 2,100 are 1,680: 691.36 → 692 of 1,000."""
    failed = tuple(msgspec.structs.replace(one, coefficient_permille=0) for one in officer().timeline.appraisals)
    who = away(absent(date(2026, 3, 1), date(2026, 3, 31), "sick"), since=date(2025, 3, 1), appraisals=failed)
    assert lost(owed(who, MARCH).basis) == [("sick", 22, 692)]
    assert sum(parts(who, MARCH)) == yuan("1,681.56")


def test_a_long_illness_pays_less_and_ends_with_the_medical_term() -> None:
    """Sick from 1 January, six full years in June: 180 days end on 29 June, and so does the term; then the floor, 1,680."""
    who = away(absent(date(2026, 1, 1), None, "sick"))
    assert lost(owed(who, Month(2026, 6)).basis) == [("sick", 20, 900), ("sick_beyond_term", 1, 529)]
    ten_years = away(absent(date(2026, 1, 1), None, "sick"), since=date(2015, 1, 1))
    assert lost(owed(ten_years, Month(2026, 7)).basis) == [("sick", 23, 600)]


def test_a_sick_note_that_follows_another_goes_on_with_it() -> None:
    apart = (absent(date(2026, 1, 1), date(2026, 5, 31), "sick"), absent(date(2026, 6, 1), None, "sick", behind=9))
    together = (absent(date(2026, 1, 1), None, "sick"),)
    days = [lost(owed(away(*absences), Month(2026, 8)).basis) for absences in (apart, together)]
    assert days[0] == days[1] == [("sick_beyond_term", 21, 529)]


def test_a_weekend_between_two_sick_notes_starts_no_new_term_and_a_working_day_does() -> None:
    def august(last_day: date) -> list[tuple[str, int, int]]:
        notes = (absent(date(2026, 1, 1), last_day, "sick"), absent(date(2026, 6, 1), None, "sick", behind=9))
        return lost(owed(away(*notes), Month(2026, 8)).basis)

    assert august(date(2026, 5, 29)) == [("sick_beyond_term", 21, 529)]
    assert august(date(2026, 5, 28)) == [("sick", 21, 900)]


@pytest.mark.parametrize(
    ("grounds", "last"),
    [
        ((), date(2026, 6, 7)),  # 98 days from 2 March
        (("difficult_birth",), date(2026, 6, 22)),
        (("further_child",), date(2026, 6, 22)),
        (("difficult_birth", "further_child", "further_child"), date(2026, 7, 22)),
        (("local_leave",), date(2026, 8, 26)),
    ],
)
def test_maternity_leave_lasts_98_days_and_what_its_grounds_add(grounds: tuple[str, ...], last: date) -> None:
    who, month = away(absent(date(2026, 3, 2), None, "maternity", *grounds)), Month.of(last)
    workdays = [day for day in range(1, last.day + 1) if PACKS.calendar.is_workday(last.replace(day=day))]
    assert lost(owed(who, month).basis)[0] == ("maternity", len(workdays), 0)
    assert lost(owed(who, month).basis)[1][0] == "unpaid"


# ── uprating ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_rise_of_the_average_wage_proposes_the_next_scale() -> None:
    """84,640 → 88,872 is 5 %: 2,400 → 2,520; 300 → 315 → 320; 150 → 157.50 → 160; 4,500 → 4,725 → 4,730; 600 → 630."""
    new = uprated(PACKS.scale, yuan("88,872.00"))
    assert (new.base_fen, new.performance_standard_fen) == (yuan("2,520.00"), yuan("630.00"))
    assert [one.amount_fen for one in new.positions.values()] == [32000, 16000, 473000, 0]
    assert (new.service_year_fen, new.service_years_max_fen) == (yuan("30.00"), yuan("630.00"))
    assert [one.amount_fen for one in new.qualifications.values()] == [0, 11000, 21000, 32000]
    assert new.uprating is not None
    assert new.uprating.average_wage_fen == yuan("88,872.00")
    assert (new.grades, new.positions["lead"].zh) == (PACKS.scale.grades, "组长")


@pytest.mark.parametrize(("rounding", "base"), [("half_up", "2,420.00"), ("up", "2,420.00"), ("down", "2,410.00")])
def test_the_scale_says_how_its_uprating_is_rounded(rounding: str, base: str) -> None:
    """85,275 ÷ 84,640 × 2,400 = 2,418.005."""
    assert PACKS.scale.uprating is not None
    rule = msgspec.structs.replace(PACKS.scale.uprating, rounding=rounding)
    assert uprated(msgspec.structs.replace(PACKS.scale, uprating=rule), yuan("85,275.00")).base_fen == yuan(base)


def test_a_fall_of_the_average_wage_lowers_no_sum() -> None:
    new = uprated(PACKS.scale, yuan("80,000.00"))
    assert (new.base_fen, new.positions) == (PACKS.scale.base_fen, PACKS.scale.positions)


def test_without_a_wage_to_measure_by_nothing_is_proposed() -> None:
    for scale, wage in ((msgspec.structs.replace(PACKS.scale, uprating=None), 1), (PACKS.scale, 0)):
        with pytest.raises(NoUprating):
            uprated(scale, Fen(wage))


def test_a_proposal_counts_once_it_is_adopted_and_from_its_day_on() -> None:
    adopted = RULES.adopted("pay_scale", MARCH.first_day)
    content = msgspec.to_builtins(uprated(PACKS.scale, yuan("88,872.00")))
    january = Month(2027, 1)
    new = msgspec.structs.replace(adopted, version="2027.1", valid_from=january.first_day, content=content)
    book = with_packs(RULES, [new])
    before, after = pay_packs_on(book, Month(2026, 12).first_day), pay_packs_on(book, january.first_day)
    assert isinstance(after.scale, PayScale)
    who = officer()
    assert [owed(who, month, packs).parts[0].amount_fen for month, packs in ((Month(2026, 12), before), (january, after))] == [
        240000, 252000,
    ]  # fmt: skip


def test_people_record_personal_leave_but_not_what_sickness_becomes() -> None:
    """事假 is a leave of its own although maternity leave becomes it too; 医疗期满 is worked out."""
    recorded = set(PACKS.attendance.recorded)
    assert {"unpaid", "sick", "maternity", "absent"} <= recorded
    assert "sick_beyond_term" not in recorded
