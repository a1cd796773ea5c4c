"""Pay's files given out and taken in: every giving out of names and accounts is a fact first; decides and prints nothing itself."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from services.contracts.deciding import CommandRejected
from services.contracts.money import Fen
from services.contracts.months import Month
from services.contracts.payroll import PayslipComputed
from services.contracts.rulebook import RuleBook
from services.eventlog.api.commands import incoming_of, outcome_body, refused
from services.eventlog.api.runtime import Doors, Runtime
from services.eventlog.auth import Identity
from services.eventlog.deciding import Outcome
from services.eventlog.problems import Problem
from services.eventlog.sheets import error_file
from services.payroll import store
from services.payroll.domain.run import (
    HELD,
    DeclareInsurance,
    DeclareTax,
    ExportBankFile,
    ExportDeclaration,
    ImportBankReturn,
    Line,
    Run,
    batch_reference,
    batch_text,
    declared_of,
    judge,
    lines_of_file,
)
from services.payroll.domain.run.commands import Declaration, Profile, TableFormat, Words
from services.payroll.pay_files import (
    Payee,
    RowError,
    bank_file,
    insurance_table,
    return_lines,
    table_file,
    tax_table,
)
from services.payroll.rules import (
    ACCOUNTS,
    BANK_PROFILES,
    CONTRACT_MODES,
    FUNDING,
    Accounts,
    BankProfiles,
    ContractModes,
    Funding,
    pack_on,
    pay_packs_on,
)

FINANCE: Final = frozenset({"bureau-finance"})
EXPORTS: Final = Doors(
    roles=dict.fromkeys((ExportBankFile, DeclareInsurance, DeclareTax, ExportDeclaration, ImportBankReturn), FINANCE)
)
_NOT_VISIBLE: Final = partial(
    Problem,
    status=503, code="not-visible-yet", zh="人员账户或工资单尚未可见，请稍后再试", en="an account or a slip is not visible yet; try again",
    retry_after_seconds=1,
)  # fmt: skip
_REPLAYED: Final = "该次出具已登记并已答复；再次出具须换用新的 Idempotency-Key"


class BankFileExport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which bank file is given out, in which layout, and why."""

    month: Month
    file_no: int
    profile: Profile
    reason: Words


class DeclarationAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which unit's declaration of a month is made, and in which format its file will be."""

    month: Month
    declaration: Declaration
    unit: str
    format: TableFormat = "xlsx"


class DeclarationExport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which declaration's file is given out, and why."""

    month: Month
    declaration: Declaration
    unit: str
    reason: Words


class GivenFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file on its way out: its bytes, what it is, what it is called, and its hash."""

    content: bytes
    kind: Literal["csv", "xlsx", "fixed"]
    name: str
    sha256: str


def _refusing(no: CommandRejected) -> Problem:
    return Problem(status=409, code=no.code, zh=no.zh, en=no.en)


async def give_bank_file(runtime: Runtime, identity: Identity, wanted: BankFileExport, key: UUID) -> GivenFile:
    """The bytes of a bank file, once that they are given out is stated. The same run gives the same bytes."""
    month, number = wanted.month, wanted.file_no
    run = await store.run_of(runtime.pool, month)
    rules = await runtime.decider.rulebook()
    try:
        lines = lines_of_file(run, number)
        profiles = pack_on(rules, BANK_PROFILES, month.first_day, BankProfiles)
        layout = profiles.files.get(wanted.profile)
    except CommandRejected as no:
        raise _refusing(no) from None
    if layout is None:
        raise Problem(
            status=422, code="profile-unknown", zh="规则包中没有这种银行版式", en="the pack has no such bank layout"
        )
    payees = await _payees(runtime, lines)
    reference = batch_reference(runtime.keyring.pseudonym(batch_text(month, number)))
    content = bank_file(layout, payees, month=month, file_no=number, reference=reference)
    given = _given(content, layout.format, f"pay-{month}-{number}-{wanted.profile}")
    command = ExportBankFile(
        month=month,
        file_no=number,
        profile=wanted.profile,
        reason=wanted.reason,
        file_format=layout.format,
        file_encoding=layout.encoding if layout.format != "xlsx" else "utf-8",
        file_sha256=given.sha256,
        pack_version=rules.version_on(BANK_PROFILES, month.first_day),
    )
    _once(await runtime.decider.submit(incoming_of(EXPORTS, identity, command, key)))
    return given


async def _payees(runtime: Runtime, lines: Sequence[Line]) -> list[Payee]:
    payees = await store.payees(runtime.pool, runtime.keyring, lines)
    if payees is None:
        raise _NOT_VISIBLE()
    return payees


def _given(content: bytes, kind: Literal["csv", "xlsx", "fixed"], name: str) -> GivenFile:
    ending = "txt" if kind == "fixed" else kind
    return GivenFile(content=content, kind=kind, name=f"{name}.{ending}", sha256=hashlib.sha256(content).hexdigest())


def _once(outcome: Outcome) -> None:
    """The giving out is stated now. A repeat was answered before; giving the file again would be another reading."""
    if outcome.status != "accepted":
        raise refused(outcome)
    if outcome.replayed:
        raise Problem(
            status=409, code="read-replayed", zh=_REPLAYED,
            en="this giving out was answered and stated; for another one use a new Idempotency-Key",
            extra=outcome_body(outcome),
        )  # fmt: skip


async def take_bank_return(
    runtime: Runtime, identity: Identity, month: Month, profile: str, raw: bytes, key: UUID, *, dry_run: bool
) -> tuple[dict[str, Any], Outcome | None]:
    """A bank's return file: what became, or in a dry run would become, of its rows.

    A file with a row that cannot be read is not taken; lines that fit no payment are held for a person.
    """
    try:
        profiles = pack_on(await runtime.decider.rulebook(), BANK_PROFILES, month.first_day, BankProfiles)
    except CommandRejected as no:
        raise _refusing(no) from None
    answers = profiles.returns.get(profile)
    if answers is None:
        raise Problem(
            status=422, code="profile-unknown", zh="规则包中没有这种回盘版式", en="the pack has no such return layout"
        )
    lines, errors = return_lines(answers, raw, runtime.keyring.pseudonym)
    command = ImportBankReturn(month=month, file_sha256=hashlib.sha256(raw).hexdigest(), lines=lines)
    try:
        held = _held(await store.run_of(runtime.pool, month), command, runtime)
    except CommandRejected as no:
        raise _refusing(no) from None
    rows = sorted([*errors, *held], key=lambda one: one.row)
    told: dict[str, Any] = {
        "dry_run": dry_run,
        "rows": len(lines) + len(errors),
        "applied": len(lines) - len(held),
        "held": len(held),
        "unreadable": len(errors),
        "errors": rows,
        "error_file": error_file(msgspec.to_builtins(rows)) if rows else None,
    }
    if dry_run:
        return told, None
    if errors:
        raise Problem(
            status=422, code="file-rows-invalid", zh="回盘文件有无法识别的行，全文件未处理；请更正后重新导入",
            en="some rows cannot be read, so nothing was taken; correct them and send the file again", extra=told,
        )  # fmt: skip
    outcome = await runtime.decider.submit(incoming_of(EXPORTS, identity, command, key))
    if outcome.status != "accepted":
        raise refused(outcome)
    return told | outcome_body(outcome), outcome


def _held(run: Run, command: ImportBankReturn, runtime: Runtime) -> list[RowError]:
    found = []
    for line, _, code in judge(run, command, runtime.keyring.pseudonym):
        if code:
            zh, en = HELD[code]
            found.append(RowError(row=line.row_no, column="", code=code, detail=zh, detail_en=en))
    return found


# ── declarations ────────────────────────────────────────────────────────────────────────────────────────────────────


async def declare(runtime: Runtime, identity: Identity, wanted: DeclarationAsked, key: UUID) -> Outcome:
    """State a unit's declaration with the hash of its file; who gets the file is stated when it is given out."""
    table, base_fen = await _table(runtime, wanted.month, wanted.declaration, wanted.unit)
    sha256 = hashlib.sha256(table_file(table, wanted.format)).hexdigest()
    month, unit = wanted.month, wanted.unit
    command: DeclareInsurance | DeclareTax = DeclareTax(
        month=month, unit=unit, file_format=wanted.format, file_sha256=sha256
    )
    if wanted.declaration == "insurance":
        command = DeclareInsurance(
            month=month, unit=unit, file_format=wanted.format, file_sha256=sha256, base_fen=base_fen
        )
    return await runtime.decider.submit(incoming_of(EXPORTS, identity, command, key))


