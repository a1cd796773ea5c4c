"""What the `jiuzhu` command prints for people: addresses, status, the month's summary; computed from the services' answers."""

import asyncio
import json
import urllib.request
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from deploy.district import District
from deploy.embedded.home import Home
from deploy.feeding import Played
from deploy.installation import SERVICES, Place, settings_of
from services.contracts.money import Fen, yuan_text
from services.contracts.months import Month
from services.eventlog.auth import Identity, Tokens
from services.eventlog.check import Report
from services.eventlog.keyring import opened
from services.eventlog.postgres import connect
from services.eventlog.tables import digest_of_journal, digests


def addresses(place: Place) -> str:
    """Where everything answers."""
    lines = [f"  {s.name:9} http://127.0.0.1:{place.ports.by_name()[s.name]}/openapi.json" for s in SERVICES]
    mode = "（示例模式：模拟时钟 / sample mode: simulated clock）" if place.simulated else ""
    return "\n".join([f"地址 addresses{mode}", *lines, f"  kafka     {place.bootstrap}"])


def status_text(found: Mapping[str, Any]) -> str:
    """`jiuzhu status` for people."""
    lines = [f"目录 home: {found['home']}"]
    for store in ("kafka", "postgres"):
        lines.append(f"  {store:10} {'运行 up' if found[store] else '未启动 down'}")
    for name, service in found["services"].items():
        lines.append(f"  {name:10} {'就绪 ready' if service['ready'] else '未就绪 not ready'}  {service['url']}")
    writer = found.get("log_writer") or {}
    lines.append(f"  log-writer {'就绪 ready' if writer.get('ready') else '未就绪 not ready'}")
    lines += [f"    {reason}" for reason in writer.get("reasons", ())]
    lines += [f"  {name} 停用 stays closed: {reason}" for name, reason in found["closed"].items()]
    return "\n".join(lines)


def check_text(report: Report) -> str:
    """`jiuzhu check` for people."""
    lines = [
        f"日志 {report.topic}: {report.record_count} 条 records, {report.streams} 个流 streams, "
        f"{'完整 complete' if report.complete else f'发现 {report.fault_count} 处问题 faults'}"
    ]
    for p in report.partitions:
        state = "与台账一致 equal" if p.journal_equal else "与台账不同 differs"
        lines.append(f"  {p.partition:2}: {p.first_sequence}–{p.last_sequence} {p.head[:16]}… {state}")
    for fault in report.faults:
        lines.append(
            f"  ✗ [{fault.kind}] 分区 {fault.partition} 位移 {fault.offset} 序号 {fault.sequence}: {fault.zh} / {fault.en}"
        )
    return "\n".join(lines)


async def digests_text(home: Home, place: Place) -> str:
    """Digest of every read model and own table of every service, and of the journal."""
    lines = []
    for service in SERVICES:
        connection = await connect(settings_of(home, place, service.name).postgres_url, application="jiuzhu-digests")
        try:
            for name, digest in sorted((await digests(connection, service)).items()):
                lines.append(f"{service.name + '.' + name:34} {digest}")
        finally:
            await connection.close()
    connection = await connect(settings_of(home, place, "eventlog").postgres_url, application="jiuzhu-digests")
    try:
        lines.append(f"{'log.journal':34} {await digest_of_journal(connection)}")
    finally:
        await connection.close()
    return "\n".join(lines)


