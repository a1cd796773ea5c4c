"""The full-time officers (专职低保员) of a district: posts allotted to towns, invented incumbents; computes no pay."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from deploy.district.frozen import Weighted
from deploy.district.people import Person, Registry, age_on
from deploy.district.profile import Officers, Profile, Town
from services.contracts.money import Fen, times_ratio
from services.contracts.months import Month
from services.contracts.payroll import YearToDate
from services.payroll.rules import allotted

ONE_HIGH_PAY_IN: Final = 20
_FIRST_HIGH_PAY: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """An officer's appraisal of one quarter."""

    year: int
    quarter: int
    grade: str
    work_counted: int

    @property
    def last_month(self) -> Month:
        return Month(self.year, self.quarter * 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An incumbent at take-over. `year_to_date` covers that tax year's months before it.

    `quarters`: the appraisal that is taken over, then every quarter that has ended since.
    """

    number: str
    post_no: str
    town: str
    person: Person
    phone: str
    bank_account: str
    appointed_on: date
    position: str
    education: str
    qualification: str
    qualified_on: date | None
    contract_mode: str
    contribution_base_fen: Fen
    special_deduction_fen: Fen
    year_to_date: YearToDate
    quarters: tuple[Quarter, ...]
    document: str


def figures_of(profile: Profile) -> dict[str, dict[str, int]]:
    """What posts are allotted by, town by town (二(四)): residents and beneficiary households."""
    return {
        town.code: {"residents": town.residents, "beneficiaries": sum(town.households.values())}
        for town in profile.towns
    }


def allot_posts(profile: Profile) -> tuple[int, ...]:
    """Posts per town by payroll's formula, with the profile's weights and at least one each."""
    by_residents, by_households = profile.post_weights
    weights = {"residents": by_residents, "beneficiaries": by_households}
    return tuple(allotted(profile.totals.posts, figures_of(profile), weights, 1).values())


def _pick(rng: Random, choices: Sequence[Weighted]) -> str:
    return rng.choices([choice.code for choice in choices], weights=[choice.weight for choice in choices])[0]


def officer(
    profile: Profile, registry: Registry, seed: int, town: Town, rank: int, number: str, *, family: int, index: int
) -> Officer:
    """The officer on post `rank` (0…) of a town; `index` (0…) counts officers of the whole district."""
    rng = Random(f"{seed}|officer|{number}")
    plan = profile.officers
    appointed_on = date(rng.randint(*plan.appointed_years), rng.randint(1, 12), 1)
    since = age_on(appointed_on, profile.today)
    ages = (plan.age_at_appointment[0] + since, plan.age_at_appointment[1] + since)
    qualification = rng.choices(plan.qualifications, weights=[one.weight for one in plan.qualifications])[0]
    # Certificates are dated around the appointment, but never in the weeks before the take-over or later.
    around = appointed_on + timedelta(days=rng.randint(-900, 900))
    high = index % ONE_HIGH_PAY_IN == _FIRST_HIGH_PAY and index < ONE_HIGH_PAY_IN * plan.high_pay
    base, special = _base(plan, rng, high), _special_deduction(plan, rng, high)
    return Officer(
        number=number,
        post_no=f"{town.code}-P{rank + 1:02d}",
        town=town.code,
        person=registry.person(rng, family, ages),
        phone=registry.phone(family),
        bank_account=registry.bank_account(index),
        appointed_on=appointed_on,
        position=plan.high_position if high and rank else _position(plan, rank),
        education=_pick(rng, plan.educations),
        qualification=qualification.code,
        qualified_on=min(around, profile.pay_history.at - timedelta(days=60)) if qualification.certified else None,
        contract_mode=_pick(rng, plan.contract_modes),
        contribution_base_fen=base,
        special_deduction_fen=special,
        year_to_date=_year_to_date(profile, rng, base, special, high),
        quarters=tuple(_quarters(profile, Random(f"{seed}|appraisals|{number}"))),
        document=profile.pay_history.officer_document.format(number=number),
    )


def _base(plan: Officers, rng: Random, high: bool) -> Fen:
    """Last year's own average in whole yuan, clamped as insurance does."""
    own = rng.randint(*(plan.high_base_fen if high else plan.last_year_pay_fen)) // 100 * 100
    return Fen(min(max(own, plan.base_floor_fen), plan.base_ceiling_fen))


def _special_deduction(plan: Officers, rng: Random, high: bool) -> Fen:
    """A month's special additional deductions; none for high pay, so that there is tax."""
    if high or rng.random() * 1000 >= plan.special_deduction_permille:
        return Fen(0)
    return Fen(rng.choice(plan.special_deductions_fen))


def _year_to_date(profile: Profile, rng: Random, base: Fen, special: Fen, high: bool) -> YearToDate:
    """What was paid in the tax year of the take-over before it.

    High pay is back pay booked in the last of those months; its tax is withheld from the next pay on.
    """
    plan, months = profile.officers, profile.pay_history.ytd_months
    gross = rng.randint(*plan.monthly_gross_fen) // 100 * 100
    back_pay = rng.randint(*plan.back_pay_fen) // 100 * 100 if high else 0
    insurance = times_ratio(base, plan.personal_rate_permille, 1000) + plan.personal_fixed_fen
    return YearToDate(
        months=months,
        income_fen=Fen(gross * months + back_pay),
        insurance_fen=Fen(insurance * months),
        special_fen=Fen(special * months),
        tax_fen=Fen(0),
    )


def _quarters(profile: Profile, rng: Random) -> Iterator[Quarter]:
    """From the quarter that is taken over to the last one that has ended."""
    grades, history = profile.officers.grades, profile.pay_history
    year, quarter = history.appraisal_year, history.appraisal_quarter
    while Month(year, quarter * 3) < Month.of(profile.today):
        grade = rng.choices([one.grade for one in grades], weights=[one.weight for one in grades])[0]
        yield Quarter(year=year, quarter=quarter, grade=grade, work_counted=rng.randint(60, 140))
        year, quarter = (year, quarter + 1) if quarter < 4 else (year + 1, 1)


def _position(plan: Officers, rank: int) -> str:
    """The first post of a town leads it; towns with enough posts have a few deputies."""
    if rank == 0:
        return plan.heads
    return plan.deputies if rank % plan.one_deputy_in_posts == 1 else plan.members
