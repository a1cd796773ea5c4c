"""Proves that either store may be lost: what was confirmed as on the log comes back, equal to the byte, and nothing happens twice."""

import asyncio
import json
import os
import shutil
import signal
import time
import uuid
from collections import Counter
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from deploy.embedded import kafka, postgres, processes
from deploy.embedded.detached import kill_tree, pid_of, signal_tree
from deploy.installation import SERVICES, WRITER_PROCESS, settings_of
from services.contracts import codec
from services.contracts.envelope import Envelope
from services.eventlog.provision import WRITER, role_of
from services.eventlog.reading import raw_log
from services.eventlog.settings import LOG_TOPIC
from services.eventlog.timers import IS_DUE, has_clocks
from tests.integration.test_cli import CHINESE, CLOCK, Sample, load, requests, shared_sample, stock

__all__ = ["shared_sample"]
OWN_TABLES = ("commands", "streams", "parked")
STILL_SECONDS = 30.0
_taken = iter(range(24, 400, 40))


def some_requests() -> list:  # type: ignore[type-arg]
    """Requests nobody sent yet: each loss has its own."""
    begin = next(_taken)
    return requests()[begin : begin + 40]


async def log_values(sample: Sample) -> dict[int, list[bytes]]:
    """Every record's bytes, by partition."""
    settings = _settings(sample)
    found: dict[int, list[bytes]] = {p: [] for p in range(settings.partitions)}
    async with raw_log(settings, client="tests") as reader:
        ends = await reader.ends(found)
        starts, until = {p: e.first for p, e in ends.items()}, {p: e.after for p, e in ends.items()}
        async for partition, records in reader.read(starts, until):
            found[partition] += [record.value for record in records]
    return found


def _settings(sample: Sample):  # type: ignore[no-untyped-def]
    return settings_of(sample.home, sample.place, "eventlog")


async def envelopes(sample: Sample) -> list[Envelope]:
    return [codec.decode(value) for values in (await log_values(sample)).values() for value in values]


async def own_rows(sample: Sample, *, only_on_log: bool) -> dict[str, list[tuple[object, ...]]]:
    """Idempotency keys and decision state of every service; where asked, only of commands whose facts are on the log."""
    on_log = "WHERE commandid IN (SELECT commandid FROM log.journal)" if only_on_log else ""
    found = {}
    for service in SERVICES:
        rows = await sample.sql(f"SELECT * FROM {service.name}.commands {on_log} ORDER BY commandid")
        found[service.name] = [tuple(row.values()) for row in rows]
    return found


def read_models(digests: dict[str, str]) -> dict[str, str]:
    """Digests of what the log alone determines at every instant: read models, parked records and the journal."""
    return {name: digest for name, digest in digests.items() if not name.endswith(("(commands)", "(streams)"))}


def unmasked(sample: Sample) -> dict[str, list[str]]:
    """The names of a few households, as a caseworker reads them."""
    token = sample.token("bureau:B01", "bureau")
    found = {}
    for call in [c for c in stock() if c.body["command"] == "take-over-household"][:3]:
        body = {"household_no": call.body["household_no"], "field": "names", "reason": "演练"}
        answer = sample.post("casework", "/v1/households/unmask", body, token)
        assert answer.status_code == 200, answer.text
        found[str(call.body["household_no"])] = answer.json()["values"]
        assert [m["name"] for m in call.body["members"]] == answer.json()["values"]
    return found


async def still_log(sample: Sample) -> None:
    """Stop the log writer between two batches: journal and log agree, every cursor follows, commands go on arriving."""
    pid = processes.running(sample.home)[WRITER_PROCESS]
    deadline = time.monotonic() + STILL_SECONDS
    behind = " + ".join(
        f"(SELECT count(*) FROM {s.name}.cursor c JOIN log.watermark w USING (partition) WHERE c.sequence < w.sealed_sequence)"
        for s in SERVICES
    )
    # Nothing may wait but the load's own commands: a reaction or clock lost with PostgreSQL would, rightly, run anew.
    own = " + ".join(
        f"(SELECT count(*) FROM {s.name}.outbox WHERE '{s.name}' <> 'intake' "
        "OR convert_from(body, 'UTF8') LIKE '%\"actor\":\"reaction:%')"
        for s in SERVICES
    )
    due = " + ".join(f"(SELECT count(*) FROM {s.name}.m_due WHERE {IS_DUE})" for s in SERVICES if has_clocks(s))
    # What the stopped writer had already sent, PostgreSQL still does: its batch may be committed after it was counted.
    # A batch that PostgreSQL has not begun to look at shows a moment later: so it has to stand still twice in a row.
    sealing = f"SELECT FROM pg_stat_activity WHERE usename = '{role_of(WRITER)}' AND state = 'active'"
    while time.monotonic() < deadline:
        os.kill(pid, signal.SIGSTOP)
        stood = -1
        for _ in range(40):
            await asyncio.sleep(0.1)
            if await sample.sql(sealing):
                continue
            (row,) = await sample.sql(
                f"SELECT {behind} AS behind, {own} + {due} AS waits, (SELECT count(*) FROM log.journal) AS journal"
            )
            on_log = sum(map(len, (await log_values(sample)).values()))
            if row["behind"] == row["waits"] == 0 and row["journal"] == on_log:
                if stood == on_log:
                    return
                stood = on_log
                continue
            if row["journal"] > on_log or row["waits"]:
                break
        os.kill(pid, signal.SIGCONT)
        await asyncio.sleep(0.05)
    raise AssertionError("the log did not stand still")


