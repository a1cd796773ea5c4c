"""Proves that an event means the same by HTTP, inbox and file, and that bad input by any road is kept and blocks nobody."""

import io
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from deploy.embedded.fixture import EmbeddedCluster
from services.eventlog.inbox import SIGNATURE_HEADER, TOWN_HEADER
from services.eventlog.keyring import create_keyring, opened
from services.intake.town_events import EVENT_BYTES_MAX, command_id, read
from tests.integration.doors import (
    NAMES,
    PHONE,
    RESIDENT_IDS,
    Body,
    House,
    assert_problem,
    csv_of,
    open_house,
    request,
    row_of,
)

PERSONAL = (*NAMES, *RESIDENT_IDS, PHONE)


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(cluster, tmp_path_factory.mktemp("doors") / "keyring") as opened_house:
        yield opened_house


def value(event: object) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode()


async def decided(house: House, event: Body) -> Body:
    """What an event came to: its id in the service's table, its version, and whether it was refused."""
    await house.settle()
    row = await house.installation.admin.fetchrow(
        "SELECT commandid::text, subject, streamversion, refusal FROM intake.commands WHERE commandid = $1",
        command_id(read(value(event))),
    )
    return dict(row) if row else {}


async def inbox_seen(house: House) -> None:
    """Everything sent to the inbox so far was decided: what is sent last, on every partition, is."""
    topic = house.runtimes["intake"].settings.inbox_topic
    events = [request() for _ in await house.producer.partitions_for(topic)]
    for partition, event in enumerate(events):
        await house.send_to_inbox(value(event), partition=partition)
    for event in events:
        await house.until(lambda event=event: decided(house, event))


async def file(house: House, content: bytes, *, dry_run: bool = False, key: str | None = None) -> Any:
    path = "/v1/imports?dry_run=true" if dry_run else "/v1/imports"
    return await house.post("intake", path, content, key or house.town_keys["T01"])


@pytest.mark.parametrize("received_on", ["2026-03-02", "2026-03-03"], ids=["accepted", "refused"])
@pytest.mark.parametrize("first", ["http", "inbox", "csv"])
async def test_an_event_has_one_id_and_one_result_by_every_road(house: House, received_on: str, first: str) -> None:
    """Sent first by one road and then by all three: decided once, under one command id, with one result."""
    event = request(received_on=received_on)

    async def send(road: str) -> Body:
        if road == "http":
            return dict((await house.event(event)).json())
        if road == "csv":
            return dict((await file(house, csv_of([row_of(event)]).encode())).json())
        await house.send_to_inbox(value(event))
        await house.until(lambda: decided(house, event))
        return {}

    await send(first)
    stated = await decided(house, event)
    facts = await house.facts(stated["subject"])
    answers = {road: await send(road) for road in ("http", "inbox", "csv")}
    await inbox_seen(house)
    assert await decided(house, event) == stated
    assert await house.facts(stated["subject"]) == facts
    assert (answers["http"]["commandid"], answers["http"]["replayed"]) == (stated["commandid"], True)
    accepted = stated["refusal"] is None
    assert [answers["csv"][name] for name in ("accepted", "refused", "replayed")] == [accepted, not accepted, 1]


BAD_RECORDS: list[tuple[str, Callable[[], bytes], str, str]] = [
    ("truncated JSON", lambda: value(request())[:-20], "T01", "json-malformed"),
    ("binary garbage", lambda: b"\xff\xfe\x00garbage\x01", "T01", "json-malformed"),
    ("nothing", lambda: b"", "T01", "json-malformed"),
    ("deep nesting", lambda: b"[" * 50_000, "T01", "value-invalid"),
    ("an unknown field", lambda: value(request(wechat=PHONE)), "T01", "field-unknown"),
    ("a time in the future", lambda: value(request() | {"time": "2026-03-02T15:30:00+08:00"}), "T01", "time-in-future"),
    ("an unknown type", lambda: value(request() | {"type": "assist.town.x.v1"}), "T01", "type-unknown"),
    ("another town's event", lambda: value(request("T02")), "T01", "wrong-town"),
    ("larger than an event", lambda: value(request(first_asked="a" * EVENT_BYTES_MAX)), "T01", "event-too-large"),
]


