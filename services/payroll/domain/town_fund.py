"""A town's own money of a year (二(二)): budgeted by the town, set aside for approved payments, paid; none of the four sources."""

from datetime import date
from typing import Final, assert_never

import msgspec

from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.money import Fen
from services.contracts.payroll import (
    ReserveFundBudgeted,
    TownFundBudgeted,
    TownFundCommitted,
    TownFundDeclined,
    TownFundPaid,
    TownFundReleased,
)
from services.contracts.registry import Fact
from services.payroll.domain.shapes import AmountFen, Line, Reference, TownCode, Year, rejected_unless, text_given


class _OfTownFund(Command, frozen=True, kw_only=True):
    year: Year
    town: TownCode

    @property
    def subject(self) -> str:
        return f"town_fund:{self.year}-{self.town}"


class BudgetTownFund(_OfTownFund, frozen=True, kw_only=True):
    """Put money of the town's own into its ledger, by a document."""

    amount_fen: AmountFen
    document: Line


class BudgetReserveFund(_OfTownFund, frozen=True, kw_only=True):
    """State the town's reserve fund (备用金) for small temporary help in a year; stated again, the new amount counts."""

    amount_fen: AmountFen
    from_on: date
    document: Line


class CommitTownFund(_OfTownFund, frozen=True, kw_only=True):
    """Set money aside for a payment on an approved purchase; by reaction, and always answered by a fact."""

    purchase_no: str
    payment_no: str
    contractor: str
    invoice: str
    amount_fen: Fen


class PayTownFund(_OfTownFund, frozen=True, kw_only=True):
    """Book the bank's payment of money that was set aside; a contractor's invoice is paid by `PayInvoice` instead."""

    purchase_no: Reference
    payment_no: Reference
    bank_reference: Line
    paid_on: date


class SettleTownInvoice(_OfTownFund, frozen=True, kw_only=True):
    """Book that a contractor's invoice was paid with the town's money; by reaction."""

    purchase_no: str
    invoice: str
    bank_reference: str
    paid_on: date


class ReleaseTownFund(_OfTownFund, frozen=True, kw_only=True):
    """Free what was set aside for an invoice that was withdrawn; by reaction."""

    purchase_no: str
    invoice: str


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """Money set aside for one payment."""

    purchase_no: str
    payment_no: str
    contractor: str
    invoice: str
    amount_fen: Fen


class TownFund(msgspec.Struct, frozen=True, kw_only=True):
    """A town's own money of a year: what came in, what is promised and not paid, what was paid."""

    budget_fen: Fen = Fen(0)
    paid_fen: Fen = Fen(0)
    documents: tuple[str, ...] = ()
    promises: tuple[Promise, ...] = ()

    @property
    def left_fen(self) -> Fen:
        return Fen(self.budget_fen - self.paid_fen - sum(one.amount_fen for one in self.promises))

    def promise(self, purchase_no: str, payment_no: str) -> Promise:
        """Refused where nothing was set aside: only an approved purchase's payment ever is."""
        for one in self.promises:
            if (one.purchase_no, one.payment_no) == (purchase_no, payment_no):
                return one
        raise CommandRejected(
            "town-payment-not-approved",
            "没有经批准并落实资金的付款事项，镇街不得付款（方案二（二））",
            "no payment of an approved purchase is set aside under that number; a town pays nothing without",
        )


TownFundCommand = (
    BudgetTownFund | BudgetReserveFund | CommitTownFund | PayTownFund | SettleTownInvoice | ReleaseTownFund
)


