"""Access of an outside inspector (纪检、审计): granted from day to day within the pack's limit, used in sessions, ended."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Literal, assert_never

import msgspec
from msgspec import Meta

from services.audit.domain.rectification.shapes import (
    Code,
    FindingNo,
    Inspector,
    Line,
    Reference,
    TownCode,
    TownCodeOrEmpty,
    rejected_unless,
    text_given,
)
from services.audit.rules import RECTIFICATION, Rectification
from services.contracts.audit import (
    InspectorAccessExpired,
    InspectorAccessGranted,
    InspectorAccessRevoked,
    InspectorReadRecorded,
    InspectorSessionOpened,
)
from services.contracts.clocks import overdue
from services.contracts.deciding import CHINA, Aggregate, Command, CommandRejected, Context
from services.contracts.registry import Fact
from services.contracts.roles import same_person

_TOWNS_MAX: Final = 100
_TESTS_MAX: Final = 200


class OfInspection(Command, frozen=True, kw_only=True):
    """Base of the commands about one grant of access."""

    inspection_no: Reference

    @property
    def subject(self) -> str:
        return f"inspection:{self.inspection_no}"


class GrantInspectorAccess(OfInspection, frozen=True, kw_only=True):
    """Grant an inspector of an organisation access to the whole log, some towns, or findings of some tests, from day to day.

    The inspector is a number, never a name; who it is stands in the document.
    """

    inspector: Inspector
    organisation: Line
    document: Line
    scope: Literal["log", "towns", "tests"]
    towns: Annotated[tuple[TownCode, ...], Meta(max_length=_TOWNS_MAX)] = ()
    tests: Annotated[tuple[Code, ...], Meta(max_length=_TESTS_MAX)] = ()
    from_on: date
    until_on: date


class RevokeInspectorAccess(OfInspection, frozen=True, kw_only=True):
    """End the access before its day."""

    reason: Line


class ExpireInspectorAccess(OfInspection, frozen=True, kw_only=True):
    """By the timer: its last day is over."""

    until_on: date


class OpenInspectorSession(OfInspection, frozen=True, kw_only=True):
    """Give the inspector a token, for one of the grant's towns or all it names; the decision says how long it is good."""

    town: TownCodeOrEmpty = ""


class RecordInspectorRead(OfInspection, frozen=True, kw_only=True):
    """By the door, before it shows an inspector the facts or a paper of a finding."""

    finding_no: FindingNo
    what: Code


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """A grant as far as it has come."""

    granted: InspectorAccessGranted | None = None
    ended: bool = False
    last_session: InspectorSessionOpened | None = None
    reads: int = 0

    @property
    def sessions(self) -> int:
        return self.last_session.session if self.last_session else 0


InspectionCommand = (
    GrantInspectorAccess | RevokeInspectorAccess | ExpireInspectorAccess | OpenInspectorSession | RecordInspectorRead
)


def in_force(state: Inspection, day: date) -> bool:
    """Whether the access holds on a day: granted, begun, not over and not ended."""
    granted = state.granted
    return granted is not None and not state.ended and granted.from_on <= day <= granted.until_on


def decide(state: Inspection, command: InspectionCommand, context: Context) -> tuple[Fact, ...]:
    if isinstance(command, GrantInspectorAccess):
        return (_grant(state, command, context),)
    granted = state.granted
    if granted is None:
        raise CommandRejected("grant-unknown", "没有该查阅授权", "there is no such grant of access")
    rejected_unless(not state.ended, "grant-ended", "该查阅授权已终止", "the access has ended")
    match command:
        case RevokeInspectorAccess():
            text_given("reason", command.reason)
            revoked = InspectorAccessRevoked(
                inspection_no=command.inspection_no, reason=command.reason, revoked_on=context.today,
                revoked_by=context.actor,
            )  # fmt: skip
            return (revoked,)
        case ExpireInspectorAccess():
            rejected_unless(
                command.until_on == granted.until_on and overdue(granted.until_on, context.today),
                "clock-running",
                "时限未到",
                "its last day is not over",
            )
            expired = InspectorAccessExpired(
                inspection_no=command.inspection_no, until_on=granted.until_on, sessions=state.sessions,
                reads=state.reads,
            )  # fmt: skip
            return (expired,)
        case OpenInspectorSession():
            return (_open_session(state, granted, command, context),)
        case RecordInspectorRead():
            _while_in_force(state, context)
            read = InspectorReadRecorded(
                inspection_no=command.inspection_no, inspector=granted.inspector, finding_no=command.finding_no,
                what=command.what, read=state.reads + 1,
            )  # fmt: skip
            return (read,)
        case _:
            assert_never(command)


