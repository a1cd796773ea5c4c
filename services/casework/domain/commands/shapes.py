"""The shapes of the fields of commands to casework."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

TownCode = Annotated[str, Meta(pattern=r"^T[0-9]{2,3}\Z")]
CommitteeCode = Annotated[str, Meta(pattern=r"^T[0-9]{2,3}-C[0-9]{2,3}\Z")]
HouseholdNo = Annotated[str, Meta(pattern=r"^T[0-9]{2,3}-H[0-9]{5,7}\Z")]
OfficerNo = Annotated[str, Meta(pattern=r"^O[0-9]{3,6}\Z")]
Reference = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\Z")]
Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
Actor = Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,39}:[A-Za-z0-9_-]{1,40}\Z")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
CodeOrEmpty = Annotated[str, Meta(pattern=r"^([a-z][a-z0-9_]{0,39})?\Z")]
ReferenceOrEmpty = Annotated[str, Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]{0,79})?\Z")]
Sha256OrEmpty = Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?\Z")]
Name = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,60}\Z")]
Line = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,200}\Z")]
Instant = Annotated[datetime, Meta(tz=True)]
Category = Literal["dibao_urban", "dibao_rural", "tekun", "hardship"]
CaseClock = Literal["investigation", "check_start", "first_opinion", "bureau", "outer"]
Clock = Literal[CaseClock, "written_notice", "recheck", "papers", "survey_help"]
Relation = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f0-9]{1,10}\Z")]
Pseudonym = Annotated[str, Meta(pattern=r"^p_[A-Za-z0-9_-]{1,80}\Z")]
MEMBERS_MAX = 20
EVIDENCE_MAX = 20
