"""One officer's pay for one month, to the fen, from a timeline and dated packs alone; it pays nobody and reads no log.

`timeline` is what is known over time; `due` what a month owes by it: `parts` of pay, `attendance`, `insurance`. `slip` adds
differences of earlier months within the limits of `guards`, and `tax`; `charging` says which money pays each line.
`explaining` puts a slip into words, `whatif` replays months under other rules, `uprating` proposes next year's scale.
"""

from services.payroll.pay.charging import PURPOSES, DocumentLeft, NotEnough, Purse, charged, in_order
from services.payroll.pay.due import Due, basis_of, due, due_by, full_years, total, with_first_base
from services.payroll.pay.guards import NOTES, within_limits
from services.payroll.pay.insurance import BASIS_POINTS, clamped_base_fen, insurance_lines, insured_fen
from services.payroll.pay.parts import PARTS, pay_parts
from services.payroll.pay.slip import LineKey, OfficerPay, PacksOf, Pay, slip
from services.payroll.pay.steady import Steady
from services.payroll.pay.tax import basic_deduction, cumulative_tax_fen, withholding
from services.payroll.pay.timeline import (
    NOTHING_YET,
    Absent,
    Appraisal,
    Certified,
    ContributionBase,
    InPost,
    Span,
    SpecialDeduction,
    TaxStanding,
    Timeline,
    in_force,
)

__all__ = [
    "BASIS_POINTS",
    "NOTES",
    "NOTHING_YET",
    "PARTS",
    "PURPOSES",
    "Absent",
    "Appraisal",
    "Certified",
    "ContributionBase",
    "DocumentLeft",
    "Due",
    "InPost",
    "LineKey",
    "NotEnough",
    "OfficerPay",
    "PacksOf",
    "Pay",
    "Purse",
    "Span",
    "SpecialDeduction",
    "Steady",
    "TaxStanding",
    "Timeline",
    "basic_deduction",
    "basis_of",
    "charged",
    "clamped_base_fen",
    "cumulative_tax_fen",
    "due",
    "due_by",
    "full_years",
    "in_force",
    "in_order",
    "insurance_lines",
    "insured_fen",
    "pay_parts",
    "slip",
    "total",
    "with_first_base",
    "withholding",
    "within_limits",
]
