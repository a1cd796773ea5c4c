"""SQL of intake: keys of town systems, quarantined input, what an erasure finds, whose a request number is, who a person is like."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import msgspec

from services.contracts.casework import HouseholdTakenOver
from services.contracts.codec import decoder_of, derived_id
from services.contracts.deciding import Command
from services.contracts.folders import ERASED, said
from services.contracts.intake import InputQuarantined, RequestReceived
from services.contracts.registry import kind_of
from services.contracts.resident_ids import born_on, normal_id
from services.contracts.rulebook import NoRule
from services.contracts.sealed import Personal, Sealed
from services.eventlog import listing, metrics, waiting
from services.eventlog.deciding import Decider, Incoming, NotLevel
from services.eventlog.keyring import Erased, Keyring
from services.eventlog.papers import kept
from services.eventlog.postgres import Pool
from services.intake.domain import (
    Alike,
    ApproveErasure,
    CarryOutErasure,
    ClaimRequestNumber,
    Erasure,
    Holding,
    Household,
    NotePerson,
    Number,
    Person,
    ReceiveRequest,
    Receiving,
    RefuseErasure,
    RequestErasure,
    Town,
)
from services.intake.projections import FeatureRow, MatterRow, PersonRow, QuarantinedPayload, TieRow
from services.intake.projections.persons import BenefitRow
from services.intake.projections.registers import MatchRow
from services.intake.rules import Matching
from services.intake.service import SERVICE

# The timer comes again: other clocks of the worker do not wait long for this one.
LEVEL_SECONDS: Final = 1.0


async def key_hashes(pool: Pool, town: str) -> frozenset[str]:
    """Hashes of the keys a town's system may use: issued and not revoked."""
    state = await pool.fetchval("SELECT state FROM intake.streams WHERE subject = $1", f"town:{listing.as_text(town)}")
    return decoder_of(Town).decode(state).usable_key_hashes if state is not None else frozenset()


async def quarantined_payload(pool: Pool, keyring: Keyring, town: str, place: str) -> str | None:
    """What was quarantined at a place, unsealed; `None` when nothing waits there."""
    doc = await pool.fetchval(
        "SELECT doc::text FROM intake.m_quarantined_payloads WHERE key = $1 AND doc->>'town' = $2", place, town
    )
    payload = decoder_of(QuarantinedPayload).decode(doc).payload if doc is not None else None
    if not isinstance(payload, Sealed):
        return None
    return keyring.unseal(payload, kind=kind_of(InputQuarantined), subject=f"town:{town}")


async def claim_numbers(decider: Decider, requests: Iterable[ReceiveRequest]) -> None:
    """Claim the numbers of requests that are about to be decided, all in one commit; a number once claimed stays so.

    Two subjects are never decided together: the claim stands before the request is looked at, and a request that is
    then refused keeps its number for a corrected one of the same household.
    """
    wanted = {(request.request_no, request.household_no) for request in requests}
    claims = [
        Incoming(
            commandid=derived_id(f"number/{request_no}", household_no),
            command=ClaimRequestNumber(request_no=request_no, household_no=household_no),
            actor=f"edge:{SERVICE.name}",
            role="edge",
        )
        for request_no, household_no in sorted(wanted)
    ]
    for outcome in await decider.execute(claims) if claims else ():
        if isinstance(outcome, Exception):
            raise outcome


async def number_holder(pool: Pool, request_no: str) -> str:
    """The household that holds a request number; empty while nobody does."""
    state = await pool.fetchval("SELECT state FROM intake.streams WHERE subject = $1", f"number:{request_no}")
    return "" if state is None else decoder_of(Number).decode(state).household_no


async def erasure(pool: Pool, erasure_no: str) -> Erasure:
    """An order to erase as decisions know it."""
    state = await pool.fetchval("SELECT state FROM intake.streams WHERE subject = $1", f"erasure:{erasure_no}")
    return Erasure() if state is None else decoder_of(Erasure).decode(state)


