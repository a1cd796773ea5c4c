"""Who PostgreSQL runs as, and where that user can reach; it changes no folder it did not make itself."""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.durable import not_permitted
from deploy.embedded.errors import EmbeddedError

UNPRIVILEGED_USER = "nobody"
SYSTEM_PLACE = Path("/var/lib")
OPEN_MODE = 0o755
REACH_TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user of this machine other than ourselves."""

    name: str
    uid: int
    gid: int


def postgres_account(euid: int | None = None) -> Account | None:
    """None means ourselves: only root needs another user, because PostgreSQL refuses root."""
    if (os.geteuid() if euid is None else euid) != 0:
        return None
    try:
        entry = pwd.getpwnam(UNPRIVILEGED_USER)
    except KeyError as error:
        raise EmbeddedError(
            zh=f"PostgreSQL 不能以 root 运行，而系统没有 {UNPRIVILEGED_USER} 用户；请改用普通用户，或设置 JIUZHU_POSTGRES_URL。",
            en=f"PostgreSQL refuses root and there is no user {UNPRIVILEGED_USER}; run as a normal user, or set JIUZHU_POSTGRES_URL.",
        ) from error
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def can_reach(account: Account | None, folder: Path) -> bool:
    """Tried for real, as that user, because mode bits do not tell everything (ACLs, mounts)."""
    if account is None:
        return os.access(folder, os.X_OK)
    tried = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=REACH_TIMEOUT_SECONDS,
    )
    return tried.returncode == 0


def reachable_place(wanted: Path, account: Account | None) -> Path:
    """`wanted` itself, or a folder of ours elsewhere, named after it, that `account` can reach."""
    if account is None or can_reach(account, wanted):
        return wanted
    name = f"jiuzhu-{hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:12]}"
    for parent in (SYSTEM_PLACE, Path(tempfile.gettempdir())):
        place = parent / name
        if _make_own(place) and can_reach(account, place):
            return place
    raise EmbeddedError(
        zh=f"用户 {account.name} 无法进入 {wanted}，也找不到替代位置；请把 JIUZHU_HOME 设到 {account.name} 能进入的目录。",
        en=f"user {account.name} cannot reach {wanted} and no other place was found; set JIUZHU_HOME to a folder {account.name} can enter.",
    )


def _make_own(place: Path) -> bool:
    """False when the place cannot be ours: the name is predictable, so somebody else may have made it first."""
    try:
        place.mkdir()
        place.chmod(OPEN_MODE)
    except FileExistsError:
        pass
    except OSError:
        return False
    found = place.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def make_private_folder(folder: Path, account: Account | None) -> None:
    """Create `folder` if absent, owned by `account` and closed to everybody else."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if account is not None:
            os.chown(folder, account.uid, account.gid)
    except PermissionError as error:
        raise not_permitted(folder) from error
