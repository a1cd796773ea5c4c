"""A record of a newer type parks its subject and nothing else; what was parked is applied in order, once, or discarded by a fact."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

import msgspec
import pytest

from services.contracts import audit, casework, registry
from services.contracts.adopting import DiscardParked, parked_aggregate, rules_aggregate
from services.contracts.deciding import Aggregate, Command, Context, Model, Reaction, Record, Service
from services.contracts.registry import Fact, fact
from services.eventlog import rebuild, redriving
from services.eventlog.api.runtime import Runtime
from services.eventlog.check import check
from services.eventlog.deciding import Decider, Incoming, Outcome
from services.eventlog.folding import Folds
from services.eventlog.restore import restore_service, run_absent_reactions
from tests.conftest import Installation
from tests.integration.ledger import Count, Open, Tally, ledger, react, tally, tally_keys

KIND = "assist.casework.remark_made.v1"


class Remark(Command, frozen=True, kw_only=True):
    """Another service's newer command, about the ledger's subjects."""

    about: str
    number: int

    @property
    def subject(self) -> str:
        return f"finding:{self.about}"


class RemarkMade(Fact, frozen=True, kw_only=True):
    """What only the newer contracts declare."""

    about: str
    number: int


@contextmanager
def newer_contracts() -> Iterator[tuple[Service, Service]]:
    """The contracts one version on: casework states a new fact, and the ledger listens and reacts to it."""

    fact("casework", "remark_made", subject="finding")(RemarkMade)

    def remark(_: Count, command: Remark, __: Context) -> tuple[Fact, ...]:
        return (RemarkMade(about=command.about, number=command.number),)

    def keys(record: Record) -> tuple[str, ...]:
        return (record.fact.about,) if isinstance(record.fact, RemarkMade) else tally_keys(record)

    def fold(row: Tally | None, record: Record, key: str) -> Tally:
        if not isinstance(record.fact, RemarkMade):
            return tally(row, record, key)
        row = row or Tally(town="T01")
        return msgspec.structs.replace(row, order=(*row.order, f"remark-{record.fact.number}"), opened=row.opened + 1)

    def react_to_both(record: Record) -> tuple[Reaction, ...]:
        if isinstance(record.fact, RemarkMade):
            return (Reaction(name="note", command=Open(about=f"noted-{record.fact.about}", number=record.fact.number)),)
        return react(record)

    speaker = Service(
        name="casework",
        aggregates=(
            rules_aggregate(casework.RulePackAdopted), parked_aggregate(casework.ParkedDiscarded),
            Aggregate(prefix="finding", state=Count, initial=Count(), commands=(Remark,), decide=remark,
                      evolve=lambda state, _: state),
        ),
        models=(), refused=casework.CommandRefused, rule_pack_adopted=casework.RulePackAdopted,
        parked_discarded=casework.ParkedDiscarded,
    )  # fmt: skip
    model = Model(name="tally", row=Tally, listens=(audit.FindingOpened, RemarkMade), keys=keys, evolve=fold)
    listener = replace(ledger, models=(model,), reacts_to=(audit.FindingOpened, RemarkMade), react=react_to_both)
    try:
        yield speaker, listener
    finally:
        del registry.REGISTRY[KIND]
        del registry._KIND_OF[RemarkMade]


def about(command: Command) -> Incoming:
    return Incoming(
        commandid=uuid.uuid5(uuid.NAMESPACE_OID, repr(command)), command=command, actor="test", role="auditor", must_state=True
    )  # fmt: skip


async def becomes(installation: Installation, query: str, wanted: object, seconds: float = 20.0) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while (found := await installation.admin.fetchval(query)) != wanted:
        assert asyncio.get_running_loop().time() < deadline, f"{query}: {found}, not {wanted}"
        await asyncio.sleep(0.02)


async def order_of(installation: Installation, key: str) -> list[str]:
    found = await installation.admin.fetchval("SELECT doc->>'order' FROM audit.m_tally WHERE key = $1", key)
    return msgspec.json.decode(found or "[]", type=list[str])


async def parked(installation: Installation) -> list[tuple[str, str]]:
    rows = await installation.admin.fetch("SELECT subject, reason FROM audit.parked ORDER BY partition, sequence")
    return [(row["subject"], row["reason"]) for row in rows]


async def applied(installation: Installation) -> None:
    """Wait until everything is on the log and every cursor stands at its end."""
    await becomes(
        installation,
        "SELECT NOT EXISTS (SELECT FROM audit.outbox) AND NOT EXISTS (SELECT FROM casework.outbox) AND "
        "(SELECT bool_and(c.sequence = w.sealed_sequence) FROM log.watermark w JOIN audit.cursor c USING (partition))",
        True,
    )


@asynccontextmanager
async def with_parked_records(installation: Installation) -> AsyncIterator[None]:
    """a-1, a remark, a-2 (an echo), a remark, a-3 about "a", and b-1 about "b", followed by an old worker; the writer runs."""
    async with installation.log_writer():
        with newer_contracts() as (speaker, _):
            async with installation.running(ledger, speaker, worker=False) as (own, other):
                for runtime, command in (
                    (own, Open(about="a", number=1)), (other, Remark(about="a", number=1)),
                    (own, Open(about="a", number=2, echo=True)), (other, Remark(about="a", number=2)),
                    (own, Open(about="a", number=3)), (own, Open(about="b", number=1)),
                ):  # fmt: skip
                    await runtime.decider.submit(about(command))
                    await becomes(installation, f"SELECT count(*) FROM {runtime.service.name}.outbox", 0)
        async with installation.running(ledger):
            await applied(installation)
        yield


async def test_a_newer_fact_parks_its_subject_and_no_other(installation: Installation) -> None:
    """The remark is parked with its reason, later facts of its subject wait behind it, another subject's fact is applied."""
    async with with_parked_records(installation):
        assert await order_of(installation, "a") == ["a-1"]
        assert await order_of(installation, "b") == ["b-1"]
        found = await parked(installation)
        assert [subject for subject, _ in found] == ["finding:a"] * 4
        assert KIND in found[0][1]
        assert await order_of(installation, "echo-a") == []


