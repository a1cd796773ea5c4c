"""One source's money of one year (三): budgeted, committed to runs, paid, never below zero; it knows no slips."""

from typing import Annotated, Final, assert_never

import msgspec
from msgspec import Meta

from services.contracts.deciding import Aggregate, Command, CommandRejected, Context
from services.contracts.money import Fen, yuan_text
from services.contracts.months import Month
from services.contracts.payroll import Charge, FundBudgeted, FundCommitted, FundPaid
from services.contracts.registry import Fact
from services.payroll.pay import BASIS_POINTS
from services.payroll.rules import FUNDING, Funding, pack_on


def fund_subject(year: int, source: str) -> str:
    """``fund:<year>-<source>``."""
    return f"fund:{year}-{source}"


class BudgetFund(Command, frozen=True, kw_only=True):
    """Put a document's money into a source. `cap_basis_fen`: last year's municipal figure, for the capped source."""

    year: int
    source: Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,20}\Z")]
    amount_fen: Fen
    document: str
    purposes: tuple[str, ...]
    cap_basis_fen: Fen | None = None

    @property
    def subject(self) -> str:
        return fund_subject(self.year, self.source)


class CommitFund(Command, frozen=True, kw_only=True):
    """Set money aside for an approved run; refused when the source has less left."""

    year: int
    source: str
    run: Month
    amount_fen: Fen
    by_document: tuple[Charge, ...] = ()

    @property
    def subject(self) -> str:
        return fund_subject(self.year, self.source)


class PayFund(Command, frozen=True, kw_only=True):
    """Book what the bank settled of a run's share; refused beyond what was committed to that run."""

    year: int
    source: str
    run: Month
    amount_fen: Fen
    by_document: tuple[Charge, ...] = ()

    @property
    def subject(self) -> str:
        return fund_subject(self.year, self.source)


class Commitment(msgspec.Struct, frozen=True, kw_only=True):
    """What one run was promised, and what of it was paid."""

    run: str
    committed_fen: Fen
    paid_fen: Fen = Fen(0)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A funding document: its money, what it may be spent on, and what of it was promised to runs."""

    document: str
    amount_fen: Fen
    purposes: tuple[str, ...]
    committed_fen: Fen = Fen(0)

    @property
    def left_fen(self) -> Fen:
        return Fen(self.amount_fen - self.committed_fen)


class Fund(msgspec.Struct, frozen=True, kw_only=True):
    """A source's money, by document in the order booked; none is booked twice."""

    budget_fen: Fen = Fen(0)
    cap_basis_fen: Fen | None = None
    documents: tuple[Document, ...] = ()
    commitments: tuple[Commitment, ...] = ()

    @property
    def left_fen(self) -> Fen:
        return Fen(self.budget_fen - sum(one.committed_fen for one in self.commitments))

    def committed_to(self, run: str) -> Commitment | None:
        return next((one for one in self.commitments if one.run == run), None)


FundCommand = BudgetFund | CommitFund | PayFund


def decide(fund: Fund, command: FundCommand, context: Context) -> tuple[Fact, ...]:
    """`FundBudgeted`, `FundCommitted` or `FundPaid`; refused when off purpose, over the cap or over what is left."""
    match command:
        case BudgetFund():
            return _budget(fund, command, context)
        case CommitFund():
            return _commit(fund, command)
        case PayFund():
            return _pay(fund, command)
        case _:
            assert_never(command)


def _budget(fund: Fund, command: BudgetFund, context: Context) -> tuple[Fact, ...]:
    if not 1900 <= command.year <= 9999 or command.amount_fen <= 0 or not command.document.strip():
        raise CommandRejected(
            "budget-incomplete",
            "年度、金额或资金文号不正确",
            "the year, the amount or the document number is wrong",
        )
    if any(command.document == one.document for one in fund.documents):
        raise CommandRejected(
            "document-already-budgeted",
            f"资金文件 {command.document} 已入账",
            f"the money of document {command.document} is booked already",
        )
    funding = pack_on(context.rules, FUNDING, Month(command.year, 1).first_day, Funding)
    _refuse_unknown_source(command, funding)
    _refuse_off_purpose(command, funding)
    _refuse_over_cap(fund, command, funding)
    return (
        FundBudgeted(
            year=command.year,
            source=command.source,
            amount_fen=command.amount_fen,
            document=command.document,
            purposes=command.purposes,
            cap_basis_fen=command.cap_basis_fen,
        ),
    )


def _refuse_unknown_source(command: BudgetFund, funding: Funding) -> None:
    if command.source not in funding.order:
        raise CommandRejected(
            "source-unknown",
            f"资金来源 {command.source} 不在四类来源之内",
            f"{command.source} is none of the four sources",
        )


def _refuse_off_purpose(command: BudgetFund, funding: Funding) -> None:
    """专款专用 (三, 四(三)): officers' pay and insurance are charged only to money whose document allows them."""
    unknown = [purpose for purpose in command.purposes if purpose not in funding.purposes]
    if unknown:
        raise CommandRejected(
            "purpose-unknown",
            f"资金用途代码未登记：{'、'.join(unknown)}",
            f"unknown purposes: {', '.join(unknown)}",
        )
    missing = [purpose for purpose in funding.required_purposes if purpose not in command.purposes]
    if missing:
        names = "、".join(funding.purposes[purpose].zh for purpose in missing)
        raise CommandRejected(
            "purpose-not-allowed",
            f"资金文件 {command.document} 未允许用于{names}，专款专用，不得列支",
            f"document {command.document} does not allow its money to be used for {', '.join(missing)}",
        )


