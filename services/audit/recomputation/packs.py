"""Every owner's rule packs as the log holds them, and which one a decision could know; it knows what no figure means."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from services.audit.domain import evidence_of
from services.contracts import audit, casework, intake, payroll
from services.contracts.audit import Evidence
from services.contracts.deciding import Record
from services.contracts.registry import Fact

PACK_FACTS: Final[tuple[type[Fact], ...]] = (
    intake.RulePackAdopted, casework.RulePackAdopted, payroll.RulePackAdopted, audit.RulePackAdopted,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """One version of a pack, and when the log learned of it."""

    valid_from: date
    version: str
    known_at: datetime
    content: dict[str, Any]
    evidence: Evidence

    def figure(self, *path: str) -> Any:
        """What stands at a path of the content; None when there is nothing."""
        found: Any = self.content
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found


@dataclass(slots=True)
class Packs:
    """All packs of all services on the log."""

    _adopted: dict[tuple[str, str], list[Adopted]] = field(default_factory=dict)

    def read(self, record: Record) -> bool:
        """Take a record in; whether it adopted a pack."""
        fact = record.fact
        if not isinstance(
            fact, (intake.RulePackAdopted, casework.RulePackAdopted, payroll.RulePackAdopted, audit.RulePackAdopted)
        ):
            return False
        adopted = Adopted(
            valid_from=fact.valid_from, version=fact.version, known_at=record.envelope.recordedtime,
            content=fact.content, evidence=evidence_of(record),
        )  # fmt: skip
        self._adopted.setdefault((record.envelope.owner, fact.name), []).append(adopted)
        return True

    def named(self, owner: str, version: str, known_at: datetime) -> Adopted | None:
        """The pack that facts state as ``name@version``, as `known_at` knew it; None when there is none."""
        name, _, number = version.partition("@")
        found = [
            one for one in self._adopted.get((owner, name), ()) if one.version == number and one.known_at <= known_at
        ]
        return found[-1] if found else None

    def in_force(self, owner: str, name: str, day: date, known_at: datetime) -> Adopted | None:
        """The pack of the latest day not after `day` among those adopted by `known_at`; None when there is none."""
        found = [
            one for one in self._adopted.get((owner, name), ()) if one.valid_from <= day and one.known_at <= known_at
        ]
        return max(found, key=lambda one: (one.valid_from, one.version), default=None)
