"""casework over HTTP: who may issue which command; clocks that run, unmasked reads, devices' batches, lists."""

import hashlib
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from services.casework import check_door, list_door, paper_door, store
from services.casework.api.answers import answer_routes
from services.casework.api.case_lists import case_list_routes
from services.casework.api.caseloads import caseload_routes
from services.casework.api.municipal import MUNICIPAL_ROLES, municipal_routes
from services.casework.api.ratings import RATERS, rating_routes
from services.casework.api.timelines import timeline_routes
from services.casework.api.work_orders import work_order_routes
from services.casework.check_files import FileKind, error_file
from services.casework.domain import (
    AcceptCaseload,
    AdjustBenefit,
    AnswerComplaint,
    ArrangeCare,
    AskSurveyHelp,
    AssessAbility,
    ClaimRecovery,
    CompletePapers,
    ContestCheck,
    CutShare,
    DecideEligibility,
    DecideVisitConflict,
    DeclineCaseload,
    DeclineSurveyHelp,
    DeliverRefusal,
    EndDuty,
    ExportCheck,
    ExtendClock,
    GrantGradualExit,
    ObjectToNotice,
    PauseClock,
    PlanHandover,
    PostNotice,
    PostTermination,
    PrintPapers,
    RateVisit,
    ReadPersonalField,
    ReceiveVisitBatch,
    RecordBureauVisit,
    RecordComplaint,
    RecordInformationCheck,
    RecordJobRefusal,
    RecordMemberDeath,
    RecordOfflineVisit,
    RecordRecovery,
    RecordReview,
    RecordSurvey,
    RecordVisit,
    RecordWork,
    ReportAbilityChange,
    RequestInformationCheck,
    ResolveConflict,
    ResumeBenefit,
    ResumeClock,
    ReverifyHousehold,
    ScheduleMonth,
    StartDuty,
    SubmitOpinion,
    SuspendBenefit,
    TakeOverHousehold,
    TerminateBenefit,
)
from services.casework.domain.commands.committees import (
    AidEconomicCheck,
    ConsultPolicy,
    ReportChange,
    ScreenHardship,
    SuperviseNotice,
    TakeNoticeDown,
)
from services.casework.domain.commands.contractors import (
    AcceptWorkOrder,
    AssignContractStaff,
    CancelWorkOrder,
    DeliverWorkOrder,
    EvaluateContractor,
    IssueWorkOrder,
    RecordProcurement,
    RegisterContractor,
    ReleaseContractStaff,
    SendBackWorkOrder,
    SignContract,
)
from services.casework.domain.commands.publicity import PublishPolicyAnswer, RecordPublicity, WithdrawPolicyAnswer
from services.casework.domain.commands.training import (
    AllotPlaces,
    CancelSession,
    EnrolTrainee,
    EnterKeyPerson,
    HoldSession,
    PlanCourse,
    PlanSession,
    RecordAttendance,
    RecordExam,
    RemoveKeyPerson,
)
from services.casework.domain.delivery.batches import OfflineRecord, VisitBatch, command_of, receipt_of
from services.casework.forms import proof_page
from services.casework.list_forms import POLICY as LIST_POLICY
from services.contracts.adopting import AdoptRulePack
from services.contracts.codec import decoder_of, derived_id, encoder
from services.contracts.deciding import Command
from services.eventlog import listing, papers
from services.eventlog.api.commands import idempotency_key, incoming_of, outcome_body, told_apart
from services.eventlog.api.runtime import Doors, Runtime, json_response, see_command, wrong_role, wrong_town
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
    AssessAbility: _BUREAU,
    ReportAbilityChange: _TOWN | {"committee"},
    ArrangeCare: _TOWN | _BUREAU,
    SuspendBenefit: _BUREAU,
    ResumeBenefit: _BUREAU,
    GrantGradualExit: _BUREAU,
    RecordJobRefusal: _TOWN,
    CutShare: _BUREAU,
    RecordMemberDeath: _BUREAU,
    ClaimRecovery: _BUREAU,
    RecordRecovery: _BUREAU | {"bureau-finance"},
    PauseClock: _BUREAU | {"town-leader"},
    ResumeClock: _BUREAU | {"town-leader"},
    ExtendClock: _BUREAU | {"town-leader"},
    RecordVisit: frozenset({"officer", "contractor"}),
    RecordWork: frozenset({"officer"}),
    DecideVisitConflict: frozenset({"town-leader"}) | _BUREAU,
    RateVisit: RATERS,
    ScheduleMonth: frozenset({"town-leader"}) | _BUREAU,
    StartDuty: _BUREAU,
    EndDuty: _BUREAU,
    PlanHandover: frozenset({"officer", "town-leader"}) | _BUREAU,
    AcceptCaseload: frozenset({"officer"}),
    DeclineCaseload: frozenset({"officer"}),
}
_TRAINERS: Final = frozenset({"trainer", "bureau", "town-leader"})
_ORDERING: Final = frozenset({"officer", "town-leader", "bureau"})
_ROLES_BESIDE_HOUSEHOLDS: Final[dict[type[Command], frozenset[str]]] = {
    PlanCourse: _TRAINERS,
    PlanSession: _TRAINERS,
    AllotPlaces: _TRAINERS,
    HoldSession: _TRAINERS,
    CancelSession: _TRAINERS,
    RecordAttendance: _TRAINERS,
    RecordExam: _TRAINERS,
    EnrolTrainee: _TRAINERS,
    EnterKeyPerson: _TRAINERS,
    RemoveKeyPerson: _TRAINERS,
    RecordPublicity: _TRAINERS | {"officer", "window", "committee"},
    PublishPolicyAnswer: _TRAINERS,
    WithdrawPolicyAnswer: _TRAINERS,
    ScreenHardship: frozenset({"committee"}),
    AidEconomicCheck: frozenset({"committee"}),
    SuperviseNotice: frozenset({"committee"}),
    TakeNoticeDown: frozenset({"committee"}),
    ReportChange: frozenset({"committee"}),
    ConsultPolicy: frozenset({"committee"}),
    RegisterContractor: _BUREAU,
    RecordProcurement: _BUREAU,
    SignContract: _BUREAU,
    AssignContractStaff: _BUREAU | {"contractor"},
    ReleaseContractStaff: _BUREAU | {"contractor"},
    IssueWorkOrder: _ORDERING,
    DeliverWorkOrder: frozenset({"contractor"}),
    AcceptWorkOrder: _ORDERING,
    SendBackWorkOrder: _ORDERING,
    CancelWorkOrder: _ORDERING,
    EvaluateContractor: _BUREAU,
}
_UNMASKERS: Final = _BUREAU | _TOWN | {"auditor", "inspector"}
# A committee prints the notice that it hangs, and nothing else.
_PRINTERS: Final = _UNMASKERS | {"committee"}
DOORS: Final = Doors(
    roles=_ROLES | _ROLES_BESIDE_HOUSEHOLDS | list_door.LIST_ROLES | MUNICIPAL_ROLES, confirm_always=list_door.MONEY
)


