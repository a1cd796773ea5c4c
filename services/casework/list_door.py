"""Benefit and standing lists at the door: who may do what, pages, files, which standing lists are out of date; no HTTP of its own."""

from typing import Any, Final
from uuid import UUID

import msgspec

from services.casework import store
from services.casework.domain.commands.household import RecordPayoutAccount
from services.casework.domain.commands.lists import (
    ApproveBenefitList,
    CloseBenefitList,
    DraftBenefitList,
    ExportPaymentFile,
    ImportBenefitReturn,
    IssuePaymentFile,
    PublishStandingList,
    ResolveHeldLine,
)
from services.casework.domain.commands.shapes import Line, TownCode
from services.casework.domain.lists.standing import content_sha256, posted
from services.casework.list_forms import benefit_list_page, lines_file, payment_file, standing_list_page
from services.casework.rules import BenefitLists
from services.contracts.deciding import Command
from services.contracts.months import Month
from services.contracts.rulebook import NoRule
from services.eventlog import listing
from services.eventlog.api.commands import incoming_of, outcome_body, refused
from services.eventlog.api.runtime import Doors, Runtime, wrong_town
from services.eventlog.auth import Identity
from services.eventlog.problems import Problem

_BUREAU: Final = frozenset({"bureau", "bureau-leader"})
_TOWN: Final = frozenset({"officer", "window", "town-leader"})
_FINANCE: Final = frozenset({"bureau-finance"})
LIST_ROLES: Final[dict[type[Command], frozenset[str]]] = {
    RecordPayoutAccount: _TOWN | _BUREAU,
    DraftBenefitList: _FINANCE | {"bureau"},
    ApproveBenefitList: _FINANCE | {"bureau-leader"},
    IssuePaymentFile: _FINANCE,
    ImportBenefitReturn: _FINANCE,
    ResolveHeldLine: _FINANCE | {"bureau"},
    CloseBenefitList: _FINANCE,
    PublishStandingList: frozenset({"town-leader", "committee"}) | _BUREAU,
}
MONEY: Final[frozenset[type[Command]]] = frozenset(
    {
        DraftBenefitList, ApproveBenefitList, IssuePaymentFile, ImportBenefitReturn, ResolveHeldLine, CloseBenefitList,
    }
)  # fmt: skip
EXPORTERS: Final = _FINANCE
# Whoever hangs the list, or answers for it.
PRINTERS: Final = _TOWN | _BUREAU | {"committee"}
# So many households a refusal names; the others are counted.
NAMED_MAX: Final = 20
_EXPORTING: Final = Doors(roles={ExportPaymentFile: EXPORTERS})


class PaymentExport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which payment file is given out with account numbers in clear, and why."""

    town: TownCode
    month: Month
    file_no: int
    reason: Line


class StandingDue(msgspec.Struct, frozen=True, kw_only=True):
    """A committee whose standing list does not say who receives help now; `published_on` empty: none was ever posted."""

    committee: str
    town: str
    published_on: str
    households_posted: int
    households_now: int


async def list_page(runtime: Runtime, identity: Identity, list_no: str) -> str:
    """A town's list of a month as a page."""
    row, committees = await _list(runtime, identity, list_no)
    return benefit_list_page(row, committees, sample=runtime.settings.simulated_clock)


async def list_file(runtime: Runtime, identity: Identity, list_no: str) -> bytes:
    """A town's list of a month as CSV, accounts by pseudonym."""
    return lines_file(*await _list(runtime, identity, list_no))


async def _list(runtime: Runtime, identity: Identity, list_no: str) -> Any:
    found = await store.benefit_list(runtime.pool, listing.as_text(list_no))
    if found is None or (identity.town is not None and found[0].town != identity.town):
        raise Problem(
            status=404, code="not-found", zh="没有这份发放名册，或不属于本镇街", en="no such list, or not of your town"
        )
    return found


