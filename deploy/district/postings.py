"""What happens to posts and officers in the first month: a round into an appointment, moves, absences, a late certificate.

Everything that pay depends on comes after payday, so that the month's run is what the stock alone gives.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from deploy.district import post_bodies as bodies
from deploy.district.absences import SickLeave, days_after_pay, sick_leaves
from deploy.district.district import TownPlace
from deploy.district.officers import Officer
from deploy.district.people import Person
from deploy.district.plan import Phase, Plan
from deploy.district.post_bodies import Body

# Candidates' families, phones and accounts are the last of the registry: nobody else's.
_LAST_FAMILIES: Final = 50
_EDUCATIONS: Final = ("本科", "大专", "大专")


@dataclass(frozen=True, slots=True)
class _Candidate:
    number: str
    person: Person
    family: int
    education: str
    major: str
    score: int


def plan_posts(plan: Plan) -> None:
    """Only in the first month: what comes of it changes who is on which post, which later months' scripts do not follow."""
    if plan.month != plan.first_month:
        return
    wanted = plan.district.profile.month.postings
    after, sick = days_after_pay(plan), sick_leaves(plan)
    leaving = {str(call.body["officer"]) for _, _, call in plan.placed() if call.body.get("command") == "record-exit"}
    rng = plan.rng("postings")
    taken = leaving | {one.officer.number for one in sick}
    staying = [one for one in plan.district.officers if one.number not in taken]
    rest = rng.sample(staying, wanted.late_certificates + wanted.moves + wanted.duties)
    for n, leave in enumerate(sick, start=1):
        _sick(plan, rng, leave, f"QJ-{plan.month}-{n:02d}")
    for one in rest[: wanted.late_certificates]:
        _certificate(plan, rng, one, after[2])
    rest = rest[wanted.late_certificates :]
    for n, one in enumerate(rest[: wanted.moves], start=1):
        _move(plan, rng, one, f"DZ-{plan.month}-{n:02d}", after[1])
    for n, one in enumerate(rest[wanted.moves :], start=1):
        _duty(plan, rng, one, f"ZZ-{plan.month}-{n:02d}", after)
    for _, _, call in list(plan.placed()):
        if call.body.get("command") == "record-exit":
            _recruit(plan, rng, next(one for one in plan.district.officers if one.number == call.body["officer"]))
            break


def _send(plan: Plan, rng: Random, day: date, phase: Phase, body: Body, actor: str, place: TownPlace | None) -> None:
    role = actor.partition(":")[0]
    town = place.code if place is not None else None
    plan.command(day, phase, "payroll", body, at=plan.at(rng, day, phase), actor=actor, role=role, town=town)


def _sick(plan: Plan, rng: Random, leave: SickLeave, number: str) -> None:
    officer = leave.officer
    place = plan.district.town[officer.town]
    body = bodies.of_officer(
        "record-absence", officer.number, town=officer.town, absence_no=number, kind="sick",
        from_on=leave.first, until_on=leave.until, evidence_sha256=bodies.paper("sick", number),
    )  # fmt: skip
    _send(plan, rng, leave.first, "window", body, place.leader, place)


def _certificate(plan: Plan, rng: Random, officer: Officer, day: date) -> None:
    """Issued months ago, filed now: pay differences follow (补发)."""
    wanted = plan.district.profile.month.postings
    issued_on = plan.month.plus(-1).first_day - timedelta(days=wanted.certificate_days_late)
    expires_on = issued_on + timedelta(days=wanted.certificate_days)
    held = bodies.held(
        f"示例{officer.number}", "social_worker", issued_on, expires_on, wanted.certificate_document
    )  # fmt: skip
    body = bodies.of_officer("record-certificate", officer.number, held=held)
    _send(plan, rng, day, "case", body, plan.district.profile.bureau.caseworkers[0], None)


def _move(plan: Plan, rng: Random, officer: Officer, number: str, day: date) -> None:
    """Reported by the town and not approved: raised, without any effect (四(二))."""
    place, wanted = plan.district.town[officer.town], plan.district.profile.month.postings
    other = rng.choice([one.code for one in plan.district.towns if one.code != officer.town])
    body = bodies.of_officer(
        "report-reassignment", officer.number, town=officer.town, report_no=number, kind="move", to_town=other,
        since_on=day, reason=wanted.move_reason,
    )  # fmt: skip
    _send(plan, rng, day, "window", body, place.leader, place)