def routes(app: FastAPI, runtime: Runtime) -> None:
    """Put casework's own routes beside those of its commands and models."""
    _add_reading(app, runtime)
    _add_papers(app, runtime)
    _add_batches(app, runtime)
    _add_lists(app, runtime)
    municipal_routes(app, runtime)
    timeline_routes(app, runtime)
    case_list_routes(app, runtime)
    work_order_routes(app, runtime)
    answer_routes(app, runtime)
    caseload_routes(app, runtime)
    rating_routes(app, runtime)


def _add_reading(app: FastAPI, runtime: Runtime) -> None:
    """The unmasked read, which is itself a fact, and the printed proof."""
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
        outcome = await papers.state_read(runtime, _UNMASKING, identity, command, idempotency_key(request))
        values = await store.clear_values(runtime.pool, runtime.keyring, command.subject, command.field)
        return json_response({"values": values, **outcome_body(outcome)})

    async def printed_proof(request: Request, application_no: str) -> Response:
        identity = runtime.identify(request)
        if identity.role not in DOORS.readers:
            raise wrong_role(identity.role)
        await see_command(runtime, request)
        row = await store.proof(runtime.pool, listing.as_text(application_no))
        if row is None or (identity.town is not None and row.town != identity.town):
            raise Problem(
                status=404, code="not-found", zh="没有这宗申请，或不属于本镇街", en="no such case, or not of your town"
            )
        page = proof_page(application_no, row, sample=runtime.settings.simulated_clock)
        return HTMLResponse(page, headers=papers.PAGE_HEADERS)

    app.add_api_route("/v1/print/procedure-proofs/{application_no}", printed_proof, methods=["GET"], tags=["papers"])
    _check_routes(app, runtime)
    app.add_api_route(
        "/v1/households/unmask", unmask, methods=["POST"], tags=["personal data"],
        openapi_extra=body_of(ReadPersonalField),
    )  # fmt: skip


