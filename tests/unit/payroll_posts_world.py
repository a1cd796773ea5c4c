"""A small district's posts for tests: figures, people with right resident IDs, a round that ends in a selection."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from services.contracts.deciding import CHINA
from services.contracts.resident_ids import check_character
from services.payroll.domain.officer import AppointOfficer, Excepted, Terms
from services.payroll.domain.posts import AllotPosts, EstablishPosts, Figures, ReservePost
from services.payroll.domain.recruitment import (
    OpenRecruitment,
    Pick,
    PostRanking,
    RegisterCandidate,
    ScoreCandidate,
    SelectCandidates,
    Sought,
)
from tests.unit.test_payroll_cases import Ledger

LEADER, CASEWORKER, TOWN = "bureau-leader:L1", "bureau:B01", "town-leader:T01"
NOON = datetime(2026, 3, 16, 12, tzinfo=CHINA)
EVIDENCE = "a" * 64
# Of 6 posts: residents 3:2:1, beneficiaries 1:2:3, so each town gets two.
TOWNS = (
    Figures(town="T01", figures={"residents": 30_000, "beneficiaries": 100}),
    Figures(town="T02", figures={"residents": 20_000, "beneficiaries": 200}),
    Figures(town="T03", figures={"residents": 10_000, "beneficiaries": 300}),
)


def resident_id(n: int) -> str:
    """A right resident ID of a person born in 1990."""
    digits = f"50010119900101{n:03d}"
    return digits + check_character(digits)


def establish(ledger: Ledger, total: int = 6, **changes: Any) -> Ledger:
    ledger.tell(EstablishPosts(total=total, document="示例编〔2026〕1号"), LEADER, NOON)
    allot = AllotPosts(towns=TOWNS, document="示例分〔2026〕1号")
    ledger.tell(msgspec.structs.replace(allot, **changes), LEADER, NOON)
    return ledger


def terms(**changes: Any) -> Terms:
    plain = Terms(
        contract_no="HT-1", mode="service_contract", from_on=date(2026, 1, 1), document="示例合同〔2026〕1号"
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def reserve(officer: str = "O101", n: int = 1, town: str = "T01", **changes: Any) -> ReservePost:
    plain = ReservePost(town=town, officer=officer, resident_id=resident_id(n))
    return msgspec.structs.replace(plain, **changes)


def appoint(officer: str = "O101", n: int = 1, **changes: Any) -> AppointOfficer:
    """Without a round, by exception; diploma as asked for."""
    plain = AppointOfficer(
        officer=officer,
        resident_id=resident_id(n),
        name="李四",
        phone=f"1390000{n:04d}",
        bank_account=f"6222100{n:04d}",
        appointed_on=date(2026, 3, 1),
        position="member",
        education="大专",
        contract=terms(),
        exceptions=(Excepted(rule="recruitment", reason="示例：区政府专题会议", document="示例纪要〔2026〕2号"),),
        document="示例聘〔2026〕1号",
    )
    return msgspec.structs.replace(plain, **changes)


def candidate(no: str, n: int, **changes: Any) -> RegisterCandidate:
    plain = RegisterCandidate(
        round_no="XP-1", candidate_no=no, town="T01", resident_id=resident_id(n), name="王五", education="本科"
    )
    return msgspec.structs.replace(plain, **changes)


OPENING = OpenRecruitment(
    round_no="XP-1", document="示例区委〔2026〕3号", sought=(Sought(town="T01", posts=1),), opened_on=date(2026, 3, 1)
)


def opened(ledger: Ledger) -> Ledger:
    ledger.tell(OPENING, LEADER, NOON)
    return ledger


def scored(ledger: Ledger, *candidates: tuple[RegisterCandidate, int]) -> Ledger:
    for command, score in candidates:
        ledger.tell(command, CASEWORKER, NOON)
        points = ScoreCandidate(
            round_no="XP-1", candidate_no=command.candidate_no, score_hundredths=score, document="示例成绩单"
        )
        ledger.tell(points, CASEWORKER, NOON)
    return ledger


def posted(ledger: Ledger) -> Ledger:
    ranking = PostRanking(round_no="XP-1", posted_on=NOON.date(), evidence_sha256=EVIDENCE)
    ledger.tell(ranking, CASEWORKER, NOON)
    return ledger


def select(*picks: Pick) -> SelectCandidates:
    return SelectCandidates(round_no="XP-1", picks=picks, document="示例聘用〔2026〕1号")


AFTER_POSTING = NOON + timedelta(days=8)
