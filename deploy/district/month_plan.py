"""What a profile says of a month: how much of everything comes, at which hours, with which words."""

from datetime import date
from typing import Literal

from deploy.district.frozen import Frozen, Weighted
from deploy.district.programme import BenefitPay, CommitteeWork, Contracting, Money, Municipal, Postings, Trainings
from deploy.district.supervision import Findings


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

    `member_deaths`: in households whose benefit goes on for the others.

    Amounts change and benefits end only in the categories `adjusted`.
    """

    looks: int
    changes: int
    deaths: int
    member_deaths: int
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
    money: Money
    ledger: Ledger
    lists: BenefitPay
    postings: Postings
    municipal: Municipal
    findings: Findings
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
