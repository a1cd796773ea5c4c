"""Commands about the monthly benefit list (发放名册) and the standing list (公布)."""

from datetime import date
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from services.casework.domain.commands.shapes import (
    CommitteeCode,
    HouseholdNo,
    Line,
    Reference,
    Sha256,
    TownCode,
)
from services.contracts.deciding import Command
from services.contracts.money import Fen
from services.contracts.months import Month

RETURN_LINES_MAX: Final = 5_000


class MonthOwed(msgspec.Struct, frozen=True, kw_only=True):
    """What an earlier month still lacks."""

    month: Month
    amount_fen: Fen


class ListedHousehold(msgspec.Struct, frozen=True, kw_only=True):
    """A household as a month's list has to have it: filled in by the service's edge from decisions and earlier lists.

    `change`, empty when there is none, is against the month before with `before_fen`.
    """

    household_no: str
    committee: str
    category: str
    due_fen: Fen
    before_fen: Fen = Fen(0)
    change: str = ""
    reason: str = ""
    arrears: tuple[MonthOwed, ...] = ()
    account: str = ""
    holder: str = ""
    died: bool = False


class OfBenefitList(Command, frozen=True, kw_only=True):
    """Base of the commands about a town's list of a month."""

    town: TownCode
    month: Month

    @property
    def subject(self) -> str:
        return f"benefit_list:{self.town}-{self.month}"


class _OfThoseDue(OfBenefitList, frozen=True, kw_only=True):
    """`households` are never the caller's: the edge sets who is due, as decisions and earlier lists stand now."""

    households: tuple[ListedHousehold, ...] | None = None


class DraftBenefitList(_OfThoseDue, frozen=True, kw_only=True):
    """Draw up the list; again as long as nobody approved it. `neighbours`: (month, stage) of the lists beside it, by the edge."""

    neighbours: tuple[tuple[Month, str], ...] = ()


class ApproveBenefitList(_OfThoseDue, frozen=True, kw_only=True):
    """Approve a drafted list; the actor must not be who drafted it."""


class IssuePaymentFile(_OfThoseDue, frozen=True, kw_only=True):
    """State a payment file: what no file took yet, and what the bank sent back."""


class ExportPaymentFile(OfBenefitList, frozen=True, kw_only=True):
    """Give a payment file out with account numbers in clear; the fact is written first, the file made after."""

    file_no: Annotated[int, Meta(ge=1)]
    reason: Line


class ReturnLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the bank's return: paid with its `reference`, or returned with its `reason`."""

    household_no: HouseholdNo
    amount_fen: Annotated[int, Meta(ge=0)]
    outcome: Literal["paid", "returned"]
    reference: Line = ""
    reason: Line = ""


class ImportBenefitReturn(OfBenefitList, frozen=True, kw_only=True):
    """Take a bank return in: what fits is applied, what does not is held for a person; a file counts once by its hash."""

    file_no: Annotated[int, Meta(ge=1)]
    file_sha256: Sha256
    lines: Annotated[tuple[ReturnLine, ...], Meta(min_length=1, max_length=RETURN_LINES_MAX)]


class ResolveHeldLine(OfBenefitList, frozen=True, kw_only=True):
    """Decide on a held line of the bank's, with the reason."""

    held_no: Reference
    outcome: Literal["paid", "returned", "dismissed"]
    reason: Line


class CloseBenefitList(OfBenefitList, frozen=True, kw_only=True):
    """Be done with a list that waits for no bank and no person; what it did not pay, the next one does."""


class StandingEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A recipient as the standing list shows one, without the name: household, covered members, amount."""

    household_no: str
    category: str
    member_count: int
    amount_fen: Fen


class PublishStandingList(Command, frozen=True, kw_only=True):
    """Post the current recipients of a committee; `entries` are the edge's, whatever the caller sent."""

    town: TownCode
    committee: CommitteeCode
    published_on: date
    proof_sha256: Sha256
    entries: tuple[StandingEntry, ...] | None = None

    @property
    def subject(self) -> str:
        return f"standing_list:{self.committee}"


BenefitListCommand = (
    DraftBenefitList
    | ApproveBenefitList
    | IssuePaymentFile
    | ExportPaymentFile
    | ImportBenefitReturn
    | ResolveHeldLine
    | CloseBenefitList
)
