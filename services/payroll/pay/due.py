"""What one officer is due for one month by today's knowledge: parts and insurance, and the basis they rest on.

Knows nothing of what was paid, of tax or of funds; the same timeline and packs give the same, whatever order facts came in.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

import msgspec

from services.contracts.money import Fen, times_ratio
from services.contracts.months import Month
from services.contracts.payroll import Amount, Basis, PostDays
from services.payroll.pay.insurance import insurance_lines
from services.payroll.pay.timeline import Appraisal, Certified, Timeline, in_force
from services.payroll.rules import PayPacks, PayScale

PER_MILLE: Final = 1_000


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A month's parts and insurance lines, in the packs' order, and their basis."""

    basis: Basis
    parts: tuple[Amount, ...]
    personal: tuple[Amount, ...]
    employer: tuple[Amount, ...]


def total(amounts: Iterable[Amount]) -> Fen:
    """The sum of named amounts."""
    return Fen(sum(amount.amount_fen for amount in amounts))


def due(timeline: Timeline, packs: PayPacks, month: Month) -> Due | None:
    """What `month` owes the officer, `None` when no day of it is spent on a post."""
    basis = basis_of(timeline, packs, month)
    if not basis.posts:
        return None
    personal, employer = insurance_lines(basis.contribution_base_fen, packs.insurance)
    return Due(basis=basis, parts=pay_parts(basis, packs.scale), personal=personal, employer=employer)


def basis_of(timeline: Timeline, packs: PayPacks, month: Month) -> Basis:
    """The basis of `month`. Service years are full years on the month's first day (二(四))."""
    posts = _days_on_posts(timeline, month)
    base = in_force(timeline.bases, month)
    certificate = _certificate(timeline.certificates, month)
    appraisal = _appraisal(timeline.appraisals, month)
    return Basis(
        month=month,
        month_days=month.last_day.day,
        posts=posts,
        absences=(),
        service_years=full_years(timeline.service_from_on, month.first_day),
        service_version=timeline.service_behind,
        qualification=certificate.qualification if certificate else packs.scale.no_qualification,
        qualification_version=certificate.behind if certificate else 0,
        coefficient_permille=appraisal.coefficient_permille if appraisal else packs.scale.unappraised_permille,
        appraisal_version=appraisal.behind if appraisal else 0,
        contribution_base_fen=base.base_fen if base else Fen(0),
        contribution_base_version=base.behind if base else 0,
        pack_version=packs.version,
    )


def _days_on_posts(timeline: Timeline, month: Month) -> tuple[PostDays, ...]:
    """Days of `month` by post: for each day the last entry that covers it counts, so that no day counts twice."""
    candidates = [one for one in timeline.posts if one.days_in(month)]
    if len(candidates) == 1:
        one, days = candidates[0], candidates[0].days_in(month)
        return (_post_days(one.town, one.position, one.contract_mode, days, one.behind),)
    counted: dict[int, int] = {}
    day = month.first_day
    while day <= month.last_day:
        covering = [index for index, one in enumerate(candidates) if one.covers(day)]
        if covering:
            latest = max(covering, key=lambda index: candidates[index].behind)
            counted[latest] = counted.get(latest, 0) + 1
        day += timedelta(days=1)
    return tuple(
        _post_days(one.town, one.position, one.contract_mode, counted[index], one.behind)
        for index, one in enumerate(candidates)
        if index in counted
    )


def _post_days(town: str, position: str, mode: str, days: int, behind: int) -> PostDays:
    return PostDays(town=town, position=position, contract_mode=mode, post_days=days, behind_version=behind)


def _certificate(certificates: Iterable[Certified], month: Month) -> Certified | None:
    """The certificate that counts: from the month after its date to the month it expires in."""
    counting = [
        one
        for one in certificates
        if Month.of(one.from_on) < month and (one.until_on is None or month <= Month.of(one.until_on))
    ]
    return max(counting, key=lambda one: (one.from_on, one.behind), default=None)


def _appraisal(appraisals: Iterable[Appraisal], month: Month) -> Appraisal | None:
    """The latest appraised quarter that ended before `month` (二(四) 绩效补贴), the last said of that quarter."""
    closed = [one for one in appraisals if one.last_month < month]
    return max(closed, key=lambda one: (one.last_month, one.behind), default=None)


def full_years(since: date, day: date) -> int:
    """Whole years from `since` to `day`; 0 when `day` is earlier. An anniversary on 29 February falls on 1 March."""
    years = day.year - since.year - ((day.month, day.day) < (since.month, since.day))
    return max(0, years)


def pay_parts(basis: Basis, scale: PayScale) -> tuple[Amount, ...]:
    """基本补贴 + 职务补贴 + 服务年限补贴 + 职业资格补贴 + 绩效补贴 (二(四)); all five always, zero or not.

    A month served in part pays its days of the month's days; each part is rounded once. `KeyError` for a code that is
    not on the scale.
    """
    days = sum(one.post_days for one in basis.posts)
    full = {
        "base": scale.base_fen,
        "service_years": min(scale.service_year_fen * basis.service_years, scale.service_years_max_fen),
        "qualification": scale.qualifications[basis.qualification].amount_fen,
        "performance": times_ratio(scale.performance_standard_fen, basis.coefficient_permille, PER_MILLE),
    }
    amounts = {code: times_ratio(Fen(amount), days, basis.month_days) for code, amount in full.items()}
    by_day = sum(scale.positions[one.position].amount_fen * one.post_days for one in basis.posts)
    amounts["position"] = times_ratio(Fen(by_day), 1, basis.month_days)
    order = ("base", "position", "service_years", "qualification", "performance")
    return tuple(Amount(code=code, amount_fen=amounts[code]) for code in order)
