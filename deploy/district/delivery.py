"""A month of delivered care beside the visits themselves: plans, devices' batches, contradictions, ratings, hand-overs."""

import hashlib
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from deploy.district import field_bodies
from deploy.district.call import Call
from deploy.district.district import Household, TownPlace
from deploy.district.field import draw, note
from deploy.district.plan import Phase, Plan, instant
from services.casework.domain.delivery.conflicts import conflict_between
from services.contracts.casework import VisitSide

# Officers rest at noon in the sample, so what a device recorded then contradicts nothing.
NOON_MINUTES = (740, 775, 810)


def plan_delivery(plan: Plan) -> None:
    """Everything of a month's delivery that stands beside its visits, in a fixed order."""
    _plan_months(plan)
    visits = [(day, call) for day, phase, call in plan.placed() if _plain_visit(phase, call)]
    devices = _plan_devices(plan, visits)
    leaving = _plan_handovers(plan, devices)
    _plan_ratings(plan, [(day, call) for day, call in visits if call.body["officer"] not in devices | leaving])


def _plain_visit(phase: Phase, call: Call) -> bool:
    """A right visit that no planted one overlaps with."""
    body = call.body
    return (
        phase == "field" and body.get("command") == "record-visit" and call.wrong is None and call.expect == "accepted"
    )


def _plan_months(plan: Plan) -> None:
    """Every town's visits are given to its officers on the first working day."""
    rng, day = plan.rng("schedule"), plan.workdays[0]
    for place in plan.district.towns:
        _by(plan, rng, day, "window", field_bodies.schedule_month(place.code, plan.month), place.leader, place)


def _by(
    plan: Plan, rng: Random, day: date, phase: Phase, body: dict[str, Any], actor: str, place: TownPlace | None
) -> None:
    role = actor.partition(":")[0]
    town = place.code if place is not None and role != "bureau" else None
    plan.command(day, phase, "casework", body, at=plan.at(rng, day, phase), actor=actor, role=role, town=town)


# ---- devices


