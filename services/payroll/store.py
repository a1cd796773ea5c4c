"""SQL of payroll: the decision states a draft is computed from, what the bank file needs, and traces of money."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from services.contracts.codec import decoder_of
from services.contracts.deciding import Command, Model
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import PayslipComputed
from services.contracts.sealed import Personal, Sealed
from services.eventlog import listing
from services.eventlog.keyring import Erased, Keyring
from services.eventlog.postgres import Pool
from services.eventlog.seeing import WHOLE_DISTRICT, read_for
from services.payroll.domain import AGGREGATES, filling
from services.payroll.domain.appraisal import Appraisal, AppraiseYear, ProposeAppraisal, quarter_subject
from services.payroll.domain.drafting import run_subject
from services.payroll.domain.fund import Fund
from services.payroll.domain.officer import Officer
from services.payroll.domain.pay_inputs import READ_FOR_DRAFT, filled
from services.payroll.domain.payee import Payee as Owed
from services.payroll.domain.posts import DISTRICT, Posts
from services.payroll.domain.run import ContestPayslip, DraftRun, Line, Run
from services.payroll.pay_files import Payee
from services.payroll.projections.accounts import AccountsRow
from services.payroll.projections.payslips import PayslipRow, SlipRow
from services.payroll.projections.runs import RunRow
from services.payroll.projections.town_money import RESERVE_FUNDS, TOWN_FUNDS, TOWN_PAYMENTS, TOWN_PURCHASES
from services.payroll.projections.traces import ChargedLine, SlipMoneyRow
from services.payroll.projections.work import OfficerWorkRow, counted, quarter_key


class States(Mapping[str, msgspec.Struct]):
    """Decision states by subject, decoded when they are looked up and not kept: a year of runs is large, and read once."""

    def __init__(self, encoded: Mapping[str, bytes]) -> None:
        self._encoded = encoded
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {a.prefix: decoder_of(a.state) for a in AGGREGATES}

    def __getitem__(self, subject: str) -> msgspec.Struct:
        state: msgspec.Struct = self._decoders[subject.partition(":")[0]].decode(self._encoded[subject])
        return state

    def __iter__(self) -> Iterator[str]:
        return iter(self._encoded)

    def __len__(self) -> int:
        return len(self._encoded)


async def decision_states(pool: Pool, prefixes: tuple[str, ...]) -> States:
    """Decision states by subject, of every subject with one of these prefixes."""
    # From ``prefix:`` to before ``prefix;`` by bytes, which the index on subjects answers: most commands want few of many.
    rows = await pool.fetch(
        "SELECT s.subject, s.state FROM unnest($1::text[]) AS p (prefix) "
        "JOIN payroll.streams s ON s.subject ~>=~ (p.prefix || ':') AND s.subject ~<~ (p.prefix || ';')",
        list(prefixes),
    )
    return States({row["subject"]: row["state"] for row in rows})


async def run_of(pool: Pool, month: Month) -> Run:
    """The decision state of a month's run; an empty one when there is none."""
    state = await pool.fetchval("SELECT state FROM payroll.streams WHERE subject = $1", run_subject(month))
    return decoder_of(Run).decode(state) if state is not None else Run()


async def slips_of(pool: Pool, month: Month, officers: Sequence[str]) -> dict[str, PayslipComputed]:
    """Slips whole, by officer, as far as they are visible."""
    docs = await _docs(pool, "m_slips", [f"{month}/{officer}" for officer in officers])
    slips = [decoder_of(SlipRow).decode(doc).slip for doc in docs.values()]
    return {slip.officer: slip for slip in slips}


async def slip_standing(pool: Pool, month: Month, officer: str) -> tuple[RunRow | None, PayslipRow | None]:
    """Where the month's run and the officer's payment stand."""
    runs = await _docs(pool, "m_runs", [str(month)])
    slips = await _docs(pool, "m_payslips", [f"{month}/{officer}"])
    return (
        next((decoder_of(RunRow).decode(doc) for doc in runs.values()), None),
        next((decoder_of(PayslipRow).decode(doc) for doc in slips.values()), None),
    )


