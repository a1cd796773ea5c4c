"""Proves who may do and see what: every command by every role, forged tokens, towns apart; and what the doors say of themselves."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.embedded.fixture import EmbeddedCluster
from services.contracts.deciding import kebab
from services.contracts.roles import ROLES, TOWN_ROLES
from services.eventlog.auth import Identity, Tokens
from services.eventlog.keyring import create_keyring, opened
from services.eventlog.sheets import csv_table
from tests.integration.bodies import BODIES, MEMBERS, body_of, offline_record, take_over, visit, visit_batch
from tests.integration.doors import PARTS, Body, House, assert_problem, open_house, request
from tests.integration.test_municipal import LIST, WARNINGS
from tests.unit.test_intake_window import resident_id

# Commands that only the log, the inbox, a file, a timer or another route may cause: they have no address.
INTERNAL = {
    "portal": {"note-password", "sign-in", "sign-out", "discard-parked"},
    "intake": {
        "answer-application",
        "carry-out-erasure",
        "issue-town-key",
        "revoke-town-key",
        "quarantine-input",
        "release-input",
        "discard-parked",
        "mark-referral-overdue",
        "follow-discovery",
        "mark-discovery-overdue",
        "claim-request-number",
        "note-person",
        "merge-request",
        "print-papers",
        "read-match",
    },
    "casework": {
        "open-case",
        "mark-reassessment-overdue",
        "close-case",
        "close-notice",
        "mark-overdue",
        "mark-reverification-overdue",
        "mark-complaint-overdue",
        "lapse-recognition",
        "export-check",
        "export-payment-file",
        "hand-over-case",
        "note-near-relative",
        "print-papers",
        "read-personal-field",
        "credit-training",
        "credit-exam",
        "mark-training-overdue",
        "mark-work-order-overdue",
        "discard-parked",
        "record-offline-visit",
        "receive-visit-batch",
        "note-offline-visit",
        "raise-visit-conflict",
        "set-visit-aside",
        "move-responsibility",
        "close-officer-month",
        "note-municipal-number",
        "drop-municipal-number",
        "read-for-export",
        "state-export",
        "state-comparison",
        "state-warning-list",
        "find-difference",
        "open-warning",
        "open-change-task",
        "read-warned-person",
        "mark-task-overdue",
        "move-task",
    },
    "payroll": {
        "apply-appraisal",
        "claim-town-payment",
        "commit-fund",
        "commit-town-fund",
        "credit-fund",
        "discard-parked",
        "expire-certificate",
        "export-bank-file",
        "fill-post",
        "note-candidate-appointed",
        "note-fund-committed",
        "note-post",
        "pay-fund",
        "release-post",
        "vacate-post",
        "declare-insurance",
        "declare-tax",
        "export-declaration",
        "note-invoice-funded",
        "note-invoice-unfunded",
        "note-payable",
        "note-town-payment-declined",
        "receive-fund",
        "release-fund",
        "release-town-fund",
        "settle-town-invoice",
        "take-back-fund",
    },
    "audit": {
        "open-finding",
        "issue-bundle",
        "attest-projections",
        "state-checkpoint",
        "state-recomputation",
        "certify-coverage",
        "discard-parked",
        "mark-rectification-overdue",
        "link-misuse",
        "suppress-finding",
        "release-finding",
        "note-recurrence",
        "end-suppression",
        "note-finding",
        "suppress-matter",
        "release-matter",
        "expire-inspector-access",
        "open-inspector-session",
        "record-inspector-read",
    },
}
COMMANDS = [(service, name) for service, bodies in BODIES.items() for name in bodies]
QUERIES = [
    (name, model.name.replace("_", "-")) for name, part in PARTS.items() for model in part.service.models if not model.internal
]  # fmt: skip


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(cluster, tmp_path_factory.mktemp("doors") / "keyring") as opened_house:
        yield opened_house


def test_every_command_is_in_the_grid_or_has_no_door() -> None:
    """A new command is asked about here: a role may issue it, or it is named as internal."""
    for name, part in PARTS.items():
        known = {kebab(command.__name__) for command in part.service.command_types}
        doors = {kebab(command.__name__) for command in part.api.DOORS.roles}
        assert set(BODIES[name]) == doors
        assert INTERNAL[name] == known - doors
        assert all(roles and roles <= ROLES for roles in part.api.DOORS.roles.values())


@pytest.mark.parametrize(("service", "name"), COMMANDS, ids=lambda one: one)
async def test_every_role_at_every_command(house: House, service: str, name: str) -> None:
    """As the Doors table says: the listed roles get a decision, all others 403 – alone and in a batch."""
    (command,) = [one for one in PARTS[service].api.DOORS.roles if kebab(one.__name__) == name]
    allowed = PARTS[service].api.DOORS.roles[command]
    body = body_of(service, name)
    for role in sorted(ROLES):
        answer = await house.command(service, body, role)
        item = {"id": answer.json().get("commandid") or "01890000-0000-7000-8000-000000000000", "command": body}
        batch = await house.post(service, "/v1/commands", [item], house.token(role))
        if role in allowed:
            assert answer.status_code in (200, 409), (role, answer.text)
            assert batch.status_code == 200, (role, batch.text)
        else:
            assert_problem(answer, 403, "wrong-role")
            assert_problem(batch, 403, "wrong-role")
        if role in allowed & TOWN_ROLES:
            elsewhere = await house.post(service, f"/v1/commands/{name}", body, house.token(role, "T02"))
            assert_problem(elsewhere, 403, "wrong-town")
    assert_problem(await house.http[service].post(f"/v1/commands/{name}", json=body), 401, "no-credential")


@pytest.mark.parametrize("service", sorted(PARTS))
async def test_internal_commands_have_no_address(house: House, service: str) -> None:
    """What timers and reactions issue cannot be issued from outside, by no role, alone or in a batch."""
    for name in INTERNAL[service]:
        for role in ("operator", "bureau-leader"):
            token = house.token(role)
            assert_problem(
                await house.post(service, f"/v1/commands/{name}", {"command": name}, token), 404, "no-such-address"
            )
            item = {"id": "01890000-0000-7000-8000-000000000000", "command": {"command": name}}
            assert_problem(await house.post(service, "/v1/commands", [item], token), 422, "body-invalid")


async def test_the_printed_proof_is_for_readers_of_its_town(house: House) -> None:
    """Whoever reads may print; a case that does not exist is not found, whoever asks."""
    path = "/v1/print/procedure-proofs/R-none"
    readers = PARTS["casework"].api.DOORS.readers
    for role in sorted(ROLES):
        answer = await house.http["casework"].get(path, headers={"authorization": f"Bearer {house.token(role)}"})
        if role in readers:
            assert_problem(answer, 404, "not-found")
        else:
            assert_problem(answer, 403, "wrong-role")
    assert_problem(await house.http["casework"].get(path), 401, "no-credential")


async def test_a_case_timeline_and_the_list_are_for_readers_and_own_orders_for_contractors(house: House) -> None:
    """A case that does not exist is not found by whoever reads; a contractor nobody registered sees an empty page."""
    readers = PARTS["casework"].api.DOORS.readers
    for role in sorted(ROLES):
        timeline = await house.get("casework", "/v1/case-timelines/R-none", house.token(role))
        assert_problem(timeline, *((404, "not-found") if role in readers else (403, "wrong-role")))
        listed = await house.get("casework", "/v1/case-list", house.token(role))
        if role in readers:
            assert (listed.status_code, listed.json()["rows"], listed.json()["count"]) == (200, [], 0)
        else:
            assert_problem(listed, 403, "wrong-role")
        own = await house.get("casework", "/v1/own-work-orders", house.token(role))
        if role == "contractor":
            assert (own.status_code, own.json()["open"], own.json()["ended"]) == (200, [], [])
        else:
            assert_problem(own, 403, "wrong-role")
    elsewhere = await house.get("casework", "/v1/case-list?town=T02", house.token("window", town="T01"))
    assert_problem(elsewhere, 403, "wrong-town")


async def test_contractors_answers_and_openings_are_for_readers(house: House) -> None:
    """Contracts to order on and answers in force are read by whoever reads casework; promises taken over by payroll's readers."""
    for service, path in (
        ("casework", "/v1/contractors"), ("casework", "/v1/published-answers"), ("payroll", "/v1/fund-openings"),
    ):  # fmt: skip
        readers = PARTS[service].api.DOORS.readers
        for role in sorted(ROLES):
            answer = await house.get(service, path, house.token(role))
            if role in readers:
                assert answer.status_code == 200
                assert isinstance(answer.json()["rows"], list)
            else:
                assert_problem(answer, 403, "wrong-role")


