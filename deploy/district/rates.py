"""Amounts, care tiers and plans of the sample, by casework's own pure rules and the district's packs; draws nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.district.profile import Profile
from services.casework.rules import Ability, DibaoStandard, ServicePlan, TekunStandard
from services.contracts.casework import PlannedService
from services.contracts.money import Fen
from services.contracts.rulebook import AdoptedPack, RuleBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The packs in force on the profile's day."""

    dibao: DibaoStandard
    tekun: TekunStandard
    ability: Ability
    plan: ServicePlan

    def proposed_fen(
        self, need: str, income_per_head_fen: int, groups: Sequence[tuple[str, ...]], care_tiers: Sequence[str]
    ) -> Fen:
        """What a town's first opinion proposes for members of these groups; for other needs nothing is proposed yet."""
        if need == "tekun":
            return Fen(self.tekun.basic_monthly_fen * len(groups) + self.tekun.care_fee(tuple(care_tiers)))
        standard = self.dibao.monthly_fen.get(need)
        if standard is None:
            return Fen(0)
        per_head = self.dibao.per_head(need, standard, income_per_head_fen)
        return Fen(per_head * len(groups) + self.dibao.top_up(tuple(groups)))

    def services(
        self, category: str, priority: bool, care_tier: str, visits_per_month: int
    ) -> tuple[PlannedService, ...]:
        """The table's services, with the regular visits that the stock had."""
        listed = self.plan.services(category, priority, care_tier)
        others = tuple(one for one in listed if one.service != "regular_visit")
        if not visits_per_month:
            return others
        return (*others, PlannedService(service="regular_visit", times_per_month=visits_per_month))


def rates_of(profile: Profile) -> Rates:
    """`NoRule` when the district lacks one of the packs."""
    names = AdoptedPack.__struct_fields__
    packs = [pack for pack in profile.packs if pack.service == "casework"]
    book = RuleBook(tuple(AdoptedPack(**{name: getattr(pack, name) for name in names}) for pack in packs))
    day = profile.today
    return Rates(
        dibao=book.on("dibao_standard", day, DibaoStandard),
        tekun=book.on("tekun_standard", day, TekunStandard),
        ability=book.on("ability", day, Ability),
        plan=book.on("service_plan", day, ServicePlan),
    )
