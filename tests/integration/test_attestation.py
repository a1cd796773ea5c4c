"""Proves on real PostgreSQL and Kafka that a quietly edited row is found with its facts, that all is reckoned again, and the past told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec
import pytest

from deploy.auditing import stated
from deploy.embedded.fixture import EmbeddedCluster
from services.casework.service import SERVICE as CASEWORK
from services.contracts.codec import encoder
from services.eventlog.attesting import STREAMS, Attested, attest
from services.eventlog.postgres import connect
from services.eventlog.tables import digests
from tests.conftest import Installation
from tests.integration.bodies import body_of, take_over
from tests.integration.doors import Body, House, assert_problem, open_house
from tests.integration.ledger import ledger
from tests.integration.test_life_of_a_fact import incoming
from tests.integration.test_rebuild import settled

EDITS = (
    "UPDATE audit.m_tally SET doc = jsonb_set(doc, '{opened}', '999') WHERE key = 's3'",
    "DELETE FROM audit.m_tally WHERE key = 's4'",
    "INSERT INTO audit.m_tally SELECT 'nobody', partition, doc FROM audit.m_tally WHERE key = 's5'",
    "UPDATE audit.streams SET state = '{\"numbers\": [1]}' WHERE subject = 'finding:s6'",
    "UPDATE audit.streams SET version = 1 WHERE subject = 'finding:s7'",
)


def told(done: Attested) -> dict[tuple[str, str], tuple[str, tuple[str, ...], int]]:
    return {(row.model, row.key): (row.what, row.fields, row.fact_count) for row in done.edited}


async def test_an_edited_row_is_found_and_named_with_its_facts(installation: Installation) -> None:
    """What the log makes of a row is compared with what PostgreSQL holds; nothing that is right is objected to."""
    settings = installation.settings("audit")
    async with installation.log_writer(), installation.running(ledger) as (runtime,):
        await runtime.decider.execute([incoming(f"s{n % 10}", n) for n in range(60)])
        await settled(runtime)
        untouched = await attest(ledger, settings)
        assert untouched.equal
        assert untouched.edited == ()
        assert {model.model: model.edited_count for model in untouched.models} == {"tally": 0, STREAMS: 0}
        assert untouched.records == 60
        connection = await connect(settings.postgres_url, application="tests")
        before = await digests(connection, ledger)
        for statement in EDITS:
            await installation.admin.execute(statement)
        done = await attest(ledger, settings)
        assert not done.equal
        assert told(done) == {
            ("tally", "s3"): ("altered", ("opened",), 6),
            ("tally", "s4"): ("missing", (), 6),
            ("tally", "nobody"): ("added", (), 0),
            (STREAMS, "finding:s6"): ("altered", ("numbers",), 6),
            (STREAMS, "finding:s7"): ("altered", ("version",), 6),
        }
        assert [model.digest for model in done.models] == [model.digest for model in untouched.models]
        assert all(model.stored_digest != model.digest for model in done.models)
        await _facts_are_on_the_log(installation, done)
        assert (await digests(connection, ledger)) != before
        await connection.close()


async def _facts_are_on_the_log(installation: Installation, done: Attested) -> None:
    """Each record that is named stands in the journal with that hash, and is about the row."""
    for row in done.edited:
        assert row.facts, row
        for place in row.facts:
            value, digest = await installation.admin.fetchrow(
                "SELECT value, hash FROM log.journal WHERE partition = $1 AND sequence = $2",
                place.partition, place.sequence,
            )  # fmt: skip
            assert digest.hex() == place.hash
            envelope = msgspec.json.decode(value)
            assert envelope["id"] == place.event_id
            assert row.what == "added" or row.key.removeprefix("finding:") == envelope["data"]["about"]


# ── the doors of a whole product ────────────────────────────────────────────────────────────────────────────────────

HOME = "T01-H71001"
SUBJECT = quote(f"household:{HOME}")


@pytest.fixture(scope="module")
async def house(cluster: EmbeddedCluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A household that was taken over, looked at again, and adjusted by its sealed income and groups."""
    async with open_house(cluster, tmp_path_factory.mktemp("attestation") / "keyring") as opened:
        for body, role in (
            (take_over(HOME), "bureau"),
            (body_of("casework", "reverify-household") | {"household_no": HOME, "outcome": "changed"}, "officer"),
            (body_of("casework", "adjust-benefit") | {"household_no": HOME}, "bureau"),
        ):
            answer = await opened.command("casework", body, role)
            assert answer.status_code == 200, answer.text
        await opened.settle()
        yield opened


async def recomputed(house: House) -> Body:
    answer = await house.post("audit", "/v1/recomputations", {}, house.token("auditor"))
    assert answer.status_code == 200, answer.text
    body: Body = answer.json()
    return body


def area(report: Body, name: str) -> Body:
    found: Body = next(one for one in report["areas"] if one["of"] == name)
    return found