async def _docs(pool: Pool, table: str, keys: Sequence[str]) -> dict[str, str]:
    rows = await pool.fetch(f"SELECT key, doc::text AS doc FROM payroll.{table} WHERE key = ANY ($1)", list(keys))
    return {row["key"]: row["doc"] for row in rows}


async def payees(pool: Pool, keyring: Keyring, lines: Sequence[Line]) -> list[Payee] | None:
    """Who the lines pay, in clear, in their order; `None` while one of them is not visible here yet.

    What is read is stated by the door that asks, before anybody sees it.
    """
    docs = await _docs(pool, "m_accounts", [line.officer for line in lines])
    found = []
    for line in lines:
        row = decoder_of(AccountsRow).decode(docs[line.officer]) if line.officer in docs else None
        paid_to = [one for one in row.accounts if one.pseudonym == line.bank_account_pseudonym] if row else []
        if row is None or not paid_to:
            return None
        subject = f"officer:{line.officer}"
        found.append(
            Payee(
                officer=line.officer,
                name=_shown(row.name, row.kind, subject, keyring),
                account=_shown(paid_to[0].account, paid_to[0].kind, subject, keyring),
                resident_id=_shown(row.resident_id, row.kind, subject, keyring),
                amount_fen=line.net_fen,
            )
        )
    return found


def _shown(box: Personal, kind: str, subject: str, keyring: Keyring) -> str:
    """The clear value; empty once its key was erased."""
    try:
        return keyring.unseal(box, kind=kind, subject=subject) if isinstance(box, Sealed) else ""
    except Erased:
        return ""


async def _with_person(command: ContestPayslip, pool: Pool) -> ContestPayslip:
    """Whose key an objection is sealed with: the officer's own."""
    docs = await _docs(pool, "m_accounts", [command.officer])
    row = decoder_of(AccountsRow).decode(docs[command.officer]) if docs else None
    return msgspec.structs.replace(command, person=row.person if row else None)


async def posts(pool: Pool) -> Posts:
    """The district's posts as decisions see them; none established before the first word of them."""
    state = await pool.fetchval("SELECT state FROM payroll.streams WHERE subject = $1", DISTRICT)
    return Posts() if state is None else decoder_of(Posts).decode(state)


async def enrich(command: Command, pool: Pool, keyring: Keyring) -> Command:
    """Put what a decision reads of other subjects into the command; other commands are left alone."""
    match command:
        case DraftRun():
            return filled(command, await decision_states(pool, READ_FOR_DRAFT))
        case ContestPayslip():
            return await _with_person(command, pool)
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


ROWS_MAX: Final = 1_000
_slip_rows: Final = decoder_of(SlipMoneyRow)


