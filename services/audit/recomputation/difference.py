"""What a recomputation says: what it agrees on, what differs and why, and where it could not tell; it recomputes nothing."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from services.audit.domain import DISTRICT
from services.contracts.audit import Evidence
from services.contracts.deciding import Record
from services.contracts.registry import Fact

# Why something could not be recomputed: what it rests on was erased, is sealed, or never was on the log.
Unclear = Literal["erased", "sealed", "not_recomputable"]
UNCLEAR: Final[tuple[Unclear, ...]] = ("erased", "sealed", "not_recomputable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A row that says something else than the facts do.

    `kind`: the automatic test a finding of it belongs to (``recomputed_payslip``, ``recomputed_balance`` …). `about`: the
    subject of the row (``officer:B-0001``), `month` its month or day where it has one, `line` which of its figures.
    `said` and `recomputed` are figures as text. `evidence`: first the fact that says it, then those it should follow from.
    """

    kind: str
    about: str
    line: str
    said: str
    recomputed: str
    evidence: tuple[Evidence, ...]
    zh: str
    en: str
    month: str = ""
    town: str = DISTRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotTell:
    """A row nobody can recompute, with the reason; it is no difference."""

    about: str
    why: Unclear
    zh: str
    en: str
    month: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one recomputation found. `of`: its name (``payslips``); rows are `equal`, or have a difference, or cannot be told.

    `different` counts rows, of which each may have several `differences`.
    """

    of: str
    equal: int
    different: int
    differences: tuple[Difference, ...] = ()
    cannot_tell: tuple[CannotTell, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows were looked at."""
        return self.equal + self.different + len(self.cannot_tell)

    @property
    def unclear(self) -> dict[Unclear, int]:
        """How many rows could not be told, by reason."""
        counted = Counter(one.why for one in self.cannot_tell)
        return {why: counted[why] for why in UNCLEAR}


class Recomputation(Protocol):
    """One area's recomputation. Fed effective records, each partition in its order, partitions at will.

    What it finds may not depend on how partitions were interleaved.
    """

    @property
    def listens(self) -> tuple[type[Fact], ...]:
        """The facts `read` is to be given; no others are."""
        ...

    def read(self, record: Record) -> None:
        """Remember what the record says."""
        ...

    def ended(self) -> Outcome:
        """What all that was read so far comes to; may be asked again after more was read."""
        ...


@dataclass(slots=True)
class Recomputing:
    """Several recomputations over one pass of a log."""

    recomputations: tuple[Recomputation, ...]
    _listening: dict[type[Fact], tuple[Recomputation, ...]] = field(default_factory=dict)

    def read(self, record: Record) -> None:
        kind = type(record.fact)
        listening = self._listening.get(kind)
        if listening is None:
            listening = tuple(one for one in self.recomputations if issubclass(kind, one.listens))
            self._listening[kind] = listening
        for one in listening:
            one.read(record)

    def ended(self) -> tuple[Outcome, ...]:
        return tuple(one.ended() for one in self.recomputations)
