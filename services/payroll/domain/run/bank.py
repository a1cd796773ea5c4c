"""What a run sends to the bank and what comes back (银行代发与回盘): files, applied lines, lines held for a person.

A neutral bank file has a row a line, by pseudonyms; names and accounts in clear are put in at the door that gives a file out.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import Fen, yuan_text
from services.contracts.months import Month
from services.contracts.payroll import (
    BankFileExported,
    BankFileIssued,
    BankFileWithdrawn,
    BankLineHeld,
    BankReturnImported,
    Charge,
    HeldLineDecided,
    PaidTo,
    PaymentReturned,
    PaymentSettled,
    RunDrafted,
    Spent,
)
from services.contracts.registry import Fact
from services.payroll.domain.drafting import by_source
from services.payroll.domain.run.commands import (
    BankLine,
    DecideHeldLine,
    ExportBankFile,
    ImportBankReturn,
    IssueBankFile,
    WithdrawBankFile,
)
from services.payroll.domain.run.state import BankFile, Held, Line, Run, paying_to

# Why a line is held: what a person reads beside it.
HELD: Final[dict[str, tuple[str, str]]] = {
    "line-officer-unknown": ("本批次没有该人员或账户", "the run pays no such officer or account"),
    "line-twice": ("同一文件中重复出现", "it is in the file twice"),
    "line-amount-wrong": ("金额与应发不符", "another amount than is owed"),
    "line-settled-before": ("该人员本批次已发放成功", "that officer was paid before"),
    "line-not-sent": ("该人员不在途（未送盘、已退回或已冲销）", "nothing is under way for that officer"),
    "line-unexplained": ("缺少银行流水号或退回原因", "the bank's reference or reason is missing"),
}


def bank_rows(lines: Iterable[Line]) -> bytes:
    """The neutral bank file: UTF-8, LF, a head line, then ``officer;account pseudonym;net in fen`` in officer order."""
    rows = sorted(f"{line.officer};{line.bank_account_pseudonym};{line.net_fen}" for line in lines)
    return "\n".join(("officer;account;net_fen", *rows, "")).encode()


def batch_text(month: Month, file_no: int) -> str:
    """What the keyed reference of a bank file is the pseudonym of: nobody without the key can make it."""
    return f"bank-file|{month}|{file_no}"


def batch_reference(pseudonym: str) -> str:
    """The reference a bank file carries, from the pseudonym of `batch_text`: 16 characters that a bank's remark can hold."""
    return pseudonym.removeprefix("p_")[:16].upper()


def issue(run: Run, drafted: RunDrafted, command: IssueBankFile) -> tuple[Fact, ...]:
    """A line that came back goes to the account its officer has by now; every other to the one its slip names."""
    now = {one.officer: one.bank_account_pseudonym for one in command.accounts}
    payable = run.payable()
    accounts = tuple(
        PaidTo(officer=line.officer, bank_account_pseudonym=now[line.officer])
        for line in payable
        if line.outcome == "returned"
        and now.get(line.officer, line.bank_account_pseudonym) != line.bank_account_pseudonym
    )
    lines = tuple(map(paying_to(accounts), payable))
    if not lines:
        raise CommandRejected(
            "no-lines-to-issue",
            f"{drafted.month} 批次没有待送盘的人员：均已发放、在途或待冲销",
            f"the run of {drafted.month} has no line to send: all are paid, under way or about to be reversed",
        )
    return (
        BankFileIssued(
            month=drafted.month,
            line_count=len(lines),
            total_fen=Fen(sum(line.net_fen for line in lines)),
            file_sha256=hashlib.sha256(bank_rows(lines)).hexdigest(),
            file_no=len(run.files) + 1,
            accounts=accounts,
        ),
    )


def file_of(run: Run, file_no: int) -> BankFile:
    """The bank file of that number; refused when there is none or it is void."""
    file = next((one for one in run.files if one.file_no == file_no), None)
    if file is None or file.withdrawn:
        raise CommandRejected(
            "bank-file-unknown",
            f"本批次没有第 {file_no} 号有效银行文件",
            f"the run has no valid bank file {file_no}",
        )
    return file


