"""Proves which rule pack holds on a day, and that a version once adopted never means something else."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from services.contracts.adopting import (
    AdoptRulePack,
    Discarded,
    DiscardParked,
    Packs,
    parked_aggregate,
    rules_aggregate,
)
from services.contracts.audit import ParkedDiscarded, RulePackAdopted
from services.contracts.deciding import CommandRejected, Context
from services.contracts.rulebook import AdoptedPack, NoRule, RuleBook


class Limit(msgspec.Struct, frozen=True):
    """A pack's content in these tests."""

    days: int


def pack(version: str, valid_from: date, days: int, name: str = "limit") -> AdoptedPack:
    return AdoptedPack(
        name=name, version=version, valid_from=valid_from, citation="示例", sample=True, content={"days": days}
    )


BOOK = RuleBook(
    (pack("2026-1", date(2026, 1, 1), 20), pack("2025-1", date(2025, 1, 1), 30), pack("a", date(2020, 1, 1), 1, "x"))
)
CONTEXT = Context(
    now=datetime(2026, 3, 2, tzinfo=UTC), actor="test", role="test", town=None, rules=RuleBook(), pseudonym=lambda _: "p_",
)  # fmt: skip
RULES = rules_aggregate(RulePackAdopted)
PARKED = parked_aggregate(ParkedDiscarded)


@pytest.mark.parametrize(
    ("day", "days", "version"),
    [
        (date(2025, 1, 1), 30, "limit@2025-1"),
        (date(2025, 12, 31), 30, "limit@2025-1"),
        (date(2026, 1, 1), 20, "limit@2026-1"),
        (date(2030, 1, 1), 20, "limit@2026-1"),
    ],
)
def test_the_pack_in_force_is_the_latest_that_has_begun(day: date, days: int, version: str) -> None:
    assert BOOK.on("limit", day, Limit) == Limit(days)
    assert BOOK.on("limit", day, Limit) is BOOK.on("limit", day, Limit)
    assert BOOK.version_on("limit", day) == version


def test_before_the_first_pack_there_is_no_rule() -> None:
    with pytest.raises(NoRule, match="'limit' in force on 2024-12-31"):
        BOOK.on("limit", date(2024, 12, 31), Limit)
    with pytest.raises(NoRule, match="'other'"):
        BOOK.on("other", date(2026, 1, 1), Limit)


def adopt(version: str = "1", days: int = 20) -> AdoptRulePack:
    return AdoptRulePack(
        name="limit", version=version, valid_from=date(2026, 1, 1), citation="示例", sample=True, content={"days": days}
    )


def adopted(*commands: AdoptRulePack) -> Packs:
    state = RULES.initial
    for command in commands:
        for fact in RULES.decide(state, command, CONTEXT):
            state = RULES.evolve(state, fact)
    return state


def test_the_same_pack_again_changes_nothing() -> None:
    assert RULES.decide(adopted(adopt()), adopt(), CONTEXT) == ()
    assert len(adopted(adopt(), adopt("2")).packs) == 2


def test_a_version_never_means_something_else() -> None:
    with pytest.raises(CommandRejected, match="rule-pack-version-taken") as no:
        RULES.decide(adopted(adopt()), adopt(days=21), CONTEXT)
    assert "请换用新版本号" in no.value.zh


def test_a_parked_record_is_discarded_once() -> None:
    command = DiscardParked(about="household:T01-H00001", partition=3, sequence=7, reason="示例")
    (fact,) = PARKED.decide(Discarded(), command, CONTEXT)
    assert fact == ParkedDiscarded(partition=3, sequence=7, reason="示例")
    assert PARKED.decide(PARKED.evolve(Discarded(), fact), command, CONTEXT) == ()
