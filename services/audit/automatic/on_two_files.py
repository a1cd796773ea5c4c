"""Automatic tests on what should stand on one officer's file alone, account and phone; by pseudonym, no number is read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import zip_longest
from typing import Final

from services.audit.automatic.noted import Noted
from services.audit.automatic.officer_file import OfficerFile
from services.audit.domain import OpenFinding, objection
from services.contracts.deciding import CHINA
from services.contracts.payroll import (
    BankAccountChanged,
    ExitWithdrawn,
    OfficerAppointed,
    OfficerLeft,
    OfficerPhoneChanged,
    OfficerTakenOver,
)
from services.contracts.registry import Fact

ACCOUNT_ON_TWO_FILES: Final = "account_on_two_files"
PHONE_ON_TWO_FILES: Final = "phone_on_two_files"

# What a fact puts on the officer's file: a pseudonym; None where it says nothing of it, empty where none was recorded.
Said = Callable[[Fact], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What an officer holds from the instant it was recorded to the instant another was, or to the end of service."""

    officer: str
    person: str
    town: str
    pseudonym: str
    stated: Noted[Fact]
    until: datetime | None


def account_on_two_files(files: Mapping[str, OfficerFile]) -> Iterator[OpenFinding]:
    """One bank account on the files of two officers at a time, before any pay goes there (四(三)); a former holder's is free."""
    for earlier, later in _held_by_two(files, _account):
        yield _objected(ACCOUNT_ON_TWO_FILES, earlier, later, "银行账户", "bank account")


def phone_on_two_files(files: Mapping[str, OfficerFile]) -> Iterator[OpenFinding]:
    """One phone number on the files of two officers at a time: one of them may not exist (四(三)); a former holder's is free.

    A file that was recorded without the number's pseudonym is not looked at.
    """
    for earlier, later in _held_by_two(files, _phone):
        if earlier.person != later.person:
            yield _objected(PHONE_ON_TWO_FILES, earlier, later, "电话号码", "phone number")


def _account(fact: Fact) -> str | None:
    match fact:
        case OfficerTakenOver() | OfficerAppointed() | BankAccountChanged():
            return fact.bank_account_pseudonym
        case _:
            return None


def _phone(fact: Fact) -> str | None:
    match fact:
        case OfficerTakenOver() | OfficerAppointed() | OfficerPhoneChanged():
            return fact.phone_pseudonym
        case _:
            return None


def _held_by_two(files: Mapping[str, OfficerFile], said: Said) -> Iterator[tuple[Holding, Holding]]:
    """Each holding of a thing that another officer held at that time, after the first such holding."""
    by_pseudonym: dict[str, list[Holding]] = {}
    for subject, file in files.items():
        for holding in _holdings(subject.partition(":")[2], file, said):
            by_pseudonym.setdefault(holding.pseudonym, []).append(holding)
    for holdings in by_pseudonym.values():
        holdings.sort(key=lambda one: (one.stated.instant, one.officer))
        for n, later in enumerate(holdings):
            for earlier in holdings[:n]:
                ended = earlier.until is not None and earlier.until <= later.stated.instant
                if earlier.officer != later.officer and not ended:
                    yield earlier, later
                    break


def _holdings(officer: str, file: OfficerFile, said: Said) -> Iterator[Holding]:
    stated = [one for one in file.facts if said(one.fact) is not None]
    entered = (one.fact for one in file.facts if isinstance(one.fact, OfficerTakenOver | OfficerAppointed))
    person = next((fact.person for fact in entered), "")
    for one, following in zip_longest(stated, stated[1:]):
        pseudonym = said(one.fact)
        if pseudonym:
            until = following.instant if following is not None else _left(file, one)
            town = str(getattr(one.fact, "town", ""))
            yield Holding(
                officer=officer, person=person, town=town, pseudonym=pseudonym, stated=one, until=until
            )  # fmt: skip


def _left(file: OfficerFile, since: Noted[Fact]) -> datetime | None:
    """When service ended after a fact, unless that was withdrawn: with the last day, or when it was recorded ahead of it."""
    left = None
    for one in file.facts:
        match one.fact:
            case OfficerLeft(last_day_on=day) if one.version > since.version:
                left = min(one.instant, datetime.combine(day + timedelta(days=1), time(), CHINA))
            case ExitWithdrawn():
                left = None
    return left


def _objected(test: str, earlier: Holding, later: Holding, zh: str, en: str) -> OpenFinding:
    return objection(
        test,
        (earlier.stated.evidence, later.stated.evidence),
        about=f"officer:{later.officer}",
        town=later.town,
        zh=f"{later.officer} 与 {earlier.officer} 登记了同一{zh}",
        en=f"{later.officer} and {earlier.officer} have one {en} on file",
    )
