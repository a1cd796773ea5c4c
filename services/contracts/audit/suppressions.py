"""Facts about suppressions: one person proposes with a reason, another approves, each ends on its day; nothing is deleted."""

from datetime import date

from services.contracts.registry import Fact, fact


class _OfSuppression(Fact, frozen=True, kw_only=True):
    """`scope` ``finding`` names one finding, ``test`` a test about one subject."""

    suppression_no: str
    scope: str
    finding_no: str
    test: str
    about: str
    reason: str
    until: date
    proposed_by: str


@fact("audit", "suppression_proposed", subject="suppression")
class SuppressionProposed(_OfSuppression, frozen=True, kw_only=True):
    """Somebody proposes that findings rest until a day, and says why; `concerned` may not approve it."""

    concerned: tuple[str, ...]
    proposed_on: date
    pack_version: str


@fact("audit", "suppression_approved", subject="suppression")
class SuppressionApproved(_OfSuppression, frozen=True, kw_only=True):
    """Another person approved it: what it names rests until its day."""

    approved_by: str
    approved_on: date


@fact("audit", "suppression_declined", subject="suppression")
class SuppressionDeclined(Fact, frozen=True, kw_only=True):
    """It was not approved, and why."""

    suppression_no: str
    why: str
    declined_by: str
    declined_on: date


@fact("audit", "suppression_ended", subject="suppression")
class SuppressionEnded(_OfSuppression, frozen=True, kw_only=True):
    """Its day is over (`because` ``date``), or somebody ended it before (``revoked``): what it named stands again."""

    because: str
    why: str
    ended_by: str
    ended_on: date


@fact("audit", "finding_noted", subject="matter")
class FindingNoted(Fact, frozen=True, kw_only=True):
    """A test's finding about a subject joins its earlier ones; a suppression in force about them covers it too."""

    finding_no: str
    test: str
    about: str
    earlier: str
    suppression_no: str
    until: date | None
    reason: str
    proposed_by: str
    approved_by: str


@fact("audit", "matter_suppressed", subject="matter")
class MatterSuppressed(Fact, frozen=True, kw_only=True):
    """What a test objects to about one subject rests until a day: these findings, and those still to come."""

    test: str
    about: str
    suppression_no: str
    until: date
    reason: str
    proposed_by: str
    approved_by: str
    finding_nos: tuple[str, ...]


@fact("audit", "matter_released", subject="matter")
class MatterReleased(Fact, frozen=True, kw_only=True):
    """The suppression of a test about one subject ended: these findings stand again."""

    test: str
    about: str
    suppression_no: str
    finding_nos: tuple[str, ...]
