"""Cases about money that payroll's tests share: a contractor's accepted orders, a town's purchase, the folded books."""

from datetime import date
from typing import Any

from services.contracts.casework import WorkOrderAccepted
from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import Model
from services.contracts.money import Fen
from services.contracts.registry import Fact
from services.payroll.domain.payee import RecordInvoice
from services.payroll.domain.postings import postings
from services.payroll.domain.town_purchase import ContractTownPurchase, DecideTownPurchase, RequestTownPurchase
from services.payroll.service import SERVICE
from tests.unit.test_payroll_cases import Ledger, record_of, yuan

LEADER, CLERK = "bureau-leader:L1", "finance:F1"
TOWN = "town-leader:T01"
APPROVAL = "示例民政函〔2026〕2号"


def hear(ledger: Ledger, subject: str, fact: Fact) -> None:
    """Another service's fact reaches payroll: what it causes is told."""
    for reaction in SERVICE.react(record_of(subject, fact, 10_000 + len(ledger.records))):
        ledger.tell(reaction.command, "reaction:payroll")


def accepted(order_no: str, payable: str, payer_town: str = "", contract_no: str = "HT-1") -> WorkOrderAccepted:
    return WorkOrderAccepted(
        contractor="K001",
        credit_code="52500112MJP101001N",
        contract_no=contract_no,
        order_no=order_no,
        town=payer_town or "T02",
        payer_town=payer_town,
        household_no="T02-H00001",
        service="care",
        quantity=4,
        price_fen=Fen(1),
        grade="good",
        factor_permille=1000,
        payable_fen=yuan(payable),
        set_free_fen=yuan(payable),
        accepted_on=date(2026, 3, 10),
        accepted_by="officer:O001",
        pack_version="contracting@2025-1",
    )


def invoice(number: str, amount: str, *orders: str, contract_no: str = "HT-1") -> RecordInvoice:
    return RecordInvoice(
        contractor="K001",
        invoice_no=number,
        contract_no=contract_no,
        orders=orders,
        amount_fen=yuan(amount),
        issued_on=date(2026, 3, 12),
    )


def request(**changes: Any) -> RequestTownPurchase:
    fields: dict[str, Any] = {
        "purchase_no": "GM-1",
        "town": "T01",
        "services": ("capability",),
        "amount_fen": yuan("500.00"),
        "reason": "示例：本镇街需求",
        "document": "示例镇请〔2026〕1号",
    }
    return RequestTownPurchase(**(fields | changes))


def decision(**changes: Any) -> DecideTownPurchase:
    fields: dict[str, Any] = {
        "purchase_no": "GM-1",
        "approved": True,
        "amount_fen": yuan("400.00"),
        "approval": APPROVAL,
        "guidance": "按服务标准验收",
    }
    return DecideTownPurchase(**(fields | changes))


def contract(**changes: Any) -> ContractTownPurchase:
    fields: dict[str, Any] = {
        "purchase_no": "GM-1",
        "town": "T01",
        "contractor": "K001",
        "contract_no": "HT-9",
        "approval": APPROVAL,
        "amount_fen": yuan("300.00"),
        "people": 2,
        "signed_on": date(2026, 3, 2),
    }
    return ContractTownPurchase(**(fields | changes))


def contracted(ledger: Ledger) -> Ledger:
    ledger.tell(request(), TOWN)
    ledger.tell(decision(), LEADER)
    ledger.tell(contract(), TOWN)
    return ledger


def rows(ledger: Ledger, model: Model[Any]) -> dict[str, Any]:
    """A read model over the whole ledger; each row passes through its JSON, as it does in the store."""
    found: dict[str, Any] = {}
    for record in ledger.records:
        if isinstance(record.fact, model.listens):
            for key in model.keys(record):
                row = model.evolve(found.get(key), record, key)
                found[key] = decoder_of(model.row).decode(encoder.encode(row))
    return found


def balances(ledger: Ledger) -> dict[tuple[str, str], int]:
    """Credits less debits of every account and detail, straight from the facts; nothing that is zero."""
    sums: dict[tuple[str, str], int] = {}
    for record in ledger.records:
        for one in postings(record.fact, record.envelope.subject):
            key = (one.account, one.of)
            sums[key] = sums.get(key, 0) + (one.amount_fen if one.side == "credit" else -one.amount_fen)
    return {key: amount for key, amount in sums.items() if amount}
