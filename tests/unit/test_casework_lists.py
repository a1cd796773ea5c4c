"""Proves the monthly benefit list: who is due with what and what changed, drafted by one, approved by another, in two months' order."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest

from services.casework.domain import (
    ClaimRecovery,
    ResumeBenefit,
    SuspendBenefit,
    TerminateBenefit,
)
from services.casework.domain.commands.household import RecordPayoutAccount
from services.casework.domain.commands.lists import (
    ApproveBenefitList,
    CloseBenefitList,
    DraftBenefitList,
    ImportBenefitReturn,
    IssuePaymentFile,
    ReturnLine,
)
from services.casework.domain.commands.payout import GivenAccount
from services.casework.domain.listed import BenefitList
from services.casework.domain.lists.due import listed_households
from services.casework.domain.state import Household, evolve
from services.contracts.casework import (
    BenefitAdjusted,
    BenefitLinesListed,
    BenefitListApproved,
    BenefitListClosed,
    BenefitListDrafted,
    BenefitResumed,
    BenefitSuspended,
    BenefitTerminated,
    CaseOpened,
    EligibilityConfirmed,
    GradualExitGranted,
    HouseholdTakenOver,
    PaymentFileIssued,
    PayoutAccountRecorded,
    RecoveryClaimed,
    ShareCut,
)
from services.contracts.deciding import CHINA, CommandRejected
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import Fact
from services.contracts.sealed import Clear
from tests.unit.casework_steps import APPLICANT, HASH
from tests.unit.casework_world import CaseworkWorld, take_over

FEB, MARCH, APRIL, MAY = (Month(2026, number) for number in (2, 3, 4, 5))
H1, H2, H3 = "T01-H00001", "T01-H00002", "T01-H00003"
DRAFTER, APPROVER, PAYER = "bureau-finance:F1", "bureau-leader:L1", "bureau-finance:F2"

# ---- who is due, by the facts of a household


TAKEN = HouseholdTakenOver(
    household_no=H1, town="T01", committee="T01-C01", category="dibao_urban", members=(),
    address=Clear(person="p_1", group="identity", text="x"), monthly_amount_fen=Fen(40_000),
    benefit_from_month=Month(2025, 1), officer="O001", visits_per_month=1, source="s", document="d",
    reverify_by=date(2026, 12, 31),
)  # fmt: skip
_DECIDED: dict[str, Any] = {
    "town": "T01", "category": "dibao_urban", "decided_on": date(2026, 2, 10), "decided_by": "bureau:B1",
    "pack_version": "x@1",
}  # fmt: skip
OPENED = CaseOpened(
    application_no="R-1-dibao_urban", need="dibao_urban", town="T01", committee="T01-C01", member_count=1,
    near_relative_declared=False, accepted_on=date(2026, 2, 1), investigate_by=date(2026, 2, 5),
    decide_by=date(2026, 3, 9), responsible="window:T01-W1",
)  # fmt: skip


def adjusted(fen: int, from_month: Month, reason: str = "reverification") -> BenefitAdjusted:
    return BenefitAdjusted(
        **_DECIDED, before_fen=Fen(40_000), monthly_amount_fen=Fen(fen), standard_fen=Fen(73_500), covered_members=1,
        from_month=from_month, reason=reason, top_up_fen=Fen(7_000), care_fee_fen=Fen(0),
    )  # fmt: skip


def confirmed(from_month: Month, need: str = "dibao_urban", **changes: Any) -> EligibilityConfirmed:
    fields: dict[str, Any] = {
        "application_no": "R-1-dibao_urban", "need": need, "town": "T01", "committee": "T01-C01",
        "monthly_amount_fen": Fen(30_000), "one_off": False, "standard_fen": Fen(73_500), "covered_members": 1,
        "from_month": from_month, "decided_on": date(2026, 2, 10), "decided_by": "bureau:B1", "pack_version": "x@1",
    }  # fmt: skip
    return EligibilityConfirmed(**(fields | changes))


def ended(from_month: Month, reason: str = "income") -> BenefitTerminated:
    return BenefitTerminated(**_DECIDED, from_month=from_month, reason=reason)


def suspended(from_month: Month) -> BenefitSuspended:
    return BenefitSuspended(**_DECIDED, from_month=from_month, reason="unreachable")


def resumed(from_month: Month, *back: Month) -> BenefitResumed:
    return BenefitResumed(
        **_DECIDED, from_month=from_month, reason="reached", monthly_amount_fen=Fen(40_000),
        back_pay_fen=Fen(40_000 * len(back)), back_pay_months=back,
    )  # fmt: skip


CUT = ShareCut(
    **_DECIDED, person="p_1", refused_count=3, share_fen=Fen(10_000), before_fen=Fen(40_000),
    monthly_amount_fen=Fen(30_000), covered_members=1, from_month=MARCH,
)  # fmt: skip
EXIT = GradualExitGranted(
    **_DECIDED, person="p_1", employed_on=date(2026, 2, 1), until_month=Month(2026, 8), monthly_amount_fen=Fen(40_000)
)


def home(*facts: Fact) -> Household:
    state = Household()
    for fact in facts:
        state = evolve(state, fact)
    return state


@pytest.mark.parametrize(
    ("why", "facts", "due", "change"),
    [
        ("存量照发", [TAKEN], 40_000, ("", "")),
        ("本月起待遇", [OPENED, confirmed(MARCH)], 30_000, ("new", "confirmed")),
        ("下月起待遇，本月不发", [OPENED, confirmed(APRIL)], 0, None),
        ("未经审核确认，不在册（第28条）", [OPENED], 0, None),
        ("一次性救助不按月发", [OPENED, confirmed(MARCH, "temporary", one_off=True)], 0, None),
        ("仅认定、不发钱", [OPENED, confirmed(MARCH, "near_dibao_urban", monthly_amount_fen=Fen(0),
         valid_until=date(2027, 2, 9))], 0, None),
        ("本月起调整（含分类施保）", [TAKEN, adjusted(47_000, MARCH)], 47_000, ("adjusted", "reverification")),
        ("下月起调整，本月照旧", [TAKEN, adjusted(47_000, APRIL)], 40_000, ("", "")),
        ("提标", [TAKEN, adjusted(41_500, MARCH, "uprating")], 41_500, ("adjusted", "uprating")),
        ("停发本人份额", [TAKEN, CUT], 30_000, ("adjusted", "share_cut")),
        ("渐退期内照发", [TAKEN, EXIT], 40_000, ("", "")),
        ("本月起终止", [TAKEN, ended(MARCH)], 0, ("stopped", "income")),
        ("下月起终止，本月照发", [TAKEN, ended(APRIL)], 40_000, ("", "")),
        ("上月已死亡", [TAKEN, ended(MARCH, "death")], 0, ("stopped", "death")),
        ("早已终止", [TAKEN, ended(FEB)], 0, None),
        ("本月起暂停", [TAKEN, suspended(MARCH)], 0, ("suspended", "unreachable")),
        ("暂停中", [TAKEN, suspended(FEB)], 0, None),
        ("恢复，不补发", [TAKEN, suspended(FEB), resumed(MARCH)], 40_000, ("resumed", "reached")),
        ("终止后另行确认，本月发新待遇", [TAKEN, ended(MARCH), OPENED, confirmed(MARCH)], 30_000,
         ("adjusted", "confirmed")),
        ("新待遇下月起，本月仍发原待遇", [TAKEN, ended(APRIL), OPENED, confirmed(APRIL)], 40_000, ("", "")),
        ("改享其他待遇", [TAKEN, ended(MARCH), OPENED, confirmed(MARCH, "tekun", monthly_amount_fen=Fen(40_000))],
         40_000, ("adjusted", "other_benefit")),
        ("改为零元", [TAKEN, adjusted(0, MARCH)], 0, ("stopped", "nothing_payable")),
    ],
)  # fmt: skip
def test_who_is_due_in_march_and_what_changed_since_february(
    why: str, facts: Sequence[Fact], due: int, change: tuple[str, str] | None
) -> None:
    found = listed_households(MARCH, {H1: home(*facts)}, {})
    assert [(one.due_fen, (one.change, one.reason)) for one in found] == ([(due, change)] if change else []), why


def owed(state: Household, *months: Month) -> list[tuple[Month, int]]:
    """What April's list has to add for earlier months, when closed lists of `months` paid the household nothing."""
    lists = {month: BenefitList(town="T01", month=month, stage="closed") for month in months}
    return [
        (one.month, one.amount_fen) for found in listed_households(APRIL, {H1: state}, lists) for one in found.arrears
    ]


