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
    RecordInformationCheck,
    RecordSurvey,
    RequestInformationCheck,
    SubmitOpinion,
)
from services.casework.domain.commands.clocks import (
    ExtendClock,
    HandOverCase,
    NoteNearRelative,
    PauseClock,
    ResumeClock,
)
from services.casework.domain.commands.household import ReadPersonalField, TakeOverHousehold
from services.casework.domain.commands.service import RecordVisit

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
    | RecordVisit
    | MarkOverdue
    | PauseClock
    | ResumeClock
    | ExtendClock
    | HandOverCase
    | NoteNearRelative
    | ReadPersonalField
)
