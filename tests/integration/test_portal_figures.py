"""Proves that a dashboard's sums answer quickly with a year of generated rows, and no slower than twice that with ten times the facts."""

import random
import statistics
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

TOWNS, PARTITIONS, TURNS = 26, 12, 5
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
    await pool.execute(create_statement("portal", MONTH_MEASURES))
    await pool.execute("TRUNCATE portal.m_month_measures")
    rows = list(generated(times))
    await pool.execute(
        "INSERT INTO portal.m_month_measures (key, partition, doc) SELECT * FROM unnest($1::text[], $2::smallint[], $3::jsonb[])",
        [key for key, _, _ in rows], [partition for _, partition, _ in rows], [doc for _, _, doc in rows],
    )  # fmt: skip
    await pool.execute("ANALYZE portal.m_month_measures")
    return len(rows)


async def median_ms(pool: Pool) -> float:
    """The middle of several times of what a dashboard of a year asks."""
    services = [one for one in MEASURES if one.area == "services"]
    taken = []
    for _ in range(TURNS):
        began = time.perf_counter()
        for by in ("all", "month", "town"):
            assert await figures.sums(pool, services, YEAR, by)
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


async def test_ten_times_the_facts_take_at_most_twice_as_long(installation: Installation) -> None:
    """Facts add to rows that are there: what a page reads grows with days and towns, not with facts."""
    pool = installation.admin
    assert await filled(pool, 1) > 15_000
    one = await median_ms(pool)
    await filled(pool, 10)
    ten = await median_ms(pool)
    assert one < 300, f"{one:.0f} ms"
    assert ten <= 2 * one + 20, f"{one:.0f} ms, then {ten:.0f} ms"
