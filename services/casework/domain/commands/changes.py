"""Commands that suspend, resume, phase out, cut or recover a benefit."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from services.casework.domain.commands.ability import Member
from services.casework.domain.commands.household import OfHousehold, OpenedMember
from services.casework.domain.commands.payout import PaidMonth
from services.casework.domain.commands.shapes import Code, Reference, Sha256
from services.contracts.months import Month


class SuspendBenefit(OfHousehold, frozen=True, kw_only=True):
    """Stop paying from the next month on, for a reason of the pack (暂停发放)."""

    reason: Code


class ResumeBenefit(OfHousehold, frozen=True, kw_only=True):
    """Pay again from the next month on; the reason decides whether the months between are paid after."""

    reason: Code


class GrantGradualExit(OfHousehold, frozen=True, kw_only=True):
    """Let the benefit go on for the pack's months after a member found a job (渐退期)."""

    person: Member
    employed_on: date


class RecordJobRefusal(OfHousehold, frozen=True, kw_only=True):
    """Record that a member refused a fitting job that was offered, with good reason or without."""

    offer_no: Reference
    person: Member
    justified: bool
    refused_on: date
    form_sha256: Sha256


class CutShare(OfHousehold, frozen=True, kw_only=True):
    """Cut the share of a member who refused as many jobs as the pack allows at most.

    What is sealed is filled in by the service's edge, whatever the caller sent.
    """

    person: Member
    opened: tuple[OpenedMember, ...] | None = None
    opened_at: str | None = None


class RecordMemberDeath(OfHousehold, frozen=True, kw_only=True):
    """State that one of several members died: the benefit goes on for the others; `paid_through`: the last month paid out.

    What is sealed, and what lists paid, is filled in by the service's edge, whatever the caller sent.
    """

    person: Member
    died_on: date
    paid_through: Month
    paid: tuple[PaidMonth, ...] = ()
    opened: tuple[OpenedMember, ...] | None = None
    opened_at: str | None = None


class ClaimRecovery(OfHousehold, frozen=True, kw_only=True):
    """Claim back what was paid after the benefit had ended; `paid_through`: the last month that was paid out.

    `paid`: what lists say of months they cover, filled in by the service's edge, whatever the caller sent.
    """

    paid_through: Month
    paid: tuple[PaidMonth, ...] = ()


class RecordRecovery(OfHousehold, frozen=True, kw_only=True):
    """Record money that came back."""

    amount_fen: Annotated[int, Meta(ge=1)]
    received_on: date
    receipt_sha256: Sha256
