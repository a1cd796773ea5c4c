"""A figure that a money fact states, held against its recomputation; it recomputes nothing itself."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from services.audit.domain import DISTRICT
from services.audit.recomputation.comparing import unrepeated
from services.audit.recomputation.difference import Difference
from services.audit.recomputation.told import Told
from services.contracts.audit import Evidence
from services.contracts.money import Fen, yuan_text
from services.contracts.payroll import Amount, Charge, Spent

RECOMPUTED_BALANCE: Final = "recomputed_balance"
FIGURES: Final[dict[str, tuple[str, str]]] = {
    "left_fen": ("余额", "what is left"),
    "amount_fen": ("金额", "the amount"),
    "short_fen": ("短缺额", "what is missing"),
    "returning_fen": ("将退回金额", "what will come back"),
    "overdrawn_fen": ("超出可用金额", "what goes beyond the money there is"),
    "by_document": ("按资金文件列支", "the sums by document"),
    "by_town": ("按镇街列支", "the sums by town"),
    "charges": ("按来源列支", "the sums by source"),
    "cause": ("列支依据", "what asked for it"),
    "gross_fen": ("应发合计", "gross pay"),
    "net_fen": ("实发合计", "net pay"),
    "tax_fen": ("个税合计", "tax"),
    "personal_insurance_fen": ("个人缴费合计", "personal insurance"),
    "employer_insurance_fen": ("单位缴费合计", "employer's insurance"),
    "slip_count": ("工资单份数", "the number of slips"),
}


def held(
    one: Told[Any], line: str, said: object, recomputed: object, behind: Iterable[Evidence] = (), town: str = DISTRICT
) -> Iterator[Difference]:
    """A difference where what a fact says is not what its facts give. Whole numbers named ``…_fen`` are shown in yuan."""
    if said == recomputed:
        return
    said_text, text = (_text(line, value) for value in (said, recomputed))
    zh, en = FIGURES.get(line, (line, line))
    name = type(one.fact).__name__
    yield Difference(
        kind=RECOMPUTED_BALANCE,
        about=one.subject,
        month=one.number if one.subject.startswith("run:") else "",
        town=town,
        line=f"{name}/{line}",
        said=said_text,
        recomputed=text,
        evidence=unrepeated((one.evidence, *behind)),
        zh=f"{one.subject} 的 {name}（第 {one.version} 条）：{zh}记为 {said_text}，重算为 {text}",
        en=f"{name} of {one.subject}, its fact {one.version}: {en} stated as {said_text}, recomputed {text}",
    )


def _text(line: str, value: object) -> str:
    if isinstance(value, int) and line.endswith("_fen"):
        return f"{yuan_text(Fen(value))} 元"
    if isinstance(value, dict):
        return "；".join(f"{'/'.join(map(str, key))} {fen}" for key, fen in sorted(value.items())) or "无 / none"
    return str(value)


def by_document(charges: Iterable[Charge]) -> dict[tuple[str, str, str], int]:
    """Charges as facts state them for a run: what is taken and what is given back apart, by source and document."""
    found: dict[tuple[str, str, str], int] = {}
    for one in charges:
        key = (one.source, one.document, "+" if one.amount_fen > 0 else "-")
        found[key] = found.get(key, 0) + one.amount_fen
    return {key: fen for key, fen in found.items() if fen}


def by_source(amounts: Iterable[Amount]) -> dict[tuple[str], int]:
    return {(one.code,): one.amount_fen for one in amounts if one.amount_fen}


def by_town(spent: Iterable[Spent]) -> dict[tuple[str, str, str, str], int]:
    found: dict[tuple[str, str, str, str], int] = {}
    for one in spent:
        key = (one.town, one.purpose, one.source, one.document)
        found[key] = found.get(key, 0) + one.amount_fen
    return {key: fen for key, fen in found.items() if fen}
