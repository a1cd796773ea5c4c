"""Proves the auditor's way: overview, a finding with its facts, the event log with causes, the conformance check; an inspector reads only."""

from collections.abc import Callable
from typing import Any

import pytest

PAGES = ("/audit", "/findings", "/spot-checks", "/past", "/bundles", "/log", "/log/standing", "/onboarding")
EVENT = '{"specversion": "1.0", "id": "x-1", "source": "/town/T01", "type": "assist.town.consultation_recorded.v1", "colour": 1}'


@pytest.mark.parametrize(
    ("phone", "language", "theme"), [pytest.param(False, "zh", "light", marks=pytest.mark.slow), (True, "en", "dark")]
)
async def test_each_page_of_the_auditor_opens_is_accessible_and_fits(
    sit_down: Callable[..., Any], phone: bool, language: str, theme: str
) -> None:
    async with sit_down("auditor", phone=phone, language=language, theme=theme) as seat:
        for path in PAGES:
            await seat.open(path)
            await seat.must_be_accessible()
            await seat.must_not_scroll_sideways()


async def test_a_finding_leads_to_the_facts_it_rests_on_and_their_causes(sit_down: Callable[..., Any]) -> None:
    async with sit_down("auditor") as seat:
        await seat.open("/findings")
        await seat.page.click("tbody th a >> nth=1")
        assert await seat.page.locator("h2", has_text="事实与证明").count() == 1
        await seat.must_be_accessible()
        await seat.open("/log")
        await seat.page.click("tbody td a >> nth=0")
        assert await seat.page.locator("h3", has_text="因果").count() == 1


async def test_a_sample_event_is_told_field_by_field_what_is_wrong(sit_down: Callable[..., Any]) -> None:
    async with sit_down("operator") as seat:
        await seat.open("/onboarding")
        await seat.page.fill("#c-town", "T01")
        await seat.page.fill("#c-sample", EVENT)
        await seat.page.click("form[action='/onboarding/conformance'] button")
        told = await seat.page.inner_text("main")
        assert "/colour" in told
        assert "/time" in told


async def test_an_inspector_sees_the_grant_and_no_button_that_decides(sit_down: Callable[..., Any]) -> None:
    async with sit_down("inspector") as seat:
        await seat.open("/audit")
        assert await seat.page.locator("main form").count() == 0
