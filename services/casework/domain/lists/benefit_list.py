"""A town's list of a month (发放名册): drafted by one, approved by another, paid by files, answered by the bank, closed."""

import hashlib
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Final, assert_never

from services.casework.domain.belonging import of_town
from services.casework.domain.commands.lists import (
    ApproveBenefitList,
    BenefitListCommand,
    CloseBenefitList,
    DraftBenefitList,
    ExportPaymentFile,
    ImportBenefitReturn,
    IssuePaymentFile,
    ListedHousehold,
    ResolveHeldLine,
)
from services.casework.domain.guards import no_personal_number, rejected_unless
from services.casework.domain.listed import NO_ACCOUNT, OF_THE_DECEASED, BenefitList, ListLine, Stage, evolve
from services.casework.domain.lists.drafting import changes_of, lines_of, totals_of
from services.casework.domain.lists.returns import import_return, resolve
from services.contracts.casework import (
    BenefitLinesListed,
    BenefitListApproved,
    BenefitListClosed,
    BenefitListDrafted,
    FileLine,
    PaymentFileExported,
    PaymentFileIssued,
    PaymentLinesIssued,
    WithheldLine,
)
from services.contracts.deciding import Aggregate, CommandRejected, Context
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import Fact
from services.contracts.roles import same_person

_STAGES_ZH: Final[dict[Stage, str]] = {
    "none": "未编制", "drafted": "已编制", "approved": "已审批", "closed": "已关闭",
}  # fmt: skip


def decide(state: BenefitList, command: BenefitListCommand, context: Context) -> tuple[Fact, ...]:
    """The facts of one step; steps out of order are refused with ``list-not-<stage>``."""
    of_town(command.town, context)
    match command:
        case DraftBenefitList():
            return _draft(state, command, context)
        case ApproveBenefitList():
            return (_approve(_at(state, command.month, "drafted"), command, context),)
        case IssuePaymentFile():
            return _issue(_at(state, command.month, "approved"), command, context)
        case ExportPaymentFile():
            return (_export(state, command, context),)
        case ImportBenefitReturn():
            return import_return(_at(state, command.month, "approved"), command, context)
        case ResolveHeldLine():
            return (resolve(_at(state, command.month, "approved"), command, context),)
        case CloseBenefitList():
            return (_close(_at(state, command.month, "approved"), command, context),)
        case _:
            assert_never(command)


def _at(state: BenefitList, month: Month, wanted: Stage) -> BenefitList:
    rejected_unless(
        state.stage == wanted,
        f"list-not-{wanted}",
        f"{month} 发放名册当前为“{_STAGES_ZH[state.stage]}”，须为“{_STAGES_ZH[wanted]}”方可办理",
        f"the list of {month} is at stage {state.stage}, this needs {wanted}",
    )
    return state


def _may_draft(state: BenefitList, command: DraftBenefitList, context: Context) -> None:
    """This month, the one before or the next one; not past an earlier draft, nor behind a later list."""
    rejected_unless(
        not state.approved, "list-approved", "该月发放名册已审批，不能重编", "the list is approved; it stays as it is"
    )
    this = Month.of(context.today)
    rejected_unless(
        this.plus(-1) <= command.month <= this.plus(1),
        "month-not-due",
        "只能编制上月、本月或下月的发放名册",
        "only the list of this month, the last or the next one",
    )
    for month, stage in command.neighbours:
        rejected_unless(
            month < command.month, "later-list", f"{month} 发放名册已编制", f"there is a list of {month} already"
        )
        rejected_unless(
            stage != "drafted", "earlier-list-open", f"{month} 发放名册尚未审批", f"the list of {month} is not approved"
        )


