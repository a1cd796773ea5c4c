"""The folder's doors: forms masked for those who read, unmasked once the read is a fact; a town that helps sees its case; no HTTP."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from services.casework import store
from services.casework.domain import Household, PrintPapers
from services.casework.forms import Bundle, sheets_of
from services.contracts.casework import CaseOpened
from services.contracts.folders import Sheet, Sight, said
from services.contracts.money import Fen
from services.eventlog import listing, papers
from services.eventlog.api.runtime import Doors, Runtime
from services.eventlog.auth import Identity
from services.eventlog.papers import Paper
from services.eventlog.seeing import WHOLE_DISTRICT, read_for

# What a town that was asked to help with the survey needs of that case, and nothing else.
_HELPERS_FORMS: Final = ("help_letter", "survey_form")
_NONE: Final[Mapping[str, Fen]] = MappingProxyType({})


async def folder(runtime: Runtime, identity: Identity, household_no: str, *, as_json: bool) -> Paper:
    """The folder with what is personal masked, or its contents."""
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
    proposed = {of: Fen(command.amount_fen)} if command.amount_fen is not None else {}
    sheets = await _sheets(runtime, identity, household_no, unmasked=True, proposed=proposed)
    if command.paper:
        return papers.form(sheets, command.paper, of, sample=runtime.settings.simulated_clock)
    return await _folder(runtime, household_no, sheets, as_json=False)


async def _folder(runtime: Runtime, household_no: str, sheets: tuple[Sheet, ...], *, as_json: bool) -> Paper:
    today = await listing.today(runtime.pool)
    sample = runtime.settings.simulated_clock
    return papers.folder("casework", household_no, sheets, as_json=as_json, made_on=today, sample=sample)


async def _sheets(
    runtime: Runtime, identity: Identity, household_no: str, *, unmasked: bool, proposed: Mapping[str, Fen] = _NONE
) -> tuple[Sheet, ...]:
    """The sheets that `identity` may see; those of its own town, or of the case it was asked to help with."""
    state = await store.household(runtime.pool, listing.as_text(f"household:{household_no}"))
    if state is None or (identity.town is not None and identity.town not in state.towns):
        raise papers.no_paper()
    facts = await papers.kept(runtime.pool, "casework", household_no)
    clear = papers.unsealed(facts, runtime.keyring, household_no) if unmasked else None
    with read_for(WHOLE_DISTRICT):  # the folder goes with the household: what another town proved goes with it
        proofs = await store.proofs(runtime.pool, [one.fact.application_no for one in said(facts, CaseOpened)])
    book = await runtime.decider.rulebook()
    bundle = Bundle(
        household_no=household_no, facts=facts, sight=Sight(clear=clear), book=book, proofs=proofs,
        proposed=proposed,
    )  # fmt: skip
    return _seen(sheets_of(bundle), state, identity.town)


def _seen(sheets: tuple[Sheet, ...], state: Household, town: str | None) -> tuple[Sheet, ...]:
    if town in (None, state.town):
        return sheets
    asked = {case.application_no for case in state.cases if case.helping_town == town}
    return tuple(one for one in sheets if one.of in asked and one.form.code in _HELPERS_FORMS)
