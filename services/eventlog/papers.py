"""A household's folder between store and door: its facts, what is sealed in them once a read is stated, and the page or index made."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from services.contracts import printing
from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import Command
from services.contracts.folders import Held, KeptFact, Sheet, folder_page, forms_page, held, index_of, sealed_values
from services.contracts.registry import Fact, kind_of
from services.eventlog.api.commands import incoming_of, outcome_body, refused
from services.eventlog.api.runtime import Doors, Runtime
from services.eventlog.auth import Identity
from services.eventlog.deciding import Outcome
from services.eventlog.keyring import Erased, Keyring
from services.eventlog.listing import as_text
from services.eventlog.postgres import Pool
from services.eventlog.problems import Problem

_KEPT: Final = decoder_of(KeptFact)
# A page runs nothing and fetches nothing, whatever was typed into it; a shared computer keeps no copy of it.
PAGE_HEADERS: Final = {
    "content-security-policy": printing.POLICY,
    "cache-control": "no-store",
}


class Paper(NamedTuple):
    """What a door answers with."""

    content: bytes
    media_type: str


async def kept(pool: Pool, service: str, household_no: str) -> tuple[Held[Fact], ...]:
    """The facts of a household that its service's folder is made from, in their order."""
    query = f"SELECT doc::text AS doc FROM {service}.m_folder_facts WHERE listed = $1 ORDER BY key"
    rows = await pool.fetch(query, as_text(household_no))
    return held(_KEPT.decode(row["doc"]) for row in rows)


def unsealed(facts: Iterable[Held[Fact]], keyring: Keyring, household_no: str) -> dict[str, str]:
    """Every sealed value of these facts in clear, by its place; an erased one is left out. Only after the read is stated."""
    clear: dict[str, str] = {}
    for one in facts:
        kind = kind_of(type(one.fact))
        for box in sealed_values(one.fact):
            try:
                clear[box.at] = keyring.unseal(box, kind=kind, subject=f"household:{household_no}")
            except Erased:
                continue
    return clear


async def state_read(runtime: Runtime, doors: Doors, identity: Identity, command: Command, key: UUID) -> Outcome:
    """State an unmasked read before anything is shown: a problem where it was refused, or was answered once already."""
    outcome = await runtime.decider.submit(incoming_of(doors, identity, command, key))
    if outcome.status != "accepted":
        raise refused(outcome)
    if outcome.replayed:  # that look is on the log; showing the values again would be another one
        raise Problem(
            status=409, code="read-replayed", zh="该次查看已登记并已答复；再次查看须换用新的 Idempotency-Key 并重新登记",
            en="this look was answered and stated; to look again, use a new Idempotency-Key", extra=outcome_body(outcome),
        )  # fmt: skip
    return outcome


def folder(
    service: str, household_no: str, sheets: Sequence[Sheet], *, as_json: bool, made_on: date, sample: bool
) -> Paper:
    """The whole folder to print, or its contents as JSON."""
    if not sheets:
        raise no_paper()
    if as_json:
        return Paper(encoder.encode(index_of(service, household_no, sheets)), "application/json")
    page = folder_page(service, household_no, sheets, made_on=made_on, sample=sample)
    return Paper(page.encode(), "text/html; charset=utf-8")


def form(sheets: Sequence[Sheet], code: str, of: str, *, sample: bool) -> Paper:
    """One form of the folder: every sheet of it, of one matter where `of` names it, blanks for what is missing."""
    page = forms_page(sheets, code, of, sample=sample)
    if page is None:
        raise no_paper()
    return Paper(page.encode(), "text/html; charset=utf-8")


def no_paper() -> Problem:
    return Problem(
        status=404,
        code="not-found",
        zh="没有这户或这份表格，或不属于本镇街",
        en="no such household or form, or not of your town",
    )
