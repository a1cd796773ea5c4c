"""Money comes into a source (三): budgeted, changed, taken over; within its cap, bound to its document's purposes (专款专用)."""

from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import Fen, yuan_text
from services.contracts.months import Month
from services.contracts.payroll import FundBudgetChanged, FundBudgeted, FundTakenOver
from services.payroll.domain.fund.commands import BudgetFund, ChangeBudget, TakeOverFund
from services.payroll.domain.fund.state import Fund
from services.payroll.domain.shapes import rejected_unless, text_given
from services.payroll.pay import BASIS_POINTS
from services.payroll.rules import FUNDING, Funding, pack_on


def funding_of(year: int, context: Context) -> Funding:
    """The pack of the four sources in force at the start of a year."""
    return pack_on(context.rules, FUNDING, Month(year, 1).first_day, Funding)


def named(funding: Funding, source: str) -> tuple[str, str]:
    """A source as refusals name it, in both languages."""
    name = funding.sources.get(source)
    zh, en = (name.zh, name.en) if name else ("", "")
    return f"来源 {source}（{zh}）", f"source {source} ({en})"


def budget(fund: Fund, command: BudgetFund, context: Context) -> FundBudgeted:
    if not 1900 <= command.year <= 9999 or command.amount_fen <= 0 or not command.document.strip():
        raise CommandRejected(
            "budget-incomplete",
            "年度、金额或资金文号不正确",
            "the year, the amount or the document number is wrong",
        )
    funding = _admitted(fund, command, context)
    blocked, basis = _blocked(command, funding)
    return FundBudgeted(
        year=command.year,
        source=command.source,
        amount_fen=command.amount_fen,
        document=command.document,
        purposes=command.purposes,
        cap_basis_fen=command.cap_basis_fen,
        cap_basis_document=command.cap_basis_document,
        kind=command.kind,
        blocked=blocked,
        block_basis=basis,
    )


def take_over(fund: Fund, command: TakeOverFund, context: Context) -> FundTakenOver:
    """The balance as other books had it: what was paid and promised before cannot be more than there was."""
    text_given("document", command.document)
    text_given("taken_from", command.taken_from)
    text_given("take_over_document", command.take_over_document)
    rejected_unless(
        command.as_at_on <= context.today, "time-in-future", "as_at_on 在将来", "as_at_on lies in the future"
    )
    claims = [one.claim for one in command.commitments]
    rejected_unless(
        len(set(claims)) == len(claims) and all(one.claim.strip() and one.open_fen > 0 for one in command.commitments),
        "opening-commitments-wrong",
        "未结承诺须逐项列名，金额为正数且不得重复",
        "each open commitment has a name of its own and a positive amount",
    )
    used_fen = command.paid_fen + sum(one.open_fen for one in command.commitments)
    rejected_unless(
        used_fen <= command.amount_fen,
        "opening-over-budget",
        f"已支付和未结承诺共 {yuan_text(Fen(used_fen))} 元，超过资金总额 {yuan_text(Fen(command.amount_fen))} 元",
        f"{yuan_text(Fen(used_fen))} yuan paid and promised, of {yuan_text(Fen(command.amount_fen))}",
    )
    funding = _admitted(fund, command, context)
    blocked, basis = _blocked(command, funding)
    fields = {name: getattr(command, name) for name in TakeOverFund.__struct_fields__}
    return FundTakenOver(**fields, blocked=blocked, block_basis=basis)


def change(fund: Fund, command: ChangeBudget, context: Context) -> FundBudgetChanged:
    """预算调整 by document; a decrease leaves at least what is committed, an increase stays under the cap."""
    text_given("change_document", command.change_document)
    document = fund.document(command.document)
    if document is None:
        raise CommandRejected(
            "document-unknown",
            f"来源 {command.source} 没有资金文件 {command.document}",
            f"source {command.source} has no document {command.document}",
        )
    rejected_unless(command.change_fen != 0, "change-empty", "调整金额不得为零", "the change is nothing")
    left_fen = Fen(document.left_fen + command.change_fen)
    rejected_unless(
        left_fen >= 0 or command.change_fen > 0,
        "budget-below-committed",
        f"资金文件 {command.document} 未占用余额 {yuan_text(document.left_fen)} 元，调减后将低于已占用额，"
        f"差 {yuan_text(Fen(-left_fen))} 元",
        f"document {command.document} has {yuan_text(document.left_fen)} yuan not committed, "
        f"{yuan_text(Fen(-left_fen))} short of that decrease",
    )
    funding = funding_of(command.year, context)
    if command.change_fen > 0 and command.source == funding.capped_source:
        assert fund.cap_basis_fen is not None, "a capped source states its basis with its first document"
        refuse_over_cap(fund, command.change_fen, fund.cap_basis_fen, funding)
    return FundBudgetChanged(
        year=command.year,
        source=command.source,
        document=command.document,
        change_fen=Fen(command.change_fen),
        change_document=command.change_document,
        left_fen=left_fen,
    )


