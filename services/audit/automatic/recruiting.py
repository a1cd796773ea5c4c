"""Automatic tests on recruitment (选聘, 二(四), 四(二)): score, ranking, posting, choice, diploma, and the round behind an appointment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Final

from services.audit.automatic.noted import Noted, noted
from services.audit.domain import DISTRICT, OpenFinding, evidence_of, objection
from services.audit.rules import figure, in_force
from services.contracts.audit import Evidence
from services.contracts.deciding import Record
from services.contracts.payroll import (
    CandidateRegistered,
    CandidateScored,
    CandidatesSelected,
    OfficerAppointed,
    RankedCandidate,
    RankingPosted,
)
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

SELECTION_WITHOUT_POSTING: Final = "selection_without_posting"
SELECTION_WITHOUT_SCORE: Final = "selection_without_score"
PASSED_OVER_UNSAID: Final = "passed_over_unsaid"
APPOINTED_OUTSIDE_ROUND: Final = "appointed_outside_round"
APPOINTED_BELOW_DIPLOMA: Final = "appointed_below_diploma"
# How the pack names the diplomas that are enough, among the figures of the test.
DIPLOMA: Final = "diploma:"


@dataclass(slots=True, kw_only=True)
class Round:
    """One recruitment round so far: who applied, who has a score, what hung out, who was chosen."""

    persons: dict[str, str] = field(default_factory=dict)
    scored: set[str] = field(default_factory=set)
    posted: Noted[RankingPosted] | None = None
    selected: dict[str, date] = field(default_factory=dict)

    def ranked(self) -> dict[str, RankedCandidate]:
        return {one.candidate_no: one for one in self.posted.fact.ranking} if self.posted else {}


def follow(one: Round, record: Record) -> None:
    """Bring a round up to `record`."""
    match record.fact:
        case CandidateRegistered() as fact:
            one.persons[fact.candidate_no] = fact.person
        case CandidateScored() as fact:
            one.scored.add(fact.candidate_no)
        case RankingPosted():
            one.posted = noted(record, RankingPosted)
        case CandidatesSelected() as fact:
            # A choice that does not say its day was made when its posting was over, as payroll takes it.
            over = one.posted.fact.last_day_on if one.posted else noted(record, CandidatesSelected).day
            day = fact.selected_on or over
            one.selected |= dict.fromkeys(fact.selected, day)


def selection_without_posting(one: Round, record: Record, rules: RuleBook) -> OpenFinding | None:
    """A choice before the ranking hung out its days to the end, or without any posting (选聘公示; 二(四))."""
    if not isinstance(record.fact, CandidatesSelected):
        return None
    selected = noted(record, CandidatesSelected)
    days_min = figure(rules, SELECTION_WITHOUT_POSTING, "posting_days_min", selected.day)
    posted = one.posted
    evidence: tuple[Evidence, ...] = (selected.evidence,)
    if days_min is None:
        return None
    if posted is None:
        lack_zh, lack_en = "排名没有公示", "its ranking was never posted"
    elif (posted.fact.last_day_on - posted.fact.posted_on).days < days_min:
        days, evidence = (posted.fact.last_day_on - posted.fact.posted_on).days, (posted.evidence, selected.evidence)
        lack_zh, lack_en = f"排名仅公示 {days} 日，应为 {days_min} 日", f"its ranking hung {days} days, not {days_min}"
    elif selected.day <= posted.fact.last_day_on:
        evidence = (posted.evidence, selected.evidence)
        lack_zh, lack_en = "公示期未满", f"its posting lasted to {posted.fact.last_day_on}"
    else:
        return None
    return _on_round(
        SELECTION_WITHOUT_POSTING, selected, evidence, f"已确定人选，但{lack_zh}", f"was chosen, but {lack_en}"
    )


def selection_without_score(one: Round, record: Record) -> OpenFinding | None:
    """Somebody chosen who has no score or no place in the ranking (二(四))."""
    fact = record.fact
    if not isinstance(fact, CandidatesSelected):
        return None
    ranked = one.ranked()
    lacking = [number for number in fact.selected if number not in one.scored or number not in ranked]
    if not lacking:
        return None
    names = "、".join(lacking)
    selected = noted(record, CandidatesSelected)
    zh, en = (
        f"人选 {names} 没有成绩或不在公示排名中",
        f"was chosen though {names} have no score or no place in the ranking",
    )
    return _on_round(SELECTION_WITHOUT_SCORE, selected, (selected.evidence,), zh, en)


def passed_over_unsaid(one: Round, record: Record) -> OpenFinding | None:
    """Somebody better ranked for the same town left out without a reason on record (二(四), 四(二))."""
    fact, ranked = record.fact, one.ranked()
    if not isinstance(fact, CandidatesSelected) or one.posted is None:
        return None
    said = {over.candidate_no for over in fact.passed_over if over.reason.strip()}
    worst: dict[str, int] = {}
    for number in fact.selected:
        if (place := ranked.get(number)) is not None:
            worst[place.town] = max(worst.get(place.town, 0), place.rank)
    left_out = [
        number
        for number, place in ranked.items()
        if place.rank < worst.get(place.town, 0) and number not in said and number not in fact.selected
    ]
    if not left_out:
        return None
    names = "、".join(left_out)
    selected = noted(record, CandidatesSelected)
    zh, en = f"排名靠前的 {names} 未入选且无理由记录", f"passed over {names}, better ranked, without a reason on record"
    return _on_round(PASSED_OVER_UNSAID, selected, (one.posted.evidence, selected.evidence), zh, en)


def _on_round(
    test: str, selected: Noted[CandidatesSelected], evidence: tuple[Evidence, ...], zh: str, en: str
) -> OpenFinding:
    number = selected.fact.round_no
    return objection(
        test, evidence, about=selected.subject, town=DISTRICT, zh=f"选聘 {number}：{zh}", en=f"round {number} {en}"
    )  # fmt: skip


def appointed_below_diploma(record: Record, rules: RuleBook) -> OpenFinding | None:
    """An appointment below a college diploma without its exception on record (四(二): 原则上应具有大专(含)以上文化程度)."""
    fact = record.fact
    if not isinstance(fact, OfficerAppointed):
        return None
    tests = in_force(rules, fact.appointed_on)
    rule = tests.tests.get(APPOINTED_BELOW_DIPLOMA) if tests else None
    if rule is None or f"{DIPLOMA}{fact.education}" in rule.parameters or _excepted(fact, "diploma"):
        return None
    return objection(
        APPOINTED_BELOW_DIPLOMA,
        (evidence_of(record),),
        about=record.envelope.subject,
        town=fact.town,
        zh=f"{fact.officer} 学历为{fact.education}，低于大专且没有例外批准",
        en=f"{fact.officer} was appointed with {fact.education}, below a college diploma and without an exception",
    )


def _excepted(fact: OfficerAppointed, rule: str) -> bool:
    """Whether the appointment states an exception from that rule, with reason and document."""
    return any(one.rule == rule and one.reason.strip() and one.document.strip() for one in fact.exceptions)


def appointed_outside_round(appointed: Noted[OfficerAppointed], rounds: Mapping[str, Round]) -> OpenFinding | None:
    """An appointment of whom no round chose, of another person than the chosen one, or from before the choice (二(四))."""
    fact = appointed.fact
    if _excepted(fact, "recruitment"):
        return None
    one = rounds.get(f"recruitment:{fact.round_no}")
    if one is None or fact.candidate_no not in one.selected:
        lack_zh, lack_en = "未经选聘程序确定", "whom no recruitment round chose"
    elif one.persons.get(fact.candidate_no) != fact.person:
        lack_zh, lack_en = f"与人选 {fact.candidate_no} 不是同一人", f"who is not candidate {fact.candidate_no}"
    elif fact.appointed_on < (chosen_on := one.selected[fact.candidate_no]):
        lack_zh = f"任职日期 {fact.appointed_on} 早于确定人选的 {chosen_on}"
        lack_en = f"from {fact.appointed_on}, before the choice on {chosen_on}"
    else:
        return None
    return objection(
        APPOINTED_OUTSIDE_ROUND,
        (appointed.evidence,),
        about=appointed.subject,
        town=fact.town,
        zh=f"聘用的 {fact.officer} {lack_zh}",
        en=f"{fact.officer} was appointed, {lack_en}",
    )


@dataclass(slots=True)
class RecruitmentWatch:
    """Every round so far, and every appointment."""

    rules: RuleBook
    rounds: dict[str, Round] = field(default_factory=dict)
    appointed: list[Noted[OfficerAppointed]] = field(default_factory=list)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        CandidateRegistered,
        CandidateScored,
        CandidatesSelected,
        OfficerAppointed,
        RankingPosted,
    )

    def read(self, record: Record) -> Iterator[OpenFinding]:
        if isinstance(record.fact, OfficerAppointed):
            self.appointed.append(noted(record, OfficerAppointed))
            if finding := appointed_below_diploma(record, self.rules):
                yield finding
            return
        one = self.rounds.setdefault(record.envelope.subject, Round())
        yield from filter(
            None,
            (
                selection_without_posting(one, record, self.rules),
                selection_without_score(one, record),
                passed_over_unsaid(one, record),
            ),
        )
        follow(one, record)

    def ended(self, _: datetime) -> Iterator[OpenFinding]:
        for appointed in self.appointed:
            if finding := appointed_outside_round(appointed, self.rounds):
                yield finding
