"""Facts portal owns: accounts, the roles they were given, and who signed in (DOMAIN §8); no password is ever among them."""

from datetime import datetime

from services.contracts import every_service
from services.contracts.registry import Fact, fact


@fact("portal", "rule_pack_adopted", subject="rules")
class RulePackAdopted(every_service.RulePackAdopted, frozen=True, kw_only=True):
    __doc__ = every_service.RulePackAdopted.__doc__


@fact("portal", "command_refused", subject="*")
class CommandRefused(every_service.CommandRefused, frozen=True, kw_only=True):
    __doc__ = every_service.CommandRefused.__doc__


@fact("portal", "parked_discarded", subject="parked")
class ParkedDiscarded(every_service.ParkedDiscarded, frozen=True, kw_only=True):
    __doc__ = every_service.ParkedDiscarded.__doc__


@fact("portal", "account_opened", subject="account")
class AccountOpened(Fact, frozen=True, kw_only=True):
    """The system administrator opened an account for one person; without a role it opens no door.

    `acts_as`: the actor its commands are signed with (``officer:O001``).
    """

    account: str
    acts_as: str
    opened_by: str


@fact("portal", "role_granted", subject="account")
class RoleGranted(Fact, frozen=True, kw_only=True):
    """The security administrator, who opens no accounts, gave an account its role and town (三员分立)."""

    account: str
    role: str
    town: str
    granted_by: str


@fact("portal", "account_closed", subject="account")
class AccountClosed(Fact, frozen=True, kw_only=True):
    """The account signs in no more; what was done with it stays."""

    account: str
    reason: str


@fact("portal", "password_set", subject="account")
class PasswordSet(Fact, frozen=True, kw_only=True):
    """A new password holds from now on; `temporary`: it must be changed at the first sign-in."""

    account: str
    temporary: bool


@fact("portal", "signed_in", subject="account")
class SignedIn(Fact, frozen=True, kw_only=True):
    """The account signed in. `method` is ``password`` or ``oidc``."""

    account: str
    role: str
    town: str
    method: str


@fact("portal", "sign_in_failed", subject="account")
class SignInFailed(Fact, frozen=True, kw_only=True):
    """A wrong password, the `failure_count`-th in a row; at the limit the account is locked until `locked_until`."""

    account: str
    failure_count: int
    locked_until: datetime | None = None


@fact("portal", "account_unlocked", subject="account")
class AccountUnlocked(Fact, frozen=True, kw_only=True):
    """The security administrator lifted a lock before its end."""

    account: str
    unlocked_by: str


@fact("portal", "signed_out", subject="account")
class SignedOut(Fact, frozen=True, kw_only=True):
    """The account signed out, by its own wish."""

    account: str
