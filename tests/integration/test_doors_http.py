"""Proves what HTTP answers to bad input: a status, a code, a pointer and both languages, never the value; nothing is lost."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import uvicorn

from deploy.embedded.fixture import EmbeddedCluster
from services.eventlog.api.commands import BATCH_COMMANDS_MAX
from services.eventlog.ids import uuid7
from services.eventlog.shell import BODY_BYTES_MAX
from services.intake.town_events import EVENT_BYTES_MAX
from tests.integration.doors import (
    NAMES,
    PHONE,
    RESIDENT_IDS,
    WITHDRAWAL,
    Body,
    House,
    assert_problem,
    open_house,
    pointers,
    request,
)

SECRET = "王某某510212199901010011"
PERSONAL = (*NAMES, *RESIDENT_IDS, PHONE, SECRET)


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(cluster, tmp_path_factory.mktemp("doors") / "keyring") as opened:
        yield opened


def changed(**changes: Any) -> Body:
    """A request event with attributes changed; `...` takes one away."""
    return {name: value for name, value in (request() | changes).items() if value is not ...}


def with_data(**changes: Any) -> Body:
    event = request()
    return event | {"data": {name: value for name, value in (event["data"] | changes).items() if value is not ...}}


def with_member(**changes: Any) -> Body:
    event = request()
    event["data"]["members"][1] |= changes
    return event


# (what is wrong, the body, status, code, pointer)
BAD_EVENTS: list[tuple[str, Any, int, str, list[str]]] = [
    ("truncated JSON", json.dumps(request()).encode()[:-40], 400, "json-malformed", [""]),
    ("no JSON at all", f"给 {SECRET}".encode(), 400, "json-malformed", [""]),
    ("binary", b"\xff\xfe\x00\x01", 400, "json-malformed", [""]),
    ("nothing", b"", 400, "json-malformed", [""]),
    ("deep nesting in data", b'{"specversion":"1.0","data":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "json-malformed", [""]),
    ("a text", json.dumps(SECRET).encode(), 422, "value-invalid", [""]),
    ("data is a text", changed(data=SECRET), 422, "value-invalid", ["/data"]),
    ("a number for a text", with_data(phone=19900000001), 422, "value-invalid", ["/data/phone"]),
    ("a text for truth", with_data(delegated=SECRET), 422, "value-invalid", ["/data/delegated"]),
    ("a text for a list", with_data(needs=SECRET), 422, "value-invalid", ["/data/needs"]),
    ("no need", with_data(needs=[]), 422, "value-invalid", ["/data/needs"]),
    ("a code that is none", with_data(needs=[SECRET]), 422, "value-invalid", ["/data/needs/0"]),
    ("another channel", with_data(channel=SECRET), 422, "value-invalid", ["/data/channel"]),
    ("a day that does not exist", with_data(received_on="2026-02-30"), 422, "value-invalid", ["/data/received_on"]),
    ("a name too long", with_member(name=SECRET * 9), 422, "value-invalid", ["/data/members/1/name"]),
    ("a field of no member", with_member(age=3), 422, "field-unknown", ["/data/members/1/age"]),
    ("a field missing", with_data(phone=...), 422, "field-missing", ["/data/phone"]),
    ("an unknown field", with_data(wechat=SECRET), 422, "field-unknown", ["/data/wechat"]),
    ("a value for a field's name", with_data(**{SECRET: 1}), 422, "field-unknown", ["/data/…"]),
    ("an unknown attribute", changed(priority="high"), 422, "field-unknown", ["/priority"]),
    ("no id", changed(id=...), 422, "field-missing", ["/id"]),
    ("an id with a name in it", changed(id=SECRET), 422, "value-invalid", ["/id"]),
    ("an unknown type", changed(type="assist.town.moved_house.v1"), 422, "type-unknown", ["/type"]),
    ("another specversion", changed(specversion="0.3"), 422, "specversion-unknown", ["/specversion"]),
    ("a time in the future", changed(time="2026-03-02T15:30:00+08:00"), 422, "time-in-future", ["/time"]),
    ("a time long ago", changed(time="1926-03-02T14:30:00+08:00"), 422, "time-implausible", ["/time"]),
    ("a time without its zone", changed(time="2026-03-02T14:30:00"), 422, "value-invalid", ["/time"]),
    ("another town's event", request("T02"), 403, "wrong-town", ["/source"]),
    ("the town contradicts itself", with_data(town="T02"), 422, "town-contradicts", ["/data/town"]),
    ("another subject", changed(subject="household:T01-H99999"), 422, "subject-contradicts", ["/subject"]),
    ("larger than an event may be", with_data(first_asked="a" * EVENT_BYTES_MAX), 413, "event-too-large", []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "body", "status", "code", "pointer"), BAD_EVENTS, ids=[case[0] for case in BAD_EVENTS]
)
async def test_a_bad_event_has_its_answer(
    house: House, what: str, body: Any, status: int, code: str, pointer: list[str]
) -> None:
    """Each kind of bad event: its status, code and pointer, both languages, no value repeated, and no fact."""
    before = await house.facts()
    problem = assert_problem(await house.event(body), status, code, without=PERSONAL)
    assert pointers(problem) == pointer, what
    assert await house.facts() == before


BAD_DECISIONS: list[tuple[str, Body, str]] = [
    ("a resident ID with a wrong check digit", with_member(resident_id="510212196202020021"), "resident-id-invalid"),
    ("a member twice", with_member(resident_id=RESIDENT_IDS[0]), "member-repeated"),
    ("a need nobody takes", with_data(needs=["lottery"]), "need-unknown"),
    ("another town's committee", with_data(committee="T02-C01"), "wrong-committee"),
    ("received tomorrow", with_data(received_on="2026-03-03"), "time-in-future"),
    ("an application that does not exist", changed(type=WITHDRAWAL, data={
        "household_no": "T01-H77777", "application_no": "R-0-tekun", "town": "T01", "reason": "已外出务工",
    }), "application-unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "body", "code"), BAD_DECISIONS, ids=[case[0] for case in BAD_DECISIONS])
async def test_an_event_that_is_refused_is_refused_once(house: House, what: str, body: Body, code: str) -> None:
    """A well-formed event the rules refuse: 409, stated on the log once, and the same answer to the same event."""
    subject = f"household:{body['data']['household_no']}"
    before = await house.facts(subject)
    first = assert_problem(await house.event(body), 409, code, without=PERSONAL)
    again = assert_problem(await house.event(body), 409, code)
    assert (first["commandid"], first["replayed"], again["replayed"]) == (again["commandid"], False, True), what
    assert await house.facts(subject) == before + 1


async def test_the_same_id_with_other_content_is_a_conflict(house: House) -> None:
    """A duplicate is answered as the first time; the same id for something else is refused and changes nothing."""
    event = request()
    first = await house.event(event)
    assert (first.status_code, first.json()["replayed"]) == (200, False)
    count = await house.facts()
    again = await house.event(event)
    assert (again.status_code, again.json()["replayed"]) == (200, True)
    assert again.json()["commandid"] == first.json()["commandid"]
    other = event | {"data": event["data"] | {"phone": "19900000009"}}
    assert_problem(await house.event(other), 422, "command-id-reused", without=PERSONAL)
    assert_problem(await house.event(event, idempotency_key=str(uuid7())), 400, "idempotency-key-differs")
    assert (await house.event(event, idempotency_key=event["id"])).json()["replayed"]
    assert await house.facts() == count


async def test_one_bad_event_of_a_batch_leaves_the_others_alone(house: House) -> None:
    """A batch is answered event by event, in order: the good ones are decided, each bad one has its problem."""
    good, refused = [request(), request()], with_member(resident_id="510212196202020021")
    batch = [good[0], with_data(wechat=SECRET), request("T02"), refused, 7, good[1], good[0]]
    answer = await house.event(batch)
    assert answer.status_code == 200
    told = answer.json()
    assert [one["outcome"] for one in told] == [
        "accepted",
        "invalid",
        "invalid",
        "refused",
        "invalid",
        "accepted",
        "accepted",
    ]
    assert [one.get("code") for one in told] == [
        None,
        "field-unknown",
        "wrong-town",
        "resident-id-invalid",
        "value-invalid",
        None,
        None,
    ]
    assert told[6]["replayed"]
    assert SECRET not in answer.text
    for event in good:
        assert await house.facts(f"household:{event['data']['household_no']}")
    for bad in (json.dumps(batch).encode()[:-1], [], [good[0]] * 501):
        answer = await house.event(bad, content_type="application/cloudevents-batch+json")
        assert_problem(
            answer, 400 if isinstance(bad, bytes) else 422, "json-malformed" if isinstance(bad, bytes) else "batch-size"
        )


async def test_a_double_click_is_one_set_of_facts(house: House) -> None:
    """Fifty posts of one event at once: one is decided, forty-nine are told what it came to, the log has it once."""
    event = request()
    answers = await asyncio.gather(*(house.event(event) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["replayed"] for answer in answers) == [False] + [True] * 49
    assert len({answer.json()["commandid"] for answer in answers}) == 1
    # Received and accepted by intake; casework's case follows from the acceptance.
    assert await house.facts_of_command(answers[0].json()["commandid"]) == 2
    assert await house.facts(f"household:{event['data']['household_no']}") == 3


def consultation(**changes: Any) -> Body:
    """A window's command; `...` takes a field away."""
    body = {
        "command": "record-consultation", "town": "T01", "consultation_no": str(uuid7()), "topic": "dibao",
        "answered_by": "window:T01-W1", "leaflet": "低保政策明白卡",
    }  # fmt: skip
    return {name: value for name, value in (body | changes).items() if value is not ...}


