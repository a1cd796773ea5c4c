"""Commands about one application on its way to a decision."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from services.casework.domain.commands.household import GivenMember, OfHousehold, OpenedMember
from services.casework.domain.commands.shapes import (
    MEMBERS_MAX,
    Actor,
    Clock,
    Code,
    CommitteeCode,
    Line,
    OfficerNo,
    Reference,
    Sha256,
    TownCode,
)


class OfApplication(OfHousehold, frozen=True, kw_only=True):
    """Base of the commands about one application of a household."""

    application_no: Reference


class OpenCase(OfApplication, frozen=True, kw_only=True):
    """Open the case of an accepted application; issued by the reaction to it."""

    need: Code
    town: TownCode
    committee: CommitteeCode
    member_count: Annotated[int, Meta(ge=1)]
    near_relative_declared: bool
    accepted_on: date
    investigate_by: date
    decide_by: date
    responsible: Actor


class CloseCase(OfApplication, frozen=True, kw_only=True):
    """End a case without a decision because the application was withdrawn; issued by the reaction to that."""

    reason: Literal["withdrawn"]


class RecordSurvey(OfApplication, frozen=True, kw_only=True):
    """Record a household survey (入户调查); `income_per_head_fen` a month, `witness` for those who cannot sign.

    `members` are the household as found; the income is sealed under the key of the first of them. `mode`: phone and
    video count in a declared emergency only. `rigid_spending_per_head_fen` a month (刚性支出) and `property_over`, the
    property limits exceeded, where a recognition is asked for; None: not looked at.
    """

    investigators: Annotated[tuple[Actor, ...], Meta(min_length=1, max_length=10)]
    family_signed: bool
    witness: Actor | None
    surveyed_on: date
    income_per_head_fen: Annotated[int, Meta(ge=0)]
    form_sha256: Sha256
    members: Annotated[tuple[GivenMember, ...], Meta(min_length=1, max_length=MEMBERS_MAX)]
    mode: Literal["household", "phone", "video"] = "household"
    rigid_spending_per_head_fen: Annotated[int, Meta(ge=0)] | None = None
    property_over: Annotated[tuple[Code, ...], Meta(max_length=20)] | None = None


class PostNotice(OfApplication, frozen=True, kw_only=True):
    """Post the first opinion (公示) in the committee."""

    posted_on: date
    proposed_amount_fen: Annotated[int, Meta(ge=0)]
    opinion_signed_by: Actor
    proof_sha256: Sha256


class ObjectToNotice(OfApplication, frozen=True, kw_only=True):
    """Register an objection to a notice that hangs; what it says stays in its paper."""

    objection_no: Reference


class CloseNotice(OfApplication, frozen=True, kw_only=True):
    """Take a notice down after its last full day; issued by the timer."""


class SubmitOpinion(OfApplication, frozen=True, kw_only=True):
    """Send the town's opinion and the papers to the bureau, where `received_by` becomes responsible for the case."""

    submitted_on: date
    received_by: Actor


class RecordBureauVisit(OfApplication, frozen=True, kw_only=True):
    """Record that the bureau visited the household itself; `visitors` are the bureau's own people."""

    visitors: Annotated[tuple[Actor, ...], Meta(min_length=1, max_length=10)]
    visited_on: date
    form_sha256: Sha256


class DeliverRefusal(OfApplication, frozen=True, kw_only=True):
    """Record that the written refusal reached the applicant."""

    delivered_on: date
    form_sha256: Sha256


class DecideEligibility(OfApplication, frozen=True, kw_only=True):
    """Confirm or refuse (审核确认); the one who asks is the one who decides.

    `officer` is who will visit (dibao, tekun); `covered_members` None: all. `emergency`: 急难型, papers after.
    `decided_on` None: today. `reserve_fund`: the town's fund (备用金), where the town decides. `income_per_head_fen`,
    `income_at` (where it was sealed), `rigid_spending_per_head_fen`, `property_over`, `opened` and `opened_at` (the members' groups and
    birthdays) are filled in by the service's edge from the survey, whatever the caller sent; so is `officer_leaving`.
    """

    outcome: Literal["confirmed", "refused"]
    reason: Line = ""
    officer: OfficerNo | None = None
    covered_members: Annotated[int, Meta(ge=1)] | None = None
    emergency: bool = False
    decided_on: date | None = None
    income_per_head_fen: int | None = None
    income_at: str | None = None
    opened: tuple[OpenedMember, ...] | None = None
    opened_at: str | None = None
    rigid_spending_per_head_fen: int | None = None
    property_over: tuple[Code, ...] | None = None
    reserve_fund: Reference | None = None
    officer_leaving: bool = False


class MarkOverdue(OfApplication, frozen=True, kw_only=True):
    """State that a clock ran out; issued by the timer."""

    clock: Clock
    due_on: date
