"""Every benefit amount that casework decided, reckoned again: grants, adjustments, upratings, cut shares, money back.

By the standards on the log (民发〔2021〕57号 arts. 23, 27, 31-34; 特困人员认定办法 2021; 国发〔2014〕47号) and the facts alone.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Final

from services.audit.domain import DISTRICT, evidence_of
from services.audit.recomputation.difference import CannotTell, Difference, Outcome, Unclear
from services.audit.recomputation.entitlements import CHANGES, Benefit, Entitlement
from services.audit.recomputation.opening import Box, Opener
from services.audit.recomputation.packs import PACK_FACTS, Adopted, Packs
from services.contracts import casework
from services.contracts.audit import Evidence
from services.contracts.deciding import Record
from services.contracts.money import yuan_text
from services.contracts.months import Month
from services.contracts.registry import Fact

RECOMPUTED_AMOUNT: Final = "recomputed_amount"
_PEOPLE: Final[tuple[type[Fact], ...]] = (
    casework.HouseholdSurveyed, casework.HouseholdReverified, casework.AbilityAssessed,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Kept:
    fact: Fact
    at: datetime
    subject: str
    kind: str
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reckoned:
    """What an amount comes to: the figures by line, the packs and facts it rests on; or why it cannot be told."""

    figures: dict[str, int]
    evidence: tuple[Evidence, ...]
    unclear: Unclear | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dead:
    """A member who died, as amounts stood then: for how many each was, who was there, what of the own parts."""

    benefit: Benefit
    there: tuple[str, ...]
    cut: dict[str, Month]
    own: int
    own_of_all: int
    standard: int
    unclear: Unclear | None = None

    def counted_in(self, person: str, month: Month) -> tuple[int, bool]:
        """For how many the amount of a month was, and whether this member was among them."""
        count = self.benefit.covered_for(month)
        shares = [one for one in self.there if one not in self.cut or month < self.cut[one]]
        return count, person in shares[:count]


@dataclass(slots=True)
class _People:
    """Who a household's amounts are for, as its facts told so far; boxes stay closed."""

    members: tuple[str, ...] = ()
    groups: tuple[Box, ...] = ()
    members_by: Evidence | None = None
    incomes: dict[str, tuple[Box, Evidence]] = field(default_factory=dict)
    verified: tuple[Box, Evidence] | None = None
    tiers: dict[str, str] = field(default_factory=dict)
    tiers_of: dict[str, dict[str, str]] = field(default_factory=dict)
    tiers_by: tuple[Evidence, ...] = ()
    cut: dict[str, Month] = field(default_factory=dict)
    standard_version: str = ""
    standard_before: str = ""
    top_up: int = 0
    dead: dict[str, "_Dead"] = field(default_factory=dict)

    def covered(self, count: int) -> list[str]:
        """The first members as recorded, the applicant before all, without a cut share."""
        return [person for person in self.members if person not in self.cut][:count]

    def known(self, kept: _Kept, members: tuple[casework.HouseholdMember, ...]) -> None:
        self.members = tuple(one.person for one in members)
        self.groups = tuple(Box(one.groups, kept.kind, kept.subject) for one in members)
        self.members_by = kept.evidence


@dataclass(slots=True)
class BenefitAmounts:
    """Reckons again all that was read, household by household, once every pack is known."""

    opener: Opener = field(default_factory=Opener)
    listens: ClassVar[tuple[type[Fact], ...]] = (*PACK_FACTS, *CHANGES, *_PEOPLE, casework.GradualExitGranted)
    packs: Packs = field(default_factory=Packs)
    _kept: dict[str, list[_Kept]] = field(default_factory=dict)

    def read(self, record: Record) -> None:
        if self.packs.read(record):
            return
        envelope = record.envelope
        kept = _Kept(record.fact, envelope.recordedtime, envelope.subject, envelope.type, evidence_of(record))
        self._kept.setdefault(envelope.subject, []).append(kept)

    def ended(self) -> Outcome:
        reckoning = _Reckoning(self.packs, self.opener)
        for subject in sorted(self._kept):
            reckoning.household(self._kept[subject])
        return Outcome(
            of="amounts", equal=reckoning.equal, different=reckoning.different,
            differences=tuple(reckoning.differences), cannot_tell=tuple(reckoning.cannot_tell),
        )  # fmt: skip


