"""Plays the sample month's spot check through audit's doors, each step from what the one before came to; scripts nothing."""

import asyncio
import json
import time
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final, Protocol
from urllib.parse import urlencode

import httpx

from deploy.district.call import Call
from deploy.district.spot_check import SampleCheck
from services.contracts.months import Month

WAIT_SECONDS: Final = 60.0


class Doors(Protocol):
    """What whoever plays the month has of the running installation."""

    def token(self, actor: str, role: str, town: str | None = None) -> str: ...

    async def post(
        self, service: str, path: str, content: bytes, credential: str, **headers: str
    ) -> httpx.Response: ...

    async def get(self, service: str, path: str, credential: str) -> httpx.Response: ...

    async def settle(self) -> None: ...


async def play_spot_check(doors: Doors, month: Month, seed: int) -> str:
    """The month's spot check of officers, to its end; nothing where it has ended. The code of a refusal, empty when all went well."""
    check, deadline = SampleCheck(month=month, seed=seed), time.monotonic() + WAIT_SECONDS
    while calls := check.next(await _shown(doors, check.number)):
        told = await _step(doors, calls)
        if told == "extension-due":
            told = await _step(doors, check.extended())
        if told in check.WAIT_FOR and time.monotonic() < deadline:
            await asyncio.sleep(0.1)  # the next root checkpoint comes within a second
        elif told:
            return told
        await doors.settle()
    return ""


async def _step(doors: Doors, calls: Sequence[Call]) -> str:
    """Send one step; the code of its first refusal."""
    for (actor, role), batch in groupby(sorted(calls, key=_who), key=_who):
        items = [{"id": str(call.id), "command": call.body} for call in batch]
        content = json.dumps(items, ensure_ascii=False).encode()
        answer = await doors.post("audit", "/v1/commands", content, doors.token(actor, role))
        answer.raise_for_status()
        for one in answer.json():
            if one["outcome"] not in ("accepted", "unchanged"):
                return str(one["code"])
    return ""


def _who(call: Call) -> tuple[str, str]:
    return call.actor, call.role


async def _shown(doors: Doors, number: str) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The spot check and its field sheets as audit shows them."""
    auditor = doors.token("auditor:A1", "auditor")
    row = await doors.get("audit", f"/v1/spot-checks/{number}", auditor)
    if row.status_code == 404:
        return None, []
    row.raise_for_status()
    query = urlencode({"order": "spot_check_no", "until": number, "after": f"{number} ", "limit": 1000})
    sheets = await doors.get("audit", f"/v1/field-sheets?{query}", auditor)
    sheets.raise_for_status()
    return row.json(), [one for one in sheets.json()["rows"] if one["spot_check_no"] == number]