_TIES: Final = "SELECT doc::text AS doc FROM intake.m_ties WHERE key > $1 || '/' AND key < $1 || '0' AND starts_with(key, $1 || '/')"
_MATTERS: Final = "SELECT doc::text AS doc FROM intake.m_matters WHERE listed = ANY ($1)"


async def holding(pool: Pool, keyring: Keyring, person: str) -> Holding:
    """Which keys there are of a person, what is open about whatever names them, when anything was last stated of it."""
    ties = [decoder_of(TieRow).decode(row["doc"]) for row in await pool.fetch(_TIES, person)]
    about = [person, *(one.subject for one in ties)]
    matters = [decoder_of(MatterRow).decode(row["doc"]) for row in await pool.fetch(_MATTERS, about)]
    days = [one.last_on for one in ties] + [one.last_on for one in matters]
    return Holding(
        groups=keyring.groups_of(person),
        open=tuple(dict.fromkeys(one.what for one in sorted(matters, key=lambda one: one.what) if one.open)),
        last_on=max(days) if days else None,
    )


async def carry_out(command: CarryOutErasure, pool: Pool, keyring: Keyring) -> CarryOutErasure:
    """Delete the keys of an approved order, unless its person came back; killed in between, the next try finds them gone.

    An order that is done is looked at no more: whoever comes back later gets new keys, which no old order touches. Keys
    do not come back, so the last look is at models that are level with the log's end; `NotLevel` while they are not.
    """
    if not await waiting.level(pool, SERVICE.name, LEVEL_SECONDS):
        raise NotLevel(f"{SERVICE.name} is behind the log: {command.erasure_no} waits")
    # Looked at after the wait: another worker's clock may have carried it out meanwhile.
    order = await erasure(pool, command.erasure_no)
    if order.status != "approved":
        return command
    held = await holding(pool, keyring, order.person)
    if held.open and set(held.groups) & set(order.groups):
        return msgspec.structs.replace(command, holding=held, erased=False)
    metrics.KEYS_ERASED.inc(keyring.erase(order.person, order.groups))
    return msgspec.structs.replace(command, erased=True)


class Edge:
    """What intake's decisions need besides their own stream; one per process, it keeps the decider of its pool.

    A request is told whose its number is, which is claimed first where nobody has it; a person, who else there is; an
    order to erase, what is held of its person, whose keys are deleted before the deed is stated.
    """

    def __init__(self) -> None:
        self._decider: Decider | None = None

    async def __call__(self, command: Command, pool: Pool, keyring: Keyring) -> Command:
        match command:
            case RequestErasure(resident_id=resident_id):
                person = keyring.pseudonym(normal_id(resident_id))
                return msgspec.structs.replace(command, holding=await holding(pool, keyring, person))
            case ApproveErasure(erasure_no=erasure_no) | RefuseErasure(erasure_no=erasure_no):
                person = (await erasure(pool, erasure_no)).person
                return msgspec.structs.replace(command, holding=await holding(pool, keyring, person))
            case CarryOutErasure():
                return await carry_out(command, pool, keyring)
        if isinstance(command, NotePerson):
            return await _compared(command, self._deciding(pool, keyring))
        if not isinstance(command, ReceiveRequest):
            return command
        holder = await number_holder(pool, command.request_no)
        if not holder:
            await claim_numbers(self._deciding(pool, keyring), [command])
            holder = await number_holder(pool, command.request_no)
        return msgspec.structs.replace(command, number_held_by=holder)

    def _deciding(self, pool: Pool, keyring: Keyring) -> Decider:
        """Kept, for it knows the adopted packs and asks for them again only when one was adopted."""
        if self._decider is None or self._decider.pool is not pool:
            self._decider = Decider(SERVICE, pool, keyring)
        return self._decider


