"""Facts about the account that a household's benefit is paid to (57号 art. 26); the number itself is sealed."""

from services.contracts.registry import Fact, fact
from services.contracts.sealed import Personal


class PayoutAccount(Fact, frozen=True, kw_only=True):
    """An account as recorded: `pseudonym` is the same for the same number, whoever it was recorded for.

    `holder`: self, family_member, guardian, or staff who keep the card by a filed agreement (代管协议).
    """

    pseudonym: str
    holder: str
    number: Personal
    holder_name: Personal
    agreement_sha256: str = ""


@fact("casework", "payout_account_recorded", subject="household")
class PayoutAccountRecorded(Fact, frozen=True, kw_only=True):
    """The account a household is paid to was recorded, or recorded anew (发放账户); the latest one counts."""

    town: str
    account: PayoutAccount
    recorded_by: str
    document_sha256: str
    pack_version: str
