"""A month of officers' work in the field and at the desk: visits with notes, and administrative work records."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

from deploy.district import field_bodies
from deploy.district.absences import days_at_work
from deploy.district.district import Household, TownPlace
from deploy.district.frozen import Weighted
from deploy.district.month_plan import Hours, Phrases
from deploy.district.plan import Plan, instant

_TRIES = 1000


def draw(rng: Random, choices: tuple[Weighted, ...]) -> str:
    """One code by weight."""
    return rng.choices([choice.code for choice in choices], weights=[choice.weight for choice in choices])[0]


def plan_visits(plan: Plan) -> None:
    """Every due visit of the stock (二(三) 定期走访), on working days and in working hours, none overlapping."""
    due: dict[str, list[Household]] = defaultdict(list)
    for home in plan.district.households:
        if home.visits_per_month:
            due[home.officer].append(home)
    at_work = days_at_work(plan)
    for officer, homes in due.items():
        _officer_visits(plan, officer, homes, at_work.get(officer, plan.workdays))
    _overlaps(plan)


def _officer_visits(plan: Plan, officer: str, homes: list[Household], days: Sequence[date]) -> None:
    rng = plan.rng(f"visits|{officer}")
    rng.shuffle(homes)
    rounds = max(home.visits_per_month for home in homes)
    # Round after round, so that the visits of one household lie apart.
    tour = [home for turn in range(rounds) for home in homes if home.visits_per_month > turn]
    by_day: dict[date, list[Household]] = defaultdict(list)
    for i, home in enumerate(tour):
        by_day[days[i * len(days) // len(tour)]].append(home)
    number = 0
    for day, todays in by_day.items():
        for home, (start, end) in zip(todays, _times(rng, plan.district.profile.month.hours, len(todays)), strict=True):
            number += 1
            _visit(
                plan,
                rng,
                home,
                day,
                instant(day, start),
                instant(day, end),
                f"V-{plan.month}-{officer}-{number:03d}",
                "regular_visit",
            )


def _times(rng: Random, hours: Hours, count: int) -> Iterator[tuple[int, int]]:
    """Starts and ends in minutes since midnight of `count` visits of one day, with the way in between."""
    shortest, longest = hours.visit_minutes
    room = longest + hours.travel_minutes
    slots = [start + i * room for start, end in hours.shifts for i in range((end - start) // room)]
    if count > len(slots):
        raise ValueError(f"{count} visits of an officer do not fit into a day of {len(slots)} visits")
    for slot in sorted(rng.sample(slots, count)):
        start = slot + rng.randrange(6)
        yield start, min(start + rng.randint(shortest, longest), slot + room - 5)


def _visit(
    plan: Plan, rng: Random, home: Household, day: date, started_at: datetime, ended_at: datetime, number: str,
    service: str = "",
) -> None:  # fmt: skip
    month = plan.district.profile.month
    if rng.random() * 1000 < month.short_visit_permille:
        ended_at = started_at + timedelta(minutes=rng.randint(5, 12))
    seen = home.members[int(rng.random() * len(home.members))]
    photo = hashlib.sha256(f"{plan.seed}|{number}".encode()).hexdigest()
    plan.command(
        day,
        "field",
        "casework",
        field_bodies.record_visit(
            home,
            visit_no=number,
            service=service or draw(rng, month.services),
            started_at=started_at,
            ended_at=ended_at,
            person_seen=seen.relation,
            co_signed=rng.random() * 1000 < month.cosign_permille,
            evidence_sha256=[photo],
            notes=note(plan, rng, seen.person.name),
        ),
        at=plan.at(rng, day, "field"),
        actor=f"officer:{home.officer}",
        role="officer",
        town=home.town,
    )


def note(plan: Plan, rng: Random, name: str) -> str:
    """A short note of a visit, put together from the profile's phrases; no two visits of the month are told in the same words."""
    tries = (_told(plan.district.profile.month.notes, rng, name) for _ in range(_TRIES))
    told = next((text for text in tries if text not in plan.noted), None)
    assert told is not None, "the profile has too few phrases for so many visits"
    plan.noted.add(told)
    return told


def _told(phrases: Phrases, rng: Random, name: str) -> str:
    who = name[0] + rng.choice(phrases.who)
    clauses = (
        rng.choice(phrases.opening),
        rng.choice(phrases.finding),
        rng.choice(phrases.action),
        rng.choice(phrases.closing),
    )
    doing, mood = rng.choice(phrases.doing), rng.choice(phrases.mood)
    return "".join(clauses).format(who=who, doing=doing, mood=mood, n=rng.randint(10, 45))


def _overlaps(plan: Plan) -> None:
    """A handful of visits at the time of another visit of the same officer: accepted, and for audit to find."""
    rng = plan.rng("overlaps")
    visits = [(day, call) for day, phase, call in plan.placed() if phase == "field"]
    homes = {home.number: home for home in plan.district.households}
    by_officer: dict[str, list[Household]] = defaultdict(list)
    for home in homes.values():
        by_officer[home.officer].append(home)
    for i, (day, call) in enumerate(rng.sample(visits, plan.district.profile.month.overlapping_visits), start=1):
        visited = homes[call.body["household_no"]]
        other = next(home for home in by_officer[visited.officer] if home.number != visited.number)
        started_at = datetime.fromisoformat(call.body["started_at"]) + timedelta(minutes=5)
        _visit(
            plan,
            rng,
            other,
            day,
            started_at,
            started_at + timedelta(minutes=30),
            f"V-{plan.month}-{other.officer}-X{i:02d}",
        )


def plan_work(plan: Plan) -> None:
    """Administrative work records (二(三) 事务性工作), spread evenly over officers and working days."""
    rng = plan.rng("work")
    month = plan.district.profile.month
    places: list[tuple[TownPlace, str]] = [
        (place, number) for place in plan.district.towns for number in place.officers
    ]
    at_work = days_at_work(plan)
    for i in range(month.work_records):
        place, officer = places[i % len(places)]
        days = at_work.get(officer, plan.workdays)
        day = days[int(rng.random() * len(days))]
        plan.command(
            day,
            "field",
            "casework",
            field_bodies.record_work(
                officer,
                place.code,
                rng.choice(place.committees).code,
                work_no=f"W-{plan.month}-{i + 1:05d}",
                work=draw(rng, month.works),
                benefit=draw(rng, month.work_benefits),
                quantity=rng.randint(1, 8),
                minutes=rng.randint(*month.work_minutes),
                worked_on=day,
                evidence_sha256=_evidence(plan, i),
            ),
            at=plan.at(rng, day, "field"),
            actor=f"officer:{officer}",
            role="officer",
            town=place.code,
        )


def _evidence(plan: Plan, number: int) -> list[str]:
    """A photo or list for most pieces of work; drawn from the number, so that nothing else is drawn otherwise."""
    digest = hashlib.sha256(f"{plan.seed}|{plan.month}|work|{number}".encode()).hexdigest()
    return [digest] if int(digest[:8], 16) % 1000 < plan.district.profile.month.delivery.evidence_permille else []
