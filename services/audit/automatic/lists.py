"""Automatic tests on the monthly benefit lists: who approved them, what was paid by them, and to whom nothing was due any more."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Final

from services.audit.automatic.telling import told
from services.audit.domain import OpenFinding, evidence_of, objection
from services.audit.rules import figure
from services.contracts.audit import Evidence
from services.contracts.casework import (
    BenefitAdjusted,
    BenefitLinesListed,
    BenefitListApproved,
    BenefitListDrafted,
    BenefitResumed,
    BenefitsPaid,
    BenefitsReturned,
    BenefitSuspended,
    BenefitTerminated,
    EligibilityConfirmed,
    GradualExitGranted,
    HouseholdTakenOver,
    PaymentLinesIssued,
    RecoveryClaimed,
    ShareCut,
)
from services.contracts.deciding import CHINA, Record
from services.contracts.money import Fen, yuan_text
from services.contracts.months import Month
from services.contracts.registry import Fact
from services.contracts.roles import same_person
from services.contracts.rulebook import RuleBook

LIST_SELF_APPROVED: Final = "list_self_approved"
PAID_OUTSIDE_LIST: Final = "paid_outside_list"
PAID_TWICE: Final = "paid_twice"
PAID_AFTER_DEATH: Final = "paid_after_death"
PAID_AFTER_END: Final = "paid_after_end"
PAID_WHILE_SUSPENDED: Final = "paid_while_suspended"
LISTED_AMOUNT_DIFFERS: Final = "listed_amount_differs"
_MEMBER_DEATH: Final = "member_death"


@dataclass(slots=True, kw_only=True)
class BenefitList:
    """One list so far: who drafted it, whether it was approved, its lines, what was issued and paid."""

    drafted_by: str = ""
    drafted: Evidence | None = None
    approved: bool = False
    lines: dict[str, "Due"] = field(default_factory=dict)
    paid: dict[str, Evidence] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """What a household gets of a benefit from a month on, as decided at an instant; nothing while it is stopped.

    `stopped` after a member's death too: the amount is what the others get.
    """

    decided_at: datetime
    category: str
    from_month: Month
    amount_fen: int
    stopped: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A line of a list: what it gives a household, and what of that for its own month."""

    month: Month
    category: str
    amount_fen: int
    due_fen: int
    town: str
    drafted_at: datetime
    evidence: Evidence


def list_self_approved(benefits: BenefitList, record: Record) -> OpenFinding | None:
    """A list approved by whoever drew it up (会计法：不相容职务分离; 57号 art. 26)."""
    fact = record.fact
    if not isinstance(fact, BenefitListApproved) or not same_person(
        fact.approved_by, fact.drafted_by, benefits.drafted_by
    ):
        return None
    return told(
        LIST_SELF_APPROVED,
        record,
        benefits.drafted,
        zh=f"{fact.month} 发放名册的编制人与审批人同为 {fact.approved_by}",
        en=f"the list of {fact.month} was drawn up and approved by {fact.approved_by}",
    )


def paid_outside_list(benefits: BenefitList, record: Record) -> Iterator[OpenFinding]:
    """Money sent or paid that no approved list gives, or of another sum (57号 art. 26; 四(三)); one finding a household."""
    fact = record.fact
    if not isinstance(fact, PaymentLinesIssued | BenefitsPaid):
        return
    for line in fact.lines:
        listed = benefits.lines.get(line.household_no)
        if not benefits.approved:
            lack_zh, lack_en = "名册未经审批", "the list was not approved"
        elif listed is None:
            lack_zh, lack_en = "名册中没有该户", "the list does not name it"
        elif listed.amount_fen != line.amount_fen:
            amount = yuan_text(Fen(listed.amount_fen))
            lack_zh, lack_en = f"名册金额为 {amount} 元", f"the list says {amount}"
        else:
            continue
        yield told(
            PAID_OUTSIDE_LIST,
            record,
            listed.evidence if listed else benefits.drafted,
            about=f"household:{line.household_no}",
            zh=f"{fact.month} 发放 {line.household_no} {yuan_text(line.amount_fen)} 元，但{lack_zh}",
            en=f"{yuan_text(line.amount_fen)} went to {line.household_no} for {fact.month}, but {lack_en}",
        )