@pytest.mark.parametrize(("what", "make", "town", "code"), BAD_RECORDS, ids=[case[0] for case in BAD_RECORDS])
async def test_bad_inbox_records_are_kept_and_block_nobody(
    house: House, what: str, make: Callable[[], bytes], town: str, code: str
) -> None:
    """A signed record that is no valid event: in quarantine with its reason, the next record of the partition decided."""
    known = {row["key"] for row in await house.waiting(town)}
    good = request()
    await house.send_to_inbox(make(), partition=0)
    await house.send_to_inbox(value(good), partition=0)
    await house.until(lambda: decided(house, good))
    await house.settle()
    (row,) = [row for row in await house.waiting(town) if row["key"] not in known]
    assert (row["code"], row["road"], row["outcome"]) == (code, "inbox", "waiting"), what
    assert row["reason_zh"]
    assert row["reason_en"]
    assert not [one for one in PERSONAL if one in str(row)]


FORGED: list[tuple[str, Any]] = [
    ("no headers", []),
    ("no signature", [(TOWN_HEADER, b"T01")]),
    ("an empty signature", [(TOWN_HEADER, b"T01"), (SIGNATURE_HEADER, b"")]),
    ("a wrong signature", [(TOWN_HEADER, b"T01"), (SIGNATURE_HEADER, b"00" * 32)]),
    ("a signature that is no ASCII", [(TOWN_HEADER, b"T01"), (SIGNATURE_HEADER, "签名".encode())]),
    ("headers without values", [(TOWN_HEADER, None), (SIGNATURE_HEADER, None)]),
    ("a town that is no ASCII", [(TOWN_HEADER, "镇街".encode()), (SIGNATURE_HEADER, b"00")]),
    ("a town without a key", [(TOWN_HEADER, b"T77"), (SIGNATURE_HEADER, b"00" * 32)]),
    ("a town that is a wildcard", "%"),
    ("a town that is half a wildcard", "T0_"),
    ("signed by another town", "T02"),
]


@pytest.mark.parametrize(("what", "headers"), FORGED, ids=[case[0] for case in FORGED])
async def test_what_no_town_signed_is_decided_by_nobody(house: House, what: str, headers: Any) -> None:
    """Unsigned or wrongly signed records: quarantined as such, under a town's name only if it can be one, never decided."""
    forged, good = request(), request()
    before = {row["key"] for row in await house.waiting(None)}
    if isinstance(headers, str):
        key = house.town_keys["T02" if headers == "T02" else "T01"]
        town = "T01" if headers == "T02" else headers
        await house.send_to_inbox(value(forged), town=town, key=key, partition=1)
    else:
        await house.send_to_inbox(value(forged), headers=headers, partition=1)
    await house.send_to_inbox(value(good), partition=1)
    await house.until(lambda: decided(house, good))
    assert await decided(house, forged) == {}
    (row,) = [row for row in await house.waiting(None) if row["key"] not in before]
    assert row["code"] == "signature-invalid", what
    assert row["town"] in ("T01", "T77", "unknown")


async def test_a_conflict_is_kept_where_nobody_reads_an_answer(house: House) -> None:
    """The same id with other content by inbox and by file: quarantined, the first one's result unchanged."""
    event = request()
    assert (await house.event(event)).status_code == 200
    stated = await decided(house, event)
    other = event | {"data": event["data"] | {"phone": "19900000008"}}
    await house.send_to_inbox(value(other))
    (row,) = await house.quarantined("command-id-reused")
    assert row["road"] == "inbox"
    told = (await file(house, csv_of([row_of(other)]).encode())).json()
    assert (told["quarantined"], told["errors"][0]["code"], told["errors"][0]["column"]) == (
        1,
        "command-id-reused",
        "id",
    )
    await house.quarantined("command-id-reused", count=2)
    assert await decided(house, event) == stated


async def test_a_bug_in_one_decision_is_kept_and_blocks_nobody(house: House) -> None:
    """A rule pack that does not fit makes deciding raise: over HTTP a 500 with a trace id, by inbox quarantine; others go on."""
    broken = {
        "command": "adopt-rule-pack", "name": "materials", "version": "broken", "valid_from": "2026-03-02", "citation": "示例",
        "sample": True, "content": {"needs": 7},
    }  # fmt: skip
    assert (await house.command("intake", broken, "bureau-leader")).status_code == 200
    try:
        failing, other = request(), request("T02", needs=["medical"])
        problem = assert_problem(await house.event(failing), 500, "internal", without=PERSONAL)
        assert problem["trace"]
        told = (await house.event([failing, request(channel="?")])).json()
        assert [one["outcome"] for one in told] == ["failed", "invalid"]
        await house.send_to_inbox(value(failing), partition=2)
        await house.send_to_inbox(value(other), town="T02", partition=2)
        (row,) = await house.quarantined("internal")
        await house.until(lambda: decided(house, other))
    finally:
        content = json.loads(MATERIALS.read_text(encoding="utf-8"))["content"]
        mended = await house.command("intake", broken | {"version": "mended", "content": content}, "bureau-leader")
    assert mended.status_code == 200
    released = await house.release("T01", row["key"])
    assert (released.status_code, released.json()["event"]["outcome"]) == (200, "accepted"), released.text


