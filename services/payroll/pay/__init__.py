"""One officer's pay for one month, to the fen, from a timeline and dated packs alone; it pays nobody and reads no log.

`timeline` is what is known over time; `due` what a month owes by it, with `insurance`; `slip` adds differences of earlier
months and `tax`; `charging` says which money pays each line.
"""

from services.payroll.pay.charging import PURPOSES, DocumentLeft, NotEnough, Purse, charged, in_order
from services.payroll.pay.due import Due, basis_of, due, full_years, pay_parts, total
from services.payroll.pay.insurance import BASIS_POINTS, clamped_base_fen, insurance_lines, insured_fen
from services.payroll.pay.slip import LineKey, OfficerPay, Pay, slip
from services.payroll.pay.tax import cumulative_tax_fen, withholding
from services.payroll.pay.timeline import (
    NOTHING_YET,
    Absent,
    Appraisal,
    Certified,
    ContributionBase,
    InPost,
    Span,
    SpecialDeduction,
    Timeline,
    in_force,
)

__all__ = [
    "BASIS_POINTS", "NOTHING_YET", "PURPOSES", "Absent", "Appraisal", "Certified", "ContributionBase", "DocumentLeft",
    "Due", "InPost", "LineKey", "NotEnough", "OfficerPay", "Pay", "Purse", "Span", "SpecialDeduction", "Timeline", "basis_of", "charged",
    "clamped_base_fen", "cumulative_tax_fen", "due", "full_years", "in_force", "in_order", "insurance_lines", "insured_fen",
    "pay_parts", "slip", "total", "withholding",
]  # fmt: skip
