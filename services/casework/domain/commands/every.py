"""All commands about a household, for those who decide them."""

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
from services.casework.domain.commands.checking import (
    ContestCheck,
    ExportCheck,
    RecordInformationCheck,
    RequestInformationCheck,
    ResolveConflict,
)
from services.casework.domain.commands.complaints import (
    AnswerComplaint,
    MarkComplaintOverdue,
    RecordComplaint,
)
from services.casework.domain.commands.household import ReadPersonalField, TakeOverHousehold
from services.casework.domain.commands.procedure import (
    AskSurveyHelp,
    CompletePapers,
    DeclineSurveyHelp,
    LapseRecognition,
    RecordReview,
)
from services.casework.domain.commands.service import RecordVisit

HouseholdCommand = (
    TakeOverHousehold
    | OpenCase
    | CloseCase
    | RecordSurvey
    | RequestInformationCheck
    | RecordInformationCheck
    | ExportCheck
    | ContestCheck
    | ResolveConflict
    | AskSurveyHelp
    | DeclineSurveyHelp
    | RecordReview
    | PostNotice
    | ObjectToNotice
    | CloseNotice
    | SubmitOpinion
    | RecordBureauVisit
    | DecideEligibility
    | DeliverRefusal
    | CompletePapers
    | LapseRecognition
    | RecordComplaint
    | AnswerComplaint
    | MarkComplaintOverdue
    | ReverifyHousehold
    | AdjustBenefit
    | PostTermination
    | TerminateBenefit
    | MarkReverificationOverdue
    | RecordVisit
    | MarkOverdue
    | ReadPersonalField
)
