"""Automatic tests on misuse of money (四(三): 对违规使用的，按有关规定处理，情节严重的，追究相关人员责任): handled in time, closed in order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Final

from services.audit.automatic.noted import Noted, day_in_china, noted
from services.audit.domain import DISTRICT, OpenFinding, evidence_of, objection
from services.audit.rules import figure
from services.contracts.deciding import Record
from services.contracts.money import yuan_text
from services.contracts.payroll import MisuseAccounted, MisuseClosed, MisuseFound, MisuseHandled
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

MISUSE_UNHANDLED: Final = "misuse_unhandled"
MISUSE_CLOSED_OPEN: Final = "misuse_closed_open"


@dataclass(slots=True, kw_only=True)
class Misuse:
    """A case of misuse so far."""

    found: Noted[MisuseFound] | None = None
    recovered_fen: int = 0
    handled: bool = False
    accounted: bool = False


def follow(misuse: Misuse, record: Record) -> None:
    """Bring a case up to `record`."""
    match record.fact:
        case MisuseFound():
            misuse.found = noted(record, MisuseFound)
        case MisuseHandled() as fact:
            misuse.handled = True
            misuse.recovered_fen += fact.recovered_fen
        case MisuseAccounted():
            misuse.accounted = True


def misuse_unhandled(misuse: Misuse, now: datetime, rules: RuleBook) -> OpenFinding | None:
    """Misuse on record that nobody handled within the days of the pack (四(三) 处理)."""
    found = misuse.found
    days_max = figure(rules, MISUSE_UNHANDLED, "days_max", found.day) if found else None
    if found is None or days_max is None or misuse.handled:
        return None
    if day_in_china(now) <= found.fact.found_on + timedelta(days=days_max):
        return None
    amount = yuan_text(found.fact.amount_fen)
    return objection(
        MISUSE_UNHANDLED,
        (found.evidence,),
        about=found.subject,
        town=found.fact.town or DISTRICT,
        zh=f"违规使用 {found.fact.misuse_no}（{amount} 元）发现于 {found.fact.found_on}，逾 {days_max} 日未处理",
        en=f"misuse {found.fact.misuse_no} of {amount}, found on {found.fact.found_on}, "
        f"was not handled within {days_max} days",
    )


def misuse_closed_open(misuse: Misuse, record: Record) -> OpenFinding | None:
    """A case closed without handling, without a decision on accountability, or with money open and no reason (四(三) 处理、追责)."""
    fact, found = record.fact, misuse.found
    if not isinstance(fact, MisuseClosed):
        return None
    open_fen = (found.fact.amount_fen if found else 0) - misuse.recovered_fen
    if not misuse.handled:
        lack_zh, lack_en = "未处理", "without handling"
    elif not misuse.accounted:
        lack_zh, lack_en = "未作出追责决定", "without a decision on accountability"
    elif open_fen != fact.unrecovered_fen or (open_fen > 0 and not fact.reason.strip()):
        lack_zh, lack_en = "未追回金额不实或无理由", "with money open that it does not state with a reason"
    else:
        return None
    return objection(
        MISUSE_CLOSED_OPEN,
        (*((found.evidence,) if found else ()), evidence_of(record)),
        about=record.envelope.subject,
        town=(found.fact.town if found else "") or DISTRICT,
        zh=f"违规使用 {fact.misuse_no} 销号时{lack_zh}",
        en=f"misuse {fact.misuse_no} was closed {lack_en}",
    )


@dataclass(slots=True)
class MisuseWatch:
    """Every case of misuse so far."""

    rules: RuleBook
    cases: dict[str, Misuse] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (MisuseAccounted, MisuseClosed, MisuseFound, MisuseHandled)

    def read(self, record: Record) -> Iterator[OpenFinding]:
        misuse = self.cases.setdefault(record.envelope.subject, Misuse())
        if finding := misuse_closed_open(misuse, record):
            yield finding
        follow(misuse, record)

    def ended(self, now: datetime) -> Iterator[OpenFinding]:
        for misuse in self.cases.values():
            if finding := misuse_unhandled(misuse, now, self.rules):
                yield finding
