"""A household as casework decides about it: open cases, benefit, complaints, sealed names; folded from facts alone."""

from datetime import date
from typing import Final

import msgspec

from services.casework.domain.care import Care, evolve_care
from services.casework.domain.cases import Case, SealedFields, moved, opened, visit_again
from services.casework.domain.payable import Payable, evolve_payable
from services.casework.domain.visits import (
    CONFLICTS_KEPT,
    KnownVisit,
    OpenConflict,
    changed,
    conflict_of,
    with_number,
    with_visit,
)
from services.contracts.casework import (
    BenefitAdjusted,
    BenefitTerminated,
    CaseClosed,
    CaseHandedOver,
    CaseOpened,
    ComplaintAnswered,
    ComplaintOverdue,
    ComplaintReceived,
    EligibilityConfirmed,
    EligibilityRefused,
    GradualExitGranted,
    HouseholdMember,
    HouseholdReverified,
    HouseholdSurveyed,
    HouseholdTakenOver,
    MunicipalNumberDropped,
    MunicipalNumberRecorded,
    NoticePosted,
    PapersCompleted,
    PayoutAccount,
    PayoutAccountRecorded,
    RecognitionLapsed,
    RefusalDelivered,
    ResponsibilityMoved,
    ReverificationOverdue,
    ServicePlanned,
    ShareCut,
    StepOverdue,
    TerminationPosted,
    VisitCompleted,
    VisitConflictDecided,
    VisitConflictFound,
    VisitRated,
    VisitSetAside,
)
from services.contracts.money import ZERO_FEN, Fen
from services.contracts.registry import Fact, kind_of
from services.contracts.sealed import Personal

# A payment file pays the account it was issued for; between its issue and the bank's answer few new ones are recorded.
ACCOUNTS_KEPT: Final = 4


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal that still has to reach the applicant in writing."""

    application_no: str
    town: str
    decided_on: date
    written_notice_by: date
    responsible: str
    overdue: bool = False


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint or report that nobody has answered."""

    complaint_no: str
    received_on: date
    answer_by: date
    responsible: str
    overdue: bool = False


class Termination(msgspec.Struct, frozen=True, kw_only=True):
    """A termination that is posted and not decided."""

    reason: str
    ends_on: date


class KnownMember(msgspec.Struct, frozen=True, kw_only=True):
    """A member by pseudonym and relation to the applicant."""

    person: str
    relation: str


