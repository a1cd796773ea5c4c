"""How a test objects to a record: evidence, whom it is about and whose town it is, in one call; it judges nothing."""

from datetime import date

from services.audit.domain import DISTRICT, OpenFinding, evidence_of, objection
from services.audit.rules import figure
from services.contracts.audit import Evidence
from services.contracts.deciding import CHINA, Record
from services.contracts.rulebook import RuleBook


def told(
    test: str, record: Record, *before: Evidence | None, zh: str, en: str, about: str = "", town: str = ""
) -> OpenFinding:
    """An objection to `record`, resting on it and on what stood before; about its subject and in its fact's town."""
    return objection(
        test,
        (*(one for one in before if one is not None), evidence_of(record)),
        about=about or record.envelope.subject,
        town=town or getattr(record.fact, "town", "") or DISTRICT,
        zh=zh,
        en=en,
    )


def number_of(actor: str) -> str:
    """The number of a person, whatever the role they act in: ``officer:O001`` → ``O001``."""
    return actor.rpartition(":")[2]


def day_of(record: Record) -> date:
    """The civil day in China on which a record was written."""
    return record.envelope.recordedtime.astimezone(CHINA).date()


def figure_of(rules: RuleBook, test: str, name: str, record: Record) -> int | None:
    """A test's figure on the day a record was written."""
    return figure(rules, test, name, day_of(record))
