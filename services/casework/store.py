"""SQL of casework: what a decision reads besides its command – a sealed income, other subjects' states, sealed fields."""

from typing import Any, Final

import msgspec

from services.casework.domain import (
    DEVICE,
    HOUSEHOLD,
    OFFICER,
    TOWN,
    AdjustBenefit,
    DecideEligibility,
    Household,
    SealedFields,
    readable,
    sealed_income,
)
from services.casework.domain.delivery.filling import FILLED, Wanted, filled, wanted
from services.casework.projections.proofs import ProofRow
from services.contracts.codec import decoder_of
from services.contracts.deciding import Command
from services.contracts.sealed import Sealed
from services.eventlog.keyring import Erased, Keyring
from services.eventlog.postgres import Pool


async def household(pool: Pool, subject: str) -> Household | None:
    """A household's decision state; `None` when casework never heard of it."""
    state = await pool.fetchval("SELECT state FROM casework.streams WHERE subject = $1", subject)
    return None if state is None else decoder_of(Household).decode(state)


async def enrich(command: Command, pool: Pool, keyring: Keyring) -> Command:
    """Put what a decision reads besides its own stream into the command; other commands are left alone.

    Into one about eligibility or amount the unsealed income, that of the case's latest valid survey or of the latest
    re-verification; into those about delivered care what officers, towns and households stand at.
    """
    if isinstance(command, (*FILLED, DecideEligibility)):
        command = filled(command, await _states(pool, command))
    if not isinstance(command, DecideEligibility | AdjustBenefit):
        return command
    state = await household(pool, command.subject)
    if isinstance(command, AdjustBenefit):
        fields = state.verified_income if state is not None else None
    else:
        fields = sealed_income(state, command.application_no) if state is not None else None
    box = fields.values[0] if fields is not None else None
    if fields is None or not isinstance(box, Sealed):
        return msgspec.structs.replace(command, income_per_head_fen=None, income_at=None)
    try:
        income = int(keyring.unseal(box, kind=fields.kind, subject=command.subject))
    except Erased:  # a grant is then refused for want of an income; a refusal needs none
        return msgspec.structs.replace(command, income_per_head_fen=None, income_at=None)
    return msgspec.structs.replace(command, income_per_head_fen=income, income_at=box.at)


_STATES: Final = {one.prefix: decoder_of(one.state) for one in (HOUSEHOLD, OFFICER, DEVICE, TOWN)}
_BY_NAME: Final = "SELECT subject, state FROM casework.streams WHERE subject = ANY ($1)"
# The order of the index on beginnings; no subject holds the last character there is.
_BY_BEGINNING: Final = (
    "SELECT subject, state FROM casework.streams WHERE subject ~>=~ $1 AND subject ~<~ ($1 || chr(1114111))"
)
# Households that name an officer anywhere, in whatever town: asked only when somebody leaves.
_BY_OFFICER: Final = (
    "SELECT subject, state FROM casework.streams "
    "WHERE subject LIKE 'household:%' AND position(convert_to($1, 'UTF8') IN state) > 0"
)
# An officer names a town, a town its households; nothing is further away.
STEPS_MAX: Final = 3


async def _states(pool: Pool, command: Command) -> dict[str, Any]:
    """The decision states a command is filled from, by subject."""
    states: dict[str, Any] = {}
    asked = Wanted()
    for _ in range(STEPS_MAX):
        ask = wanted(command, states)
        if ask == asked:
            break
        asked = ask
        rows = await pool.fetch(_BY_NAME, list(ask.named)) if ask.named else []
        for beginning in ask.beginnings:
            rows = [*rows, *await pool.fetch(_BY_BEGINNING, beginning)]
        if ask.officer:
            rows = [*rows, *await pool.fetch(_BY_OFFICER, f'{ask.officer}"')]
        states |= {row["subject"]: _STATES[row["subject"].partition(":")[0]].decode(row["state"]) for row in rows}
    return states


async def proof(pool: Pool, application_no: str) -> ProofRow | None:
    """The proof of procedure of a case; `None` when there is no such case."""
    doc = await pool.fetchval("SELECT doc::text FROM casework.m_procedure_proofs WHERE key = $1", application_no)
    return None if doc is None else decoder_of(ProofRow).decode(doc)


async def clear_values(pool: Pool, keyring: Keyring, subject: str, field: str) -> tuple[str, ...]:
    """The unsealed values of a household's field. Only after `PersonalFieldRead` is stated."""
    state = await household(pool, subject)
    fields: SealedFields | None = readable(state, field) if state is not None else None
    if fields is None:
        return ()
    return tuple(
        keyring.unseal(box, kind=fields.kind, subject=subject) for box in fields.values if isinstance(box, Sealed)
    )
