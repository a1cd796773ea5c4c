"""intake's read models: applications, counts per window, what waits in quarantine; no name and no payload in clear."""

from datetime import UTC, date
from typing import Any, Final

import msgspec

from services.contracts.codec import encoder
from services.contracts.deciding import CHINA, Command, Due, Model, Record
from services.contracts.intake import (
    ApplicationAccepted,
    ApplicationAnswered,
    ApplicationIntroduced,
    ApplicationReferred,
    ApplicationWithdrawn,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    CommandRefused,
    ConsultationRecorded,
    DiscoveryClosed,
    DiscoveryFollowed,
    DiscoveryOverdue,
    ErasureApproved,
    ErasureDone,
    ErasureRefused,
    HandoverAccepted,
    HandoverDeclined,
    HandoverOffered,
    InputQuarantined,
    InputReleased,
    MatchFound,
    MaterialsNoticeIssued,
    MaterialsNoticeRepeated,
    NearRelativeDeclared,
    NeedDiscovered,
    ReferralAccepted,
    ReferralCompleted,
    ReferralOverdue,
    ReferralReturned,
    RequestReceived,
    TownKeyIssued,
    TownKeyRevoked,
    WindowStaffed,
    WindowUnstaffed,
)
from services.contracts.registry import Fact
from services.contracts.sealed import Personal
from services.intake.domain import CarryOutErasure, MarkDiscoveryOverdue, MarkReferralOverdue, application_no_of


class ApplicationRow(msgspec.Struct, frozen=True, kw_only=True):
    """One application by its number.

    `status`: received, waiting (for materials), accepted, referred, returned (to the window's list), withdrawn,
    confirmed, helped, refused. `decide_by` is the outer clock, for a referred one the department's; None while no clock
    runs. `department` is whom it was last passed on to, or the code of the body it was introduced to
    (`introduced`). `paused_on`: since when its clock stands still. `delegate_paper` proves who may ask for the applicant.
    `offered_to` may accept the duty of `responsible` (首问负责). What near relatives declare is in `near_relatives`.
    """

    household: str
    request_no: str
    town: str
    committee: str
    need: str
    channel: str
    status: str
    responsible: str
    received_on: date
    near_relative_declared: bool
    delegated: bool
    member_count: int
    accepted_on: date | None = None
    investigate_by: date | None = None
    decide_by: date | None = None
    department: str = ""
    missing: tuple[str, ...] = ()
    notice_count: int = 0
    introduced: bool = False
    referral_accepted_on: date | None = None
    return_reason: str = ""
    returned_count: int = 0
    overdue_count: int = 0
    offered_to: str = ""
    handover_count: int = 0
    paused_on: date | None = None
    ticket_no: str = ""
    delegate_paper: str = ""


class WindowCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What one town's window did, as far as one partition knows; add the partitions up."""

    town: str
    requests: int = 0
    accepted: int = 0
    notices: int = 0
    repeated_notices: int = 0
    referred: int = 0
    withdrawn: int = 0
    answered: int = 0
    consultations: int = 0
    quarantined: int = 0
    refused: int = 0
    introduced: int = 0
    referrals_accepted: int = 0
    referrals_returned: int = 0
    referrals_completed: int = 0
    referrals_overdue: int = 0
    handovers: int = 0
    discoveries: int = 0
    discoveries_followed: int = 0
    discoveries_closed: int = 0
    discoveries_overdue: int = 0
    near_relatives: int = 0
    matches: int = 0


class WindowRow(msgspec.Struct, frozen=True, kw_only=True):
    """One town's window (指定专职人员): who staffs it, each from a day on; `unattended` while nobody does.

    A window has a row from its first staff, key or consultation on, so one that nobody was ever named for shows too.
    `unattended_from` is the first day without staff, None where there never was any.
    """

    town: str
    staff: dict[str, date] = {}
    unattended: bool = True
    unattended_from: date | None = None


class TownKeysRow(msgspec.Struct, frozen=True, kw_only=True):
    """The keys that a town's system was issued, by number with the day (China), and those that were revoked. No key, no hash."""

    town: str
    issued_on: dict[str, date] = {}
    revoked_on: dict[str, date] = {}


class DiscoveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One proactive discovery by its number (主动发现); `status`: open, followed (by a request), closed. No name."""

    town: str
    committee: str
    reported_by: str
    how: str
    suspected_need: str
    status: str
    discovered_on: date
    follow_up_by: date
    overdue: bool = False
    household: str = ""
    request_no: str = ""
    reason: str = ""


class QuarantinedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One quarantined input by its place; `outcome`: waiting, accepted (driven again), discarded."""

    town: str
    road: str
    code: str
    reason_zh: str
    reason_en: str
    outcome: str


