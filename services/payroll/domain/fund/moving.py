"""Money moves to another year (年终结转) or source: it leaves first, then comes in; what is declined goes back. Nothing is lost."""

from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import Fen, yuan_text
from services.contracts.payroll import FundMoveDeclined, FundMovedIn, FundMovedOut, FundMoveReturned, MovedMoney
from services.contracts.registry import Fact
from services.payroll.domain.fund.budgeting import funding_of, refuse_over_cap, refuse_unknown_source
from services.payroll.domain.fund.commands import CarryOverFund, MovedPart, ReceiveFund, TakeBackFund, TransferFund
from services.payroll.domain.fund.state import Fund
from services.payroll.domain.shapes import rejected_unless


def carry_over(fund: Fund, command: CarryOverFund, context: Context) -> FundMovedOut:
    """Explicit, by document, once the year is over; what is promised stays behind until it is paid or set free."""
    rejected_unless(
        context.today.year > command.year,
        "year-not-over",
        f"{command.year} 年度尚未结束，不得结转",
        f"the year {command.year} is not over",
    )
    parts = command.documents or tuple(
        MovedPart(document=one.document, amount_fen=one.left_fen) for one in fund.documents if one.left_fen > 0
    )
    return _out(fund, command, "carry_over", command.year + 1, command.source, parts)


def transfer(fund: Fund, command: TransferFund, context: Context) -> FundMovedOut:
    """Between sources only by a document (四(三)); purposes stay bound to the money."""
    rejected_unless(
        command.to_source != command.source, "transfer-to-itself", "转入转出来源相同", "it is the same source"
    )
    refuse_unknown_source(command.to_source, funding_of(command.year, context))
    return _out(fund, command, "transfer", command.year, command.to_source, command.documents)


def _out(
    fund: Fund,
    command: CarryOverFund | TransferFund,
    why: str,
    to_year: int,
    to_source: str,
    parts: tuple[MovedPart, ...],
) -> FundMovedOut:
    rejected_unless(
        bool(command.decision_document.strip()),
        "move-without-document",
        "资金来源之间调剂、年终结转须有文件依据，未填文号不得办理",
        "money moves between sources or years only by a document; its number is missing",
    )
    rejected_unless(
        command.move_no not in fund.moves,
        "move-known",
        f"{command.move_no} 已办理",
        f"{command.move_no} was made before",
    )
    rejected_unless(bool(parts), "nothing-left", "没有可结转的余额", "nothing is left to move")
    names = [one.document for one in parts]
    rejected_unless(len(set(names)) == len(names), "document-twice", "资金文件重复", "a document is named twice")
    moved = tuple(_part(fund, command.source, one) for one in parts)
    amount_fen = Fen(sum(one.amount_fen for one in moved))
    return FundMovedOut(
        move_no=command.move_no,
        why=why,
        year=command.year,
        source=command.source,
        to_year=to_year,
        to_source=to_source,
        decision_document=command.decision_document,
        documents=moved,
        amount_fen=amount_fen,
        left_fen=Fen(fund.left_fen - amount_fen),
    )


def _part(fund: Fund, source: str, part: MovedPart) -> MovedMoney:
    document = fund.document(part.document)
    left_fen = document.left_fen if document else Fen(0)
    if document is None or part.amount_fen > left_fen:
        short = yuan_text(Fen(part.amount_fen - left_fen))
        raise CommandRejected(
            "move-over-left",
            f"来源 {source} 资金文件 {part.document} 余额 {yuan_text(left_fen)} 元，短缺 {short} 元",
            f"document {part.document} of source {source} has {yuan_text(left_fen)} yuan left, {short} short",
        )
    return MovedMoney(
        document=part.document,
        amount_fen=Fen(part.amount_fen),
        purposes=document.purposes,
        kind=document.kind,
        block_basis=document.block_basis,
    )


def receive(fund: Fund, command: ReceiveFund, context: Context) -> Fact:
    """Always answered by a fact: money that is on its way either came in or is declined."""
    amount_fen = Fen(sum(one.amount_fen for one in command.documents))
    try:
        _refuse_unfit(fund, command, amount_fen, context)
    except CommandRejected as no:
        return FundMoveDeclined(
            move_no=command.move_no,
            why=command.why,
            from_year=command.from_year,
            from_source=command.from_source,
            documents=command.documents,
            amount_fen=amount_fen,
            code=no.code,
            reason_zh=no.zh,
            reason_en=no.en,
        )
    return FundMovedIn(
        move_no=command.move_no,
        why=command.why,
        from_year=command.from_year,
        from_source=command.from_source,
        year=command.year,
        source=command.source,
        decision_document=command.decision_document,
        documents=command.documents,
        amount_fen=amount_fen,
        left_fen=Fen(fund.left_fen + amount_fen),
    )


def _refuse_unfit(fund: Fund, command: ReceiveFund, amount_fen: Fen, context: Context) -> None:
    funding = funding_of(command.year, context)
    refuse_unknown_source(command.source, funding)
    if command.why == "transfer" and command.source == funding.capped_source:
        if fund.cap_basis_fen is None:
            raise CommandRejected(
                "cap-basis-missing",
                "该来源尚未登记上年市级专项资金总数",
                "the source does not know last year's municipal figure yet",
            )
        refuse_over_cap(fund, amount_fen, fund.cap_basis_fen, funding)
    for one in command.documents:
        here = fund.document(one.document)
        if here is not None and (here.purposes, here.kind) != (one.purposes, one.kind):
            raise CommandRejected(
                "purposes-differ",
                f"资金文件 {one.document} 在转入方登记的用途不同",
                f"document {one.document} has other purposes at the receiver",
            )


def take_back(fund: Fund, command: TakeBackFund) -> FundMoveReturned:
    amount_fen = Fen(sum(one.amount_fen for one in command.documents))
    return FundMoveReturned(
        move_no=command.move_no,
        why=command.why,
        to_year=command.to_year,
        to_source=command.to_source,
        documents=command.documents,
        amount_fen=amount_fen,
        left_fen=Fen(fund.left_fen + amount_fen),
        code=command.code,
    )
