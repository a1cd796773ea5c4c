"""Facts about publicity (政策宣传, plan 四(四)(五)): actions where people are, questions answered for everybody."""

from datetime import date

from services.contracts.registry import Fact, fact


@fact("casework", "publicity_held", subject="publicity")
class PublicityHeld(Fact, frozen=True, kw_only=True):
    """A publicity action: where, about what, leaflets given, people reached; `committee` is empty when a town held it."""

    publicity_no: str
    town: str
    committee: str
    place: str
    topic: str
    form: str
    held_on: date
    leaflet_count: int
    people_count: int
    done_by: str


@fact("casework", "policy_answer_published", subject="policy")
class PolicyAnswerPublished(Fact, frozen=True, kw_only=True):
    """A question about policy and its answer (政策问答), with the document it rests on; again: a corrected answer."""

    question_no: str
    town: str
    topic: str
    question: str
    answer: str
    basis: str


@fact("casework", "policy_answer_withdrawn", subject="policy")
class PolicyAnswerWithdrawn(Fact, frozen=True, kw_only=True):
    """A published answer holds no more."""

    question_no: str
    town: str
    reason: str
