"""Proves on PostgreSQL that a town's reader is given that town's rows alone whatever is asked for, and everybody else all of them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
from fastapi import Request

from deploy.embedded.fixture import EmbeddedCluster
from services.audit.service import SERVICE as AUDIT
from services.casework.service import SERVICE as CASEWORK
from services.contracts.deciding import Service
from services.eventlog import listing, restore
from services.eventlog.api import service_app
from services.eventlog.api.runtime import Runtime
from services.eventlog.auth import Identity
from services.eventlog.postgres import Pool, connect, open_pool
from services.eventlog.rebuild import rebuild
from services.eventlog.seeing import NOBODY, WHOLE_DISTRICT, Reader, read_for
from services.eventlog.shapes import ensure_tables
from services.eventlog.tables import digests, has_town, make_tables, table_of
from services.intake.service import SERVICE as INTAKE
from services.payroll.service import SERVICE as PAYROLL
from services.portal.service import SERVICE as PORTAL
from services.portal.store import figures
from tests.conftest import Installation, new_installation
from tests.integration.doors import PARTS
from tests.integration.ledger import ledger
from tests.integration.test_rebuild import silent

SERVICES = (INTAKE, CASEWORK, PAYROLL, AUDIT, PORTAL)
OWN, OTHER = Reader(town="T01", actor="officer:O001"), Reader(town="T02", actor="town-leader:T02-L1")


def documents(town: str) -> dict[str, Any]:
    """A row with every field that a wall may look at, of one town throughout."""
    return {"town": town, "unit": town, "officer": "", "responsible": "", "slip": {"town": town, "officer": ""}}


@pytest.fixture(scope="module")
async def installation_of_pools(
    cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Installation]:  # fmt: skip
    async with new_installation(cluster, tmp_path_factory.mktemp("walls") / "keyring") as made:
        yield made


@pytest.fixture(scope="module")
async def pools(installation_of_pools: Installation) -> AsyncIterator[dict[str, Pool]]:
    """A pool of one connection for each service, its tables made, and in each of them a row of T01 and one of T02."""
    async with AsyncExitStack() as stack:
        made: dict[str, Pool] = {}
        for service in SERVICES:
            pool = await open_pool(
                installation_of_pools.settings(service.name).postgres_url, application="tests", size=1
            )
            stack.push_async_callback(pool.close)
            await ensure_tables(pool, service, 12)
            for model in service.models:
                for town in ("T01", "T02"):
                    await put(pool, f"{service.name}.{table_of(model.name)}", town, documents(town))
            made[service.name] = pool
        yield made


async def put(pool: Pool, table: str, key: str, document: dict[str, Any]) -> None:
    text = msgspec.json.encode(document).decode()
    await pool.execute(f"INSERT INTO {table} (key, partition, doc) VALUES ($1, 0, $2::jsonb)", key, text)


@asynccontextmanager
async def undone(pool: Pool) -> AsyncIterator[Any]:
    """A connection whose doings in the block are taken back."""
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            yield connection
        finally:
            await transaction.rollback()


async def seen(pool: Pool, table: str, reader: Reader) -> list[str]:
    with read_for(reader):
        return [row["key"] for row in await pool.fetch(f"SELECT key FROM {table} ORDER BY key")]


async def test_every_model_shows_a_town_its_own_rows_and_nobody_else_fewer(pools: dict[str, Pool]) -> None:
    """No query here names a town: the wall alone tells rows apart. The connection is the same one all the time."""
    for service in SERVICES:
        pool = pools[service.name]
        for model in service.models:
            table = f"{service.name}.{table_of(model.name)}"
            of_a_town = has_town(model) or bool(model.seen_by)
            everything = ["T01", "T02"]
            expected = everything if model.every_town else ["T01"] if of_a_town else []
            assert await seen(pool, table, OWN) == expected, table
            assert await seen(pool, table, OTHER) == (["T02"] if expected == ["T01"] else expected), table
            assert await seen(pool, table, NOBODY) == (everything if model.every_town else []), table
            assert [row["key"] for row in await pool.fetch(f"SELECT key FROM {table} ORDER BY key")] == everything


async def test_a_row_is_seen_where_it_is_answered_for_and_by_whom_it_is_about(pools: dict[str, Pool]) -> None:
    """The officer who moved sees the slips of the former town; the unit that answers for a finding sees it."""
    there = documents("T02")
    rows = {
        ("audit", "findings"): [there | {"unit": "T01"}, there | {"responsible": "officer:O001"}],
        ("payroll", "payslips"): [there | {"officer": "O001"}],
        ("payroll", "slips"): [there | {"slip": {"town": "T02", "officer": "O001"}}],
        ("payroll", "appraisals"): [there | {"officer": "O001"}],
        ("casework", "service_plans"): [there | {"officer": "O001"}],
    }
    for (service, model), found in rows.items():
        table = f"{service}.{table_of(model)}"
        for number, document in enumerate(found):
            await put(pools[service], table, f"x{number}", document)
        wanted = [f"x{number}" for number in range(len(found))]
        assert await seen(pools[service], table, OWN) == ["T01", *wanted], table
        window = Reader(town="T01", actor="window:O001")
        assert await seen(pools[service], table, window) == ["T01", *(["x0"] if model == "findings" else [])], table
        await pools[service].execute(f"DELETE FROM {table} WHERE key LIKE 'x%'")


async def test_what_is_narrowed_cannot_be_written_beside_the_wall(pools: dict[str, Pool]) -> None:
    with read_for(OWN):
        async with undone(pools["casework"]) as connection:
            assert await connection.execute("DELETE FROM casework.m_cases") == "DELETE 1"
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                await connection.execute(
                    "INSERT INTO casework.m_cases (key, partition, doc) VALUES ('x', 0, $1)", '{"town": "T02"}'
                )
    async with undone(pools["casework"]) as connection:
        assert await connection.execute("DELETE FROM casework.m_cases") == "DELETE 2"


async def test_lists_and_figures_that_name_no_town_are_narrowed_all_the_same(pools: dict[str, Pool]) -> None:
    """What doors ask with, asked as a door would that forgot the town."""
    models = [(service, model) for service in SERVICES for model in service.models if has_town(model)]
    assert len(models) > 60
    for service, model in models:
        with read_for(OWN):
            rows, _ = await listing.page(pools[service.name], service.name, model, limit=10)
            other = await listing.row(pools[service.name], service.name, model, "T02")
        assert ([row["key"] for row in rows] == ["T01"]) is not bool(model.every_town), model.name
        assert (other is None) is not bool(model.every_town), model.name
    place = "town|visits|2026-03"
    for town, amount in (("T01", 3), ("T02", 5)):
        row = documents(town) | {"place": place, "measure": "visits", "month": "2026-03", "days": {}, "amount": amount}
        await put(pools["portal"], "portal.m_month_measures", f"{place}|{town}", row)
    arguments = (["town|visits|2026-03"],)
    query = "SELECT sum((doc->>'amount')::int) FROM portal.m_month_measures WHERE listed = ANY ($1)"
    with read_for(OWN):
        assert await pools["portal"].fetchval(query, *arguments) == 3
        assert await figures.towns(pools["portal"]) == ["T01"]
    assert await pools["portal"].fetchval(query, *arguments) == 8
    await put(
        pools["portal"],
        "portal.m_month_measures",
        "all",
        {"place": "all|visits|2026-01", "month": "2026-01", "town": ""},
    )
    with read_for(OWN):
        assert await figures.first_day(pools["portal"]) == date(2026, 1, 1), "the first day is nobody's secret"


async def test_without_its_wall_a_table_shows_every_town(pools: dict[str, Pool]) -> None:
    """The guard's guard: what the other tests see is the wall's doing."""
    with read_for(OWN):
        async with undone(pools["casework"]) as connection:
            await connection.execute("ALTER TABLE casework.m_households NO FORCE ROW LEVEL SECURITY")
            assert await connection.fetchval("SELECT count(*) FROM casework.m_households") == 2
        assert await seen(pools["casework"], "casework.m_households", OWN) == ["T01"]


class Forgetful(Runtime):
    """The application's check switched off: every door takes whoever asks for an operator of the whole district."""

    def identify(self, request: Request) -> Identity:
        super().identify(request)
        return Identity(actor="operator:X1", role="operator", town=None)


