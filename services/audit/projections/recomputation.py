"""What was reckoned again last: each service's attestation with every model's digest, and each area's recomputation."""

from datetime import datetime
from typing import Final

import msgspec

from services.contracts.audit import LogCheckpoint, ModelDigest, ProjectionsAttested, RecomputationStated
from services.contracts.deciding import Model, Record


class AttestationRow(msgspec.Struct, frozen=True, kw_only=True):
    """The last attestation of a service; `edited` names rows that differ as ``<model>/<key>``."""

    service: str
    record_count: int
    equal: bool
    edited_count: int
    edited: tuple[str, ...]
    models: tuple[ModelDigest, ...]
    checkpoint: LogCheckpoint | None
    attested_at: datetime


class RecomputationRow(msgspec.Struct, frozen=True, kw_only=True):
    """The last recomputation of one area; the sums are of rows."""

    area: str
    equal_count: int
    different_count: int
    erased_count: int
    sealed_count: int
    not_recomputable_count: int
    record_count: int
    report_sha256: str
    opened_count: int
    checkpoint: LogCheckpoint | None
    recomputed_at: datetime


def _attestation(_: AttestationRow | None, record: Record, key: str) -> AttestationRow:
    fact = record.fact
    assert isinstance(fact, ProjectionsAttested)
    return AttestationRow(
        service=key,
        record_count=fact.record_count,
        equal=fact.equal,
        edited_count=fact.edited_count,
        edited=tuple(f"{row.model}/{row.key}" for row in fact.edited),
        models=fact.models,
        checkpoint=fact.checkpoint,
        attested_at=record.envelope.time,
    )


def _recomputation(_: RecomputationRow | None, record: Record, key: str) -> RecomputationRow | None:
    fact = record.fact
    assert isinstance(fact, RecomputationStated)
    area = next(one for one in fact.areas if one.of == key)
    return RecomputationRow(
        area=key,
        equal_count=area.equal_count,
        different_count=area.different_count,
        erased_count=area.erased_count,
        sealed_count=area.sealed_count,
        not_recomputable_count=area.not_recomputable_count,
        record_count=fact.record_count,
        report_sha256=fact.report_sha256,
        opened_count=fact.opened_count,
        checkpoint=fact.checkpoint,
        recomputed_at=record.envelope.time,
    )


def _service_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, ProjectionsAttested)
    return (record.fact.service,)


def _area_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, RecomputationStated)
    return tuple(area.of for area in record.fact.areas)


ATTESTATIONS: Final = Model(
    name="attestations", row=AttestationRow, listens=(ProjectionsAttested,), keys=_service_keys, evolve=_attestation
)
RECOMPUTATIONS: Final = Model(
    name="recomputations", row=RecomputationRow, listens=(RecomputationStated,), keys=_area_keys, evolve=_recomputation
)
