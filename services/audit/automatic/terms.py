"""Automatic tests on terms: what the law or a pack gives a last day for, and was done late or not at all.

A test says of a record which term it begins, moves or ends; the watch knows the rest. Late and never done is one
finding, resting on the record that began the term, whenever it is asked for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

from services.audit.automatic.telling import day_of, figure_of
from services.audit.domain import DISTRICT, OpenFinding, evidence_of, objection
from services.contracts import casework, intake
from services.contracts.audit import Evidence
from services.contracts.casework import (
    AbilityAssessed,
    AbilityChangeReported,
    BenefitTerminated,
    CaseClosed,
    CaseOpened,
    CheckContested,
    ComplaintAnswered,
    ComplaintReceived,
    EligibilityConfirmed,
    EligibilityRefused,
    GradualExitGranted,
    HouseholdReverified,
    HouseholdTakenOver,
    InformationCheckReturned,
    OpinionSubmitted,
    PapersCompleted,
    RecognitionLapsed,
    RefusalDelivered,
    VisitConflictDecided,
    VisitConflictFound,
)
from services.contracts.deciding import CHINA, Record
from services.contracts.intake import (
    ApplicationIntroduced,
    ApplicationReferred,
    ApplicationWithdrawn,
    DiscoveryClosed,
    DiscoveryFollowed,
    InputQuarantined,
    InputReleased,
    NeedDiscovered,
    ReferralCompleted,
    ReferralReturned,
)
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A term begins, or begins anew: its last day, and who answers for it."""

    key: str
    due_on: date
    responsible: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A term stands still (`due_on` None) or has another last day now."""

    key: str
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a term was for was done, on a day; `late_tells` False: it fell away, and was never late."""

    key: str
    on: date
    late_tells: bool = True


Step = Begun | Moved | Done


def refusal_undelivered(record: Record, _: RuleBook) -> tuple[Step, ...]:
    """A refusal reaches the applicant in writing within its working days (民发〔2021〕57号 art. 21)."""
    match record.fact:
        case EligibilityRefused() as fact:
            return (Begun(key=fact.application_no, due_on=fact.written_notice_by, responsible=fact.decided_by),)
        case RefusalDelivered() as fact:
            return (Done(key=fact.application_no, on=fact.delivered_on),)
    return ()


def emergency_without_papers(record: Record, _: RuleBook) -> tuple[Step, ...]:
    """Whoever was helped first has the papers done afterwards, in the pack's term (国发〔2014〕47号: 事后补齐手续)."""
    match record.fact:
        case EligibilityConfirmed() as fact if fact.emergency and fact.papers_by:
            return (Begun(key=fact.application_no, due_on=fact.papers_by, responsible=fact.decided_by),)
        case PapersCompleted() as fact:
            return (Done(key=fact.application_no, on=fact.completed_on),)
    return ()


def complaint_unanswered(record: Record, _: RuleBook) -> tuple[Step, ...]:
    """A complaint or report is checked and answered in its term (57号 arts. 36-38)."""
    match record.fact:
        case ComplaintReceived() as fact:
            return (Begun(key=fact.complaint_no, due_on=fact.answer_by, responsible=fact.responsible),)
        case ComplaintAnswered() as fact:
            return (Done(key=fact.complaint_no, on=fact.answered_on),)
    return ()


def reverification_overdue(record: Record, _: RuleBook) -> tuple[Step, ...]:
    """A household that receives is looked at again by its day (57号 art. 31: 动态管理、定期核查)."""
    match record.fact:
        case HouseholdTakenOver() as fact:
            return (Begun(key="", due_on=fact.reverify_by, responsible=f"officer:{fact.officer}"),)
        case EligibilityConfirmed() as fact if fact.reverify_by:
            return (Begun(key="", due_on=fact.reverify_by),)
        case EligibilityConfirmed() as fact if fact.valid_until:  # a recognition lapses, nobody looks again
            return (Done(key="", on=day_of(record), late_tells=False),)
        case HouseholdReverified() as fact:
            return Done(key="", on=fact.reverified_on), Begun(key="", due_on=fact.next_by)
        case GradualExitGranted() as fact:
            return (Begun(key="", due_on=fact.until_month.last_day),)
        case BenefitTerminated() | RecognitionLapsed():
            return (Done(key="", on=day_of(record), late_tells=False),)
    return ()


def reassessment_late(record: Record, _: RuleBook) -> tuple[Step, ...]:
    """After a reported change of ability a tekun person is assessed anew in ten working days (特困人员认定办法 2021)."""
    match record.fact:
        case AbilityChangeReported() as fact:
            return (Begun(key=fact.person, due_on=fact.reassess_by, responsible=fact.responsible),)
        case AbilityAssessed() as fact:
            return (Done(key=fact.person, on=fact.assessed_on),)
        case BenefitTerminated() as fact:
            return tuple(Done(key=one, on=day_of(record), late_tells=False) for one in fact.reassessments_dropped)
    return ()


