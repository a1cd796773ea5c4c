"""The layout under JIUZHU_HOME: folders, passwords and what is remembered between commands; it starts nothing."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.embedded.account import Account, reachable_place
from deploy.embedded.durable import locked, not_permitted, read_json, write_json
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.progress import Progress

PROJECT_ROOT = Path(__file__).resolve().parents[2]
SUPERUSER = "postgres"
SERVICE_ROLES = ("eventlog", "intake", "casework", "payroll", "audit", "portal")
FREE_DISK_BYTES_MIN = 2 * 1024**3
PASSWORD_BYTES = 24
OPEN_MODE = 0o755
CLOSED_MODE = 0o700


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Paths only; every method that touches the disk says so in its name."""

    root: Path

    @property
    def kafka_data(self) -> Path:
        return self.root / "kafka" / "data"

    @property
    def kafka_conf(self) -> Path:
        return self.root / "kafka" / "conf"

    @property
    def kafka_log(self) -> Path:
        return self.root / "kafka" / "log"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def wanted(self) -> Path:
        """One file for each process that is meant to be running."""
        return self.run / "wanted"

    @property
    def stop_marker(self) -> Path:
        """While it exists nothing is restarted."""
        return self.run / "stop"

    @property
    def keyring(self) -> Path:
        return self.root / "keyring"

    @property
    def transparency(self) -> Path:
        """Tiles and checkpoints of the transparency log: outside PostgreSQL, to be backed up apart from it."""
        return self.root / "transparency"

    @property
    def secrets_path(self) -> Path:
        return self.root / "secrets.json"

    @property
    def state_path(self) -> Path:
        return self.run / "state.json"

    def log_of(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def pid_path(self, name: str) -> Path:
        return self.run / f"{name}.pid"

    def wanted_path(self, name: str) -> Path:
        return self.wanted / f"{name}.json"

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Only one command at a time starts or stops `name`."""
        with locked(self.run / f"{name}.lock"):
            yield

    def read_state(self) -> dict[str, Any]:
        return read_json(self.state_path)

    def change_state(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Read, change in place and write back as one step among all our processes."""
        with self.lock("state"):
            state = self.read_state()
            change(state)
            write_json(self.state_path, state)

    def password(self, role: str) -> str:
        """The role's generated password, made on first use."""
        with self.lock("secrets"):
            known = read_json(self.secrets_path)
            passwords: dict[str, str] = {
                name: known.get(name) or secrets.token_urlsafe(PASSWORD_BYTES)
                for name in sorted({SUPERUSER, *SERVICE_ROLES, role, *known})
            }
            if passwords != known:
                write_json(self.secrets_path, passwords)
        return passwords[role]


def open_home(root: Path | None = None, *, env: Mapping[str, str] = os.environ) -> Home:
    """The home at `root`, else $JIUZHU_HOME, else `.jiuzhu` in the project; made when absent."""
    chosen = root or Path(env.get("JIUZHU_HOME") or PROJECT_ROOT / ".jiuzhu")
    home = Home(root=chosen.expanduser().resolve())
    try:
        if not home.root.exists():
            home.root.mkdir(parents=True)
            # PostgreSQL's user must get through it, whatever umask we were started with.
            home.root.chmod(OPEN_MODE)
        for folder in (home.run, home.keyring, home.logs, home.kafka_data.parent):
            folder.mkdir(mode=CLOSED_MODE, exist_ok=True)
        for folder in (home.wanted, home.kafka_conf, home.kafka_log):
            folder.mkdir(mode=CLOSED_MODE, exist_ok=True)
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise not_permitted(home.root) from error
    return home


def postgres_place(home: Home, account: Account | None, progress: Progress) -> Path:
    """The folder that holds PostgreSQL's own folder: the home, or elsewhere when its user cannot get in.

    Once chosen it is kept, because the data are there.
    """
    recorded = home.read_state().get("postgres_place")
    if recorded:
        return Path(recorded)
    place = reachable_place(home.root, account)
    if place != home.root and account is not None:
        progress.say(
            f"注意：用户 {account.name} 无法进入 {home.root}，PostgreSQL 数据放在 {place}。",
            f"Note: user {account.name} cannot reach {home.root}; PostgreSQL data are in {place}.",
        )
    home.change_state(lambda state: state.update(postgres_place=str(place)))
    return place


def require_disk(folder: Path, free_bytes_min: int = FREE_DISK_BYTES_MIN) -> None:
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < free_bytes_min:
        free, least = free_bytes / 1024**3, free_bytes_min / 1024**3
        raise EmbeddedError(
            zh=f"{folder} 所在磁盘只剩 {free:.1f} GiB，至少需要 {least:.1f} GiB；请清理磁盘，或把 JIUZHU_HOME 设到别处。",
            en=f"only {free:.1f} GiB free at {folder}, {least:.1f} GiB needed; free some space, or set JIUZHU_HOME elsewhere.",
        )
