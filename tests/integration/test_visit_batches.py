"""Proves on the real stores that devices' batches come in whole over HTTP, and what else the doors of delivered care promise."""

from collections import Counter
from collections.abc import AsyncIterator
from random import Random

import msgspec
import pytest

from deploy.embedded.fixture import EmbeddedCluster
from tests.integration.bodies import body_of, offline_record, take_over, visit_batch
from tests.integration.doors import Body, House, assert_problem, open_house

HOMES = [f"T01-H7000{n}" for n in range(1, 5)]
DEVICE = "P-T01-700"


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(cluster, tmp_path_factory.mktemp("batches") / "keyring", towns=("T01",)) as opened:
        for number in ("O001", "O011"):
            body = body_of("casework", "start-duty") | {"officer": number}
            assert (await opened.command("casework", body, "bureau")).status_code == 200
        for home in HOMES:
            assert (await opened.command("casework", take_over(home), "bureau")).status_code == 200
        yield opened


def at(minutes: int) -> str:
    return f"2026-03-02T{6 + minutes // 60:02}:{minutes % 60:02}:00+08:00"


def records(rng: Random, count: int) -> list[Body]:
    """Visits of one officer, back to back; every eighth under a number that is taken, every ninth at another's time."""
    made: list[Body] = []
    for n in range(1, count + 1):
        start = (n - 1) * 10 - (5 if n % 9 == 0 else 0)
        one = offline_record(n, rng.choice(HOMES), started_at=at(start), ended_at=at(start + 10), notes=f"第{n}次")
        if n % 8 == 0:
            earlier = next((e for e in reversed(made) if e["household_no"] == one["household_no"]), one)
            one = {**one, "visit_no": earlier["visit_no"]}
        made.append(one)
    return made


def expected(made: list[Body]) -> set[frozenset[str]]:
    """Pairs of records that contradict each other."""
    pairs = set()
    for i, one in enumerate(made):
        for other in made[i + 1 :]:
            meet = one["started_at"] < other["ended_at"] and other["started_at"] < one["ended_at"]
            same = one["household_no"] == other["household_no"] and one["visit_no"] == other["visit_no"]
            if meet or same:
                pairs.add(frozenset((one["record_id"], other["record_id"])))
    return pairs


