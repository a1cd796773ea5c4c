"""Proves that every automatic test finds its planted case and leaves innocent look-alikes alone."""

import random
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit import domain
from services.audit.automatic.sweep import sweep
from services.audit.automatic.visits import visit_of, visits_overlap
from services.audit.rules import AuditTests
from services.contracts.audit import FindingOpened
from services.contracts.casework import (
    CaseOpened,
    CommunityReviewed,
    EligibilityConfirmed,
    HouseholdSurveyed,
    HouseholdTakenOver,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
    VisitCompleted,
)
from services.contracts.deciding import Context
from services.contracts.envelope import partition_of
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook
from tests.unit.audit_told import HOUSEHOLD, RULES, RUN, SEALED, found, log_of
from tests.unit.spot_check_world import checked_with_a_deviation
from tests.unit.test_audit_pay import approved, drafted, settled, slip, well_paid

# ── benefits ────────────────────────────────────────────────────────────────────────────────────────────────────────


def survey(
    *investigators: str, valid: bool = True, family_signed: bool = True, witness: str | None = None
) -> HouseholdSurveyed:
    return HouseholdSurveyed(
        application_no="A1",
        town="T01",
        investigators=investigators,
        family_signed=family_signed,
        witness=witness,
        surveyed_on=date(2026, 3, 4),
        income_per_head=SEALED,
        form_sha256="",
        valid=valid,
        missed_points=(),
        pack_version="",
    )


def posted(on: date = date(2026, 3, 5)) -> NoticePosted:
    return NoticePosted(
        application_no="A1",
        town="T01",
        committee="T01-C01",
        posted_on=on,
        ends_on=on + timedelta(days=7),
        proposed_amount_fen=Fen(73500),
        opinion_signed_by="town-leader:T01-L1",
        proof_sha256="",
        pack_version="",
    )


def closed(on: date = date(2026, 3, 13), *, posted_on: date = date(2026, 3, 5)) -> NoticeClosed:
    return NoticeClosed(application_no="A1", town="T01", posted_on=posted_on, closed_on=on, objection_count=0)


REVIEWED = CommunityReviewed(
    application_no="A1", town="T01", committee="T01-C01", reviewed_on=date(2026, 3, 14), participants_count=9,
    result="supported", minutes_sha256="", valid=True, missed_points=(), answers_objection=True, pack_version="",
)  # fmt: skip


def grant(
    amount_fen: int = 147000,
    members: int = 2,
    need: str = "dibao_urban",
    *,
    application_no: str = "A1",
    emergency: bool = False,
) -> EligibilityConfirmed:
    return EligibilityConfirmed(
        application_no=application_no,
        need=need,
        town="T01",
        committee="T01-C01",
        monthly_amount_fen=Fen(amount_fen),
        one_off=False,
        standard_fen=Fen(73500),
        covered_members=members,
        from_month=Month(2026, 4),
        decided_on=date(2026, 3, 20),
        decided_by="bureau:B01",
        pack_version="",
        emergency=emergency,
    )


def raised(amount_fen: int, top_up_fen: int, care_fee_fen: int) -> EligibilityConfirmed:
    """A grant of so much by the standard, and top-up and care fee beside it."""
    whole = grant(amount_fen + top_up_fen + care_fee_fen)
    return msgspec.structs.replace(whole, top_up_fen=Fen(top_up_fen), care_fee_fen=Fen(care_fee_fen))


