"""Proves over the real stores: pay's files go out as facts, a bank's file comes in by row, an officer reads the own slip."""

import csv
import hashlib
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from deploy.embedded.fixture import EmbeddedCluster
from services.eventlog.sheets import cells_of, csv_file
from tests.integration.bodies import ACCOUNT, body_of, take_over_officer
from tests.integration.doors import NAMES, RESIDENT_IDS, Body, House, assert_problem, open_house

MONTH = "2026-03"
OTHER = "6222000011112222444"


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house whose March run is funded: two officers."""
    async with open_house(cluster, tmp_path_factory.mktemp("pay") / "keyring") as opened:
        second = {
            "officer": "O002",
            "resident_id": RESIDENT_IDS[1],
            "name": NAMES[1],
            "bank_account": OTHER,
            "post_no": "P002",
        }
        mode = {"contract_mode": "service_contract"}
        for body in (take_over_officer(**mode), take_over_officer(**mode, **second)):
            await done(opened, body, "bureau")
        money = body_of("payroll", "budget-fund") | {"amount_fen": 5_000_000}
        await done(opened, money, "bureau-finance")
        for step, role, actor in (
            ("draft-run", "bureau-finance", "finance:F1"),
            ("check-run", "bureau-finance", "finance:F2"),
            ("approve-run", "bureau-leader", "bureau-leader:L1"),
        ):
            await opened.settle()
            await done(opened, {"command": step, "month": MONTH}, role, actor)
        yield opened


async def done(house: House, body: Body, role: str, actor: str | None = None) -> httpx.Response:
    answer = await house.post("payroll", f"/v1/commands/{body['command']}", body, house.token(role, actor=actor))
    assert answer.status_code == 200, answer.text
    return answer


async def finance(house: House, path: str, body: object, **headers: str) -> httpx.Response:
    return await house.post("payroll", path, body, house.token("bureau-finance", actor="finance:F2"), **headers)


async def kinds(house: House) -> list[str]:
    await house.settle()
    rows = await house.installation.admin.fetch("SELECT value FROM log.journal WHERE subject = $1", f"run:{MONTH}")
    return [str(json.loads(row["value"])["type"]).split(".")[2] for row in rows]


async def test_the_whole_of_a_months_payment_over_http(house: House) -> None:
    await house.settle()
    await done(house, {"command": "issue-bank-file", "month": MONTH}, "bureau-finance")
    wanted = {"month": MONTH, "file_no": 1, "profile": "rural_bank", "reason": "送盘"}
    given = await finance(house, "/v1/bank-files/exports", wanted)
    assert given.status_code == 200, given.text
    assert given.headers["jiuzhu-sha256"] == hashlib.sha256(given.content).hexdigest()
    _heading, first, second, total = csv.reader(io.StringIO(given.content.decode("gb18030"), newline=""))
    assert (first[1], first[2], first[4]) == (NAMES[0], f"\t{ACCOUNT}", "O001")
    assert (second[2], total[1]) == (f"\t{OTHER}", "2")
    assert (await finance(house, "/v1/bank-files/exports", wanted)).content == given.content
    assert (await kinds(house)).count("bank_file_exported") == 2
    row = (await house.get("payroll", f"/v1/bank-files/{MONTH}/1", house.token("auditor"))).json()
    assert [one["file_sha256"] for one in row["exports"]] == [given.headers["jiuzhu-sha256"]] * 2

    for role in ("bureau", "auditor", "officer", "operator"):
        answer = await house.post("payroll", "/v1/bank-files/exports", wanted, house.token(role))
        assert_problem(answer, 403, "wrong-role", without=[ACCOUNT, *NAMES])
    assert_problem(await finance(house, "/v1/bank-files/exports", wanted | {"file_no": 2}), 409, "bank-file-unknown")
    assert_problem(await finance(house, "/v1/bank-files/exports", wanted | {"profile": "none"}), 422, "profile-unknown")

    path = f"/v1/bank-returns/{MONTH}?profile=rural_bank"
    top = ["员工编号", "金额", "处理结果", "流水号", "失败原因"]
    rows = [
        ["O001", first[3], "成功", "B1", ""],
        ["O001", first[3], "成功", "B1", ""],
        ["O002", second[3], "失败", "", "账户已销户"],
    ]
    broken = csv_file([top, *rows, ["O002", "x", "成功", "B2", ""]])
    assert_problem(await finance(house, path, broken), 422, "file-rows-invalid")
    dry = (await finance(house, f"{path}&dry_run=true", broken)).json()
    assert (dry["applied"], dry["held"], dry["unreadable"]) == (2, 1, 1)
    assert [(one["row"], one["code"]) for one in dry["errors"]] == [(3, "line-twice"), (5, "amount-invalid")]
    as_file = await finance(house, f"{path}&dry_run=true", broken, accept="text/csv")
    assert as_file.text.startswith("\ufeff行 row,列 column")
    told = await finance(house, path, csv_file([top, *rows]))
    assert told.status_code == 200, told.text
    assert (told.json()["applied"], told.json()["held"]) == (2, 1)
    assert_problem(await finance(house, path, csv_file([top, *rows])), 409, "file-imported-before")
    await house.settle()
    (held,) = (await house.get("payroll", "/v1/held-lines", house.token("auditor"))).json()["rows"]
    assert (held["held_no"], held["code"], held["row_no"]) == (f"{MONTH}-H1", "line-twice", 3)
    await declared_and_read(house)


async def declared_and_read(house: House) -> None:
    """Declarations of the same run, and its slips."""
    run = (await house.get("payroll", f"/v1/slips/{MONTH}/O001", house.token("bureau-finance"))).json()
    unit = run["slip"]["insured_unit"]
    for kind in ("insurance", "tax"):
        asked = {"month": MONTH, "declaration": kind, "unit": unit}
        answer = await finance(house, "/v1/declarations", asked)
        assert answer.status_code == 200, answer.text
        file = await finance(house, "/v1/declarations/exports", asked | {"reason": "申报"})
        assert file.status_code == 200, file.text
        assert [row[2] for row in cells_of(file.content)][1:3] == list(RESIDENT_IDS)
    assert {"insurance_declared", "tax_declared"} <= set(await kinds(house))
    assert (await kinds(house)).count("declaration_exported") == 2

    own = house.token("officer", actor="officer:O001")
    answer: Any = await house.get("payroll", f"/v1/slips/{MONTH}/O001", own)
    assert answer.status_code == 200, answer.text
    assert answer.json()["payment"] == "settled"
    assert {one["code"] for one in answer.json()["explained"]} >= {"base", "pension"}
    page = await house.get("payroll", f"/v1/print/payslips/{MONTH}/O001", own)
    assert "基本补贴" in page.text
    assert not any(secret in page.text for secret in (*NAMES, *RESIDENT_IDS, ACCOUNT))
    for path in (f"/v1/slips/{MONTH}/O002", f"/v1/print/payslips/{MONTH}/O002", "/v1/slips/2026-04/O001"):
        assert_problem(await house.get("payroll", path, own), 404, "not-found")
    assert_problem(await house.get("payroll", "/v1/slips/march/O001", own), 422, "parameter-invalid")
    objection = body_of("payroll", "contest-payslip")
    answer = await house.post("payroll", "/v1/commands/contest-payslip", objection, own)
    assert answer.status_code == 200, answer.text
    await done(house, body_of("payroll", "answer-payslip-contest"), "bureau-finance")
    await house.settle()
    assert (await house.get("payroll", f"/v1/slips/{MONTH}/O001", own)).json()["contest"] == "rejected"
