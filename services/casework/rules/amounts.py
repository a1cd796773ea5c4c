"""How much a household gets, by the standard in force."""

from datetime import date

import msgspec

from services.contracts.deciding import CommandRejected, Context
from services.contracts.money import Fen


class DibaoStandard(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``dibao_standard``: the monthly standard per head in fen, by dibao_urban and dibao_rural."""

    monthly_fen: dict[str, Fen]


class TekunStandard(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``tekun_standard``: the basic living standard (基本生活标准) per person and month, in fen."""

    basic_monthly_fen: Fen


class TemporaryHelp(msgspec.Struct, frozen=True, kw_only=True):
    """Content of the pack ``temporary_help``: a single sum per covered member and its cap per household, in fen."""

    per_member_fen: Fen
    household_max_fen: Fen


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A computed benefit: per month, or once; the standard and the pack it came from."""

    amount_fen: Fen
    standard_fen: Fen
    pack_version: str


def grant_of(context: Context, need: str, day: date, *, covered_members: int, income_per_head_fen: int | None) -> Grant:
    """What a household gets by the standard in force on `day`.

    Dibao (民发〔2021〕57号 art. 23): (standard - income per head) × covered members. Tekun (特困人员认定办法 2021): the
    basic standard for each. Temporary: one sum per member up to the cap. `CommandRejected` when dibao's income is
    unknown or not below the standard.
    """
    if need == "tekun":
        basic = context.rule_on("tekun_standard", day, TekunStandard).basic_monthly_fen
        version = context.rules.version_on("tekun_standard", day)
        return Grant(amount_fen=Fen(basic * covered_members), standard_fen=basic, pack_version=version)
    if need == "temporary":
        sums = context.rule_on("temporary_help", day, TemporaryHelp)
        amount = Fen(min(sums.per_member_fen * covered_members, sums.household_max_fen))
        version = context.rules.version_on("temporary_help", day)
        return Grant(amount_fen=amount, standard_fen=sums.per_member_fen, pack_version=version)
    standard = context.rule_on("dibao_standard", day, DibaoStandard).monthly_fen.get(need)
    if standard is None:
        raise CommandRejected("need-unknown", f"没有 {need} 的标准", f"there is no standard for {need}")
    if income_per_head_fen is None:
        raise CommandRejected("income-unknown", "没有有效的入户调查收入", "no valid survey states an income")
    if income_per_head_fen >= standard:
        raise CommandRejected(
            "income-over-standard", "家庭人均收入不低于低保标准", "the income per head is not below the standard"
        )
    version = context.rules.version_on("dibao_standard", day)
    amount = Fen((standard - income_per_head_fen) * covered_members)
    return Grant(amount_fen=amount, standard_fen=standard, pack_version=version)
