"""Facts about spot checks (抽查, plan 四(三)): planned, committed, drawn, handed out, filled in, extended, concluded.

What is hashed of them, and how a draw is repeated by hand, stands in docs/SPOT_CHECKS.md.
"""

from datetime import date

import msgspec

from services.contracts.audit.findings import Evidence
from services.contracts.registry import Fact, fact


class RootCheckpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A state of the transparency log's root: whose, how many leaves, the root hash in hex."""

    origin: str
    size: int
    root_sha256: str


class CheckedAttribute(msgspec.Struct, frozen=True, kw_only=True):
    """One thing looked at on every item, in both languages, with the clause it is held against."""

    code: str
    zh: str
    en: str
    law: str


class ForcedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item that is taken in any case, and why; it stands outside the draw and its arithmetic."""

    item: str
    reason: str


class RiskWeight(msgspec.Struct, frozen=True, kw_only=True):
    """What a mark of an item adds to its weight of 1."""

    mark: str
    weight: int


class SpotStratum(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the population that is drawn from by itself; `town` is empty where it is the whole.

    `population_count` without what is forced. `tolerable_count`: so many deviations are to be ruled out.
    """

    town: str
    population_count: int
    tolerable_count: int
    sample_count: int


class SpotCheckPlan(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides a draw but its seed. Its canonical JSON is hashed; after the commitment nothing of it changes.

    `kind`: officers, households, visits, payslips, decisions; of `period` (a month) where the kind has one, as they stood
    `on` a day, by what the log held at `checkpoint`. `population_sha256` is over the sorted lines of docs/SPOT_CHECKS.md.
    `design`: simple, proportional, per_town, weighted. `acceptable_count`: deviations a sample may show and still pass.
    """

    spot_check_no: str
    kind: str
    period: str
    on: date
    purpose: str
    checkpoint: RootCheckpoint
    population_count: int
    population_sha256: str
    design: str
    confidence_permille: int
    tolerable_count: int
    tolerable_permille: int
    acceptable_count: int
    rounds_max: int
    extension_count: int
    strata: tuple[SpotStratum, ...]
    weight_sum: int
    weights: tuple[RiskWeight, ...]
    forced: tuple[ForcedItem, ...]
    attributes: tuple[CheckedAttribute, ...]
    checkers_min: int
    public_value: str
    public_value_on: date | None
    planned_by: str
    pack_version: str


class DrawnItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item that was drawn: its ticket (hex), its weight, and whom it is about (`checked`), who may not check it."""

    item: str
    town: str
    about: str
    weight: int
    forced: bool
    ticket: str
    checked: tuple[str, ...]


class StratumSize(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a stratum are drawn by now; on average, where the draw is by weight."""

    town: str
    sample_count: int


class StratumResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a sample says of one stratum: deviations found, and the most there can be at the stated confidence."""

    town: str
    population_count: int
    sample_count: int
    found_count: int
    upper_count: int
    tolerable_count: int
    within: bool


class AttributeResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a spot check says of one attribute, forced items included in the sums.

    `estimate_milli`: the estimated number of deviations in the population, in thousandths. `upper_count` is exact, at
    the confidence of one look; an item that could not be examined counts as deviating.
    """

    code: str
    found_count: int
    unexamined_count: int
    estimate_milli: int
    upper_count: int
    within: bool
    strata: tuple[StratumResult, ...]


@fact("audit", "spot_check_planned", subject="spot_check")
class SpotCheckPlanned(Fact, frozen=True, kw_only=True):
    """A spot check was planned; until it is committed the same number may be planned anew."""

    plan: SpotCheckPlan
    plan_sha256: str


@fact("audit", "spot_check_committed", subject="spot_check")
class SpotCheckCommitted(Fact, frozen=True, kw_only=True):
    """The plan is bound by its hash before its seed exists: the seed comes from the first root checkpoint that covers this record."""

    spot_check_no: str
    plan_sha256: str
    committed_by: str


@fact("audit", "spot_check_drawn", subject="spot_check")
class SpotCheckDrawn(Fact, frozen=True, kw_only=True):
    """The draw anybody can repeat: its seed, what the seed was made of, and what came out.

    `root_checkpoint` is the text of the first root tree that covers the `commitment`; its last leaf is
    `partition_checkpoint`.
    """

    spot_check_no: str
    plan_sha256: str
    commitment: Evidence
    partition_checkpoint: str
    root_checkpoint: str
    public_value: str
    seed: str
    sizes: tuple[StratumSize, ...]
    items: tuple[DrawnItem, ...]
    draw_sha256: str
    drawn_by: str


@fact("audit", "spot_check_extended", subject="spot_check")
class SpotCheckExtended(Fact, frozen=True, kw_only=True):
    """More deviations were found than the plan accepts: the same seed's draw goes on by the plan's step; `rounds` drawn by now."""

    spot_check_no: str
    rounds: int
    sizes: tuple[StratumSize, ...]
    items: tuple[DrawnItem, ...]
    draw_sha256: str
    extended_by: str


@fact("audit", "field_sheets_assigned", subject="spot_check")
class FieldSheetsAssigned(Fact, frozen=True, kw_only=True):
    """Field sheets of drawn items were handed to checkers, none of whom is checked by them."""

    spot_check_no: str
    items: tuple[str, ...]
    checkers: tuple[str, ...]
    assigned_by: str


@fact("audit", "spot_check_result_recorded", subject="spot_check")
class SpotCheckResultRecorded(Fact, frozen=True, kw_only=True):
    """A field sheet came back signed: which attributes deviate, and which could not be examined; all others conform."""

    spot_check_no: str
    item: str
    town: str
    about: str
    deviating: tuple[CheckedAttribute, ...]
    unexamined: tuple[CheckedAttribute, ...]
    checked_on: date
    checkers: tuple[str, ...]
    form_sha256: str
    evidence_sha256: tuple[str, ...]
    recorded_by: str


@fact("audit", "spot_check_concluded", subject="spot_check")
class SpotCheckConcluded(Fact, frozen=True, kw_only=True):
    """All sheets are in: estimate and exact upper bound of each attribute; `outcome`: within or exceeded.

    `look_risk_ppm`: the risk of one look, in parts per million, rounded up; the stated risk is shared by all rounds a plan
    allows. `unextended`: why the draw was not extended although the plan allows it.
    """

    spot_check_no: str
    outcome: str
    rounds: int
    sample_count: int
    forced_count: int
    confidence_permille: int
    look_risk_ppm: int
    attributes: tuple[AttributeResult, ...]
    unextended: str
    concluded_by: str


@fact("audit", "spot_check_abandoned", subject="spot_check")
class SpotCheckAbandoned(Fact, frozen=True, kw_only=True):
    """A spot check was given up, for everybody to see: a draw that was not liked can not be made to go away."""

    spot_check_no: str
    reason: str
    abandoned_by: str
