"""What a household was entitled to in a month, folded from its facts by audit's own plain code; it compares nothing."""

from dataclasses import dataclass, field

from services.contracts import casework
from services.contracts.months import Month
from services.contracts.registry import Fact

CHANGES: tuple[type[Fact], ...] = (
    casework.HouseholdTakenOver, casework.EligibilityConfirmed, casework.BenefitAdjusted, casework.ShareCut,
    casework.BenefitSuspended, casework.BenefitResumed, casework.BenefitTerminated, casework.RecoveryClaimed,
    casework.RecoveryReceived, casework.RecognitionLapsed,
)  # fmt: skip

# Why money is claimed back when one of several members died.
MEMBER_DEATH = "member_death"


@dataclass(slots=True)
class Benefit:
    """One benefit: its amounts from month to month and for how many each is, when it stood still, when it ended."""

    category: str
    covered_members: int
    amounts: list[tuple[Month, int]]
    suspended: list[tuple[Month, Month | None]] = field(default_factory=list)
    resumed_from: Month | None = None
    back_pay: tuple[Month, ...] = ()
    ended_from: Month | None = None
    before_uprating: list[tuple[Month, int]] | None = None
    before_death: dict[str, list[tuple[Month, int]]] = field(default_factory=dict)
    covers: list[tuple[Month, int]] = field(default_factory=list)

    @property
    def first(self) -> Month:
        return self.amounts[0][0]

    def decided_for(self, month: Month, amounts: list[tuple[Month, int]] | None = None) -> int:
        """The amount of a month as it was decided last, or as earlier `amounts` had it; 0 before the first."""
        found = 0
        for from_month, amount in self.amounts if amounts is None else amounts:
            if from_month <= month:
                found = amount
        return found

    def covered_for(self, month: Month) -> int:
        """For how many the amount of a month was decided last."""
        return ([0] + [count for from_month, count in self.covers if from_month <= month])[-1]

    def uprating(self, fact: casework.BenefitAdjusted | casework.ShareCut) -> None:
        """One uprating may raise several amounts: all of them as they were before its first, until the latest is raised."""
        latest = (self.before_uprating or self.amounts)[-1][0]
        if isinstance(fact, casework.BenefitAdjusted) and fact.reason == "uprating" and fact.from_month < latest:
            self.before_uprating = self.before_uprating or list(self.amounts)
        else:
            self.before_uprating = None

    def standing_still(self, month: Month) -> bool:
        return any(begin <= month and (end is None or month < end) for begin, end in self.suspended)

    def paid_for(self, month: Month) -> int:
        """What payments went by as long as nobody knew of an end (57号 art. 32)."""
        return 0 if self.standing_still(month) else self.decided_for(month)


@dataclass(slots=True)
class Entitlement:
    """A household's benefits one after the other; `owed_back`: claimed back and not received.

    `part_claimed`: what of a month was claimed back for a member who had died.
    """

    now: Benefit | None = None
    before: Benefit | None = None
    in_force: str = ""
    owed_back: int = 0
    claimed_through: Month | None = None
    part_claimed: dict[Month, int] = field(default_factory=dict)

    @property
    def amount(self) -> int:
        """The monthly amount decided last."""
        return self.now.amounts[-1][1] if self.now is not None and self.in_force else 0

    def of(self, month: Month) -> Benefit | None:
        """The benefit that a month belongs to: the earlier one before the later one begins."""
        if self.now is not None and month < self.now.first and self.before is not None:
            return self.before
        return self.now

    def due(self, month: Month) -> int:
        """What is to be paid for a month as far as is known by now."""
        benefit = self.of(month)
        if benefit is None or (benefit.ended_from is not None and benefit.ended_from <= month):
            return 0
        return benefit.paid_for(month)

    def take(self, fact: Fact) -> None:
        """Fold one fact of the household."""
        match fact:
            case casework.HouseholdTakenOver():
                self._begin(fact.category, len(fact.members), fact.benefit_from_month, fact.monthly_amount_fen)
            case casework.EligibilityConfirmed() if not fact.one_off and fact.papers_by is None:
                self.in_force = fact.need
                if fact.valid_until is None:
                    self._begin(fact.need, fact.covered_members, fact.from_month, fact.monthly_amount_fen)
            case casework.BenefitTerminated():
                self.in_force = ""
                if self.now is not None and fact.category == self.now.category:
                    self.now.ended_from = fact.from_month
            case casework.RecognitionLapsed():
                self.in_force = ""
            case casework.RecoveryClaimed():
                self.owed_back += sum(one.amount_fen for one in fact.months)
                if fact.reason == MEMBER_DEATH:
                    for one in fact.months:
                        self.part_claimed[one.month] = self.part_claimed.get(one.month, 0) + one.amount_fen
                    return
                self.claimed_through = max((one.month for one in fact.months), default=self.claimed_through)
            case casework.RecoveryReceived():
                self.owed_back -= fact.amount_fen
            case _:
                self._change(fact)

    def _begin(self, category: str, covered: int, first: Month, amount: int) -> None:
        self.before = self.now
        self.now = Benefit(
            category=category, covered_members=covered, amounts=[(first, amount)], covers=[(first, covered)]
        )
        self.in_force, self.claimed_through, self.part_claimed = category, None, {}

    def _change(self, fact: Fact) -> None:
        if self.now is None:
            return
        match fact:
            case casework.BenefitAdjusted() | casework.ShareCut():
                self.now.uprating(fact)
                if isinstance(fact, casework.BenefitAdjusted) and fact.deceased:
                    self.now.before_death.setdefault(fact.deceased, list(self.now.amounts))
                self.now.amounts.append((fact.from_month, fact.monthly_amount_fen))
                self.now.covers.append((fact.from_month, fact.covered_members))
                self.now.covered_members = fact.covered_members
            case casework.BenefitSuspended():
                self.now.suspended.append((fact.from_month, None))
            case casework.BenefitResumed():
                ended = [one for one in self.now.suspended if one[1] is not None]
                open_ones: list[tuple[Month, Month | None]] = [
                    (begin, fact.from_month) for begin, end in self.now.suspended if end is None
                ]
                # A suspension that is paid after has taken nothing away (补发).
                self.now.suspended = ended if fact.back_pay_months else ended + open_ones
                self.now.resumed_from, self.now.back_pay = fact.from_month, fact.back_pay_months