def _duty(plan: Plan, rng: Random, officer: Officer, number: str, days: list[date]) -> None:
    """Reported, and approved later with the earlier day."""
    place, wanted = plan.district.town[officer.town], plan.district.profile.month.postings
    leader = plan.district.profile.bureau.leaders[0]
    report = bodies.of_officer(
        "report-reassignment", officer.number, town=officer.town, report_no=number, kind="duty",
        to_town=officer.town, duty=wanted.duty, since_on=days[0], reason=wanted.move_reason,
    )  # fmt: skip
    _send(plan, rng, days[0], "window", report, place.leader, place)
    approval = bodies.of_officer(
        "approve-reassignment", officer.number, approval_no=f"P{number}", report_no=number, kind="duty",
        duty=wanted.duty, effective_on=days[0], document=wanted.approval_document,
    )  # fmt: skip
    _send(plan, rng, days[5], "case", approval, leader, None)


def _recruit(plan: Plan, rng: Random, leaver: Officer) -> None:
    """A round for the post that the month's end leaves vacant; the second of the ranking is chosen, for the preference."""
    profile, wanted = plan.district.profile, plan.district.profile.month.postings
    leader, caseworker, days = profile.bureau.leaders[0], profile.bureau.caseworkers[0], plan.workdays
    number = f"XP-{plan.month}"

    def send(day: date, phase: Phase, body: Body, actor: str = caseworker) -> None:
        _send(plan, rng, day, phase, body, actor, None)

    opening = bodies.of_round(
        "open-recruitment", number, document=wanted.recruitment_document, opened_on=days[0],
        sought=[{"town": leaver.town, "posts": 1}],
    )  # fmt: skip
    send(days[0], "window", opening, leader)
    found = [_candidate(plan, rng, n) for n in range(1, len(wanted.candidate_scores) + 1)]
    for one in found:
        registered = bodies.of_round(
            "register-candidate", number, candidate_no=one.number, town=leaver.town, name=one.person.name,
            resident_id=one.person.resident_id, education=one.education, major=one.major,
        )  # fmt: skip
        send(days[1], "window", registered)
        scored = bodies.of_round(
            "score-candidate",
            number,
            candidate_no=one.number,
            score_hundredths=one.score,
            document=wanted.score_document,
        )
        send(days[4], "window", scored)
    evidence = bodies.paper("ranking", number)
    send(days[5], "window", bodies.of_round("post-ranking", number, posted_on=days[5], evidence_sha256=evidence))
    chosen = found[1]
    pick = {"candidate_no": chosen.number, "reason": wanted.passing_over_reason}
    document = wanted.selection_document
    send(days[-3], "case", bodies.of_round("select-candidates", number, picks=[pick], document=document), leader)
    begins, officer = plan.month.plus(1).first_day, f"O{profile.totals.posts + 1:03d}"
    send(days[-1], "keep", bodies.reserve_post(leaver.town, officer, chosen.person.resident_id))
    appointed = bodies.appoint_officer(
        officer, chosen.person, phone=plan.district.registry.phone(chosen.family),
        bank_account=plan.district.registry.bank_account(chosen.family + profile.totals.households),
        appointed_on=begins, education=chosen.education, major=chosen.major, round_no=number,
        candidate_no=chosen.number, document=document,
    )  # fmt: skip
    send(days[-1], "appoint", appointed)


def _candidate(plan: Plan, rng: Random, n: int) -> _Candidate:
    """The first is best by score; the second has the degree that goes first (优先)."""
    registry, wanted = plan.district.registry, plan.district.profile.month.postings
    family = registry.capacity - _LAST_FAMILIES + n
    return _Candidate(
        number=f"K{n:02d}",
        person=registry.person(rng, family, (24, 35)),
        family=family,
        education=_EDUCATIONS[(n + 1) % len(_EDUCATIONS)],
        major=wanted.preferred_major if n == 2 else wanted.other_major,
        score=wanted.candidate_scores[n - 1],
    )
