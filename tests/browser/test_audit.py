"""Proves that each page of the auditor fits and is accessible, and that a finding leads to its facts and their causes."""

from collections.abc import Callable
from typing import Any

import pytest

PAGES = ("/audit", "/findings", "/spot-checks", "/past", "/bundles", "/log", "/log/standing", "/onboarding")


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
