"""What a month owes an officer, clause by clause (二(四)): five parts, absences, social insurance; it knows no slip."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, floor
from typing import Final, TypeVar

from services.audit.recomputation.career import DAY, Away, Career, Held, Since, holds_on, in_month
from services.audit.recomputation.pay_packs import Insurance, Kind, Line, Packs, Scale, Share, Term
from services.contracts.calendar import WorkingCalendar
from services.contracts.months import Month
from services.contracts.payroll import AbsenceDays, Basis, PostDays

PARTS: Final = ("base", "position", "service_years", "qualification", "performance")
LineKey = tuple[str, str]
R = TypeVar("R", Share, Term)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of a month on end with the same town, position and mode."""

    days: tuple[date, ...]
    town: str
    position: str
    mode: str
    version: int


@dataclass(frozen=True, slots=True)
class Owed:
    """What a month owes by (side, code), zero parts too, in the order slips have them; and what it rests on."""

    amounts: dict[LineKey, int]
    basis: Basis


def rounded(exact: Fraction) -> int:
    """To the fen, half a fen away from zero (四舍五入)."""
    whole = int(abs(exact) + Fraction(1, 2))
    return whole if exact >= 0 else -whole


def owed(career: Career, packs: Packs, month: Month) -> Owed | None:
    """What `month` owes; None when no day of it is spent on a post."""
    stretches = _stretches(career, month)
    if not stretches:
        return None
    basis = _basis(career, packs, month, stretches)
    amounts = {("part", code): fen for code, fen in _parts(basis, packs).items()}
    if not basis.uninsured:
        for side in ("personal", "employer"):
            for line in packs.insurance.lines:
                fen = _insured(line, packs.insurance, basis.contribution_base_fen, side)
                if fen:
                    amounts[side, line.code] = fen
    return Owed(amounts, basis)


def days_of(month: Month) -> Iterator[date]:
    day, last = month.first_day, month.last_day
    while day <= last:
        yield day
        day += DAY


def _stretches(career: Career, month: Month) -> list[Stretch]:
    """Day by day: which post, position and mode held; days on end with the same three are one stretch."""
    found: list[tuple[tuple[Since[str], Since[str], Since[str]], list[date]]] = []
    for day in days_of(month):
        if career.on_post(day):
            holding = (
                holds_on(day, career.places), holds_on(day, career.positions), holds_on(day, career.modes),
            )  # fmt: skip
            if found and found[-1][0] == holding:
                found[-1][1].append(day)
            else:
                found.append((holding, [day]))
    return [
        Stretch(
            days=tuple(days),
            town=place.value,
            position=position.value,
            mode=mode.value,
            version=max(place.version, position.version, mode.version, _ended_by(career, place, position, mode)),
        )
        for (place, position, mode), days in found
    ]


def _ended_by(career: Career, *holding: Since[str]) -> int:
    """The fact of leaving, or of staying after all, also stands behind the spell it ended or left open."""
    last = career.last_day_on or date.max
    said = (career.places, career.positions, career.modes)
    still = all(holds_on(last, of) == one for of, one in zip(said, holding, strict=True))
    return career.left_version if still else 0


def _basis(career: Career, packs: Packs, month: Month, stretches: list[Stretch]) -> Basis:
    held = certificate_of(career, month)
    quarter = max(
        (one for one in career.quarters if Month(one.year, one.quarter * 3) < month),
        key=lambda one: (one.year, one.quarter, one.version),
        default=None,
    )
    base = in_month(month, career.bases)
    base_fen = base.amount_fen if base else 0
    years = full_years(career.serves_since, month.first_day)
    qualification = held.qualification if held else packs.scale.no_qualification
    coefficient = quarter.coefficient_permille if quarter else packs.scale.unappraised_permille
    absent = any(one.covers(day) for one in career.absences.values() for day in days_of(month))
    worked = [(day, one.position) for one in stretches for day in one.days if absent and packs.calendar.is_workday(day)]
    absences = _absences(career, packs, worked, years, qualification, coefficient)
    return Basis(
        month=month,
        month_days=month.last_day.day,
        posts=tuple(
            PostDays(
                town=one.town,
                position=one.position,
                contract_mode=one.mode,
                post_days=len(one.days),
                behind_version=one.version,
            )
            for one in stretches
        ),
        absences=absences,
        service_years=years,
        service_version=career.serves_version,
        qualification=qualification,
        qualification_version=held.version if held else 0,
        coefficient_permille=coefficient,
        appraisal_version=quarter.version if quarter else 0,
        contribution_base_fen=base_fen,  # type: ignore[arg-type]  # plain whole fen here
        contribution_base_version=base.version if base else 0,
        pack_version=packs.named,
        workdays=len(worked),
        uninsured=_uninsured(stretches, base_fen, packs),
    )


