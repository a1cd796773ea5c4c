"""Commands about a finding from its opening to its end (问题–责任人–期限–销号); they decide nothing."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from services.audit.domain.rectification.shapes import (
    Actor,
    ActorOrEmpty,
    Cited,
    Files,
    FindingNo,
    Found,
    Line,
    Place,
    RaisedNo,
    Reference,
    ReferenceOrEmpty,
    Subject,
    Text,
    TownCodeOrEmpty,
    Unit,
)
from services.audit.rules import Severity
from services.contracts.deciding import Command


class OfFinding(Command, frozen=True, kw_only=True):
    """Base of the commands about one finding."""

    finding_no: FindingNo

    @property
    def subject(self) -> str:
        return f"finding:{self.finding_no}"


class RaiseFinding(Command, frozen=True, kw_only=True):
    """A person objects (auditor, inspector, bureau leader): to what, by which rule and law, on which records or papers.

    Records are cited by event id and place, papers and photos by digest; `found` is filled in by the edge.
    """

    finding_no: RaisedNo
    severity: Severity
    about: Subject
    town: Place
    rule: Line
    law: Line
    summary_zh: Line
    summary_en: Line = ""
    records: Cited = ()
    evidence_files: Files = ()
    found: Found = None

    @property
    def subject(self) -> str:
        return f"finding:{self.finding_no}"


class AssignFinding(OfFinding, frozen=True, kw_only=True):
    """Name the unit and the person who answer for it (责任单位、责任人); the pack says until when, by severity."""

    unit: Unit
    responsible: Actor
    note: Line = ""


class _OfResponsible(OfFinding, frozen=True, kw_only=True):
    """By the person who answers for it; `town` is the responsible unit's, empty for a unit of the district."""

    town: TownCodeOrEmpty = ""


class AnswerFinding(_OfResponsible, frozen=True, kw_only=True):
    """Say what was done, with records and papers that show it."""

    measures: Text
    records: Cited = ()
    evidence_files: Files = ()
    found: Found = None


class ContestFinding(_OfResponsible, frozen=True, kw_only=True):
    """Say that the finding is wrong (异议), in the term after it was assigned; once."""

    statement: Text
    evidence_files: Files = ()


class RequestRectificationExtension(_OfResponsible, frozen=True, kw_only=True):
    """Ask for more working days before the clock has run out."""

    workdays: Annotated[int, Meta(ge=1, le=366)]
    reason: Line


class DecideRectificationExtension(OfFinding, frozen=True, kw_only=True):
    """Grant the days that were asked for, or not; by somebody else."""

    approved: bool
    reason: Line


class DecideFindingContest(OfFinding, frozen=True, kw_only=True):
    """Uphold the objection (the finding stands no more), or reject it; by somebody else, with a reason."""

    outcome: Literal["upheld", "rejected"]
    reason: Line


class VerifyRectification(OfFinding, frozen=True, kw_only=True):
    """Look whether it was put right: not by who answered, nor by who answers for it."""

    outcome: Literal["accepted", "sent_back"]
    note: Line


class CloseFinding(OfFinding, frozen=True, kw_only=True):
    """Close it (销号) once it was verified; an escalated one only when handling and accountability are on record."""

    document: Line = ""
    note: Line = ""


class EscalateFinding(OfFinding, frozen=True, kw_only=True):
    """Pass it on to handling and accountability (处理、追责); `misuse_no` names payroll's case where money was misused."""

    reason: Line
    document: Line
    misuse_no: ReferenceOrEmpty = ""


class HandleFinding(OfFinding, frozen=True, kw_only=True):
    """Record what was done about an escalated finding (处理)."""

    measure: Line
    document: Line
    handled_on: date


class AccountForFinding(OfFinding, frozen=True, kw_only=True):
    """Record who is held accountable and how (追责); nobody only by a document that says so."""

    accountable: ActorOrEmpty = ""
    role: Line = ""
    outcome: Line
    document: Line
    decided_on: date


class MarkRectificationOverdue(OfFinding, frozen=True, kw_only=True):
    """By the timer: a clock ran out, or the next step of its escalation has come."""

    clock: str
    due_on: date
    step: int


class LinkMisuse(OfFinding, frozen=True, kw_only=True):
    """By payroll's fact: a case of misused money rests on this finding."""

    misuse_no: Reference


class SuppressFinding(OfFinding, frozen=True, kw_only=True):
    """By an approved suppression."""

    suppression_no: Reference
    until: date
    reason: Line
    proposed_by: Actor
    approved_by: Actor


class ReleaseFinding(OfFinding, frozen=True, kw_only=True):
    """By the end of a suppression."""

    suppression_no: Reference


class NoteRecurrence(OfFinding, frozen=True, kw_only=True):
    """By another finding of the same test about the same subject."""

    recurred_in: FindingNo


OPENING = (RaiseFinding,)
STEPS: tuple[type[Command], ...] = (
    AssignFinding,
    AnswerFinding,
    ContestFinding,
    RequestRectificationExtension,
    DecideRectificationExtension,
    DecideFindingContest,
    VerifyRectification,
    CloseFinding,
    EscalateFinding,
    HandleFinding,
    AccountForFinding,
    MarkRectificationOverdue,
    LinkMisuse,
    SuppressFinding,
    ReleaseFinding,
    NoteRecurrence,
)
