"""What every pack of payroll is: typed content, found by name and day."""

from datetime import date
from typing import TypeVar

import msgspec

from services.contracts.deciding import CommandRejected
from services.contracts.rulebook import NoRule, RuleBook

T = TypeVar("T")


class Pack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all pack contents: a misspelt field is an error, not a silent default."""


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
