"""The home folder: strangers are never killed, unfinished data are never used, secrets stay secret."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

import psutil
import pytest

from deploy.embedded import kafka, postgres
from deploy.embedded.account import postgres_account
from deploy.embedded.detached import pid_of, terminate
from deploy.embedded.durable import read_json, write_json
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.home import Home, open_home, require_disk
from deploy.embedded.progress import Progress
from deploy.embedded.supervise import BACKOFF_LAST_SECONDS, STEADY_SECONDS, Patience, after_start


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "home")


def own_record() -> dict[str, object]:
    process = psutil.Process()
    return {
        "pid": process.pid,
        "created_seconds": process.create_time(),
        "marker": " ".join(process.cmdline()[1:]),
    }


def test_a_true_pid_file_is_believed(home: Home) -> None:
    """Proves that the two stale cases below fail for the reason they name."""
    write_json(home.pid_path("kafka"), own_record())
    assert pid_of(home, "kafka") == os.getpid()


@pytest.mark.parametrize(
    "stale",
    [{"created_seconds": 1.0}, {"marker": "-Djiuzhu.home=/elsewhere"}],
    ids=["older process", "other program"],
)
def test_a_reused_pid_is_neither_believed_nor_killed(home: Home, stale: dict[str, object]) -> None:
    """Proves that stopping leaves alone a stranger who got our old pid: here, this very test."""
    write_json(home.pid_path("kafka"), {**own_record(), **stale})
    assert pid_of(home, "kafka") is None
    forced = terminate(home, "kafka", gently=signal.SIGKILL, grace_seconds=0.1, progress=Progress.silent())
    assert not forced
    assert not home.pid_path("kafka").exists()


@pytest.mark.parametrize(
    ("require", "formatted"),
    [
        (kafka.require_no_records, ("meta.properties", "bootstrap.checkpoint")),
        (postgres.require_no_records, ("PG_VERSION", "base", "pg_wal", "postgresql.conf")),
    ],
)
def test_only_an_interrupted_format_may_be_made_again(tmp_path: Path, require: object, formatted: object) -> None:
    """Proves that one file beyond what formatting writes is enough to refuse."""
    assert callable(require)
    assert isinstance(formatted, tuple)
    for name in formatted:
        (tmp_path / name).touch()
    require(tmp_path)
    (tmp_path / "postmaster.opts").touch()
    with pytest.raises(EmbeddedError, match=r"移走.*move it away"):
        require(tmp_path)


def test_kafka_metadata_segments_count_as_records(tmp_path: Path) -> None:
    """Proves that a broker that once ran is not formatted away."""
    (tmp_path / "__cluster_metadata-0").mkdir()
    kafka.require_no_records(tmp_path)
    (tmp_path / "__cluster_metadata-0" / "00000000000000000000.log").touch()
    with pytest.raises(EmbeddedError):
        kafka.require_no_records(tmp_path)


def test_passwords_are_made_once_and_kept_private(home: Home) -> None:
    """Proves that a password survives, differs by role and is readable by its owner only."""
    first = home.password("intake")
    assert open_home(home.root).password("intake") == first
    assert home.password("casework") != first
    assert stat.S_IMODE(home.secrets_path.stat().st_mode) == 0o600


def test_the_home_can_be_passed_through_whatever_the_umask(tmp_path: Path) -> None:
    """Proves that PostgreSQL's user is not locked out by a strict umask, and that parents stay as they were."""
    before = stat.S_IMODE(tmp_path.stat().st_mode)
    old_umask = os.umask(0o077)
    try:
        home = open_home(tmp_path / "home")
    finally:
        os.umask(old_umask)
    assert stat.S_IMODE(home.root.stat().st_mode) == 0o755
    assert stat.S_IMODE(home.keyring.stat().st_mode) == 0o700
    assert stat.S_IMODE(tmp_path.stat().st_mode) == before


def test_too_little_disk_is_refused(tmp_path: Path) -> None:
    """Proves that the person learns how much is free and how much is needed."""
    with pytest.raises(EmbeddedError, match=r"GiB.*JIUZHU_HOME"):
        require_disk(tmp_path, 10**18)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """Proves that half a JSON file leads to its path, not to a traceback."""
    broken = tmp_path / "state.json"
    broken.write_text('{"ports": ')
    with pytest.raises(EmbeddedError, match=r"state\.json"):
        read_json(broken)


def test_only_root_needs_another_user() -> None:
    """Proves that a normal user's PostgreSQL runs as that user."""
    assert postgres_account(1000) is None


def test_the_back_off_grows_to_its_limit_and_forgets_after_a_steady_run() -> None:
    """Proves 0.5, 1, 2 … 30 s, and 0.5 s again for a process that had run well."""
    patience, now_seconds, waits = Patience(), 1000.0, []
    for _ in range(9):
        patience = after_start(patience, now_seconds)
        waits.append(patience.next_start_seconds - now_seconds)
        now_seconds = patience.next_start_seconds
    assert waits[:4] == [0.5, 1.0, 2.0, 4.0]
    assert waits[-1] == BACKOFF_LAST_SECONDS
    later = after_start(patience, now_seconds + STEADY_SECONDS + 1)
    assert later.next_start_seconds - later.started_seconds == 0.5
