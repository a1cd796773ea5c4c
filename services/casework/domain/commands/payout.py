"""The account a household is paid to, as commands give it, and what it was paid, as the edge fills it in."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from services.casework.domain.commands.shapes import Name, Sha256OrEmpty
from services.contracts.money import Fen
from services.contracts.months import Month

AccountNo = Annotated[str, Meta(pattern=r"^[0-9][0-9 ]{6,38}\Z")]
Holder = Literal["self", "family_member", "guardian", "staff"]


class GivenAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account as given; a card that staff keep needs the filed agreement (代管协议, 57号 art. 26)."""

    account_no: AccountNo
    holder: Holder
    holder_name: Name
    agreement_sha256: Sha256OrEmpty = ""


class PaidMonth(msgspec.Struct, frozen=True, kw_only=True):
    """What lists say a household was paid for a month."""

    month: Month
    amount_fen: Fen
