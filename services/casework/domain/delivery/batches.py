"""A batch as a device sends it: which commands it holds, and what is stated of it once they were decided."""

from collections.abc import Iterable
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from services.casework.domain.commands import (
    DeviceNo,
    ReceiveVisitBatch,
    RecordId,
    RecordOfflineVisit,
    Sequence,
)
from services.casework.domain.commands.shapes import (
    EVIDENCE_MAX,
    Actor,
    Code,
    CommitteeCode,
    HouseholdNo,
    Instant,
    OfficerNo,
    Reference,
    Sha256,
    TownCode,
)
from services.contracts.casework import RefusedRecord

RECORDS_MAX: Final = 500


class OfflineRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One record as the device keeps it: its own id (UUID v7) and number, who made it, its clock then, the visit."""

    record_id: RecordId
    device_sequence: Sequence
    author: Actor
    recorded_at: Instant
    household_no: HouseholdNo
    visit_no: Reference
    service: Code
    officer: OfficerNo
    committee: CommitteeCode
    started_at: Instant
    ended_at: Instant
    person_seen: Annotated[str, Meta(max_length=80)]
    co_signed: bool
    evidence_sha256: Annotated[tuple[Sha256, ...], Meta(max_length=EVIDENCE_MAX)]
    notes: Annotated[str, Meta(max_length=2000)]


class VisitBatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Records of one device, in any order, each as often as it likes; `sent_at` is the device's clock now.

    A record that does not fit its shape keeps none of the others out, so each is read by itself.
    """

    device: DeviceNo
    town: TownCode
    sent_at: Instant
    records: Annotated[tuple[msgspec.Raw, ...], Meta(min_length=1, max_length=RECORDS_MAX)]


def command_of(batch: VisitBatch, record: OfflineRecord) -> RecordOfflineVisit:
    """The command of a record; its id is the record's. Nothing in it depends on the batch but device and town."""
    fields = {name: getattr(record, name) for name in OfflineRecord.__struct_fields__}
    return RecordOfflineVisit(device=batch.device, town=batch.town, **fields)


def receipt_of(
    batch: VisitBatch, taken: Iterable[OfflineRecord], refused: Iterable[tuple[OfflineRecord, str]]
) -> ReceiveVisitBatch:
    """What is stated of a batch: the numbers of the records that stand, and of those refused with the code."""
    return ReceiveVisitBatch(
        device=batch.device,
        town=batch.town,
        sent_at=batch.sent_at,
        received_sequence=tuple(sorted({one.device_sequence for one in taken})),
        refused=tuple(
            RefusedRecord(device_sequence=number, code=code)
            for number, code in sorted({(one.device_sequence, code) for one, code in refused})
        ),
    )