async def ask(installation: Installation, *, discard: bool) -> None:
    await installation.admin.execute(
        "INSERT INTO audit.redrive VALUES ('finding:a', $1, 'a test said so', 'operator:test')", discard
    )


ALL = ["a-1", "remark-1", "a-2", "remark-2", "a-3"]


async def test_redrive_applies_in_order_and_reacts_once(installation: Installation) -> None:
    """Once the contract exists a re-drive applies what was parked in log order; each reaction runs once, asked twice."""
    async with with_parked_records(installation):
        with newer_contracts() as (_, listener):
            async with installation.running(listener):
                for _ in range(2):
                    await ask(installation, discard=False)
                    await becomes(installation, "SELECT count(*) FROM audit.redrive", 0)
            # Nothing is parked any more: now the version that listens to more is to be rebuilt before it starts again.
            assert (await rebuild.rebuild(listener, installation.settings("audit"))).equal
            async with installation.running(listener) as (runtime,):
                await runtime.decider.submit(about(Open(about="a", number=4)))
                await applied(installation)
            assert await order_of(installation, "a") == [*ALL, "a-4"]
            assert len(await order_of(installation, "noted-a")) == 2
            assert len(await order_of(installation, "echo-a")) == 1
            assert await parked(installation) == []
            rebuilt = await rebuild.rebuild(listener, installation.settings("audit"))
            assert rebuilt.equal
        assert await installation.admin.fetchval("SELECT count(*) FROM log.journal") == 7 + 3


async def test_two_workers_redrive_a_record_once(installation: Installation) -> None:
    """Every worker of a service looks for requests; a parked record is folded once however many of them see it."""
    async with with_parked_records(installation):
        with newer_contracts() as (_, listener):
            async with installation.running(listener, worker=False) as (runtime,):
                await ask(installation, discard=False)
                await at_once(listener, runtime)
            assert await order_of(installation, "a") == ALL


async def at_once(service: Service, runtime: Runtime) -> None:
    """Four workers carry out the requests in the same instant, each as if alone."""
    await asyncio.gather(
        *(redriving.redrive_requested(service, runtime.pool, runtime.decider, Folds(service)) for _ in range(4))
    )


