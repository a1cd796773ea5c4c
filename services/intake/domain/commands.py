"""Commands to intake and the shapes of their fields; a value that does not fit never becomes a command."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from services.contracts.deciding import Command
from services.contracts.sealed import Sealed

TownCode = Annotated[str, Meta(pattern=r"^T[0-9]{2,3}\Z")]
CommitteeCode = Annotated[str, Meta(pattern=r"^T[0-9]{2,3}-C[0-9]{2,3}\Z")]
HouseholdNo = Annotated[str, Meta(pattern=r"^T[0-9]{2,3}-H[0-9]{5,7}\Z")]
Reference = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\Z")]
Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
Actor = Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,39}:[A-Za-z0-9_-]{1,40}\Z")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Name = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,60}\Z")]
Line = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,200}\Z")]
Phone = Annotated[str, Meta(pattern=r"^[0-9+][0-9-]{4,19}\Z")]
Instant = Annotated[datetime, Meta(tz=True)]
Place = Annotated[str, Meta(min_length=1, max_length=200)]
DiscoveryNo = Annotated[str, Meta(pattern=r"^T[0-9]{2,3}-D[A-Za-z0-9_-]{1,40}\Z")]
Kinship = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f0-9]{1,20}\Z")]
Pseudonym = Annotated[str, Meta(pattern=r"^p_[A-Za-z0-9_-]{1,60}\Z")]
# Roads whose bad input is kept in quarantine, for nobody waits for an answer that could refuse it.
KeptRoad = Literal["inbox", "csv", "xlsx"]
ClaimedTown = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,20}\Z")]

NEEDS_MAX = 12
MEMBERS_MAX = 20
MATERIALS_MAX = 40


class GivenMember(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A household member as named at the window; the first one of a request is the applicant (本人)."""

    resident_id: Annotated[str, Meta(max_length=40)]
    name: Name
    relation: Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f0-9]{1,10}\Z")]


class GivenDelegate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asks for the applicant (委托代办): `authority_sha256` is of the signed authority, which is a material brought."""

    name: Name
    relation: Kinship
    authority_sha256: Sha256


class OfHousehold(Command, frozen=True, kw_only=True):
    """Base of the commands about one household; `occurred_at` is when it happened, where a town system said so."""

    household_no: HouseholdNo
    occurred_at: Instant | None = None

    @property
    def subject(self) -> str:
        return f"household:{self.household_no}"

    @property
    def happened_at(self) -> datetime | None:
        return self.occurred_at


class ReceiveRequest(OfHousehold, frozen=True, kw_only=True):
    """Take a request with its needs (一门受理); each need becomes the application ``<request_no>-<need>``.

    `discovery_no`, when given, names the discovery (主动发现) that the request follows up; absent it encodes to nothing,
    so that a command without it has the hash it always had. `number_held_by` is filled in by the service's edge, which
    claims the number first, whatever the caller sent. `ticket_no` is the number that the hotline gave the call;
    `delegate` who asks in the applicant's place, `address` where the household lives.
    """

    request_no: Reference
    town: TownCode
    committee: CommitteeCode
    channel: Literal["window", "committee", "hotline", "online", "proactive"]
    first_asked: Actor
    needs: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=NEEDS_MAX)]
    materials: Annotated[tuple[Code, ...], Meta(max_length=MATERIALS_MAX)]
    members: Annotated[tuple[GivenMember, ...], Meta(min_length=1, max_length=MEMBERS_MAX)]
    phone: Phone
    near_relative_declared: bool
    delegated: bool
    received_on: date
    discovery_no: DiscoveryNo | UnsetType = UNSET
    number_held_by: HouseholdNo | UnsetType = UNSET
    ticket_no: Reference | UnsetType = UNSET
    delegate: GivenDelegate | UnsetType = UNSET
    address: Line | UnsetType = UNSET


class ClaimRequestNumber(Command, frozen=True, kw_only=True):
    """Claim a request number for a household; issued by the service's edge before it takes the request."""

    request_no: Reference
    household_no: HouseholdNo

    @property
    def subject(self) -> str:
        return f"number:{self.request_no}"


class SupplyMaterials(OfHousehold, frozen=True, kw_only=True):
    """Hand in materials after the one-time notice (一次性告知)."""

    application_no: Reference
    town: TownCode
    materials: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=MATERIALS_MAX)]
    supplied_on: date


class WithdrawApplication(OfHousehold, frozen=True, kw_only=True):
    """Withdraw an open application."""

    application_no: Reference
    town: TownCode
    reason: Line