async def export(runtime: Runtime, identity: Identity, wanted: PaymentExport, key: UUID) -> bytes:
    """A payment file in clear. It is stated as a fact first; asked again with the same id, it is not given out again."""
    command = ExportPaymentFile(town=wanted.town, month=wanted.month, file_no=wanted.file_no, reason=wanted.reason)
    lines = await store.sent_lines(runtime.pool, command.subject, wanted.file_no)
    accounts = await store.issued_accounts(runtime.pool, lines)
    unknown = [line.household_no for line in lines if line.household_no not in accounts]
    if unknown:
        raise _account_changed(unknown)
    outcome = await runtime.decider.submit(incoming_of(_EXPORTING, identity, command, key))
    if outcome.status != "accepted":
        raise refused(outcome)
    if outcome.replayed:
        raise Problem(
            status=409, code="read-replayed", zh="该次导出已登记并已答复；再次导出须换用新的 Idempotency-Key 并重新登记",
            en="this export was answered and stated; to export again, use a new Idempotency-Key", extra=outcome_body(outcome),
        )  # fmt: skip
    paid = [(line.household_no, line.amount_fen) for line in lines]
    return payment_file(paid, store.clear_accounts(runtime.keyring, accounts))


def _account_changed(numbers: list[str]) -> Problem:
    """Households whose account changed so often since that the issued one is not known; no other is paid in its place."""
    named = "、".join(numbers[:NAMED_MAX])
    return Problem(
        status=409, code="account-changed",
        zh=f"{len(numbers)} 户签发后多次变更账户，已无法取得签发时的账户（{named}）；请先为该户重新登记签发时的账户，再导出",
        en=f"the accounts of {len(numbers)} households changed since the file was issued and the issued ones are not kept "
        f"({named}); record the issued account again, then export",
    )  # fmt: skip


async def standing_due(runtime: Runtime, identity: Identity, town: str | None) -> dict[str, Any]:
    """Committees whose list is out of date: what is posted is not what is decided (57号 art. 24: 及时更新)."""
    if identity.town is not None and town not in (None, identity.town):
        raise wrong_town()
    town = identity.town or town
    pack = await _pack(runtime)
    now = await store.receiving(runtime.pool, town)
    last = await store.standing_lists(runtime.pool, town)
    rows = []
    for committee in sorted({*now, *last}):
        entries, row = posted(now.get(committee, ()), pack), last.get(committee)
        if row is None and not entries:
            continue
        if row is not None and row.content_sha256 == content_sha256(entries):
            continue
        rows.append(
            StandingDue(
                committee=committee,
                town=committee.partition("-")[0],
                published_on=str(row.published_on) if row is not None else "",
                households_posted=row.household_count if row is not None else 0,
                households_now=len(entries),
            )
        )
    return {"as_of": await listing.today(runtime.pool), "rows": rows}


async def standing_page(runtime: Runtime, identity: Identity, committee: str) -> str:
    """The standing list with names as it is to hang now, with the day it was stated as posted, if it still is that list."""
    town = listing.as_text(committee.partition("-")[0])
    pack = await _pack(runtime)
    entries = posted((await store.receiving(runtime.pool, town, committee)).get(committee, ()), pack)
    row = (await store.standing_lists(runtime.pool, town)).get(committee)
    other = identity.role == "committee" and committee not in identity.actor
    if identity.town not in (None, town) or other or (row is None and not entries):
        raise Problem(
            status=404, code="not-found", zh="没有要公布的名单，或不属于本镇街", en="there is no list, or it is not of your town"
        )  # fmt: skip
    hangs = row is not None and content_sha256(entries) == row.content_sha256
    posted_on = str(row.published_on) if row is not None and hangs else ""
    names = await store.applicant_names(runtime.pool, runtime.keyring, [one.household_no for one in entries])
    return standing_list_page(
        committee, posted_on, entries, names, pack.standing_categories, sample=runtime.settings.simulated_clock
    )


async def _pack(runtime: Runtime) -> BenefitLists:
    try:
        return (await runtime.decider.rulebook()).on("benefit_lists", await listing.today(runtime.pool), BenefitLists)
    except NoRule as none:
        raise Problem(
            status=409,
            code="no-rule-in-force",
            zh="尚未采用规则包 benefit_lists",
            en="no pack benefit_lists was adopted yet",
        ) from none
