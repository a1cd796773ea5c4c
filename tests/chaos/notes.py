"""The service under attack: it notes numbers about subjects, never the same decision twice by luck; decides nothing real.

Unlike a real service it has no rule that would hide a double: every command states a fact, every echo a second one.
"""

import msgspec

from services.contracts import audit as facts
from services.contracts.adopting import parked_aggregate, rules_aggregate
from services.contracts.deciding import Aggregate, Command, Context, Model, Reaction, Record, Service
from services.contracts.registry import Fact

ECHO = "echo-"


class Note(Command, frozen=True, kw_only=True):
    """Note a number about a subject; with `echo`, about ``echo-<subject>`` too, by reaction."""

    about: str
    number: int
    echo: bool = False

    @property
    def subject(self) -> str:
        return f"finding:{self.about}"


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    times: int = 0


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Everything noted about one subject, in log order."""

    town: str
    numbers: tuple[int, ...] = ()
    count: int = 0


def decide(_: Noted, command: Note, __: Context) -> tuple[Fact, ...]:
    return (
        facts.FindingOpened(
            finding_no=str(command.number), test="echo" if command.echo else "note", severity="low",
            about=command.about, town="T01", rule="r", law="l", summary_zh="示例", summary_en="sample", evidence=(),
        ),
    )  # fmt: skip


def evolve(state: Noted, event: Fact) -> Noted:
    return Noted(times=state.times + 1) if isinstance(event, facts.FindingOpened) else state


def page_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, facts.FindingOpened)
    return (record.fact.about, "(all)")


def turn(page: Page | None, record: Record, key: str) -> Page:
    assert isinstance(record.fact, facts.FindingOpened)
    page = page or Page(town=record.fact.town)
    numbers = page.numbers if key == "(all)" else (*page.numbers, int(record.fact.finding_no))
    return Page(town=page.town, numbers=numbers, count=page.count + 1)


def react(record: Record) -> tuple[Reaction, ...]:
    match record.fact:
        case facts.FindingOpened(test="echo", about=about, finding_no=number):
            return (Reaction(name="echo", command=Note(about=f"{ECHO}{about}", number=int(number))),)
    return ()


notes = Service(
    name="audit",
    aggregates=(
        rules_aggregate(facts.RulePackAdopted),
        parked_aggregate(facts.ParkedDiscarded),
        Aggregate(prefix="finding", state=Noted, initial=Noted(), commands=(Note,), decide=decide, evolve=evolve),
    ),
    models=(Model(name="pages", row=Page, listens=(facts.FindingOpened,), keys=page_keys, evolve=turn),),
    refused=facts.CommandRefused,
    rule_pack_adopted=facts.RulePackAdopted,
    parked_discarded=facts.ParkedDiscarded,
    reacts_to=(facts.FindingOpened,),
    react=react,
)
