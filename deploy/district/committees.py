"""A month of committees' duties (四(四)) and of publicity (四(五)), and the hardship that screening found."""

from collections import defaultdict
from datetime import date, timedelta
from hashlib import sha256
from random import Random

from deploy.district import bodies
from deploy.district.district import Committee, TownPlace
from deploy.district.plan import Phase, Plan


def plan_committees(plan: Plan) -> None:
    """Every kind of duty, drawn over all committees; each town and some committees hold a publicity action."""
    Duties(plan).all()
    _publicity(plan)
    _answers(plan)


class Duties:
    """The month's duties in the making; each has a number of its own."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.rng = plan, plan.rng("committees")
        self.wanted = plan.district.profile.month.committee_work
        self.places = [(place, one) for place in plan.district.towns for one in place.committees]
        self.count = 0

    def all(self) -> None:
        wanted, rng = self.wanted, self.rng
        for n in range(wanted.screenings):
            self._screen(n, found=rng.random() * 1000 < wanted.found_permille)
        homes: dict[str, list[str]] = defaultdict(list)
        for home in self.plan.district.households:
            homes[home.committee].append(home.number)
        lived_in = [(place, one) for place, one in self.places if homes[one.code]]
        for _ in range(wanted.aids):
            place, one = rng.choice(lived_in)
            day = self._day()
            self._send(place, one, day, "aid-economic-check", aided_on=day, household_no=rng.choice(homes[one.code]),
                       aid=rng.choice(wanted.aid_codes))  # fmt: skip
        for _ in range(wanted.changes):
            place, one = rng.choice(lived_in)
            day = self._day()
            self._send(place, one, day, "report-change", reported_on=day, household_no=rng.choice(homes[one.code]),
                       change=rng.choice(wanted.change_codes), happened_on=day)  # fmt: skip
            self._close_change(place, one, day)
        for _ in range(wanted.consultations):
            place, one = rng.choice(self.places)
            day = self._day()
            self._send(place, one, day, "consult-policy", consulted_on=day, topic=rng.choice(wanted.topics),
                       people_count=rng.randint(1, 12))  # fmt: skip
        self._supervise()

    def _day(self) -> date:
        days = self.plan.workdays
        return self.rng.choice(days[1:-3])

    def _screen(self, n: int, *, found: bool) -> None:
        """What is found is reported to the window in the morning and looked after within its term."""
        plan, rng, wanted = self.plan, self.rng, self.wanted
        (place, one), day = rng.choice(self.places), self._day()
        number = f"{place.code}-D{plan.month}-{n + 1:02d}"
        if found:
            report = bodies.command(
                "report-discovery", discovery_no=number, town=place.code, committee=one.code, reported_by=_person(one),
                how="visit", suspected_need="temporary", name=plan.district.registry.name(rng, rng.random() < 0.5),
                discovered_on=day,
            )  # fmt: skip
            plan.command(day, "window", "intake", report, at=plan.at(rng, day, "window"), actor=_person(one),
                         role="committee", town=place.code)  # fmt: skip
            if n >= wanted.unfollowed:
                later = plan.workday_after(day, 2)
                close = bodies.command(
                    "close-discovery", discovery_no=number, town=place.code, reason=wanted.close_reason
                )
                plan.command(later, "window", "intake", close, at=plan.at(rng, later, "window"),
                             actor=place.window[0], role="window", town=place.code)  # fmt: skip
        self._send(place, one, day, "screen-hardship", screened_on=day, discovery_nos=[number] if found else [],
                   household_count=rng.randint(*wanted.screened_households))  # fmt: skip

    def _close_change(self, place: TownPlace, one: Committee, day: date) -> None:
        """The town's leader closes the report just sent, three working days later: this month none led to anything."""
        later = self.plan.workday_after(day, 3)
        number = f"{place.code}-C-{one.code.partition('-')[2]}-Z-{self.plan.month}-{self.count:04d}"
        body = bodies.command(
            "close-change-task", task_no=number, outcome="nothing", reason="入户核实，不影响待遇（示例）"
        )
        _casework(self.plan, self.rng, later, "case", body, place.leader, "town-leader", place.code)

    def _supervise(self) -> None:
        """A look, the day after it was posted, at notices of the committee's own households; taken down once their days are over."""
        plan, rng, wanted = self.plan, self.rng, self.wanted
        lives = {
            call.body["data"]["household_no"]: call.body["data"]["committee"] for _, _, call in plan.placed()
            if call.wrong is None and call.body.get("type") == bodies.REQUEST
        }  # fmt: skip
        posted = [
            (day, call.body) for day, _, call in plan.placed()
            if call.wrong is None and call.body.get("command") == "post-notice" and call.body["household_no"] in lives
        ]  # fmt: skip
        committees = {one.code: (place, one) for place, one in self.places}
        watched = rng.sample(posted, min(wanted.supervisions, len(posted)))
        for day, body in watched:
            place, one = committees[lives[body["household_no"]]]
            later = plan.workday_after(day, 1)
            faulty = rng.random() * 1000 < wanted.faulty_permille
            self._send(place, one, later, "supervise-notice", supervised_on=later, application_no=body["application_no"],
                       faults=[rng.choice(wanted.fault_codes)] if faulty else [])  # fmt: skip
        for day, body in watched:
            place, one = committees[lives[body["household_no"]]]
            over = day + timedelta(days=plan.district.profile.month.flow.notice_full_days + 1)
            down_on = plan.workday_after(over, 0)
            photo = sha256(f"taken down {body['application_no']}".encode()).hexdigest()
            self._send(place, one, down_on, "take-notice-down", taken_down_on=down_on, application_no=body["application_no"],
                       proof_sha256=photo)  # fmt: skip

    def _send(self, place: TownPlace, one: Committee, day: date, command: str, **fields: object) -> None:
        self.count += 1
        body = bodies.command(
            command, duty_no=f"Z-{self.plan.month}-{self.count:04d}", town=place.code, committee=one.code,
            done_by=_person(one), **fields,
        )  # fmt: skip
        _casework(self.plan, self.rng, day, "case", body, _person(one), "committee", place.code)