async def test_open_checks_are_for_readers(house: House) -> None:
    """The batch file of open requests names nobody, and is read by whoever reads cases."""
    path = "/v1/checks/requests?register=bank"
    readers = PARTS["casework"].api.DOORS.readers
    for role in sorted(ROLES):
        answer = await house.http["casework"].get(path, headers={"authorization": f"Bearer {house.token(role)}"})
        if role in readers:
            assert answer.status_code == 200
        else:
            assert_problem(answer, 403, "wrong-role")


@pytest.mark.parametrize("service", ["intake", "casework"])
async def test_every_role_at_a_folder(house: House, service: str) -> None:
    for path in ("/v1/households/T01-H90009/folder", "/v1/households/T01-H90009/forms/authorisation"):
        for role in sorted(ROLES):
            answer = await house.get(service, path, house.token(role))
            known = role in PARTS[service].api.DOORS.readers
            assert_problem(answer, *((404, "not-found") if known else (403, "wrong-role")))


ROUTES: list[tuple[str, str, Any, set[str]]] = [
    ("intake", "/v1/town-keys", {"town": "T03"}, {"security-administrator"}),
    ("intake", "/v1/town-keys/revoke", {"town": "T03", "key_no": 1, "reason": "换人"}, {"security-administrator"}),
    ("intake", "/v1/quarantined/release", {"town": "T01", "place": "none"}, {"operator", "bureau", "window"}),
    ("intake", "/v1/events", request(), {"window", "committee"}),
    ("intake", "/v1/imports?dry_run=true", {}, {"window", "committee"}),
    ("casework", "/v1/households/unmask", {"command": "read-personal-field", "household_no": "T01-H90009", "field": "names",
     "reason": "核对"}, {"bureau", "bureau-leader", "officer", "window", "town-leader", "auditor", "inspector"}),
    ("casework", "/v1/print/papers", {"household_no": "T01-H90009", "reason": "归档"},
     {"bureau", "bureau-leader", "officer", "window", "town-leader", "committee", "auditor", "inspector"}),
    ("intake", "/v1/print/papers", {"household_no": "T01-H90009", "reason": "归档"},
     {"bureau", "bureau-leader", "officer", "window", "town-leader", "auditor", "inspector"}),
    ("intake", "/v1/matches/unmask", {"person": "p_1", "town": "T01", "match_no": "M-1", "reason": "核对"},
     {"window", "town-leader", "bureau", "bureau-leader"}),
    ("intake", "/v1/households/by-name", {"typed": "zxm"}, {"window", "town-leader"}),
    ("casework", "/v1/checks/exports", {"register": "bank", "reason": "批量核对"}, {"bureau", "bureau-leader"}),
    ("casework", "/v1/payment-files", {"town": "T01", "month": "2026-03", "file_no": 1, "reason": "代发"}, {"bureau-finance"}),
    ("casework", "/v1/checks/answers?dry_run=true", [], {"bureau", "bureau-leader"}),
    ("casework", "/v1/visit-batches", visit_batch(offline_record()),
     {"officer", "window", "town-leader", "contractor"}),
    ("casework", "/v1/rating-codes", {"household_no": "T01-H90009", "visit_no": "V-1"},
     {"window", "committee", "town-leader", "bureau", "bureau-leader"}),
    ("casework", "/v1/municipal/exports", {"table": "cases"}, {"bureau", "bureau-leader", "town-leader"}),
    ("casework", "/v1/municipal/exports", {"table": "cases", "personal": True, "reason": "补录"}, {"bureau", "bureau-leader"}),
    ("casework", "/v1/municipal/lists?town=T01&as_of=2026-03-02&responsible=bureau:B01&dry_run=true", {},
     {"bureau", "bureau-leader", "town-leader"}),
    ("casework", "/v1/municipal/warnings?dry_run=true", {}, {"bureau", "bureau-leader", "town-leader"}),
    ("casework", "/v1/municipal/warned-person", {"command": "read-warned-person", "task_no": "T01-W-p_1", "reason": "走访"},
     {"bureau", "bureau-leader", "officer", "window", "town-leader", "auditor", "inspector"}),
    ("payroll", "/v1/what-if", {"first_month": "2026-03", "last_month": "2026-03"},
     {"bureau-finance", "bureau-leader", "district-finance", "auditor"}),
    ("audit", "/v1/certificates", {}, {"auditor", "inspector", "operator"}),
    ("audit", "/v1/inspector-tokens", {"inspection_no": "JC-HOUSE"},
     {"bureau-leader", "security-administrator", "inspector"}),
    ("audit", "/v1/checkpoints", {}, {"auditor", "inspector", "operator"}),
]  # fmt: skip