# (what is wrong, the body, status, code, pointer)
BAD_COMMANDS: list[tuple[str, Any, int, str, list[str]]] = [
    ("truncated", json.dumps(consultation()).encode()[:-9], 400, "body-not-json", []),
    ("binary", b"\xff\xfe", 400, "body-not-json", []),
    ("text that is no UTF-8", b'{"topic":"\xff"}', 400, "body-not-json", []),
    ("a list", [consultation()], 422, "body-invalid", [""]),
    ("another command", consultation(command="record-visit"), 422, "body-invalid", ["/command"]),
    ("a number for a text", consultation(topic=7), 422, "body-invalid", ["/topic"]),
    ("a text that does not fit", consultation(topic=SECRET), 422, "body-invalid", ["/topic"]),
    ("a field missing", consultation(topic=...), 422, "body-invalid", ["/topic"]),
    ("an unknown field", consultation(wechat=SECRET), 422, "body-invalid", ["/wechat"]),
    ("a value for a field's name", consultation(**{SECRET: 1}), 422, "body-invalid", ["/…"]),
    ("a time without its zone", consultation(occurred_at="2026-03-02T09:00:00"), 422, "body-invalid", ["/occurred_at"]),
    ("no time", consultation(occurred_at=SECRET), 422, "body-invalid", ["/occurred_at"]),
    ("a control character", consultation(leaflet="a\x00b"), 422, "body-invalid", [""]),
    ("a person's number in free text", consultation(leaflet=f"见 {RESIDENT_IDS[0]}"), 409, "personal-in-text", []),
]