@pytest.mark.parametrize(
    ("why", "facts", "months", "arrears"),
    [
        ("三月暂停，四月恢复并补发", [TAKEN, suspended(MARCH), resumed(APRIL, MARCH)], [MARCH], [(MARCH, 40_000)]),
        ("补发月份此前没有名册", [TAKEN, suspended(MARCH), resumed(APRIL, MARCH)], [], [(MARCH, 40_000)]),
        ("恢复而不补发", [TAKEN, suspended(MARCH), resumed(APRIL)], [MARCH], []),
        ("名册开始以前的月份由原渠道发放", [TAKEN], [], []),
        ("三月起待遇，登记迟到", [OPENED, confirmed(MARCH)], [MARCH], [(MARCH, 30_000)]),
        ("尚在暂停，欠发的仍欠着、暂不发", [TAKEN, suspended(APRIL)], [MARCH], []),
        ("已终止，终止前欠发的仍应补", [TAKEN, ended(APRIL)], [MARCH], [(MARCH, 40_000)]),
        ("三月前已终止，不欠", [TAKEN, ended(MARCH)], [MARCH], []),
    ],
)
def test_what_earlier_months_still_lack(
    why: str, facts: Sequence[Fact], months: Sequence[Month], arrears: list[tuple[Month, int]]
) -> None:
    assert owed(home(*facts), *months) == arrears, why


