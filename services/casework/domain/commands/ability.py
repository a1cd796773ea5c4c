"""Commands about a tekun person's ability and care."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from services.casework.domain.commands.household import OfHousehold
from services.casework.domain.commands.shapes import (
    Actor,
    Code,
    Name,
    Reference,
    ReferenceOrEmpty,
    Sha256,
    Sha256OrEmpty,
)

Member = Annotated[str, Meta(min_length=1, max_length=80)]


class AssessAbility(OfHousehold, frozen=True, kw_only=True):
    """Record an assessment of a member, named by relation or pseudonym; `application_no` empty for a reassessment."""

    application_no: ReferenceOrEmpty = ""
    person: Member
    assessors: Annotated[tuple[Actor, ...], Meta(min_length=1, max_length=10)]
    assessed_on: date
    failed_items: Annotated[tuple[Code, ...], Meta(max_length=20)]
    form_sha256: Sha256


class ReportAbilityChange(OfHousehold, frozen=True, kw_only=True):
    """Report that a person's ability changed (变化报告); what changed stays in its paper."""

    report_no: Reference
    person: Member
    channel: Literal["committee", "officer", "household", "institution"]
    reported_by: Actor
    reported_on: date


class MarkReassessmentOverdue(OfHousehold, frozen=True, kw_only=True):
    """State that a reported change was not followed by an assessment in time; issued by the timer."""

    person: Member
    due_on: date


class ArrangeCare(OfHousehold, frozen=True, kw_only=True):
    """Record where a tekun person lives and who cares; the agreement may follow. `application_no` empty: in force."""

    application_no: ReferenceOrEmpty = ""
    person: Member
    placement: Literal["institution", "home"]
    carer: Name
    agreement_sha256: Sha256OrEmpty = ""
    arranged_on: date