@pytest.mark.parametrize(
    ("what", "body", "status", "code", "pointer"), BAD_COMMANDS, ids=[case[0] for case in BAD_COMMANDS]
)
async def test_a_bad_command_has_its_answer(
    house: House, what: str, body: Any, status: int, code: str, pointer: list[str]
) -> None:
    """A window's bad command, alone and inside a batch: the same problem, its pointer below the batch's item."""
    window = house.token("window")
    answer = await house.post("intake", "/v1/commands/record-consultation", body, window)
    assert pointers(assert_problem(answer, status, code, without=PERSONAL)) == pointer, what
    if isinstance(body, dict) and status == 422 and what != "another command":
        items = [{"id": str(uuid7()), "command": consultation()}, {"id": str(uuid7()), "command": body}]
        problem = assert_problem(
            await house.post("intake", "/v1/commands", items, window), status, code, without=PERSONAL
        )
        expected = [f"/1/command{one}" for one in pointer] if "\x00" not in str(body.get("leaflet")) else [""]
        assert pointers(problem) == expected
        assert not await house.facts_of_command(items[0]["id"]), "a batch that does not fit decides nothing"


async def test_an_id_is_for_one_command(house: House) -> None:
    """Idempotency-Key: the same body again is the same answer, another body a conflict, no UUID a mistake."""
    key, body = str(uuid7()), consultation()
    first = await house.command("intake", body, "window", idempotency_key=key)
    again = await house.command("intake", body, "window", idempotency_key=key)
    assert (first.json()["replayed"], again.json()["replayed"]) == (False, True)
    assert first.json()["commandid"] == again.json()["commandid"] == key
    other = await house.command("intake", consultation(), "window", idempotency_key=key)
    assert_problem(other, 422, "command-id-reused")
    assert_problem(
        await house.command("intake", body, "window", idempotency_key=SECRET.encode().hex()),
        400,
        "idempotency-key-invalid",
    )
    # Refused over HTTP is only an answer: nothing was stated, so the corrected body may use the same id.
    key = str(uuid7())
    assert_problem(await house.command("intake", body, "window", idempotency_key=key), 409, "consultation-repeated")
    assert (await house.command("intake", consultation(), "window", idempotency_key=key)).status_code == 200


