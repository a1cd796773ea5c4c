"""Automatic tests on what a run sends to the bank and takes back (二(四), 四(三)): twice, elsewhere, unfunded, unmatched, reversed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import ClassVar, Final

from services.audit.automatic.noted import Noted, noted
from services.audit.domain import DISTRICT, OpenFinding, evidence_of, objection
from services.audit.rules import figure
from services.contracts.audit import Evidence
from services.contracts.deciding import Record
from services.contracts.money import Fen, yuan_text
from services.contracts.payroll import (
    BankFileIssued,
    BankFileWithdrawn,
    BankLineHeld,
    BankReturnImported,
    HeldLineDecided,
    PaymentReturned,
    PaymentSettled,
    PayslipComputed,
    RunApproved,
    RunChecked,
    RunClosed,
    RunDiscarded,
    RunDrafted,
    RunFunded,
    SlipReversalDeclined,
    SlipReversalRequested,
    SlipReversed,
)
from services.contracts.registry import Fact
from services.contracts.roles import same_person
from services.contracts.rulebook import RuleBook

PAID_TWICE_IN_MONTH: Final = "paid_twice_in_month"
PAYMENT_SETTLED_TWICE: Final = "payment_settled_twice"
RUN_CHECKER_APPROVED: Final = "run_checker_approved"
REVERSAL_SELF_CONFIRMED: Final = "reversal_self_confirmed"
BANK_FILE_UNFUNDED: Final = "bank_file_unfunded"
BANK_FILE_DIFFERS: Final = "bank_file_differs"
BANK_RETURN_DIFFERS: Final = "bank_return_differs"
HELD_LINE_REDIRECTED: Final = "held_line_redirected"
REVERSALS_UNUSUAL: Final = "reversals_unusual"


@dataclass(slots=True, kw_only=True)
class PaidLine:
    """A slip of the run: its net, and what became of it so far (open, sent, settled, returned, reversed)."""

    net_fen: int
    town: str
    outcome: str = "open"
    file_no: int = 0
    settled: Noted[PaymentSettled] | None = None


@dataclass(slots=True, kw_only=True)
class Payout:
    """A run on its way to the bank: its lines, who checked it, whether it was approved and funded, what came back since."""

    lines: dict[str, PaidLine] = field(default_factory=dict)
    checked_by: str = ""
    approved: bool = False
    funded: bool = False
    asked: set[str] = field(default_factory=set)
    answered: Counter[str] = field(default_factory=Counter)
    applying: bool = False
    held: dict[str, Noted[BankLineHeld]] = field(default_factory=dict)

    def count(self, outcome: str, amount_fen: int) -> None:
        """One more line of the return that is coming in; a held line that is applied is of no return."""
        if self.applying:
            self.applying = False
        else:
            self.answered.update({f"{outcome}_count": 1, f"{outcome}_fen": amount_fen})

    def payable(self) -> list[PaidLine]:
        """The lines a bank file made now would hold: owed, not on the way, and nobody asked to take them back."""
        return [
            line
            for officer, line in self.lines.items()
            if line.net_fen and line.outcome in ("open", "returned") and officer not in self.asked
        ]


def follow(run: Payout, record: Record) -> None:
    """Bring a run up to `record`."""
    match record.fact:
        case PayslipComputed() as fact:
            run.lines[fact.officer] = PaidLine(net_fen=fact.net_fen, town=fact.town)
        case RunDiscarded():
            run.lines.clear()
            run.checked_by, run.approved, run.funded = "", False, False
        case RunDrafted():
            run.checked_by, run.approved, run.funded = "", False, False
        case RunChecked() as fact:
            run.checked_by = fact.checked_by
        case RunApproved():
            run.approved = True
        case RunFunded():
            run.funded = True
        case SlipReversalRequested() as fact:
            run.asked.add(fact.officer)
        case SlipReversalDeclined() as fact:
            run.asked.discard(fact.officer)
        case SlipReversed() as fact:
            run.asked.discard(fact.officer)
            _became(run, fact.officer, "reversed")
        case _:
            _banked(run, record)


def _banked(run: Payout, record: Record) -> None:
    match record.fact:
        case BankFileIssued() as fact:
            for line in run.payable():
                line.outcome, line.file_no = "sent", fact.file_no
        case BankFileWithdrawn() as fact:
            for line in run.lines.values():
                if line.outcome == "sent" and line.file_no == fact.file_no:
                    line.outcome = "open"
        case PaymentSettled() as fact:
            run.count("settled", fact.amount_fen)
            if (settled := _became(run, fact.officer, "settled")) is not None:
                settled.settled = settled.settled or noted(record, PaymentSettled)
        case PaymentReturned() as fact:
            run.count("returned", fact.amount_fen)
            _became(run, fact.officer, "returned")
        case BankLineHeld() as fact:
            run.held[fact.held_no] = noted(record, BankLineHeld)
            run.count("held", fact.amount_fen)
        case HeldLineDecided() as fact:
            run.applying = fact.decision == "applied"
        case BankReturnImported():
            run.answered.clear()


def _became(run: Payout, officer: str, outcome: str) -> PaidLine | None:
    line = run.lines.get(officer)
    if (line is not None and line.outcome not in ("settled", "reversed")) or (
        line is not None and outcome == "reversed"
    ):
        line.outcome = outcome
    return line


def payment_settled_twice(run: Payout, record: Record) -> OpenFinding | None:
    """An officer's line of a run paid by the bank a second time (三, 四(三))."""
    fact = record.fact
    if not isinstance(fact, PaymentSettled):
        return None
    line = run.lines.get(fact.officer)
    if line is None or line.settled is None:
        return None
    return objection(
        PAYMENT_SETTLED_TWICE,
        (line.settled.evidence, evidence_of(record)),
        about=f"officer:{fact.officer}",
        town=line.town,
        zh=f"{fact.officer} 在 {record.envelope.subject} 批次中发放两次，本次 {yuan_text(fact.amount_fen)} 元",
        en=f"{fact.officer} was paid twice in {record.envelope.subject}, {yuan_text(fact.amount_fen)} now",
    )