class PageOfSlips(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the slips that a document of a source of a year pays, after the key of another."""

    year: int
    source: str
    document: str
    after: str = ""
    limit: int = 100


class SlipOfDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What the document pays of one slip."""

    key: str
    officer: str
    town: str
    status: str
    bank_reference: str
    lines: tuple[ChargedLine, ...]
    amount_fen: Fen


async def slips_of_document(pool: Pool, wanted: PageOfSlips) -> list[SlipOfDocument]:
    """By month and officer; a slip that was taken back is there with its status."""
    share = msgspec.json.encode([{"source": wanted.source, "document": wanted.document}]).decode()
    found = await pool.fetch(
        "SELECT key, doc::text AS doc FROM payroll.m_slip_money "
        "WHERE key > $1 AND left(key, 5) = $2 AND doc->'lines' @> $3::jsonb ORDER BY key LIMIT $4",
        listing.as_text(wanted.after),
        f"{wanted.year:04d}-",
        listing.as_text(share),
        max(1, min(wanted.limit, ROWS_MAX)),
    )
    return [slip_of_document(one["key"], _slip_rows.decode(one["doc"]), wanted) for one in found]


def slip_of_document(key: str, row: SlipMoneyRow, wanted: PageOfSlips) -> SlipOfDocument:
    lines = tuple(one for one in row.lines if (one.source, one.document) == (wanted.source, wanted.document))
    return SlipOfDocument(
        key=key,
        officer=row.officer,
        town=row.town,
        status=row.status,
        bank_reference=row.bank_reference,
        lines=lines,
        amount_fen=Fen(sum(one.amount_fen for one in lines)),
    )


async def money_of_town(pool: Pool, town: str) -> dict[str, Any]:
    """A town's own purchases, payments, money, reserve funds and invoices, at most `ROWS_MAX` of each by key; accepted orders it owes."""
    models: dict[str, Model[Any]] = {
        "purchases": TOWN_PURCHASES, "payments": TOWN_PAYMENTS, "funds": TOWN_FUNDS, "reserves": RESERVE_FUNDS,
    }  # fmt: skip
    pages = {
        name: await listing.page(pool, "payroll", model, limit=ROWS_MAX, town=town) for name, model in models.items()
    }
    with read_for(WHOLE_DISTRICT):  # an invoice is of a contractor; whose it is to pay stands in its row
        invoices = await pool.fetch(
            "SELECT key, doc::text AS doc FROM payroll.m_invoices WHERE doc->>'payer_town' = $1 ORDER BY key LIMIT $2",
            listing.as_text(town), ROWS_MAX,
        )  # fmt: skip
    owed = (await decision_states(pool, ("payee",))).items()
    return {
        "town": town,
        **{name: rows for name, (rows, _) in pages.items()},
        "invoices": [{"key": one["key"], **msgspec.json.decode(one["doc"])} for one in invoices],
        "payables": payables_of(((subject, state) for subject, state in owed if isinstance(state, Owed)), town),
    }


def payables_of(owed: Iterable[tuple[str, Owed]], town: str) -> list[dict[str, Any]]:
    """Accepted orders that a town pays itself and no invoice names yet, by contractor and contract."""
    return [
        {
            "contractor": subject.partition(":")[2], "contract_no": one.contract_no, "order_no": one.order_no,
            "payable_fen": one.payable_fen,
        }
        for subject, state in sorted(owed, key=lambda one: one[0])
        for one in state.payables
        if one.payer_town == town
    ]  # fmt: skip


async def openings(pool: Pool) -> list[dict[str, Any]]:
    """Promises that were taken over and are not settled yet, by year and source."""
    funds = (await decision_states(pool, ("fund",))).items()
    return openings_of((subject, state) for subject, state in funds if isinstance(state, Fund))


def openings_of(funds: Iterable[tuple[str, Fund]]) -> list[dict[str, Any]]:
    """What of each taken-over promise is open: year, source, its name as it is settled by, and how much."""
    found = []
    for subject, fund in sorted(funds, key=lambda one: one[0]):
        year, _, source = subject.partition(":")[2].partition("-")
        found += [
            {"year": int(year), "source": source, "claim": one.run, "open_fen": one.committed_fen - one.paid_fen}
            for one in fund.commitments
            if one.run.startswith("opening:") and one.committed_fen > one.paid_fen
        ]
    return found


async def appraisals_of(pool: Pool, officer: str) -> list[dict[str, Any]]:
    """An officer's quarters with points, objections and grades, the latest first."""
    found = await pool.fetch(
        "SELECT doc::text AS doc FROM payroll.m_appraisals WHERE doc->>'officer' = $1 "
        "ORDER BY doc->>'year' DESC, doc->>'quarter' DESC",
        listing.as_text(officer),
    )
    return [msgspec.json.decode(one["doc"]) for one in found]


async def quarters_of(pool: Pool, officer: str) -> list[dict[str, Any]]:
    """An officer's confirmed quarters, those from before this software too."""
    found = await pool.fetchval(
        "SELECT (doc->'quarters')::text FROM payroll.m_officers WHERE key = $1", listing.as_text(officer)
    )
    quarters: list[dict[str, Any]] = msgspec.json.decode(found) if found else []
    return quarters
