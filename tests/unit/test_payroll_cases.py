"""Proves that payroll's shipped packs are whole and cited; holds cases and a ledger its other tests share."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.contracts.codec import convert, decoder_of, encoder
from services.contracts.deciding import CHINA, Command, CommandRejected, Context, Record
from services.contracts.envelope import Envelope
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import YearToDate
from services.contracts.registry import Fact, kind_of
from services.contracts.rulebook import AdoptedPack, RuleBook
from services.payroll.domain import filling
from services.payroll.domain.fund import BudgetFund
from services.payroll.domain.officer import ConfirmAppraisal, TakeOverOfficer
from services.payroll.domain.pay_inputs import filled
from services.payroll.domain.run import ApproveRun, CheckRun, DraftRun
from services.payroll.rules import pay_packs_on
from services.payroll.service import SERVICE

RULES_FOLDER = Path(__file__).parents[2] / "deploy/district/rules"
ADOPTED = tuple(
    convert(json.loads(path.read_text(encoding="utf-8")), AdoptedPack) for path in RULES_FOLDER.glob("payroll.*.json")
)
RULES = RuleBook(ADOPTED)
MARCH = Month(2026, 3)
PACKS = pay_packs_on(RULES, MARCH.first_day)
TAKE_OVER_AT = datetime(2026, 2, 28, 9, tzinfo=CHINA)
PAYDAY = datetime(2026, 3, 16, 9, tzinfo=CHINA)
PREPARER, CHECKER, APPROVER = "finance:F1", "finance:F2", "bureau-leader:L1"
OFFICER_PURPOSES = ("officer_pay", "officer_insurance")


def with_base_pay(base_fen: int) -> RuleBook:
    """The shipped packs with another base pay, so that tax is exercised."""
    return RuleBook(
        tuple(
            msgspec.structs.replace(pack, content={**pack.content, "base_fen": base_fen})
            if pack.name == "pay_scale"
            else pack
            for pack in ADOPTED
        )
    )


def yuan(amount: str) -> Fen:
    """``3,150.00`` as fen; exactly two decimals."""
    whole, _, cents = amount.replace(",", "").partition(".")
    assert len(cents) == 2
    return Fen(int(whole) * 100 + int(cents))


def context(actor: str = PREPARER, now: datetime = PAYDAY, rules: RuleBook = RULES) -> Context:
    return Context(
        now=now,
        actor=actor,
        role=actor.partition(":")[0],
        town=None,
        rules=rules,
        pseudonym=lambda text: f"p_{text[::-1]}",
    )


def ytd(months: int = 2, income: str = "0.00", insurance: str = "0.00", tax: str = "0.00") -> YearToDate:
    return YearToDate(
        months=months,
        income_fen=yuan(income),
        insurance_fen=yuan(insurance),
        special_fen=Fen(0),
        tax_fen=yuan(tax),
    )


def take_over(officer: str = "O001", **changes: Any) -> TakeOverOfficer:
    """An incumbent without anything special: member, five full years, no qualification, base at the floor."""
    ordinary = TakeOverOfficer(
        officer=officer,
        post_no=f"T01-P{officer[-2:]}",
        town="T01",
        resident_id=f"50010119900101{officer[-3:]}X",
        name="张三",
        phone=f"13800000{officer[-3:]}",
        bank_account=f"62220000{officer[1:]}",
        appointed_on=date(2020, 5, 1),
        position="member",
        education="大专",
        qualification="none",
        qualified_on=None,
        contract_mode="service_contract",
        contribution_base_fen=yuan("4,232.00"),
        special_deduction_fen=Fen(0),
        year_to_date=ytd(2, "6,300.00", "898.72"),
        source="示例存量",
        document="示例岗位登记〔2026〕1号",
    )
    return msgspec.structs.replace(ordinary, **changes)


def budget(source: str = "3", amount: str = "1,000,000.00", **changes: Any) -> BudgetFund:
    plain = BudgetFund(
        year=2026, source=source, amount_fen=yuan(amount), document=f"示例{source}号", purposes=OFFICER_PURPOSES
    )
    return msgspec.structs.replace(plain, **changes)


@dataclass(slots=True)
class Ledger:
    """Payroll without stores: every command is decided on the folded facts, every fact is reacted to at once.

    State and commands pass through their JSON on the way, as they do between a command and the next.
    """

    states: dict[str, msgspec.Struct] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    rules: RuleBook = RULES

    def tell(self, command: Command, actor: str = PREPARER, now: datetime = PAYDAY) -> tuple[Fact, ...]:
        """Decide, fold and react; raises `CommandRejected` for the command itself, notes those of reactions."""
        subject, aggregate = command.subject, SERVICE.aggregate_of(command.subject)
        command = decoder_of(type(command)).decode(encoder.encode(command))
        if isinstance(command, DraftRun):
            command = filled(command, self.states)
        command = filling.filled(command, self.states, context().pseudonym)
        state = self.states.get(subject, aggregate.initial)
        facts = aggregate.decide(state, command, context(actor, now, self.rules))
        for fact in facts:
            state = aggregate.evolve(state, fact)
        self.states[subject] = decoder_of(aggregate.state).decode(encoder.encode(state))
        told = [record_of(subject, fact, len(self.records) + i) for i, fact in enumerate(facts)]
        self.records += told
        for caused in [reaction.command for record in told for reaction in SERVICE.react(record)]:
            try:
                self.tell(caused, "reaction:payroll", now)
            except CommandRejected as no:
                self.refusals.append(no.code)
        return facts

    def refuses(self, code: str, command: Command, actor: str = PREPARER, now: datetime = PAYDAY) -> bool:
        """Whether the command is refused with `code` and changes nothing at all."""
        before = (dict(self.states), len(self.records))
        with pytest.raises(CommandRejected) as no:
            self.tell(command, actor, now)
        return (no.value.code, self.states, len(self.records)) == (code, *before) and bool(no.value.zh and no.value.en)

    def facts(self, body: type[Fact]) -> list[Any]:
        return [record.fact for record in self.records if isinstance(record.fact, body)]


def record_of(subject: str, fact: Fact, number: int) -> Record:
    envelope = Envelope(
        specversion="1.0",
        sequence=number + 1,
        prevhash="",
        id=f"e{number}",
        source="/payroll",
        type=kind_of(type(fact)),
        subject=subject,
        time=PAYDAY,
        recordedtime=PAYDAY,
        stream=f"/payroll/{subject}",
        streamversion=1,
        commandid="",
        commandhash="",
        correlationid="",
        actor="",
        data=msgspec.Raw(b"{}"),
    )
    return Record(partition=0, hash=b"", envelope=envelope, fact=fact)


def staffed(take_overs: Sequence[TakeOverOfficer], budgets: Sequence[BudgetFund], rules: RuleBook = RULES) -> Ledger:
    """A ledger with officers, each appraised ``good`` for the last quarter of 2025, and money."""
    ledger = Ledger(rules=rules)
    for command in take_overs:
        ledger.tell(command, "bureau:B01", TAKE_OVER_AT)
        appraisal = ConfirmAppraisal(officer=command.officer, year=2025, quarter=4, grade="good", work_counted=12)
        ledger.tell(appraisal, "bureau:B01", TAKE_OVER_AT)
    for one in budgets:
        ledger.tell(one, "finance:F1", TAKE_OVER_AT)
    return ledger


def approved(ledger: Ledger, month: Month = MARCH) -> Ledger:
    """The same ledger with the month's run drafted, checked and approved."""
    ledger.tell(DraftRun(month=month), PREPARER)
    ledger.tell(CheckRun(month=month), CHECKER)
    ledger.tell(ApproveRun(month=month), APPROVER)
    return ledger


