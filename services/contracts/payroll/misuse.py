"""Facts about misuse of money (四(三)): found, handled (处理), somebody held accountable (追责), closed."""

from datetime import date

from services.contracts.money import Fen
from services.contracts.registry import Fact, fact


@fact("payroll", "misuse_found", subject="misuse")
class MisuseFound(Fact, frozen=True, kw_only=True):
    """Money was used for something it may not pay; `finding_no` is the finding of supervision or audit it rests on."""

    misuse_no: str
    finding_no: str
    year: int
    source: str
    document: str
    town: str
    amount_fen: Fen
    what: str
    rule: str
    found_on: date
    recorded_by: str


@fact("payroll", "misuse_handled", subject="misuse")
class MisuseHandled(Fact, frozen=True, kw_only=True):
    """What was done about it (处理), by which document; `recovered_fen` of the money came back with it."""

    misuse_no: str
    measure: str
    document: str
    recovered_fen: Fen
    open_fen: Fen
    handled_on: date
    handled_by: str


@fact("payroll", "misuse_accounted", subject="misuse")
class MisuseAccounted(Fact, frozen=True, kw_only=True):
    """Somebody is held accountable (追责), or it was decided by document that nobody is: `accountable` is empty then."""

    misuse_no: str
    accountable: str
    role: str
    outcome: str
    document: str
    decided_on: date
    decided_by: str


@fact("payroll", "misuse_closed", subject="misuse")
class MisuseClosed(Fact, frozen=True, kw_only=True):
    """The matter is closed (销号): handled and accounted for; what was not recovered is said with its reason."""

    misuse_no: str
    unrecovered_fen: Fen
    reason: str
    closed_on: date
    closed_by: str
