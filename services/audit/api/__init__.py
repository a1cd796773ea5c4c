"""audit over HTTP: certificates of coverage and the whole-log sweep on demand; findings are read like any model."""

from typing import Final

from fastapi import FastAPI, Request, Response

from services.audit import store
from services.audit.api import bundles
from services.audit.publishing import serving
from services.contracts.adopting import AdoptRulePack
from services.contracts.deciding import Command
from services.eventlog.api import Doors, Runtime, json_response, wrong_role
from services.eventlog.problems import Problem

_AUDITORS: Final = frozenset({"auditor", "inspector", "operator"})
_ROLES: Final[dict[type[Command], frozenset[str]]] = {AdoptRulePack: frozenset({"bureau-leader"})}
_NOT_FOUND: Final = Problem(
    status=404,
    code="not-found",
    zh="透明日志中没有这个文件或记录（或尚未发布）",
    en="the transparency log has no such file or record, or has not published it yet",
)
DOORS: Final = Doors(roles=_ROLES, readers=_AUDITORS | {"bureau", "bureau-leader"})


def routes(app: FastAPI, runtime: Runtime) -> None:
    """Put audit's own routes beside those of its models."""

    async def certify(request: Request) -> Response:
        """Run every automatic test over the whole log, open what objects; then read it whole and sign what was found."""
        identity = runtime.identify(request)
        if identity.role not in _AUDITORS:
            raise wrong_role(identity.role)
        opened = await store.sweep_log(runtime, identity)
        issued = await store.certify(runtime, identity)
        return json_response({**issued, "findings_opened": opened})

    async def keys(_: Request) -> Response:
        public = store.public_key(runtime.keyring)
        return json_response({"key_id": store.key_id(public), "algorithm": "Ed25519", "public_key": public.hex()})

    async def log_file(log: str, path: str) -> Response:
        """A checkpoint, tile or bundle (C2SP tlog-tiles); hashes only, so that anybody may read them."""
        folder = runtime.settings.transparency
        found = None if folder is None else serving.public_file(folder, log, path)
        if found is None:
            raise _NOT_FOUND
        data, media_type = found
        # A full tile never changes; a checkpoint does every second.
        kept = "public, max-age=31536000, immutable" if path != "checkpoint" and ".p/" not in path else "no-cache"
        return Response(data, media_type=media_type, headers={"cache-control": kept})

    async def proof(request: Request, partition: int, sequence: int) -> Response:
        """All that proves one record offline, by its place on the log."""
        folder, identity = runtime.settings.transparency, runtime.identify(request)
        if identity.role not in DOORS.readers:
            raise wrong_role(identity.role)
        try:
            if folder is None:
                raise serving.NoSuchLeaf(f"{partition}:{sequence}")
            return json_response(serving.proof_of(folder, partition, sequence))
        except serving.NoSuchLeaf:
            raise _NOT_FOUND from None

    bundles.routes(app, runtime)
    app.add_api_route("/log/{log}/{path:path}", log_file, methods=["GET"], tags=["public"])
    app.add_api_route("/v1/proofs/{partition}/{sequence}", proof, methods=["GET"], tags=["transparency log"])
    app.add_api_route("/v1/certificates", certify, methods=["POST"], tags=["certificates"])
    app.add_api_route("/v1/keys", keys, methods=["GET"], tags=["certificates"])
