"""Proves that the `jiuzhu` command does and says what docs/OPERATIONS.md tells: help, status, exit codes, parked, quarantined, down and up."""

import asyncio
import contextlib
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from deploy import cli, installation
from deploy.district import Call, District, generate, load_profile, month_script, opening_script, stock_script
from deploy.embedded import postgres
from deploy.embedded.home import PROJECT_ROOT, Home, open_home
from deploy.installation import SERVICES, Place
from services.contracts.audit import FindingOpened
from services.contracts.codec import Draft, body_bytes
from services.contracts.months import Month
from services.eventlog.auth import Identity, Tokens
from services.eventlog.keyring import opened
from services.eventlog.provision import DATABASE, database_url

OPERATIONS = PROJECT_ROOT / "docs" / "OPERATIONS.md"
CHINESE = re.compile(r"[一-鿿]")
CLOCK = datetime.fromisoformat("2026-03-20T12:00:00+08:00")
HOUSEHOLDS = 12
REQUESTS = 24
FUTURE_SUBJECT = "finding:from-the-future"
SETTLE_SECONDS = 60.0
COMMANDS = ("up", "down", "status", "doctor", "feed", "rebuild", "check", "heal", "digests", "parked", "quarantined",
            "redrive", "token", "accounts", "log-export", "attest", "recompute", "bundle",
            "verify")  # fmt: skip