# One round trip for a member whom nobody else is like: what the person's stream says, who knows the person, who shares a
# feature. What more than so many share (a hotline's own phone) tells nobody apart.
ROWS_UNDER_MAX: Final = 50
_UNDER: Final = (
    "SELECT '{model}' AS what, m.doc::text AS doc FROM unnest({keys}::text[]) k CROSS JOIN LATERAL "
    "(SELECT doc FROM intake.m_{model} WHERE key > k || '/' AND key < k || '0' AND starts_with(key, k || '/') "
    "LIMIT $4) m"
)
_LOOK_UP: Final = " UNION ALL ".join(
    (
        "SELECT 'stream' AS what, convert_from(state, 'UTF8') AS doc FROM intake.streams WHERE subject = $1",
        _UNDER.format(model="persons", keys="$2"),
        _UNDER.format(model="features", keys="$3"),
    )
)


async def _compared(command: NotePerson, decider: Decider) -> NotePerson:
    """The requests that are closed by now, the receiving households of the person, and who else is alike."""
    pool = decider.pool
    found: dict[str, list[str]] = {"stream": [], "persons": [], "features": []}
    looked_up = [command.subject, [command.person], list(command.keys), ROWS_UNDER_MAX]
    for row in await pool.fetch(_LOOK_UP, *looked_up):
        found[row["what"]].append(row["doc"])
    if not any(found.values()):
        return command
    noted = [one for state in found["stream"] for one in decoder_of(Person).decode(state).noted]
    known = [decoder_of(PersonRow).decode(doc) for doc in found["persons"]]
    holders = {
        (holder.person, holder.household_no): holder
        for holder in map(decoder_of(FeatureRow).decode, found["features"])
        if holder.person != command.person and holder.household_no != command.household_no
    }
    alike = await _alike(command, holders, decider)
    asking = {one.household_no for one in noted} | {one.household_no for one, _ in alike if one.request_no}
    still_open = await _open_requests(pool, asking)
    stock = {one.household_no: one.stock for one, _ in alike} | {one.household_no: one.stock for one in known}
    receiving = await _receiving(stock, pool)
    return msgspec.structs.replace(
        command,
        closed=tuple(one.request_no for one in noted if one.request_no not in still_open),
        receiving=tuple(
            # A folder's number names its town.
            Receiving(household_no=number, town=number.partition("-")[0])
            for number in sorted({one.household_no for one in known} & receiving - {command.household_no})
        ),
        alike=tuple(
            Alike(
                person=one.person, household_no=one.household_no, town=one.town, features=features,
                where="open_application" if one.request_no in still_open else "receiving",
            )
            for one, features in alike
            if one.request_no in still_open or one.household_no in receiving
        ),
    )  # fmt: skip


async def _open_requests(pool: Pool, household_nos: set[str]) -> set[str]:
    """The requests of these households of which anything is open."""
    if not household_nos:
        return set()
    subjects = [f"household:{number}" for number in sorted(household_nos)]
    rows = await pool.fetch("SELECT state FROM intake.streams WHERE subject = ANY ($1)", subjects)
    households = [decoder_of(Household).decode(row["state"]) for row in rows]
    return {application.request_no for household in households for application in household.applications}


async def _receiving(stock: dict[str, bool], pool: Pool) -> set[str]:
    """Which of these households receive a benefit now: the stock does, unless something has changed since."""
    if not stock:
        return set()
    changed = await pool.fetch("SELECT key, doc::text FROM intake.m_benefits WHERE key = ANY ($1)", list(stock))
    now = stock | {row["key"]: decoder_of(BenefitRow).decode(row["doc"]).receiving for row in changed}
    return {number for number, receiving in now.items() if receiving}


async def _alike(
    command: NotePerson, holders: dict[tuple[str, str], FeatureRow], decider: Decider
) -> list[tuple[FeatureRow, tuple[str, ...]]]:
    """Other persons of other households who share features that the pack asks for; names are compared in clear, here alone."""
    matching = await _matching(decider) if holders else None
    if matching is None:
        return []
    mine = _name(command.name, kind_of(RequestReceived), command.household_no, decider.keyring)
    found = []
    for _, holder in sorted(holders.items()):
        features = _shared(command, holder)
        if matching.enough(("name", *features)):
            theirs = _name(holder.name, holder.kind, holder.household_no, decider.keyring)
            if mine and theirs and matching.names_alike(mine, theirs):
                features = ("name", *features)
        if matching.enough(features):
            found.append((holder, features))
    return found


