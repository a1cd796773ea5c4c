"""Doors beside the municipal system: exports, its lists held against ours, early warnings, whom a warning is about."""

from typing import Any, Final

import msgspec
from fastapi import FastAPI, Request, Response

from services.casework import municipal_door, store
from services.casework.domain.commands.municipal import (
    AssignTask,
    CloseChangeTask,
    FindDifference,
    HandleWarning,
    OpenWarning,
    ReadForExport,
    ReadWarnedPerson,
    RecordMunicipalNumber,
    ReleaseMunicipalNumber,
    SettleDifference,
    StateComparison,
    StateExport,
    StateWarningList,
)
from services.casework.municipal_door import ListAbout, MunicipalExport
from services.contracts.codec import convert, decoder_of
from services.contracts.deciding import Command
from services.eventlog.api.commands import idempotency_key, incoming_of, outcome_body, refused
from services.eventlog.api.runtime import Doors, Runtime, json_response, wrong_role, wrong_town
from services.eventlog.auth import Identity
from services.eventlog.openapi import body_of
from services.eventlog.problems import FieldError, Problem, decoded

_BUREAU: Final = frozenset({"bureau", "bureau-leader"})
_TOWN: Final = frozenset({"officer", "window", "town-leader"})
_LEADERS: Final = _BUREAU | {"town-leader"}
MUNICIPAL_ROLES: Final[dict[type[Command], frozenset[str]]] = {
    RecordMunicipalNumber: _TOWN | _BUREAU,
    ReleaseMunicipalNumber: _LEADERS,
    SettleDifference: _TOWN | _BUREAU,
    HandleWarning: _TOWN | _BUREAU,
    CloseChangeTask: _TOWN | _BUREAU,
    AssignTask: _LEADERS,
}
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EXPORTS: Final = Doors(roles={StateExport: _LEADERS, ReadForExport: _BUREAU})
_FILES: Final = Doors(roles=dict.fromkeys((FindDifference, StateComparison, OpenWarning, StateWarningList), _LEADERS))
_UNMASKING: Final = Doors(roles={ReadWarnedPerson: _TOWN | _BUREAU | {"auditor", "inspector"}})
_LIST_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            _XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


def municipal_routes(app: FastAPI, runtime: Runtime) -> None:
    """Put the municipal system's doors beside the others."""
    _export_route(app, runtime)
    _list_routes(app, runtime)
    decoder = decoder_of(ReadWarnedPerson)

    async def unmask(request: Request) -> Response:
        identity = _with_role(runtime, request, _UNMASKING.roles[ReadWarnedPerson])
        command = decoded(decoder, await request.body())
        outcome = await runtime.decider.submit(incoming_of(_UNMASKING, identity, command, idempotency_key(request)))
        if outcome.status != "accepted":
            raise refused(outcome)
        if outcome.replayed:  # that look is on the log; showing the values again would be another one
            raise Problem(
                status=409, code="read-replayed", zh="该次查看已登记并已答复；再次查看须换用新的 Idempotency-Key 并重新登记",
                en="this look was answered and stated; to look again, use a new Idempotency-Key", extra=outcome_body(outcome),
            )  # fmt: skip
        values = await store.warned_person(runtime.pool, runtime.keyring, command.subject)
        names = ("name", "resident_id", "contact")
        return json_response({**dict(zip(names, values, strict=False)), **outcome_body(outcome)})

    app.add_api_route(
        "/v1/municipal/warned-person", unmask, methods=["POST"], tags=["personal data"],
        openapi_extra=body_of(ReadWarnedPerson),
    )  # fmt: skip


def _export_route(app: FastAPI, runtime: Runtime) -> None:
    exports = decoder_of(MunicipalExport)

    async def export(request: Request) -> Response:
        identity = _with_role(runtime, request, _LEADERS)
        wanted = decoded(exports, await request.body())
        if wanted.personal and identity.role not in _BUREAU:
            raise wrong_role(identity.role)
        if identity.town is not None:
            if wanted.town not in (None, identity.town):
                raise wrong_town()
            wanted = msgspec.structs.replace(wanted, town=identity.town)
        made = await municipal_door.export(runtime, _EXPORTS, identity, wanted, idempotency_key(request))
        charset = f"text/csv; charset={wanted.encoding}"
        name = f"{wanted.table}.{wanted.format}"
        headers = {"content-disposition": f'attachment; filename="{name}"', "jiuzhu-sha256": made.sha256}
        if made.next_after is not None:
            headers["jiuzhu-next"] = made.next_after
        return Response(made.content, media_type=_XLSX if wanted.format == "xlsx" else charset, headers=headers)

    app.add_api_route(
        "/v1/municipal/exports", export, methods=["POST"], tags=["municipal system"],
        openapi_extra=body_of(MunicipalExport),
    )  # fmt: skip


def _list_routes(app: FastAPI, runtime: Runtime) -> None:
    async def lists(
        request: Request, town: str, as_of: str, responsible: str, committee: str = "", dry_run: bool = False
    ) -> Response:
        identity = _with_role(runtime, request, _LEADERS)
        about = _about({"town": town, "committee": committee, "as_of": as_of, "responsible": responsible})
        if identity.town not in (None, about.town):
            raise wrong_town()
        told = await municipal_door.compare(
            runtime, _FILES, identity, about, await request.body(), idempotency_key(request), dry_run=dry_run
        )
        return _told(request, told)

    async def warnings(request: Request, responsible: str = "", dry_run: bool = False) -> Response:
        identity = _with_role(runtime, request, _LEADERS)
        told = await municipal_door.warn(
            runtime, _FILES, identity, responsible, await request.body(), idempotency_key(request), dry_run=dry_run
        )
        return _told(request, told)

    for path, route in (("/v1/municipal/lists", lists), ("/v1/municipal/warnings", warnings)):
        app.add_api_route(path, route, methods=["POST"], tags=["municipal system"], openapi_extra=_LIST_BODY)


def _about(given: dict[str, str]) -> ListAbout:
    """The query's words typed; a 422 that points at the one that does not fit."""
    try:
        return convert(given, ListAbout)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("`$.")[2].rstrip("`")
        raise Problem(
            status=422, code="parameter-invalid", zh="参数不符合要求", en="a parameter does not fit",
            errors=(FieldError(pointer=f"/query/{field}", zh="此处不符合要求", en="does not fit"),),
        ) from None  # fmt: skip


def _told(request: Request, told: dict[str, Any]) -> Response:
    if "text/csv" not in request.headers.get("accept", ""):
        return json_response(told)
    headers = {"content-disposition": 'attachment; filename="errors.csv"'}
    return Response(told["error_file"] or "", media_type="text/csv; charset=utf-8", headers=headers)


def _with_role(runtime: Runtime, request: Request, roles: frozenset[str]) -> Identity:
    identity = runtime.identify(request)
    if identity.role not in roles:
        raise wrong_role(identity.role)
    return identity
