"""Ratings of visits (满意度): which may still be rated, a code of one visit for its household, and what was given by it."""

import hmac
from typing import Annotated, Any, Final

import msgspec
from fastapi import FastAPI, Request, Response
from msgspec import Meta

from services.casework import store
from services.casework.domain import RateVisit
from services.casework.domain.commands.delivery import REASONS_MAX
from services.casework.domain.commands.shapes import Code, HouseholdNo, Reference
from services.casework.domain.delivery.rating import QR, rating_text, visit_to_rate
from services.casework.domain.state import Household
from services.contracts.codec import decoder_of
from services.contracts.deciding import CHINA, CommandRejected
from services.eventlog import listing
from services.eventlog.api.commands import answer, idempotency_key, incoming_of
from services.eventlog.api.runtime import Doors, Runtime, json_response, see_command, wrong_role
from services.eventlog.auth import Identity
from services.eventlog.openapi import body_of
from services.eventlog.problems import Problem, decoded

# Whoever calls back or sits at the window; an officer never takes a rating.
RATERS: Final = frozenset({"window", "town-leader", "committee", "bureau", "bureau-leader"})
_QR: Final = Doors(roles={RateVisit: frozenset({"household"})})


class RatingCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ask for the code that a household's QR slip of one visit carries."""

    household_no: HouseholdNo
    visit_no: Reference


class QrRating(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A household's rating by QR; the code of its slip is all the credential there is."""

    household_no: HouseholdNo
    visit_no: Reference
    code: str
    score: Annotated[int, Meta(ge=1, le=5)]
    reasons: Annotated[tuple[Code, ...], Meta(max_length=REASONS_MAX)] = ()


def to_rate(state: Household) -> list[dict[str, Any]]:
    """A household's visits that count and nobody rated yet, the latest first: number, officer, day."""
    there = [one for one in state.visits if not one.rated and not one.set_aside]
    rows = [
        {"visit_no": one.visit_no, "officer": one.officer, "on": one.started_at.astimezone(CHINA).date()}
        for one in there
    ]
    return sorted(rows, key=lambda row: (row["on"], row["visit_no"]), reverse=True)


def rating_routes(app: FastAPI, runtime: Runtime) -> None:
    """The household's way to rate: a code bound to one visit, printed by somebody else than its officer, used once."""
    asking, rating = decoder_of(RatingCode), decoder_of(QrRating)

    async def code(request: Request) -> Response:
        asked = decoded(asking, await request.body())
        state = await _household(runtime, request, asked.household_no)
        try:
            visit_to_rate(state, asked.visit_no)
        except CommandRejected as no:
            raise Problem(status=409, code=no.code, zh=no.zh, en=no.en) from None
        made = runtime.keyring.pseudonym(rating_text(asked.household_no, asked.visit_no))
        return json_response({"household_no": asked.household_no, "visit_no": asked.visit_no, "code": made})

    async def visits(request: Request, household_no: str) -> Response:
        await see_command(runtime, request)
        return json_response({"rows": to_rate(await _household(runtime, request, household_no))})

    async def rate(request: Request) -> Response:
        given = decoded(rating, await request.body())
        expected = runtime.keyring.pseudonym(rating_text(given.household_no, given.visit_no))
        if not hmac.compare_digest(given.code.encode(), expected.encode()):
            raise Problem(status=401, code="code-invalid", zh="评价码无效", en="the code does not belong to this visit")
        command = RateVisit(
            household_no=given.household_no, visit_no=given.visit_no, channel=QR, score=given.score,
            reasons=given.reasons, code=given.code,
        )  # fmt: skip
        household = Identity(actor=f"household:{given.household_no}", role="household", town=None)
        outcome = await runtime.decider.submit(incoming_of(_QR, household, command, idempotency_key(request)))
        return await answer(runtime, request, outcome)

    app.add_api_route("/v1/visits-to-rate/{household_no}", visits, methods=["GET"], tags=["ratings"])
    app.add_api_route(
        "/v1/rating-codes", code, methods=["POST"], tags=["ratings"], openapi_extra=body_of(RatingCode)
    )  # fmt: skip
    app.add_api_route(
        "/v1/ratings", rate, methods=["POST"], tags=["ratings"], openapi_extra={**body_of(QrRating), "security": []}
    )  # fmt: skip


async def _household(runtime: Runtime, request: Request, household_no: str) -> Household:
    """A household of the reader's town, for those who may take a rating."""
    identity = runtime.identify(request)
    if identity.role not in RATERS:
        raise wrong_role(identity.role)
    state = await store.household(runtime.pool, f"household:{listing.as_text(household_no)}")
    if state is None or (identity.town is not None and state.town != identity.town):
        raise Problem(
            status=404, code="not-found", zh="没有这户，或不属于本镇街", en="no such household, or not of your town"
        )
    return state
