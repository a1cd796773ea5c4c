"""Commands to casework; a value that does not fit never becomes a command. One module per area."""

from services.casework.domain.commands.ability import (
    ArrangeCare,
    AssessAbility,
    MarkReassessmentOverdue,
    ReportAbilityChange,
)
from services.casework.domain.commands.benefit import (
    AdjustBenefit,
    MarkReverificationOverdue,
    PostTermination,
    ReverifyHousehold,
    TerminateBenefit,
)
from services.casework.domain.commands.case import (
    CloseCase,
    CloseNotice,
    DecideEligibility,
    DeliverRefusal,
    MarkOverdue,
    ObjectToNotice,
    OfApplication,
    OpenCase,
    PostNotice,
    RecordBureauVisit,
    RecordSurvey,
    SubmitOpinion,
)
from services.casework.domain.commands.changes import (
    ClaimRecovery,
    CutShare,
    GrantGradualExit,
    RecordJobRefusal,
    RecordMemberDeath,
    RecordRecovery,
    ResumeBenefit,
    SuspendBenefit,
)
from services.casework.domain.commands.checking import (
    ContestCheck,
    ExportCheck,
    GivenPerson,
    RecordInformationCheck,
    RequestInformationCheck,
    ResolveConflict,
)
from services.casework.domain.commands.clocks import (
    ExtendClock,
    HandOverCase,
    NoteNearRelative,
    PauseClock,
    ResumeClock,
)
from services.casework.domain.commands.complaints import (
    AnswerComplaint,
    MarkComplaintOverdue,
    RecordComplaint,
)
from services.casework.domain.commands.delivery import (
    AcceptCaseload,
    CloseOfficerMonth,
    DecideVisitConflict,
    DeclineCaseload,
    DeviceNo,
    EndDuty,
    HeldTask,
    Holding,
    MoveResponsibility,
    NoteOfflineVisit,
    OnDuty,
    PlanHandover,
    RaiseVisitConflict,
    RateVisit,
    Receiver,
    ReceiveVisitBatch,
    RecordId,
    RecordOfflineVisit,
    ScheduleMonth,
    Sequence,
    SetVisitAside,
    StartDuty,
    TaskState,
    VisitedHousehold,
)
from services.casework.domain.commands.household import (
    GivenMember,
    GivenService,
    OfHousehold,
    OpenedMember,
    PrintPapers,
    ReadPersonalField,
    RecordPayoutAccount,
    TakeOverHousehold,
)
from services.casework.domain.commands.municipal import DropMunicipalNumber, NoteMunicipalNumber, ReadForExport
from services.casework.domain.commands.procedure import (
    AskSurveyHelp,
    CompletePapers,
    DeclineSurveyHelp,
    LapseRecognition,
    RecordReview,
)
from services.casework.domain.commands.service import (
    RecordVisit,
    RecordWork,
)
from services.casework.domain.commands.shapes import (
    EVIDENCE_MAX,
    MEMBERS_MAX,
    Actor,
    Category,
    Clock,
    Code,
    CommitteeCode,
    HouseholdNo,
    Instant,
    Line,
    Name,
    OfficerNo,
    Reference,
    Sha256,
    TownCode,
)

# All commands about a household, for those who decide them.
DeliveryCommand = (
    RecordVisit
    | RecordOfflineVisit
    | RateVisit
    | RaiseVisitConflict
    | DecideVisitConflict
    | SetVisitAside
    | MoveResponsibility
)

HouseholdCommand = (
    TakeOverHousehold
    | OpenCase
    | CloseCase
    | RecordSurvey
    | RequestInformationCheck
    | RecordInformationCheck
    | PostNotice
    | ObjectToNotice
    | CloseNotice
    | SubmitOpinion
    | RecordBureauVisit
    | DecideEligibility
    | DeliverRefusal
    | ReverifyHousehold
    | AdjustBenefit
    | PostTermination
    | TerminateBenefit
    | MarkReverificationOverdue
    | AssessAbility
    | ReportAbilityChange
    | MarkReassessmentOverdue
    | ArrangeCare
    | SuspendBenefit
    | ResumeBenefit
    | GrantGradualExit
    | RecordJobRefusal
    | CutShare
    | RecordMemberDeath
    | ClaimRecovery
    | RecordRecovery
    | MarkOverdue
    | PrintPapers
    | ReadPersonalField
    | RecordPayoutAccount
    | NoteMunicipalNumber
    | DropMunicipalNumber
    | ReadForExport
    | ExportCheck
    | ContestCheck
    | ResolveConflict
    | AskSurveyHelp
    | DeclineSurveyHelp
    | RecordReview
    | CompletePapers
    | LapseRecognition
    | RecordComplaint
    | AnswerComplaint
    | MarkComplaintOverdue
    | DeliveryCommand
    | RecordVisit
    | PauseClock
    | ResumeClock
    | ExtendClock
    | HandOverCase
    | NoteNearRelative
)

__all__ = [
    "EVIDENCE_MAX",
    "MEMBERS_MAX",
    "AcceptCaseload",
    "Actor",
    "AdjustBenefit",
    "AnswerComplaint",
    "ArrangeCare",
    "AskSurveyHelp",
    "AssessAbility",
    "Category",
    "ClaimRecovery",
    "Clock",
    "CloseCase",
    "CloseNotice",
    "CloseOfficerMonth",
    "Code",
    "CommitteeCode",
    "CompletePapers",
    "ContestCheck",
    "CutShare",
    "DecideEligibility",
    "DecideVisitConflict",
    "DeclineCaseload",
    "DeclineSurveyHelp",
    "DeliverRefusal",
    "DeliveryCommand",
    "DeviceNo",
    "EndDuty",
    "ExportCheck",
    "ExtendClock",
    "GivenMember",
    "GivenPerson",
    "GivenService",
    "GrantGradualExit",
    "HandOverCase",
    "HeldTask",
    "Holding",
    "HouseholdCommand",
    "HouseholdNo",
    "Instant",
    "LapseRecognition",
    "Line",
    "MarkComplaintOverdue",
    "MarkOverdue",
    "MarkReassessmentOverdue",
    "MarkReverificationOverdue",
    "MoveResponsibility",
    "Name",
    "NoteNearRelative",
    "NoteOfflineVisit",
    "ObjectToNotice",
    "OfApplication",
    "OfHousehold",
    "OfficerNo",
    "OnDuty",
    "OpenCase",
    "OpenedMember",
    "PauseClock",
    "PlanHandover",
    "PostNotice",
    "PostTermination",
    "PrintPapers",
    "RaiseVisitConflict",
    "RateVisit",
    "ReadPersonalField",
    "ReceiveVisitBatch",
    "Receiver",
    "RecordBureauVisit",
    "RecordComplaint",
    "RecordId",
    "RecordInformationCheck",
    "RecordJobRefusal",
    "RecordMemberDeath",
    "RecordOfflineVisit",
    "RecordPayoutAccount",
    "RecordRecovery",
    "RecordReview",
    "RecordSurvey",
    "RecordVisit",
    "RecordWork",
    "Reference",
    "ReportAbilityChange",
    "RequestInformationCheck",
    "ResolveConflict",
    "ResumeBenefit",
    "ResumeClock",
    "ReverifyHousehold",
    "ScheduleMonth",
    "Sequence",
    "SetVisitAside",
    "Sha256",
    "StartDuty",
    "SubmitOpinion",
    "SuspendBenefit",
    "TakeOverHousehold",
    "TaskState",
    "TerminateBenefit",
    "TownCode",
    "VisitedHousehold",
]
