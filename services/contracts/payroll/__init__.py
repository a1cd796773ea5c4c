"""Facts payroll owns: officers and posts, the month's five-part pay, and the money behind it (plan 二(四), 三); one module per area."""

from services.contracts.payroll.appraisals import (
    AppraisalConfirmed,
)
from services.contracts.payroll.contests import (
    PayslipContestAnswered,
    PayslipContested,
)
from services.contracts.payroll.declarations import (
    DeclaredInsurance,
    InsuranceDeclared,
    RemittanceRecorded,
    TaxDeclared,
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
from services.contracts.payroll.payments import (
    BankFileExported,
    BankFileIssued,
    BankFileWithdrawn,
    BankLineHeld,
    BankReturnImported,
    HeldLineDecided,
    PaymentReturned,
    PaymentSettled,
)
from services.contracts.payroll.runs import (
    RecoveryReceived,
    RunApproved,
    RunChecked,
    RunClosed,
    RunDiscarded,
    RunDrafted,
    RunFunded,
    RunSourceCommitted,
    SlipReversalDeclined,
    SlipReversalRequested,
    SlipReversed,
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
    "BankFileExported",
    "BankFileIssued",
    "BankFileWithdrawn",
    "BankLineHeld",
    "BankReturnImported",
    "Basis",
    "Charge",
    "CommandRefused",
    "DeclaredInsurance",
    "FundBudgeted",
    "FundCommitted",
    "FundPaid",
    "HeldLineDecided",
    "Inputs",
    "InsuranceDeclared",
    "OfficerTakenOver",
    "ParkedDiscarded",
    "PayLine",
    "PaymentReturned",
    "PaymentSettled",
    "PayslipComputed",
    "PayslipComputed1",
    "PayslipContestAnswered",
    "PayslipContested",
    "PostDays",
    "RecoveryReceived",
    "RemittanceRecorded",
    "RulePackAdopted",
    "RunApproved",
    "RunChecked",
    "RunClosed",
    "RunDiscarded",
    "RunDrafted",
    "RunFunded",
    "RunSourceCommitted",
    "Side",
    "SlipReversalDeclined",
    "SlipReversalRequested",
    "SlipReversed",
    "TaxDeclared",
    "Withholding",
    "YearToDate",
]
