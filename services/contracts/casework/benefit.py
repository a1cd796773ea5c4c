"""Facts about a benefit in force: looked at again, adjusted, ended (动态管理)."""

from datetime import date

from services.contracts.casework.household import HouseholdMember
from services.contracts.money import ZERO_FEN, Fen
from services.contracts.months import Month
from services.contracts.registry import Fact, fact
from services.contracts.sealed import Personal


@fact("casework", "household_reverified", subject="household")
class HouseholdReverified(Fact, frozen=True, kw_only=True):
    """A household that receives a monthly benefit was looked at again (动态管理, art. 31); `next_by` follows its cadence.

    `members`: the household as found, where it was written down anew.
    """

    town: str
    category: str
    investigators: tuple[str, ...]
    reverified_on: date
    cadence: str
    outcome: str
    income_per_head: Personal
    form_sha256: str
    next_by: date
    pack_version: str
    members: tuple[HouseholdMember, ...] = ()


@fact("casework", "reverification_overdue", subject="household")
class ReverificationOverdue(Fact, frozen=True, kw_only=True):
    """A household was not looked at again by its day; stated once by its timer."""

    town: str
    category: str
    due_on: date
    responsible: str


@fact("casework", "benefit_adjusted", subject="household")
class BenefitAdjusted(Fact, frozen=True, kw_only=True):
    """The amount changed after a look (art. 31) or an assessment of ability, from the month after the decision.

    After a member's death (art. 32) from the month after it, without the `deceased`, who `died_on` that day; the benefit
    goes on for the others. One fact for each amount decided for the months since.
    `top_up_fen` (分类施保, art. 27) and `care_fee_fen` (照料护理费) are parts of the amount.
    """

    town: str
    category: str
    before_fen: Fen
    monthly_amount_fen: Fen
    standard_fen: Fen
    covered_members: int
    from_month: Month
    decided_on: date
    decided_by: str
    pack_version: str
    reason: str = "reverification"
    top_up_fen: Fen = ZERO_FEN
    care_fee_fen: Fen = ZERO_FEN
    deceased: str = ""
    died_on: date | None = None


@fact("casework", "termination_posted", subject="household")
class TerminationPosted(Fact, frozen=True, kw_only=True):
    """That a benefit shall end was posted before it ends (特困人员认定办法 2021: seven days)."""

    town: str
    category: str
    reason: str
    posted_on: date
    ends_on: date
    proof_sha256: str
    pack_version: str


@fact("casework", "benefit_terminated", subject="household")
class BenefitTerminated(Fact, frozen=True, kw_only=True):
    """A benefit ended, with its reason (arts. 31-34); after a death from the month after it, so that nothing is paid on.

    `reassessments_dropped`: whose reported change needs no reassessment any more.
    """

    town: str
    category: str
    reason: str
    from_month: Month
    decided_on: date
    decided_by: str
    pack_version: str
    reassessments_dropped: tuple[str, ...] = ()
