"""Facts about declarations (社会保险申报, 个人所得税扣缴申报) of an approved run, and what was remitted on them."""

from datetime import date

import msgspec

from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import Fact, fact


class DeclaredInsurance(msgspec.Struct, frozen=True, kw_only=True):
    """One insurance of a declaration: what officers and the employer owe for it, all persons together."""

    code: str
    personal_fen: Fen
    employer_fen: Fen


@fact("payroll", "insurance_declared", subject="run")
class InsuranceDeclared(Fact, frozen=True, kw_only=True):
    """An insured unit's declaration of a month was made from the slips: hash and control totals, not its lines.

    `base_fen` adds up the persons' bases of the month itself; differences of earlier months are in the amounts.
    """

    month: Month
    insured_unit: str
    person_count: int
    base_fen: Fen
    lines: tuple[DeclaredInsurance, ...]
    personal_fen: Fen
    employer_fen: Fen
    file_format: str
    file_sha256: str
    declared_by: str


@fact("payroll", "tax_declared", subject="run")
class TaxDeclared(Fact, frozen=True, kw_only=True):
    """A withholding agent's declaration of a month was made from the slips: hash and control totals, not its lines."""

    month: Month
    withholding_agent: str
    person_count: int
    income_fen: Fen
    insurance_fen: Fen
    tax_fen: Fen
    file_format: str
    file_sha256: str
    declared_by: str


@fact("payroll", "declaration_exported", subject="run")
class DeclarationExported(Fact, frozen=True, kw_only=True):
    """The bytes of a declaration's file, names and numbers in clear, were given to somebody."""

    month: Month
    declaration: str
    unit: str
    file_sha256: str
    reason: str
    exported_by: str


@fact("payroll", "remittance_recorded", subject="run")
class RemittanceRecorded(Fact, frozen=True, kw_only=True):
    """The insurance or tax (`declaration`) of a declared month was paid to its bureau, with the bank's or the bureau's reference."""

    month: Month
    declaration: str
    unit: str
    amount_fen: Fen
    left_fen: Fen
    reference: str
    remitted_on: date
    recorded_by: str
