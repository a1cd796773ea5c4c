"""One of several members died: the benefit goes on for the others, and what was paid for the dead is claimed back (57号 art. 32)."""

from typing import Final, NamedTuple

from services.casework.domain.changes import claimed, own_top_up, paid_by_month
from services.casework.domain.commands import RecordMemberDeath
from services.casework.domain.entitled import covered_people
from services.casework.domain.guards import (
    member_named,
    members_are_the_latest,
    not_by_investigator,
    not_in_future,
    rejected_unless,
)
from services.casework.domain.payable import MEMBER_DEATH, Payable
from services.casework.domain.state import Household, evolve
from services.casework.domain.uprating import standard_of
from services.casework.rules import DibaoStandard, TekunStandard
from services.contracts.casework import BenefitAdjusted, RecoveryClaimed
from services.contracts.codec import convert
from services.contracts.deciding import Context
from services.contracts.money import ZERO_FEN, Fen, times_ratio
from services.contracts.months import Month
from services.contracts.registry import Fact
from services.contracts.rulebook import AdoptedPack

_TEKUN: Final = "tekun"


class _Leaving(NamedTuple):
    """Who leaves a month's amount: among how many, with what of the members' own parts (top-ups, care fees); nothing uncovered."""

    covered: int
    own: Fen
    own_of_all: Fen
    is_covered: bool

    def left_of(self, amount: Fen) -> Fen:
        """An equal share of what is nobody's own part goes, and the own part; the others keep theirs (57号 arts. 23, 27)."""
        if not self.is_covered:
            return amount
        own_of_all = min(self.own_of_all, amount)
        return Fen(amount - times_ratio(Fen(amount - own_of_all), 1, self.covered) - min(self.own, own_of_all))


def member_died(state: Household, command: RecordMemberDeath, context: Context) -> tuple[Fact, ...]:
    """From the month after the death the amount is for the others alone, as is every amount decided for the months since.

    Each by who was covered in its month; of somebody whom it did not cover nothing leaves it.
    Their income is looked at again as after any change (arts. 31, 32); the death does not wait for it.
    """
    not_in_future("died_on", command.died_on, context)
    rejected_unless(
        state.monthly_amount_fen > 0, "nothing-payable", "该户没有按月发放的金额", "nothing is paid monthly"
    )
    not_by_investigator(state.verified_by, context)
    person = member_named(state, command.person)
    others = len(state.members) > 1 and state.payable.covered_members > 1
    rejected_unless(
        others or person not in covered_people(state, state.payable.covered_members),
        "last-member",
        "只有一名保障对象，应终止待遇",
        "only one member is covered: terminate the benefit",
    )
    members_are_the_latest(state, command.opened_at)
    rejected_unless(
        command.paid_through <= Month.of(context.today),
        "time-in-future",
        "paid_through 在将来",
        "paid_through lies in the future",
    )
    adjusted = _adjusted(state, command, person, context)
    after = state
    for fact in adjusted:
        after = evolve(after, fact)
    claim = _claimed(state, after.payable, command, adjusted[0].from_month, context)
    return adjusted if claim is None else (*adjusted, claim)


def _adjusted(
    state: Household, command: RecordMemberDeath, person: str, context: Context
) -> tuple[BenefitAdjusted, ...]:
    payable = state.payable
    own, own_of_all = _own_parts(state, command, person, context)
    first = max(Month.of(command.died_on).plus(1), payable.amounts[0].from_month)
    later = sorted({line.from_month for line in payable.amounts if line.from_month > first})
    standard = standard_of(state, context)
    tekun = state.category == _TEKUN
    facts = []
    for month in (first, *later):
        covered = payable.covered_in(month)
        is_covered = person in covered_people(state, covered, month)
        leaving = _Leaving(covered, own if is_covered else ZERO_FEN, own_of_all, is_covered)
        own_left = Fen(own_of_all - leaving.own)
        fact = BenefitAdjusted(
            town=state.town,
            category=state.category,
            before_fen=payable.due_in(month),
            monthly_amount_fen=leaving.left_of(payable.due_in(month)),
            standard_fen=_per_head(standard, state.category),
            covered_members=covered - is_covered,
            from_month=month,
            decided_on=context.today,
            decided_by=context.actor,
            pack_version=payable.standard_version or f"{standard.name}@{standard.version}",
            reason=MEMBER_DEATH,
            top_up_fen=ZERO_FEN if tekun else own_left,
            care_fee_fen=own_left if tekun else ZERO_FEN,
            deceased=person,
            died_on=command.died_on,
        )
        facts.append(fact)
    return tuple(facts)


def _own_parts(state: Household, command: RecordMemberDeath, person: str, context: Context) -> tuple[Fen, Fen]:
    """What of the amount is the dead member's own, and what is anybody's own, as it stands now."""
    covered = covered_people(state, state.payable.covered_members)
    if state.category == _TEKUN:
        fees = _care_fees(state, covered, standard_of(state, context))
        return fees.get(person, ZERO_FEN), Fen(sum(fees.values()))
    own = own_top_up(state, person, command.opened, context) if person in covered else ZERO_FEN
    return own, state.payable.top_up_fen


def _care_fees(state: Household, covered: list[str], standard: AdoptedPack) -> dict[str, Fen]:
    """The care fee of each covered person who has a tier, by the standard the amount went by."""
    fees = convert(standard.content, TekunStandard).care_monthly_fen
    return {one: fees.get(tier, ZERO_FEN) for one, tier in state.care.tiers.items() if one in covered}


def _per_head(standard: AdoptedPack, category: str) -> Fen:
    if category == _TEKUN:
        return convert(standard.content, TekunStandard).basic_monthly_fen
    return convert(standard.content, DibaoStandard).monthly_fen.get(category, ZERO_FEN)


def _claimed(
    state: Household, after: Payable, command: RecordMemberDeath, first: Month, context: Context
) -> RecoveryClaimed | None:
    """Of each month that was paid, what is over the amount for the others and not claimed yet; None: nothing."""
    paid = paid_by_month(state.payable, command.paid, first, command.paid_through)
    over = ((month, Fen(amount - after.paid_in(month))) for month, amount in paid)
    return claimed(state.town, state.category, MEMBER_DEATH, over, context)
