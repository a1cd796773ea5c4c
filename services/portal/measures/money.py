"""Money (三): budget, committed, paid and left of a budget year by source, the towns' shares, and the towns' own money; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from services.contracts.payroll import (
    BankReturnImported,
    FundBudgetChanged,
    FundBudgeted,
    FundCommitted,
    FundCredited,
    FundMoveDeclined,
    FundMovedIn,
    FundMovedOut,
    FundPaid,
    FundReleased,
    FundTakenOver,
    HeldLineDecided,
    InvoiceFunded,
    RunApproved,
    Spent,
    TownFundBudgeted,
    TownFundCommitted,
    TownFundPaid,
    TownFundReleased,
)
from services.portal.measures.shapes import DISTRICT, Counted, Delta, Measure, flow, level, share

_YEAR_ZH: Final = "；只计截止日所在的预算年度，往年文件在次年办理的计入往年末日"
_YEAR_EN: Final = (
    "; of the last day's budget year alone: what is done later on an earlier year's documents counts for that year"
)


def _fen(code: str, zh: str, en: str, definition_zh: str, definition_en: str) -> Measure:
    return level(
        code, "money", zh, en, definition_zh + _YEAR_ZH, definition_en + _YEAR_EN, unit="fen", parts="source", of_year=True
    )  # fmt: skip


def _own(code: str, zh: str, en: str, definition_zh: str, definition_en: str) -> Measure:
    return level(
        code, "money", zh, en, definition_zh + _YEAR_ZH, definition_en + _YEAR_EN, unit="fen", of_year=True
    )  # fmt: skip


MEASURES: Final = (
    _fen(
        "budget", "预算", "budget", "四个来源的预算，含接续登记、调整、结转与调剂",
        "budgets of the four sources with take-over, changes, carry-over and transfers",
    ),
    _fen(
        "committed", "已承诺", "committed", "已批准批次与发票占用的资金（含已支付），释放与退回后减去",
        "money set aside for approved runs and invoices, what was paid included; less what was released or came back",
    ),
    _fen("paid", "已支付", "paid", "银行已支付的资金，退回后减去", "money the bank has paid, less what came back"),
    _fen("left", "结余", "left", "预算减已承诺", "budget less committed"),
    flow(
        "town_committed", "money", "各镇街占用", "towns' share committed",
        "批准批次与发票按镇街分摊的资金，释放与退回减去", "what approved runs and invoices cost by town, less releases and what came back",
        unit="fen", parts="source",
    ),
    flow(
        "town_paid", "money", "各镇街工资已付", "towns' pay paid", "银行回单按镇街分摊的工资支付", "pay the bank settled, by town",
        unit="fen", parts="source",
    ),
    _own(
        "own_budget", "镇街自有预算", "towns' own budget", "镇街自有资金台账的预算（不入四个来源）",
        "towns' own money put into their ledgers; never the four sources",
    ),
    _own("own_committed", "镇街自有占用", "towns' own committed", "自有资金已占用的", "of it, set aside for approved purchases"),
    _own("own_paid", "镇街自有已付", "towns' own paid", "自有资金已支付的", "of it, paid"),
)  # fmt: skip
RATIOS: Final = (
    share("committed_share", "money", "承诺率", "committed of budget", "committed", "budget"),
    share("paid_share", "money", "支付率", "paid of budget", "paid", "budget"),
)


def _fund(source: str, *, budget: int = 0, committed: int = 0, paid: int = 0) -> Iterator[Delta]:
    amounts = {"budget": budget, "committed": committed, "paid": paid, "left": budget - committed}
    for measure, amount in amounts.items():
        if amount:
            yield Delta(measure=measure, town=DISTRICT, amount=amount, part=source)


def _towns(measure: str, spent: Iterable[Spent], sign: int = 1) -> Iterator[Delta]:
    for one_share in spent:
        if one_share.amount_fen:
            yield Delta(measure=measure, town=one_share.town, amount=sign * one_share.amount_fen, part=one_share.source)


def _budgeted(fact: FundBudgeted) -> Iterator[Delta]:
    yield from _fund(fact.source, budget=fact.amount_fen)


def _changed(fact: FundBudgetChanged) -> Iterator[Delta]:
    yield from _fund(fact.source, budget=fact.change_fen)


def _taken_over(fact: FundTakenOver) -> Iterator[Delta]:
    open_fen = sum(one_promise.open_fen for one_promise in fact.commitments)
    yield from _fund(
        fact.source, budget=fact.amount_fen, committed=fact.paid_fen + open_fen, paid=fact.paid_fen
    )  # fmt: skip


def _committed(fact: FundCommitted) -> Iterator[Delta]:
    yield from _fund(fact.source, committed=fact.amount_fen)


def _released(fact: FundReleased) -> Iterator[Delta]:
    yield from _fund(fact.source, committed=-fact.amount_fen)
    yield from _towns("town_committed", fact.by_town, -1)


def _paid(fact: FundPaid) -> Iterator[Delta]:
    yield from _fund(fact.source, paid=fact.amount_fen)


def _credited(fact: FundCredited) -> Iterator[Delta]:
    yield from _fund(fact.source, committed=-fact.amount_fen, paid=-fact.amount_fen)
    yield from _towns("town_committed", fact.by_town, -1)


def _moved_out(fact: FundMovedOut) -> Iterator[Delta]:
    yield from _fund(fact.source, budget=-fact.amount_fen)


def _moved_in(fact: FundMovedIn) -> Iterator[Delta]:
    yield from _fund(fact.source, budget=fact.amount_fen)


def _sent_back(fact: FundMoveDeclined) -> Iterator[Delta]:
    """Said by the fund that took nothing in: back to the year and source it came from."""
    for delta in _fund(fact.from_source, budget=fact.amount_fen):
        yield replace(delta, year=fact.from_year)


def _approved(fact: RunApproved) -> Iterator[Delta]:
    yield from _towns("town_committed", fact.by_town)


def _funded(fact: InvoiceFunded) -> Iterator[Delta]:
    if not fact.payer_town:
        yield from _towns("town_committed", fact.by_town)


def _settled(fact: BankReturnImported | HeldLineDecided) -> Iterator[Delta]:
    yield from _towns("town_paid", fact.by_town)


def _own_budgeted(fact: TownFundBudgeted) -> Iterator[Delta]:
    yield Delta(measure="own_budget", town=fact.town, amount=fact.amount_fen)


def _own_committed(fact: TownFundCommitted) -> Iterator[Delta]:
    yield Delta(measure="own_committed", town=fact.town, amount=fact.amount_fen)


def _own_released(fact: TownFundReleased) -> Iterator[Delta]:
    yield Delta(measure="own_committed", town=fact.town, amount=-fact.amount_fen)


def _own_paid(fact: TownFundPaid) -> Iterator[Delta]:
    yield Delta(measure="own_paid", town=fact.town, amount=fact.amount_fen)


COUNTED: Final[Counted] = {
    FundBudgeted: (_budgeted,),
    FundBudgetChanged: (_changed,),
    FundTakenOver: (_taken_over,),
    FundCommitted: (_committed,),
    FundReleased: (_released,),
    FundPaid: (_paid,),
    FundCredited: (_credited,),
    FundMovedOut: (_moved_out,),
    FundMovedIn: (_moved_in,),
    FundMoveDeclined: (_sent_back,),
    RunApproved: (_approved,),
    InvoiceFunded: (_funded,),
    BankReturnImported: (_settled,),
    HeldLineDecided: (_settled,),
    TownFundBudgeted: (_own_budgeted,),
    TownFundCommitted: (_own_committed,),
    TownFundReleased: (_own_released,),
    TownFundPaid: (_own_paid,),
}