async def test_a_batch_of_commands_is_decided_one_by_one(house: House) -> None:
    """Accepted, refused and repeated stand side by side; too many, or an id that is none, decide nothing."""
    window, body = house.token("window"), consultation()
    item = {"id": str(uuid7()), "command": body}
    other_id = {"id": str(uuid7()), "command": body}
    reused = {"id": item["id"], "command": consultation()}
    answer = await house.post("intake", "/v1/commands", [item, other_id, item, reused], window)
    assert [one["outcome"] for one in answer.json()] == ["accepted", "refused", "accepted", "conflict"]
    many = [{"id": str(uuid7()), "command": consultation()} for _ in range(BATCH_COMMANDS_MAX + 1)]
    assert_problem(await house.post("intake", "/v1/commands", many, window), 413, "batch-too-long")
    no_id = await house.post("intake", "/v1/commands", [{"id": SECRET, "command": body}], window)
    assert pointers(assert_problem(no_id, 422, "body-invalid", without=PERSONAL)) == ["/0/id"]
    assert (await house.post("intake", "/v1/commands", [], window)).json() == []


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_over_the_limit_is_refused(house: House, chunked: bool) -> None:
    """10 MB, announced by Content-Length or in chunks: 413, and the door goes on."""
    body = b"[" + b" " * (10 * 1000 * 1000) + b"]"
    assert len(body) > BODY_BYTES_MAX

    async def in_chunks() -> AsyncIterator[bytes]:
        for begin in range(0, len(body), 1_000_000):
            yield body[begin : begin + 1_000_000]

    headers = {"authorization": f"Bearer {house.town_keys['T01']}"}
    for path in ("/v1/events", "/v1/imports"):
        content = in_chunks() if chunked else body
        assert_problem(await house.http["intake"].post(path, content=content, headers=headers), 413, "body-too-large")
    assert (await house.event(request())).status_code == 200


async def test_nesting_of_any_depth_is_answered(house: House) -> None:
    """JSON nested deeper than anything means: refused at the door, in single commands, batches and free content."""
    leader = house.token("bureau-leader")
    pack = {
        "command": "adopt-rule-pack", "name": "nested", "version": "1", "valid_from": "2026-03-01", "citation": "示例",
        "sample": True,
    }  # fmt: skip
    for depth, status, code in ((100_000, 400, "body-not-json"), (200, 409, "rule-pack-too-deep")):
        content = b'{"a":' * depth + b"1" + b"}" * depth
        body = json.dumps(pack).encode()[:-1] + b', "content": ' + content + b"}"
        assert_problem(await house.post("intake", "/v1/commands/adopt-rule-pack", body, leader), status, code)
        items = b'[{"id": "%s", "command": %s}]' % (str(uuid7()).encode(), body)
        answer = await house.post("intake", "/v1/commands", items, leader)
        assert answer.status_code == status or answer.json()[0]["code"] == code


