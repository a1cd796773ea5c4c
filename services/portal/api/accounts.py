"""Accounts for the three administrators: open, give a role, lock off, unlock, set a temporary password; each does its part."""

import asyncio
import secrets
from collections.abc import Iterable
from typing import Annotated, Any, Final, TypeVar

import msgspec
from fastapi import FastAPI, Request, Response
from msgspec import Meta

from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import Command
from services.contracts.roles import PEOPLE
from services.eventlog import listing, waiting
from services.eventlog.api.commands import answer, refused
from services.eventlog.api.queries import PAGE_ROWS_MAX
from services.eventlog.api.runtime import Runtime, wrong_role
from services.eventlog.deciding import Incoming
from services.eventlog.ids import uuid7
from services.eventlog.problems import Problem, decoded
from services.portal import store
from services.portal.api.door import Door, Visitor
from services.portal.api.menu import ADMINISTRATORS, ROLE_NAMES
from services.portal.domain import CloseAccount, GrantRole, NotePassword, OpenAccount, UnlockAccount
from services.portal.projections.accounts import ACCOUNTS

C = TypeVar("C", bound=Command)
_ROWS_SHOWN: Final = 100
_VISIBLE_SECONDS: Final = 5.0
_WHO: Final[dict[type[Command], str]] = {
    OpenAccount: "system-administrator",
    CloseAccount: "system-administrator",
    NotePassword: "system-administrator",
    GrantRole: "security-administrator",
    UnlockAccount: "security-administrator",
}
_SYSTEM: Final = frozenset({"system-administrator"})
_SECURITY: Final = frozenset({"security-administrator"})


async def everybody(door: Door) -> list[dict[str, Any]]:
    """Every account, by name."""
    found: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        page, following = await listing.page(door.runtime.pool, "portal", ACCOUNTS, limit=PAGE_ROWS_MAX, after=after)
        found += page
        after = following if len(page) == PAGE_ROWS_MAX else None
    return found


def found_in(
    rows: Iterable[dict[str, Any]], *, q: str, role: str, town: str, after: str, limit: int
) -> tuple[list[dict[str, Any]], str]:
    """A page of the accounts that contain what is looked for, after the account `after`; and where the next one begins."""
    wanted = q.lower()
    fitting = [
        row
        for row in rows
        if row["key"] > after
        and role in ("", row["role"])
        and town in ("", row["town"])
        and (not wanted or wanted in row["account"].lower() or wanted in row["acts_as"].lower())
    ]
    return fitting[:limit], fitting[limit - 1]["key"] if len(fitting) > limit else ""


def routes(door: Door) -> None:
    """Put the page of accounts and its forms beside the others."""

    async def shown(visitor: Visitor, *, password: str = "", account: str = "") -> Response:
        asked = visitor.request.query_params
        names = ("q", "role", "town")
        chosen = {name: (asked.get(name, "") or visitor.text(f"of_{name}")).strip() for name in names}
        after = asked.get("after", "") or visitor.text("of_after")
        rows, following = found_in(await everybody(door), after=after, limit=_ROWS_SHOWN, **chosen)
        return door.shown(
            visitor, "accounts.html", rows=rows, role_names=ROLE_NAMES, roles=sorted(PEOPLE), chosen=chosen, after=after,
            following=following, password=password, account=account,
        )  # fmt: skip

    async def listed(visitor: Visitor) -> Response:
        return await shown(visitor)

    async def done(visitor: Visitor, command: Command) -> None:
        """Issue a command in the administrator's name and wait until the page shows it."""
        outcome = await door.runtime.decider.submit(
            Incoming(commandid=uuid7(), command=command, actor=visitor.session.acts_as, role=visitor.session.role)
        )
        if outcome.status not in ("accepted", "unchanged"):
            raise refused(outcome)
        if outcome.facts:
            await waiting.visible(door.runtime.pool, "portal", outcome.commandid, _VISIBLE_SECONDS)

    async def temporary_password(visitor: Visitor, account: str) -> Response:
        password = secrets.token_urlsafe(12)
        hashed = await asyncio.to_thread(store.HASHER.hash, password)
        await done(visitor, NotePassword(account=account, temporary=True))
        store.keep_password(door.runtime.keyring, account, hashed)
        await store.end_sessions_of(door.runtime.pool, account)
        return await shown(visitor, password=password, account=account)

    async def opened(visitor: Visitor) -> Response:
        command = _read(OpenAccount, account=visitor.text("account").lower(), acts_as=visitor.text("acts_as"))
        await done(visitor, command)
        return await temporary_password(visitor, command.account)

    async def reset(visitor: Visitor) -> Response:
        return await temporary_password(visitor, visitor.request.path_params["account"])

    async def changed(visitor: Visitor) -> Response:
        account = visitor.request.path_params["account"]
        what = visitor.request.path_params["what"]
        if what == "close":
            command: Command = _read(CloseAccount, account=account, reason=visitor.text("reason"))
        elif what == "grant":
            command = _read(GrantRole, account=account, role=visitor.text("role"), town=visitor.text("town"))
        elif what == "unlock":
            command = _read(UnlockAccount, account=account)
        else:
            raise Problem(status=404, code="not-found", zh="没有这项操作", en="there is no such action")
        if visitor.session.role != _WHO[type(command)]:
            raise Problem(
                status=403, code="wrong-role", zh="此项由另一名管理员办理", en="another administrator does this"
            )
        await done(visitor, command)
        if what != "unlock":
            await store.end_sessions_of(door.runtime.pool, account)
        return await shown(visitor)

    door.page("/accounts", listed, roles=ADMINISTRATORS)
    door.page("/accounts", opened, roles=_SYSTEM, methods=("POST",))
    door.page("/accounts/{account}/password", reset, roles=_SYSTEM, methods=("POST",))
    door.page("/accounts/{account}/{what}", changed, roles=_SYSTEM | _SECURITY, methods=("POST",))


class _Password(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    password: Annotated[str, Meta(min_length=10, max_length=128)]
    temporary: bool = True


def password_door(app: FastAPI, runtime: Runtime) -> None:
    """``POST /v1/passwords/{account}``: a first password, by the system administrator's token.

    Only the sample may have one that need not be changed: whoever else sets a password for others knows it.
    """
    decoder = decoder_of(_Password)

    async def endpoint(request: Request, account: str) -> Response:
        identity = runtime.identify(request)
        if identity.role not in _SYSTEM:
            raise wrong_role(identity.role)
        wanted = decoded(decoder, await request.body())
        if not (wanted.temporary or runtime.settings.simulated_clock):
            raise Problem(
                status=422, code="password-temporary", zh="代设的密码必须是临时密码", en="a password set for others is temporary"
            )  # fmt: skip
        command = _read(NotePassword, account=account, temporary=wanted.temporary)
        hashed = await asyncio.to_thread(store.HASHER.hash, wanted.password)
        outcome = await runtime.decider.submit(
            Incoming(commandid=uuid7(), command=command, actor=identity.actor, role=identity.role)
        )
        reply = await answer(runtime, request, outcome)
        store.keep_password(runtime.keyring, account, hashed)
        await store.end_sessions_of(runtime.pool, account)
        return reply

    app.add_api_route("/v1/passwords/{account}", endpoint, methods=["POST"], tags=["accounts"])


def _read(kind: type[C], **fields: str | bool) -> C:
    """A command from a form's fields, checked like one that came as JSON."""
    return decoded(decoder_of(kind), encoder.encode({"command": kind.__struct_config__.tag, **fields}))