@dataclass(slots=True)
class _Reckoning:
    packs: Packs
    opener: Opener
    equal: int = 0
    different: int = 0
    differences: list[Difference] = field(default_factory=list)
    cannot_tell: list[CannotTell] = field(default_factory=list)

    def household(self, records: list[_Kept]) -> None:
        people, entitlement = _People(), Entitlement()
        for kept in records:
            reckoned = self._reckoned(kept, people, entitlement)
            if reckoned is not None:
                self._compare(kept, reckoned)
            entitlement.take(kept.fact)
            _learn(people, kept)

    def _compare(self, kept: _Kept, reckoned: _Reckoned) -> None:
        said = {line: int(getattr(kept.fact, line)) for line in reckoned.figures}
        wrong = [line for line in said if said[line] != reckoned.figures[line]]
        evidence = (kept.evidence, *reckoned.evidence)
        for line in wrong:
            self.differences.append(_difference(kept, line, said[line], reckoned.figures[line], evidence))
        if wrong:
            self.different += 1
        elif reckoned.unclear is not None:
            self.cannot_tell.append(_unclear(kept, reckoned.unclear, evidence))
        else:
            self.equal += 1

    def _reckoned(self, kept: _Kept, people: _People, entitlement: Entitlement) -> _Reckoned | None:
        match kept.fact:
            case casework.EligibilityConfirmed() as fact:
                return self._grant(kept, fact, people)
            case casework.BenefitAdjusted() as fact:
                return self._adjusted(kept, fact, people, entitlement)
            case casework.ShareCut() as fact:
                return self._cut(kept, fact, people, entitlement)
            case casework.BenefitResumed() as fact:
                back = sum(entitlement.now.decided_for(m) for m in fact.back_pay_months) if entitlement.now else 0
                figures = {"monthly_amount_fen": entitlement.amount, "back_pay_fen": back}
                return _Reckoned(figures=figures, evidence=())
            case casework.GradualExitGranted():
                return _Reckoned(figures={"monthly_amount_fen": entitlement.amount}, evidence=())
            case casework.RecoveryClaimed() as fact:
                return _Reckoned(figures={"amount_fen": sum(one.amount_fen for one in fact.months)}, evidence=())
            case casework.RecoveryReceived() as fact:
                return _Reckoned(figures={"left_fen": entitlement.owed_back - fact.amount_fen}, evidence=())
            case _:
                return None

    # ---- grants and adjustments by their standard

    def _grant(self, kept: _Kept, fact: casework.EligibilityConfirmed, people: _People) -> _Reckoned:
        if fact.valid_until is not None:  # a recognition pays nothing
            return _Reckoned(figures={"monthly_amount_fen": 0, "top_up_fen": 0, "care_fee_fen": 0}, evidence=())
        tiers = people.tiers_of.get(fact.application_no, {})
        income = people.incomes.get(fact.application_no)
        day = fact.decided_on if fact.one_off else fact.from_month.first_day
        return self._by_standard(kept, fact, fact.need, day, people, income, tiers)

    def _cut(self, kept: _Kept, fact: casework.ShareCut, people: _People, entitlement: Entitlement) -> _Reckoned:
        """An equal share of what is no top-up, and the member's own top-up; nobody else's (arts. 27, 32-34)."""
        covered = entitlement.now.covered_members if entitlement.now is not None else 0
        before, own, unclear = entitlement.amount, 0, None
        if people.top_up:
            pack = self.packs.named("casework", people.standard_version, kept.at)
            groups = self._groups(people, covered)
            if isinstance(groups, str):
                own, unclear = fact.top_up_fen, groups
            elif pack is not None and fact.person in groups:
                own = min(people.top_up, _top_ups(pack, [groups[fact.person]]))
        rest = before - people.top_up
        share = (2 * rest + covered) // (2 * covered) + own if covered else 0
        figures = {
            "before_fen": before, "share_fen": share, "top_up_fen": own, "monthly_amount_fen": before - share,
        }  # fmt: skip
        return _Reckoned(figures=figures, evidence=people.tiers_by, unclear=unclear)

    def _adjusted(
        self, kept: _Kept, fact: casework.BenefitAdjusted, people: _People, entitlement: Entitlement
    ) -> _Reckoned:
        if fact.deceased:
            return self._died(kept, fact, people, entitlement)
        now = entitlement.now
        if (
            fact.reason == "uprating"
            and now is not None
            and fact.from_month < (now.before_uprating or now.amounts)[-1][0]
        ):
            return self._raised(kept, fact, people, now)
        day = fact.from_month.first_day
        if fact.reason == "uprating" and fact.category != "tekun" and people.verified is None:
            reckoned = self._by_what_rose(kept, fact, day, people, entitlement.now)
        else:
            reckoned = self._by_standard(kept, fact, fact.category, day, people, people.verified, people.tiers)
        before = entitlement.amount
        if now is not None and now.before_uprating is not None:
            before = now.before_uprating[-1][1]
        figures = {"before_fen": before} | reckoned.figures
        return _Reckoned(figures=figures, evidence=reckoned.evidence, unclear=reckoned.unclear)

    def _raised(self, kept: _Kept, fact: casework.BenefitAdjusted, people: _People, now: Benefit) -> _Reckoned:
        """An amount of the months between a standard's first month and a later change: it rises by what the standard rose."""
        old, new = self._old_standard(kept, fact, people, now), self.packs.named("casework", fact.pack_version, kept.at)
        if old is None or new is None:
            return _Reckoned(figures={}, evidence=(), unclear="not_recomputable")
        before = now.decided_for(fact.from_month, now.before_uprating)
        if fact.category == "tekun":
            each = [(pack.content["basic_monthly_fen"], pack.content["care_monthly_fen"]) for pack in (old, new)]
            tiers = [people.tiers[one] for one in people.covered(now.covered_members) if one in people.tiers]
            fees = [sum(int(fee.get(tier, 0)) for tier in tiers) for _, fee in each]
            standard, rise, once = each[1][0], each[1][0] - each[0][0], fees[1] - fees[0]
        else:
            was, standard = (pack.figure("monthly_fen", fact.category) for pack in (old, new))
            if not isinstance(was, int) or not isinstance(standard, int):
                return _Reckoned(figures={}, evidence=(), unclear="not_recomputable")
            rise, once = standard - was, 0
        figures = {
            "before_fen": before, "standard_fen": standard,
            "monthly_amount_fen": before + rise * fact.covered_members + once,
        }  # fmt: skip
        return _Reckoned(figures=figures, evidence=(old.evidence, new.evidence))

    def _old_standard(
        self, kept: _Kept, fact: casework.BenefitAdjusted, people: _People, now: Benefit | None
    ) -> Adopted | None:
        """The standard before the uprating; where the stock does not say, that of the decision's day."""
        under_way = now is not None and now.before_uprating is not None
        version = people.standard_before if under_way else people.standard_version
        name = "tekun_standard" if fact.category == "tekun" else "dibao_standard"
        return self.packs.named("casework", version, kept.at) or self.packs.in_force(
            "casework", name, fact.decided_on, kept.at
        )

    def _died(
        self, kept: _Kept, fact: casework.BenefitAdjusted, people: _People, entitlement: Entitlement
    ) -> _Reckoned:
        """The dead member's equal share of what is nobody's own part, and the own part, leave each amount since (art. 32)."""
        now = entitlement.now
        if now is None or not people.members:
            return _Reckoned(figures={}, evidence=(), unclear="not_recomputable")
        if fact.deceased not in people.dead:
            people.dead[fact.deceased] = self._dead(kept, fact, people, now)
        dead = people.dead[fact.deceased]
        before = now.decided_for(fact.from_month, now.before_death.get(fact.deceased))
        covered, counted = dead.counted_in(fact.deceased, fact.from_month)
        own, after = dead.own if counted else 0, before
        if counted:
            own_of_all = min(dead.own_of_all, before)
            after -= (2 * (before - own_of_all) + covered) // (2 * covered) + min(own, own_of_all)
        own_line = "care_fee_fen" if fact.category == "tekun" else "top_up_fen"
        figures = {
            "before_fen": before, "monthly_amount_fen": after, own_line: dead.own_of_all - own,
            "covered_members": covered - counted, "standard_fen": dead.standard,
        }  # fmt: skip
        by = (people.members_by,) if people.members_by is not None else ()
        return _Reckoned(figures=figures, evidence=(*by, *people.tiers_by), unclear=dead.unclear)

    def _dead(self, kept: _Kept, fact: casework.BenefitAdjusted, people: _People, now: Benefit) -> _Dead:
        """Reckoned once, from what was known before the first of the facts that state a death."""
        covered = now.covered_members
        counted = people.covered(covered)
        pack = self.packs.named("casework", people.standard_version or fact.pack_version, kept.at)
        own, own_of_all, unclear = 0, people.top_up, None
        standard: Any = fact.standard_fen
        if pack is not None and fact.category == "tekun":
            fees = pack.content["care_monthly_fen"]
            each = {one: int(fees.get(people.tiers[one], 0)) for one in counted if one in people.tiers}
            own, own_of_all, standard = (
                each.get(fact.deceased, 0),
                sum(each.values()),
                pack.content["basic_monthly_fen"],
            )
        elif pack is not None:
            standard = pack.figure("monthly_fen", fact.category)
            groups = self._groups(people, covered) if people.top_up else {}
            if isinstance(groups, str):
                own, unclear = people.top_up - fact.top_up_fen, groups
            elif fact.deceased in groups:
                own = min(people.top_up, _top_ups(pack, [groups[fact.deceased]]))
        return _Dead(
            benefit=deepcopy(now), there=people.members, cut=dict(people.cut), own=own, own_of_all=own_of_all,
            standard=standard, unclear=unclear,
        )  # fmt: skip

    def _by_standard(
        self, kept: _Kept, fact: Any, need: str, day: date, people: _People, income: tuple[Box, Evidence] | None,
        tiers: dict[str, str],
    ) -> _Reckoned:  # fmt: skip
        names = {"tekun": "tekun_standard", "temporary": "temporary_help"}
        pack = self.packs.in_force("casework", names.get(need, "dibao_standard"), day, kept.at)
        if pack is None:
            return _Reckoned(figures={}, evidence=(), unclear="not_recomputable")
        covered = fact.covered_members
        if need == "temporary":
            per_head, most = pack.content["per_member_fen"], pack.content["household_max_fen"]
            figures = {"monthly_amount_fen": min(per_head * covered, most), "standard_fen": per_head}
            return _Reckoned(figures=figures, evidence=(pack.evidence,))
        if need == "tekun":
            basic, fees = pack.content["basic_monthly_fen"], pack.content["care_monthly_fen"]
            fee = sum(fees[tiers[person]] for person in people.covered(covered) if person in tiers)
            figures = {
                "monthly_amount_fen": basic * covered + fee, "standard_fen": basic, "care_fee_fen": fee, "top_up_fen": 0,
            }  # fmt: skip
            return _Reckoned(figures=figures, evidence=(pack.evidence, *people.tiers_by))
        return self._dibao(pack, fact, need, people, income)

    def _dibao(
        self, pack: Adopted, fact: Any, need: str, people: _People, income: tuple[Box, Evidence] | None
    ) -> _Reckoned:
        """By difference or band for each covered member, and the top-ups (arts. 23, 27); as far as the sealed parts open."""
        standard = pack.figure("monthly_fen", need)
        if not isinstance(standard, int) or income is None:
            return _Reckoned(figures={}, evidence=(pack.evidence,), unclear="not_recomputable")
        evidence = (pack.evidence, income[1], *((people.members_by,) if people.members_by is not None else ()))
        bands = pack.figure("bands", need)
        per_head = self.opener.number(income[0])
        groups = self._groups(people, fact.covered_members)
        figures = {"standard_fen": standard, "care_fee_fen": 0}
        if isinstance(groups, dict):
            figures["top_up_fen"] = _top_ups(pack, groups.values())
        if isinstance(per_head, int):
            each = _per_head(standard, bands, per_head)
            top_up = figures.get("top_up_fen", fact.top_up_fen)
            figures["monthly_amount_fen"] = each * fact.covered_members + top_up
        elif not _possible(fact, standard, bands):
            figures["monthly_amount_fen"] = fact.top_up_fen
        unclear = next((one for one in (per_head, groups) if isinstance(one, str)), None)
        return _Reckoned(figures=figures, evidence=evidence, unclear=unclear)

    def _groups(self, people: _People, covered: int) -> dict[str, tuple[str, ...]] | Unclear:
        """The groups of the covered members."""
        wanted, found = set(people.covered(covered)), {}
        for person, box in zip(people.members, people.groups, strict=True):
            if person in wanted:
                names = self.opener.names(box)
                if isinstance(names, str):
                    return names
                found[person] = names
        return found

    def _by_what_rose(
        self, kept: _Kept, fact: casework.BenefitAdjusted, day: date, people: _People, now: Benefit | None
    ) -> _Reckoned:
        """Of the stock nobody knows the income: the amount rises by what the standard rose, for each covered member.

        Since the standard that it was taken over or uprated under; where the stock does not say, that of the decision's day.
        """
        amount = (now.before_uprating or now.amounts)[-1][1] if now is not None else 0
        old = self._old_standard(kept, fact, people, now)
        new = self.packs.in_force("casework", "dibao_standard", day, kept.at)
        if old is None or new is None:
            return _Reckoned(figures={}, evidence=(), unclear="not_recomputable")
        before, after = (pack.figure("monthly_fen", fact.category) for pack in (old, new))
        if not isinstance(before, int) or not isinstance(after, int):
            return _Reckoned(figures={}, evidence=(), unclear="not_recomputable")
        figures = {"standard_fen": after, "monthly_amount_fen": amount + (after - before) * fact.covered_members}
        return _Reckoned(figures=figures, evidence=(old.evidence, new.evidence))