class Asking:
    """Questions to the services' own APIs, in an operator's name."""

    def __init__(self, home: Home, place: Place) -> None:
        self._place = place
        with opened(home.keyring) as keyring:
            identity = Identity(actor="operator:cli", role="operator", town=None)
            self._token = Tokens(keyring).issue(identity, valid_for=timedelta(minutes=10))

    def ask(self, service: str, path: str, *, post: bool = False, body: bytes = b"", seen: str | None = None) -> Any:
        """The JSON answer of one request, in which the command `seen` is visible; `body` goes with a post."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._place.ports.by_name()[service]}{path}",
            method="POST" if post else "GET",
            data=body if post else None,
            headers={"authorization": f"Bearer {self._token}"} | ({"jiuzhu-after": seen} if seen else {}),
        )
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.loads(answer.read())

    def rows(self, service: str, model: str, *, seen: str | None = None) -> list[dict[str, Any]]:
        """All rows of a read model, page by page, in which the command `seen` is visible."""
        found: list[dict[str, Any]] = []
        after = ""
        while True:
            page = self.ask(service, f"/v1/{model}?limit=1000&after={quote(after)}", seen=seen)
            found += page["rows"]
            if len(page["rows"]) < 1000:
                return found
            after = page["after"]


async def after_feed(home: Home, place: Place, played: Played, district: District, month: Month) -> str:
    """The month's summary: what happened, who was paid, and the certificate that the log was read whole."""
    asking = Asking(home, place)
    certificate = await asyncio.to_thread(asking.ask, "audit", "/v1/certificates", post=True)
    # The certificate's own record counts whether it was just written or stood there before.
    stated = certificate["commandid"] if certificate["outcome"] == "accepted" else None
    facts = {row["key"]: row["count"] for row in asking.rows("audit", "fact-counts", seen=stated)}
    findings = asking.rows("audit", "findings")
    runs = asking.rows("payroll", "runs")
    run = next((row for row in runs if row["key"] == str(month)), None)
    households = asking.rows("casework", "town-counts")
    parked = await _parked(home, place)
    lines = [
        "",
        f"══ {month} 示例区小结（示例数据，模拟时钟）/ sample district, simulated clock ══",
        "事实 facts by type:",
        *(f"  {kind.removeprefix('assist.'):44} {count:>8,}" for kind, count in sorted(facts.items())),
        f"  {'合计 total':42} {sum(facts.values()):>8,}",
        "命令 commands: " + ", ".join(f"{name} {count:,}" for name, count in sorted(played.outcomes.items()))
        + f"（其中重复提交 replayed {played.replayed:,}，错误样本未重发 errors not sent again {played.not_sent_again:,}）",
        "通道 roads: " + ", ".join(f"{name} {count:,}" for name, count in sorted(played.roads.items())),
        f"搁置 parked {parked}，隔离 quarantined {facts.get('assist.intake.input_quarantined.v1', 0)}",
        _household_line(households, district, facts),
        _benefit_line(asking.rows("casework", "assessments-due"), asking.rows("casework", "recoveries"), facts),
        _procedure_line(facts, asking.rows("casework", "spot-checks")),
        _list_line(asking.rows("casework", "benefit-lists"), asking.ask("casework", "/v1/standing-lists-due"), facts),
        _delivery_line(asking, facts),
        _training_line(asking.rows("casework", "training-by-town"), asking.rows("casework", "training-by-person")),
        _contract_line(asking.rows("casework", "contracts"), asking.rows("casework", "open-work-orders"), month),
        _municipal_line(facts),
        _window_line(facts),
        _pay_line(run),
        _year_line(runs),
        _finding_line(findings, facts),
        *map(_spot_check_line, asking.rows("audit", "spot-checks")),
        f"证明 certificate: {'完整 complete' if certificate['complete'] else '不完整 NOT complete'}, "
        f"{certificate['records']:,} 条 records, sha256 {certificate['statement_sha256'][:16]}…, key {certificate['key_id']}",
        addresses(place),
    ]  # fmt: skip
    return "\n".join(lines)


def _finding_line(rows: list[dict[str, Any]], facts: Mapping[str, int]) -> str:
    """Findings by what became of them (问题–责任人–期限–销号)."""
    counts = Counter(row["status"] for row in rows)
    late = facts.get("assist.audit.rectification_overdue.v1", 0)
    stands = ", ".join(f"{status} {count}" for status, count in sorted(counts.items()))
    return f"发现问题 findings: {len(rows)}（{stands}；逾期提醒 overdue {late}）"


def _spot_check_line(row: dict[str, Any]) -> str:
    upper = max((one["upper_count"] for one in row["attributes"]), default="–")
    return (
        f"抽查 spot check {row['spot_check_no']}: {row['status']}, 总体 of {row['plan']['population_count']:,}, "
        f"核查 checked {row['filled_count']}, 不符 deviating {row['deviating_count']}, 上限 at most {upper}"
    )


