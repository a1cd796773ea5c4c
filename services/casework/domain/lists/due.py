"""Who is due on a town's list of a month, with what of earlier months, and what changed; from decisions and lists alone.

Nobody is on it without a confirmed or taken-over benefit (57号 art. 28): only those two facts begin one.
"""

from collections.abc import Iterator, Mapping

from services.casework.domain.commands.lists import ListedHousehold, MonthOwed
from services.casework.domain.listed import BenefitList
from services.casework.domain.payable import Payable
from services.casework.domain.state import Household
from services.contracts.money import ZERO_FEN, Fen
from services.contracts.months import Month

DEATH = "death"


def listed_households(
    month: Month, households: Mapping[str, Household], earlier: Mapping[Month, BenefitList]
) -> tuple[ListedHousehold, ...]:
    """Every household with something due, owed or changed, in the order of their numbers.

    `earlier`: approved lists of the months before, as many as are looked at; with none for the month before, that month
    counts as it was decided.
    """
    reader = _Earlier(month, earlier)
    found = (_listed(number, state, reader) for number, state in sorted(households.items()) if state.payable.amounts)
    return tuple(one for one in found if one.due_fen or one.arrears or one.change)


class _Earlier:
    """What earlier lists hold for each household and month; built once for a town."""

    def __init__(self, month: Month, earlier: Mapping[Month, BenefitList]) -> None:
        self.month = month
        self.months = tuple(sorted(earlier))
        self._held: dict[str, dict[Month, int]] = {}
        self._before: dict[str, tuple[Fen, str]] | None = None
        for list_month, one in earlier.items():
            for line in one.lines:
                if one.stage == "closed" and line.state != "paid":
                    continue  # not paid by then: still owed
                held = self._held.setdefault(line.household_no, {})
                held[list_month] = held.get(list_month, 0) + line.due_fen
                for of, amount in line.arrears:
                    held[of] = held.get(of, 0) + amount
        last = earlier.get(month.plus(-1))
        if last is not None:
            self._before = {line.household_no: (line.due_fen, line.category) for line in last.lines}

    def before(self, number: str, payable: Payable) -> tuple[Fen, str]:
        """Amount and benefit of the month before."""
        if self._before is not None:
            return self._before.get(number, (ZERO_FEN, ""))
        last = self.month.plus(-1)
        return payable.entitled_in(last), payable.in_force_in(last).category

    def lacking(self, number: str, payable: Payable) -> Iterator[MonthOwed]:
        """Months before that a list should have paid, or that a resumption pays after, and none did in full."""
        months = {*self.months, *self._paid_after(payable)}
        held = self._held.get(number, {})
        for month in sorted(months):
            left = payable.entitled_in(month) - held.get(month, 0)
            if left > 0:
                yield MonthOwed(month=month, amount_fen=Fen(left))

    def _paid_after(self, payable: Payable) -> tuple[Month, ...]:
        """Only as long as the lists that may have paid them are looked at."""
        resumed = payable.resumed
        if resumed is None or not self.month.plus(-len(self.months)) <= resumed.from_month <= self.month:
            return ()
        return tuple(month for month in resumed.back_pay_months if month < self.month)


def _listed(number: str, state: Household, earlier: _Earlier) -> ListedHousehold:
    payable, month = state.payable, earlier.month
    current = payable.in_force_in(month)
    due = payable.entitled_in(month)
    before, category_before = earlier.before(number, payable)
    change, reason = _change(payable, month, due, before, category_before)
    account = state.account
    died = payable.ended_from is not None and payable.ended_from <= month and payable.ended_reason == DEATH
    suspended = any(one.holds(month) for one in current.suspensions)
    return ListedHousehold(
        household_no=number,
        committee=state.committee,
        category=current.category,
        due_fen=due,
        before_fen=before,
        change=change,
        reason=reason,
        # Nothing goes out while the benefit is suspended; it stays owed.
        arrears=() if suspended else tuple(earlier.lacking(number, payable)),
        account=account.pseudonym if account is not None else "",
        holder=account.holder if account is not None else "",
        died=died and not (account is not None and account.after_end),
    )


def _change(payable: Payable, month: Month, due: Fen, before: Fen, category_before: str) -> tuple[str, str]:
    """What the list says beside a household, and why: the reason of the decision behind it."""
    current = payable.in_force_in(month)
    line = next((one for one in reversed(current.amounts) if one.from_month <= month), None)
    if not due and before:
        return _gone(current, month)
    if due and not before:
        resumed = current.resumed
        if resumed is not None and resumed.from_month <= month:
            return "resumed", resumed.reason
        return "new", current.amounts[0].reason or "taken_over"
    if due and category_before != current.category:
        return "adjusted", "other_benefit"
    if due != before:
        return "adjusted", line.reason if line is not None else ""
    return "", ""


def _gone(current: Payable, month: Month) -> tuple[str, str]:
    if current.ended_from is not None and current.ended_from <= month:
        return "stopped", current.ended_reason
    suspended = next((one for one in current.suspensions if one.holds(month)), None)
    if suspended is not None:
        return "suspended", suspended.reason
    return "stopped", "nothing_payable"
