"""Facts of a case beside its main road: community review, papers after an emergency, help of another town, a validity that ended."""

from datetime import date

from services.contracts.registry import Fact, fact


@fact("casework", "community_reviewed", subject="household")
class CommunityReviewed(Fact, frozen=True, kw_only=True):
    """A community review (民主评议) of a case (art. 19). `answers_objection`: the pack takes it for the answer to one."""

    application_no: str
    town: str
    committee: str
    reviewed_on: date
    participants_count: int
    result: str
    minutes_sha256: str
    valid: bool
    missed_points: tuple[str, ...]
    answers_objection: bool
    pack_version: str


@fact("casework", "papers_completed", subject="household")
class PapersCompleted(Fact, frozen=True, kw_only=True):
    """All that an emergency (急难型) was helped without was done after it, and the case ended (国发〔2014〕47号)."""

    application_no: str
    town: str
    completed_on: date
    due_on: date


@fact("casework", "survey_help_asked", subject="household")
class SurveyHelpAsked(Fact, frozen=True, kw_only=True):
    """The town asked another to survey for it (协助调查), since the household lives there (人户分离)."""

    application_no: str
    need: str
    town: str
    committee: str
    member_count: int
    helping_town: str
    reason: str
    asked_on: date
    answer_by: date
    pack_version: str


@fact("casework", "survey_help_declined", subject="household")
class SurveyHelpDeclined(Fact, frozen=True, kw_only=True):
    """The town that was asked cannot survey, with its reason; the case is its own town's again."""

    application_no: str
    town: str
    helping_town: str
    reason: str
    declined_on: date


@fact("casework", "recognition_lapsed", subject="household")
class RecognitionLapsed(Fact, frozen=True, kw_only=True):
    """The validity of a recognition (低保边缘、刚性支出困难家庭) ended; the household may apply again."""

    town: str
    category: str
    valid_until: date
