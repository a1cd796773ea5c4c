"""Every balance and sum of money that payroll stated, recomputed; the books they make; it opens no finding."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from services.audit.recomputation.books import BOOKED, Books
from services.audit.recomputation.causes import ASKING, Causes
from services.audit.recomputation.difference import Difference, Outcome
from services.audit.recomputation.fund_sums import FUND_SUMS, TOWN_SUMS, FundSums, TownSums
from services.audit.recomputation.run_sums import RUN_SUMS, RunSums
from services.audit.recomputation.told import Told, told
from services.contracts.deciding import Record
from services.contracts.payroll import FundMoveDeclined
from services.contracts.registry import Fact

BALANCES: Final = "balances"


@dataclass(slots=True)
class BalanceRecomputation:
    """Sources, towns' own money and runs: each money fact is a row. Mutable.

    What a fact says is judged as it is read, for that needs its own stream alone; what asked for it, at the end.
    """

    funds: defaultdict[str, FundSums] = field(default_factory=lambda: defaultdict(FundSums))
    towns: defaultdict[str, TownSums] = field(default_factory=lambda: defaultdict(TownSums))
    runs: defaultdict[str, RunSums] = field(default_factory=lambda: defaultdict(RunSums))
    causes: Causes = field(default_factory=Causes)
    books: Books = field(default_factory=Books)
    _rows: int = 0
    _found: list[Difference] = field(default_factory=list)

    @property
    def listens(self) -> tuple[type[Fact], ...]:
        return (*FUND_SUMS, *TOWN_SUMS, *RUN_SUMS, *ASKING, *BOOKED, FundMoveDeclined)

    def read(self, record: Record) -> None:
        one = told(record)
        self._rows += 1
        self._found += self._judged(one)
        self.causes.read(one)
        self.books.read(one)

    def _judged(self, one: Told[Any]) -> Iterator[Difference]:
        prefix, _, number = one.subject.partition(":")
        readers: dict[str, Callable[[], FundSums | TownSums | RunSums]] = {
            "fund": lambda: self.funds[number],
            "town_fund": lambda: self.towns[number],
            "run": lambda: self.runs[number],
        }
        if prefix in readers and not isinstance(one.fact, FundMoveDeclined):
            yield from readers[prefix]().read(one)

    def ended(self) -> Outcome:
        found = tuple(
            sorted(
                (*self._found, *self.causes.differences(), *self.books.differences(self.funds)),
                key=lambda one: (one.about, one.evidence[0].sequence, one.line),
            )
        )
        wrong = len({one.evidence[0].event_id for one in found})
        return Outcome(of=BALANCES, equal=self._rows - wrong, different=wrong, differences=found)
