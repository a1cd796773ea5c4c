"""A benefit suspended, resumed, phased out, cut, and recovered after its end; its amount and its end are decided elsewhere."""

from collections.abc import Iterable
from typing import assert_never

from services.casework.domain.commands import (
    ClaimRecovery,
    CutShare,
    GrantGradualExit,
    OpenedMember,
    RecordJobRefusal,
    RecordRecovery,
    ResumeBenefit,
    SuspendBenefit,
)
from services.casework.domain.commands.payout import PaidMonth
from services.casework.domain.entitled import covered_groups
from services.casework.domain.guards import (
    member_named,
    members_are_the_latest,
    not_before,
    not_by_investigator,
    not_in_future,
    rejected_unless,
)
from services.casework.domain.payable import Payable, Refusals
from services.casework.domain.state import Household
from services.casework.rules import BenefitChanges, top_up_under
from services.contracts.casework import (
    BenefitResumed,
    BenefitSuspended,
    GradualExitGranted,
    JobRefused,
    OverpaidMonth,
    RecoveryClaimed,
    RecoveryReceived,
    ShareCut,
)
from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import ZERO_FEN, Fen, times_ratio
from services.contracts.months import Month
from services.contracts.registry import Fact

ChangeCommand = (
    SuspendBenefit | ResumeBenefit | GrantGradualExit | RecordJobRefusal | CutShare | ClaimRecovery | RecordRecovery
)


def decide_change(state: Household, command: ChangeCommand, context: Context) -> Fact:
    """One change of a benefit in force, or what comes of one that has ended."""
    match command:
        case ClaimRecovery():
            return _claimed(state, command, context)
        case RecordRecovery():
            return _received(state, command, context)
    rejected_unless(bool(state.category), "no-benefit", "该户没有在享待遇", "the household receives no benefit")
    match command:
        case SuspendBenefit():
            return _suspended(state, command, context)
        case ResumeBenefit():
            return _resumed(state, command, context)
        case GrantGradualExit():
            return _gradual(state, command, context)
        case RecordJobRefusal():
            return _refused(state, command, context)
        case CutShare():
            return _cut(state, command, context)
        case _:
            assert_never(command)


def _changes(context: Context) -> tuple[BenefitChanges, str]:
    day = context.today
    return context.rule_on("benefit_changes", day, BenefitChanges), context.rules.version_on("benefit_changes", day)


def _suspended(state: Household, command: SuspendBenefit, context: Context) -> BenefitSuspended:
    """From the next month, for a reason of the pack (暂停发放); the benefit stays in force."""
    pack, version = _changes(context)
    rejected_unless(
        command.reason in pack.suspension_reasons,
        "reason-unknown",
        "暂停原因不在目录中",
        "this reason is not on the list",
    )
    rejected_unless(
        state.payable.suspended_from is None, "benefit-suspended", "待遇已暂停发放", "the benefit is suspended already"
    )
    rejected_unless(
        state.monthly_amount_fen > 0, "nothing-payable", "该户没有按月发放的金额", "nothing is paid monthly"
    )
    not_by_investigator(state.verified_by, context)
    return BenefitSuspended(
        town=state.town,
        category=state.category,
        reason=command.reason,
        from_month=Month.of(context.today).plus(1),
        decided_on=context.today,
        decided_by=context.actor,
        pack_version=version,
    )


def _resumed(state: Household, command: ResumeBenefit, context: Context) -> BenefitResumed:
    """From the next month; the suspended months are paid after where the pack's reason says so (补发)."""
    pack, version = _changes(context)
    suspended_from = state.payable.suspended_from
    if suspended_from is None:
        raise CommandRejected("benefit-not-suspended", "待遇未暂停", "the benefit is not suspended")
    pays_after = pack.resumption_reasons.get(command.reason)
    if pays_after is None:
        raise CommandRejected("reason-unknown", "恢复原因不在目录中", "this reason is not on the list")
    not_by_investigator(state.verified_by, context)
    from_month = Month.of(context.today).plus(1)
    months = months_between(suspended_from, from_month.plus(-1)) if pays_after else ()
    return BenefitResumed(
        town=state.town,
        category=state.category,
        reason=command.reason,
        from_month=from_month,
        monthly_amount_fen=state.monthly_amount_fen,
        back_pay_fen=Fen(sum(state.payable.due_in(month) for month in months)),
        back_pay_months=months,
        decided_on=context.today,
        decided_by=context.actor,
        pack_version=version,
    )


