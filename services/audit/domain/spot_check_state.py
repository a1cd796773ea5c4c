"""What is remembered of a spot check, and the commands about one; it decides nothing."""

import hashlib
from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from services.audit.sampling.population import Candidate
from services.contracts.audit import Evidence, RootCheckpoint, SpotCheckPlan, StratumSize
from services.contracts.deciding import Command

Number = Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,40}\Z")]
Words = Annotated[str, Meta(min_length=1, max_length=500)]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]


class _OfSpotCheck(Command, frozen=True, kw_only=True):
    spot_check_no: Number

    @property
    def subject(self) -> str:
        return f"spot_check:{self.spot_check_no}"


class _ReadsTheLog(_OfSpotCheck, frozen=True, kw_only=True):
    """What is filled in from the log before it is decided: the population, or the code of what is lacking."""

    candidates: tuple[Candidate, ...] = ()
    lacking: str = ""


class ForcedChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be taken in any case: one item, or every item of a town; and why."""

    reason: Words
    item: str = ""
    town: str = ""


class PlanSpotCheck(_ReadsTheLog, frozen=True, kw_only=True):
    """Plan a spot check of a kind of item as the log has it at its newest published root checkpoint, which is filled in.

    What is not tolerable is a count or a rate of deviations.
    """

    kind: Literal["officers", "households", "visits", "payslips", "decisions"]
    on: date
    purpose: Words
    design: Literal["simple", "proportional", "per_town", "weighted"]
    period: Annotated[str, Meta(pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?\Z")] = ""
    confidence_permille: Annotated[int, Meta(ge=500, le=999)] = 950
    tolerable_count: Count = 0
    tolerable_permille: Annotated[int, Meta(ge=0, le=999)] = 0
    acceptable_count: Annotated[int, Meta(ge=0, le=100)] = 0
    rounds_max: Annotated[int, Meta(ge=1, le=20)] = 1
    extension_count: Count = 0
    forced: tuple[ForcedChoice, ...] = ()
    public_value: Annotated[str, Meta(max_length=200)] = ""
    public_value_on: date | None = None
    checkpoint: RootCheckpoint | None = None


class CommitSpotCheck(_OfSpotCheck, frozen=True, kw_only=True):
    """Bind the plan by its hash: from here on it cannot change, and its seed does not exist yet."""

    plan_sha256: Sha256


class SeedSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where a seed comes from: the commitment's record, and the first checkpoints that cover it, as texts."""

    commitment: Evidence
    partition_checkpoint: str
    root_checkpoint: str


class DrawSpotCheck(_ReadsTheLog, frozen=True, kw_only=True):
    """Draw. Who did it by other means may say what came out (`draw_sha256`): any other draw is refused.

    `source` is filled in from the log.
    """

    public_value: Annotated[str, Meta(max_length=200)] = ""
    draw_sha256: str = ""
    source: SeedSource | None = None


class ExtendSpotCheck(_ReadsTheLog, frozen=True, kw_only=True):
    """Go on with the draw by the plan's step, because the sheets show more than the plan accepts."""

    draw_sha256: str = ""


class AssignFieldSheets(_OfSpotCheck, frozen=True, kw_only=True):
    """Hand field sheets to checkers (actors); a sheet that is not filled in may change hands."""

    items: Annotated[tuple[str, ...], Meta(min_length=1, max_length=1000)]
    checkers: Annotated[tuple[Words, ...], Meta(min_length=1, max_length=20)]


class RecordSpotCheckResult(_OfSpotCheck, frozen=True, kw_only=True):
    """A signed field sheet: attributes (codes) that deviate, and those that could not be examined; the others conform."""

    item: str
    checked_on: date
    form_sha256: Sha256
    deviating: tuple[str, ...] = ()
    unexamined: tuple[str, ...] = ()
    evidence_sha256: tuple[Sha256, ...] = ()


class ConcludeSpotCheck(_ReadsTheLog, frozen=True, kw_only=True):
    """Say what the sample says. `unextended`: why it is not extended although the plan allows it; it is then exceeded."""

    unextended: Annotated[str, Meta(max_length=500)] = ""


class AbandonSpotCheck(_OfSpotCheck, frozen=True, kw_only=True):
    """Give a spot check up, with the reason, for everybody to see."""

    reason: Words


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A drawn item and its field sheet."""

    item: str
    town: str
    about: str
    weight: int
    forced: bool
    checked: tuple[str, ...]
    checkers: tuple[str, ...] = ()
    done: bool = False
    deviating: tuple[str, ...] = ()
    unexamined: tuple[str, ...] = ()

    def counts(self, attribute: str) -> bool:
        """Whether it counts against an attribute: what could not be examined does."""
        return attribute in self.deviating or attribute in self.unexamined


class SpotCheck(msgspec.Struct, frozen=True, kw_only=True):
    """How far a spot check is. The population is not kept: its hash in the plan tells whether what is brought is it."""

    plan: SpotCheckPlan | None = None
    plan_sha256: str = ""
    committed: bool = False
    seed: str = ""
    rounds: int = 0
    sizes: tuple[StratumSize, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    ended: str = ""


def plan_bytes(plan: SpotCheckPlan) -> bytes:
    """A plan's canonical JSON: every field by name, names sorted, no spaces, UTF-8."""
    return msgspec.json.encode(plan, order="sorted")


def plan_sha256(plan: SpotCheckPlan) -> str:
    """Hex SHA-256 of `plan_bytes`."""
    return hashlib.sha256(plan_bytes(plan)).hexdigest()