async def nothing_happened_twice(sample: Sample) -> None:
    """Each acceptance has exactly one case opened by reaction, and no command has facts in two places."""
    found = await envelopes(sample)
    accepted = {e.id for e in found if e.type == "assist.intake.application_accepted.v1"}
    opened = Counter(e.causationid for e in found if e.type == "assist.casework.case_opened.v1")
    assert accepted
    assert opened == Counter(accepted)
    assert len({e.id for e in found}) == len(found)
    versions = Counter((e.stream, e.streamversion) for e in found)
    assert max(versions.values()) == 1


def replayed(sample: Sample) -> None:
    """Every command that was confirmed answers as the one it was."""
    by_id = {str(call.id): call for call in [*stock(), *requests()]}
    for commandid, told in list(sample.confirmed.items()):
        answer = sample.confirm(by_id[commandid])
        assert answer.status_code == 200, answer.text
        again = answer.json()
        assert (again["replayed"], again["streamversion"]) == (True, told["streamversion"]), again


def closed(sample: Sample, code: str) -> None:
    """A command is refused with a problem that says why, in both languages."""
    call = requests()[-1]
    answer = sample.post(
        "intake", "/v1/commands/receive-request", call.body, sample.token(call.actor, "window", call.town)
    )
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (503, code), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert CHINESE.search(problem["title"])
    assert "run `jiuzhu" in problem["title_en"]


def postgres_data(sample: Sample) -> Path:
    found = postgres.running(sample.home)
    assert found is not None
    assert found.data is not None
    return found.data


def lose(sample: Sample, name: str, data: Path) -> None:
    """As when a disk dies: the data are gone, then the process."""
    pid = pid_of(sample.home, name)
    assert pid is not None
    shutil.rmtree(data, ignore_errors=True)
    kill_tree(pid)
    shutil.rmtree(data, ignore_errors=True)


async def test_losing_postgresql_loses_nothing_that_was_confirmed(sample: Sample) -> None:
    """Data gone while commands arrive: up says what is missing and stays closed; rebuild all brings every model back."""
    names = unmasked(sample)
    with load(sample, some_requests()) as done:
        await asyncio.to_thread(done, 5)
        await still_log(sample)
        models, rows = read_models(sample.digests()), await own_rows(sample, only_on_log=True)
        lose(sample, postgres.NAME, postgres_data(sample))
        writer = processes.running(sample.home).get(WRITER_PROCESS)
        if writer is not None:
            signal_tree(writer, signal.SIGKILL)
    up = sample.jiuzhu("up", "--sample", "--ports", "auto")
    assert up.returncode == 1, up.stdout + up.stderr
    assert "jiuzhu rebuild all" in up.stdout
    assert CHINESE.search(up.stdout)
    closed(sample, "log-rebuild")
    assert sample.jiuzhu("status", "--json").returncode == 1
    told = sample.must("rebuild", "all")
    assert (
        read_models(
            dict(line.split() for line in told.splitlines() if len(line.split()) == 2 and "." in line.split()[0])
        )
        == models
    )
    assert await own_rows(sample, only_on_log=False) == rows
    (row,) = await sample.sql("SELECT instant FROM log.simulated_clock")
    assert row["instant"] == CLOCK
    await sample.settled()
    replayed(sample)
    assert unmasked(sample) == names
    await sample.settled()
    await nothing_happened_twice(sample)
    sample.must("check")


