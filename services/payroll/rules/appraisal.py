"""The dated rule of appraisals (绩效考核, 二(四)): points, what each is measured on, weights, and the scores of grades."""

from typing import Final, Literal

import msgspec

from services.contracts.money import Fen, times_ratio
from services.payroll.rules.pack import Pack

APPRAISAL: Final = "appraisal"
PER_MILLE: Final = 1_000

# What is counted of an officer's quarter, from casework's facts.
Measure = Literal["planned_visits", "visits", "work", "ratings", "overdue", "training_minutes"]


class Point(Pack, frozen=True, kw_only=True):
    """A point: its weight, and how its measure becomes a share of it.

    `share`: done of all; `mean`: the mean of ratings of `full`; `deduct`: each one takes `per_permille` off; `reach`: done
    of `full`, at most all of it.
    """

    code: str
    zh: str
    en: str
    weight: int
    measure: Measure
    by: Literal["share", "mean", "deduct", "reach"]
    full: int = 0
    per_permille: int = 0


class GradeFrom(Pack, frozen=True, kw_only=True):
    """A grade of the pay scale, and the least score for it."""

    grade: str
    from_permille: int


class AppraisalRule(Pack, frozen=True, kw_only=True):
    """Points and grades, highest grade first; days an officer has to contest, days a ruling may take."""

    points: tuple[Point, ...]
    grades: tuple[GradeFrom, ...]
    contest_days: int
    ruling_days: int

    def grade_of(self, score_permille: int) -> str:
        return next(one.grade for one in self.grades if score_permille >= one.from_permille)


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """One measure of a quarter: `done` of `of` (for ratings their sum of their number), and the ids of the facts."""

    measure: str
    done: int
    of: int
    fact_ids: tuple[str, ...] = ()


def share_permille(point: Point, counted: Counted | None) -> int | None:
    """How much of a point was reached; `None` where there was nothing to measure. No late step at all is all of it."""
    done, of = (counted.done, counted.of) if counted else (0, 0)
    match point.by:
        case "deduct":
            return max(0, PER_MILLE - point.per_permille * of)
        case "reach":
            return min(PER_MILLE, int(times_ratio(Fen(done), PER_MILLE, point.full)))
        case "share":
            return min(PER_MILLE, int(times_ratio(Fen(done), PER_MILLE, of))) if of else None
        case "mean":
            return min(PER_MILLE, int(times_ratio(Fen(done), PER_MILLE, of * point.full))) if of else None


def score_permille(weighed: tuple[tuple[int, int | None], ...]) -> int:
    """The weighted mean of (weight, share) over the points that could be measured; all of it where none could."""
    counting = [(weight, share) for weight, share in weighed if share is not None]
    weights = sum(weight for weight, _ in counting)
    if not weights:
        return PER_MILLE
    return int(times_ratio(Fen(sum(weight * share for weight, share in counting)), 1, weights))
