"""Automatic test on officers' accounts, before any pay goes there; by pseudonym, no account number is read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.audit.automatic.noted import Noted
from services.audit.automatic.officer_file import OfficerFile
from services.audit.domain import OpenFinding, objection
from services.contracts.payroll import (
    BankAccountChanged,
    ExitWithdrawn,
    OfficerAppointed,
    OfficerLeft,
    OfficerTakenOver,
)
from services.contracts.registry import Fact

ACCOUNT_ON_TWO_FILES: Final = "account_on_two_files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """An officer's account from the instant it was recorded to the instant another was, or to the end of service."""

    officer: str
    town: str
    stated: Noted[Fact]
    until: datetime | None


def account_on_two_files(files: Mapping[str, OfficerFile]) -> Iterator[OpenFinding]:
    """One bank account on the files of two officers at a time, before any pay goes there (四(三)); a former holder's is free."""
    by_account: dict[str, list[Holding]] = {}
    for file in files.values():
        for account, holding in _holdings(file):
            by_account.setdefault(account, []).append(holding)
    for holdings in by_account.values():
        holdings.sort(key=lambda one: (one.stated.instant, one.officer))
        for n, later in enumerate(holdings):
            for earlier in holdings[:n]:
                ended = earlier.until is not None and earlier.until <= later.stated.instant
                if earlier.officer != later.officer and not ended:
                    yield objection(
                        ACCOUNT_ON_TWO_FILES,
                        (earlier.stated.evidence, later.stated.evidence),
                        about=f"officer:{later.officer}",
                        town=later.town,
                        zh=f"{later.officer} 与 {earlier.officer} 登记了同一银行账户",
                        en=f"{later.officer} and {earlier.officer} have one bank account on file",
                    )


def _holdings(file: OfficerFile) -> Iterator[tuple[str, Holding]]:
    account, town, officer = "", "", ""
    since: Noted[Fact] | None = None
    left: datetime | None = None
    for one in file.facts:
        match one.fact:
            case OfficerTakenOver() | OfficerAppointed() as fact:
                officer = fact.officer
            case BankAccountChanged() as fact:
                officer = fact.officer
            case OfficerLeft():
                left = one.instant
                continue
            case ExitWithdrawn():
                left = None
                continue
            case _:
                continue
        if since is not None:
            yield account, Holding(officer=officer, town=town, stated=since, until=one.instant)
        account, since, town, left = fact.bank_account_pseudonym, one, fact.town, None
    if since is not None and account:
        yield account, Holding(officer=officer, town=town, stated=since, until=left)
