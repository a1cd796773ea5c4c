"""Attests one service's read models and decision state: folds the log to their cursors anew and names each row that differs.

Nothing is changed, and PostgreSQL is believed in nothing but where its cursors stand: what a row should be is folded
here, compared here and digested here. A partition is held in memory at a time.
"""

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import msgspec

from services.contracts import codec
from services.contracts.chain import Chain, Standing
from services.contracts.codec import UnreadableRecord, decoder_of, encoder
from services.contracts.deciding import Record, Service
from services.eventlog.postgres import Connection, connect
from services.eventlog.reading import Ends, RawLog, raw_log
from services.eventlog.refolding import Refold, Refolder, Said, refold
from services.eventlog.settings import Settings
from services.eventlog.tables import table_of

# What decisions go by, beside the read models; named as in the list of digests.
STREAMS: Final = "(streams)"
EDITED_TOLD_MAX: Final = 100
FACTS_NAMED_MAX: Final = 20
_ROWS_FETCHED: Final = 2_000

What = Literal["altered", "missing", "added"]
_canonical: Final = msgspec.json.Encoder(order="sorted")


class CannotAttest(RuntimeError):
    """The log does not lead to the cursors, or records wait for a re-drive: there is nothing to compare with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorAt:
    """How far one partition was folded: the last effective record applied, hex hash; 0 and zeros before the first."""

    partition: int
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactPlace:
    """One record a row is made of, found again by its place and checked by its hash."""

    event_id: str
    type: str
    partition: int
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedRow:
    """A row that is not what the log makes of it: altered (in which `fields`), missing, or added without any fact.

    `facts`: the latest of the `fact_count` records it is made of; of an added row the record at the cursor, up to which none
    makes it. No value is told.
    """

    model: str
    key: str
    partition: int
    what: What
    fields: tuple[str, ...]
    facts: tuple[FactPlace, ...] = ()
    fact_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAttested:
    """One model: rows by the log, and SHA-256 over its rows as folded and as PostgreSQL holds them, partition by partition."""

    model: str
    row_count: int
    digest: str
    stored_digest: str
    edited_count: int

    @property
    def equal(self) -> bool:
        return self.edited_count == 0 and self.digest == self.stored_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """What an attestation came to. `edited` names at most `EDITED_TOLD_MAX` rows; `models` count them all."""

    service: str
    cursors: tuple[CursorAt, ...]
    models: tuple[ModelAttested, ...]
    edited: tuple[EditedRow, ...]
    seconds: float

    @property
    def equal(self) -> bool:
        return all(model.equal for model in self.models)

    @property
    def records(self) -> int:
        return sum(cursor.sequence for cursor in self.cursors)


@dataclass(slots=True)
class _Tally:
    """A model so far: each partition's digest is taken in when that partition is done."""

    rows: int = 0
    edited: int = 0
    folded: Any = field(default_factory=hashlib.sha256)
    stored: Any = field(default_factory=hashlib.sha256)


