"""Proves that late facts end in the same money as timely ones, and that what is taken back stays within the law's limits."""

from datetime import date
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import PayLine
from services.payroll.pay import (
    Absent,
    Appraisal,
    Certified,
    ContributionBase,
    OfficerPay,
    Pay,
    SpecialDeduction,
    Steady,
    Timeline,
    due,
    slip,
    within_limits,
)
from services.payroll.rules import PayPacks, pay_packs_on, with_packs
from tests.unit.payroll_world import in_post, officer
from tests.unit.test_payroll_cases import MARCH, PACKS, RULES, yuan

replace = msgspec.structs.replace
LAST = Month(2027, 1)
Known = dict[tuple[Month, str, str], int]


@cache
def packs_of(month: Month) -> PayPacks:
    return pay_packs_on(RULES, month.first_day)


def told(timeline: Timeline, fact: msgspec.Struct) -> Timeline:
    """The timeline once another fact is known, as the next version of the officer's stream."""
    version = timeline.version + 1
    field = {
        "Absent": "absences", "Appraisal": "appraisals", "Certified": "certificates", "ContributionBase": "bases",
        "InPost": "posts", "SpecialDeduction": "deductions",
    }[type(fact).__name__]  # fmt: skip
    entries = (*getattr(timeline, field), replace(fact, behind=version))
    return replace(timeline, version=version, **{field: entries})


def paid_in(months: list[Month], known_in: dict[Month, list[msgspec.Struct]]) -> tuple[OfficerPay, list[Pay]]:
    """The ordinary officer paid in these months, each fact told just before the run of its month or the next one."""
    who, pays = officer(), []
    untold = sorted(known_in)
    for month in months:
        while untold and untold[0] <= month:
            for fact in known_in[untold.pop(0)]:
                who = replace(who, timeline=told(who.timeline, fact))
        pay = slip(who, packs_of, month)
        assert pay is not None
        pays.append(pay)
        who = who.after(pay, month)
    return who, pays


def counted(who: OfficerPay, last: Pay) -> Known:
    """By month and line what was paid and what stays due."""
    sums: Known = {(month, side, code): fen for month, paid in who.paid.items() for (side, code), fen in paid.items()}
    for line in last.deferred:
        key = (line.month, line.side, line.code)
        sums[key] = sums.get(key, 0) + line.amount_fen
    return {key: fen for key, fen in sums.items() if fen}


def owed(who: OfficerPay) -> Known:
    """By month and line what the timeline owes."""
    sums: Known = {}
    month = who.timeline.paid_through_month.plus(1)
    while month <= LAST:
        now = due(who.timeline, packs_of(month), month)
        if now is not None:
            for side, amounts in (("part", now.parts), ("personal", now.personal), ("employer", now.employer)):
                sums |= {(month, side, one.code): one.amount_fen for one in amounts if one.amount_fen}
        month = month.plus(1)
    return sums


# ── laws ────────────────────────────────────────────────────────────────────────────────────────────────────────────

MONTHS = [MARCH.plus(n) for n in range(11)]
DAYS = st.dates(date(2026, 3, 1), date(2026, 12, 31))


@st.composite
def facts(draw: st.DrawFn) -> list[msgspec.Struct]:
    """Facts none of which speaks of the same days as another of its kind, so that their order says nothing."""
    dated = draw(st.lists(DAYS, min_size=2, max_size=2, unique=True))
    found: list[msgspec.Struct] = [
        Certified(from_on=on, qualification=held) for on, held in zip(dated, ("assistant", "senior"), strict=True)
    ]
    for quarter in draw(st.sets(st.integers(1, 3))):
        found.append(Appraisal(year=2026, quarter=quarter, coefficient_permille=draw(st.sampled_from([0, 800, 1200]))))
    for number in draw(st.sets(st.integers(4, 12), max_size=2)):
        base = Fen(draw(st.integers(300_000, 2_500_000)))
        found.append(ContributionBase(from_month=Month(2026, number), base_fen=base))
    edges = sorted(draw(st.sets(DAYS, min_size=4, max_size=8)))
    for from_on, until_on in zip(edges[::2], edges[1::2], strict=False):
        kind = draw(st.sampled_from(["unpaid", "sick", "annual_leave", "maternity", "absent"]))
        found.append(Absent(from_on=from_on, until_on=until_on, kind=kind))
    moved_on, back_on = sorted((draw(DAYS), draw(DAYS)))
    found.append(in_post(moved_on, back_on, position=draw(st.sampled_from(["lead", "deputy"])), town="T02"))
    found.append(SpecialDeduction(from_month=Month(2026, draw(st.integers(3, 12))), monthly_fen=Fen(100_000)))
    return found


