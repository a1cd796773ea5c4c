"""A finding as far as it has come: who answers for it, which clock runs, what rests beneath a contest or a suppression."""

from datetime import date
from typing import Literal

import msgspec

from services.contracts.audit import (
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
from services.contracts.registry import Fact

# In words: 待交办、整改中、异议审查、待核查、核查通过、已销号、不成立、搁置（抑制）.
Status = Literal[
    "", "open", "assigned", "contested", "answered", "verified", "closed", "dismissed", "suppressed"
]  # fmt: skip
CLOCK_OF: dict[Status, str] = {"assigned": "rectify", "answered": "verify", "contested": "contest"}


class Resting(msgspec.Struct, frozen=True, kw_only=True):
    """How a finding stood when it was contested or suppressed: its clock stands still since `paused_on`."""

    status: Status
    due_on: date | None
    paused_on: date


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An extension that waits for its decision."""

    workdays: int
    reason: str
    by: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding. `due_on` is the last day of the clock that its status has (`CLOCK_OF`); `told` counts escalation steps.

    `hands`: everybody who answered for it or answered, so that none of them verifies or closes.
    """

    opened: bool = False
    status: Status = ""
    test: str = ""
    severity: str = ""
    about: str = ""
    town: str = ""
    opened_by: str = ""
    unit: str = ""
    responsible: str = ""
    hands: tuple[str, ...] = ()
    assigned_by: str = ""
    assigned_on: date | None = None
    due_on: date | None = None
    resting: tuple[Resting, ...] = ()
    asked: Asked | None = None
    extensions: int = 0
    contested: bool = False
    verified_by: str = ""
    told: int = 0
    escalated_on: date | None = None
    handled_on: date | None = None
    accounted_on: date | None = None
    misuses: tuple[str, ...] = ()
    suppression_no: str = ""

    @property
    def clock(self) -> str:
        """The clock that runs; empty when none does."""
        return CLOCK_OF.get(self.status, "") if self.due_on is not None else ""

    @property
    def ended(self) -> bool:
        return self.status in ("closed", "dismissed")


_change = msgspec.structs.replace


def _to(state: Finding, status: Status, due_on: date | None) -> Finding:
    """The next status with the last day of its clock, which is a clock of its own."""
    return _change(state, status=status, due_on=due_on, told=0)


def _rest(state: Finding, status: Status, due_on: date | None, on: date) -> Finding:
    resting = Resting(status=state.status, due_on=state.due_on, paused_on=on)
    return _change(_to(state, status, due_on), resting=(*state.resting, resting))


def evolve(state: Finding, event: Fact) -> Finding:
    match event:
        case FindingOpened():
            return Finding(
                opened=True, status="open", test=event.test, severity=event.severity, about=event.about,
                town=event.town, opened_by=event.opened_by,
            )  # fmt: skip
        case FindingAssigned():
            again = bool(event.previous)
            kept = state if again else _to(state, "assigned", event.due_on)
            return _change(
                kept, unit=event.unit, responsible=event.responsible, hands=_with(state.hands, event.responsible),
                assigned_by=event.assigned_by, assigned_on=state.assigned_on if again else event.assigned_on,
            )  # fmt: skip
        case FindingAnswered():
            answered = _to(state, "answered", event.verify_by)
            return _change(answered, hands=_with(state.hands, event.answered_by), asked=None)
        case FindingContested():
            return _change(_rest(state, "contested", event.decide_by, event.contested_on), contested=True, asked=None)
        case FindingContestDecided():
            if event.outcome == "upheld":
                return _change(_to(state, "dismissed", None), resting=())
            return _change(_to(state, "assigned", event.due_on), resting=state.resting[:-1])
        case RectificationVerified():
            status: Status = "verified" if event.outcome == "accepted" else "assigned"
            return _change(_to(state, status, event.rectify_by), verified_by=event.verified_by)
        case _:
            return _evolve_beside(state, event)


def _evolve_beside(state: Finding, event: Fact) -> Finding:
    """What does not move a finding on its way, and its end."""
    match event:
        case FindingClosed():
            return _to(state, "closed", None)
        case RectificationExtensionRequested():
            asked = Asked(workdays=event.workdays, reason=event.reason, by=event.requested_by)
            return _change(state, asked=asked)
        case RectificationExtensionDecided():
            more = _change(state, asked=None)
            if not event.approved:
                return more
            return _change(more, due_on=event.due_on, told=0, extensions=state.extensions + 1)
        case RectificationOverdue():
            return _change(state, told=event.step)
        case FindingEscalated():
            return _change(state, escalated_on=event.escalated_on, misuses=_with(state.misuses, event.misuse_no))
        case FindingHandled():
            return _change(state, handled_on=event.handled_on)
        case FindingAccounted():
            return _change(state, accounted_on=event.decided_on)
        case FindingMisuseLinked():
            return _change(state, misuses=_with(state.misuses, event.misuse_no))
        case FindingSuppressed():
            resting = _rest(state, "suppressed", None, event.suppressed_on)
            return _change(resting, suppression_no=event.suppression_no)
        case FindingReleased() if state.resting:
            back = state.resting[-1]
            released = _to(state, back.status, event.due_on)
            return _change(released, resting=state.resting[:-1], suppression_no="")
        case FindingRecurred(reopened=True):
            return Finding(
                opened=True, status="open", test=state.test, severity=state.severity, about=state.about,
                town=state.town, opened_by=state.opened_by, misuses=state.misuses,
            )  # fmt: skip
        case _:
            return state


def _with(some: tuple[str, ...], one: str) -> tuple[str, ...]:
    return some if one in some or not one else (*some, one)