def run_checker_approved(run: Payout, record: Record) -> OpenFinding | None:
    """A run approved by whoever checked it (会计法: 不相容职务分离; the preparer's own approval is another test)."""
    fact = record.fact
    if not isinstance(fact, RunApproved) or not same_person(fact.approved_by, fact.checked_by, run.checked_by):
        return None
    return _on_run(
        RUN_CHECKER_APPROVED,
        record,
        f"复核人与审批人同为 {fact.approved_by}",
        f"was checked and approved by the same person, {fact.approved_by}",
    )


def reversal_self_confirmed(record: Record) -> OpenFinding | None:
    """A slip's reversal confirmed by whoever asked for it (会计法: 不相容职务分离); the fact alone tells."""
    fact = record.fact
    if not isinstance(fact, SlipReversed) or not same_person(fact.confirmed_by, fact.requested_by):
        return None
    return objection(
        REVERSAL_SELF_CONFIRMED,
        (evidence_of(record),),
        about=f"officer:{fact.officer}",
        town=next((one.town for one in fact.by_town), DISTRICT),
        zh=f"{fact.officer} {fact.month} 工资单的冲销由提出人 {fact.confirmed_by} 自行确认",
        en=f"the reversal of {fact.officer}'s slip of {fact.month} was confirmed by who asked for it, {fact.confirmed_by}",
    )


def bank_file_unfunded(run: Payout, record: Record) -> OpenFinding | None:
    """A bank file of a run not approved, or whose sources had not all set their shares aside (三)."""
    if not isinstance(record.fact, BankFileIssued) or (run.approved and run.funded):
        return None
    lack_zh, lack_en = ("资金未落实", "was funded") if run.approved else ("未经审批", "was approved")
    return _on_run(
        BANK_FILE_UNFUNDED, record, f"{lack_zh}即出具银行文件", f"had a bank file issued before it {lack_en}"
    )


def bank_file_differs(run: Payout, record: Record) -> OpenFinding | None:
    """A bank file whose lines or total are not those owed by the run's slips at that moment (三, 四(三))."""
    fact = record.fact
    if not isinstance(fact, BankFileIssued):
        return None
    lines = run.payable()
    owed = (len(lines), sum(line.net_fen for line in lines))
    if owed == (fact.line_count, fact.total_fen):
        return None
    owed_text, sent_text = yuan_text(Fen(owed[1])), yuan_text(fact.total_fen)
    return _on_run(
        BANK_FILE_DIFFERS,
        record,
        f"第 {fact.file_no} 号银行文件为 {fact.line_count} 笔 {sent_text} 元，工资单应发 {owed[0]} 笔 {owed_text} 元",
        f"sent bank file {fact.file_no} of {fact.line_count} lines and {sent_text}, its slips owe {owed[0]} and {owed_text}",
    )


def bank_return_differs(run: Payout, record: Record) -> OpenFinding | None:
    """A bank return whose totals are not those of the lines it settled, returned and held (三, 四(三))."""
    fact = record.fact
    if not isinstance(fact, BankReturnImported):
        return None
    names = ("settled_count", "settled_fen", "returned_count", "returned_fen", "held_count", "held_fen")
    wrong = [
        f"{name}: {run.answered[name]} / {getattr(fact, name)}"
        for name in names
        if run.answered[name] != getattr(fact, name)
    ]
    if not wrong:
        return None
    return _on_run(
        BANK_RETURN_DIFFERS,
        record,
        f"回盘合计与逐笔结果不符（逐笔/合计）：{'；'.join(wrong)}",
        f"took in a return whose totals differ from its lines (lines / totals): {'; '.join(wrong)}",
    )


