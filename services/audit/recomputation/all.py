"""Every recomputation over a whole log in one pass; it reads nothing itself and opens no finding."""

from collections.abc import Callable, Iterable
from typing import Final

from services.audit.recomputation.balances import BalanceRecomputation
from services.audit.recomputation.difference import Outcome, Recomputation, Recomputing
from services.audit.recomputation.payslips import PayslipRecomputation
from services.contracts.deciding import Record

RECOMPUTATIONS: Final[tuple[Callable[[], Recomputation], ...]] = (PayslipRecomputation, BalanceRecomputation)


def recompute(records: Iterable[Record]) -> tuple[Outcome, ...]:
    """What each recomputation comes to over `records`: effective, each partition in its order, interleaved at will."""
    one_pass = Recomputing(recomputations=tuple(new() for new in RECOMPUTATIONS))
    for record in records:
        one_pass.read(record)
    return one_pass.ended()