def full_years(since: date, day: date) -> int:
    """Anniversaries that have come by `day`; one of 29 February comes on 1 March where there is none."""
    years = 0
    while True:
        year = since.year + years + 1
        leap_day = (since.month, since.day) == (2, 29)
        come = date(year, 3, 1) if leap_day and year % 4 else since.replace(year=year)
        if come > day:
            return years
        years += 1


def certificate_of(career: Career, month: Month) -> Held | None:
    """The certificate that counts: from the month after its date, through the month it expires in (二(四) 职业资格补贴)."""
    counting = [
        one
        for one in career.certificates.values()
        if Month.of(one.from_on) < month and (one.until_on is None or Month.of(one.until_on) >= month)
    ]
    return max(counting, key=lambda one: (one.from_on, one.version), default=None)


def whole_month(scale: Scale, position: str, basis_years: int, qualification: str, coefficient: int) -> dict[str, int]:
    """基本补贴、职务补贴、服务年限补贴、职业资格补贴、绩效补贴 of a whole month (二(四))."""
    return {
        "base": scale.base_fen,
        "position": scale.positions[position].amount_fen,
        "service_years": min(scale.service_year_fen * basis_years, scale.service_years_max_fen),
        "qualification": scale.qualifications[qualification].amount_fen,
        "performance": rounded(Fraction(scale.performance_standard_fen * coefficient, 1000)),
    }


def _parts(basis: Basis, packs: Packs) -> dict[str, int]:
    """A month in part pays its days on post of the month's days; an absent working day takes a day's wage.

    A day's wage is the month's ÷ 21.75 (劳社部发〔2008〕3号); of a month wholly absent all is taken, and never more than
    leaves the days that were worked (工资支付暂行规定 art. 3).
    """
    on_post = sum(one.post_days for one in basis.posts)
    found = {}
    for code in PARTS:
        by_days = sum(
            one.post_days
            * whole_month(
                packs.scale, one.position, basis.service_years, basis.qualification, basis.coefficient_permille
            )[code]
            for one in basis.posts
        )
        earned = Fraction(by_days, basis.month_days)
        lost = sum(
            Fraction(one.workdays * (1000 - one.pay_permille), 1000)
            for one in basis.absences
            if code in packs.attendance.kinds[one.kind].parts
        )
        day_wage = Fraction(by_days, on_post) / Fraction(packs.attendance.wage_days_hundredths, 100)
        if basis.workdays and sum(one.workdays for one in basis.absences) >= basis.workdays:
            left = earned * (basis.workdays - lost) / basis.workdays
        elif earned >= day_wage * lost:
            left = earned - day_wage * lost
        else:
            left = day_wage * (basis.workdays - lost)
        found[code] = rounded(Fraction(left))
    return found


def _absences(
    career: Career, packs: Packs, worked: list[tuple[date, str]], years: int, qualification: str, coefficient: int
) -> tuple[AbsenceDays, ...]:
    """Working days away by kind, share and fact; what takes nothing from pay is left out."""
    away = list(career.absences.values())
    counted: Counter[tuple[str, int, int]] = Counter()
    for day, position in worked:
        covering = [one for one in away if one.covers(day)]
        if covering:
            one = max(covering, key=lambda one: one.version)
            gone = (day - _began(one, away, packs.calendar)).days
            code = _kind_after(one, gone, packs, years)
            kind = packs.attendance.kinds[code]
            monthly = whole_month(packs.scale, position, years, qualification, coefficient)
            share = max(_left_share(kind, gone, years), _sick_floor(kind, monthly, packs.guards.minimum_wage_fen))
            if kind.parts:
                counted[code, share, one.version] += 1
    return tuple(
        AbsenceDays(kind=code, workdays=days, pay_permille=share, behind_version=version)
        for (code, share, version), days in sorted(counted.items())
    )


