"""Proves what a household remembers of its visits: enough for every decision, little enough to be written with each command."""

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.casework.domain import HOUSEHOLD
from services.casework.domain.state import Household
from services.casework.domain.visits import (
    DAYS_KEPT,
    NUMBERS_KEPT,
    VISITS_KEPT,
    KnownVisit,
    has_number,
    known_visit,
    with_number,
)
from services.contracts.casework import VisitCompleted, VisitSetAside
from services.contracts.codec import decoder_of, encoder
from services.contracts.deciding import CHINA
from services.contracts.sealed import Sealed
from tests.unit.test_casework_cases import TAKE_OVER, run
from tests.unit.test_casework_cases import visit as recorded

NINE = datetime(2026, 1, 5, 9, tzinfo=CHINA)
BOX = Sealed(person="p_abcdefghijklmnopqrstuvwxyz", group="sensitive", at="e/notes", box="AA")


def visit(n: int, started_at: datetime, **changes: object) -> VisitCompleted:
    fact = VisitCompleted(
        visit_no=f"V-2026-01-O001-{n:05d}", service="regular_visit", officer="O001", town="T01", committee="T01-C01",
        started_at=started_at, ended_at=started_at + timedelta(minutes=35), person_seen="本人", co_signed=True,
        evidence_sha256=("ab" * 32,), notes=BOX, standard_met=True, missed_points=(), pack_version="service_standard@2025-1",
        author="officer:O001", uploaded_by="officer:O001", content_pseudonym=f"p_{n:026d}", due_on=started_at.date(),
    )  # fmt: skip
    return msgspec.structs.replace(fact, **changes)


def after(*facts: VisitCompleted | VisitSetAside) -> Household:
    state = Household(known=True, town="T01")
    for fact in facts:
        state = HOUSEHOLD.evolve(state, fact)
        state = decoder_of(Household).decode(encoder.encode(state))
    return state


def every(days: int, count: int) -> list[VisitCompleted]:
    return [visit(n, NINE + n * timedelta(days=days)) for n in range(count)]


@pytest.mark.parametrize(
    ("days", "count", "kept", "bytes_max"),
    [
        (15, 150, 1 + DAYS_KEPT // 15, 2_600),  # two a month
        (7, 150, 1 + DAYS_KEPT // 7, 4_200),
        (1, 150, VISITS_KEPT, 8_000),
    ],
)
def test_what_is_written_with_every_command_stays_small(days: int, count: int, kept: int, bytes_max: int) -> None:
    state = after(*every(days, count))
    assert len(state.visits) == kept
    assert len(encoder.encode(state)) < bytes_max
    numbers = [has_number(state.visit_nos, fact.visit_no) for fact in every(days, count)]
    assert numbers == [False] * (count - NUMBERS_KEPT) + [True] * NUMBERS_KEPT


@given(
    started_at=st.timedeltas(timedelta(days=-9_000), timedelta(days=9_000)).map(lambda since: NINE + since),
    lasted=st.timedeltas(timedelta(microseconds=1), timedelta(hours=8)),
    author=st.sampled_from(["officer:O001", "contractor:C1-L1"]),
    device=st.sampled_from(["", "P-T01-001"]),
    due=st.booleans(),
)
def test_nothing_that_a_decision_reads_is_lost_on_the_way(
    started_at: datetime, lasted: timedelta, author: str, device: str, due: bool
) -> None:
    fact = visit(
        7, started_at, ended_at=started_at + lasted, author=author, device=device, record_id="r-7" if device else "",
        due_on=started_at.date() if due else None, standard_met=due,
    )  # fmt: skip
    known = decoder_of(KnownVisit).decode(encoder.encode(known_visit(fact)))
    for name in (
        "visit_no",
        "officer",
        "started_at",
        "ended_at",
        "author",
        "device",
        "record_id",
        "due_on",
        "standard_met",
    ):
        assert getattr(known, name) == getattr(fact, name), name
    assert known.says(fact.content_pseudonym)
    assert not known.says("p_other")
    assert (known.set_aside, known.rated) == (False, False)


def told(notes: str) -> tuple[str, int]:
    _, (fact,) = run(TAKE_OVER, recorded(notes=notes))
    assert isinstance(fact, VisitCompleted)
    return fact.notes_pseudonym, fact.notes_characters


def test_the_same_words_have_one_pseudonym_however_they_are_stopped_and_no_words_have_none() -> None:
    """What audit compares (四(三): 记录雷同); the words themselves are sealed."""
    pseudonym, characters = told("精神尚好，药品还够用12天。")
    assert characters == 12
    assert told(" 精神尚好 药品还够用１２天") == (pseudonym, characters)
    assert told("精神尚好，药品还够用13天。")[0] != pseudonym
    assert told("……") == ("", 0)


def test_a_record_that_counts_no_more_is_still_known_as_such() -> None:
    fact = visit(1, NINE, device="P-T01-001", record_id="r-1")
    aside = VisitSetAside(
        conflict_no="K-1", visit_no=fact.visit_no, record_id="r-1", town="T01", officer="O001",
        started_at=fact.started_at, ended_at=fact.ended_at, standard_met=True, due_on=fact.due_on,
    )  # fmt: skip
    (known,) = after(fact, aside).visits
    assert known.set_aside


def test_a_record_that_comes_late_does_not_push_the_latest_out() -> None:
    state = after(*every(1, 5), visit(9, NINE - timedelta(days=DAYS_KEPT + 5)))
    assert [one.visit_no for one in state.visits] == [fact.visit_no for fact in every(1, 5)]


@given(st.lists(st.integers(0, 400), max_size=250))
def test_the_latest_numbers_are_known_and_no_others(numbers: list[int]) -> None:
    kept, latest = "", [f"V-{n}" for n in numbers][-NUMBERS_KEPT:]
    for n in numbers:
        kept = with_number(kept, f"V-{n}")
    for n in range(401):
        assert has_number(kept, f"V-{n}") is (f"V-{n}" in latest)