def _per_head(standard: int, bands: Any, income: int) -> int:
    """The difference to the standard, or the amount of the highest band that the income reaches (art. 23)."""
    if not bands:
        return standard - income
    reached = [band for band in bands if band["income_from_fen"] <= income]
    return int(max(reached, key=lambda band: int(band["income_from_fen"]))["monthly_fen"]) if reached else 0


def _possible(fact: Any, standard: int, bands: Any) -> bool:
    """Whether an amount can be any income's at all, when nobody may know the income."""
    each, rest = divmod(fact.monthly_amount_fen - fact.top_up_fen, max(1, fact.covered_members))
    if rest:
        return False
    return 0 < each <= standard if not bands else each in {band["monthly_fen"] for band in bands}


def _top_ups(pack: Adopted, groups: Any) -> int:
    """分类施保 (art. 27): each covered member's highest top-up, or all of them where the pack adds them up."""
    sums: dict[str, int] = pack.content.get("top_ups_fen", {})
    add_up = bool(pack.content.get("top_ups_add_up"))
    total = 0
    for names in groups:
        own = [sums.get(name, 0) for name in set(names)]
        total += sum(own) if add_up else max(own, default=0)
    return total


def _learn(people: _People, kept: _Kept) -> None:
    """What a fact tells of the people whom amounts are for."""
    fact = kept.fact
    match fact:
        case casework.HouseholdTakenOver():
            people.known(kept, fact.members)
            people.tiers = {one.person: fact.care_tier for one in fact.members if fact.care_tier}
            people.tiers_by = (kept.evidence,)
            people.standard_version, people.top_up = fact.standard_version, 0
        case casework.HouseholdSurveyed():
            if fact.members and (fact.valid or not people.members):
                people.known(kept, fact.members)
            if fact.valid:
                people.incomes[fact.application_no] = (
                    Box(fact.income_per_head, kept.kind, kept.subject),
                    kept.evidence,
                )
        case casework.HouseholdReverified():
            if fact.members:
                people.known(kept, fact.members)
            people.verified = (Box(fact.income_per_head, kept.kind, kept.subject), kept.evidence)
        case casework.AbilityAssessed():
            people.tiers_of.setdefault(fact.application_no, {})[fact.person] = fact.care_tier
            people.tiers_by = (*people.tiers_by, kept.evidence)[-4:]
            people.tiers = people.tiers | {fact.person: fact.care_tier}
        case casework.EligibilityConfirmed() if not fact.one_off and fact.papers_by is None:
            people.verified = people.incomes.get(fact.application_no)
            people.tiers = dict(people.tiers_of.get(fact.application_no, {}))
            people.cut.clear()
            if fact.valid_until is None:
                people.standard_version, people.top_up = fact.pack_version, fact.top_up_fen
        case casework.BenefitAdjusted():
            if fact.deceased in people.members:
                left = [
                    (one, box) for one, box in zip(people.members, people.groups, strict=True) if one != fact.deceased
                ]
                people.members, people.groups = tuple(one for one, _ in left), tuple(box for _, box in left)
                people.tiers = {one: tier for one, tier in people.tiers.items() if one != fact.deceased}
            if people.standard_version != fact.pack_version:
                people.standard_before = people.standard_version
            people.standard_version, people.top_up = fact.pack_version, fact.top_up_fen
        case casework.BenefitTerminated() | casework.RecognitionLapsed():
            people.verified, people.tiers = None, {}
        case casework.ShareCut():
            people.cut[fact.person] = fact.from_month
            people.top_up -= fact.top_up_fen
        case _:
            pass


