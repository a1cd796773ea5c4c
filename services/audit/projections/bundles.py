"""Inspection bundles that were handed out, each with who had it last; nobody's personal values."""

from datetime import datetime
from typing import Final

import msgspec

from services.contracts.audit import BundleIssued
from services.contracts.deciding import Model, Record


class BundleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One bundle, by its bytes; `times` counts how often it was handed out."""

    bundle_no: str
    scope: str
    scope_of: str
    sha256: str
    size_bytes: int
    record_count: int
    root_origin: str
    root_leaf_count: int
    root_hash: str
    issued_to: str
    role: str
    issued_at: datetime
    times: int


def _bundle(row: BundleRow | None, record: Record, key: str) -> BundleRow:
    fact = record.fact
    assert isinstance(fact, BundleIssued)
    said = {name: getattr(fact, name) for name in BundleIssued.__struct_fields__ if name != "bundle_no"}
    return BundleRow(bundle_no=key, issued_at=record.envelope.time, times=(row.times if row else 0) + 1, **said)


def _bundle_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, BundleIssued)
    return (record.fact.bundle_no,)


BUNDLES: Final = Model(
    name="bundles", row=BundleRow, listens=(BundleIssued,), keys=_bundle_keys, evolve=_bundle
)  # fmt: skip
