"""One real PostgreSQL server on 127.0.0.1, or the one we are given; it makes no roles, databases or schemas."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from deploy.embedded.account import Account, make_private_folder, postgres_account
from deploy.embedded.detached import Launch, launch, pid_of, tail, terminate
from deploy.embedded.durable import not_permitted, read_json, write_json
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.home import SUPERUSER, Home, postgres_place, require_disk
from deploy.embedded.ports import HOST, require_free
from deploy.embedded.postgres_binaries import Binaries, find_binaries
from deploy.embedded.probe import postgres_answers
from deploy.embedded.progress import Progress

NAME = "postgres"
URL_VARIABLE = "JIUZHU_POSTGRES_URL"
MARKER_FILE = "jiuzhu-complete.json"
DEFAULT_PORT = 5432
READY_TIMEOUT_SECONDS = 120.0
FORMAT_TIMEOUT_SECONDS = 120.0
STOP_GRACE_SECONDS = 30.0
ORPHANS_TIMEOUT_SECONDS = 15.0
POLL_SECONDS = 0.05
# Best first; the next is tried where a build or system lacks ICU or the locale.
LOCALES = (
    ("--locale-provider=icu", "--icu-locale=zh", "--locale=C.UTF-8"),
    ("--locale=C.UTF-8",),
    ("--locale=C",),
)
SETTINGS = {
    "listen_addresses": HOST,
    # No socket file: its folder would have to be shared with other users.
    "unix_socket_directories": "",
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresRunning:
    """A server that answers; `url` is the superuser's and holds a password. A given server has no data, no pid."""

    url: str
    data: Path | None
    pid: int | None

    @property
    def public_url(self) -> str:
        """The same without the password, for people to see."""
        parts = urlsplit(self.url)
        password = f":{parts.password}@" if parts.password else "@"
        return self.url.replace(password, "@", 1)


def start(
    home: Home,
    port: int,
    *,
    durable: bool = True,
    progress: Progress | None = None,
    env: Mapping[str, str] = os.environ,
) -> PostgresRunning:
    """Start the server, or find it running or given, and return once it takes connections.

    `durable=False` turns fsync off, for throw-away tests only. Raises EmbeddedError.
    """
    if env.get(URL_VARIABLE):
        return _given(env[URL_VARIABLE])
    with home.lock(NAME):
        return _start(home, port, progress or Progress.silent(), env, durable=durable)


def _start(home: Home, port: int, progress: Progress, env: Mapping[str, str], *, durable: bool) -> PostgresRunning:
    found = running(home, env=env)
    if found is None:
        require_free(port, "PostgreSQL")
        account = postgres_account()
        place = postgres_place(home, account, progress)
        require_disk(place)
        binaries = find_binaries(account, progress, env=env)
        data = place / "postgres" / "data"
        make_private_folder(data.parent, account)
        _format_once(home, binaries, data, account, progress, durable=durable)
        _require_same_version(binaries, data)
        _clear_leftovers(data, progress)
        write_json(home.wanted_path(NAME), {"port": port, "durable": durable, "data": str(data)})
        found = _launch(home, binaries, data, account, port, durable=durable)
    _await_ready(home, found, progress)
    return found


def stop(home: Home, *, progress: Progress | None = None) -> bool:
    """End the server in fast mode: open transactions are rolled back; True if it had to be killed."""
    with home.lock(NAME):
        shown = progress or Progress.silent()
        forced = terminate(home, NAME, gently=signal.SIGINT, grace_seconds=STOP_GRACE_SECONDS, progress=shown)
        home.wanted_path(NAME).unlink(missing_ok=True)
        return forced


def running(home: Home, *, env: Mapping[str, str] = os.environ) -> PostgresRunning | None:
    """The server we were given, or the one we started if it is alive; ready or not."""
    if env.get(URL_VARIABLE):
        return PostgresRunning(url=env[URL_VARIABLE], data=None, pid=None)
    wanted = read_json(home.wanted_path(NAME))
    pid = pid_of(home, NAME)
    if pid is None or not wanted:
        return None
    return PostgresRunning(url=_url(home, wanted["port"]), data=Path(wanted["data"]), pid=pid)


