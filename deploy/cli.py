"""The `jiuzhu` command: brings the installation up and down, plays the sample, checks, heals, rebuilds; decides nothing."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from aiokafka.errors import KafkaError

from deploy import accounts, installation, summary
from deploy.district import generate, load_profile
from deploy.embedded import doctor, processes
from deploy.embedded.errors import EmbeddedError
from deploy.embedded.home import PROJECT_ROOT, Home, open_home
from deploy.embedded.progress import Progress
from deploy.feeding import FeedFailed, feed
from deploy.installation import ENRICH, SERVICES, Place, service_named, settings_of
from deploy.log_folder import add_commands, command_log_export, command_log_verify
from services.contracts.months import Month
from services.contracts.roles import ROLES
from services.eventlog import rebuild, restore
from services.eventlog.auth import Identity, Tokens
from services.eventlog.check import check
from services.eventlog.deciding import LogClosed
from services.eventlog.gate import GateClosed
from services.eventlog.heal import CannotHeal, heal
from services.eventlog.keyring import KeyringUnusable, opened
from services.eventlog.postgres import UNAVAILABLE, Connection, connect, open_pool
from services.eventlog.provision import DATABASE, database_url
from services.eventlog.reading import LogUnreadable

SAMPLE: Final = PROJECT_ROOT / "deploy" / "district"
SAMPLE_MONTH: Final = "2026-03"
SAMPLE_SEED: Final = 20260301
NOT_UP: Final = "系统未启动，请先运行 jiuzhu up / not up: run `jiuzhu up` first"


NOT_REACHED: Final = (
    "Kafka 或 PostgreSQL 不可用，请看 jiuzhu status / Kafka or PostgreSQL cannot be reached; see `jiuzhu status`"
)


class NotUp(RuntimeError):
    """Kafka or PostgreSQL is not running."""


EXPECTED: Final = (
    EmbeddedError, NotUp, FeedFailed, accounts.AccountsFailed, CannotHeal, GateClosed, rebuild.RebuildFailed, KeyringUnusable, LogClosed,
    LogUnreadable,
)  # fmt: skip


def located(home: Home) -> Place:
    """Where the running installation is; `NotUp` otherwise."""
    place = installation.locate(home)
    if place is None:
        raise NotUp(NOT_UP)
    return place


def say(zh: str, en: str) -> None:
    """One line for people on standard error."""
    print(f"{zh} / {en}", file=sys.stderr, flush=True)


def command_up(home: Home, arguments: argparse.Namespace) -> int:
    place, reasons = installation.up(
        home, arguments.ports, simulated=True if arguments.sample else None, progress=Progress.to_stderr()
    )
    if reasons:
        for reason in reasons:
            print(reason)
        print("日志未开启，等待上述处理 / the log stays closed until the above is done")
        return 1
    print(summary.addresses(place))
    return 0


def command_down(home: Home, _: argparse.Namespace) -> int:
    installation.down(home, Progress.to_stderr())
    say("已全部停止，数据保留", "all stopped, data kept")
    return 0


def command_status(home: Home, arguments: argparse.Namespace) -> int:
    found = installation.status(home)
    print(json.dumps(found, ensure_ascii=False, indent=2) if arguments.json else summary.status_text(found))
    return 0 if found["ready"] else 1


def command_doctor(home: Home, _: argparse.Namespace) -> int:
    findings = doctor.diagnose(home)
    for finding in findings:
        print(f"[{finding.grade:4}] {finding.topic}: {finding.zh} / {finding.en}")
        if finding.grade != "ok" and finding.remedy:
            print(f"       → {finding.remedy}")
    return 1 if any(finding.grade == "fail" for finding in findings) else 0


def command_feed(home: Home, arguments: argparse.Namespace) -> int:
    place = located(home)
    if not place.simulated:
        print(
            "只有示例模式可以播放（jiuzhu up --sample）/ only sample mode may be fed: `jiuzhu up --sample`",
            file=sys.stderr,
        )
        return 2
    played, district = asyncio.run(feed(home, place, arguments.district, Month.parse(arguments.month), arguments.seed))
    print(asyncio.run(summary.after_feed(home, place, played, district, Month.parse(arguments.month))))
    people = accounts.of_every_role(district)
    print(accounts.accounts_text(place, people, asyncio.run(accounts.open_accounts(home, place, people))))
    return 0


def command_accounts(home: Home, arguments: argparse.Namespace) -> int:
    """The sample's accounts of every role, or the three administrators from whom all others come."""
    place = located(home)
    people: tuple[accounts.Person, ...] = accounts.ADMINISTRATORS
    if place.simulated:
        people = accounts.of_every_role(generate(load_profile(SAMPLE), SAMPLE_SEED))
    password = asyncio.run(accounts.open_accounts(home, place, people, anew=arguments.anew))
    print(accounts.accounts_text(place, people, password))
    return 0


