"""What slips cost by town, purpose and document, as the money reports count it; it decides nothing."""

from collections.abc import Iterable
from typing import Final, Protocol

from services.contracts.money import Fen
from services.contracts.payroll import Charge, Spent

PAY: Final = "officer_pay"
INSURANCE: Final = "officer_insurance"


class Charged(Protocol):
    """A slip as a run keeps it: its charges, and which of them are the employer's insurance."""

    @property
    def town(self) -> str: ...
    @property
    def charges(self) -> tuple[Charge, ...]: ...
    @property
    def insurance(self) -> tuple[Charge, ...]: ...


def spent_by_town(slips: Iterable[Charged]) -> tuple[Spent, ...]:
    """Charges added up by town, purpose, source and document, in that order."""
    sums: dict[tuple[str, str, str, str], int] = {}
    for slip in slips:
        for purpose, sign, charges in (
            (PAY, 1, slip.charges),
            (PAY, -1, slip.insurance),
            (INSURANCE, 1, slip.insurance),
        ):
            for one in charges:
                key = (slip.town, purpose, one.source, one.document)
                sums[key] = sums.get(key, 0) + sign * one.amount_fen
    return tuple(
        Spent(town=town, purpose=purpose, source=source, document=document, amount_fen=Fen(amount))
        for (town, purpose, source, document), amount in sorted(sums.items())
        if amount
    )
