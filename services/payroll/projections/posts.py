"""Read model of filled posts by town."""

from typing import Final

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.payroll import (
    OfficerTakenOver,
)


class TownPostsRow(msgspec.Struct, frozen=True, kw_only=True):
    """Posts of a town that are filled, as far as this partition knows; readers add the partitions up."""

    filled: int = 0


def _town_keys(record: Record) -> tuple[str, ...]:
    assert isinstance(record.fact, OfficerTakenOver)
    return (record.fact.town,)


def _town_posts(row: TownPostsRow | None, _: Record, __: str) -> TownPostsRow:
    return TownPostsRow(filled=(row.filled if row else 0) + 1)


POSTS_BY_TOWN: Final = Model(
    name="posts_by_town",
    row=TownPostsRow,
    listens=(OfficerTakenOver,),
    keys=_town_keys,
    evolve=_town_posts,
)
