"""What was exchanged with the municipal system, file by file: stated once each, by counts and a hash; reads no file."""

from typing import Any, assert_never

import msgspec

from services.casework.domain.belonging import of_town
from services.casework.domain.commands.municipal import StateComparison, StateExport, StateWarningList
from services.casework.domain.guards import no_personal_number, not_in_future, rejected_unless
from services.casework.rules.municipal import MunicipalExchange
from services.contracts.casework import MunicipalExported, MunicipalListCompared, WarningListReceived
from services.contracts.deciding import Aggregate, Context
from services.contracts.registry import Fact

# A file's number is known as repeated among this many latest ones.
FILE_NUMBERS_KEPT = 200
_PACK = "municipal_exchange"
ExchangeCommand = StateExport | StateComparison | StateWarningList


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state of one town's exchange, or of the district's: the latest numbers."""

    file_nos: tuple[str, ...] = ()


def decide(state: Exchange, command: ExchangeCommand, context: Context) -> tuple[Fact, ...]:
    of_town(command.town, context)
    match command:
        case StateExport():
            return (_exported(state, command, context),)
        case StateComparison():
            _new(state, command.comparison_no)
            not_in_future("as_of_on", command.as_of_on, context)
            compared = MunicipalListCompared(
                **_fields(command),
                compared_by=context.actor,
                pack_version=context.rules.version_on(_PACK, context.today),
            )
            return (compared,)
        case StateWarningList():
            _new(state, command.list_no)
            return (WarningListReceived(**_fields(command), received_by=context.actor),)
        case _:
            assert_never(command)


def _fields(command: ExchangeCommand) -> dict[str, Any]:
    return {name: getattr(command, name) for name in command.__struct_fields__}


def _new(state: Exchange, number: str) -> None:
    rejected_unless(number not in state.file_nos, "file-repeated", "该文件编号已登记", "this file is stated already")


def _exported(state: Exchange, command: StateExport, context: Context) -> MunicipalExported:
    """Personal columns only for a reason (个人信息保护法 art. 6); who may have them, the door knows."""
    _new(state, command.export_no)
    tables = context.rule_on(_PACK, context.today, MunicipalExchange).tables
    rejected_unless(command.table in tables, "table-unknown", "没有这种导出表", "there is no such table")
    rejected_unless(
        not command.personal or bool(command.reason.strip()),
        "reason-missing",
        "导出个人信息须说明理由",
        "personal columns need a reason",
    )
    no_personal_number(command.reason)
    return MunicipalExported(
        **_fields(command),
        exported_by=context.actor,
        pack_version=context.rules.version_on(_PACK, context.today),
    )


def evolve(state: Exchange, fact: Fact) -> Exchange:
    match fact:
        case MunicipalExported(export_no=number) | MunicipalListCompared(comparison_no=number):
            return Exchange(file_nos=(*state.file_nos, number)[-FILE_NUMBERS_KEPT:])
        case WarningListReceived(list_no=number):
            return Exchange(file_nos=(*state.file_nos, number)[-FILE_NUMBERS_KEPT:])
        case _:
            return state


EXCHANGE = Aggregate(
    prefix="exchange",
    state=Exchange,
    initial=Exchange(),
    commands=(StateExport, StateComparison, StateWarningList),
    decide=decide,
    evolve=evolve,
)
