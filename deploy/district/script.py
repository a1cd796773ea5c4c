"""What a district starts with, taken over (接续登记), as calls: officers and money first, households when a year of pay is done."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from deploy.district import bodies, pay_bodies, post_bodies
from deploy.district.call import Call
from deploy.district.district import District
from deploy.district.officers import allot_posts, figures_of
from deploy.district.payouts import account_of
from deploy.district.plan import instant, sample_id

OPENS_AT_MINUTES = 480
_Sent = tuple[str, str, str, dict[str, Any]]


def opening_script(district: District) -> Iterator[Call]:
    """What pay rests on, in this order: packs, posts, that year's money, officers, the quarter appraised before.

    An officer's appraisal needs the officer: the player sends the calls in order per subject, or waits between
    commands of different names. Everything is dated the day from which pay is on record.
    """
    yield from _calls(district, "opening", district.profile.pay_history.at, _opening(district))


def stock_script(district: District) -> Iterator[Call]:
    """The households, dated the day of their take-over: a year of pay, `history_script`, stands before it."""
    yield from _calls(district, "stock", district.profile.take_over.at, _households(district))


def _calls(district: District, part: str, day: date, sent: Iterable[_Sent]) -> Iterator[Call]:
    start = instant(day, OPENS_AT_MINUTES)
    for number, (service, actor, role, body) in enumerate(sent, start=1):
        yield Call(
            road="command", service=service, town=None, actor=actor, role=role,
            at=start + timedelta(milliseconds=number), id=sample_id(district.seed, part, number), body=body,
        )  # fmt: skip


def _opening(district: District) -> Iterator[_Sent]:
    profile, history = district.profile, district.profile.pay_history
    leader, caseworker, finance = profile.bureau.leaders[0], profile.bureau.caseworkers[0], profile.bureau.finance[0]
    for pack in profile.packs:
        yield pack.service, leader, "bureau-leader", bodies.adopt_pack(pack)
    yield from _posts(district)
    for budget in profile.budgets:
        if budget.year == history.at.year:
            yield "payroll", finance, "bureau-finance", pay_bodies.take_over_fund(budget, history)
    for officer in district.officers:
        yield "payroll", caseworker, "bureau", pay_bodies.take_over_officer(officer, profile.take_over)
    for officer in district.officers:
        yield "payroll", leader, "bureau-leader", pay_bodies.confirm_appraisal(officer, officer.quarters[0])


def _households(district: District) -> Iterator[_Sent]:
    profile = district.profile
    for home in district.households:
        body = bodies.take_over_household(home, profile.take_over.source, account_of(district, home))
        yield "casework", profile.bureau.caseworkers[0], "bureau", body


def _posts(district: District) -> Iterator[_Sent]:
    """The district's posts, and how they are divided among towns by payroll's own formula."""
    profile = district.profile
    leader, wanted = profile.bureau.leaders[0], profile.month.postings
    established = post_bodies.establish_posts(profile.totals.posts, wanted.established_document)
    yield "payroll", leader, "bureau-leader", established
    posts = dict(zip((town.code for town in profile.towns), allot_posts(profile), strict=True))
    body = post_bodies.allot_posts(figures_of(profile), posts, wanted.allotment_document)
    yield "payroll", leader, "bureau-leader", body
