"""audit over HTTP: certificates of coverage and the whole-log sweep on demand; findings are read like any model."""

import asyncio
from collections.abc import Sequence
from typing import Final

from fastapi import FastAPI, Request, Response

from services.audit import store
from services.audit.api import bundles, checkpoints, facts, past, recomputations, spot_checks
from services.audit.api.findings import FINDING_ROLES, finding_routes
from services.audit.api.inspectors import INSPECTOR_ROLES, inspector_routes
from services.audit.domain import StateCheckpoint
from services.contracts.adopting import AdoptRulePack
from services.contracts.audit import PartitionCoverage
from services.contracts.deciding import Command
from services.eventlog.api.runtime import Doors, Runtime, json_response, wrong_role

_AUDITORS: Final = frozenset({"auditor", "inspector", "operator"})
_ROLES: Final[dict[type[Command], frozenset[str]]] = {
    AdoptRulePack: frozenset({"bureau-leader"}),
    **FINDING_ROLES,
    **INSPECTOR_ROLES,
    **spot_checks.ROLES,
}
DOORS: Final = Doors(roles=_ROLES, readers=_AUDITORS | {"bureau", "bureau-leader"}, past=past.past_rows)


def routes(app: FastAPI, runtime: Runtime) -> None:
    """Put audit's own routes beside those of its models."""
    inspector_routes(app, runtime)
    finding_routes(app, runtime)
    spot_checks.routes(app, runtime, DOORS.readers)
    # What remembers a whole log takes a gigabyte for a year: whoever asks next waits.
    whole_log = asyncio.Semaphore(1)

    async def certify(request: Request) -> Response:
        """Run every automatic test over the whole log, open what objects; then read it whole and sign what was found."""
        identity = runtime.identify(request)
        if identity.role not in _AUDITORS:
            raise wrong_role(identity.role)
        async with whole_log:
            opened = await store.sweep_log(runtime, identity)
            issued = await store.certify(runtime, identity, _covering(runtime))
        return json_response({**issued, "findings_opened": opened})

    async def keys(_: Request) -> Response:
        public = store.public_key(runtime.keyring)
        return json_response({"key_id": store.key_id(public), "algorithm": "Ed25519", "public_key": public.hex()})

    checkpoints.routes(app, runtime, _AUDITORS, DOORS.readers)
    bundles.routes(app, runtime)
    app.add_api_route("/v1/certificates", certify, methods=["POST"], tags=["certificates"])
    app.add_api_route("/v1/keys", keys, methods=["GET"], tags=["certificates"])
    recomputations.routes(app, runtime, whole_log)
    past.routes(app, runtime)
    facts.routes(app, runtime)


def _covering(runtime: Runtime) -> store.Covering:
    """Waits for the root checkpoint that covers a reading, where this installation publishes one."""
    published = checkpoints.publication(runtime.settings)

    async def none(_: str, __: Sequence[PartitionCoverage], ___: int) -> StateCheckpoint | None:
        return None

    return none if published is None else published.covering
