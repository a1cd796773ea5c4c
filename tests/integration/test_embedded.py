"""The embedded Kafka and PostgreSQL, for real: start, stop, survive, refuse; no broker or server of anybody else is touched."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import site
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.embedded import kafka, postgres, processes, supervise
from deploy.embedded.account import can_reach, postgres_account
from deploy.embedded.doctor import diagnose
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.fetch import cache_folder, fetch_jars
from deploy.embedded.fixture import EmbeddedCluster
from deploy.embedded.home import PROJECT_ROOT, Home, open_home
from deploy.embedded.ports import choose_ports, pick_free
from deploy.embedded.processes import ProcessSpec
from deploy.embedded.progress import Progress

TOPIC = "survives"
WAIT_SECONDS = 20.0


@pytest.fixture(scope="module")
def cluster() -> Iterator[EmbeddedCluster]:
    folder = Path(tempfile.mkdtemp(prefix="jiuzhu-test-"))
    try:
        with EmbeddedCluster(folder / "home") as running:
            yield running
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = open_home(tmp_path / "home")
    yield made
    supervise.stop(made)
    for name in processes.wanted_names(made):
        processes.stop(made, name, 1.0)


def query(dsn: str, sql: str) -> object:
    async def ask() -> object:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(ask())


def produce(bootstrap: str, value: bytes) -> None:
    async def send() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        await admin.start()
        if TOPIC not in await admin.list_topics():
            await admin.create_topics([NewTopic(TOPIC, 1, 1)])
        await admin.close()
        async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
            await producer.send_and_wait(TOPIC, value)

    asyncio.run(send())


def consume(bootstrap: str, count: int) -> list[bytes | None]:
    async def read() -> list[bytes | None]:
        options = {"bootstrap_servers": bootstrap, "auto_offset_reset": "earliest"}
        async with AIOKafkaConsumer(TOPIC, **options) as consumer:
            return [(await asyncio.wait_for(consumer.getone(), WAIT_SECONDS)).value for _ in range(count)]

    return asyncio.run(read())


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.05)


def test_both_listen_on_the_loopback_only(cluster: EmbeddedCluster) -> None:
    """Proves that no other machine can reach the stores of an embedded install."""
    for name in (kafka.running(cluster.home), postgres.running(cluster.home, env={})):
        assert name is not None
        for connection in psutil.Process(name.pid).net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN:
                assert connection.laddr.ip.endswith("127.0.0.1")


def test_postgres_runs_unprivileged_sorts_chinese_and_wants_its_password(cluster: EmbeddedCluster) -> None:
    """Proves the user, the collation by pinyin, and scram for every connection."""
    found = postgres.running(cluster.home, env={})
    assert found is not None
    assert psutil.Process(found.pid).uids().real != 0
    assert (
        query(cluster.dsn, "SELECT string_agg(w, '' ORDER BY w) FROM unnest(ARRAY['张','李','王','安']) w")
        == "安李王张"
    )
    with pytest.raises(asyncpg.InvalidPasswordError):
        query(cluster.dsn.replace(cluster.home.password("postgres"), "wrong"), "SELECT 1")
    assert "wrong" not in found.public_url
    assert cluster.home.password("postgres") not in found.public_url


def test_data_survive_a_stop_and_a_kill(cluster: EmbeddedCluster) -> None:
    """Proves that the same data and ports come back after an orderly end and after SIGKILL."""
    bootstrap, dsn = cluster.bootstrap_servers, cluster.dsn
    query(dsn, "CREATE TABLE kept AS SELECT 1 AS n")
    produce(bootstrap, b"1")
    cluster.stop_kafka()
    cluster.stop_postgres()
    cluster.start_postgres()
    cluster.start_kafka()
    produce(bootstrap, b"2")
    query(dsn, "INSERT INTO kept VALUES (2)")
    cluster.kill_kafka()
    cluster.kill_postgres()
    assert not kafka.is_ready(cluster.home)
    assert not postgres.is_ready(cluster.home, env={})
    cluster.start_postgres()
    cluster.start_kafka()
    assert (cluster.bootstrap_servers, cluster.dsn) == (bootstrap, dsn)
    assert query(dsn, "SELECT sum(n) FROM kept") == 3
    assert consume(bootstrap, 2) == [b"1", b"2"]


def test_a_lone_killed_postmaster_leaves_nothing_in_the_way(cluster: EmbeddedCluster) -> None:
    """Proves recovery when only the parent is killed, with a lock file whose pid now belongs to a stranger."""
    found = postgres.running(cluster.home, env={})
    assert found is not None
    assert found.pid is not None
    assert found.data is not None
    os.kill(found.pid, signal.SIGKILL)
    until(lambda: postgres.running(cluster.home, env={}) is None)
    lock = found.data / "postmaster.pid"
    account = postgres_account()
    # Of the same user: another user's process PostgreSQL itself knows to be a stranger.
    with subprocess.Popen(["sleep", "600"], user=account.uid if account else None) as stranger:
        try:
            lines = lock.read_text().splitlines()
            lock.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
            cluster.start_postgres()
        finally:
            stranger.kill()
    assert query(cluster.dsn, "SELECT 1") == 1


def test_a_paused_broker_is_not_ready_until_it_is_resumed(cluster: EmbeddedCluster) -> None:
    """Proves that readiness is asked of the broker, not read from its pid."""
    cluster.pause_kafka()
    try:
        assert kafka.running(cluster.home) is not None
        assert not kafka.is_ready(cluster.home)
    finally:
        cluster.resume_kafka()
    until(lambda: kafka.is_ready(cluster.home))


def test_starting_twice_finds_the_running_ones(cluster: EmbeddedCluster) -> None:
    """Proves that a second start neither fails on its own ports nor starts a second server."""
    before = kafka.running(cluster.home), postgres.running(cluster.home, env={})
    cluster.start_kafka()
    cluster.start_postgres()
    assert (kafka.running(cluster.home), postgres.running(cluster.home, env={})) == before


def test_a_given_server_is_used_and_none_is_started(cluster: EmbeddedCluster, home: Home) -> None:
    """Proves that JIUZHU_POSTGRES_URL wins, and that a dead one is named without its password."""
    env = {postgres.URL_VARIABLE: cluster.dsn}
    found = postgres.start(home, 1, env=env)
    assert (found.url, found.pid, found.data) == (cluster.dsn, None, None)
    dead = {postgres.URL_VARIABLE: f"postgresql://u:hush@127.0.0.1:{pick_free()}/d"}
    with pytest.raises(EmbeddedError, match=postgres.URL_VARIABLE) as refusal:
        postgres.start(home, 1, env=dead)
    assert "hush" not in str(refusal.value)


def test_a_busy_port_is_named_with_its_holder(home: Home) -> None:
    """Proves that both stores say which port is busy and who holds it."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        for start in (kafka.start, postgres.start):
            with pytest.raises(EmbeddedError, match=rf"{port}.*pid {os.getpid()}"):
                start(home, port, env={**os.environ, postgres.URL_VARIABLE: ""})


