"""A month's money besides pay: a transfer between sources, a town's own purchase, contractors' invoices; it holds no budget."""

from datetime import date
from random import Random
from typing import NamedTuple

from deploy.district import bodies
from deploy.district.plan import Phase, Plan
from services.contracts.money import Fen, times_ratio


class Accepted(NamedTuple):
    """An accepted work order: what it makes payable to whom on which contract."""

    contractor: str
    contract_no: str
    payer_town: str
    order_no: str
    payable_fen: Fen
    on: date


def payable_fen(plan: Plan, quantity: int, price_fen: int, grade: str) -> Fen:
    """Quantity × price × the grade's factor, as the district's pack has it."""
    (content,) = [pack.content for pack in plan.district.profile.packs if pack.name == "contracting"]
    return times_ratio(Fen(quantity * price_fen), int(content["grades"][grade]), 1000)


def plan_money(plan: Plan, accepted: list[Accepted]) -> None:
    """Once a transfer and a town's purchase; every month the invoices of what was accepted in time."""
    rng = plan.rng("money")
    if plan.month == plan.first_month:
        _transfer(plan, rng)
        _town_purchase(plan, rng)
        _reserve_funds(plan, plan.rng("reserve-funds"))
    _invoices(plan, rng, accepted)


def _transfer(plan: Plan, rng: Random) -> None:
    money, finance = plan.district.profile.month.money, plan.district.profile.bureau.finance[2]
    source, document = money.transfer_from
    _send(plan, rng, plan.workdays[1], "case", finance, "bureau-finance", None, "transfer-fund",
          year=plan.month.year, source=source, to_source=money.transfer_to, move_no=f"TJ-{plan.month}",
          decision_document=money.transfer_document,
          documents=[{"document": document, "amount_fen": money.transfer_fen}])  # fmt: skip


def _reserve_funds(plan: Plan, rng: Random) -> None:
    """The bureau states what each town may decide itself in temporary help this year (备用金)."""
    money, leader, day = plan.district.profile.month.money, plan.district.profile.bureau.leaders[0], plan.workdays[0]
    for code in plan.district.town:
        _send(plan, rng, day, "window", leader, "bureau-leader", None, "budget-reserve-fund", year=plan.month.year,
              town=code, amount_fen=money.reserve_fund_fen, from_on=day.replace(month=1, day=1),
              document=money.reserve_fund_document)  # fmt: skip


def _town_purchase(plan: Plan, rng: Random) -> None:
    """A town asks, the bureau decides, the town contracts and puts money of its own aside (二(二))."""
    profile, money = plan.district.profile, plan.district.profile.month.money
    contracting, day = profile.month.contracting, plan.workdays[0]
    for one in contracting.contractors:
        place = plan.district.town.get(one.purchaser)
        if place is None:
            continue
        number = _purchase_no(plan, one.number)
        of_town = (place.leader, "town-leader", place.code)
        _send(plan, rng, day, "window", *of_town, "request-town-purchase", purchase_no=number, town=place.code,
              services=one.services, amount_fen=money.purchase_asked_fen, reason=money.purchase_reason,
              document=money.purchase_document)  # fmt: skip
        _send(plan, rng, day, "window", *of_town, "budget-town-fund", year=plan.month.year, town=place.code,
              amount_fen=money.town_budget_fen, document=money.town_budget_document)  # fmt: skip
        _send(plan, rng, day, "case", profile.bureau.leaders[0], "bureau-leader", None, "decide-town-purchase",
              purchase_no=number, approved=True, amount_fen=one.amount_fen, approval=contracting.approval,
              guidance=money.purchase_guidance)  # fmt: skip
        _send(plan, rng, day, "field", *of_town, "contract-town-purchase", purchase_no=number, town=place.code,
              contractor=one.number, contract_no=f"HT-{plan.first_month.year}-{one.number}",
              approval=contracting.approval, amount_fen=one.amount_fen, people=contracting.staff_per_contract,
              signed_on=day.replace(day=1))  # fmt: skip


def _purchase_no(plan: Plan, contractor: str) -> str:
    return f"GM-{plan.first_month.year}-{contractor}"


def _invoices(plan: Plan, rng: Random, accepted: list[Accepted]) -> None:
    """Recorded, approved by another person and paid on the month's last working days."""
    money, bureau = plan.district.profile.month.money, plan.district.profile.bureau
    recorded_on, approved_on, paid_on = plan.workdays[-3:]
    in_time = [one for one in accepted if one.on < recorded_on]
    contracts = sorted({(one.contractor, one.contract_no, one.payer_town) for one in in_time})
    for contractor, contract_no, payer_town in contracts:
        orders = [one for one in in_time if one.contractor == contractor]
        of = {"contractor": contractor, "invoice_no": f"FP-{plan.month}-{contractor}"}
        _send(plan, rng, recorded_on, "case", bureau.finance[0], "bureau-finance", None, "record-invoice", **of,
              contract_no=contract_no, orders=[one.order_no for one in orders],
              amount_fen=sum(one.payable_fen for one in orders), issued_on=recorded_on)  # fmt: skip
        source, document = ("", "") if payer_town else money.services_from
        _send(plan, rng, approved_on, "case", bureau.leaders[0], "bureau-leader", None, "approve-invoice", **of,
              year=plan.month.year, source=source, document=document,
              purchase_no=_purchase_no(plan, contractor) if payer_town else "")  # fmt: skip
        _send(plan, rng, paid_on, "case", bureau.finance[1], "bureau-finance", None, "pay-invoice", **of,
              bank_reference=f"示例回单{plan.month}-{contractor}", paid_on=paid_on)  # fmt: skip


def _send(
    plan: Plan, rng: Random, day: date, phase: Phase, actor: str, role: str, town: str | None, command: str, /,
    **fields: object,
) -> None:  # fmt: skip
    body = bodies.command(command, **fields)
    plan.command(day, phase, "payroll", body, at=plan.at(rng, day, phase), actor=actor, role=role, town=town)
