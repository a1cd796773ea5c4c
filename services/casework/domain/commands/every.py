"""All commands about a household, for those who decide them."""

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
    RecordRecovery,
    ResumeBenefit,
    SuspendBenefit,
)
from services.casework.domain.commands.checking import (
    ContestCheck,
    ExportCheck,
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
    DecideVisitConflict,
    MoveResponsibility,
    RaiseVisitConflict,
    RateVisit,
    RecordOfflineVisit,
    SetVisitAside,
)
from services.casework.domain.commands.household import (
    PrintPapers,
    ReadPersonalField,
    RecordPayoutAccount,
    TakeOverHousehold,
)
from services.casework.domain.commands.procedure import (
    AskSurveyHelp,
    CompletePapers,
    DeclineSurveyHelp,
    LapseRecognition,
    RecordReview,
)
from services.casework.domain.commands.service import (
    RecordVisit,
)

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
    | ClaimRecovery
    | RecordRecovery
    | MarkOverdue
    | PrintPapers
    | ReadPersonalField
    | RecordPayoutAccount
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
