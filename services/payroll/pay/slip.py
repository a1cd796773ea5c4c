"""One officer's slip of a month: what is due for it, and for every earlier month what is due less what was paid (补发补扣).

Earlier slips are never changed: a late or corrected fact shows as difference lines by month, taxed in the month they
are paid (DOMAIN: months are never edited). It pays nobody and knows no funds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import msgspec

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import Amount, Basis, PayLine, Side, Withholding, YearToDate
from services.payroll.pay.due import Due, due
from services.payroll.pay.tax import withholding
from services.payroll.pay.timeline import NOTHING_YET, Timeline, in_force
from services.payroll.rules import PayPacks

LineKey = tuple[str, str]
SIDES: Final[tuple[Side, ...]] = ("part", "personal", "employer")


class OfficerPay(msgspec.Struct, frozen=True, kw_only=True):
    """What a slip depends on: the timeline, and what was paid so far by approved runs.

    `paid`: net sums by month, side and code of all approved slips, reversals taken off. `year_to_date` covers the tax
    year up to `paid_through_month`, the last month paid here or before take-over.
    """

    timeline: Timeline
    paid: dict[Month, dict[LineKey, int]]
    paid_through_month: Month
    year_to_date: YearToDate

    @property
    def officer(self) -> str:
        return self.timeline.officer


class Pay(msgspec.Struct, frozen=True, kw_only=True):
    """A computed slip: lines without charges yet, the bases they rest on, and the tax."""

    lines: tuple[PayLine, ...]
    bases: tuple[Basis, ...]
    withholding: Withholding

    def side_fen(self, side: Side) -> Fen:
        return Fen(sum(line.amount_fen for line in self.lines if line.side == side))

    @property
    def gross_fen(self) -> Fen:
        return self.side_fen("part")

    @property
    def personal_fen(self) -> Fen:
        return self.side_fen("personal")

    @property
    def employer_fen(self) -> Fen:
        return self.side_fen("employer")

    @property
    def tax_fen(self) -> Fen:
        return self.withholding.tax_fen

    @property
    def net_fen(self) -> Fen:
        return Fen(self.gross_fen - self.personal_fen - self.tax_fen)

    @property
    def cost_fen(self) -> Fen:
        """What the sources are charged: gross pay and the employer's insurance (二(四))."""
        return Fen(self.gross_fen + self.employer_fen)


def slip(officer: OfficerPay, packs_of: Callable[[Month], PayPacks], month: Month) -> Pay | None:
    """The slip of `month`: its own lines first, then differences by month; `None` when there is nothing to say."""
    lines: list[PayLine] = []
    bases: list[Basis] = []
    for one, paid in _months(officer, month):
        now = due(officer.timeline, packs_of(one), one)
        changed = tuple(_differences(now, paid, one, whole=one == month))
        if changed and now is not None:
            bases.append(now.basis)
        lines += changed
    if not lines:
        return None
    before = officer.year_to_date if officer.paid_through_month.year == month.year else NOTHING_YET
    special = in_force(officer.timeline.deductions, month)
    gross_fen = Fen(sum(line.amount_fen for line in lines if line.side == "part"))
    personal_fen = Fen(sum(line.amount_fen for line in lines if line.side == "personal"))
    return Pay(
        lines=tuple(lines),
        bases=tuple(bases),
        withholding=withholding(
            before, gross_fen, personal_fen, special.monthly_fen if special else Fen(0), packs_of(month).tax
        ),
    )


def _months(officer: OfficerPay, month: Month) -> Iterator[tuple[Month, Mapping[LineKey, int]]]:
    """`month` first, then the months since take-over that could have been paid, oldest first, with what was paid."""
    yield month, officer.paid.get(month, {})
    one = officer.timeline.paid_through_month.plus(1)
    while one < month:
        yield one, officer.paid.get(one, {})
        one = one.plus(1)


def _differences(now: Due | None, paid: Mapping[LineKey, int], month: Month, *, whole: bool) -> Iterator[PayLine]:
    """Due less paid, line by line; `whole`: the slip's own month shows lines of nothing too."""
    left = dict(paid)
    for side, amounts in _by_side(now):
        for amount in amounts:
            difference_fen = amount.amount_fen - left.pop((side, amount.code), 0)
            if difference_fen or whole:
                yield PayLine(side=side, code=amount.code, month=month, amount_fen=Fen(difference_fen))
    for (paid_side, code), amount_fen in sorted(left.items()):
        if amount_fen:
            yield PayLine(side=paid_side, code=code, month=month, amount_fen=Fen(-amount_fen))


def _by_side(now: Due | None) -> Iterable[tuple[Side, tuple[Amount, ...]]]:
    if now is None:
        return ()
    return (("part", now.parts), ("personal", now.personal), ("employer", now.employer))
