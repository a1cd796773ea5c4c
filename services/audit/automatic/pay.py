"""Automatic tests on pay: approval, arithmetic, tax, accounts and payments of a run; by its own arithmetic."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final

from services.audit.domain import DISTRICT, OpenFinding, evidence_of, objection
from services.audit.rules import AuditTests, in_force, tax_due
from services.contracts.audit import Evidence
from services.contracts.deciding import Record
from services.contracts.money import Fen, yuan_text
from services.contracts.payroll import Amount, PaymentSettled, PayslipComputed, RunApproved, RunDiscarded, RunDrafted
from services.contracts.registry import Fact
from services.contracts.roles import same_person
from services.contracts.rulebook import RuleBook

RUN_SELF_APPROVED: Final = "run_self_approved"
PAYSLIP_SUM: Final = "payslip_sum"
PAYSLIP_TAX: Final = "payslip_tax"
OFFICER_UNINSURED: Final = "officer_uninsured"
ACCOUNT_SHARED: Final = "account_shared"
RUN_TOTALS: Final = "run_totals"
PAYMENT_OUTSIDE_RUN: Final = "payment_outside_run"
MONTHS_A_YEAR: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What of a slip counts towards its run."""

    gross_fen: int
    net_fen: int
    tax_fen: int
    employer_fen: int
    account: str
    town: str
    evidence: Evidence


@dataclass(slots=True, kw_only=True)
class Run:
    """One run so far: last draft, approval, and its slip of each officer. Folded in place, for a run is large."""

    draft: RunDrafted | None = None
    drafted: Evidence | None = None
    approved: bool = False
    slips: dict[str, Slip] = field(default_factory=dict)


def follow(run: Run, record: Record) -> None:
    """Bring `run` up to `record`."""
    fact = record.fact
    if isinstance(fact, RunDrafted):
        run.draft, run.drafted, run.approved = fact, evidence_of(record), False
    elif isinstance(fact, RunDiscarded):
        run.draft, run.drafted = None, None
        run.slips.clear()
    elif isinstance(fact, RunApproved):
        run.approved = True
    elif isinstance(fact, PayslipComputed):
        run.slips[fact.officer] = Slip(
            gross_fen=fact.gross_fen,
            net_fen=fact.net_fen,
            tax_fen=fact.tax_fen,
            employer_fen=_side(fact, "employer"),
            account=fact.bank_account_pseudonym,
            town=fact.town,
            evidence=evidence_of(record),
        )


def run_self_approved(record: Record, drafted_by: str | None = None) -> OpenFinding | None:
    """A run approved by whoever prepared it (DOMAIN §5: two different people).

    The fact names both; `drafted_by`, where the draft is known too, catches an approval that names another preparer.
    """
    fact = record.fact
    if not isinstance(fact, RunApproved) or not same_person(fact.approved_by, fact.prepared_by, drafted_by):
        return None
    return objection(
        RUN_SELF_APPROVED,
        (evidence_of(record),),
        about=record.envelope.subject,
        town=DISTRICT,
        zh=f"{fact.month} 发放批次的编制人与审批人同为 {fact.approved_by}",
        en=f"the run of {fact.month} was prepared and approved by the same person, {fact.approved_by}",
    )


def payslip_sum(record: Record) -> OpenFinding | None:
    """A slip whose parts, insurance, tax, net or charges do not agree to the fen (二(四), 三); the fact alone tells."""
    fact = record.fact
    if not isinstance(fact, PayslipComputed):
        return None
    gross_fen, personal_fen, employer_fen = (_side(fact, side) for side in ("part", "personal", "employer"))
    charged_fen = sum(charge.amount_fen for line in fact.lines for charge in line.charges)
    sums = (
        ("应发", "gross", gross_fen, fact.gross_fen),
        ("个人缴费", "personal insurance", personal_fen, fact.personal_insurance_fen),
        ("单位缴费", "employer's insurance", employer_fen, fact.employer_insurance_fen),
        ("实发", "net", fact.gross_fen - personal_fen - fact.tax_fen, fact.net_fen),
        ("资金来源", "charges", fact.gross_fen + employer_fen, charged_fen),
        ("个税", "tax", fact.withholding.tax_fen, fact.tax_fen),
    )
    wrong: list[tuple[str, str, int, int]] = [one for one in sums if one[2] != one[3]]
    wrong += [(f"{code} 资金来源", f"charges of {code}", due, charged) for code, due, charged in _charged_wrong(fact)]
    if not wrong:
        return None
    zh = "；".join(f"{zh}应为 {_yuan(expected)} 元，记为 {_yuan(stated)} 元" for zh, _, expected, stated in wrong)
    en = "; ".join(f"{en} should be {_yuan(expected)}, is {_yuan(stated)}" for _, en, expected, stated in wrong)
    return _on_slip(PAYSLIP_SUM, record, fact, zh, en)


