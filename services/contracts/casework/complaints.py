"""Facts about complaints and reports (投诉举报): each is checked and answered in its term (民发〔2021〕57号 arts. 36-38)."""

from datetime import date

from services.contracts.registry import Fact, fact


@fact("casework", "complaint_received", subject="household")
class ComplaintReceived(Fact, frozen=True, kw_only=True):
    """Somebody complained or reported; who and what stays in its paper. `application_no`: of the open case it is about."""

    complaint_no: str
    town: str
    kind: str
    application_no: str
    received_on: date
    answer_by: date
    responsible: str
    content_sha256: str
    pack_version: str


@fact("casework", "complaint_answered", subject="household")
class ComplaintAnswered(Fact, frozen=True, kw_only=True):
    """A complaint was checked and its answer given; founded or not."""

    complaint_no: str
    town: str
    outcome: str
    answered_on: date
    due_on: date
    reply_sha256: str


@fact("casework", "complaint_overdue", subject="household")
class ComplaintOverdue(Fact, frozen=True, kw_only=True):
    """A complaint was not answered in its term; stated once by its timer."""

    complaint_no: str
    town: str
    due_on: date
    responsible: str
