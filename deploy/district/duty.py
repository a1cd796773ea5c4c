"""What a month's windows do beside taking requests: who staffs them, what comes of referrals, who takes over for whom."""

from datetime import date
from random import Random
from typing import Any

from deploy.district import bodies
from deploy.district.call import Call
from deploy.district.district import TownPlace
from deploy.district.plan import Phase, Plan
from services.contracts.months import Month


def plan_staff(plan: Plan) -> None:
    """Every window's staff is named once, on the first working day after the take-over (四(一) 指定专职人员).

    On the last one the profile's number of windows loses all of it, so that an unattended window can be seen.
    """
    if plan.month != Month.of(plan.district.profile.take_over.at).plus(1):
        return
    rng, towns = plan.rng("staff"), plan.district.towns
    for place in towns:
        for staff in place.window:
            _by_leader(plan, rng, place, plan.workdays[0], bodies.staff_window(place.code, staff, plan.workdays[0]))
    for place in rng.sample(towns, plan.district.profile.month.duty.unattended_towns):
        last = plan.workdays[-1]
        for staff in place.window:
            _by_leader(
                plan, rng, place, last, bodies.unstaff_window(place.code, staff, last, "调离窗口，待补人员（示例）")
            )


def _by_leader(plan: Plan, rng: Random, place: TownPlace, day: date, body: dict[str, Any]) -> None:
    at = plan.at(rng, day, "window")
    plan.command(day, "window", "intake", body, at=at, actor=place.leader, role="town-leader", town=place.code)


def plan_answers(plan: Plan) -> None:
    """What becomes of the referrals that the month's requests began, and of the duty for some of them."""
    referred = plan.district.profile.month.flow.referred_needs
    requests = [
        (day, call) for day, _, call in plan.placed()
        if call.wrong is None and call.body.get("type") == bodies.REQUEST
    ]  # fmt: skip
    for day, call in requests:
        data = call.body["data"]
        for need in data["needs"]:
            if need in referred:
                Referral(plan, day, call, bodies.application_no(data["request_no"], need)).move()


class Referral:
    """One referred item on its way; every step lies on a later day, or in a later phase, than the one it waits for."""

    def __init__(self, plan: Plan, day: date, call: Call, number: str) -> None:
        self.plan, self.day, self.number = plan, day, number
        data = call.body["data"]
        self.household_no, self.responsible = data["household_no"], data["first_asked"]
        self.place = plan.district.town[data["town"]]
        self.duty = plan.district.profile.month.duty
        self.rng = plan.rng(f"referral|{number}")

    def move(self) -> None:
        """Handed over now and then, then taken, then answered – or returned and referred again, or left to its clock."""
        plan, rng, duty = self.plan, self.rng, self.duty
        if rng.random() * 1000 < duty.handover_permille and len(self.place.window) > 1:
            self._hand_over(plan.workday_after(self.day, 1))
        fate = rng.random() * 1000
        if fate < duty.unanswered_permille:
            return
        day = plan.workday_after(self.day, rng.randint(*duty.accepted_after_days))
        if fate < duty.unanswered_permille + duty.returned_permille:
            reason = rng.choice(duty.return_reasons)
            self._send(day, "case", "return-referral", reason=reason, returned_on=day.isoformat())
            day = plan.workday_after(day, 1)
            self._send(day, "window", "refer-application")
            day = plan.workday_after(day, rng.randint(*duty.accepted_after_days))
        self._send(day, "case", "accept-referral", accepted_on=day.isoformat())
        day = plan.workday_after(day, rng.randint(*duty.completed_after_days))
        refused = rng.random() * 1000 < duty.refused_permille
        answer = {"outcome": "refused", "answer": rng.choice(duty.refusals)} if refused else {"outcome": "helped"}
        self._send(day, "case", "complete-referral", **answer, completed_on=day.isoformat())

    def _hand_over(self, day: date) -> None:
        """Offered in the morning, answered by the receiver in the afternoon (首问负责)."""
        rng, duty = self.rng, self.duty
        receiver = rng.choice([staff for staff in self.place.window if staff != self.responsible])
        self._send(day, "window", "offer-handover", receiver=receiver, reason=rng.choice(duty.handover_reasons))
        if rng.random() * 1000 < duty.declined_permille:
            self._send(day, "case", "decline-handover", by=receiver, reason="在岗人员已满额（示例）")
        else:
            self._send(day, "case", "accept-handover", by=receiver)
            self.responsible = receiver

    def _send(self, day: date, phase: Phase, command: str, *, by: str = "", **fields: object) -> None:
        if not self.plan.inside(day):
            return
        body = bodies.of_item(command, self.household_no, self.number, **fields)
        at = self.plan.at(self.rng, day, phase)
        self.plan.command(
            day, phase, "intake", body, at=at, actor=by or self.responsible, role="window", town=self.place.code
        )
