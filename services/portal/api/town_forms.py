"""What the forms of window, committees and town leaders share: reading them, sending a command once, showing what was refused."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response
from starlette.datastructures import FormData, UploadFile

from services.eventlog import listing
from services.eventlog.ids import uuid7
from services.eventlog.problems import FieldError, Problem
from services.portal.api.door import Door, Visitor, go
from services.portal.api.forms import fen_of, whole_of
from services.portal.api.town_words import words
from services.portal.asking import ServiceSaid

Row = dict[str, Any]
FILE_BYTES_MAX: Final = 8 * 1024 * 1024


def several(form: FormData, name: str) -> list[str]:
    """Every value ticked under a name, without empty ones."""
    return [value for value in form.getlist(name) if isinstance(value, str) and value]


def filled_in(fields: Mapping[str, Any]) -> Row:
    """The fields that have something in them: what is empty is not sent."""
    return {name: value for name, value in fields.items() if value not in ("", None)}


def whole(visitor: Visitor, name: str) -> int:
    """A whole number of a form; a problem that names the field otherwise."""
    found = whole_of(visitor.text(name))
    if found is None or found < 0:
        raise _field(name, "须为整数", "must be a whole number")
    return found


def fen(visitor: Visitor, name: str) -> int:
    """An amount in yuan, at most two decimals, as fen."""
    found = fen_of(visitor.text(name))
    if found is None or found < 0:
        raise _field(name, "须为金额（元），最多两位小数", "must be an amount in yuan, at most two decimals")
    return found


async def fingerprint(visitor: Visitor, name: str) -> str:
    """SHA-256 of the paper or photo that was chosen; the file itself stays with whoever has it. A problem when none was."""
    file = visitor.form.get(name)
    if not isinstance(file, UploadFile):
        raise _field(name, "请选择照片或扫描件", "choose a photo or scan")
    content = await file.read(FILE_BYTES_MAX + 1)
    if not content:
        raise _field(name, "请选择照片或扫描件", "choose a photo or scan")
    if len(content) > FILE_BYTES_MAX:
        raise _field(name, "文件超过 8 MB，请缩小后重试", "the file is larger than 8 MB")
    return hashlib.sha256(content).hexdigest()


def _field(name: str, zh: str, en: str) -> Problem:
    return Problem(
        status=422, code="form-invalid", zh=f"表单有误：{zh}", en=f"the form does not fit: {en}",
        errors=(FieldError(pointer=f"/{name}", zh=zh, en=en),),
    )  # fmt: skip


def new_command() -> str:
    """An id for the hidden field of a form: sent twice, it is decided once."""
    return str(uuid7())


def after(visitor: Visitor) -> str:
    """The command that the page must show, as the address names it after a form was taken."""
    return visitor.request.query_params.get("after", "")


async def today(door: Door) -> Any:
    """The day of the log's clock."""
    return await listing.today(door.runtime.pool)


async def send(visitor: Visitor, service: str, body: Mapping[str, Any], back: str) -> Response:
    """Issue the form's command in the visitor's name, once, and go on to where its result is shown."""
    told = await visitor.services.command(service, body, commandid=visitor.text("commandid"))
    mark = "&" if "?" in back else "?"
    seen = f"after={told['commandid']}&" if told["facts"] else ""  # what changed nothing is not waited for
    return go(f"{back}{mark}{seen}done={body['command']}", visitor)


def said(error: Exception) -> tuple[Problem, list[Row]]:
    """What a service or the form's own reading refused, for the box beside the form; anything else goes on."""
    if isinstance(error, ServiceSaid):
        return Problem(status=error.status, code=error.code, zh=error.zh, en=error.en), error.errors
    if isinstance(error, Problem):
        return error, [{"pointer": one.pointer, "detail": one.zh, "detail_en": one.en} for one in error.errors]
    raise error


def shown_words(visitor: Visitor) -> Any:
    """``w(kind, code)`` for templates: the code in the page's language."""
    return lambda kind, code: visitor.t(*words(kind, code))


def name_of(visitor: Visitor, actor: str) -> str:
    """Who an actor is, short: the part after the role, or that it is the visitor."""
    if actor == visitor.session.acts_as:
        return visitor.t("本人", "you")
    return actor.partition(":")[2] or actor
