"""SQL of the dashboards: sums of measures over days in their cuts, what is read as at a day, the facts behind; judges nothing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from services.contracts.codec import decoder_of
from services.eventlog.postgres import Pool
from services.eventlog.seeing import WHOLE_DISTRICT, read_for
from services.portal.measures import Measure, counted_since
from services.portal.projections.measured import MeasuredFact

By = Literal["all", "town", "committee", "officer", "part", "day", "month"]
_measured_facts: Final = decoder_of(MeasuredFact)
# A row's place is ``cut|measure|month``, its key ``place|town|committee|officer|part``: both stand in the index with the
# amount, so that whole months are added up without a document being read.
_MEASURE: Final = "split_part(listed, '|', 2)"
_COMMITTEE, _OFFICER, _PART = (f"split_part(key, '|', {place})" for place in (5, 6, 7))
_COLUMNS: Final = {
    "all": "''",
    "town": "town",
    "committee": _COMMITTEE,
    "officer": _OFFICER,
    "part": _PART,
    "month": "split_part(listed, '|', 3)",
    "day": "split_part(listed, '|', 3) || '-' || one.day",
}


_EACH_DAY: Final = "CROSS JOIN LATERAL jsonb_each_text(doc->'days') AS one (day, added)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The days and the place figures are about; empty: the whole district, every committee, every officer.

    `latest`: nothing is known of later days, so the last month counts whole.
    """

    since: date
    until: date
    town: str = ""
    committee: str = ""
    officer: str = ""
    latest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """An amount of one measure, by whatever it was grouped by."""

    measure: str
    by: str
    amount: int


def cut_of(where: Where, by: By) -> str:
    """The coarsest cut that can tell `where` from elsewhere and one `by` from another."""
    if where.officer or by == "officer":
        return "officer"
    if by == "part":
        return "part" if where.town else "parts"
    if where.committee or by == "committee":
        return "committee"
    return "town" if where.town or by == "town" else "all"


async def sums(pool: Pool, measures: Sequence[Measure], where: Where, by: By) -> list[Sum]:
    """Amounts of measures grouped: flows within the days, levels up to the last of them (not by day or month)."""
    found: Counter[tuple[str, str]] = Counter()
    begin = await first_day(pool)
    asked: dict[date, list[str]] = {}
    for measure in measures:
        if begin is not None and not (measure.level and by in ("day", "month")):
            asked.setdefault(max(counted_since(measure, where.since, where.until), begin), []).append(measure.code)
    add = _add_facts if where.committee and cut_of(where, by) != "committee" else _add_sums
    for since, codes in asked.items():
        await add(found, pool, codes, where, by, since)
    return [Sum(measure=measure, by=group, amount=amount) for (measure, group), amount in sorted(found.items())]


async def _add_sums(
    found: Counter[tuple[str, str]], pool: Pool, codes: Sequence[str], where: Where, by: By, since: date
) -> None:  # fmt: skip
    """Add the days since a day: of months that lie within them whole their own sums, of others, or by day, their days."""
    months = list(_months(since, where.until))
    ends = where.latest or (where.until + timedelta(days=1)).day == 1
    torn = {*(() if since.day == 1 else months[:1]), *(() if ends else months[-1:])}
    apart = months if by == "day" else [month for month in months if month in torn]
    for listed, days in (([month for month in months if month not in apart], False), (apart, True)):
        if not listed:
            continue
        # Every place by its name: the planner then goes by the index, whatever it believes of ranges.
        arguments: list[Any] = [[f"{cut_of(where, by)}|{code}|{month}" for code in codes for month in listed]]
        wanted = ["listed = ANY($1::text[])", *_of_place(where, by, arguments)]
        rows_of, amount = f"portal.m_month_measures WHERE {' AND '.join(wanted)}", "amount"
        if days:
            arguments += [f"{since}", f"{where.until}"]
            between = f"{_COLUMNS['day']} BETWEEN ${len(arguments) - 1} AND ${len(arguments)}"
            rows_of, amount = (
                f"(SELECT listed, key, town, doc FROM {rows_of}) AS row {_EACH_DAY} WHERE {between}",
                "one.added::bigint",
            )
        rows = await pool.fetch(
            f"SELECT {_MEASURE} AS measure, {_COLUMNS[by]} AS by, sum({amount})::bigint AS amount FROM {rows_of} GROUP BY 1, 2",
            *arguments,
        )
        for row in rows:
            found[row["measure"], row["by"]] += row["amount"]


