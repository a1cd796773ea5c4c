"""Automatic tests on officers' pay against their own facts (二(四)): post, certificate, absence, contract, account, as the slip knew them.

A slip says up to which version of the officer's stream it was made; it is held against exactly that, so a fact that came
later is no fault of it. What the officer did, and where, is looked at in `officers_work`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final

from services.audit.automatic import officer_file
from services.audit.automatic.noted import Noted, noted
from services.audit.automatic.officer_file import COUNTED, FILED, OfficerFile, take
from services.audit.automatic.on_two_files import account_on_two_files, phone_on_two_files
from services.audit.automatic.working_days import Calendars
from services.audit.domain import OpenFinding, objection
from services.audit.rules import figure, in_force
from services.contracts.audit import Evidence
from services.contracts.calendar import WorkingCalendar
from services.contracts.deciding import Record
from services.contracts.money import yuan_text
from services.contracts.months import Month
from services.contracts.payroll import BankAccountChanged, Basis, PayslipComputed, RulePackAdopted
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

PAID_OFF_POST: Final = "paid_off_post"
ALLOWANCE_WITHOUT_CERTIFICATE: Final = "allowance_without_certificate"
PAID_DESPITE_ABSENCE: Final = "paid_despite_absence"
CONTRACT_EXPIRED_PAID: Final = "contract_expired_paid"
ACCOUNT_CHANGED_BEFORE_RUN: Final = "account_changed_before_run"
QUALIFICATION: Final = "qualification"
# How the pack names the kinds of absence that pay is reduced for, among the figures of the test.
KIND: Final = "kind:"

Slip = Noted[PayslipComputed]
File = Sequence[Noted[Fact]]


def _paid_by_month(fact: PayslipComputed) -> dict[Month, int]:
    """What the slip's parts of pay come to, by the month they are for."""
    paid: dict[Month, int] = {}
    for line in fact.lines:
        if line.side == "part":
            paid[line.month] = paid.get(line.month, 0) + line.amount_fen
    return paid


def paid_off_post(slip: Slip, known: File) -> OpenFinding | None:
    """Pay of a month for more days than the officer was on a post: without post, before joining, after leaving (二(四))."""
    fact = slip.fact
    bases = {basis.month: basis for basis in fact.bases}
    for month, paid_fen in sorted(_paid_by_month(fact).items()):
        if paid_fen <= 0:
            continue
        stated, actual = _stated_days(bases.get(month), fact), officer_file.days_on_post(known, month)
        if stated <= actual:
            continue
        return _on_slip(
            PAID_OFF_POST,
            slip,
            (),
            f"{month} 按在岗 {stated} 日计发，实际在岗 {actual} 日",
            f"{month} is paid for {stated} days on post, there were {actual}",
        )
    return None


def _stated_days(basis: Basis | None, fact: PayslipComputed) -> int:
    """The days on post a month is paid for; a slip that does not say them, or of the first version, stands for one at least."""
    if basis is None or not basis.posts or not fact.withholding.deduction_rule:
        return 1
    return sum(post.post_days for post in basis.posts)


def allowance_without_certificate(slip: Slip, known: File) -> OpenFinding | None:
    """职业资格补贴 for a month in which no certificate of that qualification counted: none, not yet, expired, revoked (二(四))."""
    fact = slip.fact
    held = {basis.month: basis.qualification for basis in fact.bases}
    paid: dict[Month, int] = {}
    for line in fact.lines:
        if line.side == "part" and line.code == QUALIFICATION:
            paid[line.month] = paid.get(line.month, 0) + line.amount_fen
    for month, amount_fen in sorted(paid.items()):
        qualification = held.get(month, "")
        if amount_fen > 0 and not officer_file.holds_qualification(known, qualification, month):
            return _on_slip(
                ALLOWANCE_WITHOUT_CERTIFICATE,
                slip,
                (),
                f"{month} 发放职业资格补贴，但没有有效的 {qualification or '职业资格'} 证书",
                f"a qualification allowance for {month} without a valid certificate ({qualification or 'none stated'})",
            )
    return None


def paid_despite_absence(slip: Slip, known: File, calendar: WorkingCalendar, rules: RuleBook) -> OpenFinding | None:
    """A month's slip that leaves out working days of a recorded absence which reduces pay (工资支付暂行规定 art. 3; 考勤)."""
    fact = slip.fact
    tests = in_force(rules, fact.month.first_day)
    rule = tests.tests.get(PAID_DESPITE_ABSENCE) if tests else None
    basis = next((one for one in fact.bases if one.month == fact.month), None)
    if rule is None or basis is None:
        return None
    kinds = tuple(name.removeprefix(KIND) for name in rule.parameters if name.startswith(KIND))
    counted = sum(one.workdays for one in basis.absences if one.kind.startswith(kinds))
    away: list[Noted[Fact]] = []
    workdays = 0
    for absence in officer_file.absences(known).values():
        stated = absence.fact
        if stated.kind in kinds:
            days = [
                day
                for day in officer_file.days_of(fact.month)
                if stated.from_on <= day and (stated.until_on is None or day <= stated.until_on)
                and calendar.is_workday(day) and officer_file.place_on(known, day)
            ]  # fmt: skip
            workdays += len(days)
            away += [absence] if days else []  # type: ignore[list-item]  # an absence is a fact
    if workdays <= counted:
        return None
    return _on_slip(
        PAID_DESPITE_ABSENCE,
        slip,
        tuple(one.evidence for one in away),
        f"登记缺勤 {workdays} 个工作日，工资单只计 {counted} 个",
        f"{workdays} working days of absence are on record, the slip counts {counted}",
    )


