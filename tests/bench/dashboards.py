"""Benchmark p: every dashboard with a year of the sample district, then with ten districts; and from a fact to the board."""

import json
import re
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx

from services.contracts.codec import encoder
from services.contracts.deciding import Model, Record
from services.contracts.months import Month
from services.eventlog.ids import uuid7
from services.eventlog.postgres import Connection
from services.eventlog.provision import DATABASE, database_url
from services.portal.measures import AREAS
from services.portal.projections.as_at import FINDING_AGES, OFFICERS, TOWN_POSTS
from services.portal.projections.measured import MEASURED_FACTS, MONTH_MEASURES
from tests.bench.report import Line
from tests.browser.product import Product, running_product
from tests.fraud.corpus import Corpus

PAGE_GOAL_MS: Final = 300
SLIDER_GOAL_MS: Final = 2_000
LIVE_GOAL_SECONDS: Final = 2.0
DISTRICTS: Final = 10
# The board in a browser asks so often whether anything changed (templates/dashboards/board_part.html).
BOARD_ASKS_SECONDS: Final = 1.0
MODELS: Final[tuple[Model[Any], ...]] = (MONTH_MEASURES, MEASURED_FACTS, FINDING_AGES, OFFICERS, TOWN_POSTS)
_MONTH, _MONTHS = Month.parse("2026-03"), 12
Stored = tuple[str, int, str]


def rows_of(records: Iterable[Record]) -> dict[str, list[Stored]]:
    """Each model's rows as they are stored: key, partition, document."""
    rows: dict[str, dict[tuple[str, int], Any]] = {model.name: {} for model in MODELS}
    for record in records:
        for model in MODELS:
            if isinstance(record.fact, model.listens):
                for key in model.keys(record):
                    place = key, record.partition
                    rows[model.name][place] = model.evolve(rows[model.name].get(place), record, key)
    return {
        name: [(key, partition, encoder.encode(row).decode()) for (key, partition), row in found.items() if row]
        for name, found in rows.items()
    }


def year(rows: dict[str, list[Stored]]) -> dict[str, list[Stored]]:
    """The rows with those of the sample's month again in each of the eleven months before, where nothing stands yet."""
    months = [str(_MONTH.plus(-n)) for n in range(1, _MONTHS)]
    return rows | {
        model.name: list(_again(rows[model.name], str(_MONTH), months)) for model in (MONTH_MEASURES, MEASURED_FACTS)
    }


def _again(rows: list[Stored], month: str, months: list[str]) -> Iterator[Stored]:
    there = {(key, partition) for key, partition, _ in rows}
    for key, partition, document in rows:
        yield key, partition, document
        for other in months if f'"{month}' in document or f"|{month}" in document else ():
            # A fact's own key has its event's number in it.
            moved = key.replace(month, other) if month in key else f"{other}{key[7:]}"
            if (moved, partition) not in there:
                # Days of short months: whatever falls after the 28th is counted on it.
                yield moved, partition, re.sub(rf"{other}-(29|30|31)", f"{other}-28", document.replace(month, other))


@asynccontextmanager
async def without_indexes(connection: Connection, table: str) -> AsyncIterator[None]:
    """The table without its indexes but the key's, which are built anew after: millions of rows one by one take half an hour."""
    indexes = await connection.fetch(
        "SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint "
        "WHERE conrelid = $1::regclass AND contype = 'u'", table,
    )  # fmt: skip
    for index in indexes:
        await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {index['name']}")
    yield
    for index in indexes:
        await connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {index['name']} {index['definition']}")
    # As autovacuum leaves rows that no longer change.
    await connection.execute(f"VACUUM ANALYZE {table}")


async def put(connection: Connection, rows: dict[str, list[Stored]]) -> int:
    """Have the read models hold `rows` beside what they hold; how many were brought."""
    for name, found in rows.items():
        table = f"portal.m_{name}"
        async with without_indexes(connection, table):
            await connection.execute(
                f"CREATE TEMP TABLE brought AS SELECT key, partition, doc FROM {table} WITH NO DATA"
            )
            await connection.copy_records_to_table("brought", records=found)
            await connection.execute(
                f"INSERT INTO {table} (key, partition, doc) SELECT * FROM brought ON CONFLICT (key, partition) DO NOTHING"
            )
            await connection.execute("DROP TABLE brought")
    return sum(map(len, rows.values()))


async def other_districts(connection: Connection, many: int) -> int:
    """Have the read models hold `many` districts: towns, committees and officers with numbers of their own; how many rows came.

    What is the whole district's adds to the row that is there already, so it brings none.
    """
    count = 0
    for model in MODELS:
        table = f"portal.m_{model.name}"
        async with without_indexes(connection, table):
            for number in range(1, many):
                done = await connection.execute(
                    f"INSERT INTO {table} (key, partition, doc) SELECT {_moved('key', number)}, partition, "
                    f"({_moved('doc::text', number)})::jsonb FROM {table} WHERE key ~ '\\y(T\\d\\d|O\\d\\d\\d)\\y'"
                )
                count += int(done.split()[-1])
    return count


def _moved(text: str, number: int) -> str:
    towns = f"regexp_replace({text}, '\\yT(\\d\\d)\\y', 'T{number}\\1', 'g')"
    return f"regexp_replace({towns}, '\\yO(\\d\\d\\d)\\y', 'O{number}\\1', 'g')"


async def signed_in(product: Product, account: str) -> httpx.AsyncClient:
    """A client that has signed in by the form."""
    client = httpx.AsyncClient(base_url=product.url, follow_redirects=True, timeout=60)
    page = await client.get("/sign-in")
    fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page.text))
    answer = await client.post("/sign-in", data=fields | {"account": account, "password": product.password})
    assert "/sign-in" not in str(answer.url), answer.text[:2_000]
    return client


