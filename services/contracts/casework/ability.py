"""Facts about a tekun person's ability and care: assessed, reported as changed, arranged (特困人员认定办法 2021)."""

from datetime import date

from services.contracts.registry import Fact, fact
from services.contracts.sealed import Personal


@fact("casework", "ability_assessed", subject="household")
class AbilityAssessed(Fact, frozen=True, kw_only=True):
    """Six items of daily life were assessed (生活自理能力评估); which of them failed is sealed, the class is in clear.

    `application_no` is empty when the benefit was in force already: the care fee and the plan then follow.
    """

    application_no: str
    town: str
    person: str
    assessors: tuple[str, ...]
    assessed_on: date
    failed_items: Personal
    ability: str
    care_tier: str
    form_sha256: str
    pack_version: str


@fact("casework", "ability_change_reported", subject="household")
class AbilityChangeReported(Fact, frozen=True, kw_only=True):
    """Committee, officer, household or institution reported a change; the reassessment is due ten working days later.

    `responsible` answers for its term: the household's officer.
    """

    report_no: str
    town: str
    person: str
    channel: str
    reported_by: str
    reported_on: date
    reassess_by: date
    pack_version: str
    responsible: str = ""


@fact("casework", "reassessment_overdue", subject="household")
class ReassessmentOverdue(Fact, frozen=True, kw_only=True):
    """Nobody reassessed within the term after a reported change; stated once by its timer."""

    report_no: str
    town: str
    person: str
    due_on: date
    responsible: str


@fact("casework", "care_arranged", subject="household")
class CareArranged(Fact, frozen=True, kw_only=True):
    """Where a tekun person lives and who cares (集中供养、分散供养); at home it takes a care agreement (委托照料服务协议).

    `carer` names the institution or the person; `agreement_sha256` is empty while nothing is signed.
    """

    application_no: str
    town: str
    person: str
    placement: str
    carer: Personal
    agreement_sha256: str
    agreement_required: bool
    arranged_on: date
    pack_version: str
