"""SQL of casework: what a decision reads besides its command – a sealed income, other subjects' states, sealed fields."""

from datetime import date
from typing import Any, Final

import msgspec

from services.casework.check_files import OpenCheck
from services.casework.domain import (
    DEVICE,
    HOUSEHOLD,
    OFFICER,
    TOWN,
    AdjustBenefit,
    CutShare,
    DecideEligibility,
    Household,
    OpenedMember,
    RecordMemberDeath,
    ReverifyHousehold,
    SealedFields,
    readable,
    sealed_income,
    sealed_property,
    sealed_spending,
)
from services.casework.domain.commands.lists import StandingEntry
from services.casework.domain.contractors.state import Contractor
from services.casework.domain.delivery.filling import Wanted
from services.casework.domain.delivery.officers import Officer
from services.casework.domain.filling import FILLED, filled, wanted
from services.casework.domain.listed import BenefitList, ListLine
from services.casework.domain.lists.benefit_list import BENEFIT_LIST
from services.casework.domain.municipal import TASK
from services.casework.domain.state import KnownAccount
from services.casework.municipal_files import Folder, Opened
from services.casework.projections.care import ServicePlanRow
from services.casework.projections.checks import OpenCheckRow
from services.casework.projections.households import HouseholdRow
from services.casework.projections.lists import BenefitLinesRow, BenefitListRow, StandingListRow
from services.casework.projections.municipal import MunicipalChangeRow
from services.casework.projections.proofs import ProofRow
from services.contracts.casework import InformationCheckRequested
from services.contracts.codec import decoder_of
from services.contracts.deciding import Command
from services.contracts.folders import ERASED
from services.contracts.registry import kind_of
from services.contracts.resident_ids import born_on
from services.contracts.sealed import Personal, Sealed
from services.eventlog import listing
from services.eventlog.keyring import Erased, Keyring
from services.eventlog.postgres import Pool

_JSON_TEXTS: Final = decoder_of(tuple[str, ...])


async def household(pool: Pool, subject: str) -> Household | None:
    """A household's decision state; `None` when casework never heard of it."""
    state = await pool.fetchval("SELECT state FROM casework.streams WHERE subject = $1", subject)
    return None if state is None else decoder_of(Household).decode(state)


async def enrich(command: Command, pool: Pool, keyring: Keyring) -> Command:
    """Put what a decision reads besides its own stream into the command; other commands are left alone.

    Into one about eligibility or amount what is sealed: income, spending and property of the case's latest valid survey or of the
    latest re-verification, the members' groups, and birthdays where tekun asks for the age, as recorded last. Into
    those about delivered care what officers, towns and households stand at.
    """
    if isinstance(command, (*FILLED, DecideEligibility)):
        command = filled(command, await _states(pool, command))
    if not isinstance(command, DecideEligibility | AdjustBenefit | CutShare | RecordMemberDeath | ReverifyHousehold):
        return command
    state = await household(pool, command.subject) or Household()
    # A look at others than recipients of tekun reads nothing of the members.
    read = state if not isinstance(command, ReverifyHousehold) or state.resident_ids else Household()
    opened, opened_at = _opened(read, command.subject, keyring)
    command = msgspec.structs.replace(command, opened=opened, opened_at=opened_at)
    if isinstance(command, CutShare | RecordMemberDeath | ReverifyHousehold):
        return command
    if isinstance(command, AdjustBenefit):
        text, at = _unsealed(state.verified_income, command.subject, keyring)
        return msgspec.structs.replace(command, income_per_head_fen=text and int(text), income_at=at)
    number, subject = command.application_no, command.subject
    income, at = _unsealed(sealed_income(state, number), subject, keyring)
    spending, _ = _unsealed(sealed_spending(state, number), subject, keyring)
    over, _ = _unsealed(sealed_property(state, number), subject, keyring)
    return msgspec.structs.replace(
        command,
        income_per_head_fen=income and int(income),
        income_at=at,
        rigid_spending_per_head_fen=spending and int(spending),
        property_over=over and tuple(msgspec.json.decode(over, type=list[str])),
    )


def _unsealed(fields: SealedFields | None, subject: str, keyring: Keyring) -> tuple[str | None, str | None]:
    """The clear text of a sealed value and where it was sealed; neither when there is none, or its key was erased.

    A grant is then refused for want of it; a refusal needs none.
    """
    box = fields.values[0] if fields is not None else None
    if fields is None or not isinstance(box, Sealed):
        return None, None
    try:
        return keyring.unseal(box, kind=fields.kind, subject=subject), box.at
    except Erased:
        return None, None


