"""Internal read model of who an officer is to the bank and the bureaus: sealed name, number and accounts, never in clear.

Only the doors of bank files and declarations open them, and state it.
"""

from typing import Final

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.payroll import OfficerTakenOver
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


def _accounts(_: AccountsRow | None, record: Record, __: str) -> AccountsRow | None:
    fact = record.fact
    assert isinstance(fact, OfficerTakenOver)
    kind = kind_of(OfficerTakenOver)
    return AccountsRow(
        person=fact.person,
        name=fact.name,
        resident_id=fact.resident_id,
        kind=kind,
        accounts=(SealedAccount(pseudonym=fact.bank_account_pseudonym, account=fact.bank_account, kind=kind),),
    )


ACCOUNTS: Final = Model(
    name="accounts",
    row=AccountsRow,
    listens=(OfficerTakenOver,),
    keys=id_of_subject,
    evolve=_accounts,
    internal=True,
)
