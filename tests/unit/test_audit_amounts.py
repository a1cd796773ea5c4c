"""Proves that audit reckons the sample's benefit amounts, lists and deadlines to the same, and finds each planted wrong one."""

import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any, TypeVar

import msgspec
import pytest

from services.audit.recomputation.all import recompute
from services.audit.recomputation.amounts import BenefitAmounts
from services.audit.recomputation.benefit_lists import BenefitListLines
from services.audit.recomputation.deadlines import Deadlines
from services.audit.recomputation.difference import Outcome
from services.audit.recomputation.opening import Opener
from services.audit.recomputation.report import document, findings_of, report_sha256
from services.casework.domain.commands import AdjustBenefit
from services.casework.domain.state import Household
from services.casework.service import SERVICE as CASEWORK
from services.contracts import audit, casework, intake, payroll
from services.contracts.deciding import CommandRejected, Record
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import Fact
from services.contracts.sealed import Clear, Sealed, personal_fields
from tests.unit.casework_steps import OPENED, H, confirm, run, steps
from tests.unit.casework_world import record_of
from tests.unit.recorded_world import recorded, recorded_world
from tests.unit.test_casework_benefit import look, stock
from tests.unit.test_casework_changes import cut, end, refuse, resume, suspend
from tests.unit.test_casework_member_death import CUT_SINCE, FEWER_SINCE, PAID, TWO_DEATHS, UNCOVERED, died
from tests.unit.test_casework_uprating import uprate

SECONDS_MAX = 30
F = TypeVar("F", bound=Fact)


@cache
def outcomes() -> dict[str, Outcome]:
    return {one.of: one for one in recompute(recorded())}


def only(recomputation: Any, records: list[Record]) -> Outcome:
    for record in records:
        if isinstance(record.fact, recomputation.listens):
            recomputation.read(record)
    outcome = recomputation.ended()
    assert isinstance(outcome, Outcome)
    return outcome


def planted(kind: type[F], change: Callable[[F], Fact], *, where: Callable[[F], bool] = lambda _: True) -> list[Record]:
    """The sample's records with the first fact of a kind that fits stated otherwise."""
    records = list(recorded())
    at = next(i for i, one in enumerate(records) if isinstance(one.fact, kind) and where(one.fact))
    fact = records[at].fact
    assert isinstance(fact, kind)
    records[at] = msgspec.structs.replace(records[at], fact=change(fact))
    return records


def altered(**fields: Any) -> Callable[[Any], Fact]:
    return lambda fact: msgspec.structs.replace(fact, **fields)


def later(name: str) -> Callable[[Any], Fact]:
    return lambda fact: msgspec.structs.replace(fact, **{name: getattr(fact, name) + timedelta(days=1)})


def more(name: str) -> Callable[[Any], Fact]:
    return lambda fact: msgspec.structs.replace(fact, **{name: Fen(getattr(fact, name) + 100)})


def test_the_sample_agrees_in_every_row_and_many_are_looked_at() -> None:
    """Nothing differs, nothing is left untold, and no area is empty; payslips and balances of the same log neither."""
    began = time.process_time()
    found = outcomes()
    assert time.process_time() - began < SECONDS_MAX
    assert {name: one.different for name, one in found.items()} == dict.fromkeys(found, 0)
    for name, rows_min in (("amounts", 90), ("benefit_lists", 100), ("deadlines", 1_200)):
        assert found[name].differences == ()
        assert found[name].cannot_tell == ()
        assert found[name].different == 0
        assert found[name].equal > rows_min


def test_interleaving_of_partitions_does_not_matter() -> None:
    """Each partition after the other says the same as the order in which things happened."""
    by_partition = list(chain.from_iterable([one for one in recorded() if one.partition == p] for p in range(12)))
    assert {one.of: one for one in recompute(by_partition)} == outcomes()


