"""Proves that the same 1,000 requests by HTTP one by one, HTTP batch, inbox, CSV and XLSX lead to the same facts."""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from deploy.embedded.fixture import EmbeddedCluster
from services.contracts import codec
from services.contracts.resident_ids import check_character
from services.contracts.sealed import Sealed
from services.eventlog.keyring import Keyring
from services.intake.town_events import EVENTS_PER_BATCH_MAX, command_id, read
from tests.integration.doors import Body, House, csv_of, open_house, row_of
from tests.integration.test_doors_roads import file, value, workbook_of

# A minute or more for each road.
pytestmark = pytest.mark.slow

INPUTS: Final = 1_000
# The last ones are about what the first ones did: they go when those are decided.
LATER: Final = 100
AT_ONCE: Final = 150
TOWN: Final = "T01"
PAPER: Final = "ab" * 32
# Random by nature: a town's key, and what an installation began with.
NOT_COMPARED: Final = ("assist.intake.town_key_issued.v1", "rule_pack_adopted.v1")


def resident_id(n: int) -> str:
    """The `n`-th ID; everybody has a birthday of their own, so that nobody is like anybody."""
    born = date(1950, 1, 1) + timedelta(days=5 * n)
    first_17 = f"510212{born:%Y%m%d}{n % 900 + 10:03d}"
    return first_17 + check_character(first_17)


def inputs() -> list[Body]:
    """Requests of every kind: needs of all roads, materials missing, delegated, by hotline, refused for many reasons."""
    made = [event(i) for i in range(INPUTS)]
    for i in range(INPUTS - LATER, INPUTS):
        before = made[i - (INPUTS - LATER)]["data"]
        match i % 4:
            case 0:  # another household's number
                made[i]["data"]["request_no"] = before["request_no"]
            case 1:  # a member of another household that asks too
                made[i]["data"]["members"][0] = before["members"][0]
            case 2:  # the same household asks once more for the same
                made[i]["data"] |= {name: before[name] for name in ("household_no", "needs", "members")}
            case _:  # once more for something else
                made[i]["data"] |= {"household_no": before["household_no"], "needs": ["housing"]}
    return made


def event(i: int) -> Body:
    needs = (
        ["dibao_urban"],
        ["tekun", "medical"],
        ["temporary"],
        ["medical"],
        ["charity", "dibao_rural"],
        ["telephone"],
    )[i % 6]
    delegated = i % 7 == 0
    data: Body = {
        "household_no": f"{TOWN}-H{i + 1:05d}", "request_no": f"R-{i:04d}", "town": TOWN,
        "committee": "T02-C01" if i % 41 == 0 else f"{TOWN}-C01",
        "channel": "hotline" if i % 5 == 0 else "window", "first_asked": f"window:{TOWN}-W{i % 3 + 1}", "needs": needs,
        "materials": ["application_form", "authorisation", "income_statement"][: 1 + i % 3],
        "members": [
            {"resident_id": resident_id(n) if (n + 1) % 53 else resident_id(n)[:-1] + "?",
             "name": f"示例{chr(0x4E00 + n)}", "relation": relation}
            for n, relation in ((2 * i, "本人"), (2 * i + 1, "配偶"))[: 1 + (i % 8 == 0)]
        ],
        "phone": f"199{i:08d}", "near_relative_declared": i % 11 == 0, "delegated": delegated, "received_on": "2026-03-02",
    }  # fmt: skip
    if i % 5 == 0:
        data["ticket_no"] = f"12345-{i}"
    if delegated and i % 2:
        data["delegate"] = {"name": f"代办{chr(0x4E00 + i)}", "relation": "女儿", "authority_sha256": PAPER}
    if i % 3 == 0:
        data["address"] = f"示例路{i}号"
    return {
        "specversion": "1.0", "id": f"e-{i}", "source": f"/town/{TOWN}", "type": "assist.town.request_submitted.v1",
        "time": "2026-03-02T09:30:00+08:00", "data": data,
    }  # fmt: skip


def rows(events: list[Body]) -> list[dict[str, str]]:
    """The events as rows of one file, all with the same columns."""
    written = []
    for one in events:
        data = one["data"]
        delegate = {f"delegate_{name}": text for name, text in data.get("delegate", {}).items()}
        written.append(row_of(one) | {n: data[n] for n in ("ticket_no", "address") if n in data} | delegate)
    columns = list(dict.fromkeys(column for row in written for column in row))
    return [{column: row.get(column, "") for column in columns} for row in written]


# ---- the five roads


async def one_by_one(house: House, events: list[Body]) -> None:
    for begin in range(0, len(events), 50):
        answers = await asyncio.gather(*(house.event(one) for one in events[begin : begin + 50]))
        assert {answer.status_code for answer in answers} <= {200, 409, 403}


async def in_batches(house: House, events: list[Body]) -> None:
    for begin in range(0, len(events), EVENTS_PER_BATCH_MAX):
        answer = await house.event(events[begin : begin + EVENTS_PER_BATCH_MAX])
        assert answer.status_code == 200, answer.text


