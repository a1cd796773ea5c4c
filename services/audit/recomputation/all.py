"""Every recomputation over a whole log in one pass; it reads nothing itself and opens no finding."""

from collections.abc import Callable, Iterable
from typing import Final

from services.audit.recomputation.amounts import BenefitAmounts
from services.audit.recomputation.balances import BalanceRecomputation
from services.audit.recomputation.benefit_lists import BenefitListLines
from services.audit.recomputation.deadlines import Deadlines
from services.audit.recomputation.difference import Outcome, Recomputation, Recomputing
from services.audit.recomputation.opening import Opener
from services.audit.recomputation.payslips import PayslipRecomputation
from services.contracts.deciding import Record

RECOMPUTATIONS: Final[tuple[Callable[[], Recomputation], ...]] = (
    Deadlines, BenefitListLines, PayslipRecomputation, BalanceRecomputation,
)  # fmt: skip
# Those that ask for sealed inputs.
OPENING: Final[tuple[Callable[[Opener], Recomputation], ...]] = (BenefitAmounts,)


def recomputing(opener: Opener | None = None) -> Recomputing:
    """All recomputations, ready to read; without an `opener` what is sealed stays so, and cannot be told."""
    opener = opener or Opener()
    return Recomputing(
        recomputations=(*(new() for new in RECOMPUTATIONS), *(new(opener) for new in OPENING)),
    )


def recompute(records: Iterable[Record], opener: Opener | None = None) -> tuple[Outcome, ...]:
    """What each recomputation comes to over `records`: effective, each partition in its order, interleaved at will."""
    one_pass = recomputing(opener)
    for record in records:
        one_pass.read(record)
    return one_pass.ended()
