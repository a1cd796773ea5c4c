"""Read models of recruitment: rounds with their documents and numbers, candidates by number; no personal field."""

from datetime import date
from typing import Any, Final, Literal

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.payroll import (
    CandidateAppointed,
    CandidateRegistered,
    CandidateScored,
    CandidatesSelected,
    PassedOver,
    RankingPosted,
    RecruitmentClosed,
    RecruitmentOpened,
    SoughtPosts,
)
from services.contracts.registry import Fact
from services.payroll.projections.keys import id_of_subject


class RecruitmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A round: what it seeks by which document, how far it has come, and whom it passed over with which reason."""

    document: str
    sought: tuple[SoughtPosts, ...]
    opened_on: date
    status: Literal["open", "posted", "selected", "closed"] = "open"
    candidates: int = 0
    below_diploma: int = 0
    posted_on: date | None = None
    last_day_on: date | None = None
    selected: tuple[str, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    appointed: int = 0
    closing_reason: str = ""


def _round(row: RecruitmentRow | None, record: Record, _: str) -> RecruitmentRow | None:
    if isinstance(record.fact, RecruitmentOpened):
        opened = record.fact
        return RecruitmentRow(document=opened.document, sought=opened.sought, opened_on=opened.opened_on)
    return None if row is None else _further(row, record.fact)


def _further(row: RecruitmentRow, fact: Fact) -> RecruitmentRow:
    replace = msgspec.structs.replace
    match fact:
        case CandidateRegistered():
            below = row.below_diploma + bool(fact.exception_reason)
            return replace(row, candidates=row.candidates + 1, below_diploma=below)
        case RankingPosted():
            return replace(row, status="posted", posted_on=fact.posted_on, last_day_on=fact.last_day_on)
        case CandidatesSelected():
            return replace(row, status="selected", selected=fact.selected, passed_over=fact.passed_over)
        case CandidateAppointed():
            return replace(row, appointed=row.appointed + 1)
        case RecruitmentClosed():
            return replace(row, status="closed", closing_reason=fact.reason)
        case _:
            return row


RECRUITMENTS: Final = Model(
    name="recruitments",
    row=RecruitmentRow,
    listens=(
        RecruitmentOpened,
        CandidateRegistered,
        RankingPosted,
        CandidatesSelected,
        CandidateAppointed,
        RecruitmentClosed,
    ),
    keys=id_of_subject,
    evolve=_round,
)


class CandidateRow(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate by ``<round>/<number>``: what counts for the ranking and what came of it; no name."""

    town: str
    education: str
    major: str
    qualification: str
    preferred: bool
    exception_reason: str
    status: Literal["registered", "scored", "ranked", "selected", "passed_over", "appointed"] = "registered"
    score_hundredths: int | None = None
    rank: int | None = None
    reason: str = ""
    officer: str = ""


def _candidate_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    match record.fact:
        case RankingPosted():
            numbers = [one.candidate_no for one in fact.ranking]
        case CandidatesSelected():
            numbers = [*fact.selected, *(one.candidate_no for one in fact.passed_over)]
        case _:
            numbers = [fact.candidate_no]
    return tuple(dict.fromkeys(f"{fact.round_no}/{number}" for number in numbers))


def _candidate(row: CandidateRow | None, record: Record, key: str) -> CandidateRow | None:
    number = key.partition("/")[2]
    if isinstance(record.fact, CandidateRegistered):
        fact = record.fact
        return CandidateRow(
            town=fact.town,
            education=fact.education,
            major=fact.major,
            qualification=fact.qualification,
            preferred=fact.preferred,
            exception_reason=fact.exception_reason,
        )
    return None if row is None else _came(row, record.fact, number)


def _came(row: CandidateRow, fact: Fact, number: str) -> CandidateRow:
    replace = msgspec.structs.replace
    match fact:
        case CandidateScored():
            return replace(row, status="scored", score_hundredths=fact.score_hundredths)
        case RankingPosted():
            place = next((one.rank for one in fact.ranking if one.candidate_no == number), None)
            return replace(row, status="ranked", rank=place)
        case CandidatesSelected() if number in fact.selected:
            return replace(row, status="selected")
        case CandidatesSelected():
            reason = next((one.reason for one in fact.passed_over if one.candidate_no == number), "")
            return replace(row, status="passed_over", reason=reason)
        case CandidateAppointed():
            return replace(row, status="appointed", officer=fact.officer)
        case _:
            return row


CANDIDATES: Final = Model(
    name="candidates",
    row=CandidateRow,
    listens=(CandidateRegistered, CandidateScored, RankingPosted, CandidatesSelected, CandidateAppointed),
    keys=_candidate_keys,
    evolve=_candidate,
)
