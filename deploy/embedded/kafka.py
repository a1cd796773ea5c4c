"""One real Kafka broker (KRaft, broker and controller in one) on 127.0.0.1; it makes no topics."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.detached import Launch, launch, pid_of, tail, terminate
from deploy.embedded.durable import not_permitted, read_json, write_json
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.fetch import fetch_jars
from deploy.embedded.home import Home, require_disk
from deploy.embedded.ports import HOST, is_free, pick_free, recorded_ports, require_free
from deploy.embedded.probe import kafka_answers
from deploy.embedded.progress import Progress
from deploy.embedded.toolchain import find_java

NAME = "kafka"
MARKER_FILE = "jiuzhu-complete.json"
READY_TIMEOUT_SECONDS = 90.0
FORMAT_TIMEOUT_SECONDS = 60.0
STOP_GRACE_SECONDS = 30.0
POLL_SECONDS = 0.1
# All that formatting writes; anything else in an unfinished folder may be records.
FORMAT_WRITES = {"meta.properties", "bootstrap.checkpoint", "__cluster_metadata-0"}
JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true")
JVM_BRIEF = ("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")

# The two broker.* times: after kill -9 the controller refuses the broker until its old session
# has run out; broker and controller are one process here, so a short session costs nothing.
SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers={host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
auto.create.topics.enable=false
unclean.leader.election.enable=false
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=12
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"""

