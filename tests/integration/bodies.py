"""One well-formed body for every command the doors take, all about T01; shapes only, what is decided is not their matter."""

from typing import Any

from tests.integration.doors import NAMES, PHONE, RESIDENT_IDS, Body

HASH = "ab" * 32
ACCOUNT, ADDRESS = "6222000011112222333", "示例镇幸福社区3栋2单元5-1"
MEMBERS: list[Body] = [
    {"resident_id": RESIDENT_IDS[0], "name": NAMES[0], "relation": "本人", "groups": ["重病"]},
    {"resident_id": RESIDENT_IDS[1], "name": NAMES[1], "relation": "配偶", "groups": []},
]
CHECKED: list[Body] = [
    {name: value for name, value in one.items() if name != "groups"} | {"authorisation_sha256": HASH} for one in MEMBERS
]
_OF_CASE = {"household_no": "T01-H90001", "application_no": "R-90001-dibao_urban"}
_COURSE = {"course_no": "T01-K1"}
_DUTY = {"duty_no": "Z-1", "town": "T01", "committee": "T01-C01", "done_by": "committee:T01-C01"}
_LIST = {"town": "T01", "month": "2026-03"}
_ORDER = {"contractor": "K001", "order_no": "GD-1"}
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


def offline_record(n: int = 1, household_no: str = "T01-H90001", **changes: Any) -> Body:
    """A record of a device, the n-th; at nine, as `visit` is."""
    made = visit(household_no, f"V-{n}", **changes)
    kept = {name: value for name, value in made.items() if name not in ("command", "town")}
    return {
        "record_id": f"01959b3a-0000-7000-8000-{n:012x}", "device_sequence": n, "author": f"officer:{made['officer']}",
        "recorded_at": made["ended_at"], **kept,
    }  # fmt: skip


def visit_batch(*records: Body, device: str = "P-T01-001", town: str = "T01") -> Body:
    """What a device sends to ``/v1/visit-batches``."""
    return {"device": device, "town": town, "sent_at": "2026-03-02T13:59:00+08:00", "records": list(records)}


