"""All automatic tests over a whole log in one pass; it reads nothing itself and opens nothing that is already open."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from services.audit.automatic.accounts import AccountWatch
from services.audit.automatic.appraising import AppraisalWatch
from services.audit.automatic.attested import AttestationWatch
from services.audit.automatic.benefits import BenefitWatch
from services.audit.automatic.bureau import BureauWatch
from services.audit.automatic.cases import CaseWatch
from services.audit.automatic.contractors import ContractorWatch
from services.audit.automatic.declarations import DeclarationWatch
from services.audit.automatic.funds import FundWatch
from services.audit.automatic.invoices import InvoiceWatch
from services.audit.automatic.lists import ListWatch
from services.audit.automatic.misuse import MisuseWatch
from services.audit.automatic.officers import OfficerPayWatch
from services.audit.automatic.officers_work import OfficerWorkWatch
from services.audit.automatic.papers import PaperWatch
from services.audit.automatic.pay import PayWatch
from services.audit.automatic.payments import PaymentWatch
from services.audit.automatic.persons import PersonWatch
from services.audit.automatic.posts import PostWatch
from services.audit.automatic.rates import RateWatch
from services.audit.automatic.recruiting import RecruitmentWatch
from services.audit.automatic.spot_checks import SpotCheckWatch
from services.audit.automatic.terms import TermWatch
from services.audit.automatic.town_purchases import TownPurchaseWatch
from services.audit.automatic.visits import VisitWatch
from services.audit.automatic.watching import Watch
from services.audit.domain import OpenFinding
from services.contracts.audit import FindingOpened
from services.contracts.deciding import Record
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

WATCHES: Final[tuple[Callable[[RuleBook], Watch], ...]] = (
    AccountWatch,
    AppraisalWatch,
    AttestationWatch,
    BenefitWatch,
    BureauWatch,
    CaseWatch,
    ContractorWatch,
    DeclarationWatch,
    FundWatch,
    InvoiceWatch,
    ListWatch,
    MisuseWatch,
    OfficerPayWatch,
    OfficerWorkWatch,
    PaperWatch,
    PayWatch,
    PaymentWatch,
    PersonWatch,
    PostWatch,
    RateWatch,
    RecruitmentWatch,
    SpotCheckWatch,
    TermWatch,
    TownPurchaseWatch,
    VisitWatch,
)
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
            self.found.pop(record.fact.finding_no, None)
        kind = type(record.fact)
        listening = self._listening.get(kind)
        if listening is None:
            listening = tuple(watch for watch in self.watches if issubclass(kind, watch.listens))
            self._listening[kind] = listening
        for watch in listening:
            for finding in watch.read(record):
                if finding.finding_no not in self.opened:
                    self.found.setdefault(finding.finding_no, finding)

    def asked(self, now: datetime) -> dict[str, OpenFinding]:
        """What only all that was read so far can tell at the instant `now` and is not open yet, by number."""
        told = (finding for watch in self.watches for finding in watch.ended(now))
        return {finding.finding_no: finding for finding in told if finding.finding_no not in self.opened}

    def objections(self) -> Iterator[OpenFinding]:
        """What objects to all that was read so far and is not open yet, in order of number."""
        together = self.found | self.asked(self.now)
        for finding_no in sorted(together):
            yield together[finding_no]


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
