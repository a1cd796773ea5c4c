"""Audit's findings in memory: decisions, reactions and timers by the service itself, and its read models over what was stated."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.audit.domain import objection
from services.audit.domain.rectification import commands as step
from services.audit.service import SERVICE
from services.contracts.audit import Evidence
from services.contracts.codec import convert, decoder_of
from services.contracts.deciding import CHINA, Command, CommandRejected, Context, Model, Record
from services.contracts.envelope import Envelope
from services.contracts.registry import Fact, kind_of
from services.contracts.rulebook import AdoptedPack, RuleBook

FOLDER = Path(__file__).parents[2] / "deploy/district/rules"
RULES = RuleBook(
    tuple(
        convert(json.loads((FOLDER / f"audit.{name}.json").read_text(encoding="utf-8")), AdoptedPack)
        for name in ("audit_tests", "calendar", "rectification")
    )
)
AUDITOR, OTHER, LEADER = "auditor:A1", "auditor:A2", "bureau-leader:L1"
CHIEF = "town-leader:T01-L1"
PAPER = "a" * 64
MONDAY = date(2026, 3, 2)
EVIDENCE = Evidence(event_id="e-1", type="t", partition=3, sequence=7, hash="b" * 64)
UNION: Any = SERVICE.command_types[0]
for one in SERVICE.command_types[1:]:
    UNION = UNION | one


@dataclass(kw_only=True)
class Desk:
    """Every stream of audit, what was stated, and the day it is."""

    today: date = MONDAY
    states: dict[str, Any] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    def says(self, actor: str, command: Command, *, town: str | None = None) -> tuple[Fact, ...]:
        """Decide a command today, fold its facts, let what follows follow; the command's own facts."""
        aggregate = SERVICE.aggregate_of(command.subject)
        now = datetime.combine(self.today, time(12), CHINA).astimezone(UTC)
        context = Context(
            now=now, actor=actor, role=actor.partition(":")[0], town=town, rules=RULES, pseudonym=lambda text: text
        )
        state = self.states.get(command.subject, aggregate.initial)
        facts = aggregate.decide(state, command, context)
        for fact in facts:
            state = aggregate.evolve(state, fact)
        self.states[command.subject] = state
        for fact in facts:
            record = self.stated(command.subject, fact, actor, now)
            for reaction in SERVICE.react(record):
                self.follows("reaction:audit", reaction.command)
        return facts

    def follows(self, actor: str, command: Command) -> None:
        try:
            self.says(actor, command)
        except CommandRejected as no:
            self.refused.append(f"{type(command).__name__}: {no.code}")

    def stated(self, subject: str, fact: Fact, actor: str, now: datetime) -> Record:
        self.versions[subject] = self.versions.get(subject, 0) + 1
        number = next(self.numbers)
        envelope = Envelope(
            specversion="1.0", sequence=number, prevhash="", id=f"event-{number}", source="/audit",
            type=kind_of(type(fact)), subject=subject, time=now, recordedtime=now, stream="",
            streamversion=self.versions[subject], commandid="", commandhash="", correlationid="", actor=actor,
            data=msgspec.Raw(b"{}"),
        )  # fmt: skip
        record = Record(partition=0, hash=b"", envelope=envelope, fact=fact)
        self.records.append(record)
        return record

    def no(self, actor: str, command: Command, *, town: str | None = None) -> str:
        """The code by which a command is refused."""
        with pytest.raises(CommandRejected) as refusal:
            self.says(actor, command, town=town)
        return refusal.value.code

    def rows(self, name: str) -> Mapping[str, Any]:
        """A read model over all that was stated."""
        model: Model[Any] = next(model for model in SERVICE.models if model.name == name)
        rows: dict[str, Any] = {}
        for record in self.records:
            if isinstance(record.fact, model.listens):
                for key in model.keys(record):
                    rows[key] = model.evolve(rows.get(key), record, key)
        return {key: row for key, row in rows.items() if row is not None}

    def until(self, day: date) -> None:
        """Let the days pass; what is due fires at the start of each."""
        while self.today < day:
            self.today += timedelta(days=1)
            start = datetime.combine(self.today, time(), CHINA)
            fired: set[tuple[str, str]] = set()
            while due := [
                (key, row) for key, row in self.rows("due").items()
                if row.due_at <= start and (key, row.set_by) not in fired
            ]:  # fmt: skip
                for key, row in due:
                    fired.add((key, row.set_by))
                    self.follows("timer:audit", decoder_of(UNION).decode(row.command))

    def names(self, subject: str | None = None) -> list[str]:
        """What was stated (about a subject), in order."""
        return [type(one.fact).__name__ for one in self.records if subject in (None, one.envelope.subject)]

    # ---- the usual steps

    def raised(self, number: str = "R-1", **changes: Any) -> str:
        fields: dict[str, Any] = {
            "severity": "high", "about": "officer:O001", "town": "T01", "rule": "两人入户", "law": "民发〔2021〕57号第十六条",
            "summary_zh": "示例问题", "evidence_files": (PAPER,),
        }  # fmt: skip
        self.says(AUDITOR, step.RaiseFinding(finding_no=number, **fields | changes))
        return number

    def assigned(self, number: str = "R-1") -> str:
        self.raised(number)
        self.says(AUDITOR, step.AssignFinding(finding_no=number, unit="T01", responsible=CHIEF))
        return number

    def answered(self, number: str = "R-1") -> str:
        self.assigned(number)
        self.says(CHIEF, answer(number), town="T01")
        return number

    def closed(self, number: str = "R-1") -> str:
        self.answered(number)
        self.says(OTHER, step.VerifyRectification(finding_no=number, outcome="accepted", note="已核实"))
        self.says(OTHER, step.CloseFinding(finding_no=number))
        return number

    def tested(self, *event_ids: str, about: str = "officer:O001") -> str:
        """A finding of an automatic test on these records; its number."""
        evidence = tuple(msgspec.structs.replace(EVIDENCE, event_id=one) for one in event_ids)
        command = objection("visits_overlap", evidence, about=about, town="T01", zh="同时", en="at once")
        self.says("reaction:audit", command)
        return command.finding_no


def answer(number: str = "R-1", **changes: Any) -> step.AnswerFinding:
    fields: dict[str, Any] = {"measures": "已重新入户调查", "town": "T01", "evidence_files": (PAPER,)}
    return step.AnswerFinding(finding_no=number, **fields | changes)
