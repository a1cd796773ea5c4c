"""One well-formed body for every command the doors take, all about T01; shapes only, what is decided is not their matter."""

from typing import Any

from tests.integration.doors import NAMES, PHONE, RESIDENT_IDS, Body

HASH = "ab" * 32
ACCOUNT, ADDRESS = "6222000011112222333", "示例镇幸福社区3栋2单元5-1"
MEMBERS: list[Body] = [
    {"resident_id": RESIDENT_IDS[0], "name": NAMES[0], "relation": "本人", "groups": ["重病"]},
    {"resident_id": RESIDENT_IDS[1], "name": NAMES[1], "relation": "配偶", "groups": []},
]
_OF_CASE = {"household_no": "T01-H90001", "application_no": "R-90001-dibao_urban"}
ADOPT: Body = {
    "name": "grid", "version": "1", "valid_from": "2026-03-01", "citation": "示例", "sample": True, "content": {"a": 1},
}  # fmt: skip


def take_over(household_no: str = "T01-H90001", **changes: Any) -> Body:
    """``take-over-household`` of stock."""
    town = household_no.partition("-")[0]
    return {
        "command": "take-over-household", "household_no": household_no, "town": town, "committee": f"{town}-C01",
        "category": "dibao_urban", "members": MEMBERS, "address": ADDRESS, "monthly_amount_fen": 40_000,
        "benefit_from_month": "2025-01", "officer": "O001", "visits_per_month": 2, "source": "市级系统",
        "document": "示例〔2025〕1号", "reverify_by": "2026-12-31", **changes,
    }  # fmt: skip


def visit(household_no: str = "T01-H90001", visit_no: str = "V-1", **changes: Any) -> Body:
    """``record-visit``."""
    town = household_no.partition("-")[0]
    return {
        "command": "record-visit", "household_no": household_no, "visit_no": visit_no, "service": "regular_visit",
        "officer": "O001", "town": town, "committee": f"{town}-C01", "started_at": "2026-03-02T09:00:00+08:00",
        "ended_at": "2026-03-02T09:40:00+08:00", "person_seen": "本人", "co_signed": True, "evidence_sha256": [HASH],
        "notes": f"{NAMES[0]}近况平稳，电话 {PHONE}", **changes,
    }  # fmt: skip


def take_over_officer(**changes: Any) -> Body:
    """``take-over-officer``."""
    return {
        "command": "take-over-officer", "officer": "O001", "post_no": "P001", "town": "T01",
        "resident_id": RESIDENT_IDS[0], "name": NAMES[0], "phone": PHONE, "bank_account": ACCOUNT,
        "appointed_on": "2020-01-01", "position": "member", "education": "college", "qualification": "none",
        "qualified_on": None, "contract_mode": "post", "contribution_base_fen": 450_000, "special_deduction_fen": 0,
        "year_to_date": {"months": 2, "income_fen": 600_000, "insurance_fen": 60_000, "special_fen": 0, "tax_fen": 0},
        "source": "市级系统", "document": "示例〔2025〕2号", **changes,
    }  # fmt: skip


