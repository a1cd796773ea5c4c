"""Golden bytes: one committed record of every fact ever declared, and how a first one is made; it judges nothing."""

import types
import typing
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from services.contracts.codec import Draft, body_bytes, seal
from services.contracts.envelope import ZERO_HASH
from services.contracts.months import Month
from services.contracts.registry import Fact, FactType
from services.contracts.sealed import KeyGroup, Sealed
from tests.contract.golden.shape import structs_in

F = TypeVar("F", bound=Fact)

FOLDER: Final = Path(__file__).parent
AT: Final = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LEARNED_AT: Final = datetime(2026, 3, 2, 9, 30, 1, 250_000, tzinfo=UTC)
_ID: Final = "019cad32-{:04x}-7000-8000-000000000000"
_HASH: Final = "{:064x}"

# Values a reader recognises; a field that is not named here gets one by its type.
READABLE: Final[dict[str, object]] = {
    "town": "T01",
    "committee": "T01-C01",
    "bundle_no": "B-0123456789abcdef0123",
    "scope_of": "T01",
    "root_origin": "jiuzhu.local/log/root",
    "issued_to": "inspector:J1",
    "household_no": "T01-H00001",
    "officer": "O001",
    "post_no": "T01-P01",
    "person": "p_abcdefghijklmnopqrstuvwxyz",
    "bank_account_pseudonym": "p_zyxwvutsrqponmlkjihgfedcba",
    "phone_pseudonym": "p_zyxwvutsrqponmlkjihgfedcba",
    "request_no": "R-202603-00001",
    "application_no": "R-202603-00001-dibao_urban",
    "objection_no": "Y-202603-00001",
    "report_no": "B-202603-001",
    "offer_no": "J-202603-001",
    "assessors": ("assessor:A01", "assessor:A02"),
    "ability": "partly_lost",
    "care_tier": "half_care",
    "placement": "home",
    "service": "care",
    "claimed_by": "bureau:B02",
    "missing_points": ("care_agreement",),
    "reassessments_dropped": ("p_abcdefghijklmnopqrstuvwxyz",),
    "visit_no": "V-202603-00001",
    "work_no": "W-202603-00001",
    "check_no": "R-202603-00001-dibao_urban-K1",
    "contest_no": "HY-202603-00001",
    "complaint_no": "TS-202603-00001",
    "register": "bank",
    "registers": ("bank", "vehicle"),
    "helping_town": "T02",
    "surveyed_by_town": "T02",
    "reserve_fund": "T01-BYJ-2026",
    "resolved_by": "bureau:B02",
    "discovery_no": "T01-D202603-00001",
    "how": "visit",
    "reported_by": "committee:T01-C01",
    "match_no": "M-0123456789abcdef",
    "other_household": "T01-H00002",
    "other_town": "T01",
    "other_person": "p_zyxwvutsrqponmlkjihgfedcba",
    "features": ("name", "birth"),
    "where": "open_application",
    "verdict": "same",
    "stated_by": "window:T01-W1",
    "declared_by": "staff",
    "kinship": "侄子",
    "open_cases": ("R-202603-00001-dibao_urban",),
    "clock": "outer",
    "cause": "force_majeure",
    "article": "民发〔2021〕57号第22条",
    "keys": ("birth:p_abcdefghijklmnopqrstuvwxyz",),
    "ticket_no": "12345-202603-0001",
    "closed_by": "window:T01-W1",
    "suspected_need": "temporary",
    "consultation_no": "Q-202603-00001",
    "course_no": "D-K202603-01",
    "session_no": "S1",
    "trainer": "trainer:P01",
    "exam_no": "E1",
    "admitted": ("officer:O001", "officer:O002"),
    "waiting": ("window:T01-W1",),
    "publicity_no": "T01-P202603-001",
    "question_no": "D-Q202603-001",
    "duty_no": "Z-202603-00001",
    "discovery_nos": ("T01-D202603-00001",),
    "done_by": "committee:T01-C01-M1",
    "contractor": "K001",
    "contractor_name": "惠民社会工作服务中心（示例）",
    "credit_code": "52500112MJP000017G",
    "procurement_no": "G-2026-001",
    "contract_no": "HT-2026-001",
    "order_no": "GD-202603-0001",
    "payer_town": "T01",
    "staff_no": "K001-S01",
    "services": ("rehabilitation", "counselling"),
    "grade": "fair",
    "issued_by": "town-leader:T01",
    "delivered_by": "contractor:K001-L1",
    "accepted_by": "officer:O001",
    "sent_back_by": "officer:O001",
    "evaluated_by": "bureau:B02",
    "certificate": "p_abcdefghijklmnopqrstuvwxyz",
    "previous_pseudonym": "p_abcdefghijklmnopqrstuvwxyz",
    "from_post": "T01-P02",
    "opened": ("T01-P01", "T01-P02"),
    "abolished": ("T02-P09",),
    "to_town": "T02",
    "from_town": "T01",
    "approval_no": "DP-202603-001",
    "absence_no": "QJ-202603-001",
    "round_no": "XP-2026-01",
    "candidate_no": "K01",
    "mode": "service_contract",
    "contract_mode": "service_contract",
    "payer": "contractor",
    "held_by": "O002",
    "fault": "post-taken",
    "rule": "diploma",
    "factor": "residents",
    "unexplained": ("O002",),
    "grounds": ("difficult_birth",),
    "finding_no": "F-0123456789abcdef0123",
    "finding_nos": ("F-0123456789abcdef0123", "R-2026-001"),
    "evidence_files": (_HASH.format(1), _HASH.format(2)),
    "suppression_no": "YZ-2026-001",
    "inspection_no": "JC-2026-001",
    "inspector": "inspector:JW01",
    "towns": ("T01", "T02"),
    "tests": ("visits_overlap",),
    "concerned": ("officer:O001", "town-leader:T01-L1"),
    "assigned_by": "auditor:A1",
    "verified_by": "auditor:A2",
    "proposed_by": "auditor:A1",
    "opened_by": "auditor:A1",
    "told": "bureau-leader",
    "recurred_in": "F-fedcba9876543210fedc",
    "earlier": "F-fedcba9876543210fedc",
    "spot_check_no": "CC-2026-001",
    "design": "per_town",
    "period": "2026-03",
    "item": "O001",
    "checked": ("officer:O001",),
    "checkers": ("inspector:J01", "bureau:B02"),
    "mark": "standard_missed",
    "origin": "jiuzhu.local/log/root",
    "seed": _HASH.format(7),
    "ticket": _HASH.format(8),
    "unextended": "示例：全部偏差已查实",
    "need": "dibao_urban",
    "needs": ("dibao_urban", "medical"),
    "benefit": "dibao_urban",
    "category": "tekun",
    "relation": "本人",
    "channel": "window",
    "responsible": "window:T01-W1",
    "first_asked": "window:T01-W1",
    "previous": "window:T01-W1",
    "offered_by": "window:T01-W1",
    "receiver": "window:T01-W2",
    "staff": "window:T01-W2",
    "named_by": "town-leader:T01",
    "answered_by": "window:T01-W1",
    "decided_by": "bureau:B02",
    "confirmed_by": "bureau:B02",
    "prepared_by": "finance:F1",
    "discarded_by": "finance:F2",
    "withdrawn_by": "finance:F2",
    "exported_by": "finance:F2",
    "requested_by": "finance:F2",
    "declined_by": "bureau-leader:L1",
    "recorded_by": "finance:F2",
    "officers": ("O001", "O002"),
    "held_no": "2026-03-H1",
    "profile": "treasury",
    "file_format": "csv",
    "file_encoding": "gb18030",
    "insured_unit": "示例承接主体",
    "withholding_agent": "示例承接主体",
    "unit": "示例承接主体",
    "side": "part",
    "decision": "applied",
    "declaration": "insurance",
    "checked_by": "finance:F2",
    "approved_by": "bureau-leader:L1",
    "opinion_signed_by": "town-leader:T01",
    "investigators": ("officer:O001", "committee:T01-C01"),
    "pack_version": "procedure@2025-1",
    "reason_zh": "示例：不符合要求",
    "reason_en": "sample: does not fit",
    "about": "household:T01-H00001",
    "topic": "assist.log.v1",
    "type": "assist.casework.visit_completed.v1",
    "content": {"days": 7, "needs": ["dibao_urban"], "示例": True},
    "run": "2026-03",
    "source": "3",
    "from_source": "1",
    "to_source": "3",
    "invoice": "K001/FP-0001",
    "invoice_no": "FP-0001",
    "purchase_no": "GM-2026-001",
    "payment_no": "FK-2026-001",
    "move_no": "TJ-2026-001",
    "misuse_no": "WG-2026-001",
    "claim": "opening:示例〔2026〕1号/2026-02",
    "purpose": "officer_pay",
    "kind": "central_relief",
    "blocked": ("officer_pay", "officer_insurance"),
    "accountable": "finance:F1",
    "paid_by": "finance:F2",
    "ordered_by": "town-leader:T01",
    "from_year": 2026,
    "to_year": 2026,
    "purposes": ("officer_pay", "officer_insurance"),
    "document": "示例〔2026〕1号",
    "citation": "民发〔2021〕57号 第十九条",
    "year": 2026,
    "quarter": 1,
    "severity": "high",
    "outcome": "confirmed",
    "device": "P-T01-001",
    "record_id": "019cad32-0000-7000-8000-00000000feed",
    "author": "officer:O001",
    "uploaded_by": "window:T01-W1",
    "conflict_no": "K-0123456789abcdef0123",
    "plan_no": "HO-202603-001",
    "planned_by": "town-leader:T01",
    "content_pseudonym": "p_abcdefghijklmnopqrstuvwxyz",
    "kept": "first",
    "code": "person-unknown",
    "score": 5,
    "municipal_no": "50-2025-000123",
    "export_no": "D-E-0123456789abcdef",
    "comparison_no": "T01-B-0123456789abcdef",
    "list_no": "D-Y-0123456789abcdef",
    "task_no": "T01-W-p_abcdefghijklmnopqrstuvwxyz",
    "warning_no": "YJ-202603-0001",
    "task": "warning",
    "table": "cases",
    "selection": "month 2026-03",
    "until_cursor": "T01-H00009",
    "format": "csv",
    "encoding": "utf-8",
    "personal": ("name", "resident_id"),
    "because": "receiving",
    "escalated_to": "town-leader",
    "ours": "735.00",
    "theirs": "600.00",
    "compared_by": "bureau:B02",
    "settled_by": "officer:O001",
    "released_by": "bureau:B02",
    "road": "inbox",
    "place": "inbox/0/17/0123456789ab",
    "account": "p_zyxwvutsrqponmlkjihgfedcba",
    "pseudonym": "p_zyxwvutsrqponmlkjihgfedcba",
    "holder": "self",
    "held_for": "no_account",
    "change": "adjusted",
    "compared_with": "list",
    "before": "held",
    "after": "paid",
    "drafted_by": "bureau-finance:F1",
    "imported_by": "bureau-finance:F1",
    "published_by": "town-leader:T01",
    "reader_role": "bureau-finance",
}
IDENTIFIERS: Final = {
    "household": "household:T01-H00001",
    "erasure": "erasure:SC-2026-001",
    "officer": "officer:O001",
    "town": "town:T01",
    "run": "run:2026-03",
    "fund": "fund:2026-3",
    "town_fund": "town_fund:2026-T01",
    "town_purchase": "town_purchase:GM-2026-001",
    "payee": "payee:K001",
    "misuse": "misuse:WG-2026-001",
    "posts": "posts:district",
    "recruitment": "recruitment:XP-2026-01",
    "attendance": "attendance:2026-03-T01",
    "appraisal": "appraisal:O001-2026Q1",
    "device": "device:P-T01-001",
    "account": "account:window",
    "rules": "rules:procedure",
    "parked": "parked:household:T01-H00001",
    "discovery": "discovery:T01-D202603-00001",
    "course": "course:D-K202603-01",
    "trainee": "trainee:officer:O001",
    "publicity": "publicity:T01-P202603-001",
    "policy": "policy:D-Q202603-001",
    "committee": "committee:T01-C01",
    "contractor": "contractor:K001",
    "number": "number:R-202603-00001",
    "municipal": "municipal:50-2025-000123",
    "exchange": "exchange:district",
    "task": "task:T01-W-p_abcdefghijklmnopqrstuvwxyz",
    "person": "person:p_abcdefghijklmnopqrstuvwxyz",
    "benefit_list": "benefit_list:T01-2026-03",
    "standing_list": "standing_list:T01-C01",
    "finding": "finding:F-0123456789abcdef0123",
    "suppression": "suppression:YZ-2026-001",
    "matter": "matter:visits_overlap/officer:O001",
    "inspection": "inspection:JC-2026-001",
    "spot_check": "spot_check:CC-2026-001",
    "bundle": "bundle:B-0123456789abcdef0123",
    "log": "log:assist.log.v1",
    "attestation": "attestation:casework",
    "recomputation": "recomputation:assist.log.v1",
    "*": "household:T01-H00001",
}
_PLAIN: Final[dict[object, Callable[[str, int], object]]] = {
    str: lambda name, n: _HASH.format(n) if name.endswith(("sha256", "hash", "head")) else f"示例 {name}",
    int: lambda name, n: 100_000 + n if name.endswith("_fen") else n,
    bool: lambda _, n: n % 2 == 0,
    date: lambda _, n: date(2026, 3, 1 + n % 28),
    datetime: lambda _, n: AT.replace(minute=n % 60),
    Month: lambda _, n: Month(2026, 1 + n % 12),
}


