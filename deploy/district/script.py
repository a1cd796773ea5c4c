"""The stock's take-over (接续登记) as calls: rule packs, funds, officers, households; the month is `month.py`'s."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from deploy.district import bodies
from deploy.district.call import Call
from deploy.district.district import District
from deploy.district.payouts import account_of
from deploy.district.plan import instant, sample_id

OPENS_AT_MINUTES = 480


def stock_script(district: District) -> Iterator[Call]:
    """What a district starts with, in this order: packs, budgets, officers, their appraisals, households.

    An officer's appraisal needs the officer: the player sends the calls in order per subject, or waits between
    commands of different names. Everything is dated the day of the take-over.
    """
    numbered = enumerate(_stock(district), start=1)
    start = instant(district.profile.take_over.at, OPENS_AT_MINUTES)
    for number, (service, actor, role, body) in numbered:
        yield _call(district, number, start, service, actor, role, body)


def _call(
    district: District, number: int, start: datetime, service: str, actor: str, role: str, body: dict[str, Any]
) -> Call:
    call_id: UUID = sample_id(district.seed, "stock", number)
    at = start + timedelta(milliseconds=number)
    return Call(
        road="command", service=service, town=None, actor=actor, role=role, at=at, id=call_id, body=body
    )  # fmt: skip


def _stock(district: District) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    profile = district.profile
    leader, caseworker, finance = profile.bureau.leaders[0], profile.bureau.caseworkers[0], profile.bureau.finance[0]
    for pack in profile.packs:
        yield pack.service, leader, "bureau-leader", bodies.adopt_pack(pack)
    for budget in profile.budgets:
        yield "payroll", finance, "bureau-finance", bodies.budget_fund(budget, profile.today.year)
    for officer in district.officers:
        yield "payroll", caseworker, "bureau", bodies.take_over_officer(officer, profile.take_over)
    for officer in district.officers:
        yield "payroll", leader, "bureau-leader", bodies.confirm_appraisal(officer, profile.take_over)
    for home in district.households:
        body = bodies.take_over_household(home, profile.take_over.source, account_of(district, home))
        yield "casework", caseworker, "bureau", body
