"""Proves over the real stores: a month's list from the draft to its closing, a payment file in clear as a fact, a standing list at the door."""

import csv
import io
from collections.abc import AsyncIterator

import pytest

from deploy.embedded.fixture import EmbeddedCluster
from tests.integration.bodies import ACCOUNT, HASH, take_over
from tests.integration.doors import NAMES, RESIDENT_IDS, Body, House, assert_problem, open_house

OF_LIST = {"town": "T01", "month": "2026-03"}
OTHER_ACCOUNT = "6222000011112222999"
H1, H2, H3 = "T01-H90001", "T01-H90002", "T01-H90003"


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(cluster, tmp_path_factory.mktemp("lists") / "keyring") as opened_house:
        for number, account in ((H1, ACCOUNT), (H2, OTHER_ACCOUNT), (H3, "")):
            given = {"account_no": account, "holder": "self", "holder_name": NAMES[0]}
            more: Body = {"account": given} if account else {}
            await said(opened_house, take_over(number, **more), "bureau")
        yield opened_house


async def said(house: House, body: Body, role: str, actor: str | None = None) -> str:
    token = house.token(role, actor=actor)
    answer = await house.post("casework", f"/v1/commands/{body['command']}", body, token)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["commandid"])


def step(command: str, **fields: object) -> Body:
    return {"command": command, **OF_LIST, **fields}


def line(number: str, amount_fen: int, outcome: str = "paid") -> Body:
    said = {"reference": "流水1"} if outcome == "paid" else {"reason": "=账户已销户"}
    return {"household_no": number, "amount_fen": amount_fen, "outcome": outcome, **said}


def rows_in(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))


async def test_a_months_list_from_draft_to_close(house: House) -> None:
    finance, other = "bureau-finance:F1", "bureau-finance:F2"
    await said(house, step("draft-benefit-list"), "bureau-finance", finance)
    refused = await house.post(
        "casework", "/v1/commands/approve-benefit-list", step("approve-benefit-list"),
        house.token("bureau-finance", actor=finance),
    )  # fmt: skip
    assert_problem(refused, 409, "drafter-is-approver")
    await said(house, step("approve-benefit-list"), "bureau-leader")
    await said(house, step("issue-payment-file"), "bureau-finance", other)

    # Recorded after the issue: the file still pays the account it was issued for.
    later = {"account_no": "6222000099998888777", "holder": "self", "holder_name": NAMES[0]}
    record = {"command": "record-payout-account", "household_no": H1, "account": later, "document_sha256": HASH}
    await said(house, record, "bureau")
    file = {**OF_LIST, "file_no": 1, "reason": "送银行代发"}
    exporter = house.token("bureau-finance", actor=other)
    key = "0198a000-0000-7000-8000-000000000001"
    given = await house.post("casework", "/v1/payment-files", file, exporter, idempotency_key=key)
    assert given.status_code == 200, given.text
    found = {row["household_no"]: (row["account_no"], row["holder_name"]) for row in rows_in(given.text)}
    assert found == {H1: (f"\t{ACCOUNT}", NAMES[0]), H2: (f"\t{OTHER_ACCOUNT}", NAMES[0])}
    again = await house.post("casework", "/v1/payment-files", file, exporter, idempotency_key=key)
    assert_problem(again, 409, "read-replayed", without=(ACCOUNT,))

    lines = [line(H1, 40_000), line(H2, 40_000, "returned"), line("T01-H99999", 1)]
    answer = step("import-benefit-return", file_no=1, file_sha256=HASH, lines=lines)
    await said(house, answer, "bureau-finance", other)
    await said(house, step("resolve-held-line", held_no="2026-03-001", outcome="dismissed", reason="非本册"), "bureau")
    seen = await said(house, step("close-benefit-list"), "bureau-finance", finance)

    row = (await house.get("casework", "/v1/benefit-lists/T01-2026-03", exporter, jiuzhu_after=seen)).json()
    assert (row["status"], row["paid_fen"], row["unpaid_fen"], row["held"]) == ("closed", 40_000, 80_000, [])
    assert row["amount_fen"] == row["paid_fen"] + row["returned_fen"] + row["waiting_fen"] + row["open_fen"]
    assert row["files"][0]["exported_by"] == [other]
    total = (await house.get("casework", "/v1/benefit-totals/2026-03/T01/dibao_urban", exporter)).json()
    assert (total["household_count"], total["paid_count"], total["paid_fen"]) == (3, 1, 40_000)