def _application_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    if isinstance(fact, RequestReceived):
        return tuple(application_no_of(fact.request_no, need) for need in fact.needs)
    return (fact.application_no,)


def _application(row: ApplicationRow | None, record: Record, key: str) -> ApplicationRow | None:
    fact = record.fact
    if isinstance(fact, RequestReceived):
        return _received(fact, record, key)
    if row is None:
        return None
    change = msgspec.structs.replace
    match fact:
        case ApplicationAccepted():
            return change(
                row,
                status="accepted",
                missing=(),
                accepted_on=fact.accepted_on,
                investigate_by=fact.investigate_by,
                decide_by=fact.decide_by,
                responsible=fact.responsible,
            )
        case ApplicationReferred() | ApplicationIntroduced() | ReferralAccepted() | ReferralReturned():
            return change(row, **_referral_changes(row, fact))
        case HandoverOffered() | HandoverAccepted() | HandoverDeclined():
            return change(row, **_handover_changes(row, fact))
        case ReferralCompleted():
            return change(row, status=fact.outcome)
        case ClockPaused() | ClockResumed() | ClockExtended():
            paused_on = fact.paused_on if isinstance(fact, ClockPaused) else None
            return change(row, decide_by=fact.due_on, paused_on=paused_on)
        case ReferralOverdue():
            return change(row, overdue_count=row.overdue_count + 1)
        case MaterialsNoticeIssued():
            return change(row, status="waiting", missing=fact.missing, notice_count=1)
        case MaterialsNoticeRepeated():
            return change(row, missing=fact.missing, notice_count=fact.notice_count)
        case ApplicationWithdrawn():
            return change(row, status="withdrawn")
        case ApplicationAnswered():
            return change(row, status=fact.outcome)
        case _:
            return row


def _referral_changes(row: ApplicationRow, fact: Fact) -> dict[str, object]:
    """What changes in the row of an item that is passed on, taken or given back."""
    match fact:
        case ApplicationReferred() | ApplicationIntroduced():
            introduced = isinstance(fact, ApplicationIntroduced)
            department = fact.organisation if isinstance(fact, ApplicationIntroduced) else fact.department
            whom = {"department": department, "introduced": introduced, "referral_accepted_on": None}
            return {"status": "referred", "decide_by": fact.answer_by, "responsible": fact.responsible, **whom}
        case ReferralAccepted():
            return {"referral_accepted_on": fact.accepted_on}
        case ReferralReturned():
            returned = {"return_reason": fact.reason, "returned_count": row.returned_count + 1}
            return {"status": "returned", "decide_by": None, **returned}
        case _:
            return {}


def _handover_changes(row: ApplicationRow, fact: Fact) -> dict[str, object]:
    """What changes in the row of an item whose duty is offered, accepted or declined."""
    match fact:
        case HandoverOffered():
            return {"offered_to": fact.receiver}
        case HandoverAccepted():
            return {"responsible": fact.responsible, "offered_to": "", "handover_count": row.handover_count + 1}
        case _:
            return {"offered_to": ""}


def _received(fact: RequestReceived, record: Record, key: str) -> ApplicationRow:
    return ApplicationRow(
        household=record.envelope.subject.partition(":")[2],
        request_no=fact.request_no,
        town=fact.town,
        committee=fact.committee,
        need=key.removeprefix(f"{fact.request_no}-"),
        channel=fact.channel,
        status="received",
        responsible=fact.first_asked,
        received_on=fact.received_on,
        near_relative_declared=fact.near_relative_declared,
        delegated=fact.delegated,
        ticket_no=fact.ticket_no,
        delegate_paper=fact.delegate.authority_sha256 if fact.delegate is not None else "",
        member_count=len(fact.members),
    )


