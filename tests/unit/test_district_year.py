"""Proves that the sample's twelve months of pay agree to the fen – slip, bank file, bank, ledger, funds – and cost what the plan says."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TypeVar

from deploy.district import Call, history_script, opening_script
from deploy.district.pays import pay_rules
from services.contracts.deciding import Service
from services.contracts.months import Month
from services.contracts.payroll import (
    AppraisalConfirmed,
    BankFileIssued,
    FundCredited,
    FundPaid,
    PaymentReturned,
    PaymentSettled,
    PayslipComputed,
    RunApproved,
    RunClosed,
    SlipReversed,
)
from services.contracts.registry import Fact
from services.payroll.domain.postings import (
    CLEARING,
    INSURANCE_COST,
    INSURANCE_PAYABLE,
    NET_PAYABLE,
    PAY_COST,
    TAX_PAYABLE,
    postings,
)
from services.payroll.domain.run.bank import bank_rows
from services.payroll.pay.uprating import uprated
from services.payroll.rules import PAY_SCALE, PayScale
from tests.unit.district_world import MARCH, World, calls_of, month, name_of
from tests.unit.test_district_sample import sample

OFFICERS = {"officer_pay", "officer_insurance"}
BULK_YUAN_MIN, BULK_YUAN_MAX = 10_000_000, 10_990_000
MONTHS = tuple(MARCH.plus(n) for n in range(-11, 1))
F = TypeVar("F", bound=Fact)


@dataclass(kw_only=True)
class Year(World):
    """Payroll's facts of the whole district with their subjects, in the order they were stated, and the bank files' bytes."""

    stated: list[tuple[str, Fact]] = field(default_factory=list)
    stated_at: list[datetime] = field(default_factory=list)
    files: list[tuple[BankFileIssued, bytes]] = field(default_factory=list)

    def heard(self, service: Service, subject: str, fact: Fact) -> None:
        if service.name == "payroll":
            self.stated.append((subject, fact))
            self.stated_at.append(self.now)
        if isinstance(fact, BankFileIssued):
            run = self.states["payroll", subject]
            self.files.append((fact, bank_rows(line for line in run.lines if line.file_no == fact.file_no)))
        super().heard(service, subject, fact)

    def of(self, kind: type[F]) -> Iterator[tuple[str, F]]:
        """Facts of a kind, each with the month, or the fund, that it is about."""
        return ((subject.partition(":")[2], fact) for subject, fact in self.stated if isinstance(fact, kind))


def paid_calls() -> Iterator[Call]:
    """All that pay depends on: the year, and March's payday with what follows of it; no household is needed."""
    yield from opening_script(sample())
    yield from calls_of(tuple(history_script(sample())))
    for call in calls_of(month()):
        if call.service == "payroll" and call.wrong is None and call.body.get("month") == str(MARCH):
            yield call


@cache
def year() -> Year:
    world = Year()
    for call in paid_calls():
        world.now = call.at
        assert world.send(call) == ("accepted", ""), (name_of(call), call.at)
    return world


@cache
def slips() -> dict[tuple[str, str], PayslipComputed]:
    """By month and officer."""
    return {(month, slip.officer): slip for month, slip in year().of(PayslipComputed)}


def test_every_officer_has_a_slip_of_every_one_of_twelve_months() -> None:
    numbers = [officer.number for officer in sample().officers]
    assert set(slips()) == {(str(one), number) for one in MONTHS for number in numbers}
    assert len(slips()) == 12 * 198
    assert Counter(month for month, _ in year().of(RunApproved)) == dict.fromkeys(map(str, MONTHS), 1)
    assert {month for month, _ in year().of(RunClosed)} == set(map(str, MONTHS))


def test_slip_bank_file_and_bank_agree_to_the_fen_for_every_officer_and_month() -> None:
    filed: dict[tuple[str, str], list[int]] = defaultdict(list)
    for issued, rows in year().files:
        assert hashlib.sha256(rows).hexdigest() == issued.file_sha256
        lines = [row.split(";") for row in rows.decode().splitlines()[1:]]
        assert issued.total_fen == sum(int(net) for _, _, net in lines)
        for officer, account, net in lines:
            assert account == slips()[str(issued.month), officer].bank_account_pseudonym
            filed[str(issued.month), officer].append(int(net))
    settled: dict[tuple[str, str], list[int]] = defaultdict(list)
    for paid_month, paid in year().of(PaymentSettled):
        settled[paid_month, paid.officer].append(paid.amount_fen)
    returned = {(of, back.officer) for of, back in year().of(PaymentReturned)}
    for key, slip in slips().items():
        assert settled[key] == [slip.net_fen], key
        assert filed[key] == [slip.net_fen] * (2 if key in returned else 1), key
    assert len(returned) == sample().profile.month.returned_lines


def test_a_slip_adds_up_and_is_what_the_generator_foretold() -> None:
    for (of, officer), slip in slips().items():
        sides = {
            side: sum(one.amount_fen for one in slip.lines if one.side == side)
            for side in ("part", "personal", "employer")
        }
        assert slip.gross_fen == sides["part"] > 0
        assert slip.employer_insurance_fen == sides["employer"] > 0
        assert slip.net_fen == sides["part"] - sides["personal"] - slip.tax_fen
        charged = sum(charge.amount_fen for line in slip.lines for charge in line.charges)
        assert charged == slip.gross_fen + slip.employer_insurance_fen
        assert slip.net_fen == sample().pays.of(Month.parse(of))[officer].net_fen