MATERIALS = Path(__file__).parents[2] / "deploy" / "district" / "rules" / "intake.materials.json"


async def test_quarantined_input_is_driven_again_or_discarded(house: House) -> None:
    """Once its cause is mended it is accepted; before that it stays; discarding needs a reason; nothing is done twice."""
    early = request() | {"time": "2026-03-02T14:30:00+08:00"}
    await house.send_to_inbox(value(early))
    (row,) = [one for one in await house.quarantined("time-in-future") if one["key"].startswith("inbox/")][-1:]
    assert_problem(await house.release("T01", row["key"]), 422, "time-in-future", without=PERSONAL)
    assert_problem(await house.release("T01", row["key"], role="officer"), 403, "wrong-role")
    assert_problem(await house.release("T02", row["key"], role="window"), 403, "wrong-town")
    assert_problem(await house.release("T02", row["key"]), 404, "not-quarantined")
    async with house.clock_ahead(minutes=40):
        released = await house.release("T01", row["key"], role="window")
        assert released.status_code == 200, released.text
        assert released.json()["event"]["outcome"] == "accepted"
    assert (await decided(house, early))["refusal"] is None
    await house.settle()
    assert_problem(await house.release("T01", row["key"]), 404, "not-quarantined")
    shown = await house.get("intake", f"/v1/quarantined/{row['key']}", house.token("window"))
    assert shown.json()["outcome"] == "accepted"

    await house.send_to_inbox(b"\x00\x01 no event")
    (row,) = (await house.quarantined("json-malformed"))[-1:]
    assert_problem(await house.release("T01", row["key"], discard=True), 409, "reason-missing")
    personal = await house.release("T01", row["key"], discard=True, reason=f"本人 {RESIDENT_IDS[0]}")
    assert_problem(personal, 409, "personal-in-text", without=PERSONAL)
    assert (await house.release("T01", row["key"], discard=True, reason="系统测试数据")).status_code == 200
    await house.settle()
    assert row["key"] not in {one["key"] for one in await house.waiting("T01")}