_QUARTER = {"officer": "O001", "year": 2025, "quarter": 4}
_TERMS = {
    "contract_no": "HT-1", "mode": "service_contract", "from_on": "2026-03-01", "document": "示例合同〔2026〕1号",
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
        "request-erasure": {
            "erasure_no": "SC-1", "resident_id": RESIDENT_IDS[0], "ground": "purpose_achieved", "document_sha256": HASH,
            "received_on": "2026-03-02",
        },
        "approve-erasure": {"erasure_no": "SC-1"},
        "refuse-erasure": {"erasure_no": "SC-1", "reason": "仍在享受救助"},
        "adopt-rule-pack": ADOPT,
    },
    "casework": {
        "adopt-rule-pack": ADOPT,
        "take-over-household": take_over(),
        "record-survey": {
            **_OF_CASE, "investigators": ["officer:O001", "officer:O002"], "family_signed": True, "witness": None,
            "surveyed_on": "2026-03-02", "income_per_head_fen": 30_000, "form_sha256": HASH, "members": MEMBERS,
        },
        "request-information-check": {**_OF_CASE, "registers": ["bank", "vehicle"], "persons": CHECKED},
        "record-information-check": {**_OF_CASE, "conflicts": [], "returned_on": "2026-03-02"},
        "contest-check": {
            **_OF_CASE, "contest_no": "HY-1", "registers": ["bank"], "contested_on": "2026-03-02",
        },
        "resolve-conflict": {**_OF_CASE, "register": "bank", "reason": "已核实（示例）", "document_sha256": HASH},
        "ask-survey-help": {**_OF_CASE, "helping_town": "T02", "reason": "现居住在该镇街（示例）"},
        "decline-survey-help": {**_OF_CASE, "reason": "该户已迁走（示例）"},
        "record-review": {
            **_OF_CASE, "reviewed_on": "2026-03-02", "participants_count": 9, "result": "supported", "minutes_sha256": HASH,
        },
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
        "complete-papers": {**_OF_CASE, "completed_on": "2026-03-02"},
        "record-complaint": {
            "household_no": "T01-H90001", "complaint_no": "TS-1", "kind": "named_report", "received_on": "2026-03-02",
            "responsible": "bureau:B01", "content_sha256": HASH,
        },
        "answer-complaint": {
            "household_no": "T01-H90001", "complaint_no": "TS-1", "outcome": "unfounded", "answered_on": "2026-03-02",
            "reply_sha256": HASH,
        },
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
        "assess-ability": {
            **_OF_CASE, "person": "本人", "assessors": ["assessor:A01", "assessor:A02"], "assessed_on": "2026-03-02",
            "failed_items": ["bathe"], "form_sha256": HASH,
        },
        "report-ability-change": {
            "household_no": "T01-H90001", "report_no": "B-1", "person": "本人", "channel": "committee",
            "reported_by": "committee:T01-C01", "reported_on": "2026-03-02",
        },
        "arrange-care": {
            **_OF_CASE, "person": "本人", "placement": "home", "carer": NAMES[1], "agreement_sha256": HASH,
            "arranged_on": "2026-03-02",
        },
        "suspend-benefit": {"household_no": "T01-H90001", "reason": "unreachable"},
        "resume-benefit": {"household_no": "T01-H90001", "reason": "reached"},
        "grant-gradual-exit": {"household_no": "T01-H90001", "person": "本人", "employed_on": "2026-03-02"},
        "record-job-refusal": {
            "household_no": "T01-H90001", "offer_no": "J-1", "person": "本人", "justified": False,
            "refused_on": "2026-03-02", "form_sha256": HASH,
        },
        "cut-share": {"household_no": "T01-H90001", "person": "本人"},
        "record-member-death": {
            "household_no": "T01-H90001", "person": "配偶", "died_on": "2026-02-20", "paid_through": "2026-02",
        },
        "claim-recovery": {"household_no": "T01-H90001", "paid_through": "2026-03"},
        "record-recovery": {
            "household_no": "T01-H90001", "amount_fen": 1, "received_on": "2026-03-02", "receipt_sha256": HASH,
        },
        "pause-clock": {
            **_OF_CASE, "clock": "outer", "cause": "expert_assessment", "paused_on": "2026-03-02", "paper_sha256": HASH,
        },
        "resume-clock": {**_OF_CASE, "clock": "outer", "resumed_on": "2026-03-02"},
        "extend-clock": {
            **_OF_CASE, "clock": "outer", "cause": "special_circumstances", "paper_sha256": HASH,
        },
        "record-visit": visit(),
        "record-work": {
            "officer": "O001", "work_no": "W-1", "work": "screening", "benefit": "dibao_urban", "town": "T01",
            "committee": "T01-C01", "quantity": 1, "minutes": 30, "worked_on": "2026-03-02",
        },
        "decide-visit-conflict": {
            "household_no": "T01-H90001", "conflict_no": "K-0123456789abcdef0123", "kept": "first", "reason": "与照片一致",
        },
        "rate-visit": {"household_no": "T01-H90001", "visit_no": "V-1", "channel": "call_back", "score": 5},
        "schedule-month": {"town": "T01", "month": "2026-03"},
        "start-duty": {"officer": "O001", "town": "T01", "from_on": "2025-01-01"},
        "end-duty": {"officer": "O001", "kind": "leave", "last_day_on": "2026-03-02"},
        "plan-handover": {"officer": "O001", "town": "T01", "plan_no": "HO-1", "reason": "休假"},
        "accept-caseload": {"officer": "O001", "town": "T01", "plan_no": "HO-1", "receiver": "O011"},
        "decline-caseload": {
            "officer": "O001", "town": "T01", "plan_no": "HO-1", "receiver": "O011", "reason": "名下户已满",
        },
        "record-municipal-number": {"municipal_no": "MZ-01-90001", "household_no": "T01-H90001"},
        "release-municipal-number": {"municipal_no": "MZ-01-90001", "household_no": "T01-H90001", "reason": "录错"},
        "settle-difference": {
            "task_no": "T01-D-0123456789abcdef0123", "outcome": "explained", "reason": "已核实", "settled_on": "2026-03-02",
        },
        "handle-warning": {"task_no": "T01-W-p_1", "outcome": "helped", "attempted_on": ["2026-03-02"]},
        "close-change-task": {"task_no": "T01-C-C01-Z-1", "outcome": "nothing", "reason": "已核实"},
        "assign-task": {"task_no": "T01-W-p_1", "responsible": "officer:O011", "reason": "原责任人住院"},
        "plan-course": {**_COURSE, "title": "业务培训", "kind": "professional", "form": "course"},
        "plan-session": {
            **_COURSE, "session_no": "S1", "planned_on": "2026-03-02", "minutes": 60, "places": 10, "venue": "会议室",
        },
        "allot-places": {**_COURSE, "session_no": "S1", "nominees": [{"staff": "officer:O001", "town": "T01"}]},
        "hold-session": {
            **_COURSE, "session_no": "S1", "held_on": "2026-03-02", "minutes": 60, "trainer": "trainer:P01",
        },
        "cancel-session": {**_COURSE, "session_no": "S2", "reason": "讲师生病"},
        "record-attendance": {
            **_COURSE, "session_no": "S1", "attendees": [{"staff": "officer:O001", "town": "T01", "minutes": 60}],
            "sheet_sha256": HASH,
        },
        "record-exam": {
            **_COURSE, "exam_no": "E1", "taken_on": "2026-03-02",
            "results": [{"staff": "officer:O001", "town": "T01", "score": 80}],
        },
        "enrol-trainee": {"staff": "officer:O001", "town": "T01", "year": 2026},
        "enter-key-person": {
            "staff": "officer:O001", "town": "T01", "entered_on": "2026-03-02", "reason": "优秀", "document": "示例1号",
        },
        "remove-key-person": {"staff": "officer:O001", "town": "T01", "left_on": "2026-03-02", "reason": "调离"},
        "record-publicity": {
            "publicity_no": "T01-P1", "town": "T01", "committee": "T01-C01", "place": "广场", "topic": "tekun",
            "form": "stall", "held_on": "2026-03-02", "leaflet_count": 10, "people_count": 20,
            "done_by": "committee:T01-C01",
        },
        "publish-policy-answer": {
            "question_no": "T01-Q1", "topic": "tekun", "question": "何时发放？", "answer": "次月起。", "basis": "示例",
        },
        "withdraw-policy-answer": {"question_no": "T01-Q1", "reason": "政策已修改"},
        "screen-hardship": {**_DUTY, "screened_on": "2026-03-02", "household_count": 20, "discovery_nos": ["T01-D1"]},
        "aid-economic-check": {
            **_DUTY, "aided_on": "2026-03-02", "household_no": "T01-H90001", "aid": "accompanied",
        },
        "supervise-notice": {
            **_DUTY, "supervised_on": "2026-03-02", "application_no": "R-90001-dibao_urban", "faults": ["missing"],
        },
        "take-notice-down": {
            **_DUTY, "taken_down_on": "2026-03-02", "application_no": "R-90001-dibao_urban", "proof_sha256": "ab" * 32,
        },
        "report-change": {
            **_DUTY, "reported_on": "2026-03-02", "household_no": "T01-H90001", "change": "income",
            "happened_on": "2026-03-01",
        },
        "record-payout-account": {
            "household_no": "T01-H90001", "document_sha256": HASH,
            "account": {"account_no": ACCOUNT, "holder": "self", "holder_name": NAMES[0]},
        },
        "draft-benefit-list": _LIST,
        "approve-benefit-list": _LIST,
        "issue-payment-file": _LIST,
        "import-benefit-return": {
            **_LIST, "file_no": 1, "file_sha256": HASH,
            "lines": [{"household_no": "T01-H90001", "amount_fen": 40_000, "outcome": "paid", "reference": "1"}],
        },
        "resolve-held-line": {**_LIST, "held_no": "2026-03-001", "outcome": "dismissed", "reason": "已核对"},
        "close-benefit-list": _LIST,
        "publish-standing-list": {
            "town": "T01", "committee": "T01-C01", "published_on": "2026-03-02", "proof_sha256": HASH,
        },
        "consult-policy": {**_DUTY, "consulted_on": "2026-03-02", "topic": "tekun", "people_count": 3},
        "register-contractor": {
            "contractor": "K001", "name": "惠民服务中心", "kind": "social_organisation",
            "credit_code": "52500112MJP000017G",
        },
        "record-procurement": {
            "contractor": "K001", "procurement_no": "CG-1", "purchaser": "T01", "method": "open_tender",
            "document": "示例1号", "amount_fen": 100_000, "services": ["rehabilitation"], "decided_on": "2026-03-02",
            "result": "awarded", "approval": "示例2号",
        },
        "sign-contract": {
            "contractor": "K001", "contract_no": "HT-1", "procurement_no": "CG-1", "mode": "service",
            "services": ["rehabilitation"], "signed_on": "2026-03-02", "from_on": "2026-03-02", "until_on": "2027-03-01",
            "amount_fen": 100_000, "document": "示例3号",
        },
        "assign-contract-staff": {
            "contractor": "K001", "contract_no": "HT-1", "staff_no": "K001-S01", "name": NAMES[0],
            "resident_id": RESIDENT_IDS[0], "from_on": "2026-03-02",
        },
        "release-contract-staff": {
            "contractor": "K001", "contract_no": "HT-1", "staff_no": "K001-S01", "until_on": "2026-03-02", "reason": "离职",
        },
        "issue-work-order": {
            **_ORDER, "town": "T01", "contract_no": "HT-1", "household_no": "T01-H90001", "service": "rehabilitation",
            "quantity": 1, "price_fen": 10_000, "issued_on": "2026-03-02", "due_on": "2026-12-31",
        },
        "deliver-work-order": {
            **_ORDER, "quantity": 1, "staff_no": "K001-S01", "delivered_on": "2026-03-02", "evidence_sha256": [HASH],
        },
        "accept-work-order": {**_ORDER, "town": "T01", "quantity": 1, "grade": "good", "accepted_on": "2026-03-02"},
        "send-back-work-order": {**_ORDER, "town": "T01", "reason": "缺少记录", "due_on": "2026-03-20"},
        "cancel-work-order": {**_ORDER, "town": "T01", "reason": "对象住院"},
        "evaluate-contractor": {
            "contractor": "K001", "contract_no": "HT-1", "year": 2026, "score": 90, "evaluated_on": "2026-03-02",
        },
    },
    "payroll": {
        "adopt-rule-pack": ADOPT,
        "take-over-officer": take_over_officer(),
        "confirm-appraisal": {"officer": "O001", "year": 2025, "quarter": 4, "grade": "good", "work_counted": 3},
        "propose-appraisal": _QUARTER,
        "settle-appraisal": _QUARTER,
        "contest-appraisal": {**_QUARTER, "town": "T01", "point": "work_standard", "reason": "漏计一项"},
        "rule-on-appraisal": {**_QUARTER, "point": "work_standard", "upheld": False, "reason": "记录无误"},
        "appraise-year": {"officer": "O001", "year": 2025},
        "establish-posts": {"total": 198, "document": "示例编〔2026〕1号"},
        "allot-posts": {
            "towns": [{"town": "T01", "figures": {"residents": 1, "beneficiaries": 1}, "posts": 198}],
            "document": "示例分〔2026〕1号",
        },
        "reserve-post": {"town": "T01", "officer": "O901", "resident_id": "500101199001010011"},
        "give-up-post": {"officer": "O901", "reason": "本人放弃"},
        "appoint-officer": {
            "officer": "O901", "resident_id": "500101199001010011", "name": NAMES[0], "phone": "13800000001",
            "bank_account": "6222021001112223334", "appointed_on": "2026-03-02", "position": "member", "education": "大专",
            "contract": _TERMS, "document": "示例聘〔2026〕1号",
        },
        "record-contract": {"officer": "O001", "contract": _TERMS},
        "record-certificate": {
            "officer": "O001",
            "held": {"number": "示例1", "qualification": "assistant", "issued_on": "2025-06-01", "document": "示例证1号"},
        },
        "revoke-certificate": {
            "officer": "O001", "certificate": "p_abcdefghijklmnopqrstuvwxyz", "invalid_from_on": "2026-03-01",
            "reason": "证书有误", "document": "示例〔2026〕4号",
        },
        "change-position": {
            "officer": "O001", "position": "deputy", "from_on": "2026-03-01", "document": "示例任〔2026〕1号",
        },
        "declare-special-deduction": {
            "officer": "O001", "from_month": "2026-03", "monthly_fen": 100_000, "document": "示例申报1号",
        },
        "declare-tax-standing": {"officer": "O001", "year": 2026, "first_job": True, "document": "示例申报2号"},
        "set-contribution-base": {
            "officer": "O001", "from_month": "2026-07", "wage_year": 2025, "base_fen": 450_000, "reason": "接续前发放",
            "document": "示例核定1号",
        },
        "change-bank-account": {"officer": "O001", "bank_account": "6222021001112223335", "document": "示例申请1号"},
        "change-phone": {"officer": "O001", "phone": "13800000009", "document": "示例申请3号"},
        "record-absence": {
            "officer": "O001", "town": "T01", "absence_no": "QJ-1", "kind": "sick", "from_on": "2026-03-02",
            "until_on": "2026-03-04", "evidence_sha256": HASH,
        },
        "cancel-absence": {"officer": "O001", "town": "T01", "absence_no": "QJ-1", "reason": "未休"},
        "confirm-attendance": {
            "month": "2026-02", "town": "T01", "lines": [{"officer": "O001", "present_days": 18}], "sheet_sha256": HASH,
        },
        "report-reassignment": {
            "officer": "O001", "town": "T01", "report_no": "DZ-1", "kind": "duty", "to_town": "T01", "duty": "窗口受理",
            "since_on": "2026-03-02", "reason": "窗口缺员",
        },
        "approve-reassignment": {
            "officer": "O001", "approval_no": "P-1", "kind": "duty", "duty": "窗口受理", "effective_on": "2026-03-02",
            "document": "示例批〔2026〕1号",
        },
        "refuse-reassignment": {"officer": "O001", "report_no": "DZ-9", "reason": "人员充足"},
        "record-exit": {
            "officer": "O902", "last_day_on": "2026-03-31", "reason": "resigned", "document": "示例离岗1号",
        },
        "budget-reserve-fund": {
            "year": 2026, "town": "T01", "amount_fen": 5_000_000, "from_on": "2026-01-01", "document": "示例民财〔2026〕3号",
        },
        "withdraw-exit": {"officer": "O902", "reason": "本人撤回辞职", "document": "示例撤回1号"},
        "open-recruitment": {
            "round_no": "XP-9", "document": "示例区委〔2026〕3号", "sought": [{"town": "T01", "posts": 1}],
            "opened_on": "2026-03-02",
        },
        "register-candidate": {
            "round_no": "XP-9", "candidate_no": "K1", "town": "T01", "resident_id": "500101199001010011",
            "name": NAMES[0], "education": "本科",
        },
        "score-candidate": {
            "round_no": "XP-9", "candidate_no": "K1", "score_hundredths": 8_000, "document": "示例成绩单",
        },
        "post-ranking": {"round_no": "XP-9", "posted_on": "2026-03-02", "evidence_sha256": HASH},
        "select-candidates": {"round_no": "XP-9", "picks": [{"candidate_no": "K1"}], "document": "示例聘〔2026〕2号"},
        "close-recruitment": {"round_no": "XP-9", "reason": "人选放弃"},
        "budget-fund": {
            "year": 2026, "source": "3", "amount_fen": 1_000_000, "document": "示例〔2026〕3号", "purposes": ["officer_pay", "officer_insurance"],
            "cap_basis_fen": None,
        },
        "change-budget": {
            "year": 2026, "source": "3", "document": "示例〔2026〕3号", "change_fen": -1, "change_document": "示例调〔2026〕1号",
        },
        "take-over-fund": {
            "year": 2026, "source": "3", "document": "示例〔2025〕9号", "purposes": ["officer_pay"], "amount_fen": 900, "paid_fen": 1,
            "commitments": [{"claim": "2026-02", "open_fen": 5}], "as_at_on": "2026-02-28", "taken_from": "示例旧账",
            "take_over_document": "示例接续〔2026〕1号",
        },
        "settle-opening": {
            "year": 2026, "source": "3", "claim": "opening:示例〔2025〕9号/2026-02", "outcome": "paid", "amount_fen": 5, "note": "示例回单",
        },
        "carry-over-fund": {"year": 2026, "source": "3", "move_no": "JZ-1", "decision_document": "示例结转〔2027〕1号"},
        "transfer-fund": {
            "year": 2026, "source": "3", "to_source": "4", "move_no": "TJ-1", "decision_document": "示例调剂〔2026〕1号",
            "documents": [{"document": "示例〔2026〕3号", "amount_fen": 1}],
        },
        "request-town-purchase": {
            "purchase_no": "GM-1", "town": "T01", "services": ["care"], "amount_fen": 100, "reason": "示例", "document": "示例请〔2026〕1号",
        },
        "decide-town-purchase": {
            "purchase_no": "GM-1", "approved": True, "amount_fen": 100, "approval": "示例函〔2026〕1号", "guidance": "按标准验收",
        },
        "contract-town-purchase": {
            "purchase_no": "GM-1", "town": "T01", "contractor": "K001", "contract_no": "HT-9", "approval": "示例函〔2026〕1号",
            "amount_fen": 100, "people": 1, "signed_on": "2026-03-02",
        },
        "budget-town-fund": {"year": 2026, "town": "T01", "amount_fen": 100, "document": "示例镇预〔2026〕1号"},
        "order-town-payment": {"purchase_no": "GM-1", "town": "T01", "year": 2026, "payment_no": "FK-1", "amount_fen": 1},
        "pay-town-fund": {
            "year": 2026, "town": "T01", "purchase_no": "GM-1", "payment_no": "FK-1", "bank_reference": "示例回单", "paid_on": "2026-03-02",
        },
        "record-invoice": {
            "contractor": "K001", "town": "T01", "invoice_no": "FP-1", "contract_no": "HT-1", "orders": ["GD-1"], "amount_fen": 1, "issued_on": "2026-03-02",
        },
        "approve-invoice": {"contractor": "K001", "town": "T01", "invoice_no": "FP-1", "year": 2026, "source": "4", "document": "示例〔2026〕9号"},
        "pay-invoice": {"contractor": "K001", "town": "T01", "invoice_no": "FP-1", "bank_reference": "示例回单", "paid_on": "2026-03-02"},
        "withdraw-invoice": {"contractor": "K001", "town": "T01", "invoice_no": "FP-1", "reason": "示例"},
        "record-misuse": {
            "misuse_no": "WG-1", "finding_no": "F-1", "year": 2026, "source": "1", "document": "示例〔2026〕1号", "amount_fen": 1,
            "what": "示例", "rule": "方案四（三）", "found_on": "2026-03-02",
        },
        "handle-misuse": {"misuse_no": "WG-1", "measure": "责令退回", "document": "示例处〔2026〕1号", "handled_on": "2026-03-02"},
        "hold-accountable": {"misuse_no": "WG-1", "outcome": "不予追责", "document": "示例责〔2026〕1号", "decided_on": "2026-03-02"},
        "close-misuse": {"misuse_no": "WG-1", "reason": "示例", "closed_on": "2026-03-02"},
        "draft-run": {"month": "2026-03"},
        "check-run": {"month": "2026-03"},
        "approve-run": {"month": "2026-03"},
        "commit-run": {"month": "2026-03", "source": "3"},
        "issue-bank-file": {"month": "2026-03"},
        "import-bank-return": {
            "month": "2026-03", "file_sha256": HASH,
            "lines": [{"officer": "O001", "amount_fen": 1, "outcome": "settled", "reference": "r"}],
        },
        "discard-run": {"month": "2026-03", "reason": "重编"},
        "close-run": {"month": "2026-03"},
        "withdraw-bank-file": {"month": "2026-03", "file_no": 1, "reason": "银行拒收"},
        "decide-held-line": {
            "month": "2026-03", "held_no": "2026-03-H1", "decision": "dismissed", "reason": "重复", "document": "示例〔2026〕4号",
        },
        "request-slip-reversal": {"month": "2026-03", "officer": "O001", "reason": "更正", "document": "示例〔2026〕5号"},
        "confirm-slip-reversal": {"month": "2026-03", "officer": "O001"},
        "decline-slip-reversal": {"month": "2026-03", "officer": "O001", "reason": "无误"},
        "record-recovery": {
            "month": "2026-03", "officer": "O001", "amount_fen": 1, "reference": "示例缴款", "received_on": "2026-03-02",
        },
        "record-remittance": {
            "month": "2026-03", "declaration": "tax", "unit": "", "amount_fen": 1, "reference": "示例税票", "remitted_on": "2026-03-02",
        },
        "contest-payslip": {
            "month": "2026-03", "town": "T01", "officer": "O001", "side": "part", "code": "base", "statement": f"{NAMES[0]}：天数不对",
        },
        "answer-payslip-contest": {"month": "2026-03", "contest_no": "2026-03-C1", "outcome": "rejected", "answer": "已核对"},
    },
    "audit": {
        "adopt-rule-pack": ADOPT,
        "raise-finding": {
            "finding_no": "R-1", "severity": "high", "about": "officer:O001", "town": "T01", "rule": "两人入户", "law": "示例",
            "summary_zh": "示例", "evidence_files": [HASH],
        },
        "assign-finding": {"finding_no": "R-1", "unit": "T01", "responsible": "town-leader:X1"},
        "answer-finding": {"finding_no": "R-1", "town": "T01", "measures": "已整改", "evidence_files": [HASH]},
        "contest-finding": {"finding_no": "R-1", "town": "T01", "statement": "示例"},
        "request-rectification-extension": {"finding_no": "R-1", "town": "T01", "workdays": 5, "reason": "示例"},
        "decide-rectification-extension": {"finding_no": "R-1", "approved": True, "reason": "示例"},
        "decide-finding-contest": {"finding_no": "R-1", "outcome": "rejected", "reason": "示例"},
        "verify-rectification": {"finding_no": "R-1", "outcome": "accepted", "note": "示例"},
        "close-finding": {"finding_no": "R-1"},
        "escalate-finding": {"finding_no": "R-1", "reason": "示例", "document": "示例移〔2026〕1号"},
        "handle-finding": {"finding_no": "R-1", "measure": "责令整改", "document": "示例", "handled_on": "2026-03-02"},
        "account-for-finding": {
            "finding_no": "R-1", "outcome": "不予追责", "document": "示例", "decided_on": "2026-03-02",
        },
        "propose-suppression": {"suppression_no": "YZ-1", "finding_no": "R-1", "reason": "示例", "until": "2026-03-31"},
        "approve-suppression": {"suppression_no": "YZ-1"},
        "decline-suppression": {"suppression_no": "YZ-2", "why": "示例"},
        "revoke-suppression": {"suppression_no": "YZ-1", "why": "示例"},
        "grant-inspector-access": {
            "inspection_no": "JC-1", "inspector": "inspector:JW01", "organisation": "示例区纪委监委", "document": "示例",
            "scope": "log", "from_on": "2026-03-02", "until_on": "2026-03-31",
        },
        "revoke-inspector-access": {"inspection_no": "JC-1", "reason": "示例"},
        "plan-spot-check": {
            "spot_check_no": "CC-2026-009", "kind": "officers", "on": "2026-03-02", "purpose": "年度抽查", "design": "simple",
            "tolerable_count": 10,
        },
        "commit-spot-check": {"spot_check_no": "CC-2026-009", "plan_sha256": "ab" * 32},
        "draw-spot-check": {"spot_check_no": "CC-2026-009"},
        "assign-field-sheets": {
            "spot_check_no": "CC-2026-009", "items": ["O001"], "checkers": ["inspector:X1", "inspector:X2"],
        },
        "record-spot-check-result": {
            "spot_check_no": "CC-2026-009", "item": "O001", "checked_on": "2026-03-02", "form_sha256": "ab" * 32,
        },
        "extend-spot-check": {"spot_check_no": "CC-2026-009"},
        "conclude-spot-check": {"spot_check_no": "CC-2026-009"},
        "abandon-spot-check": {"spot_check_no": "CC-2026-009", "reason": "人员不足"},
    },
    "portal": {
        "adopt-rule-pack": ADOPT,
        "open-account": {"account": "w90001", "acts_as": "window:T01-W1"},
        "grant-role": {"account": "w90001", "role": "window", "town": "T01"},
        "close-account": {"account": "w90001", "reason": "离职"},
        "unlock-account": {"account": "w90001"},
    },
}  # fmt: skip


def body_of(service: str, name: str) -> Body:
    """The body of a command by its name, that name in it."""
    return {"command": name, **BODIES[service][name]}