@asynccontextmanager
async def forgetful(installation: Installation, name: str) -> AsyncIterator[tuple[Forgetful, httpx.AsyncClient]]:
    """A service's doors, as its own `app.py` wires them, on the database of `pools`."""
    part = PARTS[name]
    runtime = Forgetful(service=part.service, settings=installation.settings(name), doors=part.api.DOORS)
    app = service_app(runtime, serve=True, as_worker=False, routes=getattr(part.api, "routes", None))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{name}") as client:
            yield runtime, client


@pytest.mark.parametrize("name", sorted(PARTS))
async def test_no_door_that_forgets_whose_rows_it_may_show_shows_another_towns(
    name: str, installation_of_pools: Installation, pools: dict[str, Pool]
) -> None:
    """Every list and every row of every model, with a window's token: to doors it is an operator's, to PostgreSQL a town's."""
    models = [model for model in PARTS[name].service.models if not model.internal]
    assert await seen(pools[name], f"{name}.{table_of(models[0].name)}", WHOLE_DISTRICT) == ["T01", "T02"]
    async with forgetful(installation_of_pools, name) as (runtime, client):
        window = runtime.tokens.issue(
            Identity(actor="window:T01-W1", role="window", town="T01"), valid_for=timedelta(hours=1)
        )
        operator = runtime.tokens.issue(
            Identity(actor="operator:X1", role="operator", town=None), valid_for=timedelta(hours=1)
        )
        for model in models:
            path = f"/v1/{model.name.replace('_', '-')}"
            expected = {"T01", "T02"} if model.every_town else {"T01"} if has_town(model) else set()
            assert await rows_at(client, path, window) == expected, path
            assert not await rows_at(client, f"{path}?town=T02", window), path
            assert await rows_at(client, path, operator) == {"T01", "T02"}, path
            answer = await client.get(f"{path}/T02", headers={"authorization": f"Bearer {window}"})
            assert answer.status_code == (200 if model.every_town else 404), path


