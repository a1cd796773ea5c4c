"""A committee's standing list (公布; 57号 art. 24; 特困人员认定办法 art. 17): who receives help now, by the notice's whitelist."""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from services.casework.domain.belonging import of_town
from services.casework.domain.commands.lists import PublishStandingList, StandingEntry
from services.casework.domain.guards import not_before, not_in_future, rejected_unless
from services.casework.rules import BenefitLists
from services.contracts.casework import StandingListPublished
from services.contracts.deciding import Aggregate, Context
from services.contracts.money import Fen
from services.contracts.registry import Fact


class StandingList(msgspec.Struct, frozen=True, kw_only=True):
    """Decision state: what was posted last, and when."""

    town: str = ""
    content_sha256: str = ""
    published_on: date | None = None


def content_sha256(entries: Iterable[StandingEntry]) -> str:
    """What a list says, in hex: household, benefit, members and amount, line by line in order of number."""
    rows = sorted(f"{one.household_no};{one.category};{one.member_count};{one.amount_fen}" for one in entries)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def posted(entries: Iterable[StandingEntry], pack: BenefitLists) -> tuple[StandingEntry, ...]:
    """Those whose benefit is posted, by the pack."""
    return tuple(one for one in entries if one.category in pack.standing_categories)


def decide(state: StandingList, command: PublishStandingList, context: Context) -> tuple[Fact, ...]:
    of_town(command.town, context)
    rejected_unless(
        command.committee.startswith(f"{command.town}-"),
        "wrong-committee",
        "村（居）不属于该镇街",
        "the committee does not belong to the town",
    )
    number = context.actor.partition(":")[2]
    rejected_unless(
        context.role != "committee" or number == command.committee or number.startswith(f"{command.committee}-"),
        "not-of-committee",
        f"{context.actor} 不是 {command.committee} 的人员",
        f"{context.actor} is not one of {command.committee}",
    )
    not_in_future("published_on", command.published_on, context)
    if state.published_on is not None:
        not_before("published_on", command.published_on, "the list before", state.published_on)
    pack = context.rule_on("benefit_lists", command.published_on, BenefitLists)
    assert command.entries is not None  # the edge fills it in
    entries = posted(command.entries, pack)
    published = StandingListPublished(
        town=command.town,
        committee=command.committee,
        household_count=len(entries),
        member_count=sum(one.member_count for one in entries),
        amount_fen=Fen(sum(one.amount_fen for one in entries)),
        content_sha256=content_sha256(entries),
        published_on=command.published_on,
        published_by=context.actor,
        proof_sha256=command.proof_sha256,
        pack_version=context.rules.version_on("benefit_lists", command.published_on),
    )
    return (published,)


def evolve(state: StandingList, fact: Fact) -> StandingList:
    if isinstance(fact, StandingListPublished):
        return StandingList(town=fact.town, content_sha256=fact.content_sha256, published_on=fact.published_on)
    return state


STANDING_LIST: Final = Aggregate(
    prefix="standing_list",
    state=StandingList,
    initial=StandingList(),
    commands=(PublishStandingList,),
    decide=decide,
    evolve=evolve,
)
