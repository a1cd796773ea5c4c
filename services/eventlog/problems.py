"""Errors as people and programs read them: RFC 9457 problem details in Chinese and English; raises and sends nothing."""

import re
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import msgspec

MEDIA_TYPE: Final = "application/problem+json"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One field that is wrong: a JSON pointer into the request, and what is wrong with it."""

    pointer: str
    zh: str
    en: str


@dataclass(slots=True, kw_only=True)
class Problem(Exception):
    """A refusal with an HTTP status, a stable code, and sentences in both languages."""

    status: int
    code: str
    zh: str
    en: str
    errors: tuple[FieldError, ...] = ()
    retry_after_seconds: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def document(self, instance: str) -> bytes:
        """The problem document; `type` is a path of our own documentation."""
        body: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": self.zh,
            "title_en": self.en,
            "status": self.status,
            "code": self.code,
            "instance": instance,
            **self.extra,
        }
        if self.errors:
            body["errors"] = [{"pointer": e.pointer, "detail": e.zh, "detail_en": e.en} for e in self.errors]
        return msgspec.json.encode(body)


def decoded(decoder: msgspec.json.Decoder[T], raw: bytes, *, under: str = "") -> T:
    """A request body as its type; a `Problem` with pointers below `under` for anything else."""
    if b"\\u0000" in raw:  # PostgreSQL's text and jsonb cannot hold it, and no text for people does
        raise _invalid(FieldError(pointer=under, zh="不得含有空字符", en="may hold no NUL character"))
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise _invalid(_field_error(str(error), under)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Problem(
            status=400,
            code="body-not-json",
            zh="请求内容不是完整的 JSON，请检查是否被截断",
            en="the body is no complete JSON; was it cut off?",
        ) from None


def _invalid(*errors: FieldError) -> Problem:
    return Problem(
        status=422,
        code="body-invalid",
        zh="请求内容不符合要求，请按 errors 所列逐项更正",
        en="the request does not fit; correct what errors lists",
        errors=errors,
    )


# How msgspec says what is wrong. Only what is listed here is passed on: other messages may repeat what was sent.
_PLACE: Final = re.compile(r" - at `\$(?P<path>[^`]*)`\Z")
_MISSING: Final = re.compile(r"Object missing required field `([^`]*)`")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_PLAIN_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_SAID: Final = (
    (re.compile(r"Expected `([^`]*)`, got `([^`]*)`"), "应为 {0}，收到的是 {1}", "must be {0}, got {1}"),
    (re.compile(r"Expected `str` matching regex '(.*)'"), "格式应为 {0}", "must match {0}"),
    (re.compile(r"Expected `(?:str|array|object)` of length (>=|<=|==) (\d+)"), "长度应 {0} {1}", "length must be {0} {1}"),
    (re.compile(r"Expected `(?:int|float)` (>=|<=|>|<) (-?\d+)"), "应 {0} {1}", "must be {0} {1}"),
    (re.compile(r"Expected `datetime` with a timezone component"), "时间须带时区", "must have a time zone"),
    (re.compile(r"Invalid RFC3339 encoded (datetime|date|time)"), "应为 RFC 3339 的 {0}", "must be an RFC 3339 {0}"),
    (re.compile(r"Invalid UUID"), "应为 UUID", "must be a UUID"),
    (re.compile(r"Invalid (?:enum )?value .*", re.DOTALL), "不在允许的取值之内", "is none of the values allowed"),
)  # fmt: skip


def _field_error(message: str, under: str) -> FieldError:
    place = _PLACE.search(message)
    pointer = under + _pointer(place["path"] if place else "")
    what = message[: place.start()] if place else message
    if missing := _MISSING.fullmatch(what):
        return FieldError(pointer=f"{pointer}/{missing[1]}", zh="缺少该字段", en="is missing")
    if unknown := _UNKNOWN.fullmatch(what):
        name = unknown[1] if _PLAIN_NAME.fullmatch(unknown[1]) else "…"
        return FieldError(pointer=f"{pointer}/{name}", zh="未知的字段", en="is no field here")
    for pattern, zh, en in _SAID:
        if said := pattern.fullmatch(what):
            return FieldError(pointer=pointer, zh=zh.format(*said.groups()), en=en.format(*said.groups()))
    return FieldError(pointer=pointer, zh="取值不符合要求", en="does not fit")


def _pointer(path: str) -> str:
    """msgspec's ``.a[0].b`` as the JSON pointer ``/a/0/b``."""
    return path.replace("[", "/").replace("]", "").replace(".", "/")