class OfReferral(OfHousehold, frozen=True, kw_only=True):
    """Base of the commands about an application that is, was or is to be passed on."""

    application_no: Reference
    town: TownCode


class ReferApplication(OfReferral, frozen=True, kw_only=True):
    """Refer a returned item again (转办), today; to its need's own department when none is named."""

    department: Line = ""


class IntroduceApplication(OfReferral, frozen=True, kw_only=True):
    """Introduce an item to a charity or social-work body (转介), today; `consent_sha256` is of the signed consent."""

    organisation: Code
    consent_sha256: Sha256 | None = None


class AcceptReferral(OfReferral, frozen=True, kw_only=True):
    """Record that the department or body took the item."""

    accepted_on: date


class ReturnReferral(OfReferral, frozen=True, kw_only=True):
    """Record that the department or body gave the item back, and why."""

    reason: Line
    returned_on: date


class CompleteReferral(OfReferral, frozen=True, kw_only=True):
    """Record the answer of the department or body; `answer` in its words, or empty."""

    outcome: Literal["helped", "refused"]
    answer: Line = ""
    completed_on: date


class MarkReferralOverdue(OfHousehold, frozen=True, kw_only=True):
    """State that a referral's clock ran out; issued by the timer."""

    application_no: Reference
    due_on: date


class PauseClock(OfReferral, frozen=True, kw_only=True):
    """Let a referral's clock stand still (中止) from a day on for a cause of the pack ``clock_causes``."""

    clock: Literal["referral"]
    cause: Code
    paused_on: date
    paper_sha256: Sha256


class ResumeClock(OfReferral, frozen=True, kw_only=True):
    """Let a paused clock run on (恢复): the cause was gone on this day."""

    clock: Literal["referral"]
    resumed_on: date


class ExtendClock(OfReferral, frozen=True, kw_only=True):
    """Extend a referral's clock that still runs (延长), today, for a cause of the pack."""

    clock: Literal["referral"]
    cause: Code
    days: Annotated[int, Meta(ge=1, le=250)]
    paper_sha256: Sha256


class DeclareNearRelative(OfHousehold, frozen=True, kw_only=True):
    """Declare that `staff` is a near relative (近亲属) of a request's applicant, by either side or as found by others."""

    request_no: Reference
    town: TownCode
    declared_by: Literal["applicant", "staff", "found"]
    staff: Actor
    kinship: Kinship
    declared_on: date


class MergeRequest(OfHousehold, frozen=True, kw_only=True):
    """End what is open of a request that was found to be another household's; issued by the reaction to the decision."""

    request_no: Reference
    other_household: HouseholdNo


class PrintPapers(OfHousehold, frozen=True, kw_only=True):
    """Ask to print a form of the folder, or all of it (empty), unmasked; the fact is written first, the paper made after."""

    paper: Annotated[str, Meta(pattern=r"^([a-z][a-z0-9_]{0,39})?\Z")] = ""
    reason: Line


class OfferHandover(OfHousehold, frozen=True, kw_only=True):
    """Offer the duty for an item to `receiver`; a newer offer takes the place of an older one."""

    application_no: Reference
    town: TownCode
    receiver: Actor
    reason: Line


class AcceptHandover(OfHousehold, frozen=True, kw_only=True):
    """Take the duty for an item that was offered to whoever sends this."""

    application_no: Reference
    town: TownCode


class DeclineHandover(OfHousehold, frozen=True, kw_only=True):
    """Decline the duty for an item that was offered to whoever sends this."""

    application_no: Reference
    town: TownCode
    reason: Line


class AnswerApplication(OfHousehold, frozen=True, kw_only=True):
    """Close the window's item with casework's decision; issued by the reaction to it."""

    application_no: Reference
    outcome: Literal["confirmed", "refused"]


class OfTown(Command, frozen=True, kw_only=True):
    """Base of the commands about one town's window; `occurred_at` is when it happened, where a town system said so."""

    town: ClaimedTown
    occurred_at: Instant | None = None

    @property
    def subject(self) -> str:
        return f"town:{self.town}"

    @property
    def happened_at(self) -> datetime | None:
        return self.occurred_at


class RecordConsultation(OfTown, frozen=True, kw_only=True):
    """Record that policy was explained (介绍政策): `topic` is a code, `answer` what was said, `leaflet` what was handed out.

    What is absent encodes to nothing, so that a command without it has the hash it always had.
    """

    consultation_no: Reference
    topic: Code
    answered_by: Actor
    leaflet: Line
    answer: Line | UnsetType = UNSET
    channel: Literal["window", "committee", "hotline", "online"] | UnsetType = UNSET


