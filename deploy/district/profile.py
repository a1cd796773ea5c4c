"""The profile of a district as data: places, counts, shares, names, sample rates; reads it, generates nothing."""

from datetime import date
from pathlib import Path
from typing import Any, Literal

import msgspec

from deploy.district.frozen import Frozen
from deploy.district.programme import BenefitPay, CommitteeWork, Contracting, Municipal, Postings, Trainings
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


class Weighted(Frozen, frozen=True):
    """A code and how often it is drawn."""

    code: str
    weight: int


class Officers(Frozen, frozen=True):
    """How the stock of officers looks. Sums are fen a month; `last_year_pay_fen` is what bases come from."""

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
    high_base_fen: tuple[int, int]
    back_pay_fen: tuple[int, int]


class Budget(Frozen, frozen=True):
    """A funding document of one of the four sources (三); `cap_basis_fen` is last year's municipal figure."""

    source: str
    amount_fen: int
    document: str
    purposes: tuple[str, ...]
    cap_basis_fen: int | None = None


class TakeOver(Frozen, frozen=True):
    """What the take-over (接续登记) states about source and documents."""

    source: str
    household_document: str
    officer_document: str
    reverify_from: date
    reverify_days: int
    appraisal_year: int
    appraisal_quarter: int
    ytd_months: int
    at: date


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


class Need(Frozen, frozen=True):
    """A need brought to the window: its weight, and whose household shapes its applicants have."""

    weight: int
    shapes: str


class Hours(Frozen, frozen=True):
    """Working hours of a day as pairs of minutes since midnight."""

    shifts: tuple[tuple[int, int], ...]
    visit_minutes: tuple[int, int]
    travel_minutes: int


class CaseFlow(Frozen, frozen=True):
    """Shares and delays of cases; delays are working days after the step before.

    `noticed_needs` are posted (公示), `submitted_needs` go up to the bureau with the town's opinion, `planned_needs`
    get an officer who visits, `referred_needs` go to another department.
    """

    survey_days: tuple[int, int]
    late_survey_days: tuple[int, int]
    check_days: tuple[int, int]
    check_answer_days: tuple[int, int]
    notice_days: tuple[int, int]
    notice_full_days: int
    noticed_needs: tuple[str, ...]
    planned_needs: tuple[str, ...]
    decide_days: tuple[int, int]
    submitted_needs: tuple[str, ...]
    refusal_days: tuple[int, int]
    confirm_permille: int
    invalid_surveys: int
    late_surveys: int
    conflicts: int
    registers: tuple[str, ...]
    conflicting_registers: tuple[str, ...]
    referred_needs: tuple[str, ...]
    refusal_reasons: tuple[str, ...]
    income_permille_max: int


class Reverifications(Frozen, frozen=True):
    """How many households are looked at again in the month, how many amounts change, how many benefits end and why.

    Amounts change and benefits end only in the categories `adjusted`.
    """

    looks: int
    changes: int
    deaths: int
    own_requests: int
    adjusted: tuple[str, ...]


class Remote(Frozen, frozen=True):
    """Where and when surveys are made from afar: a declared emergency of the pack ``remote_survey``."""

    town: str
    from_on: date
    until_on: date


class BesideCases(Frozen, frozen=True):
    """How much a month brings beside the main road of its cases; fewer where there are not so many cases."""

    conflicts_resolved: int
    contests: int
    objections: int
    case_complaints: int
    household_complaints: int
    spot_check_permille: int
    survey_helps: int
    survey_helps_declined: int
    emergencies: int
    recognitions: int
    resolutions: tuple[str, ...]
    help_reasons: tuple[str, ...]
    remote: Remote


class Duty(Frozen, frozen=True):
    """What becomes of items that are passed on, and who takes over for whom; delays are working days.

    Of the referrals `returned_permille` come back and are referred again, `unanswered_permille` never are answered.
    """

    accepted_after_days: tuple[int, int]
    completed_after_days: tuple[int, int]
    returned_permille: int
    unanswered_permille: int
    refused_permille: int
    return_reasons: tuple[str, ...]
    refusals: tuple[str, ...]
    handover_permille: int
    declined_permille: int
    handover_reasons: tuple[str, ...]
    unattended_towns: int


class Deliveries(Frozen, frozen=True):
    """How many devices bring records late, visits are rated, officers hand over; of the works, how many show evidence.

    `score_weights`: how often a household gives 1 … 5; `praise` and `blame` are reasons of good and of bad ratings.
    """

    devices: int
    ratings: int
    call_back_permille: int
    score_weights: tuple[int, int, int, int, int]
    praise: tuple[str, ...]
    blame: tuple[str, ...]
    handovers: int
    evidence_permille: int


class Phrases(Frozen, frozen=True):
    """Clauses that a visit's note is put together from; `{…}` takes one of the short lists, or a number."""

    who: tuple[str, ...]
    doing: tuple[str, ...]
    mood: tuple[str, ...]
    opening: tuple[str, ...]
    finding: tuple[str, ...]
    action: tuple[str, ...]
    closing: tuple[str, ...]


TownRoad = Literal["http-single", "http-batch", "inbox", "csv"]


class Ledger(Frozen, frozen=True):
    """What a month brings to clocks and registers: clocks that pause or are extended, near relatives, likenesses.

    `special_needs` have a special term (特别程序).
    `late_relatives` are declared by staff after the request; `twins` of somebody of the stock, `twins_open` of somebody
    who has asked already, `likenesses` of one whose number differs, all at the month's end, of which so many are decided at once; counts, all of them.
    """

    case_pauses: int
    case_extensions: int
    special_needs: tuple[str, ...]
    referral_pauses: int
    pause_causes: tuple[str, ...]
    late_relatives: int
    kinships: tuple[str, ...]
    delegate_relations: tuple[str, ...]
    matches_same: int
    matches_different: int
    match_reasons: dict[str, tuple[str, ...]]
    twins: int
    twins_open: int
    likenesses: int
    answers: tuple[str, ...]
    hotline_consultations_permille: int


class MonthPlan(Frozen, frozen=True):
    """How much of everything a month brings; `wrong` counts each kind of planted error.

    `outreach_consultations` of the consultations come in one day and batch; `batch_max` is for the player."""

    requests: int
    consultations: int
    outreach_consultations: int
    withdrawals: int
    missing_permille: int
    incomplete_permille: int
    several_needs_permille: int
    supplied_after_days: tuple[int, int]
    near_relative_permille: int
    delegated_permille: int
    roads: dict[TownRoad, int]
    batch_max: int
    channels: tuple[Weighted, ...]
    needs: dict[str, Need]
    topics: tuple[str, ...]
    leaflets: tuple[str, ...]
    withdrawal_reasons: tuple[str, ...]
    hours: Hours
    flow: CaseFlow
    reverification: Reverifications
    duty: Duty
    beside: BesideCases
    delivery: Deliveries
    training: Trainings
    committee_work: CommitteeWork
    contracting: Contracting
    ledger: Ledger
    lists: BenefitPay
    postings: Postings
    municipal: Municipal
    services: tuple[Weighted, ...]
    cosign_permille: int
    short_visit_permille: int
    overlapping_visits: int
    notes: Phrases
    work_records: int
    works: tuple[Weighted, ...]
    work_benefits: tuple[Weighted, ...]
    work_minutes: tuple[int, int]
    payroll_day: int
    returned_lines: int
    return_reasons: tuple[str, ...]
    wrong: dict[str, int]


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