def is_ready(home: Home, *, env: Mapping[str, str] = os.environ) -> bool:
    """True when the server takes connections."""
    found = running(home, env=env)
    return found is not None and _answers(found)


def restart_wanted(home: Home, *, progress: Progress | None = None) -> None:
    """For the watchdog: start it as it was last started; nothing if it is not wanted or runs."""
    with home.lock(NAME):
        wanted = read_json(home.wanted_path(NAME))
        if wanted and pid_of(home, NAME) is None:
            shown = progress or Progress.silent()
            _start(home, wanted["port"], shown, os.environ, durable=wanted["durable"])


def _url(home: Home, port: int) -> str:
    return f"postgresql://{SUPERUSER}:{home.password(SUPERUSER)}@{HOST}:{port}/postgres"


def _given(url: str) -> PostgresRunning:
    found = PostgresRunning(url=url, data=None, pid=None)
    if not _answers(found):
        raise EmbeddedError(
            zh=f"{URL_VARIABLE} 指向的 PostgreSQL（{found.public_url}）没有应答；请启动它或取消该变量。",
            en=f"the PostgreSQL of {URL_VARIABLE} ({found.public_url}) does not answer; start it or unset the variable.",
        )
    return found


def _answers(found: PostgresRunning) -> bool:
    parts = urlsplit(found.url)
    if not parts.hostname:
        # A socket path; whoever gave it will find out on connecting.
        return True
    answers = postgres_answers(parts.hostname, parts.port or DEFAULT_PORT)
    return answers and (found.data is None or _says_ready(found.data, found.pid))


