"""One installation under load: the product's processes with a supervisor, clients that retry, and the oracle at the end."""

import asyncio
import os
import random
import signal
import socket
import sys
import uuid
from asyncio.subprocess import Process
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from aiokafka import AIOKafkaProducer

from deploy.embedded.home import PROJECT_ROOT
from services.contracts import codec
from services.contracts.chain import Chain, Standing
from services.contracts.envelope import Envelope
from services.eventlog import rebuild
from services.eventlog.auth import Identity, Tokens
from services.eventlog.check import Report, check
from services.eventlog.deciding import Decider, Incoming, Outcome
from services.eventlog.journal import Row
from services.eventlog.keyring import opened
from services.eventlog.reading import raw_log
from services.eventlog.refolding import Refold, Refolder, refold
from services.eventlog.tables import model_digests
from tests.chaos.notes import ECHO, Note, notes
from tests.chaos.proxy import CommitCutter
from tests.conftest import Installation

READY_SECONDS = 60.0
SETTLE_SECONDS = 90.0
GRACE_SECONDS = 10.0
SUBJECTS = 8
MARKS = (b"commit_decisions", b"apply_batch", b"COMMIT")
FORGERIES = frozenset({"foreign", "early", "forged-repeat"})
SETTLED = """
    SELECT NOT EXISTS (SELECT FROM audit.outbox) AND NOT EXISTS (
        SELECT FROM log.watermark w JOIN audit.cursor c USING (partition)
        WHERE c.sequence <> w.sealed_sequence OR w.acked_sequence <> w.sealed_sequence)"""