@dataclass(slots=True, kw_only=True)
class _Attesting:
    """One attestation under way, in one snapshot of PostgreSQL."""

    service: Service
    connection: Connection
    reader: RawLog
    tallies: dict[str, _Tally]
    edited: list[EditedRow] = field(default_factory=list)

    async def partition(self, refolder: Refolder, one: Refold) -> None:
        """Compare everything of one folded partition, and name the facts of what differs."""
        by_model: dict[str, dict[str, msgspec.Struct]] = {model.name: {} for model in self.service.models}
        for (model, key), row in one.rows.items():
            if row is not None:
                by_model[model][key] = row
        found = [row for name, rows in by_model.items() async for row in self._model(name, one.partition, rows)]
        found += [row async for row in self._streams(refolder, one.partition)]
        told = found[: EDITED_TOLD_MAX - len(self.edited)]
        if told:
            self.edited += await self._with_facts(refolder, one, told)

    async def _model(self, model: str, partition: int, folded: dict[str, msgspec.Struct]) -> Any:
        tally, by_log, by_store = self.tallies[model], hashlib.sha256(), hashlib.sha256()
        tally.rows += len(folded)
        documents = {key: _document(encoder.encode(folded[key])) for key in sorted(folded)}
        for key, document in documents.items():
            by_log.update(b"%b\x1e%b\x1d" % (key.encode(), document))
        query = (
            f"SELECT key, doc::text AS doc FROM {self.service.name}.{table_of(model)} WHERE partition = $1 "
            'ORDER BY key COLLATE "C"'
        )
        async for stored in self.connection.cursor(query, partition, prefetch=_ROWS_FETCHED):
            key, document = stored["key"], _document(stored["doc"].encode())
            by_store.update(b"%b\x1e%b\x1d" % (key.encode(), document))
            expected = documents.pop(key, None)
            if expected != document:
                tally.edited += 1
                what: What = "added" if expected is None else "altered"
                yield EditedRow(
                    model=model, key=key, partition=partition, what=what, fields=_fields(expected, document)
                )
        for key in documents:
            tally.edited += 1
            yield EditedRow(model=model, key=key, partition=partition, what="missing", fields=())
        tally.folded.update(by_log.digest())
        tally.stored.update(by_store.digest())

    async def _streams(self, refolder: Refolder, partition: int) -> Any:
        """Decision states: what is not on the log yet is ahead of it, never behind and never other at the same version."""
        assert refolder.decided is not None
        tally, by_log, by_store = self.tallies[STREAMS], hashlib.sha256(), hashlib.sha256()
        folded = refolder.decided.streams
        subjects = sorted(folded)
        tally.rows += len(subjects)
        for begin in range(0, len(subjects), _ROWS_FETCHED):
            some = subjects[begin : begin + _ROWS_FETCHED]
            rows = await self.connection.fetch(
                f"SELECT subject, version, state FROM {self.service.name}.streams WHERE subject = ANY($1)", some
            )
            stored = {row["subject"]: (row["version"], row["state"]) for row in rows}
            for subject in some:
                version, state = folded[subject]
                document = _document(encoder.encode(state))
                by_log.update(b"%b\x1e%d\x1e%b\x1d" % (subject.encode(), version, document))
                row = self._stream(subject, partition, version, document, stored.get(subject))
                if row is None:
                    by_store.update(b"%b\x1e%d\x1e%b\x1d" % (subject.encode(), version, document))
                    continue
                by_store.update(b"%b\x1e%b\x1d" % (subject.encode(), row.what.encode()))
                tally.edited += 1
                yield row
        tally.folded.update(by_log.digest())
        tally.stored.update(by_store.digest())

    def _stream(
        self, subject: str, partition: int, version: int, document: bytes, stored: tuple[int, bytes] | None
    ) -> EditedRow | None:
        what: What = "altered"
        fields: tuple[str, ...] = ()
        if stored is None:
            what = "missing"
        elif stored[0] > version:
            return None
        elif stored[0] < version:
            fields = ("version",)
        else:
            held = self._held_state(subject, stored[1])
            if held == document:
                return None
            fields = _fields(document, held)
        return EditedRow(model=STREAMS, key=subject, partition=partition, what=what, fields=fields)

    def _held_state(self, subject: str, state: bytes) -> bytes:
        """A stored decision state as this build would write it: it may be older than a field with a default."""
        try:
            decoder = decoder_of(self.service.aggregate_of(subject).state)
            return _document(encoder.encode(decoder.decode(state)))
        except (msgspec.DecodeError, ValueError):
            return b"{}"

    async def _with_facts(self, refolder: Refolder, one: Refold, rows: list[EditedRow]) -> list[EditedRow]:
        """The rows with the records they are made of: read again, since nobody remembers the facts of rows that are right."""
        wanted = {(row.model, row.key): row for row in rows}
        facts: dict[tuple[str, str], list[FactPlace]] = {place: [] for place in wanted}
        counts = dict.fromkeys(wanted, 0)
        last: FactPlace | None = None
        ends = (await self.reader.ends([one.partition]))[one.partition]
        async for record, is_last in _records(self.reader, one.partition, one.chain.sequence, ends):
            touched = set(refolder.folds.touched(record)) if record.envelope.type in self.service.listens else set()
            if record.envelope.owner == self.service.name:
                touched.add((STREAMS, record.envelope.subject))
            place = _place(record)
            last = place if is_last else last
            for name in touched & wanted.keys():
                counts[name] += 1
                facts[name] = [*facts[name], place][-FACTS_NAMED_MAX:]
        told = []
        for name, row in wanted.items():
            named = facts[name] or ([last] if last is not None else [])
            told.append(replace(row, facts=tuple(named), fact_count=counts[name]))
        return told


async def attest(service: Service, settings: Settings, *, said: Said = lambda _: None) -> Attested:
    """Fold the log to the service's cursors and compare, row by row, in one snapshot; `CannotAttest` when it cannot be."""
    started = time.perf_counter()
    connection = await connect(settings.postgres_url, application=f"jiuzhu-attest-{service.name}")
    try:
        async with (
            connection.transaction(isolation="repeatable_read", readonly=True),
            raw_log(settings, client="jiuzhu-attest") as reader,
        ):
            cursors = await connection.fetch(
                f"SELECT partition, sequence, hash, seek_offset FROM {service.name}.cursor ORDER BY partition"
            )
            tallies = {name: _Tally() for name in (*(model.name for model in service.models), STREAMS)}
            under_way = _Attesting(service=service, connection=connection, reader=reader, tallies=tallies)
            await _partitions(under_way, cursors, said)
        models = tuple(
            ModelAttested(
                model=name, row_count=tally.rows, digest=tally.folded.hexdigest(), stored_digest=tally.stored.hexdigest(),
                edited_count=tally.edited,
            )
            for name, tally in tallies.items()
        )  # fmt: skip
        return Attested(
            service=service.name,
            cursors=tuple(
                CursorAt(partition=row["partition"], sequence=row["sequence"], hash=row["hash"].hex())
                for row in cursors
            ),
            models=models,
            edited=tuple(under_way.edited),
            seconds=time.perf_counter() - started,
        )
    finally:
        await connection.close()


