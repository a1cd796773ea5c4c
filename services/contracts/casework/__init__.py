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
from services.contracts.casework.checking import CheckContested, CheckedPerson, CheckExported, ConflictResolved
from services.contracts.casework.complaints import ComplaintAnswered, ComplaintOverdue, ComplaintReceived
from services.contracts.casework.every import CommandRefused, ParkedDiscarded, RulePackAdopted
from services.contracts.casework.household import HouseholdMember, HouseholdTakenOver, PersonalFieldRead
from services.contracts.casework.procedure import (
    CommunityReviewed,
    PapersCompleted,
    RecognitionLapsed,
    SurveyHelpAsked,
    SurveyHelpDeclined,
)
from services.contracts.casework.service import ServicePlanned, VisitCompleted, WorkRecorded

__all__ = [
    "BenefitAdjusted",
    "BenefitTerminated",
    "BureauVisited",
    "CaseClosed",
    "CaseOpened",
    "CheckContested",
    "CheckExported",
    "CheckedPerson",
    "CommandRefused",
    "CommunityReviewed",
    "ComplaintAnswered",
    "ComplaintOverdue",
    "ComplaintReceived",
    "ConflictResolved",
    "EligibilityConfirmed",
    "EligibilityRefused",
    "HouseholdMember",
    "HouseholdReverified",
    "HouseholdSurveyed",
    "HouseholdTakenOver",
    "InformationCheckRequested",
    "InformationCheckReturned",
    "NoticeClosed",
    "NoticeObjected",
    "NoticePosted",
    "OpinionSubmitted",
    "PapersCompleted",
    "ParkedDiscarded",
    "PersonalFieldRead",
    "ProcedureStep",
    "RecognitionLapsed",
    "RefusalDelivered",
    "ReverificationOverdue",
    "RulePackAdopted",
    "ServicePlanned",
    "StepOverdue",
    "SurveyHelpAsked",
    "SurveyHelpDeclined",
    "TerminationPosted",
    "VisitCompleted",
    "WorkRecorded",
]
