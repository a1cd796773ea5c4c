"""Proves that audit's own sums give every balance payroll states and the rows it keeps, and find each wrong one."""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.recomputation.balances import BalanceRecomputation
from services.audit.recomputation.difference import Outcome
from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import Model, Record
from services.contracts.money import Fen
from services.contracts.payroll import (
    Amount,
    BankReturnImported,
    FundBudgetChanged,
    FundCommitted,
    FundCredited,
    FundMovedIn,
    FundMovedOut,
    FundPaid,
    FundReleased,
    FundTakenOver,
    InvoicePaid,
    OpenCommitment,
    PaymentSettled,
    PayslipComputed,
    RecoveryReceived,
    RunApproved,
    RunClosed,
    RunDrafted,
    SlipReversed,
    TaxDeclared,
    TownFundBudgeted,
)
from services.contracts.registry import Fact
from services.payroll.domain.fund import ChangeBudget, MovedPart, SettleOpening, TakeOverFund, TransferFund
from services.payroll.domain.payee import WithdrawInvoice
from services.payroll.domain.run import CloseRun, DeclareTax, IssueBankFile, RecordRecovery
from services.payroll.domain.town_fund import BudgetTownFund
from services.payroll.projections.funds import FUND_DOCUMENTS, FUNDS
from services.payroll.projections.ledger import BALANCES
from tests.unit.pay_told import log_of, recomputed, year_log
from tests.unit.payroll_money import CLERK, LEADER, accepted, hear, invoice
from tests.unit.test_audit_recomputed_pay import changed_at, leaves
from tests.unit.test_payroll_cases import CHECKER, MARCH, Ledger, budget, yuan
from tests.unit.test_payroll_invoices import approve, payment
from tests.unit.test_payroll_reversals import reverse
from tests.unit.test_payroll_runs import bank_return, issued

replace = msgspec.structs.replace
Edit = Callable[[Any], Any]


def outcome_of(records: list[Record] | tuple[Record, ...]) -> Outcome:
    return recomputed(BalanceRecomputation(), records)


# ── nothing is found where nothing is wrong ─────────────────────────────────────────────────────────────────────────


def of_partitions(model: Model[Any], records: tuple[Record, ...]) -> dict[str, Any]:
    """A read model of payroll over a log, as the projector folds it."""
    found: dict[str, Any] = {}
    for record in records:
        if isinstance(record.fact, model.listens):
            for key in model.keys(record):
                found[key] = model.evolve(found.get(key), record, key)
    return found


def recomputation_of(records: tuple[Record, ...]) -> BalanceRecomputation:
    made = BalanceRecomputation()
    recomputed(made, records)
    return made


def test_the_samples_year_of_money_is_recomputed_without_a_difference() -> None:
    outcome = outcome_of(year_log())
    assert (outcome.different, outcome.cannot_tell) == (0, ())
    assert outcome.equal > 12 * 198


def agrees(records: tuple[Record, ...]) -> None:
    """Audit's rows are payroll's: of every source, of every document, of every account."""
    made = recomputation_of(records)
    names = ("budget_fen", "committed_fen", "paid_fen", "credited_fen", "left_fen")
    for model, mine in ((FUNDS, made.funds_rows()), (FUND_DOCUMENTS, made.document_rows())):
        theirs = {
            key: {name: getattr(row, name) for name in names} for key, row in of_partitions(model, records).items()
        }
        assert mine == theirs
    accounts = {key: (row.debit_fen, row.credit_fen) for key, row in of_partitions(BALANCES, records).items()}
    assert made.account_rows() == accounts


def test_the_read_models_of_the_year_are_what_audit_sums_up() -> None:
    agrees(year_log())
    agrees(everything())


# ── planted ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def everything() -> tuple[Record, ...]:
    """A month paid in two bank files, a slip taken back, tax declared, money moved and taken over, an invoice paid."""
    ledger = issued()
    ledger.tell(bank_return(ledger, O002="returned"), CHECKER)
    ledger.tell(IssueBankFile(month=MARCH), CHECKER)
    ledger.tell(bank_return(ledger, "f2", O001="absent", O003="absent"), CHECKER)
    reverse(ledger)
    ledger.tell(
        RecordRecovery(
            month=MARCH, officer="O002", amount_fen=yuan("1,000.00"), reference="缴1", received_on=date(2026, 3, 16)
        ),
        CHECKER,
    )
    agent = ledger.facts(PayslipComputed)[0].withholding_agent
    ledger.tell(DeclareTax(month=MARCH, unit=agent, file_sha256="0" * 64), CHECKER)
    ledger.tell(CloseRun(month=MARCH), CHECKER)
    _funds(ledger)
    _invoices(ledger)
    assert not ledger.refusals
    return tuple(log_of(ledger))


