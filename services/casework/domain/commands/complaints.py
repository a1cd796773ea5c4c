"""Commands about complaints and reports (投诉举报) on a household's help."""

from datetime import date
from typing import Literal

from services.casework.domain.commands.household import OfHousehold
from services.casework.domain.commands.shapes import Actor, Reference, Sha256


class OfComplaint(OfHousehold, frozen=True, kw_only=True):
    """Base of the commands about one complaint."""

    complaint_no: Reference


class RecordComplaint(OfComplaint, frozen=True, kw_only=True):
    """Register a complaint or a report; `application_no` where it is about an open case, `responsible` answers it."""

    kind: Literal["complaint", "named_report", "anonymous_report"]
    application_no: Reference | None = None
    received_on: date
    responsible: Actor
    content_sha256: Sha256


class AnswerComplaint(OfComplaint, frozen=True, kw_only=True):
    """Record that it was checked, with what result, and answered."""

    outcome: Literal["founded", "unfounded"]
    answered_on: date
    reply_sha256: Sha256


class MarkComplaintOverdue(OfComplaint, frozen=True, kw_only=True):
    """State that a complaint was not answered in its term; issued by the timer."""

    due_on: date
