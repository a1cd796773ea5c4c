"""A month at the towns' windows: requests, missing materials, withdrawals, consultations, over all roads; no cases."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from random import Random
from typing import Any, Final

from deploy.district import bodies
from deploy.district.call import Call, Road
from deploy.district.district import Committee, Household, Member, TownPlace, draw_members
from deploy.district.field import draw
from deploy.district.people import check_digit
from deploy.district.plan import Plan

# The material that gives a delegate authority, by the name the sample's lists give it.
LETTER: Final = "delegation_letter"
# Doubles come among so many last requests, so that what becomes of them is next month's.
DOUBLES_WITHIN: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One need of a request as it goes on: `accepted_on` is the day its materials are complete."""

    household_no: str
    application_no: str
    need: str
    town: str
    committee: str
    members: tuple[Member, ...]
    near_relative_declared: bool
    accepted_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Who stands at the window: a household that is new to the bureau, or one of the stock."""

    household_no: str
    committee: str
    members: tuple[Member, ...]
    phone: str
    address: str = ""


@dataclass(kw_only=True)
class Windows:
    """Numbers running per town while a month's requests are made."""

    plan: Plan
    new_households: dict[str, int]
    stock: dict[str, list[Household]]
    asked: list[Applicant] = field(default_factory=list)
    doubled: int = 0


