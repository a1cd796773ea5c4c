"""What a month brings to clocks and registers: cases and referrals that stand still, extensions, near relatives among staff."""

import hashlib
from datetime import date
from random import Random
from typing import Any

from deploy.district import bodies
from deploy.district.call import Call
from deploy.district.plan import Phase, Plan
from deploy.district.requests import Application


def plan_clocks(plan: Plan, applications: list[Application]) -> None:
    """Some outer clocks pause for a few days or get the special term, early enough that nothing is decided yet (限时办理, 四(一))."""
    rng, wanted = plan.rng("clocks"), plan.district.profile.month.ledger
    last = plan.workdays[-6]
    early = [one for one in applications if one.accepted_on <= last]
    paused = rng.sample(early, wanted.case_pauses)
    special = [one for one in early if one not in paused and one.need in wanted.special_needs]
    for application in paused:
        on, until = plan.workday_after(application.accepted_on, 1), plan.workday_after(application.accepted_on, 4)
        cause = rng.choice(wanted.pause_causes)
        _of_case(
            plan,
            rng,
            on,
            application,
            "pause-clock",
            cause=cause,
            paused_on=on.isoformat(),
            paper_sha256=_paper(cause, application),
        )
        _of_case(plan, rng, until, application, "resume-clock", resumed_on=until.isoformat())
    for application in rng.sample(special, wanted.case_extensions):
        on, cause = plan.workday_after(application.accepted_on, 4), "special_circumstances"
        _of_case(plan, rng, on, application, "extend-clock", cause=cause, paper_sha256=_paper(cause, application))
    _referrals(plan, rng, wanted.referral_pauses)


def _paper(what: str, application: Application) -> str:
    return hashlib.sha256(f"{what}|{application.application_no}".encode()).hexdigest()


def _of_case(plan: Plan, rng: Random, day: date, application: Application, command: str, **fields: object) -> None:
    """By the town's leader, in the evening: what the day brings for the case has come by then."""
    place = plan.district.town[application.town]
    body = bodies.of_case(command, application.household_no, application.application_no, clock="outer", **fields)
    _send(plan, rng, day, "field", "casework", body, place.leader, "town-leader", place.code)


def _referrals(plan: Plan, rng: Random, count: int) -> None:
    """Departments wait for papers from one day to the next, while the item is theirs."""
    answered = {call.body["application_no"]: day for day, call in _commands(plan, "complete-referral")}
    taken = [
        (day, call) for day, call in _commands(plan, "accept-referral")
        if answered.get(call.body["application_no"], day) > plan.workday_after(day, 2)
    ]  # fmt: skip
    for day, call in rng.sample(taken, min(count, len(taken))):
        body = call.body
        on, until = plan.workday_after(day, 1), plan.workday_after(day, 2)
        paper = hashlib.sha256(f"papers|{body['application_no']}".encode()).hexdigest()
        common = {"household_no": body["household_no"], "number": body["application_no"], "clock": "referral"}
        pause: dict[str, Any] = {"cause": "materials_awaited", "paused_on": on.isoformat(), "paper_sha256": paper}
        town = str(call.town)
        for when, command, fields in (
            (on, "pause-clock", pause),
            (until, "resume-clock", {"resumed_on": until.isoformat()}),
        ):
            item = bodies.of_item(command, **common, **fields)
            _send(plan, rng, when, "window", "intake", item, call.actor, "window", town)


def _commands(plan: Plan, name: str) -> list[tuple[date, Call]]:
    return [(day, call) for day, _, call in plan.placed() if call.body.get("command") == name and call.wrong is None]


def plan_relatives(plan: Plan) -> None:
    """Officers declare what applicants declared (近亲属单独登记备案), and a few what no applicant had said.

    Those come so late in the month that the bureau, which must visit then, does not decide before its end.
    """
    rng, wanted = plan.rng("relatives"), plan.district.profile.month.ledger
    requests = [
        (day, call) for day, _, call in plan.placed() if call.wrong is None and call.body.get("type") == bodies.REQUEST
    ]  # fmt: skip
    declared = [(day, call) for day, call in requests if call.body["data"]["near_relative_declared"]]
    late = [
        (day, call) for day, call in requests
        if plan.workdays[-5] <= day < plan.workdays[-1] and not call.body["data"]["near_relative_declared"]
    ]  # fmt: skip
    for day, call in (*declared, *rng.sample(late, wanted.late_relatives)):
        asked, on = call.body["data"], plan.workday_after(day, 1)
        place = plan.district.town[asked["town"]]
        officer = f"officer:{rng.choice(place.officers)}"
        body = bodies.near_relative(
            asked["household_no"], asked["request_no"], officer, rng.choice(wanted.kinships), on
        )  # fmt: skip
        _send(plan, rng, on, "case", "intake", body, officer, "officer", place.code)


def _send(
    plan: Plan, rng: Random, day: date, phase: Phase, service: str, body: bodies.Body, actor: str, role: str, town: str
) -> None:
    if plan.inside(day):
        plan.command(day, phase, service, body, at=plan.at(rng, day, phase), actor=actor, role=role, town=town)
