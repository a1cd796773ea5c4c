"""A run's own steps: discarded, checked, approved by another person, funded, closed; it pays nobody."""

from typing import Final

from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import Fen, yuan_text
from services.contracts.payroll import (
    Amount,
    RunApproved,
    RunChecked,
    RunClosed,
    RunDiscarded,
    RunDrafted,
    RunFunded,
    RunSourceCommitted,
)
from services.contracts.registry import Fact
from services.contracts.roles import same_person
from services.payroll.domain.drafting import by_source, refuse_named
from services.payroll.domain.run.commands import ApproveRun, DiscardRun, NoteFundCommitted, OfRun
from services.payroll.domain.run.state import Run, Stage
from services.payroll.pay import DocumentLeft, total

STAGES_ZH: Final[dict[Stage, str]] = {
    "none": "未编制",
    "drafted": "已编制",
    "checked": "已复核",
    "approved": "已审批",
    "funded": "资金已落实",
    "issued": "银行文件已出",
    "closed": "已结清",
}


def at_stage(run: Run, command: OfRun, *wanted: Stage) -> RunDrafted:
    """The run's totals when it is at one of the stages; refused with ``run-not-<the first>`` else."""
    if run.drafted is None or run.stage not in wanted:
        names = "或".join(f"“{STAGES_ZH[one]}”" for one in wanted)
        raise CommandRejected(
            f"run-not-{wanted[0]}",
            f"{command.month} 批次当前为“{STAGES_ZH[run.stage]}”，须为{names}方可办理",
            f"the run of {command.month} is at stage {run.stage}, this needs {' or '.join(wanted)}",
        )
    return run.drafted


def approved_or_later(run: Run, command: OfRun) -> RunDrafted:
    """The totals of a run that pays: whatever touches a slip waits for approval."""
    return at_stage(run, command, "approved", "funded", "issued", "closed")


def discard(run: Run, drafted: RunDrafted, command: DiscardRun, context: Context) -> tuple[Fact, ...]:
    return (
        RunDiscarded(
            month=drafted.month,
            draft_no=drafted.draft_no,
            reason=command.reason,
            discarded_by=context.actor,
            officers=tuple(line.officer for line in run.lines),
        ),
    )


def check(run: Run, drafted: RunDrafted, context: Context) -> tuple[Fact, ...]:
    lines = run.lines
    part, personal, employer = (
        [run.side_fen(line, side) for line in lines] for side in ("part", "personal", "employer")
    )
    charges = by_source(run.asked(*lines))
    recomputed = {
        "slip_count": len(lines),
        "gross_fen": sum(part),
        "net_fen": sum(part) - sum(personal) - sum(line.tax_fen for line in lines),
        "tax_fen": sum(line.tax_fen for line in lines),
        "employer_insurance_fen": sum(employer),
        "charges": charges,
    }
    differing = [name for name, value in recomputed.items() if getattr(drafted, name) != value]
    unpaid = [
        line.officer
        for line, gross_fen, own_fen in zip(lines, part, personal, strict=True)
        if gross_fen - own_fen - line.tax_fen != line.net_fen
    ]
    if differing or unpaid or total(drafted.charges) != drafted.gross_fen + drafted.employer_insurance_fen:
        names = ", ".join([*(differing or ["charges"] * (not unpaid)), *unpaid[:1]])
        raise CommandRejected(
            "totals-differ", f"批次合计与工资单重算结果不符：{names}", f"totals differ from the slips: {names}"
        )
    return (RunChecked(month=drafted.month, checked_by=context.actor),)


