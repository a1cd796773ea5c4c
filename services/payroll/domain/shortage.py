"""What a refusal says when the money falls short (三, 专款专用): by how much, what the sources have, and which money may not pay."""

from collections.abc import Sequence
from typing import Final

from services.contracts.deciding import CommandRejected
from services.contracts.money import Fen, yuan_text
from services.payroll.pay import DocumentLeft, NotEnough
from services.payroll.rules import Funding

NAMED_DOCUMENTS_MAX: Final = 5


def short_of_money(short: NotEnough, documents: Sequence[DocumentLeft], funding: Funding) -> CommandRejected:
    """``funds-do-not-suffice``, naming each source with what it has for these purposes, and the documents withheld."""
    names = [funding.purposes[one] for one in short.purposes if one in funding.purposes]
    zh, en = "、".join(one.zh for one in names), " and ".join(one.en for one in names)
    have_zh, have_en = [], []
    for source in funding.order:
        left_fen = sum(
            max(0, one.left_fen)
            for one in documents
            if one.source == source and set(short.purposes) & set(one.purposes)
        )
        have_zh.append(f"来源 {source}（{funding.sources[source].zh}）{yuan_text(Fen(left_fen))} 元")
        have_en.append(f"source {source} {yuan_text(Fen(left_fen))}")
    missing = yuan_text(short.missing_fen)
    withheld = short.withheld[:NAMED_DOCUMENTS_MAX]
    return CommandRejected(
        "funds-do-not-suffice",
        f"可用于{zh}的资金不足，短缺 {missing} 元；现有：{'，'.join(have_zh)}{''.join(map(_why_zh, withheld))}",
        f"the money that may pay {en} falls short by {missing} yuan; there is: {', '.join(have_en)}"
        f"{''.join(map(_why_en, withheld))}",
    )


def _why_zh(one: DocumentLeft) -> str:
    basis = f"（{one.block_basis}）" if one.block_basis else ""
    return f"；资金文件 {one.document} 余额 {yuan_text(one.left_fen)} 元，仅限其规定用途，专款专用{basis}"


def _why_en(one: DocumentLeft) -> str:
    basis = f" ({one.block_basis})" if one.block_basis else ""
    return f"; document {one.document} has {yuan_text(one.left_fen)} yuan, bound to its own purposes{basis}"
