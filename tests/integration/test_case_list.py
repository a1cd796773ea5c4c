"""Proves on PostgreSQL that the list of cases holds what the pages call owed and ready to post, in order, page by page, each case once."""

import itertools
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from deploy.embedded.fixture import EmbeddedCluster
from services.casework.projections.cases import CaseRow
from services.casework.service import SERVICE
from services.casework.store.case_lists import Wanted, page
from services.contracts.codec import encoder
from services.eventlog.postgres import Pool, open_pool
from services.eventlog.seeing import Reader, read_for
from services.eventlog.shapes import ensure_tables
from services.portal.api.cases import ready_to_post, under_way
from tests.conftest import new_installation

TODAY = date(2026, 3, 20)
STANDS = ("checked", "posted", "notice_closed", "refused", "confirmed", "closed")


def every_case() -> list[tuple[str, CaseRow]]:
    """Cases that differ in all that the list asks for; several end on one day."""
    ways = itertools.product(
        STANDS, ("", "confirmed"), (None, TODAY), (True, False), (None, TODAY - timedelta(days=1), TODAY),
        ("tekun", "dibao_urban"), (0, 1), ((), ("bank",)),
    )  # fmt: skip
    found = []
    for place, (status, outcome, papers_by, done, ends_on, need, objections, open_) in enumerate(ways):
        town = f"T0{place % 2 + 1}"
        row = CaseRow(
            household=f"{town}-H{place // 8:05d}", town=town, committee=f"{town}-C0{place % 3}", need=need, status=status,
            responsible=("bureau:B01", "window:T01-W1")[place % 2], accepted_on=TODAY, investigate_by=TODAY,
            decide_by=TODAY + timedelta(days=place * 7 % 11), near_relative_declared=False, survey_valid=done, check_returned=done,
            outcome=outcome, papers_by=papers_by, notice_ends_on=ends_on, notice_posted_on=ends_on, objection_count=objections,
            open_conflicts=open_, contested=open_[:place % 2], reserve_fund="BF-1" if place % 5 == 0 else "",
        )  # fmt: skip
        found.append((f"R-{town}-{place // 4}-{place}", row))
    return found


@pytest.fixture(scope="module")
async def pool(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pool]:
    async with new_installation(cluster, tmp_path_factory.mktemp("list") / "keyring") as made:
        opened = await open_pool(made.settings("casework").postgres_url, application="tests", size=1)
        await ensure_tables(opened, SERVICE, 12)
        for key, row in every_case():
            await opened.execute(
                "INSERT INTO casework.m_cases (key, partition, doc) VALUES ($1, 0, $2::jsonb)",
                key, encoder.encode(row).decode(),
            )  # fmt: skip
        yield opened
        await opened.close()


async def read_all(pool: Pool, limit: int = 1000, **wanted: str) -> list[dict[str, Any]]:
    """Every page of a list; each says how many there are in all."""
    found: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        rows, count, after = await page(pool, Wanted(**wanted), today=TODAY, after=after, limit=limit)
        found += rows
    assert count == len(found), wanted
    return found


def expected(wanted: Any) -> list[str]:
    """The numbers of those cases that are `wanted`, by last day to decide."""
    rows = [{"key": key, **msgspec.json.decode(encoder.encode(row))} for key, row in every_case()]
    return [row["key"] for row in sorted(rows, key=lambda row: (row["decide_by"], row["key"])) if wanted(row)]


async def test_what_is_owed_and_ready_to_post_is_what_a_case_page_says(pool: Pool) -> None:
    wanted = {
        "": lambda row: True,
        "open": lambda row: under_way(row) or row["status"] == "refused",
        "to_post": lambda row: ready_to_post(row, TODAY),
        "from_reserve": lambda row: row["reserve_fund"],
        "posted": lambda row: row["status"] == "posted",
    }
    for status, fits in wanted.items():
        there = expected(fits)
        assert there, status
        assert [row["key"] for row in await read_all(pool, status=status)] == there, status


async def test_pages_hold_each_case_once_in_the_order_of_the_whole(pool: Pool) -> None:
    whole = await read_all(pool, status="open")
    for limit in (1, 7, len(whole), len(whole) + 1):
        assert await read_all(pool, limit, status="open") == whole, limit


async def test_a_list_is_of_a_town_a_committee_a_person_a_request_or_a_household(pool: Pool) -> None:
    fits = {
        ("town", "T02"): lambda row: row["town"] == "T02",
        ("committee", "T01-C02"): lambda row: row["committee"] == "T01-C02",
        ("responsible", "bureau:B01"): lambda row: row["responsible"] == "bureau:B01",
        ("number", "R-T01-3"): lambda row: row["key"].startswith("R-T01-3-"),
        ("number", "R-T01-3-12"): lambda row: row["key"] == "R-T01-3-12",
        ("number", "T01-H00001"): lambda row: row["household"] == "T01-H00001",
    }
    for (name, text), one in fits.items():
        there = expected(one)
        assert there, (name, text)
        assert [row["key"] for row in await read_all(pool, **{name: text})] == there, (name, text)
    assert await read_all(pool, number="R-T01-%") == []


async def test_whoever_reads_for_a_town_is_given_no_other_towns_cases(pool: Pool) -> None:
    with read_for(Reader(town="T01", actor="window:T01-W1")):
        assert {row["town"] for row in await read_all(pool)} == {"T01"}
        assert await read_all(pool, town="T02") == []
