"""Proves what audit knows of an officer on a day, in a month and at a version of their stream, and when a slip is judged."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from services.audit.automatic import officer_file
from services.audit.automatic.officer_file import OfficerFile, take
from services.audit.automatic.officers import OfficerPayWatch
from services.audit.automatic.working_days import Calendars
from services.contracts.deciding import Record
from services.contracts.months import Month
from services.contracts.payroll import (
    AbsenceCancelled,
    AbsenceRecorded,
    CertificateRecorded,
    CertificateRevoked,
    CommandRefused,
    ExitWithdrawn,
    OfficerContractRecorded,
    OfficerLeft,
    OfficerTakenOver,
    PayslipComputed,
    ReassignmentApproved,
    RulePackAdopted,
)
from services.contracts.registry import Fact
from tests.contract.golden import made
from tests.unit.audit_told import RULES, log_of
from tests.unit.test_audit_pay import slip

O1 = "officer:O001"
NOW = datetime(2026, 4, 1, tzinfo=UTC)
TAKEN_OVER = made(
    OfficerTakenOver, officer="O001", town="T01", appointed_on=date(2020, 5, 1), qualification="none", qualified_on=None,
    certificates=(), contract=None, bank_account_pseudonym="p_O001",
)  # fmt: skip


def stream(*facts: Fact) -> list[Record]:
    """The facts as the officer's stream, numbered from 1."""
    return [
        msgspec.structs.replace(record, envelope=msgspec.structs.replace(record.envelope, streamversion=version))
        for version, record in enumerate(log_of(*((O1, fact) for fact in facts)), 1)
    ]


def file_of(*facts: Fact) -> OfficerFile:
    files: dict[str, OfficerFile] = {}
    for record in stream(*facts):
        take(files, record)
    return files[O1]


def moved(effective_on: date, town: str = "T13", kind: str = "move") -> ReassignmentApproved:
    return made(ReassignmentApproved, officer="O001", kind=kind, town=town, effective_on=effective_on)


LEFT = made(OfficerLeft, officer="O001", last_day_on=date(2026, 3, 20))
STAYED = made(ExitWithdrawn, officer="O001", last_day_on=date(2026, 3, 20))
PLACES = [
    ("the day before the appointment", (TAKEN_OVER,), date(2020, 4, 30), None),
    ("the day of the appointment", (TAKEN_OVER,), date(2020, 5, 1), "T01"),
    ("the day before a move", (TAKEN_OVER, moved(date(2026, 3, 10))), date(2026, 3, 9), "T01"),
    ("the day of a move", (TAKEN_OVER, moved(date(2026, 3, 10))), date(2026, 3, 10), "T13"),
    ("an added duty moves nobody", (TAKEN_OVER, moved(date(2026, 3, 10), kind="duty")), date(2026, 3, 10), "T01"),
    (
        "moved and back",
        (TAKEN_OVER, moved(date(2026, 3, 5)), moved(date(2026, 3, 10), "T01")),
        date(2026, 3, 11),
        "T01",
    ),
    ("the last day", (TAKEN_OVER, LEFT), date(2026, 3, 20), "T01"),
    ("the day after the last", (TAKEN_OVER, LEFT), date(2026, 3, 21), None),
    ("the exit was withdrawn", (TAKEN_OVER, LEFT, STAYED), date(2026, 3, 21), "T01"),
    ("withdrawn, and left again", (TAKEN_OVER, LEFT, STAYED, LEFT), date(2026, 3, 21), None),
]


@pytest.mark.parametrize(("facts", "day", "town"), [case[1:] for case in PLACES], ids=[case[0] for case in PLACES])
def test_where_an_officer_is_on_post(facts: tuple[Fact, ...], day: date, town: str | None) -> None:
    place = officer_file.place_on(file_of(*facts).facts, day)
    assert (place.town if place else None) == town


def test_days_on_post_are_counted_in_the_month() -> None:
    assert officer_file.days_on_post(file_of(TAKEN_OVER).facts, Month(2026, 3)) == 31
    assert officer_file.days_on_post(file_of(TAKEN_OVER, LEFT).facts, Month(2026, 3)) == 20
    assert officer_file.days_on_post((), Month(2026, 3)) == 0


def certificate(issued_on: date, expires_on: date | None = None) -> CertificateRecorded:
    return made(
        CertificateRecorded, officer="O001", certificate="p_c", qualification="assistant", issued_on=issued_on,
        expires_on=expires_on,
    )  # fmt: skip


def revoked(on: date) -> CertificateRevoked:
    return made(CertificateRevoked, officer="O001", certificate="p_c", invalid_from_on=on)


