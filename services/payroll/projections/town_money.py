"""Read models of towns' own purchases and money (二(二)): apart from the four sources and from the district's posts."""

from datetime import date
from typing import Final, Literal

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.money import Fen
from services.contracts.payroll import (
    ReserveFundBudgeted,
    TownFundBudgeted,
    TownFundCommitted,
    TownFundDeclined,
    TownFundPaid,
    TownFundReleased,
    TownPaymentDeclined,
    TownPaymentOrdered,
    TownPurchaseContracted,
    TownPurchaseDecided,
    TownPurchaseRequested,
)
from services.payroll.projections.keys import id_of_subject


class TownPurchaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase and how far it has come; `people` are never counted among the district's posts."""

    town: str
    services: tuple[str, ...]
    asked_fen: Fen
    status: Literal["requested", "approved", "refused", "contracted"]
    approved_fen: Fen = Fen(0)
    approval: str = ""
    guidance: str = ""
    contractor: str = ""
    contract_no: str = ""
    contract_fen: Fen = Fen(0)
    ordered_fen: Fen = Fen(0)
    people: int = 0


def _purchase(row: TownPurchaseRow | None, record: Record, _: str) -> TownPurchaseRow | None:
    match record.fact:
        case TownPurchaseRequested() as asked:
            return TownPurchaseRow(
                town=asked.town, services=asked.services, asked_fen=asked.amount_fen, status="requested"
            )
        case TownPurchaseDecided() as decided if row is not None:
            return msgspec.structs.replace(
                row,
                status="approved" if decided.approved else "refused",
                approved_fen=decided.amount_fen,
                approval=decided.approval,
                guidance=decided.guidance,
            )
        case TownPurchaseContracted() as signed if row is not None:
            return msgspec.structs.replace(
                row,
                status="contracted",
                contractor=signed.contractor,
                contract_no=signed.contract_no,
                contract_fen=signed.amount_fen,
                people=signed.people,
            )
        case TownPaymentOrdered(amount_fen=amount_fen) if row is not None:
            return msgspec.structs.replace(row, ordered_fen=Fen(row.ordered_fen + amount_fen))
        case TownPaymentDeclined(ordered=True, amount_fen=amount_fen) if row is not None:
            return msgspec.structs.replace(row, ordered_fen=Fen(row.ordered_fen - amount_fen))
        case _:
            return row


TOWN_PURCHASES: Final = Model(
    name="town_purchases",
    row=TownPurchaseRow,
    listens=(
        TownPurchaseRequested,
        TownPurchaseDecided,
        TownPurchaseContracted,
        TownPaymentOrdered,
        TownPaymentDeclined,
    ),
    keys=id_of_subject,
    evolve=_purchase,
)


class TownFundRow(msgspec.Struct, frozen=True, kw_only=True):
    """A town's own money of a year: `left_fen` is budget less committed; paid is part of committed."""

    town: str
    year: int
    budget_fen: Fen = Fen(0)
    committed_fen: Fen = Fen(0)
    paid_fen: Fen = Fen(0)
    left_fen: Fen = Fen(0)


def _fund(row: TownFundRow | None, record: Record, _: str) -> TownFundRow | None:
    fact = record.fact
    if not isinstance(fact, TownFundBudgeted | TownFundCommitted | TownFundReleased | TownFundPaid):
        return row
    before = row or TownFundRow(town=fact.town, year=fact.year)
    match fact:
        case TownFundBudgeted(amount_fen=amount_fen):
            budget_fen, left_fen = Fen(before.budget_fen + amount_fen), Fen(before.left_fen + amount_fen)
            return msgspec.structs.replace(before, budget_fen=budget_fen, left_fen=left_fen)
        case TownFundCommitted(amount_fen=amount_fen):
            committed_fen, left_fen = Fen(before.committed_fen + amount_fen), Fen(before.left_fen - amount_fen)
            return msgspec.structs.replace(before, committed_fen=committed_fen, left_fen=left_fen)
        case TownFundReleased(amount_fen=amount_fen):
            committed_fen, left_fen = Fen(before.committed_fen - amount_fen), Fen(before.left_fen + amount_fen)
            return msgspec.structs.replace(before, committed_fen=committed_fen, left_fen=left_fen)
        case TownFundPaid(amount_fen=amount_fen):
            return msgspec.structs.replace(before, paid_fen=Fen(before.paid_fen + amount_fen))


TOWN_FUNDS: Final = Model(
    name="town_funds",
    row=TownFundRow,
    listens=(TownFundBudgeted, TownFundCommitted, TownFundReleased, TownFundPaid),
    keys=id_of_subject,
    evolve=_fund,
)


class TownPaymentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A payment from a town's own money, or one that its money did not suffice for (`short_fen`)."""

    town: str
    year: int
    contractor: str
    invoice: str
    amount_fen: Fen
    status: Literal["committed", "declined", "released", "paid"]
    short_fen: Fen = Fen(0)
    bank_reference: str = ""
    paid_on: date | None = None


def _payment_keys(record: Record) -> tuple[str, ...]:
    fact = record.fact
    assert isinstance(fact, TownFundCommitted | TownFundDeclined | TownFundReleased | TownFundPaid)
    return (f"{fact.purchase_no}/{fact.payment_no}",)


def _payment(row: TownPaymentRow | None, record: Record, _: str) -> TownPaymentRow | None:
    fact = record.fact
    if isinstance(fact, TownFundReleased):
        return msgspec.structs.replace(row, status="released") if row is not None else None
    assert isinstance(fact, TownFundCommitted | TownFundDeclined | TownFundPaid)
    common = {name: getattr(fact, name) for name in ("town", "year", "contractor", "invoice", "amount_fen")}
    match fact:
        case TownFundDeclined(short_fen=short_fen):
            return TownPaymentRow(**common, status="declined", short_fen=short_fen)
        case TownFundPaid(bank_reference=reference, paid_on=paid_on):
            return TownPaymentRow(**common, status="paid", bank_reference=reference, paid_on=paid_on)
        case _:
            return TownPaymentRow(**common, status="committed")


TOWN_PAYMENTS: Final = Model(
    name="town_payments",
    row=TownPaymentRow,
    listens=(TownFundCommitted, TownFundDeclined, TownFundReleased, TownFundPaid),
    keys=_payment_keys,
    evolve=_payment,
)


class ReserveFundRow(msgspec.Struct, frozen=True, kw_only=True):
    """A town's reserve fund (备用金) of a year, as the bureau stated it last."""

    town: str
    year: int
    amount_fen: Fen
    from_on: date
    document: str


def _reserve(row: ReserveFundRow | None, record: Record, _: str) -> ReserveFundRow | None:
    match record.fact:
        case ReserveFundBudgeted() as fact:
            return ReserveFundRow(**{name: getattr(fact, name) for name in ReserveFundRow.__struct_fields__})
        case _:
            return row


RESERVE_FUNDS: Final = Model(
    name="reserve_funds", row=ReserveFundRow, listens=(ReserveFundBudgeted,), keys=id_of_subject, evolve=_reserve
)
