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
from services.payroll.pay.due import Due, due, with_first_base
from services.payroll.pay.guards import notes_of, within_limits
from services.payroll.pay.tax import basic_deduction, cumulative_tax_fen, months_here, special_so_far_fen, withholding
from services.payroll.pay.timeline import NOTHING_YET, Timeline
from services.payroll.rules import IncomeTax, PayPacks

LineKey = tuple[str, str]
SIDES: Final[tuple[Side, ...]] = ("part", "personal", "employer")


class OfficerPay(msgspec.Struct, frozen=True, kw_only=True):
    """What a slip depends on: the timeline, and what was paid so far by approved runs.

    `paid`: net sums by month, side and code of all approved slips, reversals taken off. `year_to_date` covers the tax
    year up to `paid_through_month`, the last month paid here or before take-over; `last_year` the whole year before it.
    """

    timeline: Timeline
    paid: Mapping[Month, Mapping[LineKey, int]]
    paid_through_month: Month
    year_to_date: YearToDate
    last_year: YearToDate = NOTHING_YET

    def last_year_before(self, month: Month) -> YearToDate:
        """What this payer paid in the year before that of `month`."""
        if self.paid_through_month.year == month.year:
            return self.last_year
        return self.year_to_date if self.paid_through_month.year == month.year - 1 else NOTHING_YET

    @property
    def officer(self) -> str:
        return self.timeline.officer

    @classmethod
    def unpaid(cls, timeline: Timeline) -> "OfficerPay":
        """An officer of whom payroll has paid nothing yet."""
        return cls(
            timeline=timeline,
            paid={},
            paid_through_month=timeline.paid_through_month,
            year_to_date=timeline.year_to_date,
        )

    def after(self, pay: "Pay", month: Month) -> "OfficerPay":
        """The officer once the slip of `month` is paid: what was paid and the tax year's sums have grown by it."""
        paid, before = dict(self.paid), pay.withholding.before
        for line in pay.lines:
            sums = dict(paid.get(line.month, {}))
            sums[line.side, line.code] = sums.get((line.side, line.code), 0) + line.amount_fen
            paid[line.month] = {key: fen for key, fen in sums.items() if fen}
        return msgspec.structs.replace(
            self,
            paid=paid,
            paid_through_month=month,
            last_year=self.last_year_before(month),
            year_to_date=YearToDate(
                months=before.months + 1,
                income_fen=Fen(before.income_fen + pay.gross_fen),
                insurance_fen=Fen(before.insurance_fen + pay.personal_fen),
                special_fen=Fen(before.special_fen + pay.withholding.special_deduction_fen),
                tax_fen=Fen(before.tax_fen + pay.tax_fen),
            ),
        )


class Pay(msgspec.Struct, frozen=True, kw_only=True):
    """A computed slip: lines without charges yet, the bases they rest on, and the tax.

    `deferred`: what stays due because it may not be taken now; `notes`: codes of `guards.NOTES`.
    """

    lines: tuple[PayLine, ...]
    bases: tuple[Basis, ...]
    withholding: Withholding
    deferred: tuple[PayLine, ...] = ()
    notes: tuple[str, ...] = ()

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


PacksOf = Callable[[Month], PayPacks]
# The earlier months of an officer that a slip has to compute; all of them, or only those that may differ (see `steady`).
ToCompute = Callable[[OfficerPay, Month], Iterable[Month]]


def all_months(officer: OfficerPay, month: Month) -> Iterator[Month]:
    """The months before `month` that could have been paid here, oldest first."""
    one = officer.timeline.paid_through_month.plus(1)
    while one < month:
        yield one
        one = one.plus(1)


def slip(officer: OfficerPay, packs_of: PacksOf, month: Month, earlier: ToCompute = all_months) -> Pay | None:
    """The slip of `month`: its own lines first, then differences by month; `None` when there is nothing to say.

    `earlier` may leave out months that are paid as due; it changes nothing but the time it takes.
    """
    timeline, packs = with_first_base(officer.timeline, packs_of), packs_of(month)
    asked: list[PayLine] = []
    dues: dict[Month, Due | None] = {}
    for one in (month, *earlier(officer, month)):
        dues[one] = due(timeline, packs_of(one), one)
        asked += _differences(dues[one], officer.paid.get(one, {}), one, whole=one == month)
    lines, deferred = within_limits(asked, month, packs.guards)
    if not lines:
        return None
    tax = _tax(officer, lines, month, packs.tax)
    own = dues[month]
    changed = {line.month for line in (*lines, *deferred)}
    short = tax.tax_fen < cumulative_tax_fen(tax.taxable_fen, packs.tax) - tax.before.tax_fen
    return Pay(
        lines=lines,
        bases=tuple(now.basis for one, now in dues.items() if now is not None and one in changed),
        withholding=tax,
        deferred=deferred,
        notes=(*notes_of(own.basis if own else None, deferred, month, packs), *(("tax_deferred",) if short else ())),
    )


def _tax(officer: OfficerPay, lines: tuple[PayLine, ...], month: Month, tax: IncomeTax) -> Withholding:
    """Tax on what this slip pays; the tax year's sums start anew each January."""
    months = months_here(officer.timeline, month)
    return withholding(
        officer.year_to_date if officer.paid_through_month.year == month.year else NOTHING_YET,
        Fen(sum(line.amount_fen for line in lines if line.side == "part")),
        Fen(sum(line.amount_fen for line in lines if line.side == "personal")),
        special_so_far_fen(officer.timeline, months, month),
        basic_deduction(officer.timeline, officer.last_year_before(month), months, month, tax),
        tax,
    )


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
