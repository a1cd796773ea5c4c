"""A month's run (二(四), 三): drafted, checked, approved by another person, funded, paid, closed; it computes no slip.

`state` is what is remembered, `commands` what may be asked; `steps` (its own life), `bank`, `reversals` and `declaring`
decide, `aggregate` puts them together.
"""

from services.payroll.domain.run.aggregate import RUN, decide, evolve
from services.payroll.domain.run.bank import HELD, bank_rows, batch_reference, batch_text, judge, lines_of_file
from services.payroll.domain.run.commands import (
    AnswerPayslipContest,
    ApproveRun,
    BankLine,
    CheckRun,
    CloseRun,
    ConfirmSlipReversal,
    ContestPayslip,
    DecideHeldLine,
    DeclareInsurance,
    DeclareTax,
    DeclineSlipReversal,
    DiscardRun,
    DraftRun,
    ExportBankFile,
    ExportDeclaration,
    ImportBankReturn,
    IssueBankFile,
    NoteFundCommitted,
    RecordRecovery,
    RecordRemittance,
    RequestSlipReversal,
    RunCommand,
    WithdrawBankFile,
)
from services.payroll.domain.run.declaring import declared_of
from services.payroll.domain.run.state import Line, Paid, Run

__all__ = [
    "HELD",
    "RUN",
    "AnswerPayslipContest",
    "ApproveRun",
    "BankLine",
    "CheckRun",
    "CloseRun",
    "ConfirmSlipReversal",
    "ContestPayslip",
    "DecideHeldLine",
    "DeclareInsurance",
    "DeclareTax",
    "DeclineSlipReversal",
    "DiscardRun",
    "DraftRun",
    "ExportBankFile",
    "ExportDeclaration",
    "ImportBankReturn",
    "IssueBankFile",
    "Line",
    "NoteFundCommitted",
    "Paid",
    "RecordRecovery",
    "RecordRemittance",
    "RequestSlipReversal",
    "Run",
    "RunCommand",
    "WithdrawBankFile",
    "bank_rows",
    "batch_reference",
    "batch_text",
    "decide",
    "declared_of",
    "evolve",
    "judge",
    "lines_of_file",
]  # fmt: skip
