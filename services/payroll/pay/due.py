"""What one officer is due for one month by today's knowledge: parts and insurance, and the basis they rest on.

Knows nothing of what was paid, of tax or of funds; the same timeline and packs give the same, whatever order facts came in.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Final

import msgspec

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import Amount, Basis, PostDays
from services.payroll.pay.attendance import absence_days
from services.payroll.pay.insurance import insurance_lines, uninsured
from services.payroll.pay.parts import full_month, pay_parts
from services.payroll.pay.timeline import Appraisal, Certified, ContributionBase, InPost, Timeline, in_force
from services.payroll.rules import PayPacks

_DAY: Final = timedelta(days=1)


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
    return due_by(basis, packs) if basis.posts else None


def due_by(basis: Basis, packs: PayPacks) -> Due:
    """What a month with this basis owes by `packs`."""
    insured = insurance_lines(basis.contribution_base_fen, packs.insurance) if not basis.uninsured else ((), ())
    return Due(basis=basis, parts=pay_parts(basis, packs), personal=insured[0], employer=insured[1])


def basis_of(timeline: Timeline, packs: PayPacks, month: Month) -> Basis:
    """The basis of `month`. Service years are full years on the month's first day (二(四))."""
    stretches = _on_post(timeline, month)
    base = in_force(timeline.bases, month)
    base_fen = base.base_fen if base else Fen(0)
    certificate = certificate_in(timeline.certificates, month)
    appraisal = appraisal_in(timeline.appraisals, month)
    years = full_years(timeline.service_from_on, month.first_day)
    qualification = certificate.qualification if certificate else packs.scale.no_qualification
    coefficient = appraisal.coefficient_permille if appraisal else packs.scale.unappraised_permille
    # All of them, not the month's alone: a sick note may go on with one of months before.
    absences = timeline.absences if any(one.days_in(month) for one in timeline.absences) else ()
    worked = _workdays(stretches, packs) if absences else []
    return Basis(
        month=month,
        month_days=month.last_day.day,
        posts=_by_post(timeline.posts, stretches),
        absences=absence_days(
            absences, worked, packs,
            service_years=years, qualification=qualification, coefficient_permille=coefficient,
        ),
        service_years=years,
        service_version=timeline.service_behind,
        qualification=qualification,
        qualification_version=certificate.behind if certificate else 0,
        coefficient_permille=coefficient,
        appraisal_version=appraisal.behind if appraisal else 0,
        contribution_base_fen=base_fen,
        contribution_base_version=base.behind if base else 0,
        pack_version=packs.version,
        workdays=len(worked),
        uninsured=_uninsured(stretches, base_fen, packs),
    )  # fmt: skip


# Consecutive days on one post: the first, the last and the post.
_Stretch = tuple[date, date, InPost]


def _on_post(timeline: Timeline, month: Month) -> list[_Stretch]:
    """The days of `month` on a post, in order: for each the last entry that covers it, so that no day counts twice."""
    day, last = month.first_day, month.last_day
    candidates = [
        one for one in timeline.posts if one.from_on <= last and (one.until_on is None or day <= one.until_on)
    ]
    if len(candidates) == 1:
        (only,) = candidates
        return [(max(day, only.from_on), min(last, only.until_on or last), only)]
    found: list[_Stretch] = []
    while candidates and day <= last:
        covering = [one for one in candidates if one.covers(day)]
        if covering:
            post = max(covering, key=lambda one: one.behind)
            if found and found[-1][2] is post and found[-1][1] + _DAY == day:
                found[-1] = (found[-1][0], day, post)
            else:
                found.append((day, day, post))
        day += _DAY
    return found


def _workdays(stretches: list[_Stretch], packs: PayPacks) -> list[tuple[date, str]]:
    """The working days on post, each with the position held."""
    days = (
        (first + _DAY * n, post.position) for first, last, post in stretches for n in range((last - first).days + 1)
    )
    return [(day, position) for day, position in days if packs.calendar.is_workday(day)]


def _uninsured(stretches: list[_Stretch], base_fen: Fen, packs: PayPacks) -> str:
    if not stretches:
        return ""
    first, last = stretches[0][0], stretches[-1][1]
    return uninsured(first, last, stretches[-1][2].contract_mode, base_fen, packs)


def _by_post(posts: tuple[InPost, ...], stretches: list[_Stretch]) -> tuple[PostDays, ...]:
    """Days by post, in the timeline's order."""
    counted: dict[int, int] = {}
    for first, last, post in stretches:
        counted[id(post)] = counted.get(id(post), 0) + (last - first).days + 1
    return tuple(
        PostDays(
            town=one.town,
            position=one.position,
            contract_mode=one.contract_mode,
            post_days=counted[id(one)],
            behind_version=one.behind,
        )
        for one in posts
        if id(one) in counted
    )


def certificate_in(certificates: tuple[Certified, ...], month: Month) -> Certified | None:
    """The certificate that counts: from the month after its date to the month it expires in."""
    if not certificates:
        return None
    first = month.first_day
    counting = [one for one in certificates if one.from_on < first and (one.until_on is None or first <= one.until_on)]
    return max(counting, key=lambda one: (one.from_on, one.behind), default=None)


def appraisal_in(appraisals: tuple[Appraisal, ...], month: Month) -> Appraisal | None:
    """The latest appraised quarter that ended before `month` (二(四) 绩效补贴), the last said of that quarter."""
    ended = month.year * 12 + month.number - 1
    closed = [one for one in appraisals if one.year * 12 + one.quarter * 3 <= ended]
    return max(closed, key=lambda one: (one.year, one.quarter, one.behind), default=None)


def full_years(since: date, day: date) -> int:
    """Whole years from `since` to `day`; 0 when `day` is earlier. An anniversary on 29 February falls on 1 March."""
    years = day.year - since.year - ((day.month, day.day) < (since.month, since.day))
    return max(0, years)


def with_first_base(timeline: Timeline, packs_of: Callable[[Month], PayPacks]) -> Timeline:
    """The timeline with a base for whoever was appointed here and has none declared: a full month's first wage.

    社会保险法 art. 12 with 劳社险中心函〔2006〕60号: 新进人员以起薪当月工资为基数. It holds until a base is declared.
    """
    # Whoever was taken over, as most were, is on a post since before that.
    if not timeline.posts or any(one.from_on <= timeline.paid_through_month.last_day for one in timeline.posts):
        return timeline
    first = min(timeline.posts, key=lambda one: (one.from_on, -one.behind))
    month = Month.of(first.from_on)
    if any(one.from_month <= month for one in timeline.bases):
        return timeline
    packs = packs_of(month)
    certificate, appraisal = certificate_in(timeline.certificates, month), appraisal_in(timeline.appraisals, month)
    wage = full_month(
        packs.scale,
        first.position,
        full_years(timeline.service_from_on, month.first_day),
        certificate.qualification if certificate else packs.scale.no_qualification,
        appraisal.coefficient_permille if appraisal else packs.scale.unappraised_permille,
    )
    base = ContributionBase(from_month=month, base_fen=Fen(sum(wage.values())), behind=first.behind)
    return msgspec.structs.replace(timeline, bases=(base, *timeline.bases))
