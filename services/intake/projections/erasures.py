"""What an erasure has to know of a person: wherever anything of theirs is sealed, and which matters are open; and the orders themselves."""

from datetime import date
from typing import Any, Final

import msgspec

from services.contracts.audit import FindingClosed, FindingContestDecided, FindingOpened, FindingRecurred
from services.contracts.casework import (
    BenefitTerminated,
    CaseClosed,
    CaseOpened,
    ContractStaffAssigned,
    ContractStaffReleased,
    EligibilityConfirmed,
    EligibilityRefused,
    HouseholdTakenOver,
    RecognitionLapsed,
    RecoveryClaimed,
    VisitCompleted,
    WarningHandled,
    WarningOpened,
)
from services.contracts.casework import RecoveryReceived as BenefitRecovered
from services.contracts.deciding import CHINA, Model, Record
from services.contracts.folders import sealed_values
from services.contracts.intake import (
    ApplicationAnswered,
    ApplicationWithdrawn,
    DiscoveryClosed,
    DiscoveryFollowed,
    ErasureApproved,
    ErasureDone,
    ErasureRefused,
    ErasureRequested,
    NeedDiscovered,
    ReferralCompleted,
    RequestReceived,
)
from services.contracts.payroll import (
    CandidateRegistered,
    ExitWithdrawn,
    OfficerAppointed,
    OfficerLeft,
    OfficerTakenOver,
    RecruitmentClosed,
)
from services.contracts.registry import REGISTRY, UPCASTS, Fact
from services.contracts.sealed import personal_fields
from services.intake.domain.state import application_no_of


class TieRow(msgspec.Struct, frozen=True, kw_only=True):
    """A person has something sealed in facts of a subject, the last time on a day; keyed ``<person>/<subject>``."""

    subject: str
    last_on: date


class MatterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A matter that bars an erasure while it is open; `about`: a subject that persons are tied to, or one person alone."""

    what: str
    about: str
    open: bool
    last_on: date


class ErasureRow(msgspec.Struct, frozen=True, kw_only=True):
    """One order by its number, `status`: requested, approved, refused, done. The person by pseudonym alone."""

    person: str
    ground: str
    document_sha256: str
    received_on: date
    requested_by: str
    requested_on: date
    status: str = "requested"
    against: tuple[str, ...] = ()
    not_before: date | None = None
    decided_by: str = ""
    decided_on: date | None = None
    reason: str = ""
    groups: tuple[str, ...] = ()
    kept_groups: tuple[str, ...] = ()
    kept_until: date | None = None
    done_on: date | None = None


# Every fact that seals anything, in its latest version; a visit's notes are of members whom other facts name.
_SEALING: Final[tuple[type[Fact], ...]] = tuple(
    one.body for one in REGISTRY.values()
    if personal_fields(one.body) and one.kind not in UPCASTS and one.body is not VisitCompleted
)  # fmt: skip
_OPENS: Final[dict[type[Fact], str]] = {
    RequestReceived: "application", NeedDiscovered: "discovery", CaseOpened: "case", HouseholdTakenOver: "benefit",
    EligibilityConfirmed: "benefit", RecoveryClaimed: "recovery", WarningOpened: "warning", ContractStaffAssigned: "contract",
    OfficerTakenOver: "service", OfficerAppointed: "service", ExitWithdrawn: "service", CandidateRegistered: "recruitment", FindingOpened: "finding",
    FindingRecurred: "finding",
}  # fmt: skip
_CLOSES: Final[dict[type[Fact], str]] = {
    ApplicationWithdrawn: "application", ApplicationAnswered: "application", ReferralCompleted: "application",
    DiscoveryFollowed: "discovery", DiscoveryClosed: "discovery", EligibilityRefused: "case", CaseClosed: "case",
    BenefitTerminated: "benefit", RecognitionLapsed: "benefit", BenefitRecovered: "recovery", WarningHandled: "warning", ContractStaffReleased: "contract",
    OfficerLeft: "service", RecruitmentClosed: "recruitment", FindingClosed: "finding",
    FindingContestDecided: "finding",
}  # fmt: skip
_OF_ONE_PERSON: Final = (WarningOpened, ContractStaffAssigned)


def _on(record: Record) -> date:
    return record.envelope.time.astimezone(CHINA).date()


def _tie_keys(record: Record) -> tuple[str, ...]:
    persons = dict.fromkeys(box.person for box in sealed_values(record.fact))
    return tuple(f"{person}/{record.envelope.subject}" for person in persons)


def _tie(row: TieRow | None, record: Record, key: str) -> TieRow:
    day = _on(record) if row is None else max(_on(record), row.last_on)
    return TieRow(subject=key.partition("/")[2], last_on=day)


def _matter_keys(record: Record) -> tuple[str, ...]:
    """``<matter>/<its number>``: one application of a household beside another, one benefit, one contract of somebody."""
    fact: Any = record.fact
    subject = record.envelope.subject
    match fact:
        case RequestReceived():
            return tuple(f"application/{application_no_of(fact.request_no, need)}" for need in fact.needs)
        case ApplicationWithdrawn() | ApplicationAnswered() | ReferralCompleted():
            return (f"application/{fact.application_no}",)
        case EligibilityConfirmed():
            benefit = () if fact.one_off else (f"benefit/{subject}",)
            return (f"case/{fact.application_no}", *benefit)
        case CaseOpened() | CaseClosed() | EligibilityRefused():
            return (f"case/{fact.application_no}",)
        case ContractStaffAssigned() | ContractStaffReleased():
            return (f"contract/{fact.contractor}/{fact.contract_no}/{fact.staff_no}",)
        case _:
            return (f"{_OPENS.get(type(fact)) or _CLOSES[type(fact)]}/{subject}",)


def _matter(row: MatterRow | None, record: Record, key: str) -> MatterRow | None:
    fact: Any = record.fact
    what, day = key.partition("/")[0], _on(record)
    if _opens(fact, what):
        about = record.envelope.subject
        if isinstance(fact, _OF_ONE_PERSON):
            about = fact.person
        elif isinstance(fact, FindingOpened):
            about = fact.about
        elif isinstance(fact, FindingRecurred):
            return row and msgspec.structs.replace(row, open=True)
        return MatterRow(what=what, about=about, open=True, last_on=day)
    if row is None:
        return None
    if isinstance(fact, OfficerLeft):
        day = max(day, fact.last_day_on)
    return msgspec.structs.replace(row, open=_stays(row, fact), last_on=max(day, row.last_on))


def _stays(row: MatterRow, fact: Fact) -> bool:
    """Whether a matter is as it was after a fact that may end it: money still owed, an objection that was rejected."""
    match fact:
        case BenefitRecovered(left_fen=left_fen):
            return row.open and left_fen > 0
        case FindingContestDecided(outcome=outcome):
            return row.open and outcome != "upheld"
        case _:
            return False


def _opens(fact: Fact, what: str) -> bool:
    """A grant opens the benefit and closes the case."""
    if isinstance(fact, FindingRecurred) and not fact.reopened:
        return False
    return _OPENS.get(type(fact)) == what


def _erasure_keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    return (fact.erasure_no,)


def _erasure(row: ErasureRow | None, record: Record, _: str) -> ErasureRow | None:
    change, day = msgspec.structs.replace, _on(record)
    match record.fact:
        case ErasureRequested() as fact:
            names = set(ErasureRow.__struct_fields__) & set(ErasureRequested.__struct_fields__)
            return ErasureRow(requested_on=day, **{name: getattr(fact, name) for name in names})
        case ErasureApproved() as fact if row is not None:
            return change(
                row, status="approved", against=(), not_before=None, decided_by=fact.approved_by, decided_on=day,
                groups=fact.groups, kept_groups=fact.kept_groups, kept_until=fact.kept_until,
            )  # fmt: skip
        case ErasureRefused() as fact if row is not None:
            return change(
                row, status="refused", against=fact.against, not_before=fact.not_before, decided_by=fact.refused_by,
                decided_on=day, reason=fact.reason, groups=(), kept_groups=(), kept_until=None,
            )  # fmt: skip
        case ErasureDone() if row is not None:
            return change(row, status="done", done_on=day)
        case _:
            return row


TIES: Final = Model(name="ties", row=TieRow, listens=_SEALING, keys=_tie_keys, evolve=_tie, internal=True)
MATTERS: Final = Model(
    name="matters",
    row=MatterRow,
    listens=tuple(dict.fromkeys((*_OPENS, *_CLOSES))),
    keys=_matter_keys,
    evolve=_matter,
    listed_by="about",
    internal=True,
)
ERASURES: Final = Model(
    name="erasures",
    row=ErasureRow,
    listens=(ErasureRequested, ErasureApproved, ErasureRefused, ErasureDone),
    keys=_erasure_keys,
    evolve=_erasure,
)
