"""A list's facts from the households that are due: lines by committee, totals by benefit, changes; it decides on no step."""

from collections import Counter
from collections.abc import Iterable
from itertools import groupby

from services.casework.domain.commands.lists import ListedHousehold
from services.casework.domain.listed import NO_ACCOUNT, OF_THE_DECEASED, ListLine
from services.contracts.casework import BenefitLine, CategoryAmount, ListChange, MonthAmount
from services.contracts.money import Fen


def lines_of(households: Iterable[ListedHousehold]) -> dict[str, tuple[BenefitLine, ...]]:
    """The lines of everybody with money due, by committee, in the order of committees and numbers."""
    paid = [one for one in households if _amount(one)]
    shared = Counter(one.account for one in paid if one.account)
    ordered = sorted(paid, key=lambda one: (one.committee, one.household_no))
    return {
        committee: tuple(_line(one, shared[one.account]) for one in group)
        for committee, group in groupby(ordered, key=lambda one: one.committee)
    }


def _amount(one: ListedHousehold) -> int:
    return one.due_fen + sum(owed.amount_fen for owed in one.arrears)


def _line(one: ListedHousehold, shared_by: int) -> BenefitLine:
    held_for = OF_THE_DECEASED if one.died else "" if one.account else NO_ACCOUNT
    return BenefitLine(
        household_no=one.household_no,
        category=one.category,
        amount_fen=Fen(_amount(one)),
        due_fen=one.due_fen,
        account=one.account,
        holder=one.holder,
        shared_by=shared_by if one.account else 0,
        arrears=tuple(MonthAmount(month=owed.month, amount_fen=owed.amount_fen) for owed in one.arrears),
        held_for=held_for,
    )


def changes_of(households: Iterable[ListedHousehold]) -> tuple[ListChange, ...]:
    """What changed against the month before, in the order of the numbers."""
    return tuple(
        ListChange(
            household_no=one.household_no,
            category=one.category,
            change=one.change,
            reason=one.reason,
            before_fen=one.before_fen,
            after_fen=one.due_fen,
        )
        for one in sorted(households, key=lambda one: one.household_no)
        if one.change
    )


def totals_of(lines: Iterable[BenefitLine | ListLine]) -> tuple[CategoryAmount, ...]:
    """Households and money by benefit."""
    sums: dict[str, list[int]] = {}
    for line in lines:
        of = sums.setdefault(line.category, [0, 0])
        of[0] += 1
        of[1] += line.amount_fen
    return tuple(
        CategoryAmount(category=category, household_count=count, amount_fen=Fen(amount))
        for category, (count, amount) in sorted(sums.items())
    )
