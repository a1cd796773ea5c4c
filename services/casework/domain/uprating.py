"""A benefit in force follows a new standard (提标): from the month it is valid, without anybody looking at the household.

However late it is decided: the list owes what the earlier months lack.
"""

from services.casework.domain.commands import AdjustBenefit
from services.casework.domain.entitled import covered_groups, covered_tiers
from services.casework.domain.guards import (
    income_is_the_latest,
    members_are_the_latest,
    not_by_investigator,
    rejected_unless,
)
from services.casework.domain.state import Household
from services.casework.rules import DibaoStandard, Grant, TekunStandard, grant_of, standard_named
from services.contracts.casework import BenefitAdjusted
from services.contracts.codec import convert
from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.rulebook import AdoptedPack


def uprated(state: Household, command: AdjustBenefit, context: Context) -> tuple[BenefitAdjusted, ...]:
    """The amounts by the standard that followed its own (民发〔2021〕57号 art. 23; 特困人员认定办法 2021).

    Whose amount was decided by that standard already is left alone; one that several standards passed by follows them
    one after the other, each from its own month. Where the amount changed since the standard is valid, one fact for each
    amount of the months between, the latest last.
    """
    # Whoever is only recognised (低保边缘、刚性支出) has a category and no amount.
    rejected_unless(bool(state.payable.amounts), "no-benefit", "该户没有在享待遇", "the household receives no benefit")
    before = standard_of(state, context)
    valid_from = _first_month(state, before, context)
    from_month = max(valid_from, state.payable.amounts[-1].from_month)
    covered = state.payable.covered_members
    rejected_unless(
        command.covered_members == covered,
        "covered-members",
        "提标不改变保障人数",
        "an uprating leaves the covered members as they are",
    )
    not_by_investigator(state.verified_by, context)
    grant = _grant(state, command, context, before, from_month, covered)
    return *_months_between(state, before, valid_from, grant, context), BenefitAdjusted(
        town=state.town,
        category=state.category,
        before_fen=state.monthly_amount_fen,
        monthly_amount_fen=grant.amount_fen,
        standard_fen=grant.standard_fen,
        covered_members=covered,
        from_month=from_month,
        decided_on=context.today,
        decided_by=context.actor,
        pack_version=grant.pack_version,
        reason="uprating",
        top_up_fen=grant.top_up_fen,
        care_fee_fen=grant.care_fee_fen,
    )


def _months_between(
    state: Household, before: AdoptedPack, valid_from: Month, grant: Grant, context: Context
) -> tuple[BenefitAdjusted, ...]:
    """The amounts that held between the standard's first month and the one decided last, raised by what the standard rose.

    Nobody was looked at again for them, so that by band (分档) they stay as they were.
    """
    payable, last = state.payable, state.payable.amounts[-1].from_month
    first = max(valid_from, payable.amounts[0].from_month)
    starts = sorted({first, *(line.from_month for line in payable.amounts if line.from_month > first)})
    rise = _rise(state, before, valid_from, context)
    if rise is None:
        return ()
    each, once = rise
    return tuple(
        BenefitAdjusted(
            town=state.town,
            category=state.category,
            before_fen=payable.due_in(month),
            monthly_amount_fen=Fen(payable.due_in(month) + each * payable.covered_in(month) + once),
            standard_fen=grant.standard_fen,
            covered_members=payable.covered_in(month),
            from_month=month,
            decided_on=context.today,
            decided_by=context.actor,
            pack_version=grant.pack_version,
            reason="uprating",
            top_up_fen=payable.top_up_fen,
            care_fee_fen=grant.care_fee_fen,
        )
        for month in starts
        if month < last
    )


def _rise(state: Household, before: AdoptedPack, valid_from: Month, context: Context) -> tuple[Fen, Fen] | None:
    """By how much the standard rose for each covered member, and for the care fees together; None: by band it cannot be told."""
    day = valid_from.first_day
    if state.category == "tekun":
        old_tekun = convert(before.content, TekunStandard)
        new_tekun = context.rule_on("tekun_standard", day, TekunStandard)
        tiers = covered_tiers(state, state.care.tiers, state.payable.covered_members)
        fees = Fen(new_tekun.care_fee(tiers) - old_tekun.care_fee(tiers))
        return Fen(new_tekun.basic_monthly_fen - old_tekun.basic_monthly_fen), fees
    old, new = convert(before.content, DibaoStandard), context.rule_on("dibao_standard", day, DibaoStandard)
    if state.category in old.bands or state.category in new.bands:
        return None
    was, now = old.monthly_fen.get(state.category), new.monthly_fen.get(state.category)
    return None if was is None or now is None else (Fen(now - was), Fen(0))


def standard_of(state: Household, context: Context) -> AdoptedPack:
    """The standard the amount was set by; of an amount taken over before that was stated, today's counts as its own."""
    known = context.rules.named(state.payable.standard_version)
    return known or context.rules.adopted(standard_named(state.category), context.today)


def _first_month(state: Household, before: AdoptedPack, context: Context) -> Month:
    """From when the next standard holds: it is in force by the next month."""
    latest = Month.of(context.today).plus(1).first_day
    following = [
        pack.valid_from
        for pack in context.rules.packs
        if pack.name == before.name and pack.valid_from <= latest
        and (pack.valid_from, pack.version) > (before.valid_from, before.version)
    ]  # fmt: skip
    rejected_unless(bool(following), "standard-unchanged", "标准未调整", "the amount goes by this standard already")
    valid_from = min(following)
    return Month.of(valid_from).plus(0 if valid_from.day == 1 else 1)


def _grant(
    state: Household, command: AdjustBenefit, context: Context, before: AdoptedPack, from_month: Month, covered: int
) -> Grant:
    if state.category != "tekun" and state.verified_income is None:
        return _by_what_the_standard_rose(state, context, before, from_month, covered)
    income_is_the_latest(state.verified_income, command.income_at)
    members_are_the_latest(state, command.opened_at)
    return grant_of(
        context,
        state.category,
        from_month.first_day,
        covered_members=covered,
        income_per_head_fen=command.income_per_head_fen,
        groups=covered_groups(state, command.opened, covered),
        care_tiers=covered_tiers(state, state.care.tiers, covered),
    )


def _by_what_the_standard_rose(
    state: Household, context: Context, earlier: AdoptedPack, from_month: Month, covered: int
) -> Grant:
    """Of the stock nobody knows the income: by difference the amount rises with the standard, by band it cannot be told."""
    day = from_month.first_day
    old = convert(earlier.content, DibaoStandard)
    new = context.rule_on("dibao_standard", day, DibaoStandard)
    before, after = old.monthly_fen.get(state.category), new.monthly_fen.get(state.category)
    if before is None or after is None:
        raise CommandRejected("need-unknown", "该待遇没有标准", "there is no standard for this benefit")
    rejected_unless(
        state.category not in old.bands and state.category not in new.bands,
        "income-unknown",
        "分档发放须先复核收入",
        "by band the income must be looked at first",
    )
    return Grant(
        amount_fen=Fen(state.monthly_amount_fen + (after - before) * covered),
        standard_fen=after,
        pack_version=context.rules.version_on("dibao_standard", day),
    )
