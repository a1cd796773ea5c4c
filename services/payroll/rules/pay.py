"""All packs that a month's pay depends on, in one value."""

from datetime import date
from typing import Final

import msgspec

from services.contracts.calendar import WorkingCalendar
from services.contracts.rulebook import RuleBook
from services.payroll.rules.attendance import ATTENDANCE, Attendance
from services.payroll.rules.funding import FUNDING, Funding
from services.payroll.rules.guards import PAY_GUARDS, PayGuards
from services.payroll.rules.insurance import INSURANCE, Insurance
from services.payroll.rules.modes import CONTRACT_MODES, ContractModes
from services.payroll.rules.pack import pack_on
from services.payroll.rules.scale import PAY_SCALE, PayScale
from services.payroll.rules.tax import INCOME_TAX, IncomeTax

CALENDAR: Final = "calendar"
# In the order in which `PayPacks.version` names them.
PAY_PACKS: Final = (
    PAY_SCALE, INSURANCE, INCOME_TAX, FUNDING, ATTENDANCE, CONTRACT_MODES, PAY_GUARDS, CALENDAR,
)  # fmt: skip


class Cited(msgspec.Struct, frozen=True, kw_only=True):
    """A pack as an explanation names it."""

    name: str
    version: str
    citation: str
    sample: bool


class PayPacks(msgspec.Struct, frozen=True, kw_only=True):
    """The packs in force in a month; `version` names all of them as facts state it, `cited` says where each comes from."""

    scale: PayScale
    insurance: Insurance
    tax: IncomeTax
    funding: Funding
    attendance: Attendance
    modes: ContractModes
    guards: PayGuards
    calendar: WorkingCalendar
    version: str
    cited: tuple[Cited, ...]

    def cite(self, name: str) -> Cited:
        return next(one for one in self.cited if one.name == name)


def pay_packs_on(rules: RuleBook, day: date) -> PayPacks:
    """All packs of pay in force on `day`; rejects with ``no-rule-in-force`` when one is missing."""
    return PayPacks(
        scale=pack_on(rules, PAY_SCALE, day, PayScale),
        insurance=pack_on(rules, INSURANCE, day, Insurance),
        tax=pack_on(rules, INCOME_TAX, day, IncomeTax),
        funding=pack_on(rules, FUNDING, day, Funding),
        attendance=pack_on(rules, ATTENDANCE, day, Attendance),
        modes=pack_on(rules, CONTRACT_MODES, day, ContractModes),
        guards=pack_on(rules, PAY_GUARDS, day, PayGuards),
        calendar=pack_on(rules, CALENDAR, day, WorkingCalendar),
        version=" ".join(rules.version_on(name, day) for name in PAY_PACKS),
        cited=tuple(_cited(rules, name, day) for name in PAY_PACKS),
    )


def pay_packs_named(rules: RuleBook, version: str, day: date) -> PayPacks:
    """The packs that a fact's `pack_version` names, though later ones hold on `day` by now; those it does not name as on `day`."""
    named = {name: number for name, _, number in (one.partition("@") for one in version.split())}
    return pay_packs_on(
        RuleBook(tuple(one for one in rules.packs if named.get(one.name, one.version) == one.version)), day
    )


def _cited(rules: RuleBook, name: str, day: date) -> Cited:
    pack = rules.adopted(name, day)
    return Cited(name=pack.name, version=pack.version, citation=pack.citation, sample=pack.sample)
