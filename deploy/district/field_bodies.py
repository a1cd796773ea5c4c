"""JSON bodies of what officers do: visits, work, months, ratings, contradictions, hand-overs; as their pages send them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from deploy.district.bodies import Body
from deploy.district.district import Household
from services.contracts.months import Month

if TYPE_CHECKING:
    pass


def record_visit(
    home: Household, *, visit_no: str, service: str, started_at: datetime, ended_at: datetime, person_seen: str,
    co_signed: bool, evidence_sha256: Sequence[str], notes: str,
) -> Body:  # fmt: skip
    """``record-visit`` by the household's own officer."""
    return {
        "command": "record-visit",
        "household_no": home.number,
        "visit_no": visit_no,
        "service": service,
        "officer": home.officer,
        "town": home.town,
        "committee": home.committee,
        "started_at": started_at.isoformat(),
        "ended_at": ended_at.isoformat(),
        "person_seen": person_seen,
        "co_signed": co_signed,
        "evidence_sha256": list(evidence_sha256),
        "notes": notes,
    }


def record_work(
    officer: str, town: str, committee: str, *, work_no: str, work: str, benefit: str, quantity: int, minutes: int,
    worked_on: date, evidence_sha256: Sequence[str] = (),
) -> Body:  # fmt: skip
    """``record-work``."""
    return {
        "command": "record-work",
        "officer": officer,
        "work_no": work_no,
        "work": work,
        "benefit": benefit,
        "town": town,
        "committee": committee,
        "quantity": quantity,
        "minutes": minutes,
        "worked_on": worked_on.isoformat(),
        "evidence_sha256": list(evidence_sha256),
    }


def schedule_month(town: str, month: Month) -> Body:
    """``schedule-month``."""
    return {"command": "schedule-month", "town": town, "month": str(month)}


def rate_visit(household_no: str, visit_no: str, channel: str, score: int, reasons: Sequence[str]) -> Body:
    """``rate-visit``."""
    return {
        "command": "rate-visit",
        "household_no": household_no,
        "visit_no": visit_no,
        "channel": channel,
        "score": score,
        "reasons": list(reasons),
    }


def decide_conflict(household_no: str, conflict_no: str, kept: str) -> Body:
    """``decide-visit-conflict``."""
    return {
        "command": "decide-visit-conflict",
        "household_no": household_no,
        "conflict_no": conflict_no,
        "kept": kept,
        "reason": "电话核实，以现场照片时间为准（示例）",
    }


def plan_handover(officer: str, town: str, plan_no: str, reason: str, receivers: Sequence[str]) -> Body:
    """``plan-handover``."""
    return {
        "command": "plan-handover",
        "officer": officer,
        "town": town,
        "plan_no": plan_no,
        "reason": reason,
        "receivers": list(receivers),
    }


def accept_caseload(officer: str, town: str, plan_no: str, receiver: str) -> Body:
    """``accept-caseload``."""
    return {"command": "accept-caseload", "officer": officer, "town": town, "plan_no": plan_no, "receiver": receiver}


def end_duty(officer: str, kind: str, day: date) -> Body:
    """``end-duty``."""
    return {"command": "end-duty", "officer": officer, "kind": kind, "last_day_on": day.isoformat()}