TWO = survey("officer:O001", "officer:O002")
PROCEDURES = [
    ("all steps in order", [TWO, posted(), closed(), grant()], []),
    ("survey left out", [posted(), closed(), grant()], ["grant_without_survey"]),
    (
        "survey invalid and not repeated",
        [survey("officer:O001", "officer:O002", valid=False), posted(), closed(), grant()],
        ["grant_without_survey"],
    ),
    (
        "survey invalid, then repeated well",
        [survey("officer:O001", valid=False), TWO, posted(), closed(), grant()],
        [],
    ),
    (
        "one person entered twice",
        [survey("officer:O001", "officer:O001"), posted(), closed(), grant()],
        ["grant_without_survey", "survey_by_one"],
    ),
    ("one person, and known to be invalid", [survey("officer:O001", valid=False)], []),
    (
        "nobody of the family signed",
        [survey("officer:O001", "officer:O002", family_signed=False), posted(), closed(), grant()],
        ["grant_without_survey"],
    ),
    (
        "a witness signed for a family that cannot write",
        [survey("officer:O001", "officer:O002", family_signed=False, witness="neighbour"), posted(), closed(), grant()],
        [],
    ),
    ("survey after the grant", [posted(), closed(), grant(), TWO], ["grant_without_survey"]),
    ("emergency help comes first, papers after", [grant(50000, need="temporary", emergency=True)], []),
    (
        "temporary help that is no emergency",
        [grant(50000, need="temporary")],
        ["grant_without_notice", "grant_without_survey"],
    ),
    ("medical help is not granted by these rules", [grant(50000, need="medical")], []),
    (
        "the witness is one of the investigators",
        [
            survey("officer:O001", "officer:O002", family_signed=False, witness="officer:O002"),
            posted(),
            closed(),
            grant(),
        ],
        ["grant_without_survey"],
    ),
    (
        "an objection and no new survey",
        [TWO, posted(), NoticeObjected(application_no="A1", town="T01", objection_no="B1"), closed(), grant()],
        ["grant_without_survey"],
    ),
    (
        "an objection and a community review that answers it",
        [
            TWO,
            posted(),
            NoticeObjected(application_no="A1", town="T01", objection_no="B1"),
            closed(),
            REVIEWED,
            grant(),
        ],
        [],
    ),
    (
        "an objection and a new survey",
        [TWO, posted(), NoticeObjected(application_no="A1", town="T01", objection_no="B1"), closed(), TWO, grant()],
        [],
    ),
    ("taken down on the seventh day after posting", [posted(), closed(date(2026, 3, 12))], ["notice_cut_short"]),
    ("taken down on the eighth day after posting", [posted(), closed(date(2026, 3, 13))], []),
    ("left up longer", [posted(), closed(date(2026, 3, 20))], []),
    ("granted while the notice is up", [TWO, posted(), grant()], ["grant_without_notice"]),
    ("granted without a notice", [TWO, grant()], ["grant_without_notice"]),
    (
        "posted again and granted before that one ended",
        [TWO, posted(), closed(), posted(date(2026, 3, 14)), grant()],
        ["grant_without_notice"],
    ),
    ("one fen above standard times members", [TWO, posted(), closed(), grant(147001)], ["amount_above_ceiling"]),
    (
        "a top-up and a care fee are no part of what the standard bounds",
        [TWO, posted(), closed(), raised(147000, 7000, 30000)],
        [],
    ),
    (
        "one fen above it beside them",
        [TWO, posted(), closed(), raised(147001, 7000, 30000)],
        ["amount_above_ceiling"],
    ),
    ("a need without a ceiling", [grant(200000, 1, "medical")], []),
]


@pytest.mark.parametrize(("facts", "tests"), [case[1:] for case in PROCEDURES], ids=[case[0] for case in PROCEDURES])
def test_procedure_of_a_benefit(facts: list[Fact], tests: list[str]) -> None:
    assert found(*((HOUSEHOLD, fact) for fact in facts)) == tests


def test_a_survey_counts_for_its_own_household_and_application_only() -> None:
    other = "household:T01-H00002"
    facts = [(other, fact) for fact in (TWO, posted(), closed(), grant())]
    assert found(*facts, (HOUSEHOLD, posted()), (HOUSEHOLD, closed()), (HOUSEHOLD, grant())) == ["grant_without_survey"]
    same_household = [(HOUSEHOLD, fact) for fact in (TWO, posted(), closed(), grant(application_no="A2"))]
    assert found(*same_household) == ["grant_without_notice", "grant_without_survey"]


