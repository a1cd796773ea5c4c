"""Proves over the real stores: numbers of one household, matches to their end, hand-overs into casework, clocks, replayed reads."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from deploy.embedded.fixture import EmbeddedCluster
from services.contracts.resident_ids import check_character
from services.eventlog.ids import uuid7
from tests.integration.bodies import body_of, take_over
from tests.integration.doors import NAMES, Body, House, assert_problem, open_house, request


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(cluster, tmp_path_factory.mktemp("registers") / "keyring") as opened_house:
        yield opened_house


def resident_id(first_17: str) -> str:
    return first_17 + check_character(first_17)


def member(order: int, born: str = "", name: str = "示例戊") -> Body:
    """The `order`-th person, with a birthday of their own unless one is given."""
    born = born or f"19{order + 10}0101"
    return {"resident_id": resident_id(f"510212{born}{order:03d}"), "name": name, "relation": "本人"}


async def asked(house: House, **changes: Any) -> Body:
    """A request of a household of its own, accepted."""
    event = request(**changes)
    event["data"]["phone"] = changes.get("phone", f"199{event['data']['request_no'].removeprefix('R-').zfill(8)}")
    answer = await house.event(event)
    assert answer.status_code == 200, answer.text
    await house.settle()
    return dict(event["data"])


async def sent(house: House, service: str, body: Body, role: str, actor: str | None = None) -> Any:
    token = house.token(role, actor=actor)
    answer = await house.post(service, f"/v1/commands/{body['command']}", body, token)
    assert answer.status_code == 200, answer.text
    await house.settle()
    return answer.json()


async def rows(house: House, service: str, path: str) -> list[Body]:
    await house.settle()
    answer = await house.get(service, path, house.token("bureau"))
    assert answer.status_code == 200, answer.text
    return list(answer.json()["rows"])


async def matches(house: House, household_no: str) -> list[Body]:
    return [row for row in await rows(house, "intake", "/v1/matches?limit=1000") if row["household"] == household_no]


async def test_a_number_of_another_household_is_refused_at_the_command_door_and_in_a_batch(house: House) -> None:
    """Also when both come in one batch: the first one has it, whatever becomes of the second."""
    first = await asked(house, members=[member(1)])
    body = body_of("intake", "receive-request") | {"household_no": "T01-H70001", "request_no": first["request_no"]}
    forged = body | {"number_held_by": "T01-H70001"}
    for one in (body, forged):
        assert_problem(await house.command("intake", one, "window"), 409, "request-number-taken")
    both = [request(members=[member(2)]), request(members=[member(3)])]
    both[1]["data"]["request_no"] = both[0]["data"]["request_no"]
    told = (await house.event(both)).json()
    assert [one["outcome"] for one in told] == ["accepted", "refused"]
    assert told[1]["code"] == "request-number-taken"
    mended = dict(both[1], id="mended", data=both[1]["data"] | {"request_no": "R-mended"})
    assert (await house.event(mended)).status_code == 200


async def test_a_person_in_two_households_is_seen_and_a_merged_request_ends(house: House) -> None:
    first = await asked(house, members=[member(11)])
    second = await asked(house, members=[member(11), member(12)])
    (found,) = await matches(house, second["household_no"])
    assert (found["how"], found["where"], found["other_household"]) == (
        "identity", "open_application", first["household_no"],
    )  # fmt: skip
    decide = {
        "command": "decide-match", "person": found["person"], "town": "T01", "match_no": found["key"],
        "verdict": "merge", "reason": "同一人重复申请",
    }  # fmt: skip
    await sent(house, "intake", decide, "window")
    number = f"{second['request_no']}-dibao_urban"

    async def ended() -> Any:
        await house.settle()
        row = (await house.get("casework", f"/v1/cases/{number}", house.token("bureau"))).json()
        return row.get("status") == "closed"

    await house.until(ended)
    row = (await house.get("intake", f"/v1/applications/{number}", house.token("bureau"))).json()
    assert row["status"] == "withdrawn"
    third = await asked(house, members=[member(12)])
    assert await matches(house, third["household_no"]) == [], "nothing of the merged request is open"


async def test_a_member_of_a_receiving_household_is_seen_across_towns_and_the_bureau_decides(house: House) -> None:
    stock = take_over("T02-H60001", members=[member(21) | {"groups": []}])
    await sent(house, "casework", stock, "bureau")
    mine = await asked(house, members=[member(21)])
    (found,) = await matches(house, mine["household_no"])
    assert (found["where"], found["other_household"], found["other_town"]) == ("receiving", "T02-H60001", "T02")
    decide = {
        "command": "decide-match", "person": found["person"], "town": "T01", "match_no": found["key"],
        "verdict": "same", "reason": "已迁入本镇街",
    }  # fmt: skip
    assert_problem(await house.command("intake", decide, "window"), 409, "bureau-decides-match")
    await sent(house, "intake", decide, "bureau")
    (found,) = await matches(house, mine["household_no"])
    assert found["status"] == "same"


async def test_a_misread_number_is_a_candidate_by_name_and_birthday_and_a_namesake_is_none(house: House) -> None:
    await asked(house, members=[member(31, "19510203", "张晓峰")], phone="19911110001")
    alike = await asked(house, members=[member(33, "19510203", "张晓锋")], phone="19911110002")
    namesake = await asked(house, members=[member(34, "19620405", "张晓峰")], phone="19911110003")
    (found,) = await matches(house, alike["household_no"])
    assert (found["how"], found["features"]) == ("likeness", ["name", "birth"])
    assert "张" not in str(found)
    assert await matches(house, namesake["household_no"]) == []


async def test_somebody_like_a_member_of_the_stock_is_a_candidate_while_that_household_receives(house: House) -> None:
    """接续登记的存量家庭：姓名相近且同日出生、证件号不同者列为疑似，由人认定。"""
    stock = take_over("T01-H60051", members=[member(51, "19490506", "赵晓峰") | {"groups": []}])
    await sent(house, "casework", stock, "bureau")
    mine = await asked(house, members=[member(53, "19490506", "赵晓锋")])
    (found,) = await matches(house, mine["household_no"])
    assert (found["how"], found["where"], found["features"], found["other_household"]) == (
        "likeness", "receiving", ["name", "birth"], "T01-H60051",
    )  # fmt: skip
    assert "赵" not in str(found)
    decide = {
        "command": "decide-match", "person": found["person"], "town": "T01", "match_no": found["key"],
        "verdict": "different", "reason": "系两人，证件已核对",
    }  # fmt: skip
    await sent(house, "intake", decide, "window")
    ended = body_of("casework", "terminate-benefit") | {"household_no": "T01-H60051"}
    await sent(house, "casework", ended, "bureau")
    after = await asked(house, members=[member(54, "19490506", "赵晓锋")])
    assert [one["other_household"] for one in await matches(house, after["household_no"])] == [mine["household_no"]]


async def test_a_hand_over_reaches_the_case_and_every_clock_of_it(house: House) -> None:
    mine = await asked(house, members=[member(41)])
    item = {"household_no": mine["household_no"], "application_no": f"{mine['request_no']}-dibao_urban", "town": "T01"}
    offer = {"command": "offer-handover", **item, "receiver": "window:T01-W9", "reason": "轮岗"}
    await sent(house, "intake", offer, "window", mine["first_asked"])
    await sent(house, "intake", {"command": "accept-handover", **item}, "window", "window:T01-W9")

    async def followed() -> Any:
        await house.settle()
        row = (await house.get("casework", f"/v1/cases/{item['application_no']}", house.token("bureau"))).json()
        return row["responsible"] == "window:T01-W9"

    await house.until(followed)
    held = await house.get("casework", "/v1/open-clocks?held_by=window:T01-W9", house.token("window"))
    assert {one["clock"]["clock"] for one in held.json()["rows"]} == {"investigation", "check_start", "outer"}
    assert {one["days_left"] for one in held.json()["rows"]} == {3, 25}
    assert not any(one["overdue"] for one in held.json()["rows"])
    for number, clocks in (
        (item["application_no"], {"investigation", "check_start", "outer"}),
        (item["household_no"], {"investigation", "check_start", "outer"}),
        (mine["request_no"], set()),
    ):
        about = await house.get("casework", f"/v1/open-clocks?about={number}", house.token("window"))
        assert {one["clock"]["clock"] for one in about.json()["rows"]} == clocks, number
    elsewhere = await house.get("casework", "/v1/open-clocks?town=T02", house.token("window"))
    assert_problem(elsewhere, 403, "wrong-town")
    assert_problem(await house.get("casework", "/v1/open-clocks", house.token("contractor")), 403, "wrong-role")


async def test_a_clock_set_anew_to_the_same_day_runs_out_again(house: House) -> None:
    """Returned and referred again on one day: the second referral's clock fires under an id of its own."""
    mine = await asked(house, members=[member(51)], needs=["medical"])
    item = {"household_no": mine["household_no"], "application_no": f"{mine['request_no']}-medical", "town": "T01"}
    before = "SELECT doc->>'due_at', doc->>'set_by' FROM intake.m_due WHERE key = $1"
    key = f"{item['application_no']}/referral"
    first = await house.installation.admin.fetchrow(before, key)
    back = {"command": "return-referral", **item, "reason": "不属于本部门职责", "returned_on": "2026-03-02"}
    await sent(house, "intake", back, "window")
    await sent(house, "intake", {"command": "refer-application", **item}, "window")
    second = await house.installation.admin.fetchrow(before, key)
    assert (first[0], first[1] != second[1]) == (second[0], True)
    open_now = (await house.get("intake", "/v1/open-clocks?clock=referral", house.token("window"))).json()["rows"]
    (row,) = [one for one in open_now if one["clock"]["application_no"] == item["application_no"]]
    assert (row["days_left"], row["clock"]["with_whom"]) == (10, "区医疗保障局")


async def test_an_unmasked_read_is_answered_once(house: House) -> None:
    """The same key again shows nothing and states nothing; a new key is a new look, stated."""
    await sent(house, "casework", take_over("T01-H60002", members=[member(61) | {"groups": []}]), "bureau")
    look = {"command": "read-personal-field", "household_no": "T01-H60002", "field": "names", "reason": "核对"}
    token, key = house.token("bureau"), str(uuid7())

    async def read(with_key: str) -> Any:
        return await house.post("casework", "/v1/households/unmask", look, token, idempotency_key=with_key)

    assert (await read(key)).json()["values"] == ["示例戊"]
    facts = await house.facts("household:T01-H60002")
    again = await read(key)
    assert_problem(again, 409, "read-replayed", without=(*NAMES, "示例戊"))
    assert await house.facts("household:T01-H60002") == facts
    assert (await read(str(uuid7()))).json()["values"] == ["示例戊"]
    assert await house.facts("household:T01-H60002") == facts + 1
