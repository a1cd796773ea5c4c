"""Proves that moves and added duties count only once the bureau approved them, and then as if they had come in time (四(二))."""

from datetime import date
from itertools import permutations
from typing import Any

import msgspec
import pytest

from services.contracts.deciding import Command
from services.contracts.months import Month
from services.contracts.payroll import (
    ExitWithdrawn,
    PayslipComputed,
    PostClaimRejected,
    PostFilled,
    PostVacated,
    ReassignmentReported,
)
from services.payroll.domain.officer import (
    ApproveReassignment,
    ChangePosition,
    Officer,
    RecordContract,
    RecordExit,
    RefuseReassignment,
    ReportReassignment,
    WithdrawExit,
)
from services.payroll.domain.pay_inputs import timeline_of
from services.payroll.domain.posts import DISTRICT, FillPost, ReservePost
from services.payroll.domain.run import DraftRun
from services.payroll.pay import InPost, Timeline
from services.payroll.projections.moves import MoveRow
from services.payroll.projections.officers import OfficerRow
from tests.unit.payroll_posts_world import CASEWORKER, LEADER, NOON, TOWN, establish, reserve, terms
from tests.unit.test_payroll_cases import MARCH, PREPARER, TAKE_OVER_AT, Ledger, approved, budget, staffed, take_over
from tests.unit.test_payroll_models import folded

REPORT = ReportReassignment(
    officer="O001",
    town="T01",
    report_no="B-1",
    kind="move",
    to_town="T02",
    since_on=date(2026, 3, 9),
    reason="人手不足",
)
MOVE = ApproveReassignment(
    officer="O001",
    approval_no="D-1",
    kind="move",
    to_post="T02-P01",
    effective_on=date(2026, 3, 9),
    document="示例批〔2026〕1号",
)
KEEP = ReservePost(town="T02", officer="O001", post_no="T02-P01")


def district() -> Ledger:
    ledger = establish(Ledger())
    ledger.tell(take_over("O001"), CASEWORKER, TAKE_OVER_AT)
    return ledger


def officer_of(ledger: Ledger) -> Officer:
    state = ledger.states["officer:O001"]
    assert isinstance(state, Officer)
    return state


def timeline(ledger: Ledger) -> Timeline:
    """The timeline without what only counts facts: the stream's version and what each entry is behind."""
    found = timeline_of(officer_of(ledger), MARCH)

    def bare(one: Any) -> Any:
        return msgspec.structs.replace(one, behind=0)

    return msgspec.structs.replace(
        found,
        version=0,
        service_behind=0,
        posts=tuple(map(bare, found.posts)),
        certificates=tuple(map(bare, found.certificates)),
        absences=tuple(map(bare, found.absences)),
        bases=tuple(map(bare, found.bases)),
        deductions=tuple(map(bare, found.deductions)),
    )


def test_an_unapproved_move_changes_neither_timeline_nor_posts_and_is_raised() -> None:
    ledger = district()
    before, posts = timeline(ledger), ledger.states[DISTRICT]
    ledger.tell(REPORT, TOWN, NOON)
    assert len(ledger.facts(ReassignmentReported)) == 1
    assert (timeline(ledger), ledger.states[DISTRICT]) == (before, posts)
    rows = folded(ledger)
    move: MoveRow = rows["moves", "O001/B-1"]
    assert (move.status, move.town, move.to_town, move.effective_on) == ("reported", "T01", "T02", None)
    officer: OfficerRow = rows["officers", "O001"]
    assert (officer.town, officer.post_no, officer.unapproved) == ("T01", "T01-P01", ("B-1",))


def test_refused_the_post_stays_and_the_number_is_used() -> None:
    ledger = district()
    before = timeline(ledger)
    ledger.tell(REPORT, TOWN, NOON)
    ledger.tell(RefuseReassignment(officer="O001", report_no="B-1", reason="无空岗"), LEADER, NOON)
    assert timeline(ledger) == before
    assert folded(ledger)["moves", "O001/B-1"].status == "refused"
    assert folded(ledger)["officers", "O001"].unapproved == ()
    assert ledger.refuses("number-taken", REPORT, TOWN, NOON)