def _add_papers(app: FastAPI, runtime: Runtime) -> None:
    """One household one folder (一户一档): masked for whoever reads, unmasked as a fact with its reason."""
    prints = decoder_of(PrintPapers)

    async def folder(request: Request, household_no: str, format: Literal["html", "json"] = "html") -> Response:
        identity = _with_role(runtime, request, DOORS.readers)
        await see_command(runtime, request)
        return _paper(await paper_door.folder(runtime, identity, household_no, as_json=format == "json"))

    async def form(request: Request, household_no: str, form: str, of: str = "") -> Response:
        identity = _with_role(runtime, request, DOORS.readers)
        await see_command(runtime, request)
        return _paper(await paper_door.form(runtime, identity, household_no, form, of))

    async def printed(request: Request, of: str = "") -> Response:
        identity = _with_role(runtime, request, _PRINTERS)
        command = decoded(prints, await request.body())
        await see_command(runtime, request)
        return _paper(await paper_door.printed(runtime, _PRINTING, identity, command, idempotency_key(request), of))

    app.add_api_route("/v1/households/{household_no}/folder", folder, methods=["GET"], tags=["papers"])
    app.add_api_route("/v1/households/{household_no}/forms/{form}", form, methods=["GET"], tags=["papers"])
    app.add_api_route(
        "/v1/print/papers", printed, methods=["POST"], tags=["papers"], openapi_extra=body_of(PrintPapers)
    )  # fmt: skip


def _paper(paper: papers.Paper) -> Response:
    return Response(paper.content, media_type=paper.media_type, headers=papers.PAGE_HEADERS)


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


_LIST_HEADERS: Final = {"content-security-policy": LIST_POLICY}


def _add_lists(app: FastAPI, runtime: Runtime) -> None:
    """Benefit lists to print and to export, payment files in clear as a fact, standing lists and which are out of date."""
    exports = decoder_of(list_door.PaymentExport)

    async def list_page(request: Request, list_no: str) -> Response:
        identity = await _reader(runtime, request, DOORS.readers)
        return HTMLResponse(await list_door.list_page(runtime, identity, list_no), headers=_LIST_HEADERS)

    async def list_file(request: Request, list_no: str) -> Response:
        identity = await _reader(runtime, request, DOORS.readers)
        return _file(await list_door.list_file(runtime, identity, list_no), "csv", f"benefit-list-{list_no}")

    async def payment_file(request: Request) -> Response:
        identity = _with_role(runtime, request, list_door.EXPORTERS)
        wanted = decoded(exports, await request.body())
        content = await list_door.export(runtime, identity, wanted, idempotency_key(request))
        return _file(content, "csv", f"payment-{wanted.town}-{wanted.month}-{wanted.file_no}")

    async def standing_due(request: Request, town: str | None = None) -> Response:
        identity = await _reader(runtime, request, DOORS.readers)
        return json_response(await list_door.standing_due(runtime, identity, town))

    async def standing_page(request: Request, committee: str) -> Response:
        identity = await _reader(runtime, request, list_door.PRINTERS)
        return HTMLResponse(await list_door.standing_page(runtime, identity, committee), headers=_LIST_HEADERS)

    app.add_api_route("/v1/print/benefit-lists/{list_no}", list_page, methods=["GET"], tags=["papers"])
    app.add_api_route("/v1/benefit-list-files/{list_no}", list_file, methods=["GET"], tags=["lists"])
    app.add_api_route(
        "/v1/payment-files", payment_file, methods=["POST"], tags=["lists"],
        openapi_extra=body_of(list_door.PaymentExport),
    )  # fmt: skip
    app.add_api_route("/v1/standing-lists-due", standing_due, methods=["GET"], tags=["lists"])
    app.add_api_route("/v1/print/standing-lists/{committee}", standing_page, methods=["GET"], tags=["papers"])


