"""What a draft is computed from, out of the decision states of officers, funds and earlier runs; it decides nothing."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import Charge, YearToDate
from services.payroll.domain.drafting import run_subject
from services.payroll.domain.fund import Fund
from services.payroll.domain.officer import Officer
from services.payroll.domain.run import DraftRun, Line, Run
from services.payroll.pay import NOTHING_YET, DocumentLeft, LineKey, OfficerPay, Timeline

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
    """Inputs of `month` from decision states by subject, in officer and source order whatever order they come in.

    A run is looked up once and not kept: `states` may decode what it is asked for, and years of runs need not fit into
    memory side by side.
    """
    history, asked = _History(), dict[Month, tuple[Charge, ...]]()
    ordered = sorted(states)
    for subject in ordered:
        run = states[subject] if subject.startswith("run:") else None
        if isinstance(run, Run) and run.counts_as_paid:
            assert run.drafted is not None
            history.add(run, run.drafted.month)
            asked[run.drafted.month] = run.asked(*(line for line in run.lines if line.counts))
    officers, documents = [], list[DocumentLeft]()
    for subject in ordered:
        state = states[subject] if not subject.startswith("run:") else None
        if isinstance(state, Officer) and state.officer:
            officers.append(_officer_pay(state, month, history.slips.get(state.officer, _Slips())))
        elif isinstance(state, Fund):
            year, _, source = subject.removeprefix("fund:").partition("-")
            documents += _documents_left(int(year), source, state, asked)
    return PayInputs(officers=tuple(officers), documents=tuple(documents))


def asked_of(states: States, month: Month, source: str) -> tuple[Charge, ...]:
    """What an approved run that is not funded asks of a source, by document; empty when there is no such run."""
    run = states.get(run_subject(month))
    if not isinstance(run, Run) or run.stage != "approved" or source in run.committed:
        return ()
    return tuple(one for one in run.asked(*run.lines) if one.source == source)


class _Slips(msgspec.Struct, kw_only=True):
    """What approved runs paid an officer: sums by month and line, the tax years' sums, and the last month."""

    paid: dict[Month, Mapping[LineKey, int]] = {}
    years: dict[int, YearToDate] = {}
    last: Month | None = None


class _Own(NamedTuple):
    """A slip's own month: its amounts by line without those of nothing, and what its sides add up to."""

    sums: Mapping[LineKey, int]
    part_fen: int
    personal_fen: int


class _History:
    """Approved runs, added up by officer in the order of their months.

    Most months of an officer are paid alike, so slips with the same amounts share one mapping, which nobody changes.
    """

    def __init__(self) -> None:
        self.slips: dict[str, _Slips] = {}
        self._known: dict[tuple[LineKey, ...], dict[tuple[int, ...], _Own]] = {}

    def add(self, run: Run, month: Month) -> None:
        known = self._known.setdefault(run.codes, {})
        for line in run.lines:
            own = known.get(line.own)
            if own is None:
                own = known[line.own] = _own(run, line)
            slips = self.slips.get(line.officer)
            if slips is None:
                slips = self.slips[line.officer] = _Slips()
            slips.last = month
            slips.years[month.year] = _with_slip(slips.years.get(month.year, NOTHING_YET), run, line, own)
            if line.counts:
                _add_paid(slips.paid, own, run, line, month)


def _own(run: Run, line: Line) -> _Own:
    amounts = [(key, amount) for key, amount in zip(run.codes, line.own, strict=False) if amount]
    part, personal = (sum(amount for (one, _), amount in amounts if one == side) for side in ("part", "personal"))
    return _Own(dict(amounts), part, personal)


def _add_paid(paid: dict[Month, Mapping[LineKey, int]], own: _Own, run: Run, line: Line, month: Month) -> None:
    before = paid.get(month)
    if before is None:
        paid[month] = own.sums
    else:
        paid[month] = {key: before.get(key, 0) + own.sums.get(key, 0) for key in (*before, *own.sums)}
    for place, of_month, amount in line.earlier:
        sums = dict(paid.get(of_month, {}))
        sums[run.codes[place]] = sums.get(run.codes[place], 0) + amount
        paid[of_month] = sums


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


def _officer_pay(officer: Officer, month: Month, slips: _Slips) -> OfficerPay:
    """One officer's inputs: what was taken over, and the approved runs since, of which this tax year's add up."""
    timeline = timeline_of(officer, month)
    paid_through = max(timeline.paid_through_month, slips.last or timeline.paid_through_month)
    this_year, last_year = (
        _added(timeline.year_before(year), slips.years.get(year, NOTHING_YET))
        for year in (paid_through.year, paid_through.year - 1)
    )
    return OfficerPay(
        timeline=timeline,
        paid=slips.paid,
        paid_through_month=paid_through,
        year_to_date=this_year,
        last_year=last_year,
    )


def _added(one: YearToDate, other: YearToDate) -> YearToDate:
    return YearToDate(
        months=one.months + other.months,
        income_fen=Fen(one.income_fen + other.income_fen),
        insurance_fen=Fen(one.insurance_fen + other.insurance_fen),
        special_fen=Fen(one.special_fen + other.special_fen),
        tax_fen=Fen(one.tax_fen + other.tax_fen),
    )


def _with_slip(before: YearToDate, run: Run, line: Line, own: _Own) -> YearToDate:
    """The tax year's sums with one more slip. Of a reversed one the month and its deductions stay: it was worked."""
    counts = int(line.counts)
    part, personal = own.part_fen, own.personal_fen
    for place, _, amount in line.earlier:
        part += amount if run.codes[place][0] == "part" else 0
        personal += amount if run.codes[place][0] == "personal" else 0
    return YearToDate(
        months=before.months + 1,
        income_fen=Fen(before.income_fen + counts * part),
        insurance_fen=Fen(before.insurance_fen + counts * personal),
        special_fen=Fen(before.special_fen + line.special_deduction_fen),
        tax_fen=Fen(before.tax_fen + counts * line.tax_fen),
    )


def _documents_left(
    year: int, source: str, fund: Fund, asked_by: Mapping[Month, tuple[Charge, ...]]
) -> Iterator[DocumentLeft]:
    """What each document of the source has left, less what approved runs will still ask of it."""
    asked: dict[str, int] = {}
    for month, charges in asked_by.items():
        if month.year == year and fund.committed_to(str(month)) is None:
            for charge in charges:
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
