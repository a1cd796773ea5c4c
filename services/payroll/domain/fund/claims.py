"""Money goes out of a source (三): set aside for a run or invoice, paid, set free, given back; never more than there is."""

import msgspec

from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import Fen, yuan_text
from services.contracts.payroll import (
    Charge,
    FundCommitmentDeclined,
    FundCommitted,
    FundCredited,
    FundPaid,
    FundReleased,
)
from services.contracts.registry import Fact
from services.payroll.domain.fund.budgeting import funding_of, named
from services.payroll.domain.fund.commands import CommitFund, CommitRun, CreditFund, PayFund, ReleaseFund, SettleOpening
from services.payroll.domain.fund.state import Commitment, Document, Fund, added_up, dealt
from services.payroll.domain.shapes import text_given
from services.payroll.rules import Funding

PURCHASED = "purchased_services"
# What a run gave back with what was paid: differences that other slips took back (补扣).
DIFFERENCES = "differences taken back"


def commit(fund: Fund, command: CommitFund, context: Context) -> Fact:
    """Set aside, document by document; an invoice that cannot be has its answer as a fact, for somebody waits for it."""
    funding = funding_of(command.year, context)
    taken, given = added_up(command.by_document)
    _refuse_wrong(fund, command, taken, given)
    aside_fen = sum(taken.values()) if command.by_document else command.amount_fen
    if not command.by_document:
        taken = dealt(aside_fen, _room(fund, _purposes(command, funding)))
    short = _shortage(fund, command, aside_fen, taken, given, funding)
    if short is None:
        return FundCommitted(
            source=command.source,
            run=str(command.run or ""),
            amount_fen=command.amount_fen,
            left_fen=Fen(fund.left_fen - aside_fen),
            by_document=command.by_document or charges_of(command.source, taken),
            returning_fen=Fen(sum(given.values())),
            invoice=command.invoice,
        )
    if command.run is not None:
        raise short
    document = command.by_document[0].document
    left_fen = max(0, known.left_fen) if (known := fund.document(document)) else 0
    return FundCommitmentDeclined(
        source=command.source,
        invoice=command.invoice,
        document=document,
        amount_fen=command.amount_fen,
        left_fen=Fen(left_fen),
        short_fen=Fen(max(0, command.amount_fen - left_fen)),
        code=short.code,
    )


def commit_run(fund: Fund, command: CommitRun, context: Context) -> Fact:
    """The same as the run's approval asked (三, 专款专用): only that refusal reaches a person, who may bring money and ask again."""
    if not command.asked:
        raise CommandRejected(
            "run-waits-for-nothing",
            f"{command.month} 批次未处于待落实资金状态，或不由来源 {command.source} 列支",
            f"the run of {command.month} does not wait for money, or not for source {command.source}'s",
        )
    return commit(
        fund,
        CommitFund(
            year=command.month.year,
            source=command.source,
            run=command.month,
            amount_fen=Fen(sum(one.amount_fen for one in command.asked)),
            by_document=command.asked,
        ),
        context,
    )


def _purposes(command: CommitFund, funding: Funding) -> tuple[str, ...]:
    """What the money is for: one of these a document must allow."""
    return (PURCHASED,) if command.run is None else funding.required_purposes


def _room(fund: Fund, purposes: tuple[str, ...]) -> list[tuple[str, int]]:
    return [(one.document, one.left_fen) for one in fund.documents if set(purposes) & set(one.purposes)]


def _refuse_wrong(fund: Fund, command: CommitFund, taken: dict[str, int], given: dict[str, int]) -> None:
    net_fen = sum(taken.values()) - sum(given.values())
    stated = command.amount_fen == net_fen if command.by_document else command.amount_fen > 0
    of_year = command.run is None or command.run.year == command.year
    if not stated or not of_year or (command.run is None) == (not command.invoice):
        raise CommandRejected(
            "commitment-wrong",
            "金额须与各资金文件合计一致，且批次须属本年度资金",
            "the amount must be that of its documents and the run of this year",
        )
    if fund.committed_to(command.claim):
        raise CommandRejected(
            "run-already-committed",
            f"{command.claim} 已从本来源列支",
            f"this source has committed its share of {command.claim} already",
        )