# ---- steps


def account(number: str = "6222 0000 1111 2222", **changes: Any) -> GivenAccount:
    return GivenAccount(**({"account_no": number, "holder": "self", "holder_name": "示例甲"} | changes))


def opened(day: int = 12, *homes: str) -> CaseworkWorld:
    """Households of T01 with accounts of their own, and one of T02, on a day of March."""
    world = CaseworkWorld(now=datetime(2026, 3, day, 10, tzinfo=CHINA))
    for n, number in enumerate(homes or (H1, H2, H3), 1):
        world.send(take_over(number, members=(APPLICANT,), account=account(f"622200001111{n:04}")))
    world.send(take_over("T02-H00001", account=account("6222000033330001")))
    return world


def draft(month: Month = MARCH, town: str = "T01") -> DraftBenefitList:
    return DraftBenefitList(town=town, month=month)


def approve(month: Month = MARCH) -> ApproveBenefitList:
    return ApproveBenefitList(town="T01", month=month)


def issue(month: Month = MARCH) -> IssuePaymentFile:
    return IssuePaymentFile(town="T01", month=month)


def answer(*lines: ReturnLine, file_no: int = 1, month: Month = MARCH, sha: str = HASH) -> ImportBenefitReturn:
    return ImportBenefitReturn(town="T01", month=month, file_no=file_no, file_sha256=sha, lines=lines)


def paid(number: str, fen: int = 40_000) -> ReturnLine:
    return ReturnLine(household_no=number, amount_fen=fen, outcome="paid", reference="流水1")


def returned(number: str, fen: int = 40_000, reason: str = "账户已销户") -> ReturnLine:
    return ReturnLine(household_no=number, amount_fen=fen, outcome="returned", reason=reason)


def issued(world: CaseworkWorld, month: Month = MARCH) -> CaseworkWorld:
    world.send(draft(month), DRAFTER)
    world.send(approve(month), APPROVER)
    world.send(issue(month), PAYER)
    return world


def refused(world: CaseworkWorld, command: Any, actor: str = DRAFTER, town: str | None = None) -> str:
    with pytest.raises(CommandRejected) as no:
        world.send(command, actor, town)
    return no.value.code


def list_of(world: CaseworkWorld, month: Month = MARCH) -> BenefitList:
    state = world.states[f"benefit_list:T01-{month}"]
    assert isinstance(state, BenefitList)
    return state


def states_of(world: CaseworkWorld, month: Month = MARCH) -> dict[str, str]:
    return {line.household_no: line.state for line in list_of(world, month).lines}


def test_a_draft_has_a_line_for_each_household_of_the_town_and_of_no_other() -> None:
    world = opened()
    drafted, *lines = world.send(draft(), DRAFTER)
    assert isinstance(drafted, BenefitListDrafted)
    assert (drafted.line_count, drafted.amount_fen, drafted.draft_no, drafted.held_count) == (3, 120_000, 1, 0)
    assert [(one.category, one.household_count, one.amount_fen) for one in drafted.totals] == [
        ("dibao_urban", 3, 120_000)
    ]
    (group,) = lines
    assert isinstance(group, BenefitLinesListed)
    assert [line.household_no for line in group.lines] == [H1, H2, H3]
    world.send(draft(town="T02"), DRAFTER)
    other = world.states["benefit_list:T02-2026-03"]
    assert [line.household_no for line in other.lines] == ["T02-H00001"]


