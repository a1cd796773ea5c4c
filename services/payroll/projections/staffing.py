"""What the towns' staffing looks like on a day, from the rows of officers and posts: tenure, turnover, qualifications."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from services.payroll.projections.officers import OfficerRow
from services.payroll.projections.posts import TownPostsRow


class StaffingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A town on a day. Tenure is in whole months of service; turnover is those who left this year per mille of all who were there.

    `unapproved`: moves or duties reported and not approved; `bought_posts`: contracts of a mode that goes against an
    article (财政部令第102号).
    """

    town: str
    posts: int
    filled: int
    kept: int
    vacant: int
    officers: int
    tenure_months_average: int
    tenure_under_a_year: int
    joined_this_year: int
    left_this_year: int
    turnover_permille: int
    qualifications: dict[str, int]
    educations: dict[str, int]
    preferred: int
    unapproved: int
    bought_posts: int


def staffing(officers: Iterable[OfficerRow], posts: Mapping[str, TownPostsRow], today: date) -> tuple[StaffingRow, ...]:
    """A row a town, in their order; of officers who left the last town counts."""
    by_town: dict[str, list[OfficerRow]] = {town: [] for town in posts}
    for one in officers:
        by_town.setdefault(one.town, []).append(one)
    return tuple(_town(town, by_town[town], posts.get(town, TownPostsRow()), today) for town in sorted(by_town))


def _town(town: str, officers: list[OfficerRow], posts: TownPostsRow, today: date) -> StaffingRow:
    there = [one for one in officers if one.last_day_on is None or one.last_day_on >= today]
    left = [one for one in officers if one not in there and one.last_day_on and one.last_day_on.year == today.year]
    months = [_months(one.service_from_on or one.appointed_on, today) for one in there]
    all_of_year = len(there) + len(left)
    return StaffingRow(
        town=town,
        posts=posts.allotted,
        filled=posts.filled,
        kept=posts.kept,
        vacant=posts.vacant,
        officers=len(there),
        tenure_months_average=sum(months) // len(months) if months else 0,
        tenure_under_a_year=sum(one < 12 for one in months),
        joined_this_year=sum(one.appointed_on.year == today.year for one in there),
        left_this_year=len(left),
        turnover_permille=1_000 * len(left) // all_of_year if all_of_year else 0,
        qualifications=dict(sorted(Counter(one.qualification for one in there).items())),
        educations=dict(sorted(Counter(one.education for one in there).items())),
        preferred=sum(one.preferred for one in there),
        unapproved=sum(len(one.unapproved) for one in there),
        bought_posts=sum(bool(one.contract_conflict) for one in there),
    )


def _months(since: date, day: date) -> int:
    return max(0, (day.year - since.year) * 12 + day.month - since.month - (day.day < since.day))
