"""Makes the stores ready: database, roles, schemas, forward migrations, topics, keyring; run by an administrator, repeatable."""

import asyncio
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from services.contracts.registry import OWNERS
from services.eventlog.keyring import KeyringUnusable, create_keyring, is_complete
from services.eventlog.postgres import Connection, connect
from services.eventlog.reading import raw_log
from services.eventlog.settings import Settings, read_settings
from services.eventlog.topics import create_topics, topic_exists

DATABASE: Final = "jiuzhu"
WRITER: Final = "eventlog"
ROLES: Final = (WRITER, *OWNERS)
MIGRATIONS: Final = Path(__file__).parent / "migrations"
_IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9_]*")


def role_of(name: str) -> str:
    """The PostgreSQL role of a service, or of the log writer (``eventlog``)."""
    return f"jiuzhu_{name}"


def role_url(admin_url: str, name: str, password: str, database: str = DATABASE) -> str:
    """The URL a process connects with, from the administrator's URL of the same server."""
    parts = urlsplit(admin_url)
    place = (parts.netloc.rpartition("@")[2]) or "127.0.0.1"
    return urlunsplit(
        (parts.scheme, f"{role_of(name)}:{quote(password, safe='')}@{place}", f"/{database}", parts.query, "")
    )


def database_url(admin_url: str, database: str) -> str:
    """The administrator's URL for another database of the same server."""
    parts = urlsplit(admin_url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{database}", parts.query, ""))


async def provision_database(
    admin_url: str, passwords: Mapping[str, str], *, partitions: int, database: str = DATABASE
) -> bool:
    """Make database, roles and schemas; `True` when the database was made new (and so its door is closed)."""
    assert _IDENTIFIER.fullmatch(database), database
    server = await connect(admin_url, application="jiuzhu-provision")
    try:
        for name in ROLES:
            await _ensure_role(server, role_of(name), passwords[name])
        fresh = not await server.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database)
        if fresh:
            await server.execute(f"CREATE DATABASE {database} ENCODING 'UTF8' TEMPLATE template0")
    finally:
        await server.close()
    connection = await connect(database_url(admin_url, database), application="jiuzhu-provision")
    try:
        async with connection.transaction():
            await migrate(connection)
            await connection.execute(
                "INSERT INTO log.watermark (partition) SELECT generate_series(0, $1 - 1) ON CONFLICT DO NOTHING",
                partitions,
            )
    finally:
        await connection.close()
    return fresh


async def _ensure_role(connection: Connection, role: str, password: str) -> None:
    quoted = await connection.fetchval("SELECT quote_literal($1::text)", password)
    exists = await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role)
    await connection.execute(f"{'ALTER' if exists else 'CREATE'} ROLE {role} LOGIN PASSWORD {quoted}")


async def migrate(connection: Connection) -> None:
    """Apply the migrations a database lacks, in order: the log's, the part all services share, each service's own."""
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS public.migrations (schema text, name text, PRIMARY KEY (schema, name))"
    )
    if await run_missing(connection, "log", MIGRATIONS / "log"):
        await connection.execute(_LOG_GRANTS)
    for owner in OWNERS:
        await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {owner} AUTHORIZATION {role_of(owner)}")
        await connection.execute(f"GRANT USAGE ON SCHEMA log TO {role_of(owner)}")
        own = Path(__file__).parents[1] / owner / "migrations"
        changed = await run_missing(connection, owner, MIGRATIONS / "service", role_of(owner))
        changed |= await run_missing(connection, owner, own, role_of(owner))
        if changed:
            await connection.execute(f"GRANT USAGE ON SCHEMA {owner} TO {role_of(WRITER)}")
            await connection.execute(f"GRANT SELECT, DELETE ON {owner}.outbox TO {role_of(WRITER)}")
    for owner in OWNERS:
        await connection.execute(_SERVICE_GRANTS.format(role=role_of(owner)))


