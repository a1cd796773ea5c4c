"""A month of training (四(五)): a course for all officers, meetings of some towns, who lacks hours, the key people."""

import hashlib
from datetime import date
from random import Random

from deploy.district import bodies
from deploy.district.district import TownPlace
from deploy.district.plan import Phase, Plan


def plan_training(plan: Plan) -> None:
    """Everything about training, in the order in which each step rests on the one before."""
    rng = plan.rng("training")
    _course(plan, rng)
    _meetings(plan, rng)
    _people(plan, rng)


def _officers(plan: Plan) -> list[tuple[str, str]]:
    """Every officer as (actor, town)."""
    return [(f"officer:{number}", place.code) for place in plan.district.towns for number in place.officers]


def _course(plan: Plan, rng: Random) -> None:
    """Officers by turns, so that the posts are never empty; a week between planning and the first sitting."""
    wanted, days = plan.district.profile.month.training, plan.workdays
    course_no = f"D-K{plan.month}-01"
    _send(plan, rng, days[0], "window", "plan-course", course_no=course_no, title=wanted.course_title,
          kind="professional", form="course")  # fmt: skip
    officers = _officers(plan)
    batches = [officers[n :: wanted.sessions] for n in range(wanted.sessions)]
    for n in range(wanted.sessions + wanted.cancelled_sessions):
        _send(plan, rng, days[0], "case", "plan-session", course_no=course_no, session_no=f"S{n + 1}",
              planned_on=days[4 + 2 * n], minutes=wanted.session_minutes, places=max(map(len, batches)),
              venue=wanted.course_venue)  # fmt: skip
        if n >= wanted.sessions:
            _send(plan, rng, days[2], "window", "cancel-session", course_no=course_no, session_no=f"S{n + 1}",
                  reason="报名人数不足（示例）")  # fmt: skip
    for n, batch in enumerate(batches):
        _sitting(plan, rng, course_no, f"S{n + 1}", days[4 + 2 * n], batch)


def _sitting(
    plan: Plan, rng: Random, course_no: str, session_no: str, day: date, people: list[tuple[str, str]]
) -> None:
    """Places are allotted, the session is held, the sheet is recorded, and the exam after it."""
    wanted = plan.district.profile.month.training
    window = [(staff, place.code) for place in plan.district.towns[:2] for staff in place.window[:1]]
    named = [{"staff": staff, "town": town} for staff, town in [*window, *people]]
    _send(
        plan,
        rng,
        plan.workdays[1],
        "window",
        "allot-places",
        course_no=course_no,
        session_no=session_no,
        nominees=named,
    )
    _send(plan, rng, day, "window", "hold-session", course_no=course_no, session_no=session_no, held_on=day,
          minutes=wanted.session_minutes, trainer=wanted.course_trainer)  # fmt: skip
    present = [one for one in people if rng.random() * 1000 >= wanted.absent_permille] or people[:1]
    attendees = [
        {"staff": staff, "town": town, "minutes": wanted.session_minutes - rng.choice((0, 0, 0, 30))}
        for staff, town in present
    ]
    _send(plan, rng, day, "case", "record-attendance", course_no=course_no, session_no=session_no, attendees=attendees,
          sheet_sha256=_sheet(course_no, session_no))  # fmt: skip
    scores = [{"staff": staff, "town": town, "score": rng.randint(*wanted.exam_scores)} for staff, town in present]
    _send(
        plan,
        rng,
        day,
        "field",
        "record-exam",
        course_no=course_no,
        exam_no=f"E-{session_no}",
        taken_on=day,
        results=scores,
    )


def _meetings(plan: Plan, rng: Random) -> None:
    """Some towns use their administrative meeting (行政例会) for party education of all their staff."""
    wanted, days = plan.district.profile.month.training, plan.workdays
    for n, place in enumerate(plan.district.towns[: wanted.meeting_towns]):
        course_no, day = f"{place.code}-K{plan.month}-01", days[6 + n % 5]
        _send(plan, rng, days[1], "window", "plan-course", place, course_no=course_no, title=wanted.meeting_title,
              kind="party", form="meeting")  # fmt: skip
        staff = [*(f"officer:{number}" for number in place.officers), *place.window]
        _send(plan, rng, days[1], "case", "plan-session", place, course_no=course_no, session_no="S1", planned_on=day,
              minutes=wanted.meeting_minutes, places=len(staff), venue=wanted.meeting_venue)  # fmt: skip
        _send(plan, rng, day, "window", "hold-session", place, course_no=course_no, session_no="S1", held_on=day,
              minutes=wanted.meeting_minutes, trainer=place.leader)  # fmt: skip
        attendees = [{"staff": one, "town": place.code, "minutes": wanted.meeting_minutes} for one in staff]
        _send(plan, rng, day, "case", "record-attendance", place, course_no=course_no, session_no="S1",
              attendees=attendees, sheet_sha256=_sheet(course_no, "S1"))  # fmt: skip


def _people(plan: Plan, rng: Random) -> None:
    """Last year's training that lacks is taken over and falls due at once; the roster of key people."""
    wanted, days = plan.district.profile.month.training, plan.workdays
    if plan.month != plan.first_month:
        return
    chosen = rng.sample(_officers(plan), wanted.short_last_year + wanted.key_people)
    short, key = chosen[: wanted.short_last_year], chosen[wanted.short_last_year :]
    for staff, town in short:
        _send(plan, rng, days[1], "case", "enrol-trainee", staff=staff, town=town, year=plan.month.year - 1,
              party_proved_minutes=rng.randint(*wanted.last_year_minutes),
              professional_proved_minutes=rng.randint(*wanted.last_year_minutes), document=wanted.last_year_document)  # fmt: skip
    for n, (staff, town) in enumerate(key):
        _send(plan, rng, days[3], "case", "enter-key-person", staff=staff, town=town, entered_on=days[3],
              reason=wanted.key_reason, document=wanted.key_document)  # fmt: skip
        if n < wanted.key_people_left:
            _send(plan, rng, days[-2], "case", "remove-key-person", staff=staff, town=town, left_on=days[-2],
                  reason=wanted.left_reason)  # fmt: skip


def _sheet(course_no: str, session_no: str) -> str:
    return hashlib.sha256(f"sheet|{course_no}|{session_no}".encode()).hexdigest()


def _send(
    plan: Plan, rng: Random, day: date, phase: Phase, command: str, place: TownPlace | None = None, **fields: object
) -> None:
    """By the town's leader, or by the district's trainer."""
    actor = place.leader if place else plan.district.profile.month.training.trainers[0]
    role, town = ("town-leader", place.code) if place else ("trainer", None)
    body = bodies.command(command, **fields)
    plan.command(day, phase, "casework", body, at=plan.at(rng, day, phase), actor=actor, role=role, town=town)
