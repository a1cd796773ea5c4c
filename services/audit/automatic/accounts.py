"""Automatic tests on the accounts that benefits are paid to, by pseudonym alone: whose they are, how many share one, who keeps the card."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final

from services.audit.automatic.telling import told
from services.audit.domain import OpenFinding, evidence_of, objection
from services.audit.rules import figure
from services.contracts.audit import Evidence
from services.contracts.casework import HouseholdTakenOver, PayoutAccount, PayoutAccountRecorded
from services.contracts.deciding import CHINA, Record
from services.contracts.payroll import BankAccountChanged, OfficerAppointed, OfficerTakenOver
from services.contracts.registry import Fact
from services.contracts.rulebook import RuleBook

CARD_WITHOUT_AGREEMENT: Final = "card_without_agreement"
ACCOUNT_OF_SEVERAL: Final = "account_of_several"
BENEFIT_INTO_STAFF_ACCOUNT: Final = "benefit_into_staff_account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as it was recorded for somebody last."""

    pseudonym: str
    town: str
    evidence: Evidence


def account_of(fact: Fact) -> PayoutAccount | None:
    """The account of a household that a fact records."""
    return fact.account if isinstance(fact, HouseholdTakenOver | PayoutAccountRecorded) else None


def card_without_agreement(record: Record) -> OpenFinding | None:
    """A card kept by staff with no agreement filed (民发〔2021〕57号 art. 26: 代管须签订书面协议并备案)."""
    account = account_of(record.fact)
    if account is None or account.holder != "staff" or account.agreement_sha256:
        return None
    return told(
        CARD_WITHOUT_AGREEMENT,
        record,
        zh="存折、银行卡由工作人员代管，没有备案的代管协议",
        en="staff keep the household's card, and no agreement is filed",
    )


def account_of_several(accounts: dict[str, Account], most: int) -> Iterator[OpenFinding]:
    """More households paid to one account than the pack allows; one finding per account (57号 art. 26; 四(三))."""
    by_account: dict[str, list[str]] = {}
    for household, account in sorted(accounts.items()):
        by_account.setdefault(account.pseudonym, []).append(household)
    for households in by_account.values():
        if len(households) > most:
            yield objection(
                ACCOUNT_OF_SEVERAL,
                tuple(accounts[household].evidence for household in households),
                about=households[0],
                town=accounts[households[0]].town,
                zh=f"{len(households)} 户的救助金发放至同一账户：{'、'.join(households)}",
                en=f"the benefits of {len(households)} households go to one account: {', '.join(households)}",
            )


def benefit_into_staff_account(accounts: dict[str, Account], staff: dict[str, Account]) -> Iterator[OpenFinding]:
    """A household paid to an account that an officer's wage goes to as well (四(三); 社会救助暂行办法 art. 66: 截留、挪用)."""
    officer_by_account = {account.pseudonym: officer for officer, account in sorted(staff.items())}
    for household, account in sorted(accounts.items()):
        officer = officer_by_account.get(account.pseudonym)
        if officer is not None:
            yield objection(
                BENEFIT_INTO_STAFF_ACCOUNT,
                (staff[officer].evidence, account.evidence),
                about=household,
                town=account.town,
                zh=f"救助金发放账户是工作人员 {officer} 的工资账户",
                en=f"the benefit is paid to the account of {officer}'s wage",
            )


@dataclass(slots=True)
class AccountWatch:
    """The latest account of every household and of every officer."""

    rules: RuleBook
    households: dict[str, Account] = field(default_factory=dict)
    staff: dict[str, Account] = field(default_factory=dict)
    listens: ClassVar[tuple[type[Fact], ...]] = (
        BankAccountChanged, HouseholdTakenOver, OfficerAppointed, OfficerTakenOver, PayoutAccountRecorded,
    )  # fmt: skip

    def read(self, record: Record) -> Iterator[OpenFinding]:
        fact = record.fact
        if finding := card_without_agreement(record):
            yield finding
        if account := account_of(fact):
            self.households[record.envelope.subject] = _account(account.pseudonym, record)
        elif isinstance(fact, BankAccountChanged | OfficerAppointed | OfficerTakenOver):
            self.staff[record.envelope.subject] = _account(fact.bank_account_pseudonym, record)

    def ended(self, now: datetime) -> Iterator[OpenFinding]:
        most = figure(self.rules, ACCOUNT_OF_SEVERAL, "households_max", now.astimezone(CHINA).date())
        if most is not None:
            yield from account_of_several(self.households, most)
        yield from benefit_into_staff_account(self.households, self.staff)


def _account(pseudonym: str, record: Record) -> Account:
    return Account(pseudonym=pseudonym, town=getattr(record.fact, "town", ""), evidence=evidence_of(record))
