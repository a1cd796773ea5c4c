"""The transparency log over HTTP: its files for anybody, proofs and stated checkpoints for auditors, the witness policy."""

from functools import partial
from typing import Any, Final

from fastapi import FastAPI, Request, Response

from services.audit import store
from services.audit.publishing import serving
from services.audit.publishing.standing import Publication
from services.audit.publishing.witnesses import witness_of
from services.eventlog.api.commands import outcome_body
from services.eventlog.api.runtime import Runtime, json_response, wrong_role
from services.eventlog.problems import Problem
from services.eventlog.settings import Settings

_NOT_FOUND: Final = partial(
    Problem,
    status=404,
    code="not-found",
    zh="透明日志中没有这个文件或记录（或尚未发布）",
    en="the transparency log has no such file or record, or has not published it yet",
)


def publication(settings: Settings) -> Publication | None:
    """What this installation publishes; None where the settings name no folder."""
    if settings.transparency is None:
        return None
    witnesses = tuple(witness_of(one).key for one in settings.witnesses)
    return Publication(settings.transparency, witnesses, settings.witnesses_wanted)


def routes(app: FastAPI, runtime: Runtime, auditors: frozenset[str], readers: frozenset[str]) -> None:
    """Put the routes of the transparency log beside the others."""
    published = publication(runtime.settings)

    async def log_file(log: str, path: str) -> Response:
        """A checkpoint, tile or bundle (C2SP tlog-tiles); hashes only, so that anybody may read them."""
        found = None if published is None else serving.public_file(published.folder, log, path)
        if found is None:
            raise _NOT_FOUND()
        data, media_type = found
        # A full tile never changes; a checkpoint does every second.
        kept = "public, max-age=31536000, immutable" if path != "checkpoint" and ".p/" not in path else "no-cache"
        return Response(data, media_type=media_type, headers={"cache-control": kept})

    async def proof(request: Request, partition: int, sequence: int) -> Response:
        """All that proves one record offline, by its place on the log."""
        _require(request, readers)
        try:
            if published is None:
                raise serving.NoSuchLeaf(f"{partition}:{sequence}")
            return json_response(serving.proof_of(published.folder, partition, sequence))
        except serving.NoSuchLeaf:
            raise _NOT_FOUND() from None

    async def transparency() -> Response:
        """Keys, checkpoints and cosignatures of just now, and whether the witness policy is met; for anybody."""
        if published is None or not published.folder.is_dir():
            raise _NOT_FOUND()
        return json_response({**vkeys(published), **published.document()})

    async def state(request: Request) -> Response:
        """State the root checkpoint of just now on the log, so that a plan, a seed or an attestation can refer to it."""
        identity = _require(request, auditors)
        command = None if published is None else published.stated(runtime.settings.log_topic)
        if command is None:
            raise _NOT_FOUND()
        outcome = await store.state_checkpoint(runtime, identity, command)
        return json_response({**outcome_body(outcome), "checkpoint": command.note, "cosigned_by": command.cosigned_by})

    def vkeys(found: Publication) -> dict[str, Any]:
        signer, name = store.checkpoint_signer(runtime.keyring), runtime.settings.log_name
        logs = sorted(path.name for path in found.folder.iterdir() if path.is_dir() and path.name[0] != ".")
        return {"vkeys": [signer.key(f"{name}/{one}").vkey for one in logs]}

    def _require(request: Request, roles: frozenset[str]) -> Any:
        identity = runtime.identify(request)
        if identity.role not in roles:
            raise wrong_role(identity.role)
        return identity

    app.add_api_route("/log/{log}/{path:path}", log_file, methods=["GET"], tags=["public"])
    app.add_api_route("/v1/transparency", transparency, methods=["GET"], tags=["public"])
    app.add_api_route("/v1/checkpoints", state, methods=["POST"], tags=["transparency log"])
    app.add_api_route("/v1/proofs/{partition}/{sequence}", proof, methods=["GET"], tags=["transparency log"])
