"""What casework decides closes the window's item (首问负责); intake reacts to nothing else."""

from typing import Final

from services.contracts.casework import EligibilityConfirmed, EligibilityRefused
from services.contracts.deciding import Reaction, Record
from services.contracts.registry import Fact
from services.intake.domain import AnswerApplication

REACTS_TO: Final[tuple[type[Fact], ...]] = (EligibilityConfirmed, EligibilityRefused)


def react(record: Record) -> tuple[Reaction, ...]:
    """An `AnswerApplication` for a decision; nothing for any other fact."""
    fact = record.fact
    if not isinstance(fact, EligibilityConfirmed | EligibilityRefused):
        return ()
    answer = AnswerApplication(
        household_no=record.envelope.subject.partition(":")[2],
        application_no=fact.application_no,
        outcome="confirmed" if isinstance(fact, EligibilityConfirmed) else "refused",
    )
    return (Reaction(name="answer-application", command=answer),)
