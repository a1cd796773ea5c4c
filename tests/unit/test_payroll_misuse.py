"""Proves that misuse is found with its finding, handled, accounted for by another, and closed only when both are done."""

from datetime import date
from typing import Any

import pytest

from services.contracts.money import Fen
from services.contracts.payroll import MisuseClosed
from services.payroll.domain.misuse import CloseMisuse, HandleMisuse, HoldAccountable, RecordMisuse
from services.payroll.projections import MISUSES
from tests.unit.payroll_money import rows
from tests.unit.test_payroll_cases import Ledger, yuan

AUDITOR, LEADER, INSPECTOR = "auditor:A1", "bureau-leader:L1", "inspector:J1"


def found(**changes: Any) -> RecordMisuse:
    fields: dict[str, Any] = {
        "misuse_no": "WG-1",
        "finding_no": "F-0123456789abcdef0123",
        "year": 2026,
        "source": "1",
        "document": "示例1号",
        "amount_fen": yuan("500.00"),
        "what": "示例：用于办公设备",
        "rule": "方案四（三）专款专用",
        "found_on": date(2026, 3, 2),
    }
    return RecordMisuse(**(fields | changes))


def handled(recovered: str, on: date = date(2026, 3, 5)) -> HandleMisuse:
    return HandleMisuse(
        misuse_no="WG-1", measure="责令退回", document="示例处〔2026〕1号", recovered_fen=yuan(recovered), handled_on=on
    )


def accounted(**changes: Any) -> HoldAccountable:
    fields: dict[str, Any] = {
        "misuse_no": "WG-1",
        "accountable": "finance:F1",
        "role": "区民政局财务",
        "outcome": "诫勉",
        "document": "示例责〔2026〕1号",
        "decided_on": date(2026, 3, 9),
    }
    return HoldAccountable(**(fields | changes))


def close(reason: str = "") -> CloseMisuse:
    return CloseMisuse(misuse_no="WG-1", reason=reason, closed_on=date(2026, 3, 16))


def test_from_finding_to_closing_everything_stays_visible() -> None:
    ledger = Ledger()
    ledger.tell(found(), AUDITOR)
    ledger.tell(handled("300.00"), LEADER)
    ledger.tell(handled("200.00"), LEADER)
    ledger.tell(accounted(), INSPECTOR)
    ledger.tell(close(), INSPECTOR)
    row = rows(ledger, MISUSES)["WG-1"]
    assert (row.status, row.finding_no, row.accountable, row.outcome) == (
        "closed",
        found().finding_no,
        "finance:F1",
        "诫勉",
    )
    assert (row.amount_fen, row.open_fen, row.measures) == (yuan("500.00"), Fen(0), ("责令退回",) * 2)
    assert ledger.refuses("misuse-closed", handled("0.00"), LEADER)


def test_money_that_does_not_come_back_needs_its_reason() -> None:
    ledger = Ledger()
    ledger.tell(found(), AUDITOR)
    ledger.tell(handled("300.00"), LEADER)
    ledger.tell(accounted(accountable="", role="", outcome="不予追责"), INSPECTOR)
    assert ledger.refuses("text-missing", close(), INSPECTOR)
    ledger.tell(close("示例：对方已注销"), INSPECTOR)
    (closed,) = ledger.facts(MisuseClosed)
    assert closed.unrecovered_fen == yuan("200.00")


@pytest.mark.parametrize(
    ("code", "steps", "command", "actor"),
    [
        ("misuse-unknown", (), handled("0.00"), LEADER),
        ("misuse-known", (found(),), found(), AUDITOR),
        ("misuse-of-what", (), found(town="T01"), AUDITOR),
        ("misuse-of-what", (), found(source="", document=""), AUDITOR),
        ("text-missing", (), found(rule=""), AUDITOR),
        ("personal-in-text", (), found(what="挪给 13800000001"), AUDITOR),
        ("time-in-future", (), found(found_on=date(2026, 3, 17)), AUDITOR),
        ("recovered-beyond-misuse", (found(),), handled("500.01"), LEADER),
        ("out-of-order", (found(),), handled("0.00", date(2026, 3, 1)), LEADER),
        ("misuse-not-handled", (found(),), accounted(), INSPECTOR),
        ("misuse-not-handled", (found(),), close(), INSPECTOR),
        ("misuse-not-accounted", (found(), handled("500.00")), close(), INSPECTOR),
        ("accountable-decides", (found(), handled("0.00")), accounted(), "finance:F1"),
        (
            "accountable-decides",
            (found(), handled("0.00")),
            accounted(accountable="bureau-leader:F1"),
            "finance:F1",
        ),
        ("accountable-incomplete", (found(), handled("0.00")), accounted(role=""), INSPECTOR),
    ],
)
def test_no_step_is_passed_over_and_nobody_judges_themselves(
    code: str, steps: tuple[Any, ...], command: Any, actor: str
) -> None:
    ledger = Ledger()
    for step in steps:
        ledger.tell(step, AUDITOR)
    assert ledger.refuses(code, command, actor)
