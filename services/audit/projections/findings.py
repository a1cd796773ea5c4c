"""Findings one by one with how they stand, their steps, and counts by town; nobody's personal values."""

from datetime import date, datetime
from typing import Any, Final

import msgspec

from services.contracts.audit import (
    Evidence,
    FindingAccounted,
    FindingAnswered,
    FindingAssigned,
    FindingClosed,
    FindingContestDecided,
    FindingContested,
    FindingEscalated,
    FindingHandled,
    FindingMisuseLinked,
    FindingOpened,
    FindingRecurred,
    FindingReleased,
    FindingSuppressed,
    RectificationExtensionDecided,
    RectificationExtensionRequested,
    RectificationOverdue,
    RectificationVerified,
)
from services.contracts.deciding import CHINA, Model, Record
from services.contracts.registry import Fact

OF_FINDING: Final[tuple[type[Fact], ...]] = (
    FindingOpened, FindingAssigned, FindingAnswered, FindingContested, FindingContestDecided,
    RectificationExtensionRequested, RectificationExtensionDecided, RectificationVerified, RectificationOverdue,
    FindingClosed, FindingEscalated, FindingHandled, FindingAccounted, FindingMisuseLinked, FindingSuppressed,
    FindingReleased, FindingRecurred,
)  # fmt: skip


class FindingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One finding. `status`: open, assigned, contested, answered, verified, closed, dismissed, suppressed.

    `due_on` is the last day of the clock that runs, None while none does; `overdue` was stated by its timer. `rounds`
    counts openings: closed, and found again on other records.
    """

    finding_no: str
    test: str
    severity: str
    about: str
    town: str
    rule: str
    law: str
    summary_zh: str
    summary_en: str
    evidence_count: int
    status: str
    opened_at: datetime
    origin: str = "test"
    origin_no: str = ""
    opened_by: str = ""
    evidence: tuple[Evidence, ...] = ()
    evidence_files: tuple[str, ...] = ()
    opened_on: date | None = None
    unit: str = ""
    responsible: str = ""
    assigned_on: date | None = None
    assigned_by: str = ""
    due_on: date | None = None
    overdue: bool = False
    extension_days: int = 0
    measures: str = ""
    answer_evidence: tuple[Evidence, ...] = ()
    answer_files: tuple[str, ...] = ()
    answered_on: date | None = None
    answered_by: str = ""
    statement: str = ""
    verified_on: date | None = None
    verified_by: str = ""
    note: str = ""
    sent_back: int = 0
    closed_on: date | None = None
    closed_by: str = ""
    document: str = ""
    escalated_on: date | None = None
    handled_on: date | None = None
    measure: str = ""
    accounted_on: date | None = None
    accountable: str = ""
    outcome: str = ""
    misuse_nos: tuple[str, ...] = ()
    suppression_no: str = ""
    suppressed_until: date | None = None
    recurred_in: tuple[str, ...] = ()
    rounds: int = 1


class StepRow(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a finding's history, keyed ``<finding>/<place in its stream>``."""

    finding_no: str
    step: str
    on: date
    by: str
    town: str
    text: str
    due_on: date | None
    event_id: str


class TownFindings(msgspec.Struct, frozen=True, kw_only=True):
    """Findings of one town that have not ended, by severity, and those among them that rest by a suppression.

    As far as one partition knows; add the partitions up.
    """

    town: str
    high: int = 0
    medium: int = 0
    low: int = 0
    suppressed: int = 0
    closed: int = 0


_change: Final = msgspec.structs.replace


def on_day(record: Record) -> date:
    """The civil day in China on which a fact happened."""
    return record.envelope.time.astimezone(CHINA).date()


def _opened(fact: FindingOpened, record: Record) -> FindingRow:
    names = (
        "finding_no", "test", "severity", "about", "town", "rule", "law", "summary_zh", "summary_en", "origin",
        "origin_no", "opened_by", "evidence", "evidence_files",
    )  # fmt: skip
    return FindingRow(
        **{name: getattr(fact, name) for name in names},
        evidence_count=len(fact.evidence),
        status="open",
        opened_at=record.envelope.time,
        opened_on=on_day(record),
    )


def _finding(row: FindingRow | None, record: Record, _: str) -> FindingRow | None:
    fact: Any = record.fact
    if isinstance(fact, FindingOpened):
        return _opened(fact, record)
    if row is None:
        return None
    match fact:
        case FindingAssigned():
            return _change(
                row, status="assigned", unit=fact.unit, responsible=fact.responsible, assigned_by=fact.assigned_by,
                assigned_on=row.assigned_on if fact.previous else fact.assigned_on, due_on=fact.due_on,
            )  # fmt: skip
        case FindingAnswered():
            return _change(
                row, status="answered", measures=fact.measures, answer_evidence=fact.evidence,
                answer_files=fact.evidence_files, answered_on=fact.answered_on, answered_by=fact.answered_by,
                due_on=fact.verify_by, overdue=False,
            )  # fmt: skip
        case FindingContested():
            return _change(row, status="contested", statement=fact.statement, due_on=fact.decide_by, overdue=False)
        case FindingContestDecided():
            status = "dismissed" if fact.outcome == "upheld" else "assigned"
            return _change(row, status=status, due_on=fact.due_on, overdue=False, note=fact.reason)
        case RectificationExtensionDecided():
            return _change(row, due_on=fact.due_on, extension_days=row.extension_days + fact.workdays)
        case RectificationVerified():
            back = fact.outcome == "sent_back"
            return _change(
                row, status="assigned" if back else "verified", verified_on=fact.verified_on, note=fact.note,
                verified_by=fact.verified_by, due_on=fact.rectify_by, overdue=False, sent_back=row.sent_back + back,
            )  # fmt: skip
        case RectificationOverdue():
            return _change(row, overdue=True)
        case _:
            return _finding_beside(row, fact)