AMOUNTS: list[tuple[str, type[Fact], Callable[[Any], Fact], Callable[[Any], bool], str]] = [
    ("dibao by difference", casework.EligibilityConfirmed, more("monthly_amount_fen"), lambda f: f.need == "dibao_urban",
     "monthly_amount_fen"),
    ("dibao by band", casework.EligibilityConfirmed, more("monthly_amount_fen"), lambda f: f.need == "dibao_rural",
     "monthly_amount_fen"),
    ("tekun with its care fee", casework.EligibilityConfirmed, more("care_fee_fen"), lambda f: f.need == "tekun",
     "care_fee_fen"),
    ("temporary help", casework.EligibilityConfirmed, more("monthly_amount_fen"), lambda f: f.need == "temporary",
     "monthly_amount_fen"),
    ("a top-up", casework.EligibilityConfirmed, more("top_up_fen"), lambda f: f.need == "dibao_urban", "top_up_fen"),
    ("a wrong standard", casework.EligibilityConfirmed, more("standard_fen"), lambda f: f.need == "dibao_urban",
     "standard_fen"),
    ("a recognition that pays", casework.EligibilityConfirmed, more("monthly_amount_fen"), lambda f: bool(f.valid_until),
     "monthly_amount_fen"),
    ("an adjustment", casework.BenefitAdjusted, more("monthly_amount_fen"), lambda f: f.reason == "reverification",
     "monthly_amount_fen"),
    ("a new care fee", casework.BenefitAdjusted, more("monthly_amount_fen"), lambda f: f.reason == "ability",
     "monthly_amount_fen"),
    ("what it was before", casework.BenefitAdjusted, more("before_fen"), lambda f: True, "before_fen"),
    ("a cut share", casework.ShareCut, more("share_fen"), lambda f: True, "share_fen"),
    ("back pay", casework.BenefitResumed, more("back_pay_fen"), lambda f: True, "back_pay_fen"),
    ("a sum claimed back", casework.RecoveryClaimed, more("amount_fen"), lambda f: True, "amount_fen"),
    ("what is left of it", casework.RecoveryReceived, more("left_fen"), lambda f: True, "left_fen"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "change", "where", "line"), [case[1:] for case in AMOUNTS], ids=[c[0] for c in AMOUNTS]
)
def test_a_wrong_amount_is_found_and_named(
    kind: type[Fact], change: Callable[[Any], Fact], where: Callable[[Any], bool], line: str
) -> None:
    records = planted(kind, change, where=where)
    (wrong,) = [one for one, right in zip(records, recorded(), strict=True) if one is not right]
    outcome = only(BenefitAmounts(), records)
    named = [one for one in outcome.differences if one.evidence[0].event_id == wrong.envelope.id]
    assert line in {one.line for one in named}
    for one in named:
        assert one.about == wrong.envelope.subject
        assert one.kind == "recomputed_amount"
        assert one.said != one.recomputed


@cache
def uprated() -> tuple[Record, ...]:
    """The small district's log with every dibao and tekun household following the standards of July 2026."""
    world = recorded_world()
    world.now = datetime(2026, 6, 15, 2, tzinfo=UTC)
    homes = [(subject, state) for (_, subject), state in world.states.items() if isinstance(state, Household)]
    for subject, state in homes:
        covered = state.payable.covered_members
        command = AdjustBenefit(
            household_no=subject.partition(":")[2], covered_members=covered, because="uprating"
        )  # fmt: skip
        if state.category in ("dibao_urban", "dibao_rural", "tekun"):
            with contextlib.suppress(
                CommandRejected
            ):  # by band, and nobody knows the income: such a one is looked at first
                world.decide(CASEWORK, command, "bureau:B77", "bureau", None)
    return tuple(world.records)


def is_uprating(record: Record) -> bool:
    return isinstance(record.fact, casework.BenefitAdjusted) and record.fact.reason == "uprating"


def test_upratings_are_reckoned_again() -> None:
    """Of the stock by what the standard rose, of known incomes and of tekun by the new standard; a wrong one is found."""
    records = list(uprated())
    made = [one for one in records if is_uprating(one)]
    assert {one.fact.category for one in made} >= {"dibao_urban", "tekun"}  # type: ignore[attr-defined]
    outcome = only(BenefitAmounts(), records)
    assert (outcome.differences, outcome.cannot_tell) == ((), ())
    assert outcome.equal == outcomes()["amounts"].equal + len(made)
    for wrong in made[:1] + made[-1:]:
        fact = more("monthly_amount_fen")(wrong.fact)
        spoiled = [msgspec.structs.replace(one, fact=fact) if one is wrong else one for one in records]
        (found,) = only(BenefitAmounts(), spoiled).differences
        assert (found.about, found.line) == (wrong.envelope.subject, "monthly_amount_fen")


def reckoned(*said: Any) -> tuple[Outcome, list[Record]]:
    """One household's steps on the sample's packs, reckoned again; and their records."""
    packs = [one for one in recorded() if isinstance(one.fact, casework.RulePackAdopted)]
    after = max(one.envelope.recordedtime for one in packs)
    told = [record_of(f"household:{H}", fact) for n in range(len(said)) for fact in run(*said[: n + 1])[1]]
    made = [
        msgspec.structs.replace(one, envelope=msgspec.structs.replace(one.envelope, recordedtime=after, id=f"e{n}"))
        for n, one in enumerate(told)
    ]
    return only(BenefitAmounts(), [*packs, *made]), made


