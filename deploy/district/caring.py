"""A month of assessments, care agreements and changes of benefits: what the bureau decides besides grants and looks."""

import hashlib
from datetime import date, timedelta
from random import Random
from typing import Any

from deploy.district import bodies
from deploy.district.call import Call
from deploy.district.district import Household, failed_items
from deploy.district.plan import Phase, Plan


def plan_first_assessments(plan: Plan) -> None:
    """Whoever applies for tekun is assessed, and the care arranged, on the working day after the survey by two."""
    surveyed = [
        (day, call) for day, _, call in plan.placed()
        if call.wrong is None and call.body.get("command") == "record-survey" and call.body["application_no"].endswith("-tekun")
        and len(call.body["investigators"]) > 1
    ]  # fmt: skip
    for day, call in surveyed:
        _assess_and_arrange(plan, call, plan.workday_after(day, 1))


def _assess_and_arrange(plan: Plan, survey: Call, day: date) -> None:
    care, number = plan.district.profile.care, survey.body["application_no"]
    rng = plan.rng(f"care|{number}")
    for i, member in enumerate(survey.body["members"]):
        failed = failed_items(plan.district, f"{number}|{i}", tuple(member["groups"]))
        of = {"household_no": survey.body["household_no"], "application_no": number, "person": member["relation"]}
        body = bodies.assess(
            of,
            assessors=rng.sample(care.assessors, 2),
            day=day,
            failed_items=failed,
            form_sha256=_paper("assess", number, i),
        )
        _by_bureau(plan, rng, day, body)
        inside = rng.random() * 1000 < care.institution_permille
        signed = inside or rng.random() * 1000 >= care.unsigned_permille
        carer = rng.choice(care.institutions) if inside else plan.district.registry.name(rng, female=True)
        body = bodies.arrange_care(
            of, placement="institution" if inside else "home", carer=carer, day=day,
            agreement_sha256=_paper("care", number, i) if signed else "",
        )  # fmt: skip
        _send(plan, rng, day, "case", body, survey.actor, survey.role, survey.town)


def plan_changes(plan: Plan) -> None:
    """Reported changes of ability in the stock, suspensions, gradual exits, refused jobs; nobody gets two of them."""
    wanted = plan.district.profile.care
    rng = plan.rng("changes")
    touched = {call.body.get("household_no") for _, _, call in plan.placed() if call.service == "casework"
               and call.body.get("command") in ("terminate-benefit", "record-member-death", "reverify-household")}  # fmt: skip
    free = [home for home in plan.district.households if home.number not in touched]
    tekun = [home for home in free if home.category == "tekun"]
    dibao = [home for home in free if home.category in wanted.changing]
    for i, home in enumerate(rng.sample(tekun, wanted.reports)):
        _report(plan, rng, home, i, answered=i >= wanted.unanswered_reports)
    families = [home for home in dibao if len(home.members) > 1]
    refusing = rng.sample(families, wanted.job_refusers)
    for home in refusing:
        _refuse_jobs(plan, rng, home)
    others = [home for home in dibao if home not in refusing]
    suspended = rng.sample(others, wanted.suspensions)
    for i, home in enumerate(suspended):
        _suspend(plan, rng, home, resumed=i < wanted.resumptions)
    for home in rng.sample([home for home in others if home not in suspended], wanted.gradual_exits):
        _phase_out(plan, rng, home)


def _report(plan: Plan, rng: Random, home: Household, i: int, *, answered: bool) -> None:
    """A committee or officer reports early in the month; an answer comes within a week, or the clock runs out."""
    day = plan.workdays[rng.randrange(3)]
    committee = rng.random() < 0.5
    actor = f"committee:{home.committee}" if committee else f"officer:{home.officer}"
    role = "committee" if committee else "officer"
    body = bodies.report_ability_change(
        home, report_no=f"B-{plan.month}-{i + 1:03d}", channel=role, reported_by=actor, day=day
    )
    _send(plan, rng, day, "window", body, actor, role, home.town)
    if answered:
        day = plan.workday_after(day, rng.randint(2, 6))
        items = sorted(plan.district.rates.ability.items)
        body = bodies.assess(
            {"household_no": home.number, "person": "本人"}, assessors=rng.sample(plan.district.profile.care.assessors, 2),
            day=day, failed_items=rng.sample(items, rng.randint(0, len(items))),
            form_sha256=_paper("reassess", home.number, day),
        )  # fmt: skip
        _by_bureau(plan, rng, day, body)