def _opened(state: Household, subject: str, keyring: Keyring) -> tuple[tuple[OpenedMember, ...] | None, str | None]:
    """The members as recorded last, and where they were sealed; an erased one is in no group and of no age."""
    if state.groups is None:
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


_STATES: Final = {one.prefix: decoder_of(one.state) for one in (HOUSEHOLD, OFFICER, DEVICE, TOWN, BENEFIT_LIST, TASK)}
_BY_NAME: Final = "SELECT subject, state FROM casework.streams WHERE subject = ANY ($1)"
# The order of the index on beginnings; no subject holds the last character there is.
_BY_BEGINNING: Final = (
    "SELECT subject, state FROM casework.streams WHERE subject ~>=~ $1 AND subject ~<~ ($1 || chr(1114111)) "
    "AND ($2 = '' OR position(convert_to($2, 'UTF8') IN state) > 0)"
)
# Households and tasks that name an officer anywhere, in whatever town: asked only when somebody leaves.
_BY_OFFICER: Final = (
    "SELECT subject, state FROM casework.streams WHERE (subject LIKE 'household:%' OR subject LIKE 'task:%') "
    "AND position(convert_to($1, 'UTF8') IN state) > 0"
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
            rows = [*rows, *await pool.fetch(_BY_BEGINNING, beginning, ask.naming)]
        if ask.officer:
            rows = [*rows, *await pool.fetch(_BY_OFFICER, f'{ask.officer}"')]
        states |= {row["subject"]: _STATES[row["subject"].partition(":")[0]].decode(row["state"]) for row in rows}
    return states


async def contractor(pool: Pool, number: str) -> Contractor | None:
    """A contractor's decision state; `None` when nobody registered it."""
    state = await pool.fetchval("SELECT state FROM casework.streams WHERE subject = $1", f"contractor:{number}")
    return None if state is None else decoder_of(Contractor).decode(state)


async def contractors(pool: Pool) -> list[tuple[str, Contractor]]:
    """Every registered contractor's number and decision state, by number."""
    rows = await pool.fetch(
        "SELECT subject, state FROM casework.streams WHERE subject ~>=~ 'contractor:' AND subject ~<~ 'contractor;' ORDER BY subject"
    )
    decoder = decoder_of(Contractor)
    return [(row["subject"].partition(":")[2], decoder.decode(row["state"])) for row in rows]


async def orders_of(pool: Pool, number: str, table: str, limit: int) -> list[dict[str, Any]]:
    """A contractor's rows of a model that is keyed ``<contractor>/<order>``, the latest numbers first."""
    found = await pool.fetch(
        f"SELECT key, doc::text AS doc FROM casework.m_{table} WHERE key ~>=~ $1 AND key ~<~ ($1 || chr(1114111)) "
        "ORDER BY key DESC LIMIT $2",
        f"{number}/",
        limit,
    )
    return [{"order_no": one["key"].partition("/")[2], **msgspec.json.decode(one["doc"])} for one in found]


async def proof(pool: Pool, application_no: str) -> ProofRow | None:
    """The proof of procedure of a case; `None` when there is no such case."""
    doc = await pool.fetchval("SELECT doc::text FROM casework.m_procedure_proofs WHERE key = $1", application_no)
    return None if doc is None else decoder_of(ProofRow).decode(doc)


async def proofs(pool: Pool, application_nos: list[str]) -> dict[str, ProofRow]:
    """The proofs of procedure of these cases, those that there are."""
    query = "SELECT key, doc::text AS doc FROM casework.m_procedure_proofs WHERE key = ANY ($1)"
    rows = await pool.fetch(query, application_nos)
    return {row["key"]: decoder_of(ProofRow).decode(row["doc"]) for row in rows}


_OPEN_CHECKS: Final = "SELECT key, doc::text AS doc FROM casework.m_open_checks WHERE doc->>'check_no' <> '' AND "


async def open_checks(pool: Pool, register: str, town: str | None, after: str, limit: int) -> list[OpenCheck]:
    """Running checks that a register has yet to answer, of one town or of all, by application, from `after` on."""
    if not (register + after).isprintable():  # PostgreSQL's text holds no NUL, and nothing here is named so
        return []
    query = (
        f"{_OPEN_CHECKS} doc->'open_registers' ? $1 AND ($2::text IS NULL OR doc->>'town' = $2) "
        "AND key > $3 ORDER BY key LIMIT $4"
    )
    return [_open_check(row["key"], row["doc"]) for row in await pool.fetch(query, register, town, after, limit)]


async def checks_by_no(pool: Pool, numbers: list[str]) -> dict[str, OpenCheck]:
    """Running checks by their number, those of `numbers` that there are."""
    wanted = [number for number in numbers if number.isprintable()]
    found = await pool.fetch(f"{_OPEN_CHECKS} doc->>'check_no' = ANY($1)", wanted)
    checks = [_open_check(row["key"], row["doc"]) for row in found]
    return {check.row.check_no: check for check in checks}


def _open_check(application_no: str, doc: str) -> OpenCheck:
    return OpenCheck(application_no=application_no, row=decoder_of(OpenCheckRow).decode(doc))


async def checked_names(
    pool: Pool, keyring: Keyring, checks: list[OpenCheck]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Name and number of everybody in running checks, by check number and pseudonym. Only after `CheckExported` is stated."""
    kind = kind_of(InformationCheckRequested)
    named: dict[tuple[str, str], tuple[str, str]] = {}
    for check in checks:
        subject = f"household:{check.row.household}"
        state = await household(pool, subject)
        cases = state.cases if state is not None else ()
        persons = [p for case in cases if case.check_no == check.row.check_no for p in case.persons]
        for one in persons:
            boxes = (one.name, one.resident_id)
            name, number = (_shown(box, kind, subject, keyring) for box in boxes)
            named[check.row.check_no, one.person] = (name, number)
        for row in check.row.persons:
            named.setdefault((check.row.check_no, row.person), ("", ""))
    return named


def _shown(box: Personal, kind: str, subject: str, keyring: Keyring) -> str:
    """The clear value; empty once its key was erased."""
    try:
        return keyring.unseal(box, kind=kind, subject=subject) if isinstance(box, Sealed) else ""
    except Erased:
        return ""


async def clear_values(pool: Pool, keyring: Keyring, subject: str, field: str) -> tuple[str, ...]:
    """The unsealed values of a household's field, of an erased member that it was erased. Only after `PersonalFieldRead` is stated.

    `Erased` when nothing is left to be read.
    """
    state = await household(pool, subject)
    fields: SealedFields | None = readable(state, field) if state is not None else None
    if fields is None:
        return ()
    boxes = [box for box in fields.values if isinstance(box, Sealed)]
    if boxes and not any(keyring.holds(box.person, box.group) for box in boxes):
        raise Erased(f"no key for any of {len(boxes)} values")
    return tuple(_shown(box, fields.kind, subject, keyring) or ERASED for box in boxes)


_TOWN_LINES: Final = (
    "SELECT doc::text AS doc FROM casework.m_benefit_lines WHERE starts_with(key, $1 || '/') ORDER BY key"
)


async def benefit_list(pool: Pool, list_no: str) -> tuple[BenefitListRow, list[BenefitLinesRow]] | None:
    """A list's row and its lines by committee; `None` when there is no such list."""
    doc = await pool.fetchval("SELECT doc::text FROM casework.m_benefit_lists WHERE key = $1", list_no)
    if doc is None:
        return None
    rows = await pool.fetch(_TOWN_LINES, list_no)
    return decoder_of(BenefitListRow).decode(doc), [decoder_of(BenefitLinesRow).decode(row["doc"]) for row in rows]


async def sent_lines(pool: Pool, subject: str, file_no: int) -> list[ListLine]:
    """The lines of a payment file that the bank has not answered."""
    state = await pool.fetchval("SELECT state FROM casework.streams WHERE subject = $1", subject)
    found = decoder_of(BenefitList).decode(state) if state is not None else BenefitList()
    return [one for one in found.lines if (one.state, one.file_no) == ("sent", file_no)]


async def issued_accounts(pool: Pool, lines: list[ListLine]) -> dict[str, KnownAccount]:
    """The account each line was issued for, sealed, by household; none where it is not known any more.

    Log, list and the file's hash name it, so whoever records another in between turns no approved money. The next file
    pays that one; what the bank returns from a closed account goes there, too.
    """
    states = await _households(pool, [line.household_no for line in lines])
    found = {one.household_no: states.get(one.household_no, Household()).account_of(one.account) for one in lines}
    return {number: account for number, account in found.items() if account is not None}


def clear_accounts(keyring: Keyring, accounts: dict[str, KnownAccount]) -> dict[str, tuple[str, str, str]]:
    """Account number, name and holder by household. Only after `PaymentFileExported` is stated."""
    found = {}
    for number, one in accounts.items():
        no, name = (_shown(box, one.kind, f"household:{number}", keyring) for box in (one.number, one.holder_name))
        found[number] = no, name, one.holder
    return found


async def applicant_names(pool: Pool, keyring: Keyring, numbers: list[str]) -> dict[str, str]:
    """The applicants' names of households that hang at a committee's door by law; empty once a key was erased."""
    return {
        number: _shown(state.names.values[0], state.names.kind, f"household:{number}", keyring)
        for number, state in (await _households(pool, numbers)).items()
        if state.names is not None and state.names.values
    }


async def _households(pool: Pool, numbers: list[str]) -> dict[str, Household]:
    rows = await pool.fetch(_BY_NAME, [f"household:{number}" for number in numbers])
    states = {row["subject"].partition(":")[2]: decoder_of(Household).decode(row["state"]) for row in rows}
    return dict(sorted(states.items()))


_RECEIVING: Final = (
    "SELECT key, doc->>'committee' AS committee, doc->>'category' AS category, "
    "(doc->>'covered_members')::int AS members, (doc->>'monthly_amount_fen')::bigint AS amount_fen "
    "FROM casework.m_households WHERE doc->>'status' = 'receiving' AND doc->>'suspended_from' IS NULL "
    "AND (doc->>'monthly_amount_fen')::bigint > 0 AND ($1::text IS NULL OR doc->>'town' = $1) "
    "AND ($2::text IS NULL OR doc->>'committee' = $2) ORDER BY key"
)


async def receiving(pool: Pool, town: str | None, committee: str | None = None) -> dict[str, list[StandingEntry]]:
    """Who receives a monthly benefit that is not suspended, by committee, as the read models have it."""
    found: dict[str, list[StandingEntry]] = {}
    for row in await pool.fetch(_RECEIVING, town, committee):
        entry = StandingEntry(
            household_no=row["key"], category=row["category"], member_count=row["members"], amount_fen=row["amount_fen"]
        )
        found.setdefault(row["committee"], []).append(entry)
    return found


async def standing_lists(pool: Pool, town: str | None) -> dict[str, StandingListRow]:
    """The standing lists as posted last, by committee."""
    rows = await pool.fetch(
        "SELECT key, doc::text AS doc FROM casework.m_standing_lists WHERE $1::text IS NULL OR doc->>'town' = $1", town
    )
    return {row["key"]: decoder_of(StandingListRow).decode(row["doc"]) for row in rows}


# ---- beside the municipal system

_FOLDERS: Final = (
    "SELECT c.key, c.partition, c.doc::text AS change, h.doc::text AS row FROM casework.m_municipal_changes c "
    "JOIN casework.m_households h USING (key, partition) WHERE ($1::text IS NULL OR c.town = $1) AND "
)
_SEQUENCE: Final = "(c.doc->>'sequence')::bigint"


async def folders_since(pool: Pool, town: str | None, cursor: list[int], limit: int) -> tuple[list[Folder], list[int]]:
    """Households changed after a cursor (the last sequence that was seen, of each partition), and the cursor after them.

    Complete pages by partition: what a page leaves out lies after the cursor it gives.
    """
    rows = await pool.fetch(
        f"{_FOLDERS} {_SEQUENCE} > ($2::bigint[])[c.partition + 1] ORDER BY c.partition, {_SEQUENCE} LIMIT $3",
        town, cursor, limit,
    )  # fmt: skip
    following = list(cursor)
    for row in rows:
        following[row["partition"]] = decoder_of(MunicipalChangeRow).decode(row["change"]).sequence
    return await _folders(pool, rows), following


async def folders_of_month(pool: Pool, town: str | None, month: str, after: str, limit: int) -> list[Folder]:
    """Households in which something changed in a month, as they stand now; by number, from `after` on."""
    query = f"{_FOLDERS} c.doc->'months' ? $2 AND c.key > $3 ORDER BY c.key LIMIT $4"
    return await _folders(pool, await pool.fetch(query, town, month, after, limit))


async def _folders(pool: Pool, rows: list[Any]) -> list[Folder]:
    subjects = [f"household:{row['key']}" for row in rows]
    states = {
        row["subject"]: decoder_of(Household).decode(row["state"]) for row in await pool.fetch(_BY_NAME, subjects)
    }
    found = []
    for row in rows:
        change = decoder_of(MunicipalChangeRow).decode(row["change"])
        found.append(
            Folder(
                household_no=row["key"],
                row=decoder_of(HouseholdRow).decode(row["row"]),
                state=states.get(f"household:{row['key']}", Household()),
                application_no=change.application_no,
                changed_on=change.changed_on,
            )
        )
    return found


def opened_folder(folder: Folder, fields: tuple[str, ...], keyring: Keyring) -> Opened:
    """The personal values of a household that a file asks for. Only given out after `PersonalFieldRead` is stated."""
    subject, state = f"household:{folder.household_no}", folder.state

    def clear(sealed: SealedFields | None) -> tuple[str, ...]:
        boxes = sealed.values if sealed is not None else ()
        return tuple(_shown(box, sealed.kind, subject, keyring) for box in boxes) if sealed is not None else ()

    return Opened(
        names=clear(state.names) if "name" in fields else (),
        resident_ids=clear(state.resident_ids) if "resident_id" in fields else (),
        address="".join(clear(state.address)) if "address" in fields else "",
    )


async def households_in(pool: Pool, town: str, committee: str) -> dict[str, HouseholdRow]:
    """The households of a town, or of one of its committees, by number."""
    query = "SELECT key, doc::text AS doc FROM casework.m_households WHERE town = $1 AND ($2 = '' OR doc->>'committee' = $2)"
    rows = await pool.fetch(query, town, committee)
    return {row["key"]: decoder_of(HouseholdRow).decode(row["doc"]) for row in rows}


# One pass over the households' states: asked once for a whole list.
_OF_PERSONS: Final = (
    "SELECT subject, member->>'person' AS person, state FROM casework.streams, "
    "jsonb_array_elements(coalesce(convert_from(state, 'UTF8')::jsonb->'members', '[]')) member "
    "WHERE subject LIKE 'household:%' AND member->>'person' = ANY ($1) ORDER BY subject"
)


async def households_of(pool: Pool, persons: list[str]) -> dict[str, tuple[str, Household]]:
    """By pseudonym the household a person is a member of, its number and state; of several the one that receives."""
    found: dict[str, tuple[str, Household]] = {}
    for row in await pool.fetch(_OF_PERSONS, persons):
        state = decoder_of(Household).decode(row["state"])
        if row["person"] not in found or (state.category and not found[row["person"]][1].category):
            found[row["person"]] = (row["subject"].partition(":")[2], state)
    return found


_OFFICERS: Final = (
    "SELECT doc->>'committee' AS committee, doc->>'officer' AS officer, count(*) AS households "
    "FROM casework.m_households WHERE doc->>'committee' = ANY ($1) AND doc->>'officer' <> '' GROUP BY 1, 2 ORDER BY 3, 2 DESC"
)


async def officers_of(pool: Pool, committees: list[str]) -> dict[str, str]:
    """By committee the officer who has most of its households, as an actor; none where nobody has any."""
    return {row["committee"]: f"officer:{row['officer']}" for row in await pool.fetch(_OFFICERS, committees)}


async def warned_person(pool: Pool, keyring: Keyring, subject: str) -> tuple[str, ...]:
    """Name, resident ID and contact of whom a warning is about. Only after `WarnedPersonRead` is stated."""
    state = await pool.fetchval("SELECT state FROM casework.streams WHERE subject = $1", subject)
    whom = None if state is None else decoder_of(TASK.state).decode(state).whom
    return () if whom is None else tuple(_shown(box, whom.kind, subject, keyring) for box in whom.values)


async def town_of(pool: Pool, officer: str) -> str | None:
    """The town an officer is on duty in, or was last; `None` when nobody heard of them."""
    town: str | None = await pool.fetchval(
        "SELECT doc->>'town' FROM casework.m_duties WHERE key = $1", listing.as_text(officer)
    )
    return town


_CASELOAD: Final = (
    "SELECT plan.key, plan.doc::text AS doc, stream.state FROM casework.m_service_plans plan "
    "JOIN casework.streams stream ON stream.subject = 'household:' || plan.key "
    "WHERE plan.doc->>'officer' = $1 ORDER BY plan.key"
)


async def caseload(pool: Pool, officer: str) -> list[tuple[str, ServicePlanRow, Household]]:
    """The households whose plan names the officer, with plan and decision state, by number."""
    return [
        (row["key"], decoder_of(ServicePlanRow).decode(row["doc"]), decoder_of(Household).decode(row["state"]))
        for row in await pool.fetch(_CASELOAD, officer)
    ]


_HANDING_OVER: Final = (
    "SELECT subject, state FROM casework.streams WHERE subject IN (SELECT 'officer:' || (doc->>'officer') "
    "FROM casework.m_handovers WHERE $1::text IS NULL OR town = $1) ORDER BY subject"
)


async def handing_over(pool: Pool, town: str | None) -> dict[str, Officer]:
    """The officers, of a town, who ever planned a hand-over, as they stand."""
    rows = await pool.fetch(_HANDING_OVER, town)
    return {row["subject"].partition(":")[2]: decoder_of(Officer).decode(row["state"]) for row in rows}
