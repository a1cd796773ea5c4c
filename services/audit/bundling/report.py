"""The report in a bundle, as a page to print and as a workbook: counts, tests and their law, findings, spot checks; it judges nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from services.audit.bundling.scope import CERTIFIED, IN_PART, certifies_within
from services.contracts.deciding import CHINA
from services.contracts.printing import Head, fields, grid, heading, joined, page, paragraph, sheet, signatures
from services.eventlog.sheets import workbook_of

KINDS: Final = {
    "whole": ("全部记录", "the whole log"), "town": ("一个镇街", "one town"), "subject": ("一个主体", "one subject"),
    "findings": ("检查发现及其证据", "findings and their evidence"),
}  # fmt: skip
_PACK: Final = "audit_tests"
_FINDING: Final = "finding"
_TESTS: Final[tuple[Head, ...]] = (
    ("检查项目", "test"), ("严重程度", "severity"), ("规则", "rule"), ("依据", "law"), ("规则包", "pack"), ("问题数", "findings"),
)  # fmt: skip
_FINDINGS: Final[tuple[Head, ...]] = (
    ("编号", "number"), ("检查项目", "test"), ("严重程度", "severity"), ("镇街", "town"), ("对象", "about"), ("情况", "what"),
    ("what", "in English"), ("依据", "law"), ("经过", "its facts"), ("证据（分区/序号）", "evidence"),
)  # fmt: skip
_OTHERS: Final[tuple[Head, ...]] = (("主体", "subject"), ("经过", "its facts"))
_COUNTS: Final[tuple[Head, ...]] = (("事实", "fact"), ("条数", "records"))
_PARTITIONS: Final[tuple[Head, ...]] = (
    ("分区", "partition"), ("检查点条数", "records at the checkpoint"), ("包内条数", "records here"), ("根", "root"),
)  # fmt: skip


@dataclass(slots=True)
class Told:
    """What the records of a bundle say, as far as the report shows it; fed one record after the other."""

    sizes: Mapping[int, int]
    counts: Counter[str] = field(default_factory=Counter)
    subjects: dict[str, list[tuple[str, datetime, Any]]] = field(default_factory=dict)
    packs: dict[str, Any] = field(default_factory=dict)
    certificate: tuple[datetime, int, int, Any] | None = None

    def read(self, partition: int, said: Mapping[str, Any]) -> None:
        """Take a record's value in, as parsed."""
        self.counts[said["type"]] += 1
        if said["source"] != "/audit":
            return
        prefix, learned = said["subject"].partition(":")[0], datetime.fromisoformat(said["recordedtime"])
        if prefix == "rules" and said["data"].get("name") == _PACK:
            self.packs[said["data"]["version"]] = said["data"]
        newest = self.certificate is None or self.certificate[0] <= learned
        if said["type"].startswith(CERTIFIED) and newest and certifies_within(said["data"], self.sizes):
            self.certificate = (learned, partition, said["sequence"], said["data"])
        if prefix not in IN_PART:
            kind = said["type"].rsplit(".", 2)[1]
            self.subjects.setdefault(said["subject"], []).append((kind, learned, said["data"]))

    def findings(self) -> list[tuple[str, ...]]:
        """A row for each finding: what its first facts say of it, and all that became of it, as facts."""
        return [
            _finding(subject, facts)
            for subject, facts in sorted(self.subjects.items())
            if subject.startswith(f"{_FINDING}:")
        ]

    def others(self) -> list[tuple[str, ...]]:
        """A row for each other subject of audit's: spot checks, suppressions, visits of inspectors."""
        return [
            (subject, _became(facts))
            for subject, facts in sorted(self.subjects.items())
            if not subject.startswith(f"{_FINDING}:")
        ]

    def tests(self) -> list[tuple[str, ...]]:
        """A row for each automatic test that was in force, by the packs on the log, with how many findings it opened."""
        opened = Counter(row[1] for row in self.findings())
        return [
            (test, rule["severity"], rule["rule"], rule["law"], f"{_PACK}@{version}", str(opened[test]))
            for version, pack in sorted(self.packs.items())
            for test, rule in sorted(pack["content"]["tests"].items())
        ]