def _household_line(rows: list[dict[str, Any]], district: District, facts: Mapping[str, int]) -> str:
    taken_over = facts.get("assist.casework.household_taken_over.v1", 0)
    visits = facts.get("assist.casework.visit_completed.v1", 0)
    return (
        f"{len(district.towns)} 个镇街 towns ({len(rows)} active), 救助家庭 households {taken_over:,}, "
        f"本月服务 visits {visits:,}, 事务 work records {facts.get('assist.casework.work_recorded.v1', 0):,}"
    )


def _benefit_line(due: list[dict[str, Any]], recoveries: list[dict[str, Any]], facts: Mapping[str, int]) -> str:
    claimed, left = (Fen(sum(row[name] for row in recoveries)) for name in ("claimed_fen", "left_fen"))
    return (
        f"待遇 benefits: 自理能力评估 assessed {facts.get('assist.casework.ability_assessed.v1', 0):,}（待评估 due {len(due)}）, "
        f"暂停 suspended {facts.get('assist.casework.benefit_suspended.v1', 0)}, "
        f"追回 recovery {yuan_text(claimed)} 元（未到账 left {yuan_text(left)} 元）"
    )


def _list_line(lists: list[dict[str, Any]], due: dict[str, Any], facts: Mapping[str, int]) -> str:
    """The month's benefit lists (发放名册) with their money, and the standing lists (公布) that are out of date by now."""
    names = ("amount_fen", "paid_fen", "returned_fen", "waiting_fen", "open_fen")
    listed, paid, back, held, still_open = (yuan_text(Fen(sum(row[name] for row in lists))) for name in names)
    closed = sum(row["status"] == "closed" for row in lists)
    return (
        f"发放名册 benefit lists: {len(lists)} 份（已关闭 closed {closed}）, {sum(row['line_count'] for row in lists):,} 户, "
        f"应发 listed {listed} 元, 已发 paid {paid} 元, 退回 returned {back} 元, 挂账 held {held} 元, 未发 open {still_open} 元; "
        f"公布 standing lists {facts.get('assist.casework.standing_list_published.v1', 0)}（待更新 out of date {len(due['rows'])}）"
    )


def _procedure_line(facts: Mapping[str, int], spot_checks: list[dict[str, Any]]) -> str:
    """What happened beside the main road of the cases, and the bureau's share of own visits to tekun cases (抽查)."""

    def count(name: str) -> int:
        return facts.get(f"assist.casework.{name}.v1", 0)

    tekun = [row for row in spot_checks if row["need"] == "tekun"]
    decided = sum(row["decided_count"] for row in tekun)
    share = sum(row["visited_count"] for row in tekun) * 100 // decided if decided else 0
    return (
        f"程序 procedure: 核对异议 contested {count('check_contested')}, 不一致核实 resolved {count('conflict_resolved')}, "
        f"公示异议 objections {count('notice_objected')}, 民主评议 reviews {count('community_reviewed')}, "
        f"投诉举报 complaints {count('complaint_received')}（答复 answered {count('complaint_answered')}）, "
        f"协助调查 help {count('survey_help_asked')}, 急难补齐 papers {count('papers_completed')}, "
        f"特困区级入户 tekun visited by the bureau {share}%"
    )


def _delivery_line(asking: Asking, facts: Mapping[str, int]) -> str:
    """Planned, done and on time of the month; what households said; contradictions and hand-overs."""
    plans, ratings = asking.rows("casework", "month-plans"), asking.rows("casework", "satisfaction-by-town")
    planned, done, on_time = (sum(row[name] for row in plans) for name in ("planned", "done", "on_time"))
    rated, score = (sum(row[name] for row in ratings) for name in ("rated", "score_sum"))
    conflicts = asking.rows("casework", "visit-conflicts")
    decided = sum(row["status"] == "decided" for row in conflicts)
    average = f"{score / rated:.2f}" if rated else "–"
    return (
        f"计划走访 planned {planned:,}, 完成 done {done:,}, 按时 on time {on_time:,}; 满意度 satisfaction {average}（{rated} 次 ratings）; "
        f"离线批次 device batches {facts.get('assist.casework.visit_batch_received.v1', 0)}, "
        f"记录冲突 conflicts {len(conflicts)} 已裁定 decided {decided}; "
        f"移交 households handed over {facts.get('assist.casework.responsibility_moved.v1', 0):,}"
    )


