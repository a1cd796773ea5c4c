"""Doors of recomputation: everything reckoned again on demand; what an attestation of a service came to is taken in."""

import asyncio
from typing import Final

from fastapi import FastAPI, Request, Response

from services.audit.domain import AttestProjections
from services.audit.replaying.attesting import state_attestation
from services.audit.replaying.recomputing import recompute_log
from services.contracts.codec import decoder_of
from services.eventlog.api.runtime import Runtime, json_response, wrong_role
from services.eventlog.problems import decoded

_AUDITORS: Final = frozenset({"auditor", "inspector", "operator"})
# What is stated about the installation itself comes from whoever runs or audits it, not from a guest.
_ATTESTERS: Final = _AUDITORS - {"inspector"}
_attestations: Final = decoder_of(AttestProjections)


def routes(app: FastAPI, runtime: Runtime, whole_log: asyncio.Semaphore) -> None:
    """Put them beside the doors of the models; `whole_log` lets one at a time read all of it into memory."""

    async def recompute(request: Request) -> Response:
        """Reckon amounts, deadlines, payslips and balances again from the raw facts; state that, and open what differs."""
        identity = runtime.identify(request)
        if identity.role not in _AUDITORS:
            raise wrong_role(identity.role)
        async with whole_log:
            return json_response(await recompute_log(runtime, identity))

    async def attested(request: Request) -> Response:
        """State what `jiuzhu attest` found of one service: every model's digest, and each row that differs with its facts."""
        identity = runtime.identify(request)
        if identity.role not in _ATTESTERS:
            raise wrong_role(identity.role)
        return json_response(await state_attestation(runtime, identity, decoded(_attestations, await request.body())))

    app.add_api_route("/v1/recomputations", recompute, methods=["POST"], tags=["recomputation"])
    app.add_api_route("/v1/attestations", attested, methods=["POST"], tags=["recomputation"])