def contract_expired_paid(slip: Slip, known: File) -> OpenFinding | None:
    """A month paid whose contract had run out before it began, with no other recorded (劳动合同法 art. 10; 二(四))."""
    fact = slip.fact
    contract = officer_file.contract_until(known, fact.month.last_day)
    if contract is None or _paid_by_month(fact).get(fact.month, 0) <= 0:
        return None
    recorded, until_on = contract
    if until_on is None or until_on >= fact.month.first_day:
        return None
    return _on_slip(
        CONTRACT_EXPIRED_PAID,
        slip,
        (recorded.evidence,),
        f"合同已于 {until_on} 到期且无新合同，仍计发工资",
        f"the contract ran out on {until_on} and no other is on record, yet the month is paid",
    )


def account_changed_before_run(slip: Slip, known: File, rules: RuleBook) -> OpenFinding | None:
    """Pay to an account that was put in only days before the slip was drafted (资金监管 四(三)): asks for a look, no more."""
    fact = slip.fact
    days_max = figure(rules, ACCOUNT_CHANGED_BEFORE_RUN, "days_max", slip.day)
    changes = [one for one in known if isinstance(one.fact, BankAccountChanged)]
    if days_max is None or not changes:
        return None
    last = changes[-1]
    assert isinstance(last.fact, BankAccountChanged)
    days = (slip.day - last.day).days
    if last.fact.bank_account_pseudonym != fact.bank_account_pseudonym or not 0 <= days <= days_max:
        return None
    return _on_slip(
        ACCOUNT_CHANGED_BEFORE_RUN,
        slip,
        (last.evidence,),
        f"收款账户在编制批次前 {days} 日变更",
        f"the account was changed {days} days before the run was drafted",
    )


def _on_slip(test: str, slip: Slip, others: tuple[Evidence, ...], zh: str, en: str) -> OpenFinding:
    fact = slip.fact
    return objection(
        test,
        (*others, slip.evidence),
        about=f"officer:{fact.officer}",
        town=fact.town,
        zh=f"{fact.officer} {fact.month} 工资单（实发 {yuan_text(fact.net_fen)} 元）：{zh}",
        en=f"{fact.officer}'s payslip of {fact.month} (net {yuan_text(fact.net_fen)}): {en}",
    )


@dataclass(slots=True)
class OfficerPayWatch:
    """Every officer's file, the slips not yet held against it, and the working days payroll goes by."""

    rules: RuleBook
    files: dict[str, OfficerFile] = field(default_factory=dict)
    waiting: list[Slip] = field(default_factory=list)
    calendars: Calendars = field(default_factory=Calendars)
    found: list[OpenFinding] = field(default_factory=list)
    listens: ClassVar[tuple[type[Fact], ...]] = (*FILED, *COUNTED, PayslipComputed, RulePackAdopted)

    def read(self, record: Record) -> Iterator[OpenFinding]:
        match record.fact:
            case PayslipComputed():
                self.waiting.append(noted(record, PayslipComputed))
            case RulePackAdopted():
                self.calendars.take(record)
            case _:
                take(self.files, record)
        yield from ()

    def ended(self, _: datetime) -> Iterator[OpenFinding]:
        """A slip is judged for good once the officer's stream was read as far as the slip had; until then again each time."""
        waiting: list[Slip] = []
        for slip in self.waiting:
            file = self.files.get(f"officer:{slip.fact.officer}", OfficerFile())
            found = [one for one in self._judged(slip, file) if one is not None]
            if file.version >= slip.fact.officer_version:
                self.found += found
            else:
                waiting.append(slip)
                yield from found
        self.waiting = waiting
        yield from self.found
        yield from account_on_two_files(self.files)
        yield from phone_on_two_files(self.files)

    def _judged(self, slip: Slip, file: OfficerFile) -> tuple[OpenFinding | None, ...]:
        known = tuple(file.up_to(slip.fact.officer_version))
        return (
            paid_off_post(slip, known),
            allowance_without_certificate(slip, known),
            paid_despite_absence(slip, known, self.calendars.on(slip.fact.month), self.rules),
            contract_expired_paid(slip, known),
            account_changed_before_run(slip, known, self.rules),
        )