def _finding(subject: str, facts: Sequence[tuple[str, datetime, Any]]) -> tuple[str, ...]:
    said: dict[str, Any] = {}
    for _, _, data in facts:
        said = data | said  # what was said first of it counts: its opening
    evidence = " ".join(f"{one['partition']}/{one['sequence']}" for one in said.get("evidence", ()))
    texts = (said.get(name, "") for name in ("test", "severity", "town", "about", "summary_zh", "summary_en", "law"))
    return (subject.partition(":")[2], *map(str, texts), _became(facts), evidence)


def _became(facts: Sequence[tuple[str, datetime, Any]]) -> str:
    """The facts of a subject in their order, each with its day: the last one is how it stands."""
    return " → ".join(f"{kind} {learned.astimezone(CHINA).date()}" for kind, learned, _ in facts)


def html(told: Told, bundle: Mapping[str, Any], key_id: str, *, sample: bool) -> bytes:
    """The page to print."""
    zh, en = KINDS[bundle["scope"]["kind"]]
    cover = fields((
        ("范围", "scope", f"{zh} {en} {bundle['scope']['of']}".strip()),
        ("截至", "as at", bundle["as_at"]),
        ("根检查点", "root checkpoint", f"{bundle['log_name']}/root {bundle['root']['size']} {bundle['root']['hash']}"),
        ("记录", "records", sum(one["records"] for one in bundle["partitions"].values())),
        ("问题", "findings", len(told.findings())),
        ("覆盖证明", "certificate of coverage", _certified(told)),
        ("签名密钥", "key", key_id),
    ))  # fmt: skip
    how = paragraph(
        "核验：在任何装有 Python 3.9 以上的电脑上断网运行 python3 -I verify.py 检查包；个人信息已加密，不在可读视图中出现。",
        "To verify, offline, on any computer: python3 -I verify.py BUNDLE. Personal values are sealed and not shown.",
    )
    parts = (
        cover, how,
        heading("检查发现", "Findings"), grid(_FINDINGS, told.findings(), small=True),
        heading("抽查与其他检查", "Spot checks and others"), grid(_OTHERS, told.others(), small=True),
        heading("自动检查项目与依据", "Automatic tests and their law"), grid(_TESTS, told.tests(), small=True),
        heading("各类事实", "Facts by type"), grid(_COUNTS, _counts(told), small=True),
        heading("各分区", "Partitions"), grid(_PARTITIONS, _partitions(bundle), small=True),
        signatures(("检查人", "inspector"), ("被检查单位", "inspected")),
    )  # fmt: skip
    body = sheet("检查报告", "Inspection report", joined(parts), sample=sample)
    return page("检查报告 inspection report", [body]).encode()


def _certified(told: Told) -> str:
    if told.certificate is None:
        return "包内无 none in this bundle"
    data = told.certificate[3]
    whole = "完整 complete" if data["complete"] else "不完整 not complete"
    return f"{whole}，{data['record_count']} 条 records，sha256 {data['statement_sha256']}"


def _counts(told: Told) -> list[tuple[str, str]]:
    return [(kind, str(count)) for kind, count in sorted(told.counts.items())]


def _partitions(bundle: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (name, str(one["size"]), str(one["records"]), one["root"])
        for name, one in sorted(bundle["partitions"].items(), key=lambda pair: int(pair[0]))
    ]


def xlsx(told: Told, bundle: Mapping[str, Any]) -> bytes:
    """The same as a workbook, a sheet each."""
    tables: Sequence[tuple[str, Sequence[Head], Sequence[Sequence[str]]]] = (
        ("检查发现 findings", _FINDINGS, told.findings()),
        ("抽查及其他 spot checks", _OTHERS, told.others()),
        ("检查项目 tests", _TESTS, told.tests()),
        ("事实 facts", _COUNTS, _counts(told)),
        ("分区 partitions", _PARTITIONS, _partitions(bundle)),
    )
    return workbook_of(
        (title, [[f"{zh} {en}" for zh, en in heads], *rows]) for title, heads, rows in tables
    )  # fmt: skip
