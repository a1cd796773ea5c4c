"""Read models beside the cases: complaints, surveys that another town was asked for, the bureau's share of own visits."""

from datetime import date
from typing import Any, Final

import msgspec

from services.casework.domain.cases import ends_help
from services.casework.projections.households import household_no_of
from services.contracts.casework import (
    CaseClosed,
    ComplaintAnswered,
    ComplaintOverdue,
    ComplaintReceived,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdSurveyed,
    PapersCompleted,
    ResponsibilityMoved,
    StepOverdue,
    SurveyHelpAsked,
    SurveyHelpDeclined,
)
from services.contracts.deciding import Model, Record
from services.contracts.months import Month

_change = msgspec.structs.replace


class ComplaintRow(msgspec.Struct, frozen=True, kw_only=True):
    """One complaint or report by household and its own number. `outcome`: empty until it is answered."""

    household: str
    town: str
    kind: str
    application_no: str
    received_on: date
    answer_by: date
    responsible: str
    answered_on: date | None = None
    outcome: str = ""
    overdue: bool = False


def _complaint_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    numbers = fact.complaint_nos if isinstance(fact, ResponsibilityMoved) else (fact.complaint_no,)
    return tuple(f"{household_no_of(record)}/{number}" for number in numbers)


def _complaint(row: ComplaintRow | None, record: Record, _: str) -> ComplaintRow | None:
    match record.fact:
        case ComplaintReceived() as fact:
            names = set(ComplaintRow.__struct_fields__) & set(ComplaintReceived.__struct_fields__)
            fields = {name: getattr(fact, name) for name in names}
            return ComplaintRow(household=household_no_of(record), **fields)
        case ComplaintAnswered() as fact if row is not None:
            return _change(row, answered_on=fact.answered_on, outcome=fact.outcome)
        case ComplaintOverdue() if row is not None:
            return _change(row, overdue=True)
        case ResponsibilityMoved() as fact if row is not None:
            return _change(row, responsible=fact.responsible)
        case _:
            return row


class SurveyHelpRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a town sees of a case that it was asked to survey (协助调查): `town` is the one asked, `asked_by` the case's.

    `status`: asked, surveyed, declined, ended (the case was, or its own town surveyed first).
    """

    town: str
    asked_by: str
    household: str
    need: str
    committee: str
    member_count: int
    reason: str
    asked_on: date
    answer_by: date
    status: str = "asked"
    overdue: bool = False


def _help_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.application_no,)


def _help(row: SurveyHelpRow | None, record: Record, _: str) -> SurveyHelpRow | None:
    fact = record.fact
    if isinstance(fact, SurveyHelpAsked):
        names = set(SurveyHelpRow.__struct_fields__) & set(SurveyHelpAsked.__struct_fields__) - {"town"}
        fields = {name: getattr(fact, name) for name in names}
        return SurveyHelpRow(town=fact.helping_town, asked_by=fact.town, household=household_no_of(record), **fields)
    if row is None or row.status != "asked":
        return row
    match fact:
        case HouseholdSurveyed():
            return _change(row, status="surveyed" if fact.surveyed_by_town else "ended") if ends_help(fact) else row
        case SurveyHelpDeclined():
            return _change(row, status="declined")
        case StepOverdue():
            return _change(row, overdue=True) if fact.clock == "survey_help" else row
        case EligibilityConfirmed():
            return row if fact.papers_by is not None else _change(row, status="ended")
        case EligibilityRefused() | CaseClosed() | PapersCompleted():
            return _change(row, status="ended")
        case _:
            return row


class SpotCheckRow(msgspec.Struct, frozen=True, kw_only=True):
    """Of a town's decisions of one need and month, how many the bureau visited itself first (抽查), as one partition knows.

    `share_permille_min` is what the pack asks for of the whole district (tekun: 300); add towns and partitions up, and
    the counts alone.
    """

    town: str
    need: str
    month: Month
    share_permille_min: str
    decided_count: int = 0
    visited_count: int = 0


def _spot_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (f"{fact.town}/{fact.need}/{Month.of(fact.decided_on)}",)


def _spot(row: SpotCheckRow | None, record: Record, _: str) -> SpotCheckRow:
    """The minimum is text, so that it is not added up over partitions."""
    fact: Any = record.fact
    share = str(fact.spot_check_permille)
    month = Month.of(fact.decided_on)
    before = row or SpotCheckRow(town=fact.town, need=fact.need, month=month, share_permille_min=share)
    return _change(
        before,
        decided_count=before.decided_count + 1,
        visited_count=before.visited_count + bool(fact.bureau_visited),
    )


COMPLAINTS: Final = Model(
    name="complaints",
    row=ComplaintRow,
    listens=(ResponsibilityMoved, ComplaintReceived, ComplaintAnswered, ComplaintOverdue),
    keys=_complaint_keys,
    evolve=_complaint,
)
SURVEY_HELP: Final = Model(
    name="survey_help",
    row=SurveyHelpRow,
    listens=(
        SurveyHelpAsked,
        SurveyHelpDeclined,
        HouseholdSurveyed,
        StepOverdue,
        EligibilityConfirmed,
        EligibilityRefused,
        CaseClosed,
        PapersCompleted,
    ),
    keys=_help_keys,
    evolve=_help,
)
SPOT_CHECKS: Final = Model(
    name="spot_checks",
    row=SpotCheckRow,
    listens=(EligibilityConfirmed, EligibilityRefused),
    keys=_spot_keys,
    evolve=_spot,
)
