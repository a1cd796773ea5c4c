"""Whether the tables that stand were made by code of this shape: what another version folded is rebuilt, never guessed at.

A read model's shape is its table, the fields of its rows and the facts it listens to; decision states have a version in
code (`Service.state_version`), for most changes of theirs need no new fold.
"""

import hashlib
import logging
import typing
from collections.abc import Iterator
from typing import Any, Final, cast

import msgspec

from services.contracts.deciding import Model, Service
from services.eventlog.postgres import Connection, Pool
from services.eventlog.tables import create_statement, make_tables, table_of
from services.eventlog.walls import raise_walls

log = logging.getLogger(__name__)

_STATES: Final = "(states)"
# Before shapes were kept every decision state was of this version.
_FIRST_STATES: Final = "1"


class ShapeDiffers(RuntimeError):
    """Tables were made by another version of the code; the message says in both languages what to run."""


async def ensure_tables(pool: Pool, service: Service, partitions: int) -> None:
    """A service's tables with their walls, made where there are none; `ShapeDiffers` where another version made those that stand."""
    async with pool.acquire() as acquired, acquired.transaction():
        connection = cast("Connection", acquired)
        await make_tables(connection, service, partitions)
        await require_shapes(connection, service)
        await raise_walls(connection, service)


def shape_of(schema: str, model: Model[Any]) -> str:
    """``<digest of table and rows>.<digest of the facts it listens to>``, both short, by the model's declaration."""
    table = [create_statement(schema, model), *_fields(model.row, set())]
    return f"{_digest(table)}.{_digest(sorted(one.__name__ for one in model.listens))}"


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _fields(kind: type, seen: set[type]) -> Iterator[str]:
    """The fields of a structure by name and type, then those of the structures in them."""
    if kind in seen:
        return
    seen.add(kind)
    hints = typing.get_type_hints(kind)
    yield from (f"{kind.__name__}.{name}: {hint}" for name, hint in sorted(hints.items()))
    for hint in hints.values():
        for inner in _structures(hint):
            yield from _fields(inner, seen)


def _structures(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
    for argument in typing.get_args(hint):
        yield from _structures(argument)


def _wanted(service: Service) -> dict[str, str]:
    shapes = {model.name: shape_of(service.name, model) for model in service.models}
    return shapes | {_STATES: str(service.state_version)}


async def record_models(connection: Connection, service: Service) -> None:
    """Say that the read models' tables are of this code: they were just made and filled by it."""
    wanted = _wanted(service)
    await _record(connection, service, {name: wanted[name] for name in wanted if name != _STATES})


async def record_all(connection: Connection, service: Service) -> None:
    """As `record_models`, of the decision states too."""
    await _record(connection, service, _wanted(service))


async def require_shapes(connection: Connection, service: Service) -> None:
    """Raise `ShapeDiffers` where another version made what stands; of a service that has nothing yet, note this one's."""
    recorded = {
        row["what"]: row["shape"] for row in await connection.fetch(f"SELECT what, shape FROM {service.name}.shapes")
    }
    wanted = _wanted(service)
    # A model that this version does not know falls behind while it runs: whoever knows it must rebuild it.
    await connection.execute(f"DELETE FROM {service.name}.shapes WHERE what <> ALL ($1)", list(wanted))
    stale = [name for name in wanted if name != _STATES and recorded.get(name) != wanted[name]]
    if not stale and recorded.get(_STATES) == wanted[_STATES]:
        return
    if not await _has_a_past(connection, service):
        for model in service.models:
            if model.name in stale and model.name in recorded:
                await connection.execute(f"DROP TABLE {service.name}.{table_of(model.name)}")
                await connection.execute(create_statement(service.name, model))
        await record_all(connection, service)
        return
    if recorded.get(_STATES, _FIRST_STATES) != wanted[_STATES]:
        raise ShapeDiffers(
            f"{service.name} 的决策状态由其他版本写成，请运行 jiuzhu rebuild all，再 jiuzhu up / the decision states of "
            f"{service.name} were written by another version: run `jiuzhu rebuild all`, then `jiuzhu up`"
        )
    if stale and await _waits_for_redrive(
        connection, service, [(recorded.get(name, ""), wanted[name]) for name in stale]
    ):
        log.warning("rebuild once the parked records are re-driven", extra={"service": service.name, "models": stale})
        return
    if stale:
        raise ShapeDiffers(
            f"{service.name} 的读模型（{'、'.join(stale)}）由其他版本建立，请运行 jiuzhu rebuild {service.name}，再 jiuzhu up / "
            f"read models of {service.name} ({', '.join(stale)}) were made by another version: run "
            f"`jiuzhu rebuild {service.name}`, then `jiuzhu up`"
        )
    await record_all(connection, service)  # states of the first version, from before they were noted


async def _waits_for_redrive(connection: Connection, service: Service, differing: list[tuple[str, str]]) -> bool:
    """Whether models listen to other facts only, and records are parked: a rebuild would lose their reactions and refuses.

    A fact the older version did not know was parked, not passed over; so this version re-drives first, then is rebuilt.
    """
    same_tables = all(old.partition(".")[0] == new.partition(".")[0] for old, new in differing)
    return same_tables and bool(await connection.fetchval(f"SELECT EXISTS (SELECT FROM {service.name}.parked)"))


async def _has_a_past(connection: Connection, service: Service) -> bool:
    return bool(
        await connection.fetchval(
            f"SELECT EXISTS (SELECT FROM {service.name}.cursor WHERE sequence > 0) "
            f"OR EXISTS (SELECT FROM {service.name}.streams)"
        )
    )


async def _record(connection: Connection, service: Service, shapes: dict[str, str]) -> None:
    await connection.executemany(
        f"INSERT INTO {service.name}.shapes (what, shape) VALUES ($1, $2) "
        "ON CONFLICT (what) DO UPDATE SET shape = excluded.shape",
        list(shapes.items()),
    )
