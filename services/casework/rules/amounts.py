"""How much a household gets, by the standard in force."""

from datetime import date

import msgspec

from services.contracts.codec import convert
from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import ZERO_FEN, Fen
from services.contracts.rulebook import AdoptedPack, NoRule

Groups = tuple[tuple[str, ...], ...]


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """One band (档): who has an income per head from `income_from_fen` on gets `monthly_fen` per covered member."""

    income_from_fen: Fen
    monthly_fen: Fen


class DibaoStandard(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``dibao_standard``: the monthly standard per head in fen, by dibao_urban and dibao_rural.

    Where `bands` has the need the amount is that of its band (分档), else the difference to the standard (补差).
    `top_ups_fen`: a month for a covered member of that group (分类施保, art. 27); `top_ups_add_up`: of a member in
    several groups all of them, else the highest alone.
    """

    monthly_fen: dict[str, Fen]
    bands: dict[str, tuple[Band, ...]] = {}
    top_ups_fen: dict[str, Fen] = {}
    top_ups_add_up: bool = False

    def per_head(self, need: str, standard: Fen, income_fen: int) -> Fen:
        """What each covered member gets at that income per head, which is below the standard (art. 23)."""
        if need not in self.bands:
            return Fen(standard - income_fen)
        reached = [band for band in self.bands[need] if band.income_from_fen <= income_fen]
        if not reached:
            raise CommandRejected("band-missing", "该收入没有对应档次", "no band covers this income")
        return max(reached, key=lambda band: band.income_from_fen).monthly_fen

    def top_up(self, groups: Groups) -> Fen:
        """The top-ups of the covered members, each given by the groups it belongs to (art. 27)."""
        each = [[self.top_ups_fen.get(group, ZERO_FEN) for group in set(of_member)] for of_member in groups]
        return Fen(sum(sum(sums) if self.top_ups_add_up else max(sums, default=0) for sums in each))


class TekunStandard(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``tekun_standard``, per person and month in fen.

    The basic living standard (基本生活标准), and the care fee (照料护理标准) by care tier.
    """

    basic_monthly_fen: Fen
    care_monthly_fen: dict[str, Fen] = {}

    def care_fee(self, care_tiers: tuple[str, ...]) -> Fen:
        """The care fees of persons by their tiers; `CommandRejected` for a tier without one."""
        if not set(care_tiers) <= set(self.care_monthly_fen):
            raise CommandRejected(
                "care-fee-missing", "该护理档次没有照料护理标准", "there is no care fee for this tier"
            )
        return Fen(sum(self.care_monthly_fen[tier] for tier in care_tiers))


class TemporaryHelp(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``temporary_help``: a single sum per covered member and its cap per household, in fen."""

    per_member_fen: Fen
    household_max_fen: Fen


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A computed benefit: per month, or once; the standard and the pack it came from; top-up and care fee are in it."""

    amount_fen: Fen
    standard_fen: Fen
    pack_version: str
    top_up_fen: Fen = ZERO_FEN
    care_fee_fen: Fen = ZERO_FEN


def standard_named(need: str) -> str:
    """The pack whose standard a monthly amount goes by."""
    return "tekun_standard" if need == "tekun" else "dibao_standard"


def standard_version(context: Context, need: str, day: date) -> str:
    """``name@version`` of the standard in force for a monthly benefit on `day`; empty where there is none for it."""
    name = standard_named(need)
    try:
        if need != "tekun" and need not in context.rules.on(name, day, DibaoStandard).monthly_fen:
            return ""
        return context.rules.version_on(name, day)
    except NoRule:
        return ""


def top_up_under(pack: AdoptedPack | None, groups: Groups) -> Fen:
    """The top-ups of members by their groups under a standard adopted some time; none where it has none."""
    if pack is None or pack.name != "dibao_standard":
        return ZERO_FEN
    return convert(pack.content, DibaoStandard).top_up(groups)


def grant_of(
    context: Context,
    need: str,
    day: date,
    *,
    covered_members: int,
    income_per_head_fen: int | None,
    groups: Groups = (),
    care_tiers: tuple[str, ...] = (),
) -> Grant:
    """What a household gets by the standard in force on `day`.

    Dibao (民发〔2021〕57号 arts. 23, 27): by difference or band for each covered member, and top-ups by `groups`. Tekun
    (特困人员认定办法 2021): the basic standard for each, and the care fee by `care_tiers`. Temporary: one sum per member
    up to the cap. `CommandRejected` when dibao's income is unknown or not below the standard.
    """
    if need == "tekun":
        tekun = context.rule_on("tekun_standard", day, TekunStandard)
        basic, fee = tekun.basic_monthly_fen, tekun.care_fee(care_tiers)
        version = context.rules.version_on("tekun_standard", day)
        amount = Fen(basic * covered_members + fee)
        return Grant(amount_fen=amount, standard_fen=basic, pack_version=version, care_fee_fen=fee)
    if need == "temporary":
        sums = context.rule_on("temporary_help", day, TemporaryHelp)
        amount = Fen(min(sums.per_member_fen * covered_members, sums.household_max_fen))
        version = context.rules.version_on("temporary_help", day)
        return Grant(amount_fen=amount, standard_fen=sums.per_member_fen, pack_version=version)
    return _dibao(context, need, day, covered_members, income_per_head_fen, groups)


def _dibao(context: Context, need: str, day: date, covered: int, income_fen: int | None, groups: Groups) -> Grant:
    rules = context.rule_on("dibao_standard", day, DibaoStandard)
    standard = rules.monthly_fen.get(need)
    if standard is None:
        raise CommandRejected("need-unknown", f"没有 {need} 的标准", f"there is no standard for {need}")
    if income_fen is None:
        raise CommandRejected("income-unknown", "没有有效的入户调查收入", "no valid survey states an income")
    if income_fen >= standard:
        raise CommandRejected(
            "income-over-standard", "家庭人均收入不低于低保标准", "the income per head is not below the standard"
        )
    top_up = rules.top_up(groups)
    return Grant(
        amount_fen=Fen(rules.per_head(need, standard, income_fen) * covered + top_up),
        standard_fen=standard,
        pack_version=context.rules.version_on("dibao_standard", day),
        top_up_fen=top_up,
    )