def _person(committee: Committee) -> str:
    return f"committee:{committee.code}-M1"


def _publicity(plan: Plan) -> None:
    rng, wanted = plan.rng("publicity"), plan.district.profile.month.committee_work
    towns = plan.district.towns
    for n in range(len(towns) + wanted.publicity):
        place, day = towns[n % len(towns)], rng.choice(plan.workdays[1:])
        one = rng.choice(place.committees) if n >= len(towns) else None
        actor, role = (_person(one), "committee") if one else (place.leader, "town-leader")
        body = bodies.command(
            "record-publicity", publicity_no=f"{place.code}-P{plan.month}-{n + 1:03d}", town=place.code,
            committee=one.code if one else None, place=rng.choice(wanted.publicity_places), topic=rng.choice(wanted.topics),
            form=rng.choice(wanted.publicity_forms), held_on=day, leaflet_count=rng.randint(*wanted.leaflets),
            people_count=rng.randint(*wanted.people), done_by=actor,
        )  # fmt: skip
        _casework(plan, rng, day, "field", body, actor, role, place.code)


def _answers(plan: Plan) -> None:
    """Questions answered for everybody by the district's trainer; the first few answers are withdrawn later."""
    rng, wanted = plan.rng("answers"), plan.district.profile.month.committee_work
    trainer = plan.district.profile.month.training.trainers[-1]
    for n, one in enumerate(wanted.answers):
        number = f"D-Q{plan.month}-{n + 1:02d}"
        body = bodies.command(
            "publish-policy-answer", question_no=number, topic=one.topic, question=one.question, answer=one.answer, basis=one.basis
        )  # fmt: skip
        _casework(plan, rng, plan.workdays[2], "case", body, trainer, "trainer", None)
        if n < wanted.withdrawn_answers:
            body = bodies.command("withdraw-policy-answer", question_no=number, reason=wanted.withdrawn_reason)
            _casework(plan, rng, plan.workdays[-3], "case", body, trainer, "trainer", None)


def _casework(
    plan: Plan, rng: Random, day: date, phase: Phase, body: bodies.Body, actor: str, role: str, town: str | None
) -> None:
    if plan.inside(day):
        plan.command(day, phase, "casework", body, at=plan.at(rng, day, phase), actor=actor, role=role, town=town)