async def test_batches_shuffled_doubled_and_cut_lose_and_double_nothing(house: House) -> None:
    """Forty records in sixty batches: a visit each, every contradiction listed, no number of the device missing."""
    rng, made = Random(7), records(Random(3), 40)
    batches = [made[i : i + 4] for i in range(0, len(made), 4)]
    batches += [rng.sample(some, rng.randint(1, len(some))) for some in rng.choices(batches, k=50)]
    rng.shuffle(batches)
    uploader = house.token("window", actor="window:T01-W1")
    outcomes: Counter[str] = Counter()
    for i, some in enumerate(batches):
        whole = msgspec.json.encode(visit_batch(*some, device=DEVICE))
        if i % 5 == 0:  # the connection broke: nothing of it is decided
            cut = await house.post("casework", "/v1/visit-batches", whole[: len(whole) // 2], uploader)
            assert_problem(cut, 400, "body-not-json")
        answer = await house.post("casework", "/v1/visit-batches", whole, uploader)
        assert answer.status_code == 200, answer.text
        outcomes.update(one["outcome"] for one in answer.json()["records"])
    assert set(outcomes) == {"accepted"}
    rows = await facts(house, "assist.casework.visit_completed.v1")
    assert Counter(row["record_id"] for row in rows) == Counter(one["record_id"] for one in made)
    assert {(row["author"], row["uploaded_by"]) for row in rows} == {("officer:O001", "window:T01-W1")}

    async def listed() -> list[Body] | None:
        await house.settle()
        page = await house.get("casework", "/v1/visit-conflicts?limit=1000", house.token("bureau"))
        found: list[Body] = page.json()["rows"]
        return found if len(found) >= len(expected(made)) else None

    found = await house.until(listed)
    pairs = [frozenset((row["first"]["record_id"], row["second"]["record_id"])) for row in found]
    assert Counter(pairs) == Counter(expected(made))
    assert {row["status"] for row in found} == {"open"}
    device = (await house.get("casework", f"/v1/devices/{DEVICE}", house.token("bureau"))).json()
    assert (device["received"], device["missing"], device["last_sequence"]) == (40, [], 40)


async def facts(house: House, kind: str) -> list[Body]:
    """The bodies of all facts of a type on the journal."""
    await house.settle()
    rows = await house.installation.admin.fetch("SELECT value FROM log.journal ORDER BY partition, sequence")
    read = [msgspec.json.decode(row["value"]) for row in rows]
    return [one["data"] for one in read if one["type"] == kind]


async def test_a_person_decides_a_conflict_and_the_month_counts_one_side(house: House) -> None:
    same = [
        offline_record(n, HOMES[0], started_at=at(900 - 480), ended_at=at(940 - 480), notes=f"甲{n}") for n in (91, 92)
    ]
    same = [{**one, "visit_no": "V-90", "device_sequence": n} for n, one in enumerate(same, 1)]
    sent = visit_batch(*same, device="P-T01-701")
    answer = await house.post("casework", "/v1/visit-batches", sent, house.token("officer", actor="officer:O001"))
    assert [one["outcome"] for one in answer.json()["records"]] == ["accepted", "accepted"], answer.text
    await house.settle()
    rows = (await house.get("casework", "/v1/visit-conflicts?limit=1000", house.token("bureau"))).json()["rows"]
    (row,) = [one for one in rows if one["kind"] == "number" and one["first"]["visit_no"] == "V-90"]
    before = (await house.get("casework", "/v1/visits-by-officer/O001/2026-03", house.token("bureau"))).json()["done"]
    body = body_of("casework", "decide-visit-conflict") | {"household_no": HOMES[0], "conflict_no": row["key"]}
    assert (await house.command("casework", body, "town-leader")).status_code == 200
    await house.settle()
    after = (await house.get("casework", "/v1/visits-by-officer/O001/2026-03", house.token("bureau"))).json()["done"]
    assert after == before - 1
    decided = (await house.get("casework", f"/v1/visit-conflicts/{row['key']}", house.token("bureau"))).json()
    assert (decided["status"], decided["kept"]) == ("decided", "first")


async def test_a_record_that_does_not_fit_keeps_no_other_out(house: House) -> None:
    """Shape, authority and time are judged for each record; what is refused stands in the device's row with its code."""
    good = offline_record(1, HOMES[1], started_at=at(300), ended_at=at(330))
    bad = {**offline_record(2, HOMES[1]), "officer": "不是编号"}
    foreign = {
        **offline_record(3, HOMES[1]),
        "record_id": good["record_id"].replace("0001", "0a03"),
        "author": "officer:O002",
    }
    good["record_id"] = good["record_id"].replace("000000000001", "00000000a001")
    sent = visit_batch(good, bad, foreign, device="P-T01-702")
    answer = (await house.post("casework", "/v1/visit-batches", sent, house.token("officer"))).json()
    assert [one["outcome"] for one in answer["records"]] == ["accepted", "invalid", "refused"]
    assert answer["records"][1]["errors"][0]["pointer"] == "/records/1/officer"
    assert answer["records"][2]["code"] == "author-not-officer"
    await house.settle()
    device = (await house.get("casework", "/v1/devices/P-T01-702", house.token("bureau"))).json()
    assert device["refused"] == [{"device_sequence": 3, "code": "author-not-officer"}]
    told = await house.post("casework", "/v1/visit-batches", sent, house.token("officer", "T02"))
    assert_problem(told, 403, "wrong-town")


async def test_a_household_rates_by_qr_once_and_only_with_the_code_of_its_visit(house: House) -> None:
    home = HOMES[2]
    one = {
        **offline_record(1, home, started_at=at(200), ended_at=at(230)),
        "record_id": "01959b3a-0000-7000-8000-00000000b001",
    }
    two = {
        **offline_record(2, home, started_at=at(240), ended_at=at(270)),
        "record_id": "01959b3a-0000-7000-8000-00000000b002",
    }
    one, two = one | {"visit_no": "V-801"}, two | {"visit_no": "V-802"}
    sent = visit_batch(one, two, device="P-T01-703")
    assert (await house.post("casework", "/v1/visit-batches", sent, house.token("officer"))).status_code == 200
    asked = await house.post(
        "casework", "/v1/rating-codes", {"household_no": home, "visit_no": "V-801"}, house.token("window")
    )
    code = asked.json()["code"]
    rating = {"household_no": home, "visit_no": "V-801", "code": code, "score": 4, "reasons": ["attentive"]}
    post = house.http["casework"].post  # a household has no token
    for wrong in ({"code": "p_"}, {"visit_no": "V-802"}):
        assert_problem(await post("/v1/ratings", json=rating | wrong), 401, "code-invalid", without=[code])
    assert_problem(await post("/v1/ratings", json=rating | {"score": 6}), 422, "body-invalid")
    assert (await post("/v1/ratings", json=rating)).status_code == 200
    assert_problem(await post("/v1/ratings", json=rating | {"score": 1}), 409, "visit-rated")
    again = {"household_no": home, "visit_no": "V-801"}
    assert_problem(await house.post("casework", "/v1/rating-codes", again, house.token("window")), 409, "visit-rated")
    elsewhere = await house.post("casework", "/v1/rating-codes", again, house.token("window", "T02"))
    assert_problem(elsewhere, 404, "not-found")
    await house.settle()
    row = (await house.get("casework", "/v1/satisfaction-by-officer/O001/2026-03", house.token("bureau"))).json()
    assert (row["rated"], row["score_sum"]) == (1, 4)


async def test_an_officer_hands_over_and_only_then_leaves(house: House) -> None:
    """Plan, acceptance, households by reaction, exit; on the real stores the count in hand is that of the streams."""
    end = body_of("casework", "end-duty") | {"kind": "exit"}
    refused = await house.command("casework", end, "bureau")
    assert_problem(refused, 409, "caseload-held")
    assert f"{len(HOMES)} 户" in refused.json()["title"]
    assert (await house.command("casework", body_of("casework", "plan-handover"), "town-leader")).status_code == 200
    taking = house.token("officer", actor="officer:O011")
    body = body_of("casework", "accept-caseload")
    answer = await house.post("casework", "/v1/commands/accept-caseload", body, taking)
    assert answer.status_code == 200, answer.text
    await house.settle()

    async def moved() -> bool:
        rows = (await house.get("casework", "/v1/households?limit=100", house.token("bureau"))).json()["rows"]
        return {row["officer"] for row in rows} == {"O011"}

    await house.until(moved)
    assert (await house.command("casework", end, "bureau")).status_code == 200
    await house.settle()
    duty = (await house.get("casework", "/v1/duties/O001", house.token("bureau"))).json()
    assert (duty["on_duty"], duty["ended_by"]) == (False, "exit")
