"""A recruitment round (选聘): opened by document, candidates, scores, ranking posted, selection with reasons, appointment."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final, Literal, assert_never

import msgspec
from msgspec import Meta

from services.contracts.calendar import notice_last_day
from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.payroll import (
    CandidateAppointed,
    CandidateRegistered,
    CandidateScored,
    CandidatesSelected,
    PassedOver,
    RankedCandidate,
    RankingPosted,
    RecruitmentClosed,
    RecruitmentOpened,
    SoughtPosts,
)
from services.contracts.registry import Fact
from services.contracts.resident_ids import normal_id
from services.contracts.sealed import Clear
from services.payroll.domain.guards import (
    no_personal_number,
    not_in_future,
    on_list,
    person_of,
    rejected_unless,
    text_given,
)
from services.payroll.domain.shapes import CodeOrEmpty, Line, Name, OfficerNo, Reference, Sha256, TownCode, Word
from services.payroll.rules import APPOINTMENT, PAY_SCALE, Appointment, PayScale, pack_on

SCORE_MAX: Final = 10_000
CANDIDATES_MAX: Final = 2_000


class _OfRound(Command, frozen=True, kw_only=True):
    round_no: Reference

    @property
    def subject(self) -> str:
        return f"recruitment:{self.round_no}"


class Sought(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Posts of a town that a round is to fill."""

    town: TownCode
    posts: Annotated[int, Meta(ge=1, le=1_000)]


class OpenRecruitment(_OfRound, frozen=True, kw_only=True):
    """Open a round by a document of the district (按区委、区政府有关要求)."""

    document: Line
    sought: Annotated[tuple[Sought, ...], Meta(min_length=1, max_length=200)]
    opened_on: date


class RegisterCandidate(_OfRound, frozen=True, kw_only=True):
    """Somebody applies for a town's post; below the diploma only with a recorded reason and document."""

    candidate_no: Reference
    town: TownCode
    resident_id: Word
    name: Name
    education: Word
    major: Word = ""
    qualification: CodeOrEmpty = ""
    exception_reason: Line = ""
    exception_document: Line = ""


class ScoreCandidate(_OfRound, frozen=True, kw_only=True):
    """A candidate's score; scored again before the posting, the last one counts."""

    candidate_no: Reference
    score_hundredths: Annotated[int, Meta(ge=0, le=SCORE_MAX)]
    document: Line


class PostRanking(_OfRound, frozen=True, kw_only=True):
    """Hang out the ranking; how long is the pack's."""

    posted_on: date
    evidence_sha256: Sha256


