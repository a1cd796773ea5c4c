"""`jiuzhu feed`: plays a district through the public doors on the simulated clock – a year of pay, stock, then the month.

Everything it sends has a fixed id, so playing again changes nothing. It reads PostgreSQL only to move the clock and
to see that the log has settled between two steps.
"""

import asyncio
import csv
import io
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from deploy.district import (
    Call,
    District,
    Step,
    generate,
    history_script,
    load_profile,
    month_script,
    opening_script,
    stock_script,
)
from deploy.district.bodies import csv_row
from deploy.embedded.home import Home
from deploy.installation import SERVICES, Place, settings_of
from deploy.spot_check_feeding import play_spot_check
from services.casework.domain.municipal.warnings import warning_task_no
from services.contracts.months import Month
from services.eventlog.auth import Identity, Tokens, inbox_key, inbox_signature
from services.eventlog.inbox import SIGNATURE_HEADER, TOWN_HEADER
from services.eventlog.kafka_security import client_security
from services.eventlog.keyring import opened
from services.eventlog.postgres import Pool, open_pool
from services.eventlog.provision import DATABASE, database_url
from services.eventlog.sheets import csv_table
from services.eventlog.timers import IS_DUE, has_clocks
from services.eventlog.topics import open_admin
from services.intake.town_events import command_id, read

COMMANDS_PER_REQUEST: Final = 250
EVENTS_PER_REQUEST: Final = 100
REQUESTS_AT_ONCE: Final = 6
SETTLE_SECONDS: Final = 120.0
TOKEN_HOURS: Final = 6
RETRIES: Final = 40
MISMATCHES_SHOWN: Final = 10


class FeedFailed(RuntimeError):
    """The month did not go as its script says; zh and en in one text."""


@dataclass(slots=True)
class Played:
    """What the doors answered: how many of each expectation, and what answered otherwise."""

    outcomes: Counter[str] = field(default_factory=Counter)
    roads: Counter[str] = field(default_factory=Counter)
    replayed: int = 0
    not_sent_again: int = 0
    mismatches: list[str] = field(default_factory=list)

    def note(self, call: Call, found: str, *, replayed: bool, detail: str = "") -> None:
        """Compare an answer with what the script expects. `found`: accepted, refused or quarantined."""
        self.outcomes[found] += 1
        self.roads[call.road] += 1
        self.replayed += replayed
        expected = "accepted" if call.expect == "duplicate" else call.expect
        if found != expected:
            self.mismatches.append(
                f"{call.road} {call.service} {call.id} {call.wrong or ''}: {call.expect} → {found} {detail}"
            )


class Bar:
    """A progress bar on standard error: one moving line on a terminal, a line every tenth elsewhere."""

    def __init__(self, zh: str, en: str, total: int) -> None:
        self._label, self._total, self._done, self._tenth = f"{zh} {en}", max(1, total), 0, -1
        self._started = time.monotonic()

    def step(self, count: int) -> None:
        self._done += count
        tenth = 10 * self._done // self._total
        live = sys.stderr.isatty()
        if tenth == self._tenth and not live:
            return
        self._tenth = tenth
        filled = "█" * (2 * tenth) + "░" * (20 - 2 * tenth)
        seconds = time.monotonic() - self._started
        text = f"{self._label} {filled} {self._done}/{self._total} {seconds:.0f} s"
        print(
            f"\r{text}" if live else text,
            end="" if live and self._done < self._total else "\n",
            file=sys.stderr,
            flush=True,
        )


