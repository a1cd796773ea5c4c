"""A month's pay run as people move it: draft, check, approval by a second person, bank files and returns, to its close."""

import hashlib
from datetime import date

import msgspec

from deploy.district import pay_bodies as bodies
from deploy.district.bodies import Body
from deploy.district.plan import Phase, Plan


def plan_payroll(plan: Plan) -> None:
    """Plan the month's run from payday on; the bank answers two working days later, some of it with returns."""
    _plan_run(plan, _with_returns(plan))


def plan_past_payroll(plan: Plan) -> None:
    """Plan a run of which everybody is paid at once, and which is closed the day after the bank's answer."""
    answered_on = _plan_run(plan, _settled(plan))
    closing = bodies.run_step("close-run", plan.month)
    _send(
        plan,
        plan.workday_after(answered_on, 1),
        "bank",
        closing,
        plan.district.profile.bureau.finance[1],
        "bureau-finance",
    )


def payday_of(plan: Plan, workdays_after: int = 0) -> date:
    """The profile's payday of the month, or the working day after it; or so many working days later."""
    day = date(plan.month.year, plan.month.number, plan.district.profile.month.payroll_day)
    return plan.workday_after(day, workdays_after)


def _plan_run(plan: Plan, answer: list[Body]) -> date:
    """The run from draft to the bank's `answer`; the day that this comes."""
    bureau, day = plan.district.profile.bureau, payday_of(plan)
    preparer, checker, approver = bureau.finance[0], bureau.finance[1], bureau.leaders[0]
    _send(plan, day, "draft", bodies.run_step("draft-run", plan.month), preparer, "bureau-finance")
    _send(plan, day, "check", bodies.run_step("check-run", plan.month), checker, "bureau-finance")
    _send(plan, day, "approve", bodies.run_step("approve-run", plan.month), approver, "bureau-leader")
    _send(plan, day, "bank", bodies.run_step("issue-bank-file", plan.month), checker, "bureau-finance")
    answered_on = plan.workday_after(day, 2)
    _send(plan, answered_on, "return", _import_of(plan, answer), checker, "bureau-finance")
    return answered_on


def plan_after_payday(plan: Plan) -> None:
    """What follows the first return: the held line decided, the returned lines sent again, one slip reversed, the run closed."""
    bureau, day = plan.district.profile.bureau, payday_of(plan, 3)
    preparer, checker, leader = bureau.finance[0], bureau.finance[1], bureau.leaders[0]
    held = bodies.decide_held_line(
        plan.month, f"{plan.month}-H1", "dismissed", "银行确认重复列示", "示例银函〔2026〕3号"
    )
    _send(plan, day, "check", held, checker, "bureau-finance")
    _send(plan, day, "bank", bodies.run_step("issue-bank-file", plan.month), checker, "bureau-finance")
    lines = [line for line in _with_returns(plan) if line["outcome"] == "returned"]
    again = [
        {"officer": line["officer"], "amount_fen": line["amount_fen"], "outcome": "settled", "reference": f"示例回单{plan.month}-R{i}"}
        for i, line in enumerate(lines, start=1)
    ]  # fmt: skip
    answered_on = plan.workday_after(day, 2)
    _send(plan, answered_on, "return", _import_of(plan, again), checker, "bureau-finance")
    mended_on = plan.workday_after(answered_on, 1)
    officer = lines[0]["officer"]
    asked = bodies.request_slip_reversal(
        plan.month, officer, "示例：计发依据有误，更正后下月重发", "示例更正〔2026〕1号"
    )
    _send(plan, mended_on, "draft", asked, preparer, "bureau-finance")
    _send(plan, mended_on, "approve", bodies.confirm_slip_reversal(plan.month, officer), leader, "bureau-leader")
    _send(plan, mended_on, "bank", bodies.run_step("close-run", plan.month), checker, "bureau-finance")


def _send(plan: Plan, day: date, phase: Phase, body: Body, actor: str, role: str) -> None:
    at = plan.at(plan.rng(f"payroll|{phase}"), day, phase)
    plan.command(day, phase, "payroll", body, at=at, actor=actor, role=role, town=None)


def _settled(plan: Plan) -> list[Body]:
    """What the sample bank answers when all goes well: every officer's net pay, settled."""
    return [
        {
            "officer": officer,
            "amount_fen": pay.net_fen,
            "outcome": "settled",
            "reference": f"示例回单{plan.month}-{i:04d}",
        }
        for i, (officer, pay) in enumerate(sorted(plan.district.pays.of(plan.month).items()), start=1)
    ]


def _with_returns(plan: Plan) -> list[Body]:
    """All lines settled but a few; one payment is listed twice: that line waits for a person."""
    rng, month, lines = plan.rng("bank"), plan.district.profile.month, _settled(plan)
    returned = set(rng.sample([str(line["officer"]) for line in lines], month.returned_lines))
    for i, line in enumerate(lines):
        if line["officer"] in returned:
            kept = {name: line[name] for name in ("officer", "amount_fen")}
            lines[i] = {**kept, "outcome": "returned", "reason": rng.choice(month.return_reasons)}
    return [*lines, next(line for line in lines if line["outcome"] == "settled")]


def _import_of(plan: Plan, lines: list[Body]) -> Body:
    digest = hashlib.sha256(msgspec.json.encode(lines)).hexdigest()
    return bodies.import_bank_return(plan.month, digest, lines)
