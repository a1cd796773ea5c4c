"""A month's cases as investigators, towns and the bureau move them: survey, check, notice, decision; no requests."""

import hashlib
from datetime import date, timedelta
from random import Random

from deploy.district import bodies
from deploy.district.district import failed_items
from deploy.district.plan import Plan
from deploy.district.requests import Application


def plan_cases(plan: Plan, applications: list[Application]) -> None:
    """Move each accepted application as far as the month lets it; notices come down by their own timer."""
    rng = plan.rng("cases")
    flow = plan.district.profile.month.flow
    # Early ones, so that the month sees what becomes of them.
    early = rng.sample(
        applications[: len(applications) // 2], flow.invalid_surveys + flow.late_surveys + flow.conflicts
    )
    invalid = early[: flow.invalid_surveys]
    late = early[len(invalid) : len(invalid) + flow.late_surveys]
    conflicted = early[len(invalid) + len(late) :]
    for application in applications:
        case = Case(plan, application, plan.rng(f"case|{application.application_no}"))
        case.move(invalid=application in invalid, late=application in late, conflicted=application in conflicted)


class Case:
    """One application on its way; every step lies on a later day than the step it waits for."""

    def __init__(self, plan: Plan, application: Application, rng: Random) -> None:
        self.plan = plan
        self.application = application
        self.rng = rng
        self.place = plan.district.town[application.town]
        self.flow = plan.district.profile.month.flow
        self.officer = rng.choice(self.place.officers)
        standards = plan.district.profile.amounts.standard_fen
        self.standard_fen = standards.get(application.need, min(standards.values()))
        # Whole yuan, and below the standard: who earns more is refused at the desk already.
        self.income_per_head_fen = self.standard_fen * rng.randrange(self.flow.income_permille_max) // 100_000 * 100

    def move(self, *, invalid: bool, late: bool, conflicted: bool) -> None:
        """All steps; `invalid`: surveyed by one alone at first, `late`: after the clock, `conflicted`: so answered."""
        plan, rng, flow = self.plan, self.rng, self.flow
        survey_days = flow.late_survey_days if late else flow.survey_days
        surveyed_on = plan.workday_after(self.application.accepted_on, rng.randint(*survey_days))
        if invalid:
            self._survey(surveyed_on, self.place.investigators[:1])
            surveyed_on = plan.workday_after(surveyed_on, 1)
        self._survey(surveyed_on, tuple(rng.sample(self.place.investigators, 2)))
        checked_on = plan.workday_after(self.application.accepted_on, rng.randint(*flow.check_days))
        self._check(checked_on)
        answered_on = plan.workday_after(checked_on, rng.randint(*flow.check_answer_days))
        self._answer(answered_on, conflicted)
        posted_on = plan.workday_after(max(surveyed_on, answered_on), rng.randint(*flow.notice_days))
        refuse = conflicted or rng.random() * 1000 >= flow.confirm_permille
        caseworker = rng.choice(plan.district.profile.bureau.caseworkers)
        if self.application.need not in flow.noticed_needs:
            self._decide(posted_on, refuse, caseworker)
            return
        self._post(posted_on)
        # The posting day is not counted; the notice comes down after its last full day (art. 19).
        down_on = plan.workday_after(posted_on + timedelta(days=flow.notice_full_days + 1), 0)
        if not conflicted:  # with a conflict open, the town's part is not done: nothing can be sent up
            self._submit(down_on, caseworker)
        if self.application.near_relative_declared:
            self._visit(down_on, caseworker)
        self._decide(plan.workday_after(down_on, rng.randint(*flow.decide_days)), refuse, caseworker)

    def _send(self, day: date, body: dict[str, object], actor: str, role: str) -> None:
        if self.plan.inside(day):
            at = self.plan.at(self.rng, day, "case")
            town = None if role == "bureau" else self.place.code
            self.plan.command(day, "case", "casework", body, at=at, actor=actor, role=role, town=town)

    def _survey(self, day: date, investigators: tuple[str, ...]) -> None:
        form = hashlib.sha256(f"{self.application.application_no}|{day}".encode()).hexdigest()
        self._send(day, self._survey_body(day, investigators, form), f"officer:{self.officer}", "officer")

    def _survey_body(self, day: date, investigators: tuple[str, ...], form: str) -> bodies.Body:
        return bodies.survey(self.application, investigators, day, self.income_per_head_fen, form)

    def _check(self, day: date) -> None:
        paper = hashlib.sha256(f"authorisation|{self.application.application_no}".encode()).hexdigest()
        body = bodies.request_check(self.application, self.flow.registers, paper)
        self._send(day, body, f"officer:{self.officer}", "officer")

    def _answer(self, day: date, conflicted: bool) -> None:
        conflicts = self.rng.sample(self.flow.conflicting_registers, 1) if conflicted else []
        caseworkers = self.plan.district.profile.bureau.caseworkers
        self._send(day, bodies.record_check(self.application, conflicts, day), self.rng.choice(caseworkers), "bureau")

    def _post(self, day: date) -> None:
        proof = hashlib.sha256(f"notice|{self.application.application_no}".encode()).hexdigest()
        body = bodies.post_notice(self.application, self.place.leader, day, self._proposed_fen(), proof)
        self._send(day, body, self.place.leader, "town-leader")

    def _proposed_fen(self) -> int:
        """What the town proposes, by the rules in force and, for tekun, by the assessment it knows of."""
        rates, application = self.plan.district.rates, self.application
        groups = [member.groups for member in application.members]
        failed = [
            failed_items(self.plan.district, f"{application.application_no}|{i}", of) for i, of in enumerate(groups)
        ]
        tiers = [rates.ability.level_of(frozenset(items)).care_tier for items in failed]
        return rates.proposed_fen(application.need, self.income_per_head_fen, groups, tiers)

    def _submit(self, day: date, caseworker: str) -> None:
        if self.application.need in self.flow.submitted_needs:
            self._send(day, bodies.submit_opinion(self.application, caseworker, day), self.place.leader, "town-leader")

    def _visit(self, day: date, caseworker: str) -> None:
        form = hashlib.sha256(f"visit|{self.application.application_no}".encode()).hexdigest()
        self._send(day, bodies.bureau_visit(self.application, [caseworker], day, form), caseworker, "bureau")

    def _decide(self, day: date, refuse: bool, caseworker: str) -> None:
        if refuse:
            reason = self.rng.choice(self.flow.refusal_reasons)
            body = bodies.decide(self.application, "refused", reason, None, day)
        else:
            officer = self.officer if self.application.need in self.flow.planned_needs else None
            body = bodies.decide(self.application, "confirmed", "", officer, day)
        self._send(day, body, caseworker, "bureau")
        if refuse:
            form = hashlib.sha256(f"refusal|{self.application.application_no}".encode()).hexdigest()
            reached_on = self.plan.workday_after(day, self.rng.randint(*self.flow.refusal_days))
            body = bodies.deliver_refusal(self.application, reached_on, form)
            self._send(reached_on, body, f"officer:{self.officer}", "officer")
