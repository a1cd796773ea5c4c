"""Bodies of payroll's commands about officers' take-over, money and runs; names no one and sends nothing."""

from collections.abc import Sequence

import msgspec

from deploy.district.bodies import Body
from deploy.district.officers import Officer, Quarter
from deploy.district.profile import PayHistory, TakeOver
from deploy.district.programme import Budget
from services.contracts.months import Month


def take_over_officer(officer: Officer, take_over: TakeOver) -> Body:
    """``take-over-officer``."""
    return {
        "command": "take-over-officer",
        "officer": officer.number,
        "post_no": officer.post_no,
        "town": officer.town,
        "resident_id": officer.person.resident_id,
        "name": officer.person.name,
        "phone": officer.phone,
        "bank_account": officer.bank_account,
        "appointed_on": officer.appointed_on.isoformat(),
        "position": officer.position,
        "education": officer.education,
        "qualification": officer.qualification,
        "qualified_on": officer.qualified_on and officer.qualified_on.isoformat(),
        "contract_mode": officer.contract_mode,
        "contribution_base_fen": officer.contribution_base_fen,
        "special_deduction_fen": officer.special_deduction_fen,
        "year_to_date": msgspec.to_builtins(officer.year_to_date),
        "source": take_over.source,
        "document": officer.document,
    }


def confirm_appraisal(officer: Officer, quarter: Quarter) -> Body:
    """``confirm-appraisal`` of one quarter."""
    return {
        "command": "confirm-appraisal",
        "officer": officer.number,
        "year": quarter.year,
        "quarter": quarter.quarter,
        "grade": quarter.grade,
        "work_counted": quarter.work_counted,
    }


def budget_fund(budget: Budget) -> Body:
    """``budget-fund``."""
    return {"command": "budget-fund", **_of_document(budget)}


def take_over_fund(budget: Budget, history: PayHistory) -> Body:
    """``take-over-fund`` with what was paid before; nothing is promised and open."""
    return {
        "command": "take-over-fund",
        **_of_document(budget),
        "paid_fen": budget.paid_fen,
        "as_at_on": history.at.isoformat(),
        "taken_from": history.funds_from,
        "take_over_document": history.funds_document,
    }


def _of_document(budget: Budget) -> Body:
    return {
        "year": budget.year,
        "source": budget.source,
        "amount_fen": budget.amount_fen,
        "document": budget.document,
        "purposes": list(budget.purposes),
        "cap_basis_fen": budget.cap_basis_fen,
        "cap_basis_document": budget.cap_basis_document,
        "kind": budget.kind,
    }


def run_step(command: str, month: Month) -> Body:
    """A step of a month's pay run that needs nothing but the month."""
    return {"command": command, "month": str(month)}


def decide_held_line(month: Month, held_no: str, decision: str, reason: str, document: str) -> Body:
    """``decide-held-line``."""
    return {
        "command": "decide-held-line", "month": str(month), "held_no": held_no, "decision": decision, "reason": reason,
        "document": document,
    }  # fmt: skip


def request_slip_reversal(month: Month, officer: str, reason: str, document: str) -> Body:
    """``request-slip-reversal``."""
    return {
        "command": "request-slip-reversal", "month": str(month), "officer": officer, "reason": reason, "document": document
    }  # fmt: skip


def confirm_slip_reversal(month: Month, officer: str) -> Body:
    """``confirm-slip-reversal``."""
    return {"command": "confirm-slip-reversal", "month": str(month), "officer": officer}


def import_bank_return(month: Month, file_sha256: str, lines: Sequence[Body]) -> Body:
    """``import-bank-return``."""
    return {"command": "import-bank-return", "month": str(month), "file_sha256": file_sha256, "lines": list(lines)}