def _shared(command: NotePerson, holder: FeatureRow) -> tuple[str, ...]:
    return tuple(sorted(key.partition(":")[0] for key in set(command.keys) & set(holder.keys)))


def _name(box: object, kind: str, household_no: str, keyring: Keyring) -> str:
    """A member's name in clear, as a fact of that kind sealed it; empty where it was erased, or is not known."""
    if not isinstance(box, Sealed):
        return ""
    try:
        return keyring.unseal(box, kind=kind, subject=f"household:{household_no}")
    except Erased:
        return ""


async def _matching(decider: Decider) -> Matching | None:
    """The pack ``matching`` in force; None where the district adopted none, and nobody is compared."""
    book = await decider.rulebook()
    try:
        return book.on("matching", await listing.today(decider.pool), Matching)
    except NoRule:
        return None


class MatchPerson(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a match as whoever decides it sees it; null where nothing is known; a name whose key is gone says so."""

    household_no: str
    name: str | None = None
    born_on: date | None = None
    address: str | None = None


async def match(pool: Pool, match_no: str) -> MatchRow | None:
    """A match by its number; `None` when there is none, or it is not visible yet."""
    doc = await pool.fetchval("SELECT doc::text FROM intake.m_matches WHERE key = $1", match_no)
    return None if doc is None else decoder_of(MatchRow).decode(doc)


async def match_persons(pool: Pool, keyring: Keyring, match: MatchRow) -> tuple[MatchPerson, ...]:
    """Both persons of a match. Only after `MatchPersonsRead` is stated."""
    sides = ((match.person, match.household), (match.other_person, match.other_household))
    return tuple([await _match_person(pool, keyring, person, household_no) for person, household_no in sides])


async def _match_person(pool: Pool, keyring: Keyring, person: str, household_no: str) -> MatchPerson:
    """As the latest request names the person; where none does, as casework's latest list of the household."""
    requests = said(await kept(pool, "intake", household_no), RequestReceived)
    for one in reversed(requests):
        member = next((member for member in one.fact.members if member.person == person), None)
        if member is not None:
            boxes = (member.name, member.resident_id, one.fact.address)
            kinds = (kind_of(RequestReceived),) * 3
            return _opened(keyring, household_no, boxes, kinds)
    doc = await pool.fetchval("SELECT doc::text FROM intake.m_persons WHERE key = $1", f"{person}/{household_no}")
    if doc is None:
        return MatchPerson(household_no=household_no)
    row = decoder_of(PersonRow).decode(doc)
    kinds = (row.named_by, row.named_by, kind_of(HouseholdTakenOver))
    return _opened(keyring, household_no, (row.name, row.resident_id, row.address), kinds)


def _opened(keyring: Keyring, household_no: str, boxes: Sequence[Personal | None], kinds: Sequence[str]) -> MatchPerson:
    """Name, birthday (of the resident ID, which itself is not shown) and address, each opened as what it was sealed in."""
    subject = f"household:{household_no}"
    name, resident_id, address = (_text(box, kind, subject, keyring) for box, kind in zip(boxes, kinds, strict=True))
    born = born_on(resident_id) if resident_id else None
    if name is None and isinstance(boxes[0], Sealed):
        name = ERASED
    return MatchPerson(household_no=household_no, name=name, born_on=born, address=address)


def _text(box: Personal | None, kind: str, subject: str, keyring: Keyring) -> str | None:
    if not isinstance(box, Sealed):
        return None
    try:
        return keyring.unseal(box, kind=kind, subject=subject)
    except Erased:
        return None
