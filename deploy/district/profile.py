"""The profile of a district as data: places, counts, shares, names, sample rates; reads it, generates nothing."""

from datetime import date
from pathlib import Path
from typing import Any, Literal

import msgspec

from deploy.district.frozen import Frozen, Weighted
from deploy.district.month_plan import MonthPlan
from deploy.district.programme import Budget
from services.contracts.calendar import WorkingCalendar
from services.contracts.codec import convert


class Totals(Frozen, frozen=True):
    """What a profile must add up to; the plan's own figures for the sample (二(四))."""

    towns: int
    communities: int
    villages: int
    residents: int
    posts: int
    households: int


class Town(Frozen, frozen=True):
    """One town or street; `households` counts beneficiary households by category."""

    code: str
    name: str
    kind: Literal["street", "town"]
    residents: int
    households: dict[str, int]
    communities: tuple[str, ...]
    villages: tuple[str, ...]
    window_staff: int
    investigators: int


class Bureau(Frozen, frozen=True):
    """People outside the towns, as actor texts."""

    caseworkers: tuple[str, ...]
    leaders: tuple[str, ...]
    finance: tuple[str, ...]


class Names(Frozen, frozen=True):
    """Pools that invented names are drawn from; surnames may repeat, which makes them more frequent."""

    surnames: str
    given_male: str
    given_female: str


class IdPrefix(Frozen, frozen=True):
    """A region prefix of resident IDs, for people born in `born_from`…`born_to` (years)."""

    prefix: str
    born_from: int
    born_to: int
    weight: int


class ShapeMember(Frozen, frozen=True):
    """One member of a household shape: relation to the applicant and range of ages in whole years."""

    relation: str
    age_min: int
    age_max: int


class Shape(Frozen, frozen=True):
    """A kind of household, e.g. a couple, with its weight within its category."""

    weight: int
    members: tuple[ShapeMember, ...]


class Groups(Frozen, frozen=True):
    """How priority groups (二(一)) come about: by age, or by chance in per mille of adult members."""

    minor: str
    minor_below_age: int
    aged: str
    aged_from_age: int
    by_chance_permille: dict[str, dict[str, int]]


class Amounts(Frozen, frozen=True):
    """Sample standards, fen a month. `top_up_fen` is added for each priority member (分类施保)."""

    standard_fen: dict[str, int]
    per_head: tuple[str, ...]
    income_permille_max: int
    top_up_fen: dict[str, int]
    benefit_from_years: tuple[int, int]


class Frequency(Frozen, frozen=True):
    """Visits a month by category, for households with and without a priority member."""

    priority: int
    ordinary: int


class Caring(Frozen, frozen=True):
    """How able tekun people are, where they live, and how many benefits change in a month and how.

    `tiers` of ordinary members, `frail_tiers` of those in `frail_groups`; of those cared for at home
    `unsigned_permille` have no agreement yet. Benefits change in the categories `changing` only; of the month's deaths
    `late_deaths` become known late, and for `recovered` of these the money comes back within the month.
    """

    tiers: tuple["Weighted", ...]
    frail_groups: tuple[str, ...]
    frail_tiers: tuple["Weighted", ...]
    institution_permille: int
    unsigned_permille: int
    institutions: tuple[str, ...]
    assessors: tuple[str, ...]
    reports: int
    unanswered_reports: int
    changing: tuple[str, ...]
    suspensions: int
    resumptions: int
    gradual_exits: int
    job_refusers: int
    late_deaths: int
    recovered: int


class Grade(Frozen, frozen=True):
    """An appraisal grade and how often it is given."""

    grade: str
    weight: int


class Qualification(Frozen, frozen=True):
    """A professional qualification and how often officers have it; `certified` ones carry a date."""

    code: str
    certified: bool
    weight: int


class Officers(Frozen, frozen=True):
    """How the stock of officers looks. Sums are fen a month; `last_year_pay_fen` is what bases come from.

    Of all, `high_pay` officers have high pay, so that tax is seen: on `high_position` unless they lead, with back pay.
    """

    heads: str
    deputies: str
    one_deputy_in_posts: int
    members: str
    qualifications: tuple[Qualification, ...]
    educations: tuple[Weighted, ...]
    grades: tuple[Grade, ...]
    contract_modes: tuple[Weighted, ...]
    appointed_years: tuple[int, int]
    age_at_appointment: tuple[int, int]
    base_floor_fen: int
    base_ceiling_fen: int
    last_year_pay_fen: tuple[int, int]
    monthly_gross_fen: tuple[int, int]
    personal_rate_permille: int
    personal_fixed_fen: int
    special_deductions_fen: tuple[int, ...]
    special_deduction_permille: int
    high_pay: int
    high_position: str
    high_base_fen: tuple[int, int]
    back_pay_fen: tuple[int, int]


