"""Facts about recruitment rounds (选聘, 二(四)): document, candidates, ranking, posting, and why somebody was passed over."""

from datetime import date

import msgspec

from services.contracts.registry import Fact, fact
from services.contracts.sealed import Personal


class SoughtPosts(msgspec.Struct, frozen=True, kw_only=True):
    """How many posts of a town a round is to fill."""

    town: str
    post_count: int


class RankedCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate's place in a town's ranking; the preference is not in the score."""

    candidate_no: str
    town: str
    rank: int
    score_hundredths: int
    preferred: bool


class PassedOver(msgspec.Struct, frozen=True, kw_only=True):
    """Who was passed over for whom, and why; `preferred`: with a social-work degree or qualification."""

    candidate_no: str
    selected: str
    preferred: bool
    reason: str


@fact("payroll", "recruitment_opened", subject="recruitment")
class RecruitmentOpened(Fact, frozen=True, kw_only=True):
    """A recruitment round was opened by a document of the district (按区委、区政府有关要求)."""

    round_no: str
    document: str
    sought: tuple[SoughtPosts, ...]
    opened_on: date


@fact("payroll", "candidate_registered", subject="recruitment")
class CandidateRegistered(Fact, frozen=True, kw_only=True):
    """Somebody applied for a town's post and may: diploma looked at, preference noted."""

    round_no: str
    candidate_no: str
    town: str
    person: str
    name: Personal
    resident_id: Personal
    education: str
    major: str
    qualification: str
    preferred: bool
    exception_reason: str
    exception_document: str
    pack_version: str


@fact("payroll", "candidate_scored", subject="recruitment")
class CandidateScored(Fact, frozen=True, kw_only=True):
    """A candidate's score; scored again before the posting, the last one counts."""

    round_no: str
    candidate_no: str
    score_hundredths: int
    document: str


@fact("payroll", "ranking_posted", subject="recruitment")
class RankingPosted(Fact, frozen=True, kw_only=True):
    """The ranking hangs out (公示) until `last_day_on`; before that nobody is selected."""

    round_no: str
    ranking: tuple[RankedCandidate, ...]
    posted_on: date
    last_day_on: date
    evidence_sha256: str
    pack_version: str


@fact("payroll", "candidates_selected", subject="recruitment")
class CandidatesSelected(Fact, frozen=True, kw_only=True):
    """Who is to be appointed, and whom that passed over with which reason; nobody of them from before `selected_on`."""

    round_no: str
    selected: tuple[str, ...]
    passed_over: tuple[PassedOver, ...]
    document: str
    selected_on: date | None = None


@fact("payroll", "candidate_appointed", subject="recruitment")
class CandidateAppointed(Fact, frozen=True, kw_only=True):
    """A selected candidate is an officer now."""

    round_no: str
    candidate_no: str
    officer: str


@fact("payroll", "recruitment_closed", subject="recruitment")
class RecruitmentClosed(Fact, frozen=True, kw_only=True):
    """The round is over: everybody selected is appointed, or the bureau ended it with a reason."""

    round_no: str
    appointed_count: int
    selected_count: int
    reason: str
