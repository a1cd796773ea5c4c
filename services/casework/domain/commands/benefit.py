"""Commands about a benefit in force."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from services.casework.domain.commands.ability import Member
from services.casework.domain.commands.household import GivenMember, OfHousehold, OpenedMember
from services.casework.domain.commands.payout import PaidMonth
from services.casework.domain.commands.shapes import MEMBERS_MAX, Actor, Code, Sha256
from services.contracts.months import Month


class ReverifyHousehold(OfHousehold, frozen=True, kw_only=True):
    """Record that a recipient was looked at again; `cadence` is the class for the next time (A, B, C).

    `members`: the household as found, where something about it changed; empty leaves it as it is known.
    `opened` and `opened_at` are filled in by the service's edge, whatever the caller sent.
    """

    investigators: Annotated[tuple[Actor, ...], Meta(min_length=1, max_length=10)]
    reverified_on: date
    cadence: Annotated[str, Meta(pattern=r"^[A-Z]\Z")]
    outcome: Literal["unchanged", "changed"]
    income_per_head_fen: Annotated[int, Meta(ge=0)]
    form_sha256: Sha256
    members: Annotated[tuple[GivenMember, ...], Meta(max_length=MEMBERS_MAX)] = ()
    opened: tuple[OpenedMember, ...] | None = None
    opened_at: str | None = None


class AdjustBenefit(OfHousehold, frozen=True, kw_only=True):
    """Set the amount anew after a re-verification that found a change, or because the standard is uprated (提标).

    What is sealed is filled in by the service's edge, whatever the caller sent.
    """

    covered_members: Annotated[int, Meta(ge=1)]
    because: Literal["reverification", "uprating"] = "reverification"
    income_per_head_fen: int | None = None
    income_at: str | None = None
    opened: tuple[OpenedMember, ...] | None = None
    opened_at: str | None = None


class PostTermination(OfHousehold, frozen=True, kw_only=True):
    """Post that a benefit shall end, where the pack asks for it."""

    reason: Code
    posted_on: date
    proof_sha256: Sha256


class TerminateBenefit(OfHousehold, frozen=True, kw_only=True):
    """End the benefit in force; `died_on` where the reason is death, and only there; `person`: who died, where that is said.

    `paid_through`: the last month that was paid out, where that is after the end: it is claimed back at once.
    `paid`: what lists say of months they cover, filled in by the service's edge, whatever the caller sent.
    """

    reason: Code
    died_on: date | None = None
    person: Member | None = None
    paid_through: Month | None = None
    paid: tuple[PaidMonth, ...] = ()


class MarkReverificationOverdue(OfHousehold, frozen=True, kw_only=True):
    """State that a recipient was not looked at again in time; issued by the timer."""

    due_on: date
