"""All automatic tests over a whole log in one pass; it reads nothing itself and opens nothing that is already open."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from services.audit.automatic.benefits import BenefitWatch
from services.audit.automatic.pay import PayWatch
from services.audit.automatic.spot_checks import SpotCheckWatch
from services.audit.automatic.visits import VisitWatch
from services.audit.automatic.watching import Watch
from services.audit.domain import OpenFinding
from services.contracts.audit import FindingOpened
from services.contracts.deciding import Record
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

WATCHES: Final[tuple[Callable[[RuleBook], Watch], ...]] = (BenefitWatch, VisitWatch, PayWatch, SpotCheckWatch)
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Sweep:
    """One pass over a log: what each area remembers, what was found, and what is open already."""

    rules: RuleBook
    watches: tuple[Watch, ...] = ()
    found: dict[str, OpenFinding] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    now: datetime = BEGINNING
    _listening: dict[type[Fact], tuple[Watch, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.watches = self.watches or tuple(watch(self.rules) for watch in WATCHES)

    def read(self, record: Record) -> None:
        """Take in one effective record; each partition in its order, partitions interleaved at will."""
        self.now = max(self.now, record.envelope.recordedtime)
        if isinstance(record.fact, FindingOpened):
            self.opened.add(record.fact.finding_no)
        kind = type(record.fact)
        listening = self._listening.get(kind)
        if listening is None:
            listening = tuple(watch for watch in self.watches if issubclass(kind, watch.listens))
            self._listening[kind] = listening
        for watch in listening:
            self._keep(watch.read(record))

    def _keep(self, findings: Iterable[OpenFinding]) -> None:
        for finding in findings:
            self.found.setdefault(finding.finding_no, finding)

    def objections(self) -> Iterator[OpenFinding]:
        """What objects to all that was read so far and is not open yet, in order of number."""
        for watch in self.watches:
            self._keep(watch.ended(self.now))
        for finding_no in sorted(self.found):
            if finding_no not in self.opened:
                yield self.found[finding_no]


def sweep(records: Iterable[Record], rules: RuleBook) -> Iterator[OpenFinding]:
    """Every objection of every test in a whole log that no `FindingOpened` in it states yet, in order of number.

    `records`: effective records, each partition in its order; partitions may be interleaved at will, the result is
    the same. Tests are held against the packs of audit's own `rules`. Nothing is yielded before all was read, for
    visits of one officer lie in many partitions.
    """
    one_pass = Sweep(rules=rules)
    for record in records:
        one_pass.read(record)
    yield from one_pass.objections()
