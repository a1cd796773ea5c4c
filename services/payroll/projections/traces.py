"""Read models of where a fen went and came from: a slip's lines with their documents, and a document's slips; no personal field."""

from typing import Final, Literal

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import PaymentReturned, PaymentSettled, PayslipComputed
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
    status: Literal["computed", "settled", "returned"] = "computed"
    bank_reference: str = ""


class DocumentSlipRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a funding document pays on one slip, by purpose."""

    officer: str
    month: Month
    town: str
    source: str
    document: str
    by_purpose: dict[str, Fen]
    amount_fen: Fen


def _slip_keys(record: Record) -> tuple[str, ...]:
    fact = record.fact
    assert isinstance(fact, PayslipComputed | PaymentSettled | PaymentReturned)
    return (f"{id_of_subject(record)[0]}/{fact.officer}",)


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
        case _:
            return row


SLIP_MONEY: Final = Model(
    name="slip_money",
    row=SlipMoneyRow,
    listens=(PayslipComputed, PaymentSettled, PaymentReturned),
    keys=_slip_keys,
    evolve=_slip,
)


def _document_keys(record: Record) -> tuple[str, ...]:
    slip = record.fact
    assert isinstance(slip, PayslipComputed)
    found = (
        f"{slip.month.year}-{one.source}/{one.document}/{slip.month}/{slip.officer}"
        for line in slip.lines
        for one in line.charges
    )
    return tuple(dict.fromkeys(found))


def _document(_: DocumentSlipRow | None, record: Record, key: str) -> DocumentSlipRow:
    slip = record.fact
    assert isinstance(slip, PayslipComputed)
    by_purpose: dict[str, Fen] = {}
    source = document = ""
    for one in _lines(slip):
        if f"{slip.month.year}-{one.source}/{one.document}/{slip.month}/{slip.officer}" == key:
            source, document = one.source, one.document
            by_purpose[one.purpose] = Fen(by_purpose.get(one.purpose, 0) + one.amount_fen)
    return DocumentSlipRow(
        officer=slip.officer,
        month=slip.month,
        town=slip.town,
        source=source,
        document=document,
        by_purpose=by_purpose,
        amount_fen=Fen(sum(by_purpose.values())),
    )


DOCUMENT_SLIPS: Final = Model(
    name="document_slips",
    row=DocumentSlipRow,
    listens=(PayslipComputed,),
    keys=_document_keys,
    evolve=_document,
)
