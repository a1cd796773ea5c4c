"""A spot check played in memory: populations, checkpoints, commands with what the edge fills in; for unit tests."""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.audit.domain.spot_check import decide_spot_check, evolve_spot_check
from services.audit.domain.spot_check_state import (
    AssignFieldSheets,
    CommitSpotCheck,
    DrawSpotCheck,
    PlanSpotCheck,
    RecordSpotCheckResult,
    SeedSource,
    SpotCheck,
)
from services.audit.sampling.population import Candidate
from services.contracts.audit import Evidence, RootCheckpoint
from services.contracts.codec import convert
from services.contracts.deciding import Command, CommandRejected, Context
from services.contracts.registry import Fact
from services.contracts.rulebook import AdoptedPack, RuleBook

PACK = Path(__file__).parents[2] / "deploy/district/rules/audit.spot_checks.json"
RULES = RuleBook((convert(json.loads(PACK.read_text(encoding="utf-8")), AdoptedPack),))
NOW = datetime(2026, 3, 31, 8, tzinfo=UTC)
TODAY = date(2026, 3, 31)
ORIGIN = "jiuzhu.local/log/root"
OFFICERS = tuple(
    Candidate(
        item=f"O{n:03}", town=f"T{1 + n % 26:02}", about=f"officer:O{n:03}", checked=(f"officer:O{n:03}",),
        marks=("reported_move",) if n % 20 == 0 else (),
    )
    for n in range(1, 199)
)  # fmt: skip
CHECKERS = ("inspector:J01", "inspector:J02")
SHA = "ab" * 32


def text(origin: str, size: int) -> str:
    """A checkpoint's text."""
    return f"{origin}\n{size}\n{base64.b64encode(size.to_bytes(32, 'big')).decode()}\n"


def plan(**changes: Any) -> PlanSpotCheck:
    """A plan over the 198 officers, as the edge hands it on."""
    said: dict[str, Any] = {
        "spot_check_no": "CC-1", "kind": "officers", "on": TODAY, "purpose": "年度抽查", "design": "simple",
        "tolerable_count": 10, "checkpoint": RootCheckpoint(origin=ORIGIN, size=40, root_sha256=SHA),
        "candidates": OFFICERS,
    }  # fmt: skip
    return PlanSpotCheck(**(said | changes))


def seed_source(*, root_size: int = 57, partition_size: int = 12, committed_at: int = 9) -> SeedSource:
    """Where the seed comes from, by default a later checkpoint that covers the commitment."""
    commitment = Evidence(event_id="e2", type="t", partition=3, sequence=committed_at, hash=SHA)
    return SeedSource(
        commitment=commitment,
        partition_checkpoint=text("jiuzhu.local/log/3", partition_size),
        root_checkpoint=text(ORIGIN, root_size),
    )


@dataclass
class Played:
    """A spot check, its state, and what was stated about it."""

    state: SpotCheck = field(default_factory=SpotCheck)
    facts: list[Fact] = field(default_factory=list)
    now: datetime = NOW

    def does(self, command: Command, actor: str = "auditor:A1") -> tuple[Fact, ...]:
        context = Context(now=self.now, actor=actor, role="auditor", town=None, rules=RULES, pseudonym=str)
        facts = decide_spot_check(self.state, command, context)
        for fact in facts:
            self.state = evolve_spot_check(self.state, fact)
        self.facts += facts
        return facts

    def refuses(self, code: str, command: Command, actor: str = "auditor:A1") -> None:
        before = self.state
        with pytest.raises(CommandRejected) as no:
            self.does(command, actor)
        assert no.value.code == code
        assert self.state is before

    @property
    def items(self) -> tuple[str, ...]:
        return tuple(sheet.item for sheet in self.state.sheets)

    def committed(self, **changes: Any) -> "Played":
        self.does(plan(**changes))
        self.does(CommitSpotCheck(spot_check_no="CC-1", plan_sha256=self.state.plan_sha256))
        return self

    def drawn(self, **changes: Any) -> "Played":
        self.committed(**changes)
        self.does(draw(candidates=changes.get("candidates", OFFICERS)))
        return self

    def assigned(self, **changes: Any) -> "Played":
        self.drawn(**changes)
        self.does(AssignFieldSheets(spot_check_no="CC-1", items=self.items, checkers=CHECKERS))
        return self

    def filled(self, deviating: int = 0, **changes: Any) -> "Played":
        """All sheets are in; the first so many deviate in ``use``."""
        self.assigned(**changes)
        self.fill(deviating)
        return self

    def fill(self, deviating: int = 0) -> None:
        for number, sheet in enumerate(one for one in self.state.sheets if not one.done):
            self.does(result(sheet.item, deviating=("use",) if number < deviating else ()), CHECKERS[0])


def draw(**changes: Any) -> DrawSpotCheck:
    said: dict[str, Any] = {"spot_check_no": "CC-1", "source": seed_source(), "candidates": OFFICERS}
    return DrawSpotCheck(**(said | changes))


def result(item: str, **changes: Any) -> RecordSpotCheckResult:
    return msgspec.structs.replace(
        RecordSpotCheckResult(spot_check_no="CC-1", item=item, checked_on=TODAY, form_sha256=SHA), **changes
    )


def checked_with_a_deviation() -> Fact:
    """A field sheet that came back with a deviation."""
    played = Played().assigned()
    return played.does(result(played.items[0], deviating=("use",)), CHECKERS[0])[0]