def _shortage(
    fund: Fund, command: CommitFund, aside_fen: int, taken: dict[str, int], given: dict[str, int], funding: Funding
) -> CommandRejected | None:
    """Why the money cannot be set aside: the source has less, a document has less or may not pay it (专款专用)."""
    source = named(funding, command.source)
    purposes = _purposes(command, funding)
    left_fen = sum(left for _, left in _room(fund, purposes))
    if aside_fen > left_fen:
        return _short("fund-over-committed", source, left_fen, aside_fen)
    for name in [*taken, *given]:
        document = fund.document(name)
        if document is None:
            return CommandRejected(
                "document-unknown", f"{source[0]}没有资金文件 {name}", f"{source[1]} has no document {name}"
            )
        if not set(purposes) & set(document.purposes):
            return _off_purpose(document, purposes, funding)
        if taken.get(name, 0) > document.left_fen:
            where = (f"{source[0]}资金文件 {name}", f"document {name} of {source[1]}")
            return _short("document-over-committed", where, document.left_fen, taken[name])
    return None


def _short(code: str, where: tuple[str, str], left_fen: int, wanted_fen: int) -> CommandRejected:
    left, wanted, short = (yuan_text(Fen(one)) for one in (left_fen, wanted_fen, wanted_fen - left_fen))
    return CommandRejected(
        code,
        f"{where[0]}余额 {left} 元，不足列支 {wanted} 元，短缺 {short} 元",
        f"{where[1]} has {left} yuan left, {wanted} wanted, {short} short",
    )


def _off_purpose(document: Document, purposes: tuple[str, ...], funding: Funding) -> CommandRejected:
    names = "、".join(funding.purposes[one].zh if one in funding.purposes else one for one in purposes)
    why = f"（{document.block_basis}）" if document.block_basis else ""
    return CommandRejected(
        "purpose-not-allowed",
        f"资金文件 {document.document} 不得用于{names}{why}，专款专用，不得列支",
        f"document {document.document} does not allow its money to be used for {', '.join(purposes)}",
    )


def pay(fund: Fund, command: PayFund) -> tuple[Fact, ...]:
    """`FundPaid` for what was settled, `FundCredited` for what settled slips gave back."""
    taken, given = added_up(command.by_document)
    promised = fund.committed_to(command.claim)
    if not command.by_document:
        room = [(one.document, one.open_fen) for one in promised.shares] if promised else []
        taken = dealt(command.amount_fen, room)
    paid_fen = sum(taken.values())
    if paid_fen - sum(given.values()) != command.amount_fen or not (taken or given):
        raise _beyond(command, promised, command.amount_fen)
    for name, amount_fen in taken.items():
        if promised is None or amount_fen > promised.share(name).open_fen:
            raise _beyond(command, promised, paid_fen)
    run = str(command.run or "")
    facts: list[Fact] = []
    if taken:
        facts.append(
            FundPaid(
                source=command.source,
                run=run,
                amount_fen=Fen(paid_fen),
                by_document=charges_of(command.source, taken),
                invoice=command.invoice,
                bank_reference=command.bank_reference,
            )
        )
    if given:
        back = charges_of(command.source, given)
        # What the same settlement paid can be given back with it.
        facts.append(_credited(fund, promised, command.source, run, command.invoice, back, DIFFERENCES))
    return tuple(facts)


def _beyond(command: PayFund, promised: Commitment | None, amount_fen: int) -> CommandRejected:
    open_fen = Fen(promised.committed_fen - promised.paid_fen if promised else 0)
    return CommandRejected(
        "paid-beyond-commitment",
        f"{command.claim} 在来源 {command.source} 尚可支付 {yuan_text(open_fen)} 元，与 {yuan_text(Fen(amount_fen))} 元不符",
        f"{yuan_text(open_fen)} yuan of {command.claim} are open in source {command.source}, "
        f"{yuan_text(Fen(amount_fen))} were paid",
    )


def charges_of(source: str, by_document: dict[str, int]) -> tuple[Charge, ...]:
    return tuple(
        Charge(source=source, document=name, amount_fen=Fen(amount)) for name, amount in by_document.items() if amount
    )


