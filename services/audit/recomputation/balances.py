"""Every balance and sum of money that payroll stated, recomputed; the books they make; it opens no finding."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from services.audit.recomputation.books import BOOKED, Books
from services.audit.recomputation.causes import ASKING, Causes
from services.audit.recomputation.difference import Difference, Outcome
from services.audit.recomputation.fund_sums import FUND_SUMS, TOWN_SUMS, FundSums, TownSums
from services.audit.recomputation.payee_sums import PAYEE_SUMS, PayeeSums
from services.audit.recomputation.run_sums import RUN_SUMS, RunSums
from services.audit.recomputation.told import Told, told
from services.contracts.deciding import Record
from services.contracts.payroll import FundMoveDeclined
from services.contracts.registry import Fact

BALANCES: Final = "balances"
MONEY: Final = ("budget_fen", "committed_fen", "paid_fen", "credited_fen", "left_fen")


@dataclass(slots=True)
class BalanceRecomputation:
    """Sources, towns' own money, contractors and runs: each money fact is a row. Mutable.

    What a fact says is judged as it is read, for that needs its own stream alone; what asked for it, at the end.
    """

    funds: defaultdict[str, FundSums] = field(default_factory=lambda: defaultdict(FundSums))
    towns: defaultdict[str, TownSums] = field(default_factory=lambda: defaultdict(TownSums))
    runs: defaultdict[str, RunSums] = field(default_factory=lambda: defaultdict(RunSums))
    payees: defaultdict[str, PayeeSums] = field(default_factory=lambda: defaultdict(PayeeSums))
    causes: Causes = field(default_factory=Causes)
    books: Books = field(default_factory=Books)
    _rows: int = 0
    _found: list[Difference] = field(default_factory=list)

    @property
    def listens(self) -> tuple[type[Fact], ...]:
        return (*FUND_SUMS, *TOWN_SUMS, *RUN_SUMS, *PAYEE_SUMS, *ASKING, *BOOKED, FundMoveDeclined)

    def read(self, record: Record) -> None:
        one = told(record)
        self._rows += 1
        self._found += self._judged(one)
        self.causes.read(one)
        self.books.read(one)

    def _judged(self, one: Told[Any]) -> Iterator[Difference]:
        prefix, _, number = one.subject.partition(":")
        readers: dict[str, Callable[[], FundSums | TownSums | RunSums | PayeeSums]] = {
            "fund": lambda: self.funds[number],
            "town_fund": lambda: self.towns[number],
            "run": lambda: self.runs[number],
            "payee": lambda: self.payees[number],
        }
        if prefix in readers and not isinstance(one.fact, FundMoveDeclined):
            yield from readers[prefix]().read(one)

    def ended(self) -> Outcome:
        last = [one for run in self.runs.values() if run.whole for one in run.totals()]
        found = tuple(
            sorted(
                (*self._found, *last, *self.causes.differences(), *self.books.differences(self.funds)),
                key=lambda one: (one.about, one.evidence[0].sequence, one.line),
            )
        )
        wrong = len({one.evidence[0].event_id for one in found})
        return Outcome(of=BALANCES, equal=self._rows - wrong, different=wrong, differences=found)

    def funds_rows(self) -> dict[str, dict[str, int]]:
        """What payroll's read model ``funds`` should say of each source of a year, by its key."""
        return {
            number: {name: sum(row[name] for row in rows.values()) for name in MONEY}
            for number, rows in self._documents().items()
        }

    def document_rows(self) -> dict[str, dict[str, int]]:
        """The same of ``fund_documents``, by ``<fund>/<document>``."""
        return {
            f"{number}/{name}": row for number, rows in self._documents().items() for name, row in rows.items() if name
        }

    def account_rows(self) -> dict[str, tuple[int, int]]:
        """What was debited and credited to each ``<account>/<detail>``, as the read model ``balances`` keys it."""
        keys = {**self.books.debits, **self.books.credits}
        return {
            f"{account}/{of}": (self.books.debits.get((account, of), 0), self.books.credits.get((account, of), 0))
            for account, of in keys
        }

    def _documents(self) -> dict[str, dict[str, dict[str, int]]]:
        return {
            number: {
                name: {
                    "budget_fen": one.given_fen,
                    "committed_fen": one.promised_fen,
                    "paid_fen": one.paid_fen,
                    "credited_fen": one.credited_fen,
                    "left_fen": one.left_fen,
                }
                for name, one in sums.money.documents.items()
            }
            for number, sums in self.funds.items()
        }
