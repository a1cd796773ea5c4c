"""Whose a request number is, so that no two households of the district ever share one (plan 四(一))."""

from services.contracts.registry import Fact, fact


@fact("intake", "request_number_claimed", subject="number")
class RequestNumberClaimed(Fact, frozen=True, kw_only=True):
    """A request number, and with it the numbers of its applications, belongs to one household for ever."""

    request_no: str
    household_no: str
