"""What a spot check's decision needs from the log: the population at a checkpoint, and the checkpoint its seed comes from."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from services.audit.domain.spot_check_state import (
    ConcludeSpotCheck,
    DrawSpotCheck,
    ExtendSpotCheck,
    PlanSpotCheck,
    SeedSource,
)
from services.audit.projections.checkable import CheckableRow, listing_of, standing
from services.audit.projections.spot_checks import SpotCheckRow
from services.audit.publishing.roots import NoRootYet, covered, first_covering, published_root
from services.audit.sampling.population import Candidate
from services.contracts.audit import RootCheckpoint, SpotCheckPlan
from services.contracts.codec import decoder_of
from services.contracts.deciding import Command
from services.eventlog import metrics
from services.eventlog.deciding import Enrich
from services.eventlog.keyring import Keyring
from services.eventlog.listing import as_text
from services.eventlog.postgres import Pool

T = TypeVar("T")
_ROWS: Final = decoder_of(CheckableRow)
_CHECKS: Final = decoder_of(SpotCheckRow)


class _Lacking(Exception):
    """What the log does not give yet, by the code under which the decision refuses."""


@dataclass(slots=True)
class Edge:
    """Fills in commands about spot checks, after what `before` fills in. `folder`: the transparency log's, if there is one."""

    folder: Path | None
    before: Enrich | None = None

    async def __call__(self, command: Command, pool: Pool, keyring: Keyring) -> Command:
        """The command with all that its decision reads, or with what is lacking; whatever a caller put there is dropped."""
        if self.before is not None:
            command = await self.before(command, pool, keyring)
        match command:
            case PlanSpotCheck():
                command = msgspec.structs.replace(command, checkpoint=None, candidates=(), lacking="")
                return await _or_lacking(command, self._planned(command, pool))
            case DrawSpotCheck():
                command = msgspec.structs.replace(command, source=None, candidates=(), lacking="")
                return await _or_lacking(command, self._drawn(command, pool))
            case ExtendSpotCheck() | ConcludeSpotCheck():
                command = msgspec.structs.replace(command, candidates=(), lacking="")
                return await _or_lacking(command, self._judged(command, pool))
            case _:
                return command

    async def _planned(self, command: PlanSpotCheck, pool: Pool) -> Command:
        folder = self._required()
        root = await _read(published_root, folder)
        checkpoint = RootCheckpoint(origin=root.origin, size=root.size, root_sha256=root.root.hex())
        sizes = await _read(covered, folder, root.size)
        candidates = await _population(pool, listing_of(command.kind, command.period), sizes, command.on)
        return msgspec.structs.replace(command, checkpoint=checkpoint, candidates=candidates)

    async def _drawn(self, command: DrawSpotCheck, pool: Pool) -> Command:
        folder, row = self._required(), await spot_check(pool, command.spot_check_no)
        if row is None or row.commitment is None:
            raise _Lacking("checkpoint-not-yet")  # not committed, or not read yet: the decision knows which
        at = row.commitment
        try:
            seed = await asyncio.to_thread(first_covering, folder, row.plan.checkpoint.size, at.partition, at.sequence)
        except (NoRootYet, FileNotFoundError):
            metrics.SPOT_CHECK_WAITS.inc()
            raise _Lacking("checkpoint-not-yet") from None
        source = SeedSource(
            commitment=at, partition_checkpoint=seed.partition_checkpoint, root_checkpoint=seed.root_checkpoint
        )
        return msgspec.structs.replace(command, source=source, candidates=await self._population_of(row.plan, pool))

    async def _judged(self, command: ExtendSpotCheck | ConcludeSpotCheck, pool: Pool) -> Command:
        row = await spot_check(pool, command.spot_check_no)
        if row is None:
            raise _Lacking("population-not-read")
        return msgspec.structs.replace(command, candidates=await self._population_of(row.plan, pool))

    async def population(self, plan: SpotCheckPlan, pool: Pool) -> tuple[Candidate, ...] | None:
        """The population of a plan, read again at the checkpoint it names; None while that cannot be read."""
        try:
            return await self._population_of(plan, pool)
        except _Lacking:
            return None

    async def _population_of(self, plan: SpotCheckPlan, pool: Pool) -> tuple[Candidate, ...]:
        sizes = await _read(covered, self._required(), plan.checkpoint.size)
        return await _population(pool, listing_of(plan.kind, plan.period), sizes, plan.on)

    def _required(self) -> Path:
        if self.folder is None:
            raise _Lacking("no-transparency-log")
        return self.folder


async def _or_lacking(command: Command, filling: Awaitable[Command]) -> Command:
    try:
        return await filling
    except _Lacking as lacking:
        return msgspec.structs.replace(command, lacking=str(lacking))


async def _read(read: Callable[..., T], folder: Path, *arguments: object) -> T:
    """Read files of the transparency log beside the event loop."""
    try:
        return await asyncio.to_thread(read, folder, *arguments)
    except (NoRootYet, FileNotFoundError):
        raise _Lacking("no-transparency-log") from None


async def spot_check(pool: Pool, number: str) -> SpotCheckRow | None:
    """A spot check as the log has it."""
    doc = await pool.fetchval("SELECT doc::text FROM audit.m_spot_checks WHERE key = $1", as_text(number))
    return None if doc is None else _CHECKS.decode(doc)


async def _population(pool: Pool, listing: str, sizes: Mapping[int, int], on: date) -> tuple[Candidate, ...]:
    """Every item of a listing as it stood on a day by so many records of each partition."""
    read = await pool.fetch("SELECT partition, sequence FROM audit.cursor")
    at = {row["partition"]: row["sequence"] for row in read}
    if any(at.get(partition, 0) < size for partition, size in sizes.items()):
        raise _Lacking("population-not-read")
    rows = await pool.fetch("SELECT partition, doc::text AS doc FROM audit.m_checkable WHERE listed = $1", listing)
    found = (standing(_ROWS.decode(row["doc"]), sizes.get(row["partition"], 0), on) for row in rows)
    return tuple(one for one in found if one is not None)
