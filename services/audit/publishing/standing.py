"""What is published just now: every log's checkpoint, how it stands to the witness policy, and whether it covers a reading."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from services.audit.domain import StateCheckpoint
from services.audit.publishing.verifying import ROOT
from services.audit.store import verify_signature
from services.audit.transparency import note, tiles
from services.audit.transparency.leaf import read_leaf
from services.audit.transparency.merkle import TILE_WIDTH
from services.audit.transparency.note import Key, Note
from services.audit.transparency.policy import Standing, standing
from services.contracts.audit import PartitionCoverage
from services.contracts.envelope import partition_of
from services.eventlog.problems import Problem

COVERED_SECONDS: Final = 5.0
POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Publication:
    """The folder that is published, the witnesses that are asked, and how many of them are wanted."""

    folder: Path
    witnesses: tuple[Key, ...]
    wanted: int

    def checkpoint(self, log: str) -> Note | None:
        """A log's checkpoint as readers see it; None before the first."""
        try:
            return note.note_of((self.folder / log / tiles.CHECKPOINT).read_bytes())
        except (FileNotFoundError, note.NotANote):
            return None

    def standing(self, found: Note) -> Standing:
        return standing(found, self.witnesses, self.wanted, verify_signature)

    def document(self) -> dict[str, Any]:
        """Every log's size, root and standing, as the door tells it; `met` only when every log's policy is."""
        names = sorted(path.name for path in self.folder.iterdir() if (path / tiles.CHECKPOINT).is_file())
        logs = {name: self._log(found) for name in names if (found := self.checkpoint(name)) is not None}
        return {
            "witnesses": [key.vkey for key in self.witnesses],
            "wanted": self.wanted,
            "met": bool(logs) and all(one["met"] for one in logs.values()),
            "logs": logs,
        }

    def _log(self, found: Note) -> dict[str, Any]:
        stands, now = self.standing(found), note.checkpoint_of(found.text)
        return {
            "origin": now.origin,
            "size": now.size,
            "root": now.root.hex(),
            "met": stands.met,
            "cosigned": stands.cosigned,
            "missing": stands.missing,
            "zh": stands.zh,
            "en": stands.en,
        }

    def stated(self, topic: str) -> StateCheckpoint | None:
        """The command that states the root checkpoint of just now on the log; None before the first."""
        found = self.checkpoint(ROOT)
        if found is None:
            return None
        return StateCheckpoint(
            topic=topic,
            note=found.document().decode(),
            cosigned_by=self.standing(found).cosigned,
            wanted_count=self.wanted,
        )

    async def covering(self, topic: str, read: Sequence[PartitionCoverage], own_facts: int) -> StateCheckpoint | None:
        """The root checkpoint of just now, once what was `read` is in the trees; None where it did not come in time.

        The last `own_facts` of the topic's own stream may be missing: they are facts about checkpoints, which cause
        none. The root log is published before the partitions' are: it covers every checkpoint that is seen here.
        A tree that holds another record than was read at a place is a `Problem`: one of the two was rewritten.
        """
        deadline = time.monotonic() + COVERED_SECONDS
        own = partition_of(f"log:{topic}", len(read))
        wanted = {one.partition: one.last_sequence - (own_facts if one.partition == own else 0) for one in read}
        waiting = list(wanted)
        while waiting:
            waiting = [partition for partition in waiting if self._size(partition) < wanted[partition]]
            if waiting and time.monotonic() > deadline:
                return None
            if waiting:
                await asyncio.sleep(POLL_SECONDS)
        for one in read:
            if (
                0 < one.last_sequence <= self._size(one.partition)
                and self._value_sha256(one.partition, one.last_sequence) != one.head
            ):
                raise _tree_differs(one)
        return self.stated(topic)

    def _size(self, partition: int) -> int:
        found = self.checkpoint(str(partition))
        return 0 if found is None else note.checkpoint_of(found.text).size

    def _value_sha256(self, partition: int, sequence: int) -> str:
        """Hex SHA-256 of the record that the tree holds at a place."""
        number, at = divmod(sequence - 1, TILE_WIDTH)
        width = min(TILE_WIDTH, self._size(partition) - number * TILE_WIDTH)
        place = self.folder / str(partition)
        full = place / tiles.entries_path(number)
        data = (full if full.is_file() else place / tiles.entries_path(number, width)).read_bytes()
        return read_leaf(tiles.entries_of(data)[at]).value_sha256.hex()


def _tree_differs(read: PartitionCoverage) -> Problem:
    return Problem(
        status=409,
        code="tree-differs",
        zh=f"透明日志分区 {read.partition} 第 {read.last_sequence} 条与日志不符，其中之一被改写，不予认证",
        en=f"partition {read.partition}: the tree holds another record {read.last_sequence} than the log; one was rewritten",
    )
