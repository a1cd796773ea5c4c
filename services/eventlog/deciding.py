"""Commands to committed facts: load what the decision reads, decide, seal, fold, commit; two round trips for a batch.

It puts facts into the outbox and no further: their order on the log is the log writer's.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec

from services.contracts.adopting import Packs
from services.contracts.codec import Draft, body_bytes, decoder_of, encoder
from services.contracts.deciding import Aggregate, Command, CommandRejected, Context, Service
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook
from services.eventlog import metrics
from services.eventlog.ending import end
from services.eventlog.ids import uuid7
from services.eventlog.keyring import Keyring
from services.eventlog.postgres import UNAVAILABLE, Pool
from services.eventlog.sealing import Sealer
from services.eventlog.seeing import WHOLE_DISTRICT, read_for

COMMANDS_PER_COMMIT_MAX: Final = 250
# A record must fit a Kafka batch. A command's facts may take many: a month's run has a slip for each officer.
FACT_BYTES_MAX: Final = 700_000
COMMAND_BYTES_MAX: Final = 200_000_000
COMMIT_TRIES_MAX: Final = 20
QUEUED_COMMANDS_MAX: Final = 5_000
OUTBOX_CHANNEL: Final = "jiuzhu_outbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A command as it arrives: its id, who asks, and what it follows from.

    `must_state`: a refusal becomes a fact (commands from log, inbox, file, timer); else it is only the answer.
    `expected_version`: the stream version that whoever asks has seen; at another one nothing is decided.
    """

    commandid: uuid.UUID
    command: Command
    actor: str
    role: str
    town: str | None = None
    must_state: bool = False
    expected_version: int | None = None
    causationid: str | None = None
    correlationid: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a command. `status`: accepted, unchanged, refused, conflict (its id was used for another command)."""

    commandid: uuid.UUID
    subject: str
    streamversion: int
    status: str
    replayed: bool = False
    facts: tuple[tuple[str, str], ...] = ()
    code: str = ""
    zh: str = ""
    en: str = ""


class LogClosed(RuntimeError):
    """Commands are not decided now: the log's door is closed. `code` says why, in words for people."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code, self.zh, self.en = code, zh, en


class Overloaded(RuntimeError):
    """More commands wait than this process queues; come back later."""


class NotLevel(Overloaded):
    """A decision rests on read models that are behind the log; come back when they are level with it."""


class CommandTooLarge(CommandRejected):
    """A fact would not fit a Kafka batch, or a command's facts are more than one commit may take."""


# Fills in what a decision needs besides its own stream: other streams of the service, unsealed values.
Enrich = Callable[[Command, Pool, Keyring], Awaitable[Command]]


class _Refusal(msgspec.Struct, frozen=True):
    code: str
    zh: str
    en: str


@dataclass(slots=True)
class _Stream:
    version: int
    state: Any
    loaded_version: int


@dataclass(slots=True)
class _Loaded:
    commands: dict[str, tuple[int, str, str | None]] = field(default_factory=dict)
    streams: dict[str, _Stream] = field(default_factory=dict)
    now: datetime | None = None
    rules_version: int = 0


@dataclass(slots=True)
class _Plan:
    """What one commit writes."""

    commands: list[tuple[uuid.UUID, str, str, int, str | None]] = field(default_factory=list)
    outbox: list[tuple[uuid.UUID, str, bytes]] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    outcomes: list[Outcome | Exception] = field(default_factory=list)