@pytest.mark.parametrize(("service", "path", "body", "allowed"), ROUTES, ids=[route[1] for route in ROUTES])
async def test_every_role_at_every_other_route(
    house: House, service: str, path: str, body: Body, allowed: set[str]
) -> None:
    """Keys, quarantine, events, files, unmasking and certificates: these roles and no others."""
    for role in sorted(ROLES):
        answer = await house.post(service, path, body, house.token(role))
        if role in allowed:
            assert answer.status_code not in (401, 403, 500), (role, answer.text)
        else:
            assert_problem(answer, 403, "wrong-role")


async def test_tokens_that_are_none(house: House, tmp_path: Path) -> None:
    """Expired, forged, of another installation or issuer, unsigned, signed otherwise, incomplete: 401, told apart only as expired or not."""
    runtime = house.runtimes["casework"]
    secret = Ed25519PrivateKey.from_private_bytes(runtime.keyring.secret("token-signing"))
    public = secret.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    now = datetime.now(UTC)
    claims: Body = {"iss": "jiuzhu", "sub": "bureau:B1", "role": "bureau", "iat": now, "exp": now + timedelta(hours=1)}

    def signed(**changes: Any) -> str:
        said = {name: value for name, value in (claims | changes).items() if value is not ...}
        return jwt.encode(said, secret, algorithm="EdDSA")

    create_keyring(tmp_path / "other")
    with opened(tmp_path / "other") as keyring:
        foreign = Tokens(keyring).issue(
            Identity(actor="bureau:B1", role="bureau", town=None), valid_for=timedelta(hours=1)
        )
    head, payload, signature = signed().split(".")
    altered = base64.urlsafe_b64encode(json.dumps({"role": "bureau-leader"}).encode()).rstrip(b"=").decode()
    bad = {
        "forged payload": f"{head}.{altered}.{signature}",
        "no signature": f"{head}.{payload}.",
        "another installation": foreign,
        "another issuer": signed(iss="elsewhere"),
        "no issuer": signed(iss=...),
        "unsigned": jwt.encode(claims, "", algorithm="none"),
        "the public key as a shared secret": jwt.encode(claims, public, algorithm="HS256"),
        "no expiry": signed(exp=...),
        "no actor": signed(sub=...),
        "no role": signed(role=...),
        "a town's role without its town": signed(role="window"),
        "issued tomorrow": signed(iat=now + timedelta(days=1)),
        "no token": "示例".encode().hex(),
    }
    good = await house.get("casework", "/v1/households", signed())
    assert good.status_code == 200
    for what, token in bad.items():
        problem = assert_problem(
            await house.get("casework", "/v1/households", token), 401, "token-invalid", without=[token]
        )
        assert problem["title"], what
    expired = signed(exp=now - timedelta(seconds=1))
    assert_problem(await house.get("casework", "/v1/households", expired), 401, "token-expired", without=[expired])
    short = signed(exp=datetime.now(UTC) + timedelta(seconds=2))
    answer = await house.get("casework", "/v1/households", short)
    while answer.status_code == 200:  # also one that was good a moment ago
        assert datetime.now(UTC) < now + timedelta(seconds=20), "an expired token is still taken"
        await asyncio.sleep(0.1)
        answer = await house.get("casework", "/v1/households", short)
    assert_problem(answer, 401, "token-expired", without=[short])
    for header in ("", "Basic abc", "Bearer", "Bearer "):
        answer = await house.http["casework"].get("/v1/households", headers={"authorization": header})
        assert_problem(answer, 401, "no-credential")


