"""The public doors as the benchmarks use them: credentials, rules and households put in place, visits to record."""

import asyncio
import hashlib
import itertools
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from deploy.district import bodies, field_bodies
from services.eventlog.auth import Identity, Tokens
from services.eventlog.ids import uuid7
from services.eventlog.keyring import opened
from services.eventlog.postgres import connect
from tests.bench.events import district
from tests.bench.ground import Log
from tests.bench.load import closed_loop, request

NOW: Final = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
BEGAN: Final = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
HOUSEHOLDS: Final = 500
TAKEN_OVER_PER_REQUEST: Final = 100
_numbers = itertools.count(1)
_NOTE: Final = (
    "入户看望，老人精神尚好，按时服药；屋内整洁，已提醒用电用火安全。本周需联系社区医生复诊，下次走访带回医保报销材料。"
)

# One officer makes all visits, for a record is its maker's to send.
OFFICER: Final = "O001"


class Window:
    """Requests to casework's API in the name of the sample district's people."""

    def __init__(self, log: Log, port: int, *, opened: "Window | None" = None) -> None:
        self._log, self.port = log, port
        self._credentials: dict[str, str] = opened._credentials if opened is not None else {}

    def open(self, households: int = HOUSEHOLDS) -> None:
        """Put the clock to `NOW`, adopt casework's rule packs, take the first households over."""
        with opened(self._log.keyring) as keyring:
            tokens = Tokens(keyring)
        town = district().households[0].town
        assert all(home.town == town for home in district().households[:HOUSEHOLDS]), "an officer acts in one town"
        people = (
            ("bureau-leader", "bureau-leader:L1", None),
            ("bureau", "bureau:B02", None),
            ("officer", f"officer:{OFFICER}", town),
        )
        for role, actor, its_town in people:
            identity = Identity(actor=actor, role=role, town=its_town)
            self._credentials[role] = tokens.issue(identity, valid_for=timedelta(hours=4))
        asyncio.run(self._open(households))

    async def _open(self, households: int) -> None:
        connection = await connect(self._log.admin_url, application="bench")
        await connection.execute("INSERT INTO log.simulated_clock (instant) VALUES ($1) ON CONFLICT DO NOTHING", NOW)
        await connection.close()
        profile = district().profile
        packs = [bodies.adopt_pack(pack) for pack in profile.packs if pack.service == "casework"]
        await closed_loop(self.port, [self._batch(packs, "bureau-leader")], 1)
        homes = district().households[:households]
        taken = [bodies.take_over_household(home, profile.take_over.source) for home in homes]
        parts = [
            taken[begin : begin + TAKEN_OVER_PER_REQUEST] for begin in range(0, len(taken), TAKEN_OVER_PER_REQUEST)
        ]
        await closed_loop(self.port, [self._batch(part, "bureau") for part in parts], 2)

    def _batch(self, commands: Sequence[dict[str, Any]], role: str) -> bytes:
        items = [{"id": str(uuid7()), "command": command} for command in commands]
        return request("/v1/commands", json.dumps(items, ensure_ascii=False).encode(), self._credentials[role])

    def batch_request(self, visits: Sequence[dict[str, Any]]) -> bytes:
        """Many visits in one request."""
        return self._batch(visits, "officer")

    def visit_request(self, visit: dict[str, Any], commandid: str | None = None) -> bytes:
        """One visit in one request."""
        content = json.dumps(visit, ensure_ascii=False).encode()
        return request(
            "/v1/commands/record-visit",
            content,
            self._credentials["officer"],
            idempotency_key=commandid or str(uuid7()),
        )


def visits(count: int, first: int | None = None) -> Iterator[dict[str, Any]]:
    """`count` visits to the households taken over, by one officer, who sends them, each with a number of its own (or from `first` on)."""
    homes = district().households
    for number in itertools.islice(_numbers, count) if first is None else range(first, first + count):
        home = homes[number % HOUSEHOLDS]
        # One household's visits follow each other: two at a time would contradict each other, which is another story.
        began = BEGAN + timedelta(minutes=40 * (number // HOUSEHOLDS))
        yield field_bodies.record_visit(
            home, visit_no=f"V-2026-03-{OFFICER}-{number:07d}", service="regular_visit", started_at=began,
            ended_at=began + timedelta(minutes=35), person_seen="本人", co_signed=True, notes=_NOTE,
            evidence_sha256=[hashlib.sha256(str(number).encode()).hexdigest()],
        ) | {"officer": OFFICER}  # fmt: skip