def command_check(home: Home, arguments: argparse.Namespace) -> int:
    place = located(home)

    async def run() -> Any:
        settings = settings_of(home, place, "audit")
        pool = await open_pool(settings.postgres_url, application="jiuzhu-check", size=1)
        try:
            return await check(settings, pool)
        finally:
            await pool.close()

    report = asyncio.run(run())
    print(json.dumps(report.document(), ensure_ascii=False, indent=2) if arguments.json else summary.check_text(report))
    return 0 if report.complete else 1


def command_heal(home: Home, arguments: argparse.Namespace) -> int:
    place = located(home)
    progress, wanted = Progress.to_stderr(), installation.specs(home, place)
    workers = [spec.name for spec in wanted if spec.name.endswith("-worker")]

    def stop(names: Iterable[str]) -> None:
        for name in names:
            processes.stop(home, name, progress=progress)

    if arguments.force:
        stop([installation.WRITER_PROCESS])
    try:
        sent = asyncio.run(heal(settings_of(home, place, "eventlog"), say, before_new_topic=lambda: stop(workers)))
        stop([*workers, installation.WRITER_PROCESS])  # offsets are other ones in a new topic
    finally:
        for spec in wanted:  # whatever still runs is left as it is
            processes.start(home, spec)
    reasons = installation.wait_until_ready(home, wanted, progress)
    for reason in reasons:
        print(reason)
    print(f"已补发 {sent} 条，请运行 jiuzhu check 复核 / sent {sent} records; run `jiuzhu check`")
    return 1 if reasons else 0


def command_rebuild(home: Home, arguments: argparse.Namespace) -> int:
    place = located(home)
    if arguments.service == "all":
        return _restore_all(home, place)
    service = service_named(arguments.service)
    settings = settings_of(home, place, service.name)

    def progress(share: float) -> None:
        say(f"{service.name} 重建 {share:.0%}", f"rebuilding, {share:.0%} read")

    done = asyncio.run(
        rebuild.rebuild(service, settings, load=service_named, processes=arguments.processes, said=progress)
    )
    rate = done.records / max(done.seconds, 0.001)
    print(f"{service.name}: {done.records} 条记录，{done.seconds:.1f} 秒（{rate:,.0f} 条/秒）/ records in seconds")
    for name, digest in sorted(done.after.items()):
        print(f"  {name:24} {digest} {'=' if done.before[name] == digest else '≠ ' + done.before[name]}")
    return 0 if done.equal else 1


def _restore_all(home: Home, place: Place) -> int:
    """Everything in PostgreSQL from the log. The processes are stopped meanwhile and started after."""
    progress = Progress.to_stderr()
    wanted = installation.specs(home, place)
    for spec in wanted:
        processes.stop(home, spec.name, progress=progress)
    try:
        jobs = [(service, settings_of(home, place, service.name), ENRICH.get(service.name)) for service in SERVICES]
        done = asyncio.run(restore.restore_all(jobs, settings_of(home, place, "eventlog"), say))
    finally:
        for spec in wanted:
            processes.start(home, spec)
    reasons = installation.wait_until_ready(home, wanted, progress)
    for reason in reasons:
        print(reason)
    print(f"台账补回 {done.journal_rows} 条，用时 {done.seconds:.1f} 秒 / journal rows restored, in seconds")
    for name, count in done.reactions_run.items():
        print(f"  {name}: 补发联动命令 {count} 条 / {count} reactions that were lost on the way")
    print(asyncio.run(summary.digests_text(home, place)))
    return 1 if reasons else 0


def command_digests(home: Home, _: argparse.Namespace) -> int:
    print(asyncio.run(summary.digests_text(home, located(home))))
    return 0


def command_parked(home: Home, _: argparse.Namespace) -> int:
    async def run(connection: Connection) -> int:
        count = 0
        for service in SERVICES:
            for row in await connection.fetch(
                f"SELECT partition, sequence, subject, reason FROM {service.name}.parked ORDER BY partition, sequence"
            ):
                count += 1
                print(f"{service.name} {row['partition']}/{row['sequence']} {row['subject']}: {row['reason']}")
        return count

    count = asyncio.run(_with_connection(located(home), run))
    print(f"搁置 {count} 条 / {count} parked")
    return 0


def command_quarantined(home: Home, _: argparse.Namespace) -> int:
    async def run(connection: Connection) -> int:
        rows = await connection.fetch(
            "SELECT key, doc FROM intake.m_quarantined WHERE doc->>'outcome' = 'waiting' ORDER BY key"
        )
        for row in rows:
            doc = json.loads(row["doc"])
            print(f"{doc['town']} {row['key']} [{doc['code']}] {doc['reason_zh']} / {doc['reason_en']}")
        return len(rows)

    count = asyncio.run(_with_connection(located(home), run))
    print(f"隔离 {count} 条 / {count} quarantined")
    return 0


