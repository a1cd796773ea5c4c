"""Doubles (疑似重复) that a person decides on the day they are found: the same person twice, or two who are alike."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from deploy.district import bodies
from deploy.district.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Double:
    """A request whose first member stands in another household: the same person, or one with the same name and birthday."""

    day: date
    town: str
    household_no: str
    request_no: str
    other_household: str
    verdict: str


def plan_matches(plan: Plan) -> None:
    """Some are decided (认定), by the window where both households are the town's, else by the bureau; the rest wait."""
    rng, wanted = plan.rng("matches"), plan.district.profile.month.ledger
    found = _doubles(plan)
    for verdict, count in (("same", wanted.matches_same), ("different", wanted.matches_different)):
        kind = [one for one in found if one.verdict == verdict]
        for one in sorted(rng.sample(kind, min(count, len(kind))), key=lambda one: one.request_no):
            place = plan.district.town[one.town]
            own = one.other_household.partition("-")[0] == one.town
            actor = rng.choice(place.window if own else plan.district.profile.bureau.caseworkers)
            plan.worklist(
                one.day, "field", "intake",
                bodies.decide_match(
                    one.town, one.household_no, one.request_no, one.other_household, verdict, rng.choice(wanted.match_reasons[verdict])
                ),
                at=plan.at(rng, one.day, "field"), actor=actor, role=actor.partition(":")[0], town=one.town if own else None,
            )  # fmt: skip


def _doubles(plan: Plan) -> list[Double]:
    """As the window's own comparison would see them: by number among stock and requests, by likeness among requests."""
    numbers: dict[str, str] = {}
    for home in plan.district.households:
        numbers |= {member.person.resident_id: home.number for member in home.members}
    looks: dict[tuple[str, str], str] = {}
    found: list[Double] = []
    for day, _, call in plan.placed():
        if call.wrong is not None or call.body.get("type") != bodies.REQUEST:
            continue
        asked: dict[str, Any] = call.body["data"]
        first, home_no = asked["members"][0], asked["household_no"]
        number, look = first["resident_id"], (first["name"], first["resident_id"][6:14])
        same, alike = numbers.get(number, home_no), looks.get(look, home_no)
        other = same if same != home_no else alike
        if other != home_no:
            found.append(
                Double(
                    day=day, town=asked["town"], household_no=home_no, request_no=asked["request_no"],
                    other_household=other, verdict="same" if same != home_no else "different",
                )
            )  # fmt: skip
        numbers.setdefault(number, home_no)
        looks.setdefault(look, home_no)
    return found