def test_the_ledger_balances_and_its_accounts_are_the_slips_and_the_funds() -> None:
    books: Counter[tuple[str, str]] = Counter()
    for subject, fact in year().stated:
        entry = postings(fact, subject)
        assert sum(one.amount_fen if one.side == "debit" else -one.amount_fen for one in entry) == 0
        for one in entry:
            books[one.account, one.of] += one.amount_fen if one.side == "debit" else -one.amount_fen
    assert sum(books.values()) == 0
    back = {(of, fact.officer) for of, fact in year().of(SlipReversed)}
    for of in map(str, MONTHS):
        counted = [slip for (one, officer), slip in slips().items() if one == of and (of, officer) not in back]
        taken_back_fen = sum(
            slip.net_fen for (one, officer), slip in slips().items() if one == of and (of, officer) in back
        )
        cost_fen = sum(slip.gross_fen + slip.employer_insurance_fen for slip in counted)
        from_funds_fen = sum(int(fact.amount_fen) for _, fact in year().of(FundPaid) if fact.run == of)
        from_funds_fen -= sum(fact.amount_fen for _, fact in year().of(FundCredited) if fact.run == of)
        insurance_fen = sum(slip.personal_insurance_fen + slip.employer_insurance_fen for slip in counted)
        tax_fen = sum(slip.tax_fen for slip in counted)
        assert from_funds_fen == cost_fen == books[PAY_COST, of] + books[INSURANCE_COST, of]
        assert (books[INSURANCE_PAYABLE, of], books[TAX_PAYABLE, of]) == (-insurance_fen, -tax_fen)
        assert books[NET_PAYABLE, of] == taken_back_fen, "what was paid and taken back is owed by the officer"
        assert books[CLEARING, of] == insurance_fen + tax_fen - taken_back_fen, "what is still to be remitted"
    assert len(back) == 1


def test_twelve_months_cost_what_the_plan_says_and_both_years_budgets_pay_them() -> None:
    """二(四)、三：198 人一年 1000 余万元（10.0–10.99 百万元）。"""
    approved = [fact for _, fact in year().of(RunApproved)]
    cost_yuan = sum(fact.gross_fen + fact.employer_insurance_fen for fact in approved) / 100
    assert len(approved) == 12
    assert BULK_YUAN_MIN <= cost_yuan <= BULK_YUAN_MAX
    at_todays_rate_yuan = (approved[-1].gross_fen + approved[-1].employer_insurance_fen) * 12 / 100
    budgets = sample().budgets
    for of_year, wanted_yuan in ((2025, cost_yuan), (2026, at_todays_rate_yuan)):
        budgeted = sum(one.amount_fen for one in budgets if one.year == of_year and set(one.purposes) >= OFFICERS) / 100
        assert BULK_YUAN_MIN <= budgeted <= BULK_YUAN_MAX
        assert of_year == 2025 or wanted_yuan <= budgeted, "a whole year at today's rate is paid by the year's budget"
    assert year().facts["FundCommitmentDeclined"] == 0
    spent = {of.partition("-")[2] for of, _ in year().of(FundPaid)}
    assert spent >= {"1", "2", "3"}


def test_high_pay_is_taxed_in_every_month_in_two_brackets_and_anew_from_january() -> None:
    high_pay = sample().profile.officers.high_pay
    taxed = Counter(of for (of, _), slip in slips().items() if slip.tax_fen > 0)
    assert set(taxed) == set(map(str, MONTHS))
    assert all(0 < count <= high_pay for count in taxed.values())
    assert taxed[str(MONTHS[0])] == high_pay, "back pay of the months before the take-over"
    rates = {slip.withholding.rate_basis_points for slip in slips().values() if slip.tax_fen > 0}
    assert rates == {300, 1000}
    for (of, _), slip in slips().items():
        before = slip.withholding.before
        assert (before.months == 0) is of.endswith("-01")
    rules = {slip.withholding.deduction_rule for (of, _), slip in slips().items() if of == str(MARCH)}
    assert rules == {"at_once", "monthly"}


def test_appraisals_and_the_new_years_scale_change_what_is_paid() -> None:
    quarters = Counter((fact.year, fact.quarter) for _, fact in year().of(AppraisalConfirmed))
    assert quarters == dict.fromkeys([(2024, 4), (2025, 1), (2025, 2), (2025, 3), (2025, 4)], 198)
    performance: dict[str, set[int]] = defaultdict(set)
    bases: dict[str, set[int]] = defaultdict(set)
    for (of, officer), slip in slips().items():
        own = {one.code: one.amount_fen for one in slip.lines if one.side == "part" and str(one.month) == of}
        performance[officer].add(own["performance"])
        bases[of].add(own["base"])
    assert sum(len(amounts) > 2 for amounts in performance.values()) > 100
    assert [bases[str(one)] for one in MONTHS] == [{233_000}] * 9 + [{240_000}] * 3


def test_the_new_years_scale_is_the_old_one_at_the_new_average_wage() -> None:
    """二(四)：随社会平均工资增长逐年提高。"""
    rules = pay_rules(sample().profile)
    old, new = (rules.on(PAY_SCALE, Month(of, 1).first_day, PayScale) for of in (2025, 2026))
    assert new.uprating is not None
    assert uprated(old, new.uprating.average_wage_fen) == new
    assert old != new
