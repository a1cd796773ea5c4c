"""Facts about what is delivered: plans, visits, administrative work (二(三))."""

from datetime import date, datetime

from services.contracts.registry import Fact, fact
from services.contracts.sealed import Personal


class PlannedService(Fact, frozen=True, kw_only=True):
    """One of the seven services of 二(三) and how often a month it is planned."""

    service: str
    times_per_month: int


@fact("casework", "service_planned", subject="household")
class ServicePlanned(Fact, frozen=True, kw_only=True):
    """Who visits the household and how often; the plan's own table row is named by `pack_version`.

    `services`: by category × priority × care level; `visits_per_month` are the regular visits (定期走访) among them.
    """

    town: str
    committee: str
    officer: str
    visits_per_month: int
    pack_version: str
    category: str = ""
    priority: bool = False
    care_tier: str = ""
    services: tuple[PlannedService, ...] = ()


@fact("casework", "visit_completed", subject="household")
class VisitCompleted(Fact, frozen=True, kw_only=True):
    """One service delivered to a household (二(三) 服务性工作): meets the standard or names the points it misses.

    `author` made the record, `uploaded_by` brought it in. From a device: its number, its own count and its clock when
    the record was made. `content_pseudonym` is the same for the same content and tells nothing about it;
    `notes_pseudonym` for the same words, `notes_characters` letters and digits long. `due_on`: the last day of the
    planned visit this one fulfils; null beyond the plan.
    """

    visit_no: str
    service: str
    officer: str
    town: str
    committee: str
    started_at: datetime
    ended_at: datetime
    person_seen: str
    co_signed: bool
    evidence_sha256: tuple[str, ...]
    notes: Personal
    standard_met: bool
    missed_points: tuple[str, ...]
    pack_version: str
    author: str = ""
    uploaded_by: str = ""
    record_id: str = ""
    device: str = ""
    device_sequence: int = 0
    recorded_at: datetime | None = None
    content_pseudonym: str = ""
    due_on: date | None = None
    notes_pseudonym: str = ""
    notes_characters: int = 0


@fact("casework", "work_recorded", subject="officer")
class WorkRecorded(Fact, frozen=True, kw_only=True):
    """One administrative work record of an officer (二(三) 事务性工作).

    `standard_met` null: recorded before these works had a standard.
    """

    work_no: str
    work: str
    benefit: str
    officer: str
    town: str
    committee: str
    quantity: int
    minutes: int
    worked_on: date
    evidence_sha256: tuple[str, ...] = ()
    standard_met: bool | None = None
    missed_points: tuple[str, ...] = ()
    pack_version: str = ""
