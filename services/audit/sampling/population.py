"""What is drawn from: items with town, weight and whom they are about, as one ordered list with one hash; it reads nothing."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

KINDS: Final = ("officers", "households", "visits", "payslips", "decisions")
# Kinds whose items belong to a month.
MONTHLY: Final = ("visits", "payslips", "decisions")


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be checked; `checked` answer for it and may not check it, `about` is the subject of a finding."""

    item: str
    town: str
    about: str
    weight: int
    checked: tuple[str, ...] = ()


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """An item as the log has it, before it is weighed; `marks` are what may make it weigh more."""

    item: str
    town: str
    about: str
    checked: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


def weighed(candidates: Iterable[Candidate], weights: Mapping[str, int]) -> tuple[Item, ...]:
    """Candidates as items in order: each weighs 1, and what its marks add."""
    return listed(
        Item(
            item=one.item,
            town=one.town,
            about=one.about,
            weight=1 + sum(weights.get(mark, 0) for mark in one.marks),
            checked=one.checked,
        )
        for one in candidates
    )


def listed(items: Iterable[Item]) -> tuple[Item, ...]:
    """Items in the order of their names, by bytes of UTF-8."""
    return tuple(sorted(items, key=lambda one: one.item.encode()))


def list_bytes(items: Sequence[Item]) -> bytes:
    """The list that is hashed: a line an item, ``<item> TAB <town> TAB <weight>``, in order, each ended by a line feed."""
    return "".join(f"{one.item}\t{one.town}\t{one.weight}\n" for one in items).encode()


def list_sha256(items: Sequence[Item]) -> str:
    """Hex SHA-256 of `list_bytes`."""
    return hashlib.sha256(list_bytes(items)).hexdigest()