def _began(one: Away, away: list[Away], calendar: WorkingCalendar) -> date:
    """The first day of an absence and of those of its kind that it follows with no working day in between."""
    alike, began = [other for other in away if other.kind == one.kind], one.from_on
    first = min((other.from_on for other in alike), default=began)
    day = began - DAY
    while day >= first:
        if before := [other.from_on for other in alike if other.covers(day)]:
            began = min(before)
            day = began
        elif calendar.is_workday(day):
            break
        day -= DAY
    return began


def _kind_after(one: Away, gone_days: int, packs: Packs, years: int) -> str:
    """Its own kind for its term, with what its grounds add to it; what follows the kind beyond that."""
    kind = packs.attendance.kinds[one.kind]
    term = _by_years(kind.terms, years)
    if term is None:
        return one.kind
    days = term.term_days + sum(kind.more_days.get(ground, 0) for ground in one.grounds)
    return one.kind if gone_days < days else kind.beyond


def _left_share(kind: Kind, gone_days: int, years: int) -> int:
    long = kind.long_after_days is not None and gone_days >= kind.long_after_days
    share = _by_years(kind.long_shares if long else kind.shares, years)
    return 1000 if share is None else share.pay_permille


def _by_years(rows: tuple[R, ...], years: int) -> R | None:
    return max((row for row in rows if row.years_min <= years), key=lambda row: row.years_min, default=None)


def _sick_floor(kind: Kind, monthly: dict[str, int], minimum_wage_fen: int) -> int:
    """The least share, in whole per mille, that keeps a whole sick month at its share of the minimum wage (劳部发〔1995〕309号 59)."""
    touched = sum(monthly[code] for code in kind.parts if code in monthly)
    if not kind.floor_permille or not touched:
        return 0
    untouched = sum(monthly.values()) - touched
    wanted = Fraction(minimum_wage_fen * kind.floor_permille, 1000) - untouched
    share = wanted * 1000 / touched
    whole = int(share) if share == int(share) else int(share) + (share > 0)
    return min(1000, max(0, whole))


def _uninsured(stretches: list[Stretch], base_fen: int, packs: Packs) -> str:
    """Why a month has no insurance: its mode has none, no base is known, joined too late in it or left too early."""
    first, last, mode = stretches[0].days[0], stretches[-1].days[-1], packs.modes.modes.get(stretches[-1].mode)
    if mode is not None and not mode.insured:
        return "mode"
    if not base_fen:
        return "no_base"
    if first.day > 1 and first.day > packs.insurance.join_last_day:
        return "joined_late"
    if last != Month.of(last).last_day and last.day < packs.insurance.leave_first_day:
        return "left_early"
    return ""


def _insured(line: Line, insurance: Insurance, base_fen: int, side: str) -> int:
    """The base within its limits × the rate, rounded as the place does, and the fixed sum (社会保险法 art. 12)."""
    lowest = insurance.floor_fen if line.floor_fen is None else line.floor_fen
    highest = insurance.ceiling_fen if line.ceiling_fen is None else line.ceiling_fen
    base = max(lowest, base_fen)
    base = min(base, highest)
    rate, fixed = (
        (line.personal_basis_points, line.personal_fixed_fen)
        if side == "personal"
        else (line.employer_basis_points, line.employer_fixed_fen)
    )
    units = Fraction(base * rate, 10_000 * line.rounding_unit_fen)
    whole = {"half_up": rounded(units), "up": ceil(units), "down": floor(units)}[line.rounding]
    return whole * line.rounding_unit_fen + fixed
