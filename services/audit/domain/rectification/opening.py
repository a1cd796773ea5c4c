"""A finding that no automatic test made: raised by a person, or found at an item of a spot check."""

import hashlib

from services.audit.domain.rectification.commands import OpenSpotCheckFinding, RaiseFinding
from services.audit.domain.rectification.shapes import evidence_found, names_nobody, rejected_unless, text_given
from services.audit.domain.rectification.state import Finding
from services.contracts.audit import FindingOpened
from services.contracts.deciding import Context


def spot_check_finding_no(plan_no: str, item_no: str) -> str:
    """``S-`` and 20 hex digits, from plan and item: one item is one finding."""
    text = "\x1f".join((plan_no, item_no))
    return f"S-{hashlib.sha256(text.encode()).hexdigest()[:20]}"


def open_finding(
    state: Finding, command: RaiseFinding | OpenSpotCheckFinding, context: Context
) -> FindingOpened | None:
    """The finding with the records as the journal has them; None for a spot check's item that is open already."""
    by_person = isinstance(command, RaiseFinding)
    if isinstance(command, OpenSpotCheckFinding):
        rejected_unless(
            command.finding_no == spot_check_finding_no(command.plan_no, command.item_no),
            "finding-number-differs",
            "问题编号与抽查方案和样本不符",
            "the finding number does not follow from the plan and its item",
        )
        if state.opened:
            return None
    rejected_unless(not state.opened, "finding-known", "该问题编号已登记", "there is a finding of that number")
    for field in ("rule", "law", "summary_zh"):
        text_given(field, getattr(command, field))
    names_nobody("summary_en", command.summary_en)
    evidence = evidence_found(command.records, command.found)
    rejected_unless(
        bool(evidence or command.evidence_files),
        "evidence-missing",
        "须引用日志记录或附证据材料",
        "a finding rests on records or on papers",
    )
    return FindingOpened(
        finding_no=command.finding_no,
        test="person" if by_person else "spot_check",
        severity=command.severity,
        about=command.about,
        town=command.town,
        rule=command.rule,
        law=command.law,
        summary_zh=command.summary_zh,
        summary_en=command.summary_en,
        evidence=evidence,
        origin="person" if by_person else "spot_check",
        origin_no=f"{command.plan_no}/{command.item_no}" if isinstance(command, OpenSpotCheckFinding) else "",
        opened_by=context.actor,
        evidence_files=command.evidence_files,
    )