def test_a_household_stands_on_one_list_a_month_and_once_on_it() -> None:
    """A list is a town's month; a household's number begins with its town; a second list of the month cannot be made."""
    world = issued(opened())
    assert refused(world, draft()) == "list-approved"
    numbers = [line.household_no for line in list_of(world).lines]
    assert len(numbers) == len(set(numbers))
    assert all(number.startswith("T01-") for number in numbers)


def test_the_drafter_does_not_approve_and_nothing_is_approved_twice() -> None:
    world = opened()
    world.send(draft(), DRAFTER)
    for actor in (DRAFTER, "bureau-leader:F1"):
        assert refused(world, approve(), actor) == "drafter-is-approver"
    (approved,) = world.send(approve(), APPROVER)
    assert isinstance(approved, BenefitListApproved)
    assert (approved.drafted_by, approved.approved_by) == (DRAFTER, APPROVER)
    assert refused(world, approve(), PAYER) == "list-not-drafted"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (approve(), "list-not-drafted"),
        (issue(), "list-not-approved"),
        (answer(paid(H1)), "list-not-approved"),
        (CloseBenefitList(town="T01", month=MARCH), "list-not-approved"),
        (draft(Month(2026, 1)), "month-not-due"),
        (draft(MAY), "month-not-due"),
        (draft(town="T09"), "nobody-due"),
    ],
)
def test_steps_out_of_order_are_refused(command: Any, code: str) -> None:
    assert refused(opened(), command) == code


def test_a_town_sees_to_its_own_list_only() -> None:
    assert refused(opened(), draft(), "bureau:B1", "T02") == "wrong-town"


def test_a_decision_after_the_draft_asks_for_a_new_draft_before_approval() -> None:
    world = opened()
    world.send(draft(), DRAFTER)
    world.send(TerminateBenefit(household_no=H2, reason="death", died_on=date(2026, 2, 20)))
    assert refused(world, approve(), APPROVER) == "list-out-of-date"
    drafted, *_ = world.send(draft(), DRAFTER)
    assert isinstance(drafted, BenefitListDrafted)
    assert (drafted.draft_no, drafted.line_count) == (2, 2)
    assert [(one.household_no, one.change, one.reason, one.before_fen) for one in drafted.changes] == [
        (H2, "stopped", "death", 40_000)
    ]
    world.send(approve(), APPROVER)
    assert H2 not in states_of(world)


def test_a_committee_that_left_the_draft_is_stated_empty() -> None:
    world = opened()
    world.send(take_over("T01-H00004", committee="T01-C02", members=(APPLICANT,)))
    world.send(draft(), DRAFTER)
    world.send(TerminateBenefit(household_no="T01-H00004", reason="death", died_on=date(2026, 2, 20)))
    _, *groups = world.send(draft(), DRAFTER)
    assert [(group.committee, len(group.lines)) for group in groups] == [("T01-C01", 3), ("T01-C02", 0)]  # type: ignore[attr-defined]


def test_whoever_is_due_no_more_when_the_file_is_made_is_left_out_and_named() -> None:
    world = opened()
    world.send(draft(), DRAFTER)
    world.send(approve(), APPROVER)
    world.send(TerminateBenefit(household_no=H2, reason="death", died_on=date(2026, 2, 20)))
    file, *_ = world.send(issue(), PAYER)
    assert isinstance(file, PaymentFileIssued)
    assert (file.line_count, file.amount_fen) == (2, 80_000)
    assert [(one.household_no, one.reason) for one in file.withheld] == [(H2, "death")]
    assert states_of(world) == {H1: "sent", H2: "withheld", H3: "sent"}
    assert refused(world, issue(), PAYER) == "nothing-to-pay"


def test_lists_follow_one_another() -> None:
    world = opened()
    world.send(draft(), DRAFTER)
    assert refused(world, draft(APRIL)) == "earlier-list-open"
    world.send(approve(), APPROVER)
    world.send(draft(APRIL), DRAFTER)
    world.now = datetime(2026, 4, 2, 10, tzinfo=CHINA)
    late = opened(12)
    late.send(draft(APRIL), DRAFTER)
    assert refused(late, draft(MARCH)) == "later-list"


