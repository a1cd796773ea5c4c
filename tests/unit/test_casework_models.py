"""Proves that casework's read models, clocks and reactions say what its facts say, in any order of partitions."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import msgspec
import pytest

from services.casework.domain import CloseCase, CloseNotice, MarkOverdue, OpenCase
from services.casework.service import SERVICE
from services.contracts.casework import (
    BenefitAdjusted,
    BenefitTerminated,
    CaseClosed,
    CaseOpened,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdMember,
    HouseholdReverified,
    HouseholdSurveyed,
    HouseholdTakenOver,
    InformationCheckReturned,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
    ReverificationOverdue,
    ServicePlanned,
    StepOverdue,
    VisitCompleted,
    WorkRecorded,
)
from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import CHINA, Due, Model, Record
from services.contracts.envelope import Envelope, partition_of
from services.contracts.intake import ApplicationAccepted, ApplicationWithdrawn
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import REGISTRY, Fact, kind_of
from services.contracts.sealed import Sealed

MODELS = {model.name: model for model in SERVICE.models}
BOX = Sealed(person="p_1", group="identity", at="e/x", box="")
A, B = "R-1-dibao_urban", "R-2-tekun"
NEW, STOCK = "household:T01-H00009", "household:T01-H00001"


def record(subject: str, fact: Fact) -> Record:
    instant = datetime(2026, 3, 2, 8, tzinfo=UTC)
    envelope = Envelope(
        specversion="1.0", sequence=1, prevhash="", id="e1", source="/casework", type=kind_of(type(fact)),
        subject=subject, time=instant, recordedtime=instant, stream="", streamversion=1, commandid="",
        commandhash="", correlationid="", actor="", data=msgspec.Raw(b"{}"),
    )  # fmt: skip
    return Record(partition=partition_of(subject), hash=b"", envelope=envelope, fact=fact)


def fold(model: Model[Any], records: Sequence[Record]) -> dict[tuple[str, int], Any]:
    rows: dict[tuple[str, int], Any] = {}
    for one in records:
        if isinstance(one.fact, model.listens):
            for key in model.keys(one):
                rows[key, one.partition] = model.evolve(rows.get((key, one.partition)), one, key)
    return {place: row for place, row in rows.items() if row is not None}


def rows_of(name: str, records: Sequence[Record]) -> dict[str, Any]:
    return {key: row for (key, _), row in fold(MODELS[name], records).items()}


def member(priority: bool) -> HouseholdMember:
    return HouseholdMember(person="p_1", relation="本人", priority=priority, name=BOX, resident_id=BOX, groups=BOX)


def opened(subject: str, number: str, need: str) -> Record:
    fact = CaseOpened(
        application_no=number, need=need, town="T01", committee="T01-C01", member_count=1,
        near_relative_declared=False, accepted_on=date(2026, 3, 2), investigate_by=date(2026, 3, 5),
        decide_by=date(2026, 4, 7), responsible="window:T01-W1",
    )  # fmt: skip
    return record(subject, fact)


def surveyed(valid: bool) -> Record:
    fact = HouseholdSurveyed(
        application_no=A, town="T01", investigators=("investigator:A",), family_signed=True, witness=None,
        surveyed_on=date(2026, 3, 3), income_per_head=BOX, form_sha256="", valid=valid,
        missed_points=() if valid else ("investigators",), pack_version="", members=(member(True), member(False)),
    )  # fmt: skip
    return record(NEW, fact)


def visited(officer: str, start: datetime, met: bool, subject: str = STOCK) -> Record:
    fact = VisitCompleted(
        visit_no="V-1", service="care", officer=officer, town="T01", committee="T01-C01", started_at=start,
        ended_at=start.replace(minute=40), person_seen="本人", co_signed=met, evidence_sha256=(), notes=BOX,
        standard_met=met, missed_points=() if met else ("co_signature",), pack_version="",
    )  # fmt: skip
    return record(subject, fact)


def worked(work: str, quantity: int) -> Record:
    fact = WorkRecorded(
        work_no=f"W-{work}-{quantity}", work=work, benefit="tekun", officer="O001", town="T01", committee="T01-C01",
        quantity=quantity, minutes=30, worked_on=date(2026, 3, 3),
    )  # fmt: skip
    return record("officer:O001", fact)


TAKEN = record(
    STOCK,
    HouseholdTakenOver(
        household_no="T01-H00001", town="T01", committee="T01-C01", category="tekun", members=(member(True),),
        address=BOX, monthly_amount_fen=Fen(95_600), benefit_from_month=Month(2020, 5), officer="O001",
        visits_per_month=2, source="示例", document="示例1号", reverify_by=date(2026, 9, 1),
    ),
)  # fmt: skip
POSTED = record(
    NEW,
    NoticePosted(
        application_no=A, town="T01", committee="T01-C01", posted_on=date(2026, 3, 5), ends_on=date(2026, 3, 12),
        proposed_amount_fen=Fen(43_500), opinion_signed_by="town-leader:T01", proof_sha256="", pack_version="",
    ),
)  # fmt: skip
OBJECTED = record(NEW, NoticeObjected(application_no=A, town="T01", objection_no="Y-1"))
CLOSED = record(
    NEW,
    NoticeClosed(
        application_no=A, town="T01", posted_on=date(2026, 3, 5), closed_on=date(2026, 3, 13), objection_count=1
    ),
)
RETURNED = record(
    NEW,
    InformationCheckReturned(application_no=A, town="T01", conflicts=("bank",), returned_on=date(2026, 3, 4)),
)
CONFIRMED = record(
    NEW,
    EligibilityConfirmed(
        application_no=A, need="dibao_urban", town="T01", committee="T01-C01", monthly_amount_fen=Fen(40_000),
        one_off=False, standard_fen=Fen(73_500), covered_members=1, from_month=Month(2026, 4),
        decided_on=date(2026, 3, 16), decided_by="bureau:B01", pack_version="",
    ),
)  # fmt: skip
REFUSED = record(
    NEW,
    EligibilityRefused(
        application_no=A, need="dibao_urban", town="T01", reason="超标准", written_notice_by=date(2026, 3, 19),
        decided_on=date(2026, 3, 16), decided_by="bureau:B01", pack_version="",
    ),
)  # fmt: skip
WITHDRAWN = record(NEW, CaseClosed(application_no=A, town="T01", reason="withdrawn"))
PLANNED = record(
    NEW, ServicePlanned(town="T01", committee="T01-C01", officer="O002", visits_per_month=1, pack_version="")
)
OVERDUE = record(
    NEW,
    StepOverdue(application_no=A, town="T01", clock="outer", due_on=date(2026, 4, 7), responsible="window:T01-W1"),
)
NOON = datetime(2026, 3, 3, 12, 0, tzinfo=CHINA)
STORY = [
    TAKEN,
    opened(NEW, A, "dibao_urban"),
    opened("household:T01-H00010", B, "tekun"),
    surveyed(False),
    surveyed(True),
    RETURNED,
    POSTED,
    OBJECTED,
    CLOSED,
    OVERDUE,
    CONFIRMED,
    PLANNED,
    visited("O001", NOON, True),
    visited("O001", NOON, False),
    visited("O001", datetime(2026, 3, 31, 16, 30, tzinfo=UTC), True),  # the first of April in China
    visited("O001", NOON, True, NEW),
    worked("screening", 2),
    worked("screening", 3),
    worked("entry", 1),
]


# A household of the stock: nobody looked in time, then somebody did, the amount changed, the benefit ended.
LIFE = [
    record(
        STOCK, ReverificationOverdue(town="T01", category="tekun", due_on=date(2026, 9, 1), responsible="officer:O001")
    ),
    record(
        STOCK,
        HouseholdReverified(
            town="T01", category="tekun", investigators=("officer:O001", "officer:O002"), reverified_on=date(2026, 9, 3),
            cadence="A", outcome="changed", income_per_head=BOX, form_sha256="", next_by=date(2027, 9, 30), pack_version="",
        ),
    ),
    record(
        STOCK,
        BenefitAdjusted(
            town="T01", category="tekun", before_fen=Fen(95_600), monthly_amount_fen=Fen(90_000), standard_fen=Fen(95_600),
            covered_members=1, from_month=Month(2026, 10), decided_on=date(2026, 9, 5), decided_by="bureau:B01", pack_version="",
        ),
    ),
    record(
        STOCK,
        BenefitTerminated(
            town="T01", category="tekun", reason="death", from_month=Month(2026, 11), decided_on=date(2026, 12, 1),
            decided_by="bureau:B01", pack_version="",
        ),
    ),
]  # fmt: skip


def test_a_benefit_lives_by_its_looks_and_ends_with_its_last_month() -> None:
    shown = [rows_of("households", [TAKEN, *LIFE[:n]])["T01-H00001"] for n in range(5)]
    assert [row.reverify_overdue for row in shown] == [False, True, False, False, False]
    assert [row.reverify_by for row in shown] == [date(2026, 9, 1)] * 2 + [date(2027, 9, 30)] * 2 + [None]
    assert [row.monthly_amount_fen for row in shown] == [95_600, 95_600, 95_600, 90_000, 90_000]
    assert (shown[4].status, shown[4].until_month, shown[4].visits_per_month) == ("ended", Month(2026, 10), 0)


def test_the_clock_of_the_next_look_moves_with_every_look_and_stops_with_the_benefit() -> None:
    key = "T01-H00001/reverification"
    due = [rows_of("due", [TAKEN, *LIFE[:n]]).get(key) for n in (0, 1, 2, 4)]
    assert [row and row.due_at.astimezone(CHINA).date() for row in due] == [
        date(2026, 9, 2), None, date(2027, 10, 1), None,
    ]  # fmt: skip
    assert isinstance(CONFIRMED.fact, EligibilityConfirmed)
    granted = record(NEW, msgspec.structs.replace(CONFIRMED.fact, reverify_by=date(2026, 9, 30)))
    assert "T01-H00009/reverification" in rows_of("due", [granted])
    once = record(STOCK, msgspec.structs.replace(CONFIRMED.fact, need="temporary", one_off=True))
    assert key in rows_of("due", [TAKEN, once])


def test_stock_is_shown_as_taken_over_and_a_grant_as_decided() -> None:
    rows = rows_of("households", STORY)
    stock, new, applying = rows["T01-H00001"], rows["T01-H00009"], rows["T01-H00010"]
    assert (stock.status, stock.taken_over, stock.reverify_by) == ("receiving", True, date(2026, 9, 1))
    assert (stock.category, stock.monthly_amount_fen, stock.priority_count) == ("tekun", 95_600, 1)
    assert (new.status, new.category, new.taken_over) == ("receiving", "dibao_urban", False)
    assert (new.monthly_amount_fen, new.from_month) == (40_000, Month(2026, 4))
    assert (new.officer, new.visits_per_month) == ("O002", 1)
    assert (new.member_count, new.priority_count) == (2, 1)
    assert (applying.status, applying.category) == ("applying", "tekun")


@pytest.mark.parametrize("end", [REFUSED, WITHDRAWN])
def test_a_household_whose_application_led_nowhere_is_shown_as_ended(end: Record) -> None:
    assert rows_of("households", [opened(NEW, A, "dibao_urban"), end])["T01-H00009"].status == "ended"


def test_a_single_sum_does_not_make_a_household_a_recipient() -> None:
    assert isinstance(CONFIRMED.fact, EligibilityConfirmed)
    once = record(NEW, msgspec.structs.replace(CONFIRMED.fact, need="temporary", one_off=True))
    row = rows_of("households", [opened(NEW, A, "temporary"), once])["T01-H00009"]
    assert (row.status, row.monthly_amount_fen) == ("helped", 0)


def test_a_case_shows_its_step_and_its_dates() -> None:
    statuses = [rows_of("cases", STORY[:n])[A].status for n in (2, 4, 6, 7, 8, 9, 11)]
    assert statuses == ["opened", "surveyed", "checked", "posted", "objected", "notice_closed", "confirmed"]
    row = rows_of("cases", STORY)[A]
    assert (row.household, row.survey_valid, row.conflict_count) == ("T01-H00009", True, 1)
    assert (row.notice_posted_on, row.notice_ends_on, row.objection_count) == (date(2026, 3, 5), date(2026, 3, 12), 1)
    assert (row.outcome, row.decided_on, row.amount_fen, row.overdue_count) == (
        "confirmed", date(2026, 3, 16), 40_000, 1,
    )  # fmt: skip


def test_visits_and_work_are_counted_by_officer_and_month_of_china() -> None:
    places = fold(MODELS["visits_by_officer"], STORY)
    march = [row for (key, _), row in places.items() if key == "O001/2026-03"]
    assert [sum(getattr(row, name) for row in march) for name in ("done", "standard_met", "minutes")] == [3, 2, 120]
    assert rows_of("visits_by_officer", STORY)["O001/2026-04"].done == 1
    work = rows_of("work_by_officer", STORY)
    assert (work["O001/2026-03/screening"].count, work["O001/2026-03/screening"].quantity) == (2, 5)
    assert work["O001/2026-03/entry"].minutes == 30


def test_a_town_counts_what_happened_in_it() -> None:
    rows = list(fold(MODELS["town_counts"], [*STORY, WITHDRAWN, REFUSED, *LIFE]).values())
    totals = {name: sum(getattr(row, name) for row in rows) for name in rows[0].__struct_fields__[1:]}
    assert totals == {
        "taken_over": 1, "cases_opened": 2, "cases_closed": 1, "surveys": 2, "surveys_invalid": 1,
        "notices_posted": 1, "objections": 1, "confirmed": 1, "refused": 1, "visits": 4, "visits_standard_met": 3,
        "work_records": 3, "steps_overdue": 1, "reverified": 1, "reverifications_overdue": 1, "adjusted": 1,
        "terminated": 1,
    }  # fmt: skip


def test_a_clock_runs_out_at_the_start_of_the_day_after_its_last() -> None:
    assert Due.after(date(2026, 3, 5), subject="household:a", command="").due_at == datetime(
        2026, 3, 5, 16, 0, tzinfo=UTC
    )
    due = rows_of("due", [opened(NEW, A, "dibao_urban"), POSTED])
    assert {key: row.due_at.astimezone(CHINA).date() for key, row in due.items()} == {
        f"{A}/investigation": date(2026, 3, 6),
        f"{A}/outer": date(2026, 4, 8),
        f"{A}/notice": date(2026, 3, 13),
    }
    assert {row.subject for row in due.values()} == {NEW}


def test_a_due_row_holds_the_command_its_timer_issues() -> None:
    due = rows_of("due", [opened(NEW, A, "dibao_urban"), POSTED])
    commands = decoder_of(MarkOverdue | CloseNotice)  # type: ignore[arg-type]
    assert commands.decode(due[f"{A}/outer"].command) == MarkOverdue(
        household_no="T01-H00009", application_no=A, clock="outer", due_on=date(2026, 4, 7)
    )
    assert commands.decode(due[f"{A}/notice"].command) == CloseNotice(household_no="T01-H00009", application_no=A)


@pytest.mark.parametrize(
    ("then", "left"),
    [
        (surveyed(False), {"outer", "notice"}),
        (CLOSED, {"investigation", "outer"}),
        (OVERDUE, {"investigation", "notice"}),
        (OBJECTED, {"investigation", "outer", "notice"}),
        (CONFIRMED, set()),
        (REFUSED, {"written_notice"}),
        (WITHDRAWN, set()),
    ],
)
def test_a_clock_vanishes_when_its_step_is_done(then: Record, left: set[str]) -> None:
    due = rows_of("due", [opened(NEW, A, "dibao_urban"), POSTED, then])
    assert {key.rpartition("/")[2] for key in due} == left


@pytest.mark.parametrize("seed", range(5))
def test_partitions_may_come_in_any_order(seed: int) -> None:
    partitions = sorted({one.partition for one in STORY})
    Random(seed).shuffle(partitions)
    mixed = [one for partition in partitions for one in STORY if one.partition == partition]
    for model in SERVICE.models:
        assert fold(model, mixed) == fold(model, STORY)


def test_no_model_fails_on_a_fact_that_comes_without_its_beginning() -> None:
    for one in (*STORY, REFUSED, WITHDRAWN):
        for model in SERVICE.models:
            fold(model, [one])


def test_rows_survive_being_stored() -> None:
    for model in SERVICE.models:
        for row in fold(model, STORY).values():
            assert decoder_of(model.row).decode(encoder.encode(row)) == row


def test_an_acceptance_opens_a_case_and_a_withdrawal_closes_it() -> None:
    accepted = ApplicationAccepted(
        application_no=A, request_no="R-1", need="dibao_urban", town="T01", committee="T01-C01", member_count=1,
        near_relative_declared=True, accepted_on=date(2026, 3, 2), investigate_by=date(2026, 3, 5),
        decide_by=date(2026, 4, 7), responsible="window:T01-W1", pack_version="procedure@2025-1",
    )  # fmt: skip
    (reaction,) = SERVICE.react(record(NEW, accepted))
    assert isinstance(reaction.command, OpenCase)
    assert (reaction.name, reaction.command.subject) == ("open-case", NEW)
    assert reaction.command.near_relative_declared
    withdrawn = ApplicationWithdrawn(application_no=A, town="T01", reason="迁出")
    (reaction,) = SERVICE.react(record(NEW, withdrawn))
    assert reaction.command == CloseCase(household_no="T01-H00009", application_no=A, reason="withdrawn")
    assert SERVICE.react(TAKEN) == ()


def test_the_service_fits_together() -> None:
    for kind in SERVICE.listens:
        assert REGISTRY[kind].owner in ("intake", "casework", "payroll")
    assert SERVICE.aggregate_of("officer:O001").prefix == "officer"
    assert {
        "households", "cases", "procedure_proofs", "clocks", "open_checks", "complaints", "survey_help", "spot_checks",
        "visits_by_officer", "work_by_officer", "town_counts", "due", "assessments_due", "service_plans", "recoveries",
        "visit_conflicts", "devices", "satisfaction_by_officer", "satisfaction_by_town", "month_plans", "duties", "handovers",
        "training_by_person", "training_by_town", "training_sessions", "courses", "key_people", "committee_duties", "notices_taken_down",
        "publicity_by_town",
        "policy_answers", "procurements", "contracts", "open_work_orders", "ended_work_orders",
        "contractor_evaluations", "folder_facts",
        "benefit_lists", "benefit_lines", "benefit_totals", "standing_lists",
        "municipal_numbers", "municipal_changes", "municipal_files", "open_differences", "warnings", "warnings_by_town",
    } == set(MODELS)  # fmt: skip
