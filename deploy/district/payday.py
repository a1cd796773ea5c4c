"""A month's pay run as people move it: draft, check, approval by a second person, bank files and returns, to its close."""

import hashlib
from datetime import date

import msgspec

from deploy.district import bodies
from deploy.district.bodies import Body
from deploy.district.officers import Officer
from deploy.district.plan import Phase, Plan
from deploy.district.profile import Profile, TakeOver
from services.contracts.months import Month
from services.contracts.rulebook import AdoptedPack, RuleBook
from services.payroll.pay import (
    Appraisal,
    Certified,
    ContributionBase,
    InPost,
    OfficerPay,
    Pay,
    SpecialDeduction,
    Timeline,
    slip,
)
from services.payroll.rules import PayScale, pay_packs_on


def plan_payroll(plan: Plan) -> None:
    """Plan the month's run from the profile's payday on; the bank answers two working days later."""
    bureau, payday = plan.district.profile.bureau, plan.district.profile.month.payroll_day
    day = plan.workday_after(date(plan.month.year, plan.month.number, payday), 0)
    preparer, checker, approver = bureau.finance[0], bureau.finance[1], bureau.leaders[0]
    _send(plan, day, "draft", bodies.run_step("draft-run", plan.month), preparer, "bureau-finance")
    _send(plan, day, "check", bodies.run_step("check-run", plan.month), checker, "bureau-finance")
    _send(plan, day, "approve", bodies.run_step("approve-run", plan.month), approver, "bureau-leader")
    _send(plan, day, "bank", bodies.run_step("issue-bank-file", plan.month), checker, "bureau-finance")
    answered_on = plan.workday_after(day, 2)
    _send(plan, answered_on, "return", _bank_return(plan), checker, "bureau-finance")


def plan_after_payday(plan: Plan) -> None:
    """What follows the first return: the held line decided, the returned lines sent again, one slip reversed, the run closed."""
    bureau, payday = plan.district.profile.bureau, plan.district.profile.month.payroll_day
    day = plan.workday_after(date(plan.month.year, plan.month.number, payday), 3)
    preparer, checker, leader = bureau.finance[0], bureau.finance[1], bureau.leaders[0]
    held = bodies.decide_held_line(
        plan.month, f"{plan.month}-H1", "dismissed", "银行确认重复列示", "示例银函〔2026〕3号"
    )
    _send(plan, day, "check", held, checker, "bureau-finance")
    _send(plan, day, "bank", bodies.run_step("issue-bank-file", plan.month), checker, "bureau-finance")
    lines = [line for line in _bank_return(plan)["lines"] if line["outcome"] == "returned"]
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


def _bank_return(plan: Plan) -> Body:
    """What the sample bank answers: all lines settled but a few."""
    rng, month = plan.rng("bank"), plan.district.profile.month
    profile = plan.district.profile
    rules = pay_rules(profile)
    net = {one.number: pays_of(profile, rules, one, plan.month)[-1].net_fen for one in plan.district.officers}
    returned = set(rng.sample(sorted(net), month.returned_lines))
    lines: list[Body] = []
    for i, (officer, amount_fen) in enumerate(sorted(net.items()), start=1):
        line: Body = {"officer": officer, "amount_fen": amount_fen}
        if officer in returned:
            lines.append({**line, "outcome": "returned", "reason": rng.choice(month.return_reasons)})
        else:
            lines.append({**line, "outcome": "settled", "reference": f"示例回单{plan.month}-{i:04d}"})
    # The bank lists one payment twice: that line waits for a person.
    lines.append(next(line for line in lines if line["outcome"] == "settled"))
    return _import_of(plan, lines)


def _import_of(plan: Plan, lines: list[Body]) -> Body:
    digest = hashlib.sha256(msgspec.json.encode(lines)).hexdigest()
    return bodies.import_bank_return(plan.month, digest, lines)


def pay_rules(profile: Profile) -> RuleBook:
    """The district's pay packs as payroll will have adopted them."""
    names = AdoptedPack.__struct_fields__
    packs = [pack for pack in profile.packs if pack.service == "payroll"]
    return RuleBook(tuple(AdoptedPack(**{name: getattr(pack, name) for name in names}) for pack in packs))


def pays_of(profile: Profile, rules: RuleBook, officer: Officer, month: Month) -> tuple[Pay, ...]:
    """The officer's pay of every month from the take-over to `month`, by payroll's own pure rules.

    `CommandRejected` (``no-rule-in-force``) when the district has no pay packs.
    """
    taken_over = Month.of(profile.take_over.at)
    scale = pay_packs_on(rules, profile.take_over.at).scale
    entitled = OfficerPay.unpaid(_timeline(officer, taken_over, profile.take_over, scale))
    pays: list[Pay] = []
    now = taken_over.plus(1)
    while now <= month:
        pay = slip(entitled, lambda one: pay_packs_on(rules, one.first_day), now)
        assert pay is not None, f"{officer.number} is on a post"
        pays.append(pay)
        entitled = entitled.after(pay, now)
        now = now.plus(1)
    return tuple(pays)


def _timeline(officer: Officer, paid_through: Month, take_over: TakeOver, scale: PayScale) -> Timeline:
    first = Month.of(officer.appointed_on)
    appraisal = Appraisal(
        year=take_over.appraisal_year,
        quarter=take_over.appraisal_quarter,
        coefficient_permille=scale.grades[officer.grade].coefficient_permille,
    )
    post = InPost(
        from_on=officer.appointed_on,
        town=officer.town,
        post_no=officer.post_no,
        position=officer.position,
        contract_mode=officer.contract_mode,
    )
    held = officer.qualified_on
    return Timeline(
        officer=officer.number,
        # Two facts stand on an officer's stream when the first run is drafted: take-over and appraisal.
        version=2,
        bank_account_pseudonym="",
        service_from_on=officer.appointed_on,
        service_behind=1,
        posts=(post,),
        certificates=(Certified(from_on=held, qualification=officer.qualification),) if held else (),
        absences=(),
        appraisals=(appraisal,),
        bases=(ContributionBase(from_month=first, base_fen=officer.contribution_base_fen),),
        deductions=(SpecialDeduction(from_month=first, monthly_fen=officer.special_deduction_fen),),
        paid_through_month=paid_through,
        year_to_date=officer.year_to_date,
    )