def test_approved_late_with_an_earlier_day_gives_the_timeline_of_an_approval_in_time() -> None:
    """Reported, kept and approved weeks later; or kept and approved at once: the same spells on the same posts."""
    late, at_once = district(), district()
    late.tell(REPORT, TOWN, NOON)
    for ledger in (late, at_once):
        ledger.tell(KEEP, CASEWORKER, NOON)
    at_once.tell(MOVE, LEADER, TAKE_OVER_AT)
    late.tell(msgspec.structs.replace(MOVE, report_no="B-1"), LEADER, NOON.replace(month=5))
    assert timeline(late) == timeline(at_once)
    first, second = timeline(late).posts
    assert (first.post_no, first.until_on, second.post_no, second.from_on) == (
        "T01-P01", date(2026, 3, 8), "T02-P01", date(2026, 3, 9),
    )  # fmt: skip
    for ledger in (late, at_once):
        (vacated,), filled = ledger.facts(PostVacated), ledger.facts(PostFilled)[-1]
        assert (vacated.post_no, vacated.free_from_on) == ("T01-P01", date(2026, 3, 9))
        assert (filled.post_no, filled.how) == ("T02-P01", "moved")
    assert folded(late)["moves", "O001/B-1"].effective_on == date(2026, 3, 9)


def test_place_position_and_contract_give_the_same_spells_in_whatever_order_they_become_known() -> None:
    facts: tuple[Command, ...] = (
        MOVE,
        ChangePosition(officer="O001", position="lead", from_on=date(2026, 2, 1), document="示例任1号"),
        RecordContract(officer="O001", contract=terms(mode="direct_post", from_on=date(2026, 4, 1))),
    )
    seen = set()
    for order in permutations(facts):
        ledger = district()
        ledger.tell(KEEP, CASEWORKER, NOON)
        for command in order:
            ledger.tell(command, LEADER, NOON)
        seen.add(timeline(ledger).posts)
    (posts,) = seen
    assert [(one.from_on, one.until_on, one.town, one.position, one.contract_mode) for one in posts] == [
        (date(2020, 5, 1), date(2026, 1, 31), "T01", "member", "service_contract"),
        (date(2026, 2, 1), date(2026, 3, 8), "T01", "lead", "service_contract"),
        (date(2026, 3, 9), date(2026, 3, 31), "T02", "lead", "service_contract"),
        (date(2026, 4, 1), None, "T02", "lead", "direct_post"),
    ]


def test_an_added_duty_moves_nobody_and_is_on_record_once_approved() -> None:
    ledger = district()
    before = timeline(ledger)
    wanted = ReportReassignment(
        officer="O001", town="T01", report_no="B-2", kind="duty", to_town="T01", duty="临时救助窗口",
        since_on=date(2026, 3, 2), reason="窗口缺员",
    )  # fmt: skip
    ledger.tell(wanted, TOWN, NOON)
    granted = ApproveReassignment(
        officer="O001", approval_no="D-2", report_no="B-2", kind="duty", duty="临时救助窗口",
        effective_on=date(2026, 3, 2), document="示例批2号",
    )  # fmt: skip
    ledger.tell(granted, LEADER, NOON)
    assert timeline(ledger) == before
    assert folded(ledger)["moves", "O001/B-2"].status == "approved"
    assert not ledger.facts(PostVacated)


@pytest.mark.parametrize(
    ("code", "command"),
    [
        ("report-unknown", msgspec.structs.replace(MOVE, report_no="B-9")),
        ("kind-differs", msgspec.structs.replace(MOVE, report_no="B-1", kind="duty", to_post="", duty="窗口")),
        ("post-not-reserved", msgspec.structs.replace(MOVE, to_post="T02-P02")),
        ("out-of-order", msgspec.structs.replace(MOVE, effective_on=date(2020, 4, 30))),
        ("out-of-order", msgspec.structs.replace(MOVE, effective_on=date(2020, 5, 1))),
        ("text-missing", msgspec.structs.replace(MOVE, document="")),
        ("personal-in-text", msgspec.structs.replace(MOVE, duty="13800000001")),
        ("wrong-town", msgspec.structs.replace(REPORT, report_no="B-3", town="T02", to_town="T01")),
        ("town-same", msgspec.structs.replace(REPORT, report_no="B-3", to_town="T01")),
        ("text-missing", msgspec.structs.replace(REPORT, report_no="B-3", reason=" ")),
        ("number-taken", REPORT),
        ("officer-unknown", msgspec.structs.replace(REPORT, officer="O999")),
    ],
)
def test_what_is_not_so_is_refused(code: str, command: Command) -> None:
    ledger = district()
    ledger.tell(KEEP, CASEWORKER, NOON)
    ledger.tell(REPORT, TOWN, NOON)
    assert ledger.refuses(code, command, LEADER, NOON)