@dataclass(kw_only=True)
class Sample:
    """A sample installation of real processes, with a little stock, and what was confirmed as on its log."""

    home: Home
    confirmed: dict[str, dict[str, Any]] = field(default_factory=dict)
    older_copy: Path | None = None

    def jiuzhu(self, *arguments: str, timeout: float = 240.0) -> "subprocess.CompletedProcess[str]":
        """Run the command as a person would."""
        env = {**os.environ, "JIUZHU_HOME": str(self.home.root)}
        return subprocess.run(
            [sys.executable, "-m", "deploy.cli", *arguments],
            env=env, cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip

    def must(self, *arguments: str) -> str:
        """Run the command; it must exit 0. Its standard output."""
        done = self.jiuzhu(*arguments)
        assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @property
    def place(self) -> Place:
        found = installation.locate(self.home)
        assert found is not None
        return found

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.place.ports.by_name()[service]}"

    def token(self, actor: str, role: str, town: str | None = None) -> str:
        with opened(self.home.keyring) as keyring:
            return Tokens(keyring).issue(Identity(actor=actor, role=role, town=town), valid_for=timedelta(hours=1))

    def post(self, service: str, path: str, body: object, token: str, **headers: str) -> httpx.Response:
        return self.post_bytes(service, path, json.dumps(body, ensure_ascii=False).encode(), token, **headers)

    def post_bytes(self, service: str, path: str, content: bytes, token: str, **headers: str) -> httpx.Response:
        all_headers = {"authorization": f"Bearer {token}", **headers}
        return httpx.post(self.url(service) + path, content=content, timeout=30.0, headers=all_headers)

    def confirm(self, call: Call) -> httpx.Response:
        """Issue a command under its own id and ask for the log's confirmation; note it when it has it."""
        answer = self.post(
            call.service, f"/v1/commands/{call.body['command']}", call.body, self.token(call.actor, call.role, call.town),
            **{"idempotency-key": str(call.id), "prefer": "confirm=log"},
        )  # fmt: skip
        if answer.status_code == 200 and answer.json()["outcome"] == "accepted":
            self.confirmed[str(call.id)] = answer.json()
        return answer

    async def sql(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Rows, asked as the superuser."""
        connection = await asyncpg.connect(database_url(self.place.admin_url, DATABASE))
        try:
            return await connection.fetch(query, *arguments)
        finally:
            await connection.close()

    async def settled(self) -> None:
        """Wait until every outbox is empty and every cursor at the journal's end."""
        outbox = " + ".join(f"(SELECT count(*) FROM {s.name}.outbox)" for s in SERVICES)
        behind = " + ".join(
            f"(SELECT count(*) FROM {s.name}.cursor c JOIN log.watermark w USING (partition) "
            "WHERE c.sequence < w.sealed_sequence OR w.acked_sequence < w.sealed_sequence)" for s in SERVICES
        )  # fmt: skip
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            (row,) = await self.sql(f"SELECT {outbox} + {behind} AS left")
            if row["left"] == 0:
                return
            assert time.monotonic() < deadline, "the log did not settle"
            await asyncio.sleep(0.1)

    def digests(self) -> dict[str, str]:
        return dict(line.split() for line in self.must("digests").splitlines())

    def copy_postgres(self, data: Path) -> Path:
        """Keep a copy of PostgreSQL's data, with their owners; only while it is stopped."""
        self.older_copy = data.with_name("older-copy")
        shutil.copytree(data, self.older_copy, symlinks=True)
        for path in (data, *data.rglob("*")):
            state = path.lstat()
            os.chown(self.older_copy / path.relative_to(data), state.st_uid, state.st_gid, follow_symlinks=False)
        return self.older_copy

    def close(self) -> None:
        self.jiuzhu("down")
        place = Path(self.home.read_state().get("postgres_place", self.home.root))
        if place != self.home.root:
            shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(self.home.root, ignore_errors=True)


@cache
def district() -> District:
    return generate(load_profile(PROJECT_ROOT / "deploy" / "district"), 20260301)


@cache
def stock() -> list[Call]:
    """The sample's own rule packs, and a dozen households."""
    packs = [call for call in opening_script(district()) if call.body["command"] == "adopt-rule-pack"]
    return [*packs, *islice(stock_script(district()), HOUSEHOLDS)]


@cache
def requests() -> list[Call]:
    """Requests with complete papers, so that the window accepts them and casework opens a case by reaction."""
    found = []
    for step in month_script(district(), Month.parse("2026-03"), 20260301):
        for call in step.calls:
            if (
                step.at <= CLOCK
                and call.expect == "accepted"
                and call.body.get("type") == "assist.town.request_submitted.v1"
            ):
                found.append(_as_command(call))
                if len(found) == 400:
                    return found
    return found


def _as_command(event: Call) -> Call:
    town = event.body["data"]["town"]
    body = {"command": "receive-request", **event.body["data"], "occurred_at": event.body["time"]}
    return Call(road="command", service="intake", town=town, actor=f"window:{town}-W1", role="window", at=event.at,
                id=event.id, body=body)  # fmt: skip


@contextlib.contextmanager
def load(sample: Sample, calls: Sequence[Call]) -> Iterator[Callable[[int], None]]:
    """A light load in the background: one command after another, whatever the doors answer; waits for so many answers."""
    ended, answered = threading.Event(), threading.Semaphore(0)

    def run() -> None:
        for call in calls:
            if ended.is_set():
                return
            with contextlib.suppress(httpx.TransportError, AssertionError):
                sample.confirm(call)
            answered.release()

    def wait(count: int) -> None:
        for _ in range(count):
            assert answered.acquire(timeout=SETTLE_SECONDS), "the doors do not answer"

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield wait
    finally:
        ended.set()
        thread.join()


_SHARED: list[Sample] = []
_USERS: list[str] = []


@pytest.fixture(scope="session", name="sample")
def shared_sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """One sample installation for this module and the tests of loss: coming up costs more than all questions to it."""
    if not _SHARED:
        _SHARED.append(Sample(home=open_home(tmp_path_factory.mktemp("sample") / "home")))
        _begin(_SHARED[0])
    _USERS.append("one")
    yield _SHARED[0]
    _USERS.pop()
    if not _USERS:
        _SHARED.pop().close()


def _begin(sample: Sample) -> None:
    try:
        before = sample.jiuzhu("status", "--json")
        assert before.returncode == 1
        assert json.loads(before.stdout)["ready"] is False
        sample.must("up", "--sample", "--ports", "auto")
        subprocess.run(
            [sys.executable, "-c", _SET_CLOCK, database_url(sample.place.admin_url, DATABASE), CLOCK.isoformat()],
            check=True,
        )
        for call in [*stock(), *requests()[:REQUESTS]]:
            answer = sample.confirm(call)
            assert answer.status_code == 200, answer.text
    except BaseException:
        _SHARED.clear()
        sample.close()
        raise


_SET_CLOCK = """
import asyncio, datetime, sys, asyncpg
async def main():
    connection = await asyncpg.connect(sys.argv[1])
    await connection.execute("INSERT INTO log.simulated_clock (instant) VALUES ($1)", datetime.datetime.fromisoformat(sys.argv[2]))
    await connection.close()
asyncio.run(main())
"""


# ── help, status, doctor ────────────────────────────────────────────────────────────────────────────────────────────


def test_help_tells_every_command_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    """A caseworker and an engineer both find the command they need."""
    text = " ".join(told(capsys, "--help").split())
    for name in COMMANDS:
        assert re.search(rf" {name} [一-鿿，（）]+ / [a-z]", text), name
        own = told(capsys, name, "--help")
        assert CHINESE.search(own)
        assert f"usage: jiuzhu {name}" in own


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit):
        cli.main(arguments)
    return capsys.readouterr().out


