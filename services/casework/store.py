"""SQL of casework: what a decision reads besides its command – the sealed income of a survey, a household's sealed fields."""

from datetime import date
from typing import Final

import msgspec

from services.casework.domain import (
    AdjustBenefit,
    DecideEligibility,
    Household,
    OpenedMember,
    ReverifyHousehold,
    SealedFields,
    readable,
    sealed_income,
)
from services.casework.projections.proofs import ProofRow
from services.contracts.codec import decoder_of
from services.contracts.deciding import Command
from services.contracts.resident_ids import born_on
from services.contracts.sealed import Sealed
from services.eventlog.keyring import Erased, Keyring
from services.eventlog.postgres import Pool

_JSON_TEXTS: Final = decoder_of(tuple[str, ...])


async def household(pool: Pool, subject: str) -> Household | None:
    """A household's decision state; `None` when casework never heard of it."""
    state = await pool.fetchval("SELECT state FROM casework.streams WHERE subject = $1", subject)
    return None if state is None else decoder_of(Household).decode(state)


async def enrich(command: Command, pool: Pool, keyring: Keyring) -> Command:
    """Put what a decision about eligibility or amount reads unsealed into it; other commands are left alone.

    The income is that of the case's latest valid survey, or of the latest re-verification; the members' groups, and
    birthdays where tekun asks for the age, are those recorded last.
    """
    if not isinstance(command, DecideEligibility | AdjustBenefit | ReverifyHousehold):
        return command
    state = await household(pool, command.subject)
    # A look at others than recipients of tekun reads nothing of the members.
    read = state if not isinstance(command, ReverifyHousehold) or (state and state.resident_ids) else None
    opened, opened_at = _opened(read, command.subject, keyring)
    command = msgspec.structs.replace(command, opened=opened, opened_at=opened_at)
    if isinstance(command, ReverifyHousehold):
        return command
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


def _opened(
    state: Household | None, subject: str, keyring: Keyring
) -> tuple[tuple[OpenedMember, ...] | None, str | None]:
    """The members as recorded last, and where they were sealed; an erased one is in no group and of no age."""
    if state is None or state.groups is None:
        return None, None
    groups, numbers = state.groups, state.resident_ids
    members = tuple(
        OpenedMember(
            groups=_JSON_TEXTS.decode(_text(groups, i, subject, keyring) or "[]"),
            born_on=_born_on(_text(numbers, i, subject, keyring)) if numbers is not None else None,
        )
        for i in range(len(groups.values))
    )
    first = groups.values[0]
    return members, first.at if isinstance(first, Sealed) else None


def _text(fields: SealedFields, place: int, subject: str, keyring: Keyring) -> str | None:
    """One value unsealed; None when its key is gone."""
    box = fields.values[place]
    try:
        return keyring.unseal(box, kind=fields.kind, subject=subject) if isinstance(box, Sealed) else None
    except Erased:
        return None


def _born_on(resident_id: str | None) -> date | None:
    return None if resident_id is None else born_on(resident_id)


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
