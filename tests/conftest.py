"""Fixtures that need real stores: one Kafka and one PostgreSQL for the session, a database and a topic for each test."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from deploy.embedded.fixture import EmbeddedCluster
from services.contracts.deciding import Service
from services.eventlog import ending, provision
from services.eventlog.api.runtime import Doors, Runtime
from services.eventlog.deciding import Enrich
from services.eventlog.keyring import create_keyring
from services.eventlog.postgres import Pool, open_pool
from services.eventlog.settings import Settings
from services.eventlog.topics import create_topics
from services.eventlog.worker import STANDSTILL
from services.eventlog.writer import LogWriter

TEMPLATE = "jiuzhu_template"
# Roles belong to the server: whoever makes a database on the shared cluster uses these.
PASSWORDS = dict.fromkeys(provision.ROLES, "test-only")
_numbers = itertools.count(1)


class ByFile(LoadScopeScheduling):
    """Spreads files over the processes; all browser tests go to one, for they share the running product."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "tests/browser" if file.startswith("tests/browser/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


@pytest.fixture(autouse=True)
def no_process_ends_itself(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Workers of tests share this process: one that would end it fails the test it belongs to, and no other.

    But for a cursor that stands still: on a starved machine it does, and goes on where a process of its own would be
    started anew.
    """
    ended: list[str] = []
    monkeypatch.setattr(ending, "terminate", ended.append)
    yield
    assert [why for why in ended if why != STANDSTILL] == []


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedCluster]:
    with EmbeddedCluster(tmp_path_factory.mktemp("jiuzhu")) as running:
        asyncio.run(provision.provision_database(running.dsn, PASSWORDS, partitions=12, database=TEMPLATE))
        yield running


@dataclass(kw_only=True)
class Installation:
    """A database, topics and a keyring of one test's own, and the settings every process of it would have."""

    cluster: EmbeddedCluster
    database: str
    prefix: str
    keyring: Path
    admin: Pool = field(init=False)

    def settings(self, role: str) -> Settings:
        """Settings of the process `role` (a service or ``eventlog``)."""
        return Settings(
            kafka=self.cluster.bootstrap_servers,
            postgres_url=provision.role_url(self.cluster.dsn, role, PASSWORDS[role], self.database),
            keyring=self.keyring,
            topic_prefix=self.prefix,
            host="127.0.0.1",
            port=0,
            partitions=12,
            replication_factor=1,
            simulated_clock=False,
        )

    @property
    def admin_url(self) -> str:
        return provision.database_url(self.cluster.dsn, self.database)

    @asynccontextmanager
    async def log_writer(self) -> AsyncIterator[LogWriter]:
        """A log writer in this process; its gate is open when the block begins."""
        writer = LogWriter(self.settings("eventlog"))
        task = asyncio.create_task(writer.run())
        try:
            for _ in range(400):
                if writer.ready or task.done():
                    break
                await asyncio.sleep(0.02)
            if not writer.ready:
                raise AssertionError(f"the gate did not open: {writer.state}")
            yield writer
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @asynccontextmanager
    async def running(
        self, *services: Service, worker: bool = True, enrich: Enrich | None = None
    ) -> AsyncIterator[tuple[Runtime, ...]]:
        """Runtimes of services in this process, with their workers."""
        async with AsyncExitStack() as stack:
            runtimes = []
            for service in services:
                runtime = Runtime(
                    service=service, settings=self.settings(service.name), doors=Doors(roles={}), enrich=enrich
                )
                await stack.enter_async_context(runtime.running(as_worker=worker, slot=0))
                runtimes.append(runtime)
            yield tuple(runtimes)


@pytest.fixture
async def installation(cluster: EmbeddedCluster, tmp_path: Path) -> AsyncIterator[Installation]:
    async with new_installation(cluster, tmp_path / "keyring") as made:
        yield made


@asynccontextmanager
async def new_installation(cluster: EmbeddedCluster, folder: Path) -> AsyncIterator[Installation]:
    """An installation for the length of a block, its keyring in `folder`."""
    number = next(_numbers)
    name = f"t{os.getpid()}_{number}"
    create_keyring(folder)
    made = Installation(cluster=cluster, database=name, prefix=f"{name}.", keyring=folder)
    server = await open_pool(cluster.dsn, application="tests", size=1)
    await server.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    await server.close()
    await create_topics(made.settings("eventlog"))
    made.admin = await open_pool(made.admin_url, application="tests", size=2)
    try:
        yield made
    finally:
        await made.admin.close()
        await provision.drop_database(cluster.dsn, name)
