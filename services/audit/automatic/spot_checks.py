"""What a spot check found, as a finding: every field sheet with a deviation is one; what could not be examined is none."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from services.audit.domain import OpenFinding, evidence_of, objection
from services.contracts.audit import SpotCheckResultRecorded
from services.contracts.deciding import Record
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

SPOT_CHECK_DEVIATION: Final = "spot_check_deviation"


def spot_check_deviation(record: Record) -> OpenFinding | None:
    """A checked item deviates (plan 四(三)); the evidence is the record of its signed sheet."""
    fact = record.fact
    if not isinstance(fact, SpotCheckResultRecorded) or not fact.deviating:
        return None
    zh = "、".join(one.zh for one in fact.deviating)
    en = "; ".join(one.en for one in fact.deviating)
    return objection(
        SPOT_CHECK_DEVIATION,
        (evidence_of(record),),
        about=fact.about,
        town=fact.town,
        zh=f"抽查 {fact.spot_check_no}：{fact.item} 不符——{zh}",
        en=f"spot check {fact.spot_check_no}: {fact.item} deviates – {en}",
        origin_no=f"{fact.spot_check_no}/{fact.item}",
    )


@dataclass(slots=True)
class SpotCheckWatch:
    """Remembers nothing: a signed sheet tells all by itself."""

    rules: RuleBook
    listens: ClassVar[tuple[type[Fact], ...]] = (SpotCheckResultRecorded,)

    def read(self, record: Record) -> Iterator[OpenFinding]:
        if finding := spot_check_deviation(record):
            yield finding

    def ended(self, _: datetime) -> Iterator[OpenFinding]:
        return iter(())