async def by_inbox(house: House, events: list[Body]) -> None:
    await asyncio.gather(*(house.send_to_inbox(value(one)) for one in events))
    known = "SELECT count(*) FROM intake.commands WHERE commandid = ANY ($1)"
    ids = [command_id(read(value(one))) for one in events]

    async def all_decided() -> Any:
        return await house.installation.admin.fetchval(known, ids) == len(events)

    await house.until(all_decided)


async def by_csv(house: House, events: list[Body]) -> None:
    told = (await file(house, csv_of(rows(events)).encode("gb18030"))).json()
    assert (told["rows"], told["quarantined"]) == (len(events), 0), told["errors"][:3]


async def by_xlsx(house: House, events: list[Body]) -> None:
    told = (await file(house, workbook_of(rows(events)))).json()
    assert (told["rows"], told["quarantined"]) == (len(events), 0), told["errors"][:3]


Road = Callable[[House, list[Body]], Awaitable[None]]
ROADS: Final[dict[str, Road]] = {
    "http": one_by_one, "http batch": in_batches, "inbox": by_inbox, "csv in GB18030": by_csv, "xlsx": by_xlsx,
}  # fmt: skip


async def facts_by(road: Road, cluster: EmbeddedCluster, folder: Path) -> Counter[tuple[str, str, str]]:
    """Every fact, in all services, that the inputs lead to by a road: type, subject and opened data, names put back."""
    events = inputs()
    async with open_house(cluster, folder / "keyring", towns=(TOWN,)) as house:
        for begin in range(0, INPUTS, AT_ONCE):  # one process is the whole product here: its workers keep up
            await road(house, events[begin : begin + AT_ONCE])
            await house.settle()
        keyring = house.runtimes["intake"].keyring
        known = pseudonyms(keyring, events)
        journal = await house.installation.admin.fetch("SELECT value FROM log.journal")
        return Counter(
            opened(row["value"], keyring, known)
            for row in journal
            if not codec.decode(row["value"]).type.endswith(NOT_COMPARED)
        )


def pseudonyms(keyring: Keyring, events: list[Body]) -> dict[str, str]:
    """What each pseudonym of an installation stands for."""
    texts = set()
    for one in events:
        data = one["data"]
        for member in data["members"]:
            texts |= {member["resident_id"], f"birth|{member['resident_id'][6:14]}"}
        texts |= {f"phone|{data['phone']}", f"address|{data.get('address', '')}", f"delegate|{data['request_no']}"}
    return {keyring.pseudonym(text): f"<{text}>" for text in texts}


PSEUDONYM = re.compile(r"p_[A-Za-z0-9_-]+")


def opened(record: bytes, keyring: Keyring, known: dict[str, str]) -> tuple[str, str, str]:
    envelope = codec.decode(record)
    body = unsealed(msgspec.json.decode(envelope.data), keyring, envelope.type, envelope.subject)
    if envelope.type.startswith("assist.intake.match_found"):
        body["match_no"] = "M"  # a pseudonym of its own
    text = msgspec.json.encode(body, order="sorted").decode()

    def named(found: re.Match[str]) -> str:
        return known.get(found[0], found[0])

    return envelope.type, PSEUDONYM.sub(named, envelope.subject), PSEUDONYM.sub(named, text)


def unsealed(found: Any, keyring: Keyring, kind: str, subject: str) -> Any:
    if isinstance(found, dict):
        if found.get("s") == "1":
            return keyring.unseal(msgspec.convert(found, Sealed), kind=kind, subject=subject)
        return {name: unsealed(one, keyring, kind, subject) for name, one in found.items()}
    return [unsealed(one, keyring, kind, subject) for one in found] if isinstance(found, list) else found


@pytest.fixture(scope="module")
async def by_http(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return await facts_by(ROADS["http"], cluster, tmp_path_factory.mktemp("http"))


async def test_the_inputs_are_of_every_kind(by_http: Counter[tuple[str, str, str]]) -> None:
    """The comparison is worth something: acceptances, notices, referrals, refusals of many codes, matches, cases."""
    kinds = Counter(kind.removeprefix("assist.").rpartition(".v")[0] for kind, _, _ in by_http.elements())
    for kind in (
        "intake.request_received", "intake.application_accepted", "intake.materials_notice_issued",
        "intake.application_referred", "intake.near_relative_declared", "intake.request_number_claimed",
        "intake.person_noted", "intake.match_found", "intake.command_refused", "casework.case_opened",
    ):  # fmt: skip
        assert kinds[kind] > 5, (kind, kinds)
    refusals = {
        msgspec.json.decode(text)["code"]
        for kind, _, text in by_http
        if kind.startswith("assist.intake.command_refused")
    }
    assert refusals >= {
        "request-number-taken", "application-open", "resident-id-invalid", "wrong-committee", "need-unknown",
    }  # fmt: skip


@pytest.mark.parametrize("road", [name for name in ROADS if name != "http"])
async def test_the_same_inputs_lead_to_the_same_facts(
    cluster: EmbeddedCluster, tmp_path: Path, by_http: Counter[tuple[str, str, str]], road: str
) -> None:
    found = await facts_by(ROADS[road], cluster, tmp_path)
    assert found - by_http == Counter(), road
    assert by_http - found == Counter(), road