def plan_requests(plan: Plan) -> list[Application]:
    """All requests of the month; returns the applications that were accepted within it, referred ones left out."""
    month = plan.district.profile.month
    stock: dict[str, list[Household]] = defaultdict(list)
    for home in plan.district.households:
        stock[home.town].append(home)
    windows = Windows(plan=plan, new_households=defaultdict(int), stock=stock)
    days = plan.workdays
    accepted: list[Application] = []
    for i in range(month.requests):
        accepted += _request(windows, i, days[i * len(days) // month.requests])
    withdrawn = _withdrawals(plan, accepted)
    return [application for application in accepted if application.application_no not in withdrawn]


def _request(windows: Windows, i: int, day: date) -> list[Application]:
    """Request `i` of the month with its supplies; returns those of its applications accepted within the month."""
    plan = windows.plan
    rng, month = plan.rng(f"request|{i}"), plan.district.profile.month
    towns = plan.district.towns
    place = rng.choices(towns, weights=[place.household_count for place in towns])[0]
    needs = _needs(plan, rng, place)
    applicant = _doubled(windows, i, _applicant(windows, rng, place, needs, i))
    request_no = f"R-{place.code}-{plan.month}-{i + 1:04d}"
    delegated, near_relative = _chance(rng, month.delegated_permille), _chance(rng, month.near_relative_permille)
    # What another department decides is passed on as it is; that department asks for its own materials.
    asked = [need for need in needs if need not in month.flow.referred_needs]
    listed = {need: plan.district.profile.materials(need, delegated, near_relative) for need in asked}
    required = list(dict.fromkeys(material for need in asked for material in listed[need]))
    lacks = len(required) > 1 and _chance(rng, month.missing_permille)
    missing = rng.sample(required[1:], rng.randint(1, len(required) - 1)) if lacks else []
    channel = draw(rng, month.channels)
    body = bodies.request(
        applicant,
        request_no=request_no,
        channel=channel,
        first_asked=rng.choice(place.window),
        needs=needs,
        materials=[material for material in required if material not in missing],
        near_relative_declared=near_relative,
        delegated=delegated,
        received_on=day,
        ticket_no=f"12345-{plan.month}-{i + 1:04d}" if channel == "hotline" else "",
        delegate=_delegate(plan, i) if delegated and LETTER not in missing else None,
        address=applicant.address,
    )
    town_event(plan, rng, place, day, bodies.REQUEST, applicant.household_no, body)
    accepted = []
    for need in asked:
        lacking = [material for material in missing if material in listed[need]]
        number = bodies.application_no(request_no, need)
        accepted_on = _supplies(plan, rng, place, day, applicant.household_no, number, lacking)
        accepted.append(_application(applicant, place, number, need, near_relative, accepted_on))
    return [application for application in accepted if plan.inside(application.accepted_on)]


def _delegate(plan: Plan, i: int) -> bodies.Body:
    """Who asks in the applicant's place, with the authority's paper."""
    rng = plan.rng(f"delegate|{i}")
    return {
        "name": plan.district.registry.name(rng, rng.random() < 0.5),
        "relation": rng.choice(plan.district.profile.month.ledger.delegate_relations),
        "authority_sha256": hashlib.sha256(f"delegate|{plan.month}|{i}".encode()).hexdigest(),
    }


def _doubled(windows: Windows, i: int, applicant: Applicant) -> Applicant:
    """Towards the month's end a few applicants are somebody known elsewhere, or very like somebody who asked before."""
    plan, wanted = windows.plan, windows.plan.district.profile.month.ledger
    new = int(applicant.household_no.partition("-H")[2]) > plan.month.number * 1000
    kinds = ("stock",) * wanted.twins + ("open",) * wanted.twins_open + ("like",) * wanted.likenesses
    if plan.district.profile.month.requests - i > DOUBLES_WITHIN or not new or windows.doubled == len(kinds):
        windows.asked += [applicant] if new else []
        return applicant
    rng, kind = plan.rng(f"double|{i}"), kinds[windows.doubled]
    windows.doubled += 1
    if kind == "stock":
        town = applicant.household_no.partition("-")[0]
        other = rng.choice([home.members[0].person for home in windows.stock[town]])
    else:
        other = rng.choice(windows.asked[-DOUBLES_WITHIN:]).members[0].person
    if kind == "like":  # one digit of the order code misread
        first_17 = f"{other.resident_id[:14]}{(int(other.resident_id[14:17]) + 2) % 1000:03d}"
        other = replace(other, resident_id=first_17 + check_digit(first_17))
    first, *rest = applicant.members
    return replace(applicant, members=(replace(first, person=other), *rest), address=f"示例路{i}号")


def _application(
    applicant: Applicant, place: TownPlace, number: str, need: str, near_relative: bool, accepted_on: date
) -> Application:
    return Application(
        household_no=applicant.household_no,
        application_no=number,
        need=need,
        town=place.code,
        committee=applicant.committee,
        members=applicant.members,
        near_relative_declared=near_relative,
        accepted_on=accepted_on,
    )


def _needs(plan: Plan, rng: Random, place: TownPlace) -> tuple[str, ...]:
    """One need, or two (一门受理); a living allowance is one of the kind that fits the place, never two kinds."""
    month, profile = plan.district.profile.month, plan.district.profile
    villages = any(committee.village for committee in place.committees)
    fitting = [need for need in month.needs if profile.categories.get(need) != "rural" or villages]
    first = rng.choices(fitting, weights=[month.needs[need].weight for need in fitting])[0]
    extra = [need for need in fitting if need not in profile.categories and need != first]
    if extra and _chance(rng, month.several_needs_permille):
        return (first, rng.choice(extra))
    return (first,)


def _applicant(windows: Windows, rng: Random, place: TownPlace, needs: Sequence[str], i: int) -> Applicant:
    plan, profile = windows.plan, windows.plan.district.profile
    # Who gets an allowance already does not ask for one; one-off help is also asked for by households of the stock.
    if not any(need in profile.categories for need in needs) and rng.random() < 0.5:
        home = rng.choice(windows.stock[place.code])
        windows.stock[place.code].remove(home)
        return Applicant(
            household_no=home.number, committee=home.committee, members=home.members, phone=home.phone
        )  # fmt: skip
    windows.new_households[place.code] += 1
    number = new_household_no(plan, place, windows.new_households[place.code])
    family = plan.district.first_free_family + (plan.month.number - 1) * profile.month.requests + i
    shapes = profile.shapes[profile.month.needs[needs[0]].shapes]
    committee = _committee(rng, place, profile.categories.get(needs[0], "both"))
    return Applicant(
        household_no=number,
        committee=committee.code,
        members=draw_members(profile, plan.district.registry, rng, family, shapes, needs[0]),
        phone=plan.district.registry.phone(family),
    )


def new_household_no(plan: Plan, place: TownPlace, n: int) -> str:
    """The number of a month's `n`-th new household of a town: after the stock, a block of its own for each month."""
    return f"{place.code}-H{place.household_count + plan.month.number * 1000 + n:05d}"


def _committee(rng: Random, place: TownPlace, where: str) -> Committee:
    fitting = [one for one in place.committees if where == "both" or one.village == (where == "rural")]
    return rng.choice(fitting or place.committees)


def _chance(rng: Random, permille: int) -> bool:
    return rng.random() * 1000 < permille


def _supplies(
    plan: Plan, rng: Random, place: TownPlace, day: date, household_no: str, application_no: str, lacking: list[str]
) -> date:
    """Missing materials are brought after the notice, now and then in two goes; returns the day all are there."""
    month = plan.district.profile.month
    while lacking:
        day = plan.workday_after(day, rng.randint(*month.supplied_after_days))
        brought = lacking
        if len(lacking) > 1 and _chance(rng, month.incomplete_permille):
            brought = lacking[:1]
        if plan.inside(day):
            body = bodies.supply(household_no, application_no, place.code, brought, day)
            town_event(plan, rng, place, day, bodies.SUPPLY, household_no, body)
        lacking = lacking[len(brought) :]
    return day


def _withdrawals(plan: Plan, accepted: list[Application]) -> set[str]:
    rng, month = plan.rng("withdrawals"), plan.district.profile.month
    early = [application for application in accepted if plan.inside(plan.workday_after(application.accepted_on, 1))]
    chosen = rng.sample(early, month.withdrawals)
    for application in chosen:
        day = plan.workday_after(application.accepted_on, 1)
        body = bodies.withdraw(
            application.household_no, application.application_no, application.town, rng.choice(month.withdrawal_reasons)
        )
        place = plan.district.town[application.town]
        town_event(plan, rng, place, day, bodies.WITHDRAWAL, application.household_no, body)
    return {application.application_no for application in chosen}


def plan_consultations(plan: Plan) -> None:
    """Policy explained at the windows (四(一) 介绍政策), and on one town's outreach day, told in one batch."""
    rng, month = plan.rng("consultations"), plan.district.profile.month
    towns, days = plan.district.towns, plan.workdays
    spread = month.consultations - month.outreach_consultations
    for i in range(month.consultations):
        outreach = i >= spread
        place, day = (towns[0], days[-1]) if outreach else (towns[i % len(towns)], days[i * len(days) // spread])
        body = bodies.consultation(
            place.code,
            consultation_no=f"Q-{place.code}-{plan.month}-{i + 1:04d}",
            topic=rng.choice(month.topics),
            answered_by=rng.choice(place.window),
            leaflet=rng.choice(month.leaflets),
            answer=rng.choice(month.ledger.answers),
            channel="hotline" if _chance(rng, month.ledger.hotline_consultations_permille) else "window",
        )
        town_event(plan, rng, place, day, bodies.CONSULTATION, None, body, road="http-batch" if outreach else None)


def town_event(
    plan: Plan, rng: Random, place: TownPlace, day: date, kind: str, household_no: str | None, payload: dict[str, Any],
    road: Road | None = None,
) -> Call:  # fmt: skip
    """Add one event of a town's system, by `road` or by one of the town roads."""
    weights = plan.district.profile.month.roads
    # Files hold requests only.
    roads = {name: weight for name, weight in weights.items() if name != "csv" or kind == bodies.REQUEST}
    road = road or rng.choices(tuple(roads), weights=tuple(roads.values()))[0]
    at, call_id = plan.at(rng, day, "window"), plan.next_id()
    call = Call(
        road=road, service="intake", town=place.code, actor=f"system:{place.code}", role="town-system", at=at,
        id=call_id, body=bodies.event(call_id, place.code, kind, household_no, at, payload),
    )  # fmt: skip
    return plan.add(day, "window", call)
