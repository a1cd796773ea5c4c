"""What one test objects to about one subject, over time: its findings so far, and a suppression that covers those to come."""

from datetime import date
from typing import Final, assert_never

import msgspec

from services.contracts.audit import FindingNoted, MatterReleased, MatterSuppressed
from services.contracts.deciding import Aggregate, Command, Context
from services.contracts.registry import Fact

# A chronic matter keeps its latest; earlier findings can still be suppressed one by one.
FINDINGS_KEPT_MAX: Final = 100


class _OfMatter(Command, frozen=True, kw_only=True):
    test: str
    about: str

    @property
    def subject(self) -> str:
        return f"matter:{self.test}/{self.about}"


class NoteFinding(_OfMatter, frozen=True, kw_only=True):
    """By a finding of this test about this subject."""

    finding_no: str


class SuppressMatter(_OfMatter, frozen=True, kw_only=True):
    """By an approved suppression."""

    suppression_no: str
    until: date
    reason: str
    proposed_by: str
    approved_by: str


class ReleaseMatter(_OfMatter, frozen=True, kw_only=True):
    """By the end of a suppression."""

    suppression_no: str


class Covering(msgspec.Struct, frozen=True, kw_only=True):
    """A suppression in force; another one takes its place only when it ends later."""

    suppression_no: str
    until: date
    reason: str
    proposed_by: str
    approved_by: str


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """Findings of one test about one subject, oldest first, and what covers them."""

    finding_nos: tuple[str, ...] = ()
    covering: Covering | None = None


MatterCommand = NoteFinding | SuppressMatter | ReleaseMatter


def decide(state: Matter, command: MatterCommand, _: Context) -> tuple[Fact, ...]:
    match command:
        case NoteFinding():
            return _note(state, command)
        case SuppressMatter():
            suppressed = MatterSuppressed(
                test=command.test, about=command.about, suppression_no=command.suppression_no, until=command.until,
                reason=command.reason, proposed_by=command.proposed_by, approved_by=command.approved_by,
                finding_nos=state.finding_nos,
            )  # fmt: skip
            return (suppressed,)
        case ReleaseMatter():
            released = MatterReleased(
                test=command.test, about=command.about, suppression_no=command.suppression_no,
                finding_nos=state.finding_nos,
            )  # fmt: skip
            return (released,)
        case _:
            assert_never(command)


def _note(state: Matter, command: NoteFinding) -> tuple[Fact, ...]:
    if command.finding_no in state.finding_nos:
        return ()
    covering = state.covering
    return (
        FindingNoted(
            finding_no=command.finding_no, test=command.test, about=command.about,
            earlier=state.finding_nos[-1] if state.finding_nos else "",
            suppression_no=covering.suppression_no if covering else "",
            until=covering.until if covering else None,
            reason=covering.reason if covering else "",
            proposed_by=covering.proposed_by if covering else "",
            approved_by=covering.approved_by if covering else "",
        ),
    )  # fmt: skip


def evolve(state: Matter, event: Fact) -> Matter:
    match event:
        case FindingNoted():
            return msgspec.structs.replace(
                state, finding_nos=(*state.finding_nos, event.finding_no)[-FINDINGS_KEPT_MAX:]
            )  # fmt: skip
        case MatterSuppressed():
            if state.covering is not None and state.covering.until >= event.until:
                return state
            covering = Covering(
                suppression_no=event.suppression_no, until=event.until, reason=event.reason,
                proposed_by=event.proposed_by, approved_by=event.approved_by,
            )  # fmt: skip
            return msgspec.structs.replace(state, covering=covering)
        case MatterReleased():
            held = state.covering
            mine = held is not None and held.suppression_no == event.suppression_no
            return msgspec.structs.replace(state, covering=None) if mine else state
        case _:
            return state


MATTER: Final = Aggregate(
    prefix="matter",
    state=Matter,
    initial=Matter(),
    commands=(NoteFinding, SuppressMatter, ReleaseMatter),
    decide=decide,
    evolve=evolve,
)
