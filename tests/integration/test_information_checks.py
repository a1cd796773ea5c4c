"""Proves over the real stores: a check goes out by pseudonym or, as a fact, by name; answers come back in a file; a town helps."""

import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from deploy.embedded.fixture import EmbeddedCluster
from tests.integration.bodies import CHECKED, body_of
from tests.integration.doors import NAMES, RESIDENT_IDS, Body, House, assert_problem, open_house, request


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(cluster, tmp_path_factory.mktemp("checks") / "keyring") as opened_house:
        yield opened_house


async def case(house: House) -> Body:
    """The fields that name a fresh open case of T01, surveyed."""
    event = request()
    assert (await house.event(event)).status_code == 200
    await house.settle()
    number = f"{event['data']['request_no']}-dibao_urban"
    of = {"household_no": event["data"]["household_no"], "application_no": number}
    await said(house, body_of("casework", "record-survey") | of, "officer")
    return of


async def said(house: House, body: Body, role: str) -> None:
    answer = await house.command("casework", body, role)
    assert answer.status_code == 200, answer.text


async def asked(house: House, of: Body, *registers: str) -> None:
    body = body_of("casework", "request-information-check") | of | {"registers": list(registers), "persons": CHECKED}
    await said(house, body, "officer")
    await house.settle()


