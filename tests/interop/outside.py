"""Other people's programs, built once a session with `go build` from tests/interop/verifier, and run with time-outs."""

import json
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from services.audit.transparency.note import Key, key_of

MODULE = Path(__file__).parent / "verifier"
TOOLS = (".", "filippo.io/torchwood/cmd/litewitness", "github.com/transparency-dev/tessera/cmd/fsck")
BUILD_SECONDS = 600  # the first build on a machine compiles an SQLite too; Go keeps it for the next
RUN_SECONDS = 120
START_SECONDS = 20


def verify(tools: Path, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What x/mod, transparency-dev/merkle and formats say of published folders and of our proofs."""
    run = subprocess.run(
        [tools / "verifier", "verify"], input=json.dumps(cases), capture_output=True, text=True, timeout=RUN_SECONDS
    )
    assert run.returncode in (0, 1), run.stderr
    found: list[dict[str, Any]] = json.loads(run.stdout)
    return found


def fsck(tools: Path, folder: Path, vkey: str, seconds: float = RUN_SECONDS) -> str:
    """Tessera's fsck over a folder: what it says. It exits 0 whatever it finds, and may hang: the text is the verdict."""
    key = folder.with_name(f"{folder.name}.vkey")
    key.write_text(vkey)
    command = [
        str(tools / "fsck"),
        f"--storage_url=file://{folder}/",
        f"--public_key={key}",
        "--ui=false",
    ]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return "timed out"
    return run.stderr


@dataclass(frozen=True, slots=True)
class LiteWitness:
    """A witness process: where it answers, the key it cosigns with, and its database."""

    url: str
    key: Key
    database: Path

    def know(self, *logs: Key) -> None:
        """Make it witness these logs: the two rows that `witnessctl add-log` and `add-key` write."""
        with closing(sqlite3.connect(self.database)) as database, database:
            for one in logs:
                database.execute(
                    "INSERT INTO log VALUES (?, 0, ?)", (one.name, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
                )
                database.execute("INSERT INTO key VALUES (?, ?)", (one.name, one.vkey))


@contextmanager
def litewitness(tools: Path, folder: Path, name: str = "witness.example/lite") -> Iterator[LiteWitness]:
    """A litewitness with a fresh key for the length of a block."""
    folder.mkdir(exist_ok=True)
    database, port = folder / "witness.db", _free_port()
    with ExitStack() as stack:
        # A socket's path has at most 107 bytes: not below pytest's long folder names.
        agent_at = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jz"))) / "agent"
        agent = stack.enter_context(_process([tools / "verifier", "agent", agent_at], stdin=subprocess.PIPE))
        assert agent.stdout is not None
        fingerprint = agent.stdout.readline().strip()
        said = stack.enter_context((folder / "litewitness.log").open("w"))
        listen = f"127.0.0.1:{port}"
        command = [tools / "litewitness", "-name", name, "-db", database, "-ssh-agent", agent_at]
        stack.enter_context(_process([*command, "-key", fingerprint, "-listen", listen], stderr=said))
        url = f"http://{listen}"
        yield LiteWitness(url, key_of(_told_key(url, folder / "litewitness.log")), database)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def _process(command: list[Any], **streams: Any) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True, **streams)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _told_key(url: str, said: Path) -> str:
    """The verifier key from the witness's own front page, once it answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            page = httpx.get(url, timeout=2.0).text
        except httpx.TransportError:
            time.sleep(0.05)
            continue
        return next(word for word in page.replace("&#43;", "+").split() if word.count("+") >= 2)
    raise AssertionError(f"litewitness did not start:\n{said.read_text()}")
