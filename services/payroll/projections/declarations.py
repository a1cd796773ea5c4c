"""Read model of declarations: control totals, the file's hash, and what was remitted of them."""

from typing import Any, Final

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import InsuranceDeclared, RemittanceRecorded, TaxDeclared


class DeclarationRow(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's declaration of a month; `left_fen` is not remitted yet."""

    month: Month
    declaration: str
    unit: str
    person_count: int
    amount_fen: Fen
    left_fen: Fen
    file_sha256: str
    references: tuple[str, ...] = ()


def _keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    match fact:
        case InsuranceDeclared():
            return (f"{fact.month}/insurance/{fact.insured_unit}",)
        case TaxDeclared():
            return (f"{fact.month}/tax/{fact.withholding_agent}",)
        case _:
            return (f"{fact.month}/{fact.declaration}/{fact.unit}",)


def _declaration(row: DeclarationRow | None, record: Record, _: str) -> DeclarationRow | None:
    match record.fact:
        case InsuranceDeclared() as fact:
            return _declared(fact, "insurance", fact.insured_unit, Fen(fact.personal_fen + fact.employer_fen))
        case TaxDeclared() as fact:
            return _declared(fact, "tax", fact.withholding_agent, fact.tax_fen)
        case RemittanceRecorded() as fact if row is not None:
            references = (*row.references, fact.reference)
            return msgspec.structs.replace(row, left_fen=fact.left_fen, references=references)
        case _:
            return row


def _declared(fact: InsuranceDeclared | TaxDeclared, declaration: str, unit: str, amount_fen: Fen) -> DeclarationRow:
    return DeclarationRow(
        month=fact.month,
        declaration=declaration,
        unit=unit,
        person_count=fact.person_count,
        amount_fen=amount_fen,
        left_fen=amount_fen,
        file_sha256=fact.file_sha256,
    )


DECLARATIONS: Final = Model(
    name="declarations",
    row=DeclarationRow,
    listens=(InsuranceDeclared, TaxDeclared, RemittanceRecorded),
    keys=_keys,
    evolve=_declaration,
)
