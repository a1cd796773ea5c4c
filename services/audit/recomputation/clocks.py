"""A clock as the facts leave it: moved by a pause or an extension, stopped by the step it waits for, stated overdue."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from services.audit.recomputation.working_days import Days
from services.contracts import casework, intake
from services.contracts.audit import Evidence
from services.contracts.registry import Fact

Name = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A clock that began and was not stopped. `ordinary_due_on`: before anything moved it."""

    due_on: date
    ordinary_due_on: date
    began_on: date
    need: str
    counting: str
    evidence: tuple[Evidence, ...]
    town: str = ""
    paused_on: date | None = None
    overdue: bool = False

    def paused(self, on: date, by: Evidence) -> "Running":
        return replace(self, paused_on=on, evidence=(*self.evidence, by))

    def moved_to(self, due_on: date, by: Evidence) -> "Running":
        return replace(self, due_on=due_on, paused_on=None, evidence=(*self.evidence, by))

    def stated_overdue(self) -> "Running":
        return replace(self, overdue=True)

    def after_pause(self, days: Days, resumed_on: date) -> date:
        """What was left after the pausing day is left after the day it is resumed; a pause shortens nothing (限时办理)."""
        if self.paused_on is None:
            return self.due_on
        left = days.left(self.counting, self.due_on, self.paused_on)
        ends_on = days.last_day(self.counting, resumed_on, left)
        return max(self.due_on, ends_on if left else days.first_worked_from(ends_on))

    def extended(self, days: Days, by: int, whole: int) -> date:
        """So many days more; or what a whole special term has more than the ordinary one (民发〔2021〕57号 art. 22)."""
        if whole:
            by = whole - days.left(self.counting, self.ordinary_due_on, self.began_on)
        return days.last_day(self.counting, self.due_on, by)

    def can_be_overdue(self, clock: str) -> bool:
        return clock in WITH_TIMER and self.paused_on is None and not self.overdue


# Clocks whose running out a timer states; others end of themselves, or are only told.
WITH_TIMER: Final = frozenset(
    {
        "investigation", "check_start", "first_opinion", "outer", "bureau", "written_notice", "recheck", "survey_help", "papers",
        "complaint", "reassessment", "reverification", "referral", "discovery", "difference", "warning", "change",
        "training",
    }
)  # fmt: skip
# What the town owes goes on after an emergency was helped; the decision's own clocks do not (国发〔2014〕47号).
_OF_TOWN: Final = ("investigation", "check_start", "first_opinion", "recheck", "survey_help")
_OF_DECISION: Final = ("outer", "bureau")
CLOCK_FACTS: Final[tuple[type[Fact], ...]] = (
    intake.ClockPaused, intake.ClockResumed, intake.ClockExtended, intake.ReferralCompleted, intake.ReferralReturned,
    intake.ReferralOverdue, intake.ApplicationWithdrawn, intake.DiscoveryFollowed, intake.DiscoveryClosed,
    intake.DiscoveryOverdue,
    casework.ClockPaused, casework.ClockResumed, casework.ClockExtended, casework.HouseholdSurveyed,
    casework.InformationCheckRequested, casework.InformationCheckReturned, casework.SurveyHelpDeclined,
    casework.NoticePosted,
    casework.PapersCompleted, casework.ComplaintAnswered, casework.ComplaintOverdue, casework.CaseClosed,
    casework.BenefitTerminated, casework.RecognitionLapsed, casework.AbilityAssessed, casework.ReassessmentOverdue,
    casework.ReverificationOverdue, casework.StepOverdue, casework.GradualExitGranted, casework.HouseholdTakenOver,
    casework.DifferenceSettled, casework.WarningHandled, casework.ChangeTaskClosed, casework.MunicipalTaskOverdue, casework.TrainingFulfilled,
    casework.TrainingOverdue,
)  # fmt: skip


def stops(fact: Fact, running: dict[Name, Running]) -> tuple[Name, ...]:
    """The clocks that a fact stops, of those that its subject may have."""
    number = str(getattr(fact, "application_no", ""))
    match fact:
        case casework.HouseholdSurveyed():
            return (("investigation", number), *((("survey_help", number),) if fact.valid else ()))
        case casework.NoticePosted():
            return (("first_opinion", number),)
        case casework.InformationCheckRequested():
            return (("check_start", number),)
        case casework.InformationCheckReturned():
            return (("recheck", number),) if fact.settles_contest else ()
        case casework.SurveyHelpDeclined():
            return (("survey_help", number),)
        case casework.PapersCompleted():
            return tuple((clock, number) for clock in (*_OF_TOWN, "papers"))
        case casework.EligibilityConfirmed():
            kept = _OF_DECISION if fact.papers_by is not None else (*_OF_TOWN, *_OF_DECISION)
            own: tuple[Name, ...] = () if fact.one_off else (("reverification", ""), ("validity", ""))
            return (*((clock, number) for clock in kept), *own)
        case casework.EligibilityRefused() | casework.CaseClosed():
            return tuple((clock, number) for clock in (*_OF_TOWN, *_OF_DECISION))
        case casework.RefusalDelivered():
            return (("written_notice", number),)
        case _:
            return _stops_beside(fact, running)


def _stops_beside(fact: Any, running: dict[Name, Running]) -> tuple[Name, ...]:
    match fact:
        case casework.ComplaintAnswered():
            return (("complaint", fact.complaint_no),)
        case casework.AbilityAssessed():
            return (("reassessment", fact.person),)
        case casework.BenefitTerminated():
            dropped = (("reassessment", person) for person in fact.reassessments_dropped)
            return ("reverification", ""), ("validity", ""), *dropped
        case casework.RecognitionLapsed():
            return ("reverification", ""), ("validity", "")
        case casework.DifferenceSettled():
            return (("difference", fact.task_no),)
        case casework.WarningHandled():
            return (("warning", fact.task_no),)
        case casework.ChangeTaskClosed():
            return (("change", fact.task_no),)
        case casework.TrainingFulfilled():
            return (("training", f"{fact.staff}/{fact.year}"),)
        case intake.ReferralCompleted() | intake.ReferralReturned() | intake.ApplicationWithdrawn():
            return (("referral", fact.application_no),)
        case intake.DiscoveryFollowed() | intake.DiscoveryClosed():
            return tuple(name for name in running if name[0] == "discovery")
        case _:
            return ()


def overdue_said(fact: Any) -> tuple[str, str, date, str] | None:
    """Clock, matter, last day and town of a fact that states a clock as run out; None for others."""
    match fact:
        case casework.StepOverdue():
            return fact.clock, fact.application_no, fact.due_on, fact.town
        case casework.ComplaintOverdue():
            return "complaint", fact.complaint_no, fact.due_on, fact.town
        case casework.ReassessmentOverdue():
            return "reassessment", fact.person, fact.due_on, fact.town
        case casework.ReverificationOverdue():
            return "reverification", "", fact.due_on, fact.town
        case casework.MunicipalTaskOverdue():
            return str(fact.task), fact.task_no, fact.due_on, fact.town
        case casework.TrainingOverdue():
            return "training", f"{fact.staff}/{fact.year}", fact.due_on, fact.town
        case intake.ReferralOverdue():
            return "referral", fact.application_no, fact.due_on, fact.town
        case intake.DiscoveryOverdue():
            return "discovery", fact.discovery_no, fact.due_on, fact.town
        case _:
            return None