def test_no_token_is_issued_that_would_see_too_much(tmp_path: Path) -> None:
    """An unknown role, and a town's role without its town, get no token."""
    create_keyring(tmp_path / "keyring")
    with opened(tmp_path / "keyring") as keyring:
        for role in ("root", *sorted(TOWN_ROLES)):
            with pytest.raises(ValueError, match="role"):
                Tokens(keyring).issue(Identity(actor="x:1", role=role, town=None), valid_for=timedelta(hours=1))


@pytest.fixture(scope="module")
async def two_towns(house: House) -> House:
    """Something of T01 and T02 in every read model that has towns, and an order of the district's."""
    for town in ("T01", "T02"):
        materials = ["application_form", "authorisation", "income_statement", "near_relative_form"]
        event = request(town, near_relative_declared=True, materials=materials)
        assert (await house.event(event, town)).status_code == 200
        asked = body_of("intake", "record-consultation") | {"town": town, "consultation_no": "C-2"}
        answer = await house.post("intake", "/v1/commands/record-consultation", asked, house.token("window", town))
        assert answer.status_code == 200, answer.text
        assert (
            await house.command("casework", take_over(f"{town}-H80001", officer=f"O00{town[-1]}"), "bureau")
        ).status_code == 200
        officer = house.token("officer", town, actor=f"officer:O00{town[-1]}")
        for body in (
            visit(f"{town}-H80001"),
            {**body_of("casework", "record-work"), "work_no": "W-2", "town": town, "committee": f"{town}-C01"},
        ):
            body = body | {"officer": f"O00{town[-1]}"}
            answer = await house.post("casework", f"/v1/commands/{body['command']}", body, officer)
            assert answer.status_code == 200, answer.text
        await delivered_in(house, town)
        report = body_of("intake", "report-discovery") | {
            "discovery_no": f"{town}-D2", "town": town, "committee": f"{town}-C01",
        }  # fmt: skip
        answer = await house.post("intake", "/v1/commands/report-discovery", report, house.token("committee", town))
        assert answer.status_code == 200, answer.text
        for body in _cared_for(town):
            role = "committee" if body["command"] == "report-ability-change" else "bureau"
            answer = await house.post("casework", f"/v1/commands/{body['command']}", body, house.token(role, town))
            assert answer.status_code == 200, answer.text
        await beside_households(house, town)
        await in_casework(house, town)
        await listed_in(house, town)
        await beside_the_municipal_system(house, town)
        await house.send_to_inbox(b"no event", town=town)
        await house.quarantined("json-malformed", town)
    erasure = body_of("intake", "request-erasure") | {"erasure_no": "SC-2"}
    assert (await house.command("intake", erasure, "bureau")).status_code == 200
    await house.settle()
    return house


