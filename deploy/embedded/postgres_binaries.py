"""Chooses the PostgreSQL programs: named folder, system, or the pinned jar unpacked once; it runs them only to ask their version."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.account import Account, can_reach, reachable_place
from deploy.embedded.durable import locked, sync_folder
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.fetch import cache_folder, fetch_jars
from deploy.embedded.progress import Progress

VERSION_MIN = 17
SYSTEM_PATTERNS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/local/pgsql/bin",
    "opt/homebrew/opt/postgresql@*/bin",
)
ASK_TIMEOUT_SECONDS = 10
OPEN_MODE = 0o755


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """A folder with `initdb` and `postgres`, and their major version."""

    folder: Path
    version: int


def find_binaries(account: Account | None, progress: Progress, *, env: Mapping[str, str] = os.environ) -> Binaries:
    """$PG_BINDIR, else the newest system PostgreSQL from version 17 on, else the pinned jar."""
    if env.get("PG_BINDIR"):
        return _named(Path(env["PG_BINDIR"]))
    system = [found for found in _system_folders() if can_reach(account, found.folder)]
    if system:
        return max(system, key=lambda found: found.version)
    return _pinned(account, progress, env)


def server_version(folder: Path) -> int | None:
    """The major version of `folder`/postgres; None when there is no usable server."""
    if not (folder / "initdb").is_file():
        return None
    try:
        answer = subprocess.run(
            [str(folder / "postgres"), "--version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=ASK_TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(found.group(1)) if found else None


def _named(folder: Path) -> Binaries:
    version = server_version(folder)
    if version is None or version < VERSION_MIN:
        raise EmbeddedError(
            zh=f"PG_BINDIR={folder} 中没有 PostgreSQL {VERSION_MIN} 以上的 initdb 和 postgres；请更正或取消该变量。",
            en=f"PG_BINDIR={folder} has no initdb and postgres of version {VERSION_MIN}+; correct or unset it.",
        )
    return Binaries(folder=folder, version=version)


def _system_folders() -> list[Binaries]:
    folders = [folder for pattern in SYSTEM_PATTERNS for folder in Path("/").glob(pattern)]
    versions = [(folder, server_version(folder)) for folder in folders]
    return [
        Binaries(folder=folder, version=version)
        for folder, version in versions
        if version is not None and version >= VERSION_MIN
    ]


def _pinned(account: Account | None, progress: Progress, env: Mapping[str, str]) -> Binaries:
    jar = fetch_jars(progress, env=env).postgres
    place = reachable_place(cache_folder(env), account)
    with jar.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    target = place / f"postgresql-{digest[:12]}"
    if not target.is_dir():
        with locked(place / "unpack.lock", progress):
            if not target.is_dir():
                with progress.step("解压 PostgreSQL", "unpacking PostgreSQL"):
                    _unpack(jar, target)
    version = server_version(target / "bin")
    if version is None:
        raise EmbeddedError(
            zh=f"{target} 中的 PostgreSQL 无法在本机运行（可能缺少 glibc）；请安装 PostgreSQL 并设置 PG_BINDIR。",
            en=f"the PostgreSQL in {target} does not run on this machine (no glibc?); install PostgreSQL and set PG_BINDIR.",
        )
    return Binaries(folder=target / "bin", version=version)


def _unpack(jar: Path, target: Path) -> None:
    draft = Path(tempfile.mkdtemp(dir=target.parent, prefix="unpacking-"))
    try:
        with zipfile.ZipFile(jar) as outer:
            archive = next(name for name in outer.namelist() if name.endswith(".txz"))
            with outer.open(archive) as stream, tarfile.open(fileobj=stream, mode="r|xz") as inner:
                # Python before 3.11.4 has no such filter; the archive's checksum is verified either way.
                inner.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
                inner.extractall(draft)
        # A temporary folder is born closed, and PostgreSQL's user must read this one.
        draft.chmod(OPEN_MODE)
        draft.rename(target)
        sync_folder(target.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
