"""Facts about what happens to a benefit besides its amount: suspended, resumed, phased out, cut, recovered."""

from datetime import date

from services.contracts.money import ZERO_FEN, Fen
from services.contracts.months import Month
from services.contracts.registry import Fact, fact


@fact("casework", "benefit_suspended", subject="household")
class BenefitSuspended(Fact, frozen=True, kw_only=True):
    """A monthly benefit is not paid from a month on (暂停发放), for a reason of the pack; it stays in force."""

    town: str
    category: str
    reason: str
    from_month: Month
    decided_on: date
    decided_by: str
    pack_version: str


@fact("casework", "benefit_resumed", subject="household")
class BenefitResumed(Fact, frozen=True, kw_only=True):
    """A suspended benefit is paid again; `back_pay_fen` for the months between, where the pack gives them for the reason."""

    town: str
    category: str
    reason: str
    from_month: Month
    monthly_amount_fen: Fen
    back_pay_fen: Fen
    back_pay_months: tuple[Month, ...]
    decided_on: date
    decided_by: str
    pack_version: str


@fact("casework", "gradual_exit_granted", subject="household")
class GradualExitGranted(Fact, frozen=True, kw_only=True):
    """Somebody found a job: the benefit goes on for some months although the income is over the standard (渐退期)."""

    town: str
    category: str
    person: str
    employed_on: date
    until_month: Month
    monthly_amount_fen: Fen
    decided_on: date
    decided_by: str
    pack_version: str


@fact("casework", "job_refused", subject="household")
class JobRefused(Fact, frozen=True, kw_only=True):
    """A member refused a fitting job that was offered; `refused_count`: without good reason, one after the other (arts. 32-34)."""

    offer_no: str
    town: str
    person: str
    justified: bool
    refused_on: date
    refused_count: int
    form_sha256: str
    pack_version: str


@fact("casework", "share_cut", subject="household")
class ShareCut(Fact, frozen=True, kw_only=True):
    """One member's share was cut after refusing jobs without good reason (arts. 32-34), from the month after.

    `top_up_fen`: what of the share was this member's own top-up (分类施保); the others keep theirs.
    """

    town: str
    category: str
    person: str
    refused_count: int
    share_fen: Fen
    before_fen: Fen
    monthly_amount_fen: Fen
    covered_members: int
    from_month: Month
    decided_on: date
    decided_by: str
    pack_version: str
    top_up_fen: Fen = ZERO_FEN


class OverpaidMonth(Fact, frozen=True, kw_only=True):
    """A month that was paid too long, and how much: all of it after the end, after a member's death that member's part."""

    month: Month
    amount_fen: Fen


@fact("casework", "recovery_claimed", subject="household")
class RecoveryClaimed(Fact, frozen=True, kw_only=True):
    """What was paid after the end, or for a member after that member's death, is claimed back (追回): each month with its sum (art. 32)."""

    town: str
    category: str
    reason: str
    months: tuple[OverpaidMonth, ...]
    amount_fen: Fen
    claimed_on: date
    claimed_by: str


@fact("casework", "recovery_received", subject="household")
class RecoveryReceived(Fact, frozen=True, kw_only=True):
    """Money that was claimed back came in; `left_fen` is still owed."""

    town: str
    amount_fen: Fen
    left_fen: Fen
    received_on: date
    receipt_sha256: str