async def beside_the_municipal_system(house: House, town: str) -> None:
    """A number, a list with a difference and a warning of one town."""
    digit = town[-1]
    number = {"command": "record-municipal-number", "municipal_no": f"MZ-8000{digit}", "household_no": f"{town}-H80001"}
    answer = await house.post("casework", "/v1/commands/record-municipal-number", number, house.token("officer", town))
    assert answer.status_code == 200, answer.text
    line = ["YJ-1", town, f"{town}-C77", "示例丁", resident_id(f"5102121975010100{digit}"), "", "失业", "2026-03-01"]
    for path, heading, rows in (
        (f"lists?town={town}&as_of=2026-03-01&responsible=bureau:B02", LIST, [["MZ-01", "11", "1", "1", "735.00"]]),
        (f"warnings?responsible=town-leader:{town}-L1", WARNINGS, [line]),
    ):
        headers = {"authorization": f"Bearer {house.token('town-leader', town)}"}
        answer = await house.http["casework"].post(
            f"/v1/municipal/{path}", content=csv_table(heading, rows, "utf-8"), headers=headers
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["errors"] == []


def _cared_for(town: str) -> list[Body]:
    """A change of ability that waits for its assessment, and a death after which something is claimed back."""
    tekun, died = f"{town}-H80002", f"{town}-H80003"
    number = {"household_no": tekun, "report_no": f"{town}-B1", "reported_by": f"committee:{town}-C01"}
    end = {"reason": "death", "died_on": "2025-12-20", "paid_through": "2026-02"}
    return [
        take_over(tekun, category="tekun", care_tier="half_care", placement="home"),
        take_over(died, members=MEMBERS[:1]),
        body_of("casework", "report-ability-change") | number,
        body_of("casework", "terminate-benefit") | {"household_no": died, **end},
    ]


async def listed_in(house: House, town: str) -> None:
    """A benefit list of the town that was drafted and approved, and a standing list; another test may have been first."""
    for name, role, actor in (
        ("draft-benefit-list", "bureau", "bureau:B1"), ("approve-benefit-list", "bureau-leader", "bureau-leader:L1")
    ):  # fmt: skip
        body = body_of("casework", name) | {"town": town}
        answer = await house.post("casework", f"/v1/commands/{name}", body, house.token(role, actor=actor))
        assert answer.status_code == 200 or answer.json()["code"] in ("list-approved", "list-not-drafted"), answer.text
    await ordered(house, "publish-standing-list", town=town, committee=f"{town}-C01")


async def delivered_in(house: House, town: str) -> None:
    """Duty, a month's plan, a batch that contradicts what is known, a rating and a hand-over in one town."""
    home, officer, other = f"{town}-H80001", f"O00{town[-1]}", f"O01{town[-1]}"
    for number in (officer, other):
        await ordered(house, "start-duty", officer=number, town=town)
    await ordered(house, "schedule-month", town=town)
    contradicting = offline_record(10 + int(town[-1]), home, officer=officer, notes="另一份记录") | {"visit_no": "V-1"}
    sent = visit_batch(contradicting, device=f"P-{town}-001", town=town)
    answer = await house.post("casework", "/v1/visit-batches", sent, house.token("window", town))
    assert [one["outcome"] for one in answer.json()["records"]] == ["accepted"], answer.text
    await ordered(house, "rate-visit", household_no=home)
    await ordered(house, "plan-handover", officer=officer, town=town, plan_no=f"HO-{town}")


async def ordered(house: House, name: str, **changes: Any) -> None:
    """A command of the bureau that is accepted, or unchanged where another test was first."""
    answer = await house.command("casework", body_of("casework", name) | changes, "bureau")
    assert answer.status_code == 200, answer.text


async def beside_households(house: House, town: str) -> None:
    """Training, a committee's duty, publicity and a contract of a town, by those who may."""
    staff = f"window:{town}-W9"
    contractor, numbers = f"K0{town[1:]}1", {"contract_no": f"HT-{town}", "order_no": f"GD-{town}"}
    of_town = {
        "course_no": f"{town}-K2", "publicity_no": f"{town}-P2", "question_no": f"{town}-Q2", "duty_no": "Z-2", "town": town,
        "committee": f"{town}-C01", "done_by": f"committee:{town}-C01", "staff": staff, "discovery_nos": [],
        "household_no": f"{town}-H80001", "contractor": contractor, "purchaser": town,
        "attendees": [{"staff": staff, "town": town, "minutes": 60}], **numbers,
    }  # fmt: skip
    names = (
        "enrol-trainee", "enter-key-person", "plan-course", "plan-session", "hold-session", "record-attendance",
        "record-publicity", "publish-policy-answer", "screen-hardship", "register-contractor", "record-procurement",
        "sign-contract", "issue-work-order", "evaluate-contractor",
    )  # fmt: skip
    for name in names:
        body = body_of("casework", name)
        body |= {field: value for field, value in of_town.items() if field in body}
        role = "committee" if name == "screen-hardship" else "bureau"
        token = house.token(role, town if role == "committee" else None, actor=f"{role}:{town}-C01")
        answer = await house.post("casework", f"/v1/commands/{name}", body, token)
        assert answer.status_code == 200, (name, answer.text)
    for name in ("issue-work-order", "cancel-work-order"):  # a second order, that ends
        body = body_of("casework", name)
        body |= {field: value for field, value in of_town.items() if field in body} | {"order_no": f"GD-{town}-2"}
        answer = await house.post("casework", f"/v1/commands/{name}", body, house.token("bureau"))
        assert answer.status_code == 200, (name, answer.text)


async def in_casework(house: House, town: str) -> None:
    """A case of the town that waits for a register and for another town's help, a complaint about it, a refusal after its notice."""
    waiting, refused = request(town), request(town)
    for event in (waiting, refused):
        assert (await house.event(event, town)).status_code == 200
    await house.settle()
    of, of_refused = (
        {
            "household_no": event["data"]["household_no"],
            "application_no": f"{event['data']['request_no']}-dibao_urban",
        }
        for event in (waiting, refused)
    )
    helper = {"T01": "T02", "T02": "T01"}[town]
    leader = f"town-leader:{town}-L1"
    for body, role in (
        (body_of("casework", "request-information-check") | of, "bureau"),
        (body_of("casework", "ask-survey-help") | of | {"helping_town": helper}, "bureau"),
        (body_of("casework", "record-complaint") | {"household_no": of["household_no"]}, "bureau"),
        (body_of("casework", "record-survey") | of_refused, "town-leader"),
        (body_of("casework", "request-information-check") | of_refused, "bureau"),
        (body_of("casework", "record-information-check") | of_refused, "bureau"),
        (body_of("casework", "post-notice") | of_refused | {"opinion_signed_by": leader}, "town-leader"),
        (body_of("casework", "decide-eligibility") | of_refused | {"outcome": "refused", "reason": "示例"}, "bureau"),
    ):
        token = house.token(role, town, actor=leader) if role == "town-leader" else house.token(role)
        answer = await house.post("casework", f"/v1/commands/{body['command']}", body, token)
        assert answer.status_code == 200, answer.text
    # Its notice, whatever became of it, is not up any more.
    committee = refused["data"]["committee"]
    by = f"committee:{committee}-M1"
    down = body_of("casework", "take-notice-down") | {
        "duty_no": f"{town}-TD", "town": town, "committee": committee, "done_by": by,
        "application_no": of_refused["application_no"],
    }  # fmt: skip
    token = house.token("committee", town, actor=by)
    answer = await house.post("casework", "/v1/commands/take-notice-down", down, token)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("service", "model"), QUERIES, ids=lambda one: one)