PAGES: Final = (
    *(f"/dashboards/{area}" for area in AREAS),
    *(f"/dashboards/{area}?since=2025-04-01&until=2026-03-31" for area in AREAS),
    *(f"/dashboards/{area}?town=T05&since=2025-04-01&until=2026-03-31" for area in AREAS),
    "/board",
)
SLIDER: Final = tuple(f"/dashboards/services?since=2025-04-01&until=2025-{month:02d}-17" for month in range(5, 13))


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """How long a page takes, in ms."""

    path: str
    p50: float
    p95: float


async def timed(client: httpx.AsyncClient, path: str, turns: int) -> Timed:
    """A page's times, one request after the other; the first is not counted."""
    taken = []
    for turn in range(turns + 1):
        began = time.perf_counter()
        answer = await client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        if turn:
            taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    return Timed(path=path, p50=taken[len(taken) // 2], p95=taken[min(len(taken) - 1, int(len(taken) * 0.95))])


async def until_shown(client: httpx.AsyncClient, product: Product, turns: int) -> list[float]:
    """Seconds from a command being sent to the board's answer that holds it, asking without a pause."""
    token = product.jiuzhu("token", "--role", "committee", "--actor", "committee:T05-C01-M1", "--town", "T05").strip()
    taken = []
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{product.place.ports.intake}", timeout=60) as intake:
        for turn in range(turns):
            stamp = re.search(r"stamp=(\d+)", (await client.get("/board")).text)
            assert stamp is not None
            command = {
                "type": "report-discovery", "discovery_no": f"T05-D2026-09-{turn + 1:02d}", "town": "T05", "committee": "T05-C01",
                "reported_by": "committee:T05-C01-M1", "how": "visit", "suspected_need": "temporary", "name": "某某",
                "discovered_on": product_day(await client.get("/dashboards/cases")),
            }  # fmt: skip
            began = time.perf_counter()
            answer = await intake.post(
                "/v1/commands/report-discovery",
                content=json.dumps({k: v for k, v in command.items() if k != "type"}),
                headers={"authorization": f"Bearer {token}", "idempotency-key": str(uuid7())},
            )
            assert answer.status_code == 200, answer.text
            while (await client.get(f"/board/figures?stamp={stamp[1]}")).status_code == 204:
                assert time.perf_counter() - began < 60, "the board shows nothing new"
            taken.append(time.perf_counter() - began)
    return sorted(taken)


def product_day(page: httpx.Response) -> str:
    """Today by the product's clock, as the dashboards have it."""
    found = re.search(r'name="until"[^>]*max="(\d{4}-\d\d-\d\d)"', page.text) or re.search(
        r'name="until"[^>]*value="(\d{4}-\d\d-\d\d)"', page.text
    )
    assert found is not None
    return found[1]


async def dashboards(folder: Path, log: Corpus, turns: int, many: int = DISTRICTS) -> list[Line]:
    """Pages of a year of the district, then of `many`; the slider over days gone by; a fact until the board has it."""
    of_year = year(rows_of(log.records()))
    with running_product(folder) as product:
        connection = await asyncpg.connect(database_url(product.place.admin_url, DATABASE))
        count = await put(connection, of_year)
        client = await signed_in(product, "bureau-leader")
        one = [await timed(client, path, turns) for path in PAGES]
        slider = [await timed(client, path, max(2, turns // 4)) for path in SLIDER]
        live = await until_shown(client, product, turns)
        count += await other_districts(connection, many)
        await connection.close()
        ten = [await timed(client, path, turns) for path in PAGES]
        await client.aclose()
    slow, slow_ten = max(one, key=lambda page: page.p95), max(ten, key=lambda page: page.p95)
    grown, at = max((after.p50 / before.p50, before.path) for before, after in zip(one, ten, strict=True))
    slowest = max(page.p95 for page in slider)
    p95_live = live[min(len(live) - 1, int(len(live) * 0.95))] + BOARD_ASKS_SECONDS
    load = f"{sum(map(len, of_year.values())):,} 行 rows, {len(PAGES)} 页 pages × {turns}"
    return [
        Line(
            what="看板 p95，样本一年 any dashboard, a year of the sample district", load=load, ours=f"{slow.p95:.0f} ms（{slow.path}）",
            value=slow.p95, goal=PAGE_GOAL_MS, at_most=True, unit="ms",
        ),
        Line(
            what=f"最慢看板的 p95，{many} 个区县 the slowest dashboard's p95, {many} districts",
            load=f"{count:,} 行 rows；{slow_ten.p95:.0f} ms（{slow_ten.path}）",
            ours=f"{slow_ten.p95 / slow.p95:.2f}×；单页最多 a page at most {grown:.2f}×（{at}）",
            value=slow_ten.p95 / slow.p95, goal=2.0, at_most=True,
        ),
        Line(
            what="截至日滑块 the as-of slider", load=f"{len(SLIDER)} 天 days", ours=f"{slowest:.0f} ms",
            value=slowest, goal=SLIDER_GOAL_MS, at_most=True, unit="ms",
        ),
        Line(
            what="由命令到大屏 from a command to the board, p95", load=f"{turns} 次 times，含大屏间隔 and the board's pause of {BOARD_ASKS_SECONDS:.0f} s",
            ours=f"{p95_live:.2f} s", value=p95_live, goal=LIVE_GOAL_SECONDS, at_most=True, unit="s",
        ),
    ]  # fmt: skip
