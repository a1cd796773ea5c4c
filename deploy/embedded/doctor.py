"""Looks at this machine and says what would keep the embedded install from running; it mends nothing."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import psutil

from deploy.embedded import fetch, kafka, postgres, processes
from deploy.embedded.account import can_reach, postgres_account
from deploy.embedded.detached import pid_of
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.home import FREE_DISK_BYTES_MIN, Home
from deploy.embedded.ports import Ports, is_free, listener_on, recorded_ports
from deploy.embedded.toolchain import find_java, find_maven, java_version

PYTHON_MIN = (3, 11)
MEMORY_BYTES_MIN = 1 * 1024**3
MEMORY_BYTES_GOOD = 2 * 1024**3
DISK_BYTES_GOOD = 5 * 1024**3
CLOCK_SLACK_SECONDS = 86_400.0
GIB = 1024**3

Grade = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at; `remedy` is bilingual and empty when all is well."""

    topic: str
    grade: Grade
    zh: str
    en: str
    remedy: str = ""


def diagnose(home: Home, *, env: Mapping[str, str] = os.environ) -> tuple[Finding, ...]:
    """Everything worth knowing, the worst not first but in the order things are needed."""
    return (
        _python(),
        _try("java", lambda: _java(env)),
        _maven(env),
        _disk(home),
        _memory(),
        _clock(),
        _writable(home),
        _try("postgres-user", lambda: _reach(home)),
        _try("cache", lambda: _cache(env)),
        *_ports(home),
        *_running(home),
    )


def _ok(topic: str, zh: str, en: str) -> Finding:
    return Finding(topic=topic, grade="ok", zh=zh, en=en)


