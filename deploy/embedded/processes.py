"""Starts, stops and inspects the product's own processes; what they are is the caller's business."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.embedded.detached import Launch, last_exit_code, launch, pid_of, tail, terminate
from deploy.embedded.durable import read_json, write_json
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.home import PROJECT_ROOT, Home
from deploy.embedded.progress import Progress

RESERVED_NAMES = frozenset({"kafka", "postgres", "supervisor", "state", "secrets"})
STAY_CLOSED_EXIT_CODE = os.EX_CONFIG
STOP_GRACE_SECONDS = 15.0
POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSpec:
    """One process; `env` is added to ours; without `ready_url` it is ready once it runs."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    ready_url: str | None


def start(home: Home, spec: ProcessSpec) -> int:
    """Start it from the project root unless it runs; returns its pid. From now on it is wanted."""
    assert spec.name not in RESERVED_NAMES, f"{spec.name} is the name of something else"
    with home.lock(spec.name):
        home.change_state(lambda state: state.setdefault("closed", {}).pop(spec.name, None))
        write_json(home.wanted_path(spec.name), _to_json(spec))
        return pid_of(home, spec.name) or _launch(home, spec)


def restart_wanted(home: Home, name: str) -> bool:
    """For the watchdog: start it again if it is wanted, not closed and not running."""
    with home.lock(name):
        wanted = read_json(home.wanted_path(name))
        if not wanted or name in closed(home) or pid_of(home, name) is not None:
            return False
        _launch(home, _from_json(wanted))
        return True


def stop(home: Home, name: str, grace_seconds: float = STOP_GRACE_SECONDS, *, progress: Progress | None = None) -> bool:
    """SIGTERM, then SIGKILL after the grace; it is no longer wanted. True if it had to be killed."""
    with home.lock(name):
        home.wanted_path(name).unlink(missing_ok=True)
        home.change_state(lambda state: state.setdefault("closed", {}).pop(name, None))
        return terminate(
            home,
            name,
            gently=signal.SIGTERM,
            grace_seconds=grace_seconds,
            progress=progress or Progress.silent(),
        )


def running(home: Home) -> dict[str, int]:
    """Name → pid of the product's processes that are alive."""
    names = sorted(path.stem for path in home.run.glob("*.pid") if path.stem not in RESERVED_NAMES)
    pids = {name: pid_of(home, name) for name in names}
    return {name: pid for name, pid in pids.items() if pid is not None}


def wanted_names(home: Home) -> tuple[str, ...]:
    """What is meant to run, whether it does or not, Kafka and PostgreSQL excepted."""
    return tuple(sorted(path.stem for path in home.wanted.glob("*.json") if path.stem not in RESERVED_NAMES))


def closed(home: Home) -> dict[str, str]:
    """Name → reason of those that ended with exit code 78 and stay closed."""
    return dict(home.read_state().get("closed", {}))


def restarts(home: Home) -> dict[str, int]:
    """Name → how often the watchdog started it again."""
    return dict(home.read_state().get("restarts", {}))


def note_closed(home: Home, name: str) -> str:
    """Remember why it stays closed: the last line it logged."""
    reason = tail(home.log_of(name), 1) or f"exit {STAY_CLOSED_EXIT_CODE}"
    home.change_state(lambda state: state.setdefault("closed", {}).update({name: reason}))
    return reason


def not_ready(home: Home, waiting: Sequence[ProcessSpec]) -> EmbeddedError:
    """The error to raise about processes that do not get ready: of the first that ended, else of the first."""
    for spec in waiting:
        if pid_of(home, spec.name) is None:
            code = last_exit_code(home, spec.name)
            if code == STAY_CLOSED_EXIT_CODE:
                note_closed(home, spec.name)
            return _ended(home, spec.name, code)
    return _late(home, waiting[0].name)


def _ended(home: Home, name: str, code: int | None) -> EmbeddedError:
    ending = "" if code is None else f" ({code})"
    last = tail(home.log_of(name))
    return EmbeddedError(
        zh=f"{name} 启动后退出{ending}；{home.log_of(name)} 的最后几行：\n{last}\n请按日志处理后重试",
        en=f"{name} ended{ending}; the last lines of {home.log_of(name)} are above; mend the cause and retry.",
    )


def _late(home: Home, name: str) -> EmbeddedError:
    last = tail(home.log_of(name))
    return EmbeddedError(
        zh=f"{name} 没有及时就绪；{home.log_of(name)} 的最后几行：\n{last}\n请按日志处理后重试",
        en=f"{name} was not ready in time; the last lines of its log are above; mend the cause and retry.",
    )


def _launch(home: Home, spec: ProcessSpec) -> int:
    # Without argv[0]: a script's interpreter takes its place in the command line.
    marker = " ".join(spec.argv[1:])
    env = {**os.environ, **spec.env}
    return launch(home, Launch(name=spec.name, argv=spec.argv, env=env, marker=marker, cwd=PROJECT_ROOT))


def _to_json(spec: ProcessSpec) -> dict[str, Any]:
    return {"name": spec.name, "argv": list(spec.argv), "env": dict(spec.env), "ready_url": spec.ready_url}


def _from_json(value: dict[str, Any]) -> ProcessSpec:
    return ProcessSpec(name=value["name"], argv=tuple(value["argv"]), env=value["env"], ready_url=value["ready_url"])