def _funds(ledger: Ledger) -> None:
    ledger.tell(
        TakeOverFund(
            year=2026, source="4", document="旧账1号", purposes=("officer_pay",), amount_fen=yuan("500.00"),
            paid_fen=yuan("100.00"), commitments=(OpenCommitment(claim="旧欠", open_fen=yuan("50.00")),),
            as_at_on=date(2026, 1, 1), taken_from="旧系统", take_over_document="接续1号",
        )
    )  # fmt: skip
    claim = "opening:旧账1号/旧欠"
    ledger.tell(
        SettleOpening(year=2026, source="4", claim=claim, outcome="paid", amount_fen=yuan("20.00"), note="回单")
    )
    ledger.tell(
        ChangeBudget(year=2026, source="3", document="示例3号", change_fen=yuan("-100.00"), change_document="调整1号")
    )
    moved = (MovedPart(document="示例3号", amount_fen=yuan("10.00")),)
    ledger.tell(
        TransferFund(year=2026, source="3", move_no="D-1", to_source="4", decision_document="调1号", documents=moved)
    )


def _invoices(ledger: Ledger) -> None:
    ledger.tell(budget("4", "1,000.00", document="示例购买服务1号", purposes=("purchased_services",)))
    for number in ("1", "2"):
        hear(ledger, "contractor:K001", accepted(f"GD-{number}", "100.00"))
        ledger.tell(invoice(f"FP-{number}", "100.00", f"GD-{number}"), CLERK)
        ledger.tell(approve(f"FP-{number}"), LEADER)
    ledger.tell(payment("FP-1"), CLERK)
    ledger.tell(WithdrawInvoice(contractor="K001", invoice_no="FP-2", reason="开错"), CLERK)
    ledger.tell(BudgetTownFund(year=2026, town="T01", amount_fen=yuan("250.00"), document="镇预1号"), "town-leader:T01")


def planted(kind: type[Fact], edit: Edit, nth: int = 0) -> list[Record]:
    """The log with another fact in the place of the nth of a kind."""
    records = list(everything())
    places = [n for n, record in enumerate(records) if isinstance(record.fact, kind)]
    record = records[places[nth]]
    records[places[nth]] = replace(record, fact=edit(record.fact))
    assert records[places[nth]] != record
    return records


def with_more(name: str, fen: int = 100) -> Edit:
    return lambda fact: replace(fact, **{name: Fen(getattr(fact, name) + fen)})


def charges_more(fact: Any) -> Any:
    """A fact about a source that takes one yuan more of a document, sums and balance made to agree."""
    first, *others = fact.by_document
    changed = {"amount_fen": Fen(fact.amount_fen + 100)}
    if isinstance(fact, FundCommitted):
        changed["left_fen"] = Fen(fact.left_fen - 100)
    return replace(fact, by_document=(replace(first, amount_fen=Fen(first.amount_fen + 100)), *others), **changed)


def test_without_a_plant_nothing_is_found_and_every_kind_of_fact_is_there() -> None:
    outcome = outcome_of(everything())
    assert (outcome.different, outcome.differences, outcome.cannot_tell) == (0, (), ())
    kinds = {type(record.fact) for record in everything()}
    assert kinds >= {
        FundCommitted, FundPaid, FundReleased, FundCredited, FundMovedOut, FundMovedIn, FundTakenOver, FundBudgetChanged,
        InvoicePaid, RecoveryReceived, TaxDeclared, RunClosed, TownFundBudgeted,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "edit", "lines"),
    [
        (FundCommitted, with_more("left_fen"), {"FundCommitted/left_fen"}),
        (FundReleased, with_more("left_fen"), {"FundReleased/left_fen"}),
        (FundCredited, with_more("left_fen"), {"FundCredited/left_fen"}),
        (FundBudgetChanged, with_more("left_fen"), {"FundBudgetChanged/left_fen"}),
        (FundMovedIn, with_more("left_fen"), {"FundMovedIn/left_fen"}),
        (FundCommitted, with_more("returning_fen"), {"FundCommitted/returning_fen"}),
        (FundPaid, with_more("amount_fen"), {"FundPaid/amount_fen"}),
        (TownFundBudgeted, with_more("left_fen"), {"TownFundBudgeted/left_fen"}),
        (RecoveryReceived, with_more("left_fen"), {"RecoveryReceived/left_fen"}),
        (RunDrafted, with_more("gross_fen"), {"RunDrafted/gross_fen"}),
        (RunDrafted, lambda fact: replace(fact, slip_count=2), {"RunDrafted/slip_count"}),
        (RunDrafted, lambda fact: replace(fact, charges=(*fact.charges, Amount(code="2", amount_fen=Fen(1)))),
         {"RunDrafted/charges"}),
        (RunApproved, with_more("net_fen"), {"RunApproved/net_fen"}),
        (RunApproved, lambda fact: replace(fact, by_town=fact.by_town[1:]), {"RunApproved/by_town"}),
        (BankReturnImported, with_more("settled_fen"), {"BankReturnImported/settled_fen"}),
        (PaymentSettled, with_more("amount_fen"), {"PaymentSettled/amount_fen"}),
        (SlipReversed, with_more("gross_fen"), {"SlipReversed/gross_fen"}),
        (SlipReversed, lambda fact: replace(fact, settled=False), {"SlipReversed/settled", "FundCredited/cause"}),
        (TaxDeclared, with_more("tax_fen"), {"TaxDeclared/tax_fen"}),
        (RunClosed, with_more("settled_fen"), {"RunClosed/settled_fen"}),
    ],
)  # fmt: skip
def test_a_wrong_sum_is_found_at_its_fact(kind: type[Fact], edit: Edit, lines: set[str]) -> None:
    records = planted(kind, edit)
    outcome = outcome_of(records)
    assert {one.line for one in outcome.differences} >= lines
    first = next(one for one in outcome.differences if one.line in lines)
    assert outcome.equal + outcome.different == outcome_of(everything()).equal
    record = next(record for record in records if record.envelope.id == first.evidence[0].event_id)
    assert (first.kind, first.about, bool(first.zh and first.en)) == (
        "recomputed_balance",
        record.envelope.subject,
        True,
    )
    assert first.evidence[0].hash == record.hash.hex()