def _value(wanted: Any, name: str, n: int, at: str) -> object:
    """A value of type `wanted` for the field `name`, the `n`-th of its fact; `at` is its place for a sealed value."""
    if wanted is Sealed or Sealed in typing.get_args(wanted):
        groups = typing.get_args(KeyGroup)
        person = str(READABLE["person"])
        return Sealed(person=person, group=groups[n % len(groups)], at=f"{at}{name}", box="AAECAwQFBgcICQoLc2FtcGxl")
    if name in READABLE and not structs_in(wanted):  # one name, a text here and a structure there
        return READABLE[name]
    if hasattr(wanted, "__supertype__"):
        wanted = wanted.__supertype__
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return _filled(wanted, f"{at}{name}.")
    if wanted in _PLAIN:
        return _PLAIN[wanted](name, n)
    arguments = [argument for argument in typing.get_args(wanted) if argument not in (types.NoneType, ...)]
    if typing.get_origin(wanted) is tuple:
        return tuple(_value(argument, f"{name}.{i}", n + i, at) for i, argument in enumerate(arguments * 2))
    assert len(arguments) == 1, f"say in READABLE what a sample {name} is: {wanted}"
    return _value(arguments[0], name, n, at)


def _filled(body: type[msgspec.Struct], at: str) -> msgspec.Struct:
    hints = typing.get_type_hints(body)
    fields = {name: _value(hints[name], name, n, at) for n, name in enumerate(body.__struct_fields__, 1)}
    return body(**fields)


