"""Proves that the tests on money which count days object on the day after the last one, not on it, and go by the pack's figures."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import msgspec
import pytest

from services.audit.automatic.declarations import DeclarationWatch
from services.audit.automatic.funds import FundWatch
from services.audit.automatic.misuse import MisuseWatch
from services.audit.automatic.officers_work import OfficerWorkWatch
from services.audit.automatic.rates import RateWatch
from services.audit.automatic.watching import Watch
from services.contracts.deciding import CHINA, Record
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    AttendanceSheetConfirmed,
    FundBudgeted,
    FundMovedOut,
    InsuranceDeclared,
    MisuseFound,
    PayslipComputed,
    ReassignmentReported,
    RulePackAdopted,
    RunApproved,
)
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook
from tests.contract.golden import made
from tests.unit.audit_told import RULES, log_of
from tests.unit.test_audit_pay import slip

# `log_of` has its first record written on this day in China, and the others within the hour.
TOLD_ON = date(2026, 3, 1)
APRIL = Month(2026, 4)


def april_slip() -> PayslipComputed:
    """A slip with insurance to declare, of a month that is declared in this system."""
    return msgspec.structs.replace(slip("O001", month=APRIL), insured_unit="承接主体", withholding_agent="承接主体")


Case = tuple[str, Callable[[RuleBook], Watch], list[tuple[str, Fact]], date]
TERMS: list[Case] = [
    (
        "unapproved_move",
        OfficerWorkWatch,
        [("officer:O001", made(ReassignmentReported, officer="O001", report_no="R1", kind="move"))],
        TOLD_ON + timedelta(days=30),
    ),
    (
        "absence_unexplained",
        OfficerWorkWatch,
        [("attendance:T01-2026-02", made(AttendanceSheetConfirmed, month=Month(2026, 2), lines=(), unexplained=("O001",)))],
        TOLD_ON + timedelta(days=15),
    ),
    (
        "misuse_unhandled",
        MisuseWatch,
        [("misuse:M1", made(MisuseFound, misuse_no="M1", found_on=date(2026, 2, 20)))],
        date(2026, 2, 20) + timedelta(days=30),
    ),
    (
        "carry_over_missing",
        FundWatch,
        [("fund:2025-3", made(FundBudgeted, year=2025, source="3", amount_fen=Fen(1), document="D"))],
        date(2026, 4, 30),
    ),
    (
        "move_not_received",
        FundWatch,
        [("fund:2026-3", made(FundMovedOut, move_no="TJ-1", year=2026, source="3", documents=(), amount_fen=Fen(0)))],
        TOLD_ON + timedelta(days=10),
    ),
    (
        "declaration_missing",
        DeclarationWatch,
        [("run:2026-04", april_slip()), ("run:2026-04", made(RunApproved, month=APRIL))],
        date(2026, 5, 15),
    ),
    (
        "remittance_late",
        DeclarationWatch,
        [("run:2026-04", made(InsuranceDeclared, month=APRIL, personal_fen=Fen(1), employer_fen=Fen(0)))],
        date(2026, 5, 15),
    ),
    (
        "rate_change_uncorrected",
        RateWatch,
        [
            ("run:2026-02", made(RunApproved, month=Month(2026, 2))),
            ("rules:pay_scale", made(RulePackAdopted, name="pay_scale", version="9", valid_from=date(2026, 1, 1))),
        ],
        TOLD_ON + timedelta(days=60),
    ),
]  # fmt: skip


def told(watch: Watch, records: list[Record], day: date) -> list[str]:
    """What the watch objects to at the end of a day in China."""
    for record in records:
        list(watch.read(record))
    return [finding.test for finding in watch.ended(datetime(day.year, day.month, day.day, 23, 59, tzinfo=CHINA))]


@pytest.mark.parametrize(("test", "watch", "facts", "last_day"), TERMS, ids=[case[0] for case in TERMS])
def test_the_last_day_is_still_in_time(
    test: str, watch: Callable[[RuleBook], Watch], facts: list[tuple[str, Fact]], last_day: date
) -> None:
    records = log_of(*facts)
    assert test not in told(watch(RULES), records, last_day)
    assert test in told(watch(RULES), records, last_day + timedelta(days=1))


@pytest.mark.parametrize(("test", "watch", "facts", "last_day"), TERMS, ids=[case[0] for case in TERMS])
def test_a_test_that_the_pack_does_not_name_is_never_asked(
    test: str, watch: Callable[[RuleBook], Watch], facts: list[tuple[str, Fact]], last_day: date
) -> None:
    (pack,) = RULES.packs
    tests = {name: rule for name, rule in pack.content["tests"].items() if name != test}
    without = RuleBook((msgspec.structs.replace(pack, content={**pack.content, "tests": tests}),))
    assert test not in told(watch(without), log_of(*facts), last_day + timedelta(days=99))


def test_months_declared_elsewhere_are_left_alone() -> None:
    march = Month(2026, 3)
    run = (
        ("run:2026-03", msgspec.structs.replace(april_slip(), month=march)),
        ("run:2026-03", made(RunApproved, month=march)),
    )
    assert told(DeclarationWatch(RULES), log_of(*run), date(2026, 9, 1)) == []
