"""Brings the pinned jars into the cache, once, and refuses any that is not the one we pinned; it starts nothing."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.durable import locked, not_permitted, sync_folder
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.home import require_disk
from deploy.embedded.progress import Progress
from deploy.embedded.toolchain import find_maven

POM = Path(__file__).with_name("pom.xml")
CHECKSUMS = Path(__file__).with_name("checksums.sha256")
POSTGRES_PREFIX = "embedded-postgres-binaries-"
# Maven's names of the builds, by what the machine calls itself.
POSTGRES_PLATFORMS = {
    "x86_64": "linux-amd64",
    "amd64": "linux-amd64",
    "aarch64": "linux-arm64v8",
    "arm64": "linux-arm64v8",
}
DOWNLOAD_TIMEOUT_SECONDS = 1800


@dataclass(frozen=True, slots=True, kw_only=True)
class Jars:
    """Verified jars: Kafka's class path and the archive with PostgreSQL inside."""

    folder: Path
    kafka: tuple[Path, ...]
    postgres: Path


def cache_folder(env: Mapping[str, str] = os.environ) -> Path:
    """$JIUZHU_CACHE, else $XDG_CACHE_HOME/jiuzhu, else ~/.cache/jiuzhu."""
    if env.get("JIUZHU_CACHE"):
        return Path(env["JIUZHU_CACHE"]).expanduser().resolve()
    base = Path(env["XDG_CACHE_HOME"]) if env.get("XDG_CACHE_HOME") else Path.home() / ".cache"
    return base.expanduser().resolve() / "jiuzhu"


def postgres_platform(machine: str | None = None) -> str:
    name = (machine or platform.machine()).lower()
    if name not in POSTGRES_PLATFORMS:
        raise EmbeddedError(
            zh=f"没有适用于 {name} 的 PostgreSQL 程序包；请自行安装 PostgreSQL 并设置 JIUZHU_POSTGRES_URL 或 PG_BINDIR。",
            en=f"no PostgreSQL build for {name}; install PostgreSQL and set JIUZHU_POSTGRES_URL or PG_BINDIR.",
        )
    return POSTGRES_PLATFORMS[name]


def expected_checksums(build: str, listing: Path = CHECKSUMS) -> dict[str, str]:
    """Jar name → SHA-256, without the PostgreSQL of other platforms."""
    lines = (line.split() for line in listing.read_text(encoding="ascii").splitlines())
    pinned = {name: digest for digest, name in lines}
    return {
        name: digest
        for name, digest in pinned.items()
        if not name.startswith(POSTGRES_PREFIX) or name.startswith(f"{POSTGRES_PREFIX}{build}-")
    }


def jars_folder(env: Mapping[str, str], expected: Mapping[str, str]) -> Path:
    """Named after its content, so that a new list never meets an old folder."""
    key = hashlib.sha256(repr(sorted(expected.items())).encode()).hexdigest()[:12]
    return cache_folder(env) / f"jars-{key}"


def verify(folder: Path, expected: Mapping[str, str], found: Iterable[str]) -> None:
    """Raise unless `found` in `folder` are exactly the expected jars, byte for byte."""
    names = set(found)
    if names != set(expected):
        odd = ", ".join(sorted(names ^ set(expected)))
        raise EmbeddedError(
            zh=f"{folder} 中的 jar 与清单不符（{odd}）；请删除该目录后重试。",
            en=f"the jars in {folder} are not the pinned ones ({odd}); remove that folder and try again.",
        )
    for name, digest in sorted(expected.items()):
        with (folder / name).open("rb") as jar:
            actual = hashlib.file_digest(jar, "sha256").hexdigest()
        if actual != digest:
            raise EmbeddedError(
                zh=f"{folder / name} 的校验和不符（应为 {digest[:16]}…，实为 {actual[:16]}…），拒绝使用；请删除后重试，再次出现则下载源不可信。",
                en=f"{folder / name} has the wrong checksum (expected {digest[:16]}…, found {actual[:16]}…) and is refused; "
                "remove it and retry, and distrust the source if it happens again.",
            )


def fetch_jars(progress: Progress, *, env: Mapping[str, str] = os.environ, listing: Path = CHECKSUMS) -> Jars:
    """The verified jars, downloaded first when the cache has none; safe when several start at once."""
    cache = cache_folder(env)
    build = postgres_platform()
    expected = expected_checksums(build, listing)
    folder = jars_folder(env, expected)
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_permitted(cache) from error
    if not folder.is_dir():
        with locked(cache / "download.lock", progress):
            if not folder.is_dir():
                _download(folder, build, expected, progress, env)
    verify(folder, expected, (jar.name for jar in folder.glob("*.jar")))
    paths = [folder / name for name in sorted(expected)]
    return Jars(
        folder=folder,
        kafka=tuple(path for path in paths if not path.name.startswith(POSTGRES_PREFIX)),
        postgres=next(path for path in paths if path.name.startswith(POSTGRES_PREFIX)),
    )


def _download(
    folder: Path, build: str, expected: Mapping[str, str], progress: Progress, env: Mapping[str, str]
) -> None:
    maven = find_maven(env)
    require_disk(folder.parent)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix="downloading-"))
    try:
        with progress.step("下载 Kafka 和 PostgreSQL", "downloading Kafka and PostgreSQL"):
            _run_maven(maven, build, draft, env)
        verify(draft, expected, (jar.name for jar in draft.glob("*.jar")))
        draft.chmod(0o755)
        draft.rename(folder)
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _run_maven(maven: Path, build: str, target: Path, env: Mapping[str, str]) -> None:
    command = [str(maven), "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"]
    options = [f"-Dpostgres.platform={build}", "-DincludeScope=runtime", f"-DoutputDirectory={target}"]
    try:
        done = subprocess.run(
            command + options,
            env=dict(env),
            cwd=target,
            capture_output=True,
            text=True,
            check=False,
            timeout=DOWNLOAD_TIMEOUT_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise _download_failed(f"{DOWNLOAD_TIMEOUT_SECONDS} s") from error
    if done.returncode != 0:
        complaints = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line]
        raise _download_failed(complaints[0][:300] if complaints else f"exit {done.returncode}")


def _download_failed(reason: str) -> EmbeddedError:
    return EmbeddedError(
        zh=f"下载失败：{reason}；请检查网络和 Maven 设置（镜像写在 settings.xml 中）后重试。",
        en=f"download failed: {reason}; check the network and Maven's settings (a mirror goes into settings.xml) and retry.",
    )
