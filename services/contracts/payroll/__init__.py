"""Facts payroll owns: officers and posts, the month's five-part pay, and the money behind it (plan 二(四), 三); one module per area."""

from services.contracts.payroll.appraisals import (
    AppraisalConfirmed,
    AppraisalContested,
    AppraisalPoint,
    AppraisalProposed,
    AppraisalRuled,
    AppraisalSettled,
    YearAppraised,
)
from services.contracts.payroll.every import (
    CommandRefused,
    ParkedDiscarded,
    RulePackAdopted,
)
from services.contracts.payroll.funds import (
    FundBudgeted,
    FundCommitted,
    FundPaid,
)
from services.contracts.payroll.officers import (
    OfficerTakenOver,
    YearToDate,
)
from services.contracts.payroll.runs import (
    BankFileIssued,
    BankReturnImported,
    PaymentReturned,
    PaymentSettled,
    RunApproved,
    RunChecked,
    RunDrafted,
    RunFunded,
    RunSourceCommitted,
)
from services.contracts.payroll.slips import (
    AbsenceDays,
    Amount,
    Basis,
    Charge,
    Inputs,
    PayLine,
    PayslipComputed,
    PayslipComputed1,
    PostDays,
    Side,
    Withholding,
)

__all__ = [
    "AbsenceDays",
    "Amount",
    "AppraisalConfirmed",
    "AppraisalContested",
    "AppraisalPoint",
    "AppraisalProposed",
    "AppraisalRuled",
    "AppraisalSettled",
    "BankFileIssued",
    "BankReturnImported",
    "Basis",
    "Charge",
    "CommandRefused",
    "FundBudgeted",
    "FundCommitted",
    "FundPaid",
    "Inputs",
    "OfficerTakenOver",
    "ParkedDiscarded",
    "PayLine",
    "PaymentReturned",
    "PaymentSettled",
    "PayslipComputed",
    "PayslipComputed1",
    "PostDays",
    "RulePackAdopted",
    "RunApproved",
    "RunChecked",
    "RunDrafted",
    "RunFunded",
    "RunSourceCommitted",
    "Side",
    "Withholding",
    "YearAppraised",
    "YearToDate",
]