def lines_of_file(run: Run, file_no: int) -> tuple[Line, ...]:
    """The lines a bank file was made of, as long as no later file repeats one of them.

    Once a line went out again, the earlier file's bytes cannot be made anew: `CommandRejected`.
    """
    file = file_of(run, file_no)
    lines = tuple(line for line in run.lines if line.file_no == file_no)
    if len(lines) != file.line_count:
        raise CommandRejected(
            "bank-file-superseded",
            f"第 {file_no} 号银行文件中的部分人员已在后续文件中重新送盘，不再出具",
            f"lines of bank file {file_no} went out again in a later one; it is given out no more",
        )
    return lines


def withdraw(run: Run, drafted: RunDrafted, command: WithdrawBankFile, context: Context) -> tuple[Fact, ...]:
    file = file_of(run, command.file_no)
    sent = [line for line in run.lines if line.file_no == command.file_no and line.outcome == "sent"]
    if len(sent) != file.line_count:
        raise CommandRejected(
            "bank-file-answered",
            f"第 {command.file_no} 号银行文件已有回盘结果，不能作废",
            f"the bank has answered lines of file {command.file_no}; it cannot be withdrawn",
        )
    return (
        BankFileWithdrawn(
            month=drafted.month,
            file_no=command.file_no,
            line_count=file.line_count,
            total_fen=file.total_fen,
            reason=command.reason,
            withdrawn_by=context.actor,
        ),
    )


def export(run: Run, drafted: RunDrafted, command: ExportBankFile, context: Context) -> tuple[Fact, ...]:
    file = file_of(run, command.file_no)
    # The door makes the bytes before it asks; a command without their hash is a fault of the wiring.
    assert command.file_sha256
    return (
        BankFileExported(
            month=drafted.month,
            file_no=file.file_no,
            profile=command.profile,
            file_format=command.file_format,
            file_encoding=command.file_encoding,
            line_count=file.line_count,
            total_fen=file.total_fen,
            file_sha256=command.file_sha256,
            reason=command.reason,
            exported_by=context.actor,
            pack_version=command.pack_version,
        ),
    )


def import_return(run: Run, drafted: RunDrafted, command: ImportBankReturn, context: Context) -> tuple[Fact, ...]:
    """Lines that fit a payment under way are applied, the others held; a file that fits nothing is refused whole."""
    if command.file_sha256 in run.imported_sha256:
        raise CommandRejected(
            "file-imported-before", "该银行回盘文件已导入", "this bank return file was imported before"
        )
    if not command.lines or not command.file_sha256:
        raise CommandRejected("file-empty", "回盘文件没有内容", "the bank return file is empty")
    judged = tuple(judge(run, command, context.pseudonym))
    if all(code in ("line-officer-unknown", "line-amount-wrong") for _, _, code in judged):
        raise _of_another_run(drafted.month)
    applied = [(line, known) for line, known, code in judged if known is not None and not code]
    held = [(line, known, code) for line, known, code in judged if code]
    settled = [known for line, known in applied if line.outcome == "settled"]
    returned = [known for line, known in applied if line.outcome == "returned"]
    by_document = run.asked(*settled)
    imported = BankReturnImported(
        month=drafted.month,
        file_sha256=command.file_sha256,
        settled_count=len(settled),
        settled_fen=Fen(sum(line.net_fen for line in settled)),
        returned_count=len(returned),
        returned_fen=Fen(sum(line.net_fen for line in returned)),
        charges=by_source(by_document),
        by_document=by_document,
        by_town=run.spent(*settled),
        held_count=len(held),
        held_fen=Fen(sum(line.amount_fen for line, _, _ in held)),
    )
    facts = [
        _answer(known.officer, line.outcome, line.amount_fen, reference=line.reference, reason=line.reason)
        for line, known in applied
    ]
    first = run.held_count + 1
    holds = [
        _hold(f"{drafted.month}-H{number}", line, known, code, command.file_sha256)
        for number, (line, known, code) in enumerate(held, first)
    ]
    return (*facts, *holds, imported)