def test_a_move_to_another_town_than_reported_is_refused() -> None:
    ledger = district()
    ledger.tell(REPORT, TOWN, NOON)
    ledger.tell(ReservePost(town="T03", officer="O001", post_no="T03-P01"), CASEWORKER, NOON)
    wrong = msgspec.structs.replace(MOVE, report_no="B-1", to_post="T03-P01")
    assert ledger.refuses("town-differs", wrong, LEADER, NOON)


def test_whoever_leaves_moves_no_more_and_gives_back_the_post_that_was_kept() -> None:
    ledger = district()
    ledger.tell(KEEP, CASEWORKER, NOON)
    ledger.tell(
        RecordExit(officer="O001", last_day_on=date(2026, 3, 31), reason="retired", document="示例退1号"),
        CASEWORKER, NOON,
    )  # fmt: skip
    row = folded(ledger)["posts_by_town", "T02"]
    assert (row.filled, row.kept, row.vacant) == (0, 0, 2)
    assert ledger.refuses("post-not-reserved", MOVE, LEADER, NOON)
    assert ledger.refuses("officer-left", REPORT, TOWN, NOON)
    assert timeline(ledger).posts[-1].until_on == date(2026, 3, 31)


def test_an_exit_withdrawn_before_its_day_leaves_everything_as_if_it_had_never_been_stated() -> None:
    """Stated for 31 March, withdrawn on the 16th: on the post, with the post, and without an end in pay."""
    ledger = district()
    assert ledger.refuses(
        "exit-unknown", WithdrawExit(officer="O001", reason="误登", document="示例撤1号"), CASEWORKER, NOON
    )
    before, rows = timeline(ledger).posts, folded(ledger)
    ledger.tell(
        RecordExit(officer="O001", last_day_on=date(2026, 3, 31), reason="resigned", document="示例1号"),
        CASEWORKER,
        NOON,
    )
    assert ledger.refuses(
        "text-missing", WithdrawExit(officer="O001", reason=" ", document="示例撤1号"), CASEWORKER, NOON
    )
    ledger.tell(WithdrawExit(officer="O001", reason="本人撤回辞职", document="示例撤1号"), CASEWORKER, NOON)
    assert [msgspec.structs.replace(one, behind=0) for one in timeline(ledger).posts] == [
        msgspec.structs.replace(one, behind=0) for one in before
    ]
    filled = ledger.facts(PostFilled)[-1]
    assert (filled.post_no, filled.how, filled.from_on) == ("T01-P01", "stayed", date(2026, 4, 1))
    after = folded(ledger)
    assert after["posts_by_town", "T01"] == rows["posts_by_town", "T01"]
    assert after["officers", "O001"] == rows["officers", "O001"]
    ledger.tell(REPORT, TOWN, NOON)


STAY = WithdrawExit(officer="O001", reason="误登", document="示例撤1号")


def left(last_day_on: date = date(2026, 3, 20)) -> Ledger:
    """The district after O001's exit was stated."""
    ledger = district()
    gone = RecordExit(officer="O001", last_day_on=last_day_on, reason="resigned", document="示例1号")
    ledger.tell(gone, CASEWORKER, NOON)
    return ledger


def test_an_exit_is_withdrawn_on_a_document_and_after_its_day_by_the_leader_alone() -> None:
    ledger = left()
    bare = WithdrawExit(officer="O001", reason="误登", document=" ")
    assert ledger.refuses("text-missing", bare, CASEWORKER, NOON)
    on_the_day, after = NOON.replace(day=20), NOON.replace(day=21)
    assert ledger.refuses("leader-only", STAY, CASEWORKER, after)
    (withdrawn,) = left().tell(STAY, CASEWORKER, on_the_day)
    assert isinstance(withdrawn, ExitWithdrawn)
    assert withdrawn.document == "示例撤1号"
    ledger.tell(STAY, LEADER, after)
    assert officer_of(ledger).last_day_on is None


