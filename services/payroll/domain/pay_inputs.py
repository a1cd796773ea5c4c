"""What a draft is computed from, out of the decision states of officers, funds and earlier runs; it decides nothing."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import YearToDate
from services.payroll.domain.fund import Fund
from services.payroll.domain.officer import Officer
from services.payroll.domain.run import DraftRun, Line, Run
from services.payroll.pay import DocumentLeft, LineKey, OfficerPay, Timeline

# Whose decision states the edge reads for a draft: all subjects with these prefixes.
READ_FOR_DRAFT: Final = ("officer", "fund", "run")

States = Mapping[str, msgspec.Struct]


class PayInputs(msgspec.Struct, frozen=True, kw_only=True):
    """The officers on record and the money left, as of the states read."""

    officers: tuple[OfficerPay, ...]
    documents: tuple[DocumentLeft, ...]


def filled(command: DraftRun, states: States) -> DraftRun:
    """The draft with its inputs, whatever the caller sent in their place. `states` by subject, of `READ_FOR_DRAFT`."""
    inputs = pay_inputs(states, command.month)
    return msgspec.structs.replace(command, officers=inputs.officers, documents=inputs.documents)


def pay_inputs(states: States, month: Month) -> PayInputs:
    """Inputs of `month` from decision states by subject, in officer and source order whatever order they come in."""
    ordered = sorted(states.items())
    runs = [state for _, state in ordered if isinstance(state, Run) and state.counts_as_paid]
    officers = [state for _, state in ordered if isinstance(state, Officer) and state.officer]
    slips = _slips_by_officer(runs)
    documents = [
        left
        for subject, state in ordered
        if isinstance(state, Fund)
        for year, _, source in [subject.removeprefix("fund:").partition("-")]
        for left in _documents_left(int(year), source, state, runs)
    ]
    return PayInputs(
        officers=tuple(_officer_pay(officer, month, slips.get(officer.officer, {})) for officer in officers),
        documents=tuple(documents),
    )


def _slips_by_officer(runs: list[Run]) -> dict[str, dict[Month, "_Slip"]]:
    found: dict[str, dict[Month, _Slip]] = {}
    for run in runs:
        assert run.drafted is not None
        for line in run.lines:
            found.setdefault(line.officer, {})[run.drafted.month] = _Slip(run, line)
    return found


class _Slip(NamedTuple):
    """A line of an approved run, and the run that can read it."""

    run: Run
    line: Line


def timeline_of(officer: Officer, month: Month) -> Timeline:
    """The officer over time, as pay reads it. `month`: whose tax year a take-over that names no month is read in."""
    assert officer.service_from_on is not None
    taken_over = officer.paid_through_month or Month(month.year, 1).plus(officer.year_to_date.months - 1)
    return Timeline(
        officer=officer.officer,
        version=officer.version,
        bank_account_pseudonym=officer.bank_account_pseudonym,
        service_from_on=officer.service_from_on,
        service_behind=officer.service_behind,
        posts=officer.posts,
        certificates=tuple(officer.certificates.values()),
        absences=tuple(officer.absences.values()),
        appraisals=officer.appraisals,
        bases=officer.bases,
        deductions=officer.deductions,
        paid_through_month=taken_over,
        year_to_date=officer.year_to_date,
        tax_standings=officer.tax_standings,
    )


def _officer_pay(officer: Officer, month: Month, slips: dict[Month, "_Slip"]) -> OfficerPay:
    """One officer's inputs: what was taken over, and the approved runs since, of which this tax year's add up."""
    timeline = timeline_of(officer, month)
    paid_through = max([timeline.paid_through_month, *slips])
    years = {year: timeline.year_before(year) for year in (paid_through.year - 1, paid_through.year)}
    paid: dict[Month, dict[LineKey, int]] = {}
    for slip_month, slip in sorted(slips.items()):
        if slip_month.year in years:
            years[slip_month.year] = _with_slip(years[slip_month.year], slip)
        for line in slip.run.paid(slip.line) if slip.line.counts else ():
            sums = paid.setdefault(line.month, {})
            sums[line.side, line.code] = sums.get((line.side, line.code), 0) + line.amount_fen
    return OfficerPay(
        timeline=timeline,
        paid=paid,
        paid_through_month=paid_through,
        year_to_date=years[paid_through.year],
        last_year=years[paid_through.year - 1],
    )


def _with_slip(before: YearToDate, slip: "_Slip") -> YearToDate:
    """The tax year's sums with one more slip. Of a reversed one the month and its deductions stay: it was worked."""
    run, line = slip
    counts = int(line.counts)
    return YearToDate(
        months=before.months + 1,
        income_fen=Fen(before.income_fen + counts * run.side_fen(line, "part")),
        insurance_fen=Fen(before.insurance_fen + counts * run.side_fen(line, "personal")),
        special_fen=Fen(before.special_fen + line.special_deduction_fen),
        tax_fen=Fen(before.tax_fen + counts * line.tax_fen),
    )


def _documents_left(year: int, source: str, fund: Fund, runs: list[Run]) -> Iterator[DocumentLeft]:
    """What each document of the source has left, less what approved runs will still ask of it."""
    asked: dict[str, int] = {}
    for run in runs:
        assert run.drafted is not None
        if run.drafted.month.year == year and fund.committed_to(str(run.drafted.month)) is None:
            for charge in run.asked(*(line for line in run.lines if line.counts)):
                if charge.source == source and charge.amount_fen > 0:
                    asked[charge.document] = asked.get(charge.document, 0) + charge.amount_fen
    for one in fund.documents:
        yield DocumentLeft(
            year=year,
            source=source,
            document=one.document,
            purposes=one.purposes,
            left_fen=Fen(max(0, one.left_fen - asked.get(one.document, 0))),
            block_basis=one.block_basis,
        )
