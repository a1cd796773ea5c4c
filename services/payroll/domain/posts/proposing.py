"""Compares ways to divide the posts among towns (what-if): by the pack, by other weights, as they are today; decides nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from services.contracts.deciding import CommandRejected
from services.contracts.rulebook import RuleBook
from services.payroll.domain.posts.allotting import proposal
from services.payroll.domain.posts.commands import TOWNS_MAX, Figures
from services.payroll.domain.posts.state import Posts
from services.payroll.domain.shapes import Code, TownCode
from services.payroll.rules import POST_ALLOCATION, PostAllocation, pack_on

_Figure = Annotated[int, Meta(ge=0, le=10**12)]


class PostProposal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Figures of all towns by factor; other `weights` than the pack's and another `total` than established for a what-if."""

    towns: Annotated[dict[TownCode, dict[Code, _Figure]], Meta(min_length=1, max_length=TOWNS_MAX)]
    weights: dict[Code, Annotated[int, Meta(ge=0, le=1_000_000)]] | None = None
    total: Annotated[int, Meta(ge=1, le=100_000)] | None = None


class ProposedTown(msgspec.Struct, frozen=True, kw_only=True):
    """A town: posts today, by the pack's formula, by the weights asked about; differences to today's."""

    town: str
    today: int
    filled: int
    proposed: int
    difference: int
    what_if: int
    what_if_difference: int


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """The whole comparison; `pack_version` is the formula in force."""

    total: int
    pack_version: str
    weights: dict[str, int]
    rows: tuple[ProposedTown, ...]


class TownCount(Protocol):
    """A town's posts as a reader counts them."""

    @property
    def allotted(self) -> int: ...

    @property
    def filled(self) -> int: ...


def compared(
    asked: PostProposal, posts: Posts, counted: Mapping[str, TownCount], rules: RuleBook, today: date
) -> Proposed:
    """Today's posts beside the formula's and the what-if's, by town; `CommandRejected` where nothing can be divided."""
    pack = pack_on(rules, POST_ALLOCATION, today, PostAllocation)
    total = posts.total if asked.total is None else asked.total
    if total is None:
        raise CommandRejected("posts-not-established", "岗位总数尚未核定", "no posts are established")
    towns = tuple(Figures(town=town, figures=figures) for town, figures in sorted(asked.towns.items()))
    weights = pack.weights if asked.weights is None else asked.weights
    by_pack, by_weights = proposal(total, towns, pack), proposal(total, towns, pack, weights)
    rows = []
    for one in towns:
        now = counted.get(one.town)
        allotted, filled = (now.allotted, now.filled) if now is not None else (0, 0)
        rows.append(
            ProposedTown(
                town=one.town,
                today=allotted,
                filled=filled,
                proposed=by_pack[one.town],
                difference=by_pack[one.town] - allotted,
                what_if=by_weights[one.town],
                what_if_difference=by_weights[one.town] - allotted,
            )
        )
    return Proposed(
        total=total,
        pack_version=rules.version_on(POST_ALLOCATION, today),
        weights=dict(weights),
        rows=tuple(rows),
    )