async def _reader(runtime: Runtime, request: Request, roles: frozenset[str]) -> Identity:
    identity = _with_role(runtime, request, roles)
    await see_command(runtime, request)
    return identity


def _add_batches(app: FastAPI, runtime: Runtime) -> None:
    """Records that devices kept: each decided under its own id, then what the batch brought is stated."""
    batches, records = decoder_of(VisitBatch), decoder_of(OfflineRecord)

    async def receive(request: Request) -> Response:
        identity = runtime.identify(request)
        if identity.role not in _UPLOADERS:
            raise wrong_role(identity.role)
        batch = decoded(batches, await request.body())
        if identity.town is not None and identity.town != batch.town:
            raise wrong_town()
        read = [_record(records, bytes(raw), i) for i, raw in enumerate(batch.records)]
        good = [one for one in read if isinstance(one, OfflineRecord)]
        incoming = [incoming_of(_BATCHES, identity, command_of(batch, one), UUID(one.record_id)) for one in good]
        outcomes = told_apart(incoming, await runtime.decider.execute(incoming))
        told = [(one, outcome) for one, outcome in zip(good, outcomes, strict=True) if outcome.status != "failed"]
        receipt = receipt_of(
            batch,
            [one for one, outcome in told if outcome.status in ("accepted", "unchanged")],
            [(one, outcome.code) for one, outcome in told if outcome.status in ("refused", "conflict")],
        )
        stated = incoming_of(_BATCHES, identity, receipt, derived_id(batch.device, _digest(receipt)))
        received = await runtime.decider.submit(stated)
        decided = iter(outcomes)
        answers = [
            outcome_body(next(decided)) if isinstance(one, OfflineRecord) else _invalid(one) for one in read
        ]  # fmt: skip
        return json_response({"device": batch.device, "batch": outcome_body(received), "records": answers})

    app.add_api_route(
        "/v1/visit-batches", receive, methods=["POST"], tags=["devices"], openapi_extra=_batch_body()
    )  # fmt: skip


def _record(decoder: msgspec.json.Decoder[OfflineRecord], raw: bytes, place: int) -> OfflineRecord | Problem:
    """One record of a batch, or what is wrong with it: a record that does not fit keeps no other out."""
    try:
        return decoded(decoder, raw, under=f"/records/{place}")
    except Problem as problem:
        return problem


def _invalid(problem: Problem) -> dict[str, object]:
    errors = [{"pointer": one.pointer, "detail": one.zh, "detail_en": one.en} for one in problem.errors]
    return {
        "outcome": "invalid", "code": problem.code, "reason": problem.zh, "reason_en": problem.en, "errors": errors,
    }  # fmt: skip


def _digest(receipt: ReceiveVisitBatch) -> str:
    """The same content, the same command: a batch sent twice is stated once."""
    return hashlib.sha256(encoder.encode(receipt)).hexdigest()


def _batch_body() -> dict[str, Any]:
    """The request body of a batch, with the shape of a record where the decoder reads each by itself."""
    extra = body_of(VisitBatch)
    schema = extra["requestBody"]["content"]["application/json"]["schema"]
    schema["properties"]["records"]["items"] = body_of(OfflineRecord)["requestBody"]["content"]["application/json"][
        "schema"
    ]
    return extra


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


def _file(content: bytes, kind: FileKind, name: str = "checks") -> Response:
    if kind == "json":
        return Response(content, media_type="application/json")
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
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
_PRINTING: Final = Doors(roles={PrintPapers: _PRINTERS})
_UNMASKING: Final = Doors(roles={ReadPersonalField: _UNMASKERS})
_UPLOADERS: Final = _TOWN | {"contractor"}
_BATCHES: Final = Doors(roles={RecordOfflineVisit: _UPLOADERS, ReceiveVisitBatch: _UPLOADERS})