def release(fund: Fund, command: ReleaseFund) -> FundReleased:
    """What a slip would have given back, negative, is not expected any more."""
    freed, unexpected = added_up(command.by_document)
    promised = fund.committed_to(command.claim)
    if (
        promised is None
        or any(promised.share(name).open_fen < fen for name, fen in freed.items())
        or any(promised.share(name).expected_fen < fen for name, fen in unexpected.items())
    ):
        raise CommandRejected(
            "released-beyond-commitment",
            f"{command.claim} 在来源 {command.source} 没有这样多未支付的占用额",
            f"{command.claim} has not that much committed and unpaid in source {command.source}",
        )
    return FundReleased(
        source=command.source,
        run=str(command.run or ""),
        invoice=command.invoice,
        claim="",
        amount_fen=Fen(sum(freed.values())),
        left_fen=Fen(fund.left_fen + sum(freed.values())),
        by_document=command.by_document,
        reason=command.reason,
        by_town=command.by_town,
    )


def credit(fund: Fund, command: CreditFund) -> FundCredited:
    """What a slip had given back, negative, leaves again with it; the document must have it still."""
    back, again = added_up(command.by_document)
    promised = fund.committed_to(command.claim)
    for name, fen in again.items():
        document = fund.document(name)
        if promised is None or document is None or min(promised.share(name).credited_fen, document.left_fen) < fen:
            raise _not_paid(command.claim, name, fen)
    charges = charges_of(command.source, back)
    credited = _credited(
        fund, promised, command.source, str(command.run or ""), command.invoice, charges, command.reason
    )
    net_fen = sum(back.values()) - sum(again.values())
    return msgspec.structs.replace(
        credited,
        amount_fen=Fen(net_fen),
        left_fen=Fen(fund.left_fen + net_fen),
        by_document=command.by_document,
        by_town=command.by_town,
    )


def _not_paid(claim: str, document: str, amount_fen: int) -> CommandRejected:
    return CommandRejected(
        "credited-beyond-payment",
        f"{claim} 由资金文件 {document} 支付的金额不足以退回 {yuan_text(Fen(amount_fen))} 元",
        f"document {document} did not pay {yuan_text(Fen(amount_fen))} yuan of {claim} that could come back",
    )


def _credited(
    fund: Fund,
    promised: Commitment | None,
    source: str,
    run: str,
    invoice: str,
    charges: tuple[Charge, ...],
    reason: str,
) -> FundCredited:
    for one in charges:
        if promised is None or one.amount_fen > promised.share(one.document).creditable_fen:
            raise _not_paid(run or invoice, one.document, one.amount_fen)
    amount_fen = sum(one.amount_fen for one in charges)
    return FundCredited(
        source=source,
        run=run,
        invoice=invoice,
        amount_fen=Fen(amount_fen),
        left_fen=Fen(fund.left_fen + amount_fen),
        by_document=charges,
        reason=reason,
    )


def settle_opening(fund: Fund, command: SettleOpening) -> Fact:
    """A taken-over promise is paid or set free by a person, for no run or invoice of this system will."""
    text_given("note", command.note)
    promised = fund.committed_to(command.claim) if command.claim.startswith("opening:") else None
    open_fen = promised.committed_fen - promised.paid_fen if promised else 0
    if promised is None or command.amount_fen > open_fen:
        raise CommandRejected(
            "paid-beyond-commitment",
            f"{command.claim} 未结 {yuan_text(Fen(open_fen))} 元，与 {yuan_text(Fen(command.amount_fen))} 元不符",
            f"{yuan_text(Fen(open_fen))} yuan of {command.claim} are open, not {yuan_text(Fen(command.amount_fen))}",
        )
    by_document = {promised.shares[0].document: command.amount_fen}
    if command.outcome == "released":
        return FundReleased(
            source=command.source,
            run="",
            invoice="",
            claim=command.claim,
            amount_fen=Fen(command.amount_fen),
            left_fen=Fen(fund.left_fen + command.amount_fen),
            by_document=charges_of(command.source, by_document),
            reason=command.note,
        )
    return FundPaid(
        source=command.source,
        run="",
        amount_fen=Fen(command.amount_fen),
        by_document=charges_of(command.source, by_document),
        claim=command.claim,
        bank_reference=command.note,
    )
