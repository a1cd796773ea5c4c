"""The automatic test on read models: a stored row that is not what its facts make of it, as an attestation stated it."""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Final

from services.audit.domain import DISTRICT, OpenFinding, evidence_of, objection
from services.contracts.audit import EditedProjectionRow, Evidence, ProjectionsAttested
from services.contracts.deciding import Record
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

PROJECTION_EDITED: Final = "projection_edited"
_WHAT: Final = {
    "altered": ("被改动", "was altered"),
    "missing": ("缺失", "is missing"),
    "added": ("无事实依据", "has no fact"),
}


def edited_rows(record: Record) -> Iterator[OpenFinding]:
    """A finding for each set of facts whose row an attestation found edited (方案四(三)); the fact alone tells.

    Rows of several models are often made of the same facts: then one finding names them all.
    """
    fact = record.fact
    if not isinstance(fact, ProjectionsAttested):
        return
    by_facts: dict[tuple[str, ...], list[EditedProjectionRow]] = {}
    for row in fact.edited:
        by_facts.setdefault(tuple(one.event_id for one in row.facts), []).append(row)
    for rows in by_facts.values():
        yield _edited(record, fact.service, rows)


def _edited(record: Record, service: str, rows: list[EditedProjectionRow]) -> OpenFinding:
    evidence: tuple[Evidence, ...] = (evidence_of(record), *rows[0].facts)
    zh, en = ([_named(service, row)[language] for row in rows] for language in (0, 1))
    return objection(
        PROJECTION_EDITED,
        evidence,
        about=record.envelope.subject,
        town=DISTRICT,
        zh=f"读模型与日志不符：{'；'.join(zh)}",
        en=f"stored rows are not what the log makes of them: {'; '.join(en)}",
    )


def _named(service: str, row: EditedProjectionRow) -> tuple[str, str]:
    zh, en = _WHAT[row.what]
    fields_zh = f"（{'、'.join(row.fields)}）" if row.fields else ""
    fields_en = f" ({', '.join(row.fields)})" if row.fields else ""
    place_zh = (
        f"{service}.{row.model} 的行 {row.key}（分区 {row.partition}）{zh}{fields_zh}，由 {row.fact_count} 条事实构成"
    )
    place_en = f"{service}.{row.model}, row {row.key} (partition {row.partition}) {en}{fields_en}, made of {row.fact_count} facts"
    return place_zh, place_en


class AttestationWatch:
    """Remembers nothing: an attestation tells all by itself."""

    listens: ClassVar[tuple[type[Fact], ...]] = (ProjectionsAttested,)

    def __init__(self, _: RuleBook) -> None:
        return None

    def read(self, record: Record) -> Iterator[OpenFinding]:
        yield from edited_rows(record)

    def ended(self, _: datetime) -> Iterator[OpenFinding]:
        yield from ()