async def test_a_window_drives_its_own_town_only(house: House) -> None:
    """T01's window may not drive, discard or see what waits at T02."""
    await house.send_to_inbox(b"no event", town="T02")
    (row,) = (await house.quarantined("json-malformed", "T02"))[-1:]
    for discard in (False, True):
        answer = await house.post(
            "intake", "/v1/quarantined/release",
            {"town": "T02", "place": row["key"], "discard": discard, "reason": "x"}, house.token("window", "T01"),
        )  # fmt: skip
        assert_problem(answer, 403, "wrong-town")
    assert_problem(
        await house.get("intake", f"/v1/quarantined/{row['key']}", house.token("window", "T01")), 404, "not-found"
    )
    assert row["key"] in {one["key"] for one in await house.waiting("T02")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_files_in_every_encoding_a_window_writes(house: House, encoding: str) -> None:
    """A dry run names errors and decides nothing; the import decides each row; the same file again changes nothing."""
    events = [request(), request(received_on="2026-02-30"), request()]
    rows = [row_of(event) for event in events]
    content = csv_of([*rows[:2], dict.fromkeys(rows[0], ""), rows[2]]).encode(encoding)
    before = await house.facts()
    dry = (await file(house, content, dry_run=True)).json()
    assert (dry["dry_run"], dry["rows"]) == (True, 3)
    assert [(one["row"], one["column"], one["code"]) for one in dry["errors"]] == [(3, "received_on", "value-invalid")]
    assert await house.facts() == before
    told = (await file(house, content)).json()
    assert {name: told[name] for name in ("rows", "accepted", "refused", "quarantined", "replayed")} == {
        "rows": 3, "accepted": 2, "refused": 0, "quarantined": 1, "replayed": 0,
    }  # fmt: skip
    assert told["errors"] == dry["errors"]
    after = await house.facts()
    again = (await file(house, content)).json()
    assert (again["accepted"], again["quarantined"], again["replayed"]) == (2, 1, 2)
    assert await house.facts() == after
    name = await house.get(
        "casework", f"/v1/cases/{events[0]['data']['request_no']}-dibao_urban", house.token("bureau")
    )
    assert name.status_code == 200


def workbook_of(rows: list[dict[str, str]]) -> bytes:
    """An XLSX file of rows; the first one names the columns."""
    book = Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append([row[name] or None for name in rows[0]])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


async def test_a_workbook_is_the_same_file_and_its_errors_come_as_a_file(house: House) -> None:
    """An XLSX file gets a CSV's answers; sent again as CSV its rows are the same events; errors are offered as a CSV."""
    events = [request(), request(received_on="2026-02-30"), request()]
    rows = [row_of(event) for event in events]
    content, key = workbook_of(rows), house.town_keys["T01"]
    before = await house.facts()
    dry = (await file(house, content, dry_run=True)).json()
    assert [(one["row"], one["column"], one["code"]) for one in dry["errors"]] == [(3, "received_on", "value-invalid")]
    assert await house.facts() == before
    told = (await file(house, content)).json()
    assert [told[name] for name in ("rows", "accepted", "quarantined", "replayed")] == [3, 2, 1, 0]
    assert told["errors"] == dry["errors"]
    assert told["error_file"] == dry["error_file"]
    assert told["error_file"].startswith("\ufeff")
    answer = await house.post("intake", "/v1/imports", content, key, accept="text/csv")
    assert answer.content.decode() == told["error_file"]
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    places = [one["key"] for one in await house.quarantined("value-invalid") if one["key"].startswith("xlsx/T01/")]
    assert len(places) == 1
    assert_problem(await house.release("T01", places[0]), 422, "value-invalid")
    again = (await file(house, csv_of(rows).encode())).json()
    assert (again["accepted"], again["replayed"]) == (2, 2)
    fine = (await file(house, workbook_of([rows[0]]), dry_run=True)).json()
    assert (fine["errors"], fine["error_file"]) == ([], None)


def _row(**changes: str) -> dict[str, str]:
    return row_of(request()) | changes


def _without(column: str) -> dict[str, str]:
    return {name: cell for name, cell in _row().items() if name != column}


BAD_ROWS: list[tuple[str, dict[str, str], str, str]] = [
    ("a column missing", _without("phone"), "phone", "column-missing"),
    ("an unknown column", _row(wechat=PHONE), "wechat", "column-unknown"),
    ("a person's number for a column", {**_row(), RESIDENT_IDS[0]: "1"}, "…", "column-unknown"),
    ("neither yes nor no", _row(delegated=NAMES[0]), "delegated", "value-invalid"),
    ("a gap between members", _row(member2_id="", member2_name="", member2_relation="", member3_id=RESIDENT_IDS[1],
                                   member3_name=NAMES[1], member3_relation="配偶"), "member2_id", "member-gap"),
    ("a phone that is none", _row(phone=NAMES[0]), "phone", "value-invalid"),
    ("a time in the future", _row(time="2026-03-02T18:00:00+08:00"), "time", "time-in-future"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "row", "column", "code"), BAD_ROWS, ids=[case[0] for case in BAD_ROWS])
async def test_a_bad_row_is_named_and_kept(
    house: House, what: str, row: dict[str, str], column: str, code: str
) -> None:
    """Row, column and code in both languages without the cell's value; the row waits in quarantine."""
    content = csv_of([row]).encode()
    for dry_run in (True, False):
        answer = await file(house, content, dry_run=dry_run)
        (error,) = answer.json()["errors"]
        assert (error["row"], error["column"], error["code"]) == (2, column, code), what
        assert error["detail"] != error["detail_en"]
        assert not [one for one in PERSONAL if one in answer.text]
    assert any(one["key"].startswith("csv/T01/") for one in await house.quarantined(code))


async def test_a_kept_row_is_driven_again_as_a_row(house: House) -> None:
    """A row whose time lay in the future is accepted when its time has come, like any event."""
    row = _row(time="2026-03-02T14:40:00+08:00")
    await file(house, csv_of([row]).encode())
    places = [one["key"] for one in await house.quarantined("time-in-future") if one["key"].startswith("csv/")]
    async with house.clock_ahead(minutes=45):
        released = [await house.release("T01", place) for place in places]
    assert {"accepted"} <= {one.json()["event"]["outcome"] for one in released if one.status_code == 200}
    broken = _row(delegated="perhaps")
    await file(house, csv_of([broken]).encode())
    for one in await house.quarantined("value-invalid"):
        if one["key"].startswith("csv/"):
            assert_problem(await house.release("T01", one["key"]), 422, "value-invalid")


BAD_FILES: list[tuple[str, bytes, int, str]] = [
    ("neither encoding", b"event_id\n\xff\xff\xff", 400, "file-encoding"),
    ("empty", b"", 400, "file-empty"),
    ("a column twice", b"event_id,time,time\n1,2,3\n", 400, "column-repeated"),
    ("a quote that never ends", b'event_id,time\n"1,2\n', 400, "file-not-csv"),
    ("too many rows", b"event_id\n" + b"1\n" * 5_001, 413, "file-too-long"),
    ("a workbook that broke off", b"PK\x03\x04", 400, "file-not-xlsx"),
    ("a row larger than an event", b"event_id,time,phone,needs\n" + b",".join([b"x" * 100_000] * 4) + b"\n", 413, "row-too-large"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "content", "status", "code"), BAD_FILES, ids=[case[0] for case in BAD_FILES])
async def test_a_file_that_is_none_is_refused_whole(
    house: House, what: str, content: bytes, status: int, code: str
) -> None:
    """What cannot be read as rows is refused before any row is looked at."""
    before = await house.facts()
    for dry_run in (True, False):
        assert_problem(await file(house, content, dry_run=dry_run), status, code)
    assert await house.facts() == before, what


async def test_keys_of_towns(house: House, tmp_path: Path) -> None:
    """No key, another installation's key, a key of no town, a person's token of the wrong kind; a second key works."""
    event = request()
    foreign = "jzk_T01_" + "A" * 43
    assert_problem(await house.post("intake", "/v1/events", event, foreign), 401, "town-key-unknown", without=[foreign])
    assert_problem(await house.post("intake", "/v1/events", event, "jzk_T99_x"), 401, "town-key-unknown")
    assert_problem(await house.http["intake"].post("/v1/events", json=event), 401, "no-credential")
    assert_problem(await house.post("intake", "/v1/events", event, house.token("officer")), 403, "wrong-role")
    assert_problem(await house.post("intake", "/v1/events", event, house.token("window", "T02")), 403, "wrong-town")
    administrator = house.token("security-administrator")
    for town in ("T1", "../T01", "T01\x00", 7):
        answer = await house.post("intake", "/v1/town-keys", {"town": town}, administrator)
        assert_problem(answer, 422, "body-invalid")
    assert_problem(
        await house.post("intake", "/v1/town-keys", {"town": "T01"}, house.token("bureau")), 403, "wrong-role"
    )
    answer = await house.post("intake", "/v1/town-keys", {"town": "T01"}, administrator)
    assert answer.status_code == 201
    new, shown = answer.json()["key"], {"jiuzhu_after": answer.json()["commandid"]}
    listed = await house.get("intake", "/v1/town-keys", administrator, **shown)
    issued_on = next(one["issued_on"] for one in listed.json()["rows"] if one["town"] == "T01")
    assert list(issued_on) == ["1", "2"]
    assert new not in listed.text
    assert_problem(await house.get("intake", "/v1/town-keys", house.token("bureau")), 403, "wrong-role")
    for key in (new, house.town_keys["T01"], house.token("window")):
        assert (await house.post("intake", "/v1/events", request(), key)).status_code == 200
    revoke = {"town": "T01", "key_no": 2, "reason": "试用结束"}
    third = (await house.post("intake", "/v1/town-keys", {"town": "T01"}, administrator)).json()["key"]
    assert (await house.post("intake", "/v1/town-keys/revoke", revoke, administrator)).status_code == 200
    assert_problem(await house.post("intake", "/v1/events", request(), new), 401, "town-key-unknown", without=[new])
    again = await house.post("intake", "/v1/town-keys/revoke", revoke, administrator)
    assert_problem(again, 409, "key-revoked")
    known = {row["key"] for row in await house.waiting("T01") if row["code"] == "signature-invalid"}
    await house.send_to_inbox(json.dumps(request(), ensure_ascii=False).encode(), key=new)
    waiting = await house.quarantined("signature-invalid", count=len(known) + 1)
    (unsigned,) = [row for row in waiting if row["key"] not in known]
    await house.release("T01", unsigned["key"], discard=True, reason="密钥已吊销")
    for key in (third, house.town_keys["T01"]):
        assert (await house.post("intake", "/v1/events", request(), key)).status_code == 200
    new = third
    signed = request()
    await house.send_to_inbox(value(signed), key=new)
    await house.until(lambda: decided(house, signed))


def test_secrets_are_named_exactly(tmp_path: Path) -> None:
    """A town's name is no pattern: ``%`` and ``_`` find no other town's keys."""
    create_keyring(tmp_path / "keyring")
    with opened(tmp_path / "keyring") as keyring:
        keyring.ensure_secret("inbox/T01/1")
        assert [*keyring.secret_names("inbox/T01/")] == ["inbox/T01/1"]
        for pattern in ("%", "T0_", "T01%", ""):
            assert [*keyring.secret_names(f"inbox/{pattern}/")] == []
