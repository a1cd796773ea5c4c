"""Taking one slip back (冲销), by two persons, and the money that comes back; what is due again the next slip says."""

from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import Fen, yuan_text
from services.contracts.payroll import (
    RecoveryReceived,
    RunDrafted,
    SlipReversalDeclined,
    SlipReversalRequested,
    SlipReversed,
)
from services.contracts.registry import Fact
from services.contracts.roles import same_person
from services.payroll.domain.drafting import by_source
from services.payroll.domain.run.commands import (
    ConfirmSlipReversal,
    DeclineSlipReversal,
    RecordRecovery,
    RequestSlipReversal,
)
from services.payroll.domain.run.state import Line, Reversal, Run


def request(run: Run, drafted: RunDrafted, command: RequestSlipReversal, context: Context) -> tuple[Fact, ...]:
    line = _reversible(run, command.officer)
    if any(one.officer == line.officer for one in run.reversals):
        raise CommandRejected(
            "reversal-requested-before",
            f"{line.officer} 的冲销已提出，待另一人确认",
            f"a reversal of {line.officer} was asked for and waits for another person",
        )
    return (
        SlipReversalRequested(
            month=drafted.month,
            officer=line.officer,
            reason=command.reason,
            document=command.document,
            requested_by=context.actor,
        ),
    )


def confirm(run: Run, drafted: RunDrafted, command: ConfirmSlipReversal, context: Context) -> tuple[Fact, ...]:
    asked = _asked(run, command.officer)
    if same_person(context.actor, asked.requested_by):
        raise CommandRejected(
            "requester-is-confirmer",
            "提出冲销的人不得自行确认，须由另一人确认",
            "whoever asked for a reversal may not confirm it; another person must",
        )
    line = _reversible(run, command.officer)
    by_document = run.asked(line)
    return (
        SlipReversed(
            month=drafted.month,
            officer=line.officer,
            settled=line.outcome == "settled",
            gross_fen=run.side_fen(line, "part"),
            personal_insurance_fen=run.side_fen(line, "personal"),
            employer_insurance_fen=run.side_fen(line, "employer"),
            tax_fen=line.tax_fen,
            net_fen=line.net_fen,
            charges=by_source(by_document),
            by_document=by_document,
            reason=asked.reason,
            document=asked.document,
            requested_by=asked.requested_by,
            confirmed_by=context.actor,
            by_town=run.spent(line),
        ),
    )


def decline(run: Run, drafted: RunDrafted, command: DeclineSlipReversal, context: Context) -> tuple[Fact, ...]:
    asked = _asked(run, command.officer)
    return (
        SlipReversalDeclined(
            month=drafted.month, officer=asked.officer, reason=command.reason, declined_by=context.actor
        ),
    )


def recover(run: Run, drafted: RunDrafted, command: RecordRecovery, context: Context) -> tuple[Fact, ...]:
    expected = next((one for one in run.recoveries if one.officer == command.officer), None)
    left_fen = expected.left_fen if expected is not None else Fen(0)
    if not 0 < command.amount_fen <= left_fen or command.received_on > context.today:
        raise CommandRejected(
            "recovery-not-expected",
            f"{command.officer} 尚应退回 {yuan_text(left_fen)} 元；金额须在其内，日期不得晚于今天",
            f"{yuan_text(left_fen)} yuan are expected back from {command.officer}; not more, and not after today",
        )
    return (
        RecoveryReceived(
            month=drafted.month,
            officer=command.officer,
            amount_fen=command.amount_fen,
            left_fen=Fen(left_fen - command.amount_fen),
            reference=command.reference,
            received_on=command.received_on,
            recorded_by=context.actor,
        ),
    )


def _asked(run: Run, officer: str) -> Reversal:
    asked = next((one for one in run.reversals if one.officer == officer), None)
    if asked is None:
        raise CommandRejected(
            "reversal-not-requested",
            f"没有待确认的 {officer} 工资单冲销",
            f"no reversal of {officer} waits to be confirmed",
        )
    return asked


def _reversible(run: Run, officer: str) -> Line:
    """The line to take back: one of the run's, not reversed yet, and not on its way at the bank, who may pay it still."""
    line = run.line_of(officer)
    if line is None:
        raise CommandRejected(
            "line-officer-unknown", f"本批次没有低保员 {officer}", f"this run pays no officer {officer}"
        )
    if not line.counts:
        raise CommandRejected("slip-reversed-before", f"{officer} 的工资单已冲销", f"{officer}'s slip was reversed")
    if line.outcome == "sent":
        raise CommandRejected(
            "line-under-way",
            f"{officer} 的款项在途，须待银行回盘或作废银行文件后再冲销",
            f"the bank has {officer}'s line; wait for its return or withdraw the file",
        )
    return line