JUNE_GRANT = (*steps(), confirm(date(2026, 6, 20), opened=OPENED))
LATE = (stock(), (date(2026, 7, 15), uprate(date(2026, 7, 15))[1]))
OWN_CUT = (
    *steps(), confirm(opened=OPENED), *(refuse(day) for day in (17, 18, 19)),
    (date(2026, 3, 20), msgspec.structs.replace(cut()[1], opened=OPENED)),
)  # fmt: skip


BETWEEN = (
    stock(), *((date(2026, 7, day), refuse(day, on=date(2026, 7, day))[1]) for day in (3, 4, 5)),
    cut(on=date(2026, 7, 20)), uprate(date(2026, 8, 10), covered=1),
)  # fmt: skip
DEATH = (stock(), died())
DEATH_LATE = (
    stock(), look(outcome="changed"), suspend(date(2026, 3, 12)), resume(date(2026, 4, 10)),
    died(paid=Month(2026, 5), on=date(2026, 5, 11)), end("death", date(2026, 6, 10), date(2026, 4, 3), Month(2026, 6)),
)  # fmt: skip
DEATH_TOP_UP = (
    *steps(), confirm(opened=OPENED),
    died("本人", date(2026, 4, 20), Month(2026, 5), date(2026, 5, 20), opened=OPENED),
)  # fmt: skip
DEATH_AND_RISE = (
    stock(), *((date(2026, 7, day), refuse(day, on=date(2026, 7, day))[1]) for day in (3, 4, 5)),
    uprate(date(2026, 8, 10)), died(died_on=date(2026, 5, 2), paid=Month(2026, 8), on=date(2026, 8, 20)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "amount_fen"),
    [
        (JUNE_GRANT, 100_000),
        (LATE, 93_000),
        (OWN_CUT, 50_500),
        (BETWEEN, 46_500),
        (DEATH, 43_500),
        (DEATH_LATE, 43_500),
        (DEATH_TOP_UP, 43_500),
        (DEATH_AND_RISE, 46_500),
        (FEWER_SINCE, 53_500),
        (CUT_SINCE, 43_500),
        (UNCOVERED[0], 43_500),
    ],
    ids=[
        "granted in June for July",
        "uprated late",
        "a cut beside another's top-up",
        "uprated after a cut",
        "a member died",
        "and the last one after a suspension",
        "with a top-up of its own",
        "and the standard rose since",
        "of three who were two since",
        "whose share was cut since",
        "who was not covered",
    ],
)
def test_audit_reckons_the_standard_of_the_first_month_and_each_members_own_top_up(
    said: tuple[Any, ...], amount_fen: int
) -> None:
    outcome, made = reckoned(*said)
    assert (outcome.differences, outcome.cannot_tell) == ((), ())
    lists = only(BenefitListLines(), [one for one in made if not isinstance(one.fact, casework.RulePackAdopted)])
    assert lists.differences == ()
    paid = [one.fact for one in made if hasattr(one.fact, "monthly_amount_fen")]
    assert paid[-1].monthly_amount_fen == amount_fen  # type: ignore[attr-defined]
    assert outcome.equal >= 1


def paid_by_lists() -> list[Fact]:
    """February and March as lists paid them to the household, in full."""
    facts: list[Fact] = []
    for of in PAID:
        named: dict[str, Any] = {"town": "T01", "month": of.month}
        line = casework.BenefitLine(
            household_no=H, category="dibao_urban", amount_fen=Fen(of.amount_fen), due_fen=Fen(of.amount_fen),
            account="p_1", holder="self",
        )  # fmt: skip
        paid = casework.PaidLine(household_no=H, amount_fen=Fen(of.amount_fen), reference="示例")
        facts += [
            casework.BenefitLinesListed(**named, committee="T01-C01", draft_no=1, lines=(line,)),
            casework.BenefitListApproved(
                **named, line_count=1, amount_fen=line.amount_fen, totals=(), drafted_by="a", approved_by="b"
            ),
            casework.BenefitsPaid(**named, committee="T01-C01", file_no=1, lines=(paid,)),
        ]
    return facts