@dataclass(slots=True, kw_only=True)
class Life:
    """A named process: what is run, how often it ended and how, and the ways in which its next lives shall end."""

    name: str
    kind: str
    port: int
    slot: int = 0
    ends_at: list[tuple[str, int]] = field(default_factory=list)
    process: Process | None = None
    codes: list[int] = field(default_factory=list)
    keeper: asyncio.Task[None] | None = None
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client was told: the command it sent and the stream version in the reply."""

    about: str
    number: int
    commandid: uuid.UUID
    streamversion: int


class Scene:
    """Processes, load and oracle of one run. `rng` decides everything that is left to chance."""

    def __init__(self, installation: Installation, folder: Path, rng: random.Random) -> None:
        self.installation, self.rng = installation, rng
        self._folder = folder
        place = urlsplit(installation.admin_url)
        assert place.hostname is not None
        assert place.port is not None
        self.cutter = CommitCutter(place.hostname, place.port, MARKS)
        self.lives: dict[str, Life] = {}
        self.answers: list[Answer] = []
        self.doubts = 0
        self.forged: set[tuple[int, int]] = set()
        self._loading = asyncio.Event()
        self._clients: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Scene":
        await self.cutter.start()
        with opened(self.installation.keyring) as keyring:
            identity = Identity(actor="test", role="auditor", town=None)
            self._token = Tokens(keyring).issue(identity, valid_for=timedelta(hours=1))
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        await asyncio.gather(*(self.end(name) for name in list(self.lives)))
        await self.cutter.stop()

    # Processes

    def begin(self, name: str, *ends_at: tuple[str, int], slot: int = 0) -> None:
        """Start a process (``writer``, ``serve`` or ``worker``, with any suffix) and keep it alive.

        `ends_at`: its first lives are victims, each with the step and passing at which it kills itself.
        """
        life = Life(name=name, kind=name.partition("-")[0], port=free_port(), slot=slot, ends_at=list(ends_at))
        self.lives[name] = life
        life.keeper = asyncio.create_task(self._keep(life))

    async def _keep(self, life: Life) -> None:
        while life.wanted:
            if life.ends_at:
                step, passing = life.ends_at.pop(0)
                arguments = ["tests.chaos.victim", life.kind, step, str(passing)]
            else:
                arguments = ["tests.chaos.product", life.kind]
                if life.kind == "worker":
                    arguments += ["--slot", str(life.slot)]
            with (self._folder / f"{life.name}.log").open("ab") as log:
                life.process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", *arguments, env=self._environment(life), cwd=PROJECT_ROOT, stdout=log, stderr=log
                )  # fmt: skip
            life.codes.append(await life.process.wait())

    def _environment(self, life: Life) -> dict[str, str]:
        settings = self.installation.settings("eventlog" if life.kind == "writer" else "audit")
        url = urlsplit(settings.postgres_url)
        credentials = url.netloc.rpartition("@")[0]
        return {
            "PATH": os.environ["PATH"],
            "JIUZHU_KAFKA": settings.kafka,
            "JIUZHU_POSTGRES_URL": f"postgresql://{credentials}@127.0.0.1:{self.cutter.port}{url.path}?sslmode=disable",
            "JIUZHU_KEYRING": str(settings.keyring),
            "JIUZHU_TOPIC_PREFIX": settings.topic_prefix,
            "JIUZHU_PORT": str(life.port),
        }

    def send(self, name: str, what: signal.Signals) -> None:
        """Signal a process, if it lives at this instant."""
        process = self.lives[name].process
        if process is not None and process.returncode is None:
            process.send_signal(what)

    async def end(self, name: str) -> None:
        """Stop a process for good, politely first."""
        life = self.lives.pop(name)
        life.wanted = False
        process = life.process
        if process is None or life.keeper is None:
            return
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        done, _ = await asyncio.wait([life.keeper], timeout=GRACE_SECONDS)
        if not done:
            process.kill()
            await life.keeper

    async def murder(self, name: str) -> None:
        """SIGKILL without a next life."""
        life = self.lives.pop(name)
        life.wanted = False
        assert life.process is not None
        assert life.keeper is not None
        life.process.kill()
        await life.keeper

    async def ready(self, *names: str) -> None:
        """Wait until these processes say they are ready."""
        async with httpx.AsyncClient(timeout=2) as client:
            for name in names:
                await eventually(lambda name=name: self._is_ready(client, name), READY_SECONDS, f"{name} is ready")

    async def _is_ready(self, client: httpx.AsyncClient, name: str) -> bool:
        try:
            reply = await client.get(f"http://127.0.0.1:{self.lives[name].port}/readyz")
        except httpx.HTTPError:
            return False
        return reply.status_code == 200

    async def state_of_writer(self, name: str = "writer") -> str:
        """The log writer's own word for what it does; empty when it does not answer."""
        try:
            async with httpx.AsyncClient(timeout=2) as client:
                reply = await client.get(f"http://127.0.0.1:{self.lives[name].port}/readyz")
        except httpx.HTTPError:
            return ""
        return str(reply.json()["state"])

    async def all_died(self, name: str, deaths: int) -> None:
        """Wait until a process has ended so many times."""
        await eventually(lambda: self._died(name, deaths), READY_SECONDS, f"{name} died {deaths} times")

    async def _died(self, name: str, deaths: int) -> bool:
        return len(self.lives[name].codes) >= deaths

    def killed_at(self, name: str) -> list[str]:
        """The steps at which victims of this name killed themselves, in order."""
        lines = (self._folder / f"{name}.log").read_text(encoding="utf-8").splitlines()
        return [line.removeprefix("killed at ") for line in lines if line.startswith("killed at ")]

    # Load

    def load(self, subjects: int = SUBJECTS) -> None:
        """Clients, one a subject, who send their next command when the last one was answered and retry any doubt."""
        self._loading.set()
        self._clients = [asyncio.create_task(self._client(f"s{n}")) for n in range(subjects)]

    async def rest(self) -> None:
        """Let every client finish the command it is at."""
        self._loading.clear()
        await asyncio.wait_for(asyncio.gather(*self._clients), READY_SECONDS)

    async def _client(self, about: str) -> None:
        rng = random.Random(f"{self.rng.getrandbits(64)}/{about}")
        async with httpx.AsyncClient(timeout=8) as client:
            number = 0
            while self._loading.is_set():
                number += 1
                body = {"command": "note", "about": about, "number": number, "echo": rng.random() < 0.3}
                confirm = rng.random() < 0.1
                commandid = uuid.UUID(int=rng.getrandbits(128), version=4)
                version = await self._until_answered(client, body, commandid, confirm=confirm)
                self.answers.append(Answer(about, number, commandid, version))
                if rng.random() < 0.05:  # a client that forgot it was answered
                    assert await self._until_answered(client, body, commandid, confirm=False) == version
                await asyncio.sleep(rng.uniform(0.01, 0.1))

    async def _until_answered(
        self, client: httpx.AsyncClient, body: dict[str, object], commandid: uuid.UUID, *, confirm: bool
    ) -> int:
        headers = {"authorization": f"Bearer {self._token}", "idempotency-key": str(commandid)}
        if confirm:
            headers["prefer"] = "confirm=log"
        while True:
            url = f"http://127.0.0.1:{self.lives['serve'].port}/v1/commands/note"
            try:
                reply = await client.post(url, json=body, headers=headers)
            except httpx.HTTPError:
                reply = None
            if reply is not None and reply.status_code == 200:
                assert reply.json()["outcome"] == "accepted", reply.text
                return int(reply.json()["streamversion"])
            assert reply is None or reply.status_code in (202, 503), reply.text
            self.doubts += 1
            await asyncio.sleep(0.1)

    async def answered(self, more: int) -> None:
        """Wait until `more` further commands have been answered: the load is really on."""
        wanted = len(self.answers) + more
        await eventually(lambda: self._answered(wanted), READY_SECONDS, f"{wanted} answers")

    async def _answered(self, wanted: int) -> bool:
        for client in self._clients:
            if client.done() and client.exception() is not None:
                client.result()
        return len(self.answers) >= wanted

    async def decide_inside(self, connection: Any) -> Answer:
        """Decide a command inside the open transaction of `connection`; the answer counts once that commits."""
        about = f"late-{len(self.answers)}"
        one = Incoming(
            commandid=uuid.UUID(int=self.rng.getrandbits(128), version=4), command=Note(about=about, number=1),
            actor="test", role="auditor",
        )  # fmt: skip
        with opened(self.installation.keyring) as keyring:
            (outcome,) = await Decider(notes, connection, keyring).execute([one])
        assert isinstance(outcome, Outcome)
        return Answer(about, 1, one.commandid, outcome.streamversion)

    # Foreign records

    async def forge(self, partition: int, value: bytes) -> None:
        """Put a record of somebody else's on the log."""
        producer = AIOKafkaProducer(bootstrap_servers=self.installation.cluster.bootstrap_servers)
        await producer.start()
        try:
            topic = self.installation.settings("eventlog").log_topic
            sent = await producer.send_and_wait(topic, value, key=b"forged", partition=partition)
            self.forged.add((partition, sent.offset))
        finally:
            await producer.stop()

    async def journal_rows(self) -> list[Row]:
        """Every sealed record, in order of its partition."""
        found = await self.installation.admin.fetch("SELECT * FROM log.journal ORDER BY partition, sequence")
        return [Row(**dict(row)) for row in found]

    # Oracle

    async def settled(self) -> None:
        """Wait until everything decided is on the log and applied."""

        async def there() -> bool:
            try:
                return bool(await self.installation.admin.fetchval(SETTLED))
            except OSError:
                return False

        await eventually(there, SETTLE_SECONDS, "everything is applied")

    async def verify(self) -> Report:
        """The oracle: nothing lost, nothing doubled, nothing out of order, and a rebuild that equals the live state."""
        await self.settled()
        assert self.answers, "a run without load proves nothing"
        settings = self.installation.settings("audit")
        report = await check(settings, self.installation.admin)
        self._judge(report)
        log = await self._effective()
        self._every_command_once(log)
        await self._rows_equal_a_fresh_fold()
        await self._order_is_kept()
        rebuilt = await rebuild.rebuild(notes, settings)
        assert rebuilt.equal, (rebuilt.before, rebuilt.after)
        async with self.installation.admin.acquire() as connection, connection.transaction():
            assert await model_digests(connection, notes) == rebuilt.after
        return report

    def _judge(self, report: Report) -> None:
        """`check` objects to exactly what was forged, and to nothing else."""
        if not self.forged:
            assert report.complete, report.faults[:5]
        unexpected = [f for f in report.faults if (f.partition, f.offset) not in self.forged or f.kind not in FORGERIES]
        assert not unexpected, unexpected[:5]
        assert {(f.partition, f.offset) for f in report.faults} == self.forged
        assert all(p.journal_equal for p in report.partitions)

    async def _effective(self) -> list[Envelope]:
        settings = self.installation.settings("audit")
        chains: dict[int, Chain] = {}
        found = []
        async with raw_log(settings, client="oracle") as reader:
            ends = await reader.ends(range(settings.partitions))
            starts = {p: end.first for p, end in ends.items()}
            async for partition, records in reader.read(starts, {p: end.after for p, end in ends.items()}):
                chain = chains.setdefault(partition, Chain())
                found += [codec.decode(r.value) for r in records if chain.offer(r.value) is Standing.EFFECTIVE]
        return found

    def _every_command_once(self, log: list[Envelope]) -> None:
        facts = Counter(envelope.commandid for envelope in log)
        asked = {str(answer.commandid) for answer in self.answers}
        assert len(asked) == len(self.answers)
        caused = Counter(
            str(codec.derived_id(envelope.id, "audit/echo"))
            for envelope in log
            if b'"test":"echo"' in bytes(envelope.data)
        )
        assert facts == Counter(asked) + caused
        versions = {envelope.commandid: envelope.streamversion for envelope in log}
        assert all(versions[str(answer.commandid)] == answer.streamversion for answer in self.answers)

    async def _rows_equal_a_fresh_fold(self) -> None:
        settings = self.installation.settings("audit")
        refolder = Refolder(notes)
        refolds = {p: Refold(p) for p in range(settings.partitions)}
        async with raw_log(settings, client="oracle") as reader:
            ends = await reader.ends(refolds)
            await refold(reader, refolder, refolds, {p: end.after for p, end in ends.items()})
        fresh = {
            (key, p): refolder.folds.encode(row)
            for p, refolded in refolds.items()
            for (_, key), row in refolded.rows.items()
        }
        found = await self.installation.admin.fetch("SELECT key, partition, doc::text FROM audit.m_pages")
        live = {
            (r["key"], r["partition"]): refolder.folds.encode(refolder.folds.decode("pages", r["doc"])) for r in found
        }
        assert live == fresh

    async def _order_is_kept(self) -> None:
        """Each subject's numbers stand in the order in which its client sent them; its echoes too."""
        found = await self.installation.admin.fetch(
            "SELECT key, doc->>'numbers' AS numbers FROM audit.m_pages WHERE key <> '(all)'"
        )
        pages = {row["key"]: codec.decoder_of(list[int]).decode(row["numbers"]) for row in found}
        for about in {answer.about for answer in self.answers}:
            assert pages[about] == [answer.number for answer in self.answers if answer.about == about]
            echoes = pages.get(f"{ECHO}{about}", [])
            assert echoes == sorted(set(echoes))


async def eventually(there, seconds: float, what: str) -> None:  # type: ignore[no-untyped-def]
    """Wait for a condition; an AssertionError that names it when it does not come about."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await there():
        assert asyncio.get_running_loop().time() < deadline, f"waited {seconds:.0f} s in vain: {what}"
        await asyncio.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