def test_a_wrong_call_says_how_to_call(sample: Sample) -> None:
    """A command there is none of, a service there is none of, a discard without its reason: exit 2, and words."""
    for arguments in (("nonsense",), ("rebuild", "nobody"), ("token", "--role", "king", "--actor", "x")):
        done = sample.jiuzhu(*arguments)
        assert done.returncode == 2, arguments
        assert "usage" in done.stderr
    done = sample.jiuzhu("redrive", "intake", "--discard")
    assert done.returncode == 2
    assert "--reason" in done.stderr


def test_status_has_the_shape_the_architecture_gives(sample: Sample) -> None:
    """`status --json`: home, stores with address, data and pid, services with address, pids and readiness; exit 0 when all is ready."""
    done = sample.jiuzhu("status", "--json")
    assert done.returncode == 0, done.stdout
    found = json.loads(done.stdout)
    assert found["home"] == str(sample.home.root)
    assert found["kafka"].keys() == {"bootstrap", "data", "pid"}
    assert found["postgres"].keys() == {"url", "data", "pid"}
    assert sample.home.password("postgres") not in done.stdout
    assert found["services"].keys() == {"intake", "casework", "payroll", "audit", "portal"}
    for service in found["services"].values():
        assert service["ready"] is True
        assert service["pids"].keys() == {"api", "worker"}
        assert httpx.get(service["url"] + "/readyz").status_code == 200
        for pid in service["pids"].values():
            os.kill(pid, 0)
    assert (found["sample_clock"], found["log_writer"]["state"], found["ready"]) == (True, "open", True)
    assert "就绪 ready" in sample.must("status")


def test_a_second_up_changes_nothing(sample: Sample) -> None:
    """Coming up when all is up: exit 0, the same processes."""
    before = json.loads(sample.must("status", "--json"))
    sample.must("up", "--sample", "--ports", "auto")
    after = json.loads(sample.must("status", "--json"))
    assert (after["kafka"], after["postgres"], after["services"]) == (
        before["kafka"],
        before["postgres"],
        before["services"],
    )


def test_doctor_looks_and_says_what_it_found(sample: Sample) -> None:
    """Every finding has its grade and both languages; on the machine that runs these tests nothing fails."""
    done = sample.jiuzhu("doctor")
    findings = [line for line in done.stdout.splitlines() if line.startswith("[")]
    assert done.returncode == 0, done.stdout
    assert len(findings) > 5
    assert [line for line in findings if not re.fullmatch(r"\[(ok|warn) *\] [a-z_-]+: .+ / .+", line)] == []


