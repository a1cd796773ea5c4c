"""Accounts as the three administrators see them, and the sign-ins of each day; no password is known here."""

from datetime import datetime
from typing import Final

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.portal import (
    AccountClosed,
    AccountOpened,
    AccountUnlocked,
    PasswordSet,
    RoleGranted,
    SignedIn,
    SignInFailed,
)


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """One account: who opened it, who gave it which role, and how its last sign-ins went."""

    account: str
    acts_as: str
    opened_by: str
    role: str = ""
    town: str = ""
    granted_by: str = ""
    status: str = "open"
    failure_count: int = 0
    locked_until: datetime | None = None
    signed_in_at: datetime | None = None


def _evolve(row: AccountRow | None, record: Record, key: str) -> AccountRow | None:
    fact, change = record.fact, msgspec.structs.replace
    if isinstance(fact, AccountOpened):
        return AccountRow(account=key, acts_as=fact.acts_as, opened_by=fact.opened_by)
    if row is None:
        return None
    match fact:
        case RoleGranted():
            return change(row, role=fact.role, town=fact.town, granted_by=fact.granted_by)
        case AccountClosed():
            return change(row, status="closed")
        case SignedIn():
            return change(row, failure_count=0, locked_until=None, signed_in_at=record.envelope.time)
        case SignInFailed():
            return change(row, failure_count=fact.failure_count, locked_until=fact.locked_until)
        case _:
            return change(row, failure_count=0, locked_until=None)


def _keys(record: Record) -> tuple[str, ...]:
    return (record.envelope.subject.partition(":")[2],)


ACCOUNTS: Final = Model(
    name="accounts",
    row=AccountRow,
    listens=(AccountOpened, RoleGranted, AccountClosed, PasswordSet, SignedIn, SignInFailed, AccountUnlocked),
    keys=_keys,
    evolve=_evolve,
)
