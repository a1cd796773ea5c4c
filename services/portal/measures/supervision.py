"""Findings and their rectification (四(三)): opened, open, closed, overdue; how old the open ones are is read elsewhere; pure."""

from collections.abc import Iterator
from typing import Final

from services.contracts.audit import (
    FindingClosed,
    FindingContestDecided,
    FindingEscalated,
    FindingOpened,
    FindingRecurred,
    RectificationOverdue,
)
from services.portal.measures.shapes import Counted, Delta, flow, level, one

MEASURES: Final = (
    flow(
        "findings", "supervision", "新开问题", "findings opened",
        "自动检查、抽查和人工提出的问题", "findings of tests, spot checks and people", parts="severity",
    ),
    level(
        "open_findings", "supervision", "未销号问题", "open findings",
        "已提出、尚未销号、异议也未成立的问题（暂缓的仍计）",
        "findings neither closed nor successfully contested; those that rest are counted", parts="severity",
    ),
    flow(
        "findings_closed", "supervision", "销号", "findings closed", "整改验收后销号的问题", "findings closed after they were found put right",
        parts="severity",
    ),
    flow(
        "findings_upheld", "supervision", "异议成立", "contests upheld", "责任单位提出异议且成立的", "findings that do not stand after a contest",
        parts="severity",
    ),
    flow(
        "rectification_overdue", "supervision", "整改超期", "rectification overdue",
        "整改期限届满的次数（逐级提醒各计一次）", "times a rectification's term ran out, each step of escalation once",
    ),
    flow(
        "findings_escalated", "supervision", "移送处理", "passed on for handling", "移送处理、追责的问题", "findings passed on to handling and accountability",
    ),
)  # fmt: skip


def _opened(fact: FindingOpened) -> Iterator[Delta]:
    for measure in ("findings", "open_findings"):
        yield Delta(measure=measure, town=fact.town, amount=1, part=fact.severity)


def _closed(fact: FindingClosed) -> Iterator[Delta]:
    yield Delta(measure="findings_closed", town=fact.town, amount=1, part=fact.severity)
    yield Delta(measure="open_findings", town=fact.town, amount=-1, part=fact.severity)


def _contest_decided(fact: FindingContestDecided) -> Iterator[Delta]:
    if fact.outcome == "upheld":
        yield Delta(measure="findings_upheld", town=fact.town, amount=1, part=fact.severity)
        yield Delta(measure="open_findings", town=fact.town, amount=-1, part=fact.severity)


def _recurred(fact: FindingRecurred) -> Iterator[Delta]:
    if fact.reopened:
        yield Delta(measure="open_findings", town=fact.town, amount=1, part=fact.severity)


COUNTED: Final[Counted] = {
    FindingOpened: (_opened,),
    FindingClosed: (_closed,),
    FindingContestDecided: (_contest_decided,),
    FindingRecurred: (_recurred,),
    RectificationOverdue: (one("rectification_overdue"),),
    FindingEscalated: (one("findings_escalated"),),
}
