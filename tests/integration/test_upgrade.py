"""Proves that a newer version over older data says what is to be rebuilt and serves nothing before, and that migrations run in order."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from services.contracts.deciding import Model, Service
from services.eventlog import restore
from services.eventlog.postgres import connect
from services.eventlog.provision import MIGRATIONS, run_missing
from services.eventlog.rebuild import rebuild
from services.eventlog.shapes import ShapeDiffers
from tests.conftest import Installation
from tests.integration.ledger import Tally, ledger
from tests.integration.test_rebuild import fill, settled, silent

(TALLY,) = ledger.models


class Wider(Tally, frozen=True, kw_only=True):
    """A row with one field more than the older version's."""

    last_no: str = ""


def with_models(*models: Model[msgspec.Struct]) -> Service:
    return replace(ledger, models=models)


async def refused(installation: Installation, newer: Service) -> str:
    with pytest.raises(ShapeDiffers) as caught:
        async with installation.running(newer, worker=False):
            pass
    return str(caught.value)


@pytest.mark.parametrize(
    ("what", "newer"),
    [
        ("列表次序 a column to list by", with_models(replace(TALLY, listed_by="opened"))),
        ("行的字段 a field of its rows", with_models(replace(TALLY, row=Wider))),
        ("新读模型 a model that was not there", with_models(TALLY, replace(TALLY, name="tally_again"))),
    ],
)
async def test_read_models_of_another_version_are_rebuilt_before_they_are_served(
    what: str, newer: Service, installation: Installation
) -> None:
    async with installation.log_writer():
        async with installation.running(ledger) as (runtime,):
            await fill(runtime, 60)
            await settled(runtime)
        said = await refused(installation, newer)
        assert "jiuzhu rebuild audit" in said, what
        assert "由其他版本建立" in said
        assert "made by another version" in said
        await rebuild(newer, installation.settings("audit"))
        async with installation.running(newer, worker=False) as (runtime,):
            for model in newer.models:
                query = f"SELECT sum((doc->>'opened')::int) FROM audit.m_{model.name} WHERE key = '(all)'"
                assert await runtime.pool.fetchval(query) == 60, what
                if model.listed_by:
                    assert await runtime.pool.fetchval(f"SELECT count(listed) FROM audit.m_{model.name}") > 0
        if newer.models[0] is TALLY:  # the older version knows nothing of the other model, which then falls behind
            async with installation.running(ledger, worker=False):
                pass
            assert "tally_again" in await refused(installation, newer)
        else:
            assert "jiuzhu rebuild audit" in await refused(installation, ledger), "the older version is another one too"


async def test_decision_states_of_another_version_are_folded_from_the_log_before_anything_is_decided(
    installation: Installation,
) -> None:
    """The states were spoiled on purpose: what the newer version then decides from is the log's, not theirs."""
    newer = replace(ledger, state_version=2)
    async with installation.log_writer(), installation.running(ledger) as (runtime,):
        await fill(runtime, 60)
        await settled(runtime)
    await installation.admin.execute("UPDATE audit.streams SET state = '{}' WHERE subject = 'finding:s1'")
    assert "jiuzhu rebuild all" in await refused(installation, newer)
    await rebuild(newer, installation.settings("audit"))
    assert "jiuzhu rebuild all" in await refused(installation, newer), "read models alone are not the states"
    await restore.restore_service(newer, installation.settings("audit"), silent)
    async with installation.running(newer, worker=False) as (runtime,):
        state = await runtime.pool.fetchval("SELECT state FROM audit.streams WHERE subject = 'finding:s1'")
        assert msgspec.json.decode(state)["numbers"] == [1, 41]


async def test_a_service_that_has_decided_nothing_yet_takes_any_version(installation: Installation) -> None:
    for one in (ledger, replace(with_models(replace(TALLY, listed_by="opened")), state_version=7), ledger):
        async with installation.running(one, worker=False) as (runtime,):
            columns = await runtime.pool.fetch(
                "SELECT attname FROM pg_attribute WHERE attrelid = 'audit.m_tally'::regclass AND attnum > 0 "
                "AND NOT attisdropped"
            )
            assert ("listed" in {row["attname"] for row in columns}) is bool(one.models[0].listed_by)


async def test_migrations_run_once_each_in_the_order_of_their_numbers(
    installation: Installation, tmp_path: Path
) -> None:
    """Forward only: a later file may rest on an earlier one; what has run is written down and not run again."""
    (tmp_path / "0002_second.sql").write_text("ALTER TABLE {schema}.made ADD COLUMN second int;")
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE {schema}.made (first int);")
    connection = await connect(installation.admin_url, application="tests")
    try:
        async with connection.transaction():
            assert await run_missing(connection, "audit", tmp_path)
            assert not await run_missing(connection, "audit", tmp_path)
        (tmp_path / "0003_third.sql").write_text("ALTER TABLE {schema}.made ADD COLUMN third int;")
        async with connection.transaction():
            assert await run_missing(connection, "audit", tmp_path)
        applied = await connection.fetch("SELECT name FROM public.migrations WHERE schema = 'audit' ORDER BY name")
        shared = [path.name for path in sorted((MIGRATIONS / "service").glob("*.sql"))]
        assert len(shared) > 1
        own = ["0001_first.sql", "0002_second.sql", "0003_third.sql"]
        assert [row["name"] for row in applied] == sorted([*shared, *own])
        await connection.execute("INSERT INTO audit.made (first, second, third) VALUES (1, 2, 3)")
    finally:
        await connection.close()
