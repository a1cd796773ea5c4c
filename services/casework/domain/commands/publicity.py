"""Commands about publicity (政策宣传, plan 四(四)(五)): actions held, questions answered for everybody."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from services.casework.domain.commands.shapes import Actor, Code, CommitteeCode, Line, TownCode
from services.contracts.deciding import Command

PublicityNo = Annotated[str, Meta(pattern=r"^T[0-9]{2,3}-P[A-Za-z0-9-]{1,60}\Z")]
# The bureau's own answers begin with D (district), a town's with its code.
QuestionNo = Annotated[str, Meta(pattern=r"^(D|T[0-9]{2,3})-Q[A-Za-z0-9-]{1,60}\Z")]
Text = Annotated[str, Meta(min_length=1, max_length=2000)]
Count = Annotated[int, Meta(ge=0, le=100_000)]


class RecordPublicity(Command, frozen=True, kw_only=True):
    """Record a publicity action of a town or, with `committee`, of one of its committees."""

    publicity_no: PublicityNo
    town: TownCode
    committee: CommitteeCode | None = None
    place: Line
    topic: Code
    form: Code
    held_on: date
    leaflet_count: Count
    people_count: Count
    done_by: Actor

    @property
    def subject(self) -> str:
        return f"publicity:{self.publicity_no}"


class OfQuestion(Command, frozen=True, kw_only=True):
    """Base of the commands about one question."""

    question_no: QuestionNo

    @property
    def subject(self) -> str:
        return f"policy:{self.question_no}"


class PublishPolicyAnswer(OfQuestion, frozen=True, kw_only=True):
    """Publish a question about policy with its answer and the document it rests on, or correct what was published."""

    topic: Code
    question: Text
    answer: Text
    basis: Line


class WithdrawPolicyAnswer(OfQuestion, frozen=True, kw_only=True):
    """Withdraw a published answer."""

    reason: Line


PolicyCommand = PublishPolicyAnswer | WithdrawPolicyAnswer