async def test_a_door_that_is_asked_for_another_town_by_its_name_has_nothing_to_show(
    installation_of_pools: Installation, pools: dict[str, Pool]
) -> None:
    assert await seen(pools["payroll"], "payroll.m_town_funds", WHOLE_DISTRICT) == ["T01", "T02"]
    async with forgetful(installation_of_pools, "payroll") as (runtime, client):
        officer = runtime.tokens.issue(
            Identity(actor="officer:O001", role="officer", town="T01"), valid_for=timedelta(hours=1)
        )
        for town, expected in (("T01", {"T01"}), ("T02", set())):
            path = f"/v1/town-money/{town}"
            answer = await client.get(path, headers={"authorization": f"Bearer {officer}"})
            found = answer.json()
            assert {row["key"] for name in ("purchases", "payments", "funds") for row in found[name]} == expected


async def rows_at(client: httpx.AsyncClient, path: str, token: str) -> set[str]:
    answer = await client.get(path, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200, (path, answer.text)
    return {row["key"] for row in answer.json()["rows"]}


async def walls(pool: Pool, service: Service) -> dict[str, tuple[bool, int]]:
    rows = await pool.fetch(
        "SELECT relname, relrowsecurity AND relforcerowsecurity AS forced, "
        "(SELECT count(*) FROM pg_policy WHERE polrelid = c.oid)::int AS policies FROM pg_class c "
        "WHERE relnamespace = $1::text::regnamespace AND relkind = 'r' AND relname LIKE 'm\\_%'",
        service.name,
    )
    return {row["relname"]: (row["forced"], row["policies"]) for row in rows}


async def test_an_older_installation_gets_its_walls_when_it_starts_and_a_changed_one_is_put_right(
    installation: Installation,
) -> None:
    """Tables of a version before the walls: rows stay, nothing is rebuilt; a model declared otherwise is walled otherwise."""
    pool = await open_pool(installation.settings("casework").postgres_url, application="tests", size=1)
    async with pool.acquire() as connection, connection.transaction():
        await make_tables(connection, CASEWORK, 12)  # type: ignore[arg-type]
    assert set((await walls(pool, CASEWORK)).values()) == {(False, 0)}
    await put(pool, "casework.m_households", "H1", documents("T02"))
    await ensure_tables(pool, CASEWORK, 12)
    raised = await walls(pool, CASEWORK)
    assert raised.pop("m_folder_facts") == (False, 0)
    assert set(raised.values()) == {(True, 1)}
    assert await seen(pool, "casework.m_households", OWN) == []
    assert await seen(pool, "casework.m_households", OTHER) == ["H1"]
    opened = replace(
        CASEWORK,
        models=tuple(
            replace(one, every_town="as a test says") if one.name == "households" else one for one in CASEWORK.models
        ),
    )
    await ensure_tables(pool, opened, 12)
    assert (await walls(pool, CASEWORK))["m_households"] == (False, 0)
    assert await seen(pool, "casework.m_households", OWN) == ["H1"]
    await ensure_tables(pool, CASEWORK, 12)
    assert await seen(pool, "casework.m_households", OWN) == []
    await pool.close()


async def test_rebuilt_and_restored_tables_have_their_walls_and_are_read_whole_by_who_checks(
    installation: Installation,
) -> None:
    async with installation.log_writer(), installation.running(ledger, worker=False) as (runtime,):
        expected = await walls(runtime.pool, ledger)
        assert set(expected.values()) == {(True, 1)}
        await rebuild(ledger, installation.settings("audit"))
        assert await walls(runtime.pool, ledger) == expected
        await restore.restore_service(ledger, installation.settings("audit"), silent)
        assert await walls(runtime.pool, ledger) == expected
        table = f"audit.{table_of(ledger.models[0].name)}"
        empty = await digested(installation)
        await put(runtime.pool, table, "k", {"town": "T02"})
        with read_for(NOBODY):
            assert await runtime.pool.fetchval(f"SELECT count(*) FROM {table}") == 0
            assert await digested(installation) != empty, "a connection of its own reads everything"


async def digested(installation: Installation) -> dict[str, str]:
    """As `jiuzhu digests` does it."""
    connection = await connect(installation.settings("audit").postgres_url, application="tests")
    try:
        return await digests(connection, ledger)
    finally:
        await connection.close()
