"""Starts a program that outlives us, recognises it later and ends it; it never touches a process it did not start."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.embedded.account import Account
from deploy.embedded.durable import read_json, write_json
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.home import Home
from deploy.embedded.progress import Progress

# psutil derives it from the wall clock at boot, which may be corrected by a moment.
CREATE_TIME_SLACK_SECONDS = 2.0
POLL_SECONDS = 0.05
KILL_WAIT_SECONDS = 10.0
LOG_ROTATE_BYTES = 50 * 1024**2
TAIL_LINES = 12
TAIL_BYTES = 16_384

_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What to run; `marker` is a part of its command line by which it is known again."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    marker: str
    cwd: Path
    account: Account | None = None


def launch(home: Home, what: Launch) -> int:
    """Start in a session of its own, output to logs/, and write the pid file."""
    log = home.log_of(what.name)
    if log.exists() and log.stat().st_size > LOG_ROTATE_BYTES:
        log.replace(log.with_suffix(".log.1"))
    account = what.account
    with log.open("ab") as output:
        try:
            child = subprocess.Popen(
                what.argv,
                env=dict(what.env),
                cwd=what.cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        except OSError as error:
            raise EmbeddedError(
                zh=f"无法启动 {what.name}：{error}。请检查该程序是否已安装。",
                en=f"cannot start {what.name}: {error}. Check that the program is installed.",
            ) from error
    _children[child.pid] = child
    try:
        created_seconds = psutil.Process(child.pid).create_time()
    except psutil.Error:
        created_seconds = time.time()
    write_json(home.pid_path(what.name), {"pid": child.pid, "created_seconds": created_seconds, "marker": what.marker})
    return child.pid


def pid_of(home: Home, name: str) -> int | None:
    """The pid of `name` if it is alive and truly the process we started; a stale file counts as nothing."""
    record = read_json(home.pid_path(name))
    pid = record.get("pid")
    if not isinstance(pid, int):
        return None
    if pid in _children:
        return pid if exit_code(pid) is None else None
    try:
        process = psutil.Process(pid)
        if abs(process.create_time() - record["created_seconds"]) > CREATE_TIME_SLACK_SECONDS:
            return None
        if process.status() == psutil.STATUS_ZOMBIE:
            # A killed JVM's first thread dies before the threads that still hold its ports.
            return pid if process.num_threads() > 1 else None
        return pid if record["marker"] in " ".join(process.cmdline()) else None
    except psutil.Error:
        return None


def exit_code(pid: int) -> int | None:
    """How our own child ended; None while it runs and for processes somebody else started."""
    child = _children.get(pid)
    return child.poll() if child else None


def last_exit_code(home: Home, name: str) -> int | None:
    pid = read_json(home.pid_path(name)).get("pid")
    return exit_code(pid) if isinstance(pid, int) else None


def terminate(home: Home, name: str, *, gently: signal.Signals, grace_seconds: float, progress: Progress) -> bool:
    """Ask it to end, then force it and say so; True if it had to be forced."""
    pid = pid_of(home, name)
    forced = False
    if pid is not None:
        _send(pid, gently, name)
        with progress.step(f"停止 {name}", f"stopping {name}"):
            if not _gone(home, name, grace_seconds):
                forced = True
                progress.say(
                    f"{name} 在 {grace_seconds:.0f} 秒内没有停止，强制结束。",
                    f"{name} did not stop within {grace_seconds:.0f} s and is killed.",
                )
                kill_tree(pid)
                _gone(home, name, KILL_WAIT_SECONDS)
    home.pid_path(name).unlink(missing_ok=True)
    return forced


def kill_tree(pid: int) -> None:
    """SIGKILL the process and all below it, the parent first so that it cannot react."""
    signal_tree(pid, signal.SIGKILL)


def signal_tree(pid: int, what: signal.Signals) -> None:
    try:
        root = psutil.Process(pid)
        below = root.children(recursive=True)
        for process in (root, *below):
            try:
                process.send_signal(what)
            except psutil.NoSuchProcess:
                continue
    except psutil.NoSuchProcess:
        return
    except psutil.AccessDenied as error:
        raise _not_ours(str(pid)) from error


def _send(pid: int, what: signal.Signals, name: str) -> None:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise _not_ours(name) from error


def _not_ours(name: str) -> EmbeddedError:
    return EmbeddedError(
        zh=f"没有权限停止 {name}，请以启动它的用户执行。",
        en=f"no permission to stop {name}; run this as the user who started it.",
    )


def _gone(home: Home, name: str, within_seconds: float) -> bool:
    until = time.monotonic() + within_seconds
    while pid_of(home, name) is not None:
        if time.monotonic() > until:
            return False
        time.sleep(POLL_SECONDS)
    return True


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log, for an error message."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    return "\n".join([line for line in text.splitlines() if line.strip()][-lines:])
