"""A month of contractors (承接主体): procurement, contracts and staff once, work orders and their acceptance every month."""

import hashlib
from datetime import date
from random import Random

from deploy.district import bodies
from deploy.district.district import Household
from deploy.district.money import Accepted, payable_fen
from deploy.district.people import Person
from deploy.district.plan import Phase, Plan
from deploy.district.programme import Contractor
from services.contracts.months import Month


def plan_contractors(plan: Plan) -> list[Accepted]:
    """Contracts begin with the first month after the take-over; orders go to those that run. What was accepted is payable."""
    rng, wanted = plan.rng("contractors"), plan.district.profile.month.contracting
    towns = plan.district.town
    contractors = [one for one in wanted.contractors if not one.purchaser or one.purchaser in towns]
    if plan.month == plan.first_month:
        for n, one in enumerate(contractors):
            _begin(plan, rng, one, n)
    return _orders(plan, [one for one in contractors if not (one.lost or one.ended or one.mode == "posts")])


def _numbers(plan: Plan, one: Contractor) -> tuple[str, str]:
    """The procurement and the contract of a contractor."""
    year = plan.first_month.year - one.ended
    return f"CG-{year}-{one.number}", f"HT-{year}-{one.number}"


def _begin(plan: Plan, rng: Random, one: Contractor, n: int) -> None:
    """Registered, awarded, contracted on the first working day; its staff named, an ended contract evaluated."""
    wanted, first = plan.district.profile.month.contracting, plan.workdays[0]
    procurement_no, contract_no = _numbers(plan, one)
    begins = first.replace(year=first.year - one.ended, day=1)
    _bureau(plan, rng, first, "window", "register-contractor", contractor=one.number, name=one.name, kind=one.kind,
            credit_code=one.credit_code)  # fmt: skip
    _bureau(plan, rng, first, "case", "record-procurement", contractor=one.number, procurement_no=procurement_no,
            purchaser=one.purchaser or None, method=one.method, document=f"示例采〔{begins.year}〕{n + 1}号",
            amount_fen=one.amount_fen, services=one.services, decided_on=begins,
            result="not_awarded" if one.lost else "awarded",
            approval=wanted.approval if one.purchaser else "")  # fmt: skip
    if one.lost:
        return
    long = one.years > 1
    until = Month.of(begins).plus(12 * one.years - 1).last_day
    _bureau(plan, rng, first, "field", "sign-contract", contractor=one.number, contract_no=contract_no,
            procurement_no=procurement_no, mode=one.mode, services=one.services, signed_on=begins, from_on=begins,
            until_on=until, amount_fen=one.amount_fen, document=f"示例合〔{begins.year}〕{n + 1}号",
            long_term_reason=wanted.long_term_reason if long else "",
            long_term_document=f"示例财〔{begins.year}〕{n + 1}号" if long else "")  # fmt: skip
    if one.ended:
        _bureau(plan, rng, plan.workdays[5], "case", "evaluate-contractor", contractor=one.number,
                contract_no=contract_no, year=begins.year, score=one.score, evaluated_on=plan.workdays[5])  # fmt: skip
        return
    for k in range(wanted.staff_per_contract):
        person = _staff(plan, one, n * wanted.staff_per_contract + k)
        _bureau(plan, rng, plan.workdays[1], "window", "assign-contract-staff", contractor=one.number,
                contract_no=contract_no, staff_no=f"{one.number}-S{k + 1:02d}", name=person.name,
                resident_id=person.resident_id, from_on=begins)  # fmt: skip


def _staff(plan: Plan, one: Contractor, index: int) -> Person:
    """A person from the far end of the registry: applicants take families from its other end."""
    registry = plan.district.registry
    return registry.person(plan.rng(f"staff|{one.number}|{index}"), registry.capacity - 1 - index, (22, 55))


