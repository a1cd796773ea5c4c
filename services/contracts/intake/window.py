"""What came to the window of a town and what was answered (plan 四(一))."""

from datetime import date

from services.contracts import every_service
from services.contracts.registry import Fact, fact
from services.contracts.sealed import Personal


@fact("intake", "rule_pack_adopted", subject="rules")
class RulePackAdopted(every_service.RulePackAdopted, frozen=True, kw_only=True):
    __doc__ = every_service.RulePackAdopted.__doc__


@fact("intake", "command_refused", subject="*")
class CommandRefused(every_service.CommandRefused, frozen=True, kw_only=True):
    __doc__ = every_service.CommandRefused.__doc__


@fact("intake", "parked_discarded", subject="parked")
class ParkedDiscarded(every_service.ParkedDiscarded, frozen=True, kw_only=True):
    __doc__ = every_service.ParkedDiscarded.__doc__


@fact("intake", "town_key_issued", subject="town")
class TownKeyIssued(Fact, frozen=True, kw_only=True):
    """A town system got a key; only the key's SHA-256 is stated. A newer key does not end an older one by itself."""

    town: str
    key_no: int
    key_hash: str


@fact("intake", "town_key_revoked", subject="town")
class TownKeyRevoked(Fact, frozen=True, kw_only=True):
    """A town system's key ended, and opens nothing from here on; the town's other keys stay."""

    town: str
    key_no: int
    reason: str


@fact("intake", "input_quarantined", subject="town")
class InputQuarantined(Fact, frozen=True, kw_only=True):
    """Input from the Kafka inbox or a file that is no valid event; kept sealed so that it can be driven again."""

    town: str
    road: str
    place: str
    code: str
    reason_zh: str
    reason_en: str
    payload: Personal


@fact("intake", "input_released", subject="town")
class InputReleased(Fact, frozen=True, kw_only=True):
    """A quarantined input was driven again after its cause was mended: `accepted`, or `discarded` with the reason."""

    place: str
    outcome: str
    reason: str


class Member(Fact, frozen=True, kw_only=True):
    """A member of the household as named in a request; `person` is the keyed pseudonym of the resident ID.

    `keys` are keyed pseudonyms of what else may be alike in two requests, as ``<feature>:<pseudonym>`` (birth; of the
    first member phone and address too).
    """

    person: str
    relation: str
    name: Personal
    resident_id: Personal
    keys: tuple[str, ...] = ()


class Delegate(Fact, frozen=True, kw_only=True):
    """Who asked in the applicant's place (委托代办), by the paper that gives the authority."""

    person: str
    relation: str
    name: Personal
    authority_sha256: str


@fact("intake", "request_received", subject="household")
class RequestReceived(Fact, frozen=True, kw_only=True):
    """The window took a request, which may carry several needs (一门受理); the first person asked stays responsible.

    `discovery_no` names the discovery it follows up (主动发现), `ticket_no` the hotline's call, where there was one.
    """

    request_no: str
    town: str
    committee: str
    channel: str
    first_asked: str
    needs: tuple[str, ...]
    materials: tuple[str, ...]
    members: tuple[Member, ...]
    phone: Personal
    near_relative_declared: bool
    delegated: bool
    received_on: date
    discovery_no: str = ""
    ticket_no: str = ""
    delegate: Delegate | None = None
    address: Personal | None = None


@fact("intake", "application_accepted", subject="household")
class ApplicationAccepted(Fact, frozen=True, kw_only=True):
    """A need was accepted (受理) and its statutory clocks started (限时办理)."""

    application_no: str
    request_no: str
    need: str
    town: str
    committee: str
    member_count: int
    near_relative_declared: bool
    accepted_on: date
    investigate_by: date
    decide_by: date
    responsible: str
    pack_version: str


@fact("intake", "application_referred", subject="household")
class ApplicationReferred(Fact, frozen=True, kw_only=True):
    """A need that another department decides was passed on (转办) with a clock of its own, anew after a return.

    `referred_on` is absent from records of before referrals were answered: then it is the day of the request.
    """

    application_no: str
    request_no: str
    need: str
    town: str
    department: str
    answer_by: date
    responsible: str
    pack_version: str
    referred_on: date | None = None


@fact("intake", "application_introduced", subject="household")
class ApplicationIntroduced(Fact, frozen=True, kw_only=True):
    """A need was passed on to a charity or social-work body (转介), with the applicant's recorded consent."""

    application_no: str
    request_no: str
    need: str
    town: str
    organisation: str
    organisation_kind: str
    consent_sha256: str
    referred_on: date
    answer_by: date
    responsible: str
    pack_version: str


@fact("intake", "referral_accepted", subject="household")
class ReferralAccepted(Fact, frozen=True, kw_only=True):
    """Whoever an item was passed on to took it; its clock runs on until it is answered."""

    application_no: str
    town: str
    department: str
    accepted_on: date
    responsible: str


@fact("intake", "referral_returned", subject="household")
class ReferralReturned(Fact, frozen=True, kw_only=True):
    """An item that was passed on came back with the reason (退回); it is on the window's list again."""

    application_no: str
    town: str
    department: str
    reason: str
    returned_on: date
    responsible: str