def months_between(first: Month, last: Month) -> tuple[Month, ...]:
    """All months from `first` to `last`, both included."""
    months = []
    while first <= last:
        months.append(first)
        first = first.plus(1)
    return tuple(months)


def _gradual(state: Household, command: GrantGradualExit, context: Context) -> GradualExitGranted:
    """Some months more after a job (渐退期, 民发〔2021〕57号 arts. 32-34), after a look that found it."""
    rejected_unless(state.change_found, "no-change-found", "复核未发现变化", "no re-verification found a change")
    not_in_future("employed_on", command.employed_on, context)
    not_by_investigator(state.verified_by, context)
    pack, version = _changes(context)
    months = pack.gradual_exit_months.get(state.category, 0)
    rejected_unless(months > 0, "no-gradual-exit", "该待遇没有渐退期", "this benefit has no gradual exit")
    rejected_unless(state.payable.exit_until is None, "gradual-exit-known", "渐退期已给予", "it was granted already")
    return GradualExitGranted(
        town=state.town,
        category=state.category,
        person=member_named(state, command.person),
        employed_on=command.employed_on,
        until_month=Month.of(context.today).plus(months),
        monthly_amount_fen=state.monthly_amount_fen,
        decided_on=context.today,
        decided_by=context.actor,
        pack_version=version,
    )


def _refused(state: Household, command: RecordJobRefusal, context: Context) -> JobRefused:
    """Counted one after the other where there was no good reason (民发〔2021〕57号 arts. 32-34)."""
    not_in_future("refused_on", command.refused_on, context)
    person = member_named(state, command.person)
    rejected_unless(
        command.offer_no not in state.payable.offer_nos,
        "offer-repeated",
        "该岗位介绍已登记",
        "this offer is recorded already",
    )
    before = state.payable.refusals_of(person)
    if before is not None:
        not_before("refused_on", command.refused_on, "the last offer", before.last_on)
    _, version = _changes(context)
    return JobRefused(
        offer_no=command.offer_no,
        town=state.town,
        person=person,
        justified=command.justified,
        refused_on=command.refused_on,
        refused_count=(before.count if before else 0) + (not command.justified),
        form_sha256=command.form_sha256,
        pack_version=version,
    )


def _cut(state: Household, command: CutShare, context: Context) -> ShareCut:
    """That member's share alone, from the next month (民发〔2021〕57号 arts. 32-34); the others keep theirs."""
    person = member_named(state, command.person)
    _, version = _changes(context)
    refusals = refused_enough(state, context, person)
    rejected_unless(person not in state.payable.cut, "share-cut", "该成员份额已停发", "this share is cut already")
    covered = state.payable.covered_members
    rejected_unless(covered > 1, "last-share", "仅剩一人，应终止待遇", "it is the last share: terminate the benefit")
    not_by_investigator(state.verified_by, context)
    members_are_the_latest(state, command.opened_at)
    top_up = own_top_up(state, person, command.opened, context)
    # Top-ups are a member's own (art. 27): the rest is shared, and whoever is cut loses no top-up of another.
    share = Fen(times_ratio(Fen(state.monthly_amount_fen - state.payable.top_up_fen), 1, covered) + top_up)
    return ShareCut(
        town=state.town,
        category=state.category,
        person=person,
        refused_count=refusals.count,
        share_fen=share,
        before_fen=state.monthly_amount_fen,
        monthly_amount_fen=Fen(state.monthly_amount_fen - share),
        covered_members=covered - 1,
        from_month=Month.of(context.today).plus(1),
        decided_on=context.today,
        decided_by=context.actor,
        pack_version=version,
        top_up_fen=top_up,
    )


