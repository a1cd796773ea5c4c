"""SQL of payroll: the decision states a draft is computed from, and what the bank file needs."""

from typing import Any

import msgspec

from services.contracts.codec import decoder_of
from services.contracts.deciding import Command
from services.eventlog.keyring import Keyring
from services.eventlog.postgres import Pool
from services.payroll.domain import AGGREGATES, filling
from services.payroll.domain.appraisal import Appraisal, AppraiseYear, ProposeAppraisal, quarter_subject
from services.payroll.domain.officer import Officer
from services.payroll.domain.pay_inputs import READ_FOR_DRAFT, filled
from services.payroll.domain.posts import DISTRICT, Posts
from services.payroll.domain.run import DraftRun
from services.payroll.projections.work import OfficerWorkRow, counted, quarter_key


async def decision_states(pool: Pool, prefixes: tuple[str, ...]) -> dict[str, msgspec.Struct]:
    """Decision states by subject, of every subject with one of these prefixes."""
    decoders: dict[str, msgspec.json.Decoder[Any]] = {a.prefix: decoder_of(a.state) for a in AGGREGATES}
    rows = await pool.fetch(
        "SELECT subject, state FROM payroll.streams WHERE split_part(subject, ':', 1) = ANY ($1)", list(prefixes)
    )
    return {row["subject"]: decoders[row["subject"].partition(":")[0]].decode(row["state"]) for row in rows}


async def posts(pool: Pool) -> Posts:
    """The district's posts as decisions see them; none established before the first word of them."""
    state = await pool.fetchval("SELECT state FROM payroll.streams WHERE subject = $1", DISTRICT)
    return Posts() if state is None else decoder_of(Posts).decode(state)


async def enrich(command: Command, pool: Pool, keyring: Keyring) -> Command:
    """Put what a decision reads of other subjects into the command; other commands are left alone."""
    match command:
        case DraftRun():
            return filled(command, await decision_states(pool, READ_FOR_DRAFT))
        case ProposeAppraisal():
            return await _measured(command, pool)
        case AppraiseYear():
            return await _with_quarters(command, pool)
        case _ if type(command) in filling.READ:
            states = await decision_states(pool, filling.READ[type(command)])
            return filling.filled(command, states, keyring.pseudonym)
        case _:
            return command


async def _measured(command: ProposeAppraisal, pool: Pool) -> ProposeAppraisal:
    """What the read models hold of the quarter at one instant, and how far they have come on the log."""
    found = await pool.fetchrow(
        "SELECT (SELECT array_agg(sequence ORDER BY partition) FROM payroll.cursor) AS as_of, "
        "(SELECT array_agg(ARRAY[key, doc::text]) FROM payroll.m_officer_work WHERE listed = $1) AS work, "
        "(SELECT state FROM payroll.streams WHERE subject = $2) AS officer",
        quarter_key(command.officer, command.year, command.quarter),
        f"officer:{command.officer}",
    )
    assert found is not None, "a row of subqueries is always one row"
    officer = decoder_of(Officer).decode(found["officer"]) if found["officer"] else Officer()
    rows = [(key, decoder_of(OfficerWorkRow).decode(doc)) for key, doc in found["work"] or ()]
    return msgspec.structs.replace(
        command,
        town=officer.posts[-1].town if officer.posts else "",
        counted=counted(rows),
        as_of=tuple(found["as_of"]),
    )


async def _with_quarters(command: AppraiseYear, pool: Pool) -> AppraiseYear:
    subjects = [quarter_subject(command.officer, command.year, quarter) for quarter in (1, 2, 3, 4)]
    rows = await pool.fetch("SELECT subject, state FROM payroll.streams WHERE subject = ANY ($1)", subjects)
    states = {row["subject"]: decoder_of(Appraisal).decode(row["state"]) for row in rows}
    settled = [
        (quarter, state.score)
        for quarter, subject in enumerate(subjects, start=1)
        if (state := states.get(subject)) is not None and state.score is not None
    ]
    return msgspec.structs.replace(command, quarters=tuple(settled))