async def test_a_town_sees_its_own_rows_only(two_towns: House, service: str, model: str) -> None:
    """Every model at every role: administrators, contractors and outsiders nothing, a town its own, the bureau all."""
    house = two_towns
    readers = PARTS[service].api.DOORS.readers
    everything = (await house.get(service, f"/v1/{model}?limit=1000", house.token("operator"))).json()["rows"]
    others = [row["key"] for row in everything if row.get("town") != "T01"]
    if (service, model) == ("intake", "erasures"):
        assert others, "an order is the district's, and no town sees it"
    elif service in ("intake", "casework"):
        assert {"T01", "T02"} <= {row["town"] for row in everything}, "both towns have rows, or nothing is proved"
    for role in sorted(ROLES):
        token = house.token(role)
        answer = await house.get(service, f"/v1/{model}?limit=1000", token)
        if role not in readers:
            assert_problem(answer, 403, "wrong-role")
            for key in others:
                assert_problem(await house.get(service, f"/v1/{model}/{key}", token), 403, "wrong-role")
            continue
        if role not in TOWN_ROLES:
            assert len(answer.json()["rows"]) == len(everything)
            continue
        assert {row["town"] for row in answer.json()["rows"]} <= {"T01"}, role
        assert_problem(await house.get(service, f"/v1/{model}?town=T02", token), 403, "wrong-town")
        for key in others:
            assert_problem(await house.get(service, f"/v1/{model}/{key}", token), 404, "not-found")


