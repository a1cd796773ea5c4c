"""Read model of the money behind a slip: its lines with the documents that pay them, and the bank's answer; no personal field."""

from typing import Final, Literal

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import PaymentReturned, PaymentSettled, PayslipComputed, RunDiscarded, SlipReversed
from services.payroll.pay import PURPOSES
from services.payroll.projections.keys import id_of_subject


class ChargedLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one document pays of one line: of which month, for which purpose."""

    side: str
    code: str
    month: Month
    purpose: str
    source: str
    document: str
    amount_fen: Fen


class SlipMoneyRow(msgspec.Struct, frozen=True, kw_only=True):
    """The money behind a slip, line by line, and the bank's answer with its reference."""

    officer: str
    month: Month
    town: str
    net_fen: Fen
    lines: tuple[ChargedLine, ...]
    status: Literal["computed", "settled", "returned", "reversed"] = "computed"
    bank_reference: str = ""


def _slip_keys(record: Record) -> tuple[str, ...]:
    fact, month = record.fact, id_of_subject(record)[0]
    if isinstance(fact, RunDiscarded):
        return tuple(f"{month}/{officer}" for officer in fact.officers)
    assert isinstance(fact, PayslipComputed | PaymentSettled | PaymentReturned | SlipReversed)
    return (f"{month}/{fact.officer}",)


def _lines(slip: PayslipComputed) -> tuple[ChargedLine, ...]:
    return tuple(
        ChargedLine(
            side=line.side,
            code=line.code,
            month=line.month,
            purpose=PURPOSES.get(line.side, ""),
            source=one.source,
            document=one.document,
            amount_fen=one.amount_fen,
        )
        for line in slip.lines
        for one in line.charges
    )


def _slip(row: SlipMoneyRow | None, record: Record, _: str) -> SlipMoneyRow | None:
    match record.fact:
        case PayslipComputed() as slip:
            return SlipMoneyRow(
                officer=slip.officer, month=slip.month, town=slip.town, net_fen=slip.net_fen, lines=_lines(slip)
            )
        case PaymentSettled(bank_reference=reference) if row is not None:
            return msgspec.structs.replace(row, status="settled", bank_reference=reference)
        case PaymentReturned() if row is not None:
            return msgspec.structs.replace(row, status="returned")
        case SlipReversed() if row is not None:
            return msgspec.structs.replace(row, status="reversed")
        case RunDiscarded():
            return None
        case _:
            return row


SLIP_MONEY: Final = Model(
    name="slip_money",
    row=SlipMoneyRow,
    listens=(PayslipComputed, PaymentSettled, PaymentReturned, SlipReversed, RunDiscarded),
    keys=_slip_keys,
    evolve=_slip,
)
