"""Proves that a slip explains each line by rule, inputs, working and facts, and says why it differs from the one before."""

from datetime import date
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import PayslipComputed
from services.contracts.rulebook import RuleBook
from services.payroll.pay import NOTES, Absent, Appraisal, Certified, ContributionBase, OfficerPay, slip
from services.payroll.pay.changes import Change, why_changed
from services.payroll.pay.explaining import Explained, explain, packs_of_slip
from services.payroll.rules import PayPacks, pay_packs_on
from tests.unit.payroll_world import in_post, officer, slip_of
from tests.unit.test_payroll_cases import MARCH, PACKS, RULES, ytd, yuan

replace = msgspec.structs.replace
APRIL, MAY = Month(2026, 4), Month(2026, 5)


@cache
def packs_of(month: Month) -> PayPacks:
    return pay_packs_on(RULES, month.first_day)


def drafted(who: OfficerPay, month: Month) -> PayslipComputed:
    pay = slip(who, packs_of, month)
    assert pay is not None
    return slip_of(who, pay, month, packs_of(month))


def after(who: OfficerPay, month: Month) -> OfficerPay:
    pay = slip(who, packs_of, month)
    assert pay is not None
    return who.after(pay, month)


def said(fact: PayslipComputed) -> dict[tuple[str, str, str], Explained]:
    return {(one.side, one.code, str(one.month)): one for one in explain(fact, packs_of)}


