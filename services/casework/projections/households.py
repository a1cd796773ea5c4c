"""Read model of households: who receives what, who visits; no names."""

from datetime import date
from typing import Final

import msgspec

from services.contracts.casework import (
    BenefitAdjusted,
    BenefitResumed,
    BenefitSuspended,
    BenefitTerminated,
    CaseClosed,
    CaseOpened,
    EligibilityConfirmed,
    EligibilityRefused,
    GradualExitGranted,
    HouseholdReverified,
    HouseholdSurveyed,
    HouseholdTakenOver,
    MunicipalNumberDropped,
    MunicipalNumberRecorded,
    RecognitionLapsed,
    ResponsibilityMoved,
    ReverificationOverdue,
    ServicePlanned,
    ShareCut,
)
from services.contracts.deciding import Model, Record
from services.contracts.money import ZERO_FEN, Fen
from services.contracts.months import Month
from services.contracts.registry import Fact

_change = msgspec.structs.replace


_IN_FORCE: Final = ("receiving", "recognised")
_NOT_LOOKED_AT: Final = {"reverify_by": None, "reverified_on": None, "reverify_overdue": False}


class HouseholdRow(msgspec.Struct, frozen=True, kw_only=True):
    """One household by its number.

    `status`: applying, receiving, ended (the only application was refused or withdrawn, or the benefit was
    terminated), helped (a single sum), recognised (in hardship, until `valid_until`). `reverify_overdue`: nobody looked
    again by `reverify_by`. `suspended_from`: not paid from that month on; `exit_until`: the last month of a gradual exit (渐退期).
    `category` is the benefit in force, while applying the need applied for; `covered_members` are who it is for. `taken_over`: no procedure is claimed.
    `open_cases`: the needs of undecided applications by number; with one of them open, what ended leaves it applying.
    `municipal_nos`: its numbers in the municipal system.
    """

    town: str
    committee: str
    category: str
    status: str
    member_count: int
    priority_count: int = 0
    monthly_amount_fen: Fen = ZERO_FEN
    officer: str = ""
    visits_per_month: int = 0
    taken_over: bool = False
    from_month: Month | None = None
    reverify_by: date | None = None
    reverified_on: date | None = None
    reverify_overdue: bool = False
    until_month: Month | None = None
    suspended_from: Month | None = None
    exit_until: Month | None = None
    valid_until: date | None = None
    covered_members: int = 0
    open_cases: dict[str, str] = {}
    municipal_nos: tuple[str, ...] = ()


def household_no_of(record: Record) -> str:
    """The number of the household that a fact is about."""
    return record.envelope.subject.partition(":")[2]


def _keys(record: Record) -> tuple[str, ...]:
    return (household_no_of(record),)


def _household(row: HouseholdRow | None, record: Record, _: str) -> HouseholdRow | None:
    after = _moved(_with_cases(row, record.fact), record.fact)
    if after is None or after.status not in ("ended", "helped") or not after.open_cases:
        return after
    return _change(after, status="applying", category=next(reversed(after.open_cases.values())))


def _with_cases(row: HouseholdRow | None, fact: Fact) -> HouseholdRow | None:
    """A case of the household was opened, decided or closed."""
    if row is None or not isinstance(fact, CaseOpened | EligibilityConfirmed | EligibilityRefused | CaseClosed):
        return row
    others = {number: need for number, need in row.open_cases.items() if number != fact.application_no}
    opened = {fact.application_no: fact.need} if isinstance(fact, CaseOpened) else {}
    return _change(row, open_cases=others | opened)