def test_auto_ports_are_remembered(home: Home) -> None:
    """Proves that a later command finds the ports an earlier one chose."""
    chosen = choose_ports(home, "auto")
    assert len(set(chosen.by_name().values())) == len(chosen.by_name())
    assert choose_ports(open_home(home.root), "auto") == chosen


def test_an_interrupted_initdb_is_done_again(tmp_path: Path) -> None:
    """Proves that a half-made data folder without records is recreated and said, and one with records is kept."""
    said: list[str] = []
    cluster = EmbeddedCluster(tmp_path / "home", progress=Progress(said.append, live=False))
    try:
        cluster.start_postgres()
        found = postgres.running(cluster.home, env={})
        assert found is not None
        assert found.data is not None
        cluster.stop_postgres()
        (found.data / postgres.MARKER_FILE).unlink()
        with pytest.raises(EmbeddedError, match="move it away"):
            cluster.start_postgres()
        for path in found.data.iterdir():
            if path.name not in {"PG_VERSION", "base", "pg_wal"}:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        cluster.start_postgres()
        assert any("重新初始化" in line for line in said)
        assert query(cluster.dsn, "SELECT 1") == 1
    finally:
        cluster.__exit__(None, None, None)


def python_spec(name: str, code: str) -> ProcessSpec:
    return ProcessSpec(name=name, argv=(sys.executable, "-c", code), env={}, ready_url=None)


def test_a_process_that_ends_early_is_reported_with_its_log(home: Home) -> None:
    """Proves that the error about a process that died quotes its last lines."""
    spec = ProcessSpec(
        name="intake-api",
        argv=(sys.executable, "-c", "print('schema is missing', flush=True); raise SystemExit(3)"),
        env={},
        ready_url="http://127.0.0.1:1/readyz",
    )
    processes.start(home, spec)
    until(lambda: processes.last_exit_code(home, spec.name) == 3)
    error = processes.not_ready(home, [spec])
    assert "schema is missing" in str(error)
    assert "(3)" in str(error)


