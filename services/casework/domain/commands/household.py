"""Commands about a household: its stock, its members, what is read of them."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from services.casework.domain.commands.payout import GivenAccount
from services.casework.domain.commands.shapes import (
    MEMBERS_MAX,
    Category,
    Code,
    CodeOrEmpty,
    CommitteeCode,
    HouseholdNo,
    Line,
    Name,
    OfficerNo,
    Relation,
    Sha256,
    TownCode,
)
from services.contracts.deciding import Command
from services.contracts.months import Month


class GivenMember(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A household member as given; the first is the applicant (本人). `groups`: priority groups (二(一)), e.g. 重残."""

    resident_id: Annotated[str, Meta(max_length=40)]
    name: Name
    relation: Relation
    groups: Annotated[tuple[Name, ...], Meta(max_length=10)] = ()


class OpenedMember(msgspec.Struct, frozen=True, kw_only=True):
    """What the service's edge unsealed of a member for one decision: the groups, and where it is known the birthday."""

    groups: tuple[str, ...]
    born_on: date | None = None


class GivenService(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service as the stock's plan had it, and how often a month."""

    service: Code
    times_per_month: Annotated[int, Meta(ge=1, le=62)]


class OfHousehold(Command, frozen=True, kw_only=True):
    """Base of the commands about one household."""

    household_no: HouseholdNo

    @property
    def subject(self) -> str:
        return f"household:{self.household_no}"


class TakeOverHousehold(OfHousehold, frozen=True, kw_only=True):
    """Take over a household of the stock (接续登记) with its source and document; claims no procedure for it.

    `care_tier`, `placement`, `services` and `account` where the stock knows them.
    """

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
    care_tier: CodeOrEmpty = ""
    placement: Literal["", "institution", "home"] = ""
    services: Annotated[tuple[GivenService, ...], Meta(max_length=20)] = ()
    account: GivenAccount | None = None


class RecordPayoutAccount(OfHousehold, frozen=True, kw_only=True):
    """Record the account that a household's benefit is paid to; the latest one counts."""

    account: GivenAccount
    document_sha256: Sha256


class ReadPersonalField(OfHousehold, frozen=True, kw_only=True):
    """Ask to read a personal field unmasked; the fact is written first, the value shown after."""

    field: Literal["names", "address"]
    reason: Line


class PrintPapers(OfHousehold, frozen=True, kw_only=True):
    """Ask to print a form of the folder, or all of it (empty), unmasked; the fact is written first, the paper made after.

    `amount_fen`: what the signed first opinion proposes, for the notice of the one case that is asked for, before it is posted.
    """

    paper: CodeOrEmpty = ""
    reason: Line
    amount_fen: Annotated[int, Meta(ge=0)] | None = None