def decided_late(record: Record, _: RuleBook) -> tuple[Step, ...]:
    """A case is decided in its whole term and in the bureau's, pauses and extensions counted (57号 arts. 20, 22)."""
    match record.fact:
        case CaseOpened() as fact:
            return (Begun(key=f"{fact.application_no} outer", due_on=fact.decide_by, responsible=fact.responsible),)
        case OpinionSubmitted() as fact:
            return (Begun(key=f"{fact.application_no} bureau", due_on=fact.decide_by, responsible=fact.received_by),)
        case casework.ClockPaused() as fact:
            return (Moved(key=f"{fact.application_no} {fact.clock}", due_on=None),)
        case casework.ClockResumed() | casework.ClockExtended() as fact:
            return (Moved(key=f"{fact.application_no} {fact.clock}", due_on=fact.due_on),)
        case EligibilityConfirmed() | EligibilityRefused() as fact:
            return tuple(
                Done(key=f"{fact.application_no} {clock}", on=fact.decided_on) for clock in ("outer", "bureau")
            )
        case CaseClosed() as fact:
            closed = day_of(record)
            return tuple(
                Done(key=f"{fact.application_no} {clock}", on=closed, late_tells=False) for clock in ("outer", "bureau")
            )
    return ()


def contest_unanswered(record: Record, _: RuleBook) -> tuple[Step, ...]:
    """What a household contests of the check is asked again in the pack's term (57号 art. 18: 申请复核)."""
    match record.fact:
        case CheckContested() as fact:
            return (Begun(key=fact.application_no, due_on=fact.clock_by or fact.recheck_by),)
        case InformationCheckReturned() as fact if fact.settles_contest:
            return (Done(key=fact.application_no, on=fact.returned_on),)
        case InformationCheckReturned() as fact if fact.recheck_by:
            return (Moved(key=fact.application_no, due_on=fact.recheck_by),)
        case CaseClosed() | EligibilityRefused() as fact:
            return (Done(key=fact.application_no, on=day_of(record), late_tells=False),)
    return ()


def discovery_unfollowed(record: Record, _: RuleBook) -> tuple[Step, ...]:
    """Whoever was found in need is followed up by the town's window (社会救助暂行办法 art. 48: 主动发现、及时救助)."""
    match record.fact:
        case NeedDiscovered() as fact:
            return (Begun(key=fact.discovery_no, due_on=fact.follow_up_by, responsible=f"window:{fact.town}"),)
        case DiscoveryFollowed() | DiscoveryClosed() as fact:
            return (Done(key=fact.discovery_no, on=day_of(record)),)
    return ()


def referral_unanswered(record: Record, _: RuleBook) -> tuple[Step, ...]:
    """What was passed on to another department or body is answered in its term (方案四(一): 转办、限时办理)."""
    match record.fact:
        case ApplicationReferred() | ApplicationIntroduced() as fact:
            return (Begun(key=fact.application_no, due_on=fact.answer_by, responsible=fact.responsible),)
        case intake.ClockPaused() as fact if fact.clock == "referral":
            return (Moved(key=fact.application_no, due_on=None),)
        case intake.ClockResumed() | intake.ClockExtended() as fact if fact.clock == "referral":
            return (Moved(key=fact.application_no, due_on=fact.due_on),)
        case ReferralCompleted() as fact:
            return (Done(key=fact.application_no, on=fact.completed_on),)
        case ReferralReturned() as fact:
            return (Done(key=fact.application_no, on=fact.returned_on),)
        case ApplicationWithdrawn() as fact:
            return (Done(key=fact.application_no, on=day_of(record), late_tells=False),)
    return ()


def visit_conflict_undecided(record: Record, rules: RuleBook) -> tuple[Step, ...]:
    """Two visit records that contradict each other are decided by a person within the pack's days (方案二(三)、四(三))."""
    match record.fact:
        case VisitConflictFound() as fact:
            days = figure_of(rules, "visit_conflict_undecided", "days_max", record)
            if days is not None:
                due = day_of(record) + timedelta(days=days)
                return (Begun(key=fact.conflict_no, due_on=due, responsible=fact.responsible),)
        case VisitConflictDecided() as fact:
            return (Done(key=fact.conflict_no, on=day_of(record)),)
    return ()


