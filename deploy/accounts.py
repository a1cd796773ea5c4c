"""Accounts of an installation: one for every role in the sample, the three administrators anywhere else; through portal's doors."""

import asyncio
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpx

from deploy.district import District
from deploy.embedded.home import Home
from deploy.installation import Place
from services.contracts.codec import derived_id
from services.eventlog.auth import Identity, Tokens
from services.eventlog.keyring import opened
from services.eventlog.postgres import connect
from services.eventlog.provision import DATABASE, database_url

OPENER: Final = Identity(actor="system-administrator:S1", role="system-administrator", town=None)
GRANTER: Final = Identity(actor="security-administrator:S1", role="security-administrator", town=None)
_TOKEN_LIFE: Final = timedelta(minutes=10)


class AccountsFailed(RuntimeError):
    """A door of portal answered otherwise than it should; the answer is in the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is to sign in. `town` is empty for a district's role."""

    account: str
    acts_as: str
    role: str
    town: str = ""


# Another pair than the two who sign in, so that nobody granted their own role.
ADMINISTRATORS: Final = (
    Person(account="system", acts_as="system-administrator:A1", role="system-administrator"),
    Person(account="security", acts_as="security-administrator:A1", role="security-administrator"),
    Person(account="audit-log", acts_as="audit-administrator:A1", role="audit-administrator"),
)


def of_every_role(district: District) -> tuple[Person, ...]:
    """One person of every role, in the first town, with the work the sample month gave them."""
    place, bureau = district.towns[0], district.profile.bureau
    town, training = place.code, district.profile.month.training
    return (
        Person(account="committee", acts_as=f"committee:{place.committees[0].code}-M1", role="committee", town=town),
        Person(account="window", acts_as=place.window[0], role="window", town=town),
        Person(account="officer", acts_as=f"officer:{place.officers[0]}", role="officer", town=town),
        Person(account="town-leader", acts_as=place.leader, role="town-leader", town=town),
        Person(account="bureau", acts_as=bureau.caseworkers[0], role="bureau"),
        Person(account="bureau-leader", acts_as=bureau.leaders[0], role="bureau-leader"),
        Person(account="finance", acts_as=bureau.finance[0], role="bureau-finance"),
        Person(account="finance-check", acts_as=bureau.finance[1], role="bureau-finance"),
        Person(account="district-finance", acts_as="district-finance:D1", role="district-finance"),
        Person(account="trainer", acts_as=training.trainers[0], role="trainer"),
        Person(account="contractor", acts_as=f"contractor:{district.profile.month.contracting.contractors[0].number}-L1", role="contractor"),
        Person(account="auditor", acts_as="auditor:A1", role="auditor"),
        Person(account="auditor-check", acts_as="auditor:A2", role="auditor"),
        Person(account="inspector", acts_as="inspector:J1", role="inspector"),
        Person(account="operator", acts_as="operator:O1", role="operator"),
        *ADMINISTRATORS,
    )  # fmt: skip


async def open_accounts(home: Home, place: Place, people: Sequence[Person], *, anew: bool = False) -> str | None:
    """Open what is not open yet, with one password for all; the password, or `None` where nothing was to be done.

    In the sample the password stays; anywhere else each person has to change it at the first sign-in. `anew`: set a
    new one for those that are open already, too.
    """
    connection = await connect(database_url(place.admin_url, DATABASE), application="jiuzhu-accounts")
    try:
        rows = await connection.fetch("SELECT subject FROM portal.streams WHERE subject LIKE 'account:%'")
    finally:
        await connection.close()
    known = {row["subject"].partition(":")[2] for row in rows}
    wanted = [one for one in people if anew or one.account not in known]
    if not wanted:
        return None
    with opened(home.keyring) as keyring:
        tokens = Tokens(keyring)
    opener, granter = (tokens.issue(one, valid_for=_TOKEN_LIFE) for one in (OPENER, GRANTER))
    password = "-".join(secrets.token_hex(2) for _ in range(3))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{place.ports.portal}", timeout=60.0) as http:
        for one in wanted:
            await _post(http, opener, one, {"command": "open-account", "account": one.account, "acts_as": one.acts_as})
            await _post(
                http,
                granter,
                one,
                {"command": "grant-role", "account": one.account, "role": one.role, "town": one.town},
            )
        await asyncio.gather(*(_set_password(http, opener, one, password, place.simulated) for one in wanted))
    return password


async def _post(http: httpx.AsyncClient, token: str, one: Person, body: dict[str, Any]) -> None:
    headers = {
        "authorization": f"Bearer {token}",
        "idempotency-key": str(derived_id(f"{one.account}/{one.role}", body["command"])),
    }
    answer = await http.post(f"/v1/commands/{body['command']}", content=json.dumps(body), headers=headers)
    if answer.status_code != 200 and answer.json().get("code") != "account-exists":
        raise AccountsFailed(f"{one.account}: {answer.text}")


async def _set_password(http: httpx.AsyncClient, token: str, one: Person, password: str, keep: bool) -> None:
    body = {"password": password, "temporary": not keep}
    answer = await http.post(
        f"/v1/passwords/{one.account}", content=json.dumps(body), headers={"authorization": f"Bearer {token}"}
    )
    if answer.status_code != 200:
        raise AccountsFailed(f"{one.account}: {answer.text}")


def accounts_text(place: Place, people: Sequence[Person], password: str | None) -> str:
    """Where to sign in, as whom, and with which password – which is said this once."""
    lines = [f"门户 portal  http://127.0.0.1:{place.ports.portal}/"]
    if password is None:
        lines.append(
            "账号已开，密码只在首次打印；重设：jiuzhu accounts --anew / accounts stand; new passwords: jiuzhu accounts --anew"
        )
        return "\n".join(lines)
    lines.append(f"密码 password（只打印这一次 printed this once）: {password}")
    lines += [f"  {one.account:17} {one.role}{' ' + one.town if one.town else ''}" for one in people]
    return "\n".join(lines)
