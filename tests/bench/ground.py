"""Where benchmarks stand: real stores of their own, a database and topic per log, the product's own processes; loopback only."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from deploy.embedded.fixture import EmbeddedCluster
from deploy.embedded.home import PROJECT_ROOT
from deploy.embedded.ports import pick_free
from deploy.installation import SERVICES
from services.contracts.envelope import PARTITIONS
from services.contracts.registry import OWNERS
from services.eventlog import journal, provision
from services.eventlog.journal import Row, Watermark
from services.eventlog.keyring import create_keyring
from services.eventlog.postgres import connect
from services.eventlog.sending import Sender
from services.eventlog.settings import Settings, read_settings
from services.eventlog.shapes import record_all
from services.eventlog.topics import create_topics
from tests.bench import events
from tests.conftest import PASSWORDS

RUN_SECONDS_MAX: Final = 600.0
READY_SECONDS_MAX: Final = 60.0
ROWS_PER_FILL: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a process printed as JSON, and its peak memory (KiB, the largest of it and its children)."""

    answer: dict[str, Any]
    peak_kib: int

    @property
    def per_second(self) -> float:
        return float(self.answer["records"]) / float(self.answer["seconds"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """One log of its own: database, topic, keyring; `simulated`: its clock stands where it is put."""

    cluster: EmbeddedCluster
    name: str
    keyring: Path
    simulated: bool = False
    mean_bytes: float = 0.0
    transparency: Path | None = None

    @property
    def admin_url(self) -> str:
        return provision.database_url(self.cluster.dsn, self.name)

    def environment(self, role: str) -> dict[str, str]:
        return {
            "JIUZHU_KAFKA": self.cluster.bootstrap_servers,
            "JIUZHU_POSTGRES_URL": provision.role_url(self.cluster.dsn, role, PASSWORDS[role], self.name),
            "JIUZHU_KEYRING": str(self.keyring),
            "JIUZHU_TOPIC_PREFIX": f"{self.name}.",
            "JIUZHU_CLOCK": "simulated" if self.simulated else "real",
            "JIUZHU_PARTITIONS": str(PARTITIONS),
            "BENCH_TOPIC": self.settings_topic,
            "JIUZHU_TRANSPARENCY": str(self.transparency or ""),
        }

    @property
    def settings_topic(self) -> str:
        return f"{self.name}.assist.log.v1"

    def settings(self, role: str) -> Settings:
        return read_settings(self.environment(role), port=0)

    def urls(self) -> str:
        """Every role's database URL, as JSON for a run that plays several roles."""
        roles = ("eventlog", *OWNERS)
        return json.dumps(
            {role: provision.role_url(self.cluster.dsn, role, PASSWORDS[role], self.name) for role in roles}
        )

    def run(
        self,
        module: str,
        *arguments: object,
        role: str = "casework",
        admin: bool = False,
        extra: Mapping[str, str] = MappingProxyType({}),
    ) -> Ran:
        """Run ``python -m module arguments`` to its end; what its last line of JSON says. `RuntimeError` when it fails."""
        environment = os.environ | self.environment(role) | extra
        if admin:
            environment["JIUZHU_POSTGRES_URL"] = self.admin_url
        return run(module, *arguments, environment=environment)


def run(module: str, *arguments: object, environment: dict[str, str]) -> Ran:
    """A bounded child process: killed after `RUN_SECONDS_MAX`."""
    argv = [sys.executable, "-m", module, *map(str, arguments)]
    errors: list[bytes] = []
    with subprocess.Popen(
        argv, env=environment, cwd=PROJECT_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        bound = threading.Timer(RUN_SECONDS_MAX, child.kill)
        bound.start()
        reader = threading.Thread(target=lambda said: errors.append(said.read()), args=(child.stderr,))
        reader.start()
        try:
            text = child.stdout.read().decode()
            reader.join()
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        finally:
            bound.cancel()
    if child.returncode or not text.strip():
        raise RuntimeError(f"{module} ended with {child.returncode}:\n{errors[0].decode()[-3000:]}")
    answer = json.loads(text.strip().splitlines()[-1])
    return Ran(answer=answer, peak_kib=max(usage.ru_maxrss, int(answer.get("peak_kib", 0))))


@dataclass
class Ground:
    """The stores, and the logs made on them so far."""

    cluster: EmbeddedCluster
    folder: Path
    prefix: str = "bench"
    _filled: dict[tuple[int, bool], Log] = field(default_factory=dict)
    _count: int = 0

    def log(self, *, simulated: bool = False) -> Log:
        """An empty log of its own."""
        self._count += 1
        name = f"{self.prefix}_{self._count}"
        keyring = self.folder / name
        create_keyring(keyring)
        made = Log(cluster=self.cluster, name=name, keyring=keyring, simulated=simulated)
        asyncio.run(provision.provision_database(self.cluster.dsn, PASSWORDS, partitions=PARTITIONS, database=name))
        asyncio.run(create_topics(made.settings("eventlog")))
        return made

    def filled(self, count: int, *, with_journal: bool = False) -> Log:
        """A log of `count` made-up records; every service's cursor stands at its end. Made once per size."""
        key = (count, with_journal)
        if key not in self._filled:
            made = self.log()
            mean_bytes = asyncio.run(_fill(made, events.rows(count), with_journal=with_journal))
            self._filled[key] = replace(made, mean_bytes=mean_bytes)
        return self._filled[key]

    def filled_with(self, rows: Iterator[Row]) -> Log:
        """A log of these records, its clock simulated; every service's cursor stands at its end."""
        made = self.log(simulated=True)
        return replace(made, mean_bytes=asyncio.run(_fill(made, rows, with_journal=True)))


async def _fill(log: Log, source: Iterator[Row], *, with_journal: bool) -> float:
    """Send records as the log writer would; the mean size of a record in bytes."""
    sender = Sender(log.cluster.bootstrap_servers, log.settings_topic)
    await sender.start()
    connection = await connect(log.admin_url, application="bench-fill")
    heads: dict[int, Row] = {}
    acked: dict[int, tuple[int, int]] = {}
    size_bytes, written = 0, 0
    try:
        while batch := [row for _, row in zip(range(ROWS_PER_FILL), source, strict=False)]:
            acked |= await sender.send(batch)
            heads |= {row.partition: row for row in batch}
            size_bytes += sum(len(row.value) for row in batch)
            written += len(batch)
            if with_journal:
                await journal.append(connection, batch)
                await _note_commands(connection, batch)
        await _end_at(connection, heads, acked)
        for service in SERVICES:  # what is not there is of this code: no service has decided or folded anything here
            await record_all(connection, service)
        await connection.execute("VACUUM ANALYZE" if with_journal else "ANALYZE")
    finally:
        await sender.close()
        await connection.close()
    return size_bytes / written


async def _note_commands(connection: Any, batch: Sequence[Row]) -> None:
    await connection.copy_records_to_table(
        "commands", schema_name="casework", columns=["commandid", "commandhash", "subject", "streamversion"],
        records=[(row.commandid, "0" * 64, row.subject, 1) for row in batch],
    )  # fmt: skip


async def _end_at(connection: Any, heads: dict[int, Row], acked: dict[int, tuple[int, int]]) -> None:
    """Cursors and watermarks at the end of what was sent."""
    marks = [
        Watermark(
            partition=p, sealed_sequence=row.sequence, sealed_hash=row.hash, sealed_ms=row.sealed_ms,
            acked_sequence=acked[p][0], acked_offset=acked[p][1],
        )
        for p, row in heads.items()
    ]  # fmt: skip
    await journal.save_watermarks(connection, marks)
    for owner in OWNERS:
        await connection.executemany(
            f"INSERT INTO {owner}.cursor (partition, sequence, hash, seek_offset) VALUES ($1, $2, $3, $4)",
            [(p, row.sequence, row.hash, acked[p][1]) for p, row in heads.items()],
        )
        await connection.execute(
            f"INSERT INTO {owner}.cursor (partition) SELECT generate_series(0, {PARTITIONS - 1}) ON CONFLICT DO NOTHING"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process of the product that runs: where it answers and its pid."""

    name: str
    port: int
    pid: int

    def memory_kib(self) -> tuple[int, int]:
        """Resident memory now and at its highest (Linux; zeros elsewhere)."""
        try:
            lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        except OSError:
            return 0, 0
        found = {line.split()[0]: int(line.split()[1]) for line in lines if line.startswith(("VmRSS", "VmHWM"))}
        return found["VmRSS:"], found["VmHWM:"]


@contextmanager
def processes(log: Log, *wanted: str) -> Iterator[dict[str, Process]]:
    """Processes by name (``log-writer``, ``casework-api``, ``audit-worker``, ``bare-api``) for the length of a block."""
    children: list[subprocess.Popen[bytes]] = []
    found: dict[str, Process] = {}
    try:
        for name in wanted:
            port = pick_free({process.port for process in found.values()})
            with (log.keyring.parent / f"{log.name}.{name}.log").open("wb") as lines:
                child = subprocess.Popen(
                    [sys.executable, "-m", *_module(name)], cwd=PROJECT_ROOT, stdout=lines, stderr=lines,
                    env=os.environ | _environment(log, name) | {"JIUZHU_PORT": str(port)},
                )  # fmt: skip
            children.append(child)
            found[name] = Process(name=name, port=port, pid=child.pid)
        for process, child in zip(found.values(), children, strict=True):
            _wait_ready(log, process, child)
        yield found
    finally:
        for child in children:
            child.terminate()
        for child in children:
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(5)


def _module(name: str) -> tuple[str, ...]:
    if name == "bare-api":
        return ("tests.bench.peers.bare_api",)
    if name == "log-writer":
        return ("services.eventlog", "writer")
    service, kind = name.rsplit("-", 1)
    return (f"services.{service}", "serve" if kind == "api" else "worker")


def _environment(log: Log, name: str) -> dict[str, str]:
    if name == "bare-api":
        return log.environment("casework") | {"JIUZHU_POSTGRES_URL": log.admin_url}
    return log.environment("eventlog" if name == "log-writer" else name.rsplit("-", 1)[0])


def _wait_ready(log: Log, process: Process, child: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < until:
        if child.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{process.port}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.1)
    said = (log.keyring.parent / f"{log.name}.{process.name}.log").read_text()[-2000:]
    raise RuntimeError(f"{process.name} is not ready:\n{said}")
