"""The part of a household's state that says what is payable in which month, and what came of it; from facts alone."""

from datetime import date
from typing import Final

import msgspec

from services.contracts.casework import (
    BenefitAdjusted,
    BenefitResumed,
    BenefitSuspended,
    BenefitTerminated,
    EligibilityConfirmed,
    GradualExitGranted,
    HouseholdTakenOver,
    JobRefused,
    RecoveryClaimed,
    RecoveryReceived,
    ShareCut,
)
from services.contracts.money import ZERO_FEN, Fen
from services.contracts.months import Month
from services.contracts.registry import Fact

# Why an amount changed, or money is claimed back, when one of several members died (57号 art. 32).
MEMBER_DEATH: Final = "member_death"
# Why a benefit ended whose last covered member died.
DEATH: Final = "death"


class AmountFrom(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """From a month on so much is payable a month, until a later line says otherwise; `reason` empty: taken over."""

    from_month: Month
    amount_fen: Fen
    reason: str = ""
    covered_members: int = 0


class Suspension(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Nothing is paid from a month on until (not including) another, or until further notice."""

    from_month: Month
    until_month: Month | None = None
    reason: str = ""

    def holds(self, month: Month) -> bool:
        return self.from_month <= month and (self.until_month is None or month < self.until_month)


class Resumption(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A benefit is paid again from a month on; `back_pay_months` are paid after (补发)."""

    from_month: Month
    reason: str
    back_pay_months: tuple[Month, ...] = ()


class Refusals(msgspec.Struct, frozen=True, kw_only=True):
    """Jobs that a person refused without good reason, one after the other; `last_on`: the latest offer of all."""

    person: str
    count: int
    last_on: date


class Payable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Decision state. `amounts` in the order they were decided; `ended_from`: the benefit is over from that month on.

    `standard_version`: the pack the amount went by, empty for one taken over before that was stated; `top_up_fen` is the
    part of the amount that is members' top-ups, as far as a decision told it. `suspensions` without those that
    were paid after, `resumed` the latest resumption. `owed_fen`: claimed back and not received, of earlier benefits too.
    `part_claimed`: what of a month was claimed back because a member had died, who was paid for.
    `adjusted_on`: when the amount was last decided anew, upratings aside; `death_on`: when a death was last followed.
    `before`: the benefit before this one, which may still be due when this one was granted already.
    After the end everything stays until the next grant: what was paid too long is claimed back.
    """

    amounts: tuple[AmountFrom, ...] = ()
    covered_members: int = 0
    suspensions: tuple[Suspension, ...] = ()
    exit_until: Month | None = None
    refusals: tuple[Refusals, ...] = ()
    offer_nos: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    category: str = ""
    standard_version: str = ""
    ended_from: Month | None = None
    ended_reason: str = ""
    claimed_through: Month | None = None
    owed_fen: Fen = ZERO_FEN
    resumed: Resumption | None = None
    before: "Payable | None" = None
    top_up_fen: Fen = ZERO_FEN
    adjusted_on: date | None = None
    death_on: date | None = None
    part_claimed: tuple[tuple[Month, Fen], ...] = ()

    @property
    def suspended_from(self) -> Month | None:
        """The first month of the suspension in force; None when there is none."""
        return next((one.from_month for one in self.suspensions if one.until_month is None), None)

    def due_in(self, month: Month) -> Fen:
        """The amount of a month as decided, were it not suspended; the end of the benefit is left aside."""
        return next((line.amount_fen for line in reversed(self.amounts) if line.from_month <= month), ZERO_FEN)

    def covered_in(self, month: Month) -> int:
        """For how many members the amount of a month was decided."""
        return next((line.covered_members for line in reversed(self.amounts) if line.from_month <= month), 0)

    def cut_in(self, month: Month) -> tuple[str, ...]:
        """Whose share was cut by a month; the cuts are told in the order of their amounts."""
        since = (line.from_month for line in self.amounts if line.reason == "share_cut")
        return tuple(person for person, first in zip(self.cut, since, strict=False) if first <= month)

    def paid_in(self, month: Month) -> Fen:
        """What the payments of a month went by, as long as nobody knew that the benefit had ended."""
        return ZERO_FEN if any(one.holds(month) for one in self.suspensions) else self.due_in(month)

    def entitled_in(self, month: Month) -> Fen:
        """What is to be paid for a month as far as is known now: of the benefit that is in force in it."""
        if self.amounts and month < self.amounts[0].from_month:
            return self.before.entitled_in(month) if self.before is not None else ZERO_FEN
        return ZERO_FEN if self.ended_from is not None and self.ended_from <= month else self.paid_in(month)

    def in_force_in(self, month: Month) -> "Payable":
        """This benefit, or the one before it where this one had not begun."""
        earlier = self.amounts and month < self.amounts[0].from_month
        return self.before if earlier and self.before is not None else self

    def refusals_of(self, person: str) -> Refusals | None:
        """The job refusals of a person."""
        return next((one for one in self.refusals if one.person == person), None)


def evolve_payable(payable: Payable, fact: Fact) -> Payable:
    """What a fact changes in it; total."""
    change = msgspec.structs.replace
    match fact:
        case HouseholdTakenOver():
            covered = len(fact.members)
            line = AmountFrom(
                from_month=fact.benefit_from_month, amount_fen=fact.monthly_amount_fen, covered_members=covered
            )
            begun = _begun(payable, line, covered, fact.category)
            return change(begun, standard_version=fact.standard_version)
        case EligibilityConfirmed() if not fact.one_off and fact.valid_until is None:  # a recognition pays nothing
            line = AmountFrom(
                from_month=fact.from_month,
                amount_fen=fact.monthly_amount_fen,
                reason="confirmed",
                covered_members=fact.covered_members,
            )
            begun = _begun(payable, line, fact.covered_members, fact.need)
            return change(begun, standard_version=fact.pack_version, top_up_fen=fact.top_up_fen)
        case BenefitAdjusted():
            adjusted = _adjusted(payable, fact, fact.reason)
            if fact.reason != "uprating":
                adjusted = change(adjusted, adjusted_on=fact.decided_on)
            if fact.deceased:
                adjusted = change(adjusted, death_on=fact.decided_on)
            return change(adjusted, standard_version=fact.pack_version, top_up_fen=fact.top_up_fen)
        case ShareCut():
            left = Fen(payable.top_up_fen - fact.top_up_fen)
            return change(_adjusted(payable, fact, "share_cut"), cut=(*payable.cut, fact.person), top_up_fen=left)
        case BenefitSuspended():
            suspended = Suspension(from_month=fact.from_month, reason=fact.reason)
            return change(payable, suspensions=(*payable.suspensions, suspended))
        case BenefitResumed():
            resumed = Resumption(from_month=fact.from_month, reason=fact.reason, back_pay_months=fact.back_pay_months)
            return change(payable, suspensions=_resumed(payable, fact), resumed=resumed)
        case GradualExitGranted():
            # Who works has refused nothing in a row any more.
            others = tuple(one for one in payable.refusals if one.person != fact.person)
            return change(payable, exit_until=fact.until_month, refusals=others)
        case JobRefused():
            others = tuple(one for one in payable.refusals if one.person != fact.person)
            refused = Refusals(person=fact.person, count=fact.refused_count, last_on=fact.refused_on)
            return change(payable, refusals=(*others, refused), offer_nos=(*payable.offer_nos, fact.offer_no))
        case BenefitTerminated() if fact.category == payable.category:
            death_on = fact.decided_on if fact.reason == DEATH else payable.death_on
            return change(payable, ended_from=fact.from_month, ended_reason=fact.reason, death_on=death_on)
        case RecoveryClaimed(reason="member_death"):
            part = dict(payable.part_claimed)
            part |= {one.month: Fen(part.get(one.month, 0) + one.amount_fen) for one in fact.months}
            return change(payable, owed_fen=Fen(payable.owed_fen + fact.amount_fen), part_claimed=tuple(part.items()))
        case RecoveryClaimed():
            last = max((one.month for one in fact.months), default=payable.claimed_through)
            return change(payable, owed_fen=Fen(payable.owed_fen + fact.amount_fen), claimed_through=last)
        case RecoveryReceived():
            return change(payable, owed_fen=fact.left_fen)
        case _:
            return payable


def _begun(payable: Payable, line: AmountFrom, covered_members: int, category: str) -> Payable:
    """A benefit that begins; what is owed for an earlier one stays owed."""
    return Payable(
        amounts=(line,),
        covered_members=covered_members,
        category=category,
        offer_nos=payable.offer_nos,
        owed_fen=payable.owed_fen,
        before=msgspec.structs.replace(payable, before=None, offer_nos=()) if payable.amounts else None,
    )


def _adjusted(payable: Payable, fact: BenefitAdjusted | ShareCut, reason: str) -> Payable:
    line = AmountFrom(
        from_month=fact.from_month,
        amount_fen=fact.monthly_amount_fen,
        reason=reason,
        covered_members=fact.covered_members,
    )
    amounts = (*payable.amounts, line)
    return msgspec.structs.replace(payable, amounts=amounts, covered_members=fact.covered_members)


def _resumed(payable: Payable, fact: BenefitResumed) -> tuple[Suspension, ...]:
    """The suspensions once the last one has ended; one that is paid after has taken nothing away."""
    ended = tuple(one for one in payable.suspensions if one.until_month is not None)
    if fact.back_pay_months:
        return ended
    return *ended, *(
        msgspec.structs.replace(one, until_month=fact.from_month)
        for one in payable.suspensions
        if one.until_month is None
    )