def test_without_an_account_a_household_is_on_the_list_and_in_no_file_until_it_has_one() -> None:
    world = opened()
    world.send(take_over("T01-H00004"))
    drafted, group = world.send(draft(), DRAFTER)
    assert isinstance(drafted, BenefitListDrafted)
    assert isinstance(group, BenefitLinesListed)
    assert (drafted.line_count, drafted.held_count, drafted.held_fen) == (4, 1, 40_000)
    assert [line.held_for for line in group.lines] == ["", "", "", "no_account"]
    world.send(approve(), APPROVER)
    file, *_ = world.send(issue(), PAYER)
    assert isinstance(file, PaymentFileIssued)
    assert [(one.household_no, one.reason) for one in file.withheld] == [("T01-H00004", "no_account")]
    assert refused(world, issue(), PAYER) == "nothing-to-pay", "it was said already"
    world.send(RecordPayoutAccount(household_no="T01-H00004", account=account(), document_sha256=HASH))
    second, *_ = world.send(issue(), PAYER)
    assert isinstance(second, PaymentFileIssued)
    assert (second.file_no, second.line_count, second.withheld) == (2, 1, ())


def test_one_account_of_several_households_is_seen_on_their_lines() -> None:
    world = opened()
    world.send(take_over("T01-H00004", account=account("6222 0000 1111 0001")))
    _, group = world.send(draft(), DRAFTER)
    assert isinstance(group, BenefitLinesListed)
    assert [line.shared_by for line in group.lines] == [2, 1, 1, 2]
    assert group.lines[0].account == group.lines[3].account, "the same number, however it is written"


# ---- what a list did not pay


def closed(world: CaseworkWorld, month: Month = MARCH) -> BenefitListClosed:
    (fact,) = world.send(CloseBenefitList(town="T01", month=month), PAYER)
    assert isinstance(fact, BenefitListClosed)
    return fact


def test_what_came_back_and_was_not_paid_again_is_on_the_next_list_and_only_there() -> None:
    world = issued(opened())
    assert refused(world, CloseBenefitList(town="T01", month=MARCH)) == "lines-waiting"
    world.send(answer(paid(H1), paid(H2), returned(H3)), PAYER)
    told = closed(world)
    assert (told.paid_count, told.paid_fen, told.unpaid_fen) == (2, 80_000, 40_000)
    assert [(one.household_no, one.reason) for one in told.unpaid] == [(H3, "returned")]
    world.now = datetime(2026, 4, 10, 10, tzinfo=CHINA)
    drafted, group = world.send(draft(APRIL), DRAFTER)
    assert isinstance(drafted, BenefitListDrafted)
    assert isinstance(group, BenefitLinesListed)
    assert (drafted.amount_fen, drafted.compared_with, drafted.changes) == (160_000, "list", ())
    owed = {line.household_no: [(one.month, one.amount_fen) for one in line.arrears] for line in group.lines}
    assert owed == {H1: [], H2: [], H3: [(MARCH, 40_000)]}
    world.send(approve(APRIL), APPROVER)
    world.send(issue(APRIL), PAYER)
    world.send(answer(paid(H1), paid(H2), paid(H3, 80_000), month=APRIL), PAYER)
    closed(world, APRIL)
    world.now = datetime(2026, 5, 10, 10, tzinfo=CHINA)
    drafted, *_ = world.send(draft(MAY), DRAFTER)
    assert isinstance(drafted, BenefitListDrafted)
    assert drafted.amount_fen == 120_000, "paid once"


def test_a_suspended_month_comes_with_the_list_that_resumes_and_once() -> None:
    world = opened(2)
    world.send(SuspendBenefit(household_no=H2, reason="unreachable"))  # from April
    for month, day in ((MARCH, 12), (APRIL, 12)):
        world.now = datetime(2026, month.number, day, 10, tzinfo=CHINA)
        issued(world, month)
        lines = [paid(line.household_no, line.amount_fen) for line in list_of(world, month).lines]
        world.send(answer(*lines, month=month), PAYER)
        closed(world, month)
    assert states_of(world, APRIL) == {H1: "paid", H3: "paid"}
    world.send(ResumeBenefit(household_no=H2, reason="reached"))  # from May, April is paid after
    world.now = datetime(2026, 5, 12, 10, tzinfo=CHINA)
    drafted, *_ = world.send(draft(MAY), DRAFTER)
    assert isinstance(drafted, BenefitListDrafted)
    line = list_of(world, MAY).line_of(H2)
    assert line is not None
    assert (line.due_fen, line.arrears) == (40_000, ((APRIL, 40_000),))
    assert [(one.household_no, one.change, one.reason) for one in drafted.changes] == [(H2, "resumed", "reached")]