def _moved(row: HouseholdRow | None, fact: Fact) -> HouseholdRow | None:
    match fact:
        case HouseholdTakenOver():
            return _taken_over(fact)
        case CaseOpened():
            return row if row is not None and row.status in _IN_FORCE else _applying(row, fact)
        case HouseholdSurveyed() if row is not None and fact.members and fact.valid:
            priority_count = sum(member.priority for member in fact.members)
            return _change(row, member_count=len(fact.members), priority_count=priority_count)
        case EligibilityConfirmed() if row is not None:
            return _granted(row, fact)
        case EligibilityRefused() | CaseClosed() if row is not None and row.status == "applying":
            return _change(row, status="ended")
        case ServicePlanned() if row is not None:
            return _change(row, officer=fact.officer, visits_per_month=fact.visits_per_month)
        case ResponsibilityMoved() if row is not None and f"officer:{row.officer}" == fact.previous:
            return _change(row, officer=fact.responsible.partition(":")[2])
        case HouseholdReverified() if row is not None:
            return _looked_at(row, fact)
        case ReverificationOverdue() if row is not None:
            return _change(row, reverify_overdue=True)
        case BenefitAdjusted() | ShareCut() if row is not None:
            return _change(
                row,
                monthly_amount_fen=fact.monthly_amount_fen,
                from_month=fact.from_month,
                covered_members=fact.covered_members,
            )
        case BenefitSuspended() | BenefitResumed() | GradualExitGranted() if row is not None:
            return _changed(row, fact)
        case MunicipalNumberRecorded() | MunicipalNumberDropped() as fact if row is not None:
            others = tuple(number for number in row.municipal_nos if number != fact.municipal_no)
            recorded = isinstance(fact, MunicipalNumberRecorded)
            return _change(row, municipal_nos=(*others, fact.municipal_no) if recorded else others)
        case RecognitionLapsed() if row is not None:
            return _change(row, status="ended", visits_per_month=0, **_NOT_LOOKED_AT)
        case BenefitTerminated() if row is not None:
            until = fact.from_month.plus(-1)
            ended = {"until_month": until, "visits_per_month": 0, "suspended_from": None}
            return _change(row, status="ended", **ended, **_NOT_LOOKED_AT)
        case _:
            return row


def _looked_at(row: HouseholdRow, fact: HouseholdReverified) -> HouseholdRow:
    seen = _change(row, reverify_by=fact.next_by, reverified_on=fact.reverified_on, reverify_overdue=False)
    if not fact.members:
        return seen
    priority_count = sum(member.priority for member in fact.members)
    return _change(seen, member_count=len(fact.members), priority_count=priority_count)


def _changed(row: HouseholdRow, fact: BenefitSuspended | BenefitResumed | GradualExitGranted) -> HouseholdRow:
    """A gradual exit moves the next look to its end."""
    match fact:
        case BenefitSuspended():
            return _change(row, suspended_from=fact.from_month)
        case BenefitResumed():
            return _change(row, suspended_from=None)
        case GradualExitGranted():
            look = {"reverify_by": fact.until_month.last_day, "reverify_overdue": False}
            return _change(row, exit_until=fact.until_month, **look)


def _taken_over(fact: HouseholdTakenOver) -> HouseholdRow:
    return HouseholdRow(
        town=fact.town,
        committee=fact.committee,
        category=fact.category,
        status="receiving",
        member_count=len(fact.members),
        priority_count=sum(member.priority for member in fact.members),
        monthly_amount_fen=fact.monthly_amount_fen,
        officer=fact.officer,
        visits_per_month=fact.visits_per_month,
        taken_over=True,
        from_month=fact.benefit_from_month,
        reverify_by=fact.reverify_by,
        covered_members=len(fact.members),
    )


def _applying(row: HouseholdRow | None, fact: CaseOpened) -> HouseholdRow:
    if row is not None:
        return _change(row, status="applying", category=fact.need)
    return HouseholdRow(
        town=fact.town,
        committee=fact.committee,
        category=fact.need,
        status="applying",
        member_count=fact.member_count,
        open_cases={fact.application_no: fact.need},
    )


def _granted(row: HouseholdRow, fact: EligibilityConfirmed) -> HouseholdRow:
    if fact.one_off:
        return row if row.status in _IN_FORCE else _change(row, status="helped")
    return _change(
        row,
        status="receiving" if fact.valid_until is None else "recognised",
        category=fact.need,
        monthly_amount_fen=fact.monthly_amount_fen,
        from_month=fact.from_month,
        **(_NOT_LOOKED_AT | {"reverify_by": fact.reverify_by}),
        until_month=None,
        exit_until=None,
        valid_until=fact.valid_until,
        covered_members=fact.covered_members,
    )


HOUSEHOLDS: Final = Model(
    name="households",
    row=HouseholdRow,
    listens=(
        HouseholdTakenOver,
        CaseOpened,
        HouseholdSurveyed,
        EligibilityConfirmed,
        EligibilityRefused,
        CaseClosed,
        ServicePlanned,
        HouseholdReverified,
        ReverificationOverdue,
        BenefitAdjusted,
        ShareCut,
        BenefitSuspended,
        BenefitResumed,
        GradualExitGranted,
        BenefitTerminated,
        RecognitionLapsed,
        ResponsibilityMoved,
        MunicipalNumberRecorded,
        MunicipalNumberDropped,
    ),
    keys=_keys,
    evolve=_household,
)
