"""SQL of payroll: the decision states a draft is computed from, and what the bank file needs."""

from typing import Any

import msgspec

from services.contracts.codec import decoder_of
from services.contracts.deciding import Command
from services.eventlog.keyring import Keyring
from services.eventlog.postgres import Pool
from services.payroll.domain import AGGREGATES
from services.payroll.domain import filling
from services.payroll.domain.pay_inputs import READ_FOR_DRAFT, filled
from services.payroll.domain.run import DraftRun


async def decision_states(pool: Pool, prefixes: tuple[str, ...]) -> dict[str, msgspec.Struct]:
    """Decision states by subject, of every subject with one of these prefixes."""
    decoders: dict[str, msgspec.json.Decoder[Any]] = {a.prefix: decoder_of(a.state) for a in AGGREGATES}
    rows = await pool.fetch(
        "SELECT subject, state FROM payroll.streams WHERE split_part(subject, ':', 1) = ANY ($1)", list(prefixes)
    )
    return {row["subject"]: decoders[row["subject"].partition(":")[0]].decode(row["state"]) for row in rows}


async def enrich(command: Command, pool: Pool, keyring: Keyring) -> Command:
    """Put what a decision reads of other subjects into the command; other commands are left alone.

    Officers and funds as they stand into a draft; posts, candidates, accounts and wages into those of `filling.READ`.
    """
    if isinstance(command, DraftRun):
        return filled(command, await decision_states(pool, READ_FOR_DRAFT))
    wanted = filling.READ.get(type(command))
    if wanted is None:
        return command
    return filling.filled(command, await decision_states(pool, wanted), keyring.pseudonym)
