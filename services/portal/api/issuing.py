"""Forms of the bureau's pages: read what was typed, issue a command once, and read on behind it; decides nothing."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import UploadFile

from services.eventlog.ids import uuid7
from services.eventlog.problems import FieldError, Problem
from services.portal.api.door import Visitor
from services.portal.api.forms import fen_of, whole_of
from services.portal.asking import ServiceSaid

UPLOAD_BYTES_MAX: Final = 10 * 1024 * 1024
COMMAND: Final = "command_id"
DONE: Final = "done"


def new_command() -> str:
    """An id for the form that is about to be shown: sent twice, it is decided once."""
    return str(uuid7())


class Typed(dict[str, str]):
    """What was typed in a form by the names of its fields; empty where nothing was."""

    def __missing__(self, name: str) -> str:
        return ""


def typed(visitor: Visitor) -> Typed:
    """What was typed, to be shown again beside a problem."""
    return Typed({name: value for name, value in visitor.form.items() if isinstance(value, str)})


async def fresh(visitor: Visitor, service: str, path: str, **parameters: Any) -> Any:
    """A query behind the command that was done just now; as it stands where that is not visible in time."""
    after = visitor.request.query_params.get(DONE, "")
    try:
        return await visitor.services.get(service, path, after=after, **parameters)
    except ServiceSaid as said:
        if not after or said.code not in ("not-visible-yet", "parameter-invalid"):
            raise
        return await visitor.services.get(service, path, **parameters)


async def page_of(visitor: Visitor, service: str, path: str, *, after: str = "", **parameters: Any) -> Any:
    """A page of a model from the place `after` on."""
    return await visitor.services.get(service, path, following=after, **parameters)


async def issue(visitor: Visitor, service: str, **body: Any) -> str:
    """Issue the form's command; its id, behind which the next page reads."""
    command_id = visitor.text(COMMAND) or new_command()
    await visitor.services.command(service, body, commandid=command_id)
    return command_id


def fen(text: str, pointer: str) -> int:
    """Yuan as typed (thousands apart or not, at most two decimals) in fen."""
    found = fen_of(text)
    if found is None or found < 0:
        raise field_problem(pointer, "金额应为元，最多两位小数", "an amount in yuan with at most two decimals")
    return found


def count(text: str, pointer: str) -> int:
    """A whole number as typed."""
    found = whole_of(text)
    if found is None or found < 0:
        raise field_problem(pointer, "应为整数", "must be a whole number")
    return found


def field_problem(pointer: str, zh: str, en: str) -> Problem:
    """A form with one field that does not fit."""
    return Problem(
        status=422, code="form-invalid", zh="表单有一处不符合要求", en="a field of the form does not fit",
        errors=(FieldError(pointer=pointer, zh=zh, en=en),),
    )  # fmt: skip


async def uploaded(visitor: Visitor, name: str) -> bytes:
    """The content of a file that was chosen; a problem where none was, or one that is too big."""
    found = visitor.form.get(name)
    raw = await found.read(UPLOAD_BYTES_MAX + 1) if isinstance(found, UploadFile) else b""
    if not raw:
        raise field_problem(f"/{name}", "请选择文件", "choose a file")
    if len(raw) > UPLOAD_BYTES_MAX:
        raise field_problem(f"/{name}", "文件不得超过 10 MB", "a file of at most 10 MB")
    return raw


async def sha256_of(visitor: Visitor, name: str) -> str:
    """The SHA-256 of a paper: the file itself stays in the office's archive, its hash goes on the log."""
    return hashlib.sha256(await uploaded(visitor, name)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a form was not taken, to be shown beside it."""

    status: int
    code: str
    zh: str
    en: str
    errors: list[dict[str, Any]]


def refusal(error: ServiceSaid | Problem) -> Refusal:
    """What a service, or the form itself, objected to. One that does not answer is no objection: it is raised on."""
    if isinstance(error, ServiceSaid):
        return Refusal(status=error.status, code=error.code, zh=error.zh, en=error.en, errors=error.errors)
    if error.status >= 500:
        raise error
    errors = [{"pointer": one.pointer, "detail": one.zh, "detail_en": one.en} for one in error.errors]
    return Refusal(status=error.status, code=error.code, zh=error.zh, en=error.en, errors=errors)
