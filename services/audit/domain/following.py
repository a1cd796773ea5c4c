"""What follows from a fact about findings, as commands: findings of one matter know of each other, suppressions reach theirs."""

from typing import Any, Final

from services.audit.domain.matter import NoteFinding, ReleaseMatter, SuppressMatter
from services.audit.domain.rectification.commands import LinkMisuse, NoteRecurrence, ReleaseFinding, SuppressFinding
from services.contracts.audit import (
    FindingNoted,
    FindingOpened,
    MatterReleased,
    MatterSuppressed,
    SuppressionApproved,
    SuppressionEnded,
)
from services.contracts.deciding import Command, Reaction
from services.contracts.payroll import MisuseFound
from services.contracts.registry import Fact

FOLLOWS: Final[tuple[type[Fact], ...]] = (
    FindingOpened, FindingNoted, SuppressionApproved, SuppressionEnded, MatterSuppressed, MatterReleased, MisuseFound,
)  # fmt: skip
_NUMBERS: Final = ("F-", "S-", "R-")


def follow_finding(fact: Fact) -> tuple[Reaction, ...]:
    """The commands that a fact causes; none for most."""
    return tuple(Reaction(name=name, command=command) for name, command in _commands(fact))


def _commands(fact: Fact) -> list[tuple[str, Command]]:
    match fact:
        case FindingOpened(origin="test"):
            noted = NoteFinding(test=fact.test, about=fact.about, finding_no=fact.finding_no)
            return [("note-finding", noted)]
        case FindingNoted():
            return _noted(fact)
        case SuppressionApproved(scope="finding"):
            return [("suppress-finding", _suppress(fact.finding_no, fact))]
        case SuppressionApproved():
            return [("suppress-matter", SuppressMatter(test=fact.test, about=fact.about, **_by(fact)))]
        case SuppressionEnded(scope="finding"):
            return [("release-finding", _release(fact.finding_no, fact.suppression_no))]
        case SuppressionEnded():
            released = ReleaseMatter(test=fact.test, about=fact.about, suppression_no=fact.suppression_no)
            return [("release-matter", released)]
        case MatterSuppressed():
            return [(f"suppress-finding-{one}", _suppress(one, fact)) for one in fact.finding_nos]
        case MatterReleased():
            return [(f"release-finding-{one}", _release(one, fact.suppression_no)) for one in fact.finding_nos]
        case MisuseFound() if fact.finding_no.startswith(_NUMBERS):  # others rest on papers of outside supervision
            return [("link-misuse", LinkMisuse(finding_no=fact.finding_no, misuse_no=fact.misuse_no))]
        case _:
            return []


def _noted(fact: FindingNoted) -> list[tuple[str, Command]]:
    """An earlier finding is told that it recurs; a suppression in force covers the new one."""
    found: list[tuple[str, Command]] = []
    if fact.suppression_no:
        found.append(("suppress-finding", _suppress(fact.finding_no, fact)))
    elif fact.earlier:
        found.append(("note-recurrence", NoteRecurrence(finding_no=fact.earlier, recurred_in=fact.finding_no)))
    return found


def _by(fact: Any) -> dict[str, Any]:
    names = ("suppression_no", "until", "reason", "proposed_by", "approved_by")
    return {name: getattr(fact, name) for name in names}


def _suppress(finding_no: str, fact: Any) -> SuppressFinding:
    return SuppressFinding(finding_no=finding_no, **_by(fact))


def _release(finding_no: str, suppression_no: str) -> ReleaseFinding:
    return ReleaseFinding(finding_no=finding_no, suppression_no=suppression_no)