class Decider:
    """Decides a service's commands against its own decision state. Safe to run in any number of processes."""

    def __init__(self, service: Service, pool: Pool, keyring: Keyring, *, enrich: Enrich | None = None) -> None:
        self.service = service
        self.pool = pool
        self.keyring = keyring
        self._enrich = enrich
        self._sealer = Sealer(keyring)
        self._states = {a.prefix: decoder_of(a.state) for a in service.aggregates}
        self._rules: tuple[int, RuleBook] = (-1, RuleBook())
        self._queue: asyncio.Queue[tuple[Incoming, asyncio.Future[Outcome]]] = asyncio.Queue(QUEUED_COMMANDS_MAX)
        self._committed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._load = f"SELECT * FROM {service.name}.load_decisions($1, $2)"
        self._commit = f"SELECT {service.name}.commit_decisions($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)"

    async def start(self) -> None:
        self._tasks = [asyncio.create_task(self._drain()), asyncio.create_task(self._notify())]

    async def stop(self) -> None:
        await end(*self._tasks)

    async def submit(self, incoming: Incoming) -> Outcome:
        """Decide one command together with whatever else is waiting (group commit); `Overloaded` when too much waits."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait((incoming, future))
        except asyncio.QueueFull as error:
            raise Overloaded(f"more than {QUEUED_COMMANDS_MAX} commands wait") from error
        return await future

    async def _drain(self) -> None:
        while True:
            waiting = [await self._queue.get()]
            while len(waiting) < COMMANDS_PER_COMMIT_MAX and not self._queue.empty():
                waiting.append(self._queue.get_nowait())
            try:
                results: Sequence[Outcome | Exception] = await self.execute([incoming for incoming, _ in waiting])
            except Exception as error:  # the callers get it; this loop must outlive any of them
                results = [error] * len(waiting)
            for (_, future), result in zip(waiting, results, strict=True):
                if future.done():
                    continue
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)

    async def _notify(self) -> None:
        """One notification for any number of commits, after them: inside, it would take a database-wide lock."""
        while True:
            await self._committed.wait()
            self._committed.clear()
            with suppress(Exception):  # the writer also polls
                await self.pool.execute(f"NOTIFY {OUTBOX_CHANNEL}")

    async def execute(self, incoming: Sequence[Incoming]) -> list[Outcome | Exception]:
        """Decide a batch in one transaction, in order; an answer or the unexpected exception for each.

        Commands may share subjects. Conflicts with other processes are decided again. Raises `LogClosed` when the
        door is closed, and what asyncpg raises when the database is away: then nothing was decided that the caller
        knows of, and the same command ids may be sent again.
        """
        outcomes: list[Outcome | Exception] = []
        with read_for(WHOLE_DISTRICT):
            for begin in range(0, len(incoming), COMMANDS_PER_COMMIT_MAX):
                outcomes += await self._execute_one_commit(incoming[begin : begin + COMMANDS_PER_COMMIT_MAX])
        return outcomes

    async def _execute_one_commit(self, incoming: Sequence[Incoming]) -> list[Outcome | Exception]:
        started = time.perf_counter()
        enriched = [await self._enriched(one.command) for one in incoming]
        for tries in range(COMMIT_TRIES_MAX):
            loaded = await self._loaded(incoming)
            await self._refresh_rules(loaded.rules_version)
            try:
                plan = self._decide_all(incoming, loaded, enriched)
                self.keyring.flush()
            except BaseException:
                self.keyring.discard_unflushed()
                raise
            if not plan.commands:
                break
            try:
                await self._write(plan, loaded)
                break
            except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError):
                metrics.COMMIT_CONFLICTS.labels(self.service.name).inc()
                await asyncio.sleep(0.002 * tries)
            except asyncpg.ObjectNotInPrerequisiteStateError:
                continue  # the door closed meanwhile: loading again says why
        else:
            raise Overloaded(f"{COMMIT_TRIES_MAX} conflicts in a row; try again")
        self._committed.set()
        metrics.COMMAND_SECONDS.labels(self.service.name).observe(time.perf_counter() - started)
        for outcome in plan.outcomes:
            status = outcome.status if isinstance(outcome, Outcome) else "error"
            metrics.COMMANDS.labels(self.service.name, status).inc()
        return plan.outcomes

    async def _enriched(self, command: Command) -> Command | Exception:
        """What the decision is taken on, or the exception that keeps this one command, not its neighbours, from one."""
        if self._enrich is None:
            return command
        try:
            return await self._enrich(command, self.pool, self.keyring)
        except UNAVAILABLE:
            raise
        except Exception as error:
            return error

    async def _loaded(self, incoming: Sequence[Incoming]) -> _Loaded:
        subjects = list({i.command.subject for i in incoming})
        loaded = _Loaded()
        for what, key, version, content, words, instant in await self.pool.fetch(
            self._load, [i.commandid for i in incoming], subjects
        ):
            match what:
                case b"c":
                    loaded.commands[key] = (version, content.decode(), words)
                case b"s":
                    state = self._states[key.partition(":")[0]].decode(content)
                    loaded.streams[key] = _Stream(version, state, version)
                case b"n":
                    loaded.now = instant
                case b"r":
                    loaded.rules_version = version
                case b"d" if not version:
                    raise LogClosed(key, content.decode(), words)
        return loaded

    async def rulebook(self) -> RuleBook:
        """The rule packs this service has adopted, as of now; also while the log's door is closed."""
        query = (
            f"SELECT coalesce(sum(version), 0)::bigint FROM {self.service.name}.streams WHERE subject LIKE 'rules:%'"
        )
        await self._refresh_rules(await self.pool.fetchval(query))
        return self._rules[1]

    async def _refresh_rules(self, version: int) -> None:
        if self._rules[0] == version:
            return
        rows = await self.pool.fetch(f"SELECT state FROM {self.service.name}.streams WHERE subject LIKE 'rules:%'")
        decoder = decoder_of(Packs)
        packs = tuple(pack for row in rows for pack in decoder.decode(row["state"]).packs)
        self._rules = (version, RuleBook(packs))

    def _decide_all(
        self, incoming: Sequence[Incoming], loaded: _Loaded, enriched: Sequence[Command | Exception]
    ) -> _Plan:
        plan = _Plan()
        for one, command in zip(incoming, enriched, strict=True):
            try:
                if isinstance(command, Exception):
                    raise command
                outcome = self._decide_one(one, command, loaded, plan)
            except Exception as error:  # a bug in one decision must not fail its neighbours in the batch
                plan.outcomes.append(error)
                continue
            plan.outcomes.append(outcome)
        return plan

    def _decide_one(self, one: Incoming, command: Command, loaded: _Loaded, plan: _Plan) -> Outcome:
        subject = command.subject
        commandhash = self.keyring.command_hash(encoder.encode(one.command))
        decided = loaded.commands.get(str(one.commandid))
        if decided is not None:
            return _replay(one, subject, commandhash, decided)
        aggregate = self.service.aggregate_of(subject)
        stream = loaded.streams.get(subject) or _Stream(0, aggregate.initial, 0)
        if one.expected_version not in (None, stream.version):
            return _answer(one, subject, stream.version, "refused", refusal=_moved(stream.version))
        assert loaded.now is not None
        context = Context(
            now=loaded.now, actor=one.actor, role=one.role, town=one.town, rules=self._rules[1],
            pseudonym=self.keyring.pseudonym,
        )  # fmt: skip
        refusal: _Refusal | None = None
        facts: tuple[Fact, ...]
        try:
            facts = aggregate.decide(stream.state, command, context)
        except CommandRejected as no:
            refusal = _Refusal(no.code, no.zh, no.en)
            if not one.must_state:
                return _answer(one, subject, stream.version, "refused", refusal=refusal)
            name = type(command).__name__
            facts = (self.service.refused(command=name, code=no.code, reason_zh=no.zh, reason_en=no.en),)
        if not facts:
            return _answer(one, subject, stream.version, "unchanged")
        try:
            stated = self._state(one, command, commandhash, facts, aggregate, stream, loaded.now, plan)
        except CommandTooLarge as no:
            return _answer(one, subject, stream.version, "refused", refusal=_Refusal(no.code, no.zh, no.en))
        loaded.streams[subject] = stream
        refused = encoder.encode(refusal).decode() if refusal else None
        loaded.commands[str(one.commandid)] = (stream.version, commandhash, refused)
        plan.commands.append((one.commandid, commandhash, subject, stream.version, refused))
        plan.moved.add(subject)
        return _answer(one, subject, stream.version, "refused" if refusal else "accepted", stated, refusal)

    def _state(
        self, one: Incoming, command: Command, commandhash: str, facts: tuple[Fact, ...],
        aggregate: Aggregate[Any], stream: _Stream, now: datetime, plan: _Plan,
    ) -> tuple[tuple[str, str], ...]:  # fmt: skip
        """Seal, fold and encode the facts of one decision; all of them or, when they are too large, none."""
        state, version, bodies, stated = stream.state, stream.version, [], []
        for fact in facts:
            event_id = str(uuid7())
            sealed = self._sealer.seal(fact, event_id, command.subject)
            assert isinstance(sealed, Fact)
            state = aggregate.evolve(state, sealed)
            version += 1
            draft = Draft(
                id=event_id, owner=self.service.name, subject=command.subject, streamversion=version,
                time=command.happened_at or now, recordedtime=now, commandid=str(one.commandid),
                commandhash=commandhash, correlationid=one.correlationid or str(one.commandid), actor=one.actor,
                fact=sealed, causationid=one.causationid, traceparent=one.traceparent,
            )  # fmt: skip
            bodies.append(body_bytes(draft))
            stated.append((event_id, type(fact).__name__))
        _refuse_too_large(bodies)
        stream.state, stream.version = state, version
        plan.outbox += [(one.commandid, command.subject, body) for body in bodies]
        return tuple(stated)

    async def _write(self, plan: _Plan, loaded: _Loaded) -> None:
        moved = sorted(plan.moved)
        streams = [loaded.streams[subject] for subject in moved]
        await self.pool.execute(
            self._commit,
            *(list(column) for column in zip(*plan.commands, strict=True)),
            moved,
            [s.loaded_version for s in streams],
            [s.version for s in streams],
            [encoder.encode(s.state) for s in streams],
            *(list(column) for column in zip(*plan.outbox, strict=True)),
        )