def _refuse_over_cap(fund: Fund, command: BudgetFund, funding: Funding) -> None:
    """Source ② is at most 1 % of last year's municipal social-assistance funds (三(二)), all its documents together."""
    if command.source != funding.capped_source:
        return
    if command.cap_basis_fen is None or command.cap_basis_fen <= 0:
        raise CommandRejected(
            "cap-basis-missing",
            "须填写上年市级下拨社会救助专项资金总数",
            "last year's municipal social-assistance funds must be stated",
        )
    if fund.cap_basis_fen not in (None, command.cap_basis_fen):
        raise CommandRejected(
            "cap-basis-differs",
            "上年市级下拨专项资金总数与本年已入账文件所列不同",
            "last year's municipal figure differs from the one booked before",
        )
    cap_fen = Fen(command.cap_basis_fen * funding.cap_basis_points // BASIS_POINTS)
    if fund.budget_fen + command.amount_fen > cap_fen:
        raise CommandRejected(
            "source-over-cap",
            f"超过上限 {yuan_text(cap_fen)} 元（上年市级下拨社会救助专项资金总数的规定比例）",
            f"more than the cap of {yuan_text(cap_fen)} yuan, a share of last year's municipal funds",
        )


def _commit(fund: Fund, command: CommitFund) -> tuple[Fact, ...]:
    run = str(command.run)
    if command.amount_fen <= 0 or command.run.year != command.year:
        raise CommandRejected(
            "commitment-wrong",
            "金额须为正数，且批次须属本年度资金",
            "the amount must be positive and the run of this year",
        )
    if fund.committed_to(run):
        raise CommandRejected(
            "run-already-committed",
            f"{run} 批次已从本来源列支",
            f"this source has committed its share of run {run} already",
        )
    if command.amount_fen > fund.left_fen:
        raise CommandRejected(
            "fund-over-committed",
            f"本来源余额 {yuan_text(fund.left_fen)} 元，不足列支 {yuan_text(command.amount_fen)} 元",
            f"{yuan_text(fund.left_fen)} yuan left, {yuan_text(command.amount_fen)} wanted",
        )
    _refuse_over_document(fund, command)
    return (
        FundCommitted(
            source=command.source,
            run=run,
            amount_fen=command.amount_fen,
            left_fen=Fen(fund.left_fen - command.amount_fen),
            by_document=command.by_document,
        ),
    )


def _refuse_over_document(fund: Fund, command: CommitFund) -> None:
    """Each document pays no more than it has (专款专用)."""
    left = {one.document: one.left_fen for one in fund.documents}
    for charge in command.by_document:
        if charge.amount_fen > left.get(charge.document, 0):
            raise CommandRejected(
                "document-over-committed",
                f"资金文件 {charge.document} 余额不足列支 {yuan_text(charge.amount_fen)} 元",
                f"document {charge.document} does not have {yuan_text(charge.amount_fen)} yuan left",
            )


def _pay(fund: Fund, command: PayFund) -> tuple[Fact, ...]:
    run = str(command.run)
    promised = fund.committed_to(run)
    open_fen = promised.committed_fen - promised.paid_fen if promised else 0
    if not 0 < command.amount_fen <= open_fen:
        raise CommandRejected(
            "paid-beyond-commitment",
            f"{run} 批次在本来源尚可支付 {yuan_text(Fen(open_fen))} 元，与 {yuan_text(command.amount_fen)} 元不符",
            f"{yuan_text(Fen(open_fen))} yuan of run {run} are open here, {yuan_text(command.amount_fen)} were paid",
        )
    return (FundPaid(source=command.source, run=run, amount_fen=command.amount_fen, by_document=command.by_document),)


def evolve(fund: Fund, event: Fact) -> Fund:
    match event:
        case FundBudgeted():
            return msgspec.structs.replace(
                fund,
                budget_fen=Fen(fund.budget_fen + event.amount_fen),
                cap_basis_fen=event.cap_basis_fen,
                documents=(
                    *fund.documents,
                    Document(document=event.document, amount_fen=event.amount_fen, purposes=event.purposes),
                ),
            )
        case FundCommitted():
            new = Commitment(run=event.run, committed_fen=event.amount_fen)
            return msgspec.structs.replace(
                fund, commitments=(*fund.commitments, new), documents=_promised(fund.documents, event)
            )
        case FundPaid():
            commitments = tuple(
                msgspec.structs.replace(one, paid_fen=Fen(one.paid_fen + event.amount_fen))
                if one.run == event.run
                else one
                for one in fund.commitments
            )
            return msgspec.structs.replace(fund, commitments=commitments)
        case _:
            return fund


def _promised(documents: tuple[Document, ...], event: FundCommitted) -> tuple[Document, ...]:
    """What each document has promised now; a commitment that names none takes from them in order."""
    asked = {charge.document: int(charge.amount_fen) for charge in event.by_document}
    open_fen = int(event.amount_fen) if not asked else 0
    after = []
    for one in documents:
        share_fen = asked.get(one.document, min(open_fen, one.left_fen))
        if not asked:
            open_fen -= share_fen
        after.append(msgspec.structs.replace(one, committed_fen=Fen(one.committed_fen + share_fen)))
    return tuple(after)


FUND: Final = Aggregate(
    prefix="fund",
    state=Fund,
    initial=Fund(),
    commands=(BudgetFund, CommitFund, PayFund),
    decide=decide,
    evolve=evolve,
)