def held_line_redirected(run: Payout, record: Record) -> OpenFinding | None:
    """A held line applied to another officer than the bank named, or with another amount (三, 四(三))."""
    fact = record.fact
    if not isinstance(fact, HeldLineDecided) or fact.decision != "applied":
        return None
    held = run.held.get(fact.held_no)
    named = held.fact.officer if held else ""
    if held is not None and fact.amount_fen == held.fact.amount_fen and named in ("", fact.officer):
        return None
    if held is None:
        was_zh, was_en = "没有该挂账行", "there is no such held line"
    else:
        amount = yuan_text(held.fact.amount_fen)
        was_zh, was_en = f"银行所列为 {named} {amount} 元", f"the bank's line names {named or 'nobody'}, {amount}"
    line = run.lines.get(fact.officer)
    return objection(
        HELD_LINE_REDIRECTED,
        (*((held.evidence,) if held else ()), evidence_of(record)),
        about=f"officer:{fact.officer}",
        town=line.town if line else DISTRICT,
        zh=f"挂账行 {fact.held_no} 记入 {fact.officer} {yuan_text(fact.amount_fen)} 元，{was_zh}",
        en=f"held line {fact.held_no} was applied to {fact.officer}, {yuan_text(fact.amount_fen)}; {was_en}",
    )


def reversals_unusual(run: Payout, record: Record, rules: RuleBook) -> OpenFinding | None:
    """An indicator: a closed run with an unusual share of slips taken back, from a least number on (四(三))."""
    fact = record.fact
    if not isinstance(fact, RunClosed) or not run.lines:
        return None
    closed = noted(record, RunClosed)
    count_min = figure(rules, REVERSALS_UNUSUAL, "count_min", closed.day)
    share_max = figure(rules, REVERSALS_UNUSUAL, "share_permille_max", closed.day)
    reversed_count = sum(line.outcome == "reversed" for line in run.lines.values())
    if count_min is None or share_max is None or reversed_count < count_min:
        return None
    if reversed_count * 1000 <= share_max * len(run.lines):
        return None
    return _on_run(
        REVERSALS_UNUSUAL,
        record,
        f"{len(run.lines)} 张工资单中冲销 {reversed_count} 张，比例异常",
        f"had {reversed_count} of {len(run.lines)} slips reversed, which is unusual",
    )


def _on_run(test: str, record: Record, zh: str, en: str) -> OpenFinding:
    run = record.envelope.subject
    return objection(
        test, (evidence_of(record),), about=run, town=DISTRICT, zh=f"发放批次 {run}：{zh}", en=f"{run} {en}"
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidMonth:
    """A slip that counts, by the run it is in."""

    run: str
    town: str
    evidence: Evidence


def paid_twice_in_month(slips: Mapping[tuple[str, str], Mapping[str, PaidMonth]]) -> Iterator[OpenFinding]:
    """Slips of one officer for one month in two runs, neither of them thrown away or taken back (二(四), 三)."""
    for (officer, month), by_run in slips.items():
        runs = sorted(by_run)
        for first, second in pairwise(runs):
            yield objection(
                PAID_TWICE_IN_MONTH,
                (by_run[first].evidence, by_run[second].evidence),
                about=f"officer:{officer}",
                town=by_run[second].town,
                zh=f"{officer} {month} 的工资在 {first} 与 {second} 两个批次中计发",
                en=f"{officer} has slips of {month} in two runs, {first} and {second}",
            )


@dataclass(slots=True)
class PaymentWatch:
    """Every run on its way to the bank, and which runs pay an officer for a month."""

    rules: RuleBook
    runs: dict[str, Payout] = field(default_factory=dict)
    slips: dict[tuple[str, str], dict[str, PaidMonth]] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        BankFileIssued,
        BankFileWithdrawn,
        BankLineHeld,
        BankReturnImported,
        HeldLineDecided,
        PaymentReturned,
        PaymentSettled,
        PayslipComputed,
        RunApproved,
        RunChecked,
        RunClosed,
        RunDiscarded,
        RunDrafted,
        RunFunded,
        SlipReversalDeclined,
        SlipReversalRequested,
        SlipReversed,
    )

    def read(self, record: Record) -> Iterator[OpenFinding]:
        name = record.envelope.subject
        run = self.runs.setdefault(name, Payout())
        objections = (
            payment_settled_twice(run, record),
            run_checker_approved(run, record),
            reversal_self_confirmed(record),
            bank_file_unfunded(run, record),
            bank_file_differs(run, record),
            bank_return_differs(run, record),
            held_line_redirected(run, record),
            reversals_unusual(run, record, self.rules),
        )
        yield from filter(None, objections)
        match record.fact:
            case PayslipComputed() as fact:
                paid = PaidMonth(run=name, town=fact.town, evidence=evidence_of(record))
                self.slips.setdefault((fact.officer, str(fact.month)), {})[name] = paid
            case SlipReversed() as fact:
                self.slips.get((fact.officer, str(fact.month)), {}).pop(name, None)
            case RunDiscarded() as fact:
                for officer in run.lines:
                    self.slips.get((officer, str(fact.month)), {}).pop(name, None)
        follow(run, record)

    def ended(self, _: datetime) -> Iterator[OpenFinding]:
        yield from paid_twice_in_month(self.slips)
