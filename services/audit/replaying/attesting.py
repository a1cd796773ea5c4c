"""Takes in what a service's attestation came to, holds its cursors against the journal, and states it; it folds nothing."""

from typing import Any

import msgspec

from services.audit.domain import AttestProjections
from services.audit.replaying.reading import published_checkpoint
from services.eventlog import metrics
from services.eventlog.api.commands import outcome_body, refused
from services.eventlog.api.runtime import Runtime
from services.eventlog.auth import Identity
from services.eventlog.deciding import Incoming
from services.eventlog.ids import uuid7
from services.eventlog.problems import Problem


async def state_attestation(runtime: Runtime, identity: Identity, said: AttestProjections) -> dict[str, Any]:
    """State an attestation with the checkpoint of now; 422 when a cursor, or a fact that it cites, is not on the log.

    What is stated of rows that differ is evidence, which every bundle has to hold: so none of it is taken unseen.
    """
    cited = {(one.partition, one.sequence, one.hash) for row in said.edited for one in row.facts}
    cited |= {(one.partition, one.sequence, one.hash) for one in said.cursors if one.sequence}
    rows = await runtime.pool.fetch(
        "SELECT j.partition, j.sequence, j.hash FROM log.journal j "
        "JOIN unnest($1::int[], $2::bigint[]) AS u (p, s) ON j.partition = u.p AND j.sequence = u.s",
        [partition for partition, _, _ in cited],
        [sequence for _, sequence, _ in cited],
    )
    hashes = {(row["partition"], row["sequence"]): row["hash"].hex() for row in rows}
    for partition, sequence, digest in sorted(cited):
        if hashes.get((partition, sequence)) != digest:
            raise Problem(
                status=422, code="cursor-not-on-log",
                zh=f"分区 {partition} 第 {sequence} 条不在日志上，或内容不同",
                en=f"record {sequence} of partition {partition} is not on the log, or is another",
            )  # fmt: skip
    checkpoint = published_checkpoint(runtime.settings.transparency)
    incoming = Incoming(
        commandid=uuid7(), command=msgspec.structs.replace(said, checkpoint=checkpoint), actor=identity.actor,
        role=identity.role,
    )  # fmt: skip
    outcome = await runtime.decider.submit(incoming)
    if outcome.status in ("refused", "conflict"):
        raise refused(outcome)
    metrics.PROJECTION_ROWS_EDITED.labels(said.service).set(sum(model.edited_count for model in said.models))
    return outcome_body(outcome)