def _orders(plan: Plan, contractors: list[Contractor]) -> list[Accepted]:
    rng, wanted = plan.rng("orders"), plan.district.profile.month.contracting
    homes = [home for home in plan.district.households if home.priority]
    accepted = []
    for n in range(wanted.orders):
        one = contractors[n % len(contractors)]
        home = rng.choice([home for home in homes if one.purchaser in ("", home.town)])
        order = WorkOrder(plan, rng, one, home, n)
        order.move()
        accepted += order.accepted
    return accepted


class WorkOrder:
    """One order on its way; every step lies on a later day, or in a later phase, than the one it waits for."""

    def __init__(self, plan: Plan, rng: Random, one: Contractor, home: Household, n: int) -> None:
        self.plan, self.rng, self.one, self.home, self.n = plan, rng, one, home, n
        self.wanted = plan.district.profile.month.contracting
        self.number = f"GD-{plan.month}-{n + 1:03d}"
        self.quantity = rng.randint(*self.wanted.quantity)
        self.accepted: list[Accepted] = []

    def move(self) -> None:
        """Issued, delivered, accepted; or cancelled, left to its clock, or sent back once."""
        plan, rng, wanted = self.plan, self.rng, self.wanted
        day = rng.choice(plan.workdays[2 : len(plan.workdays) // 2])
        due = plan.workday_after(day, wanted.due_days)
        self._officer(day, "issue-work-order", contract_no=_numbers(plan, self.one)[1], household_no=self.home.number,
                      service=rng.choice(self.one.services), quantity=self.quantity, price_fen=self.one.price_fen,
                      issued_on=day, due_on=due)  # fmt: skip
        if self.n < wanted.undelivered:
            return
        day = plan.workday_after(day, rng.randint(*wanted.deliver_days))
        if self.n < wanted.undelivered + wanted.cancelled:
            self._officer(day, "cancel-work-order", reason=wanted.cancel_reason)
            return
        self._deliver(day)
        day = plan.workday_after(day, 1)
        if rng.random() * 1000 < wanted.sent_back_permille:
            again = plan.workday_after(day, 3)
            self._officer(day, "send-back-work-order", reason=wanted.send_back_reason, due_on=again)
            self._deliver(again)
            day = plan.workday_after(again, 1)
        grade = rng.choice(wanted.grades)
        self._officer(day, "accept-work-order", quantity=self.quantity, grade=grade, accepted_on=day)
        if plan.inside(day):
            payable = payable_fen(plan, self.quantity, self.one.price_fen, grade)
            contract_no = _numbers(plan, self.one)[1]
            self.accepted = [Accepted(self.one.number, contract_no, self.one.purchaser, self.number, payable, day)]

    def _deliver(self, day: date) -> None:
        if not self.plan.inside(day):
            return
        evidence = hashlib.sha256(f"delivered|{self.number}|{day}".encode()).hexdigest()
        body = bodies.command(
            "deliver-work-order", contractor=self.one.number, order_no=self.number, quantity=self.quantity,
            staff_no=f"{self.one.number}-S{self.n % self.wanted.staff_per_contract + 1:02d}", delivered_on=day,
            evidence_sha256=[evidence],
        )  # fmt: skip
        at = self.plan.at(self.rng, day, "field")
        self.plan.command(
            day, "field", "casework", body, at=at, actor=f"contractor:{self.one.number}-L1", role="contractor", town=None
        )  # fmt: skip

    def _officer(self, day: date, command: str, **fields: object) -> None:
        """By the household's own officer."""
        if not self.plan.inside(day):
            return
        body = bodies.command(command, contractor=self.one.number, order_no=self.number, town=self.home.town, **fields)
        at = self.plan.at(self.rng, day, "case")
        self.plan.command(
            day, "case", "casework", body, at=at, actor=f"officer:{self.home.officer}", role="officer", town=self.home.town
        )  # fmt: skip


def _bureau(plan: Plan, rng: Random, day: date, phase: Phase, command: str, /, **fields: object) -> None:
    actor = plan.district.profile.bureau.caseworkers[-1]
    body = bodies.command(command, **fields)
    plan.command(day, phase, "casework", body, at=plan.at(rng, day, phase), actor=actor, role="bureau", town=None)