@fact("intake", "referral_completed", subject="household")
class ReferralCompleted(Fact, frozen=True, kw_only=True):
    """Whoever an item was passed on to answered it, `helped` or `refused`; the item is closed with that outcome."""

    application_no: str
    town: str
    department: str
    outcome: str
    answer: str
    completed_on: date
    responsible: str


@fact("intake", "referral_overdue", subject="household")
class ReferralOverdue(Fact, frozen=True, kw_only=True):
    """The clock of a referral ran out without an answer (限时办理); stated once by its timer."""

    application_no: str
    town: str
    department: str
    due_on: date
    responsible: str


@fact("intake", "materials_notice_issued", subject="household")
class MaterialsNoticeIssued(Fact, frozen=True, kw_only=True):
    """The one-time notice (一次性告知): every missing material in one list."""

    application_no: str
    request_no: str
    need: str
    town: str
    missing: tuple[str, ...]
    responsible: str
    pack_version: str


@fact("intake", "materials_notice_repeated", subject="household")
class MaterialsNoticeRepeated(Fact, frozen=True, kw_only=True):
    """A further notice for the same application: allowed, and a breach of 一次性告知 that is stated."""

    application_no: str
    town: str
    missing: tuple[str, ...]
    notice_count: int
    responsible: str
    pack_version: str


@fact("intake", "materials_supplied", subject="household")
class MaterialsSupplied(Fact, frozen=True, kw_only=True):
    """The applicant brought materials after the notice."""

    application_no: str
    town: str
    materials: tuple[str, ...]
    responsible: str = ""


@fact("intake", "handover_offered", subject="household")
class HandoverOffered(Fact, frozen=True, kw_only=True):
    """The duty for an item was offered to another person (首问负责); until that person accepts it stays where it is."""

    application_no: str
    town: str
    offered_by: str
    receiver: str
    reason: str
    responsible: str


@fact("intake", "handover_accepted", subject="household")
class HandoverAccepted(Fact, frozen=True, kw_only=True):
    """The person it was offered to took the duty for an item and is `responsible` from here on.

    `case_open`: the item had been accepted, so that casework has its case, which follows.
    """

    application_no: str
    town: str
    previous: str
    responsible: str
    case_open: bool = False


@fact("intake", "handover_declined", subject="household")
class HandoverDeclined(Fact, frozen=True, kw_only=True):
    """The person it was offered to declined the duty for an item; who was responsible stays so."""

    application_no: str
    town: str
    receiver: str
    reason: str
    responsible: str


@fact("intake", "application_withdrawn", subject="household")
class ApplicationWithdrawn(Fact, frozen=True, kw_only=True):
    """The applicant withdrew; the item is closed without a decision."""

    application_no: str
    town: str
    reason: str
    responsible: str = ""


@fact("intake", "application_answered", subject="household")
class ApplicationAnswered(Fact, frozen=True, kw_only=True):
    """Casework decided; the window's item is closed and the first-asked person's duty ends (首问负责)."""

    application_no: str
    town: str
    outcome: str
    responsible: str = ""


@fact("intake", "need_discovered", subject="discovery")
class NeedDiscovered(Fact, frozen=True, kw_only=True):
    """Somebody in need was found by others (主动发现); the committee's report, with a clock until somebody follows it up.

    `person` is the keyed pseudonym of the resident ID, of the report where the ID is not known (then it is sealed empty).
    """

    discovery_no: str
    town: str
    committee: str
    reported_by: str
    how: str
    suspected_need: str
    person: str
    name: Personal
    resident_id: Personal
    contact: Personal
    situation: Personal
    discovered_on: date
    follow_up_by: date
    pack_version: str


@fact("intake", "discovery_followed", subject="discovery")
class DiscoveryFollowed(Fact, frozen=True, kw_only=True):
    """A request was received that names the discovery; its clock stops."""

    discovery_no: str
    town: str
    household_no: str
    request_no: str


@fact("intake", "discovery_closed", subject="discovery")
class DiscoveryClosed(Fact, frozen=True, kw_only=True):
    """A discovery was closed without a request, with the reason."""

    discovery_no: str
    town: str
    reason: str
    closed_by: str


@fact("intake", "discovery_overdue", subject="discovery")
class DiscoveryOverdue(Fact, frozen=True, kw_only=True):
    """Nobody followed a discovery up within its term; stated once by its timer."""

    discovery_no: str
    town: str
    committee: str
    due_on: date
    reported_by: str


@fact("intake", "window_staffed", subject="town")
class WindowStaffed(Fact, frozen=True, kw_only=True):
    """A person was named to staff the window (指定专职人员) from a day on."""

    town: str
    staff: str
    from_on: date
    named_by: str


@fact("intake", "window_unstaffed", subject="town")
class WindowUnstaffed(Fact, frozen=True, kw_only=True):
    """A named person staffs the window no more from a day on; `staff_count` remain, and none is an unattended window."""

    town: str
    staff: str
    from_on: date
    reason: str
    staff_count: int


@fact("intake", "consultation_recorded", subject="town")
class ConsultationRecorded(Fact, frozen=True, kw_only=True):
    """Policy was explained (介绍政策): what was asked about, what was said, which leaflet was given, by which channel."""

    consultation_no: str
    town: str
    topic: str
    answered_by: str
    leaflet: str
    answer: str = ""
    channel: str = "window"