def test_a_token_opens_the_door_it_is_for(sample: Sample) -> None:
    """`jiuzhu token` gives a credential with which that role reads, and that is all it gives."""
    token = sample.must("token", "--role", "auditor", "--actor", "auditor:A1").strip()
    answer = httpx.get(sample.url("audit") + "/v1/fact-counts", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    assert httpx.get(sample.url("audit") + "/v1/fact-counts").status_code == 401


# ── check, parked, quarantined ──────────────────────────────────────────────────────────────────────────────────────


async def test_check_certifies_the_running_log(sample: Sample) -> None:
    """While everything runs: complete, exit 0, and every confirmed command's facts are among what was counted."""
    await sample.settled()
    report = json.loads(sample.must("check", "--json"))
    assert report["complete"] is True
    (row,) = await sample.sql("SELECT count(*) AS n FROM log.journal")
    assert report["records"] == row["n"] >= len(sample.confirmed)
    assert set(report["per_source"]) >= {"/intake", "/casework"}


async def test_a_record_from_the_future_is_parked_shown_and_discarded_with_a_reason(sample: Sample) -> None:
    """A newer service wrote a fact nobody here knows: each service parks it, shows it, and leaves it behind only for a reason."""
    commandid, now = uuid.uuid4(), CLOCK  # noqa: TID251
    draft = Draft(
        id=str(uuid.uuid4()), owner="audit", subject=FUTURE_SUBJECT, streamversion=1, time=now, recordedtime=now,  # noqa: TID251
        commandid=str(commandid), commandhash="00", correlationid=str(commandid), actor="test", fact=_any_fact(),
    )  # fmt: skip
    body = re.sub(rb'"type":"[^"]+"', b'"type":"assist.audit.from_the_future.v1"', body_bytes(draft))
    await sample.sql(
        "INSERT INTO audit.outbox (commandid, subject, body) VALUES ($1, $2, $3)", commandid, FUTURE_SUBJECT, body
    )
    await sample.settled()
    text = sample.must("parked")
    assert [line.split()[0] for line in text.splitlines() if FUTURE_SUBJECT in line] == [s.name for s in SERVICES]
    assert "from_the_future" in text
    assert text.splitlines()[-1].startswith("搁置 5 条 / 5 parked")
    again = sample.jiuzhu("redrive", "payroll", FUTURE_SUBJECT)
    assert again.returncode == 1
    assert "1 records still parked" in again.stdout
    done = sample.must("redrive", "payroll", FUTURE_SUBJECT, "--discard", "--reason", "演练 a drill")
    assert "0 records still parked" in done
    assert "4 parked" in sample.must("parked")
    await sample.settled()
    # The sweep's finding about it names the fact too, so the owner is asked for beside the kind.
    (row,) = await sample.sql(
        "SELECT text AS v FROM (SELECT convert_from(value, 'UTF8') AS text FROM log.journal) AS stored "
        "WHERE strpos(text, $1) > 0 AND strpos(text, $2) > 0",
        '"type":"assist.payroll.parked_discarded', '"source":"/payroll"',
    )  # fmt: skip
    assert "演练 a drill" in row["v"]
    assert sample.must("check").splitlines()[0].endswith("完整 complete")


def _any_fact() -> FindingOpened:
    return FindingOpened(
        finding_no="F-1", test="test", severity="low", about="a", town="T26", rule="r", law="l", summary_zh="示例",
        summary_en="sample", evidence=(),
    )  # fmt: skip


async def test_a_bad_row_of_a_file_is_quarantined_and_listed(sample: Sample) -> None:
    """Nobody reads an answer to a file line by line: what is no event is kept, with its place and reason."""
    admin = sample.token("security-administrator:S1", "security-administrator")
    key = sample.post("intake", "/v1/town-keys", {"town": "T01"}, admin).json()["key"]
    answer = sample.post_bytes("intake", "/v1/imports", b"type,id\nno-such-thing,1\n", key)
    assert (answer.status_code, answer.json()["quarantined"]) == (200, 1), answer.text
    await sample.settled()
    lines = sample.must("quarantined").splitlines()
    assert lines[-1] == "隔离 1 条 / 1 quarantined"
    assert lines[0].startswith("T01 ")
    assert CHINESE.search(lines[0])


# ── the manual ──────────────────────────────────────────────────────────────────────────────────────────────────────


def examples() -> list[tuple[str, set[int], list[str]]]:
    """Every ``$ jiuzhu …`` of the manual's console blocks: the call, the exit codes it states (0 unless), its lines."""
    found: list[tuple[str, set[int], list[str]]] = []
    for block in re.findall(
        r"^```console\n(.*?)^```", OPERATIONS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    ):
        for line in block.splitlines():
            if line.startswith("$ "):
                call, _, comment = line[2:].partition("  # ")
                stated = comment.partition(":")[0]
                found.append((call.strip(), {int(code) for code in re.findall(r"\d", stated)} or {0}, []))
            elif line.strip():
                found[-1][2].append(line)
    return found


@pytest.mark.parametrize(("call", "codes", "lines"), examples(), ids=[call for call, _, _ in examples()])
async def test_the_manuals_examples_run_and_print_what_they_say(
    sample: Sample, call: str, codes: set[int], lines: list[str]
) -> None:
    """Each example exits as stated, and prints each line shown (`…` stands for anything)."""
    program, *arguments = shlex.split(call)
    assert program == "jiuzhu"
    await sample.settled()
    done = sample.jiuzhu(*arguments)
    assert done.returncode in codes, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    printed = (done.stdout + done.stderr).splitlines()
    for line in lines:
        pattern = ".*".join(re.escape(part) for part in line.rstrip().split("…"))
        assert any(re.fullmatch(pattern, one.rstrip()) for one in printed), (
            f"{line}\n--- printed\n{done.stdout}{done.stderr}"
        )


def test_the_manual_lists_every_command_and_every_setting() -> None:
    """A command or variable that is not in the manual does not exist for those who run this."""
    text = OPERATIONS.read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"`jiuzhu {name}" not in text] == []
    sources = [
        path.read_text(encoding="utf-8")
        for top in ("services", "deploy")
        for path in (PROJECT_ROOT / top).rglob("*.py")
    ]
    read = {name for source in sources for name in re.findall(r'"(JIUZHU_[A-Z_]*[A-Z])"', source)}
    assert read - set(re.findall(r"JIUZHU_[A-Z_]*[A-Z]", text)) == set()


