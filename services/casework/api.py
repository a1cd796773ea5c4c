"""casework over HTTP: who may issue which command, and the unmasked read that is itself a fact."""

from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from services.casework import store
from services.casework.domain import (
    AdjustBenefit,
    DecideEligibility,
    DeliverRefusal,
    ObjectToNotice,
    PostNotice,
    PostTermination,
    ReadPersonalField,
    RecordBureauVisit,
    RecordInformationCheck,
    RecordSurvey,
    RecordVisit,
    RecordWork,
    RequestInformationCheck,
    ReverifyHousehold,
    SubmitOpinion,
    TakeOverHousehold,
    TerminateBenefit,
)
from services.casework.domain.commands.committees import (
    AidEconomicCheck,
    ConsultPolicy,
    ReportChange,
    ScreenHardship,
    SuperviseNotice,
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
    PostNotice: _TOWN | {"committee"},
    ObjectToNotice: _TOWN | {"committee"} | _BUREAU,
    SubmitOpinion: frozenset({"town-leader"}),
    RecordBureauVisit: _BUREAU,
    DecideEligibility: _BUREAU,
    DeliverRefusal: _TOWN | _BUREAU,
    ReverifyHousehold: _TOWN,
    AdjustBenefit: _BUREAU,
    PostTermination: _TOWN | {"committee"},
    TerminateBenefit: _BUREAU,
    RecordVisit: frozenset({"officer", "contractor"}),
    RecordWork: frozenset({"officer"}),
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
DOORS: Final = Doors(roles=_ROLES | _ROLES_BESIDE_HOUSEHOLDS)


def routes(app: FastAPI, runtime: Runtime) -> None:
    """Put casework's own routes beside those of its commands and models: the unmasked read and the printed proof."""
    decoder = decoder_of(ReadPersonalField)

    async def unmask(request: Request) -> Response:
        identity = runtime.identify(request)
        if identity.role not in _UNMASKERS:
            raise wrong_role(identity.role)
        command = decoded(decoder, await request.body())
        state = await store.household(runtime.pool, command.subject)
        if state is None or (identity.town is not None and state.town != identity.town):
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
    app.add_api_route(
        "/v1/households/unmask", unmask, methods=["POST"], tags=["personal data"],
        openapi_extra=body_of(ReadPersonalField),
    )  # fmt: skip


_UNMASKING: Final = Doors(roles={ReadPersonalField: _UNMASKERS})