def _try(topic: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except EmbeddedError as error:
        zh, _, zh_remedy = error.zh.partition("；")
        en, _, en_remedy = error.en.partition("; ")
        return Finding(topic=topic, grade="fail", zh=zh, en=en, remedy=f"{zh_remedy or zh} / {en_remedy or en}")


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info >= PYTHON_MIN:
        return _ok("python", f"Python {version}", f"Python {version}")
    remedy = "安装 Python 3.11 以上 / install Python 3.11+"
    return Finding(
        topic="python", grade="fail", zh=f"Python {version} 太旧", en=f"Python {version} is too old", remedy=remedy
    )


def _java(env: Mapping[str, str]) -> Finding:
    java = find_java(env)
    version = java_version(java)
    return _ok("java", f"Java {version}（{java}）", f"Java {version} ({java})")


def _cache_is_filled(env: Mapping[str, str]) -> bool:
    return any(fetch.cache_folder(env).glob("jars-*"))


def _maven(env: Mapping[str, str]) -> Finding:
    try:
        maven = find_maven(env)
    except EmbeddedError as error:
        grade: Grade = "warn" if _cache_is_filled(env) else "fail"
        remedy = "安装 Maven / install Maven"
        return Finding(topic="maven", grade=grade, zh=error.zh, en=error.en, remedy=remedy)
    return _ok("maven", f"Maven：{maven}", f"Maven: {maven}")


def _disk(home: Home) -> Finding:
    free_bytes = shutil.disk_usage(home.root).free
    zh, en = f"磁盘剩余 {free_bytes / GIB:.1f} GiB", f"{free_bytes / GIB:.1f} GiB of disk free"
    if free_bytes >= DISK_BYTES_GOOD:
        return _ok("disk", zh, en)
    grade: Grade = "fail" if free_bytes < FREE_DISK_BYTES_MIN else "warn"
    remedy = "清理磁盘或把 JIUZHU_HOME 设到别处 / free some space or set JIUZHU_HOME elsewhere"
    return Finding(topic="disk", grade=grade, zh=zh, en=en, remedy=remedy)


def _memory() -> Finding:
    free_bytes = psutil.virtual_memory().available
    zh, en = f"可用内存 {free_bytes / GIB:.1f} GiB", f"{free_bytes / GIB:.1f} GiB of memory available"
    if free_bytes >= MEMORY_BYTES_GOOD:
        return _ok("memory", zh, en)
    grade: Grade = "fail" if free_bytes < MEMORY_BYTES_MIN else "warn"
    remedy = "关闭一些程序，建议留出 2 GiB / close some programs, 2 GiB are advised"
    return Finding(topic="memory", grade=grade, zh=zh, en=en, remedy=remedy)


def _clock() -> Finding:
    """The program's own files cannot come from the future."""
    behind_seconds = fetch.POM.stat().st_mtime - time.time()
    if behind_seconds < CLOCK_SLACK_SECONDS:
        return _ok("clock", "系统时钟正常", "the clock looks right")
    remedy = "开启时间同步（如 timedatectl set-ntp true） / turn on time synchronisation"
    days = behind_seconds / 86_400
    return Finding(
        topic="clock",
        grade="fail",
        zh=f"系统时钟慢了至少 {days:.0f} 天",
        en=f"the clock is at least {days:.0f} days behind",
        remedy=remedy,
    )


def _writable(home: Home) -> Finding:
    if os.access(home.root, os.W_OK | os.X_OK) and os.access(home.run, os.W_OK | os.X_OK):
        return _ok("home", f"{home.root} 可写", f"{home.root} is writable")
    remedy = "更改其所有者，或设置 JIUZHU_HOME / change its owner, or set JIUZHU_HOME"
    return Finding(
        topic="home", grade="fail", zh=f"{home.root} 不可写", en=f"{home.root} is not writable", remedy=remedy
    )


def _reach(home: Home) -> Finding:
    account = postgres_account()
    who = account.name if account else "-"
    recorded = home.read_state().get("postgres_place", str(home.root))
    if recorded == str(home.root) and can_reach(account, home.root):
        return _ok("postgres-user", f"PostgreSQL 数据在 {home.root}", f"PostgreSQL data are in {home.root}")
    place = recorded if recorded != str(home.root) else "/var/lib"
    return Finding(
        topic="postgres-user",
        grade="warn",
        zh=f"用户 {who} 无法进入 {home.root}，PostgreSQL 数据放在 {place}",
        en=f"user {who} cannot reach {home.root}; PostgreSQL data go to {place}",
        remedy="如需放在一起，请把 JIUZHU_HOME 设到该用户能进入的目录 / to keep them together set JIUZHU_HOME to a folder that user can enter",
    )


def _cache(env: Mapping[str, str]) -> Finding:
    if not _cache_is_filled(env):
        where = fetch.cache_folder(env)
        return _ok(
            "cache", f"缓存 {where} 为空，首次启动时下载", f"the cache {where} is empty and is filled at first start"
        )
    expected = fetch.expected_checksums(fetch.postgres_platform())
    folder = fetch.jars_folder(env, expected)
    if not folder.is_dir():
        return _ok(
            "cache", "缓存是旧版本的，启动时重新下载", "the cache is of another version; the next start downloads"
        )
    fetch.verify(folder, expected, (jar.name for jar in folder.glob("*.jar")))
    return _ok("cache", f"{len(expected)} 个 jar 校验和正确", f"{len(expected)} jars have the right checksums")


def _ports(home: Home) -> Iterator[Finding]:
    ours = bool(processes.running(home)) or any(pid_of(home, name) for name in (kafka.NAME, postgres.NAME))
    for name, port in (recorded_ports(home) or Ports()).by_name().items():
        topic = f"port-{name}"
        if is_free(port):
            yield _ok(topic, f"端口 {port}（{name}）空闲", f"port {port} ({name}) is free")
        elif ours:
            yield _ok(topic, f"端口 {port}（{name}）在用", f"port {port} ({name}) is in use")
        else:
            owner = listener_on(port) or "?"
            yield Finding(
                topic=topic,
                grade="fail",
                zh=f"端口 {port}（{name}）被占用：{owner}",
                en=f"port {port} ({name}) is busy: {owner}",
                remedy="停掉它，或使用 --ports auto / stop it, or use --ports auto",
            )


def _running(home: Home) -> Iterator[Finding]:
    closed = processes.closed(home)
    stores = [name for name in (postgres.NAME, kafka.NAME) if home.wanted_path(name).exists()]
    for name in (*stores, *processes.wanted_names(home)):
        topic = f"process-{name}"
        pid = pid_of(home, name)
        if pid is not None:
            yield _ok(topic, f"{name} 运行中（pid {pid}）", f"{name} is running (pid {pid})")
        else:
            reason = closed.get(name, "")
            yield Finding(
                topic=topic,
                grade="fail",
                zh=f"{name} 没有运行 {reason}".rstrip(),
                en=f"{name} is not running {reason}".rstrip(),
                remedy=f"查看 {home.log_of(name)}，再运行 jiuzhu up / read that log, then run jiuzhu up",
            )