@pytest.mark.parametrize("service", ["payroll", "audit"])
def test_pay_and_findings_are_for_no_town(service: str) -> None:
    """Payslips and findings are read by the district's finance, leaders and auditors; no role of a town is among them."""
    assert not PARTS[service].api.DOORS.readers & (TOWN_ROLES | {"contractor", "trainer", "security-administrator"})


async def test_paging_gives_every_row_once(two_towns: House) -> None:
    """Pages of one row each, and of a town, come to the same rows as one large page."""
    house, token = two_towns, two_towns.token("bureau")
    whole = (await house.get("casework", "/v1/households?limit=1000", token)).json()["rows"]
    paged: list[Body] = []
    after = ""
    while True:
        page = (await house.get("casework", f"/v1/households?limit=1&after={after}", token)).json()
        if not page["rows"]:
            break
        paged += page["rows"]
        after = page["after"]
    assert paged == whole
    assert page["after"] is None


@pytest.mark.parametrize("service", sorted(PARTS))
async def test_openapi_is_whole(house: House, service: str) -> None:
    """Every reference resolves, every schema is one, every command has its body and its problems; the grid's bodies fit."""
    made = (await house.http[service].get("/openapi.json")).json()
    assert made["openapi"].startswith("3.1")
    schemas = made["components"]["schemas"]
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            found = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return found + [ref for one in value.values() for ref in references(one)]
        return [ref for one in value for ref in references(one)] if isinstance(value, list) else []

    for reference in references(made):
        assert reference.removeprefix("#/components/schemas/") in schemas, reference
    problem = {"$ref": "#/components/schemas/Problem"}
    for path, operations in made["paths"].items():
        for operation in operations.values():
            assert operation["responses"], path
            if path.startswith("/v1/") and operation["tags"] != ["public"]:
                assert operation["responses"]["401"]["content"]["application/problem+json"]["schema"] == problem
            else:
                assert operation["security"] == []
    for name in BODIES[service]:
        operation = made["paths"][f"/v1/commands/{name}"]["post"]
        assert operation["summary"]
        assert {"Idempotency-Key", "If-Match", "Prefer"} == {parameter["name"] for parameter in operation["parameters"]}
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        jsonschema.validate(body_of(service, name), {**schema, "components": made["components"]})
    for model in (model for name, model in QUERIES if name == service):
        answer = (await house.get(service, f"/v1/{model}?limit=5", house.token("operator"))).json()
        page = made["paths"][f"/v1/{model}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.validate(answer, {**page, "components": made["components"]})
    for path in ("/docs", "/redoc"):
        assert_problem(await house.http[service].get(path), 404, "no-such-address")


@pytest.mark.parametrize("service", sorted(PARTS))
async def test_vitals_are_open_and_honest(house: House, service: str) -> None:
    """Health, readiness and metrics need no credential; a closed door is said in both languages, and readiness returns."""
    client = house.http[service]
    assert (await client.get("/healthz")).json() == {"alive": True, "sample": True, "service": service}
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "reasons": []})
    metrics = await client.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert "jiuzhu_commands_total" in metrics.text
    close = (
        "UPDATE log.door SET open = $1, code = 'heal', reason_zh = '日志缺失，请修复', reason_en = 'run jiuzhu heal'"
    )
    await house.installation.admin.execute(close, False)
    try:
        shut = await client.get("/readyz")
        assert (shut.status_code, shut.json()["ready"]) == (503, False)
        assert "日志缺失" in shut.json()["reasons"][0]
        assert "run jiuzhu heal" in shut.json()["reasons"][0]
        body = body_of(service, "adopt-rule-pack") | {"version": "closed"}
        refused = await house.command(service, body, "bureau-leader")
        assert_problem(refused, 503, "log-heal")
        assert refused.headers["retry-after"]
    finally:
        await house.installation.admin.execute(close, True)
    assert (await client.get("/readyz")).status_code == 200


async def test_a_service_without_its_worker_says_so(house: House) -> None:
    """Readiness names why a worker does not follow."""
    worker = house.runtimes["casework"].worker
    assert worker is not None
    assert worker.trouble() == []
    worker.waiting_for = "KafkaConnectionError: away"
    try:
        answer = await house.http["casework"].get("/readyz")
        assert (answer.status_code, answer.json()["reasons"]) == (503, ["KafkaConnectionError: away"])
    finally:
        worker.waiting_for = ""
