"""A finding that no automatic test made: raised by a person. What a spot check finds is objected to by its own test."""

from services.audit.domain.rectification.commands import RaiseFinding
from services.audit.domain.rectification.shapes import evidence_found, names_nobody, rejected_unless, text_given
from services.audit.domain.rectification.state import Finding
from services.contracts.audit import FindingOpened
from services.contracts.deciding import Context


def open_finding(state: Finding, command: RaiseFinding, context: Context) -> FindingOpened:
    """The finding with the records as the journal has them."""
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
        test="person",
        severity=command.severity,
        about=command.about,
        town=command.town,
        rule=command.rule,
        law=command.law,
        summary_zh=command.summary_zh,
        summary_en=command.summary_en,
        evidence=evidence,
        origin="person",
        opened_by=context.actor,
        evidence_files=command.evidence_files,
    )
