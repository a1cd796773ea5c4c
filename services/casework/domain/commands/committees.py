"""Commands of committees (村居, plan 四(四)): what they did, by whom."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from services.casework.domain.commands.shapes import (
    Actor,
    Code,
    CommitteeCode,
    HouseholdNo,
    Reference,
    Sha256,
    TownCode,
)
from services.contracts.deciding import Command

DiscoveryNo = Annotated[str, Meta(pattern=r"^T[0-9]{2,3}-D[A-Za-z0-9-]{1,60}\Z")]


class OfCommittee(Command, frozen=True, kw_only=True):
    """Base of the commands about one committee's duties; `done_by` is one of its people."""

    duty_no: Reference
    town: TownCode
    committee: CommitteeCode
    done_by: Actor

    @property
    def subject(self) -> str:
        return f"committee:{self.committee}"


class ScreenHardship(OfCommittee, frozen=True, kw_only=True):
    """Record a screening (困难排查): how many households were looked at, which reports of hardship came of it."""

    screened_on: date
    household_count: Annotated[int, Meta(ge=1, le=100_000)]
    discovery_nos: Annotated[tuple[DiscoveryNo, ...], Meta(max_length=200)] = ()


class AidEconomicCheck(OfCommittee, frozen=True, kw_only=True):
    """Record help with a household's economic check (协助经济状况核查)."""

    aided_on: date
    household_no: HouseholdNo
    aid: Code


class SuperviseNotice(OfCommittee, frozen=True, kw_only=True):
    """Record a look at a notice that hangs (公示监督), with the faults found."""

    supervised_on: date
    application_no: Reference
    faults: Annotated[tuple[Code, ...], Meta(max_length=10)] = ()


class TakeNoticeDown(OfCommittee, frozen=True, kw_only=True):
    """Record that a notice came down after its days (公示期满取下, 四(四); 57号 art. 19), with a photo of the place without it.

    `of_committee` (whose the case is, empty where the town has no such case) and `hung`, the first and last day of the notice
    that hung last, where the case still runs, are filled in by the service's edge, whatever the caller sent; so is whether
    it was ever posted.
    """

    taken_down_on: date
    application_no: Reference
    proof_sha256: Sha256
    of_committee: str = ""
    hung: tuple[date, date] | None = None
    posted: bool = True


class ReportChange(OfCommittee, frozen=True, kw_only=True):
    """Report a change in a household that receives help (动态报告).

    `household_known` is filled in by the service's edge, whatever the caller sent.
    """

    reported_on: date
    household_no: HouseholdNo
    change: Code
    happened_on: date
    household_known: bool = True


class ConsultPolicy(OfCommittee, frozen=True, kw_only=True):
    """Record policy consulting by a committee (政策咨询)."""

    consulted_on: date
    topic: Code
    people_count: Annotated[int, Meta(ge=1, le=100_000)]


CommitteeCommand = ScreenHardship | AidEconomicCheck | SuperviseNotice | TakeNoticeDown | ReportChange | ConsultPolicy