_OF_FACTS: Final = {
    "all": "''",
    **{name: f"doc->>'{name}'" for name in ("town", "committee", "officer", "part", "day")},
    "month": "left(doc->>'day', 7)",
}


async def _add_facts(
    found: Counter[tuple[str, str]], pool: Pool, codes: Sequence[str], where: Where, by: By, since: date
) -> None:  # fmt: skip
    """Add a committee's figures by officer or part: no cut has both, so the committee's own facts are added up."""
    arguments: list[Any] = [list(codes), since.isoformat(), where.until.isoformat(), where.committee]
    wanted = ["doc->>'committee' = $4"]
    for column, value in (("town", where.town), ("doc->>'officer'", where.officer)):
        if value:
            arguments.append(value)
            wanted.append(f"{column} = ${len(arguments)}")
    rows = await pool.fetch(
        f"SELECT code AS measure, {_OF_FACTS[by]} AS by, sum((doc->>'amount')::bigint)::bigint AS amount "
        "FROM unnest($1::text[]) AS code JOIN portal.m_measured_facts "
        "ON listed BETWEEN code || '|' || $2::text AND code || '|' || $3::text "
        f"WHERE {' AND '.join(wanted)} GROUP BY 1, 2",
        *arguments,
    )
    for row in rows:
        found[row["measure"], row["by"]] += row["amount"]


def _of_place(where: Where, by: By, arguments: list[Any]) -> Iterator[str]:
    """The conditions of a place, as far as the cut can tell it; what they compare with joins the arguments."""
    in_committee = where.committee if cut_of(where, by) == "committee" else ""
    for column, value in (("town", where.town), (_COMMITTEE, in_committee), (_OFFICER, where.officer)):
        if value:
            arguments.append(value)
            yield f"{column} = ${len(arguments)}"


def _months(since: date, until: date) -> Iterator[str]:
    for number in range(since.year * 12 + since.month - 1, until.year * 12 + until.month):
        yield f"{number // 12:04d}-{number % 12 + 1:02d}"