_COUNTED: Final[dict[type[Fact], str]] = {
    RequestReceived: "requests",
    ApplicationAccepted: "accepted",
    MaterialsNoticeIssued: "notices",
    MaterialsNoticeRepeated: "repeated_notices",
    ApplicationReferred: "referred",
    ApplicationWithdrawn: "withdrawn",
    ApplicationAnswered: "answered",
    ConsultationRecorded: "consultations",
    InputQuarantined: "quarantined",
    CommandRefused: "refused",
    ApplicationIntroduced: "introduced",
    ReferralAccepted: "referrals_accepted",
    ReferralReturned: "referrals_returned",
    ReferralCompleted: "referrals_completed",
    ReferralOverdue: "referrals_overdue",
    HandoverAccepted: "handovers",
    NeedDiscovered: "discoveries",
    DiscoveryFollowed: "discoveries_followed",
    DiscoveryClosed: "discoveries_closed",
    DiscoveryOverdue: "discoveries_overdue",
    NearRelativeDeclared: "near_relatives",
    MatchFound: "matches",
}


def _town_keys(record: Record) -> tuple[str, ...]:
    """The town of a fact; of a refusal, the town its subject begins with, and none for subjects of no town."""
    if not isinstance(record.fact, CommandRefused):
        fact: Any = record.fact
        return (fact.town,)
    prefix, _, number = record.envelope.subject.partition(":")
    return (number.partition("-")[0],) if prefix in ("household", "town", "discovery") else ()


def _window(row: WindowCounts | None, record: Record, key: str) -> WindowCounts:
    before = row or WindowCounts(town=key)
    field = _COUNTED[type(record.fact)]
    return msgspec.structs.replace(before, **{field: getattr(before, field) + 1})


def _staffing(row: WindowRow | None, record: Record, key: str) -> WindowRow:
    before = row or WindowRow(town=key)
    match record.fact:
        case WindowStaffed() as fact:
            return WindowRow(town=key, staff={**before.staff, fact.staff: fact.from_on}, unattended=False)
        case WindowUnstaffed() as fact:
            left = {staff: since for staff, since in before.staff.items() if staff != fact.staff}
            unattended_from = None if left else fact.from_on
            return WindowRow(town=key, staff=left, unattended=not left, unattended_from=unattended_from)
        case _:
            return before


def _issued(row: TownKeysRow | None, record: Record, key: str) -> TownKeysRow:
    before = row or TownKeysRow(town=key)
    day = record.envelope.time.astimezone(CHINA).date()
    match record.fact:
        case TownKeyIssued() as fact:
            return msgspec.structs.replace(before, issued_on={**before.issued_on, str(fact.key_no): day})
        case TownKeyRevoked() as fact:
            return msgspec.structs.replace(before, revoked_on={**before.revoked_on, str(fact.key_no): day})
        case _:
            return before


def _discovery_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.discovery_no,)


def _discovery(row: DiscoveryRow | None, record: Record, _: str) -> DiscoveryRow | None:
    match record.fact:
        case NeedDiscovered() as fact:
            names = set(DiscoveryRow.__struct_fields__) & set(NeedDiscovered.__struct_fields__)
            return DiscoveryRow(status="open", **{name: getattr(fact, name) for name in names})
        case DiscoveryFollowed(household_no=household, request_no=request_no) if row is not None:
            return msgspec.structs.replace(row, status="followed", household=household, request_no=request_no)
        case DiscoveryClosed(reason=reason) if row is not None:
            return msgspec.structs.replace(row, status="closed", reason=reason)
        case DiscoveryOverdue() if row is not None:
            return msgspec.structs.replace(row, overdue=True)
        case _:
            return row


def _place_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.place,)


class QuarantinedPayload(msgspec.Struct, frozen=True, kw_only=True):
    """What waits in quarantine at a place, sealed as the fact has it; the row goes when the input is released."""

    town: str
    payload: Personal


def _payload(row: QuarantinedPayload | None, record: Record, _: str) -> QuarantinedPayload | None:
    match record.fact:
        case InputQuarantined(town=town, payload=payload):
            return QuarantinedPayload(town=town, payload=payload)
        case InputReleased():
            return None
    return row


def _quarantined(row: QuarantinedRow | None, record: Record, _: str) -> QuarantinedRow | None:
    match record.fact:
        case InputQuarantined() as fact:
            return QuarantinedRow(
                town=fact.town,
                road=fact.road,
                code=fact.code,
                reason_zh=fact.reason_zh,
                reason_en=fact.reason_en,
                outcome="waiting",
            )
        case InputReleased() as fact:
            return row and msgspec.structs.replace(row, outcome=fact.outcome)
        case _:
            return row


def _due_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    if record.envelope.subject.startswith("discovery:"):
        return (f"{fact.discovery_no}/discovery",)
    if record.envelope.subject.startswith("erasure:"):
        return (f"{fact.erasure_no}/erasure",)
    return (f"{fact.application_no}/referral",)