def _admitted(fund: Fund, command: BudgetFund | TakeOverFund, context: Context) -> Funding:
    """The guards of every new document; the year's pack."""
    rejected_unless(
        fund.document(command.document) is None,
        "document-already-budgeted",
        f"资金文件 {command.document} 已入账",
        f"the money of document {command.document} is booked already",
    )
    funding = funding_of(command.year, context)
    refuse_unknown_source(command.source, funding)
    _refuse_off_purpose(command, funding)
    _refuse_without_basis(fund, command, funding)
    return funding


def refuse_unknown_source(source: str, funding: Funding) -> None:
    if source not in funding.order:
        raise CommandRejected(
            "source-unknown",
            f"资金来源 {source} 不在四类来源之内",
            f"{source} is none of the four sources",
        )


def _refuse_off_purpose(command: BudgetFund | TakeOverFund, funding: Funding) -> None:
    """专款专用 (三, 四(三)): a document says what its money is for, and its kind may forbid some of it by law."""
    unknown = [purpose for purpose in command.purposes if purpose not in funding.purposes]
    if unknown:
        raise CommandRejected(
            "purpose-unknown",
            f"资金用途代码未登记：{'、'.join(unknown)}",
            f"unknown purposes: {', '.join(unknown)}",
        )
    rejected_unless(bool(command.purposes), "purpose-missing", "须注明资金用途", "the money's purposes must be stated")
    if not command.kind:
        return
    kind = funding.kinds.get(command.kind)
    if kind is None:
        raise CommandRejected(
            "kind-unknown", f"没有资金类别 {command.kind}", f"there is no kind of document {command.kind}"
        )
    off = [purpose for purpose in command.purposes if purpose in kind.forbids]
    if off:
        names = "、".join(funding.purposes[purpose].zh for purpose in off)
        raise CommandRejected(
            "purpose-forbidden",
            f"{kind.zh}不得用于{names}（{kind.basis}）",
            f"{kind.en} may not be used for {', '.join(off)} ({kind.basis})",
        )


def _blocked(command: BudgetFund | TakeOverFund, funding: Funding) -> tuple[tuple[str, ...], str]:
    """Purposes of officers' pay that the document may not be charged for, and the rule of its kind that says so."""
    blocked = tuple(purpose for purpose in funding.required_purposes if purpose not in command.purposes)
    return blocked, funding.kinds[command.kind].basis if blocked and command.kind else ""


def _refuse_without_basis(fund: Fund, command: BudgetFund | TakeOverFund, funding: Funding) -> None:
    """Source ② is at most 1 % of last year's municipal social-assistance funds (三(二)), all its documents together.

    The figure and the document that states it are said with each of them, and are the same.
    """
    if command.source != funding.capped_source:
        return
    basis_fen = command.cap_basis_fen
    if basis_fen is None or basis_fen <= 0:
        raise CommandRejected(
            "cap-basis-missing",
            "须填写上年市级下拨社会救助专项资金总数",
            "last year's municipal social-assistance funds must be stated",
        )
    rejected_unless(
        bool(command.cap_basis_document.strip()),
        "cap-document-missing",
        "须填写上年市级下拨社会救助专项资金总数所依据的文号",
        "the document that states last year's municipal figure must be named",
    )
    rejected_unless(
        fund.cap_basis_fen in (None, basis_fen),
        "cap-basis-differs",
        "上年市级下拨专项资金总数与本年已入账文件所列不同",
        "last year's municipal figure differs from the one booked before",
    )
    refuse_over_cap(fund, command.amount_fen, basis_fen, funding)


def refuse_over_cap(fund: Fund, amount_fen: int, basis_fen: int, funding: Funding) -> None:
    """What the year was given, with `amount_fen` more; money carried over from last year was under last year's cap."""
    cap_fen = Fen(basis_fen * funding.cap_basis_points // BASIS_POINTS)
    over_fen = fund.budget_fen - fund.carried_fen + amount_fen - cap_fen
    if over_fen > 0:
        raise CommandRejected(
            "source-over-cap",
            f"超过上限 {yuan_text(cap_fen)} 元（上年市级下拨社会救助专项资金总数的规定比例）{yuan_text(Fen(over_fen))} 元",
            f"{yuan_text(Fen(over_fen))} yuan more than the cap of {yuan_text(cap_fen)}, a share of last year's municipal funds",
        )
