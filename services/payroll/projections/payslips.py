"""Read model of pay slips: one row an officer and month, with what became of the payment."""

from typing import Final, Literal

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    PaymentReturned,
    PaymentSettled,
    PayslipComputed,
)
from services.payroll.projections.keys import id_of_subject


class PayslipRow(msgspec.Struct, frozen=True, kw_only=True):
    """One officer's month. A returned line stays owed until a later file settles it."""

    officer: str
    month: Month
    town: str
    gross_fen: Fen
    personal_insurance_fen: Fen
    tax_fen: Fen
    net_fen: Fen
    employer_insurance_fen: Fen
    status: Literal["computed", "settled", "returned"]


def _payslip_keys(record: Record) -> tuple[str, ...]:
    fact = record.fact
    assert isinstance(fact, (PayslipComputed, PaymentSettled, PaymentReturned))
    return (f"{id_of_subject(record)[0]}/{fact.officer}",)


def _payslip(row: PayslipRow | None, record: Record, _: str) -> PayslipRow | None:
    match record.fact:
        case PayslipComputed() as slip:
            return PayslipRow(
                officer=slip.officer,
                month=slip.month,
                town=slip.town,
                gross_fen=slip.gross_fen,
                personal_insurance_fen=slip.personal_insurance_fen,
                tax_fen=slip.tax_fen,
                net_fen=slip.net_fen,
                employer_insurance_fen=slip.employer_insurance_fen,
                status="computed",
            )
        case PaymentSettled() if row is not None:
            return msgspec.structs.replace(row, status="settled")
        case PaymentReturned() if row is not None:
            return msgspec.structs.replace(row, status="returned")
        case _:
            return row


PAYSLIPS: Final = Model(
    name="payslips",
    row=PayslipRow,
    listens=(PayslipComputed, PaymentSettled, PaymentReturned),
    keys=_payslip_keys,
    evolve=_payslip,
)