def _refuse_jobs(plan: Plan, rng: Random, home: Household) -> None:
    """Three jobs offered and refused without good reason, then that member's share is cut (arts. 32-34)."""
    for turn in range(1, 4):
        day = plan.workdays[turn * 4]
        body = bodies.job_refusal(
            home, offer_no=f"J-{plan.month}-{home.number}-{turn}", day=day, form_sha256=_paper("job", home.number, turn)
        )
        _send(plan, rng, day, "case", body, f"officer:{home.officer}", "officer", home.town)
    _by_bureau(plan, rng, plan.workdays[14], bodies.of_home("cut-share", home, person="本人"))


def _suspend(plan: Plan, rng: Random, home: Household, *, resumed: bool) -> None:
    day = plan.workdays[rng.randint(1, 6)]
    _by_bureau(plan, rng, day, bodies.of_home("suspend-benefit", home, reason="unreachable"))
    if resumed:
        _by_bureau(plan, rng, plan.workday_after(day, 5), bodies.of_home("resume-benefit", home, reason="reached"))


def _phase_out(plan: Plan, rng: Random, home: Household) -> None:
    """A look finds that somebody works; the benefit goes on for the months of the gradual exit (渐退期)."""
    place, day = plan.district.town[home.town], plan.workdays[rng.randint(3, 8)]
    body = bodies.reverify(
        home, investigators=(f"officer:{home.officer}", rng.choice(place.investigators)), day=day, changed=True,
        income_per_head_fen=2 * max(plan.district.rates.dibao.monthly_fen.values()),
        form_sha256=_paper("reverify", home.number, day),
    )  # fmt: skip
    _send(plan, rng, day, "case", body, f"officer:{home.officer}", "officer", home.town)
    body = bodies.of_home("grant-gradual-exit", home, person="本人", employed_on=(day - timedelta(days=20)).isoformat())
    _by_bureau(plan, rng, plan.workday_after(day, 1), body)


def plan_recoveries(plan: Plan) -> None:
    """After a late-known death the months paid since come back, for some within the month (追回, art. 32)."""
    rng, amounts = plan.rng("recoveries"), {home.number: home.monthly_amount_fen for home in plan.district.households}
    claimed = [
        (day, call) for day, _, call in plan.placed()
        if call.body.get("command") == "terminate-benefit" and call.body.get("paid_through")
    ]  # fmt: skip
    for day, call in claimed[: plan.district.profile.care.recovered]:
        number = call.body["household_no"]
        body = {
            "command": "record-recovery", "household_no": number, "amount_fen": amounts[number],
            "received_on": plan.workday_after(day, 2).isoformat(), "receipt_sha256": _paper("receipt", number),
        }  # fmt: skip
        _by_bureau(plan, rng, plan.workday_after(day, 2), body)


def _paper(*what: object) -> str:
    return hashlib.sha256("|".join(map(str, what)).encode()).hexdigest()


def _by_bureau(plan: Plan, rng: Random, day: date, body: dict[str, Any]) -> None:
    _send(plan, rng, day, "case", body, rng.choice(plan.district.profile.bureau.caseworkers), "bureau", None)


def _send(
    plan: Plan, rng: Random, day: date, phase: Phase, body: dict[str, Any], actor: str, role: str, town: str | None
) -> None:
    if plan.inside(day):
        plan.command(day, phase, "casework", body, at=plan.at(rng, day, phase), actor=actor, role=role, town=town)
