"""Proves over the real stores that files go to and from the municipal system: stated, same bytes, lists into tasks, nobody named."""

import csv
import hashlib
import io
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from deploy.embedded.fixture import EmbeddedCluster
from services.eventlog.ids import uuid7
from services.eventlog.sheets import csv_table
from tests.integration.bodies import body_of, take_over
from tests.integration.doors import NAMES, RESIDENT_IDS, Body, House, assert_problem, open_house
from tests.unit.test_intake_window import resident_id

LIST = ["市级编号", "救助类别", "状态", "保障人数", "月保障金额（元）"]
WARNINGS = ["预警编号", "镇街", "村居", "姓名", "身份证号", "联系方式", "预警类型", "预警日期"]
STRANGER = resident_id("51021219750101001")


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(cluster, tmp_path_factory.mktemp("municipal") / "keyring", towns=("T01",)) as opened:
        for number in ("O001", "O011"):
            body = body_of("casework", "start-duty") | {"officer": number}
            assert (await opened.command("casework", body, "bureau")).status_code == 200
        for n in (1, 2, 3):
            await said(opened, take_over(f"T01-H6000{n}"), "bureau")
        for n in (1, 2):
            number = {
                "command": "record-municipal-number",
                "municipal_no": f"MZ-6000{n}",
                "household_no": f"T01-H6000{n}",
            }
            await said(opened, number, "officer")
        await opened.settle()
        yield opened


async def said(house: House, body: Body, role: str) -> Body:
    answer = await house.command("casework", body, role)
    assert answer.status_code == 200, answer.text
    told: Body = answer.json()
    return told


async def send(house: House, path: str, raw: bytes, role: str = "bureau", key: str = "") -> httpx.Response:
    headers = {"authorization": f"Bearer {house.token(role)}", "idempotency-key": key or str(uuid7())}
    return await house.http["casework"].post(path, content=raw, headers=headers)


async def export(house: House, key: str = "", role: str = "bureau", **ask: Any) -> httpx.Response:
    return await send(house, "/v1/municipal/exports", json.dumps(ask).encode(), role, key)


def rows_in(raw: bytes, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode(encoding), newline="")))


async def stated(house: House, subject: str) -> list[Body]:
    await house.settle()
    rows = await house.installation.admin.fetch(
        "SELECT value FROM log.journal WHERE subject = $1 ORDER BY sequence", subject
    )
    return [json.loads(row["value"]) for row in rows]


async def test_a_number_shows_with_its_household_and_is_nobody_elses(house: House) -> None:
    row = (await house.get("casework", "/v1/households/T01-H60001", house.token("officer"))).json()
    assert row["municipal_nos"] == ["MZ-60001"]
    taken = await house.command(
        "casework",
        {"command": "record-municipal-number", "municipal_no": "MZ-60001", "household_no": "T01-H60003"},
        "officer",
    )
    assert_problem(taken, 409, "municipal-number-taken")


async def test_changed_households_go_out_since_a_cursor_the_same_bytes_and_by_name_only_as_facts(house: House) -> None:
    nothing = await export(house, table="amounts")
    assert (nothing.status_code, rows_in(nothing.content)) == (200, []), "the stock came from there"
    await said(house, {"command": "terminate-benefit", "household_no": "T01-H60002", "reason": "own_request"}, "bureau")
    await house.settle()
    first, again = [await export(house, table="amounts", encoding="gb18030") for _ in range(2)]
    (row,) = rows_in(first.content, "gb18030")
    assert (row["市级编号"], row["区级户号"], row["状态"]) == ("MZ-60002", "T01-H60002", "3")
    assert first.content == again.content
    assert first.headers["jiuzhu-sha256"] == hashlib.sha256(first.content).hexdigest()
    sheet = await export(house, table="cases", format="xlsx", month="2026-03")
    assert load_workbook(io.BytesIO(sheet.content)).active["B2"].value == "T01-H60002"
    last = (await stated(house, "exchange:district"))[-1]["data"]
    assert (last["row_count"], last["file_sha256"]) == (1, hashlib.sha256(sheet.content).hexdigest())
    since = await export(house, table="amounts", after=last_cursor(await stated(house, "exchange:district")))
    assert rows_in(since.content) == [], "nothing changed since"
    assert_problem(await export(house, table="amounts", after="1.2"), 400, "after-invalid")
    assert_problem(await export(house, table="everything"), 422, "table-unknown")
    assert_problem(await export(house, table="cases", personal=True), 409, "reason-missing")


def last_cursor(facts: Sequence[Body]) -> str:
    return str(next(one["data"]["until_cursor"] for one in reversed(facts) if one["data"].get("selection") == "after"))


async def test_names_go_out_to_the_bureau_alone_each_look_a_fact_first(house: House) -> None:
    await said(house, {"command": "terminate-benefit", "household_no": "T01-H60003", "reason": "own_request"}, "bureau")
    await house.settle()
    key = str(uuid7())
    ask = {"table": "members", "personal": True, "reason": "市级系统补录", "town": "T01"}
    assert_problem(await export(house, role="town-leader", **ask), 403, "wrong-role")
    file = await export(house, key, **ask)
    assert file.status_code == 200, file.text
    assert {row["姓名"] for row in rows_in(file.content)} >= {NAMES[0]}
    reads = [
        one for one in await stated(house, "household:T01-H60003") if one["type"].endswith("personal_field_read.v1")
    ]
    assert [one["data"]["field"] for one in reads] == ["name+resident_id"]
    fact = (await stated(house, "exchange:T01"))[-1]
    assert (fact["data"]["personal"], fact["data"]["reason"]) == (["name", "resident_id"], "市级系统补录")
    assert NAMES[0] not in json.dumps(fact, ensure_ascii=False)
    assert_problem(await export(house, key, **ask), 409, "read-replayed")
    plain = await export(house, role="town-leader", table="members")
    assert {row["姓名"] for row in rows_in(plain.content)} == {""}


