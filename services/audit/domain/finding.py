"""A finding: what a test objected to, once per test and records; it neither tests nor reads."""

import hashlib
import sys
from typing import Final

from services.audit.domain.rectification import OPENING, STEPS, Finding, decide_rectification
from services.audit.domain.rectification import evolve as evolve_finding
from services.audit.rules import in_force
from services.contracts.audit import Evidence, FindingOpened
from services.contracts.deciding import Aggregate, Command, CommandRejected, Context, Record
from services.contracts.registry import Fact

DISTRICT: Final = "district"


class OpenFinding(Command, frozen=True, kw_only=True):
    """State an objection of an automatic test. `town` is a town's code, or ``district`` for what no town answers for.

    The pack in force adds severity, rule and law. The same test on the same records is one finding, however often
    it is found.
    """

    finding_no: str
    test: str
    about: str
    town: str
    summary_zh: str
    summary_en: str
    evidence: tuple[Evidence, ...]
    origin_no: str = ""

    @property
    def subject(self) -> str:
        return f"finding:{self.finding_no}"


def finding_no_of(test: str, event_ids: tuple[str, ...]) -> str:
    """``F-`` and 20 hex digits, from the test and the records it rests on, in whatever order they were found."""
    text = "\x1f".join((test, *sorted(event_ids)))
    return f"F-{hashlib.sha256(text.encode()).hexdigest()[:20]}"


_latest: tuple[Record | None, Evidence | None] = (None, None)


def evidence_of(record: Record) -> Evidence:
    """Where a record stands, so that a reader can fetch it and check its hash.

    The tests that look at one record share one: of a year's log millions are remembered.
    """
    global _latest
    known, evidence = _latest
    if known is record and evidence is not None:
        return evidence
    envelope = record.envelope
    evidence = Evidence(
        event_id=envelope.id,
        type=sys.intern(envelope.type),
        partition=record.partition,
        sequence=envelope.sequence,
        hash=record.hash.hex(),
    )
    _latest = record, evidence
    return evidence


def objection(
    test: str, evidence: tuple[Evidence, ...], *, about: str, town: str, zh: str, en: str, origin_no: str = ""
) -> OpenFinding:  # fmt: skip
    """The command by which a test objects. `origin_no`: the spot check and its item, where that is what found it."""
    return OpenFinding(
        finding_no=finding_no_of(test, tuple(one.event_id for one in evidence)),
        test=test,
        about=about,
        town=town,
        summary_zh=zh,
        summary_en=en,
        evidence=evidence,
        origin_no=origin_no,
    )


def decide_finding(state: Finding, command: Command, context: Context) -> tuple[Fact, ...]:
    """What a command about a finding comes to: opened by a test here, all else in `rectification`."""
    if isinstance(command, OpenFinding):
        return _open(state, command, context)
    return decide_rectification(state, command, context)


def _open(state: Finding, command: OpenFinding, context: Context) -> tuple[Fact, ...]:
    """`FindingOpened`, once. Refuses a number that does not follow from test and evidence, and a test not adopted."""
    if state.opened:
        return ()
    event_ids = tuple(one.event_id for one in command.evidence)
    if not event_ids or command.finding_no != finding_no_of(command.test, event_ids):
        raise CommandRejected(
            "finding-number-differs",
            "问题编号与检查项目和证据不符",
            "the finding number does not follow from the test and its evidence",
        )
    tests = in_force(context.rules, context.today)
    rule = tests.tests.get(command.test) if tests else None
    if rule is None:
        raise CommandRejected(
            "test-not-adopted",
            f"检查项目 {command.test} 不在现行审计规则包中",
            f"the test {command.test} is not in the audit rule pack in force",
        )
    return (
        FindingOpened(
            finding_no=command.finding_no,
            test=command.test,
            severity=rule.severity,
            about=command.about,
            town=command.town,
            rule=rule.rule,
            law=rule.law,
            summary_zh=command.summary_zh,
            summary_en=command.summary_en,
            evidence=command.evidence,
            origin="spot_check" if command.origin_no else "test",
            origin_no=command.origin_no,
        ),
    )


FINDING: Final = Aggregate(
    prefix="finding",
    state=Finding,
    initial=Finding(),
    commands=(OpenFinding, *OPENING, *STEPS),
    decide=decide_finding,
    evolve=evolve_finding,
)