async def facts_behind(
    pool: Pool, measure: str, where: Where, *, part: str, limit: int, skip: int = 0
) -> list[MeasuredFact]:  # fmt: skip
    """The facts behind a measure in a span of days, newest days first, after the first `skip` of them."""
    arguments: list[Any] = [f"{measure}|{where.since}", f"{measure}|{where.until}", limit, skip]
    wanted = ["listed BETWEEN $1 AND $2"]
    named = (("town", where.town), ("doc->>'committee'", where.committee), ("doc->>'officer'", where.officer))
    for column, value in (*named, ("doc->>'part'", part)):
        if value:
            arguments.append(value)
            wanted.append(f"{column} = ${len(arguments)}")
    rows = await pool.fetch(
        f"SELECT doc::text AS doc FROM portal.m_measured_facts WHERE {' AND '.join(wanted)} ORDER BY listed DESC, key LIMIT $3 OFFSET $4",
        *arguments,
    )
    return [_measured_facts.decode(row["doc"]) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staffing:
    """A town's officers as at a day: posts, who is there, how long on average, who holds a qualification."""

    town: str
    posts: int
    officers: int
    qualified: int
    tenure_years: float


async def staffing(pool: Pool, where: Where) -> list[Staffing]:
    """Posts by the last allotment, and officers by their own facts, of each town as at the last day."""
    rows = await pool.fetch(
        """
        WITH allotted AS (
            SELECT DISTINCT ON (town) town, (doc->>'post_count')::int AS posts FROM portal.m_town_posts
            WHERE doc->>'day' <= $1 ORDER BY town, doc->>'day' DESC, key DESC
        ), there AS (
            SELECT stay->>'what' AS town, ($1::text)::date - (doc->>'service_from')::date AS days,
                EXISTS (SELECT 1 FROM jsonb_array_elements(doc->'certificates') AS held
                        WHERE held->>'since' <= $1 AND coalesce(held->>'until', '9999') >= $1) AS qualified
            FROM portal.m_officers CROSS JOIN LATERAL jsonb_array_elements(doc->'stays') AS stay
            WHERE stay->>'since' <= $1 AND coalesce(stay->>'until', '9999') > $1
        )
        SELECT coalesce(allotted.town, there.town) AS town, coalesce(max(posts), 0) AS posts, count(days) AS officers,
            count(*) FILTER (WHERE qualified) AS qualified, coalesce(avg(days), 0) / 365.25 AS tenure
        FROM allotted FULL JOIN there USING (town) WHERE $2 = '' OR town = $2 GROUP BY 1 ORDER BY 1
        """,
        where.until.isoformat(), where.town,
    )  # fmt: skip
    return [
        Staffing(
            town=row["town"],
            posts=row["posts"],
            officers=row["officers"],
            qualified=row["qualified"],
            tenure_years=round(float(row["tenure"]), 1),
        )
        for row in rows
    ]


# Upper ends in days of the ages open findings are counted by; the last has none.
AGES: Final = (7, 30, 60, 90)


async def ageing(pool: Pool, where: Where) -> list[tuple[str, tuple[int, ...]]]:
    """Open findings as at the last day, by severity and age: at most 7, 30, 60, 90 days, and older."""
    rows = await pool.fetch(
        """
        SELECT doc->>'severity' AS severity, width_bucket($1::text::date - (stay->>'since')::date, $3::int[]) AS age,
            count(*) AS amount
        FROM portal.m_finding_ages CROSS JOIN LATERAL jsonb_array_elements(doc->'opened') AS stay
        WHERE stay->>'since' <= $1 AND coalesce(stay->>'until', '9999') > $1 AND ($2 = '' OR town = $2)
        GROUP BY 1, 2
        """,
        where.until.isoformat(), where.town, [days + 1 for days in AGES],
    )  # fmt: skip
    counted: dict[str, list[int]] = {}
    for row in rows:
        counted.setdefault(row["severity"], [0] * (len(AGES) + 1))[row["age"]] += row["amount"]
    return [(severity, tuple(counts)) for severity, counts in sorted(counted.items())]


async def towns(pool: Pool) -> list[str]:
    """The towns anything was measured in."""
    rows = await pool.fetch(
        """
        WITH RECURSIVE step AS (
            (SELECT town FROM portal.m_month_measures WHERE town >= 'T' ORDER BY town LIMIT 1)
            UNION ALL
            SELECT (SELECT town FROM portal.m_month_measures WHERE town > step.town ORDER BY town LIMIT 1)
            FROM step WHERE step.town IS NOT NULL
        )
        SELECT town FROM step WHERE town ~ '^T'
        """
    )
    return [row["town"] for row in rows]


async def first_day(pool: Pool) -> date | None:
    """The first month anything was measured in, as its first day."""
    with read_for(WHOLE_DISTRICT):  # since when anything is measured is no town's secret
        month = await pool.fetchval(
            "SELECT min(split_part(listed, '|', 3)) FROM portal.m_month_measures WHERE listed >= 'all|' AND listed < 'all}'"
        )
    return date.fromisoformat(f"{month}-01") if month else None


async def stamp(pool: Pool) -> int:
    """Grows with every record the dashboards have taken in: cheap to ask whether anything changed."""
    return int(await pool.fetchval("SELECT coalesce(sum(sequence), 0)::bigint FROM portal.cursor"))
