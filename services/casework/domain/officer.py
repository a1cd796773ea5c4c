"""What casework decides about an officer: administrative work records; posts and pay are payroll's."""

from typing import Final

import msgspec

from services.casework.domain.commands import RecordWork
from services.casework.domain.guards import not_in_future, rejected_unless
from services.casework.rules import WorkTypes
from services.contracts.casework import WorkRecorded
from services.contracts.deciding import Aggregate, Context
from services.contracts.registry import Fact

# An officer's state stays small: a work number is known as repeated among this many latest ones.
WORK_NUMBERS_KEPT: Final = 500


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state: the latest work numbers."""

    work_nos: tuple[str, ...] = ()


def decide(state: Officer, command: RecordWork, context: Context) -> tuple[Fact, ...]:
    rejected_unless(
        context.town is None or command.town == context.town,
        "wrong-town",
        f"{context.town} 不能登记 {command.town} 的工作",
        f"{context.town} may not record work of {command.town}",
    )
    rejected_unless(
        command.committee.startswith(f"{command.town}-"),
        "wrong-committee",
        "村（居）不属于该镇街",
        "the committee does not belong to the town",
    )
    rejected_unless(
        command.work_no not in state.work_nos, "work-repeated", "该工作编号已登记", "this work is recorded already"
    )
    not_in_future("worked_on", command.worked_on, context)
    types = context.rule_on("work_types", command.worked_on, WorkTypes)
    rejected_unless(
        command.work in types.works and command.benefit in types.benefits,
        "work-unknown",
        "工作类型或对应救助不在目录中",
        "the kind of work or its benefit is not on the list",
    )
    return (WorkRecorded(**{name: getattr(command, name) for name in WorkRecorded.__struct_fields__}),)


def evolve(state: Officer, fact: Fact) -> Officer:
    match fact:
        case WorkRecorded():
            return Officer(work_nos=(*state.work_nos, fact.work_no)[-WORK_NUMBERS_KEPT:])
        case _:
            return state


OFFICER = Aggregate(
    prefix="officer", state=Officer, initial=Officer(), commands=(RecordWork,), decide=decide, evolve=evolve
)
