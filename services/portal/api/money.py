"""Sources and balances by funding document, the ledger and the trace of any fen, invoices, towns' purchases, misuse; district finance's page."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from fastapi import Response

from services.portal.api import bureau_words
from services.portal.api import money_words as words
from services.portal.api.contracts import contractors
from services.portal.api.dashboards import table_file, taken_away
from services.portal.api.door import Door, Visitor
from services.portal.api.forms import Names
from services.portal.api.money_forms import FORMS, INVOICE_READERS, READERS
from services.portal.api.pay import common, names, rows
from services.portal.api.posting import forms_door
from services.portal.api.purchases import owed_by_contract
from services.portal.asking import or_none
from services.portal.rendering import json_in_page

_PATH: Final = "/money"
_LEDGER_SHOWN: Final = 50
_SLIPS_SHOWN: Final = 200
_DISTRICT: Final = frozenset({"district-finance"})


async def _year(door: Door, visitor: Visitor) -> int:
    asked = visitor.request.query_params.get("year", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else (await door.today()).year


async def _sources(visitor: Visitor, year: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The year's sources and their documents."""
    funds, documents = await asyncio.gather(
        rows(visitor, "funds", beyond=f"{year}-"), rows(visitor, "fund-documents", beyond=f"{year}-")
    )
    return words.under(funds, f"{year}-"), [one for one in documents if one["year"] == year]


