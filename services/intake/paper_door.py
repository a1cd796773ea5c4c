"""Doors to what the window holds of persons: its part of the folder, and both persons of a match; unmasked only as a fact; no HTTP."""

from datetime import date
from typing import Any
from uuid import UUID

from services.contracts.folders import Sheet, Sight
from services.eventlog import listing, papers
from services.eventlog.api.commands import outcome_body
from services.eventlog.api.runtime import Doors, Runtime
from services.eventlog.auth import Identity
from services.eventlog.papers import Paper
from services.eventlog.problems import Problem
from services.intake import store
from services.intake.domain import PrintPapers, ReadMatch
from services.intake.forms import Bundle, sheets_of


async def folder(runtime: Runtime, identity: Identity, household_no: str, *, as_json: bool) -> Paper:
    """The window's part of the folder with what is personal masked, or its contents."""
    sheets = await _sheets(runtime, identity, household_no, unmasked=False)
    return await _folder(runtime, household_no, sheets, as_json=as_json)


async def form(runtime: Runtime, identity: Identity, household_no: str, code: str, of: str) -> Paper:
    """One form, masked."""
    sheets = await _sheets(runtime, identity, household_no, unmasked=False)
    return papers.form(sheets, code, of, sample=runtime.settings.simulated_clock)


async def printed(
    runtime: Runtime, doors: Doors, identity: Identity, command: PrintPapers, key: UUID, of: str
) -> Paper:  # fmt: skip
    """The paper with everything on it: what is to be printed must be there, then the read is stated, then it is made."""
    household_no = command.household_no
    masked = await _sheets(runtime, identity, household_no, unmasked=False)
    if command.paper:
        papers.form(masked, command.paper, of, sample=False)
    await papers.state_read(runtime, doors, identity, command, key)
    sheets = await _sheets(runtime, identity, household_no, unmasked=True)
    if command.paper:
        return papers.form(sheets, command.paper, of, sample=runtime.settings.simulated_clock)
    return await _folder(runtime, household_no, sheets, as_json=False)


async def match_persons(
    runtime: Runtime, doors: Doors, identity: Identity, command: ReadMatch, key: UUID
) -> dict[str, Any]:  # fmt: skip
    """Name, birthday and address of both persons of a match, once the look is stated; null where nothing is known or left."""
    match = await store.match(runtime.pool, command.match_no)
    if match is None:
        raise Problem(status=404, code="not-found", zh="没有该疑似重复", en="there is no such match")
    outcome = await papers.state_read(runtime, doors, identity, command, key)
    persons = await store.match_persons(runtime.pool, runtime.keyring, match)
    return {"persons": persons, **outcome_body(outcome)}


async def _folder(runtime: Runtime, household_no: str, sheets: tuple[Sheet, ...], *, as_json: bool) -> Paper:
    today: date = await listing.today(runtime.pool)
    sample = runtime.settings.simulated_clock
    return papers.folder("intake", household_no, sheets, as_json=as_json, made_on=today, sample=sample)


async def _sheets(runtime: Runtime, identity: Identity, household_no: str, *, unmasked: bool) -> tuple[Sheet, ...]:
    """The window's sheets of a household of the reader's own town; a folder's number names its town."""
    if identity.town is not None and household_no.partition("-")[0] != identity.town:
        raise papers.no_paper()
    facts = await papers.kept(runtime.pool, "intake", household_no)
    clear = papers.unsealed(facts, runtime.keyring, household_no) if unmasked else None
    book = await runtime.decider.rulebook()
    sheets = sheets_of(Bundle(household_no=household_no, facts=facts, sight=Sight(clear=clear), book=book))
    if not sheets:
        raise papers.no_paper()
    return sheets
