"""Proves that payroll and audit, two programmes, give the same slips whatever is said of officers, late, early or against itself."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.deciding import CommandRejected
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    AbsenceCancelled,
    AppraisalConfirmed,
    BankAccountChanged,
    CertificateRevoked,
    ContributionBaseSet,
    ExitWithdrawn,
    OfficerAppointed,
    OfficerContract,
    OfficerContractRecorded,
    OfficerLeft,
    PayslipComputed,
    PositionChanged,
    ReassignmentApproved,
    SpecialDeductionDeclared,
    TaxStandingDeclared,
)
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook
from services.payroll.domain.run import ApproveRun, CheckRun, ConfirmSlipReversal, DraftRun, RequestSlipReversal
from tests.unit.pay_told import log_of
from tests.unit.test_audit_recomputed_pay import BOX, absence, certificate, outcome_of, state
from tests.unit.test_payroll_cases import (
    APPROVER,
    CHECKER,
    MARCH,
    PREPARER,
    budget,
    staffed,
    take_over,
    with_base_pay,
    yuan,
)

replace = msgspec.structs.replace
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
MONTHS = [MARCH.plus(n) for n in range(8)]
KINDS = ["sick", "unpaid", "maternity", "annual_leave", "absent", "present"]


@st.composite
def officer_facts(draw: st.DrawFn) -> Fact:
    """Anything that may be said of an officer, late or early, right or contradicting what was said before."""
    day, month = draw(DAYS), Month(2026, draw(st.integers(3, 12)))
    until = draw(st.none() | st.dates(day, date(2027, 3, 31)))
    who: dict[str, Any] = {"officer": "O001", "town": "T01"}
    contract = OfficerContract(
        contract_no="C-2", mode=draw(st.sampled_from(["service_contract", "direct_post", "labour_service", "mode_nobody_knows"])),
        from_on=day, until_on=None, payer="", withholding_agent="", insured_unit="", conflict="", document="x",
    )  # fmt: skip
    number = draw(st.sampled_from(["A-1", "A-2", "A-3"]))
    made: list[Callable[[], Fact]] = [
        lambda: certificate("O001", day, draw(st.sampled_from(["assistant", "senior"])), expires_on=until),
        lambda: CertificateRevoked(
            **who, certificate="p_c1", qualification="senior", invalid_from_on=day, reason="x", document="x"
        ),
        lambda: absence("O001", day, until, draw(st.sampled_from(KINDS)), number),
        lambda: AbsenceCancelled(**who, absence_no=number, reason="x"),
        lambda: ContributionBaseSet(
            officer="O001", from_month=month, base_fen=Fen(draw(st.integers(0, 2_500_000))), proposed_fen=Fen(0),
            wage_year=2025, months=12, wages_fen=Fen(0), reason="x", document="x",
        ),
        lambda: PositionChanged(
            **who, position=draw(st.sampled_from(["member", "lead"])), previous="member", from_on=day, document="x"
        ),
        lambda: OfficerContractRecorded(**who, contract=contract),
        lambda: AppraisalConfirmed(
            officer="O001", year=2026, quarter=draw(st.integers(1, 3)), grade="good",
            coefficient_permille=draw(st.sampled_from([0, 333, 800, 1200])), confirmed_by="b", work_counted=0,
        ),
        lambda: ReassignmentApproved(
            officer="O001", person="p", approval_no="S-1", report_no="", kind="move", from_town="T01",
            from_post="T01-P01", town="T02", post_no="T02-P01", duty="", effective_on=day, document="x",
        ),
        lambda: SpecialDeductionDeclared(
            officer="O001", from_month=month, monthly_fen=Fen(draw(st.sampled_from([0, 100_000, 333_333]))), document="x"
        ),
        lambda: TaxStandingDeclared(
            officer="O001", year=2026, first_job=draw(st.booleans()), last_year_months=draw(st.sampled_from([None, 12])),
            last_year_income_fen=Fen(5_000_000), document="x",
        ),
        lambda: BankAccountChanged(
            **who, bank_account=BOX, bank_account_pseudonym=f"p_{number}", previous_pseudonym="", document="x"
        ),
    ]  # fmt: skip
    return draw(st.sampled_from(made))()


def appointed(officer: str, appointed_on: date) -> OfficerAppointed:
    contract = OfficerContract(
        contract_no="C-1", mode="service_contract", from_on=appointed_on, until_on=None, payer="", withholding_agent="",
        insured_unit="", conflict="", document="x",
    )  # fmt: skip
    return OfficerAppointed(
        officer=officer, post_no="T01-P03", town="T01", person="p_3", name=BOX, resident_id=BOX, phone=BOX,
        bank_account=BOX, bank_account_pseudonym="p_a3", appointed_on=appointed_on, position="member", education="大专",
        major="", preferred=False, contract=contract, contribution_base_fen=yuan("3,000.00"), special_deduction_fen=Fen(0),
        round_no="R", candidate_no="1", exceptions=(), document="x", pack_version="",
    )  # fmt: skip


def of_place(rules: RuleBook, join_last_day: int, leave_first_day: int) -> RuleBook:
    """The packs with another place's rule of whole months of insurance."""
    days = {"join_last_day": join_last_day, "leave_first_day": leave_first_day}
    return RuleBook(
        tuple(replace(pack, content=pack.content | days) if pack.name == "insurance" else pack for pack in rules.packs)
    )


