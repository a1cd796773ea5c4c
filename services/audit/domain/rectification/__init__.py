"""Putting findings right (问题–责任人–期限–销号): the one way a finding goes, who may take which step, and its clocks."""

from typing import Any

from services.audit.domain.rectification import commands
from services.audit.domain.rectification.beside import Beside, decide_beside
from services.audit.domain.rectification.commands import OPENING, STEPS
from services.audit.domain.rectification.opening import open_finding
from services.audit.domain.rectification.state import Finding, Status, evolve
from services.audit.domain.rectification.steps import Step, decide_step
from services.contracts.deciding import Command, Context
from services.contracts.registry import Fact

__all__ = (
    "OPENING",
    "STEPS",
    "Finding",
    "Status",
    "commands",
    "decide_rectification",
    "evolve",
)


def decide_rectification(state: Finding, command: Command, context: Context) -> tuple[Fact, ...]:
    """What a command about a finding comes to, but for those of automatic tests."""
    known: Any = command
    if isinstance(known, OPENING):
        return (open_finding(state, known, context),)
    if isinstance(known, Step):
        return (decide_step(state, known, context),)
    assert isinstance(known, Beside), f"no command about a finding: {command}"
    return decide_beside(state, known, context)
