"""SQL of intake: the keys of town systems, and quarantined input with its sealed payload; nothing else."""

from services.contracts.codec import decoder_of
from services.contracts.intake import InputQuarantined
from services.contracts.registry import kind_of
from services.contracts.sealed import Sealed
from services.eventlog.keyring import Keyring
from services.eventlog.postgres import Pool
from services.intake.domain.town import Town
from services.intake.projections import QuarantinedPayload


async def key_hashes(pool: Pool, town: str) -> frozenset[str]:
    """Hashes of the keys a town's system may use."""
    state = await pool.fetchval("SELECT state FROM intake.streams WHERE subject = $1", f"town:{town}")
    return frozenset(decoder_of(Town).decode(state).key_hashes) if state is not None else frozenset()


async def quarantined_payload(pool: Pool, keyring: Keyring, town: str, place: str) -> str | None:
    """What was quarantined at a place, unsealed; `None` when nothing waits there."""
    doc = await pool.fetchval(
        "SELECT doc::text FROM intake.m_quarantined_payloads WHERE key = $1 AND doc->>'town' = $2", place, town
    )
    payload = decoder_of(QuarantinedPayload).decode(doc).payload if doc is not None else None
    if not isinstance(payload, Sealed):
        return None
    return keyring.unseal(payload, kind=kind_of(InputQuarantined), subject=f"town:{town}")
