"""The dated rule packs of pay, posts and money: typed and found, a module per pack; computes nothing."""

from services.payroll.rules.accounts import (
    ACCOUNTS,
    Account,
    Accounts,
)
from services.payroll.rules.attendance import (
    ATTENDANCE,
    AbsenceKind,
    Attendance,
    Share,
    Term,
)
from services.payroll.rules.bank import (
    BANK_PROFILES,
    Answers,
    BankProfiles,
    Column,
    Layout,
)
from services.payroll.rules.funding import (
    FUNDING,
    DocumentKind,
    Funding,
    Name,
)
from services.payroll.rules.guards import (
    PAY_GUARDS,
    PayGuards,
)
from services.payroll.rules.insurance import (
    INSURANCE,
    Insurance,
    InsuranceLine,
)
from services.payroll.rules.modes import (
    CONTRACT_MODES,
    ContractMode,
    ContractModes,
)
from services.payroll.rules.pack import (
    Pack,
    pack_on,
    with_packs,
)
from services.payroll.rules.pay import (
    CALENDAR,
    PAY_PACKS,
    Cited,
    PayPacks,
    pay_packs_named,
    pay_packs_on,
)
from services.payroll.rules.scale import (
    PAY_SCALE,
    Allowance,
    Grade,
    PayScale,
    Uprating,
)
from services.payroll.rules.tax import (
    INCOME_TAX,
    AtOnce,
    IncomeTax,
    TaxBracket,
)

__all__ = [
    "ACCOUNTS",
    "ATTENDANCE",
    "BANK_PROFILES",
    "CALENDAR",
    "CONTRACT_MODES",
    "FUNDING",
    "INCOME_TAX",
    "INSURANCE",
    "PAY_GUARDS",
    "PAY_PACKS",
    "PAY_SCALE",
    "AbsenceKind",
    "Account",
    "Accounts",
    "Allowance",
    "Answers",
    "AtOnce",
    "Attendance",
    "BankProfiles",
    "Cited",
    "Column",
    "ContractMode",
    "ContractModes",
    "DocumentKind",
    "Funding",
    "Grade",
    "IncomeTax",
    "Insurance",
    "InsuranceLine",
    "Layout",
    "Name",
    "Pack",
    "PayGuards",
    "PayPacks",
    "PayScale",
    "Share",
    "TaxBracket",
    "Term",
    "Uprating",
    "pack_on",
    "pay_packs_named",
    "pay_packs_on",
    "with_packs",
]