def input_left_quarantined(record: Record, rules: RuleBook) -> tuple[Step, ...]:
    """What a town sent and could not be read is mended within the pack's days (社会救助暂行办法 art. 66: 丢失记录)."""
    match record.fact:
        case InputQuarantined() as fact:
            days = figure_of(rules, "input_left_quarantined", "days_max", record)
            if days is not None:
                return (Begun(key=fact.place, due_on=day_of(record) + timedelta(days=days)),)
        case InputReleased() as fact:
            return (Done(key=fact.place, on=day_of(record)),)
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermTest:
    """A test of a term with what it is about, in words."""

    steps: Callable[[Record, RuleBook], tuple[Step, ...]]
    zh: str
    en: str

    @property
    def name(self) -> str:
        return self.steps.__name__


TESTS: Final = (
    TermTest(steps=refusal_undelivered, zh="不予确认的书面告知", en="the written refusal"),
    TermTest(steps=emergency_without_papers, zh="急难救助的补办手续", en="the papers after an emergency"),
    TermTest(steps=complaint_unanswered, zh="投诉举报的答复", en="the answer to a complaint"),
    TermTest(steps=reverification_overdue, zh="定期复核", en="the look at the household again"),
    TermTest(steps=reassessment_late, zh="自理能力变化后的重新评估", en="the assessment after a reported change"),
    TermTest(steps=decided_late, zh="审核确认", en="the decision"),
    TermTest(steps=contest_unanswered, zh="核对异议的复核", en="the check that was contested"),
    TermTest(steps=discovery_unfollowed, zh="主动发现线索的跟进", en="the following up of a discovery"),
    TermTest(steps=referral_unanswered, zh="转办、转介事项的答复", en="the answer to what was passed on"),
    TermTest(steps=visit_conflict_undecided, zh="走访记录冲突的认定", en="the decision on contradicting visits"),
    TermTest(steps=input_left_quarantined, zh="隔离数据的处理", en="the mending of quarantined input"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term that runs, or stands still; the record that began it."""

    due_on: date | None
    responsible: str
    about: str
    town: str
    evidence: Evidence


def run_out(test: TermTest, key: str, term: Term, done_on: date | None) -> OpenFinding:
    """The objection to a term that was not kept, `done_on` where it was done late."""
    key = f"{key} " if key else ""
    became_zh, became_en = (
        (f"于 {done_on} 才完成", f"was done on {done_on}") if done_on else ("至今未完成", "is not done")
    )
    return objection(
        test.name,
        (term.evidence,),
        about=term.about,
        town=term.town,
        zh=f"{key}{test.zh}应于 {term.due_on} 前完成，{became_zh}；责任人 {term.responsible or '未列明'}",
        en=f"{key}{test.en} was due by {term.due_on} and {became_en}; {term.responsible or 'nobody named'} answers for it",
    )


@dataclass(slots=True)
class TermWatch:
    """Every term that runs, by test, subject and key."""

    rules: RuleBook
    terms: dict[tuple[str, str, str], Term] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        AbilityAssessed, AbilityChangeReported, ApplicationIntroduced, ApplicationReferred, ApplicationWithdrawn,
        BenefitTerminated, CaseClosed, CaseOpened, CheckContested, ComplaintAnswered, ComplaintReceived,
        DiscoveryClosed, DiscoveryFollowed, EligibilityConfirmed, EligibilityRefused, GradualExitGranted, HouseholdReverified,
        HouseholdTakenOver, InformationCheckReturned, InputQuarantined, InputReleased, NeedDiscovered,
        OpinionSubmitted, PapersCompleted, RecognitionLapsed, ReferralCompleted, ReferralReturned, RefusalDelivered, VisitConflictDecided,
        VisitConflictFound, casework.ClockExtended, casework.ClockPaused, casework.ClockResumed, intake.ClockExtended,
        intake.ClockPaused, intake.ClockResumed,
    )  # fmt: skip

    def read(self, record: Record) -> Iterator[OpenFinding]:
        subject = record.envelope.subject
        for test in TESTS:
            for step in test.steps(record, self.rules):
                place = (test.name, subject, step.key)
                term = self.terms.get(place)
                match step:
                    case Begun():
                        self.terms[place] = Term(
                            due_on=step.due_on, responsible=step.responsible, about=subject,
                            town=getattr(record.fact, "town", DISTRICT), evidence=evidence_of(record),
                        )  # fmt: skip
                    case Moved() if term is not None:
                        self.terms[place] = replace(term, due_on=step.due_on)
                    case Done() if term is not None:
                        del self.terms[place]
                        if step.late_tells and term.due_on is not None and step.on > term.due_on:
                            yield run_out(test, step.key, term, step.on)

    def ended(self, now: datetime) -> Iterator[OpenFinding]:
        today = now.astimezone(CHINA).date()
        by_name = {test.name: test for test in TESTS}
        for (name, _, key), term in self.terms.items():
            if term.due_on is not None and term.due_on < today:
                yield run_out(by_name[name], key, term, None)