# ── bundles ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def verified_elsewhere(path: Path, home: Path) -> "subprocess.CompletedProcess[str]":
    """`jiuzhu verify` where there is no installation."""
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", "verify", str(path)],
        env={**os.environ, "JIUZHU_HOME": str(home)}, cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


async def test_a_bundle_is_made_and_verified_without_an_installation(sample: Sample, tmp_path: Path) -> None:
    """What `verify` answers is its exit code; it makes no home, and what was altered is not valid."""
    await sample.settled()
    said = sample.must("bundle", "--findings", "--out", str(tmp_path / "a.zip"))
    data = (tmp_path / "a.zip").read_bytes()
    assert hashlib.sha256(data).hexdigest() in said
    (tmp_path / "b.zip").write_bytes(data[:5000] + b"\0" + data[5001:])
    for name, code, word in (
        ("a.zip", 0, "有效 VALID"),
        ("b.zip", 1, "已被改动 ALTERED"),
    ):
        done = verified_elsewhere(tmp_path / name, tmp_path / "home")
        assert (done.returncode, done.stdout.splitlines()[0]) == (code, word), done.stdout + done.stderr
    assert not (tmp_path / "home").exists()


# ── down ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_down_keeps_everything(sample: Sample) -> None:
    """Down: nothing runs, exit codes and words say so. Up: every digest is what it was."""
    await sample.settled()
    before = sample.digests()
    running = postgres.running(sample.home)
    sample.must("down")
    assert running is not None
    assert running.data is not None
    sample.copy_postgres(running.data)
    status = sample.jiuzhu("status", "--json")
    assert status.returncode == 1
    assert (json.loads(status.stdout)["kafka"], json.loads(status.stdout)["ready"]) == (None, False)
    for arguments in (("check",), ("parked",), ("rebuild", "all"), ("heal",)):
        done = sample.jiuzhu(*arguments)
        assert done.returncode == 1
        assert "jiuzhu up" in done.stderr
    sample.must("up", "--sample", "--ports", "auto")
    await sample.settled()
    assert sample.digests() == before
