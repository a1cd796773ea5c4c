"""Read models of pay slips: a row an officer and month with what became of the payment, and the slip whole for its reader."""

from typing import Any, Final, Literal

import msgspec

from services.contracts.deciding import Model, Record
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import (
    PaymentReturned,
    PaymentSettled,
    PayslipComputed,
    PayslipContestAnswered,
    PayslipContested,
    RecoveryReceived,
    RunDiscarded,
    SlipReversed,
)
from services.payroll.projections.keys import id_of_subject


class PayslipRow(msgspec.Struct, frozen=True, kw_only=True):
    """One officer's month. A returned line stays owed until a later file settles it.

    `reversed`: the slip counts no more; `recovery_open_fen` of what had been paid on it is expected back.
    """

    officer: str
    month: Month
    town: str
    gross_fen: Fen
    personal_insurance_fen: Fen
    tax_fen: Fen
    net_fen: Fen
    employer_insurance_fen: Fen
    status: Literal["computed", "settled", "returned", "reversed"]
    recovery_open_fen: Fen = Fen(0)
    contest: str = ""


def _keys(record: Record) -> tuple[str, ...]:
    fact: Any = record.fact
    month = id_of_subject(record)[0]
    officers = fact.officers if isinstance(fact, RunDiscarded) else (fact.officer,)
    return tuple(f"{month}/{officer}" for officer in officers)


def _payslip(row: PayslipRow | None, record: Record, _: str) -> PayslipRow | None:
    if isinstance(record.fact, PayslipComputed):
        return _computed(record.fact)
    if row is None or isinstance(record.fact, RunDiscarded):
        return None
    replace = msgspec.structs.replace
    match record.fact:
        case PaymentSettled():
            return replace(row, status="settled")
        case PaymentReturned():
            return replace(row, status="returned")
        case SlipReversed() as fact:
            return replace(row, status="reversed", recovery_open_fen=fact.net_fen if fact.settled else Fen(0))
        case RecoveryReceived(left_fen=left_fen):
            return replace(row, recovery_open_fen=left_fen)
        case PayslipContested():
            return replace(row, contest="open")
        case PayslipContestAnswered(outcome=outcome):
            return replace(row, contest=outcome)
        case _:
            return row


def _computed(slip: PayslipComputed) -> PayslipRow:
    return PayslipRow(
        officer=slip.officer,
        month=slip.month,
        town=slip.town,
        gross_fen=slip.gross_fen,
        personal_insurance_fen=slip.personal_insurance_fen,
        tax_fen=slip.tax_fen,
        net_fen=slip.net_fen,
        employer_insurance_fen=slip.employer_insurance_fen,
        status="computed",
    )


PAYSLIPS: Final = Model(
    name="payslips",
    row=PayslipRow,
    listens=(
        PayslipComputed, RunDiscarded, PaymentSettled, PaymentReturned, SlipReversed, RecoveryReceived,
        PayslipContested, PayslipContestAnswered,
    ),
    keys=_keys,
    evolve=_payslip,
    own="officer",
)  # fmt: skip


class SlipRow(msgspec.Struct, frozen=True, kw_only=True):
    """A slip whole: its lines with the money that pays them, what they rest on, and the tax's working."""

    slip: PayslipComputed


def _slip(_: SlipRow | None, record: Record, __: str) -> SlipRow | None:
    return SlipRow(slip=record.fact) if isinstance(record.fact, PayslipComputed) else None


SLIPS: Final = Model(
    name="slips",
    row=SlipRow,
    listens=(PayslipComputed, RunDiscarded),
    keys=_keys,
    evolve=_slip,
    internal=True,  # an officer reads the own slips only, which the door for them sees to
    seen_by=("slip.town",),
    own="slip.officer",
)
