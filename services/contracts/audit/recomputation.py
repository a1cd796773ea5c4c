"""Facts about what was reckoned again from the log: read models against their folds, amounts and deadlines against their rules."""

import msgspec

from services.contracts.audit.findings import Evidence
from services.contracts.registry import Fact, fact


class PartitionHead(msgspec.Struct, frozen=True, kw_only=True):
    """How far one partition was read: its last record's sequence and hash; 0 and zeros where it was empty."""

    partition: int
    sequence: int
    hash: str


class LogCheckpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The published checkpoint of the root log when something was stated: its leaves and root (base64)."""

    leaf_count: int
    root: str


class ModelDigest(msgspec.Struct, frozen=True, kw_only=True):
    """A read model by the log and as stored: SHA-256 over its rows, partition by partition; `edited_count` rows differ."""

    model: str
    row_count: int
    digest: str
    stored_digest: str
    edited_count: int


class EditedProjectionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A stored row that is not what its facts make of it: `altered` in `fields`, `missing`, or `added` without any fact.

    `facts`: the latest of the `fact_count` records it is made of; of an added row the record up to which none makes it.
    """

    model: str
    key: str
    partition: int
    what: str
    fields: tuple[str, ...]
    facts: tuple[Evidence, ...]
    fact_count: int


@fact("audit", "projections_attested", subject="attestation")
class ProjectionsAttested(Fact, frozen=True, kw_only=True):
    """One service's read models and decision states were folded anew up to `cursors` and compared with what is stored.

    `edited` names the first rows that differ, `edited_count` counts all; `checkpoint` is absent where no log is published.
    """

    service: str
    cursors: tuple[PartitionHead, ...]
    record_count: int
    models: tuple[ModelDigest, ...]
    edited: tuple[EditedProjectionRow, ...]
    edited_count: int
    equal: bool
    checkpoint: LogCheckpoint | None = None


class RecomputedArea(msgspec.Struct, frozen=True, kw_only=True):
    """What one recomputation came to, in rows: equal, different, or impossible to tell because of what was erased,
    is sealed, or is not on the log.
    """

    of: str
    equal_count: int
    different_count: int
    erased_count: int
    sealed_count: int
    not_recomputable_count: int


@fact("audit", "recomputation_stated", subject="recomputation")
class RecomputationStated(Fact, frozen=True, kw_only=True):
    """Amounts, deadlines, payslips and balances were reckoned again from the raw facts up to `heads` and compared.

    `report_sha256` is of the whole report. `opened_count`: sealed values that were opened for it, in memory, and told nobody.
    """

    topic: str
    heads: tuple[PartitionHead, ...]
    record_count: int
    areas: tuple[RecomputedArea, ...]
    report_sha256: str
    opened_count: int
    checkpoint: LogCheckpoint | None = None