def _difference(kept: _Kept, line: str, said: int, found: int, evidence: tuple[Evidence, ...]) -> Difference:
    fact: Any = kept.fact
    month = str(fact.from_month) if isinstance(getattr(fact, "from_month", None), Month) else ""
    what = kept.kind.split(".")[2]
    said_yuan, found_yuan = yuan_text(said), yuan_text(found)  # type: ignore[arg-type]
    return Difference(
        kind=RECOMPUTED_AMOUNT, about=kept.subject, line=line, said=str(said), recomputed=str(found), month=month,
        evidence=evidence, town=fact.town or DISTRICT,
        zh=f"{kept.subject} 的 {what} 中 {line} 为 {said_yuan} 元，重算为 {found_yuan} 元",
        en=f"{line} of {what} of {kept.subject} is {said_yuan} yuan; reckoned again it is {found_yuan} yuan",
    )  # fmt: skip


_WHY: Final[dict[Unclear, tuple[str, str]]] = {
    "erased": ("所依据的个人数据已删除，无法判断", "what it rests on was erased: cannot tell"),
    "sealed": (
        "所依据的个人数据已加密，未予解密，无法判断",
        "what it rests on is sealed and was not opened: cannot tell",
    ),
    "not_recomputable": ("日志上没有所依据的标准或收入", "the log holds no standard or income that it rests on"),
}


def _unclear(kept: _Kept, why: Unclear, evidence: tuple[Evidence, ...]) -> CannotTell:
    zh, en = _WHY[why]
    return CannotTell(about=kept.subject, why=why, zh=zh, en=en, evidence=evidence)
