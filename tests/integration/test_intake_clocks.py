"""Proves over the real stores that intake's clocks fire once, and that a request follows up the discovery it names."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from deploy.embedded.fixture import EmbeddedCluster
from tests.integration.bodies import body_of
from tests.integration.doors import House, open_house, request

# From 2026-03-02 past the ten working days of a referral and the three of a discovery.
PAST_BOTH_CLOCKS_MINUTES = 16 * 24 * 60


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(cluster, tmp_path_factory.mktemp("clocks") / "keyring") as opened_house:
        yield opened_house


async def row(house: House, model: str, key: str) -> Any:
    await house.settle()
    return (await house.get("intake", f"/v1/{model}/{key}", house.token("bureau"))).json()


async def reported(house: House, number: str) -> None:
    report = body_of("intake", "report-discovery") | {"discovery_no": number}
    assert (await house.command("intake", report, "committee")).status_code == 200


async def test_a_request_follows_up_the_discovery_it_names(house: House) -> None:
    """The reaction to the request, through the log: the discovery's row names it, and no clock is left running."""
    await reported(house, "T01-D11")
    event = request(needs=["temporary"], discovery_no="T01-D11")
    assert (await house.event(event)).status_code == 200

    async def followed() -> Any:
        found = await row(house, "discoveries", "T01-D11")
        return found if found["status"] == "followed" else None

    found = await house.until(followed)
    assert (found["household"], found["request_no"]) == (event["data"]["household_no"], event["data"]["request_no"])
    clocks = "SELECT count(*) FROM intake.m_due WHERE key = $1"
    assert await house.installation.admin.fetchval(clocks, "T01-D11/discovery") == 0


async def test_what_nobody_answers_is_stated_overdue_once(house: House) -> None:
    """One fact for each clock that ran out, none for the referral that was answered; the due table is empty after it."""
    await reported(house, "T01-D12")
    forgotten, answered = request(needs=["medical"]), request(needs=["medical"])
    for event in (forgotten, answered):
        assert (await house.event(event)).status_code == 200
    household_no, number = (answered["data"][name] for name in ("household_no", "request_no"))
    complete = body_of("intake", "complete-referral") | {
        "household_no": household_no, "application_no": f"{number}-medical",
    }  # fmt: skip
    assert (await house.command("intake", complete, "window")).status_code == 200
    await house.settle()
    late = f"{forgotten['data']['request_no']}-medical"
    async with house.clock_ahead(minutes=PAST_BOTH_CLOCKS_MINUTES):

        async def both_overdue() -> Any:
            referral, discovery = await row(house, "applications", late), await row(house, "discoveries", "T01-D12")
            return referral["overdue_count"] and discovery["overdue"]

        await house.until(both_overdue)
        subjects = [f"household:{forgotten['data']['household_no']}", "discovery:T01-D12"]
        before = [await house.facts(subject) for subject in subjects]
        assert await house.installation.admin.fetchval("SELECT count(*) FROM intake.m_due") == 0
        assert [await house.facts(subject) for subject in subjects] == before == [3, 2]
    assert (await row(house, "applications", late))["status"] == "referred"
    assert (await row(house, "applications", f"{number}-medical"))["overdue_count"] == 0
