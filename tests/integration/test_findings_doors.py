"""Proves at the doors: a finding's facts open with their proof, each sees what is theirs, and an inspector reads by a grant alone."""

import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from deploy.embedded.fixture import EmbeddedCluster
from services.contracts.codec import decode
from services.eventlog.auth import Identity
from services.portal.asking import InspectorTokens, Services, ServiceSaid
from tests.integration.bodies import HASH, body_of
from tests.integration.doors import Body, House, assert_problem, open_house

CHIEF = "town-leader:T01-L1"


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with open_house(cluster, tmp_path_factory.mktemp("findings") / "keyring") as opened_house:
        yield opened_house


async def said(house: House, actor: str, name: str, town: str | None = None, **fields: Any) -> Body:
    """A command by a person, accepted; its answer."""
    token = house.token(actor.partition(":")[0], town, actor=actor)
    body = {**body_of("audit", name), **fields}
    answer = await house.post("audit", f"/v1/commands/{name}", body, token)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def cited(house: House) -> Body:
    """A record of the journal, as a person cites it."""
    await house.settle()
    row = await house.installation.admin.fetchrow(
        "SELECT partition, sequence, value FROM log.journal WHERE subject LIKE 'rules:%' LIMIT 1"
    )
    return {"event_id": decode(row["value"]).id, "partition": row["partition"], "sequence": row["sequence"]}


async def raised(house: House, number: str) -> Body:
    """A finding on a record of the journal, assigned to the town's leader."""
    record = await cited(house)
    of = {"finding_no": number, "records": [record], "evidence_files": []}
    await said(house, "auditor:A1", "raise-finding", **of)
    assigned = await said(
        house, "auditor:A1", "assign-finding", finding_no=number, responsible=CHIEF
    )  # fmt: skip
    return {"record": record, "after": assigned["commandid"]}


async def test_a_finding_opens_its_facts_and_is_put_right_by_those_it_is_assigned_to(house: House) -> None:
    """Worklist, evidence as stored and masked, answer, verification, closing, history and papers, by role."""
    made = await raised(house, "R-10")
    wrong = body_of("audit", "raise-finding") | {
        "finding_no": "R-11", "records": [made["record"] | {"event_id": "another"}],
    }  # fmt: skip
    assert_problem(await house.command("audit", wrong, "auditor"), 409, "evidence-differs")
    chief = house.token("town-leader", "T01", actor=CHIEF)
    after = {"jiuzhu_after": made["after"]}
    mine = (await house.get("audit", "/v1/rectifications", chief, **after)).json()["rows"]
    assert [(row["finding"]["finding_no"], row["days_left"], row["overdue"]) for row in mine] == [("R-10", 10, False)]
    others = house.token("town-leader", "T02", actor="town-leader:T02-L1")
    assert (await house.get("audit", "/v1/rectifications", others)).json()["rows"] == []
    assert_problem(await house.get("audit", "/v1/findings/R-10/evidence", others), 404, "not-found")
    assert_problem(await house.get("audit", "/v1/findings/R-10", chief), 403, "wrong-role")
    shown = (await house.get("audit", "/v1/findings/R-10/evidence", chief)).json()
    (one,) = shown["evidence"]
    assert (one["as_stated"], one["event_id"], one["proof"]) == (True, made["record"]["event_id"], None)
    assert decode(base64.b64decode(one["stored"])).id == one["event_id"]
    assert ["id", one["event_id"]] in one["readable"]
    clocks = (await house.get("audit", "/v1/open-clocks", house.token("auditor"))).json()["rows"]
    assert ("T01/R-10/rectify", 10) in [(row["key"], row["days_left"]) for row in clocks]

    await said(house, CHIEF, "answer-finding", "T01", finding_no="R-10", evidence_files=[HASH])
    await said(house, "auditor:A2", "verify-rectification", finding_no="R-10")
    closed = await said(house, "auditor:A2", "close-finding", finding_no="R-10")
    after = {"jiuzhu_after": closed["commandid"]}
    steps = (await house.get("audit", "/v1/findings/R-10/history", house.token("bureau"), **after)).json()["rows"]
    assert [row["step"] for row in steps] == [
        "finding_opened", "finding_assigned", "finding_answered", "rectification_verified", "finding_closed",
    ]  # fmt: skip
    for paper, word in (
        ("evidence-sheet", "见证人"),
        ("rectification-notice", "责任人"),
        ("closing-sheet", "销号审批"),
    ):
        page = await house.get("audit", f"/v1/print/findings/R-10/{paper}", house.token("auditor"))
        assert page.status_code == 200
        assert word in page.text
        assert "示例数据" in page.text
    assert_problem(await house.get("audit", "/v1/print/findings/R-10/diploma", chief), 404, "not-found")
    (town,) = (await house.get("audit", "/v1/rectification-ageing?town=T01", house.token("bureau"))).json()["rows"]
    assert (town["town"], town["by_status"]) == ("T01", {"closed": 1})


