"""The shapes of the fields of audit's commands about findings, and the guards they share: what stands in clear is short and names nobody."""

from datetime import date
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from services.contracts.audit import Evidence
from services.contracts.deciding import CommandRejected, Context
from services.contracts.resident_ids import names_a_person

FindingNo = Annotated[str, Meta(pattern=r"^[FSR]-[A-Za-z0-9_-]{1,60}\Z")]
FindingNoOrEmpty = Annotated[str, Meta(pattern=r"^([FSR]-[A-Za-z0-9_-]{1,60})?\Z")]
# Of those which a person raises; numbers of tests and spot checks follow from what they rest on.
RaisedNo = Annotated[str, Meta(pattern=r"^R-[A-Za-z0-9_-]{1,60}\Z")]
Reference = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\Z")]
ReferenceOrEmpty = Annotated[str, Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]{0,79})?\Z")]
Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,59}\Z")]
CodeOrEmpty = Annotated[str, Meta(pattern=r"^([a-z][a-z0-9_]{0,59})?\Z")]
Subject = Annotated[str, Meta(pattern=r"^[a-z][a-z_-]{0,39}:[A-Za-z0-9_.-]{1,80}\Z")]
SubjectOrEmpty = Annotated[str, Meta(pattern=r"^([a-z][a-z_-]{0,39}:[A-Za-z0-9_.-]{1,80})?\Z")]
Actor = Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,39}:[A-Za-z0-9_-]{1,40}\Z")]
ActorOrEmpty = Annotated[str, Meta(pattern=r"^([a-z][a-z-]{0,39}:[A-Za-z0-9_-]{1,40})?\Z")]
Inspector = Annotated[str, Meta(pattern=r"^inspector:[A-Za-z0-9_-]{1,40}\Z")]
TownCode = Annotated[str, Meta(pattern=r"^T[0-9]{2,4}\Z")]
TownCodeOrEmpty = Annotated[str, Meta(pattern=r"^(T[0-9]{2,4})?\Z")]
Place = Annotated[str, Meta(pattern=r"^(T[0-9]{2,4}|district)\Z")]
# A town, or an office of the district (bureau, bureau-finance, a contractor's number …).
Unit = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}\Z")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Sha256OrEmpty = Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?\Z")]
Line = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,200}\Z")]
Text = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,600}\Z")]
RECORDS_MAX: Final = 200
FILES_MAX: Final = 50
Files = Annotated[tuple[Sha256, ...], Meta(max_length=FILES_MAX)]


class CitedRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record that is cited: its event id and place; `hash`, where given, is checked too."""

    event_id: Annotated[str, Meta(max_length=64)]
    partition: Annotated[int, Meta(ge=0, le=32_767)]
    sequence: Annotated[int, Meta(ge=1)]
    hash: Sha256OrEmpty = ""


Cited = Annotated[tuple[CitedRecord, ...], Meta(max_length=RECORDS_MAX)]
# Never the caller's: the edge reads the journal at the places that are cited.
Found = tuple[Evidence, ...] | None


def rejected_unless(holds: bool, code: str, zh: str, en: str) -> None:
    """Raise `CommandRejected` when a condition does not hold."""
    if not holds:
        raise CommandRejected(code, zh, en)


def text_given(field: str, text: str) -> None:
    """Text that must be there, and holds no resident ID or phone number: it stands in clear on the log."""
    rejected_unless(bool(text.strip()), "text-missing", f"须填写 {field}", f"{field} must be given")
    names_nobody(field, text)


def names_nobody(field: str, text: str) -> None:
    """Text that may be empty, but stands in clear on the log."""
    rejected_unless(
        not names_a_person(text),
        "personal-in-text",
        f"{field} 不得填写身份证号或手机号",
        f"{field} may hold no resident ID or phone number",
    )


def not_in_future(field: str, day: date, context: Context) -> None:
    rejected_unless(day <= context.today, "time-in-future", f"{field} 在将来", f"{field} lies in the future")


def evidence_found(records: tuple[CitedRecord, ...], found: Found) -> tuple[Evidence, ...]:
    """The records that are cited as the journal has them; refused when one is not there, or is another one."""
    there = {(one.partition, one.sequence): one for one in found or ()}
    evidence = []
    for cited in records:
        one = there.get((cited.partition, cited.sequence))
        rejected_unless(
            one is not None and one.event_id == cited.event_id and cited.hash in ("", one.hash),
            "evidence-differs",
            f"分区 {cited.partition} 第 {cited.sequence} 条不是所引用的记录",
            f"record {cited.sequence} of partition {cited.partition} is not the one that is cited",
        )
        assert one is not None, "refused otherwise"
        evidence.append(one)
    return tuple(evidence)