def _charged_wrong(fact: PayslipComputed) -> Iterator[tuple[str, int, int]]:
    """Lines whose charges are not their amount (三); an officer's own insurance is paid out of gross and charged to nobody."""
    if _first_version(fact):  # its charges were of the whole slip
        return
    for line in fact.lines:
        charged_fen = sum(charge.amount_fen for charge in line.charges)
        due_fen = 0 if line.side == "personal" else line.amount_fen
        if charged_fen != due_fen:
            yield f"{line.side}:{line.code}:{line.month}", due_fen, charged_fen


def _first_version(fact: PayslipComputed) -> bool:
    """Whether the slip was written before it stated by which rule the basic deduction was taken."""
    return not fact.withholding.deduction_rule


def officer_uninsured(record: Record) -> OpenFinding | None:
    """A month on post without the employer's insurance, where no rule of joining or leaving says so (二(四) 工资和社保)."""
    fact = record.fact
    if not isinstance(fact, PayslipComputed):
        return None
    own = next((basis for basis in fact.bases if basis.month == fact.month), None)
    if own is None or not own.posts or own.uninsured in ("joined_late", "left_early"):
        return None
    if any(line.side == "employer" and line.month == fact.month for line in fact.lines):
        return None
    modes = ", ".join(sorted({post.contract_mode for post in own.posts}))
    return _on_slip(
        OFFICER_UNINSURED,
        record,
        fact,
        f"任职但没有单位缴纳的社会保险（合同方式 {modes}，缴费基数 {_yuan(own.contribution_base_fen)} 元）",
        f"on post without the employer's insurance (contract mode {modes}, base {_yuan(own.contribution_base_fen)})",
    )


def payslip_tax(record: Record, rules: RuleBook) -> OpenFinding | None:
    """A slip whose cumulative taxable income or tax is not what its own inputs give (累计预扣法).

    Income, insurance and deductions of the year so far are the slip's inputs; this month's are its lines.
    """
    fact = record.fact
    if not isinstance(fact, PayslipComputed):
        return None
    tests = in_force(rules, fact.month.first_day)
    if tests is None:
        return None
    deduction_fen = _deduction_fen(fact, tests)
    taxable_fen = _taxable_fen(fact, deduction_fen)
    # No more is withheld than the month pays; the rest stays due for the year's next months.
    due_fen = tax_due(taxable_fen, tests.tax_brackets) - fact.withholding.before.tax_fen
    tax_fen = max(0, due_fen if _first_version(fact) else min(due_fen, fact.gross_fen - _side(fact, "personal")))
    stated_fen = deduction_fen if _first_version(fact) else fact.withholding.deduction_fen
    if (deduction_fen, taxable_fen, tax_fen) == (stated_fen, fact.withholding.taxable_fen, fact.tax_fen):
        return None
    zh = (
        f"累计应纳税所得额应为 {_yuan(taxable_fen)} 元、本期个税应为 {_yuan(tax_fen)} 元，"
        f"记为 {_yuan(fact.withholding.taxable_fen)} 元、{_yuan(fact.tax_fen)} 元"
    )
    en = (
        f"cumulative taxable income should be {_yuan(taxable_fen)} and tax {_yuan(tax_fen)}, "
        f"they are {_yuan(fact.withholding.taxable_fen)} and {_yuan(fact.tax_fen)}"
    )
    return _on_slip(PAYSLIP_TAX, record, fact, zh, en)


def _deduction_fen(fact: PayslipComputed, tests: AuditTests) -> int:
    """The basic deduction of the year so far by the rule the slip names; an impossible number of months gives none.

    公告2018年第61号 art. 6: months in this payer's service; 公告2020年第13号: from January; 公告2020年第19号: the year at once.
    """
    held, month = fact.withholding, fact.month.number
    months = {
        "": held.before.months + 1,
        "monthly": held.deduction_months if 0 <= held.deduction_months <= month else 0,
        "from_january": month,
        "at_once": MONTHS_A_YEAR,
    }
    return tests.basic_deduction_fen_per_month * months.get(held.deduction_rule, 0)


def _taxable_fen(fact: PayslipComputed, deduction_fen: int) -> int:
    before = fact.withholding.before
    income_fen = before.income_fen + fact.gross_fen
    insurance_fen = before.insurance_fen + _side(fact, "personal")
    special_fen = before.special_fen + fact.withholding.special_deduction_fen
    return max(0, income_fen - deduction_fen - insurance_fen - special_fen)


