"""What moves a case's clocks, and who has the case in hand (限时办理, 责有人负)."""

from services.contracts import every_service
from services.contracts.registry import Fact, fact


@fact("casework", "clock_paused", subject="household")
class ClockPaused(every_service.ClockPaused, frozen=True, kw_only=True):
    __doc__ = every_service.ClockPaused.__doc__


@fact("casework", "clock_resumed", subject="household")
class ClockResumed(every_service.ClockResumed, frozen=True, kw_only=True):
    __doc__ = every_service.ClockResumed.__doc__


@fact("casework", "clock_extended", subject="household")
class ClockExtended(every_service.ClockExtended, frozen=True, kw_only=True):
    __doc__ = every_service.ClockExtended.__doc__


@fact("casework", "case_handed_over", subject="household")
class CaseHandedOver(Fact, frozen=True, kw_only=True):
    """The duty for a case went to the person who accepted it at the window (首问负责, 四(二)); its clocks run on."""

    application_no: str
    town: str
    previous: str
    responsible: str


@fact("casework", "near_relative_noted", subject="household")
class NearRelativeNoted(Fact, frozen=True, kw_only=True):
    """A case turned out to be a near relative's (近亲属) after it was opened: the bureau must visit (民发〔2021〕57号 art. 20)."""

    application_no: str
    town: str
    request_no: str