class StaffWindow(OfTown, frozen=True, kw_only=True):
    """Name a person of the window's staff (指定专职人员), who serves from a day on that is not in the future."""

    town: TownCode
    staff: Actor
    from_on: date


class UnstaffWindow(OfTown, frozen=True, kw_only=True):
    """End a person's service at the window from a day on, which is the first one without that person."""

    town: TownCode
    staff: Actor
    from_on: date
    reason: Line


class IssueTownKey(OfTown, frozen=True, kw_only=True):
    """Give a town system a key; `key_hash` is the hex SHA-256 of it."""

    key_hash: Sha256


class RevokeTownKey(OfTown, frozen=True, kw_only=True):
    """End a key of a town system, by the number it was issued under."""

    key_no: Annotated[int, Meta(ge=1)]
    reason: Line


class QuarantineInput(OfTown, frozen=True, kw_only=True):
    """Keep input that is no valid event; `place` says where it came in (unique per town); `town` may be ``unknown``."""

    road: KeptRoad
    place: Place
    code: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,59}\Z")]
    reason_zh: Annotated[str, Meta(max_length=500)]
    reason_en: Annotated[str, Meta(max_length=500)]
    payload: str


class ReleaseInput(OfTown, frozen=True, kw_only=True):
    """Close a quarantined input after it was driven again, or discard it with the reason."""

    place: Place
    outcome: Literal["accepted", "discarded"]
    reason: Line


class OfDiscovery(Command, frozen=True, kw_only=True):
    """Base of the commands about one proactive discovery (主动发现)."""

    discovery_no: DiscoveryNo

    @property
    def subject(self) -> str:
        return f"discovery:{self.discovery_no}"


class ReportDiscovery(OfDiscovery, frozen=True, kw_only=True):
    """Report somebody in need who has not asked; `reported_by` found out and `how`. What is not known is left empty."""

    town: TownCode
    committee: CommitteeCode
    reported_by: Actor
    how: Literal["visit", "neighbour", "grid", "hotline", "data"]
    suspected_need: Code
    name: Name
    resident_id: Annotated[str, Meta(max_length=40)] = ""
    contact: Line = ""
    situation: Annotated[str, Meta(max_length=500)] = ""
    discovered_on: date


class CloseDiscovery(OfDiscovery, frozen=True, kw_only=True):
    """Close a discovery that leads to no request."""

    town: TownCode
    reason: Line


class FollowDiscovery(OfDiscovery, frozen=True, kw_only=True):
    """Note the request that names the discovery; issued by the reaction to it."""

    household_no: HouseholdNo
    request_no: Reference


class MarkDiscoveryOverdue(OfDiscovery, frozen=True, kw_only=True):
    """State that a discovery was not followed up in time; issued by the timer."""

    due_on: date


class Receiving(msgspec.Struct, frozen=True, kw_only=True):
    """A household that receives a benefit, and its town."""

    household_no: HouseholdNo
    town: str


class Alike(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of another household who is alike in `features`, as the edge compared them; it asks, or receives."""

    person: str
    household_no: HouseholdNo
    town: str
    features: tuple[str, ...]
    where: Literal["open_application", "receiving"] = "open_application"


class OfPerson(Command, frozen=True, kw_only=True):
    """Base of the commands about one person, who is known by pseudonym alone."""

    person: Pseudonym

    @property
    def subject(self) -> str:
        return f"person:{self.person}"


class NotePerson(OfPerson, frozen=True, kw_only=True):
    """Note a member of a request; issued by the reaction to it, `name` sealed as the request has it.

    `closed` (requests that are open no more), `receiving` and `alike` are filled in by the service's edge.
    """

    household_no: HouseholdNo
    town: TownCode
    request_no: Reference
    name: Sealed | None = None
    keys: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    receiving: tuple[Receiving, ...] = ()
    alike: tuple[Alike, ...] = ()


class DecideMatch(OfPerson, frozen=True, kw_only=True):
    """Decide what a match means: one person (both stand), two persons, or one request too many (merge)."""

    town: TownCode
    match_no: Reference
    verdict: Literal["same", "different", "merge"]
    reason: Line


class ReadMatch(OfPerson, frozen=True, kw_only=True):
    """Ask to see both persons of a match before it is decided; the fact is written first, the values shown after."""

    town: TownCode
    match_no: Reference
    reason: Line