def decide(fund: TownFund, command: TownFundCommand, context: Context) -> tuple[Fact, ...]:
    match command:
        case BudgetTownFund():
            return (_budget(fund, command),)
        case BudgetReserveFund():
            return (_reserve(command),)
        case CommitTownFund():
            return (_commit(fund, command),)
        case PayTownFund():
            promise = fund.promise(command.purchase_no, command.payment_no)
            rejected_unless(
                not promise.invoice,
                "paid-by-invoice",
                "该付款属承接主体发票，请在发票处办理支付",
                "that payment is a contractor's invoice and is paid there",
            )
            text_given("bank_reference", command.bank_reference)
            rejected_unless(
                command.paid_on <= context.today, "time-in-future", "paid_on 在将来", "paid_on lies in the future"
            )
            return (_paid(promise, command, command.bank_reference, command.paid_on),)
        case SettleTownInvoice():
            promise = fund.promise(command.purchase_no, command.invoice)
            return (_paid(promise, command, command.bank_reference, command.paid_on),)
        case ReleaseTownFund():
            promise = fund.promise(command.purchase_no, command.invoice)
            return (
                TownFundReleased(
                    year=command.year,
                    town=command.town,
                    purchase_no=promise.purchase_no,
                    payment_no=promise.payment_no,
                    amount_fen=promise.amount_fen,
                    left_fen=Fen(fund.left_fen + promise.amount_fen),
                ),
            )
        case _:
            assert_never(command)


def _budget(fund: TownFund, command: BudgetTownFund) -> TownFundBudgeted:
    text_given("document", command.document)
    rejected_unless(
        command.document not in fund.documents,
        "document-already-budgeted",
        f"资金文件 {command.document} 已入账",
        f"the money of document {command.document} is booked already",
    )
    return TownFundBudgeted(
        year=command.year,
        town=command.town,
        amount_fen=Fen(command.amount_fen),
        document=command.document,
        left_fen=Fen(fund.left_fen + command.amount_fen),
    )


def _reserve(command: BudgetReserveFund) -> ReserveFundBudgeted:
    text_given("document", command.document)
    rejected_unless(
        command.from_on.year == command.year,
        "other-year",
        f"起始日不在 {command.year} 年",
        f"from_on is not in {command.year}",
    )
    return ReserveFundBudgeted(
        year=command.year,
        town=command.town,
        amount_fen=Fen(command.amount_fen),
        from_on=command.from_on,
        document=command.document,
    )


def _commit(fund: TownFund, command: CommitTownFund) -> Fact:
    fields = {name: getattr(command, name) for name in CommitTownFund.__struct_fields__}
    if command.amount_fen > fund.left_fen:
        return TownFundDeclined(**fields, left_fen=fund.left_fen, short_fen=Fen(command.amount_fen - fund.left_fen))
    return TownFundCommitted(**fields, left_fen=Fen(fund.left_fen - command.amount_fen))


def _paid(promise: Promise, command: PayTownFund | SettleTownInvoice, reference: str, paid_on: date) -> TownFundPaid:
    return TownFundPaid(
        year=command.year,
        town=command.town,
        purchase_no=promise.purchase_no,
        payment_no=promise.payment_no,
        contractor=promise.contractor,
        invoice=promise.invoice,
        amount_fen=promise.amount_fen,
        bank_reference=reference,
        paid_on=paid_on,
    )


def evolve(fund: TownFund, event: Fact) -> TownFund:
    replace = msgspec.structs.replace
    match event:
        case TownFundBudgeted():
            return replace(
                fund, budget_fen=Fen(fund.budget_fen + event.amount_fen), documents=(*fund.documents, event.document)
            )
        case TownFundCommitted():
            promise = Promise(**{name: getattr(event, name) for name in Promise.__struct_fields__})
            return replace(fund, promises=(*fund.promises, promise))
        case TownFundPaid() | TownFundReleased():
            left = tuple(
                one
                for one in fund.promises
                if (one.purchase_no, one.payment_no) != (event.purchase_no, event.payment_no)
            )
            paid_fen = event.amount_fen if isinstance(event, TownFundPaid) else 0
            return replace(fund, promises=left, paid_fen=Fen(fund.paid_fen + paid_fen))
        case _:
            return fund


TOWN_FUND: Final = Aggregate(
    prefix="town_fund",
    state=TownFund,
    initial=TownFund(),
    commands=(BudgetTownFund, BudgetReserveFund, CommitTownFund, PayTownFund, SettleTownInvoice, ReleaseTownFund),
    decide=decide,
    evolve=evolve,
)
