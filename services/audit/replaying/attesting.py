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
    """State an attestation with the checkpoint of now; 422 when one of its cursors is not on the log."""
    rows = await runtime.pool.fetch(
        "SELECT j.partition, j.hash FROM log.journal j "
        "JOIN unnest($1::int[], $2::bigint[]) AS u (p, s) ON j.partition = u.p AND j.sequence = u.s",
        [cursor.partition for cursor in said.cursors],
        [cursor.sequence for cursor in said.cursors],
    )
    hashes = {row["partition"]: row["hash"].hex() for row in rows}
    for cursor in said.cursors:
        if cursor.sequence and hashes.get(cursor.partition) != cursor.hash:
            raise Problem(
                status=422, code="cursor-not-on-log",
                zh=f"分区 {cursor.partition} 的游标（第 {cursor.sequence} 条）不在日志上",
                en=f"the cursor of partition {cursor.partition} (record {cursor.sequence}) is not on the log",
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