_LOG_GRANTS: Final = f"""
    ALTER SCHEMA log OWNER TO {role_of(WRITER)};
    ALTER TABLE log.journal OWNER TO {role_of(WRITER)};
    ALTER TABLE log.watermark OWNER TO {role_of(WRITER)};
    ALTER TABLE log.writer OWNER TO {role_of(WRITER)};
    ALTER TABLE log.door OWNER TO {role_of(WRITER)};
    ALTER TABLE log.simulated_clock OWNER TO {role_of(WRITER)};
    ALTER FUNCTION log.now() OWNER TO {role_of(WRITER)};
    ALTER FUNCTION log.door_state() OWNER TO {role_of(WRITER)};
    ALTER FUNCTION log.place_of(uuid) OWNER TO {role_of(WRITER)};
    ALTER FUNCTION log.sealed_sequence(smallint) OWNER TO {role_of(WRITER)};
    REVOKE ALL ON FUNCTION log.now(), log.door_state(), log.place_of(uuid), log.sealed_sequence(smallint) FROM PUBLIC;
"""
_SERVICE_GRANTS: Final = """
    GRANT EXECUTE ON FUNCTION log.now(), log.door_state(), log.place_of(uuid), log.sealed_sequence(smallint) TO {role};
    GRANT SELECT ON log.journal, log.watermark TO jiuzhu_audit;
"""


async def run_missing(connection: Connection, schema: str, folder: Path, role: str | None = None) -> bool:
    """Run the migrations of `folder` that `schema` lacks, as `role`, which then owns what they make."""
    query = "SELECT name FROM public.migrations WHERE schema = $1"
    applied = {row["name"] for row in await connection.fetch(query, schema)}
    missing = [path for path in sorted(folder.glob("*.sql")) if path.name not in applied]
    for path in missing:
        if role is not None:
            await connection.execute(f"SET LOCAL ROLE {role}")
        await connection.execute(path.read_text(encoding="utf-8").replace("{schema}", schema))
        await connection.execute("RESET ROLE")
        await connection.execute("INSERT INTO public.migrations VALUES ($1, $2)", schema, path.name)
    return bool(missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioned:
    """Which stores were made new; a new one beside an old one is a loss, and the start gate says what is to be done."""

    database: bool
    log_topic: bool


async def provision(admin_url: str, passwords: Mapping[str, str], settings: Settings) -> Provisioned:
    """Everything a fresh installation needs, and nothing an existing one would notice.

    `KeyringUnusable` when facts exist and their keyring does not: a new one would make every name unreadable for ever.
    """
    if not is_complete(settings.keyring) and await _facts_exist(admin_url, settings):
        raise KeyringUnusable(
            f"密钥库丢失：{settings.keyring}；日志中的个人信息只能用原密钥库读出，请从备份恢复后重试，不会自动新建 / "
            f"the keyring is lost: {settings.keyring}. What is sealed on the log opens only with that keyring: restore it "
            "from its backup and try again; no new one is made"
        )
    create_keyring(settings.keyring)
    database = await provision_database(admin_url, passwords, partitions=settings.partitions)
    return Provisioned(database=database, log_topic=await create_topics(settings))


async def _facts_exist(admin_url: str, settings: Settings) -> bool:
    """Whether log or journal hold anything yet."""
    if await topic_exists(settings):
        async with raw_log(settings, client="jiuzhu-provision") as reader:
            ends = await reader.ends(range(settings.partitions))
        if any(end.after for end in ends.values()):
            return True
    try:
        connection = await connect(database_url(admin_url, DATABASE), application="jiuzhu-provision")
    except asyncpg.InvalidCatalogNameError:
        return False
    try:
        if await connection.fetchval("SELECT to_regclass('log.journal')") is None:
            return False
        return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM log.journal)"))
    finally:
        await connection.close()


async def drop_database(admin_url: str, database: str) -> None:
    """Drop a database with whoever is connected; for tests."""
    assert _IDENTIFIER.fullmatch(database), database
    server = await asyncpg.connect(admin_url)
    try:
        await server.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
    finally:
        await server.close()


def main() -> int:
    """Provision from the environment (the one-shot job of compose and Kubernetes)."""
    settings = read_settings(port=0)
    passwords = {name: os.environ.get(f"JIUZHU_PASSWORD_{name.upper()}", "") for name in ROLES}
    absent = [name for name, password in passwords.items() if not password]
    if absent:
        print(f"缺少 JIUZHU_PASSWORD_{absent[0].upper()}；set a password for every role", file=sys.stderr)
        return 78
    try:
        made = asyncio.run(provision(settings.postgres_url, passwords, settings))
    except KeyringUnusable as error:
        print(str(error), file=sys.stderr)
        return 78
    print("数据库已新建；database created" if made.database else "已是最新；up to date")
    return 0