async def test_what_the_framework_would_answer_is_a_problem_too(house: House) -> None:
    """No such address, no such method, a query that does not fit, a NUL in a key: problems, without the value sent."""
    bureau = house.token("bureau")
    assert_problem(await house.get("casework", "/v1/secrets", bureau), 404, "no-such-address")
    assert_problem(await house.get("casework", "/v1/commands/record-visit", bureau), 405, "method-not-allowed")
    problem = assert_problem(
        await house.get("casework", f"/v1/households?limit={SECRET}", bureau),
        422,
        "parameter-invalid",
        without=PERSONAL,
    )
    assert pointers(problem) == ["/query/limit"]
    assert_problem(await house.get("casework", "/v1/households/a%00b", bureau), 404, "not-found")
    for query in ("after=%00", "town=%00", "limit=-1", "limit=0", f"limit={10**30}"):
        assert (await house.get("casework", f"/v1/households?{query}", bureau)).status_code == 200, query
    assert_problem(
        await house.get("casework", "/v1/households", bureau, jiuzhu_after=SECRET.encode().hex()), 400, "after-invalid"
    )


async def test_a_command_that_poisons_a_store_harms_nobody_else(house: House) -> None:
    """Characters no store can hold are refused before they share a transaction with anybody else's command."""
    leader = house.token("bureau-leader")
    pack = {
        "command": "adopt-rule-pack", "name": "a\x00b", "version": "1", "valid_from": "2026-03-01", "citation": "示例",
        "sample": True, "content": {},
    }  # fmt: skip
    bad = house.post("intake", "/v1/commands/adopt-rule-pack", pack, leader)
    long = house.post("intake", "/v1/commands/adopt-rule-pack", pack | {"name": "x" * 300}, leader)
    answers = await asyncio.gather(bad, long, *(house.command("intake", consultation(), "window") for _ in range(10)))
    assert_problem(answers[0], 422, "body-invalid")
    assert_problem(answers[1], 422, "body-invalid")
    assert {answer.status_code for answer in answers[2:]} == {200}


async def test_a_trace_id_that_is_none_goes_nowhere(house: House) -> None:
    """A client's traceparent stands on the log in clear, so anything else in that header is dropped."""
    good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    for sent, kept in ((good, True), (RESIDENT_IDS[0], False)):
        answer = await house.command("intake", consultation(), "window", traceparent=sent)
        await house.settle()
        value = await house.installation.admin.fetchval(
            "SELECT convert_from(value, 'UTF8') FROM log.journal WHERE commandid = $1", answer.json()["commandid"]
        )
        assert (sent in value) is kept


async def test_large_and_broken_off_bodies_over_a_socket(house: House) -> None:
    """uvicorn before the same app: 10 MB both ways is 413 on a connection that goes on, a body cut off harms nobody."""
    config = uvicorn.Config(house.apps["intake"], port=0, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await house.until(started)
    port = server.servers[0].sockets[0].getsockname()[1]
    headers = {"authorization": f"Bearer {house.town_keys['T01']}"}
    body = b" " * (10 * 1000 * 1000)

    async def in_chunks() -> AsyncIterator[bytes]:
        for begin in range(0, len(body), 500_000):
            yield body[begin : begin + 500_000]

    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30.0) as client:
            for content in (body, in_chunks()):
                assert_problem(await client.post("/v1/events", content=content), 413, "body-too-large")
                assert (await client.post("/v1/events", json=request())).status_code == 200
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            head = f"POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: {headers['authorization']}\r\ncontent-length: 500\r\n\r\n"
            writer.write(head.encode() + json.dumps(request()).encode()[:100])
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            event = request()
            assert (await client.post("/v1/events", json=event)).status_code == 200
            assert await house.facts(f"household:{event['data']['household_no']}") == 3
    finally:
        server.should_exit = True
        await serving
