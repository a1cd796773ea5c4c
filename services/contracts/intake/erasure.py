"""The erasure of a person's data as an order: asked for, approved by another or refused, done (个人信息保护法 art. 47)."""

from datetime import date

from services.contracts.registry import Fact, fact


@fact("intake", "erasure_requested", subject="erasure")
class ErasureRequested(Fact, frozen=True, kw_only=True):
    """Somebody's request to have their data deleted was registered, with the paper it stands on; nothing is deleted yet.

    `ground`: which item of art. 47 it rests on. `against`: what stands in its way on that day, `not_before` the first day
    on which it may be done, should whatever is open end today; both empty where nothing does.
    """

    erasure_no: str
    person: str
    ground: str
    document_sha256: str
    received_on: date
    requested_by: str
    against: tuple[str, ...]
    not_before: date | None
    pack_version: str


@fact("intake", "erasure_approved", subject="erasure")
class ErasureApproved(Fact, frozen=True, kw_only=True):
    """Another person approved; from here on these key groups are deleted. `kept_groups` stay for their vouchers until a day."""

    erasure_no: str
    person: str
    groups: tuple[str, ...]
    kept_groups: tuple[str, ...]
    kept_until: date | None
    approved_by: str
    pack_version: str


@fact("intake", "erasure_refused", subject="erasure")
class ErasureRefused(Fact, frozen=True, kw_only=True):
    """It was refused, with the reason (art. 50) and, where something stood against it, the first day on which it may be asked anew."""

    erasure_no: str
    person: str
    against: tuple[str, ...]
    not_before: date | None
    reason: str
    refused_by: str


@fact("intake", "erasure_done", subject="erasure")
class ErasureDone(Fact, frozen=True, kw_only=True):
    """The keys of these groups are gone from the keyring: what they sealed can be read by nobody any more."""

    erasure_no: str
    person: str
    groups: tuple[str, ...]
    key_count: int
    kept_groups: tuple[str, ...]
    kept_until: date | None
