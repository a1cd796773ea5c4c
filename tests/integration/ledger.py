"""A service small enough to see through, for tests of the event log itself: numbers added to subjects."""

import msgspec

from services.contracts import audit as facts
from services.contracts.adopting import parked_aggregate, rules_aggregate
from services.contracts.deciding import Aggregate, Command, CommandRejected, Context, Model, Reaction, Record, Service
from services.contracts.registry import Fact


class Open(Command, frozen=True, kw_only=True):
    """State a finding about a subject."""

    about: str
    number: int
    echo: bool = False

    @property
    def subject(self) -> str:
        return f"finding:{self.about}"


class Count(msgspec.Struct, frozen=True, kw_only=True):
    numbers: tuple[int, ...] = ()


def decide(state: Count, command: Open, _: Context) -> tuple[Fact, ...]:
    if command.number < 0:
        raise CommandRejected("negative", "不能为负", "must not be negative")
    if command.number in state.numbers:
        return ()
    return (
        facts.FindingOpened(
            finding_no=f"{command.about}-{command.number}", test="echo" if command.echo else "test", severity="low",
            about=command.about, town="T01", rule="r", law="l", summary_zh="示例", summary_en="sample", evidence=(),
        ),
    )  # fmt: skip


def evolve(state: Count, event: Fact) -> Count:
    if isinstance(event, facts.FindingOpened):
        return Count(numbers=(*state.numbers, int(event.finding_no.rpartition("-")[2])))
    return state


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    town: str
    opened: int = 0
    sequence_sum: int = 0
    order: tuple[str, ...] = ()


def tally_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, facts.FindingOpened)
    return (record.fact.about, "(all)")


def tally(row: Tally | None, record: Record, key: str) -> Tally:
    assert isinstance(record.fact, facts.FindingOpened)
    row = row or Tally(town=record.fact.town)
    return Tally(
        town=row.town,
        opened=row.opened + 1,
        sequence_sum=row.sequence_sum + record.envelope.sequence,
        order=(*row.order, record.fact.finding_no) if key != "(all)" else (),
    )


def react(record: Record) -> tuple[Reaction, ...]:
    match record.fact:
        case facts.FindingOpened(test="echo", about=about):
            return (Reaction(name="echo", command=Open(about=f"echo-{about}", number=record.envelope.sequence)),)
    return ()


ledger = Service(
    name="audit",
    aggregates=(
        rules_aggregate(facts.RulePackAdopted),
        parked_aggregate(facts.ParkedDiscarded),
        Aggregate(prefix="finding", state=Count, initial=Count(), commands=(Open,), decide=decide, evolve=evolve),
    ),
    models=(Model(name="tally", row=Tally, listens=(facts.FindingOpened,), keys=tally_keys, evolve=tally),),
    refused=facts.CommandRefused,
    rule_pack_adopted=facts.RulePackAdopted,
    parked_discarded=facts.ParkedDiscarded,
    reacts_to=(facts.FindingOpened,),
    react=react,
)
