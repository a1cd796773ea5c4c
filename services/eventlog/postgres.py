"""PostgreSQL connections with the settings the event log relies on; SQL lives with the module that owns the tables."""

from typing import TYPE_CHECKING, Final

import asyncpg

if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]
    Connection = asyncpg.Connection[asyncpg.Record]
else:
    Pool = asyncpg.Pool
    Connection = asyncpg.Connection

COMMAND_TIMEOUT_SECONDS: Final = 60.0
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
    """A connection that leaves no session state behind, so that giving it back costs no round trip.

    Settings and locks here are the transaction's, listeners have connections of their own, and asyncpg still rolls
    back what was left open.
    """

    def get_reset_query(self) -> str:
        return ""


async def open_pool(url: str, *, application: str, size: int = 4) -> Pool:
    """A small pool; `application` names the process in ``pg_stat_activity``."""
    return await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        connection_class=_Connection,
        command_timeout=COMMAND_TIMEOUT_SECONDS,
        server_settings={"application_name": application, "jit": "off"},
    )


async def connect(url: str, *, application: str) -> Connection:
    """One connection of its own, for locks, notifications and long reads."""
    return await asyncpg.connect(url, server_settings={"application_name": application, "jit": "off"})
