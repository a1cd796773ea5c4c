"""Proves on real PostgreSQL and Kafka that a quietly edited row is found by folding the log anew, with the facts it is made of."""

import msgspec

from services.eventlog.attesting import STREAMS, Attested, attest
from services.eventlog.postgres import connect
from services.eventlog.tables import digests
from tests.conftest import Installation
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