def test_all_packs_of_pay_are_shipped_cited_and_marked_as_sample_where_figures_are_ours() -> None:
    assert {cited.name for cited in PACKS.cited} <= {pack.name for pack in ADOPTED}
    assert all(pack.citation for pack in ADOPTED)
    assert {cited.name for cited in PACKS.cited if not cited.sample} == {"income_tax", "calendar"}
    assert PACKS.version == (
        "pay_scale@2026.1 insurance@2026.1 income_tax@2021.1 funding@2026.2"
        " attendance@2026.1 contract_modes@2026.1 pay_guards@2026.1 calendar@2026-1"
    )


def test_tax_table_has_ascending_rows_that_meet_and_a_last_one() -> None:
    rows = PACKS.tax.brackets
    assert [row.up_to_fen is None for row in rows] == [False] * (len(rows) - 1) + [True]
    for row, higher in pairwise(rows):
        assert row.up_to_fen is not None
        # At the border both rows give the same tax, or the table would jump.
        low = row.up_to_fen * row.rate_basis_points // 10_000 - row.quick_deduction_fen
        assert low == row.up_to_fen * higher.rate_basis_points // 10_000 - higher.quick_deduction_fen


def test_funding_orders_exactly_the_four_sources_it_names() -> None:
    funding = PACKS.funding
    assert list(funding.order) == ["1", "2", "3", "4"]
    assert set(funding.order) == set(funding.sources)
    assert funding.capped_source in funding.order
    assert set(funding.required_purposes) <= set(funding.purposes)


def test_without_packs_nothing_is_decided() -> None:
    with pytest.raises(CommandRejected) as no:
        pay_packs_on(RuleBook(), MARCH.first_day)
    assert no.value.code == "no-rule-in-force"
