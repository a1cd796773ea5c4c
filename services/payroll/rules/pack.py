"""What every pack of payroll is: typed content, found by name and day."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

import msgspec

from services.contracts.deciding import CommandRejected
from services.contracts.rulebook import AdoptedPack, NoRule, RuleBook

T = TypeVar("T")


class Pack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all pack contents: a misspelt field is an error, not a silent default."""


def with_packs(rules: RuleBook, others: Iterable[AdoptedPack]) -> RuleBook:
    """`rules` as if `others` had been adopted: of each such name, what was adopted for its first day or later is put aside."""
    listed = tuple(others)
    since = {name: min(one.valid_from for one in listed if one.name == name) for name in {one.name for one in listed}}
    kept = (one for one in rules.packs if one.name not in since or one.valid_from < since[one.name])
    return RuleBook((*kept, *listed))


def pack_on(rules: RuleBook, name: str, day: date, wanted: type[T]) -> T:
    """The pack in force on `day`; rejects with ``no-rule-in-force`` when none is, for then nothing can be decided."""
    try:
        return rules.on(name, day, wanted)
    except NoRule:
        raise CommandRejected(
            "no-rule-in-force",
            f"{day} 没有生效的规则包 {name}，请先采用规则包",
            f"no rule pack {name} is in force on {day}; adopt one first",
        ) from None
