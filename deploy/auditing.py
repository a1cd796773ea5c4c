"""What `jiuzhu attest` and `jiuzhu recompute` do and print: each service folds its own models, audit states what came of it."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from deploy.embedded.home import Home
from deploy.installation import Place, settings_of
from deploy.summary import Asking
from services.audit.domain import AttestProjections
from services.contracts.audit import EditedProjectionRow, Evidence, ModelDigest, PartitionHead
from services.contracts.codec import encoder
from services.contracts.deciding import Service
from services.eventlog.attesting import Attested, attest

_WHAT = {
    "altered": "被改动 altered",
    "missing": "缺失 missing",
    "added": "无事实依据 without any fact",
}  # fmt: skip
FACTS_PRINTED_MAX = 5


def attest_and_state(
    home: Home, place: Place, services: Sequence[Service], say: Callable[[str, str], None]
) -> list[Attested]:
    """Attest services one after the other, each with its own code and role, and have audit state each."""
    asking, found = Asking(home, place), []
    for service in services:
        say(f"{service.name} 核对中", f"attesting {service.name}")
        done = asyncio.run(attest(service, settings_of(home, place, service.name)))
        asking.ask("audit", "/v1/attestations", post=True, body=encoder.encode(stated(done)))
        found.append(done)
    return found


def stated(done: Attested) -> AttestProjections:
    """An attestation as audit takes it in."""
    return AttestProjections(
        service=done.service,
        cursors=tuple(PartitionHead(**asdict(cursor)) for cursor in done.cursors),
        models=tuple(ModelDigest(**asdict(model)) for model in done.models),
        edited=tuple(
            EditedProjectionRow(
                **{name: value for name, value in asdict(row).items() if name != "facts"},
                facts=tuple(Evidence(**asdict(place)) for place in row.facts),
            )
            for row in done.edited
        ),
    )


def attestations_json(found: Sequence[Attested]) -> str:
    """Attestations for programs."""
    return json.dumps([asdict(one) | {"equal": one.equal} for one in found], ensure_ascii=False, indent=2)


def attestations_text(found: Sequence[Attested]) -> str:
    """Attestations for people: each model's digest, and each row that differs with the facts it is made of."""
    lines = []
    for one in found:
        verdict = "与日志一致 equal" if one.equal else "与日志不符 differs"
        lines.append(f"{one.service}: {one.records} 条记录 records，{one.seconds:.1f} 秒 s，{verdict}")
        for model in one.models:
            sign = "=" if model.equal else f"≠ {model.edited_count} 行 rows"
            lines.append(f"  {model.model:30} {model.row_count:8} {model.digest} {sign}")
        for row in one.edited:
            fields = f"（{', '.join(row.fields)}）" if row.fields else ""
            lines.append(
                f"  ✗ {row.model} {row.key}（{row.partition}）{_WHAT[row.what]}{fields}，{row.fact_count} 条事实 facts："
            )
            for fact in row.facts[-FACTS_PRINTED_MAX:]:
                lines.append(f"      {fact.partition}/{fact.sequence} {fact.type} {fact.hash[:16]}…")
    return "\n".join(lines)


def recompute(home: Home, place: Place) -> dict[str, Any]:
    """Have audit reckon everything again; its report."""
    report = Asking(home, place).ask("audit", "/v1/recomputations", post=True)
    assert isinstance(report, dict)
    return report


def recomputation_text(report: dict[str, Any]) -> str:
    """A recomputation for people: the counts of each area, and each row that differs with its facts."""
    lines = []
    for area in report["areas"]:
        lines.append(
            f"{area['of']:14} 一致 equal {area['equal_count']}，不符 different {area['different_count']}，已删除 erased {area['erased_count']}，"
            f"已加密 sealed {area['sealed_count']}，日志上无依据 not recomputable {area['not_recomputable_count']}"
        )
        for one in area["differences"]:
            lines += [f"  ✗ {one['zh']}", f"    {one['en']}"]
            for fact in one["evidence"][:FACTS_PRINTED_MAX]:
                lines.append(f"      {fact['partition']}/{fact['sequence']} {fact['type']} {fact['hash'][:16]}…")
    lines.append(
        f"开启问题 findings opened {report['findings_opened']}；解密 {report['opened_count']} 项 sealed values opened；"
        f"报告 report SHA-256 {report['report_sha256']}"
    )
    return "\n".join(lines)
