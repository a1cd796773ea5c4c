"""Read model of misuse of money (四(三)): found, handled, accounted for, closed."""

from datetime import date
from typing import Final, Literal

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.money import Fen
from services.contracts.payroll import MisuseAccounted, MisuseClosed, MisuseFound, MisuseHandled
from services.payroll.projections.keys import id_of_subject


class MisuseRow(msgspec.Struct, frozen=True, kw_only=True):
    """A case of misuse: `open_fen` did not come back yet."""

    finding_no: str
    year: int
    source: str
    document: str
    town: str
    amount_fen: Fen
    open_fen: Fen
    what: str
    rule: str
    found_on: date
    status: Literal["found", "handled", "accounted", "closed"] = "found"
    measures: tuple[str, ...] = ()
    accountable: str = ""
    role: str = ""
    outcome: str = ""
    closed_on: date | None = None


def _misuse(row: MisuseRow | None, record: Record, _: str) -> MisuseRow | None:
    replace = msgspec.structs.replace
    match record.fact:
        case MisuseFound() as found:
            names = ("finding_no", "year", "source", "document", "town", "amount_fen", "what", "rule", "found_on")
            return MisuseRow(**{name: getattr(found, name) for name in names}, open_fen=found.amount_fen)
        case MisuseHandled() as handled if row is not None:
            status = "accounted" if row.status == "accounted" else "handled"
            return replace(row, status=status, open_fen=handled.open_fen, measures=(*row.measures, handled.measure))
        case MisuseAccounted() as one if row is not None:
            return replace(row, status="accounted", accountable=one.accountable, role=one.role, outcome=one.outcome)
        case MisuseClosed(closed_on=closed_on) if row is not None:
            return replace(row, status="closed", closed_on=closed_on)
        case _:
            return row


MISUSES: Final = Model(
    name="misuses",
    row=MisuseRow,
    listens=(MisuseFound, MisuseHandled, MisuseAccounted, MisuseClosed),
    keys=id_of_subject,
    evolve=_misuse,
)
