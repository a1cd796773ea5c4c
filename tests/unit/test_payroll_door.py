"""Proves that the door of what-if answers from decision states alone, refuses in both languages, and only reads."""

from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.contracts.codec import encoder
from services.contracts.rulebook import RuleBook
from services.eventlog.auth import Identity
from services.eventlog.shell import add_shell
from services.payroll.api import routes
from tests.unit.test_payroll_cases import MARCH, RULES, approved, budget, staffed, take_over

LEDGER = approved(staffed([take_over("O001"), take_over("O002", town="T02", post_no="T02-P02")], [budget()]))
ASKED: dict[str, Any] = {"first_month": "2026-03", "last_month": "2026-03"}


class _Streams:
    """The table of decision states; anything but reading it fails."""

    async def fetch(self, query: str, prefixes: list[str]) -> list[dict[str, Any]]:
        assert query.startswith("SELECT ")
        return [
            {"subject": subject, "state": encoder.encode(state)}
            for subject, state in LEDGER.states.items()
            if subject.partition(":")[0] in prefixes
        ]


class _Rules:
    async def rulebook(self) -> RuleBook:
        return RULES


async def ask(body: Any, role: str = "bureau-finance") -> httpx.Response:
    app = FastAPI()
    identity = Identity(actor=f"{role}:X1", role=role, town=None)
    runtime: Any = SimpleNamespace(identify=lambda _: identity, pool=_Streams(), decider=_Rules())
    routes(app, runtime)
    add_shell(app)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://payroll") as client:
        return await client.post("/v1/what-if", json=body)


async def test_unchanged_rules_answer_with_no_difference() -> None:
    answer = await ask(ASKED)
    assert answer.status_code == 200
    found = answer.json()
    assert [one["key"] for one in found["persons"]] == ["O001", "O002"]
    assert {one["difference_fen"] for one in (*found["persons"], *found["towns"], *found["sources"])} == {0}
    assert found["total"]["in_force"]["gross_fen"] == 630_000


async def test_another_scale_answers_with_its_difference() -> None:
    content = {**RULES.adopted("pay_scale", MARCH.first_day).content, "base_fen": 250_000}
    pack = {"name": "pay_scale", "version": "what-if", "valid_from": "2026-03-01", "content": content}
    found = (await ask({**ASKED, "packs": [pack]})).json()
    assert (found["total"]["difference_fen"], [one["difference_fen"] for one in found["towns"]]) == (
        20_000,
        [10_000] * 2,
    )


@pytest.mark.parametrize(
    ("body", "role", "status", "code"),
    [
        (ASKED, "officer", 403, "wrong-role"),
        (ASKED, "bureau", 403, "wrong-role"),
        ({"first_month": "2026-03"}, "auditor", 422, "body-invalid"),
        ({**ASKED, "last_month": "2026-02"}, "auditor", 422, "what-if-months-wrong"),
        ({**ASKED, "towns": [{"officer": "O009", "town": "T01"}]}, "bureau-leader", 422, "officer-unknown"),
    ],
)
async def test_what_cannot_be_answered_is_refused(body: Any, role: str, status: int, code: str) -> None:
    answer = await ask(body, role)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["title"]
    assert answer.json()["title_en"]
