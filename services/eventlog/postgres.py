"""PostgreSQL connections with the settings the event log relies on; SQL lives with the module that owns the tables."""

from typing import TYPE_CHECKING, Final

import asyncpg

from services.eventlog.seeing import READER, WHOLE_DISTRICT, Reader

if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]
    Connection = asyncpg.Connection[asyncpg.Record]
    _Lent = asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
else:
    Pool = asyncpg.Pool
    Connection = asyncpg.Connection
    _Lent = asyncpg.pool.PoolConnectionProxy

COMMAND_TIMEOUT_SECONDS: Final = 60.0
# What row-level security narrows by (`walls`); empty, or never set: nothing.
TOWN_SETTING: Final = "jiuzhu.town"
ACTOR_SETTING: Final = "jiuzhu.actor"
# Anything that means "the database or the way to it", never "the statement is wrong".
UNAVAILABLE: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # "another operation is in progress": what a broken connection says when used again
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    # A server whose data were lost and begun anew: database and roles come back with `jiuzhu up`.
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
    ConnectionError,
    OSError,
    TimeoutError,
)


class _Connection(asyncpg.Connection):
    """A connection that is given back without a round trip: but for whom it reads, it leaves no session state behind.

    Settings and locks here are the transaction's, listeners have connections of their own, and asyncpg still rolls
    back what was left open. For whom it reads is looked at whenever it is taken out.
    """

    _reads_for: Reader | None = WHOLE_DISTRICT

    def get_reset_query(self) -> str:
        return ""

    async def read_for(self, reader: Reader) -> None:
        """Let PostgreSQL narrow what this connection reads to what `reader` may see."""
        if self._reads_for == reader:
            return
        self._reads_for = None  # until the server has answered nobody knows
        await self.execute(_READ_FOR, reader.town, reader.actor)
        self._reads_for = reader


_READ_FOR: Final = f"SELECT set_config('{TOWN_SETTING}', $1, false), set_config('{ACTOR_SETTING}', $2, false)"


async def _taken_out(connection: _Lent) -> None:
    """Every connection of a pool reads for whoever asks now; one of which that cannot be said is closed by the pool."""
    await connection.read_for(READER.get())  # type: ignore[attr-defined]


async def open_pool(url: str, *, application: str, size: int = 4) -> Pool:
    """A small pool; `application` names the process in ``pg_stat_activity``."""
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        connection_class=_Connection,
        setup=_taken_out,
        command_timeout=COMMAND_TIMEOUT_SECONDS,
        server_settings={"application_name": application, "jit": "off"},
    )


async def connect(url: str, *, application: str) -> Connection:
    """One connection of its own, for locks, notifications and long reads."""
    return await asyncpg.connect(url, server_settings={"application_name": application, "jit": "off"})