def judge(
    run: Run, command: ImportBankReturn, pseudonym: Callable[[str], str]
) -> Iterator[tuple[BankLine, Line | None, str]]:
    """Each line of a return with the run's line it is about, and why it is held: empty when it is applied."""
    by_account: dict[str, Line | None] = {}
    for paying in run.lines:
        account = paying.bank_account_pseudonym
        by_account[account] = None if account in by_account else paying  # one that two share tells nobody apart
    batches = {batch_reference(pseudonym(batch_text(command.month, one.file_no))) for one in run.files}
    seen: set[str] = set()
    for line in command.lines:
        if line.batch and line.batch not in batches:
            raise _of_another_run(command.month)
        known = run.line_of(line.officer) if line.officer else by_account.get(line.account)
        yield line, known, _why_held(line, known, seen)
        if known is not None:
            seen.add(known.officer)


def _of_another_run(month: Month) -> CommandRejected:
    return CommandRejected(
        "file-of-another-run",
        f"回盘文件不是 {month} 批次的：没有一行与本批次相符，或批次号不符；全文件未处理",
        f"this return file is not of the run of {month}: no line fits, or its reference is another's; nothing was taken",
    )


def _why_held(line: BankLine, known: Line | None, seen: set[str]) -> str:
    if known is None:
        return "line-officer-unknown"
    if known.officer in seen:
        return "line-twice"
    if known.outcome == "settled":
        return "line-settled-before"
    if line.amount_fen != known.net_fen:
        return "line-amount-wrong"
    if known.outcome != "sent":
        return "line-not-sent"
    if not (line.reference if line.outcome == "settled" else line.reason).strip():
        return "line-unexplained"
    return ""


def _hold(held_no: str, line: BankLine, known: Line | None, code: str, file_sha256: str) -> Fact:
    return BankLineHeld(
        month=Month.parse(held_no[:7]),
        held_no=held_no,
        file_sha256=file_sha256,
        row_no=line.row_no,
        officer=known.officer if known is not None else "",
        amount_fen=line.amount_fen,
        outcome=line.outcome,
        code=code,
        bank_reference=line.reference,
    )


def _answer(officer: str, outcome: str, amount_fen: Fen, *, reference: str, reason: str) -> Fact:
    if outcome == "settled":
        return PaymentSettled(officer=officer, amount_fen=amount_fen, bank_reference=reference)
    return PaymentReturned(officer=officer, amount_fen=amount_fen, reason=reason)


def decide_held(run: Run, drafted: RunDrafted, command: DecideHeldLine, context: Context) -> tuple[Fact, ...]:
    held = next((one for one in run.held if one.held_no == command.held_no), None)
    if held is None:
        raise CommandRejected(
            "held-line-unknown",
            f"没有待处理的回盘行 {command.held_no}",
            f"no held line {command.held_no} waits for a decision",
        )
    officer = command.officer or held.officer
    known = run.line_of(officer)
    by_document: tuple[Charge, ...] = ()
    by_town: tuple[Spent, ...] = ()
    if command.decision == "applied":
        known = _applicable(held, known)
        if held.outcome == "settled":
            by_document, by_town = run.asked(known), run.spent(known)
    decided = HeldLineDecided(
        month=drafted.month,
        held_no=held.held_no,
        decision=command.decision,
        officer=officer if known is not None else "",
        outcome=held.outcome,
        amount_fen=held.amount_fen,
        reason=command.reason,
        document=command.document,
        decided_by=context.actor,
        charges=by_source(by_document),
        by_document=by_document,
        by_town=by_town,
    )
    if command.decision == "dismissed":
        return (decided,)
    reference = held.bank_reference or command.document
    return (decided, _answer(officer, held.outcome, held.amount_fen, reference=reference, reason=command.reason))


def _applicable(held: Held, known: Line | None) -> Line:
    """The run's line a held one can be applied to: under way, and of the same amount."""
    if known is None or known.outcome != "sent" or known.net_fen != held.amount_fen:
        raise CommandRejected(
            "held-line-fits-nothing",
            f"没有应发 {yuan_text(held.amount_fen)} 元且在途的该人员，不能按此行入账",
            f"no payment of {yuan_text(held.amount_fen)} yuan to that officer is under way; it cannot be applied",
        )
    return known
