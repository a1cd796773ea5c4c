"""The door of inspection bundles: made for auditors and inspectors, stated on the log, then handed out."""

import asyncio
import functools
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import IO, Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from services.audit.bundling import archive, building, gathering, published
from services.audit.bundling.published import LogFiles
from services.audit.bundling.scope import Scope
from services.audit.domain import IssueBundle
from services.audit.domain.bundle import RECEIVERS
from services.audit.publishing.files import bundle_reader, tile_reader
from services.contracts.codec import decoder_of
from services.eventlog import metrics
from services.eventlog.api.commands import idempotency_key, refused
from services.eventlog.api.runtime import Runtime, wrong_role
from services.eventlog.deciding import Incoming, Outcome
from services.eventlog.logs import TRACE
from services.eventlog.problems import FieldError, Problem, decoded
from services.eventlog.reading import KAFKA_AWAY, LogUnreadable

MEDIA_TYPE: Final = "application/zip"
CHUNK_BYTES: Final = 256 * 1024
_CACHED_TILES: Final = 4_096
_BUSY: Final = partial(
    Problem,
    status=503, code="busy", zh="正在制作另一个检查包，请稍后重试", en="another bundle is being made; try again",
    retry_after_seconds=10,
)  # fmt: skip
_AWAY: Final = partial(
    Problem,
    status=503, code="store-away", zh="Kafka 暂不可用，请稍后重试", en="Kafka is away; try again", retry_after_seconds=2
)  # fmt: skip
_scope: Final = decoder_of(Scope)


def published_files(folder: Path) -> dict[str, LogFiles]:
    """The logs in the folder of the transparency log, by name, ready to be read for a bundle."""
    if not folder.is_dir():
        return {}
    return {
        place.name: LogFiles(
            folder=place,
            tile=functools.lru_cache(_CACHED_TILES)(tile_reader(place)),
            entries=bundle_reader(place),
        )
        for place in sorted(folder.iterdir())
        if place.name == published.ROOT or place.name.isdigit()
    }


def routes(app: FastAPI, runtime: Runtime) -> None:
    """Put the route of bundles beside audit's others."""
    making = asyncio.Semaphore(1)

    async def issue(request: Request) -> Response:
        """An inspection bundle (zip) of ``{"kind": whole|findings|town|subject, "of": …}``, stated as handed out before it is."""
        identity = runtime.identify(request)
        if identity.role not in RECEIVERS or identity.town is not None:
            raise wrong_role(identity.role)
        scope, key = decoded(_scope, await request.body() or b"{}"), idempotency_key(request)
        if not scope.fits:
            raise Problem(
                status=422, code="body-invalid", zh="请求内容不符合要求，请按 errors 所列逐项更正", en="the request does not fit",
                errors=(FieldError(pointer="/of", zh="镇街须给出代码，主体须给出“类别:编号”，其他范围为空", en="a town's code, kind:id, or empty"),),
            )  # fmt: skip
        if runtime.settings.transparency is None:
            raise _problem(503, "not-published-yet", published.NothingPublished())
        if making.locked():
            raise _BUSY()
        async with making:
            # On the disk of the transparency log: a whole log may be more than the memory that /tmp is made of.
            folder = Path(tempfile.mkdtemp(prefix=".bundle-", dir=runtime.settings.transparency))
            try:
                made = await _made(runtime, scope, folder / "bundle.zip")
                incoming = Incoming(
                    commandid=key, command=_stated(scope, made), actor=identity.actor, role=identity.role, town=identity.town,
                    traceparent=TRACE.get(),
                )  # fmt: skip
                outcome = await runtime.decider.submit(incoming)
                if outcome.status != "accepted":
                    raise refused(outcome)
                metrics.BUNDLES.labels("issued").inc()
                file = (folder / "bundle.zip").open("rb")
            finally:
                # What is open can still be read; nothing is left behind, however the answer ends.
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        return _handed_out(file, made, outcome)

    app.add_api_route("/v1/bundles", issue, methods=["POST"], tags=["inspection bundles"])


def _stated(scope: Scope, made: building.Made) -> IssueBundle:
    return IssueBundle(
        scope=scope.kind, scope_of=scope.of, sha256=made.sha256, size_bytes=made.size_bytes, record_count=made.records,
        root_origin=made.root_origin, root_leaf_count=made.root_size, root_hash=made.root_hash,
    )  # fmt: skip


async def _made(runtime: Runtime, scope: Scope, out: Path) -> building.Made:
    """The bundle in a file; a problem that says why where there can be none now."""
    settings, begun = runtime.settings, time.perf_counter()
    keys = gathering.keys_of(settings, runtime.keyring)
    assert settings.transparency is not None, "the door has looked"
    try:
        files = functools.partial(published_files, settings.transparency)
        made = await gathering.make_bundle(settings, keys, files, scope, out)
    except KAFKA_AWAY as away:
        raise _AWAY() from away
    except (published.NothingPublished, building.NotCovered) as early:
        raise _problem(503, "not-published-yet", early, retry_after_seconds=2) from early
    except (building.RecordDiffers, published.TilesMissing, LogUnreadable) as differs:
        metrics.BUNDLES.labels("refused").inc()
        raise _problem(409, "log-differs", differs) from differs
    except archive.BundleTooLarge as large:
        metrics.BUNDLES.labels("refused").inc()
        raise _problem(413, "bundle-too-large", large) from large
    metrics.BUNDLE_SECONDS.observe(time.perf_counter() - begun)
    return made


def _problem(status: int, code: str, error: Exception, *, retry_after_seconds: int | None = None) -> Problem:
    zh, _, en = str(error).partition("；")
    return Problem(status=status, code=code, zh=zh, en=en, retry_after_seconds=retry_after_seconds)


def _handed_out(file: IO[bytes], made: building.Made, outcome: Outcome) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        with file:
            while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
                yield chunk

    number = outcome.subject.partition(":")[2]
    headers = {
        "content-length": str(made.size_bytes),
        "content-disposition": f'attachment; filename="{number}.zip"',
        "cache-control": "no-store",
        "jiuzhu-sha256": made.sha256,
        "jiuzhu-bundle": number,
        "jiuzhu-commandid": str(outcome.commandid),
    }
    return StreamingResponse(chunks(), media_type=MEDIA_TYPE, headers=headers)