def test_the_watchdog_restarts_what_died_and_leaves_closed_what_asked_for_it(home: Home) -> None:
    """Proves restart after SIGKILL with a count, exit code 78 as 'stay closed' with its reason, and stop."""
    processes.start(home, python_spec("audit-api", "import time; time.sleep(600)"))
    processes.start(home, python_spec("audit-worker", "print('topic differs', flush=True); raise SystemExit(78)"))
    first_watchdog = supervise.start(home)
    assert supervise.start(home) == first_watchdog
    first = processes.running(home)["audit-api"]
    os.kill(first, signal.SIGKILL)
    until(lambda: processes.running(home).get("audit-api", first) != first)
    until(lambda: "audit-worker" in processes.closed(home))
    assert processes.closed(home)["audit-worker"] == "topic differs"
    until(lambda: processes.restarts(home).get("audit-api") == 1)
    processes.stop(home, "audit-api")
    supervise.stop(home)
    assert processes.running(home) == {}
    assert supervise.running(home) is None


def test_a_deaf_process_is_killed_after_its_grace_and_that_is_said(home: Home) -> None:
    """Proves that stopping ends, and tells when it had to force it."""
    said: list[str] = []
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    processes.start(home, python_spec("portal-api", code))
    until(lambda: home.log_of("portal-api").read_text() == "deaf\n")
    assert processes.stop(home, "portal-api", 0.3, progress=Progress(said.append, live=False))
    assert processes.running(home) == {}
    assert any("强制" in line for line in said)


def test_the_watchdog_brings_back_kafka_and_postgres(cluster: EmbeddedCluster) -> None:
    """Proves that the stores are watched like everything else."""
    supervise.start(cluster.home)
    try:
        cluster.kill_kafka()
        cluster.kill_postgres()
        until(lambda: postgres.is_ready(cluster.home, env={}) and kafka.is_ready(cluster.home))
        until(lambda: set(processes.restarts(cluster.home)) >= {"kafka", "postgres"})
    finally:
        supervise.stop(cluster.home)
    assert query(cluster.dsn, "SELECT 1") == 1


def test_the_doctor_finds_a_running_install_well(cluster: EmbeddedCluster) -> None:
    """Proves that nothing of ours is reported as a fault while it runs."""
    findings = diagnose(cluster.home)
    stores = {finding.topic: finding.grade for finding in findings if finding.topic.startswith("process-")}
    assert stores == {"process-postgres": "ok", "process-kafka": "ok"}
    assert not [finding for finding in findings if finding.topic in {"java", "cache", "home"} and finding.grade != "ok"]


ORDINARY_USER = """
import sys
from pathlib import Path
from deploy.embedded import postgres
from deploy.embedded.fixture import EmbeddedCluster
with EmbeddedCluster(Path(sys.argv[1])) as cluster:
    place = cluster.home.read_state()["postgres_place"]
    assert place == str(cluster.home.root), place
    cluster.kill_postgres()
    cluster.start_postgres()
    cluster.kill_kafka()
    cluster.start_kafka()
    print("works")
"""


def test_an_ordinary_user_needs_no_root() -> None:
    """Proves that without root everything runs as ourselves, in the home itself."""
    account = postgres_account()
    if account is None:
        pytest.skip("every other test already runs as an ordinary user")
    interpreter = next((path for path in ("/usr/bin/python3", "/usr/local/bin/python3") if Path(path).exists()), None)
    packages = [Path(folder) for folder in site.getsitepackages()]
    if interpreter is None or not all(can_reach(account, folder) for folder in (*packages, PROJECT_ROOT)):
        pytest.skip("no Python that another user can run")
    folder = Path(tempfile.mkdtemp(prefix="jiuzhu-test-"))
    try:
        folder.chmod(0o755)
        jars = fetch_jars(Progress.silent()).folder
        shutil.copytree(jars, folder / "cache" / jars.name)
        for path in (folder, folder / "cache"):
            os.chown(path, account.uid, account.gid)
        assert pwd.getpwuid(account.uid)
        done = subprocess.run(
            [interpreter, "-c", ORDINARY_USER, str(folder / "home")],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd=PROJECT_ROOT,
            env={
                "PATH": os.environ["PATH"],
                "JIUZHU_CACHE": str(folder / "cache"),
                "PYTHONPATH": os.pathsep.join(map(str, (PROJECT_ROOT, *packages))),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == "works\n", done.stderr
    finally:
        shutil.rmtree(folder)


def test_the_default_cache_is_in_the_users_own_folder() -> None:
    """Proves the order: JIUZHU_CACHE, then XDG_CACHE_HOME, then ~/.cache."""
    assert cache_folder({"JIUZHU_CACHE": "/a", "XDG_CACHE_HOME": "/b"}) == Path("/a")
    assert cache_folder({"XDG_CACHE_HOME": "/b"}) == Path("/b/jiuzhu")
    assert cache_folder({}) == Path.home() / ".cache" / "jiuzhu"
