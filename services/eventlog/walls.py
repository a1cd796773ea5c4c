"""Row-level security of read models: a second wall behind the doors, which holds when a door forgets whose rows it may show.

A request that reads for a town (`seeing`) is given that town's rows by PostgreSQL itself, whatever it asks for. Tables
belong to the role that reads them, so the wall is forced on owners too; it narrows nothing while the setting is empty,
as it is for workers, decisions, rebuilds and checks.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from services.contracts.deciding import Model, Service
from services.eventlog.postgres import ACTOR_SETTING, TOWN_SETTING, Connection
from services.eventlog.tables import has_town, table_of

# Asked once a statement, not once a row; as a boolean, of which the planner takes it that every second one is true.
_WHOLE_DISTRICT: Final = f"(SELECT coalesce(current_setting('{TOWN_SETTING}', true), '') = '')"
_TOWN: Final = f"(SELECT current_setting('{TOWN_SETTING}', true))"
_ACTOR: Final = f"(SELECT current_setting('{ACTOR_SETTING}', true))"


def condition_of(model: Model[Any]) -> str | None:
    """Which rows may be seen, as SQL; `None` for a model that says why every town sees all of it.

    The district's own models name no town: nobody who is bound to one sees any of their rows.
    """
    if model.every_town:
        return None
    seen = [_WHOLE_DISTRICT]
    seen += [f"town = {_TOWN}"] if has_town(model) else []
    seen += [f"{_field(path)} = {_TOWN}" for path in model.seen_by]
    if model.own:
        seen.append(f"{_ACTOR} IN ({_field(model.own)}, 'officer:' || {_field(model.own)})")
    return " OR ".join(seen)


def _field(path: str) -> str:
    return f"(doc#>>'{{{path.replace('.', ',')}}}')"


def wall_name(condition: str) -> str:
    """A policy is named by what it says, so that one of an older version is known and put right."""
    return f"wall_{hashlib.sha256(condition.encode()).hexdigest()[:16]}"


async def raise_walls(connection: Connection, service: Service) -> None:
    """Put the policy of each model on its table where another, or none, stands; needs the table's owner.

    Rows are copied into a table before its wall stands: PostgreSQL's COPY does not go over one.
    """
    standing = {
        row["name"]: (row["forced"], row["policies"])
        for row in await connection.fetch(
            "SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS forced, "
            "ARRAY(SELECT polname::text FROM pg_policy WHERE polrelid = c.oid) AS policies "
            "FROM pg_class c WHERE c.relnamespace = $1::text::regnamespace AND c.relkind = 'r'",
            service.name,
        )
    }
    for model in service.models:
        condition, table = condition_of(model), table_of(model.name)
        wanted = (False, []) if condition is None else (True, [wall_name(condition)])
        if standing[table] != wanted:
            for statement in _statements(f"{service.name}.{table}", condition, standing[table][1]):
                await connection.execute(statement)


def _statements(table: str, condition: str | None, there: Sequence[str]) -> list[str]:
    found = [f"DROP POLICY {name} ON {table}" for name in there]
    if condition is None:
        return [*found, f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY"]
    return [
        *found,
        f"CREATE POLICY {wall_name(condition)} ON {table} USING ({condition})",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    ]
