"""All packs that a month's pay depends on, in one value."""

from datetime import date

import msgspec

from services.contracts.rulebook import RuleBook
from services.payroll.rules.funding import FUNDING, Funding
from services.payroll.rules.insurance import INSURANCE, Insurance
from services.payroll.rules.pack import pack_on
from services.payroll.rules.scale import PAY_SCALE, PayScale
from services.payroll.rules.tax import INCOME_TAX, IncomeTax


class PayPacks(msgspec.Struct, frozen=True, kw_only=True):
    """The four packs in force in a month; `version` names all of them as facts state it."""

    scale: PayScale
    insurance: Insurance
    tax: IncomeTax
    funding: Funding
    version: str


def pay_packs_on(rules: RuleBook, day: date) -> PayPacks:
    """All four packs in force on `day`; rejects with ``no-rule-in-force`` when one is missing."""
    return PayPacks(
        scale=pack_on(rules, PAY_SCALE, day, PayScale),
        insurance=pack_on(rules, INSURANCE, day, Insurance),
        tax=pack_on(rules, INCOME_TAX, day, IncomeTax),
        funding=pack_on(rules, FUNDING, day, Funding),
        version=" ".join(rules.version_on(name, day) for name in (PAY_SCALE, INSURANCE, INCOME_TAX, FUNDING)),
    )
