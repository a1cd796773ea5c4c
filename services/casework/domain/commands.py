"""Commands to casework and the shapes of their fields; a value that does not fit never becomes a command."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from services.contracts.deciding import Command
from services.contracts.months import Month

TownCode = Annotated[str, Meta(pattern=r"^T[0-9]{2,3}\Z")]
CommitteeCode = Annotated[str, Meta(pattern=r"^T[0-9]{2,3}-C[0-9]{2,3}\Z")]
HouseholdNo = Annotated[str, Meta(pattern=r"^T[0-9]{2,3}-H[0-9]{5,7}\Z")]
OfficerNo = Annotated[str, Meta(pattern=r"^O[0-9]{3,6}\Z")]
Reference = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\Z")]
Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
Actor = Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,39}:[A-Za-z0-9_-]{1,40}\Z")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Name = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,60}\Z")]
Line = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,200}\Z")]
Instant = Annotated[datetime, Meta(tz=True)]
Category = Literal["dibao_urban", "dibao_rural", "tekun", "hardship"]
Clock = Literal["investigation", "check_start", "bureau", "outer", "written_notice"]

MEMBERS_MAX = 20
EVIDENCE_MAX = 20


class GivenMember(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A household member as given; the first is the applicant (本人). `groups`: priority groups (二(一)), e.g. 重残."""

    resident_id: Annotated[str, Meta(max_length=40)]
    name: Name
    relation: Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f0-9]{1,10}\Z")]
    groups: Annotated[tuple[Name, ...], Meta(max_length=10)] = ()


class OfHousehold(Command, frozen=True, kw_only=True):
    """Base of the commands about one household."""

    household_no: HouseholdNo

    @property
    def subject(self) -> str:
        return f"household:{self.household_no}"


class TakeOverHousehold(OfHousehold, frozen=True, kw_only=True):
    """Take over a household of the stock (接续登记) with its source and document; claims no procedure for it."""

    town: TownCode
    committee: CommitteeCode
    category: Category
    members: Annotated[tuple[GivenMember, ...], Meta(min_length=1, max_length=MEMBERS_MAX)]
    address: Line
    monthly_amount_fen: Annotated[int, Meta(ge=0)]
    benefit_from_month: Month
    officer: OfficerNo
    visits_per_month: Annotated[int, Meta(ge=0, le=31)]
    source: Line
    document: Line
    reverify_by: date


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

    `members` are the household as found; the income is sealed under the key of the first of them.
    """

    investigators: Annotated[tuple[Actor, ...], Meta(min_length=1, max_length=10)]
    family_signed: bool
    witness: Actor | None
    surveyed_on: date
    income_per_head_fen: Annotated[int, Meta(ge=0)]
    form_sha256: Sha256
    members: Annotated[tuple[GivenMember, ...], Meta(min_length=1, max_length=MEMBERS_MAX)]


class RequestInformationCheck(OfApplication, frozen=True, kw_only=True):
    """Start the cross-check (家庭信息核查比对) in `registers`; `authorised_count` members authorised it in writing."""

    registers: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=20)]
    authorised_count: Annotated[int, Meta(ge=0)]


class RecordInformationCheck(OfApplication, frozen=True, kw_only=True):
    """Record the registers' answer; `conflicts` names the registers that contradict the household, not how."""

    conflicts: Annotated[tuple[Code, ...], Meta(max_length=20)]
    returned_on: date


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
    `decided_on` None: today. `income_per_head_fen` and `income_at` (where it was sealed) are filled in by the service's edge from the survey,
    whatever the caller sent.
    """

    outcome: Literal["confirmed", "refused"]
    reason: Line = ""
    officer: OfficerNo | None = None
    covered_members: Annotated[int, Meta(ge=1)] | None = None
    emergency: bool = False
    decided_on: date | None = None
    income_per_head_fen: int | None = None
    income_at: str | None = None


class ReverifyHousehold(OfHousehold, frozen=True, kw_only=True):
    """Record that a recipient was looked at again; `cadence` is the class for the next time (A, B, C)."""

    investigators: Annotated[tuple[Actor, ...], Meta(min_length=1, max_length=10)]
    reverified_on: date
    cadence: Annotated[str, Meta(pattern=r"^[A-Z]\Z")]
    outcome: Literal["unchanged", "changed"]
    income_per_head_fen: Annotated[int, Meta(ge=0)]
    form_sha256: Sha256


class AdjustBenefit(OfHousehold, frozen=True, kw_only=True):
    """Set the amount anew after a re-verification that found a change; the income is filled in by the service's edge."""

    covered_members: Annotated[int, Meta(ge=1)]
    income_per_head_fen: int | None = None
    income_at: str | None = None


class PostTermination(OfHousehold, frozen=True, kw_only=True):
    """Post that a benefit shall end, where the pack asks for it."""

    reason: Code
    posted_on: date
    proof_sha256: Sha256


class TerminateBenefit(OfHousehold, frozen=True, kw_only=True):
    """End the benefit in force; `died_on` where the reason is death, and only there."""

    reason: Code
    died_on: date | None = None


class MarkReverificationOverdue(OfHousehold, frozen=True, kw_only=True):
    """State that a recipient was not looked at again in time; issued by the timer."""

    due_on: date


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


class MarkOverdue(OfApplication, frozen=True, kw_only=True):
    """State that a clock ran out; issued by the timer."""

    clock: Clock
    due_on: date


class ReadPersonalField(OfHousehold, frozen=True, kw_only=True):
    """Ask to read a personal field unmasked; the fact is written first, the value shown after."""

    field: Literal["names", "address"]
    reason: Line


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

    @property
    def subject(self) -> str:
        return f"officer:{self.officer}"


HouseholdCommand = (
    TakeOverHousehold
    | OpenCase
    | CloseCase
    | RecordSurvey
    | RequestInformationCheck
    | RecordInformationCheck
    | PostNotice
    | ObjectToNotice
    | CloseNotice
    | SubmitOpinion
    | RecordBureauVisit
    | DecideEligibility
    | DeliverRefusal
    | ReverifyHousehold
    | AdjustBenefit
    | PostTermination
    | TerminateBenefit
    | MarkReverificationOverdue
    | RecordVisit
    | MarkOverdue
    | ReadPersonalField
)
