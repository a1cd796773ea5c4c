"""Read models as tables: making them, and their canonical digests; rows change only through `apply_batch` or a rebuild."""

import hashlib
from typing import Any, Final

from services.contracts.deciding import Model, Service
from services.eventlog.postgres import Connection

_DIGEST_ROWS: Final = 5_000
# Tables whose content the log alone determines, with the columns that are digested in their order.
_OWN_TABLES: Final = {
    "commands": ("commandid::text", "commandhash, subject, streamversion::text, coalesce(refusal::text, '')"),
    "streams": ("subject", "version::text, encode(state, 'hex')"),
    "parked": ("partition::text || '/' || sequence::text", "subject, encode(value, 'hex')"),
}


def table_of(model: str) -> str:
    """The table of a read model inside its service's schema."""
    return f"m_{model}"


def create_statement(schema: str, model: Model[Any], suffix: str = "") -> str:
    """DDL of a read model's table: key, partition, document; and what is listed by town, or in another order, is indexed so."""
    columns = ["key text NOT NULL", "partition smallint NOT NULL", "doc jsonb NOT NULL", "PRIMARY KEY (key, partition)"]
    by_town = has_town(model)
    if by_town:
        columns += [_column("town", "town"), "UNIQUE (town, key, partition)"]
    if model.name == "due":
        columns += [_column("due_at", "due_at"), "UNIQUE (due_at, key, partition)"]
    if model.listed_by:
        columns.append(_column("listed", model.listed_by))
        # The wall asks for the town: were it not in the index too, each row's document would be fetched for it.
        carried = (" INCLUDE (town, amount)" if by_town else " INCLUDE (amount)") if model.summed else ""
        columns.append(f"UNIQUE (listed, key, partition){carried}")
        columns += (
            [f"UNIQUE (town, listed, key, partition){' INCLUDE (amount)' if model.summed else ''}"] if by_town else []
        )
    if model.summed:
        columns.append(f"amount bigint GENERATED ALWAYS AS ((doc->>'{model.summed}')::bigint) STORED")
    return f"CREATE TABLE IF NOT EXISTS {schema}.{table_of(model.name)}{suffix} ({', '.join(columns)})"


def _column(name: str, of_document: str) -> str:
    return f"{name} text COLLATE \"C\" GENERATED ALWAYS AS (doc->>'{of_document}') STORED"


def has_town(model: Model[Any]) -> bool:
    """Whether a model's rows are a town's, and so can be listed by town."""
    return "town" in model.row.__struct_fields__


async def make_tables(connection: Connection, service: Service, partitions: int) -> None:
    """Make the tables of models that have none yet, and the cursor's rows; in the caller's transaction, one at a time."""
    # Api and worker start together: without the lock both would make the same table.
    lock = f"SELECT pg_advisory_xact_lock(hashtext('{service.name}.tables'))"
    statements = [create_statement(service.name, model) for model in service.models]
    await connection.execute(";".join([lock, *statements]))
    await connection.execute(
        f"INSERT INTO {service.name}.cursor (partition) SELECT generate_series(0, $1 - 1) ON CONFLICT DO NOTHING",
        partitions,
    )


async def digests(connection: Connection, service: Service) -> dict[str, str]:
    """SHA-256 of every read model and of the service's own tables at one instant; hex by name, own ones in brackets."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        found = await model_digests(connection, service)
        for table, (key, rest) in _OWN_TABLES.items():
            found[f"({table})"] = await _digest(
                connection,
                f"SELECT {key} AS k, concat_ws(E'\\x1f', {rest}) AS v FROM {service.name}.{table} "
                f'ORDER BY {key} COLLATE "C"',
            )
    return found


async def model_digests(connection: Connection, service: Service) -> dict[str, str]:
    """SHA-256 of every read model, rows in canonical order; hex by name. Needs a transaction."""
    found = {}
    for model in service.models:
        table = f"{service.name}.{table_of(model.name)}"
        found[model.name] = await _digest(
            connection,
            f"SELECT key || '/' || partition AS k, doc::text AS v FROM {table} ORDER BY key COLLATE \"C\", partition",
        )
    return found


async def _digest(connection: Connection, query: str) -> str:
    digest = hashlib.sha256()
    async for key, value in connection.cursor(query, prefetch=_DIGEST_ROWS):
        digest.update(f"{key}\x1e{value}\x1d".encode())
    return digest.hexdigest()


async def digest_of_journal(connection: Connection) -> str:
    """SHA-256 over place, hash and sealing instant of every journal row; hex."""
    query = (
        "SELECT partition::text || '/' || sequence AS k, encode(hash, 'hex') || sealed_ms::text AS v "
        "FROM log.journal ORDER BY partition, sequence"
    )
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        return await _digest(connection, query)