BODIES: dict[str, dict[str, Body]] = {
    "intake": {
        "receive-request": {
            "household_no": "T01-H90001", "request_no": "R-90001", "town": "T01", "committee": "T01-C01",
            "channel": "window", "first_asked": "window:T01-W1", "needs": ["dibao_urban"], "materials": [],
            "members": [{name: value for name, value in one.items() if name != "groups"} for one in MEMBERS],
            "phone": PHONE, "near_relative_declared": False, "delegated": False, "received_on": "2026-03-02",
        },
        "supply-materials": {**_OF_CASE, "town": "T01", "materials": ["authorisation"], "supplied_on": "2026-03-02"},
        "withdraw-application": {**_OF_CASE, "town": "T01", "reason": "已就业"},
        "refer-application": {**_OF_CASE, "town": "T01"},
        "introduce-application": {
            **_OF_CASE, "town": "T01", "organisation": "red_cross", "consent_sha256": HASH,
        },
        "accept-referral": {**_OF_CASE, "town": "T01", "accepted_on": "2026-03-02"},
        "return-referral": {**_OF_CASE, "town": "T01", "reason": "不属于本部门职责", "returned_on": "2026-03-02"},
        "complete-referral": {**_OF_CASE, "town": "T01", "outcome": "helped", "completed_on": "2026-03-02"},
        "pause-clock": {
            **_OF_CASE, "town": "T01", "clock": "referral", "cause": "materials_awaited", "paused_on": "2026-03-02",
            "paper_sha256": HASH,
        },
        "resume-clock": {**_OF_CASE, "town": "T01", "clock": "referral", "resumed_on": "2026-03-02"},
        "extend-clock": {
            **_OF_CASE, "town": "T01", "clock": "referral", "cause": "complex_matter", "days": 5, "paper_sha256": HASH,
        },
        "declare-near-relative": {
            "household_no": "T01-H90001", "request_no": "R-90001", "town": "T01", "declared_by": "staff",
            "staff": "window:T01-W1", "kinship": "侄子", "declared_on": "2026-03-02",
        },
        "decide-match": {
            "person": "p_abcdefghijklmnopqrstuvwxyz", "town": "T01", "match_no": "M-0123456789abcdef",
            "verdict": "different", "reason": "同名不同人",
        },
        "offer-handover": {**_OF_CASE, "town": "T01", "receiver": "window:T01-W2", "reason": "轮岗"},
        "accept-handover": {**_OF_CASE, "town": "T01"},
        "decline-handover": {**_OF_CASE, "town": "T01", "reason": "正在休假"},
        "staff-window": {"town": "T01", "staff": "window:T01-W1", "from_on": "2026-03-02"},
        "unstaff-window": {"town": "T01", "staff": "window:T01-W1", "from_on": "2026-03-02", "reason": "调离"},
        "report-discovery": {
            "discovery_no": "T01-D1", "town": "T01", "committee": "T01-C01", "reported_by": "committee:T01-C01",
            "how": "visit", "suspected_need": "temporary", "name": NAMES[0], "discovered_on": "2026-03-02",
        },
        "close-discovery": {"discovery_no": "T01-D1", "town": "T01", "reason": "已由亲属照料"},
        "record-consultation": {
            "town": "T01", "consultation_no": "C-1", "topic": "dibao", "answered_by": "window:T01-W1", "leaflet": "",
        },
        "adopt-rule-pack": ADOPT,
    },
    "casework": {
        "adopt-rule-pack": ADOPT,
        "take-over-household": take_over(),
        "record-survey": {
            **_OF_CASE, "investigators": ["officer:O001", "officer:O002"], "family_signed": True, "witness": None,
            "surveyed_on": "2026-03-02", "income_per_head_fen": 30_000, "form_sha256": HASH, "members": MEMBERS,
        },
        "request-information-check": {**_OF_CASE, "registers": ["bank"], "authorised_count": 2},
        "record-information-check": {**_OF_CASE, "conflicts": [], "returned_on": "2026-03-02"},
        "post-notice": {
            **_OF_CASE, "posted_on": "2026-03-02", "proposed_amount_fen": 40_000,
            "opinion_signed_by": "town-leader:T01-L1", "proof_sha256": HASH,
        },
        "object-to-notice": {**_OF_CASE, "objection_no": "X-1"},
        "submit-opinion": {**_OF_CASE, "submitted_on": "2026-03-02", "received_by": "bureau:B01"},
        "record-bureau-visit": {
            **_OF_CASE, "visitors": ["bureau:B01"], "visited_on": "2026-03-02", "form_sha256": HASH,
        },
        "deliver-refusal": {**_OF_CASE, "delivered_on": "2026-03-02", "form_sha256": HASH},
        "decide-eligibility": {**_OF_CASE, "outcome": "confirmed", "officer": "O001"},
        "reverify-household": {
            "household_no": "T01-H90001", "investigators": ["officer:O001", "officer:O002"],
            "reverified_on": "2026-03-02", "cadence": "A", "outcome": "unchanged", "income_per_head_fen": 30_000,
            "form_sha256": HASH,
        },
        "adjust-benefit": {"household_no": "T01-H90001", "covered_members": 1},
        "post-termination": {
            "household_no": "T01-H90001", "reason": "moved", "posted_on": "2026-03-02", "proof_sha256": HASH,
        },
        "terminate-benefit": {"household_no": "T01-H90001", "reason": "moved"},
        "pause-clock": {
            **_OF_CASE, "clock": "outer", "cause": "expert_assessment", "paused_on": "2026-03-02", "paper_sha256": HASH,
        },
        "resume-clock": {**_OF_CASE, "clock": "outer", "resumed_on": "2026-03-02"},
        "extend-clock": {
            **_OF_CASE, "clock": "outer", "cause": "special_circumstances", "days": 15, "paper_sha256": HASH,
        },
        "record-visit": visit(),
        "record-work": {
            "officer": "O001", "work_no": "W-1", "work": "screening", "benefit": "dibao_urban", "town": "T01",
            "committee": "T01-C01", "quantity": 1, "minutes": 30, "worked_on": "2026-03-02",
        },
    },
    "payroll": {
        "adopt-rule-pack": ADOPT,
        "take-over-officer": take_over_officer(),
        "confirm-appraisal": {"officer": "O001", "year": 2025, "quarter": 4, "grade": "good", "work_counted": 3},
        "budget-fund": {
            "year": 2026, "source": "3", "amount_fen": 1_000_000, "document": "示例〔2026〕3号", "purposes": ["officer_pay", "officer_insurance"],
            "cap_basis_fen": None,
        },
        "draft-run": {"month": "2026-03"},
        "check-run": {"month": "2026-03"},
        "approve-run": {"month": "2026-03"},
        "issue-bank-file": {"month": "2026-03"},
        "import-bank-return": {
            "month": "2026-03", "file_sha256": HASH,
            "lines": [{"officer": "O001", "amount_fen": 1, "outcome": "settled", "reference": "r"}],
        },
    },
    "audit": {"adopt-rule-pack": ADOPT},
}  # fmt: skip


def body_of(service: str, name: str) -> Body:
    """The body of a command by its name, that name in it."""
    return {"command": name, **BODIES[service][name]}