def not_invoiced(ended: Iterable[Mapping[str, Any]], invoices: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Accepted work orders that no invoice names, but one that was withdrawn; as `owed_by_contract` takes them."""
    named = {f"{one['contractor']}/{no}" for one in invoices if one["status"] != "withdrawn" for no in one["orders"]}
    return [
        {**order, "order_no": order["key"].partition("/")[2]}
        for order in ended
        if order["status"] == "accepted" and order["payable_fen"] and order["key"] not in named
    ]


async def _ended_orders(visitor: Visitor) -> list[dict[str, Any]]:
    """Work orders that are over, for whoever records invoices; none while casework does not answer."""
    if visitor.session.role not in FORMS["record-invoice"].roles:
        return []
    return await or_none(visitor.services.all_rows("casework", "/v1/ended-work-orders")) or []


async def every_invoice(visitor: Visitor) -> list[dict[str, Any]]:
    """Every invoice: one beyond the first page would show its orders as not invoiced."""
    return await visitor.services.all_rows("payroll", "/v1/invoices")


async def _contractors_or_none(visitor: Visitor) -> list[dict[str, Any]]:
    """Contractors by number with their names, as far as casework says them."""
    return await or_none(contractors(visitor)) or []


async def _lists(visitor: Visitor) -> Mapping[str, Names]:
    """What the forms choose from; orders are those of the contract that an invoice was about."""
    found, ended, listed = await asyncio.gather(names(visitor), _ended_orders(visitor), every_invoice(visitor))
    place = (visitor.text("contractor"), visitor.text("contract_no"))
    owed = owed_by_contract(not_invoiced(ended, listed))
    orders: Names = next((one["orders"] for one in owed if (one["contractor"], one["contract_no"]) == place), {})
    return {**found, "orders": orders}


def routes(door: Door) -> None:
    """Put the pages of money beside the others."""

    async def sources(visitor: Visitor) -> Response:
        year = await _year(door, visitor)
        (funds, documents), moves, by_purpose, openings = await asyncio.gather(
            _sources(visitor, year),
            rows(visitor, "fund-moves"),
            rows(visitor, "spending-by-purpose", beyond=f"{year}/"),
            rows(visitor, "fund-openings"),
        )
        return door.shown(
            visitor, "finance/sources.html", year=year, funds=funds, documents=documents, total=words.sums(funds),
            openings=[one for one in openings if one["year"] == year],
            moves=moves, by_purpose=words.under(by_purpose, f"{year}/"), **await common(visitor, _PATH),
        )  # fmt: skip

    async def document(visitor: Visitor) -> Response:
        asked = visitor.request.query_params
        year, source, name = await _year(door, visitor), asked.get("source", ""), asked.get("document", "")
        row, found = await asyncio.gather(
            visitor.services.get("payroll", f"/v1/fund-documents/{year}-{source}/{name}"),
            visitor.services.raw("payroll", "/v1/traces/slips", year=year, source=source, document=name,
                                 after=asked.get("next", ""), limit=_SLIPS_SHOWN),
        )  # fmt: skip
        page = msgspec.json.decode(found.content)
        return door.shown(
            visitor, "finance/document.html", year=year, source=source, document=name, row=row, slips=page["rows"],
            following=page["after"] if len(page["rows"]) == _SLIPS_SHOWN else "", **await common(visitor, _PATH),
        )  # fmt: skip

    async def ledger(visitor: Visitor) -> Response:
        month = (await door.today()).replace(day=1).isoformat()
        day = visitor.request.query_params.get("from", month)
        after = visitor.request.query_params.get("next", "") or day
        found = await visitor.services.raw("payroll", "/v1/ledger", order="day", limit=_LEDGER_SHOWN, after=after)
        page = msgspec.json.decode(found.content)
        balances = await rows(visitor, "balances")
        by_account: dict[str, dict[str, int]] = {}
        for one in balances:
            sums = by_account.setdefault(one["key"].partition("/")[0], {"debit_fen": 0, "credit_fen": 0})
            for side in sums:
                sums[side] += one[side]
        return door.shown(
            visitor, "finance/ledger.html", entries=page["rows"], day=day, fact_names=words.LEDGER_FACTS, by_account=dict(sorted(by_account.items())),
            following=page["after"] if len(page["rows"]) == _LEDGER_SHOWN else "", **await common(visitor, _PATH),
        )  # fmt: skip

    async def invoices(visitor: Visitor) -> Response:
        listed, payables, ended, known, today = await asyncio.gather(
            every_invoice(visitor), rows(visitor, "contractor-payables"), _ended_orders(visitor),
            _contractors_or_none(visitor), door.today(),
        )  # fmt: skip
        order = ("unfunded", "recorded", "funded", "approved", "paid", "withdrawn")
        listed.sort(key=lambda one: order.index(one["status"]))
        return door.shown(
            visitor, "finance/invoices.html", invoices=listed, payables=payables, today=today,
            owed=owed_by_contract(not_invoiced(ended, listed)), names={one["contractor"]: one["name"] for one in known},
            **await common(visitor, _PATH),
        )  # fmt: skip

    async def purchases(visitor: Visitor) -> Response:
        listed, funds, payments, reserves, known, given = await asyncio.gather(
            rows(visitor, "town-purchases"), rows(visitor, "town-funds"), rows(visitor, "town-payments"),
            rows(visitor, "reserve-funds"), _contractors_or_none(visitor), common(visitor, _PATH),
        )  # fmt: skip
        given["lists"] |= {"towns": await door.towns()}
        listed.sort(key=lambda one: (one["status"] != "requested", one["key"]))
        return door.shown(
            visitor, "finance/purchases.html", purchases=listed, funds=funds, payments=payments, named=bureau_words.named,
            reserves=sorted(reserves, key=lambda one: (-one["year"], one["town"])), today=await door.today(),
            services=bureau_words.SERVICES, contractors={one["contractor"]: one["name"] for one in known},
            **given,
        )  # fmt: skip

    async def misuse(visitor: Visitor) -> Response:
        listed = await rows(visitor, "misuses")
        listed.sort(key=lambda one: (one["status"] == "closed", one["found_on"]))
        given = await common(visitor, _PATH)
        given["lists"] |= {"towns": await door.towns()}
        return door.shown(visitor, "finance/misuse.html", misuses=listed, **given)

    async def district(visitor: Visitor) -> Response:
        return await _district(door, visitor)

    async def months_taken(visitor: Visitor) -> Response:
        """The chart's table to keep."""
        year, form = await _year(door, visitor), visitor.request.path_params["form"]
        months = words.under(await rows(visitor, "spending-by-month", beyond=f"{year}-"), f"{year}-")
        head = [
            visitor.t(*names)
            for names in (("月份", "Month"), ("已承诺（元）", "Committed, yuan"), ("已支付（元）", "Paid, yuan"))
        ]
        lines = [
            [f"{year}-{one['name']}", *(f"{one[name] / 100:.2f}" for name in ("committed_fen", "paid_fen"))]
            for one in months
        ]
        data, media_type = table_file(form, head, lines)
        return taken_away(data, media_type, f"spending-by-month-{year}.{form}")

    async def offered(visitor: Visitor) -> Mapping[str, Names]:
        return {**await _lists(visitor), "towns": await door.towns()}

    forms_door(door, _PATH, FORMS, offered)
    for path, page in (
        (_PATH, sources), ("/money/document", document), ("/ledger", ledger), ("/town-purchases", purchases), ("/misuse", misuse),
    ):  # fmt: skip
        door.page(path, page, roles=READERS)
    door.page("/invoices", invoices, roles=INVOICE_READERS)
    door.page("/district-money", district, roles=_DISTRICT)
    door.page("/district-money/months.{form}", months_taken, roles=_DISTRICT)


async def _district(door: Door, visitor: Visitor) -> Response:
    """District finance on one page: budget by source, committed, paid and left, by town and month, and what waits for it."""
    year = await _year(door, visitor)
    asked: Any = await asyncio.gather(
        _sources(visitor, year), rows(visitor, "spending-by-town", beyond=f"{year}/"),
        rows(visitor, "spending-by-month", beyond=f"{year}-"), rows(visitor, "runs"), rows(visitor, "invoices"),
        rows(visitor, "slip-reversals"), rows(visitor, "misuses"),
    )  # fmt: skip
    (funds, documents), towns, months, runs, invoices, reversals, misuses = asked
    by_month = words.under(months, f"{year}-")
    chart = {
        "kind": "bar",
        "days": [f"{year}-{one['name']}" for one in by_month],
        "series": [
            {"name": visitor.t(zh, en), "values": [one[name] / 100 for one in by_month]}
            for name, zh, en in (("committed_fen", "已承诺（元）", "committed (yuan)"), ("paid_fen", "已支付（元）", "paid (yuan)"))
        ],
    }  # fmt: skip
    return door.shown(
        visitor, "finance/district.html", year=year, funds=funds, documents=documents, total=words.sums(funds),
        towns=words.under(towns, f"{year}/"), months=by_month, chart=json_in_page(msgspec.json.encode(chart)),
        runs=[one for one in runs if one["status"] == "checked"],
        invoices=[one for one in invoices if one["status"] in ("recorded", "unfunded")], reversals=reversals,
        misuses=[one for one in misuses if one["status"] != "closed"], **await common(visitor, _PATH),
    )  # fmt: skip