def approve(run: Run, drafted: RunDrafted, command: ApproveRun, context: Context) -> tuple[Fact, ...]:
    """Whoever approves has neither prepared nor checked (会计法 art. 35: 不相容岗位相互分离)."""
    if same_person(context.actor, drafted.prepared_by):
        raise CommandRejected(
            "preparer-is-approver",
            "编制人不得审批自己编制的批次，须由另一人审批",
            "whoever prepared a run may not approve it; a second person must",
        )
    if same_person(context.actor, run.checked_by):
        raise CommandRejected(
            "checker-is-approver",
            "复核人不得审批自己复核的批次，须由另一人审批",
            "whoever checked a run may not approve it; another person must",
        )
    # The edge fills it in; an approval without it is a fault of the wiring, not of whoever approves.
    assert command.documents is not None
    _refuse_short(run, tuple(one for one in command.documents if one.year == drafted.month.year))
    return (
        RunApproved(
            month=drafted.month,
            prepared_by=drafted.prepared_by,
            approved_by=context.actor,
            charges=drafted.charges,
            by_document=run.asked(*run.lines),
            by_town=run.spent(*run.lines),
            gross_fen=drafted.gross_fen,
            net_fen=drafted.net_fen,
            personal_insurance_fen=Fen(drafted.gross_fen - drafted.net_fen - drafted.tax_fen),
            employer_insurance_fen=drafted.employer_insurance_fen,
            tax_fen=drafted.tax_fen,
            checked_by=run.checked_by,
        ),
    )


def _refuse_short(run: Run, documents: tuple[DocumentLeft, ...]) -> None:
    """A run that its year's documents cannot pay any more is not approved (三, 专款专用): it may be discarded and drafted anew."""
    left = {(one.source, one.document): one.left_fen for one in documents}
    short = [
        (one.source, one.document, yuan_text(left.get((one.source, one.document), Fen(0))), yuan_text(one.amount_fen))
        for one in run.asked(*run.lines)
        if one.amount_fen > left.get((one.source, one.document), 0)
    ]
    if short:
        zh = "；".join(
            f"来源 {source} 资金文件 {name} 余额 {has} 元，需 {asked} 元" for source, name, has, asked in short
        )
        en = "; ".join(
            f"document {name} of source {source} has {has} yuan, {asked} asked" for source, name, has, asked in short
        )
        raise CommandRejected(
            "funds-do-not-suffice",
            f"编制后资金已另作他用：{zh}；请补足资金，或作废草稿重新编制",
            f"the money went elsewhere since the draft: {en}; bring money, or discard the draft and draft anew",
        )


def note_committed(run: Run, drafted: RunDrafted, command: NoteFundCommitted) -> tuple[Fact, ...]:
    if Amount(code=command.source, amount_fen=command.amount_fen) not in drafted.charges:
        raise CommandRejected(
            "commitment-not-of-run",
            f"来源 {command.source} 列支 {yuan_text(command.amount_fen)} 元，与本批次应由其承担的金额不符",
            f"{yuan_text(command.amount_fen)} yuan are not source {command.source}'s share of this run",
        )
    if command.source in run.committed:
        raise CommandRejected(
            "commitment-noted-before",
            f"来源 {command.source} 已落实",
            f"source {command.source} was noted before",
        )
    noted = RunSourceCommitted(month=drafted.month, source=command.source, amount_fen=command.amount_fen)
    sources = tuple(charge.code for charge in drafted.charges)
    if set(sources) - set(run.committed) - {command.source}:
        return (noted,)
    return (noted, RunFunded(month=drafted.month, sources=sources))


def close(run: Run, drafted: RunDrafted, context: Context) -> tuple[Fact, ...]:
    """Every line settled or reversed, no held line and no reversal undecided."""
    lines = run.lines
    waiting = [line.officer for line in run.unpaid()]
    refuse_named("run-lines-open", "尚有未发放的人员", "not everybody is paid yet", waiting)
    if run.held or run.reversals:
        raise CommandRejected(
            "run-waits-for-person",
            f"尚有待处理的回盘行 {len(run.held)} 条、待确认的冲销 {len(run.reversals)} 笔",
            f"{len(run.held)} held lines and {len(run.reversals)} reversals wait for a person",
        )
    settled = [line for line in lines if line.outcome == "settled"]
    reversed_lines = [line for line in lines if not line.counts]
    return (
        RunClosed(
            month=drafted.month,
            closed_by=context.actor,
            settled_count=len(settled),
            settled_fen=Fen(sum(line.net_fen for line in settled)),
            reversed_count=len(reversed_lines),
            reversed_fen=Fen(sum(line.net_fen for line in reversed_lines)),
        ),
    )