async def test_a_list_becomes_differences_of_somebody_and_the_same_file_changes_nothing(house: House) -> None:
    await said(house, take_over("T01-H60011"), "bureau")
    await said(
        house,
        {"command": "record-municipal-number", "municipal_no": "MZ-60011", "household_no": "T01-H60011"},
        "officer",
    )
    await house.settle()
    path = "/v1/municipal/lists?town=T01&as_of=2026-03-01&responsible=bureau:B02"
    raw = csv_table(LIST, [["MZ-60011", "11", "1", "9", "1.00"], ["MZ-99999", "11", "1", "1", "735.00"]], "gb18030")
    dry = (await send(house, f"{path}&dry_run=true", raw)).json()
    assert (dry["only_there"], dry["amount"] + dry["status"] > 0) == (1, True)
    key = str(uuid7())
    told = (await send(house, path, raw, key=key)).json()
    assert told["opened"] == sum(told[kind] for kind in ("only_here", "only_there", "amount", "status", "members"))
    await house.settle()
    token = house.token("bureau")
    page = (await house.get("casework", "/v1/open-differences?order=settle_by", token)).json()["rows"]
    by_kind = {(one["kind"], one["municipal_no"]): one for one in page}
    assert by_kind["only_there", "MZ-99999"]["responsible"] == "bureau:B02"
    facts = len(await stated(house, "exchange:T01"))
    assert (await send(house, path, raw, key=key)).json()["opened"] == told["opened"], "sent again under its key"
    assert len(await stated(house, "exchange:T01")) == facts
    assert (await send(house, path, raw)).json()["opened"] == 0, "seen again they are the same ones"
    open_clocks = (await house.get("casework", "/v1/open-clocks?clock=difference&limit=1000", token)).json()["rows"]
    assert len(open_clocks) == len(page)
    task = by_kind["only_there", "MZ-99999"]["key"]
    await said(house, body_of("casework", "settle-difference") | {"task_no": task}, "officer")
    await house.settle()
    left = (await house.get("casework", "/v1/open-differences", token)).json()["rows"]
    assert len(left) == len(page) - 1


async def test_a_list_with_a_wrong_row_is_not_compared(house: House) -> None:
    path = "/v1/municipal/lists?town=T01&as_of=2026-03-01&responsible=bureau:B02"
    before = await stated(house, "exchange:T01")
    told = (await send(house, path, csv_table(LIST, [["MZ-60001", "99", "1", "1", "1"]], "utf-8"))).json()
    assert [(one["row"], one["column"], one["code"]) for one in told["errors"]] == [(2, "救助类别", "code-unknown")]
    assert "code-unknown" in told["error_file"]
    assert await stated(house, "exchange:T01") == before
    assert_problem(await send(house, path.replace("2026-03-01", "March"), b""), 422, "parameter-invalid")


async def test_warnings_become_tasks_or_links_and_who_it_is_only_a_fact_tells(house: House) -> None:
    await said(house, take_over("T01-H60021"), "bureau")
    await house.settle()
    day = "2026-03-01"
    rows = [
        ["YJ-1", "T01", "T01-C01", "示例丁", STRANGER, "19900000007", "失业", day],
        ["YJ-2", "T01", "T01-C01", "示例丁", STRANGER, "", "重大医疗支出", day],
        ["YJ-3", "T01", "T01-C01", NAMES[0], RESIDENT_IDS[0], "", "失业", day],
        ["YJ-4", "T01", "T01-C77", "示例戊", resident_id("51021219760101001"), "", "失业", day],
    ]
    raw = csv_table(WARNINGS, rows, "utf-8")
    dry = (await send(house, "/v1/municipal/warnings?dry_run=true", raw)).json()
    assert [(one["row"], one["code"]) for one in dry["errors"]] == [(5, "responsible-missing")]
    told = (await send(house, "/v1/municipal/warnings", raw)).json()
    assert (told["taken"], told["repeated"], told["refused"]) == (3, 0, 1)
    again = (await send(house, "/v1/municipal/warnings", raw)).json()
    assert (again["taken"], again["repeated"]) == (0, 3)
    await house.settle()
    listed = (await house.get("casework", "/v1/warnings", house.token("officer"))).json()["rows"]
    by_number = {one["warning_no"]: one for one in listed}
    assert (by_number["YJ-1"]["status"], by_number["YJ-1"]["linked"]) == ("open", ["YJ-2"])
    assert (by_number["YJ-3"]["status"], by_number["YJ-3"]["visit_by"]) == ("linked", None)
    task = by_number["YJ-1"]["key"]
    read = {"command": "read-warned-person", "task_no": task, "reason": "上门走访"}
    shown = await house.post("casework", "/v1/municipal/warned-person", read, house.token("officer"))
    assert (shown.json()["name"], shown.json()["resident_id"]) == ("示例丁", STRANGER)
    assert STRANGER not in json.dumps(await stated(house, f"task:{task}"))
    responsible = by_number["YJ-1"]["responsible"].partition(":")[2]
    leaving = {"command": "end-duty", "officer": responsible, "kind": "exit", "last_day_on": "2026-03-02"}
    refused = await house.command("casework", leaving, "bureau")
    assert_problem(refused, 409, "caseload-held")
    assert "任务" in refused.json()["title"]
    await said(house, body_of("casework", "handle-warning") | {"task_no": task}, "officer")
