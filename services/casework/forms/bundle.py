"""What every form of a household is filled in from: its facts, what the reader may see, the rule book, the proofs; no form itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import msgspec

from services.casework.projections.proofs import ProofRow
from services.casework.rules import Procedure, Remedies
from services.contracts.casework import (
    CaseClosed,
    CaseOpened,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdMember,
    HouseholdReverified,
    HouseholdSurveyed,
    HouseholdTakenOver,
    InformationCheckRequested,
)
from services.contracts.folders import Form, Held, Sheet, Sight, State, cited, said
from services.contracts.money import Fen, yuan_text
from services.contracts.printing import NOTHING, Field, Html
from services.contracts.registry import Fact
from services.contracts.rulebook import NoRule, RuleBook

REASONS: Final[Mapping[str, str]] = {
    "death": "死亡",
    "member_death": "家庭成员死亡",
    "income": "收入、财产状况变化，不再符合条件",
    "moved": "迁出",
    "supporter": "有履行义务能力的法定赡养、抚养、扶养义务人",
    "no_cooperation": "无正当理由不配合调查核实",
    "own_request": "本人主动申请终止",
    "of_age": "年满法定年龄",
    "job_refusals": "连续无正当理由拒绝就业",
    "unreachable": "无法取得联系",
    "detained": "被依法羁押或服刑",
    "account_invalid": "发放账户无效",
    "reached": "已取得联系",
    "account_corrected": "账户已更正",
    "cooperates": "已配合调查",
    "released": "羁押、服刑结束",
    "reverification": "复核发现家庭状况变化",
    "ability": "生活自理能力评估变化",
    "uprating": "救助标准调整（提标）",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """All that casework holds of a household, in the order it was said.

    `proposed`: by case, the amount of a first opinion whose notice is still to be posted, as whoever prints it says.
    """

    household_no: str
    facts: tuple[Held[Fact], ...]
    sight: Sight
    book: RuleBook
    proofs: Mapping[str, ProofRow] = field(default_factory=dict)
    proposed: Mapping[str, Fen] = field(default_factory=dict)

    def cases(self) -> Iterator["CaseBundle"]:
        """Its cases, oldest first."""
        for opened in said(self.facts, CaseOpened):
            number = opened.fact.application_no
            of = tuple(one for one in self.facts if getattr(one.fact, "application_no", "") == number)
            yield CaseBundle(whole=self, opened=opened.fact, facts=of)

    def members(self) -> tuple[HouseholdMember, ...]:
        """The household as it was written down last; one that nobody knew is at least named by an invalid survey."""
        named = (one.fact.members for one in said(self.facts, HouseholdSurveyed) if one.fact.members)
        return _members(self.facts) or next(named, ())

    def name_of(self, person: str) -> str:
        """The name of a member by pseudonym, as far as it may be seen."""
        return next((self.sight.of(one.name) for one in self.members() if one.person == person), "")

    def remedies(self, on: date) -> Remedies | None:
        """The rights that a written decision of a day names, as the pack then in force has them."""
        try:
            return self.book.on("procedure", on, Procedure).remedies
        except NoRule:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseBundle:
    """One case of a bundle: how it was opened, and every fact about it."""

    whole: Bundle
    opened: CaseOpened
    facts: tuple[Held[Fact], ...]

    @property
    def number(self) -> str:
        return self.opened.application_no

    @property
    def sight(self) -> Sight:
        return self.whole.sight

    def members(self) -> tuple[HouseholdMember, ...]:
        """The household as the case's latest valid survey found it, before one as it was written down last."""
        return _members(self.facts) or self.whole.members()

    @property
    def member_count(self) -> int:
        """How many an amount may cover (57号 art. 23): whom the valid survey found; before one, those who applied."""
        return len(_members(self.facts)) or self.opened.member_count

    def applicant(self) -> str:
        """The first member's name (本人), before a survey the first of those checked; empty while nobody is known."""
        members = self.members()
        if members:
            return self.sight.of(members[0].name)
        checked = said(self.facts, InformationCheckRequested)
        return next((self.sight.of(one.name) for one in checked[-1].fact.persons), "") if checked else ""

    def article(self, *steps: str) -> str:
        """The clauses of these steps as the case was opened with them; of an older case, what the pack cites."""
        found = dict.fromkeys(step.article for step in self.opened.procedure if step.step in steps)
        if not self.opened.procedure:
            return cited(self.whole.book, "procedure", self.opened.accepted_on)
        return "；".join(found)

    def owes(self, *steps: str) -> bool:
        """Whether the case must go through any of these steps."""
        return any(step.step in steps for step in self.opened.procedure)

    def given_up(self) -> bool:
        """Whether it ended without a grant: what was not done until then is owed no more."""
        return bool(said(self.facts, EligibilityRefused) or said(self.facts, CaseClosed))

    def absent(self, *steps: str) -> State:
        """The state of a form that is not there."""
        return "missing" if self.owes(*steps) and not self.given_up() else "not_required"

    def head(self) -> tuple[Field, ...]:
        """The fields that every form of a case begins with."""
        return (
            ("申请编号", "application", self.number),
            ("户号", "household", self.whole.household_no),
            ("申请人", "applicant", self.applicant()),
        )

    def outcome(self) -> EligibilityConfirmed | EligibilityRefused | None:
        """What was decided; None while it is open, or was withdrawn."""
        decided = [one.fact for one in self.facts if isinstance(one.fact, EligibilityConfirmed | EligibilityRefused)]
        return decided[-1] if decided else None

    def missing(self, form: Form, body: Html, *steps: str) -> Sheet:
        """A form that nobody filled in yet, as a blank to be signed where it is owed."""
        state = self.absent(*steps)
        kept = body if state == "missing" else NOTHING
        return Sheet(form=form, of=self.number, state=state, body=kept, article=self.article(*steps))


def _members(facts: tuple[Held[Fact], ...]) -> tuple[HouseholdMember, ...]:
    """Who was found last; an invalid survey tells nothing of them (57号 art. 16)."""
    for one in reversed(facts):
        fact = one.fact
        if isinstance(fact, HouseholdSurveyed) and not fact.valid:
            continue
        if isinstance(fact, HouseholdSurveyed | HouseholdTakenOver | HouseholdReverified) and fact.members:
            return fact.members
    return ()


def yuan(amount: Fen) -> str:
    return f"{yuan_text(amount)} 元"


def yuan_unsealed(fen: str) -> str:
    """A sealed sum (fen, as decimal text) in yuan; what is masked or erased stays as it is."""
    return yuan(Fen(int(fen))) if fen.isascii() and fen.isdigit() else fen


def words_of_list(unsealed: str) -> str:
    """A sealed JSON list of words; what is masked or erased stays as it is."""
    if not unsealed.startswith("["):
        return unsealed
    return "、".join(msgspec.json.decode(unsealed, type=list[str])) or "无 none"


def authority_of(decided_by: str, town: str) -> str:
    """The authority that decided, against which the rights are: the town where its leader decided (小额委托), else the bureau."""
    return f"{town} 镇人民政府（街道办事处）" if decided_by.startswith("town-leader:") else "区民政局"


def reason_words(reason: str) -> str:
    """A reason of the packs in the words of the regulations; as it was written where it is none of them."""
    return REASONS.get(reason, reason)
