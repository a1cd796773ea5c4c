"""Read models over HTTP: lists, rows, clocks, rule packs, stream versions, and how a service stands."""

from typing import Any, Final

from fastapi import FastAPI, Request, Response

from services.contracts.calendar import WorkingCalendar
from services.contracts.clocks import as_of
from services.contracts.codec import decoder_of
from services.contracts.deciding import Model
from services.contracts.envelope import partition_of
from services.contracts.rulebook import NoRule
from services.eventlog import listing, openapi, standing, waiting
from services.eventlog.api.runtime import (
    NOT_VISIBLE_YET,
    WAIT_SECONDS,
    Runtime,
    json_response,
    see_command,
    wrong_role,
    wrong_town,
)
from services.eventlog.auth import Identity
from services.eventlog.problems import FieldError, Problem, decoded

PAGE_ROWS_MAX: Final = 1_000


def add_open_clocks(app: FastAPI, runtime: Runtime) -> None:
    async def open_clocks(
        request: Request, town: str | None = None, held_by: str | None = None, clock: str | None = None,
        about: str = "", overdue: bool = False, after: str = "", limit: int = 100,
    ) -> Response:  # fmt: skip
        """The clocks that run or are paused, by last day, with the days left today (限时办理).

        `about`: of this application or household; `overdue`: only those that ran out.
        """
        identity = runtime.identify(request)
        if identity.role not in runtime.doors.readers:
            raise wrong_role(identity.role)
        if identity.town is not None and town not in (None, identity.town):
            raise wrong_town()
        await see_command(runtime, request)
        today = await listing.today(runtime.pool)
        try:
            calendar = (await runtime.decider.rulebook()).on("calendar", today, WorkingCalendar)
        except NoRule as none:
            raise Problem(
                status=409, code="no-rule-in-force", zh="尚未采用工作日历", en="no calendar was adopted yet"
            ) from none
        found, following = await listing.open_clocks(
            runtime.pool, runtime.service.name, limit=max(1, min(limit, PAGE_ROWS_MAX)), today=today,
            town=identity.town or town, held_by=held_by, clock=clock, about=about, overdue=overdue, after=after,
        )  # fmt: skip
        rows = [as_of(key, row, calendar, today) for key, row in found]
        return json_response({"as_of": today, "rows": rows, "after": following})

    app.add_api_route("/v1/open-clocks", open_clocks, methods=["GET"], tags=["queries"])


def add_rule_packs(app: FastAPI, runtime: Runtime) -> None:
    async def rule_pack(request: Request, name: str) -> Response:
        """The pack of that name in force today with its citation: what forms offer to choose from comes from it."""
        role = runtime.identify(request).role
        if role not in runtime.doors.readers:
            raise wrong_role(role)
        book, today = await runtime.decider.rulebook(), await listing.today(runtime.pool)
        try:
            return json_response(book.adopted(name, today))
        except NoRule as none:
            raise Problem(status=404, code="not-found", zh="没有这个规则包", en="there is no such rule pack") from none

    app.add_api_route("/v1/rules-in-force/{name}", rule_pack, methods=["GET"], tags=["queries"])