def account_shared(run: Run) -> Iterator[OpenFinding]:
    """Officers of one run paid to one bank account, by its pseudonym; one finding per account."""
    by_account: dict[str, list[tuple[str, Slip]]] = {}
    for officer, slip in sorted(run.slips.items()):
        if slip.account:
            by_account.setdefault(slip.account, []).append((officer, slip))
    for sharing in by_account.values():
        if len(sharing) > 1:
            officers = [officer for officer, _ in sharing]
            yield objection(
                ACCOUNT_SHARED,
                tuple(slip.evidence for _, slip in sharing),
                about=f"officer:{officers[0]}",
                town=sharing[0][1].town,
                zh=f"{'、'.join(officers)} 的工资发放至同一银行账户",
                en=f"the pay of {', '.join(officers)} goes to one bank account",
            )


def run_totals(run: Run, record: Record) -> OpenFinding | None:
    """An approved run whose stated totals are not the sums of its slips (二(四))."""
    fact, draft = record.fact, run.draft
    if not isinstance(fact, RunApproved) or draft is None or run.drafted is None:
        return None
    slips = run.slips.values()
    sums = {
        "slips": (len(slips), draft.slip_count),
        "gross_fen": (sum(slip.gross_fen for slip in slips), draft.gross_fen),
        "net_fen": (sum(slip.net_fen for slip in slips), draft.net_fen),
        "tax_fen": (sum(slip.tax_fen for slip in slips), draft.tax_fen),
        "employer_insurance_fen": (sum(slip.employer_fen for slip in slips), draft.employer_insurance_fen),
        "charges_fen": (sum(slip.gross_fen + slip.employer_fen for slip in slips), _total(draft.charges)),
        "approved_charges_fen": (_total(draft.charges), _total(fact.charges)),
    }
    wrong = [f"{name}: {expected} / {stated}" for name, (expected, stated) in sums.items() if expected != stated]
    if not wrong:
        return None
    return objection(
        RUN_TOTALS,
        (run.drafted, evidence_of(record)),
        about=record.envelope.subject,
        town=DISTRICT,
        zh=f"{fact.month} 发放批次合计与工资单不符（重算/所记）：{'；'.join(wrong)}",
        en=f"the totals of run {fact.month} differ from its slips (recomputed / stated): {'; '.join(wrong)}",
    )


def payment_outside_run(run: Run, record: Record) -> OpenFinding | None:
    """A payment of a run not approved, to an officer without a slip, or of another sum than the slip's net (三)."""
    fact = record.fact
    if not isinstance(fact, PaymentSettled):
        return None
    slip = run.slips.get(fact.officer)
    if not run.approved:
        lack_zh, lack_en = "批次未经审批", "the run was not approved"
    elif slip is None:
        lack_zh, lack_en = "批次中没有该人的工资单", "the run has no slip of that officer"
    elif slip.net_fen != fact.amount_fen:
        net = _yuan(slip.net_fen)
        lack_zh, lack_en = f"工资单实发为 {net} 元", f"the slip's net is {net}"
    else:
        return None
    amount = _yuan(fact.amount_fen)
    return objection(
        PAYMENT_OUTSIDE_RUN,
        (*((slip.evidence,) if slip else ()), evidence_of(record)),
        about=f"officer:{fact.officer}",
        town=slip.town if slip else DISTRICT,
        zh=f"银行已付 {fact.officer} {amount} 元，但{lack_zh}",
        en=f"the bank paid {amount} to {fact.officer}, but {lack_en}",
    )


def _on_slip(test: str, record: Record, fact: PayslipComputed, zh: str, en: str) -> OpenFinding:
    return objection(
        test,
        (evidence_of(record),),
        about=f"officer:{fact.officer}",
        town=fact.town,
        zh=f"{fact.month} 工资单：{zh}",
        en=f"payslip of {fact.month}: {en}",
    )


def _side(slip: PayslipComputed, side: str) -> int:
    return sum(line.amount_fen for line in slip.lines if line.side == side)


def _total(amounts: Iterable[Amount]) -> int:
    return sum(amount.amount_fen for amount in amounts)


def _yuan(amount_fen: int) -> str:
    return yuan_text(Fen(amount_fen))


@dataclass(slots=True)
class PayWatch:
    """Every run so far."""

    rules: RuleBook
    runs: dict[str, Run] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (PaymentSettled, PayslipComputed, RunApproved, RunDiscarded, RunDrafted)

    def read(self, record: Record) -> Iterator[OpenFinding]:
        run = self.runs.setdefault(record.envelope.subject, Run())
        objections = (
            run_self_approved(record, run.draft.prepared_by if run.draft else None),
            payslip_sum(record),
            payslip_tax(record, self.rules),
            officer_uninsured(record),
            run_totals(run, record),
            payment_outside_run(run, record),
        )
        yield from filter(None, objections)
        follow(run, record)

    def ended(self, _: datetime) -> Iterator[OpenFinding]:
        for run in self.runs.values():
            yield from account_shared(run)