def paid_twice(benefits: BenefitList, record: Record) -> Iterator[OpenFinding]:
    """A line of a list that the bank paid twice, with no return in between (四(三))."""
    fact = record.fact
    if not isinstance(fact, BenefitsPaid):
        return
    for line in fact.lines:
        before = benefits.paid.get(line.household_no)
        if before is not None:
            yield told(
                PAID_TWICE,
                record,
                before,
                about=f"household:{line.household_no}",
                zh=f"{fact.month} 的救助金向 {line.household_no} 发放了两次",
                en=f"the benefit of {fact.month} was paid to {line.household_no} twice",
            )


def follow_list(benefits: BenefitList, record: Record) -> None:
    """Bring a list up to `record`."""
    fact = record.fact
    match fact:
        case BenefitListDrafted():
            benefits.drafted_by, benefits.drafted, benefits.approved = fact.drafted_by, evidence_of(record), False
            benefits.lines.clear()
        case BenefitLinesListed():
            evidence = evidence_of(record)
            for line in fact.lines:
                benefits.lines[line.household_no] = Due(
                    month=fact.month, category=line.category, amount_fen=line.amount_fen, due_fen=line.due_fen,
                    town=fact.town, drafted_at=record.envelope.recordedtime, evidence=evidence,
                )  # fmt: skip
        case BenefitListApproved():
            benefits.approved = True
        case BenefitsPaid():
            evidence = evidence_of(record)
            benefits.paid |= {line.household_no: evidence for line in fact.lines}
        case BenefitsReturned():
            for back in fact.lines:
                benefits.paid.pop(back.household_no, None)


def amount_of(record: Record) -> Amount | None:
    """What a fact says a household gets from a month on."""
    fact = record.fact
    match fact:
        case HouseholdTakenOver():
            category, month, amount = fact.category, fact.benefit_from_month, fact.monthly_amount_fen
        case EligibilityConfirmed():
            category, month, amount = fact.need, fact.from_month, fact.monthly_amount_fen
        case BenefitAdjusted() | BenefitResumed() | ShareCut():
            category, month, amount = fact.category, fact.from_month, fact.monthly_amount_fen
        case GradualExitGranted():
            category, month, amount = fact.category, Month.of(fact.decided_on), fact.monthly_amount_fen
        case BenefitSuspended() | BenefitTerminated():
            category, month, amount = fact.category, fact.from_month, Fen(0)
        case _:
            return None
    stopped = {BenefitSuspended: "suspended", BenefitTerminated: getattr(fact, "reason", "")}.get(type(fact), "")
    if isinstance(fact, BenefitAdjusted) and fact.deceased:
        stopped = _MEMBER_DEATH
    return Amount(
        decided_at=record.envelope.recordedtime, category=category, from_month=month, amount_fen=amount,
        stopped=stopped, evidence=evidence_of(record),
    )  # fmt: skip


def due_by(amounts: list[Amount], due: Due, known_at: datetime) -> Amount | None:
    """What was decided last for a list's month, of what was decided by an instant."""
    holding = [
        one
        for one in amounts
        if one.category == due.category and one.from_month <= due.month and one.decided_at <= known_at
    ]
    # Facts of one decision have one instant: of these the later month is the one that holds.
    return max(holding, key=lambda one: (one.decided_at, one.from_month), default=None)


def paid_after_stop(
    amounts: list[Amount], recovered: set[Month], due: Due, now: datetime, grace: timedelta
) -> Amount | None:
    """The stop by which nothing was due for a month that was paid, as known now; None: it was due, or was claimed back.

    What was paid before anybody had decided the stop may be claimed back within `grace` of that.
    """
    stop = due_by(amounts, due, now)
    if stop is None or not stop.stopped or due.month in recovered or due.due_fen <= stop.amount_fen:
        return None
    if stop.decided_at > due.drafted_at and now <= stop.decided_at + grace:
        return None
    return stop


def paid_after_death(household: str, stop: Amount, due: Due) -> OpenFinding | None:
    """A month after a death that was paid and not claimed back (57号 arts. 31-34; 四(三))."""
    if stop.stopped not in ("death", _MEMBER_DEATH):
        return None
    return _paid(PAID_AFTER_DEATH, household, stop, due, "死亡后", "after a death")