# ── visits ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def taken_over() -> HouseholdTakenOver:
    return HouseholdTakenOver(
        household_no="",
        town="T01",
        committee="T01-C01",
        category="dibao_urban",
        members=(),
        address=SEALED,
        monthly_amount_fen=Fen(999999),
        benefit_from_month=Month(2024, 1),
        officer="O001",
        visits_per_month=1,
        source="",
        document="",
        reverify_by=date(2026, 12, 31),
    )


def case_opened() -> CaseOpened:
    return CaseOpened(
        application_no="A1",
        need="dibao_urban",
        town="T01",
        committee="T01-C01",
        member_count=1,
        near_relative_declared=False,
        accepted_on=date(2026, 3, 2),
        investigate_by=date(2026, 3, 5),
        decide_by=date(2026, 4, 10),
        responsible="officer:O001",
    )


def visit(officer: str, begin: str, end: str, *, day: int = 10) -> VisitCompleted:
    return VisitCompleted(
        visit_no=f"V-{begin}",
        service="regular_visit",
        officer=officer,
        town="T01",
        committee="T01-C01",
        started_at=datetime.fromisoformat(f"2026-03-{day}T{begin}:00+08:00"),
        ended_at=datetime.fromisoformat(f"2026-03-{day}T{end}:00+08:00"),
        person_seen="p_1",
        co_signed=True,
        evidence_sha256=(),
        notes=SEALED,
        standard_met=True,
        missed_points=(),
        pack_version="",
    )


def known(*visits: tuple[str, VisitCompleted]) -> list[tuple[str, Fact]]:
    """Visits to households that were all taken over before."""
    return [*((subject, taken_over()) for subject in sorted({subject for subject, _ in visits})), *visits]


H1, H2, H3 = "household:T01-H00001", "household:T01-H00002", "household:T01-H00003"
WHEREABOUTS = [
    ("two households at once", [(H1, visit("O001", "09:00", "09:40")), (H2, visit("O001", "09:30", "10:00"))], 1),
    (
        "straight from one to the next",
        [(H1, visit("O001", "09:00", "09:30")), (H2, visit("O001", "09:30", "10:00"))],
        0,
    ),
    ("two officers at once", [(H1, visit("O001", "09:00", "09:40")), (H2, visit("O002", "09:00", "09:40"))], 0),
    (
        "two services in one household",
        [(H1, visit("O001", "09:00", "09:40")), (H1, visit("O001", "09:10", "09:50"))],
        0,
    ),
    ("same hour, other day", [(H1, visit("O001", "09:00", "09:40")), (H2, visit("O001", "09:00", "09:40", day=11))], 0),
    (
        "a long visit with a short one between",
        [
            (H1, visit("O001", "09:00", "12:00")),
            (H2, visit("O001", "09:30", "09:40")),
            (H3, visit("O001", "11:00", "11:30")),
        ],
        2,
    ),
]


@pytest.mark.parametrize(("visits", "overlaps"), [case[1:] for case in WHEREABOUTS], ids=[c[0] for c in WHEREABOUTS])
def test_overlapping_visits(visits: list[tuple[str, VisitCompleted]], overlaps: int) -> None:
    assert found(*known(*visits)) == ["visits_overlap"] * overlaps


@given(st.lists(st.tuples(st.sampled_from((H1, H2, H3)), st.integers(0, 9), st.integers(0, 5)), max_size=9))
def test_overlaps_are_those_that_comparing_all_pairs_finds(made: list[tuple[str, int, int]]) -> None:
    facts = [
        (household, visit("O001", f"{8 + begin:02}:00", f"{8 + begin + hours:02}:00"))
        for household, begin, hours in made
    ]
    visits = [one for record in log_of(*facts) if (one := visit_of(record))]
    in_order = sorted(visits, key=lambda one: (one.started_at, one.ended_at, one.evidence.event_id))
    late = [
        two.evidence.event_id
        for i, two in enumerate(in_order)
        if any(one.household != two.household and one.ended_at > two.started_at for one in in_order[:i])
    ]
    assert [finding.evidence[1].event_id for finding in visits_overlap(visits)] == late


