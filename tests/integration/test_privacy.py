"""Proves that no personal value given in clear comes to rest or is shown anywhere, and that an erased person stays erased."""

import base64
import hashlib
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from deploy.embedded.fixture import EmbeddedCluster
from services.contracts.folders import ERASED
from services.contracts.registry import OWNERS
from services.eventlog.check import check
from services.eventlog.ids import uuid7
from services.eventlog.logs import JsonLines
from services.eventlog.postgres import connect
from services.eventlog.reading import raw_log
from services.eventlog.rebuild import rebuild
from services.eventlog.tables import digests
from tests.integration.bodies import (
    ACCOUNT,
    ADDRESS,
    HASH,
    body_of,
    offline_record,
    take_over,
    take_over_officer,
    visit,
    visit_batch,
)
from tests.integration.doors import (
    NAMES,
    PARTS,
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

WRONG_ID = "510212196001010011"
VALUES = (*NAMES, *RESIDENT_IDS, PHONE, ACCOUNT, ADDRESS, WRONG_ID)
HOME, NEIGHBOUR = "T01-H60001", "T01-H60002"
OTHERS: list[Body] = [{"resident_id": "510212198505050031", "name": "示例丙", "relation": "本人", "groups": []}]


def disguises(value: str) -> Iterator[bytes]:
    """The ways a value could stand in bytes and still be read, or be found by trying."""
    raw = value.encode()
    yield raw
    yield json.dumps(value).strip('"').encode()
    yield raw.hex().encode()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        yield encoded[4 if shift else 0 : len(encoded) // 4 * 4 - 4]
    for plain_hash in (hashlib.md5, hashlib.sha1, hashlib.sha256):
        yield plain_hash(raw).hexdigest()[:12].encode()


NEEDLES = {needle: value for value in VALUES for needle in disguises(value)}


def assert_clean(where: str, haystack: bytes | str) -> None:
    found = haystack.encode() if isinstance(haystack, str) else haystack
    for needle, value in NEEDLES.items():
        assert needle not in found, f"{where} shows {value!r} as {needle!r}"


def test_the_search_would_find_what_it_looks_for() -> None:
    """Each disguise of each value is found at once; a search that finds nothing proves nothing otherwise."""
    for needle in NEEDLES:
        with pytest.raises(AssertionError, match="shows"):
            assert_clean("here", b'{"a":"' + needle + b'"}')
    for value in VALUES:
        for shift in range(3):
            with pytest.raises(AssertionError, match="shows"):
                assert_clean("base64", base64.b64encode(b"x" * shift + value.encode() + b"yz"))


@dataclass(kw_only=True)
class Lived:
    """A house in which a month's kinds of things happened, its log lines, and every answer that was a problem."""

    house: House
    lines: io.StringIO
    problems: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
async def lived(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lived]:
    lines = io.StringIO()
    listening = logging.StreamHandler(lines)
    listening.setFormatter(JsonLines("test"))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(listening)
    root.setLevel(logging.INFO)
    try:
        async with open_house(cluster, tmp_path_factory.mktemp("privacy") / "keyring") as house:
            told = Lived(house=house, lines=lines)
            await _window(told)
            await _casework(told)
            await _contractor(told)
            await _payroll(told)
            await house.settle()
            yield told
    finally:
        root.removeHandler(listening)
        root.setLevel(level)


async def _window(told: Lived) -> None:
    """Requests by every road, good, refused, quarantined and in conflict."""
    house = told.house
    good = [request() for _ in range(3)]
    assert (await house.event(good[0])).status_code == 200
    await house.send_to_inbox(json.dumps(good[1], ensure_ascii=False).encode())
    imported = await house.post("intake", "/v1/imports", csv_of([row_of(good[2])]).encode(), house.town_keys["T01"])
    assert imported.json()["accepted"] == 1
    wrong = request()
    wrong["data"]["members"][0]["resident_id"] = WRONG_ID
    unknown = request(**{PHONE: NAMES[0], "address": ADDRESS})
    other = good[0] | {"data": good[0]["data"] | {"phone": "19900000007"}}
    for bad in (wrong, unknown, other, request(phone=NAMES[0]), json.dumps(good[0], ensure_ascii=False).encode()[:-9]):
        told.problems.append((await house.event(bad)).text)
        await house.send_to_inbox(bad if isinstance(bad, bytes) else json.dumps(bad, ensure_ascii=False).encode())
    await house.send_to_inbox(
        json.dumps(request(), ensure_ascii=False).encode(), headers=[("jiuzhu-town", NAMES[0].encode())]
    )
    bad_row = row_of(request()) | {"delegated": NAMES[0], "phone": PHONE}
    extra = row_of(request()) | {RESIDENT_IDS[0]: NAMES[1]}
    for row in (bad_row, extra):
        told.problems.append(
            (await house.post("intake", "/v1/imports", csv_of([row]).encode(), house.town_keys["T01"])).text
        )
    text = f"本人 {RESIDENT_IDS[0]}"
    for body in (
        body_of("intake", "record-consultation") | {"leaflet": text},
        body_of("intake", "record-consultation") | {"topic": NAMES[0]},
        body_of("intake", "withdraw-application") | {"reason": text},
    ):
        told.problems.append((await house.command("intake", body, "window")).text)
    report = body_of("intake", "report-discovery") | {
        "name": NAMES[0], "resident_id": RESIDENT_IDS[0], "contact": PHONE, "situation": f"{NAMES[0]}独居，住{ADDRESS}",
    }  # fmt: skip
    assert (await house.command("intake", report, "committee")).status_code == 200
    for body in (
        report | {"discovery_no": "T01-D9", "resident_id": WRONG_ID},
        report | {"discovery_no": "T01-D9", "how": NAMES[0]},
        body_of("intake", "close-discovery") | {"reason": text},
    ):
        told.problems.append((await house.command("intake", body, "window")).text)
    await house.quarantined("json-malformed")


async def _casework(told: Lived) -> None:
    """Stock, a survey, visits, unmasking, and refusals about all of them."""
    house = told.house
    for number, members in ((HOME, None), (NEIGHBOUR, OTHERS)):
        body = take_over(number) if members is None else take_over(number, members=members)
        assert (await house.command("casework", body, "bureau")).status_code == 200
        assert (await house.command("casework", visit(number, f"V-{number}"), "officer")).status_code == 200
    cared = "T01-H60003"
    of_cared = {"household_no": cared, "application_no": ""}
    for body, role in (
        (take_over(cared, category="tekun", care_tier="half_care", placement="home"), "bureau"),
        (body_of("casework", "assess-ability") | of_cared, "bureau"),
        (body_of("casework", "arrange-care") | of_cared | {"carer": NAMES[1]}, "officer"),
        (body_of("casework", "reverify-household") | {"household_no": cared, "members": OTHERS}, "officer"),
    ):
        assert (await house.command("casework", body, role)).status_code == 200
    await _delivery(told)
    unmasked = await house.post("casework", "/v1/households/unmask", unmask(HOME), house.token("bureau"))
    assert unmasked.json()["values"] == list(NAMES)
    for bad in (
        take_over(HOME),
        take_over("T01-H60009", address=f"{ADDRESS}\n"),
        take_over("T01-H60009", members=[{"resident_id": WRONG_ID, "name": NAMES[0], "relation": "本人"}]),
        visit(HOME, "V-9", person_seen=NAMES[0]),
        visit(HOME, NAMES[0]),
        body_of("casework", "assess-ability") | of_cared | {"person": NAMES[0]},
        body_of("casework", "assess-ability") | of_cared | {"failed_items": [NAMES[0]]},
        body_of("casework", "arrange-care") | of_cared | {"carer": f"{NAMES[0]}\n"},
    ):
        role = "officer" if bad["command"] == "record-visit" else "bureau"
        told.problems.append((await house.command("casework", bad, role)).text)
    named = unmask(HOME) | {"reason": f"查 {RESIDENT_IDS[0]}"}
    told.problems.append((await house.post("casework", "/v1/households/unmask", named, house.token("bureau"))).text)


async def _contractor(told: Lived) -> None:
    """A contractor's staff by name, and refusals of texts that name people."""
    house = told.house
    for name in ("register-contractor", "record-procurement", "sign-contract", "assign-contract-staff"):
        answer = await house.command("casework", body_of("casework", name), "bureau")
        assert answer.status_code == 200, answer.text
    staff = body_of("casework", "assign-contract-staff")
    text = f"本人 {RESIDENT_IDS[0]}，电话 {PHONE}"
    for bad in (
        staff,
        staff | {"staff_no": "K001-S02", "resident_id": WRONG_ID},
        staff | {"staff_no": NAMES[0]},
        body_of("casework", "release-contract-staff") | {"reason": text},
        body_of("casework", "plan-course") | {"title": text},
        body_of("casework", "record-publicity") | {"place": text, "committee": None},
        body_of("casework", "publish-policy-answer") | {"answer": text},
        body_of("casework", "enter-key-person") | {"reason": text},
        body_of("casework", "hold-session") | {"trainer": NAMES[0]},
    ):
        answer = await house.command("casework", bad, "bureau")
        assert answer.status_code in (409, 422), answer.text
        told.problems.append(answer.text)


async def _delivery(told: Lived) -> None:
    """A device's batch that contradicts a visit, with records that are refused; duty, rating, decision, hand-over."""
    house = told.house
    assert (await house.command("casework", body_of("casework", "start-duty"), "bureau")).status_code == 200
    records = [
        offline_record(61, HOME),
        offline_record(62, HOME, person_seen=NAMES[0]),
        offline_record(63, HOME, officer=NAMES[0]),
        offline_record(64, HOME) | {"author": f"officer:{RESIDENT_IDS[0]}"},
    ]
    answer = await house.post("casework", "/v1/visit-batches", visit_batch(*records), house.token("officer"))
    assert [one["outcome"] for one in answer.json()["records"]] == ["accepted", "refused", "invalid", "refused"]
    told.problems += [json.dumps(one, ensure_ascii=False) for one in answer.json()["records"] if "code" in one]
    text = f"{NAMES[0]} {RESIDENT_IDS[0]}"
    for bad in (
        body_of("casework", "decide-visit-conflict") | {"household_no": HOME, "reason": text},
        body_of("casework", "rate-visit")
        | {"household_no": HOME, "visit_no": "V-61", "device": NAMES[0], "channel": "none"},
        body_of("casework", "plan-handover") | {"reason": text},
    ):
        told.problems.append((await house.command("casework", bad, "bureau")).text)


async def _payroll(told: Lived) -> None:
    """An officer taken over and drafted for, and refusals."""
    house = told.house
    assert (await house.command("payroll", take_over_officer(), "bureau")).status_code == 200
    told.problems.append((await house.command("payroll", take_over_officer(), "bureau")).text)
    incomplete = take_over_officer(officer="O002", phone=" ", contribution_base_fen=-1)
    told.problems.append((await house.command("payroll", incomplete, "bureau")).text)
    told.problems.append((await house.command("payroll", take_over_officer(officer=NAMES[0]), "bureau")).text)
    await house.command("payroll", body_of("payroll", "draft-run"), "bureau-finance")


def unmask(number: str, what: str = "names") -> Body:
    return {"command": "read-personal-field", "household_no": number, "field": what, "reason": "入户前核对"}


async def test_nothing_personal_is_on_the_log(lived: Lived) -> None:
    """Every byte of every record of the log topic: keys, values and headers."""
    settings = lived.house.runtimes["audit"].settings
    count = 0
    async with raw_log(settings, client="test") as reader:
        ends = await reader.ends(range(settings.partitions))
        starts = {p: end.first for p, end in ends.items()}
        async for partition, records in reader.read(starts, {p: end.after for p, end in ends.items()}):
            for record in records:
                count += 1
                everything = (record.key or b"") + b"|" + (record.value or b"") + repr(record.headers).encode()
                assert_clean(f"partition {partition} offset {record.offset}", everything)
    assert count == await lived.house.facts()
    assert count > 30


async def test_nothing_personal_is_in_postgresql(lived: Lived) -> None:
    """Every column of every row of every table in every schema of ours, the journal among them, texts and bytes alike."""
    admin = lived.house.installation.admin
    tables = await admin.fetch(
        "SELECT table_schema AS s, table_name AS t FROM information_schema.tables "
        "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'"
    )
    seen: dict[str, int] = {}
    for table in tables:
        name = f"{table['s']}.{table['t']}"
        for row in await admin.fetch(f"SELECT * FROM {name}"):
            seen[name] = seen.get(name, 0) + 1
            for column, value in row.items():
                assert_clean(f"{name}.{column}", value if isinstance(value, bytes) else str(value))
    filled = {
        "log.journal",
        "intake.m_quarantined_payloads",
        "casework.streams",
        "payroll.m_officers",
        "audit.m_fact_counts",
    }
    assert filled <= set(seen)


async def test_nothing_personal_is_told_logged_or_counted(lived: Lived) -> None:
    """Problem answers, log lines, metrics, and what quarantine and the read models show to readers."""
    house = lived.house
    assert len(lived.problems) > 15
    for text in lived.problems:
        body: Any = json.loads(text)
        assert body.get("code") or body.get("errors"), text
        assert_clean("a problem", text)
    assert '"message": "request"' in lived.lines.getvalue()
    assert_clean("the log lines", lived.lines.getvalue())
    for name, part in PARTS.items():
        assert_clean(f"{name} metrics", (await house.http[name].get("/metrics")).text)
        for model in part.service.models:
            if not model.internal:
                path = f"/v1/{model.name.replace('_', '-')}?limit=1000"
                assert_clean(path, (await house.get(name, path, house.token("bureau"))).text)


async def test_an_erased_person_stays_erased_and_everything_else_goes_on(lived: Lived) -> None:
    """With a person's keys gone: it is said, 410 where nothing is left, what needs no value of theirs goes on, the log whole."""
    house = lived.house
    bureau = house.token("bureau")
    pseudonym = house.runtimes["casework"].keyring.pseudonym(RESIDENT_IDS[0])
    before = {name: await _digests(house, name) for name in OWNERS}
    assert house.runtimes["casework"].keyring.erase(pseudonym) >= 2
    answer = await house.post("casework", "/v1/households/unmask", unmask(HOME), bureau)
    assert answer.json()["values"] == [ERASED, NAMES[1]], "the other member is read as before"
    assert_problem(
        await house.post("casework", "/v1/households/unmask", unmask(HOME, "address"), bureau), 410, "erased"
    )
    shown = await house.post("casework", "/v1/households/unmask", unmask(NEIGHBOUR), bureau)
    assert shown.json()["values"] == ["示例丙"]
    assert (await house.command("casework", visit(NEIGHBOUR, "V-60"), "officer")).status_code == 200
    assert (await house.get("casework", f"/v1/households/{HOME}", bureau)).status_code == 200
    await house.settle()
    report = await check(house.runtimes["audit"].settings, house.runtimes["audit"].pool)
    assert (report.complete, report.fault_count) == (True, 0), report.faults
    for name in OWNERS:
        rebuilt = await rebuild(PARTS[name].service, house.runtimes[name].settings)
        assert rebuilt.equal
        after = await _digests(house, name)
        assert after == before[name] or name in ("casework", "payroll", "audit", "portal"), "nobody else saw new facts"
        assert {model: after[model] for model in rebuilt.after} == rebuilt.after


async def _digests(house: House, name: str) -> dict[str, str]:
    await house.settle()
    connection = await connect(house.runtimes[name].settings.postgres_url, application="test")
    try:
        return await digests(connection, PARTS[name].service)
    finally:
        await connection.close()


async def test_a_case_of_an_erased_person_hinders_no_other_decision(lived: Lived) -> None:
    """The survey's income went with its person: a grant is refused for want of it; a command beside it is decided."""
    house = lived.house
    event = request(members=[{"resident_id": "510212198505050031", "name": "示例丙", "relation": "本人"}])
    household, number = event["data"]["household_no"], f"{event['data']['request_no']}-dibao_urban"
    assert (await house.event(event)).status_code == 200
    await house.settle()
    case = {"household_no": household, "application_no": number}
    survey = body_of("casework", "record-survey") | case | {"members": OTHERS}
    authorised = [{k: v for k, v in one.items() if k != "groups"} | {"authorisation_sha256": HASH} for one in OTHERS]
    for body, role in (
        (survey, "officer"),
        (body_of("casework", "request-information-check") | case | {"persons": authorised}, "officer"),
        (body_of("casework", "record-information-check") | case, "bureau"),
        (body_of("casework", "post-notice") | case, "town-leader"),
    ):
        answer = await house.command("casework", body, role)
        assert answer.status_code == 200, answer.text
    async with house.clock_ahead(minutes=9 * 24 * 60):

        async def closed() -> bool:
            row = await house.get("casework", f"/v1/cases/{number}", house.token("bureau"))
            return bool(row.json()["status"] == "notice_closed")

        await house.until(closed)
        up = body_of("casework", "submit-opinion") | case
        assert (await house.command("casework", up, "town-leader")).status_code == 409, "not before the notice is over"
        up |= {"submitted_on": "2026-03-11"}
        assert (await house.command("casework", up, "town-leader")).status_code == 200
        keyring = house.runtimes["casework"].keyring
        assert keyring.erase(keyring.pseudonym("510212198505050031"))
        decision = body_of("casework", "decide-eligibility") | case
        work = body_of("casework", "record-work")
        items = [
            {"id": str(uuid7()), "command": one}
            for one in (decision, decision | {"outcome": "refused", "reason": "人均收入无法核实"})
        ]
        told = (await house.post("casework", "/v1/commands", items, house.token("bureau"))).json()
        assert [one["outcome"] for one in told] == ["refused", "accepted"]
        assert told[0]["code"] == "income-unknown"
        assert (await house.command("casework", work, "officer")).status_code == 200