async def test_an_inspector_reads_by_a_grant_alone_and_what_is_opened_is_on_the_log(house: House) -> None:
    """No grant, another's, outside of it, revoked: refused at once. Each opening of a finding is a fact before it is shown."""
    await raised(house, "R-20")
    tokens = house.runtimes["audit"].tokens

    def token(**changes: Any) -> str:
        identity = Identity(actor="inspector:JW02", role="inspector", town=None, grant="JC-20")
        return tokens.issue(replace(identity, **changes), valid_for=timedelta(hours=1))

    evidence = "/v1/findings/R-20/evidence"
    assert_problem(await house.get("audit", evidence, token()), 403, "grant-not-in-force")
    await said(
        house, "bureau-leader:L1", "grant-inspector-access", inspection_no="JC-20", inspector="inspector:JW02",
        scope="tests", tests=["person"],
    )  # fmt: skip
    assert_problem(await house.get("audit", evidence, token(actor="inspector:JW03")), 403, "grant-not-in-force")
    issued = await house.post("audit", "/v1/inspector-tokens", {"inspection_no": "JC-20"}, house.token("bureau-leader"))
    assert issued.status_code == 201, issued.text
    good = issued.json()["token"]
    assert (await house.get("audit", evidence, good)).status_code == 200
    assert (await house.get("audit", "/v1/rectifications?limit=5", good)).status_code == 200
    for path in ("/v1/findings", "/v1/findings/R-20", "/v1/fact-counts", "/v1/open-clocks"):
        assert_problem(await house.get("audit", path, good), 403, "outside-grant")
    assert_problem(await house.get("casework", "/v1/households", good), 403, "wrong-role")
    assert await house.facts("inspection:JC-20") == 3, "granted, a session, one reading"
    await said(house, "bureau-leader:L1", "revoke-inspector-access", inspection_no="JC-20")
    assert_problem(await house.get("audit", evidence, good), 403, "grant-not-in-force")
    assert_problem(
        await house.post("audit", "/v1/inspector-tokens", {"inspection_no": "JC-20"}, house.token("bureau-leader")),
        409,
        "grant-ended",
    )
    assert await house.facts("inspection:JC-20") == 4, "a refused reading is none"


async def test_a_sign_in_alone_opens_nothing_to_an_inspector_but_a_session_of_their_own_grant(house: House) -> None:
    """As portal does it: a token without a grant asks for one by the grant in force, and reads nothing."""
    audit = house.runtimes["audit"]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(house.apps["audit"]), base_url="http://audit") as http:

        def services(actor: str, inspectors: InspectorTokens) -> Services:
            identity = Identity(actor=actor, role="inspector", town=None)
            return Services(
                http=http, urls={"audit": "http://audit"}, tokens=audit.tokens, identity=identity, inspectors=inspectors
            )  # fmt: skip

        kept = InspectorTokens()
        with pytest.raises(ServiceSaid, match="grant-not-in-force"):
            await services("inspector:JW09", kept).rows("audit", "/v1/findings")
        granted = await said(
            house, "bureau-leader:L1", "grant-inspector-access", inspection_no="JC-50", inspector="inspector:JW09"
        )
        bare = audit.tokens.issue(
            Identity(actor="inspector:JW09", role="inspector", town=None, service="audit"), valid_for=timedelta(hours=1)
        )
        for path in ("/v1/findings", "/v1/rectifications", "/v1/open-clocks"):
            assert_problem(await house.get("audit", path, bare), 403, "grant-not-in-force")
        other = {"inspection_no": "JC-HOUSE"}
        assert_problem(await house.post("audit", "/v1/inspector-tokens", other, bare), 403, "grant-not-in-force")
        await house.get("audit", "/v1/inspections", house.token("auditor"), jiuzhu_after=granted["commandid"])
        mine = services("inspector:JW09", kept)
        for _ in range(3):
            assert await mine.rows("audit", "/v1/findings", limit=5) is not None
        assert await house.facts("inspection:JC-50") == 2, "one session for all that is read in it"
        await said(house, "bureau-leader:L1", "revoke-inspector-access", inspection_no="JC-50")
        for _ in range(2):
            with pytest.raises(ServiceSaid, match=r"grant-(not-in-force|ended)"):
                await mine.rows("audit", "/v1/findings")


async def test_an_inspector_of_towns_sees_that_town_in_every_service(house: House) -> None:
    await said(
        house, "bureau-leader:L1", "grant-inspector-access", inspection_no="JC-30", inspector="inspector:JW04",
        scope="towns", towns=["T01", "T02"],
    )  # fmt: skip
    body = {"inspection_no": "JC-30", "town": "T02"}
    issued = await house.post("audit", "/v1/inspector-tokens", body, house.token("security-administrator"))
    good = issued.json()["token"]
    assert_problem(await house.get("audit", "/v1/findings?town=T01", good), 403, "wrong-town")
    assert (await house.get("audit", "/v1/findings", good)).json()["rows"] == []
    for path in ("/v1/certificates", "/v1/recomputations"):
        assert_problem(await house.post("audit", path, {}, good), 403, "outside-grant")
    for path in ("/v1/timelines/household:T01-H00001", "/v1/findings/difference?to_as_at=2026-03-01"):
        assert_problem(await house.get("audit", path, good), 403, "outside-grant")
    assert_problem(await house.get("casework", "/v1/households?town=T01", good), 403, "wrong-town")
    assert (await house.get("casework", "/v1/households", good)).status_code == 200


async def test_a_suppression_reaches_its_finding_and_its_end_gives_it_back(house: House) -> None:
    """By reactions and the timer, as they run in the product."""
    await raised(house, "R-40")
    of = {"suppression_no": "YZ-40", "finding_no": "R-40", "until": "2026-03-03"}
    await said(house, "auditor:A1", "propose-suppression", **of)
    town = house.token("bureau-leader", actor="bureau-leader:L1")
    assert (
        await house.post("audit", "/v1/commands/approve-suppression", {"suppression_no": "YZ-40"}, town)
    ).status_code == 200

    async def status(wanted: str) -> bool:
        row = (await house.get("audit", "/v1/findings/R-40", house.token("auditor"))).json()
        return bool(row["status"] == wanted)

    await house.until(lambda: status("suppressed"))
    async with house.clock_ahead(minutes=3 * 24 * 60):
        await house.until(lambda: status("assigned"))
