"""What a draft is computed from, out of the decision states of officers, funds and earlier runs; it decides nothing."""

from collections.abc import Mapping
from typing import Final

import msgspec

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import YearToDate
from services.payroll.domain.fund import Fund
from services.payroll.domain.officer import Officer
from services.payroll.domain.run import DraftRun, Line, Run
from services.payroll.pay import NOTHING_YET, FundLeft, OfficerPay

# Whose decision states the edge reads for a draft: all subjects with these prefixes.
READ_FOR_DRAFT: Final = ("officer", "fund", "run")

States = Mapping[str, msgspec.Struct]


class PayInputs(msgspec.Struct, frozen=True, kw_only=True):
    """The officers on record and the money left, as of the states read."""

    officers: tuple[OfficerPay, ...]
    funds: tuple[FundLeft, ...]


def filled(command: DraftRun, states: States) -> DraftRun:
    """The draft with its inputs, whatever the caller sent in their place. `states` by subject, of `READ_FOR_DRAFT`."""
    inputs = pay_inputs(states, command.month)
    return msgspec.structs.replace(command, officers=inputs.officers, funds=inputs.funds)


def pay_inputs(states: States, month: Month) -> PayInputs:
    """Inputs of `month` from decision states by subject, in officer and source order whatever order they come in."""
    ordered = sorted(states.items())
    runs = [state for _, state in ordered if isinstance(state, Run) and state.counts_as_paid]
    officers = [state for _, state in ordered if isinstance(state, Officer) and state.officer]
    lines_of = _lines_by_officer(runs)
    funds = [
        _fund_left(int(year), source, state, runs)
        for subject, state in ordered
        if isinstance(state, Fund)
        for year, _, source in [subject.removeprefix("fund:").partition("-")]
    ]
    return PayInputs(
        officers=tuple(_officer_pay(officer, month, lines_of.get(officer.officer, {})) for officer in officers),
        funds=tuple(funds),
    )


def _lines_by_officer(runs: list[Run]) -> dict[str, dict[Month, Line]]:
    found: dict[str, dict[Month, Line]] = {}
    for run in runs:
        assert run.drafted is not None
        for line in run.lines:
            found.setdefault(line.officer, {})[run.drafted.month] = line
    return found


def _officer_pay(officer: Officer, month: Month, paid: dict[Month, Line]) -> OfficerPay:
    """One officer's inputs: what was taken over, and the approved runs since, of which this tax year's add up."""
    assert officer.appointed_on is not None
    # A take-over that does not say through when it was paid is read as of this tax year, from January on.
    taken_over = officer.paid_through_month or Month(month.year, 1).plus(officer.year_to_date.months - 1)
    paid_through = max([taken_over, *paid])
    year_to_date = officer.year_to_date if taken_over.year == paid_through.year else NOTHING_YET
    for paid_month, line in sorted(paid.items()):
        if paid_month.year == paid_through.year:
            year_to_date = _with_line(year_to_date, line)
    return OfficerPay(
        officer=officer.officer,
        version=officer.version,
        town=officer.town,
        bank_account_pseudonym=officer.bank_account_pseudonym,
        appointed_on=officer.appointed_on,
        position=officer.position,
        qualification=officer.qualification,
        qualified_on=officer.qualified_on,
        appraisals=officer.appraisals,
        contribution_base_fen=officer.contribution_base_fen,
        special_deduction_fen=officer.special_deduction_fen,
        paid_through_month=paid_through,
        year_to_date=year_to_date,
    )


def _with_line(before: YearToDate, line: Line) -> YearToDate:
    return YearToDate(
        months=before.months + 1,
        income_fen=Fen(before.income_fen + line.gross_fen),
        insurance_fen=Fen(before.insurance_fen + line.personal_insurance_fen),
        special_fen=Fen(before.special_fen + line.special_deduction_fen),
        tax_fen=Fen(before.tax_fen + line.tax_fen),
    )


def _fund_left(year: int, source: str, fund: Fund, runs: list[Run]) -> FundLeft:
    """What the source has left, less what approved runs will still ask of it."""
    asked_fen = 0
    for run in runs:
        assert run.drafted is not None
        if run.drafted.month.year == year and fund.committed_to(str(run.drafted.month)) is None:
            asked_fen += sum(charge.amount_fen for charge in run.drafted.charges if charge.code == source)
    return FundLeft(year=year, source=source, left_fen=Fen(max(0, fund.left_fen - asked_fen)))
