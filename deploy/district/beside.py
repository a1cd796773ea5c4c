"""What a month brings beside the main road of its cases: contests, objections, complaints, help, emergencies, recognitions."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from deploy.district import bodies
from deploy.district.cases import Case
from deploy.district.district import Household, TownPlace
from deploy.district.plan import Plan
from deploy.district.requests import Applicant, Application, town_event


def plan_beside(plan: Plan, applications: Sequence[Application]) -> None:
    """After everything else, on days that the cases' own steps leave free; each application gets one of these at most."""
    Beside(plan, applications).plan_all()
    _emergencies(plan)
    _recognitions(plan)


class Beside:
    """Extra steps for the month's cases, by the days of the steps that are planned already."""

    def __init__(self, plan: Plan, applications: Sequence[Application]) -> None:
        self.plan = plan
        self.rng = plan.rng("beside")
        self.wanted = plan.district.profile.month.beside
        self.days = _days(plan)
        self.free = [application for application in applications if not application.near_relative_declared]

    def plan_all(self) -> None:
        wanted = self.wanted
        conflicted, clean = self._by_conflict()
        for application in self._some(conflicted, wanted.conflicts_resolved):
            self._bureau(self._after(application, 1), application, "resolve-conflict", **self._resolution(application))
        for application in self._some(clean, wanted.contests):
            self._contest(application)
        for application in self._some(self._of(clean, "dibao_urban", "dibao_rural"), wanted.objections):
            self._object(application)
        for application in self._some(clean, wanted.case_complaints):
            self._complain(application)
        tekun = [one for one in self._of(clean, "tekun") if "submit-opinion" in self.days[one.application_no]]
        for application in self._some(tekun, -(-len(tekun) * wanted.spot_check_permille // 1000)):
            self._visit(application)
        helped = self._some(clean, wanted.survey_helps)
        for i, application in enumerate(helped):
            self._help(application, declined=i < wanted.survey_helps_declined)
        for i, home in enumerate(self.rng.sample(self.plan.district.households, wanted.household_complaints)):
            self._household_complaint(home, answered=i > 0)

    def _by_conflict(self) -> tuple[list[Application], list[Application]]:
        """Applications whose notice was posted, those with a conflict of the check apart."""
        posted = [one for one in self.free if "post-notice" in self.days[one.application_no]]
        numbers = {
            call.body["application_no"]
            for _, _, call in self.plan.placed()
            if call.wrong is None and call.body.get("conflicts")
        }
        conflicted = [one for one in posted if one.application_no in numbers]
        return conflicted, [one for one in posted if one.application_no not in numbers]

    def _of(self, applications: list[Application], *needs: str) -> list[Application]:
        return [one for one in applications if one.need in needs]

    def _some(self, applications: list[Application], count: int) -> list[Application]:
        """As many as there are, up to `count`, none of them used before."""
        free = [one for one in applications if one in self.free]
        chosen = self.rng.sample(free, min(count, len(free)))
        self.free = [one for one in self.free if one not in chosen]
        return chosen

    def _after(self, application: Application, workdays: int) -> date:
        return self.plan.workday_after(self.days[application.application_no]["post-notice"], workdays)

    def _down_on(self, application: Application) -> date:
        """The day the notice is down and the papers go up."""
        posted_on = self.days[application.application_no]["post-notice"]
        return self.plan.workday_after(posted_on + timedelta(days=8), 0)

    def _resolution(self, application: Application) -> dict[str, object]:
        (register,) = next(
            call.body["conflicts"]
            for _, _, call in self.plan.placed()
            if call.body.get("application_no") == application.application_no and call.body.get("conflicts")
        )
        reason = self.rng.choice(self.wanted.resolutions)
        return {"register": register, "reason": reason, "document_sha256": _paper("resolution", application)}

    def _contest(self, application: Application) -> None:
        """Contested while the notice hangs, asked again the next day, answered the day after."""
        number, registers = application.application_no, ["bank"]
        day = self._after(application, 1)
        self._officer(
            day, application, "contest-check", contest_no=f"HY-{number}", registers=registers, contested_on=str(day)
        )
        body = bodies.request_check(application, registers, _paper("authorisation", application))
        self._send(self._after(application, 2), body, self._an_officer(application), "officer", application.town)
        back = self._after(application, 3)
        self._bureau(
            back, application, "record-information-check", registers=registers, conflicts=[], returned_on=str(back)
        )

    def _object(self, application: Application) -> None:
        """Objected to, reviewed by the community the next day, visited by the bureau before it decides."""
        self._officer(
            self._after(application, 1), application, "object-to-notice", objection_no=f"Y-{application.application_no}"
        )
        day = self._after(application, 2)
        self._officer(
            day, application, "record-review", reviewed_on=str(day), participants_count=self.rng.randint(7, 15),
            result="supported", minutes_sha256=_paper("review", application),
        )  # fmt: skip
        self._visit(application)

    def _visit(self, application: Application) -> None:
        caseworker = self._caseworker()
        day = self._down_on(application)
        body = bodies.bureau_visit(application, [caseworker], day, _paper("visit", application))
        self._send(day, body, caseworker, "bureau", None)

    def _complain(self, application: Application) -> None:
        day = self._after(application, 1)
        number = f"TS-{application.application_no}"
        self._complaint(day, application.household_no, number, application.application_no, answered=True)
        self._visit(application)

    def _household_complaint(self, home: Household, *, answered: bool) -> None:
        # The one that nobody answers comes first, so that the month sees its clock run out.
        day = self.rng.choice(self.plan.workdays[:6]) if answered else self.plan.workdays[0]
        self._complaint(day, home.number, f"TS-{home.number}", None, answered=answered)

    def _complaint(
        self, day: date, household_no: str, number: str, application_no: str | None, *, answered: bool
    ) -> None:
        kind = self.rng.choice(("complaint", "named_report", "anonymous_report"))
        caseworker = self._caseworker()
        body = bodies.complaint(
            household_no, number, kind=kind, application_no=application_no, received_on=day, responsible=caseworker,
            content_sha256=hashlib.sha256(f"complaint|{number}".encode()).hexdigest(),
        )  # fmt: skip
        self._send(day, body, caseworker, "bureau", None)
        if not answered:
            return
        day = self.plan.workday_after(day, self.rng.randint(5, 12))
        reply = hashlib.sha256(f"reply|{number}".encode()).hexdigest()
        self._send(day, bodies.complaint_answer(household_no, number, day, reply), caseworker, "bureau", None)

    def _help(self, application: Application, *, declined: bool) -> None:
        """Asked on the day of acceptance; the other town surveys in the own one's place, or declines the next day."""
        towns = self.plan.district.towns
        at = next(i for i, place in enumerate(towns) if place.code == application.town)
        helper = towns[(at + 1) % len(towns)]
        self._officer(
            application.accepted_on, application, "ask-survey-help", helping_town=helper.code,
            reason=self.rng.choice(self.wanted.help_reasons),
        )  # fmt: skip
        officer = f"officer:{self.rng.choice(helper.officers)}"
        if declined:
            day = self.plan.workday_after(application.accepted_on, 1)
            body = bodies.case_step(application, "decline-survey-help", reason="该户已迁离本镇街（示例）")
            self._send(day, body, officer, "officer", helper.code)
            return
        own = [
            call
            for _, _, call in self.plan.placed()
            if call.body.get("command") == "record-survey" and call.body["application_no"] == application.application_no
        ][-1]
        body = own.body | {"investigators": self.rng.sample(helper.investigators, 2)}
        self.plan.instead(own, replace(own, body=body, actor=officer, town=helper.code))

    def _an_officer(self, application: Application) -> str:
        return f"officer:{self.rng.choice(self.plan.district.town[application.town].officers)}"

    def _caseworker(self) -> str:
        return self.rng.choice(self.plan.district.profile.bureau.caseworkers)

    def _officer(self, day: date, application: Application, command: str, **fields: object) -> None:
        body = bodies.case_step(application, command, **fields)
        self._send(day, body, self._an_officer(application), "officer", application.town)

    def _bureau(self, day: date, application: Application, command: str, **fields: object) -> None:
        self._send(day, bodies.case_step(application, command, **fields), self._caseworker(), "bureau", None)

    def _send(self, day: date, body: bodies.Body, actor: str, role: str, town: str | None) -> None:
        if self.plan.inside(day):
            at = self.plan.at(self.rng, day, "case")
            self.plan.command(day, "case", "casework", body, at=at, actor=actor, role=role, town=town)


def _days(plan: Plan) -> dict[str, dict[str, date]]:
    """The last day of each step planned so far, by application."""
    days: dict[str, dict[str, date]] = defaultdict(dict)
    for day, _, call in plan.placed():
        if call.wrong is None and call.service == "casework" and "application_no" in call.body:
            days[call.body["application_no"]][call.body["command"]] = day
    return days


def _paper(kind: str, application: Application) -> str:
    return hashlib.sha256(f"{kind}|{application.application_no}".encode()).hexdigest()


# ---- new requests, of households of the stock that are registered as in hardship


def _applicants(plan: Plan, rng: Random, count: int) -> list[Household]:
    """Registered hardship households that ask for nothing else this month."""
    right = (call.body for _, _, call in plan.placed() if call.wrong is None)
    asking = {body["data"].get("household_no") for body in right if "data" in body}
    homes = [home for home in plan.district.households if home.category == "hardship" and home.number not in asking]
    return rng.sample(homes, min(count, len(homes)))


def _request(plan: Plan, rng: Random, home: Household, need: str, day: date, request_no: str) -> Application:
    """A request with all its materials, accepted on the day it comes in."""
    place = plan.district.town[home.town]
    applicant = Applicant(
        household_no=home.number, committee=home.committee, members=home.members, phone=home.phone
    )  # fmt: skip
    body = bodies.request(
        applicant,
        request_no=request_no,
        channel="window",
        first_asked=rng.choice(place.window),
        needs=[need],
        materials=plan.district.profile.materials(need, delegated=False, near_relative=False),
        near_relative_declared=False,
        delegated=False,
        received_on=day,
    )
    town_event(plan, rng, place, day, bodies.REQUEST, home.number, body, road="http-single")
    return Application(
        household_no=home.number,
        application_no=bodies.application_no(request_no, need),
        need=need,
        town=home.town,
        committee=home.committee,
        members=home.members,
        near_relative_declared=False,
        accepted_on=day,
    )


def _spread(plan: Plan, count: int, move: Callable[[int, date], None]) -> None:
    """`move` for each of `count`, over the month's working days."""
    for i in range(count):
        move(i, plan.workdays[i * len(plan.workdays) // count])


def _emergencies(plan: Plan) -> None:
    """急难型: helped on the day, by the town from its reserve fund or by the bureau; papers after, but for the first one."""
    rng, wanted = plan.rng("emergencies"), plan.district.profile.month.beside
    homes = _applicants(plan, rng, wanted.emergencies)

    def move(i: int, day: date) -> None:
        application = _request(plan, rng, homes[i], "temporary", day, f"R-{homes[i].town}-{plan.month}-J{i + 1:02d}")
        case = EmergencyCase(plan, application, plan.rng(f"case|{application.application_no}"))
        case.help(day, by_town=i % 3 != 2)
        if i > 0:
            case.papers(day)

    _spread(plan, len(homes), move)


class EmergencyCase(Case):
    """A case that was decided first; its steps come after, by the same rules as any other's."""

    def help(self, day: date, *, by_town: bool) -> None:
        caseworker = self.rng.choice(self.plan.district.profile.bureau.caseworkers)
        body = bodies.decide(self.application, "confirmed", "", None, day) | {"emergency": True}
        if not by_town:
            self._send(day, body, caseworker, "bureau")
            return
        # The limit of one decision is two members' sums.
        body |= {"covered_members": min(2, len(self.application.members))}
        body |= {"reserve_fund": f"{self.place.code}-BYJ-{day.year}"}
        self._send(day, body, self.place.leader, "town-leader")

    def papers(self, day: date) -> None:
        plan = self.plan
        surveyed_on = plan.workday_after(day, 1)
        self._survey(surveyed_on, tuple(self.rng.sample(self.place.investigators, 2)))
        self._check(surveyed_on)
        answered_on = plan.workday_after(surveyed_on, 1)
        self._answer(answered_on, False)
        posted_on = plan.workday_after(answered_on, 1)
        self._post(posted_on)
        down_on = plan.workday_after(posted_on + timedelta(days=self.flow.notice_full_days + 1), 0)
        body = bodies.case_step(self.application, "complete-papers", completed_on=str(down_on))
        self._send(down_on, body, f"officer:{self.officer}", "officer")

    def _survey_body(self, day: date, investigators: tuple[str, ...], form: str) -> bodies.Body:
        """From afar where and while an emergency is declared."""
        remote = self.plan.district.profile.month.beside.remote
        afar = self.place.code == remote.town and remote.from_on <= day <= remote.until_on
        body = super()._survey_body(day, investigators, form)
        return body | {"mode": "video"} if afar else body


def _recognitions(plan: Plan) -> None:
    """低保边缘 and 刚性支出: registered households whose validity ends ask again."""
    rng, wanted = plan.rng("recognitions"), plan.district.profile.month.beside
    homes = _applicants(plan, rng, wanted.recognitions)

    def move(i: int, day: date) -> None:
        home = homes[i]
        kind = "near_dibao" if i % 3 else "rigid_spending"
        need = f"{kind}_{'rural' if _in_village(plan.district.town[home.town], home) else 'urban'}"
        application = _request(plan, rng, home, need, day, f"R-{home.town}-{plan.month}-B{i + 1:02d}")
        case = RecognitionCase(plan, application, plan.rng(f"case|{application.application_no}"))
        case.move(invalid=False, late=False, conflicted=False)

    _spread(plan, len(homes), move)


def _in_village(place: TownPlace, home: Household) -> bool:
    return next(committee.village for committee in place.committees if committee.code == home.committee)


class RecognitionCase(Case):
    """A case whose survey looks at property and necessary spending too."""

    def _survey_body(self, day: date, investigators: tuple[str, ...], form: str) -> bodies.Body:
        body = super()._survey_body(day, investigators, form) | {"property_over": []}
        if self.application.need.startswith("rigid_spending"):
            # What is left after the spending is what an applicant for dibao would have.
            spending_fen = self.standard_fen
            body |= {"rigid_spending_per_head_fen": spending_fen}
            body["income_per_head_fen"] += spending_fen
        return body