async def test_the_list_is_read_printed_and_exported_by_its_own_town_and_names_nobody(house: House) -> None:
    """The list that the test above has closed."""
    for path in (
        "/v1/benefit-list-files/T01-2026-03",
        "/v1/print/benefit-lists/T01-2026-03",
        "/v1/benefit-lines/T01-2026-03/T01-C01",
    ):
        own = await house.get("casework", path, house.token("town-leader"))
        assert own.status_code == 200, own.text
        assert H3 in own.text
        for clear in (ACCOUNT, OTHER_ACCOUNT, *NAMES, *RESIDENT_IDS):
            assert clear not in own.text
        assert_problem(await house.get("casework", path, house.token("town-leader", "T02")), 404, "not-found")
        assert_problem(await house.get("casework", path, house.token("contractor")), 403, "wrong-role")
    content = await house.get("casework", "/v1/benefit-list-files/T01-2026-03", house.token("officer"))
    by_number = {row["household_no"]: row for row in rows_in(content.text)}
    assert by_number[H2]["reason"] == "'=账户已销户", "what the bank wrote is no formula"
    assert by_number[H3]["reason"] == "no_account"


async def test_no_account_stands_in_clear_on_the_log_or_in_any_table(house: House) -> None:
    await house.settle()
    for table in ("log.journal", "casework.streams", "casework.m_benefit_lines", "casework.m_benefit_lists"):
        rows = await house.installation.admin.fetch(f"SELECT * FROM {table}")
        assert rows
        assert not any(ACCOUNT in str(value) or ACCOUNT.encode() in _bytes(value) for row in rows for value in row)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


async def test_a_standing_list_is_posted_printed_with_names_and_falls_out_of_date(house: House) -> None:
    leader, page = house.token("town-leader"), "/v1/print/standing-lists/T01-C01"
    draft = await house.get("casework", page, leader)
    assert "待张贴" in draft.text
    assert draft.text.count(NAMES[0]) == 3
    due = (await house.get("casework", "/v1/standing-lists-due", leader)).json()["rows"]
    assert [(row["committee"], row["published_on"], row["households_now"]) for row in due] == [("T01-C01", "", 3)]
    body = {
        "command": "publish-standing-list", "town": "T01", "committee": "T01-C01", "published_on": "2026-03-02",
        "proof_sha256": HASH,
    }  # fmt: skip
    seen = await said(house, body, "town-leader")
    due = (await house.get("casework", "/v1/standing-lists-due", leader, jiuzhu_after=seen)).json()["rows"]
    assert due == []
    shown = await house.get("casework", page, leader)
    assert shown.text.count(NAMES[0]) == 3
    assert "400.00" in shown.text
    assert "公布日期 posted on 2026-03-02" in shown.text
    for secret in (ACCOUNT, H1, *RESIDENT_IDS, NAMES[1]):
        assert secret not in shown.text
    assert_problem(await house.get("casework", page, house.token("town-leader", "T02")), 404, "not-found")
    assert_problem(await house.get("casework", page, house.token("auditor")), 403, "wrong-role")

    ended = {"command": "terminate-benefit", "household_no": H3, "reason": "own_request"}
    seen = await said(house, ended, "bureau")
    due = (await house.get("casework", "/v1/standing-lists-due", leader, jiuzhu_after=seen)).json()["rows"]
    assert [(row["committee"], row["households_posted"], row["households_now"]) for row in due] == [("T01-C01", 3, 2)]
    assert "待张贴" in (await house.get("casework", page, leader)).text
    seen = await said(house, body, "town-leader")
    assert (await house.get("casework", page, leader, jiuzhu_after=seen)).text.count(NAMES[0]) == 2
