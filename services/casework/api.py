"""casework over HTTP: who may issue which command, the clocks that run, and the unmasked read that is itself a fact."""

from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from services.casework import store
from services.casework.domain import (
    AdjustBenefit,
    DecideEligibility,
    DeliverRefusal,
    ExtendClock,
    ObjectToNotice,
    PauseClock,
    PostNotice,
    PostTermination,
    ReadPersonalField,
    RecordBureauVisit,
    RecordInformationCheck,
    RecordSurvey,
    RecordVisit,
    RecordWork,
    RequestInformationCheck,
    ResumeClock,
    ReverifyHousehold,
    SubmitOpinion,
    TakeOverHousehold,
    TerminateBenefit,
)
from services.casework.forms import proof_page
from services.contracts.adopting import AdoptRulePack
from services.contracts.calendar import WorkingCalendar
from services.contracts.clocks import as_of
from services.contracts.codec import decoder_of
from services.contracts.deciding import Command
from services.eventlog.api import (
    PAGE_ROWS_MAX,
    Doors,
    Runtime,
    idempotency_key,
    incoming_of,
    json_response,
    outcome_body,
    refused,
    see_command,
    wrong_role,
    wrong_town,
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
    PauseClock: _BUREAU | {"town-leader"},
    ResumeClock: _BUREAU | {"town-leader"},
    ExtendClock: _BUREAU | {"town-leader"},
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
        if state is None or (identity.town is not None and state.town != identity.town):
            raise Problem(
                status=404, code="not-found", zh="没有这户，或不属于本镇街", en="no such household, or not of your town"
            )
        outcome = await runtime.decider.submit(incoming_of(_UNMASKING, identity, command, idempotency_key(request)))
        if outcome.status != "accepted":
            raise refused(outcome)
        if outcome.replayed:  # that look is on the log; showing the values again would be another one
            raise Problem(
                status=409, code="read-replayed", zh="该次查看已登记并已答复；再次查看须换用新的 Idempotency-Key 并重新登记",
                en="this look was answered and stated; to look again, use a new Idempotency-Key", extra=outcome_body(outcome),
            )  # fmt: skip
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

    async def open_clocks(
        request: Request,
        town: str | None = None,
        held_by: str | None = None,
        clock: str | None = None,
        limit: int = 100,
    ) -> Response:
        identity = runtime.identify(request)
        if identity.role not in DOORS.readers:
            raise wrong_role(identity.role)
        if identity.town is not None and town not in (None, identity.town):
            raise wrong_town()
        await see_command(runtime, request)
        today = await store.today(runtime.pool)
        calendar = (await runtime.decider.rulebook()).on("calendar", today, WorkingCalendar)
        found = await store.open_clocks(
            runtime.pool, identity.town or town, held_by, clock, max(1, min(limit, PAGE_ROWS_MAX))
        )
        return json_response({"as_of": today, "rows": [as_of(key, row, calendar, today) for key, row in found]})

    app.add_api_route("/v1/open-clocks", open_clocks, methods=["GET"], tags=["queries"])
    app.add_api_route("/v1/print/procedure-proofs/{application_no}", printed_proof, methods=["GET"], tags=["papers"])
    app.add_api_route(
        "/v1/households/unmask", unmask, methods=["POST"], tags=["personal data"],
        openapi_extra=body_of(ReadPersonalField),
    )  # fmt: skip


_UNMASKING: Final = Doors(roles={ReadPersonalField: _UNMASKERS})