async def test_discarding_is_a_fact_about_one_record(installation: Installation) -> None:
    """One request discards one record, by a fact with its reason, whoever carries it out; the next one stays parked."""
    async with with_parked_records(installation), installation.running(ledger, worker=False) as (runtime,):
        await ask(installation, discard=True)
        await at_once(ledger, runtime)
        await becomes(installation, "SELECT count(*) FROM audit.outbox", 0)
        assert await order_of(installation, "a") == ["a-1", "a-2"]
        assert len(await parked(installation)) == 2
        discards = await installation.admin.fetch("SELECT value FROM log.journal WHERE subject = 'parked:finding:a'")
        assert [b'"reason":"a test said so"' in row["value"] for row in discards] == [True]
        await ask(installation, discard=True)
        await at_once(ledger, runtime)
        assert await order_of(installation, "a") == ["a-1", "a-2", "a-3"]
        assert await parked(installation) == []


class Killed(BaseException):
    """The end of a process, which nothing catches."""


class Dying(Decider):
    """A decider whose process dies when it comes to the reactions of what had waited behind the discarded record."""

    async def execute(self, incoming: Sequence[Incoming]) -> list[Outcome | Exception]:
        if not isinstance(incoming[0].command, DiscardParked):
            raise Killed
        return await super().execute(incoming)


async def test_a_crash_while_discarding_discards_no_second_record(installation: Installation) -> None:
    """A worker that dies after the discard was carried out, and its successor: one record is left behind, not two."""
    async with with_parked_records(installation), installation.running(ledger, worker=False) as (runtime,):
        await ask(installation, discard=True)
        dying = Dying(ledger, runtime.pool, runtime.keyring)
        with pytest.raises(Killed):
            await redriving.redrive_requested(ledger, runtime.pool, dying, Folds(ledger))
        await at_once(ledger, runtime)
        assert len(await parked(installation)) == 2
        await becomes(installation, "SELECT count(*) FROM log.journal WHERE subject LIKE 'parked:%'", 1)


async def test_the_parked_set_survives_a_rebuild(installation: Installation) -> None:
    """A rebuild by the same contracts parks exactly what is parked live; a re-drive after it still applies everything."""
    async with with_parked_records(installation):
        before = await parked(installation)
        rebuilt = await rebuild.rebuild(ledger, installation.settings("audit"))
        assert rebuilt.equal
        assert await parked(installation) == before
        with newer_contracts() as (_, listener):
            async with installation.running(listener):
                await ask(installation, discard=False)
                await becomes(installation, "SELECT count(*) FROM audit.redrive", 0)
            assert await order_of(installation, "a") == ALL


async def test_a_rebuild_before_the_redrive_loses_no_reaction(installation: Installation) -> None:
    """With newer contracts a rebuild could fold what is parked, but not react to it: it refuses until that is re-driven."""
    async with with_parked_records(installation):
        with newer_contracts() as (_, listener):
            with pytest.raises(rebuild.RebuildFailed, match="redrive"):
                await rebuild.rebuild(listener, installation.settings("audit"))
            async with installation.running(listener):
                await ask(installation, discard=False)
                await becomes(installation, "SELECT count(*) FROM audit.redrive", 0)
                await applied(installation)
            rebuilt = await rebuild.rebuild(listener, installation.settings("audit"))
            assert rebuilt.equal
            assert await order_of(installation, "a") == ALL
            assert len(await order_of(installation, "noted-a")) == 2


async def test_the_parked_set_survives_a_restore(installation: Installation) -> None:
    """After the loss of PostgreSQL the same subject is parked by old contracts, and its own facts are still decided;
    newer contracts apply it and run the reactions that never ran, once."""
    settings = installation.settings("audit")
    async with with_parked_records(installation):
        before = await parked(installation)
        await restore_service(ledger, settings, lambda zh, en: None)
        assert await parked(installation) == before
        async with installation.running(ledger, worker=False) as (runtime,):
            again = await runtime.decider.submit(about(Open(about="a", number=3)))
            assert again.replayed
            await runtime.decider.submit(about(Open(about="a", number=4)))
            await becomes(installation, "SELECT count(*) FROM audit.outbox", 0)
        assert (await check(settings, installation.admin)).complete
        with newer_contracts() as (_, listener):
            for _ in range(2):
                decided = await restore_service(listener, settings, lambda zh, en: None)
                await run_absent_reactions(listener, settings, decided)
                await becomes(installation, "SELECT count(*) FROM audit.outbox", 0)
            async with installation.running(listener):
                await applied(installation)
            assert await parked(installation) == []
            assert await order_of(installation, "a") == [*ALL, "a-4"]
            assert len(await order_of(installation, "noted-a")) == 2
            assert len(await order_of(installation, "echo-a")) == 1