async def give_declaration(runtime: Runtime, identity: Identity, wanted: DeclarationExport, key: UUID) -> GivenFile:
    """The bytes of a declaration's file, once that they are given out is stated."""
    try:
        declared = declared_of(await store.run_of(runtime.pool, wanted.month), wanted.declaration, wanted.unit)
    except CommandRejected as no:
        raise _refusing(no) from None
    table, _ = await _table(runtime, wanted.month, wanted.declaration, wanted.unit)
    kind: TableFormat = "csv" if declared.file_format == "csv" else "xlsx"
    given = _given(table_file(table, kind), kind, f"{wanted.declaration}-{wanted.month}")
    command = ExportDeclaration(
        month=wanted.month,
        declaration=wanted.declaration,
        unit=wanted.unit,
        reason=wanted.reason,
        file_sha256=given.sha256,
    )
    _once(await runtime.decider.submit(incoming_of(EXPORTS, identity, command, key)))
    return given


async def _table(runtime: Runtime, month: Month, declaration: Declaration, unit: str) -> tuple[list[list[str]], Fen]:
    """The declaration's table of the unit's slips that count, and the sum of their bases of the month itself."""
    run = await store.run_of(runtime.pool, month)
    place = "unit" if declaration == "insurance" else "agent"
    lines = [line for line in run.lines if line.counts and run.units[getattr(line, place)] == unit]
    payees = await _payees(runtime, lines)
    slips = await store.slips_of(runtime.pool, month, [line.officer for line in lines])
    if len(slips) < len(lines):
        raise _NOT_VISIBLE()
    pairs = [(slips[one.officer], one) for one in payees]
    reference = batch_reference(runtime.keyring.pseudonym(f"declaration|{declaration}|{month}|{unit}"))
    if declaration == "tax":
        return tax_table(pairs, reference), Fen(0)
    try:
        packs = pay_packs_on(await runtime.decider.rulebook(), month.first_day)
    except CommandRejected as no:
        raise _refusing(no) from None
    bases = sum(basis.contribution_base_fen for slip, _ in pairs for basis in slip.bases if basis.month == month)
    return insurance_table(pairs, packs.insurance, reference), Fen(bases)


# ── what codes are called ───────────────────────────────────────────────────────────────────────────────────────────


def names_on(rules: RuleBook, today: date) -> dict[str, dict[str, tuple[str, str]]]:
    """What sources, purposes, accounts, bank layouts and units are called by the packs in force; nothing where none is."""
    found: dict[str, dict[str, tuple[str, str]]] = {}

    def put(kind: str, names: Mapping[str, Any]) -> None:
        found[kind] = {code: (one.zh, one.en) for code, one in names.items()}

    with suppress(CommandRejected):
        funding = pack_on(rules, FUNDING, today, Funding)
        put("sources", funding.sources)
        put("purposes", funding.purposes)
        put("kinds", funding.kinds)
    with suppress(CommandRejected):
        put("accounts", pack_on(rules, ACCOUNTS, today, Accounts).accounts)
    with suppress(CommandRejected):
        banks = pack_on(rules, BANK_PROFILES, today, BankProfiles)
        put("bank_files", banks.files)
        put("bank_returns", banks.returns)
    with suppress(CommandRejected):
        modes = pack_on(rules, CONTRACT_MODES, today, ContractModes).modes.values()
        for kind, units in (
            ("insured_units", [one.insured_unit for one in modes]),
            ("withholding_agents", [one.withholding_agent for one in modes]),
        ):
            found[kind] = {unit: (unit, unit) for unit in units if unit}
    return found


# ── one slip for its reader ─────────────────────────────────────────────────────────────────────────────────────────


class ToldSlip(msgspec.Struct, frozen=True, kw_only=True):
    """A slip with the one before, where there is one, and where run and payment stand."""

    slip: PayslipComputed
    previous: PayslipComputed | None
    run_status: str
    payment: str
    contest: str


async def told_slip(
    runtime: Runtime, identity: Identity, month: Month, officer: str, readers: frozenset[str]
) -> ToldSlip:
    """An officer's slip. An officer sees the own ones only, and only once they are approved; drafts are for who works on them."""
    own = identity.role == "officer" and identity.actor == f"officer:{officer}"
    found = await store.slips_of(runtime.pool, month, [officer]) if own or identity.role in readers else {}
    run, row = await store.slip_standing(runtime.pool, month, officer)
    draft = run is None or run.status in ("drafted", "checked", "discarded")
    if (
        officer not in found
        or run is None
        or row is None
        or (draft and identity.role not in FINANCE | {"bureau-leader"})
    ):
        raise Problem(
            status=404, code="not-found", zh="没有这张工资单，或不是本人的", en="no such payslip, or not your own"
        )
    previous = await store.slips_of(runtime.pool, month.plus(-1), [officer])
    return ToldSlip(
        slip=found[officer],
        previous=previous.get(officer),
        run_status=run.status,
        payment=row.status,
        contest=row.contest,
    )