def _due(_: Due | None, record: Record, key: str) -> Due | None:
    """The row of a clock that a fact sets; None, so that the row vanishes, for a fact that stops it."""
    match record.fact:
        case ApplicationReferred() | ApplicationIntroduced() as fact:
            overdue = MarkReferralOverdue(
                household_no=record.envelope.subject.partition(":")[2],
                application_no=fact.application_no,
                due_on=fact.answer_by,
            )
            return _due_row(record, fact.answer_by, overdue)
        case ClockResumed() | ClockExtended() as fact:
            overdue = MarkReferralOverdue(
                household_no=record.envelope.subject.partition(":")[2],
                application_no=fact.application_no,
                due_on=fact.due_on,
            )
            return _due_row(record, fact.due_on, overdue)
        case NeedDiscovered() as fact:
            late = MarkDiscoveryOverdue(discovery_no=fact.discovery_no, due_on=fact.follow_up_by)
            return _due_row(record, fact.follow_up_by, late)
        case ErasureApproved(erasure_no=erasure_no):
            return _due_at_once(record, CarryOutErasure(erasure_no=erasure_no))
        case _:
            return None


def _due_row(record: Record, due_on: date, command: Command) -> Due:
    return Due.after(
        due_on,
        subject=record.envelope.subject,
        command=encoder.encode(command).decode(),
        set_by=record.envelope.id,
    )


def _due_at_once(record: Record, command: Command) -> Due:
    """What a fact is followed by when the models may have to be waited for, as no reaction can: it runs before they move."""
    return Due(
        subject=record.envelope.subject,
        due_at=record.envelope.time.astimezone(UTC).replace(microsecond=0),
        command=encoder.encode(command).decode(),
        set_by=record.envelope.id,
    )


APPLICATIONS: Final = Model(
    name="applications",
    row=ApplicationRow,
    listens=(
        RequestReceived,
        ApplicationAccepted,
        ApplicationReferred,
        MaterialsNoticeIssued,
        MaterialsNoticeRepeated,
        ApplicationIntroduced,
        ReferralAccepted,
        ReferralReturned,
        ReferralCompleted,
        ReferralOverdue,
        HandoverOffered,
        HandoverAccepted,
        HandoverDeclined,
        ClockPaused,
        ClockResumed,
        ClockExtended,
        ApplicationWithdrawn,
        ApplicationAnswered,
    ),
    keys=_application_keys,
    evolve=_application,
)
WINDOW_COUNTS: Final = Model(
    name="window_counts", row=WindowCounts, listens=tuple(_COUNTED), keys=_town_keys, evolve=_window
)
WINDOWS: Final = Model(
    name="windows",
    row=WindowRow,
    listens=(WindowStaffed, WindowUnstaffed, TownKeyIssued, ConsultationRecorded),
    keys=_town_keys,
    evolve=_staffing,
)
TOWN_KEYS: Final = Model(
    name="town_keys",
    row=TownKeysRow,
    listens=(TownKeyIssued, TownKeyRevoked),
    keys=_town_keys,
    evolve=_issued,
    internal=True,
)
DISCOVERIES: Final = Model(
    name="discoveries",
    row=DiscoveryRow,
    listens=(NeedDiscovered, DiscoveryFollowed, DiscoveryClosed, DiscoveryOverdue),
    keys=_discovery_keys,
    evolve=_discovery,
)
QUARANTINED: Final = Model(
    name="quarantined",
    row=QuarantinedRow,
    listens=(InputQuarantined, InputReleased),
    keys=_place_keys,
    evolve=_quarantined,
)
QUARANTINED_PAYLOADS: Final = Model(
    name="quarantined_payloads",
    row=QuarantinedPayload,
    listens=(InputQuarantined, InputReleased),
    keys=_place_keys,
    evolve=_payload,
    internal=True,
)
DUE: Final = Model(
    name="due",
    row=Due,
    listens=(
        ApplicationReferred,
        ApplicationIntroduced,
        ReferralReturned,
        ReferralCompleted,
        ReferralOverdue,
        ApplicationWithdrawn,
        ClockPaused,
        ClockResumed,
        ClockExtended,
        NeedDiscovered,
        DiscoveryFollowed,
        DiscoveryClosed,
        DiscoveryOverdue,
        ErasureApproved,
        ErasureRefused,
        ErasureDone,
    ),
    keys=_due_keys,
    evolve=_due,
    internal=True,
)