class TakeOver(Frozen, frozen=True):
    """What the take-over (接续登记) states about source and documents."""

    source: str
    household_document: str
    reverify_from: date
    reverify_days: int
    at: date


class PayHistory(Frozen, frozen=True):
    """Officers and money are taken over earlier than households, so that a year of runs stands on the log.

    By `at`, `ytd_months` of that year were paid and the quarter named was appraised.
    """

    at: date
    ytd_months: int
    appraisal_year: int
    appraisal_quarter: int
    officer_document: str
    funds_from: str
    funds_document: str


class Profile(Frozen, frozen=True):
    """A whole district. Everything in it is invented and marked as a sample."""

    name_zh: str
    name_en: str
    sample: bool
    label_zh: str
    label_en: str
    today: date
    totals: Totals
    towns: tuple[Town, ...]
    post_weights: tuple[int, int]
    bureau: Bureau
    names: Names
    id_prefixes: tuple[IdPrefix, ...]
    phone_prefix: str
    bank_prefix: str
    categories: dict[str, Literal["urban", "rural", "both"]]
    shapes: dict[str, tuple[Shape, ...]]
    groups: Groups
    amounts: Amounts
    visits_per_month: dict[str, Frequency]
    care: Caring
    officers: Officers
    budgets: tuple[Budget, ...]
    take_over: TakeOver
    pay_history: PayHistory
    month: "MonthPlan"
    packs: tuple["PackFile", ...] = ()

    @property
    def calendar(self) -> WorkingCalendar:
        """The calendar pack in force on the profile's day; Monday to Friday when the district has none."""
        in_force = [pack for pack in self.packs if pack.name == "calendar" and pack.valid_from <= self.today]
        if in_force:
            return convert(max(in_force, key=lambda pack: pack.valid_from).content, WorkingCalendar)
        nothing: frozenset[date] = frozenset()
        return WorkingCalendar(version="none", announced_through=self.today, off_days=nothing, make_up_days=nothing)

    def materials(self, need: str, delegated: bool, near_relative: bool) -> tuple[str, ...]:
        """What the district's material lists ask of an applicant for `need`; nothing when they do not list it."""
        listed = next((pack.content["needs"].get(need) for pack in self.packs if pack.name == "materials"), None)
        if listed is None:
            return ()
        extra = (listed.get("when_delegated", []) if delegated else []) + (
            listed.get("when_near_relative", []) if near_relative else []
        )
        return (*listed["always"], *extra)


class PackFile(msgspec.Struct, frozen=True, kw_only=True):
    """A rule pack as it lies in ``rules/<service>.<pack>.json``; `content` is for its service to type."""

    name: str
    version: str
    valid_from: date
    citation: str
    sample: bool
    content: dict[str, Any]
    service: str = ""


def load_profile(directory: Path) -> Profile:
    """Read the district profile in `directory` (its one ``*.json``; rule packs lie in ``rules/`` below).

    Errors: `FileNotFoundError` when there is none or more than one, `msgspec.ValidationError` naming the field that
    does not fit, `ValueError` naming the total that does not add up.
    """
    found = sorted(directory.glob("*.json"))
    if len(found) != 1:
        raise FileNotFoundError(f"{directory} must hold exactly one district profile (*.json), found {len(found)}")
    profile = msgspec.json.decode(found[0].read_bytes(), type=Profile)
    check_totals(profile)
    return msgspec.structs.replace(profile, packs=load_packs(directory / "rules"))


def load_packs(directory: Path) -> tuple[PackFile, ...]:
    """All rule packs of a directory, each with the service its file name begins with; none without a directory."""
    packs = []
    for path in sorted(directory.glob("*.json")):
        pack = msgspec.json.decode(path.read_bytes(), type=PackFile)
        packs.append(msgspec.structs.replace(pack, service=path.name.partition(".")[0]))
    return tuple(packs)


def check_totals(profile: Profile) -> None:
    """`ValueError` unless the towns add up to the stated totals and use only known categories."""
    towns, totals = profile.towns, profile.totals
    sums = {
        "towns": (len(towns), totals.towns),
        "communities": (sum(len(town.communities) for town in towns), totals.communities),
        "villages": (sum(len(town.villages) for town in towns), totals.villages),
        "residents": (sum(town.residents for town in towns), totals.residents),
        "households": (sum(sum(town.households.values()) for town in towns), totals.households),
    }
    for name, (found, stated) in sums.items():
        if found != stated:
            raise ValueError(f"the profile states {stated} {name}, its towns add up to {found}")
    if totals.posts < totals.towns:
        raise ValueError(f"{totals.posts} posts cannot give each of {totals.towns} towns one")
    unknown = {category for town in towns for category in town.households} - set(profile.categories)
    if unknown:
        raise ValueError(f"towns count households of unknown categories: {sorted(unknown)}")