def _refuse_too_large(bodies: Sequence[bytes]) -> None:
    for size_bytes, most in ((max(map(len, bodies)), FACT_BYTES_MAX), (sum(map(len, bodies)), COMMAND_BYTES_MAX)):
        if size_bytes > most:
            raise CommandTooLarge(
                "command-too-large",
                f"一条命令产生的事实有 {size_bytes} 字节，超过上限 {most}，请拆分",
                f"the facts of one command take {size_bytes} bytes, the limit is {most}; split it",
            )


def _replay(one: Incoming, subject: str, commandhash: str, decided: tuple[int, str, str | None]) -> Outcome:
    version, known_hash, refused = decided
    if known_hash != commandhash:
        return _answer(one, subject, version, "conflict", refusal=_REUSED)
    refusal = msgspec.json.decode(refused, type=_Refusal) if refused else None
    return _answer(one, subject, version, "refused" if refusal else "accepted", refusal=refusal, replayed=True)


def _moved(version: int) -> _Refusal:
    return _Refusal(
        "version-conflict",
        f"该对象已被他人更新（现为第 {version} 版），请刷新核对后再提交",
        f"it was changed meanwhile (now at version {version}); look again, then decide",
    )


_REUSED: Final = _Refusal(
    "command-id-reused",
    "同一编号已用于内容不同的另一条命令；原命令的结果不变。如确是新的业务，请换用新的编号",
    "this id was used for another command with other content; that one stands. Use a new id for new business",
)


def _answer(
    one: Incoming, subject: str, version: int, status: str, facts: tuple[tuple[str, str], ...] = (),
    refusal: _Refusal | None = None, *, replayed: bool = False,
) -> Outcome:  # fmt: skip
    code, zh, en = (refusal.code, refusal.zh, refusal.en) if refusal else ("", "", "")
    return Outcome(
        commandid=one.commandid, subject=subject, streamversion=version, status=status, replayed=replayed,
        facts=facts, code=code, zh=zh, en=en,
    )  # fmt: skip
