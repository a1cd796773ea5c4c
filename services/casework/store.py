"""SQL of casework: what a decision reads besides its command – the sealed income of a survey, a household's sealed fields."""

from datetime import date, datetime

import msgspec

from services.casework.domain import AdjustBenefit, DecideEligibility, Household, SealedFields, readable, sealed_income
from services.casework.projections.proofs import ProofRow
from services.contracts.clocks import ClockRow
from services.contracts.codec import decoder_of
from services.contracts.deciding import CHINA, Command
from services.contracts.sealed import Sealed
from services.eventlog.keyring import Erased, Keyring
from services.eventlog.postgres import Pool


async def household(pool: Pool, subject: str) -> Household | None:
    """A household's decision state; `None` when casework never heard of it."""
    state = await pool.fetchval("SELECT state FROM casework.streams WHERE subject = $1", subject)
    return None if state is None else decoder_of(Household).decode(state)


async def enrich(command: Command, pool: Pool, keyring: Keyring) -> Command:
    """Put the unsealed income into a decision about eligibility or amount; other commands are left alone.

    It is that of the case's latest valid survey, or of the latest re-verification.
    """
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


async def open_clocks(
    pool: Pool, town: str | None, held_by: str | None, clock: str | None, limit: int
) -> list[tuple[str, ClockRow]]:
    """Clocks that run or are paused, by last day; of one town by its part of the keys."""
    rows = await pool.fetch(
        "SELECT key, doc::text FROM casework.m_clocks WHERE doc->>'status' IN ('running', 'paused') "
        "AND ($1::text IS NULL OR (key > $1 || '/' AND key < $1 || '0' AND doc->>'town' = $1)) "
        "AND ($2::text IS NULL OR doc->>'held_by' = $2) AND ($3::text IS NULL OR doc->>'clock' = $3) "
        "ORDER BY doc->>'due_on', key LIMIT $4",
        town, held_by, clock, limit,
    )  # fmt: skip
    return [(row["key"], decoder_of(ClockRow).decode(row["doc"])) for row in rows]


async def today(pool: Pool) -> date:
    """The civil date in China by the log's clock, which the sample simulates."""
    instant: datetime = await pool.fetchval("SELECT log.now()")
    return instant.astimezone(CHINA).date()
