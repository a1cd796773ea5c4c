"""A spot check from plan to findings through audit's doors, on the real log, its seed from a published root checkpoint."""

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from deploy.embedded.fixture import EmbeddedCluster
from deploy.spot_check_feeding import play_spot_check
from services.audit.publishing.files import tile_reader
from services.audit.publishing.roots import covered, published_root
from services.audit.store import checkpoint_signer, verify_signature
from services.audit.transparency.merkle import consistency_proof, proves_consistency
from services.audit.transparency.note import checkpoint_of, note_of, verified_by
from services.contracts.codec import derived_id
from services.contracts.months import Month
from tests.integration.bodies import take_over_officer
from tests.integration.doors import Body, House, assert_problem, open_house
from tests.unit.test_audit_sampling import second_draw

NO = "CC-2026-001"
OFFICERS = 24
SHA = "ab" * 32
CHECKERS = ["auditor:A2", "auditor:A3"]


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("spot_checks")
    async with open_house(cluster, folder / "keyring", towns=(), transparency=folder / "transparency") as opened_house:
        yield opened_house


async def says(house: House, command: str, *, actor: str = "auditor:A1", **body: Any) -> Body:
    """A command of an auditor, on the log when it answers; what it answers."""
    token = house.token(actor.partition(":")[0], actor=actor)
    said = {"command": command, "spot_check_no": NO, **body}
    answer = await house.post("audit", f"/v1/commands/{command}", said, token, prefer="confirm=log")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def refused(house: House, code: str, command: str, *, actor: str = "auditor:A1", **body: Any) -> None:
    token = house.token(actor.partition(":")[0], actor=actor)
    said = {"command": command, "spot_check_no": NO, **body}
    assert_problem(await house.post("audit", f"/v1/commands/{command}", said, token), 409, code)


async def take_over(house: House, first: int, count: int) -> None:
    for n in range(first, first + count):
        body = take_over_officer(
            officer=f"O{n:03}", post_no=f"P{n:03}", town=f"T{1 + n % 3:02}", resident_id=resident_id(n),
            bank_account=f"62170001000000{n:05}", phone=f"199{n:08}",
        )  # fmt: skip
        answer = await house.command("payroll", body, "bureau", idempotency_key=str(derived_id(f"{n}", "officer")))
        assert answer.status_code == 200, answer.text


def resident_id(n: int) -> str:
    """A made-up number of the valid form, another for each."""
    digits = f"5102121990010{1 + n % 9}{n:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11]


async def facts_of(house: House) -> dict[str, Body]:
    """The last fact of each type about the spot check, as the journal has it."""
    await house.settle()
    query = "SELECT value FROM log.journal WHERE subject = $1 ORDER BY sequence"
    rows = await house.installation.admin.fetch(query, f"spot_check:{NO}")
    records = [json.loads(row["value"]) for row in rows]
    return {record["type"].split(".")[2]: record for record in records}


