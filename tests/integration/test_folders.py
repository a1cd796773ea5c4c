"""Proves over the real stores: both binders of a folder masked, unmasked only as a fact, and both persons of a match as one."""

import json
from collections.abc import AsyncIterator

import pytest
from pypinyin import Style, pinyin

from deploy.embedded.fixture import EmbeddedCluster
from services.eventlog.ids import uuid7
from tests.integration.bodies import ADDRESS, CHECKED, MEMBERS, body_of, take_over
from tests.integration.doors import NAMES, PHONE, RESIDENT_IDS, Body, House, assert_problem, open_house, request

SECRETS = (*NAMES, *RESIDENT_IDS, PHONE, ADDRESS)


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(cluster, tmp_path_factory.mktemp("folders") / "keyring") as opened_house:
        yield opened_house


async def case(house: House) -> tuple[str, str]:
    """A household of T01 and its application, surveyed and checked."""
    event = request(address=ADDRESS)
    assert (await house.event(event)).status_code == 200
    await house.settle()
    household_no, number = event["data"]["household_no"], f"{event['data']['request_no']}-dibao_urban"
    of = {"household_no": household_no, "application_no": number}
    for name, changes in (("record-survey", {}), ("request-information-check", {"persons": CHECKED})):
        answer = await house.command("casework", body_of("casework", name) | of | changes, "officer")
        assert answer.status_code == 200, answer.text
    await house.settle()
    return household_no, number


async def reads(house: House, subject: str) -> list[Body]:
    await house.settle()
    rows = await house.installation.admin.fetch(
        "SELECT value FROM log.journal WHERE subject = $1 ORDER BY sequence", subject
    )
    facts = [json.loads(row["value"]) for row in rows]
    return [fact["data"] for fact in facts if fact["type"].endswith(("field_read.v1", "persons_read.v1"))]


async def test_both_binders_are_masked_until_a_read_is_stated_with_its_reason(house: House) -> None:
    household_no, number = await case(house)
    subject, officer = f"household:{household_no}", house.token("officer")
    for service, form in (("intake", "application_form"), ("casework", "survey_form")):
        page = await house.get(service, f"/v1/households/{household_no}/folder", officer)
        assert page.headers["content-type"].startswith("text/html")
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        index = (await house.get(service, f"/v1/households/{household_no}/folder?format=json", officer)).json()
        one = await house.get(service, f"/v1/households/{household_no}/forms/{form}?of={number}", officer)
        assert [secret for secret in SECRETS if secret in page.text + one.text + json.dumps(index)] == []
        assert {"form": form, "state": "present"}.items() <= next(
            f for f in index["forms"] if f["form"] == form
        ).items()
        assert "示例数据" in page.text
    before = len(await reads(house, subject))
    casework = (await house.get("casework", f"/v1/households/{household_no}/folder?format=json", officer)).json()
    assert f"{number}/07-1" in casework["missing"], "no notice hangs yet"
    wanted = {"household_no": household_no, "paper": "survey_form", "reason": "入户前核对"}
    key = str(uuid7())
    for service, secrets in (("casework", (*NAMES, *RESIDENT_IDS)), ("intake", SECRETS)):
        body = wanted | ({"paper": ""} if service == "intake" else {})
        for bad, status, code in (
            (body | {"reason": " "}, 409, "reason-missing"),
            (body | {"paper": "nothing"}, 404, "not-found"),
        ):
            assert_problem(await house.post(service, "/v1/print/papers", bad, officer), status, code, without=SECRETS)
        shown = await house.post(service, "/v1/print/papers", body, officer, Idempotency_Key=key)
        assert [secret for secret in secrets if secret not in shown.text] == []
        assert shown.headers["cache-control"] == "no-store"
        again = await house.post(service, "/v1/print/papers", body, officer, Idempotency_Key=key)
        assert_problem(again, 409, "read-replayed", without=SECRETS)
    stated = (await reads(house, subject))[before:]
    assert [one["field"] for one in stated] == ["papers/survey_form", "papers"]
    assert {(one["reason"], one["reader_role"]) for one in stated} == {("入户前核对", "officer")}


