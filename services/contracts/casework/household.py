"""Facts about a household as casework knows it: its stock, its members, who read what of them."""

from datetime import date

from services.contracts.casework.payout import PayoutAccount
from services.contracts.casework.service import PlannedService
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.registry import Fact, fact
from services.contracts.sealed import Personal


class HouseholdMember(Fact, frozen=True, kw_only=True):
    """A member of a household; `groups` (health, age, ability) is sensitive, `priority` alone is in clear.

    `keys`: keyed pseudonyms of birthday and address, of a household that receives; nothing can be read out of them.
    """

    person: str
    relation: str
    priority: bool
    name: Personal
    resident_id: Personal
    groups: Personal
    keys: tuple[str, ...] = ()


@fact("casework", "household_taken_over", subject="household")
class HouseholdTakenOver(Fact, frozen=True, kw_only=True):
    """Stock taken over (接续登记) with source, document and re-verify-by; no procedure is claimed for it.

    `care_tier`, `placement`, `services` and `account` as the stock had them; empty where it says nothing of them.
    `standard_version`: the standard in force when it was taken over, which the amount counts as set by; empty on old facts.
    """

    household_no: str
    town: str
    committee: str
    category: str
    members: tuple[HouseholdMember, ...]
    address: Personal
    monthly_amount_fen: Fen
    benefit_from_month: Month
    officer: str
    visits_per_month: int
    source: str
    document: str
    reverify_by: date
    care_tier: str = ""
    placement: str = ""
    services: tuple[PlannedService, ...] = ()
    account: PayoutAccount | None = None
    standard_version: str = ""


@fact("casework", "personal_field_read", subject="household")
class PersonalFieldRead(Fact, frozen=True, kw_only=True):
    """Somebody read a personal field unmasked; who, which and why."""

    field: str
    reason: str
    reader_role: str