def test_what_is_owed_for_months_before_a_death_waits_for_an_account_recorded_after_it() -> None:
    world = issued(opened())
    world.send(answer(paid(H1), paid(H2), returned(H3)), PAYER)
    closed(world)
    world.now = datetime(2026, 4, 10, 10, tzinfo=CHINA)
    world.send(TerminateBenefit(household_no=H3, reason="death", died_on=date(2026, 3, 20)))
    _, group = world.send(draft(APRIL), DRAFTER)
    assert isinstance(group, BenefitLinesListed)
    line = group.lines[2]
    assert (line.household_no, line.due_fen, line.amount_fen, line.held_for) == (
        H3, 0, 40_000, "account_of_the_deceased",
    )  # fmt: skip
    world.send(approve(APRIL), APPROVER)
    world.send(issue(APRIL), PAYER)
    assert states_of(world, APRIL)[H3] == "open"
    given = account("6222999900001111", holder="family_member")
    world.send(RecordPayoutAccount(household_no=H3, account=given, document_sha256=HASH))
    second, *_ = world.send(issue(APRIL), PAYER)
    assert isinstance(second, PaymentFileIssued)
    assert (second.line_count, second.amount_fen) == (1, 40_000)


# ---- money after the end


def test_what_is_claimed_back_after_a_death_is_what_the_lists_say_was_paid() -> None:
    """H2's line came back, H1's was paid: only that is claimed; a month without a list counts as it was decided."""
    world = issued(opened())
    world.send(answer(paid(H1), returned(H2), paid(H3)), PAYER)
    died = {"reason": "death", "died_on": date(2026, 1, 20), "paid_through": MARCH}
    _, claim = world.send(TerminateBenefit(household_no=H1, **died))
    assert isinstance(claim, RecoveryClaimed)
    assert [(one.month, one.amount_fen) for one in claim.months] == [(FEB, 40_000), (MARCH, 40_000)]
    _, claim = world.send(TerminateBenefit(household_no=H2, **died))
    assert isinstance(claim, RecoveryClaimed)
    assert [(one.month, one.amount_fen) for one in claim.months] == [(FEB, 40_000)]
    world.send(TerminateBenefit(household_no=H3, reason="death", died_on=date(2026, 2, 20)))
    (claim,) = world.send(ClaimRecovery(household_no=H3, paid_through=MARCH))
    assert isinstance(claim, RecoveryClaimed)
    assert claim.amount_fen == 40_000


# ---- accounts


def test_a_card_that_staff_keep_needs_the_filed_agreement() -> None:
    world = opened()
    given = account(holder="staff", holder_name="示例丙")
    command = RecordPayoutAccount(household_no=H1, account=given, document_sha256=HASH)
    assert refused(world, command, "window:T01-W1", "T01") == "agreement-missing"
    assert refused(world, take_over("T01-H00009", account=given), "bureau:B1") == "agreement-missing"
    filed = account(holder="staff", holder_name="示例丙", agreement_sha256=HASH)
    (fact,) = world.send(
        RecordPayoutAccount(household_no=H1, account=filed, document_sha256=HASH), "window:T01-W1", "T01"
    )
    assert isinstance(fact, PayoutAccountRecorded)
    assert (fact.account.holder, fact.account.agreement_sha256) == ("staff", HASH)


def test_an_account_is_sealed_under_the_applicants_retention_key_and_named_by_pseudonym() -> None:
    world = opened()
    (fact,) = world.send(RecordPayoutAccount(household_no=H1, account=account(), document_sha256=HASH))
    assert isinstance(fact, PayoutAccountRecorded)
    number, name = fact.account.number, fact.account.holder_name
    assert isinstance(number, Clear)
    assert isinstance(name, Clear)
    assert (number.group, number.text, name.group, name.text) == (
        "retention",
        "6222000011112222",
        "retention",
        "示例甲",
    )
    assert number.person == world.household(H1).members[0].person
    assert fact.account.pseudonym == "p_account|6222000011112222", "as payroll names an officer's account"
    assert refused(world, RecordPayoutAccount(household_no="T01-H00099", account=account(), document_sha256=HASH)) == (
        "household-unknown"
    )
