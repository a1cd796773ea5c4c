"""Read model of appraisals: each quarter of each officer with its points, objections and grade."""

from datetime import date
from typing import Final, Literal

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.payroll import (
    AppraisalContested,
    AppraisalPoint,
    AppraisalProposed,
    AppraisalRuled,
    AppraisalSettled,
)
from services.payroll.projections.keys import id_of_subject


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """An objection to a point, and what was ruled on it."""

    point: str
    reason: str
    answer_by: date
    upheld: bool | None = None
    ruling: str = ""
    ruled_by: str = ""


class AppraisalRow(msgspec.Struct, frozen=True, kw_only=True):
    """A quarter by ``<officer>-<year>Q<quarter>``; `answer_by` is the earliest last day of an open objection, if any."""

    officer: str
    town: str
    year: int
    quarter: int
    status: Literal["proposed", "contested", "settled"]
    points: tuple[AppraisalPoint, ...]
    score_permille: int
    grade: str
    proposed_by: str
    objections: tuple[Objection, ...] = ()
    settled_by: str = ""
    answer_by: date | None = None


def _appraisal(row: AppraisalRow | None, record: Record, _: str) -> AppraisalRow | None:
    replace = msgspec.structs.replace
    match record.fact:
        case AppraisalProposed() as fact:
            return AppraisalRow(
                officer=fact.officer,
                town=fact.town,
                year=fact.year,
                quarter=fact.quarter,
                status="proposed",
                points=fact.points,
                score_permille=fact.score_permille,
                grade=fact.grade,
                proposed_by=fact.proposed_by,
                objections=row.objections if row else (),
            )
        case AppraisalContested() as fact if row is not None:
            objection = Objection(point=fact.point, reason=fact.reason, answer_by=fact.answer_by)
            return _standing(replace(row, objections=(*row.objections, objection)))
        case AppraisalRuled() as fact if row is not None:
            objections = tuple(_ruled(one, fact) for one in row.objections)
            return _standing(replace(row, objections=objections, score_permille=fact.score_permille, grade=fact.grade))
        case AppraisalSettled() as fact if row is not None:
            return _standing(
                replace(row, score_permille=fact.score_permille, grade=fact.grade, settled_by=fact.settled_by)
            )
        case _:
            return row


def _ruled(objection: Objection, ruled: AppraisalRuled) -> Objection:
    if objection.point != ruled.point or objection.upheld is not None:
        return objection
    return msgspec.structs.replace(objection, upheld=ruled.upheld, ruling=ruled.reason, ruled_by=ruled.ruled_by)


def _standing(row: AppraisalRow) -> AppraisalRow:
    open_by = [one.answer_by for one in row.objections if one.upheld is None]
    settled: Literal["proposed", "settled"] = "settled" if row.settled_by else "proposed"
    return msgspec.structs.replace(
        row, status="contested" if open_by else settled, answer_by=min(open_by, default=None)
    )


APPRAISALS: Final = Model(
    name="appraisals",
    row=AppraisalRow,
    listens=(AppraisalProposed, AppraisalContested, AppraisalRuled, AppraisalSettled),
    keys=id_of_subject,
    evolve=_appraisal,
    own="officer",
)
