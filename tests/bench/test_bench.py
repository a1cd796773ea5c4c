"""The benchmarks still run: every measure at toy size on the session's stores; numbers are not judged here."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from deploy.embedded.fixture import EmbeddedCluster
from services.contracts.codec import decoder_of
from services.eventlog.tables import create_statement
from services.portal.projections.measured import MonthMeasure
from tests.bench import dashboards, payday, procedure, reading, sweeping, transparency, visible, writing
from tests.bench.ground import Ground
from tests.bench.report import Line, written
from tests.conftest import Installation
from tests.fraud.corpus import Corpus


@pytest.fixture(scope="module")
def ground(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return Ground(cluster, tmp_path_factory.mktemp("bench"), prefix="benchtest")


@pytest.mark.slow
def test_reading_measures_every_peer_and_every_rebuild_is_equal(ground: Ground) -> None:
    """Raw consume, the Faust agent, one and two processes and the full restore read the same made-up log."""
    lines = reading.rebuilding(ground, 600, runs=1)
    assert [line.goal for line in lines if line.goal is not None] == [0.5, 10, 1.5, 400]


def test_commands_are_measured_beside_the_bare_insert(ground: Ground) -> None:
    """Every command and every insert is answered with 200, alone and with writer and worker beside."""
    assert len(writing.commanding(ground, 40, 2, runs=1)) == 4


def test_sealing_and_visibility_are_measured(ground: Ground) -> None:
    """What is put into the outbox is acknowledged; what is commanded becomes visible in audit."""
    assert writing.sealing(ground, 300, runs=1)[0].value
    assert all(line.value and line.value > 0 for line in visible.latency(ground, 40))


def test_the_whole_path_is_measured_on_a_log_that_was_made_up(ground: Ground) -> None:
    """Commands are decided, sealed, sent and applied behind a log that only the benchmark filled."""
    assert writing.whole_path(ground.filled(200, with_journal=True), 50, 0) > 0


@pytest.mark.slow
def test_the_whole_procedure_and_worklists_are_measured(ground: Ground) -> None:
    """Every step of every case is accepted; every list has its hundred rows."""
    assert procedure.procedure(ground, 3, runs=1)[0].ours
    assert len(procedure.worklists(ground, 3_000, 4_000, requests=5)) == 6


@pytest.mark.slow
def test_a_months_pay_and_a_large_run_are_measured(ground: Ground) -> None:
    """Every step of the month is accepted and on the log; a run follows a year of earlier ones."""
    lines = payday.payday(ground, 4, 12, runs=1, earlier=2)
    assert [line.goal for line in lines] == [2, 5, 20, 20, 500, 500]
    assert all(line.value for line in lines)


def test_all_automatic_tests_are_measured_over_a_small_year() -> None:
    """Two months of a small district: the second month's people are others, so that nobody stands in two places."""
    log = Corpus()
    ids = [record.envelope.id for record in sweeping.year(log, 2)]
    assert len(set(ids)) == len(ids) > len(log.lines)
    assert [line.goal for line in sweeping.sweeping(log, 1)] == [60, 6, None]
    (line,) = sweeping.recomputing_year(log, 1)
    assert line.met


def test_a_year_of_dashboards_is_its_month_twelve_times() -> None:
    """Each month adds up to the month it was made of."""
    kept = _months(dashboards.year(dashboards.rows_of(Corpus().records()))["month_measures"])
    by_month = Counter[str]()
    for row in kept:
        if row.place.startswith("all|visits|"):
            by_month[row.month] += row.amount
    assert len(by_month) == 12
    assert set(by_month.values()) == {by_month["2026-03"]}


async def test_other_districts_stand_beside_the_first_with_towns_of_their_own(installation: Installation) -> None:
    """Each town's figures come again under another name, the whole district's do not; the indexes are there again after."""
    pool = installation.admin
    rows = dashboards.rows_of(Corpus().records())
    for model in dashboards.MODELS:
        await pool.execute(create_statement("portal", model))
    definitions = "SELECT count(*) FROM pg_index WHERE indrelid::regclass::text LIKE 'portal.m_%'"
    indexes = await pool.fetchval(definitions)
    async with pool.acquire() as connection:
        brought = await dashboards.put(connection, rows)
        count = await dashboards.other_districts(connection, 3)
    assert await pool.fetchval(definitions) == indexes
    stored = await pool.fetch("SELECT key, partition, doc::text AS doc FROM portal.m_month_measures")
    amounts = Counter[str]()
    for row in _months([tuple(one) for one in stored]):
        amounts[row.town] += row.amount
    towns = {row.town for row in _months(rows["month_measures"]) if row.town.startswith("T")}
    assert towns
    assert set(amounts) - {"", "district"} == {f"T{n}{town[1:]}" for town in towns for n in ("", 1, 2)}
    assert all(amounts[town] == amounts[f"T1{town[1:]}"] == amounts[f"T2{town[1:]}"] for town in towns)
    assert brought + count == sum(
        [await pool.fetchval(f"SELECT count(*) FROM portal.m_{model.name}") for model in dashboards.MODELS]
    )


def _months(rows: Iterable[dashboards.Stored]) -> list[MonthMeasure]:
    return [decoder_of(MonthMeasure).decode(document) for _, _, document in rows]


def test_the_page_keeps_sections_that_were_not_measured_again(tmp_path: Path) -> None:
    """A partial run replaces its own sections; a missed goal says by how much and why."""
    page = tmp_path / "page.md"
    missed = Line(what="w", load="l", ours="o", value=0.4, goal=0.5, why="because")
    written(page, {"a": [missed], "b": [missed]}, {"a": 1, "b": 1})
    text = written(page, {"b": [Line(what="new", load="l", ours="o", value=2, goal=1)]}, {"b": 2})
    assert "missed by 20%" in text
    assert "because" in text
    assert text.index("## a.") < text.index("## b.") < text.index("| new |")
    assert text == page.read_text(encoding="utf-8")


def test_the_transparency_log_is_measured(ground: Ground) -> None:
    """A tree signed once and signed often is the same tree, and every fact sent is covered by a published checkpoint."""
    lines = transparency.transparency(ground, 2_000, 2, runs=1)
    assert [line.goal for line in lines if line.goal is not None] == [100_000, 10, 1_500, 2.0]