@pytest.mark.parametrize("kind", [FundCommitted, FundPaid])
def test_money_that_nothing_asked_for_is_found_though_its_sums_agree(kind: type[Fact]) -> None:
    found = {one.line: one for one in outcome_of(planted(kind, charges_more)).differences}
    asked = found[f"{kind.__name__}/cause"]
    assert len(asked.evidence) > 1, "what did ask is named beside it"


def test_a_document_paid_beyond_its_promise_and_money_from_nowhere_are_found() -> None:
    over = outcome_of(planted(FundPaid, lambda fact: charges_more(charges_more(fact)), 0)).differences
    assert "FundPaid/overdrawn_fen" in {one.line for one in over}
    moved = outcome_of(
        planted(
            FundMovedIn,
            lambda fact: replace(
                fact, amount_fen=Fen(2_000), left_fen=Fen(fact.left_fen + 1_000),
                documents=(replace(fact.documents[0], amount_fen=Fen(2_000)),),
            ),
        )
    ).differences  # fmt: skip
    assert "FundMovedIn/cause" in {one.line for one in moved}


def test_a_payment_told_twice_is_found_as_paid_before() -> None:
    records = list(everything())
    twice = next(record for record in records if isinstance(record.fact, PaymentSettled))
    place = max(n for n, record in enumerate(records) if record.envelope.subject == twice.envelope.subject)
    envelope = replace(twice.envelope, id="event-again", sequence=10_000, streamversion=10_000)
    records.insert(place + 1, replace(twice, envelope=envelope))
    lines = [one.line for one in outcome_of(records).differences]
    assert lines == ["PaymentSettled/amount_fen"]


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(12)))
def test_what_is_found_does_not_hang_on_how_partitions_are_interleaved(order: list[int]) -> None:
    records = planted(FundCommitted, charges_more)
    by_partition = [record for partition in order for record in records if record.partition == partition]
    assert outcome_of(by_partition) == outcome_of(records)


JUDGED = ("_fen", "_count")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_sum_of_a_money_fact_can_be_changed_unnoticed(data: st.DataObject) -> None:
    """Sums of sources, towns, contractors and runs: each is stated once more somewhere, or follows from what is."""
    listens = BalanceRecomputation().listens
    records = list(everything())
    places = [n for n, record in enumerate(records) if isinstance(record.fact, listens)]
    place = data.draw(st.sampled_from([n for n in places if not isinstance(records[n].fact, PayslipComputed)]))
    fact = records[place].fact
    document = msgspec.json.decode(encoder.encode(fact))
    sums = [path for path in leaves(document) if str(path[-1]).endswith(JUDGED) and _known(document, path)]
    if sums:
        changed_at(document, data.draw(st.sampled_from(sums)))
        other = decoder_of(type(fact)).decode(msgspec.json.encode(document))
        records[place] = replace(records[place], fact=other)
        assert outcome_of(records).differences


def _known(document: object, path: tuple[str | int, ...]) -> bool:
    """Whether a sum is stated at all."""
    for key in path:
        document = document[key]  # type: ignore[index]
    return document is not None