def test_a_second_death_is_reckoned_without_the_share_that_the_first_one_claimed() -> None:
    """Both claims agree over what lists paid; a second one that takes the first share again is found."""
    outcome, made = reckoned(*TWO_DEATHS)
    assert outcome.differences == ()
    lists = [
        msgspec.structs.replace(one, envelope=msgspec.structs.replace(one.envelope, recordedtime=made[0].envelope.recordedtime - timedelta(days=1)))
        for one in (record_of(f"benefit_list:T01-{fact.month}", fact) for fact in paid_by_lists())  # type: ignore[attr-defined]
    ]  # fmt: skip
    told = only(BenefitListLines(), [*lists, *made])
    assert (told.differences, told.equal) == ((), 2)
    again = made[-1].fact
    assert isinstance(again, casework.RecoveryClaimed)
    twice = tuple(msgspec.structs.replace(one, amount_fen=Fen(2 * one.amount_fen)) for one in again.months)
    wrong = msgspec.structs.replace(made[-1], fact=msgspec.structs.replace(again, months=twice))
    (found,) = only(BenefitListLines(), [*lists, *made[:-1], wrong]).differences
    assert (found.said, found.recomputed) == ("400000", "200000")


def lines_changed(**fields: Any) -> Callable[[casework.BenefitLinesListed], Fact]:
    def change(fact: casework.BenefitLinesListed) -> Fact:
        first, *rest = fact.lines
        return msgspec.structs.replace(fact, lines=(msgspec.structs.replace(first, **fields), *rest))

    return change


def test_a_wrong_line_of_a_list_is_found_and_named() -> None:
    """Too much in one line, a line left out, a line nobody is due, and a claim for one month too much."""
    listed = next(one for one in recorded() if isinstance(one.fact, casework.BenefitLinesListed))
    fact = listed.fact
    assert isinstance(fact, casework.BenefitLinesListed)
    home = f"household:{fact.lines[0].household_no}"
    dearer = lines_changed(due_fen=Fen(fact.lines[0].due_fen + 100), amount_fen=Fen(fact.lines[0].amount_fen + 100))
    found = only(BenefitListLines(), planted(casework.BenefitLinesListed, dearer))
    assert {(one.about, one.line) for one in found.differences} == {
        (home, "due_fen"), (home, "amount_fen"), (f"benefit_list:{fact.town}-{fact.month}", "total_fen"),
    }  # fmt: skip
    assert all(listed.envelope.id == one.evidence[0].event_id for one in found.differences if one.about == home)
    left_out = planted(casework.BenefitLinesListed, lambda one: msgspec.structs.replace(one, lines=one.lines[1:]))
    assert home in {one.about for one in only(BenefitListLines(), left_out).differences}
    nobody = planted(casework.BenefitLinesListed, lines_changed(household_no="T01-H99999"))
    assert "household:T01-H99999" in {one.about for one in only(BenefitListLines(), nobody).differences}


def test_a_claim_for_another_month_is_found() -> None:
    def longer(fact: casework.RecoveryClaimed) -> Fact:
        first = fact.months[0]
        before = msgspec.structs.replace(first, month=first.month.plus(-1))
        return msgspec.structs.replace(
            fact, months=(before, *fact.months), amount_fen=Fen(fact.amount_fen + first.amount_fen)
        )

    found = only(BenefitListLines(), planted(casework.RecoveryClaimed, longer))
    assert [one.line for one in found.differences] == ["amount_fen"]


DEADLINES: list[tuple[type[Fact], Callable[[Any], Fact]]] = [
    (intake.ApplicationAccepted, later("decide_by")),
    (intake.ApplicationReferred, later("answer_by")),
    (intake.NeedDiscovered, later("follow_up_by")),
    (intake.ReferralOverdue, later("due_on")),
    (casework.CaseOpened, later("investigate_by")),
    (casework.OpinionSubmitted, later("decide_by")),
    (casework.NoticePosted, later("ends_on")),
    (casework.CheckContested, later("recheck_by")),
    (casework.SurveyHelpAsked, later("answer_by")),
    (casework.EligibilityRefused, later("written_notice_by")),
    (casework.RefusalDelivered, later("sue_by")),
    (casework.HouseholdReverified, later("next_by")),
    (casework.ComplaintReceived, later("answer_by")),
    (casework.AbilityChangeReported, later("reassess_by")),
    (casework.DifferenceFound, later("settle_by")),
    (casework.WarningOpened, later("visit_by")),
    (casework.TrainingOwed, later("due_on")),
    (casework.ClockPaused, later("due_on")),
    (casework.ClockResumed, later("due_on")),
    (casework.ClockExtended, later("due_on")),
    (casework.StepOverdue, later("due_on")),
    (casework.ComplaintOverdue, later("due_on")),
    (payroll.RankingPosted, later("last_day_on")),
    (audit.FindingAssigned, later("due_on")),
    (audit.FindingAnswered, later("verify_by")),
    (audit.FindingContested, later("decide_by")),
    (audit.RectificationVerified, altered(rectify_by=date(2026, 12, 31))),
]


