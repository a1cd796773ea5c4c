"""Proves that the edge unseals what amounts are computed from: groups, incomes and birthdays, over the real stores."""

from collections.abc import AsyncIterator

import pytest

from deploy.embedded.fixture import EmbeddedCluster
from tests.integration.bodies import MEMBERS, body_of, take_over
from tests.integration.doors import Body, House, open_house

DIBAO, TEKUN = "T01-H70001", "T01-H70002"
MINOR: list[Body] = [{"resident_id": "500112200805050036", "name": "示例丁", "relation": "本人", "groups": ["未成年"]}]


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(cluster, tmp_path_factory.mktemp("amounts") / "keyring") as opened:
        yield opened


async def told(house: House, body: Body, role: str) -> None:
    answer = await house.command("casework", body, role)
    assert answer.status_code == 200, answer.text


async def row_of(house: House, model: str, key: str) -> Body:
    await house.settle()
    answer = await house.get("casework", f"/v1/{model}/{key}", house.token("bureau"))
    row: Body = answer.json()
    return row


async def test_a_severely_ill_members_top_up_is_in_the_amount_whatever_the_caller_says_of_groups(house: House) -> None:
    """(735 - 300) yuan for one and 70 for a severe illness; `opened` in the body is put aside."""
    await told(house, take_over(DIBAO), "bureau")
    look = body_of("casework", "reverify-household") | {"household_no": DIBAO, "outcome": "changed"}
    await told(house, look, "officer")
    groups = [{"groups": ["高龄", "重残", "未成年"]}, {"groups": ["重残"]}]
    await told(house, body_of("casework", "adjust-benefit") | {"household_no": DIBAO, "opened": groups}, "bureau")
    assert (await row_of(house, "households", DIBAO))["monthly_amount_fen"] == 43_500 + 7_000


async def test_the_groups_are_those_written_down_last(house: House) -> None:
    """A look that finds nobody in a priority group takes the top-up away with the next adjustment."""
    members = [{**one, "groups": []} for one in MEMBERS]
    look = body_of("casework", "reverify-household") | {"household_no": DIBAO, "outcome": "changed", "members": members}
    await told(house, look, "officer")
    await told(house, body_of("casework", "adjust-benefit") | {"household_no": DIBAO}, "bureau")
    row = await row_of(house, "households", DIBAO)
    assert (row["monthly_amount_fen"], row["priority_count"]) == (43_500, 0)


async def test_a_minors_look_comes_with_the_eighteenth_birthday_and_a_new_tier_changes_fee_and_plan(
    house: House,
) -> None:
    """Born in May 2008 and looked at in March 2026 for a year: the next look is due by the end of May."""
    await told(house, take_over(TEKUN, category="tekun", members=MINOR, care_tier="self_reliant"), "bureau")
    await told(house, body_of("casework", "reverify-household") | {"household_no": TEKUN}, "officer")
    assert (await row_of(house, "households", TEKUN))["reverify_by"] == "2026-05-31"
    items = ["eat", "dress", "bed", "toilet"]
    again = body_of("casework", "assess-ability") | {"household_no": TEKUN, "application_no": "", "failed_items": items}
    await told(house, again, "bureau")
    assert (await row_of(house, "households", TEKUN))["monthly_amount_fen"] == 125_600
    plan = await row_of(house, "service-plans", TEKUN)
    assert (plan["care_tier"], plan["priority"]) == ("full_care", True)