def _grant(state: Inspection, command: GrantInspectorAccess, context: Context) -> InspectorAccessGranted:
    rejected_unless(state.granted is None, "grant-known", "该授权编号已登记", "there is a grant of that number")
    text_given("organisation", command.organisation)
    text_given("document", command.document)
    rejected_unless(
        not same_person(context.actor, command.inspector),
        "granted-to-self",
        "不得授权给本人",
        "nobody grants access to themselves",
    )
    rejected_unless(
        (bool(command.towns), bool(command.tests)) == (command.scope == "towns", command.scope == "tests"),
        "grant-scope",
        "查阅范围须与所列镇街或检查项目一致",
        "name the towns or the tests that the scope is of, and nothing else",
    )
    days = context.rule_on(RECTIFICATION, context.today, Rectification).inspection_days_max
    rejected_unless(
        context.today <= command.until_on and 0 <= (command.until_on - command.from_on).days < days,
        "grant-too-long",
        f"查阅授权最长 {days} 日，且不得早于今日届满",
        f"access is granted for at most {days} days, and does not end before today",
    )
    fields = {name: getattr(command, name) for name in GrantInspectorAccess.__struct_fields__}
    version = context.rules.version_on(RECTIFICATION, context.today)
    return InspectorAccessGranted(**fields, granted_by=context.actor, pack_version=version)


def _while_in_force(state: Inspection, context: Context) -> None:
    rejected_unless(
        in_force(state, context.today), "grant-not-in-force", "查阅授权不在有效期内", "the access is not in force today"
    )


def _open_session(
    state: Inspection, granted: InspectorAccessGranted, command: OpenInspectorSession, context: Context
) -> InspectorSessionOpened:
    """Good for the pack's hours, and never beyond the end of the grant's last day in China."""
    _while_in_force(state, context)
    rejected_unless(
        command.town in granted.towns if granted.scope == "towns" else not command.town,
        "grant-scope",
        "所选镇街不在查阅范围内",
        "a session is for one town of a grant of towns, and for no single town of another",
    )
    hours = context.rule_on(RECTIFICATION, context.today, Rectification).session_hours_max
    end = datetime.combine(granted.until_on + timedelta(days=1), time(), CHINA).astimezone(UTC)
    return InspectorSessionOpened(
        inspection_no=command.inspection_no, inspector=granted.inspector, session=state.sessions + 1,
        town=command.town, expires_at=min(end, context.now.replace(microsecond=0) + timedelta(hours=hours)),
        issued_by=context.actor,
    )  # fmt: skip


def evolve(state: Inspection, event: Fact) -> Inspection:
    match event:
        case InspectorAccessGranted():
            return Inspection(granted=event)
        case InspectorAccessRevoked() | InspectorAccessExpired():
            return msgspec.structs.replace(state, ended=True)
        case InspectorSessionOpened():
            return msgspec.structs.replace(state, last_session=event)
        case InspectorReadRecorded():
            return msgspec.structs.replace(state, reads=event.read)
        case _:
            return state


INSPECTION: Final = Aggregate(
    prefix="inspection",
    state=Inspection,
    initial=Inspection(),
    commands=(
        GrantInspectorAccess,
        RevokeInspectorAccess,
        ExpireInspectorAccess,
        OpenInspectorSession,
        RecordInspectorRead,
    ),
    decide=decide,
    evolve=evolve,
)
