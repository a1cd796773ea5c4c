"""The three papers of a finding on A4, with lines to sign: taken as evidence, to be put right, closed; shapes alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.audit.projections.findings import FindingRow, StepRow
from services.contracts.printing import (
    Field,
    Html,
    fields,
    grid,
    heading,
    joined,
    page,
    paragraph,
    sheet,
    signatures,
    small,
)

# 取证单, 整改通知书, 销号单.
PAPERS: Final[dict[str, tuple[str, str]]] = {
    "evidence-sheet": ("取证单", "Record of evidence taken"),
    "rectification-notice": ("整改通知书", "Notice to put right"),
    "closing-sheet": ("销号单", "Closing sheet"),
}
_SEVERITIES: Final = {"high": "严重 high", "medium": "一般 medium", "low": "轻微 low"}
_ORIGINS: Final = {
    "test": "自动检查 automatic test",
    "spot_check": "抽查 spot check",
    "person": "人工提出 raised by a person",
}
_STEPS: Final = {
    "finding_opened": "提出 opened", "finding_assigned": "交办 assigned", "finding_answered": "整改回复 answered",
    "rectification_verified": "核查 verified", "finding_closed": "销号 closed", "finding_contested": "异议 contested",
    "finding_contest_decided": "异议审查 contest decided", "rectification_extension_requested": "申请延期 extension asked",
    "rectification_extension_decided": "延期审批 extension decided", "rectification_overdue": "逾期 overdue",
    "finding_escalated": "升级处理 escalated", "finding_handled": "处理 handled", "finding_accounted": "追责 accounted",
    "finding_misuse_linked": "关联违规资金 misuse linked", "finding_suppressed": "抑制 suppressed",
    "finding_released": "抑制结束 released", "finding_recurred": "再次发现 found again",
}  # fmt: skip

_REMINDED: Final = {
    "unit": "责任单位 the unit", "auditor": "审计人员 audit", "bureau": "民政局 the bureau", "bureau-leader": "民政局领导 the bureau's leader",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A record of the evidence: its place and hash as the finding states them, whether it is still so, and its masked text."""

    partition: int
    sequence: int
    event_id: str
    hash: str
    as_stated: bool
    text: Sequence[tuple[str, str]]


def finding_page(
    paper: str, row: FindingRow, facts: Sequence[Fact], steps: Sequence[StepRow], *, law: str, made_on: date, sample: bool
) -> str:  # fmt: skip
    """One of `PAPERS` about a finding, `law` being the clause that the procedure rests on."""
    zh, en = PAPERS[paper]
    bodies = {"evidence-sheet": _evidence, "rectification-notice": _notice, "closing-sheet": _closing}
    body = bodies[paper](row, facts, steps)
    foot = small(f"制作日期 made on：{made_on}；程序依据 procedure：{law}")
    return page(f"{zh} {row.finding_no}", [sheet(zh, en, joined((body, foot)), sample=sample)])


def _of(row: FindingRow) -> tuple[Field, ...]:
    return (
        ("问题编号", "finding", row.finding_no),
        ("来源", "origin", f"{_ORIGINS.get(row.origin, row.origin)} {row.origin_no or row.test}"),
        ("对象", "about", row.about),
        ("镇街", "town", row.town),
        ("级别", "severity", _SEVERITIES.get(row.severity, row.severity)),
        ("问题", "what", row.summary_zh),
        ("", "", row.summary_en),
        ("规则", "rule", row.rule),
        ("法律依据", "law", row.law),
    )


def _facts(facts: Sequence[Fact], files: Sequence[str], zh: str, en: str) -> Html:
    heads = (("位置", "place"), ("事件编号", "event"), ("SHA-256", "hash"), ("与所记一致", "as stated"))
    rows = [
        (f"{one.partition}/{one.sequence}", one.event_id, one.hash, "是 yes" if one.as_stated else "否 NO")
        for one in facts
    ]
    parts = [heading(zh, en), grid(heads, rows, small=True)]
    for one in facts:
        lines = [(path, value) for path, value in one.text if value]
        parts += [
            paragraph(f"{one.partition}/{one.sequence} 内容（个人信息已遮蔽）", "as it reads, personal values masked"),
            grid((("字段", "field"), ("内容", "value")), lines, small=True),
        ]
    if files:
        parts.append(grid((("证据材料 SHA-256", "papers and photos"),), [(one,) for one in files], small=True))
    return joined(parts)


def _evidence(row: FindingRow, facts: Sequence[Fact], _: Sequence[StepRow]) -> Html:
    return joined((
        fields(_of(row)),
        _facts(facts, row.evidence_files, "事实与证据", "Facts"),
        paragraph("被取证单位意见：　　　　　　　　　　　　　　　　", "what the unit says to it"),
        signatures(
            ("取证人", "taken by"), ("取证人", "taken by"), ("被取证单位（盖章）", "unit"), ("见证人", "witness")
        ),
    ))  # fmt: skip


def _notice(row: FindingRow, facts: Sequence[Fact], _: Sequence[StepRow]) -> Html:
    to = (
        ("责任单位", "unit responsible", row.unit), ("责任人", "person responsible", row.responsible),
        ("交办日期", "assigned on", row.assigned_on), ("整改期限", "to be put right by", row.due_on),
    )  # fmt: skip
    return joined((
        fields((*to, *_of(row))),
        paragraph(
            "请在整改期限内整改，并附佐证回复；对问题有异议的，可在规定期限内提出。逾期将逐级提醒并上报。",
            "Put this right by that day and answer with evidence. You may contest it in the term. What is late is escalated.",
        ),
        _facts(facts, row.evidence_files, "事实与证据", "Facts"),
        signatures(("签发人", "issued by"), ("签收人", "received by")),
    ))  # fmt: skip


def _by(step: StepRow) -> str:
    """Who took a step; the system where a timer did."""
    return "系统 system" if step.by.startswith(("timer:", "reaction:")) else step.by


def _text(step: StepRow) -> str:
    """What a step says; of a reminder, who was reminded."""
    reminded = step.step == "rectification_overdue"
    return f"提醒 reminded：{_REMINDED.get(step.text, step.text)}" if reminded and step.text else step.text


def _closing(row: FindingRow, facts: Sequence[Fact], steps: Sequence[StepRow]) -> Html:
    done = (
        ("整改措施", "measures", row.measures), ("整改人", "answered by", row.answered_by),
        ("核查意见", "verification", row.note), ("核查人", "verified by", row.verified_by),
        ("核查日期", "verified on", row.verified_on), ("处理", "handling", row.measure),
        ("追责", "accountability", f"{row.accountable} {row.outcome}".strip()),
        ("关联违规资金", "misuse", "、".join(row.misuse_nos)), ("销号文件", "document", row.document),
        ("销号日期", "closed on", row.closed_on), ("销号人", "closed by", row.closed_by),
    )  # fmt: skip
    heads = (("日期", "day"), ("步骤", "step"), ("经办", "by"), ("期限", "due"), ("说明", "what"))
    rows = [(one.on, _STEPS.get(one.step, one.step), _by(one), one.due_on, _text(one)) for one in steps]
    return joined((
        fields((*_of(row), *done)),
        heading("办理经过", "History"),
        grid(heads, rows, small=True),
        _facts(facts, row.answer_files, "整改佐证", "What shows that it was put right"),
        signatures(("整改人", "put right by"), ("核查人", "verified by"), ("销号审批", "closed by")),
    ))  # fmt: skip
