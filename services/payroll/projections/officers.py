"""Read model of officers: post, standing and latest appraisal; no personal field."""

from datetime import date
from typing import Final

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.payroll import (
    AppraisalConfirmed,
    OfficerTakenOver,
)
from services.payroll.projections.keys import id_of_subject


class OfficerRow(msgspec.Struct, frozen=True, kw_only=True):
    """An officer's post and standing; `coefficient_permille` is that of the latest appraised quarter, if any."""

    officer: str
    town: str
    post_no: str
    position: str
    education: str
    qualification: str
    qualified_on: date | None
    appointed_on: date
    contract_mode: str
    appraised_year: int | None = None
    appraised_quarter: int | None = None
    grade: str | None = None
    coefficient_permille: int | None = None


def _officer(row: OfficerRow | None, record: Record, _: str) -> OfficerRow | None:
    match record.fact:
        case OfficerTakenOver() as fact:
            names = OfficerRow.__struct_fields__[: OfficerRow.__struct_fields__.index("appraised_year")]
            return OfficerRow(**{name: getattr(fact, name) for name in names})
        case AppraisalConfirmed() as fact if row is not None:
            if (fact.year, fact.quarter) <= (row.appraised_year or 0, row.appraised_quarter or 0):
                return row
            return msgspec.structs.replace(
                row,
                appraised_year=fact.year,
                appraised_quarter=fact.quarter,
                grade=fact.grade,
                coefficient_permille=fact.coefficient_permille,
            )
        case _:
            return row


OFFICERS: Final = Model(
    name="officers",
    row=OfficerRow,
    listens=(OfficerTakenOver, AppraisalConfirmed),
    keys=id_of_subject,
    evolve=_officer,
)