def made(body: type[F], **said: object) -> F:
    """A fact of a type with every field filled, and what is `said` of it; for tests that care for a few of them."""
    fact = _filled(body, "made/")
    assert isinstance(fact, body)
    return msgspec.structs.replace(fact, **said)


def example(declared: FactType) -> bytes:
    """The bytes of a first sample record of a fact, every field filled, as they would stand on the log."""
    n = zlib.crc32(declared.kind.encode()) % 0xFFFF
    fact = _filled(declared.body, f"{_ID.format(n)}/")
    assert isinstance(fact, Fact)
    draft = Draft(
        id=_ID.format(n), owner=declared.owner, subject=IDENTIFIERS[declared.subject], streamversion=1, time=AT,
        recordedtime=LEARNED_AT, commandid="019cad32-0000-7000-8000-00000000c0de", commandhash=_HASH.format(n),
        correlationid="019cad32-0000-7000-8000-00000000c0de", actor="bureau:B02", fact=fact,
        causationid="019cad32-0000-7000-8000-00000000cafe",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )  # fmt: skip
    return seal(body_bytes(draft), 1, ZERO_HASH)


def files_of(kind: str) -> list[Path]:
    """The golden records of a type, oldest first: ``<kind>.json``, then ``<kind>.2.json`` after a field was added."""
    numbered = {int(path.name[len(kind) + 1 : -5]): path for path in FOLDER.glob(f"{kind}.[0-9]*.json")}
    first = FOLDER / f"{kind}.json"
    return [*([first] if first.exists() else []), *(path for _, path in sorted(numbered.items()))]
