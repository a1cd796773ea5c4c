"""Commands that record what was delivered."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta

from services.casework.domain.commands.household import OfHousehold
from services.casework.domain.commands.shapes import (
    EVIDENCE_MAX,
    Code,
    CommitteeCode,
    Instant,
    OfficerNo,
    Reference,
    Sha256,
    TownCode,
)
from services.contracts.deciding import Command


class RecordVisit(OfHousehold, frozen=True, kw_only=True):
    """Record one service delivered; `person_seen` is a member's relation (本人…) or pseudonym, empty: nobody."""

    visit_no: Reference
    service: Code
    officer: OfficerNo
    town: TownCode
    committee: CommitteeCode
    started_at: Instant
    ended_at: Instant
    person_seen: Annotated[str, Meta(max_length=80)]
    co_signed: bool
    evidence_sha256: Annotated[tuple[Sha256, ...], Meta(max_length=EVIDENCE_MAX)]
    notes: Annotated[str, Meta(max_length=2000)]

    @property
    def happened_at(self) -> datetime | None:
        return self.ended_at


class RecordWork(Command, frozen=True, kw_only=True):
    """Record one piece of an officer's administrative work (事务性工作); `minutes` spent, `quantity` of things done."""

    officer: OfficerNo
    work_no: Reference
    work: Code
    benefit: Code
    town: TownCode
    committee: CommitteeCode
    quantity: Annotated[int, Meta(ge=1, le=100_000)]
    minutes: Annotated[int, Meta(ge=1, le=1440)]
    worked_on: date
    evidence_sha256: Annotated[tuple[Sha256, ...], Meta(max_length=EVIDENCE_MAX)] = ()

    @property
    def subject(self) -> str:
        return f"officer:{self.officer}"
