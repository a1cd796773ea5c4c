"""Laws of time travel: the view at the end is the live model, and what tells two views apart is exactly the facts between."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.projections.findings import FINDINGS, FINDINGS_BY_TOWN
from services.audit.projections.log import FACT_COUNTS
from services.audit.publishing.roots import published_root
from services.audit.replaying.past import moment_of
from services.audit.replaying.reading import NoSuchPrefix, Prefix, prefix_at
from services.audit.replaying.travelling import Apart, View, happened_by, masked, told
from services.audit.service import SERVICE
from services.contracts.audit import FindingOpened
from services.contracts.deciding import Model, Record
from services.eventlog.folding import Folds, Rows
from services.eventlog.listing import added_up
from services.eventlog.problems import Problem
from tests.unit.audit_logs import published
from tests.unit.audit_told import log_of

MODELS = (FINDINGS, FINDINGS_BY_TOWN, FACT_COUNTS)
FIRST_DAY = date(2026, 3, 1)


def opened(number: int, town: str, severity: str) -> FindingOpened:
    return FindingOpened(
        finding_no=f"F-{number}", test="t", severity=severity, about="a", town=town, rule="r", law="l", summary_zh="示例",
        summary_en="sample", evidence=(),
    )  # fmt: skip


@st.composite
def logs(draw: st.DrawFn) -> list[Record]:
    """Findings of three towns in any partition; each happened some days before or after the others."""
    made = draw(
        st.lists(
            st.tuples(st.integers(0, 9), st.sampled_from(("T01", "T02", "T03")), st.sampled_from(("high", "low")),
                      st.integers(0, 5)),
            max_size=20,
        )
    )  # fmt: skip
    records = log_of(*((f"finding:F-{number}", opened(number, town, grade)) for number, town, grade, _ in made))
    return [
        msgspec.structs.replace(
            record,
            envelope=msgspec.structs.replace(
                record.envelope, time=datetime(2026, 3, 1, 4, tzinfo=UTC) + timedelta(days=days)
            ),
        )
        for record, (_, _, _, days) in zip(records, made, strict=True)
    ]


def view(model: Model[Any], records: list[Record]) -> dict[str, dict[str, Any]]:
    one = View(SERVICE, model)
    one.take(records)
    return one.rows()


def live(model: Model[Any], records: list[Record]) -> dict[str, dict[str, Any]]:
    """What the worker folds and a query shows: every model of the service at once, a row for each partition, added up."""
    folds, by_partition = Folds(SERVICE), dict[int, Rows]()
    for record in records:
        folds.advance(by_partition.setdefault(record.partition, {}), [record])
    docs: dict[str, list[str]] = {}
    for partition in sorted(by_partition):
        for (name, key), row in by_partition[partition].items():
            doc = folds.encode(row)
            if name == model.name and doc is not None:
                docs.setdefault(key, []).append(doc)
    return {key: {"key": key, **added_up(found)} for key, found in docs.items()}


@given(records=logs())
def test_the_view_at_the_end_is_the_live_model(records: list[Record]) -> None:
    for model in MODELS:
        assert view(model, records) == live(model, records)


def moments(records: list[Record]) -> st.SearchStrategy[tuple[int, date | None]]:
    days = st.none() | st.integers(-1, 6).map(lambda n: FIRST_DAY + timedelta(days=n))
    return st.tuples(st.integers(0, len(records)), days)


@given(data=st.data(), records=logs())
def test_what_tells_two_views_apart_is_exactly_the_facts_between(data: st.DataObject, records: list[Record]) -> None:
    """The first view's facts with those that came and without those that left, in the log's order, make the second.

    A record belongs to a moment when it is among the first `size` of the log and had happened by the day.
    """
    (size_1, day_1), (size_2, day_2) = (data.draw(moments(records)) for _ in range(2))
    model = data.draw(st.sampled_from(MODELS))
    apart = Apart(View(SERVICE, model), View(SERVICE, model))
    chosen: list[list[Record]] = [[], []]
    for place, record in enumerate(records):
        holds = (place < size_1 and happened_by(record, day_1), place < size_2 and happened_by(record, day_2))
        for held, mine in zip(holds, chosen, strict=True):
            mine += [record] if held else []
        apart.take(record, *holds)
    document = apart.document()
    sides = {one.event_id: one.side for one in document["facts"]}
    explained = [
        record
        for record in records
        if (record in chosen[0] and sides.get(record.envelope.id) != "left") or sides.get(record.envelope.id) == "came"
    ]
    assert view(model, explained) == view(model, chosen[1])
    changed = {row["key"] for row in document["rows"]}
    assert changed <= {key for one in document["facts"] for key in one.keys}
    before, after = view(model, chosen[0]), view(model, chosen[1])
    assert {row["key"]: (row["before"], row["after"]) for row in document["rows"]} == {
        key: (before.get(key), after.get(key)) for key in {*before, *after} if before.get(key) != after.get(key)
    }


@given(data=st.data(), records=logs())
def test_between_two_prefixes_the_facts_fold_onto_the_first_view(data: st.DataObject, records: list[Record]) -> None:
    """Where only the knowledge grew, the listed facts need no replay: folded onto the first view they give the second."""
    size = data.draw(st.integers(0, len(records)))
    for model in MODELS:
        onto, apart = View(SERVICE, model), Apart(View(SERVICE, model), View(SERVICE, model))
        onto.take(records[:size])
        for place, record in enumerate(records):
            apart.take(record, place < size, True)
        listed = {one.event_id for one in apart.facts}
        onto.take(record for record in records if record.envelope.id in listed)
        assert onto.rows() == view(model, records)


def test_a_day_is_a_day_in_china() -> None:
    (record,) = log_of(("finding:F-1", opened(1, "T01", "high")))
    late = msgspec.structs.replace(record.envelope, time=datetime(2026, 3, 1, 16, 30, tzinfo=UTC))
    record = msgspec.structs.replace(record, envelope=late)
    assert not happened_by(record, date(2026, 3, 1))
    assert happened_by(record, date(2026, 3, 2))
    assert happened_by(record, None)


def test_a_timeline_shows_no_sealed_value() -> None:
    box = {"s": "1", "person": "p_1", "group": "identity", "at": "e/name", "box": "AAECAw"}
    body = {"town": "T01", "members": [{"person": "p_1", "name": box}]}
    assert masked(body) == {"town": "T01", "members": [{"person": "p_1", "name": {"sealed": "identity"}}]}
    (record,) = log_of(("finding:F-1", opened(1, "T01", "high")))
    raw = msgspec.Raw(msgspec.json.encode(body))
    shown = told(msgspec.structs.replace(record, envelope=msgspec.structs.replace(record.envelope, data=raw)))
    assert shown["data"]["members"][0]["name"] == {"sealed": "identity"}
    assert (shown["sequence"], shown["hash"]) == (1, record.hash.hex())


class NoLog:
    """A runtime without any store: what a moment is asked for in words needs none."""

    class settings:
        transparency = None


@pytest.mark.parametrize(
    ("as_at", "known_on"),
    [("2026-02-30", ""), ("yesterday", ""), ("", "2026-03-01T00:00:00"), ("", "later"), ("", "17"), ("", "0")],
)
def test_a_moment_that_is_none_is_refused_by_its_parameter(as_at: str, known_on: str) -> None:
    with pytest.raises(Problem) as no:
        moment_of(NoLog(), as_at, known_on, under="from_")  # type: ignore[arg-type]
    assert (no.value.status, no.value.code) == (422, "parameter-invalid")
    assert no.value.errors[0].pointer == f"/query/from_{'as_at' if as_at else 'known_on'}"


def test_a_moment_reads_as_it_is_written() -> None:
    moment = moment_of(NoLog(), "2026-03-31", "2026-04-01T00:00:00+08:00")  # type: ignore[arg-type]
    assert moment.as_at == date(2026, 3, 31)
    assert moment.known == Prefix(sealed_until=datetime(2026, 3, 31, 16, tzinfo=UTC))
    sealed_ms, sequence = moment.known.ends_before(0)
    assert sealed_ms == datetime(2026, 3, 31, 16, tzinfo=UTC).timestamp() * 1000 + 1
    assert sequence > 10**9
    assert Prefix(sequences=((0, 5),)).ends_before(0)[1] == 6
    assert Prefix(sequences=((0, 5),)).ends_before(3)[1] == 1


async def test_a_root_checkpoints_size_is_the_prefix_that_it_covers(tmp_path: Path) -> None:
    """Of each partition its latest checkpoint in that beginning of the root log; of no size that was not published."""
    await published(tmp_path, [10, 20, 30])
    root = published_root(tmp_path)
    assert prefix_at(tmp_path, root.size) == Prefix(sequences=((0, 30), (1, 15)))
    assert prefix_at(tmp_path, 2) == Prefix(sequences=((0, 10), (1, 5)))
    assert prefix_at(tmp_path, 3) == Prefix(sequences=((0, 20), (1, 5)))
    for size in (0, root.size + 1):
        with pytest.raises(NoSuchPrefix):
            prefix_at(tmp_path, size)
    with pytest.raises(NoSuchPrefix):
        prefix_at(None, 1)
