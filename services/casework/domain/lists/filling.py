"""What decisions about lists, and about money to be claimed back, read of other subjects; reads no store itself."""

from typing import Final

import msgspec

from services.casework.domain.commands import ClaimRecovery, RecordMemberDeath, TerminateBenefit
from services.casework.domain.commands.lists import (
    ApproveBenefitList,
    DraftBenefitList,
    IssuePaymentFile,
    ListedHousehold,
    OfBenefitList,
    PublishStandingList,
    StandingEntry,
)
from services.casework.domain.commands.payout import PaidMonth
from services.casework.domain.delivery.filling import States, Wanted
from services.casework.domain.listed import BenefitList, paid_months
from services.casework.domain.lists.due import listed_households
from services.casework.domain.state import Household
from services.contracts.deciding import Command
from services.contracts.months import Month

FILLED: Final = (
    DraftBenefitList, ApproveBenefitList, IssuePaymentFile, PublishStandingList, ClaimRecovery, TerminateBenefit,
    RecordMemberDeath,
)  # fmt: skip
# A list owes what the lists of a year before it did not pay; older ones are settled by hand.
LISTS_BEFORE_MAX: Final = 12
LISTS_AFTER_MAX: Final = 2
MONTHS_READ_MAX: Final = 60


def filled(command: Command, states: States) -> Command:
    """`command` with what `states` (decision states by subject, those of `wanted`) say; others are left alone."""
    change = msgspec.structs.replace
    match command:
        case DraftBenefitList():
            neighbours = tuple((month, one.stage) for month, one in sorted(_lists(states, command).items()))
            return change(command, households=_due(command, states), neighbours=neighbours)
        case ApproveBenefitList() | IssuePaymentFile():
            return change(command, households=_due(command, states))
        case PublishStandingList():
            return change(command, entries=_entries(states, command.town, command.committee))
        case ClaimRecovery() | TerminateBenefit() | RecordMemberDeath():
            lists = tuple(
                state
                for subject in _lists_since_the_end(command, states)
                if isinstance(state := states.get(subject), BenefitList)
            )
            paid = paid_months(lists, command.household_no)
            return change(
                command,
                paid=tuple(PaidMonth(month=month, amount_fen=amount) for month, amount in sorted(paid.items())),
            )
        case _:
            return command


def wanted(command: Command, states: States) -> Wanted:
    """The subjects that `filled` reads; asked again with what was found, until nothing more is named."""
    match command:
        case DraftBenefitList() | ApproveBenefitList() | IssuePaymentFile():
            lists = tuple(_subject(command.town, month) for month in _around(command.month))
            return Wanted(named=lists, beginnings=(f"household:{command.town}-",))
        case PublishStandingList():
            return Wanted(beginnings=(f"household:{command.town}-",), naming=command.committee)
        case ClaimRecovery() | TerminateBenefit() | RecordMemberDeath() if command.paid_through is not None:
            return Wanted(named=(command.subject, *_lists_since_the_end(command, states)))
        case _:
            return Wanted()


def _subject(town: str, month: Month) -> str:
    return f"benefit_list:{town}-{month}"


def _around(month: Month) -> tuple[Month, ...]:
    """The months whose lists are read beside a month's own."""
    beside = range(-LISTS_BEFORE_MAX, LISTS_AFTER_MAX + 1)
    return tuple(month.plus(step) for step in beside if step)


def _lists(states: States, command: OfBenefitList) -> dict[Month, BenefitList]:
    found = {month: states.get(_subject(command.town, month)) for month in _around(command.month)}
    return {month: one for month, one in found.items() if isinstance(one, BenefitList) and one.stage != "none"}


def _due(command: OfBenefitList, states: States) -> tuple[ListedHousehold, ...]:
    earlier = {month: one for month, one in _lists(states, command).items() if one.approved and month < command.month}
    return listed_households(command.month, _households(states, command.town), earlier)


def _households(states: States, town: str) -> dict[str, Household]:
    """The households of a town by number."""
    beginning = f"household:{town}-"
    return {
        subject.partition(":")[2]: state
        for subject, state in states.items()
        if subject.startswith(beginning) and isinstance(state, Household)
    }


def _entries(states: States, town: str, committee: str) -> tuple[StandingEntry, ...]:
    """Who of a committee receives a monthly benefit that is not suspended, with the amount as decided last."""
    return tuple(
        StandingEntry(
            household_no=number,
            category=state.category,
            member_count=state.payable.covered_members,
            amount_fen=state.monthly_amount_fen,
        )
        for number, state in sorted(_households(states, town).items())
        if state.committee == committee and state.category and state.monthly_amount_fen
        and state.payable.suspended_from is None
    )  # fmt: skip


def _lists_since_the_end(
    command: ClaimRecovery | TerminateBenefit | RecordMemberDeath, states: States
) -> tuple[str, ...]:
    """The lists of the months that may have been paid too long: from the end of the benefit to the last month paid."""
    if command.paid_through is None:
        return ()
    first = _ended_from(command, states)
    if first is None:
        return ()
    town = command.household_no.partition("-")[0]
    months: list[str] = []
    while first <= command.paid_through and len(months) < MONTHS_READ_MAX:
        months.append(_subject(town, first))
        first = first.plus(1)
    return tuple(months)


def _ended_from(command: ClaimRecovery | TerminateBenefit | RecordMemberDeath, states: States) -> Month | None:
    if isinstance(command, RecordMemberDeath):
        return Month.of(command.died_on).plus(1)
    if isinstance(command, TerminateBenefit):
        return Month.of(command.died_on).plus(1) if command.died_on is not None else None
    state = states.get(command.subject)
    return state.payable.ended_from if isinstance(state, Household) else None
