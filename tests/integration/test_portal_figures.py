"""Proves that a dashboard's sums answer quickly with a year of generated rows, and no slower than twice that with ten times the facts."""

import random
import time
from collections.abc import Iterator
from datetime import date

from services.contracts.codec import encoder
from services.eventlog.postgres import Pool
from services.eventlog.tables import create_statement
from services.portal.measures import MEASURES
from services.portal.projections.measured import MONTH_MEASURES, MonthMeasure
from services.portal.store import figures
from services.portal.store.figures import Where
from tests.conftest import Installation

TOWNS, PARTITIONS, TURNS = 26, 12, 9
TABLE, SLACK_MS = "portal.m_month_measures", 20
MONTHS = [f"2025-{month:02d}" for month in range(1, 13)]
YEAR = Where(since=date(2025, 1, 1), until=date(2025, 12, 20))


def generated(times: int) -> Iterator[tuple[str, int, str]]:
    """A year's rows of the cuts a district's page reads: `times` as many facts a day, on every day of more rows."""
    chance = random.Random(7)
    for measure in (one for one in MEASURES if one.area == "services"):
        for month in MONTHS:
            for cut, town in [("all", ""), *(("town", f"T{number:02d}") for number in range(1, TOWNS + 1))]:
                for partition in range(PARTITIONS):
                    days = {
                        f"{day:02d}": chance.randint(1, 9) * times
                        for day in range(1, 29)
                        if chance.random() < min(0.2 * times, 1)
                    }
                    place = f"{cut}|{measure.code}|{month}"
                    row = MonthMeasure(
                        place=place, measure=measure.code, month=month, town=town, committee="", officer="", part="",
                        days=days, amount=sum(days.values()),
                    )  # fmt: skip
                    yield f"{place}|{town}|||", partition, encoder.encode(row).decode()


async def filled(pool: Pool, times: int) -> int:
    """The model's table anew, set aside under a name of its own."""
    await pool.execute(f"DROP TABLE IF EXISTS {TABLE}, {TABLE}_{times}")
    await pool.execute(create_statement("portal", MONTH_MEASURES))
    rows = list(generated(times))
    await pool.execute(
        f"INSERT INTO {TABLE} (key, partition, doc) SELECT * FROM unnest($1::text[], $2::smallint[], $3::jsonb[])",
        [key for key, _, _ in rows], [partition for _, partition, _ in rows], [doc for _, _, doc in rows],
    )  # fmt: skip
    await pool.execute(f"ANALYZE {TABLE}")
    await pool.execute(f"ALTER TABLE {TABLE} RENAME TO {TABLE.split('.')[1]}_{times}")
    return len(rows)


async def asked_ms(pool: Pool, times: int) -> float:
    """What a dashboard of a year asks, once, over the rows of `times`; milliseconds."""
    services = [one for one in MEASURES if one.area == "services"]
    name = TABLE.split(".")[1]
    await pool.execute(f"ALTER TABLE {TABLE}_{times} RENAME TO {name}")
    began = time.perf_counter()
    for by in ("all", "month", "town"):
        assert await figures.sums(pool, services, YEAR, by)
    taken = (time.perf_counter() - began) * 1000
    await pool.execute(f"ALTER TABLE {TABLE} RENAME TO {name}_{times}")
    return taken


async def test_ten_times_the_facts_take_at_most_twice_as_long(installation: Installation) -> None:
    """Facts add to rows that are there: what a page reads grows with days and towns, not with facts.

    The two are asked in turns and the quickest of each counts: a machine that was busy for a while says nothing.
    """
    pool = installation.admin
    assert await filled(pool, 1) > 15_000
    await filled(pool, 10)
    turns = [(await asked_ms(pool, 1), await asked_ms(pool, 10)) for _ in range(TURNS)]
    one, ten = (min(times) for times in zip(*turns, strict=True))
    assert one < 300, f"{one:.0f} ms"
    assert ten <= 2 * one + SLACK_MS, f"{one:.0f} ms, then {ten:.0f} ms"
