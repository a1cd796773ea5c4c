"""The dated rule packs of pay, posts and money: typed and found, a module per pack; computes nothing."""

from services.payroll.rules.accounts import (
    ACCOUNTS,
    Account,
    Accounts,
)
from services.payroll.rules.allocation import (
    POST_ALLOCATION,
    Factor,
    PostAllocation,
    Unallottable,
    allotted,
)
from services.payroll.rules.appointment import (
    APPOINTMENT,
    Appointment,
    Diploma,
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
    "APPOINTMENT",
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
    "POST_ALLOCATION",
    "AbsenceKind",
    "Account",
    "Accounts",
    "Allowance",
    "Answers",
    "Appointment",
    "AtOnce",
    "Attendance",
    "BankProfiles",
    "Cited",
    "Column",
    "ContractMode",
    "ContractModes",
    "Diploma",
    "DocumentKind",
    "Factor",
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
    "PostAllocation",
    "Share",
    "TaxBracket",
    "Term",
    "Unallottable",
    "Uprating",
    "allotted",
    "pack_on",
    "pay_packs_named",
    "pay_packs_on",
    "with_packs",
]
