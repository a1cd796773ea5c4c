"""What moves the clocks that run at the window and with departments (限时办理)."""

from services.contracts import every_service
from services.contracts.registry import fact


@fact("intake", "clock_paused", subject="household")
class ClockPaused(every_service.ClockPaused, frozen=True, kw_only=True):
    __doc__ = every_service.ClockPaused.__doc__


@fact("intake", "clock_resumed", subject="household")
class ClockResumed(every_service.ClockResumed, frozen=True, kw_only=True):
    __doc__ = every_service.ClockResumed.__doc__


@fact("intake", "clock_extended", subject="household")
class ClockExtended(every_service.ClockExtended, frozen=True, kw_only=True):
    __doc__ = every_service.ClockExtended.__doc__