def add_queries(app: FastAPI, runtime: Runtime, model: Model[Any]) -> None:
    schema = runtime.service.name
    path = f"/v1/{model.name.replace('_', '-')}"

    async def authorised(request: Request) -> Identity:
        identity = runtime.identify(request)
        if identity.role not in runtime.doors.readers:
            raise wrong_role(identity.role)
        await see_command(runtime, request)
        return identity

    async def page(request: Request, town: str | None, **wanted: Any) -> Response:
        identity = await authorised(request)
        if identity.town is not None and town not in (None, identity.town):
            raise wrong_town()
        wanted["limit"] = max(1, min(wanted["limit"], PAGE_ROWS_MAX))
        found, following = await listing.page(runtime.pool, schema, model, town=identity.town or town, **wanted)
        return json_response({"rows": found, "after": following})

    async def rows(request: Request, town: str | None = None, after: str = "", limit: int = 100) -> Response:
        return await page(request, town, after=after, limit=limit)

    async def listed_rows(
        request: Request, town: str | None = None, order: str = "", until: str = "", after: str = "", limit: int = 100
    ) -> Response:
        if order not in ("", model.listed_by):
            raise Problem(
                status=422, code="parameter-invalid", zh=f"只能按 {model.listed_by} 排序", en=f"it is listed by {model.listed_by} only",
                errors=(FieldError(pointer="/query/order", zh="此处不符合要求", en="does not fit"),),
            )  # fmt: skip
        return await page(request, town, after=after, limit=limit, in_order=bool(order or until), until=until)

    async def past_rows(
        request: Request, as_at: str = "", known_on: str = "", town: str | None = None, order: str = "", until: str = "",
        after: str = "", limit: int = 100,
    ) -> Response:  # fmt: skip
        """`as_at`: leaving out what happened after that day; `known_on`: a sealing instant, or a root checkpoint's size."""
        if not (as_at or known_on):
            ordered = {"order": order, "until": until} if model.listed_by else {}
            return await (listed_rows if model.listed_by else rows)(request, town, after=after, limit=limit, **ordered)
        identity = await authorised(request)
        if identity.town is not None and town not in (None, identity.town):
            raise wrong_town()
        found = await runtime.doors.past(runtime, model, as_at, known_on) if runtime.doors.past else {}
        of = identity.town or town
        shown = [one for key, one in found.items() if key > after and of in (None, one.get("town"))]
        page_rows = shown[: max(1, min(limit, PAGE_ROWS_MAX))]
        return json_response({"rows": page_rows, "after": page_rows[-1]["key"] if page_rows else None})

    async def row(request: Request, key: str) -> Response:
        identity = await authorised(request)
        found = await listing.row(runtime.pool, schema, model, key)
        if found is None or (identity.town is not None and found.get("town") != identity.town):
            raise Problem(
                status=404, code="not-found", zh="没有这条记录，或不属于本镇街", en="no such row, or not of your town"
            )
        return json_response(found)

    listed = past_rows if runtime.doors.past else listed_rows if model.listed_by else rows
    app.add_api_route(path, listed, methods=["GET"], tags=["queries"])
    app.add_api_route(path + "/{key:path}", row, methods=["GET"], tags=["queries"])


def add_stream_versions(app: FastAPI, runtime: Runtime) -> None:
    schema = runtime.service.name

    async def endpoint(request: Request, subject: str) -> Response:
        """The version for ``If-Match``; what is read of the subject after this answer is not older."""
        identity = runtime.identify(request)
        if identity.role not in runtime.doors.readers:
            raise wrong_role(identity.role)
        subject = listing.as_text(subject)
        found = await runtime.pool.fetchrow(
            f"SELECT version, convert_from(state, 'UTF8')::jsonb ->> 'town' AS town FROM {schema}.streams WHERE subject = $1",
            subject,
        )
        own = identity.town is None or subject.partition(":")[2].partition("-")[0] == identity.town
        if found is None or not (own or found["town"] == identity.town):
            raise Problem(
                status=404,
                code="not-found",
                zh="没有这个对象，或不属于本镇街",
                en="no such subject, or not of your town",
            )
        partition = partition_of(subject, runtime.settings.partitions)
        if not await waiting.shown(runtime.pool, schema, subject, partition, WAIT_SECONDS):
            raise NOT_VISIBLE_YET()
        return json_response({"subject": subject, "streamversion": found["version"]})

    app.add_api_route("/v1/stream-versions/{subject:path}", endpoint, methods=["GET"], tags=["queries"])


def add_standing(app: FastAPI, runtime: Runtime) -> None:
    """``GET /v1/standing``: lag by partition and what is parked; ``POST /v1/parked/redrive``: apply a subject's parked records again."""
    decoder, service = decoder_of(standing.Redrive), runtime.service.name

    def allowed(request: Request, roles: frozenset[str]) -> Identity:
        identity = runtime.identify(request)
        if identity.role not in roles:
            raise wrong_role(identity.role)
        return identity

    async def stands(request: Request) -> Response:
        allowed(request, standing.LOOKING)
        return json_response(await standing.standing(runtime.pool, service))

    async def redrive(request: Request) -> Response:
        wanted = decoded(decoder, await request.body())
        identity = allowed(request, standing.DISCARDING if wanted.discard else standing.REDRIVING)
        if wanted.discard and not wanted.reason:
            raise Problem(
                status=422, code="reason-missing", zh="舍弃须说明理由", en="leaving a record behind needs a reason"
            )
        if not await standing.ask_redrive(runtime.pool, service, wanted, identity.actor):
            raise Problem(
                status=404, code="not-parked", zh="该主体没有搁置的记录", en="nothing of that subject is parked"
            )
        return json_response({"asked": wanted.subject}, 202)

    body = openapi.body_of(standing.Redrive)
    app.add_api_route("/v1/standing", stands, methods=["GET"], tags=["running"])
    app.add_api_route("/v1/parked/redrive", redrive, methods=["POST"], tags=["running"], openapi_extra=body)