def test_an_exit_is_not_withdrawn_once_the_post_is_anothers_or_the_person_serves_under_another_number() -> None:
    ledger = left()
    ledger.tell(reserve("O101", 1, post_no="T01-P01"), CASEWORKER, NOON)
    assert ledger.refuses("post-reserved", STAY, CASEWORKER, NOON)
    person = officer_of(ledger).person
    elsewhere = left()
    again = msgspec.structs.replace(officer_of(elsewhere), officer="O300", last_day_on=None)
    elsewhere.states["officer:O300"] = again
    assert again.person == person
    assert elsewhere.refuses("person-in-post", STAY, CASEWORKER, NOON)


def test_a_post_that_somebody_else_has_at_that_moment_is_raised_when_the_exit_is_withdrawn() -> None:
    """The edge saw it free, and somebody took it before the fact came to the posts."""
    ledger = left()
    ledger.tell(reserve("O101", 1, post_no="T01-P01"), CASEWORKER, NOON)
    officer = officer_of(ledger)
    claim = FillPost(
        officer="O001", person=officer.person, post_no="T01-P01", town="T01", from_on=date(2026, 3, 21), how="stayed"
    )
    ledger.tell(claim, "reaction:payroll", NOON)
    (raised,) = ledger.facts(PostClaimRejected)
    assert (raised.officer, raised.held_by, raised.fault) == ("O001", "O101", "post-reserved")


# ---- and in pay


def test_unapproved_nothing_changes_in_pay_and_approved_later_retro_lines_appear() -> None:
    """March is paid as a member's; the position of 1 March comes to be known in April: its difference is April's line."""
    ledger = staffed((take_over("O001"),), (budget(),))
    plain = approved(staffed((take_over("O001"),), (budget(),)))
    ledger.tell(REPORT, TOWN, NOON)
    approved(ledger)
    slip, other = ledger.facts(PayslipComputed)[0], plain.facts(PayslipComputed)[0]
    assert slip.lines == other.lines
    lead = ChangePosition(officer="O001", position="lead", from_on=date(2026, 3, 1), document="示例任2号")
    ledger.tell(lead, LEADER, NOON.replace(month=4))
    ledger.tell(DraftRun(month=Month(2026, 4)), PREPARER, NOON.replace(month=4))
    april = ledger.facts(PayslipComputed)[-1]
    late = [(line.side, line.code, line.amount_fen) for line in april.lines if line.month == MARCH and line.amount_fen]
    assert late == [("part", "position", 30_000)]


def test_a_leaver_is_paid_to_the_last_day_and_not_after() -> None:
    spell = InPost(
        from_on=date(2020, 5, 1), until_on=date(2026, 3, 20), town="T01", post_no="T01-P01", position="member",
        contract_mode="service_contract",
    )  # fmt: skip
    ledger = district()
    ledger.tell(
        RecordExit(officer="O001", last_day_on=date(2026, 3, 20), reason="died", document="示例1号"), CASEWORKER, NOON
    )
    assert timeline(ledger).posts == (spell,)
    assert [spell.days_in(Month(2026, month)) for month in (2, 3, 4)] == [28, 20, 0]


def test_a_month_run_without_the_leaver_is_made_up_by_difference_lines_once_the_exit_is_withdrawn() -> None:
    ledger = staffed((take_over("O001"), take_over("O002")), (budget(),))
    plain = staffed((take_over("O001"), take_over("O002")), (budget(),))
    ledger.tell(
        RecordExit(officer="O001", last_day_on=date(2026, 3, 15), reason="resigned", document="示例1号"),
        CASEWORKER,
        NOON,
    )
    approved(ledger)
    ledger.tell(WithdrawExit(officer="O001", reason="登记有误", document="示例撤1号"), LEADER, NOON.replace(month=4))
    approved(plain)
    for one in (ledger, plain):
        one.tell(DraftRun(month=Month(2026, 4)), PREPARER, NOON.replace(month=4))

    def gross(one: Ledger) -> dict[str, int]:
        sums: dict[str, int] = {}
        for slip in one.facts(PayslipComputed):
            for line in slip.lines:
                if slip.officer == "O001" and line.side == "part":
                    sums[line.code] = sums.get(line.code, 0) + line.amount_fen
        return sums

    assert gross(ledger) == gross(plain)
    made_up = [line for line in ledger.facts(PayslipComputed)[-2].lines if line.month == MARCH and line.amount_fen > 0]
    assert made_up, "三月的差额列在四月，三月本身不改"
