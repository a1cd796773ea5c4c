"""Internal read model of who an officer is to the bank and the bureaus: sealed name, number and accounts, never in clear.

Only the doors of bank files and declarations open them, and state it.
"""

from typing import Final

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.payroll import BankAccountChanged, OfficerAppointed, OfficerTakenOver
from services.contracts.registry import kind_of
from services.contracts.sealed import Personal
from services.payroll.projections.keys import id_of_subject


class SealedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One account by its pseudonym, sealed in a fact of type `kind`."""

    pseudonym: str
    account: Personal
    kind: str


class AccountsRow(msgspec.Struct, frozen=True, kw_only=True):
    """An officer's sealed name and resident ID, from a fact of type `kind`, and every account there was."""

    person: str
    name: Personal
    resident_id: Personal
    kind: str
    accounts: tuple[SealedAccount, ...]


def _accounts(row: AccountsRow | None, record: Record, _: str) -> AccountsRow | None:
    match record.fact:
        case OfficerTakenOver() | OfficerAppointed() as fact:
            return AccountsRow(
                person=fact.person,
                name=fact.name,
                resident_id=fact.resident_id,
                kind=kind_of(type(fact)),
                accounts=(_account(fact),),
            )
        case BankAccountChanged() as fact if row is not None:
            others = tuple(one for one in row.accounts if one.pseudonym != fact.bank_account_pseudonym)
            return msgspec.structs.replace(row, accounts=(*others, _account(fact)))
        case _:
            return row


def _account(fact: OfficerTakenOver | OfficerAppointed | BankAccountChanged) -> SealedAccount:
    return SealedAccount(pseudonym=fact.bank_account_pseudonym, account=fact.bank_account, kind=kind_of(type(fact)))


ACCOUNTS: Final = Model(
    name="accounts",
    row=AccountsRow,
    listens=(OfficerTakenOver, OfficerAppointed, BankAccountChanged),
    keys=id_of_subject,
    evolve=_accounts,
    internal=True,
)