def _training_line(towns: list[dict[str, Any]], people: list[dict[str, Any]]) -> str:
    hours = {kind: sum(row[f"{kind}_minutes"] for row in towns) // 60 for kind in ("party", "professional")}
    return (
        f"培训 training: 党性教育 party {hours['party']:,} 学时 hours, 业务培训 professional {hours['professional']:,} 学时 hours, "
        f"学时逾期 overdue {sum(row['overdue'] for row in people)} 人"
    )


def _contract_line(signed: list[dict[str, Any]], orders: list[dict[str, Any]], month: Month) -> str:
    """What is payable on the contracts that run, and how many of them go against an article (shown, not hidden)."""
    contracts = [row for row in signed if row["until_on"] >= month.first_day.isoformat()]
    payable, left = (Fen(sum(row[name] for row in contracts)) for name in ("payable_fen", "left_fen"))
    return (
        f"承接主体 contractors: {len(contracts)} 份在期合同 contracts（{sum(bool(row['conflict']) for row in contracts)} 份与第102号令冲突 in conflict）, "
        f"验收应付 payable {yuan_text(payable)} 元, 合同余额 left {yuan_text(left)} 元, 未结工单 open orders {len(orders)}"
    )


def _municipal_line(facts: Mapping[str, int]) -> str:
    """What was exchanged with the municipal system, and what came of it."""

    def count(fact: str) -> int:
        return facts.get(f"assist.casework.{fact}.v1", 0)

    return (
        f"市级并行 municipal system: 编号 numbers {count('municipal_number_recorded')}, 导出 exports {count('municipal_exported')}, "
        f"差异 differences {count('difference_found')}（已核销 settled {count('difference_settled')}）, "
        f"预警派单 warnings {count('warning_opened')}（关联 linked {count('warning_linked')}, "
        f"办结 handled {count('warning_handled')}）, 逾期提级 escalated {count('municipal_task_overdue')}"
    )


def _window_line(facts: Mapping[str, int]) -> str:
    """What the clocks and registers of the window saw."""

    def count(kind: str) -> int:
        return sum(facts.get(f"assist.{owner}.{kind}.v1", 0) for owner in ("intake", "casework"))

    return (
        f"时限 clocks: 中止 paused {count('clock_paused')}, 延长 extended {count('clock_extended')}, "
        f"超期 overdue {count('step_overdue') + count('referral_overdue')}；"
        f"近亲属备案 near relatives {count('near_relative_declared')}, "
        f"疑似重复 matches {count('match_found')}（已认定 decided {count('match_decided')}）"
    )


def _pay_line(run: dict[str, Any] | None) -> str:
    if run is None:
        return "本月没有工资发放 / no pay run this month"
    return (
        f"工资 pay: {run['slip_count']} 人 officers, 应发 gross {yuan_text(Fen(run['gross_fen']))} 元, "
        f"实发到账 settled {run['settled_count']} 人 {yuan_text(Fen(run['settled_fen']))} 元, "
        f"退回 returned {run['returned_count']} 人 {yuan_text(Fen(run['returned_fen']))} 元"
    )


def _year_line(runs: list[dict[str, Any]]) -> str:
    """All runs on the log together: what a year of pay is, and what it costs the sources."""
    names = ("gross_fen", "employer_insurance_fen", "tax_fen", "net_fen")
    gross, insurance, tax, net = (Fen(sum(row[name] for row in runs)) for name in names)
    months = sorted(row["key"] for row in runs)
    span = f"{months[0]} – {months[-1]}" if months else "–"
    return (
        f"一年工资（示例）pay on record (sample): {len(months)} 个月 months {span}, 应发 gross {yuan_text(gross)} 元, "
        f"单位社保 employer insurance {yuan_text(insurance)} 元, 个税 tax {yuan_text(tax)} 元, 实发 net {yuan_text(net)} 元, "
        f"总成本 cost {yuan_text(Fen(gross + insurance))} 元"
    )


async def _parked(home: Home, place: Place) -> int:
    total = 0
    for service in SERVICES:
        connection = await connect(settings_of(home, place, service.name).postgres_url, application="jiuzhu-summary")
        try:
            total += await connection.fetchval(f"SELECT count(*) FROM {service.name}.parked")
        finally:
            await connection.close()
    return total