LEAD = officer(
    appointed_on=date(2013, 3, 1), position="lead", qualification="senior", qualified_on=date(2015, 6, 1),
    contribution_base_fen=yuan("8,000.00"), year_to_date=ytd(2, "56,780.00", "1,690.00"),
)  # fmt: skip
WORKING = [
    ("part", "base", "每月 2,400.00", "2,400.00 a month"),
    ("part", "position", "组长 300.00", "team lead 300.00"),
    ("part", "service_years", "30.00 × 13 年，不超过 600.00：390.00", "30.00 × 13 years, at most 600.00: 390.00"),
    ("part", "qualification", "高级社会工作师 300.00", "senior social worker 300.00"),
    ("part", "performance", "600.00 × 1 = 600.00", "600.00 × 1 = 600.00"),
    (
        "personal", "medical",
        "基数 8,000.00，限 4,232.00 至 21,159.00，取 8,000.00 × 2.00% + 5.00",
        "base 8,000.00, within 4,232.00 to 21,159.00: 8,000.00 × 2.00% + 5.00",
    ),
    (
        "employer", "injury",
        "基数 8,000.00，限 4,232.00 至 21,159.00，取 8,000.00 × 0.40%",
        "base 8,000.00, within 4,232.00 to 21,159.00: 8,000.00 × 0.40%",
    ),
    (
        "tax", "income_tax",
        "累计收入 60,770.00 - 减除费用 15,000.00（3 个月，在本单位任职月份数×每月减除费用）- 个人缴费 2,535.00 - "
        "专项附加扣除 0.00 = 43,235.00（不低于 0）；43,235.00 × 10% - 2,520.00 - 已扣 0.00 → 1,803.50",
        "income so far 60,770.00 - deduction 15,000.00 (3 months, months in this payer's service × monthly deduction) - own "
        "insurance 2,535.00 - special deductions 0.00 = 43,235.00 (not below 0); 43,235.00 × 10% - 2,520.00 - withheld "
        "0.00 → 1,803.50",
    ),
    (
        "net", "net",
        "应发 3,990.00 - 个人缴费 845.00 - 个税 1,803.50 = 1,341.50",
        "gross 3,990.00 - own insurance 845.00 - tax 1,803.50 = 1,341.50",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("side", "code", "zh", "en"), WORKING)
def test_each_line_shows_its_working_in_both_languages(side: str, code: str, zh: str, en: str) -> None:
    one = said(drafted(LEAD, MARCH))[side, code, "2026-03"]
    assert (one.working.zh, one.working.en) == (zh, en)
    assert one.name.zh
    assert one.name.en


def test_each_line_names_rule_version_citation_and_the_facts_behind() -> None:
    lines = said(drafted(LEAD, MARCH))
    performance = lines["part", "performance", "2026-03"]
    (rule,) = performance.rules
    assert (rule.name, rule.version, rule.sample) == ("pay_scale", "2026.1", True)
    assert "二(四)" in rule.citation
    assert [(one.name, one.value) for one in performance.inputs] == [
        ("coefficient_permille", "1000"),
        ("post_days", "31"),
    ]
    # The take-over (post, certificate, base) is version 1 of the officer's stream, the appraisal version 2.
    assert [(one.subject, one.version) for one in performance.behind] == [("officer:O001", 1), ("officer:O001", 2)]
    assert [one.version for one in lines["personal", "pension", "2026-03"].behind] == [1]
    assert lines["personal", "pension", "2026-03"].rules[0].name == "insurance"
    assert lines["tax", "income_tax", "2026-03"].rules[0].citation.count("公告") == 3


def test_part_months_moves_and_absences_show_in_the_working() -> None:
    posts = (in_post(date(2026, 3, 2)), in_post(date(2026, 3, 12), position="lead", behind=4))
    sick = Absent(from_on=date(2026, 3, 16), until_on=date(2026, 3, 17), kind="sick", behind=5)
    lines = said(drafted(officer(posts=posts, absences=(sick,)), MARCH))
    position, base = lines["part", "position", "2026-03"], lines["part", "base", "2026-03"]
    assert position.working.zh == (
        "((低保员 0.00) × 10 天 + (组长 300.00) × 20 天) ÷ 31 天；日工资为月额 ÷ 21.75，扣减：病假 2 天计 80%"
    )
    assert (
        base.working.en
        == "(2,400.00 a month) × 30 ÷ 31 days; a day is the month ÷ 21.75, less: sick leave 2 days at 80%"
    )
    assert [one.name for one in base.rules] == ["pay_scale", "attendance"]
    assert [one.version for one in base.behind] == [1, 4, 5]


def test_a_difference_line_says_what_is_owed_what_was_counted_and_what_comes_later() -> None:
    who = after(officer(), MARCH)
    leave = Absent(from_on=MARCH.first_day, until_on=MARCH.last_day, kind="unpaid", behind=3)
    fact = drafted(replace(who, timeline=replace(who.timeline, absences=(leave,))), APRIL)
    line = said(fact)["part", "base", "2026-03"]
    assert line.amount_fen == -63000
    assert line.working.zh == (
        "2026-03 应为 0.00（每月 2,400.00；全月缺勤：事假 22 天计 0%），已计 2,400.00，本次 -630.00，超过限额的 -1,770.00 留待以后月份"
    )
    assert "pay_guards" in [one.name for one in line.rules]


def test_a_month_that_turned_out_to_be_off_post_is_explained_without_a_basis() -> None:
    who = after(after(officer(), MARCH), APRIL)
    gone = in_post(date(2020, 5, 1), date(2026, 3, 31), behind=3)
    back = in_post(date(2026, 5, 1), behind=4)
    fact = drafted(replace(who, timeline=replace(who.timeline, posts=(gone, back))), MAY)
    assert said(fact)["employer", "pension", "2026-04"].working.zh == (
        "2026-04 应为 0.00（该月没有任职），已计 677.12，本次 -677.12"
    )


def test_what_was_wholly_put_off_is_shown_with_nothing_taken() -> None:
    """500 of March to give back, but April's part month is below the minimum wage."""
    who = after(officer(), MARCH)
    leave = Absent(from_on=MARCH.first_day, until_on=MARCH.last_day, kind="unpaid", behind=3)
    gone = in_post(date(2020, 5, 1), date(2026, 4, 10), behind=4)
    fact = drafted(replace(who, timeline=replace(who.timeline, absences=(leave,), posts=(gone,))), APRIL)
    assert {line.month for line in fact.lines} == {APRIL}
    line = said(fact)["part", "performance", "2026-03"]
    assert (line.amount_fen, line.working.zh.endswith("本次 0.00，超过限额的 -600.00 留待以后月份")) == (0, True)


def test_a_slip_is_explained_by_the_packs_it_was_computed_by() -> None:
    """A pack corrected later for the same days changes what is due, not what an old slip says of itself."""
    fact = drafted(officer(), MARCH)
    adopted = RULES.adopted("pay_scale", MARCH.first_day)
    corrected = replace(adopted, version="2026.2", content={**adopted.content, "base_fen": 260000})
    later = RuleBook((*RULES.packs, corrected))
    assert pay_packs_on(later, MARCH.first_day).scale.base_fen == 260000
    assert explain(fact, packs_of_slip(fact, later)) == explain(fact, packs_of)


def test_every_note_has_words() -> None:
    assert all(zh and en for zh, en in NOTES.values())


FEN = st.integers(200_000, 3_000_000).map(Fen)


@settings(max_examples=25, deadline=None)
@given(FEN, st.dates(date(2025, 6, 1), date(2026, 4, 20)), st.dates(MARCH.first_day, APRIL.last_day), st.booleans())
def test_net_goes_up_and_down_by_exactly_the_changes_that_are_named(
    base: Fen, held_on: date, absent_on: date, leaves: bool
) -> None:
    """Law: parts - personal - tax of all changes is the step of net; nothing moves without a reason in words."""
    who = officer()
    earlier = drafted(who, MARCH)
    who = after(who, MARCH)
    changed = replace(
        who.timeline,
        certificates=(Certified(from_on=held_on, qualification="assistant", behind=3),),
        bases=(*who.timeline.bases, ContributionBase(from_month=APRIL, base_fen=base, behind=4)),
        absences=(Absent(from_on=absent_on, until_on=absent_on, kind="unpaid", behind=5),),
        posts=(in_post(date(2020, 5, 1), date(2026, 4, 17) if leaves else None),),
    )
    later = drafted(replace(who, timeline=changed), APRIL)
    changes = why_changed(later, earlier)
    signs = {"part": 1, "personal": -1, "tax": -1, "employer": 0}
    step = sum(one.difference_fen * signs[one.code if one.side == "arrears" else one.side] for one in changes)
    assert step == later.net_fen - earlier.net_fen
    assert all(one.why.zh and one.why.en and one.difference_fen for one in changes)
    # And every explained line adds up to its side.
    lines = explain(later, packs_of)
    assert sum(one.amount_fen for one in lines if one.side == "part") == later.gross_fen


def changes_of(who: OfficerPay, **changed: Any) -> dict[tuple[str, str], Change]:
    earlier = drafted(who, MARCH)
    who = after(who, MARCH)
    later = drafted(replace(who, timeline=replace(who.timeline, **changed)), APRIL)
    return {(one.side, one.code): one for one in why_changed(later, earlier)}


def test_an_ordinary_next_month_has_no_changes() -> None:
    assert changes_of(officer()) == {}


def test_each_kind_of_change_is_named() -> None:
    grade = (Appraisal(year=2026, quarter=1, coefficient_permille=800, behind=3),)
    found = changes_of(officer(), appraisals=grade)
    assert found["part", "performance"].why.zh == "绩效系数由 1 变为 0.8"
    assert found["part", "performance"].difference_fen == -12000
    base = (ContributionBase(from_month=APRIL, base_fen=yuan("5,000.00"), behind=3),)
    found = changes_of(officer(), bases=(*officer().timeline.bases, *base))
    assert found["personal", "pension"].why.en == "contribution base went from 4,232.00 to 5,000.00"
    found = changes_of(
        officer(), posts=(in_post(date(2020, 5, 1)), in_post(APRIL.first_day, position="lead", behind=3))
    )
    assert found["part", "position"].why.zh == "职务由 member 变为 lead"
    found = changes_of(officer(), posts=(in_post(date(2020, 5, 1), date(2026, 4, 15)),))
    assert found["part", "base"].why.zh == "任职天数由 31/31 变为 15/30"
    late = (Certified(from_on=date(2026, 2, 1), qualification="assistant", behind=3),)
    found = changes_of(officer(), certificates=late)
    assert found["part", "qualification"].why.zh == "职业资格由 none 变为 assistant"
    assert found["arrears", "part"].why.zh == "补发补扣：本月含 2026-03 差额 100.00"
    away = (Absent(from_on=date(2026, 4, 7), until_on=date(2026, 4, 8), kind="unpaid", behind=3),)
    assert changes_of(officer(), absences=away)["part", "base"].why.zh == "缺勤由 0 变为 unpaid×2"
    assert changes_of(LEAD)["tax", "income_tax"].difference_fen == -180350


def test_a_new_pack_is_named_as_the_reason() -> None:
    earlier = drafted(officer(), MARCH)
    moved = replace(PACKS.scale, base_fen=yuan("2,520.00"))
    packs = replace(PACKS, scale=moved, version=PACKS.version.replace("pay_scale@2026.1", "pay_scale@2026.2"))
    who = after(officer(), MARCH)
    pay = slip(who, lambda month: packs if month == APRIL else packs_of(month), APRIL)
    assert pay is not None
    (change,) = why_changed(slip_of(who, pay, APRIL, packs), earlier)
    assert (change.code, change.difference_fen, change.why.zh) == ("base", 12000, "规则更新：pay_scale@2026.2")