def _says_ready(data: Path, pid: int | None) -> bool:
    """PostgreSQL writes its pid on the first line of postmaster.pid and its state on the eighth, the last."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    return bool(lines) and lines[0].strip() == str(pid) and lines[-1].strip() == "ready"


def _format_once(
    home: Home, binaries: Binaries, data: Path, account: Account | None, progress: Progress, *, durable: bool
) -> None:
    if _marked(data):
        return
    if data.exists() and any(data.iterdir()):
        require_no_records(data)
        progress.say(
            "上次 PostgreSQL 数据目录初始化中断（尚无任何记录），重新初始化。",
            "Initialising PostgreSQL's data folder was interrupted (it holds no records); doing it again.",
        )
        shutil.rmtree(data)
    with progress.step("初始化 PostgreSQL 数据目录", "initialising PostgreSQL's data folder"):
        _run_initdb(binaries, data, account, home.password(SUPERUSER), durable=durable)
    write_json(data / MARKER_FILE, {"version": binaries.version})
    if account is not None:
        # After a crash PostgreSQL opens and syncs every file it finds here.
        os.chown(data / MARKER_FILE, account.uid, account.gid)


def _marked(data: Path) -> bool:
    try:
        return (data / MARKER_FILE).exists()
    except PermissionError as error:
        raise not_permitted(data) from error


def require_no_records(data: Path) -> None:
    """Raise unless an unmarked folder holds only what initdb writes; a server that ever ran leaves postmaster.opts."""
    names = {entry.name for entry in data.iterdir()}
    from_initdb = {name for name in names if name.lower().startswith("pg_")} | {"base", "global"}
    from_initdb |= {"postgresql.conf", "postgresql.auto.conf"}
    if names <= from_initdb:
        return
    raise EmbeddedError(
        zh=f"PostgreSQL 数据目录 {data} 没有完成标记但含有数据，为免丢失不予使用；请移走该目录后重试，再运行 jiuzhu rebuild all。",
        en=f"PostgreSQL's data folder {data} lacks its completion mark yet holds data and is left alone; move it away, retry, then run jiuzhu rebuild all.",
    )


def _run_initdb(binaries: Binaries, data: Path, account: Account | None, password: str, *, durable: bool) -> None:
    word = data.parent / "pwfile"
    word.unlink(missing_ok=True)
    word.touch(mode=0o600)
    word.write_text(password + "\n", encoding="ascii")
    if account is not None:
        os.chown(word, account.uid, account.gid)
    fixed = ["-D", str(data), "-U", SUPERUSER, "--encoding=UTF8", "--auth=scram-sha-256", f"--pwfile={word}"]
    reason = ""
    try:
        for locale in LOCALES:
            shutil.rmtree(data, ignore_errors=True)
            done = subprocess.run(
                [str(binaries.folder / "initdb"), *fixed, *locale, *([] if durable else ["--no-sync"])],
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                cwd="/",
                timeout=FORMAT_TIMEOUT_SECONDS,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
            if done.returncode == 0:
                return
            reason = done.stderr.strip()[-500:]
    finally:
        word.unlink(missing_ok=True)
    raise EmbeddedError(
        zh=f"initdb 失败：{reason}；请检查 {data.parent} 的磁盘和权限后重试。",
        en=f"initdb failed: {reason}; check disk and permissions of {data.parent} and retry.",
    )


def _require_same_version(binaries: Binaries, data: Path) -> None:
    version = (data / "PG_VERSION").read_text(encoding="ascii").strip()
    if version != str(binaries.version):
        raise EmbeddedError(
            zh=f"{data} 是 PostgreSQL {version} 的数据，而找到的程序是 {binaries.version}；请把 PG_BINDIR 设到 {version} 版。",
            en=f"{data} was made by PostgreSQL {version}, the programs found are {binaries.version}; set PG_BINDIR to version {version}.",
        )


def _clear_leftovers(data: Path, progress: Progress) -> None:
    """After kill -9: wait for its last children, then drop a lock file whose pid is a stranger's by now."""
    until = time.monotonic() + ORPHANS_TIMEOUT_SECONDS
    with progress.step("等待 PostgreSQL 旧进程退出", "waiting for PostgreSQL's old processes"):
        while orphans := _processes_in(data):
            if time.monotonic() > until:
                raise EmbeddedError(
                    zh=f"PostgreSQL 的旧进程 {orphans} 仍占用 {data}；请结束它们后重试。",
                    en=f"old PostgreSQL processes {orphans} still use {data}; end them and retry.",
                )
            time.sleep(POLL_SECONDS)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _processes_in(data: Path) -> list[int]:
    """Every PostgreSQL process works in its data folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name() == "postgres" and process.cwd() == str(data):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def _launch(
    home: Home, binaries: Binaries, data: Path, account: Account | None, port: int, *, durable: bool
) -> PostgresRunning:
    server = str(binaries.folder / "postgres")
    settings = {
        **SETTINGS,
        "port": str(port),
        "fsync": "on" if durable else "off",
        "wal_compression": _wal_compression(server, data, account),
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    argv = (server, "-D", str(data), *options)
    # No locale of the caller may reach the server's messages or sort orders.
    server_env = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    what = Launch(name=NAME, argv=argv, env=server_env, marker=str(data), cwd=Path("/"), account=account)
    return PostgresRunning(url=_url(home, port), data=data, pid=launch(home, what))


def _wal_compression(server: str, data: Path, account: Account | None) -> str:
    """lz4 where this build has it: an unknown value would keep the server from starting."""
    tried = subprocess.run(
        [server, "-D", str(data), "-c", "wal_compression=lz4", "-C", "wal_compression"],
        capture_output=True,
        check=False,
        cwd="/",
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    return "lz4" if tried.returncode == 0 else "on"


def _await_ready(home: Home, found: PostgresRunning, progress: Progress) -> None:
    until = time.monotonic() + READY_TIMEOUT_SECONDS
    with progress.step("启动 PostgreSQL", "starting PostgreSQL"):
        while not _answers(found):
            if found.pid is not None and (pid_of(home, NAME) is None or time.monotonic() > until):
                raise EmbeddedError(
                    zh=f"PostgreSQL 没有就绪，日志 {home.log_of(NAME)} 的最后几行：\n{tail(home.log_of(NAME))}\n请按日志处理后重试",
                    en=f"PostgreSQL did not become ready; the last lines of {home.log_of(NAME)} are above; mend the cause and retry.",
                )
            time.sleep(POLL_SECONDS)
