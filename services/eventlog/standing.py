"""How far a service has come with the log, and what it parked: told to IT, with the door that asks for a re-drive."""

from collections.abc import Callable, Collection
from typing import Annotated, Any, Final

import msgspec
from fastapi import FastAPI, Request, Response
from msgspec import Meta

from services.contracts.codec import decoder_of, encoder
from services.eventlog.auth import Identity
from services.eventlog.openapi import body_of
from services.eventlog.postgres import Pool
from services.eventlog.problems import Problem, decoded

LOOKING: Final = frozenset({"operator", "system-administrator", "auditor"})
# A re-drive applies what is on the log already; leaving a record behind is a fact, in the operator's name.
REDRIVING: Final = frozenset({"operator", "system-administrator"})
DISCARDING: Final = frozenset({"operator"})
PARKED_SHOWN_MAX: Final = 200
Identified = Callable[[Request, Collection[str]], Identity]


class Redrive(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A subject whose parked records are to be applied again; `discard` leaves the first of them behind, with a reason."""

    subject: Annotated[str, Meta(min_length=1, max_length=200)]
    discard: bool = False
    reason: Annotated[str, Meta(max_length=500)] = ""


async def standing(pool: Pool, service: str) -> dict[str, Any]:
    """How many records each partition is behind the journal, the parked ones with their reason, and what is asked for."""
    cursors = await pool.fetch(
        "SELECT c.partition, c.sequence AS applied, log.sealed_sequence(c.partition) AS sealed "
        f"FROM {service}.cursor c ORDER BY c.partition"
    )
    parked = await pool.fetch(
        "SELECT p.partition, p.sequence, p.subject, p.reason, r.subject IS NOT NULL AS asked "
        f"FROM {service}.parked p LEFT JOIN {service}.redrive r USING (subject) "
        "ORDER BY p.partition, p.sequence LIMIT $1",
        PARKED_SHOWN_MAX,
    )
    partitions = [{**row, "behind": max(0, (row["sealed"] or 0) - row["applied"])} for row in map(dict, cursors)]
    return {
        "service": service,
        "behind": sum(one["behind"] for one in partitions),
        "partitions": partitions,
        "parked_count": await pool.fetchval(f"SELECT count(*) FROM {service}.parked"),
        "parked": [dict(row) for row in parked],
    }


async def ask_redrive(pool: Pool, service: str, wanted: Redrive, actor: str) -> bool:
    """Note the wish for the worker, which carries it out within seconds; False when nothing of the subject is parked."""
    done: str = await pool.execute(
        f"INSERT INTO {service}.redrive (subject, discard, reason, asked_by) SELECT DISTINCT subject, $2::boolean, $3, $4 "
        f"FROM {service}.parked WHERE subject = $1 "
        "ON CONFLICT (subject) DO UPDATE SET discard = excluded.discard, reason = excluded.reason, asked_by = excluded.asked_by",
        wanted.subject, wanted.discard, wanted.reason, actor,
    )  # fmt: skip
    return not done.endswith(" 0")


def doors(app: FastAPI, service: str, identified: Identified, pool: Callable[[], Pool]) -> None:
    """Put ``GET /v1/standing`` and ``POST /v1/parked/redrive`` beside a service's others."""
    decoder = decoder_of(Redrive)

    async def stands(request: Request) -> Response:
        """Lag by partition and the parked records of this service."""
        identified(request, LOOKING)
        return Response(encoder.encode(await standing(pool(), service)), media_type="application/json")

    async def redrive(request: Request) -> Response:
        """Ask the worker to apply a subject's parked records again, in order."""
        wanted = decoded(decoder, await request.body())
        identity = identified(request, DISCARDING if wanted.discard else REDRIVING)
        if wanted.discard and not wanted.reason:
            raise Problem(
                status=422, code="reason-missing", zh="舍弃须说明理由", en="leaving a record behind needs a reason"
            )
        if not await ask_redrive(pool(), service, wanted, identity.actor):
            raise Problem(
                status=404, code="not-parked", zh="该主体没有搁置的记录", en="nothing of that subject is parked"
            )
        return Response(encoder.encode({"asked": wanted.subject}), status_code=202, media_type="application/json")

    app.add_api_route("/v1/standing", stands, methods=["GET"], tags=["vitals"])
    app.add_api_route(
        "/v1/parked/redrive", redrive, methods=["POST"], tags=["vitals"], openapi_extra=body_of(Redrive)
    )  # fmt: skip
