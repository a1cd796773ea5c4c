"""A throw-away Kafka and PostgreSQL for tests, which can be killed, paused and brought back; not for real data."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.embedded import kafka, postgres
from deploy.embedded.detached import kill_tree, pid_of, signal_tree
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.home import Home, open_home
from deploy.embedded.ports import Ports, pick_all
from deploy.embedded.progress import Progress

GONE_TIMEOUT_SECONDS = 15.0
POLL_SECONDS = 0.02


class EmbeddedCluster:
    """`with EmbeddedCluster(folder) as cluster:` – ports and data stay the same across kill and start."""

    def __init__(self, root: Path, *, durable: bool = False, progress: Progress | None = None) -> None:
        """`durable=False` turns PostgreSQL's fsync off: faster, and a killed process still loses nothing."""
        self.home: Home = open_home(root)
        self.ports: Ports = pick_all()
        self._durable = durable
        self._progress = progress or Progress.silent()
        # A server given to the product must never be the one that tests kill.
        self._env = {name: value for name, value in os.environ.items() if name != postgres.URL_VARIABLE}
        self.bootstrap_servers: str = ""
        self.dsn: str = ""

    def __enter__(self) -> Self:
        try:
            self.start_postgres()
            self.start_kafka()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def start_kafka(self) -> None:
        found = kafka.start(
            self.home,
            self.ports.kafka,
            controller_port=self.ports.kafka_controller,
            progress=self._progress,
            env=self._env,
        )
        self.bootstrap_servers = found.bootstrap

    def start_postgres(self) -> None:
        found = postgres.start(
            self.home, self.ports.postgres, durable=self._durable, progress=self._progress, env=self._env
        )
        self.dsn = found.url

    def stop_kafka(self) -> None:
        kafka.stop(self.home)

    def stop_postgres(self) -> None:
        postgres.stop(self.home)

    def kill_kafka(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self._kill(kafka.NAME)

    def kill_postgres(self) -> None:
        """SIGKILL for the server and every backend, and wait until it is gone."""
        self._kill(postgres.NAME)

    def pause_kafka(self) -> None:
        self._signal(kafka.NAME, signal.SIGSTOP)

    def resume_kafka(self) -> None:
        self._signal(kafka.NAME, signal.SIGCONT)

    def pause_postgres(self) -> None:
        """Every backend that exists now stands still; none can be added."""
        self._signal(postgres.NAME, signal.SIGSTOP)

    def resume_postgres(self) -> None:
        self._signal(postgres.NAME, signal.SIGCONT)

    def _kill(self, name: str) -> None:
        kill_tree(self._pid(name))
        until = time.monotonic() + GONE_TIMEOUT_SECONDS
        while pid_of(self.home, name) is not None and time.monotonic() < until:
            time.sleep(POLL_SECONDS)

    def _signal(self, name: str, what: signal.Signals) -> None:
        signal_tree(self._pid(name), what)

    def _pid(self, name: str) -> int:
        pid = pid_of(self.home, name)
        if pid is None:
            raise EmbeddedError(zh=f"{name} 没有运行；请先启动它。", en=f"{name} is not running; start it first.")
        return pid

    def _end(self) -> None:
        for name in (kafka.NAME, postgres.NAME):
            pid = pid_of(self.home, name)
            if pid is not None:
                # A paused process would not hear the request to stop.
                signal_tree(pid, signal.SIGCONT)
        kafka.stop(self.home)
        postgres.stop(self.home)
        place = self.home.read_state().get("postgres_place")
        if place and Path(place) != self.home.root:
            shutil.rmtree(place, ignore_errors=True)
