"""The dated rules of signing in: failures, locks, idle time (GB/T 22239-2019 8.1.4.1, level 3); pure."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

PACK: Final = "sign_in"


class SignInRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Content of pack ``sign_in``: how often a password may be wrong, and how long a session lasts unused and at all."""

    failures_max: Annotated[int, Meta(ge=1, le=20)]
    lock_minutes: Annotated[int, Meta(ge=1, le=1440)]
    idle_minutes: Annotated[int, Meta(ge=1, le=480)]
    session_hours: Annotated[int, Meta(ge=1, le=24)]
    password_length_min: Annotated[int, Meta(ge=8, le=64)]