def _draft(state: BenefitList, command: DraftBenefitList, context: Context) -> tuple[Fact, ...]:
    """The list and its lines by committee; a household without an account is on it, and said to be held."""
    _may_draft(state, command, context)
    assert command.households is not None  # the edge fills it in
    # A committee that is on the earlier draft and not on this one is stated empty.
    by_committee = {line.committee: () for line in state.lines} | lines_of(command.households)
    lines = [line for group in by_committee.values() for line in group]
    rejected_unless(bool(lines), "nobody-due", f"{command.month} 没有应发的户", f"nobody is due for {command.month}")
    draft_no = state.draft_no + 1
    held = [line for line in lines if line.held_for]
    compared = any(month == command.month.plus(-1) for month, _ in command.neighbours)
    drafted = BenefitListDrafted(
        town=command.town,
        month=command.month,
        draft_no=draft_no,
        line_count=len(lines),
        amount_fen=Fen(sum(line.amount_fen for line in lines)),
        totals=totals_of(lines),
        changes=changes_of(command.households),
        held_count=len(held),
        held_fen=Fen(sum(line.amount_fen for line in held)),
        compared_with="list" if compared else "decisions",
        drafted_by=context.actor,
    )
    return drafted, *(
        BenefitLinesListed(town=command.town, month=command.month, committee=committee, draft_no=draft_no, lines=group)
        for committee, group in by_committee.items()
    )


def _approve(state: BenefitList, command: ApproveBenefitList, context: Context) -> BenefitListApproved:
    """By a second person (会计法: 不相容职务分离), and only while nothing was decided that the draft does not know."""
    rejected_unless(
        not same_person(context.actor, state.drafted_by),
        "drafter-is-approver",
        "编制人不得审批自己编制的发放名册，须由另一人审批",
        "whoever drafted a list may not approve it; a second person must",
    )
    assert command.households is not None
    now = {line.household_no: line.amount_fen for group in lines_of(command.households).values() for line in group}
    drafted = {line.household_no: line.amount_fen for line in state.lines}
    differing = sorted(number for number in {*now, *drafted} if now.get(number) != drafted.get(number))
    if differing:
        raise CommandRejected(
            "list-out-of-date",
            f"编制后有 {len(differing)} 户的待遇发生变化（如 {differing[0]}），请重新编制",
            f"{len(differing)} households changed since the draft ({differing[0]} for one); draft it again",
        )
    return BenefitListApproved(
        town=command.town,
        month=command.month,
        line_count=len(state.lines),
        amount_fen=Fen(sum(line.amount_fen for line in state.lines)),
        totals=totals_of(state.lines),
        drafted_by=state.drafted_by,
        approved_by=context.actor,
    )


def file_rows(lines: Iterable[FileLine]) -> bytes:
    """The neutral payment file: UTF-8, LF, a head line, then ``household;account pseudonym;fen`` in order of number."""
    rows = sorted(f"{line.household_no};{line.account};{line.amount_fen}" for line in lines)
    return "\n".join(("household;account;amount_fen", *rows, "")).encode()


def _issue(state: BenefitList, command: IssuePaymentFile, context: Context) -> tuple[Fact, ...]:
    """What no file took and what came back, to the account on record now; whoever is due no more is left out, and said so."""
    assert command.households is not None
    now = {one.household_no: one for one in command.households}
    waiting = [line for line in state.lines if line.state in ("open", "returned")]
    withheld = tuple(
        WithheldLine(
            committee=line.committee, household_no=line.household_no, amount_fen=line.amount_fen, reason=reason
        )
        for line in waiting
        if (reason := _why_not(line, now.get(line.household_no)))
    )
    left_out = {one.household_no: one.reason for one in withheld}
    payable = [line for line in waiting if line.household_no not in left_out]
    news = any(left_out.get(line.household_no, line.held_for) != line.held_for for line in waiting)
    rejected_unless(bool(payable) or news, "nothing-to-pay", "没有可发放的户", "no line can be paid now")
    file_no = state.files + 1
    groups = tuple(
        _file_group(command, file_no, committee, tuple(group), now)
        for committee, group in groupby(payable, key=lambda line: line.committee)
    )
    lines = [line for group in groups for line in group.lines]
    issued = PaymentFileIssued(
        town=command.town,
        month=command.month,
        file_no=file_no,
        line_count=len(lines),
        amount_fen=Fen(sum(line.amount_fen for line in lines)),
        file_sha256=hashlib.sha256(file_rows(lines)).hexdigest(),
        withheld=withheld,
        issued_by=context.actor,
    )
    return issued, *groups


