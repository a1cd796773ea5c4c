"""A month of dynamic management (动态管理): who falls due is looked at again, some amounts change, a few benefits end."""

import hashlib
from datetime import date, timedelta
from random import Random

from deploy.district import bodies
from deploy.district.district import Household
from deploy.district.plan import Phase, Plan


def plan_reverifications(plan: Plan) -> None:
    """The households whose day comes first, over the month's working days; a few others die or end their benefit."""
    wanted = plan.district.profile.month.reverification
    rng = plan.rng("reverification")
    by_day = sorted(plan.district.households, key=lambda home: (home.reverify_by, home.number))
    due, others = by_day[: wanted.looks], by_day[wanted.looks :]
    changed = set(rng.sample([home.number for home in due if home.category in wanted.adjusted], wanted.changes))
    for i, home in enumerate(due):
        day = plan.workdays[i * len(plan.workdays) // len(due)]
        _look(plan, rng, home, day, changed=home.number in changed)
    # Nobody is on the way to visit them, so that no visit comes after the end.
    unvisited = [home for home in others if home.category in wanted.adjusted and not home.visits_per_month]
    dying = rng.sample([home for home in unvisited if len(home.members) == 1], wanted.deaths)
    for i, home in enumerate(dying):
        _end(plan, rng, home, died=True, late=i < plan.district.profile.care.late_deaths)
    living = [home for home in unvisited if home not in dying]
    for home in rng.sample(living, wanted.own_requests):
        _end(plan, rng, home, died=False, late=False)
        living.remove(home)
    for i, home in enumerate(rng.sample([home for home in living if len(home.members) > 1], wanted.member_deaths)):
        _lose(plan, rng, home, late=i % 2 == 0)


def _look(plan: Plan, rng: Random, home: Household, day: date, *, changed: bool) -> None:
    place = plan.district.town[home.town]
    standards = plan.district.profile.amounts.standard_fen
    standard_fen = standards.get(home.category, min(standards.values()))
    body = bodies.reverify(
        home,
        investigators=(f"officer:{home.officer}", rng.choice(place.investigators)),
        day=day,
        changed=changed,
        income_per_head_fen=standard_fen * rng.randrange(20, 60) // 10_000 * 100,
        form_sha256=hashlib.sha256(f"reverify|{home.number}|{day}".encode()).hexdigest(),
    )
    _send(plan, rng, day, "case", body, f"officer:{home.officer}", "officer", home.town)
    if changed:
        body = bodies.adjust(home)
        caseworker = rng.choice(plan.district.profile.bureau.caseworkers)
        _send(plan, rng, plan.workday_after(day, 2), "case", body, caseworker, "bureau", None)


def _end(plan: Plan, rng: Random, home: Household, *, died: bool, late: bool) -> None:
    """A death that becomes known `late`, two months after: what was paid meanwhile is claimed back."""
    day = rng.choice(plan.workdays[2:])
    died_on = plan.month.plus(-2).last_day if late else day - timedelta(days=2)
    body = bodies.terminate(
        home,
        "death" if died else "own_request",
        died_on if died else None,
        str(plan.month.plus(-1)) if died and late else None,
    )
    caseworker = rng.choice(plan.district.profile.bureau.caseworkers)
    _send(plan, rng, day, "case", body, caseworker, "bureau", None)


def _lose(plan: Plan, rng: Random, home: Household, *, late: bool) -> None:
    """The last member dies and the benefit goes on for the others; known `late`, after the month was paid, two months are claimed back."""
    day = rng.choice(plan.workdays[-4:])
    body = bodies.of_home(
        "record-member-death",
        home,
        person=home.members[-1].relation,
        died_on=(plan.month.plus(-2).last_day if late else day - timedelta(days=2)).isoformat(),
        paid_through=str(plan.month),
    )
    _send(plan, rng, day, "case", body, rng.choice(plan.district.profile.bureau.caseworkers), "bureau", None)


def _send(
    plan: Plan, rng: Random, day: date, phase: Phase, body: bodies.Body, actor: str, role: str, town: str | None
) -> None:
    if plan.inside(day):
        plan.command(day, phase, "casework", body, at=plan.at(rng, day, phase), actor=actor, role=role, town=town)