class Player:
    """Sends calls to a running installation."""

    def __init__(
        self,
        home: Home,
        place: Place,
        http: httpx.AsyncClient,
        pool: Pool,
        producer: AIOKafkaProducer,
        admin: AIOKafkaAdminClient,
    ) -> None:
        self._home, self._place, self._http, self._pool = home, place, http, pool
        self._producer, self._admin = producer, admin
        self._settings = settings_of(home, place, "intake")
        with opened(home.keyring) as keyring:
            self._tokens = Tokens(keyring)
        self._issued: dict[tuple[str, str, str | None], str] = {}
        self._town_keys: dict[str, str] = {}
        self._inbox_ends: dict[int, int] = {}
        self._busy = asyncio.Semaphore(REQUESTS_AT_ONCE)
        self.played = Played()

    def token(self, actor: str, role: str, town: str | None = None) -> str:
        """A token of the sample; made once per actor."""
        key = (actor, role, town)
        if key not in self._issued:
            identity = Identity(actor=actor, role=role, town=town)
            self._issued[key] = self._tokens.issue(identity, valid_for=timedelta(hours=TOKEN_HOURS))
        return self._issued[key]

    def _url(self, service: str, path: str) -> str:
        return f"http://127.0.0.1:{self._place.ports.by_name()[service]}{path}"

    async def post(self, service: str, path: str, content: bytes, credential: str, **headers: str) -> httpx.Response:
        """POST, again while the door says that it is busy or away (503): every body carries its own id."""
        async with self._busy:
            for attempt in range(RETRIES):
                try:
                    answer = await self._http.post(
                        self._url(service, path),
                        content=content,
                        headers={"authorization": f"Bearer {credential}", **headers},
                    )
                except httpx.TransportError:
                    answer = None
                if answer is not None and answer.status_code != 503:
                    return answer
                await asyncio.sleep(min(2.0, 0.05 * 2**attempt))
        raise FeedFailed(f"{service}{path} 一直不可用 / stays unavailable: {answer.text if answer else 'no answer'}")

    async def get(self, service: str, path: str, credential: str) -> httpx.Response:
        return await self._http.get(self._url(service, path), headers={"authorization": f"Bearer {credential}"})

    async def set_clock(self, at: datetime) -> None:
        """Move the simulated clock forward; it never goes back."""
        await self._pool.execute(
            "INSERT INTO log.simulated_clock (instant) VALUES ($1) ON CONFLICT (only_row) "
            "DO UPDATE SET instant = greatest(log.simulated_clock.instant, excluded.instant)", at,
        )  # fmt: skip

    async def ensure_town_keys(self, towns: Iterable[str]) -> None:
        """A key for every town's system, kept beside the installation's other secrets (0600)."""
        path = self._home.root / "sample-town-keys.json"
        self._town_keys = json.loads(path.read_text()) if path.exists() else {}
        known = {
            row["subject"]
            for row in await self._pool.fetch("SELECT subject FROM intake.streams WHERE subject LIKE 'town:%'")
        }
        admin = self.token("security-administrator:S1", "security-administrator")
        for town in towns:
            if town in self._town_keys and f"town:{town}" in known:
                continue
            answer = await self.post("intake", "/v1/town-keys", json.dumps({"town": town}).encode(), admin)
            answer.raise_for_status()
            self._town_keys[town] = answer.json()["key"]
        path.touch(mode=0o600)
        path.write_text(json.dumps(self._town_keys))

    async def play_stock(self, calls: Sequence[Call], zh: str, en: str) -> None:
        """Take stock over on its day: commands of one name after those of another, each name in large batches."""
        bar = Bar(zh, en, len(calls))
        await self.set_clock(calls[0].at)
        for _, same_name in groupby(calls, key=lambda call: (call.service, call.actor, call.body["command"])):
            batches = [*chunks(list(same_name), COMMANDS_PER_REQUEST)]
            await asyncio.gather(*(self._commands(batch, bar) for batch in batches))
        await self.settle()

    async def play_steps(self, steps: Sequence[Step], zh: str, en: str) -> None:
        """Play a script step by step; after each the log must settle.

        Steps the clock has passed were played before. They are sent again – the same ids change nothing – but for the
        planted errors: what was refused then may be right by now (a time that lay in the future), and would count.
        """
        bar = Bar(zh, en, sum(len(step.calls) for step in steps))
        clock = await self._pool.fetchval("SELECT instant FROM log.simulated_clock")
        for step in steps:
            await self.set_clock(step.at)
            calls = step.calls if clock <= step.at else self._without_errors(step.calls)
            await self._play(calls)
            await self.settle()
            await self._look_up([call for call in calls if call.road == "inbox"])
            bar.step(len(step.calls))

    def _without_errors(self, calls: Sequence[Call]) -> Sequence[Call]:
        """What is sent again: neither planted errors nor files, which would say how things stand by now."""
        again = []
        for call in calls:
            if call.expect in ("refused", "quarantined") or call.road == "municipal":
                self.played.note(call, call.expect, replayed=False)
                self.played.not_sent_again += 1
            else:
                again.append(call)
        return again

    async def _play(self, calls: Sequence[Call]) -> None:
        by_road: dict[str, list[Call]] = {}
        for call in calls:
            alone = call.road == "http-single" or (call.road == "command" and call.wrong is not None)
            by_road.setdefault("single" if alone else call.road, []).append(call)
        jobs: list[Any] = [self._single(call) for call in by_road.get("single", ())]
        for batch in grouped(by_road.get("command", ()), lambda c: (c.service, c.actor, c.role), COMMANDS_PER_REQUEST):
            jobs.append(self._commands(batch, None))
        for batch in grouped(by_road.get("http-batch", ()), lambda c: c.key_town or c.town, EVENTS_PER_REQUEST):
            jobs.append(self._event_batch(batch))
        for batch in grouped(by_road.get("csv", ()), lambda c: c.town, EVENTS_PER_REQUEST):
            jobs.append(self._csv(batch))
        jobs += [self._inbox(call) for call in by_road.get("inbox", ())]
        jobs += [self._visit_batch(call) for call in by_road.get("visit-batch", ())]
        jobs += [self._from_worklist(call) for call in by_road.get("worklist", ())]
        jobs += [self._municipal(call) for call in by_road.get("municipal", ())]
        await asyncio.gather(*jobs)

    async def _single(self, call: Call) -> None:
        content = call.raw if call.raw is not None else json.dumps(self._body(call), ensure_ascii=False).encode()
        if call.road == "command":
            path = f"/v1/commands/{call.body['command']}"
            credential = self.token(call.actor, call.role, call.town)
            answer = await self.post(call.service, path, content, credential, **{"idempotency-key": str(call.id)})
        else:
            answer = await self.post("intake", "/v1/events", content, self._town_keys[call.key_town or call.town or ""])
        body = answer.json()
        found = "accepted" if answer.status_code in (200, 202) else "refused"
        self.played.note(call, found, replayed=bool(body.get("replayed")), detail=str(body.get("code", "")))

    async def _commands(self, calls: Sequence[Call], bar: Bar | None) -> None:
        first = calls[0]
        items = [{"id": str(call.id), "command": self._body(call)} for call in calls]
        content = json.dumps(items, ensure_ascii=False).encode()
        answer = await self.post(
            first.service, "/v1/commands", content, self.token(first.actor, first.role, first.town)
        )
        if answer.status_code not in (200, 202):
            raise FeedFailed(f"{first.service} /v1/commands: {answer.text}")
        for call, told in zip(calls, answer.json(), strict=True):
            self._told(call, told)
        if bar is not None:
            bar.step(len(calls))

    def _told(self, call: Call, told: dict[str, Any]) -> None:
        found = "accepted" if told["outcome"] in ("accepted", "unchanged") else "refused"
        self.played.note(call, found, replayed=bool(told.get("replayed")), detail=str(told.get("code", "")))

    async def _event_batch(self, calls: Sequence[Call]) -> None:
        content = json.dumps([call.body for call in calls], ensure_ascii=False).encode()
        key = self._town_keys[calls[0].key_town or calls[0].town or ""]
        answer = await self.post(
            "intake", "/v1/events", content, key, **{"content-type": "application/cloudevents-batch+json"}
        )
        if answer.status_code != 200:
            raise FeedFailed(f"intake /v1/events: {answer.text}")
        for call, told in zip(calls, answer.json(), strict=True):
            self._told(call, told)

    async def _csv(self, calls: Sequence[Call]) -> None:
        rows = [csv_row(call.body) for call in calls]
        columns = list(dict.fromkeys(name for row in rows for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
        answer = await self.post(
            "intake", "/v1/imports", text.getvalue().encode(), self._town_keys[calls[0].town or ""]
        )
        answer.raise_for_status()
        told = answer.json()
        wrong = {error["row"]: error["code"] for error in told["errors"]}
        for number, call in enumerate(calls, 2):
            quarantined = number in wrong and call.expect == "quarantined" and told["quarantined"] > 0
            found = "quarantined" if quarantined else "refused" if number in wrong else "accepted"
            self.played.note(call, found, replayed=False, detail=wrong.get(number, ""))
        self.played.replayed += told["replayed"]

    async def _visit_batch(self, call: Call) -> None:
        """A device's batch: as scripted when every record of it was taken, or was there already."""
        content = json.dumps(call.body, ensure_ascii=False).encode()
        answer = await self.post(
            call.service, "/v1/visit-batches", content, self.token(call.actor, call.role, call.town)
        )
        answer.raise_for_status()
        told = [*answer.json()["records"], answer.json()["batch"]]
        refused = [one for one in told if one["outcome"] not in ("accepted", "unchanged")]
        replayed = all(one.get("replayed") or one["outcome"] == "unchanged" for one in told)
        detail = str(refused[0].get("code", "")) if refused else ""
        self.played.note(call, "refused" if refused else "accepted", replayed=replayed, detail=detail)

    async def _from_worklist(self, call: Call) -> None:
        """Look the match up as whoever decides it does, then decide; played again it is the same row and command."""
        credential = self.token(call.actor, call.role, call.town)
        answer = await self._http.get(
            self._url(call.service, "/v1/matches"),
            params={"limit": 1000, "town": call.body["town"]},
            headers={"authorization": f"Bearer {credential}"},
        )
        answer.raise_for_status()
        wanted = call.body["row"].items()
        row = next((row for row in answer.json()["rows"] if wanted <= row.items()), None)
        if row is None:
            self.played.note(call, "refused", replayed=False, detail="no-row")
            return
        filled = {name: value for name, value in call.body.items() if name != "row"}
        filled |= {"person": row["person"], "match_no": row["key"]}
        await self._single(replace(call, road="command", body=filled))

    def _body(self, call: Call) -> dict[str, Any]:
        """A command's body; a warning's task is found by its person, whose pseudonym the keyring makes."""
        if "task_of" not in call.body:
            return call.body
        of = call.body["task_of"]
        with opened(self._home.keyring) as keyring:
            person = keyring.pseudonym(of["resident_id"])
        rest = {name: value for name, value in call.body.items() if name != "task_of"}
        return {**rest, "task_no": warning_task_no(of["town"], person)}

    async def _municipal(self, call: Call) -> None:
        """A file to or from the municipal system: as scripted when the door took all of it."""
        body, headers = call.body, {"idempotency-key": str(call.id)}
        query = f"?{urlencode(body['query'])}" if body.get("query") else ""
        content = (
            csv_table(body["heading"], body["rows"], "utf-8") if "rows" in body else json.dumps(body["ask"]).encode()
        )
        answer = await self.post(
            call.service, f"/v1/municipal/{body['door']}{query}", content, self.token(call.actor, call.role, call.town), **headers
        )  # fmt: skip
        errors = answer.json().get("errors") if "rows" in body else None
        found = "accepted" if answer.status_code == 200 and not errors else "refused"
        self.played.note(call, found, replayed=False, detail=f"{answer.status_code} {errors or ''}")

    async def _inbox(self, call: Call) -> None:
        value = call.raw if call.raw is not None else json.dumps(call.body, ensure_ascii=False).encode()
        town = call.key_town or call.town or ""
        signature = inbox_signature(inbox_key(self._town_keys[town]), value)
        sent = await self._producer.send_and_wait(
            self._settings.inbox_topic, value, key=town.encode(),
            headers=[(TOWN_HEADER, town.encode()), (SIGNATURE_HEADER, signature.encode())],
        )  # fmt: skip
        self._inbox_ends[sent.partition] = max(self._inbox_ends.get(sent.partition, 0), sent.offset + 1)

    async def _look_up(self, calls: Sequence[Call]) -> None:
        """What became of inbox events: nobody answers on that road, the service's own commands tell."""
        if not calls:
            return
        ids = {call.id: command_id(read(json.dumps(call.body).encode())) for call in calls if _readable(call)}
        rows = await self._pool.fetch(
            "SELECT commandid, refusal IS NOT NULL AS refused FROM intake.commands WHERE commandid = ANY ($1)",
            list(ids.values()),
        )
        decided = {row["commandid"]: row["refused"] for row in rows}
        for call in calls:
            refused = decided.get(ids[call.id]) if call.id in ids else None
            kept = refused is None or call.expect == "quarantined"
            found = "quarantined" if kept else "refused" if refused or call.expect == "refused" else "accepted"
            self.played.note(call, found, replayed=False)

    async def settle(self) -> None:
        """Wait until every outbox is empty, every cursor at the journal's end, no clock due and the inbox read."""
        deadline = time.monotonic() + SETTLE_SECONDS
        pause = 0.01
        while not await self._settled():
            if time.monotonic() > deadline:
                raise FeedFailed(
                    f"日志在 {SETTLE_SECONDS:.0f} 秒内没有安定，请看 jiuzhu status / the log did not settle; see `jiuzhu status`"
                )
            await asyncio.sleep(pause)
            pause = min(0.1, pause * 1.5)

    async def _settled(self) -> bool:
        names = [service.name for service in SERVICES]
        outbox = " + ".join(f"(SELECT count(*) FROM {name}.outbox)" for name in names)
        behind = " + ".join(
            f"(SELECT count(*) FROM {name}.cursor c JOIN log.watermark w USING (partition) WHERE c.sequence < w.sealed_sequence)"
            for name in names
        )
        due = " + ".join(
            f"(SELECT count(*) FROM {service.name}.m_due WHERE {IS_DUE})"
            for service in SERVICES if has_clocks(service)
        )  # fmt: skip
        left = await self._pool.fetchval(f"SELECT {outbox} + {behind} + {due or '0'}")
        return left == 0 and await self._inbox_read()

    async def _inbox_read(self) -> bool:
        """Whether intake has committed every inbox record this player sent."""
        if not self._inbox_ends:
            return True
        group = f"{self._settings.topic_prefix}jiuzhu-inbox"
        committed = await self._admin.list_consumer_group_offsets(group)
        at = {
            place.partition: meta.offset
            for place, meta in committed.items()
            if place.topic == self._settings.inbox_topic
        }
        return all(at.get(partition, 0) >= end for partition, end in self._inbox_ends.items())


def _readable(call: Call) -> bool:
    return call.raw is None and isinstance(call.body.get("type"), str)


def chunks(calls: Sequence[Call], size: int) -> Iterator[Sequence[Call]]:
    """Consecutive parts of at most `size`."""
    for begin in range(0, len(calls), size):
        yield calls[begin : begin + size]


def grouped(calls: Iterable[Call], key: Any, size: int) -> Iterator[Sequence[Call]]:
    """Calls that go into one request together, in parts of at most `size`, each part's order kept."""
    found: dict[Any, list[Call]] = {}
    for call in calls:
        found.setdefault(key(call), []).append(call)
    for together in found.values():
        yield from chunks(together, size)


async def feed(home: Home, place: Place, directory: Path, month: Month, seed: int) -> tuple[Played, District]:
    """Play a district's year of pay, stock and month; what the doors answered, and the district. `FeedFailed` when it went wrong."""
    district = generate(load_profile(directory), seed)
    opening, history, stock = [*opening_script(district)], [*history_script(district)], [*stock_script(district)]
    steps = list(month_script(district, month, seed))
    pool = await open_pool(database_url(place.admin_url, DATABASE), application="jiuzhu-feed", size=2)
    identity = settings_of(home, place, "intake").kafka_identity
    producer = AIOKafkaProducer(bootstrap_servers=place.bootstrap, acks="all", **client_security(identity))
    await producer.start()
    admin = await open_admin(place.bootstrap, identity)
    limits = httpx.Limits(max_connections=REQUESTS_AT_ONCE * 2)
    try:
        async with httpx.AsyncClient(timeout=60.0, limits=limits) as http:
            player = Player(home, place, http, pool, producer, admin)
            await player.play_stock(opening, "接续人员", "taking over officers")
            await player.play_steps(history, "发放一年工资", "playing a year of pay")
            await player.play_stock(stock, "接续存量", "taking over stock")
            await player.ensure_town_keys(town.code for town in district.towns)
            await player.play_steps(steps, "播放本月", "playing the month")
            if refused := await play_spot_check(player, month, seed):
                raise FeedFailed(f"抽查未完成：{refused} / the spot check was refused")
        if player.played.mismatches:
            shown = "\n  ".join(player.played.mismatches[:MISMATCHES_SHOWN])
            raise FeedFailed(
                f"{len(player.played.mismatches)} 条结果与剧本不符 / answers differ from the script:\n  {shown}"
            )
        return player.played, district
    finally:
        await admin.close()
        await producer.stop()
        await pool.close()