def rows_in(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


async def kinds(house: House, of: Body) -> list[str]:
    await house.settle()
    query = "SELECT value FROM log.journal WHERE subject = $1 ORDER BY sequence"
    rows = await house.installation.admin.fetch(query, f"household:{of['household_no']}")
    return [str(json.loads(row["value"])["type"]).split(".")[2] for row in rows]


async def test_open_requests_go_out_by_pseudonym_to_their_readers_and_towns(house: House) -> None:
    of = await case(house)
    await asked(house, of, "property")
    path = "/v1/checks/requests?register=property"
    for role in ("bureau", "officer"):
        answer = await house.get("casework", path, house.token(role))
        assert answer.headers["content-type"].startswith("text/csv")
        mine = [row for row in rows_in(answer.text) if row["check_no"].startswith(of["application_no"])]
        assert [row["relation"] for row in mine] == ["本人", "配偶"]
        for secret in (*NAMES, *RESIDENT_IDS):
            assert secret not in answer.text
    assert rows_in((await house.get("casework", path, house.token("officer", "T02"))).text) == []
    assert (await house.get("casework", path + "&format=json", house.token("bureau"))).json()[0]["register"]
    for odd in ("nothing", "%00", "bank'--"):
        answer = await house.get("casework", f"/v1/checks/requests?register={odd}&format=json", house.token("bureau"))
        assert answer.json() == []


async def test_names_go_out_only_as_a_fact_and_with_a_reason(house: House) -> None:
    of = await case(house)
    await asked(house, of, "tax")
    wanted = {"register": "tax", "reason": "税务批量核对"}
    for refused in ({**wanted, "reason": " "}, {**wanted, "register": "vehicle"}):
        answer = await house.post("casework", "/v1/checks/exports", refused, house.token("bureau"))
        assert rows_in(answer.text) == []
    assert "check_exported" not in await kinds(house, of)
    answer = await house.post("casework", "/v1/checks/exports", wanted, house.token("bureau"))
    shown = [(row["name"], row["resident_id"]) for row in rows_in(answer.text)]
    assert shown == list(zip(NAMES, RESIDENT_IDS, strict=True))
    assert (await kinds(house, of)).count("check_exported") == 1
    as_json = await house.post("casework", "/v1/checks/exports", wanted | {"format": "json"}, house.token("bureau"))
    assert [row["name"] for row in as_json.json()] == list(NAMES)
    for role in ("officer", "window", "operator", "auditor"):
        answer = await house.post("casework", "/v1/checks/exports", wanted, house.token(role))
        assert_problem(answer, 403, "wrong-role", without=list(NAMES))


async def answer_file(house: House, of: Body, *outcomes: str) -> str:
    """The open requests of a case's bank check, filled in."""
    answer = await house.get("casework", "/v1/checks/requests?register=bank", house.token("bureau"))
    rows = [row for row in rows_in(answer.text) if row["check_no"].startswith(of["application_no"])]
    for row, outcome in zip(rows, outcomes, strict=True):
        row |= {"outcome": outcome, "returned_on": "2026-03-02"}
    written = io.StringIO(newline="")
    lines = csv.DictWriter(written, list(rows[0]))
    lines.writeheader()
    lines.writerows(rows)
    return written.getvalue()


async def answers(house: House, raw: bytes, *, dry_run: bool = False) -> Any:
    path = "/v1/checks/answers" + ("?dry_run=true" if dry_run else "")
    return (await house.post("casework", path, raw, house.token("bureau"))).json()


async def test_a_registers_file_is_tried_dry_then_decided_and_a_conflict_stays_open(house: House) -> None:
    of = await case(house)
    await asked(house, of, "bank", "vehicle")
    before = await house.facts()
    file = await answer_file(house, of, "一致", "不一致")
    dry = await answers(house, file.encode("gb18030"), dry_run=True)
    assert (dry["dry_run"], dry["rows"], dry["answers"], dry["errors"]) == (True, 2, 1, [])
    spoiled = await answers(house, file.replace(",不一致,", ",也许,").encode(), dry_run=True)
    (error,) = spoiled["errors"]
    assert (error["row"], error["column"], error["code"], spoiled["answers"]) == (3, "outcome", "outcome-invalid", 0)
    assert "也许" not in spoiled["error_file"]
    assert await house.facts() == before, "a dry run decides nothing"
    taken = await answers(house, file.encode())
    assert (taken["accepted"], taken["refused"], taken["errors"]) == (1, 0, [])
    await house.settle()
    row = (await house.get("casework", f"/v1/cases/{of['application_no']}", house.token("bureau"))).json()
    assert (row["awaited"], row["open_conflicts"], row["status"]) == (["vehicle"], ["bank"], "checking")
    again = await answers(house, file.encode())
    assert {error["code"] for error in again["errors"]} == {"register-not-asked"}
    done = body_of("casework", "record-information-check") | of
    await said(house, done, "bureau")
    await asked(house, of, "vehicle")
    await said(house, done, "bureau")
    await house.settle()
    row = (await house.get("casework", f"/v1/cases/{of['application_no']}", house.token("bureau"))).json()
    assert row["open_conflicts"] == ["bank"], "asking the vehicle register again settles nothing of the bank's"
    await said(house, body_of("casework", "resolve-conflict") | of, "bureau")
    await house.settle()
    row = (await house.get("casework", f"/v1/cases/{of['application_no']}", house.token("bureau"))).json()
    assert (row["open_conflicts"], row["conflict_count"]) == ([], 0)


async def test_a_file_that_is_none_is_refused_and_errors_come_as_a_file(house: House) -> None:
    bureau = house.token("bureau")
    assert_problem(await house.post("casework", "/v1/checks/answers", b"\xff\xff", bureau), 400, "file-encoding")
    row = {"check_no": "K\x001", "register": "bank", "person": "p_a", "outcome": "一致", "returned_on": "2026-03-02"}
    raw = json.dumps([row]).encode()
    answer = await house.post("casework", "/v1/checks/answers", raw, bureau, accept="text/csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "check-not-open" in answer.text


async def test_a_town_that_was_asked_sees_and_surveys_that_case_only(house: House) -> None:
    """人户分离: its row, whom it goes to see, its survey; nothing of the other case, and T03 nothing at all."""
    event, other = request(), request()
    for one in (event, other):
        assert (await house.event(one)).status_code == 200
    await house.settle()
    of, not_of = (
        {
            "household_no": one["data"]["household_no"],
            "application_no": f"{one['data']['request_no']}-dibao_urban",
        }
        for one in (event, other)
    )
    for one in (of, not_of):
        await said(house, body_of("casework", "record-survey") | one, "officer")
    unmask = {"command": "read-personal-field", "field": "names", "reason": "入户前核对"}
    helper, stranger = house.token("officer", "T02"), house.token("officer", "T03")
    survey = body_of("casework", "record-survey") | of
    path = "/v1/commands/record-survey"
    assert_problem(await house.post("casework", path, survey, helper), 403, "wrong-town")
    await said(house, body_of("casework", "ask-survey-help") | of, "officer")
    await house.settle()
    shown = (await house.get("casework", "/v1/survey-help", helper)).json()["rows"]
    assert [row["household"] for row in shown] == [of["household_no"]]
    assert (await house.get("casework", "/v1/survey-help", stranger)).json()["rows"] == []
    read = await house.post("casework", "/v1/households/unmask", unmask | {"household_no": of["household_no"]}, helper)
    assert read.json()["values"] == list(NAMES)
    for credential, household in ((stranger, of), (helper, not_of)):
        body = unmask | {"household_no": household["household_no"]}
        assert_problem(await house.post("casework", "/v1/households/unmask", body, credential), 404, "not-found")
    assert_problem(await house.post("casework", path, survey, stranger), 403, "wrong-town")
    assert (await house.post("casework", path, survey, helper)).status_code == 200
    await house.settle()
    found = (await house.get("casework", f"/v1/survey-help/{of['application_no']}", helper)).json()
    assert found["status"] == "surveyed"
    assert_problem(await house.post("casework", path, survey, helper), 403, "wrong-town")
    answer = await house.get("casework", f"/v1/cases/{of['application_no']}", helper)
    assert_problem(answer, 404, "not-found")
