"""The account a household's benefit is paid to: recorded with the stock or later; a card that staff keep needs its agreement."""

from services.casework.domain.commands.household import RecordPayoutAccount
from services.casework.domain.commands.payout import GivenAccount
from services.casework.domain.guards import rejected_unless
from services.casework.domain.state import Household
from services.casework.rules import BenefitLists
from services.contracts.casework import PayoutAccount, PayoutAccountRecorded
from services.contracts.deciding import Context
from services.contracts.sealed import Clear


def account_of(given: GivenAccount, applicant: str, context: Context) -> PayoutAccount:
    """The account as a fact states it, sealed under the applicant's key (民发〔2021〕57号 art. 26: 代管须签协议并备案)."""
    pack = context.rule_on("benefit_lists", context.today, BenefitLists)
    rejected_unless(
        given.holder not in pack.agreement_holders or bool(given.agreement_sha256),
        "agreement-missing",
        "由工作人员代管的存折、银行卡须有备案的代管协议",
        "a card that staff keep needs the filed agreement",
    )
    number = given.account_no.replace(" ", "")
    # Vouchers of payments are kept by law (会计档案管理办法), so the account outlives an erasure of the rest.
    return PayoutAccount(
        pseudonym=context.pseudonym(f"account|{number}"),
        holder=given.holder,
        number=Clear(person=applicant, group="retention", text=number),
        holder_name=Clear(person=applicant, group="retention", text=given.holder_name),
        agreement_sha256=given.agreement_sha256,
    )


def record_account(state: Household, command: RecordPayoutAccount, context: Context) -> PayoutAccountRecorded:
    """Of a household with a folder; the latest account counts."""
    rejected_unless(state.known, "household-unknown", "该户没有档案", "the household has no folder")
    applicant = state.members[0].person if state.members else context.pseudonym(command.subject)
    return PayoutAccountRecorded(
        town=state.town,
        account=account_of(command.account, applicant, context),
        recorded_by=context.actor,
        document_sha256=command.document_sha256,
        pack_version=context.rules.version_on("benefit_lists", context.today),
    )