def command_redrive(home: Home, arguments: argparse.Namespace) -> int:
    if arguments.discard and not arguments.reason:
        print("舍弃须用 --reason 说明理由 / discarding needs a --reason", file=sys.stderr)
        return 2

    async def run(connection: Connection) -> int:
        schema = service_named(arguments.service).name
        asked = await connection.fetch(
            f"INSERT INTO {schema}.redrive (subject, discard, reason, asked_by) "
            f"SELECT DISTINCT subject, $1::boolean, $2, $3 FROM {schema}.parked WHERE $4::text IS NULL OR subject = $4 "
            "ON CONFLICT (subject) DO UPDATE SET discard = excluded.discard, reason = excluded.reason RETURNING subject",
            arguments.discard, arguments.reason or "", "operator:cli", arguments.subject,
        )  # fmt: skip
        for _ in range(100):
            if not await connection.fetchval(f"SELECT count(*) FROM {schema}.redrive"):
                break
            await asyncio.sleep(0.2)
        left = await connection.fetchval(f"SELECT count(*) FROM {schema}.parked")
        print(
            f"已重放 {len(asked)} 个主体，仍搁置 {left} 条 / re-drove {len(asked)} subjects, {left} records still parked"
        )
        return int(left)

    return 1 if asyncio.run(_with_connection(located(home), run)) else 0


def command_token(home: Home, arguments: argparse.Namespace) -> int:
    with opened(home.keyring) as keyring:
        identity = Identity(actor=arguments.actor, role=arguments.role, town=arguments.town)
        print(Tokens(keyring).issue(identity, valid_for=timedelta(hours=arguments.hours)))
    return 0


async def _with_connection(place: Place, run: Any) -> int:
    connection = await connect(database_url(place.admin_url, DATABASE), application="jiuzhu-cli")
    try:
        return int(await run(connection))
    finally:
        await connection.close()


def parser() -> argparse.ArgumentParser:
    """The command line. Every command's help says what it does, in both languages."""
    top = argparse.ArgumentParser(
        prog="jiuzhu", description="救助：政府购买社会救助服务 / social-assistance services on one event log"
    )
    commands = top.add_subparsers(dest="name", required=True, metavar="COMMAND")

    def add(name: str, run: Any, zh: str, en: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=f"{zh} / {en}", description=f"{zh} / {en}")
        made.set_defaults(run=run)
        return made

    up = add("up", command_up, "启动全部", "start everything")
    up.add_argument("--ports", choices=("default", "auto"), default="default")
    up.add_argument("--sample", action="store_true", help="示例模式（模拟时钟）/ sample mode (simulated clock)")
    add("down", command_down, "全部停止，保留数据", "stop everything, keep the data")
    add("status", command_status, "运行状态", "what runs").add_argument("--json", action="store_true")
    add("doctor", command_doctor, "检查本机环境", "look this machine over")
    fed = add("feed", command_feed, "播放示例区的一个月", "play a month of a district")
    fed.add_argument("--district", type=Path, default=SAMPLE)
    fed.add_argument("--month", default=SAMPLE_MONTH)
    fed.add_argument("--seed", type=int, default=SAMPLE_SEED)
    signing = add("accounts", command_accounts, "开通账号并打印初始密码", "open accounts, print their first password")
    signing.add_argument("--anew", action="store_true", help="重设密码 / set new passwords")
    again = add("rebuild", command_rebuild, "由日志重建", "rebuild from the log")
    again.add_argument("service", choices=(*(service.name for service in SERVICES), "all"))
    again.add_argument("--processes", type=int, default=1)
    add("check", command_check, "核对整个日志", "check the whole log").add_argument("--json", action="store_true")
    healed = add("heal", command_heal, "由台账补回日志", "bring the log back from the journal")
    healed.add_argument("--force", action="store_true", help="先停日志写入者 / stop the log writer first")
    exported = add("log-export", command_log_export, "导出透明日志", "take the transparency log away as a folder")
    verified = add("log-verify", command_log_verify, "离线核验导出的透明日志", "verify such a folder, offline")
    add_commands(exported, verified)
    add("digests", command_digests, "各读模型摘要", "digests of every model")
    add("parked", command_parked, "列出搁置的记录", "list parked records")
    add("quarantined", command_quarantined, "列出隔离的输入", "list quarantined input")
    redrive = add("redrive", command_redrive, "重放搁置的记录", "re-drive parked records")
    redrive.add_argument("service", choices=tuple(service.name for service in SERVICES))
    redrive.add_argument("subject", nargs="?")
    redrive.add_argument("--discard", action="store_true")
    redrive.add_argument("--reason")
    token = add("token", command_token, "签发登录凭证", "issue a token")
    token.add_argument("--role", required=True, choices=sorted(ROLES))
    token.add_argument("--actor", required=True)
    token.add_argument("--town")
    token.add_argument("--hours", type=int, default=8)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. What people can mend is said in one line, in both languages."""
    parsed = parser().parse_args(arguments)
    home = open_home()
    try:
        return int(parsed.run(home, parsed))
    except EXPECTED as error:
        print(str(error), file=sys.stderr)
        return 1
    except (*UNAVAILABLE, KafkaError) as away:
        print(f"{NOT_REACHED}: {away!r}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("已中断，可重新运行", "interrupted; run it again")
        return 130


if __name__ == "__main__":
    sys.exit(main())
