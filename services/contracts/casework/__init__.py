"""Facts casework owns: from acceptance to the care that was delivered (plan 二(三), 四(一), 四(四)); one module per area."""

from services.contracts.casework.benefit import (
    BenefitAdjusted,
    BenefitTerminated,
    HouseholdReverified,
    ReverificationOverdue,
    TerminationPosted,
)
from services.contracts.casework.case import (
    BureauVisited,
    CaseClosed,
    CaseOpened,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdSurveyed,
    InformationCheckRequested,
    InformationCheckReturned,
    NoticeClosed,
    NoticeObjected,
    NoticePosted,
    OpinionSubmitted,
    ProcedureStep,
    RefusalDelivered,
    StepOverdue,
)
from services.contracts.casework.clocks import (
    CaseHandedOver,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    NearRelativeNoted,
)
from services.contracts.casework.every import CommandRefused, ParkedDiscarded, RulePackAdopted
from services.contracts.casework.household import HouseholdMember, HouseholdTakenOver, PersonalFieldRead
from services.contracts.casework.service import ServicePlanned, VisitCompleted, WorkRecorded

__all__ = [
    "BenefitAdjusted",
    "BenefitTerminated",
    "BureauVisited",
    "CaseClosed",
    "CaseHandedOver",
    "CaseOpened",
    "ClockExtended",
    "ClockPaused",
    "ClockResumed",
    "CommandRefused",
    "EligibilityConfirmed",
    "EligibilityRefused",
    "HouseholdMember",
    "HouseholdReverified",
    "HouseholdSurveyed",
    "HouseholdTakenOver",
    "InformationCheckRequested",
    "InformationCheckReturned",
    "NearRelativeNoted",
    "NoticeClosed",
    "NoticeObjected",
    "NoticePosted",
    "OpinionSubmitted",
    "ParkedDiscarded",
    "PersonalFieldRead",
    "ProcedureStep",
    "RefusalDelivered",
    "ReverificationOverdue",
    "RulePackAdopted",
    "ServicePlanned",
    "StepOverdue",
    "TerminationPosted",
    "VisitCompleted",
    "WorkRecorded",
]