async def test_everything_is_reckoned_again_and_an_erased_key_is_said(house: House) -> None:
    """The sealed income is opened for the sum and counted; once the key is gone, nobody can tell, and nothing differs."""
    report = await recomputed(house)
    amounts = area(report, "amounts")
    assert (amounts["equal_count"], amounts["different_count"], amounts["cannot_tell"]) == (1, 0, [])
    assert area(report, "deadlines")["equal_count"] >= 1
    assert report["opened_count"] >= 2
    assert report["findings_opened"] == 0
    query = "SELECT convert_from(value, 'UTF8')::jsonb #>> '{data,members,0,person}' FROM log.journal WHERE subject = $1 LIMIT 1"
    person = await house.installation.admin.fetchval(query, f"household:{HOME}")
    assert house.runtimes["intake"].keyring.erase(person) > 0
    after = area(await recomputed(house), "amounts")
    assert (after["equal_count"], after["different_count"], after["erased_count"]) == (0, 0, 1)
    await house.settle()
    kept = (await house.get("audit", "/v1/recomputations/amounts", house.token("auditor"))).json()
    assert (kept["erased_count"], kept["different_count"]) == (1, 0)
    refused = await house.post("audit", "/v1/recomputations", {}, house.token("window"))
    assert_problem(refused, 403, "wrong-role")


async def test_an_edited_row_of_a_service_becomes_a_finding_and_the_past_is_told(house: House) -> None:
    """Attested, stated by audit, opened as a finding; what was known before is still answered, with the facts between."""
    auditor = house.token("auditor")
    before = datetime.now(UTC).isoformat()
    edit = "UPDATE casework.m_households SET doc = jsonb_set(doc, '{monthly_amount_fen}', '99900') WHERE key = $1"
    await house.installation.admin.execute(edit, HOME)
    done = await attest(CASEWORK, house.runtimes["casework"].settings)
    assert [(row.model, row.key, row.fields) for row in done.edited] == [("households", HOME, ("monthly_amount_fen",))]
    body = msgspec.json.decode(encoder.encode(stated(done)))
    body.pop("command")
    answer = await house.post("audit", "/v1/attestations", body, auditor)
    assert answer.status_code == 200, answer.text
    await house.settle()
    attested = (await house.get("audit", "/v1/attestations/casework", auditor)).json()
    assert (attested["equal"], attested["edited"]) == (False, [f"households/{HOME}"])
    assert (await house.post("audit", "/v1/certificates", {}, auditor)).status_code == 200, (
        "the automatic tests run first"
    )
    await house.settle()
    (finding,) = (await house.get("audit", "/v1/findings", auditor)).json()["rows"]
    assert (finding["test"], finding["about"]) == ("projection_edited", "attestation:casework")
    assert HOME in finding["summary_zh"]
    forged = body | {"cursors": [one | {"hash": "00" * 32} for one in body["cursors"]]}
    assert_problem(await house.post("audit", "/v1/attestations", forged, auditor), 422, "cursor-not-on-log")
    cited = msgspec.json.decode(encoder.encode(stated(done)))["edited"]
    cited[0]["facts"] = [one | {"sequence": 10**9} for one in cited[0]["facts"]]
    assert_problem(
        await house.post("audit", "/v1/attestations", body | {"edited": cited}, auditor), 422, "cursor-not-on-log"
    )
    assert_problem(await house.post("audit", "/v1/attestations", body, house.token("inspector")), 403, "wrong-role")
    await _past(house, auditor, before)


async def _past(house: House, auditor: str, before: str) -> None:
    known = quote(before)
    then = (await house.get("audit", f"/v1/findings?known_on={known}", auditor)).json()
    assert then == {"rows": [], "after": None}
    now = (await house.get("audit", "/v1/findings", auditor)).json()["rows"]
    assert (await house.get("audit", "/v1/findings?as_at=2026-03-02", auditor)).json()["rows"] == now
    assert (await house.get("audit", "/v1/findings?as_at=2026-03-01", auditor)).json()["rows"] == []
    apart = (await house.get("audit", f"/v1/findings/difference?from_known_on={known}", auditor)).json()
    assert [(one["key"], one["before"], one["after"]) for one in apart["rows"]] == [(now[0]["key"], None, now[0])]
    assert [(one["side"], one["type"]) for one in apart["facts"]] == [("came", "assist.audit.finding_opened.v1")]
    timeline = await house.get("audit", f"/v1/timelines/{SUBJECT}", auditor)
    facts = timeline.json()["facts"]
    assert [one["type"].split(".")[2] for one in facts][:1] == ["household_taken_over"]
    assert "benefit_adjusted" in {one["type"].split(".")[2] for one in facts}
    assert '"box"' not in timeline.text
    none = await house.get("audit", f"/v1/timelines/{SUBJECT}?as_at=2026-03-01", auditor)
    assert none.json()["facts"] == []
    assert_problem(await house.get("audit", "/v1/findings?known_on=17", auditor), 422, "parameter-invalid")