def paid_after_end(household: str, stop: Amount, due: Due) -> OpenFinding | None:
    """A month that was paid after the benefit had ended for another reason, and not claimed back (57号 arts. 31-34)."""
    if stop.stopped in ("death", "suspended", _MEMBER_DEATH):
        return None
    return _paid(
        PAID_AFTER_END, household, stop, due, f"待遇终止（{stop.stopped}）后", f"after its end ({stop.stopped})"
    )


def paid_while_suspended(household: str, stop: Amount, due: Due) -> OpenFinding | None:
    """A month that was paid though the benefit had been suspended before the list was drawn up (57号 art. 31)."""
    if stop.stopped != "suspended" or stop.decided_at > due.drafted_at:
        return None
    return _paid(PAID_WHILE_SUSPENDED, household, stop, due, "暂停发放期间", "while it was suspended")


def _paid(test: str, household: str, stop: Amount, due: Due, zh: str, en: str) -> OpenFinding:
    return objection(
        test,
        (stop.evidence, due.evidence),
        about=household,
        town=due.town,
        zh=f"{zh}仍发放 {due.month} 的 {yuan_text(Fen(due.due_fen - stop.amount_fen))} 元",
        en=f"{yuan_text(Fen(due.due_fen - stop.amount_fen))} was paid for {due.month} {en}",
    )


def listed_amount_differs(household: str, amounts: list[Amount], due: Due) -> OpenFinding | None:
    """A line whose sum for its month is not what was decided by the time the list was drawn up (57号 arts. 23, 26)."""
    known = due_by(amounts, due, due.drafted_at)
    granted_fen = known.amount_fen if known else 0
    if granted_fen == due.due_fen:
        return None
    return objection(
        LISTED_AMOUNT_DIFFERS,
        (*((known.evidence,) if known else ()), due.evidence),
        about=household,
        town=due.town,
        zh=f"{due.month} 名册列 {yuan_text(Fen(due.due_fen))} 元，决定的金额为 {yuan_text(Fen(granted_fen))} 元",
        en=f"the list of {due.month} says {yuan_text(Fen(due.due_fen))}, what was decided is {yuan_text(Fen(granted_fen))}",
    )


@dataclass(slots=True)
class ListWatch:
    """Every list so far; what each household gets as decided, and which months were claimed back."""

    rules: RuleBook
    lists: dict[str, BenefitList] = field(default_factory=dict)
    amounts: dict[str, list[Amount]] = field(default_factory=dict)
    recovered: dict[str, set[Month]] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        BenefitAdjusted, BenefitLinesListed, BenefitListApproved, BenefitListDrafted, BenefitResumed, BenefitSuspended,
        BenefitTerminated, BenefitsPaid, BenefitsReturned, EligibilityConfirmed, GradualExitGranted, HouseholdTakenOver,
        PaymentLinesIssued, RecoveryClaimed, ShareCut,
    )  # fmt: skip

    def read(self, record: Record) -> Iterator[OpenFinding]:
        subject, fact = record.envelope.subject, record.fact
        if isinstance(fact, RecoveryClaimed):
            self.recovered.setdefault(subject, set()).update(one.month for one in fact.months)
        elif amount := amount_of(record):
            self.amounts.setdefault(subject, []).append(amount)
        else:
            benefits = self.lists.setdefault(subject, BenefitList())
            if finding := list_self_approved(benefits, record):
                yield finding
            yield from paid_outside_list(benefits, record)
            yield from paid_twice(benefits, record)
            follow_list(benefits, record)

    def ended(self, now: datetime) -> Iterator[OpenFinding]:
        grace = figure(self.rules, PAID_AFTER_DEATH, "recovery_days_max", now.astimezone(CHINA).date())
        for benefits in self.lists.values():
            for number, due in benefits.lines.items():
                household = f"household:{number}"
                amounts = self.amounts.get(household, [])
                if finding := listed_amount_differs(household, amounts, due):
                    yield finding
                if number in benefits.paid:
                    recovered = self.recovered.get(household, set())
                    stop = paid_after_stop(amounts, recovered, due, now, timedelta(days=grace or 0))
                    if stop is not None:
                        told_of = (paid_after_death, paid_after_end, paid_while_suspended)
                        yield from filter(None, (test(household, stop, due) for test in told_of))