CERTIFICATES = [
    ("issued on the month's first day: from the next month", (certificate(date(2026, 3, 1)),), False),
    ("issued the day before the month", (certificate(date(2026, 2, 28)),), True),
    ("runs out on the month's first day: the month counts", (certificate(date(2023, 1, 1), date(2026, 3, 1)),), True),
    ("ran out the day before", (certificate(date(2023, 1, 1), date(2026, 2, 28)),), False),
    ("revoked within the month: the month before is the last", (certificate(date(2023, 1, 1)), revoked(date(2026, 3, 9))), False),
    ("revoked from the next month on", (certificate(date(2023, 1, 1)), revoked(date(2026, 4, 1))), True),
    ("renewed", (certificate(date(2023, 1, 1), date(2026, 1, 1)), certificate(date(2023, 1, 1), date(2029, 1, 1))), True),
    ("taken over without a number", (msgspec.structs.replace(TAKEN_OVER, qualification="assistant", qualified_on=date(2025, 1, 1)),), True),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "counts"), [case[1:] for case in CERTIFICATES], ids=[c[0] for c in CERTIFICATES])
def test_when_a_certificate_counts(facts: tuple[Fact, ...], counts: bool) -> None:
    assert officer_file.holds_qualification(file_of(*facts).facts, "assistant", Month(2026, 3)) is counts
    assert not officer_file.holds_qualification(file_of(*facts).facts, "senior", Month(2026, 3))


def test_the_last_word_of_an_absence_stands() -> None:
    away = made(AbsenceRecorded, officer="O001", absence_no="Q1", kind="sick")
    longer = msgspec.structs.replace(away, kind="unpaid")
    assert [one.fact.kind for one in officer_file.absences(file_of(away, longer).facts).values()] == ["unpaid"]
    gone = made(AbsenceCancelled, officer="O001", absence_no="Q1")
    assert officer_file.absences(file_of(away, gone).facts) == {}


def test_the_contract_that_holds_is_the_last_begun() -> None:
    def contract(from_on: date, until_on: date | None) -> OfficerContractRecorded:
        fact = made(OfficerContractRecorded, officer="O001")
        return msgspec.structs.replace(
            fact, contract=msgspec.structs.replace(fact.contract, from_on=from_on, until_on=until_on)
        )  # fmt: skip

    facts = file_of(TAKEN_OVER, contract(date(2025, 1, 1), date(2025, 12, 31)), contract(date(2026, 1, 1), None)).facts

    def until(day: date) -> date | None:
        found = officer_file.contract_until(facts, day)
        assert found is not None
        return found[1]

    assert (until(date(2025, 6, 1)), until(date(2026, 6, 1))) == (date(2025, 12, 31), None)
    assert officer_file.contract_until(facts, date(2024, 6, 1)) is None


def test_working_days_are_those_of_the_calendar_payroll_adopted() -> None:
    calendars = Calendars()
    assert calendars.workdays(Month(2025, 10)) == 23  # Monday to Friday, as long as nobody said otherwise
    content = {
        "version": "t", "announced_through": "2025-12-31", "off_days": ["2025-10-01", "2025-10-02"],
        "make_up_days": ["2025-10-11"],
    }  # fmt: skip
    adopted = made(RulePackAdopted, name="calendar", valid_from=date(2025, 1, 1), content=content)
    for record in log_of(("rules:calendar", adopted)):
        calendars.take(record)
    assert calendars.workdays(Month(2025, 10)) == 22
    assert calendars.workdays(Month(2024, 10)) == 23


# ── when a slip is judged


def watched(*records: Record) -> OfficerPayWatch:
    watch = OfficerPayWatch(RULES)
    for record in records:
        assert list(watch.read(record)) == []
    return watch


def objections(watch: OfficerPayWatch) -> list[str]:
    return [finding.test for finding in watch.ended(NOW)]


def slip_at(version: int) -> Record:
    (record,) = log_of(("run:2026-03", msgspec.structs.replace(slip("O001"), officer_version=version)))
    assert isinstance(record.fact, PayslipComputed)
    return record


def test_a_slip_is_judged_again_until_the_officers_stream_was_read_as_far_as_it_had() -> None:
    taken_over, refused = stream(TAKEN_OVER, made(CommandRefused))
    watch = watched(slip_at(2))
    # Of the officer nothing was read yet: asked now, it looks like pay for nobody.
    assert "paid_off_post" in objections(watch)
    list(watch.read(taken_over))
    assert "paid_off_post" not in objections(watch)
    assert watch.waiting
    list(watch.read(refused))
    assert "paid_off_post" not in objections(watch)
    assert watch.waiting == []


def test_what_a_slip_did_not_know_is_no_fault_of_it_and_what_it_knew_is_told_each_time() -> None:
    gone = msgspec.structs.replace(LEFT, last_day_on=date(2026, 1, 31))
    records = stream(TAKEN_OVER, gone)
    assert "paid_off_post" not in objections(watched(*records, slip_at(1)))
    watch = watched(*records, slip_at(2))
    assert objections(watch) == objections(watch)
    assert "paid_off_post" in objections(watch)
