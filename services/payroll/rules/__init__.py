"""The dated rule packs of pay, posts and money: typed and found, a module per pack; computes nothing."""

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
    ContractMode,
    Diploma,
)
from services.payroll.rules.funding import (
    FUNDING,
    Funding,
    Name,
)
from services.payroll.rules.insurance import (
    INSURANCE,
    Insurance,
    InsuranceLine,
)
from services.payroll.rules.pack import (
    Pack,
    pack_on,
)
from services.payroll.rules.pay import (
    PayPacks,
    pay_packs_on,
)
from services.payroll.rules.scale import (
    PAY_SCALE,
    Allowance,
    Grade,
    PayScale,
)
from services.payroll.rules.tax import (
    INCOME_TAX,
    IncomeTax,
    TaxBracket,
)

__all__ = [
    "APPOINTMENT",
    "FUNDING",
    "INCOME_TAX",
    "INSURANCE",
    "PAY_SCALE",
    "POST_ALLOCATION",
    "Allowance",
    "Appointment",
    "ContractMode",
    "Diploma",
    "Factor",
    "Funding",
    "Grade",
    "IncomeTax",
    "Insurance",
    "InsuranceLine",
    "Name",
    "Pack",
    "PayPacks",
    "PayScale",
    "PostAllocation",
    "TaxBracket",
    "Unallottable",
    "allotted",
    "pack_on",
    "pay_packs_on",
]
