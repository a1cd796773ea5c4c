"""The shapes of the fields of commands to payroll: what stands in clear in subjects, facts and logs is a code or a short line."""

from typing import Annotated

from msgspec import Meta

OfficerNo = Annotated[str, Meta(pattern=r"^O[0-9]{3,6}\Z")]
TownCode = Annotated[str, Meta(pattern=r"^T[0-9]{2,4}\Z")]
PostNo = Annotated[str, Meta(pattern=r"^T[0-9]{2,4}-P[0-9]{2,4}\Z")]
PostNoOrEmpty = Annotated[str, Meta(pattern=r"^(T[0-9]{2,4}-P[0-9]{2,4})?\Z")]
Reference = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}\Z")]
ReferenceOrEmpty = Annotated[str, Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]{0,39})?\Z")]
Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}\Z")]
CodeOrEmpty = Annotated[str, Meta(pattern=r"^([a-z][a-z0-9_]{0,39})?\Z")]
Pseudonym = Annotated[str, Meta(pattern=r"^p_[^\x00-\x20\x7f]{1,80}\Z")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Name = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,60}\Z")]
Line = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,200}\Z")]
Word = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{0,40}\Z")]