@pytest.mark.parametrize(("kind", "change"), DEADLINES, ids=[kind.__name__ for kind, _ in DEADLINES])
def test_a_wrong_deadline_is_found_and_named(kind: type[Fact], change: Callable[[Any], Fact]) -> None:
    records = planted(kind, change)
    (wrong,) = [one for one, right in zip(records, recorded(), strict=True) if one is not right]
    outcome = only(Deadlines(), records)
    named = [one for one in outcome.differences if one.evidence[0].event_id == wrong.envelope.id]
    assert named
    assert {one.about for one in named} == {wrong.envelope.subject}
    assert {one.kind for one in named} == {"recomputed_deadline"}


def test_an_overdue_step_that_nobody_states_is_found() -> None:
    """The timer's fact is taken away, and with it what was to come of it."""
    records = [one for one in recorded() if not isinstance(one.fact, intake.ReferralOverdue)]
    gone = {one.envelope.subject for one in recorded() if isinstance(one.fact, intake.ReferralOverdue)}
    unstated = {one.about for one in only(Deadlines(), records).differences}
    assert unstated
    assert unstated <= gone


# ── what is sealed, what is erased ──────────────────────────────────────────────────────────────────────────────────


def sealed(value: Any, at: str) -> Any:
    """A value with every personal part closed; what is in it lies in the box, for the opener of these tests alone."""
    if isinstance(value, Clear):
        return Sealed(person=value.person, group=value.group, at=at, box=value.text)
    if isinstance(value, tuple):
        return tuple(sealed(one, f"{at}/{i}") for i, one in enumerate(value))
    if isinstance(value, msgspec.Struct):
        names = personal_fields(type(value))
        return msgspec.structs.replace(value, **{name: sealed(getattr(value, name), f"{at}/{name}") for name in names})
    return value


@cache
def sealed_records() -> tuple[Record, ...]:
    return tuple(
        msgspec.structs.replace(one, fact=sealed(one.fact, one.envelope.id)) if personal_fields(type(one.fact)) else one
        for one in recorded()
    )


def test_sealed_inputs_are_opened_where_somebody_may_and_counted() -> None:
    opener = Opener(open=lambda value, _kind, _subject: f"={value.box}")
    outcome = only(BenefitAmounts(opener), list(sealed_records()))
    assert (outcome.different, outcome.cannot_tell) == (0, ())
    assert outcome.equal == outcomes()["amounts"].equal
    assert opener.opened_count > 20


@pytest.mark.parametrize("why", ["sealed", "erased"])
def test_what_cannot_be_opened_is_said_and_is_no_difference(why: str) -> None:
    opener = None if why == "sealed" else Opener(open=lambda _value, _kind, _subject: "erased")
    outcome = only(BenefitAmounts(opener or Opener()), list(sealed_records()))
    assert outcome.different == 0
    assert {one.why for one in outcome.cannot_tell} == {why}
    assert outcome.equal > 50


def test_an_amount_that_no_income_gives_is_found_though_all_is_sealed() -> None:
    """One fen more is no multiple of the covered members, or no band: that is wrong whatever the income was."""
    right = [one for one in sealed_records() if isinstance(one.fact, casework.EligibilityConfirmed)]
    wrong = next(one for one in right if getattr(one.fact, "need", "") == "dibao_rural")
    fact = msgspec.structs.replace(wrong.fact, monthly_amount_fen=wrong.fact.monthly_amount_fen + 1)
    records = [msgspec.structs.replace(one, fact=fact) if one is wrong else one for one in sealed_records()]
    (found,) = only(BenefitAmounts(), records).differences
    assert (found.about, found.line) == (wrong.envelope.subject, "monthly_amount_fen")


# ── what is said of it ──────────────────────────────────────────────────────────────────────────────────────────────


def every_difference() -> Iterator[Outcome]:
    yield only(BenefitAmounts(), planted(casework.EligibilityConfirmed, more("monthly_amount_fen")))
    yield only(Deadlines(), planted(casework.CaseOpened, later("decide_by")))


def test_differences_become_findings_and_a_report_with_the_same_bytes() -> None:
    found = list(every_difference())
    commands = list(findings_of(found))
    assert {one.test for one in commands} == {"recomputed_amount", "recomputed_deadline"}
    assert len({one.finding_no for one in commands}) == len(commands)
    reports = [document("assist.log.v1", (), every_difference()) for _ in range(2)]
    assert report_sha256(reports[0]) == report_sha256(reports[1])
    assert report_sha256(reports[0]) != report_sha256(document("assist.log.v1", (), ()))
