"""A month's run by its own facts: its drafts with their slips, which of them was approved, what was taken back; it judges nothing."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from services.audit.recomputation.told import Told
from services.contracts.months import Month
from services.contracts.payroll import PayslipComputed, RunApproved, RunChecked, RunDiscarded, RunDrafted, SlipReversed
from services.contracts.registry import Fact

RUN: Final[tuple[type[Fact], ...]] = (
    RunDrafted, PayslipComputed, RunDiscarded, RunChecked, RunApproved, SlipReversed,
)  # fmt: skip


@dataclass(slots=True)
class Draft:
    """A draft and its slips in their order; `approved` once it counts. Mutable."""

    drafted: Told[RunDrafted]
    slips: list[Told[PayslipComputed]] = field(default_factory=list)
    by_officer: dict[str, Told[PayslipComputed]] = field(default_factory=dict)
    approved: Told[RunApproved] | None = None
    followed: bool = False

    @property
    def whole(self) -> bool:
        """Whether all its slips were read: as many as it says, or something else came after them."""
        return self.followed or len(self.slips) >= self.drafted.fact.slip_count


@dataclass(slots=True)
class Run:
    """A month's run. Mutable; read in the order of its stream."""

    month: Month
    drafts: list[Draft] = field(default_factory=list)
    taken_back: dict[str, Told[SlipReversed]] = field(default_factory=dict)

    def read(self, one: Told[Any]) -> None:
        if self.drafts and not isinstance(one.fact, PayslipComputed):
            self.drafts[-1].followed = True
        match one.fact:
            case RunDrafted():
                self.drafts.append(Draft(one))
            case PayslipComputed() if self.drafts:
                self.drafts[-1].slips.append(one)
                self.drafts[-1].by_officer[one.fact.officer] = one
            case RunApproved() if self.drafts:
                self.drafts[-1].approved = one
            case SlipReversed(officer=officer):
                self.taken_back[officer] = one
            case _:
                pass

    @property
    def approved(self) -> Draft | None:
        """The draft that pays: the last one, once approved."""
        return self.drafts[-1] if self.drafts and self.drafts[-1].approved is not None else None

    def slip_of(self, officer: str) -> Told[PayslipComputed] | None:
        """The officer's slip in the approved draft."""
        return self.approved.by_officer.get(officer) if self.approved is not None else None

    def was_taken_back(self, officer: str, at: datetime) -> bool:
        return officer in self.taken_back and self.taken_back[officer].at <= at