@st.composite
def arrivals(draw: st.DrawFn, told_of: list[msgspec.Struct]) -> dict[Month, list[msgspec.Struct]]:
    found: dict[Month, list[msgspec.Struct]] = {}
    for fact in draw(st.permutations(told_of)):
        found.setdefault(draw(st.sampled_from(MONTHS)), []).append(fact)
    return found


RUN_MONTHS = st.sets(st.sampled_from(MONTHS[:-1])).map(lambda some: [*sorted(some), LAST])


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_arrival_and_any_months_of_payment_end_in_the_same_money(data: st.DataObject) -> None:
    told_of = data.draw(facts())
    ends = []
    for _ in range(2):
        who, pays = paid_in(data.draw(RUN_MONTHS), data.draw(arrivals(told_of)))
        assert counted(who, pays[-1]) == owed(who)
        ends.append(counted(who, pays[-1]))
        special_fen = sum(pay.withholding.special_deduction_fen for pay in pays if pay.withholding.before.months)
        assert special_fen <= 100_000 * 10
    assert ends[0] == ends[1]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_every_slip_adds_up_and_takes_no_more_than_it_may(data: st.DataObject) -> None:
    guards = PACKS.guards
    _, pays = paid_in(MONTHS, data.draw(arrivals(data.draw(facts()))))
    for month, pay in zip(MONTHS, pays, strict=True):
        sums = {side: sum(line.amount_fen for line in pay.lines if line.side == side) for side in ("part", "personal")}
        own = [line.amount_fen for line in pay.lines if line.side == "part" and line.month == month]
        assert len(own) == 5
        differences_fen = sum(line.amount_fen for line in pay.lines if line.side == "part" and line.month < month)
        assert sum(own) + differences_fen == pay.gross_fen == sums["part"]
        assert pay.gross_fen - sums["personal"] - pay.tax_fen == pay.net_fen
        assert min(pay.net_fen, pay.tax_fen) >= 0
        taken_fen = sum(
            (line.amount_fen if line.side == "personal" else -line.amount_fen)
            for line in pay.lines
            if line.month < month and line.side != "employer"
        )
        assert taken_fen <= max(0, sum(own) * guards.take_back_permille // 1000)
        assert taken_fen <= max(0, sum(own) - guards.minimum_wage_fen)
        assert {basis.month for basis in pay.bases} >= {line.month for line in (*pay.lines, *pay.deferred)}


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_passing_over_steady_months_changes_no_slip(data: st.DataObject) -> None:
    """The fast way of a run is held against the plain way, month after month, with facts coming in between."""
    known_in, steady, who = data.draw(arrivals(data.draw(facts()))), Steady(packs_of), officer()
    for month in MONTHS:
        for fact in known_in.get(month, []):
            who = replace(who, timeline=told(who.timeline, fact))
        pay = slip(who, packs_of, month)
        assert slip(who, packs_of, month, steady) == pay
        assert pay is not None
        who = who.after(pay, month)
    assert set(steady(who, LAST.plus(1))) < set(MONTHS)


def test_a_scale_adopted_late_reaches_months_that_look_steady() -> None:
    """Paid to July by the old scale; a new one from June: differences for June and July by the fast way too."""
    adopted = RULES.adopted("pay_scale", MARCH.first_day)
    june = date(2026, 6, 1)
    new = replace(adopted, version="2026.2", valid_from=june, content={**adopted.content, "base_fen": 250000})
    book, august = with_packs(RULES, [new]), Month(2026, 8)
    who, _ = paid_in([MARCH.plus(n) for n in range(5)], {})
    now = cache(lambda month: pay_packs_on(book, month.first_day))
    pay = slip(who, now, august, Steady(now))
    assert pay == slip(who, now, august)
    assert pay is not None
    assert differences(pay, august) == [("part", "base", "2026-06", 10000), ("part", "base", "2026-07", 10000)]


# ── cases ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def differences(pay: Pay, month: Month) -> list[tuple[str, str, str, int]]:
    return [
        (line.side, line.code, str(line.month), line.amount_fen) for line in pay.lines if line.month != month
    ]  # fmt: skip


def test_a_certificate_of_march_filed_in_june_is_paid_from_april_on_and_taxed_in_june() -> None:
    """From April, the month after its date: 200 for April and 200 for May in June's slip; 200 in June itself."""
    may, june = Month(2026, 5), Month(2026, 6)
    late = Certified(from_on=date(2026, 3, 20), qualification="social_worker")
    who, pays = paid_in([MARCH, Month(2026, 4), may, june], {june: [late]})
    assert differences(pays[-1], june) == [
        ("part", "qualification", "2026-04", 20000),
        ("part", "qualification", "2026-05", 20000),
    ]
    assert pays[-1].gross_fen - pays[-2].gross_fen == yuan("600.00") + yuan("30.00") * 0
    assert [basis.month for basis in pays[-1].bases] == [june, Month(2026, 4), may]
    assert who.paid[may]["part", "qualification"] == 20000


def test_a_corrected_base_gives_difference_lines_for_both_sides() -> None:
    """5,000 in place of 4,232: pension 8 % 400.00 - 338.56 = 61.44, medical 2 % 15.36, unemployment 3.84; and the employer's."""
    april = Month(2026, 4)
    corrected = ContributionBase(from_month=Month(2020, 5), base_fen=yuan("5,000.00"))
    _, pays = paid_in([MARCH, april], {april: [corrected]})
    assert differences(pays[-1], april) == [
        ("personal", "pension", "2026-03", 6144),
        ("personal", "medical", "2026-03", 1536),
        ("personal", "unemployment", "2026-03", 384),
        ("employer", "pension", "2026-03", 12288),
        ("employer", "medical", "2026-03", 6528),
        ("employer", "unemployment", "2026-03", 384),
        ("employer", "injury", "2026-03", 307),
    ]


def test_back_pay_does_not_move_the_base() -> None:
    april = Month(2026, 4)
    late = Certified(from_on=date(2026, 1, 5), qualification="senior")
    _, pays = paid_in([MARCH, april], {april: [late]})
    assert differences(pays[-1], april) == [("part", "qualification", "2026-03", 30000)]
    assert {basis.contribution_base_fen for basis in pays[-1].bases} == {yuan("4,232.00")}


def test_a_year_that_begins_with_a_new_base_leaves_the_old_year_alone() -> None:
    december, january = Month(2026, 12), Month(2027, 1)
    moved = ContributionBase(from_month=january, base_fen=yuan("6,000.00"))
    who, pays = paid_in([*MONTHS], {january: [moved]})
    assert differences(pays[-1], january) == []
    assert who.paid[december]["personal", "pension"] == 33856
    assert who.paid[january]["personal", "pension"] == 48000


def test_what_was_paid_too_much_is_taken_back_in_instalments_by_itself() -> None:
    """April was unpaid leave throughout, known in May: 3,150 too much, and the month's wage is 3,180 from May on.

    20 % of it are 636 a month (3,180 - 636 is above the minimum of 2,100): four slips of 636 and a fifth of 606.
    """
    april, may = Month(2026, 4), Month(2026, 5)
    leave = Absent(from_on=date(2026, 4, 1), until_on=date(2026, 4, 30), kind="unpaid")
    months = [MARCH.plus(n) for n in range(9)]
    who, pays = paid_in(months, {may: [leave]})
    taken = [-sum(line.amount_fen for line in pay.lines if line.month == april) for pay in pays[2:] if pay]
    left = [-sum(line.amount_fen for line in pay.deferred) for pay in pays[2:]]
    assert taken[:5] == [63600, 63600, 63600, 63600, 60600]
    assert left[:5] == [251400, 187800, 124200, 60600, 0]
    assert [("take_back_deferred" in pay.notes) for pay in pays[2:7]] == [True] * 4 + [False]
    assert not any(fen for (side, _), fen in who.paid[april].items() if side == "part")


def test_no_more_is_taken_than_leaves_the_minimum_wage() -> None:
    """Wage 2,200, minimum 2,100: of a claim of 500 only 100 is taken, though 20 % would be 440."""
    lines = [line("part", "base", MARCH, 220000), line("part", "base", Month(2026, 2), -50000)]
    now, later = within_limits(lines, MARCH, PACKS.guards)
    assert [one.amount_fen for one in now] == [220000, -10000]
    assert [one.amount_fen for one in later] == [-40000]


def line(side: str, code: str, month: Month, amount_fen: int) -> PayLine:
    return PayLine(side=side, code=code, month=month, amount_fen=Fen(amount_fen))


@pytest.mark.parametrize(
    ("asked", "taken", "later"),
    [
        # Back pay and a claim of other months are set off in full; only what is more is limited.
        ([(240000, 2), (50000, 1), (-50000, 0)], [240000, 50000, -50000], []),
        ([(300000, 2), (50000, 1), (-200000, 0)], [300000, 50000, -110000], [-90000]),
        # The oldest month first.
        ([(300000, 2), (-50000, 1), (-50000, 0)], [300000, -10000, -50000], [-40000]),
        # A claim of which nothing is taken is no line at all.
        ([(210000, 2), (-50000, 0)], [210000], [-50000]),
    ],
)
def test_claims_and_back_pay_of_one_slip(asked: list[tuple[int, int]], taken: list[int], later: list[int]) -> None:
    lines = [line("part", "base", Month(2026, 1).plus(n), fen) for fen, n in asked]
    now, rest = within_limits(lines, MARCH, PACKS.guards)
    assert ([one.amount_fen for one in now], [one.amount_fen for one in rest]) == (taken, later)


def test_a_month_that_pays_nothing_takes_no_insurance_and_stops_no_run() -> None:
    """A whole month unpaid: the employer insures, the officer's 449.36 follow in May, as far as 20 % of 3,150 reach."""
    april, may = Month(2026, 4), Month(2026, 5)
    leave = Absent(from_on=date(2026, 4, 1), until_on=date(2026, 4, 30), kind="unpaid")
    _, pays = paid_in([MARCH, april, may], {MARCH: [leave]})
    idle, after = pays[1], pays[2]
    assert (idle.gross_fen, idle.personal_fen, idle.net_fen, idle.employer_fen) == (0, 0, 0, 107493)
    assert idle.notes == ("insurance_deferred",)
    assert sum(one.amount_fen for one in idle.deferred) == 44936
    assert after.personal_fen == 2 * 44936
    assert (after.notes, after.deferred) == ((), ())


def test_more_tax_than_the_month_pays_is_left_for_later_months() -> None:
    """120,000 before take-over with nothing withheld: 120,000 + 3,150 - 15,000 - 449.36 = 107,700.64, tax 8,250.06.

    The slip pays 2,700.64, so that is withheld; the rest comes with the next months' pay.
    """
    before = msgspec.structs.replace(officer().year_to_date, income_fen=yuan("120,000.00"), insurance_fen=Fen(0))
    who = officer(year_to_date=before)
    pay = slip(who, packs_of, MARCH)
    assert pay is not None
    assert (pay.withholding.taxable_fen, pay.tax_fen, pay.net_fen) == (yuan("107,700.64"), yuan("2,700.64"), 0)
    assert pay.notes == ("tax_deferred",)
    following = slip(who.after(pay, MARCH), packs_of, Month(2026, 4))
    assert following is not None
    assert following.withholding.before.tax_fen == yuan("2,700.64")


def test_whoever_has_left_is_asked_for_nothing_that_no_pay_covers() -> None:
    """Left in April; in May April turns out to be unpaid leave: no wage to take it from, so no slip."""
    april, may = Month(2026, 4), Month(2026, 5)
    who, _ = paid_in([MARCH, april], {})
    gone = tuple(replace(one, until_on=april.last_day) for one in who.timeline.posts)
    leave = Absent(from_on=april.first_day, until_on=april.last_day, kind="unpaid", behind=3)
    left = replace(who, timeline=replace(who.timeline, posts=gone, absences=(leave,)))
    assert slip(left, packs_of, may) is None


def test_back_pay_reaches_whoever_has_left() -> None:
    april, may = Month(2026, 4), Month(2026, 5)
    who, _ = paid_in([MARCH, april], {})
    gone: Any = tuple(replace(one, until_on=april.last_day) for one in who.timeline.posts)
    held = Certified(from_on=date(2026, 3, 2), qualification="assistant", behind=3)
    left = replace(who, timeline=replace(who.timeline, posts=gone, certificates=(held,)))
    pay = slip(left, packs_of, may)
    assert pay is not None
    assert differences(pay, may) == [("part", "qualification", "2026-04", 10000)]
    assert (pay.withholding.deduction_months, pay.personal_fen, pay.employer_fen) == (4, 0, 0)