class KnownAccount(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The account on record, sealed as the fact of type `kind` has it; `after_end`: recorded when the benefit was over."""

    pseudonym: str
    holder: str
    kind: str
    number: Personal
    holder_name: Personal
    after_end: bool = False


class Household(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Decision state. `category`: the benefit in force, empty when there is none; `known`: there is a folder.

    `posted_cases`: of which a notice was posted, ended ones too.
    From `officer` on: of the benefit in force; `verified_income` and `verified_by` are of the latest re-verification,
    before one the income is the survey's; `change_found` that it found a change which nobody has decided on, `valid_until`
    of a recognition. `groups` are the members' priority groups; `resident_ids`, for their age, are kept where somebody
    applied or receives tekun. `complaints` wait for their answer. `visits`: the latest ones, with what is needed to hold
    a record against them; `visit_nos`: digests of the latest numbers. `municipal_nos`: its numbers in the municipal system,
    each with the application it is of. `account`: where the benefit is paid to, `earlier_accounts` where it was before.
    """

    known: bool = False
    town: str = ""
    category: str = ""
    priority_count: int = 0
    cases: tuple[Case, ...] = ()
    ended_cases: tuple[str, ...] = ()
    posted_cases: tuple[str, ...] = ()
    refusals: tuple[Refused, ...] = ()
    visit_nos: str = ""
    members: tuple[KnownMember, ...] = ()
    names: SealedFields | None = None
    address: SealedFields | None = None
    officer: str = ""
    monthly_amount_fen: Fen = ZERO_FEN
    reverify_by: date | None = None
    reverified_on: date | None = None
    reverify_overdue: bool = False
    verified_income: SealedFields | None = None
    verified_by: tuple[str, ...] = ()
    change_found: bool = False
    termination: Termination | None = None
    groups: SealedFields | None = None
    resident_ids: SealedFields | None = None
    care: Care = Care()
    payable: Payable = Payable()
    valid_until: date | None = None
    complaints: tuple[Complaint, ...] = ()
    complaint_nos: tuple[str, ...] = ()
    committee: str = ""
    visits_per_month: int = 0
    responsible: str = ""
    visits: tuple[KnownVisit, ...] = ()
    conflicts: tuple[OpenConflict, ...] = ()
    decided_conflicts: tuple[str, ...] = ()
    account: KnownAccount | None = None
    earlier_accounts: tuple[KnownAccount, ...] = ()
    municipal_nos: tuple[tuple[str, str], ...] = ()

    @property
    def towns(self) -> frozenset[str]:
        """Its own town, and those asked to help with a survey (协助调查)."""
        return frozenset({self.town, *(case.helping_town for case in self.cases if case.helping_town)})

    @property
    def answers(self) -> str:
        """Who answers for the household now (四(二)): its officer, before there is one whoever holds its first case."""
        return self.responsible or (f"officer:{self.officer}" if self.officer else "")

    def account_of(self, pseudonym: str) -> KnownAccount | None:
        """The account of that pseudonym, the one on record or an earlier one; None when it is not known any more."""
        known = (*self.earlier_accounts, *((self.account,) if self.account is not None else ()))
        return next((one for one in known if one.pseudonym == pseudonym), None)

    def person_of(self, seen: str) -> str | None:
        """The pseudonym of the member named by pseudonym or relation (the first one so related); None when none is."""
        return next((member.person for member in self.members if seen in (member.person, member.relation)), None)


def readable(state: Household, field: str) -> SealedFields | None:
    """The sealed values behind a field of `ReadPersonalField`; None when the household has none."""
    return {"names": state.names, "address": state.address}.get(field)


def sealed_income(state: Household, application_no: str) -> SealedFields | None:
    """The sealed income per head (fen a month, as decimal text) of a case's latest valid survey; None without one."""
    return next((case.income_per_head for case in state.cases if case.application_no == application_no), None)


def sealed_property(state: Household, application_no: str) -> SealedFields | None:
    """The sealed property limits that survey found exceeded (a JSON list of codes); None where it did not look."""
    return next((case.property_over for case in state.cases if case.application_no == application_no), None)


def sealed_spending(state: Household, application_no: str) -> SealedFields | None:
    """The sealed necessary spending per head of that survey; None where it did not look."""
    return next((c.rigid_spending_per_head for c in state.cases if c.application_no == application_no), None)


def evolve(state: Household, fact: Fact) -> Household:
    return msgspec.structs.replace(
        _evolve(state, fact), care=evolve_care(state.care, fact), payable=evolve_payable(state.payable, fact)
    )


def _evolve(state: Household, fact: Fact) -> Household:
    match fact:
        case HouseholdTakenOver():
            kind = kind_of(type(fact))
            taken = msgspec.structs.replace(
                state,
                known=True,
                town=fact.town,
                category=fact.category,
                address=SealedFields(kind=kind, values=(fact.address,)),
                officer=fact.officer,
                monthly_amount_fen=fact.monthly_amount_fen,
                reverify_by=fact.reverify_by,
                committee=fact.committee,
                visits_per_month=fact.visits_per_month,
                responsible=f"officer:{fact.officer}",
                account=_account(fact.account, kind) if fact.account is not None else None,
            )
            return _with_members(taken, fact.members, kind, with_ids=fact.category == "tekun")
        case CaseOpened():
            return msgspec.structs.replace(
                state,
                known=True,
                town=fact.town,
                committee=state.committee or fact.committee,
                responsible=state.answers or fact.responsible,
                cases=(*state.cases, opened(fact)),
            )
        case HouseholdSurveyed():
            surveyed = _moved(state, fact)
            # An invalid survey tells nothing of the members (57号 art. 16); a household nobody knew is at least named by it.
            if not fact.members or not (fact.valid or not state.members):
                return surveyed
            return _with_members(surveyed, fact.members, kind_of(type(fact)), with_ids=True)
        case EligibilityConfirmed():
            if fact.papers_by is not None:
                return _moved(state, fact)
            ended = _ended(state, fact.application_no)
            return ended if fact.one_off else _granted(ended, fact, sealed_income(state, fact.application_no))
        case EligibilityRefused():
            return _refused(state, fact)
        case NoticePosted():
            posted = tuple(dict.fromkeys((*state.posted_cases, fact.application_no)))
            return msgspec.structs.replace(_moved(state, fact), posted_cases=posted)
        case RefusalDelivered():
            left = tuple(r for r in state.refusals if r.application_no != fact.application_no)
            return msgspec.structs.replace(state, refusals=left)
        case CaseClosed() | PapersCompleted():
            return _ended(state, fact.application_no)
        case PayoutAccountRecorded():
            over = state.payable.ended_from is not None
            account = _account(fact.account, kind_of(type(fact)), after_end=over)
            return msgspec.structs.replace(state, account=account, earlier_accounts=_earlier_accounts(state, account))
        case _:
            followed = _evolve_complaint(_evolve_benefit(_moved(state, fact), fact), fact)
            return _evolve_delivery(followed, fact)


def _account(account: PayoutAccount, kind: str, *, after_end: bool = False) -> KnownAccount:
    return KnownAccount(
        pseudonym=account.pseudonym,
        holder=account.holder,
        kind=kind,
        number=account.number,
        holder_name=account.holder_name,
        after_end=after_end,
    )


def _earlier_accounts(state: Household, account: KnownAccount) -> tuple[KnownAccount, ...]:
    """The accounts before this one, each number once, the latest of them last."""
    before = (*state.earlier_accounts, *((state.account,) if state.account is not None else ()))
    by_number = {one.pseudonym: one for one in before if one.pseudonym != account.pseudonym}
    return tuple(by_number.values())[-ACCOUNTS_KEPT:]


def _granted(state: Household, fact: EligibilityConfirmed, income: SealedFields | None) -> Household:
    """The survey's income stays that of the benefit until somebody looks again."""
    return msgspec.structs.replace(
        _without_benefit(state),
        category=fact.need,
        monthly_amount_fen=fact.monthly_amount_fen,
        reverify_by=fact.reverify_by,
        valid_until=fact.valid_until,
        verified_income=income,
    )


def _without_benefit(state: Household) -> Household:
    return msgspec.structs.replace(
        state,
        category="",
        monthly_amount_fen=ZERO_FEN,
        reverify_by=None,
        reverified_on=None,
        reverify_overdue=False,
        verified_income=None,
        verified_by=(),
        change_found=False,
        termination=None,
        valid_until=None,
        visits_per_month=0,
    )


def _evolve_benefit(state: Household, fact: Fact) -> Household:
    """Facts about the benefit in force."""
    change = msgspec.structs.replace
    match fact:
        case ServicePlanned():
            return change(
                state,
                officer=fact.officer,
                committee=fact.committee,
                visits_per_month=fact.visits_per_month,
                responsible=f"officer:{fact.officer}",
            )
        case HouseholdReverified():
            kind = kind_of(type(fact))
            with_ids = state.resident_ids is not None
            found = _with_members(state, fact.members, kind, with_ids=with_ids) if fact.members else state
            return change(
                found,
                reverify_by=fact.next_by,
                reverified_on=fact.reverified_on,
                reverify_overdue=False,
                verified_income=SealedFields(kind=kind, values=(fact.income_per_head,)),
                verified_by=fact.investigators,
                change_found=fact.outcome == "changed",
            )
        case ReverificationOverdue():
            return change(state, reverify_overdue=True)
        case BenefitAdjusted():
            left = _without(state, fact.deceased) if fact.deceased else state
            return change(left, monthly_amount_fen=fact.monthly_amount_fen, change_found=_still_found(state, fact))
        case ShareCut():
            return change(state, monthly_amount_fen=fact.monthly_amount_fen)
        case GradualExitGranted():
            return change(state, reverify_by=fact.until_month.last_day, reverify_overdue=False, change_found=False)
        case TerminationPosted():
            return change(state, termination=Termination(reason=fact.reason, ends_on=fact.ends_on))
        case BenefitTerminated() | RecognitionLapsed():
            return _without_benefit(state)
        case _:
            return state


def _without(state: Household, person: str) -> Household:
    """Without a member who died; what is sealed of the members stays in their order."""
    kept = [i for i, one in enumerate(state.members) if one.person != person]

    def left(fields: SealedFields | None) -> SealedFields | None:
        whole = fields is not None and len(fields.values) == len(state.members)
        return (
            SealedFields(kind=fields.kind, values=tuple(fields.values[i] for i in kept)) if fields and whole else fields
        )

    return msgspec.structs.replace(
        state,
        members=tuple(state.members[i] for i in kept),
        names=left(state.names),
        groups=left(state.groups),
        resident_ids=left(state.resident_ids),
    )


def _still_found(state: Household, fact: BenefitAdjusted) -> bool:
    """A new care fee does not settle what a re-verification found."""
    return state.change_found and fact.reason != "reverification"


def _evolve_complaint(state: Household, fact: Fact) -> Household:
    """A complaint waits for its answer; about an open case, it calls for the bureau's own visit from then on."""
    change = msgspec.structs.replace
    match fact:
        case ComplaintReceived():
            names = set(Complaint.__struct_fields__) & set(ComplaintReceived.__struct_fields__)
            complaint = Complaint(**{name: getattr(fact, name) for name in names})
            about = tuple(
                change(case, complained=True, **visit_again(case, fact.received_on))
                if case.application_no == fact.application_no
                else case
                for case in state.cases
            )
            numbers = (*state.complaint_nos, fact.complaint_no)
            return change(state, complaints=(*state.complaints, complaint), complaint_nos=numbers, cases=about)
        case ComplaintAnswered():
            left = tuple(one for one in state.complaints if one.complaint_no != fact.complaint_no)
            return change(state, complaints=left)
        case ComplaintOverdue():
            marked = tuple(
                change(one, overdue=True) if one.complaint_no == fact.complaint_no else one for one in state.complaints
            )
            return change(state, complaints=marked)
        case _:
            return state


def _evolve_delivery(state: Household, fact: Fact) -> Household:
    """Facts about what was delivered, and about who answers for the household."""
    change = msgspec.structs.replace
    match fact:
        case VisitCompleted():
            return change(
                state,
                visit_nos=with_number(state.visit_nos, fact.visit_no),
                visits=with_visit(state.visits, fact),
            )
        case VisitConflictFound():
            return change(state, conflicts=(*state.conflicts, conflict_of(fact)))
        case VisitConflictDecided():
            left = tuple(one for one in state.conflicts if one.conflict_no != fact.conflict_no)
            decided = (*state.decided_conflicts, fact.conflict_no)[-CONFLICTS_KEPT:]
            return change(state, conflicts=left, decided_conflicts=decided)
        case VisitSetAside():
            return change(state, visits=changed(state.visits, fact.visit_no, fact.record_id, set_aside=True))
        case VisitRated():
            return change(state, visits=changed(state.visits, fact.visit_no, None, rated=True))
        case ResponsibilityMoved():
            return _handed_over(state, fact)
        case MunicipalNumberRecorded():
            return change(state, municipal_nos=(*state.municipal_nos, (fact.municipal_no, fact.application_no)))
        case MunicipalNumberDropped():
            left_nos = tuple(one for one in state.municipal_nos if one[0] != fact.municipal_no)
            return change(state, municipal_nos=left_nos)
        case CaseHandedOver() if state.answers == fact.previous and not state.category:  # else its officer answers
            return change(state, responsible=fact.responsible)
        case _:
            return state


def _handed_over(state: Household, fact: ResponsibilityMoved) -> Household:
    """Household, named cases, refusals, conflicts and complaints in the previous hands are in the new ones; nothing else is touched."""

    def hands(responsible: str) -> str:
        return fact.responsible if responsible == fact.previous else responsible

    change = msgspec.structs.replace
    officer = fact.responsible.partition(":")[2] if f"officer:{state.officer}" == fact.previous else state.officer
    return change(
        state,
        officer=officer,
        responsible=hands(state.answers),
        cases=tuple(
            change(case, responsible=hands(case.responsible)) if case.application_no in fact.application_nos else case
            for case in state.cases
        ),
        refusals=tuple(
            change(one, responsible=hands(one.responsible)) if one.application_no in fact.application_nos else one
            for one in state.refusals
        ),
        conflicts=tuple(
            change(one, responsible=hands(one.responsible)) if one.conflict_no in fact.conflict_nos else one
            for one in state.conflicts
        ),
        complaints=tuple(
            change(one, responsible=hands(one.responsible)) if one.complaint_no in fact.complaint_nos else one
            for one in state.complaints
        ),
    )


def _refused(state: Household, fact: EligibilityRefused) -> Household:
    case = _find(state, fact.application_no)
    refusal = Refused(
        application_no=fact.application_no,
        town=fact.town,
        decided_on=fact.decided_on,
        written_notice_by=fact.written_notice_by,
        responsible=case.responsible if case else fact.decided_by,
    )
    ended = _ended(state, fact.application_no)
    return msgspec.structs.replace(ended, refusals=(*state.refusals, refusal))


def _find(state: Household, application_no: str) -> Case | None:
    return next((case for case in state.cases if case.application_no == application_no), None)


def _moved(state: Household, fact: Fact) -> Household:
    """`state` with the case that a fact is about moved on; a refusal's own clock is no case's any more."""
    case = _find(state, getattr(fact, "application_no", ""))
    if case is not None:
        after = moved(case, fact)
        return msgspec.structs.replace(state, cases=tuple(after if c is case else c for c in state.cases))
    if isinstance(fact, StepOverdue):
        change = msgspec.structs.replace
        refusals = (change(r, overdue=True) if r.application_no == fact.application_no else r for r in state.refusals)
        return change(state, refusals=tuple(refusals))
    return state


def _ended(state: Household, application_no: str) -> Household:
    left = tuple(case for case in state.cases if case.application_no != application_no)
    return msgspec.structs.replace(state, cases=left, ended_cases=(*state.ended_cases, application_no))


def _with_members(state: Household, members: tuple[HouseholdMember, ...], kind: str, *, with_ids: bool) -> Household:
    ids = SealedFields(kind=kind, values=tuple(member.resident_id for member in members))
    return msgspec.structs.replace(
        state,
        priority_count=sum(member.priority for member in members),
        members=tuple(KnownMember(person=member.person, relation=member.relation) for member in members),
        names=SealedFields(kind=kind, values=tuple(member.name for member in members)),
        groups=SealedFields(kind=kind, values=tuple(member.groups for member in members)),
        resident_ids=ids if with_ids else None,
    )
