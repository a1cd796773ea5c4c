"""A running service as its doors have it: stores, keys, who asks; and what every door answers alike."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from fastapi import Request, Response

from services.contracts.codec import encoder
from services.contracts.deciding import Command, Model, Service
from services.eventlog import metrics, seeing, waiting
from services.eventlog.auth import READERS, Identity, Tokens, bearer
from services.eventlog.deciding import Decider, Enrich
from services.eventlog.keyring import Keyring
from services.eventlog.postgres import Pool, open_pool
from services.eventlog.problems import Problem
from services.eventlog.settings import Settings
from services.eventlog.shapes import ensure_tables
from services.eventlog.worker import Worker

WAIT_SECONDS: Final = 5.0


# The rows of a model by key, as at a day and as known by a prefix of the log, both as the query wrote them.
PastRows = Callable[["Runtime", Model[Any], str, str], Awaitable[Mapping[str, dict[str, Any]]]]


@dataclass(frozen=True, kw_only=True)
class Doors:
    """Who may issue which command, and who may read. Commands that are absent come only from log, inbox or timer.

    `past`: where a service answers for earlier days too, by ``as_at`` and ``known_on``.
    """

    roles: Mapping[type[Command], frozenset[str]]
    readers: frozenset[str] = READERS
    confirm_always: frozenset[type[Command]] = frozenset()
    past: PastRows | None = None


@dataclass(kw_only=True)
class Runtime:
    """What a running service has: its stores, its keys, and its worker when it has one in this process."""

    service: Service
    settings: Settings
    doors: Doors
    enrich: Enrich | None = None
    pool: Pool = field(init=False)
    keyring: Keyring = field(init=False)
    decider: Decider = field(init=False)
    tokens: Tokens = field(init=False)
    worker: Worker | None = None

    @asynccontextmanager
    async def running(self, *, as_worker: bool, slot: int) -> AsyncIterator["Runtime"]:
        """Stores open and the decider at work, for the length of a block; with a worker where asked."""
        name = self.service.name
        metrics.CLOCK_SIMULATED.set(int(self.settings.simulated_clock))
        async with AsyncExitStack() as stack:
            self.keyring = Keyring(self.settings.keyring)
            stack.callback(self.keyring.close)
            self.tokens = Tokens(self.keyring)
            self.pool = await open_pool(self.settings.postgres_url, application=f"jiuzhu-{name}", size=6)
            stack.push_async_callback(self.pool.close)
            await ensure_tables(self.pool, self.service, self.settings.partitions)
            self.decider = Decider(self.service, self.pool, self.keyring, enrich=self.enrich)
            await self.decider.start()
            stack.push_async_callback(self.decider.stop)
            if as_worker:
                self.worker = Worker(self.service, self.settings, self.pool, self.decider, slot=slot)
                await stack.enter_async_context(self.worker.running())
            yield self

    def identify(self, request: Request) -> Identity:
        """The identity behind a request, for whom it reads from here on; 403 for a token of another service alone.

        `NotAuthenticated` when there is none.
        """
        identity = self.tokens.read(bearer(request.headers.get("authorization")))
        if identity.service not in (None, self.service.name):
            raise wrong_role(identity.role)
        seeing.note(request.method, identity)
        return identity


def json_response(body: object, status: int = 200) -> Response:
    """JSON in the project's own encoding."""
    return Response(encoder.encode(body), status_code=status, media_type="application/json")


def wrong_town() -> Problem:
    """A town's credential used for another town."""
    return Problem(status=403, code="wrong-town", zh="只能办理本镇街的业务", en="this credential is for another town")


def wrong_role(role: str) -> Problem:
    """A credential whose role may not do this."""
    return Problem(
        status=403, code="wrong-role", zh=f"岗位 {role} 无权办理此项业务", en=f"role {role} may not do this"
    )  # fmt: skip


NOT_VISIBLE_YET: Final = partial(
    Problem,
    status=503, code="not-visible-yet", zh="该命令的结果尚未可见，请稍后再查", en="that command is not visible yet; ask again",
    retry_after_seconds=1,
)  # fmt: skip


async def see_command(runtime: Runtime, request: Request) -> None:
    """Honour ``Jiuzhu-After: <commandid>``: wait until this service's read models show that command, or 503."""
    text = request.headers.get("jiuzhu-after")
    if text is None:
        return
    try:
        wanted = uuid.UUID(text)
    except ValueError as error:
        raise Problem(
            status=400, code="after-invalid", zh="Jiuzhu-After 须为命令编号", en="Jiuzhu-After must be a command id"
        ) from error
    if not await waiting.visible(runtime.pool, runtime.service.name, wanted, WAIT_SECONDS):
        raise NOT_VISIBLE_YET()
