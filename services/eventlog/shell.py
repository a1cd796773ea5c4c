"""The outermost layer of every HTTP process: body limit, trace id, access log, closed headers, and a problem for whatever goes wrong."""

import logging
import re
import time
from collections.abc import Iterable
from functools import partial
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.eventlog.auth import NotAuthenticated
from services.eventlog.deciding import LogClosed, Overloaded
from services.eventlog.ids import new_traceparent
from services.eventlog.keyring import Erased
from services.eventlog.logs import TRACE
from services.eventlog.postgres import UNAVAILABLE
from services.eventlog.problems import MEDIA_TYPE, FieldError, Problem
from services.eventlog.seeing import asked_by, read_for

log = logging.getLogger(__name__)

BODY_BYTES_MAX: Final = 8 * 1024 * 1024
# W3C Trace Context; anything else a client sends is dropped, for it would stand in clear on the log.
_TRACEPARENT: Final = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
# What every response says to a browser unless it says otherwise: it runs nothing, stands in no frame, is guessed to be
# nothing else, tells no other site where one was, and is kept nowhere.
CLOSED_HEADERS: Final = {
    b"content-security-policy": b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"cache-control": b"no-store",
}
_BODY_TOO_LARGE: Final = partial(
    Problem,
    status=413,
    code="body-too-large",
    zh=f"请求超过 {BODY_BYTES_MAX // 1024**2} MiB，请分批提交",
    en=f"the body is over {BODY_BYTES_MAX // 1024**2} MiB; send smaller batches",
)


class Shell:
    """ASGI middleware around a whole app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        trace = TRACE.set(traceparent_of(headers.get(b"traceparent", b"").decode("latin-1")))
        started, status = time.perf_counter(), 0

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": closed(message.get("headers", ()))}
            await send(message)

        try:
            if int(headers.get(b"content-length", b"0")) > BODY_BYTES_MAX:
                raise _BODY_TOO_LARGE()
            with read_for(asked_by(scope["method"])):
                await self._app(scope, _limited(receive), note_status)
        except Exception as error:
            problem = problem_of(error)
            if status:
                raise
            await problem_response(problem, scope["path"])(scope, receive, note_status)
        finally:
            if scope["path"].startswith("/v1/"):
                milliseconds = round((time.perf_counter() - started) * 1000, 1)
                route = getattr(scope.get("route"), "path", "")
                log.info(
                    "request", extra={"method": scope["method"], "route": route, "status": status, "ms": milliseconds}
                )
            TRACE.reset(trace)


def closed(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """A response's headers with `CLOSED_HEADERS` in the place of those it does not have itself."""
    said = list(headers)
    own = {name.lower() for name, _ in said}
    return [*said, *((name, value) for name, value in CLOSED_HEADERS.items() if name not in own)]


def traceparent_of(text: str) -> str:
    """The client's trace context when it is one, else a fresh one."""
    return text if _TRACEPARENT.fullmatch(text) else new_traceparent()


def _limited(receive: Receive) -> Receive:
    """`receive` that refuses a body over the limit as soon as it is seen (chunked: no length is announced)."""
    size_bytes = 0

    async def limited() -> Message:
        nonlocal size_bytes
        message = await receive()
        size_bytes += len(message.get("body", b""))
        if size_bytes > BODY_BYTES_MAX:
            raise _BODY_TOO_LARGE()
        return message

    return limited


def problem_of(error: Exception) -> Problem:
    """What a client is told about an exception; bugs are logged here and told apart only by their trace id."""
    match error:
        case Problem():
            return error
        case NotAuthenticated():
            return Problem(status=401, code=error.code, zh=error.zh, en=error.en)
        case LogClosed():
            return Problem(
                status=503, code=f"log-{error.code}", zh=f"系统暂停受理：{error.zh}", en=f"closed: {error.en}",
                retry_after_seconds=5,
            )  # fmt: skip
        case Overloaded():
            return Problem(
                status=503, code="busy", zh="系统繁忙，请稍后用同一编号重试", en="busy; retry with the same id",
                retry_after_seconds=1,
            )  # fmt: skip
        case Erased():
            return Problem(status=410, code="erased", zh="该信息已依法删除", en="this was erased")
        case ClientDisconnect():
            return Problem(status=400, code="body-incomplete", zh="请求未传完即断开", en="the request broke off")
        case HTTPException():
            return _routing_problem(error.status_code)
        case RequestValidationError():
            return _parameter_problem(error)
    if isinstance(error, UNAVAILABLE):
        return Problem(
            status=503, code="store-away", zh="数据库暂不可用，请用同一编号重试", en="a store is away; retry with the same id",
            retry_after_seconds=2,
        )  # fmt: skip
    return internal_problem(error)


def internal_problem(error: Exception) -> Problem:
    """A bug: logged, and told to the client only by the trace id under which it stands in the log."""
    log.error("a request raised", exc_info=error)
    return Problem(
        status=500,
        code="internal",
        zh="系统内部错误，已记录；请把跟踪号告诉管理员",
        en="an internal error was logged; tell the operator this trace id",
        extra={"trace": TRACE.get() or ""},
    )


def _routing_problem(status: int) -> Problem:
    if status == 405:
        return Problem(status=405, code="method-not-allowed", zh="该地址不支持此方法", en="not by this method")
    return Problem(status=status, code="no-such-address", zh="没有这个地址", en="there is no such address")


def _parameter_problem(error: RequestValidationError) -> Problem:
    """Query parameters that do not fit, by name; what was sent is not repeated."""
    places = dict.fromkeys("/".join(map(str, one["loc"])) for one in error.errors())
    return Problem(
        status=422,
        code="parameter-invalid",
        zh="查询参数不符合要求",
        en="a query parameter does not fit",
        errors=tuple(FieldError(pointer=f"/{place}", zh="此处不符合要求", en="does not fit") for place in places),
    )


def problem_response(problem: Problem, path: str) -> Response:
    """The response of a problem."""
    headers = {"retry-after": str(problem.retry_after_seconds)} if problem.retry_after_seconds is not None else None
    return Response(problem.document(path), status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def add_shell(app: FastAPI) -> None:
    """Put the shell around an app, and problems in the place of the framework's own answers."""

    async def told(request: Request, error: Exception) -> Response:
        return problem_response(problem_of(error), request.url.path)

    app.add_exception_handler(HTTPException, told)
    app.add_exception_handler(RequestValidationError, told)
    app.add_middleware(Shell)
