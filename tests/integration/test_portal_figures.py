"""Proves that a dashboard's sums answer quickly with a year of generated rows, and no slower than twice that with ten times the facts."""

import itertools
import random
import time
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

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


def random_rows(chance: random.Random) -> list[MonthMeasure]:
    """Rows of every cut, of two measures, over two years; each key once."""
    rows = []
    for code, month in itertools.product(
        ("visits", "budget", "open_cases"), [f"{year}-{month:02d}" for year in (2025, 2026) for month in range(1, 13)]
    ):
        for cut, town, committee, officer, part in CUTS:
            days = {f"{day:02d}": chance.randint(-5, 9) for day in range(1, 29) if chance.random() < 0.2}
            rows.append(
                MonthMeasure(
                    place=f"{cut}|{code}|{month}", measure=code, month=month, town=town, committee=committee, officer=officer, part=part,
                    days=days, amount=sum(days.values()),
                )
            )  # fmt: skip
    return rows


CUTS = [
    ("all", "", "", "", ""),
    *(("parts", "", "", "", part) for part in ("x", "y")),
    *(("town", town, "", "", "") for town in ("T01", "T02")),
    *(("committee", town, f"{town}-C0{n}", "", "") for town in ("T01", "T02") for n in (1, 2)),
    *(("officer", town, "", f"O{town[1:]}{n}", part) for town in ("T01", "T02") for n in (1, 2) for part in ("x", "y")),
    *(("part", town, "", "", part) for town in ("T01", "T02") for part in ("x", "y")),
]


def summed(rows: list[MonthMeasure], codes: list[str], where: Where, by: figures.By) -> dict[tuple[str, str], int]:
    """The same by plain sums over every day of every row."""
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        fits = row.place.partition("|")[0] == figures.cut_of(where, by) and row.measure in codes
        for name in ("town", "officer", *(("committee",) if figures.cut_of(where, by) == "committee" else ())):
            fits = fits and getattr(where, name) in ("", getattr(row, name))
        for day, amount in row.days.items() if fits else ():
            date_of = f"{row.month}-{day}"
            measure = next(one for one in MEASURES if one.code == row.measure)
            first = f"{where.until.year}" if measure.of_year else "" if measure.level else str(where.since)
            if first <= date_of <= str(where.until):
                group = (
                    {"all": "", "month": row.month, "day": date_of}.get(by)
                    if by in ("all", "month", "day")
                    else getattr(row, by)
                )
                key = row.measure, str(group)
                found[key] = found.get(key, 0) + amount
    return found


async def test_sums_are_those_of_a_plain_addition_for_any_span_place_and_grouping(installation: Installation) -> None:
    """Whole months by their sums, torn ones by their days: equal to adding up every day."""
    pool, chance = installation.admin, random.Random(20261126)
    await pool.execute(f"DROP TABLE IF EXISTS {TABLE}")
    await pool.execute(create_statement("portal", MONTH_MEASURES))
    rows = random_rows(chance)
    for row in rows:
        key = "|".join((row.place, row.town, row.committee, row.officer, row.part))
        await pool.execute(
            f"INSERT INTO {TABLE} (key, partition, doc) VALUES ($1, $2, $3)",
            key,
            chance.randrange(3),
            encoder.encode(row).decode(),
        )
    measures = [one for one in MEASURES if one.code in ("visits", "budget", "open_cases")]
    assert {(one.level, one.of_year) for one in measures} == {(False, False), (True, False), (True, True)}
    for _ in range(150):
        since = date(2025, 1, 1) + timedelta(days=chance.randrange(600))
        town = chance.choice(["", "T01", "T02"])
        where = Where(
            since=since if chance.random() < 0.7 else since.replace(day=1), until=since + timedelta(days=chance.randrange(500)), town=town,
            officer=f"O{town[1:]}1" if town and chance.random() < 0.3 else "",
        )  # fmt: skip
        by = chance.choice(("all", "town", "committee", "officer", "part", "day", "month"))
        codes = [one.code for one in measures if not (one.level and by in ("day", "month"))]
        got = {(one.measure, one.by): one.amount for one in await figures.sums(pool, measures, where, by)}
        plain = summed(rows, codes, where, by)
        assert {key: amount for key, amount in got.items() if amount} == {
            key: amount for key, amount in plain.items() if amount
        }, (where, by)


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


@pytest.mark.slow
async def test_ten_times_the_facts_take_at_most_twice_as_long(installation: Installation) -> None:
    """Facts add to rows that are there: what a page reads grows with days and towns, not with facts.

    The two are asked in turns and the quickest of each counts: a machine that was busy for a while says nothing. Beside
    the other tests every core is busy all the time, so this one runs in `make chaos`, which does one thing at a time.
    """
    pool = installation.admin
    assert await filled(pool, 1) > 15_000
    await filled(pool, 10)
    turns = [(await asked_ms(pool, 1), await asked_ms(pool, 10)) for _ in range(TURNS)]
    one, ten = (min(times) for times in zip(*turns, strict=True))
    assert one < 300, f"{one:.0f} ms"
    assert ten <= 2 * one + SLACK_MS, f"{one:.0f} ms, then {ten:.0f} ms"