def test_visits_in_different_partitions_are_compared() -> None:
    assert partition_of(H1) != partition_of(H2)
    (finding,) = [one for one in sweep(log_of(*known(*WHEREABOUTS[0][1])), RULES) if one.test == "visits_overlap"]
    assert {one.partition for one in finding.evidence} == {partition_of(H1), partition_of(H2)}


def test_a_visit_needs_a_household_that_casework_knows() -> None:
    one = visit("O001", "09:00", "09:30")
    assert found((H1, one)) == ["visit_without_case"]
    assert found((H1, taken_over()), (H1, one)) == []
    assert found((H1, case_opened()), (H1, one)) == []
    assert found((H2, taken_over()), (H1, one)) == ["visit_without_case"]
    assert found((H1, one), (H1, case_opened())) == ["visit_without_case"]


# ── all of them ─────────────────────────────────────────────────────────────────────────────────────────────────────


def everything() -> list[tuple[str, Fact]]:
    """A log in which every test objects at least once."""
    benefit: list[Fact] = [survey("officer:O001"), posted(), closed(date(2026, 3, 9)), grant(1470000)]
    guilty: list[tuple[str, Fact]] = [*((HOUSEHOLD, fact) for fact in benefit), (H3, grant())]
    guilty += [*known(*WHEREABOUTS[5][1]), ("household:T02-H00001", visit("O009", "08:00", "08:10"))]
    pay = [well_paid(tax_fen=Fen(0)), slip("O002", bank_account_pseudonym="p_O001"), drafted(), approved("finance:F1")]
    pay.append(slip("O004", employer_insurance=()))
    guilty.append(("spot_check:CC-1", checked_with_a_deviation()))
    return guilty + [(RUN, fact) for fact in (*pay, settled("O003"))]


FIRST_TESTS = {
    "survey_by_one", "grant_without_survey", "notice_cut_short", "grant_without_notice", "amount_above_ceiling",
    "visit_without_case", "visits_overlap", "run_self_approved", "run_totals", "payment_outside_run", "payslip_sum",
    "payslip_tax", "officer_uninsured", "account_shared",
}  # fmt: skip


def test_each_of_these_tests_can_object() -> None:
    """The others are seen to object in tests/fraud, where every test of the pack has its plants."""
    adopted = RULES.on("audit_tests", date(2026, 3, 1), AuditTests).tests
    assert set(adopted) >= FIRST_TESTS
    assert set(found(*everything())) == FIRST_TESTS


@settings(deadline=None)
@given(seed=st.integers())
def test_interleaving_of_partitions_does_not_matter(seed: int) -> None:
    records = log_of(*everything())
    by_partition = {r.partition: [x for x in records if x.partition == r.partition] for r in records}
    shuffled, chance = [], random.Random(seed)
    while by_partition:
        partition = chance.choice(sorted(by_partition))
        shuffled.append(by_partition[partition].pop(0))
        if not by_partition[partition]:
            del by_partition[partition]
    assert list(sweep(shuffled, RULES)) == list(sweep(records, RULES))


def test_what_is_open_is_not_found_again() -> None:
    now = datetime(2026, 3, 31, tzinfo=UTC)
    context = Context(now=now, actor="audit", role="audit", town=None, rules=RULES, pseudonym=str)
    log = everything()
    opened: list[tuple[str, Fact]] = []
    for command in sweep(log_of(*log), RULES):
        (fact,) = domain.decide_finding(domain.Finding(), command, context)
        assert isinstance(fact, FindingOpened)
        opened.append((command.subject, fact))
    assert len(opened) > 8
    assert found(*log, *opened) == []


def test_without_adopted_rules_only_what_needs_no_figure_is_found() -> None:
    tests = {finding.test for finding in sweep(log_of(*everything()), RuleBook())}
    assert tests.isdisjoint({"amount_above_ceiling", "payslip_tax", "notice_cut_short", "grant_without_survey"})
