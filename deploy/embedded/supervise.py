"""The watchdog: starts again whatever is wanted and has died; it starts nothing that nobody asked for."""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded import kafka, postgres, processes
from deploy.embedded.detached import Launch, last_exit_code, launch, pid_of, terminate
from deploy.embedded.durable import read_json
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.home import PROJECT_ROOT, Home, open_home
from deploy.embedded.progress import Progress

NAME = "supervisor"
TICK_SECONDS = 0.25
BACKOFF_FIRST_SECONDS = 0.5
BACKOFF_LAST_SECONDS = 30.0
STEADY_SECONDS = 60.0
STOP_GRACE_SECONDS = 130.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often one process has failed in a row, and when it may be started next (monotonic seconds)."""

    failures: int = 0
    next_start_seconds: float = 0.0
    started_seconds: float = 0.0


def after_start(patience: Patience, now_seconds: float) -> Patience:
    """A process that had run steadily begins again at the shortest wait."""
    steady = now_seconds - patience.started_seconds > STEADY_SECONDS
    failures = 0 if steady else patience.failures
    wait_seconds = min(BACKOFF_FIRST_SECONDS * 2.0**failures, BACKOFF_LAST_SECONDS)
    return Patience(failures=failures + 1, next_start_seconds=now_seconds + wait_seconds, started_seconds=now_seconds)


def start(home: Home) -> int:
    """Start the watchdog unless it runs; returns its pid."""
    with home.lock(NAME):
        home.stop_marker.unlink(missing_ok=True)
        found = pid_of(home, NAME)
        if found is not None:
            return found
        argv = (sys.executable, "-m", "deploy.embedded.supervise", "--home", str(home.root))
        marker = " ".join(argv[1:])
        return launch(home, Launch(name=NAME, argv=argv, env=os.environ, marker=marker, cwd=PROJECT_ROOT))


def stop(home: Home, *, progress: Progress | None = None) -> None:
    """Call it before stopping anything else: it leaves the stop marker and waits for the watchdog's end."""
    shown = progress or Progress.silent()
    with home.lock(NAME):
        home.stop_marker.touch()
        terminate(home, NAME, gently=signal.SIGTERM, grace_seconds=STOP_GRACE_SECONDS, progress=shown)


def running(home: Home) -> int | None:
    return pid_of(home, NAME)


def watch(home: Home, *, say: Callable[[str], None]) -> None:
    """Look after everything wanted until the stop marker appears."""
    patience: dict[str, Patience] = {}
    while not home.stop_marker.exists():
        for name in _wanted(home):
            now_seconds = time.monotonic()
            known = patience.get(name, Patience())
            if now_seconds >= known.next_start_seconds and _revive(home, name, say):
                patience[name] = after_start(known, now_seconds)
        time.sleep(TICK_SECONDS)


def _wanted(home: Home) -> tuple[str, ...]:
    # The stores first: everybody else needs them.
    stores = (name for name in (postgres.NAME, kafka.NAME) if home.wanted_path(name).exists())
    return (*stores, *processes.wanted_names(home))


def _revive(home: Home, name: str, say: Callable[[str], None]) -> bool:
    """True if a start was tried."""
    if home.stop_marker.exists() or pid_of(home, name) is not None or name in processes.closed(home):
        return False
    if not read_json(home.wanted_path(name)):
        return False
    code = last_exit_code(home, name)
    if code == processes.STAY_CLOSED_EXIT_CODE and name not in processes.RESERVED_NAMES:
        say(f"{name} stays closed: {processes.note_closed(home, name)}")
        return False
    say(f"{name} is gone (exit {code}); starting it again")
    try:
        if name == kafka.NAME:
            kafka.restart_wanted(home)
        elif name == postgres.NAME:
            postgres.restart_wanted(home)
        else:
            processes.restart_wanted(home, name)
    except (EmbeddedError, OSError) as error:
        say(f"{name}: {error}")
    home.change_state(lambda state: _count(state.setdefault("restarts", {}), name))
    return True


def _count(counts: dict[str, int], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1


def main() -> None:
    arguments = argparse.ArgumentParser(description="restart what has died, until run/stop exists")
    arguments.add_argument("--home", type=Path, required=True)
    home = open_home(arguments.parse_args().home)

    def say(text: str) -> None:
        print(time.strftime("%Y-%m-%dT%H:%M:%S"), text, flush=True)

    # SIGTERM means the same as the marker, and must not cut a start in half.
    signal.signal(signal.SIGTERM, lambda _number, _frame: home.stop_marker.touch())
    descriptor = os.open(home.run / "watching.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("another watchdog looks after this home; leaving")
        return
    watch(home, say=say)
    say("asked to stop")


if __name__ == "__main__":
    main()