class Pick(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A candidate to be appointed; `reason` for passing over somebody of a better place or with preference."""

    candidate_no: Reference
    reason: Line = ""


class SelectCandidates(_OfRound, frozen=True, kw_only=True):
    """Select whom to appoint, after the posting is over."""

    picks: Annotated[tuple[Pick, ...], Meta(min_length=1, max_length=200)]
    document: Line


class NoteCandidateAppointed(_OfRound, frozen=True, kw_only=True):
    """A candidate became an officer; caused by the appointment."""

    candidate_no: Reference
    officer: OfficerNo


class CloseRecruitment(_OfRound, frozen=True, kw_only=True):
    """End a round before everybody selected is appointed."""

    reason: Line


class Candidate(msgspec.Struct, frozen=True, array_like=True):
    """A candidate in few bytes."""

    town: str
    person: str
    education: str
    preferred: bool
    exception_reason: str = ""
    exception_document: str = ""
    score: int | None = None


class Recruitment(msgspec.Struct, frozen=True, kw_only=True):
    """A round as far as it has come."""

    stage: Literal["none", "open", "posted", "selected", "closed"] = "none"
    sought: dict[str, int] = {}
    opened_on: date | None = None
    candidates: dict[str, Candidate] = {}
    ranking: tuple[RankedCandidate, ...] = ()
    last_day_on: date | None = None
    selected: tuple[str, ...] = ()
    selected_on: date | None = None
    appointed: tuple[str, ...] = ()


RecruitmentCommand = (
    OpenRecruitment
    | RegisterCandidate
    | ScoreCandidate
    | PostRanking
    | SelectCandidates
    | NoteCandidateAppointed
    | CloseRecruitment
)


def decide(state: Recruitment, command: RecruitmentCommand, context: Context) -> tuple[Fact, ...]:
    """The facts of one step of a round; steps out of order are refused."""
    match command:
        case OpenRecruitment():
            return _open(state, command, context)
        case RegisterCandidate():
            _at(state, "open")
            return _register(state, command, context)
        case ScoreCandidate():
            _at(state, "open")
            _candidate(state, command.candidate_no)
            text_given("document", command.document)
            scored = CandidateScored(
                round_no=command.round_no,
                candidate_no=command.candidate_no,
                score_hundredths=command.score_hundredths,
                document=command.document,
            )
            return (scored,)
        case PostRanking():
            _at(state, "open")
            return _post(state, command, context)
        case SelectCandidates():
            _at(state, "posted")
            return _select(state, command, context)
        case NoteCandidateAppointed():
            return _note_appointed(state, command)
        case CloseRecruitment():
            rejected_unless(
                state.stage not in ("none", "closed"),
                "recruitment-not-open",
                "该批次不在进行",
                "this round is not open",
            )
            text_given("reason", command.reason)
            return (_closed(state, command.round_no, len(state.appointed), command.reason),)
        case _:
            assert_never(command)


_STAGES_ZH: Final = {"none": "未启动", "open": "报名评分", "posted": "公示", "selected": "拟聘", "closed": "已结束"}


def _at(state: Recruitment, stage: str) -> None:
    rejected_unless(
        state.stage == stage,
        f"recruitment-not-{stage}",
        f"该批次当前为“{_STAGES_ZH[state.stage]}”，须为“{_STAGES_ZH[stage]}”方可办理",
        f"the round is at stage {state.stage}, this needs {stage}",
    )


def _open(state: Recruitment, command: OpenRecruitment, context: Context) -> tuple[Fact, ...]:
    rejected_unless(state.stage == "none", "recruitment-exists", "该批次已启动", "there is a round of this number")
    text_given("document", command.document)
    not_in_future("opened_on", command.opened_on, context)
    towns = [one.town for one in command.sought]
    rejected_unless(len(set(towns)) == len(towns), "town-twice", "镇街重复", "a town stands there twice")
    sought = tuple(SoughtPosts(town=one.town, post_count=one.posts) for one in command.sought)
    opened = RecruitmentOpened(
        round_no=command.round_no, document=command.document, sought=sought, opened_on=command.opened_on
    )  # fmt: skip
    return (opened,)


def _candidate(state: Recruitment, number: str) -> Candidate:
    known = state.candidates.get(number)
    if known is None:
        raise CommandRejected("candidate-unknown", "本批次没有该考生", "this round has no such candidate")
    return known


def _register(state: Recruitment, command: RegisterCandidate, context: Context) -> tuple[Fact, ...]:
    """At least the diploma, or a reason and a document: the rule is for new appointments, not for incumbents (二(四))."""
    rejected_unless(command.candidate_no not in state.candidates, "number-taken", "该编号已用", "this number is taken")
    rejected_unless(len(state.candidates) < CANDIDATES_MAX, "round-full", "报名人数已达上限", "the round is full")
    rejected_unless(
        command.town in state.sought, "town-not-sought", "本批次没有该镇街的岗位", "no post of this town is sought"
    )
    rules = pack_on(context.rules, APPOINTMENT, context.today, Appointment)
    on_list("education", command.education, rules.diplomas)
    if command.qualification:
        scale = pack_on(context.rules, PAY_SCALE, context.today, PayScale)
        on_list("qualification", command.qualification, scale.qualifications.keys() - {scale.no_qualification})
    no_personal_number(f"{command.major} {command.exception_reason} {command.exception_document}")
    excepted = bool(command.exception_reason.strip() and command.exception_document.strip())
    rejected_unless(
        rules.enough(command.education) or excepted,
        "diploma-too-low",
        f"今后选聘须{rules.diploma_min}及以上学历，例外须有理由和批准文件（方案二（四））",
        "a new appointment takes at least a college diploma; an exception takes a reason and a document",
    )
    person = person_of(command.resident_id, context)
    rejected_unless(
        all(one.person != person for one in state.candidates.values()),
        "candidate-twice",
        "该人员本批次已报名",
        "this person is a candidate of this round already",
    )
    return (
        CandidateRegistered(
            round_no=command.round_no,
            candidate_no=command.candidate_no,
            town=command.town,
            person=person,
            name=Clear(person=person, group="identity", text=command.name),
            resident_id=Clear(person=person, group="identity", text=normal_id(command.resident_id)),
            education=command.education,
            major=command.major,
            qualification=command.qualification,
            preferred=rules.prefers(command.major, command.qualification),
            exception_reason=command.exception_reason,
            exception_document=command.exception_document,
            pack_version=context.rules.version_on(APPOINTMENT, context.today),
        ),
    )


def ranked(candidates: dict[str, Candidate]) -> tuple[RankedCandidate, ...]:
    """Each town's candidates by score; of equal ones those with preference first (同等条件下优先), then by number."""
    found: list[RankedCandidate] = []
    for town in sorted({one.town for one in candidates.values()}):
        of_town = [(no, one) for no, one in candidates.items() if one.town == town and one.score is not None]
        ordered = sorted(of_town, key=lambda pair: (-(pair[1].score or 0), not pair[1].preferred, pair[0]))
        found += [
            RankedCandidate(
                candidate_no=no, town=town, rank=rank, score_hundredths=one.score or 0, preferred=one.preferred
            )
            for rank, (no, one) in enumerate(ordered, start=1)
        ]
    return tuple(found)


def _post(state: Recruitment, command: PostRanking, context: Context) -> tuple[Fact, ...]:
    not_in_future("posted_on", command.posted_on, context)
    ranking = ranked(state.candidates)
    rejected_unless(bool(ranking), "nobody-scored", "尚无评分", "nobody was scored yet")
    assert state.opened_on is not None
    rejected_unless(
        command.posted_on >= state.opened_on, "out-of-order", "公示早于启动", "it was posted before it was opened"
    )
    days = pack_on(context.rules, APPOINTMENT, command.posted_on, Appointment).posting_days
    return (
        RankingPosted(
            round_no=command.round_no,
            ranking=ranking,
            posted_on=command.posted_on,
            last_day_on=notice_last_day(command.posted_on, days),
            evidence_sha256=command.evidence_sha256,
            pack_version=context.rules.version_on(APPOINTMENT, command.posted_on),
        ),
    )


def _select(state: Recruitment, command: SelectCandidates, context: Context) -> tuple[Fact, ...]:
    """After the posting; as many a town as were sought; whoever is passed over is named with the reason (二(四) 选聘)."""
    assert state.last_day_on is not None
    rejected_unless(
        context.today > state.last_day_on,
        "posting-not-over",
        f"公示至 {state.last_day_on}，期满后方可确定人选",
        f"the ranking hangs out until {state.last_day_on}",
    )
    text_given("document", command.document)
    picked = [one.candidate_no for one in command.picks]
    rejected_unless(len(set(picked)) == len(picked), "candidate-twice", "人选重复", "a candidate stands there twice")
    places = {one.candidate_no: one for one in state.ranking}
    for number in picked:
        _candidate(state, number)
        rejected_unless(number in places, "candidate-unranked", "该考生不在排名中", "this candidate is not ranked")
    for town, posts in state.sought.items():
        rejected_unless(
            sum(places[number].town == town for number in picked) <= posts,
            "too-many-selected",
            f"{town} 只选聘 {posts} 人",
            f"only {posts} are sought for {town}",
        )
    passed_over = tuple(_passed_over(command, places))
    return (
        CandidatesSelected(
            round_no=command.round_no,
            selected=tuple(picked),
            passed_over=passed_over,
            document=command.document,
            selected_on=context.today,
        ),
    )


def _passed_over(command: SelectCandidates, places: dict[str, RankedCandidate]) -> Iterator[PassedOver]:
    """Of the same town and not selected: those of a better place, and those with preference behind whom none stands."""
    picked = {one.candidate_no for one in command.picks}
    for pick in command.picks:
        mine = places[pick.candidate_no]
        for other in places.values():
            preferred = other.preferred and not mine.preferred
            better = other.rank < mine.rank
            if other.town != mine.town or other.candidate_no in picked or not (preferred or better):
                continue
            text_given("reason", pick.reason)
            yield PassedOver(
                candidate_no=other.candidate_no,
                selected=pick.candidate_no,
                preferred=other.preferred,
                reason=pick.reason,
            )


def _note_appointed(state: Recruitment, command: NoteCandidateAppointed) -> tuple[Fact, ...]:
    if command.candidate_no in state.appointed or command.candidate_no not in state.selected:
        return ()
    noted = CandidateAppointed(
        round_no=command.round_no, candidate_no=command.candidate_no, officer=command.officer
    )  # fmt: skip
    appointed = len(state.appointed) + 1
    if state.stage == "closed" or appointed < len(state.selected):
        return (noted,)
    return (noted, _closed(state, command.round_no, appointed, ""))


def _closed(state: Recruitment, round_no: str, appointed: int, reason: str) -> RecruitmentClosed:
    return RecruitmentClosed(
        round_no=round_no, appointed_count=appointed, selected_count=len(state.selected), reason=reason
    )


def evolve(state: Recruitment, event: Fact) -> Recruitment:
    replace = msgspec.structs.replace
    match event:
        case RecruitmentOpened():
            sought = {one.town: one.post_count for one in event.sought}
            return replace(state, stage="open", sought=sought, opened_on=event.opened_on)
        case CandidateRegistered():
            candidate = Candidate(
                event.town,
                event.person,
                event.education,
                event.preferred,
                event.exception_reason,
                event.exception_document,
            )
            return replace(state, candidates={**state.candidates, event.candidate_no: candidate})
        case CandidateScored():
            known = state.candidates.get(event.candidate_no)
            if known is None:
                return state
            scored = replace(known, score=event.score_hundredths)
            return replace(state, candidates={**state.candidates, event.candidate_no: scored})
        case RankingPosted():
            return replace(state, stage="posted", ranking=event.ranking, last_day_on=event.last_day_on)
        case CandidatesSelected():
            # Only those selected are asked about from here on.
            kept = {number: one for number, one in state.candidates.items() if number in event.selected}
            return replace(
                state,
                stage="selected",
                selected=event.selected,
                selected_on=event.selected_on,
                candidates=kept,
                ranking=(),
            )
        case CandidateAppointed():
            return replace(state, appointed=(*state.appointed, event.candidate_no))
        case RecruitmentClosed():
            return replace(state, stage="closed")
        case _:
            return state


RECRUITMENT: Final = Aggregate(
    prefix="recruitment",
    state=Recruitment,
    initial=Recruitment(),
    commands=(
        OpenRecruitment,
        RegisterCandidate,
        ScoreCandidate,
        PostRanking,
        SelectCandidates,
        NoteCandidateAppointed,
        CloseRecruitment,
    ),
    decide=decide,
    evolve=evolve,
)
