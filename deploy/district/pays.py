"""What payroll will compute for the sample's officers, month by month, by its own pure rules; it scripts and sends nothing."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from deploy.district.officers import Officer
from deploy.district.profile import Profile
from services.contracts.months import Month
from services.contracts.rulebook import AdoptedPack, RuleBook
from services.payroll.pay import (
    Appraisal,
    Certified,
    ContributionBase,
    InPost,
    OfficerPay,
    Pay,
    SpecialDeduction,
    Steady,
    Timeline,
    slip,
)
from services.payroll.rules import PayPacks, pay_packs_on


def pay_rules(profile: Profile) -> RuleBook:
    """The district's pay packs as payroll will have adopted them."""
    names = AdoptedPack.__struct_fields__
    packs = [pack for pack in profile.packs if pack.service == "payroll"]
    return RuleBook(tuple(AdoptedPack(**{name: getattr(pack, name) for name in names}) for pack in packs))


class Pays:
    """Every officer's pay of every month since the officers were taken over. Mutable: it keeps what it has computed.

    What the month after the households' take-over changes – absences, a late certificate, an exit – comes after its
    payday and is not followed. `CommandRejected` (``no-rule-in-force``) when the district has no pay packs.
    """

    def __init__(self, profile: Profile, officers: Sequence[Officer]) -> None:
        rules, taken_over = pay_rules(profile), Month.of(profile.pay_history.at)
        self._packs_of: Callable[[Month], PayPacks] = cache(lambda month: pay_packs_on(rules, month.first_day))
        self._steady = Steady(self._packs_of)
        self._next = taken_over.plus(1)
        self._pays: dict[Month, dict[str, Pay]] = {}
        self._entitled = {one.number: OfficerPay.unpaid(_timeline(one, taken_over, self._packs_of)) for one in officers}

    def of(self, month: Month) -> Mapping[str, Pay]:
        """The pay of `month` by officer; `KeyError` for a month before the officers were taken over."""
        while self._next <= month:
            self._pays[self._next] = {number: self._pay(number, self._next) for number in self._entitled}
            self._next = self._next.plus(1)
        return self._pays[month]

    def _pay(self, number: str, month: Month) -> Pay:
        entitled = self._entitled[number]
        pay = slip(entitled, self._packs_of, month, self._steady)
        assert pay is not None, f"{number} is on a post"
        self._entitled[number] = entitled.after(pay, month)
        return pay


def _timeline(officer: Officer, paid_through: Month, packs_of: Callable[[Month], PayPacks]) -> Timeline:
    """The officer as payroll's stream tells; a quarter counts in the months after it, so that all may stand here at once."""
    first = Month.of(officer.appointed_on)
    post = InPost(
        from_on=officer.appointed_on,
        town=officer.town,
        post_no=officer.post_no,
        position=officer.position,
        contract_mode=officer.contract_mode,
    )
    held = officer.qualified_on
    return Timeline(
        officer=officer.number,
        version=1,
        bank_account_pseudonym="",
        service_from_on=officer.appointed_on,
        service_behind=1,
        posts=(post,),
        certificates=(Certified(from_on=held, qualification=officer.qualification),) if held else (),
        absences=(),
        appraisals=tuple(
            Appraisal(
                year=one.year,
                quarter=one.quarter,
                coefficient_permille=packs_of(one.last_month.plus(1)).scale.grades[one.grade].coefficient_permille,
            )
            for one in officer.quarters
        ),
        bases=(ContributionBase(from_month=first, base_fen=officer.contribution_base_fen),),
        deductions=(SpecialDeduction(from_month=first, monthly_fen=officer.special_deduction_fen),),
        paid_through_month=paid_through,
        year_to_date=officer.year_to_date,
    )
