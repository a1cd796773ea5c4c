"""The shapes of the fields of payroll's commands, and the guards they share: what stands in clear is a code or a short line."""

from typing import Annotated, Final

from msgspec import Meta

from services.contracts.deciding import CommandRejected
from services.contracts.resident_ids import names_a_person

OfficerNo = Annotated[str, Meta(pattern=r"^O[0-9]{3,6}\Z")]
PostNo = Annotated[str, Meta(pattern=r"^T[0-9]{2,4}-P[0-9]{2,4}\Z")]
PostNoOrEmpty = Annotated[str, Meta(pattern=r"^(T[0-9]{2,4}-P[0-9]{2,4})?\Z")]
Pseudonym = Annotated[str, Meta(pattern=r"^p_[^\x00-\x20\x7f]{1,80}\Z")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Name = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,60}\Z")]
Word = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,40}\Z")]
Source = Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,20}\Z")]
SourceOrEmpty = Annotated[str, Meta(pattern=r"^[a-z0-9_]{0,20}\Z")]
Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
CodeOrEmpty = Annotated[str, Meta(pattern=r"^([a-z][a-z0-9_]{0,39})?\Z")]
TownCode = Annotated[str, Meta(pattern=r"^T[0-9]{2,4}\Z")]
TownCodeOrEmpty = Annotated[str, Meta(pattern=r"^(T[0-9]{2,4})?\Z")]
ContractorNo = Annotated[str, Meta(pattern=r"^K[0-9]{3,6}\Z")]
Reference = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\Z")]
ReferenceOrEmpty = Annotated[str, Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]{0,79})?\Z")]
Line = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,200}\Z")]
Actor = Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,39}:[A-Za-z0-9_-]{1,40}\Z")]
ActorOrEmpty = Annotated[str, Meta(pattern=r"^([a-z][a-z-]{0,39}:[A-Za-z0-9_-]{1,40})?\Z")]
# 100 billion yuan: far above any district's money, far below what JSON's numbers lose.
AMOUNT_FEN_MAX: Final = 10_000_000_000_000
AmountFen = Annotated[int, Meta(ge=1, le=AMOUNT_FEN_MAX)]
AmountFenOrZero = Annotated[int, Meta(ge=0, le=AMOUNT_FEN_MAX)]
Year = Annotated[int, Meta(ge=1900, le=9998)]


def rejected_unless(holds: bool, code: str, zh: str, en: str) -> None:
    """Raise `CommandRejected` when a condition does not hold."""
    if not holds:
        raise CommandRejected(code, zh, en)


def text_given(field: str, text: str) -> None:
    """Text that must be there, and holds no resident ID or phone number: it stands in clear on the log."""
    rejected_unless(bool(text.strip()), "text-missing", f"须填写 {field}", f"{field} must be given")
    rejected_unless(
        not names_a_person(text),
        "personal-in-text",
        f"{field} 不得填写身份证号或手机号",
        f"{field} may hold no resident ID or phone number",
    )