def own_top_up(state: Household, person: str, opened: tuple[OpenedMember, ...] | None, context: Context) -> Fen:
    """What of the amount's top-ups is this member's, by the standard the amount went by; none where nothing can be opened."""
    payable = state.payable
    if not payable.top_up_fen or opened is None:
        return ZERO_FEN
    own = covered_groups(state, opened, payable.covered_members, only=person)
    return min(payable.top_up_fen, top_up_under(context.rules.named(payable.standard_version), own))


def refused_enough(state: Household, context: Context, person: str | None = None) -> Refusals:
    """The refusals of a member (None: of whoever refused most) where they are as many as the pack says (arts. 32-34)."""
    most = _changes(context)[0].refusals_max
    counted = [one for one in state.payable.refusals if person in (None, one.person) and one.count >= most]
    if not counted:
        raise CommandRejected(
            "job-refusals", f"无正当理由拒绝工作不足 {most} 次", f"fewer than {most} jobs were refused"
        )
    return max(counted, key=lambda one: one.count)


def _claimed(state: Household, command: ClaimRecovery, context: Context) -> RecoveryClaimed:
    ended_from = state.payable.ended_from
    if ended_from is None:
        raise CommandRejected("benefit-not-ended", "待遇未终止", "no benefit has ended")
    claim = claim_of(state, ended_from, command.paid_through, state.payable.ended_reason, command.paid, context)
    if claim is None:
        raise CommandRejected("nothing-overpaid", "没有多发金额", "nothing was paid after the end")
    return claim


def claim_of(
    state: Household,
    ended_from: Month,
    paid_through: Month,
    reason: str,
    listed: tuple[PaidMonth, ...],
    context: Context,
) -> RecoveryClaimed | None:
    """What was paid from `ended_from` on and is not claimed yet, month by month (民发〔2021〕57号 art. 32); None: nothing.

    A month that a list covers counts as the list says, another as it was decided.
    """
    rejected_unless(
        paid_through <= Month.of(context.today),
        "time-in-future",
        "paid_through 在将来",
        "paid_through lies in the future",
    )
    payable = state.payable
    first = ended_from if payable.claimed_through is None else max(ended_from, payable.claimed_through.plus(1))
    return claimed(state.town, payable.category, reason, paid_by_month(payable, listed, first, paid_through), context)


def paid_by_month(
    payable: Payable, listed: tuple[PaidMonth, ...], first: Month, last: Month
) -> tuple[tuple[Month, Fen], ...]:
    """What was paid for each month from `first` to `last`, less what was claimed back of it for one who had died."""
    part = dict(payable.part_claimed)
    by_list = {one.month: Fen(one.amount_fen - part.get(one.month, 0)) for one in listed}
    return tuple((month, by_list.get(month, payable.paid_in(month))) for month in months_between(first, last))


def claimed(
    town: str, category: str, reason: str, over: Iterable[tuple[Month, Fen]], context: Context
) -> RecoveryClaimed | None:
    """The claim of what was paid too much, by month; None: nothing was."""
    months = tuple(OverpaidMonth(month=month, amount_fen=amount) for month, amount in over if amount > 0)
    if not months:
        return None
    return RecoveryClaimed(
        town=town,
        category=category,
        reason=reason,
        months=months,
        amount_fen=Fen(sum(one.amount_fen for one in months)),
        claimed_on=context.today,
        claimed_by=context.actor,
    )


def _received(state: Household, command: RecordRecovery, context: Context) -> RecoveryReceived:
    not_in_future("received_on", command.received_on, context)
    rejected_unless(
        command.amount_fen <= state.payable.owed_fen,
        "more-than-owed",
        "追回金额超过应追回余额",
        "more came back than is owed",
    )
    return RecoveryReceived(
        town=state.town,
        amount_fen=Fen(command.amount_fen),
        left_fen=Fen(state.payable.owed_fen - command.amount_fen),
        received_on=command.received_on,
        receipt_sha256=command.receipt_sha256,
    )