def _finding_beside(row: FindingRow, fact: Fact) -> FindingRow:
    match fact:
        case FindingClosed():
            return _change(
                row, status="closed", closed_on=fact.closed_on, closed_by=fact.closed_by, document=fact.document,
                due_on=None, overdue=False,
            )  # fmt: skip
        case FindingEscalated():
            return _change(
                row, escalated_on=fact.escalated_on, misuse_nos=_with(row.misuse_nos, fact.misuse_no)
            )  # fmt: skip
        case FindingHandled():
            return _change(row, handled_on=fact.handled_on, measure=fact.measure)
        case FindingAccounted():
            return _change(
                row, accounted_on=fact.decided_on, accountable=fact.accountable, outcome=fact.outcome
            )  # fmt: skip
        case FindingMisuseLinked():
            return _change(row, misuse_nos=_with(row.misuse_nos, fact.misuse_no))
        case FindingSuppressed():
            return _change(
                row, status="suppressed", suppression_no=fact.suppression_no, suppressed_until=fact.until, due_on=None,
                overdue=False,
            )  # fmt: skip
        case FindingReleased():
            return _change(
                row, status=fact.status, suppression_no="", suppressed_until=None, due_on=fact.due_on
            )  # fmt: skip
        case FindingRecurred():
            recurred = _change(row, recurred_in=_with(row.recurred_in, fact.recurred_in))
            return _again(recurred) if fact.reopened else recurred
        case _:
            return row


def _again(row: FindingRow) -> FindingRow:
    """Open anew: nobody answers for it yet; what was done before is in its history."""
    return _change(
        row, status="open", unit="", responsible="", assigned_on=None, assigned_by="", closed_on=None, closed_by="",
        answered_on=None, verified_on=None, measures="", answer_evidence=(), answer_files=(), answered_by="",
        verified_by="", note="", document="", escalated_on=None, handled_on=None, measure="", accounted_on=None,
        accountable="", outcome="", rounds=row.rounds + 1,
    )  # fmt: skip


def _with(some: tuple[str, ...], one: str) -> tuple[str, ...]:
    return some if one in some or not one else (*some, one)


_DAYS: Final = ("verify_by", "decide_by", "rectify_by", "due_on", "until")
_TEXTS: Final = (
    "note", "measures", "statement", "reason", "measure", "outcome", "told", "suppression_no", "recurred_in", "misuse_no",
)  # fmt: skip


def _step(_: StepRow | None, record: Record, __: str) -> StepRow:
    fact: Any = record.fact
    due = next((day for name in _DAYS if (day := getattr(fact, name, None)) is not None), None)
    texts = [text for name in _TEXTS if (text := getattr(fact, name, ""))]
    if isinstance(fact, FindingOpened):
        texts = [fact.summary_zh]
    if isinstance(fact, FindingAssigned):
        texts = [f"{fact.unit} {fact.responsible}", *texts]
    return StepRow(
        finding_no=fact.finding_no,
        step=record.envelope.type.split(".")[2],
        on=on_day(record),
        by=record.envelope.actor,
        town=fact.town,
        text="；".join(texts),
        due_on=due,
        event_id=record.envelope.id,
    )


def _town(row: TownFindings | None, record: Record, key: str) -> TownFindings:
    fact: Any = record.fact
    before = row or TownFindings(town=key)
    match fact:
        case FindingOpened() | FindingRecurred(reopened=True):
            again = isinstance(fact, FindingRecurred)
            return _counted(before, fact.severity, 1, closed=-1 if again else 0)
        case FindingClosed():
            return _counted(before, fact.severity, -1, closed=1)
        case FindingContestDecided(outcome="upheld"):
            return _counted(before, fact.severity, -1)
        case FindingSuppressed():
            return _change(before, suppressed=before.suppressed + 1)
        case FindingReleased():
            return _change(before, suppressed=before.suppressed - 1)
        case _:
            return before


def _counted(row: TownFindings, severity: str, more: int, *, closed: int = 0) -> TownFindings:
    return _change(
        row,
        high=row.high + more * (severity == "high"),
        medium=row.medium + more * (severity == "medium"),
        low=row.low + more * (severity == "low"),
        closed=row.closed + closed,
    )


def finding_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.finding_no,)


def _step_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (f"{fact.finding_no}/{record.envelope.streamversion:06d}",)


def _town_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.town,)


FINDINGS: Final = Model(
    name="findings", row=FindingRow, listens=OF_FINDING, keys=finding_keys, evolve=_finding,
    seen_by=("unit",), own="responsible",
)  # fmt: skip
FINDING_STEPS: Final = Model(
    name="finding_steps", row=StepRow, listens=OF_FINDING, keys=_step_keys, evolve=_step, listed_by="finding_no"
)
FINDINGS_BY_TOWN: Final = Model(
    name="findings_by_town",
    row=TownFindings,
    listens=(
        FindingOpened,
        FindingClosed,
        FindingContestDecided,
        FindingSuppressed,
        FindingReleased,
        FindingRecurred,
    ),
    keys=_town_keys,
    evolve=_town,
)
