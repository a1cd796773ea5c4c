"""Facts about the access of outside inspectors (纪检、审计): granted for a term, used in sessions, ended; no name, only a number."""

from datetime import date, datetime

from services.contracts.registry import Fact, fact


@fact("audit", "inspector_access_granted", subject="inspection")
class InspectorAccessGranted(Fact, frozen=True, kw_only=True):
    """An inspector of an organisation may read from one day to another. `scope` is ``log`` (all), ``towns`` or ``tests``."""

    inspection_no: str
    inspector: str
    organisation: str
    document: str
    scope: str
    towns: tuple[str, ...]
    tests: tuple[str, ...]
    from_on: date
    until_on: date
    granted_by: str
    pack_version: str


@fact("audit", "inspector_access_revoked", subject="inspection")
class InspectorAccessRevoked(Fact, frozen=True, kw_only=True):
    """The access was ended before its day."""

    inspection_no: str
    reason: str
    revoked_on: date
    revoked_by: str


@fact("audit", "inspector_access_expired", subject="inspection")
class InspectorAccessExpired(Fact, frozen=True, kw_only=True):
    """The last day of an access is over; stated by its timer, with how often it was used."""

    inspection_no: str
    until_on: date
    sessions: int
    reads: int


@fact("audit", "inspector_session_opened", subject="inspection")
class InspectorSessionOpened(Fact, frozen=True, kw_only=True):
    """The inspector was given a token, for one town or (`town` empty) all that the grant names; it is good until `expires_at`."""

    inspection_no: str
    inspector: str
    session: int
    town: str
    expires_at: datetime
    issued_by: str


@fact("audit", "inspector_read_recorded", subject="inspection")
class InspectorReadRecorded(Fact, frozen=True, kw_only=True):
    """The inspector opened the facts or a paper of a finding; stated before anything is shown."""

    inspection_no: str
    inspector: str
    finding_no: str
    what: str
    read: int