LOGGING = """\
status=warn
appender.file.type=RollingFile
appender.file.name=file
appender.file.fileName={log}/server.log
appender.file.filePattern={log}/server.log.%i
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=[%d] %p %m (%c)%n
appender.file.policies.type=SizeBasedTriggeringPolicy
appender.file.policies.size=10MB
appender.file.strategy.type=DefaultRolloverStrategy
appender.file.strategy.max=5
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=[%d] %p %m (%c)%n
appender.out.filter.warn.type=ThresholdFilter
appender.out.filter.warn.level=WARN
rootLogger.level=INFO
rootLogger.appenderRef.file.ref=file
rootLogger.appenderRef.out.ref=out
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaRunning:
    """A broker that answers; `bootstrap` is `host:port`."""

    bootstrap: str
    data: Path
    pid: int


def start(
    home: Home,
    port: int,
    *,
    controller_port: int | None = None,
    progress: Progress | None = None,
    env: Mapping[str, str] = os.environ,
) -> KafkaRunning:
    """Start the broker, or find it running, and return once it is ready.

    Raises EmbeddedError: Java or Maven missing, port busy, disk full, data folder unfinished, not ready in time.
    """
    with home.lock(NAME):
        return _start(home, port, controller_port, progress or Progress.silent(), env)


def _start(
    home: Home, port: int, controller_port: int | None, progress: Progress, env: Mapping[str, str]
) -> KafkaRunning:
    found = running(home)
    if found is None:
        require_free(port, "Kafka")
        require_disk(home.root)
        wanted = {"port": port, "controller_port": _controller_port(home, port, controller_port)}
        java = find_java(env)
        class_path = os.pathsep.join(str(jar) for jar in fetch_jars(progress, env=env).kafka)
        java_env = {**env, "CLASSPATH": class_path}
        _write_settings(home, **wanted)
        _format_once(home, java, java_env, progress)
        write_json(home.wanted_path(NAME), wanted)
        found = _launch(home, port, java, java_env)
    _await_ready(home, found, progress)
    return found


def stop(home: Home, *, progress: Progress | None = None) -> bool:
    """End the broker in good order; True if it had to be killed."""
    with home.lock(NAME):
        shown = progress or Progress.silent()
        forced = terminate(home, NAME, gently=signal.SIGTERM, grace_seconds=STOP_GRACE_SECONDS, progress=shown)
        home.wanted_path(NAME).unlink(missing_ok=True)
        return forced


def running(home: Home) -> KafkaRunning | None:
    """The broker we started, if it is alive; ready or not."""
    pid = pid_of(home, NAME)
    port = read_json(home.wanted_path(NAME)).get("port")
    if pid is None or port is None:
        return None
    return KafkaRunning(bootstrap=f"{HOST}:{port}", data=home.kafka_data, pid=pid)


def is_ready(home: Home) -> bool:
    """True when the cluster is described and a group coordinator is found."""
    found = running(home)
    return found is not None and _answers(found)


def restart_wanted(home: Home, *, progress: Progress | None = None) -> None:
    """For the watchdog: start it as it was last started; nothing if it is not wanted or runs."""
    with home.lock(NAME):
        wanted = read_json(home.wanted_path(NAME))
        if wanted and pid_of(home, NAME) is None:
            _start(home, wanted["port"], wanted["controller_port"], progress or Progress.silent(), os.environ)


def _answers(found: KafkaRunning) -> bool:
    host, _, port = found.bootstrap.rpartition(":")
    return kafka_answers(host, int(port))


def _controller_port(home: Home, port: int, asked: int | None) -> int:
    recorded = recorded_ports(home)
    for candidate in (asked, recorded.kafka_controller if recorded else None):
        if candidate and candidate != port and is_free(candidate):
            return candidate
    return pick_free((port,))


def _write_settings(home: Home, *, port: int, controller_port: int) -> None:
    settings = SETTINGS.format(host=HOST, port=port, controller_port=controller_port, data=home.kafka_data)
    try:
        (home.kafka_conf / "server.properties").write_text(settings, encoding="utf-8")
        (home.kafka_conf / "log4j2.properties").write_text(LOGGING.format(log=home.kafka_log), encoding="utf-8")
    except PermissionError as error:
        raise not_permitted(home.kafka_conf) from error


def _format_once(home: Home, java: Path, java_env: Mapping[str, str], progress: Progress) -> None:
    data = home.kafka_data
    if (data / MARKER_FILE).exists():
        return
    if data.exists() and any(data.iterdir()):
        require_no_records(data)
        progress.say(
            "上次 Kafka 数据目录初始化中断（尚无任何记录），重新初始化。",
            "Formatting Kafka's data folder was interrupted (it holds no records); formatting it again.",
        )
        shutil.rmtree(data)
    # Same form as the storage tool's random-uuid, without paying for a JVM; a leading dash would read as an option.
    cluster_id = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=").replace("-", "_", 1)
    conf = str(home.kafka_conf / "server.properties")
    log_conf = f"-Dlog4j2.configurationFile={home.kafka_conf / 'log4j2.properties'}"
    command = ["kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", conf, "--standalone"]
    with progress.step("初始化 Kafka 数据目录", "formatting Kafka's data folder"):
        done = subprocess.run(
            [str(java), *JVM_BRIEF, log_conf, *command],
            env=dict(java_env),
            capture_output=True,
            text=True,
            check=False,
            timeout=FORMAT_TIMEOUT_SECONDS,
        )
    if done.returncode != 0:
        reason = (done.stderr + done.stdout).strip()[-500:]
        raise EmbeddedError(
            zh=f"Kafka 数据目录 {data} 初始化失败：{reason}；请检查磁盘和权限后重试。",
            en=f"formatting Kafka's data folder {data} failed: {reason}; check disk and permissions and retry.",
        )
    write_json(data / MARKER_FILE, {"cluster_id": cluster_id})


def require_no_records(data: Path) -> None:
    """Raise unless an unmarked folder holds only what formatting writes."""
    names = {entry.name for entry in data.iterdir()}
    segments = list(data.glob("__cluster_metadata-0/*.log"))
    if names <= FORMAT_WRITES and not segments:
        return
    raise EmbeddedError(
        zh=f"Kafka 数据目录 {data} 没有完成标记但含有数据，为免丢失不予使用；请移走该目录后重试，再运行 jiuzhu heal。",
        en=f"Kafka's data folder {data} lacks its completion mark yet holds data and is left alone; move it away, retry, then run jiuzhu heal.",
    )


def _launch(home: Home, port: int, java: Path, java_env: Mapping[str, str]) -> KafkaRunning:
    marker = f"-Djiuzhu.home={home.root}"
    log_conf = f"-Dlog4j2.configurationFile={home.kafka_conf / 'log4j2.properties'}"
    command = ("kafka.Kafka", str(home.kafka_conf / "server.properties"))
    argv = (str(java), *JVM, marker, log_conf, *command)
    pid = launch(home, Launch(name=NAME, argv=argv, env=java_env, marker=marker, cwd=home.root))
    return KafkaRunning(bootstrap=f"{HOST}:{port}", data=home.kafka_data, pid=pid)


def _await_ready(home: Home, found: KafkaRunning, progress: Progress) -> None:
    until = time.monotonic() + READY_TIMEOUT_SECONDS
    with progress.step("启动 Kafka", "starting Kafka"):
        while not _answers(found):
            if pid_of(home, NAME) is None or time.monotonic() > until:
                raise _not_ready(home)
            time.sleep(POLL_SECONDS)


def _not_ready(home: Home) -> EmbeddedError:
    last = tail(home.kafka_log / "server.log") or tail(home.log_of(NAME))
    return EmbeddedError(
        zh=f"Kafka 没有就绪，日志在 {home.kafka_log}，最后几行：\n{last}\n请按日志处理后重试",
        en=f"Kafka did not become ready; logs in {home.kafka_log}, last lines above; mend the cause and retry.",
    )
