"""Proves that audit's own code gives every payslip of the sample's year, and finds and names each kind of wrong one."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.recomputation.difference import Difference, Outcome
from services.audit.recomputation.payslips import PayslipRecomputation
from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import Record
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    AbsenceRecorded,
    CertificateRecorded,
    Charge,
    PayLine,
    PayslipComputed,
    PayslipComputed1,
    RulePackAdopted,
    RunDrafted,
    SlipReversed,
    SpecialDeductionDeclared,
)
from services.contracts.registry import Fact, kind_of
from services.contracts.sealed import Sealed
from services.payroll.domain.run import ConfirmSlipReversal, RequestSlipReversal
from services.payroll.service import SERVICE
from tests.unit.pay_told import log_of, recomputed, year_log
from tests.unit.test_payroll_cases import (
    APPROVER,
    CHECKER,
    MARCH,
    Ledger,
    approved,
    budget,
    record_of,
    staffed,
    take_over,
    ytd,
)

replace = msgspec.structs.replace
APRIL, MAY = Month(2026, 4), Month(2026, 5)
YEAR_SECONDS_MAX = 60
BOX = Sealed(person="p_1", group="sensitive", at="e/f", box="")
THIRD: Any = {"source": "3", "document": "示例3号"}
Edit = Callable[[PayslipComputed], PayslipComputed]


def outcome_of(records: list[Record] | tuple[Record, ...]) -> Outcome:
    return recomputed(PayslipRecomputation(), records)


def state(ledger: Ledger, officer: str, fact: Fact) -> None:
    """A fact about an officer, stated and folded as the decision that leads to it does."""
    subject = f"officer:{officer}"
    aggregate = SERVICE.aggregate_of(subject)
    ledger.states[subject] = aggregate.evolve(ledger.states.get(subject, aggregate.initial), fact)
    ledger.records.append(record_of(subject, fact, len(ledger.records)))


def certificate(officer: str, issued_on: date, qualification: str = "senior", **changes: Any) -> CertificateRecorded:
    fields: dict[str, Any] = {
        "officer": officer, "town": "T01", "certificate": "p_c1", "number": BOX, "qualification": qualification,
        "issued_on": issued_on, "expires_on": None, "document": "示例证书",
    }  # fmt: skip
    return CertificateRecorded(**(fields | changes))


def absence(officer: str, from_on: date, until_on: date | None, kind: str, number: str = "A-1") -> AbsenceRecorded:
    return AbsenceRecorded(
        officer=officer, town="T01", absence_no=number, kind=kind, from_on=from_on, until_on=until_on,
        evidence_sha256="0" * 64, corrects="", grounds=(),
    )  # fmt: skip


# ── the whole year ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_samples_year_of_198_officers_is_recomputed_without_a_difference() -> None:
    records, began = year_log(), time.process_time()
    outcome = outcome_of(records)
    assert time.process_time() - began < YEAR_SECONDS_MAX
    assert (outcome.equal, outcome.different, outcome.cannot_tell) == (12 * 198, 0, ())


# ── planted ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def three_months() -> tuple[Record, ...]:
    """Four officers to May: one who owes tax of months before, one sick in May, one whose certificate of February came to light in May."""
    ledger = staffed(
        [
            take_over("O001"),
            take_over("O002", year_to_date=ytd(2, "256,780.00", tax="20,000.00")),
            take_over("O003", position="lead"),
            take_over("O004"),
        ],
        [budget("1", "5,000.00"), budget("3")],
    )
    approved(approved(ledger), APRIL)
    state(ledger, "O003", absence("O003", date(2026, 5, 6), date(2026, 5, 19), "sick"))
    state(ledger, "O004", certificate("O004", date(2026, 2, 10)))
    return tuple(log_of(approved(ledger, MAY)))


def test_late_deductions_for_months_before_and_notes_with_a_weekend_between_are_recomputed_alike() -> None:
    """Two years of sickness reach a Friday of March and go on on Monday; the other declares 1,000 a month from January on in March."""
    ledger = staffed([take_over("O001"), take_over("O002")], [budget("3")])
    state(ledger, "O001", absence("O001", date(2024, 1, 1), date(2026, 3, 6), "sick"))
    state(ledger, "O001", absence("O001", date(2026, 3, 9), None, "sick", "A-2"))
    declared = SpecialDeductionDeclared(
        officer="O002", from_month=Month(2026, 1), monthly_fen=Fen(100_000), document="示例扣除信息表"
    )
    state(ledger, "O002", declared)
    outcome = outcome_of(tuple(log_of(approved(ledger))))
    assert (outcome.equal, outcome.different, outcome.cannot_tell) == (2, 0, ())
    sick, late = ledger.facts(PayslipComputed)
    assert {one.kind for one in sick.bases[0].absences} == {"sick_beyond_term"}
    assert late.withholding.special_deduction_fen == 300_000


def edited(officer: str, edit: Edit) -> list[Record]:
    """The log with another slip of May in its place."""

    def planted(record: Record) -> Record:
        fact = record.fact
        if isinstance(fact, PayslipComputed) and (fact.officer, fact.month) == (officer, MAY):
            assert edit(fact) != fact
            return replace(record, fact=edit(fact))
        return record

    return [planted(record) for record in three_months()]


def found_in(records: list[Record]) -> dict[str, Difference]:
    outcome = outcome_of(records)
    assert outcome.different == len({(one.about, one.month) for one in outcome.differences})
    assert all(one.zh and one.en and one.evidence and one.said != one.recomputed for one in outcome.differences)
    return {one.line: one for one in outcome.differences}


def line_at(slip: PayslipComputed, side: str, code: str, month: Month = MAY) -> int:
    return next(n for n, one in enumerate(slip.lines) if (one.side, one.code, one.month) == (side, code, month))


def with_line(slip: PayslipComputed, place: int, **changes: Any) -> PayslipComputed:
    lines = list(slip.lines)
    lines[place] = replace(lines[place], **changes)
    return replace(slip, lines=tuple(lines))


def more(side: str, code: str, fen: int = 10_000, month: Month = MAY) -> Edit:
    """A slip with more on one line and everything that follows from it made to agree: sums, tax base, charges."""

    def edit(slip: PayslipComputed) -> PayslipComputed:
        place = line_at(slip, side, code, month)
        line = slip.lines[place]
        charges = tuple(
            replace(one, amount_fen=Fen(one.amount_fen + fen))
            for one in line.charges or (Charge(**THIRD, amount_fen=Fen(0)),)
        )
        charges = charges if side != "personal" else ()
        slip = with_line(slip, place, amount_fen=Fen(line.amount_fen + fen), charges=charges)
        if side == "part":
            return replace(slip, gross_fen=Fen(slip.gross_fen + fen), net_fen=Fen(slip.net_fen + fen))
        if side == "personal":
            sums = slip.personal_insurance_fen + fen
            return replace(slip, personal_insurance_fen=Fen(sums), net_fen=Fen(slip.net_fen - fen))
        return replace(slip, employer_insurance_fen=Fen(slip.employer_insurance_fen + fen))

    return edit


def test_without_a_plant_nothing_is_found_and_every_kind_of_slip_is_there() -> None:
    outcome = outcome_of(three_months())
    assert (outcome.equal, outcome.different, outcome.cannot_tell) == (12, 0, ())
    slips = {
        (one.fact.officer, one.fact.month): one.fact for one in three_months() if isinstance(one.fact, PayslipComputed)
    }
    assert slips["O002", MAY].tax_fen > 0
    assert slips["O003", MAY].bases[0].absences
    assert {line.month for line in slips["O004", MAY].lines} == {MARCH, APRIL, MAY}
    split = [line for slip in slips.values() for line in slip.lines if len(line.charges) > 1]
    assert split, "a source ends within a line"


@pytest.mark.parametrize(
    ("officer", "side", "code", "month", "behind"),
    [
        ("O001", "part", "base", MAY, {"OfficerTakenOver", "pay_scale"}),
        ("O001", "part", "position", MAY, {"OfficerTakenOver", "pay_scale"}),
        ("O001", "part", "service_years", MAY, {"OfficerTakenOver", "pay_scale"}),
        ("O001", "part", "performance", MAY, {"AppraisalConfirmed", "pay_scale"}),
        ("O004", "part", "qualification", MAY, {"CertificateRecorded", "pay_scale"}),
        ("O003", "part", "base", MAY, {"AbsenceRecorded", "pay_scale", "attendance"}),
        ("O001", "personal", "pension", MAY, {"OfficerTakenOver", "insurance"}),
        ("O001", "employer", "pension", MAY, {"OfficerTakenOver", "insurance"}),
        ("O004", "part", "qualification", MARCH, {"CertificateRecorded", "pay_scale", "PayslipComputed"}),
    ],
)  # fmt: skip
def test_a_forged_line_whose_sums_all_agree_is_found_alone_with_the_facts_behind_it(
    officer: str, side: str, code: str, month: Month, behind: set[str]
) -> None:
    records = edited(officer, more(side, code, month=month))
    by_id = {record.envelope.id: record for record in records}
    found = found_in(records)
    assert set(found) == {f"{side}/{code}/{month}"}
    one = found[f"{side}/{code}/{month}"]
    assert (one.kind, one.about, one.month, one.town) == ("recomputed_payslip", f"officer:{officer}", "2026-05", "T01")
    stated = by_id[one.evidence[0].event_id]
    assert isinstance(stated.fact, PayslipComputed)
    assert one.evidence[0].hash == stated.hash.hex()
    facts = [by_id[evidence.event_id].fact for evidence in one.evidence[1:]]
    assert {fact.name if isinstance(fact, RulePackAdopted) else type(fact).__name__ for fact in facts} >= behind


def _less_tax(slip: PayslipComputed) -> PayslipComputed:
    tax = Fen(slip.tax_fen - 1_000)
    held = replace(slip.withholding, tax_fen=tax)
    return replace(slip, withholding=held, tax_fen=tax, net_fen=Fen(slip.net_fen + 1_000))


def _other_source(slip: PayslipComputed) -> PayslipComputed:
    place = line_at(slip, "part", "base")
    line = slip.lines[place]
    return with_line(slip, place, charges=(Charge(source="1", document="示例1号", amount_fen=line.amount_fen),))


def _without_difference(slip: PayslipComputed) -> PayslipComputed:
    """The slip without what is still due for March."""
    gone = sum(one.amount_fen for one in slip.lines if one.month == MARCH)
    kept = tuple(one for one in slip.lines if one.month != MARCH)
    return replace(
        slip, lines=kept, gross_fen=Fen(slip.gross_fen - gone), net_fen=Fen(slip.net_fen - gone),
        bases=tuple(one for one in slip.bases if one.month != MARCH),
    )  # fmt: skip


def _better_qualified(slip: PayslipComputed) -> PayslipComputed:
    """Basis and part forged together."""
    return replace(more("part", "qualification", 30_000)(slip), bases=(replace(slip.bases[0], qualification="senior"),))


def _fewer_days_away(slip: PayslipComputed) -> PayslipComputed:
    (basis,) = slip.bases
    (days,) = basis.absences
    return replace(slip, bases=(replace(basis, absences=(replace(days, workdays=days.workdays - 1),)),))


def _put_off(slip: PayslipComputed) -> PayslipComputed:
    return replace(slip, deferred=(PayLine(side="part", code="base", month=APRIL, amount_fen=Fen(-500)),))


@pytest.mark.parametrize(
    ("officer", "edit", "lines"),
    [
        ("O002", _less_tax, {"tax/tax_fen"}),
        ("O001", _other_source, {"charges/part/base/2026-05"}),
        ("O004", _without_difference, {"part/qualification/2026-03", "basis/2026-03"}),
        ("O001", _better_qualified, {"part/qualification/2026-05", "basis/2026-05/qualification"}),
        ("O003", _fewer_days_away, {"basis/2026-05/absences"}),
        ("O001", _put_off, {"deferred/part/base/2026-04"}),
        ("O001", lambda slip: replace(slip, net_fen=Fen(slip.net_fen + 1)), {"net_fen"}),
        ("O001", lambda slip: replace(slip, gross_fen=Fen(slip.gross_fen + 1)), {"gross_fen"}),
        ("O001", lambda slip: replace(slip, bank_account_pseudonym="p_other"), {"bank_account_pseudonym"}),
        ("O001", lambda slip: replace(slip, town="T09"), {"town"}),
        ("O001", lambda slip: replace(slip, payer="劳务公司"), {"payer"}),
        ("O001", lambda slip: replace(slip, notes=("below_minimum_wage",)), {"notes"}),
        ("O001", lambda slip: replace(slip, pack_version="pay_scale@2020.1"), {"pack_version"}),
        ("O004", lambda slip: replace(slip, officer_version=2), {
            "officer_version", "part/qualification/2026-03", "part/qualification/2026-04", "part/qualification/2026-05",
            "basis/2026-03", "basis/2026-04", "basis/2026-05/qualification", "basis/2026-05/qualification_version",
        }),
    ],
)  # fmt: skip
def test_a_slip_altered_in_one_place_is_found_there_and_nowhere_else(officer: str, edit: Edit, lines: set[str]) -> None:
    assert set(found_in(edited(officer, edit))) == lines


def test_a_withholding_that_starts_from_other_sums_of_the_year_is_found() -> None:
    def edit(slip: PayslipComputed) -> PayslipComputed:
        before = replace(slip.withholding.before, income_fen=Fen(0))
        return replace(slip, withholding=replace(slip.withholding, before=before))

    assert set(found_in(edited("O002", edit))) == {"tax/before.income_fen"}


def test_a_slip_of_nobody_and_an_officer_without_one_are_found() -> None:
    ghost = found_in(edited("O004", lambda slip: replace(slip, officer="O404")))
    assert ghost["slip"].about in ("officer:O404", "officer:O004")
    both = outcome_of(edited("O004", lambda slip: replace(slip, officer="O404"))).differences
    assert {one.about for one in both if one.line == "slip"} == {"officer:O404", "officer:O004"}
    without = [
        replace(record, fact=replace(record.fact, slip_count=3))
        if isinstance(record.fact, RunDrafted) and record.fact.month == MAY
        else record
        for record in three_months()
        if not (isinstance(record.fact, PayslipComputed) and (record.fact.officer, record.fact.month) == ("O001", MAY))
    ]
    missing = [one for one in outcome_of(without).differences if one.line == "slip"]
    assert [one.about for one in missing] == ["officer:O001"]


def test_what_was_paid_wrongly_is_due_again_the_month_after() -> None:
    """An earlier slip altered on the log changes what the later ones should have said: both are named."""

    def planted(record: Record) -> Record:
        fact = record.fact
        if isinstance(fact, PayslipComputed) and (fact.officer, fact.month) == ("O001", APRIL):
            return replace(record, fact=more("part", "base", month=APRIL)(fact))
        return record

    outcome = outcome_of([planted(record) for record in three_months()])
    lines = {(one.month, one.line) for one in outcome.differences}
    assert {("2026-04", "part/base/2026-04"), ("2026-05", "part/base/2026-04")} <= lines
    assert {one.about for one in outcome.differences} == {"officer:O001"}


def test_a_slip_of_the_first_version_cannot_be_told_and_is_no_difference() -> None:
    records = [
        replace(record, envelope=replace(record.envelope, type=kind_of(PayslipComputed1)))
        if isinstance(record.fact, PayslipComputed) and (record.fact.officer, record.fact.month) == ("O001", MAY)
        else record
        for record in three_months()
    ]
    outcome = outcome_of(records)
    assert (outcome.equal, outcome.different) == (11, 0)
    assert outcome.unclear == {"erased": 0, "sealed": 0, "not_recomputable": 1}
    (one,) = outcome.cannot_tell
    assert (one.about, one.month, bool(one.zh and one.en)) == ("officer:O001", "2026-05", True)


def test_without_the_rules_nothing_can_be_told() -> None:
    records = [
        one for one in three_months() if not (isinstance(one.fact, RulePackAdopted) and one.fact.name == "insurance")
    ]
    outcome = outcome_of(records)
    assert (outcome.equal, outcome.different, len(outcome.cannot_tell)) == (0, 0, 12)


def test_a_draft_that_was_read_in_part_is_not_judged_by_what_was_not_read() -> None:
    records = list(three_months())
    last = max(n for n, one in enumerate(records) if isinstance(one.fact, PayslipComputed))
    outcome = outcome_of(records[:last])
    assert (outcome.equal, outcome.different) == (11, 0)


def stamped(records: list[Record], apart: timedelta) -> list[Record]:
    """The log with the last reversal stamped `apart` after the last draft, which knew of it all the same."""
    drafted = max(record.envelope.recordedtime for record in records if isinstance(record.fact, RunDrafted))
    return [
        replace(record, envelope=replace(record.envelope, recordedtime=drafted + apart))
        if isinstance(record.fact, SlipReversed)
        else record
        for record in records
    ]


def test_what_a_draft_read_may_be_stamped_a_little_later_than_itself_but_not_much() -> None:
    """States are read before a decision has its instant, and by another process than the one that wrote them."""
    ledger = approved(staffed([take_over("O001"), take_over("O002")], [budget("3")]))
    ledger.tell(RequestSlipReversal(month=MARCH, officer="O002", reason="x", document="x"), CHECKER)
    ledger.tell(ConfirmSlipReversal(month=MARCH, officer="O002"), APPROVER)
    records = log_of(approved(ledger, APRIL))
    assert outcome_of(records).differences == ()
    assert outcome_of(stamped(records, timedelta(seconds=1))).differences == ()
    late = outcome_of(stamped(records, timedelta(hours=1))).differences
    assert {one.about for one in late} == {"officer:O002"}, "March was not due again by what was known"


# ── laws ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(12)), st.sampled_from(["O001", "O004"]))
def test_what_is_found_does_not_hang_on_how_partitions_are_interleaved(order: list[int], officer: str) -> None:
    records = edited(officer, more("part", "base"))
    by_partition = [record for partition in order for record in records if record.partition == partition]
    assert outcome_of(by_partition) == outcome_of(records)


Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where every single value of a JSON document stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        yield path
    else:
        for key, one in inner:
            yield from leaves(one, (*path, key))


def changed_at(document: Any, path: Path) -> None:
    """Another value in a place: a sum one fen more, a month earlier, a text longer."""
    *way, last = path
    for key in way:
        document = document[key]
    value = document[last]
    if isinstance(value, bool):
        document[last] = not value
    elif isinstance(value, int):
        document[last] = value + 1
    elif re.fullmatch(r"\d{4}-\d\d", value):
        document[last] = str(Month.parse(value).plus(-1))
    else:
        document[last] = f"{value}9"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_single_value_of_a_slip_can_be_changed_unnoticed(data: st.DataObject) -> None:
    officer = data.draw(st.sampled_from(["O001", "O002", "O003", "O004"]))
    (slip,) = (
        record.fact
        for record in three_months()
        if isinstance(record.fact, PayslipComputed) and (record.fact.officer, record.fact.month) == (officer, MAY)
    )
    document = msgspec.json.decode(encoder.encode(slip))
    changed_at(document, data.draw(st.sampled_from(list(leaves(document)))))
    other = decoder_of(PayslipComputed).decode(msgspec.json.encode(document))
    outcome = outcome_of(edited(officer, lambda _: other))
    assert outcome.differences
    assert outcome.cannot_tell == ()
    assert {one.month for one in outcome.differences} == {"2026-05"}