def _plan_devices(plan: Plan, visits: list[tuple[date, Call]]) -> set[str]:
    """Some officers' devices bring records late and twice, each one that contradicts a visit; the officers' numbers."""
    rng = plan.rng("devices")
    planted = {
        call.body["officer"] for _, _, call in plan.placed() if "-X" in str(call.body.get("visit_no", ""))
    }  # fmt: skip
    last = plan.workdays[len(plan.workdays) // 2]
    early = {call.body["officer"]: (day, call) for day, call in reversed(visits) if day <= last}
    fit = sorted(set(early) - planted)
    for i, officer in enumerate(rng.sample(fit, plan.district.profile.month.delivery.devices)):
        _device(plan, rng, i, *early[officer])
    return {call.actor.partition(":")[2] for _, _, call in plan.placed() if call.road == "visit-batch"}


def _device(plan: Plan, rng: Random, index: int, day: date, typed: Call) -> None:
    """In the evening its first and third record, the first of a visit typed in already; the next day all three.

    One device never sends its second record, so that the gap stays to be seen, and nobody decides its contradiction.
    """
    body, officer = typed.body, typed.body["officer"]
    place = plan.district.town[body["town"]]
    homes = [home for home in plan.district.households if home.officer == officer]
    device = f"P-{officer}"
    kept = {name: value for name, value in body.items() if name not in ("command", "town")}
    first = _record(plan, device, 1, {**kept, "notes": note(plan, rng, "户")})
    second, third = (_at_noon(plan, rng, rng.choice(homes), day, device, n) for n in (2, 3))
    slow = 420 if index == 1 else 3
    _send(plan, rng, day, device, place, [first, third], f"officer:{officer}", behind_seconds=slow)
    again = [third, first] if index == 0 else [third, second, first]
    _send(plan, rng, plan.workday_after(day, 1), device, place, again, rng.choice(place.window), behind_seconds=3)
    if index:
        decided = field_bodies.decide_conflict(
            body["household_no"], _conflict_no(typed, first), "first" if index % 2 else "second"
        )
        _by(plan, rng, plan.workday_after(day, 2), "case", decided, place.leader, place)


def _conflict_no(typed: Call, record: dict[str, Any]) -> str:
    """The number casework gives the contradiction of a typed record and a device's."""
    sides = [
        VisitSide(
            household_no=one["household_no"], visit_no=one["visit_no"], record_id=one.get("record_id", ""),
            officer=one["officer"], author=f"officer:{one['officer']}",
            started_at=datetime.fromisoformat(one["started_at"]), ended_at=datetime.fromisoformat(one["ended_at"]),
        )
        for one in (typed.body, record)
    ]  # fmt: skip
    return conflict_between("number", *sides, town="", responsible="").conflict_no


def _at_noon(plan: Plan, rng: Random, home: Household, day: date, device: str, n: int) -> dict[str, Any]:
    start = instant(day, NOON_MINUTES[n - 2])
    number = f"V-{plan.month}-{home.officer}-D{n:02d}"
    made = field_bodies.record_visit(
        home, visit_no=number, service=draw(rng, plan.district.profile.month.services), started_at=start,
        ended_at=start + timedelta(minutes=30), person_seen=home.members[0].relation, co_signed=True,
        evidence_sha256=[_sha256(plan, number)], notes=note(plan, rng, home.members[0].person.name),
    )  # fmt: skip
    kept = {name: value for name, value in made.items() if name not in ("command", "town")}
    return _record(plan, device, n, kept)


def _sha256(plan: Plan, *path: object) -> str:
    return hashlib.sha256("|".join(str(part) for part in (plan.seed, *path)).encode()).hexdigest()


def _record(plan: Plan, device: str, n: int, visit: dict[str, Any]) -> dict[str, Any]:
    """The n-th record of a device; its id is a UUID of version 7 made of the seed."""
    recorded_at = datetime.fromisoformat(visit["ended_at"])
    chance = int(_sha256(plan, plan.month, device, n), 16)
    number = int(recorded_at.timestamp() * 1000) << 80 | chance & (1 << 80) - 1
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return {
        "record_id": str(UUID(int=number)),
        "device_sequence": n,
        "author": f"officer:{visit['officer']}",
        "recorded_at": recorded_at.isoformat(),
        **visit,
    }


def _send(
    plan: Plan, rng: Random, day: date, device: str, place: TownPlace, records: list[dict[str, Any]], actor: str,
    *, behind_seconds: int,
) -> None:  # fmt: skip
    at = plan.at(rng, day, "again")
    sent_at = (at - timedelta(seconds=behind_seconds)).isoformat()
    body = {"device": device, "town": place.code, "sent_at": sent_at, "records": records}
    call = Call(
        road="visit-batch", service="casework", town=place.code, actor=actor, role=actor.partition(":")[0], at=at,
        id=plan.next_id(), body=body,
    )  # fmt: skip
    plan.add(day, "again", call)


# ---- ratings


def _plan_ratings(plan: Plan, visits: list[tuple[date, Call]]) -> None:
    """Some households are called back, or asked when they come to the window, two working days after a visit."""
    rng, delivery = plan.rng("ratings"), plan.district.profile.month.delivery
    fit = [
        (day, call)
        for day, call in visits
        if plan.inside(plan.workday_after(day, 2)) and "-X" not in call.body["visit_no"]
    ]
    for day, call in rng.sample(fit, delivery.ratings):
        place = plan.district.town[call.body["town"]]
        score = rng.choices(range(1, 6), weights=delivery.score_weights)[0]
        reason = rng.choice(delivery.praise if score > 3 else delivery.blame)
        called = rng.random() * 1000 < delivery.call_back_permille
        asked_by = rng.choice(plan.district.profile.bureau.caseworkers if called else place.window)
        body = field_bodies.rate_visit(
            call.body["household_no"], call.body["visit_no"], "call_back" if called else "window", score, [reason]
        )
        _by(plan, rng, plan.workday_after(day, 2), "case", body, asked_by, place)


# ---- hand-overs


def _plan_handovers(plan: Plan, devices: set[str]) -> set[str]:
    """At the month's end a few officers go on leave or leave: planned, accepted, then the duty ends; their numbers."""
    rng, wanted = plan.rng("handovers"), plan.district.profile.month.delivery
    planned_on, accepted_on, ended_on = plan.workdays[-3:]
    named = {call.body.get("officer") for day, _, call in plan.placed() if _names_officer(day, call, planned_on)}
    may_leave = {
        place.code: [number for number in place.officers if number not in devices | named]
        for place in plan.district.towns
    }
    towns = [place for place in plan.district.towns if may_leave[place.code] and len(place.officers) > 1]
    leaving: set[str] = set()
    for i, place in enumerate(rng.sample(towns, wanted.handovers)):
        leaver = rng.choice(may_leave[place.code])
        receiver = rng.choice([number for number in place.officers if number != leaver])
        leaving.add(leaver)
        kind, reason = ("leave", "产假期间移交（示例）") if i % 2 == 0 else ("exit", "合同期满离岗（示例）")
        number = f"HO-{plan.month}-{leaver}"
        body = field_bodies.plan_handover(leaver, place.code, number, reason, [receiver])
        _by(plan, rng, planned_on, "case", body, place.leader, place)
        accept = field_bodies.accept_caseload(leaver, place.code, number, receiver)
        _by(plan, rng, accepted_on, "case", accept, f"officer:{receiver}", place)
        caseworker = rng.choice(plan.district.profile.bureau.caseworkers)
        _by(plan, rng, ended_on, "again", field_bodies.end_duty(leaver, kind, ended_on), caseworker, None)
    return leaving


def _names_officer(day: date, call: Call, from_on: date) -> bool:
    """Whether somebody is given a household after others have begun to leave."""
    return day >= from_on and call.body.get("command") == "decide-eligibility"