async def _partitions(under_way: _Attesting, cursors: Iterable[Any], said: Said) -> None:
    """Every partition in turn; one where records are parked waits for the others, which may say that they were discarded."""
    service, waiting = under_way.service, []
    discarded: set[tuple[int, int]] = set()
    rows = list(cursors)
    ends = await under_way.reader.ends([row["partition"] for row in rows])
    for done, row in enumerate(rows, 1):
        refolder = Refolder(service, with_decisions=True)
        one = await _fold(under_way.reader, refolder, row, ends[row["partition"]])
        discarded |= one.discarded
        if one.parked:
            waiting.append((refolder, one))
        else:
            await _same_parked(under_way, one)
            await under_way.partition(refolder, one)
        said(done / len(rows))
    for refolder, one in waiting:
        one.discarded = discarded
        refolder.settle_discards([one])
        await _same_parked(under_way, one)
        await under_way.partition(refolder, one)


async def _fold(reader: RawLog, refolder: Refolder, cursor: Any, ends: Ends) -> Refold:
    """One partition folded to its cursor. The seek hint may be stale after a heal: then the whole partition is read."""
    partition = cursor["partition"]
    one = Refold(partition, next_offset=ends.first, until_sequence=cursor["sequence"])
    for after in (min(cursor["seek_offset"] + 1, ends.after), ends.after):
        if one.chain.sequence < cursor["sequence"]:
            await refold(reader, refolder, {partition: one}, {partition: after})
    if one.chain.hash != cursor["hash"]:
        raise CannotAttest(
            f"{refolder.service.name} 分区 {partition} 的游标不在日志上，请先运行 jiuzhu check / the cursor of partition "
            f"{partition} is not on the log: run `jiuzhu check` first"
        )
    return one


async def _same_parked(under_way: _Attesting, one: Refold) -> None:
    """What waits for a re-drive must be the same: a row behind it cannot be judged otherwise."""
    stored = await under_way.connection.fetch(
        f"SELECT sequence FROM {under_way.service.name}.parked WHERE partition = $1", one.partition
    )
    if {row["sequence"] for row in stored} != {row[1] for row in one.parked}:
        name = under_way.service.name
        raise CannotAttest(
            f"{name} 分区 {one.partition} 的搁置记录与日志不符，请先运行 jiuzhu redrive {name} / what is parked in partition "
            f"{one.partition} is not what the log makes of it: run `jiuzhu redrive {name}` first"
        )


def _document(doc: bytes) -> bytes:
    """A document with its names sorted, so that two are equal exactly when their values are; bytes that are none as they are."""
    try:
        return _canonical.encode(msgspec.json.decode(doc))
    except msgspec.DecodeError:
        return doc


def _fields(expected: bytes | None, found: bytes) -> tuple[str, ...]:
    """The names in which two documents differ, sorted."""
    if expected is None:
        return ()
    try:
        before, after = (msgspec.json.decode(one, type=dict[str, Any]) for one in (expected, found))
    except msgspec.DecodeError:
        return ()
    absent = object()
    return tuple(
        sorted(name for name in {*before, *after} if before.get(name, absent) != after.get(name, absent))
    )  # fmt: skip


def _place(record: Record) -> FactPlace:
    envelope = record.envelope
    return FactPlace(
        event_id=envelope.id, type=envelope.type, partition=record.partition, sequence=envelope.sequence,
        hash=record.hash.hex(),
    )  # fmt: skip


async def _records(reader: RawLog, partition: int, until: int, ends: Ends) -> Any:
    """The effective records of a partition that this build can read, up to a sequence; whether each is the last."""
    chain = Chain()
    async for _, delivered in reader.read({partition: ends.first}, {partition: ends.after}):
        for record in _readable(partition, chain, until, (one.value or b"" for one in delivered)):
            yield record, record.envelope.sequence == until
        if chain.sequence >= until:
            return


def _readable(partition: int, chain: Chain, until: int, values: Iterable[bytes]) -> Iterator[Record]:
    for value in values:
        if chain.sequence >= until:
            return
        if chain.offer(value) is not Standing.EFFECTIVE:
            continue
        try:
            envelope = codec.decode(value)
            yield Record(partition=partition, hash=chain.hash, envelope=envelope, fact=codec.body(envelope))
        except UnreadableRecord:
            continue
