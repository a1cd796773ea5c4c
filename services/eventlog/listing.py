"""Reads rows of read models for people: one row, a page by key, a page in the order a model is listed by; changes nothing."""

from datetime import date, datetime
from typing import Any, Final

import msgspec

from services.contracts.clocks import ClockRow
from services.contracts.codec import decoder_of
from services.contracts.deciding import CHINA, Model
from services.eventlog.postgres import Pool
from services.eventlog.tables import has_town, table_of

_clock_rows: Final = decoder_of(ClockRow)


async def row(pool: Pool, schema: str, model: Model[Any], key: str) -> dict[str, Any] | None:
    """One row with its ``key``; `None` when there is none."""
    query = f"SELECT doc::text FROM {schema}.{table_of(model.name)} WHERE key = $1 ORDER BY partition"
    docs = [found["doc"] for found in await pool.fetch(query, as_text(key))]
    return {"key": key, **added_up(docs)} if docs else None


async def page(
    pool: Pool, schema: str, model: Model[Any], *, limit: int, town: str | None = None, after: str = "",
    in_order: bool = False, until: str = "",
) -> tuple[list[dict[str, Any]], str | None]:  # fmt: skip
    """At most `limit` rows (of one town) after the place `after`, and the place the next page begins after.

    By key, or `in_order` of the model's `listed_by`, up to `until` in it. A town has no rows in a model without towns.
    """
    if town is not None and not has_town(model):
        return [], None
    if in_order:
        return await _in_order(pool, schema, model, limit=limit, town=town, after=after, until=until)
    arguments: list[Any] = [as_text(after), limit]
    of_town = _of_town(town, arguments)
    found = await pool.fetch(
        f"SELECT key, array_agg(doc::text ORDER BY partition) AS docs FROM {schema}.{table_of(model.name)} "
        f"WHERE key > $1 {of_town} GROUP BY key ORDER BY key LIMIT $2",
        *arguments,
    )
    rows = [{"key": one["key"], **added_up(one["docs"])} for one in found]
    return rows, rows[-1]["key"] if rows else None


async def _in_order(
    pool: Pool, schema: str, model: Model[Any], *, limit: int, town: str | None, after: str, until: str
) -> tuple[list[dict[str, Any]], str | None]:
    value, _, key = as_text(after).partition(" ")
    arguments: list[Any] = [value, key, limit]
    of_town = _of_town(town, arguments)
    up_to = ""
    if until:
        arguments.append(as_text(until))
        up_to = f"AND listed <= ${len(arguments)}"
    found = await pool.fetch(
        f"SELECT key, listed, doc::text AS doc FROM {schema}.{table_of(model.name)} "
        f"WHERE (listed, key) > ($1, $2) {of_town} {up_to} ORDER BY listed, key LIMIT $3",
        *arguments,
    )
    rows = [{"key": one["key"], **msgspec.json.decode(one["doc"])} for one in found]
    return rows, f"{found[-1]['listed']} {found[-1]['key']}" if found else None


async def open_clocks(
    pool: Pool, schema: str, *, limit: int, today: date, town: str | None = None, held_by: str | None = None,
    clock: str | None = None, about: str = "", overdue: bool = False, after: str = "",
) -> tuple[list[tuple[str, ClockRow]], str | None]:  # fmt: skip
    """Clocks that run or are paused, by last day (of a town, a holder, a name; only the overdue ones), and the place after them.

    `about`: those of one application or one household, by its number.
    """
    value, _, key = as_text(after).partition(" ")
    arguments: list[Any] = [value, key, limit]
    wanted = ["(listed, key) > ($1, $2)"]
    for column, text in (("town", town), ("doc->>'held_by'", held_by), ("doc->>'clock'", clock)):
        if text is not None:
            arguments.append(as_text(text))
            wanted.append(f"{column} = ${len(arguments)}")
    if about:
        arguments.append(as_text(about))
        wanted.append(f"${len(arguments)} IN (doc->>'application_no', doc->>'household')")
    if overdue:
        arguments.append(today.isoformat())
        wanted.append(f"listed < ${len(arguments)} AND doc->>'status' = 'running' AND doc->>'counting' <> 'full_days'")
    found = await pool.fetch(
        f"SELECT key, listed, doc::text AS doc FROM {schema}.{table_of('clocks')} "
        f"WHERE {' AND '.join(wanted)} ORDER BY listed, key LIMIT $3",
        *arguments,
    )
    rows = [(one["key"], _clock_rows.decode(one["doc"])) for one in found]
    return rows, f"{found[-1]['listed']} {found[-1]['key']}" if found else None


async def today(pool: Pool) -> date:
    """The civil date in China by the log's clock, which the sample simulates."""
    instant: datetime = await pool.fetchval("SELECT log.now()")
    return instant.astimezone(CHINA).date()


def _of_town(town: str | None, arguments: list[Any]) -> str:
    if town is None:
        return ""
    arguments.append(as_text(town))
    return f"AND town = ${len(arguments)}"


def as_text(text: str) -> str:
    """A query's value as PostgreSQL can take it: no key holds a NUL, so none is found by it."""
    return text.replace("\0", "\ufffd")


def added_up(docs: list[str]) -> dict[str, Any]:
    """One row from what each partition folded: whole numbers are added, also those kept by name; other values are the last."""
    merged: dict[str, Any] = {}
    for doc in map(msgspec.json.decode, docs):
        for name, value in doc.items():
            merged[name] = _added(merged[name], value) if name in merged else value
    return merged


def _added(before: Any, value: Any) -> Any:
    if _is_number(before) and _is_number(value):
        return before + value
    if (
        isinstance(before, dict)
        and isinstance(value, dict)
        and all(map(_is_number, (*before.values(), *value.values())))
    ):
        return {name: before.get(name, 0) + value.get(name, 0) for name in (*before, *value)}
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