async def test_no_stranger_sees_a_folder_and_a_helping_town_its_case_only(house: House) -> None:
    household_no, number = await case(house)
    helper = house.token("officer", "T02")
    path = f"/v1/households/{household_no}/folder"
    printing = {"household_no": household_no, "reason": "协助调查"}
    for service in ("intake", "casework"):
        assert_problem(await house.get(service, path, helper), 404, "not-found")
        assert_problem(await house.post(service, "/v1/print/papers", printing, helper), 404, "not-found")
        assert_problem(
            await house.post(service, "/v1/print/papers", printing, house.token("operator")), 403, "wrong-role"
        )
        assert_problem(
            await house.get(service, "/v1/households/T01-H99999/folder", house.token("bureau")), 404, "not-found"
        )
    help_ = body_of("casework", "ask-survey-help") | {"household_no": household_no, "application_no": number}
    assert (await house.command("casework", help_, "officer")).status_code == 200
    await house.settle()
    forms = (await house.get("casework", f"{path}?format=json", helper)).json()["forms"]
    assert {one["form"] for one in forms} == {"help_letter", "survey_form"}
    assert NAMES[0] in (await house.post("casework", "/v1/print/papers", printing, helper)).text
    assert (await house.get("casework", f"/v1/households/{household_no}", house.token("bureau"))).status_code == 200


async def test_whoever_decides_a_match_sees_both_persons_once_that_is_a_fact(house: House) -> None:
    """本人在另一申请，配偶在存量户：request against request, and against the stock that casework took over."""
    alone = [
        {name: value for name, value in MEMBERS[0].items() if name != "groups"} | {"resident_id": "510212198505050031"}
    ]
    stock = [alone[0] | {"groups": []}]
    taken = await house.command("casework", take_over("T01-H80001", members=stock), "bureau")
    assert taken.status_code == 200, taken.text
    await house.settle()
    elsewhere = "示例镇另一处2号"
    event = request(members=alone, address=elsewhere, phone="19900000009")
    assert (await house.event(event)).status_code == 200
    await house.settle()
    await house.settle()
    rows = (await house.get("intake", "/v1/matches?limit=1000", house.token("window"))).json()["rows"]
    row = next(one for one in rows if one["household"] == event["data"]["household_no"])
    assert row["other_household"] == "T01-H80001"
    wanted = {"person": row["person"], "town": "T01", "match_no": row["key"], "reason": "核对是否同一人"}
    assert_problem(await house.post("intake", "/v1/matches/unmask", wanted, house.token("officer")), 403, "wrong-role")
    assert_problem(
        await house.post("intake", "/v1/matches/unmask", wanted | {"reason": ""}, house.token("window")),
        409,
        "reason-missing",
    )
    assert_problem(
        await house.post("intake", "/v1/matches/unmask", wanted | {"match_no": "M-0"}, house.token("window")),
        404,
        "not-found",
    )
    assert await reads(house, f"person:{row['person']}") == []
    shown = (await house.post("intake", "/v1/matches/unmask", wanted, house.token("window"))).json()["persons"]
    same = {"name": NAMES[0], "born_on": "1985-05-05"}
    here, there = (
        {"household_no": row["household"], "address": elsewhere},
        {"household_no": "T01-H80001", "address": ADDRESS},
    )
    assert shown == [same | here, same | there]
    (fact,) = await reads(house, f"person:{row['person']}")
    assert (fact["match_no"], fact["other_household"], fact["reader_role"]) == (row["key"], "T01-H80001", "window")


async def test_a_clerk_finds_a_household_of_her_own_town_by_a_name_and_no_name_is_told(house: House) -> None:
    """By the name, by a part of it, by first letters of its pinyin; another town's window finds nobody, an officer may not ask."""
    household_no, _ = await case(house)
    door, window = "/v1/households/by-name", house.token("window")
    letters = "".join(pinyin(NAMES[0], style=Style.FIRST_LETTER)[n][0] for n in range(len(NAMES[0])))
    for typed in (NAMES[0], NAMES[0][1:], letters, letters[:2].upper()):
        told = await house.post("intake", door, {"typed": typed}, window)
        assert household_no in told.json()["households"], typed
        assert [secret for secret in SECRETS if secret in told.text] == []
    for typed, credential in (("qqqq", window), (NAMES[0], house.token("window", "T02"))):
        told = await house.post("intake", door, {"typed": typed}, credential)
        assert told.json() == {"households": [], "more": False}
    assert_problem(await house.post("intake", door, {"typed": ""}, window), 422, "body-invalid")
    assert_problem(await house.post("intake", door, {"typed": NAMES[0]}, house.token("officer")), 403, "wrong-role")