def _file_group(
    command: IssuePaymentFile,
    file_no: int,
    committee: str,
    lines: tuple[ListLine, ...],
    now: Mapping[str, ListedHousehold],
) -> PaymentLinesIssued:
    return PaymentLinesIssued(
        town=command.town,
        month=command.month,
        committee=committee,
        file_no=file_no,
        lines=tuple(
            FileLine(household_no=one.household_no, account=now[one.household_no].account, amount_fen=one.amount_fen)
            for one in lines
        ),
        reissued_fen=Fen(sum(one.amount_fen for one in lines if one.state == "returned")),
    )


def _why_not(line: ListLine, now: ListedHousehold | None) -> str:
    """Why a line cannot be paid now, empty when it can: the benefit is no longer due as listed, or there is no account."""
    if now is None or now.due_fen < line.due_fen:
        return (now.reason if now is not None else "") or "not_due"
    owed = sum(one.amount_fen for one in now.arrears)
    if owed < line.amount_fen - line.due_fen:
        return "not_due"
    if now.died:
        return OF_THE_DECEASED
    return "" if now.account else NO_ACCOUNT


def _export(state: BenefitList, command: ExportPaymentFile, context: Context) -> PaymentFileExported:
    rejected_unless(bool(command.reason.strip()), "reason-missing", "须说明导出理由", "giving it out needs a reason")
    no_personal_number(command.reason)
    lines = [line for line in state.lines if line.file_no == command.file_no and line.state == "sent"]
    rejected_unless(bool(lines), "file-unknown", "没有这个待银行处理的发放文件", "no such file waits for the bank")
    return PaymentFileExported(
        town=command.town,
        month=command.month,
        file_no=command.file_no,
        line_count=len(lines),
        reason=command.reason,
        reader_role=context.role,
    )


def _close(state: BenefitList, command: CloseBenefitList, context: Context) -> BenefitListClosed:
    """Nothing may wait for the bank, for a person, or for a file that could take it."""
    waiting = [line for line in state.lines if line.state in ("sent", "held")]
    rejected_unless(not waiting, "lines-waiting", "尚有户待银行回盘", f"{len(waiting)} lines wait for the bank")
    rejected_unless(not state.held, "lines-held", "尚有挂账待核的回盘行", f"{len(state.held)} bank lines are held")
    unsent = [line for line in state.lines if line.state == "open" and not line.held_for]
    rejected_unless(not unsent, "lines-unsent", "尚有户未列入发放文件", f"{len(unsent)} lines are in no file")
    unpaid = tuple(
        WithheldLine(
            committee=line.committee,
            household_no=line.household_no,
            amount_fen=line.amount_fen,
            reason="returned" if line.state == "returned" else line.held_for,
        )
        for line in state.lines
        if line.state != "paid"
    )
    return BenefitListClosed(
        town=command.town,
        month=command.month,
        paid_count=sum(line.state == "paid" for line in state.lines),
        paid_fen=state.fen_in("paid"),
        unpaid=unpaid,
        unpaid_fen=Fen(sum(one.amount_fen for one in unpaid)),
        closed_by=context.actor,
    )


BENEFIT_LIST: Final = Aggregate(
    prefix="benefit_list",
    state=BenefitList,
    initial=BenefitList(),
    commands=(
        DraftBenefitList,
        ApproveBenefitList,
        IssuePaymentFile,
        ExportPaymentFile,
        ImportBenefitReturn,
        ResolveHeldLine,
        CloseBenefitList,
    ),
    decide=decide,
    evolve=evolve,
)
