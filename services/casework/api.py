"""casework over HTTP: who may issue which command, and the unmasked read that is itself a fact."""

from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from services.casework import check_door, store
from services.casework.check_files import FileKind, error_file
from services.casework.domain import (
    AdjustBenefit,
    AnswerComplaint,
    AskSurveyHelp,
    CompletePapers,
    ContestCheck,
    DecideEligibility,
    DeclineSurveyHelp,
    DeliverRefusal,
    ExportCheck,
    ObjectToNotice,
    PostNotice,
    PostTermination,
    ReadPersonalField,
    RecordBureauVisit,
    RecordComplaint,
    RecordInformationCheck,
    RecordReview,
    RecordSurvey,
    RecordVisit,
    RecordWork,
    RequestInformationCheck,
    ResolveConflict,
    ReverifyHousehold,
    SubmitOpinion,
    TakeOverHousehold,
    TerminateBenefit,
)
from services.casework.forms import proof_page
from services.contracts.adopting import AdoptRulePack
from services.contracts.codec import decoder_of
from services.contracts.deciding import Command
from services.eventlog.api import (
    Doors,
    Runtime,
    idempotency_key,
    incoming_of,
    json_response,
    outcome_body,
    refused,
    see_command,
    wrong_role,
)
from services.eventlog.auth import Identity
from services.eventlog.openapi import body_of
from services.eventlog.problems import Problem, decoded

_BUREAU: Final = frozenset({"bureau", "bureau-leader"})
_TOWN: Final = frozenset({"officer", "window", "town-leader"})
_ROLES: Final[dict[type[Command], frozenset[str]]] = {
    AdoptRulePack: frozenset({"bureau-leader"}),
    TakeOverHousehold: _BUREAU,
    RecordSurvey: _TOWN,
    RequestInformationCheck: _TOWN | _BUREAU,
    RecordInformationCheck: _TOWN | _BUREAU,
    ContestCheck: _TOWN | _BUREAU,
    ResolveConflict: _BUREAU,
    AskSurveyHelp: _TOWN | _BUREAU,
    DeclineSurveyHelp: _TOWN,
    RecordReview: _TOWN | {"committee"},
    PostNotice: _TOWN | {"committee"},
    ObjectToNotice: _TOWN | {"committee"} | _BUREAU,
    SubmitOpinion: frozenset({"town-leader"}),
    RecordBureauVisit: _BUREAU,
    # Small sums of temporary help are a town's to decide; what else it may not, the decision refuses.
    DecideEligibility: _BUREAU | {"town-leader"},
    DeliverRefusal: _TOWN | _BUREAU,
    CompletePapers: _TOWN | _BUREAU,
    RecordComplaint: _TOWN | _BUREAU | {"committee"},
    AnswerComplaint: _BUREAU,
    ReverifyHousehold: _TOWN,
    AdjustBenefit: _BUREAU,
    PostTermination: _TOWN | {"committee"},
    TerminateBenefit: _BUREAU,
    RecordVisit: frozenset({"officer", "contractor"}),
    RecordWork: frozenset({"officer"}),
}
_UNMASKERS: Final = _BUREAU | _TOWN | {"auditor", "inspector"}
DOORS: Final = Doors(roles=_ROLES)


def routes(app: FastAPI, runtime: Runtime) -> None:
    """Put casework's own routes beside those of its commands and models: the unmasked read and the printed proof."""
    decoder = decoder_of(ReadPersonalField)

    async def unmask(request: Request) -> Response:
        identity = runtime.identify(request)
        if identity.role not in _UNMASKERS:
            raise wrong_role(identity.role)
        command = decoded(decoder, await request.body())
        state = await store.household(runtime.pool, command.subject)
        if state is None or (identity.town is not None and identity.town not in state.towns):
            raise Problem(
                status=404, code="not-found", zh="没有这户，或不属于本镇街", en="no such household, or not of your town"
            )
        outcome = await runtime.decider.submit(incoming_of(_UNMASKING, identity, command, idempotency_key(request)))
        if outcome.status != "accepted":
            raise refused(outcome)
        values = await store.clear_values(runtime.pool, runtime.keyring, command.subject, command.field)
        return json_response({"values": values, **outcome_body(outcome)})

    async def printed_proof(request: Request, application_no: str) -> Response:
        identity = runtime.identify(request)
        if identity.role not in DOORS.readers:
            raise wrong_role(identity.role)
        await see_command(runtime, request)
        row = await store.proof(runtime.pool, application_no)
        if row is None or (identity.town is not None and row.town != identity.town):
            raise Problem(
                status=404, code="not-found", zh="没有这宗申请，或不属于本镇街", en="no such case, or not of your town"
            )
        return HTMLResponse(proof_page(application_no, row, sample=runtime.settings.simulated_clock))

    app.add_api_route("/v1/print/procedure-proofs/{application_no}", printed_proof, methods=["GET"], tags=["papers"])
    _check_routes(app, runtime)
    app.add_api_route(
        "/v1/households/unmask", unmask, methods=["POST"], tags=["personal data"],
        openapi_extra=body_of(ReadPersonalField),
    )  # fmt: skip


def _check_routes(app: FastAPI, runtime: Runtime) -> None:
    """Information checks in batches: open requests by pseudonym, the same by name as a fact, and registers' answers."""

    async def check_requests(request: Request, register: str, format: FileKind = "csv", after: str = "") -> Response:
        identity = runtime.identify(request)
        if identity.role not in DOORS.readers:
            raise wrong_role(identity.role)
        await see_command(runtime, request)
        return _batch(await check_door.requests(runtime, register, identity.town, after, format), format)

    async def check_export(request: Request) -> Response:
        identity = _with_role(runtime, request, _BUREAU)
        wanted = decoded(exports, await request.body())
        batch = await check_door.export(runtime, _EXPORTING, identity, wanted, idempotency_key(request))
        return _batch(batch, wanted.format)

    async def check_answers(request: Request, dry_run: bool = False) -> Response:
        identity = _with_role(runtime, request, _BUREAU)
        told, errors = await check_door.answers(runtime, DOORS, identity, await request.body(), dry_run=dry_run)
        if "text/csv" in request.headers.get("accept", ""):
            return _file(error_file(errors).encode(), "csv")
        return json_response(told)

    exports = decoder_of(check_door.CheckExport)
    app.add_api_route("/v1/checks/requests", check_requests, methods=["GET"], tags=["information checks"])
    app.add_api_route(
        "/v1/checks/exports", check_export, methods=["POST"], tags=["information checks"],
        openapi_extra=body_of(check_door.CheckExport),
    )  # fmt: skip
    app.add_api_route(
        "/v1/checks/answers", check_answers, methods=["POST"], tags=["information checks"], openapi_extra=_ANSWER_BODY
    )


def _with_role(runtime: Runtime, request: Request, roles: frozenset[str]) -> Identity:
    identity = runtime.identify(request)
    if identity.role not in roles:
        raise wrong_role(identity.role)
    return identity


def _batch(batch: check_door.Batch, kind: FileKind) -> Response:
    answer = _file(batch.content, kind)
    if batch.next_after is not None:
        answer.headers["jiuzhu-next"] = batch.next_after
    return answer


def _file(content: bytes, kind: FileKind) -> Response:
    if kind == "json":
        return Response(content, media_type="application/json")
    headers = {"content-disposition": 'attachment; filename="checks.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


_ANSWER_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
        },
    }
}
_EXPORTING: Final = Doors(roles={ExportCheck: _BUREAU})
_UNMASKING: Final = Doors(roles={ReadPersonalField: _UNMASKERS})
