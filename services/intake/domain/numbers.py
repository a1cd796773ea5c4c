"""Whose a request number is: the first household that uses it keeps it, and no other household ever may."""

import msgspec

from services.contracts.deciding import Aggregate, CommandRejected, Context
from services.contracts.intake import RequestNumberClaimed
from services.contracts.registry import Fact
from services.intake.domain.commands import ClaimRequestNumber


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state of one request number; `household_no` is empty until somebody uses it."""

    household_no: str = ""


def decide(state: Number, command: ClaimRequestNumber, _: Context) -> tuple[Fact, ...]:
    """An application's number is its request's and its need's, so that one check keeps both apart (首问负责 needs it)."""
    if not state.household_no:
        return (RequestNumberClaimed(request_no=command.request_no, household_no=command.household_no),)
    must_be_of(state.household_no, command.household_no)
    return ()


def must_be_of(holder: str, household_no: str) -> None:
    """Refuse a number that another household holds."""
    if holder != household_no:
        raise CommandRejected(
            "request-number-taken",
            "该受理编号已用于另一户，请换用新的编号",
            "another household has this request number; use a new one",
        )


def evolve(state: Number, fact: Fact) -> Number:
    return Number(household_no=fact.household_no) if isinstance(fact, RequestNumberClaimed) else state


NUMBER = Aggregate(
    prefix="number", state=Number, initial=Number(), commands=(ClaimRequestNumber,), decide=decide, evolve=evolve
)