@settings(max_examples=16, deadline=None)
@given(st.data())
def test_payroll_and_audit_agree_whatever_is_said_of_an_officer_and_whenever(data: st.DataObject) -> None:
    """Late, early and contradicting facts, small documents, reversals, an exit: the two programmes give the same fen."""
    rich = data.draw(st.sampled_from([233_000, 2_000_000]))
    documents = [
        budget("1", "7,777.77", document="薪1", purposes=("officer_pay",)),
        budget("1", "3,333.33", document="保1", purposes=("officer_insurance",)),
        budget("3", data.draw(st.sampled_from(["20,000.01", "900,000.00"]))),
        budget("4"),
    ]
    place = data.draw(st.sampled_from([(31, 1), (15, 16)]))
    rules = of_place(with_base_pay(rich), *place)
    ledger = staffed([take_over("O001"), take_over("O002", position="lead")], documents, rules)
    state(ledger, "O003", appointed("O003", data.draw(st.dates(date(2026, 3, 1), date(2026, 8, 31)))))
    leaves_in = data.draw(st.none() | st.sampled_from(MONTHS))
    for month in MONTHS:
        for fact in data.draw(st.lists(officer_facts(), max_size=3)):
            state(ledger, "O001", fact)
        if month == leaves_in:
            last_day = data.draw(st.dates(month.plus(-1).first_day, month.last_day))
            state(ledger, "O001", OfficerLeft(
                officer="O001", town="T01", post_no="T01-P01", last_day_on=last_day, reason="resigned", document="x",
            ))  # fmt: skip
        if leaves_in is not None and month == leaves_in.plus(1) and data.draw(st.booleans()):
            state(ledger, "O001", ExitWithdrawn(
                officer="O001", person="p", town="T01", post_no="T01-P01", last_day_on=last_day, reason="x", document="x",
            ))  # fmt: skip
        now = datetime(2027, 1, 1, tzinfo=UTC)
        try:
            ledger.tell(DraftRun(month=month), PREPARER, now)
        except CommandRejected as no:
            if no.code not in ("no-officers", "funds-do-not-suffice"):
                raise
            break
        ledger.tell(CheckRun(month=month), CHECKER, now)
        ledger.tell(ApproveRun(month=month), APPROVER, now)
        if data.draw(st.integers(0, 4)) == 0:
            ledger.tell(RequestSlipReversal(month=month, officer="O002", reason="x", document="x"), CHECKER, now)
            ledger.tell(ConfirmSlipReversal(month=month, officer="O002"), APPROVER, now)
    outcome = outcome_of(log_of(ledger))
    assert outcome.differences == ()
    assert outcome.cannot_tell == ()
    assert outcome.equal == len(ledger.facts(PayslipComputed))
