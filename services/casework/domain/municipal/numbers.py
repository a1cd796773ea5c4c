"""Whose a number of the municipal system is: one household's, for one stream decides about it; noted there by a reaction."""

from typing import assert_never

import msgspec

from services.casework.domain.commands.municipal import (
    DropMunicipalNumber,
    NoteMunicipalNumber,
    RecordMunicipalNumber,
    ReleaseMunicipalNumber,
)
from services.casework.domain.guards import no_personal_number, own_town, rejected_unless
from services.casework.domain.state import Household
from services.contracts.casework import (
    MunicipalNumberClaimed,
    MunicipalNumberDropped,
    MunicipalNumberRecorded,
    MunicipalNumberReleased,
)
from services.contracts.deciding import Aggregate, Context
from services.contracts.registry import Fact


class MunicipalNumber(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state; `household_no` is empty while nobody has the number."""

    household_no: str = ""
    application_no: str = ""


def decide(
    state: MunicipalNumber, command: RecordMunicipalNumber | ReleaseMunicipalNumber, context: Context
) -> tuple[Fact, ...]:
    match command:
        case RecordMunicipalNumber():
            return _claimed(state, command, context)
        case ReleaseMunicipalNumber():
            return (_released(state, command, context),)
        case _:
            assert_never(command)


def _claimed(state: MunicipalNumber, command: RecordMunicipalNumber, context: Context) -> tuple[Fact, ...]:
    own_town(command.household_no, context)
    no_personal_number(command.municipal_no)
    rejected_unless(
        command.household_known, "household-unknown", "没有该户档案", "there is no folder of this household"
    )
    rejected_unless(
        not command.application_no or command.application_known,
        "case-unknown",
        "该户没有这宗申请",
        "the household has no such case",
    )
    if (state.household_no, state.application_no) == (command.household_no, command.application_no):
        return ()
    rejected_unless(
        not state.household_no,
        "municipal-number-taken",
        "该市级编号已登记在其他户或案件名下，须先核实并撤回",
        "this number is another household's or case's; release it there first",
    )
    claimed = MunicipalNumberClaimed(
        municipal_no=command.municipal_no,
        household_no=command.household_no,
        town=command.household_no.partition("-")[0],
        application_no=command.application_no,
        claimed_by=context.actor,
    )
    return (claimed,)


def _released(state: MunicipalNumber, command: ReleaseMunicipalNumber, context: Context) -> MunicipalNumberReleased:
    own_town(command.household_no, context)
    rejected_unless(
        state.household_no == command.household_no,
        "municipal-number-not-theirs",
        "该市级编号未登记在该户名下",
        "this number is not that household's",
    )
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明理由", "a reason is needed")
    no_personal_number(command.reason)
    return MunicipalNumberReleased(
        municipal_no=command.municipal_no,
        household_no=state.household_no,
        town=state.household_no.partition("-")[0],
        reason=command.reason,
        released_by=context.actor,
    )


def evolve(state: MunicipalNumber, fact: Fact) -> MunicipalNumber:
    match fact:
        case MunicipalNumberClaimed():
            return MunicipalNumber(household_no=fact.household_no, application_no=fact.application_no)
        case MunicipalNumberReleased():
            return MunicipalNumber()
        case _:
            return state


MUNICIPAL = Aggregate(
    prefix="municipal",
    state=MunicipalNumber,
    initial=MunicipalNumber(),
    commands=(RecordMunicipalNumber, ReleaseMunicipalNumber),
    decide=decide,
    evolve=evolve,
)


# ---- with the household


def decide_number(
    state: Household, command: NoteMunicipalNumber | DropMunicipalNumber
) -> tuple[MunicipalNumberRecorded | MunicipalNumberDropped, ...]:
    """A household follows what was decided of the number; told again, it says nothing new."""
    known = dict(state.municipal_nos)
    match command:
        case NoteMunicipalNumber():
            if command.municipal_no in known:
                return ()
            recorded = MunicipalNumberRecorded(
                town=state.town, municipal_no=command.municipal_no, application_no=command.application_no
            )
            return (recorded,)
        case DropMunicipalNumber():
            if command.municipal_no not in known:
                return ()
            dropped = MunicipalNumberDropped(
                town=state.town, municipal_no=command.municipal_no, application_no=known[command.municipal_no]
            )
            return (dropped,)
        case _:
            assert_never(command)