async def test_losing_kafka_loses_nothing(sample: Sample) -> None:
    """Data gone while commands arrive: up says what is missing; heal brings the log back byte for byte; all goes on."""
    await sample.settled()
    before = await log_values(sample)
    with load(sample, some_requests()) as done:
        await asyncio.to_thread(done, 3)
        lose(sample, kafka.NAME, sample.home.kafka_data)
        await asyncio.sleep(1.0)
    up = sample.jiuzhu("up", "--sample", "--ports", "auto")
    assert up.returncode == 1, up.stdout + up.stderr
    assert "jiuzhu heal" in up.stdout
    assert CHINESE.search(up.stdout)
    refused = sample.jiuzhu("rebuild", "all")
    assert refused.returncode == 1
    assert "jiuzhu heal" in refused.stderr
    sample.must("heal")
    sample.must("check")
    await sample.settled()
    after = await log_values(sample)
    assert {p: values[: len(before[p])] for p, values in after.items()} == before
    journal: dict[int, list[bytes]] = {p: [] for p in after}
    for row in await sample.sql("SELECT partition, value FROM log.journal ORDER BY partition, sequence"):
        journal[row["partition"]].append(row["value"])
    assert after == journal
    replayed(sample)
    late = sample.confirm(some_requests()[0])
    assert late.status_code == 200, late.text
    await sample.settled()
    await nothing_happened_twice(sample)
    for service in SERVICES:
        assert "≠" not in sample.must("rebuild", service.name)
    sample.must("status")


@pytest.mark.slow
async def test_an_older_copy_of_postgresql_is_brought_up_to_the_log(sample: Sample) -> None:
    """A backup put back: the journal is shorter than the log, up stays closed, rebuild all makes every digest what it was."""
    await sample.settled()
    data = postgres_data(sample)
    copy = sample.older_copy
    if copy is None:
        sample.must("down")
        copy = sample.copy_postgres(data)
        sample.must("up", "--sample", "--ports", "auto")
    for call in some_requests()[:10]:
        assert sample.confirm(call).status_code == 200
    await sample.settled()
    before = sample.digests()
    sample.must("down")
    shutil.rmtree(data)
    copy.rename(data)
    up = sample.jiuzhu("up", "--sample", "--ports", "auto")
    assert up.returncode == 1
    assert "jiuzhu rebuild all" in up.stdout
    sample.must("rebuild", "all")
    await sample.settled()
    assert sample.digests() == before
    sample.must("check")


@pytest.mark.slow
async def test_a_rebuild_of_all_that_was_not_needed_loses_nothing(sample: Sample) -> None:
    """Nothing was lost, commands keep arriving, somebody rebuilds all: every answered command is still there."""
    with load(sample, some_requests()) as done:
        await asyncio.to_thread(done, 3)
        sample.must("rebuild", "all")
    await sample.settled()
    replayed(sample)
    (row,) = await sample.sql(
        "SELECT count(*) AS n FROM unnest($1::uuid[]) AS sent (id) WHERE NOT EXISTS (SELECT FROM log.journal WHERE commandid = sent.id)",
        [uuid.UUID(one) for one in sample.confirmed],
    )
    assert row["n"] == 0
    await nothing_happened_twice(sample)
    sample.must("check")


@pytest.mark.slow
async def test_a_foreign_record_changes_nothing_and_heal_makes_a_clean_log(sample: Sample) -> None:
    """Somebody writes the topic: models stay as they are, check names the record, heal --force is rid of it."""
    await sample.settled()
    before = sample.digests()
    producer = AIOKafkaProducer(bootstrap_servers=sample.place.bootstrap)
    await producer.start()
    try:
        placed = await producer.send_and_wait(LOG_TOPIC, b"not ours", partition=0)
    finally:
        await producer.stop()
    report = json.loads(sample.jiuzhu("check", "--json").stdout)
    assert [(f["kind"], f["partition"], f["offset"]) for f in report["faults"]] == [("foreign", 0, placed.offset)]
    sample.must("heal", "--force")
    sample.must("check")
    await sample.settled()
    assert sample.digests() == before


async def test_a_lost_keyring_is_told_and_never_replaced(sample: Sample) -> None:
    """Without the keyring names stay sealed: up says so, makes no new one, and all is well once the backup is back."""
    names = unmasked(sample)
    away = sample.home.keyring.with_name("keyring-away")
    for lost in ("everything", "the database of keys"):
        sample.home.keyring.rename(away)
        sample.home.keyring.mkdir(mode=0o700)
        if lost != "everything":
            shutil.copy2(away / "master.key", sample.home.keyring / "master.key")
        up = sample.jiuzhu("up", "--sample", "--ports", "auto")
        assert up.returncode == 1, lost
        assert "密钥库" in up.stderr
        assert "restore it from its backup" in up.stderr
        assert "Traceback" not in up.stderr
        assert not (sample.home.keyring / "keyring.sqlite").exists()
        shutil.rmtree(sample.home.keyring)
        away.rename(sample.home.keyring)
    sample.must("up", "--sample", "--ports", "auto")
    assert unmasked(sample) == names


def test_the_log_topic_is_the_one_the_settings_name(sample: Sample) -> None:
    """What was lost and healed is the log itself, not a copy beside it."""
    report = json.loads(sample.must("check", "--json"))
    assert report["topic"] == LOG_TOPIC
    assert httpx.get(sample.url("audit") + "/readyz").status_code == 200
