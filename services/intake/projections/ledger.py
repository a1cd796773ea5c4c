"""The clock ledger of the window: referrals that others answer, discoveries to follow up, with whom each one is."""

from datetime import date
from typing import Any, Final

import msgspec

from services.contracts import clocks
from services.contracts.clocks import ClockRow, Held, started, stopped
from services.contracts.deciding import CHINA, Model, Record
from services.contracts.intake import (
    ApplicationIntroduced,
    ApplicationReferred,
    ApplicationWithdrawn,
    ClockExtended,
    ClockPaused,
    ClockResumed,
    DiscoveryClosed,
    DiscoveryFollowed,
    DiscoveryOverdue,
    HandoverAccepted,
    NeedDiscovered,
    ReferralCompleted,
    ReferralOverdue,
    ReferralReturned,
)

_OF_DISCOVERY: Final = (NeedDiscovered, DiscoveryFollowed, DiscoveryClosed, DiscoveryOverdue)


def _keys(record: Record) -> tuple[str, ...]:
    """``<town>/<application or discovery>/<clock>``."""
    fact: Any = record.fact
    if isinstance(fact, _OF_DISCOVERY):
        return (f"{fact.town}/{fact.discovery_no}/discovery",)
    return (f"{fact.town}/{fact.application_no}/referral",)


def _on(record: Record) -> date:
    return record.envelope.time.astimezone(CHINA).date()


def _clock(row: ClockRow | None, record: Record, _: str) -> ClockRow | None:
    fact, by = record.fact, record.envelope.id
    if isinstance(fact, NeedDiscovered):
        return started(_discovered(fact), fact.discovered_on, fact.follow_up_by, by)
    if isinstance(fact, ApplicationReferred | ApplicationIntroduced):
        return _passed_on(row, fact, record)
    if row is None:
        return None
    match fact:
        case ClockPaused() | ClockResumed() | ClockExtended():
            return clocks.moved(row, fact, _on(record), by)
        case ReferralOverdue() | DiscoveryOverdue():
            return clocks.marked_overdue(row)
        case HandoverAccepted():
            return clocks.held(row, fact.responsible, _on(record))
        case ReferralReturned():
            return stopped(row, fact.returned_on, by)
        case ReferralCompleted():
            return stopped(row, fact.completed_on, by)
        case _:
            return stopped(row, _on(record), by)


def _discovered(fact: NeedDiscovered) -> ClockRow:
    """The town's window follows a report up; whoever reported it has done their part."""
    window = f"window:{fact.town}"
    return ClockRow(
        town=fact.town,
        household="",
        application_no=fact.discovery_no,
        clock="discovery",
        article=fact.pack_version,
        counting="workdays",
        status="waiting",
        held_by=window,
        held=(Held(who=window, from_on=fact.discovered_on),),
    )


def _passed_on(row: ClockRow | None, fact: ApplicationReferred | ApplicationIntroduced, record: Record) -> ClockRow:
    """A referral's clock begins, anew after a return: the ledger of one item goes on in its row."""
    on = fact.referred_on or _on(record)
    introduced = isinstance(fact, ApplicationIntroduced)
    with_whom = fact.organisation if isinstance(fact, ApplicationIntroduced) else fact.department
    new = row or ClockRow(
        town=fact.town,
        household=record.envelope.subject.partition(":")[2],
        application_no=fact.application_no,
        clock="referral",
        article=fact.pack_version,
        counting="workdays",
        status="waiting",
        held_by=fact.responsible,
        held=(Held(who=fact.responsible, from_on=on),),
    )
    again = started(new, on, fact.answer_by, record.envelope.id)
    again = clocks.held(again, fact.responsible, on)
    return msgspec.structs.replace(again, with_whom=f"introduced:{with_whom}" if introduced else with_whom)


CLOCKS: Final = Model(
    name="clocks",
    row=ClockRow,
    listens=(
        *_OF_DISCOVERY,
        ApplicationReferred,
        ApplicationIntroduced,
        ReferralReturned,
        ReferralCompleted,
        ReferralOverdue,
        ApplicationWithdrawn,
        HandoverAccepted,
        ClockPaused,
        ClockResumed,
        ClockExtended,
    ),
    keys=_keys,
    evolve=_clock,
    listed_by="open_until",
)