async def test_a_spot_check_from_plan_to_findings(house: House) -> None:
    await take_over(house, 1, OFFICERS)
    await house.settle()
    folder = house.runtimes["audit"].settings.transparency
    assert folder is not None
    auditor = house.token("auditor")

    async def all_published() -> bool:
        if not (folder / "root" / "checkpoint").exists():
            return False
        return sum(covered(folder, published_root(folder).size).values()) >= await house.facts()

    await house.until(all_published)
    asked: Body = {
        "kind": "officers", "on": "2026-03-02", "purpose": "季度抽查", "design": "proportional", "tolerable_permille": 250,
        "rounds_max": 2, "extension_count": 6, "forced": [{"item": "O005", "reason": "来信反映"}],
    }  # fmt: skip
    await says(house, "plan-spot-check", **asked)
    # Somebody who comes after the checkpoint is not in it, whenever it is read.
    await take_over(house, 90, 1)
    await house.settle()
    row = (await house.get("audit", f"/v1/spot-checks/{NO}", auditor)).json()
    plan = row["plan"]
    assert (row["status"], plan["population_count"], len(plan["strata"])) == ("planned", OFFICERS, 3)
    await refused(house, "plan-differs", "commit-spot-check", plan_sha256=SHA)
    committed = await says(house, "commit-spot-check", plan_sha256=row["plan_sha256"])
    await refused(house, "plan-committed", "plan-spot-check", **asked)

    async def drawn() -> bool:
        said = {"command": "draw-spot-check", "spot_check_no": NO}
        key = str(derived_id(NO, "draw"))
        answer = await house.post("audit", "/v1/commands/draw-spot-check", said, auditor, idempotency_key=key)
        if answer.status_code == 409:
            assert_problem(answer, 409, "checkpoint-not-yet")
            return False
        assert answer.status_code == 200, answer.text
        return True

    await house.until(drawn)
    facts = await facts_of(house)
    draw = facts["spot_check_drawn"]["data"]
    # The list as published, hashed by hand, drawn again by other code.
    lines = (await house.get("audit", f"/v1/spot-checks/{NO}/population", auditor)).content
    assert hashlib.sha256(lines).hexdigest() == plan["population_sha256"]
    assert b"O090" not in lines
    size = {one["town"]: one["sample_count"] for one in plan["strata"]}
    again = second_draw(row["plan_sha256"], draw["root_checkpoint"], "", lines, "proportional", size, {"O005"})
    assert again == (draw["seed"], [one["item"] for one in draw["items"]])
    # The seed's tree is later than the commitment, and a signed one goes on from it.
    assert draw["commitment"]["event_id"] == committed["facts"][0]["id"]
    assert checkpoint_of(draw["partition_checkpoint"]).size >= draw["commitment"]["sequence"]
    seed_tree, signed = checkpoint_of(draw["root_checkpoint"]), note_of((folder / "root" / "checkpoint").read_bytes())
    assert plan["checkpoint"]["size"] < seed_tree.size
    later = checkpoint_of(signed.text)
    proof = consistency_proof(tile_reader(folder / "root"), seed_tree.size, later.size)
    assert proves_consistency(proof, seed_tree.size, later.size, seed_tree.root, later.root)
    signer = checkpoint_signer(house.runtimes["audit"].keyring)
    assert verified_by(signed, [signer.key(later.origin)], verify_signature)

    sheets = [one["item"] for one in draw["items"]]
    await refused(house, "item-not-drawn", "assign-field-sheets", items=["O090"], checkers=CHECKERS)
    await says(house, "assign-field-sheets", items=sheets, checkers=CHECKERS)
    await house.settle()
    page = await house.get("audit", f"/v1/spot-checks/{NO}/sheets", auditor)
    assert page.text.count('class="sheet"') == len(sheets)
    assert "来信反映" in page.text
    result = {"checked_on": "2026-03-02", "form_sha256": SHA}
    await refused(house, "item-not-drawn", "record-spot-check-result", actor=CHECKERS[0], item="O090", **result)
    await says(house, "record-spot-check-result", actor=CHECKERS[0], item="O005", deviating=["use"], **result)
    await refused(house, "sheets-open", "conclude-spot-check")
    free = [item for item in sheets if item != "O005"]
    for n, item in enumerate(free):
        deviating = ["work"] if n == 0 else []
        await says(house, "record-spot-check-result", actor=CHECKERS[n % 2], item=item, deviating=deviating, **result)
    await house.settle()
    await refused(house, "extension-due", "conclude-spot-check")
    await says(house, "extend-spot-check")
    more = (await facts_of(house))["spot_check_extended"]["data"]
    bigger = {one["town"]: one["sample_count"] for one in more["sizes"]}
    _, chosen = second_draw(row["plan_sha256"], draw["root_checkpoint"], "", lines, "proportional", bigger, {"O005"})
    assert set(chosen) == {*sheets, *(one["item"] for one in more["items"])}
    added = [one["item"] for one in more["items"]]
    await says(house, "assign-field-sheets", items=added, checkers=CHECKERS)
    for item in added:
        await says(house, "record-spot-check-result", actor=CHECKERS[0], item=item, **result)
    await says(house, "conclude-spot-check")
    end = (await facts_of(house))["spot_check_concluded"]["data"]
    found = {one["code"]: one["found_count"] for one in end["attributes"]}
    assert (found, end["forced_count"], end["rounds"]) == ({"staffing": 0, "use": 1, "work": 1}, 1, 2)
    await house.settle()
    assert (await house.post("audit", "/v1/certificates", {}, auditor)).status_code == 200, (
        "the automatic tests run first"
    )
    await house.settle()
    findings = (await house.get("audit", "/v1/findings?limit=1000", auditor)).json()["rows"]
    about = {one["about"] for one in findings if one["test"] == "spot_check_deviation"}
    assert about == {"officer:O005", f"officer:{free[0]}"}


@dataclass
class Doors:
    """The house as whoever plays the sample month has it."""

    house: House

    def token(self, actor: str, role: str, town: str | None = None) -> str:
        return self.house.token(role, town, actor=actor)

    async def post(self, service: str, path: str, content: bytes, credential: str, **headers: str) -> httpx.Response:
        return await self.house.post(service, path, content, credential, **headers)

    async def get(self, service: str, path: str, credential: str) -> httpx.Response:
        return await self.house.get(service, path, credential)

    async def settle(self) -> None:
        await self.house.settle()


async def test_the_sample_months_spot_check_plays_to_its_end_and_once(house: House) -> None:
    """As `jiuzhu feed` plays it, on the month's last day; played again it says nothing more."""
    async with house.clock_ahead(minutes=29 * 24 * 60 + 240):
        assert await play_spot_check(Doors(house), Month(2026, 3), 1) == ""
        await house.settle()
        row = (await house.get("audit", "/v1/spot-checks/CC-2026-03", house.token("auditor"))).json()
        assert row["status"] in ("within", "exceeded")
        assert row["filled_count"] == row["sheet_count"] == row["plan"]["population_count"] >= 1
        facts = await house.facts("spot_check:CC-2026-03")
        assert await play_spot_check(Doors(house), Month(2026, 3), 1) == ""
        assert await house.facts("spot_check:CC-2026-03") == facts
