"""Forms as data: what each asks for, and how what was sent becomes a command's body; the services judge the rest."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from starlette.datastructures import FormData, UploadFile

from services.contracts.deciding import CHINA
from services.eventlog.problems import FieldError, Problem

Kind = Literal[
    "text", "area", "yuan", "whole", "percent", "date", "month", "choice", "radio", "either", "yes", "words", "lines",
    "ticks", "people", "each", "file", "files", "content", "fixed",
]  # fmt: skip
Names = Mapping[str, tuple[str, str]]
Body = dict[str, Any]
Sent = Mapping[str, Any]
FILES_MAX: Final = 10
# As fields are written in HTML: somebody, and a number of whatever kind.
ACTOR: Final = "[a-z][a-z\\-]*:[A-Za-z0-9_\\-]+"
NUMBER: Final = "[A-Za-z0-9][A-Za-z0-9_\\-]{0,79}"
EITHER: Final[Names] = {"yes": ("同意", "granted"), "no": ("不同意", "not granted")}
_FILES: Final = ("file", "files", "content")
_YUAN: Final = re.compile(r"(-?[0-9]{1,13})(?:\.([0-9]{1,2}))?")
# What each kind of field takes, as its refusal says it.
_TAKES: Final[Names] = {
    "whole": ("应为整数，如 12", "a whole number, such as 12"),
    "yuan": ("应为金额（元），最多两位小数，如 350.50", "an amount in yuan with at most two decimals, such as 350.50"),
    "percent": ("应为百分数，最多一位小数，如 12.5", "a number of per cent with at most one decimal, such as 12.5"),
    "date": ("应为日期，如 2026-03-31", "a date, such as 2026-03-31"),
    "month": ("应为月份，如 2026-03", "a month, such as 2026-03"),
    "choice": ("请在所列选项中选择", "choose one of those listed"),
    "radio": ("请在所列选项中选择", "choose one of those listed"),
    "either": ("请在所列选项中选择", "choose one of those listed"),
}  # fmt: skip
_ANYTHING: Final = ("格式不对", "it cannot be read")
_SHORT: Final = ("text", "area", "words")
_PEOPLE_MOST: Final = (18, 60, 10)
_PERCENT: Final = re.compile(r"([0-9]{1,3})(?:\.([0-9]))?")


def _nothing(_: bytes) -> Body:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form. `choices` are codes with their names, or the name of a list that the page gives.

    ``yuan`` becomes whole fen, ``whole`` a number, ``percent`` thousandths, ``yes`` and ``either`` a truth; ``words``,
    ``lines`` and ``ticks`` lists; ``file`` and ``files`` the SHA-256 of what was chosen (the files stay where they are);
    ``each`` a number beside each of the choices, as `of_line` reads the choice's code and the number; who has none is left out;
    ``people`` rows of resident ID, name and relation, where required the applicant first; ``content`` what `of_file`
    reads from the file, under the names `gives`; ``fixed`` is the page's own value.
    `who`: the roles of those who may be named here, whose numbers are offered while one types.
    `start` stands in the field at first; of a date ``today``, which is then also its last day. A choice that is `unset`
    begins with none of its choices.
    """

    name: str
    zh: str = ""
    en: str = ""
    kind: Kind = "text"
    required: bool = True
    choices: Names | str = ""
    hint_zh: str = ""
    hint_en: str = ""
    pattern: str = ""
    most: int = 200
    start: str = ""
    unset: bool = False
    accept: str = ""
    who: str = ""
    of_line: Callable[[str], Any] = str
    of_file: Callable[[bytes], Body] = _nothing
    gives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A command as people issue it: in which service, by which roles, with which fields, and what its button says.

    `given`: what the page adds to the fields, such as the number of the case it stands on. `finish` makes the body of
    what was read where one answer decides whether another counts. `keeps_page`: a file or another tab answers, and the
    form stays as it is; so each sending is a command of its own.
    """

    command: str
    service: str
    zh: str
    en: str
    roles: frozenset[str]
    fields: tuple[Field, ...] = ()
    given: tuple[str, ...] = ()
    danger: bool = False
    finish: Callable[[Body], Body] = dict
    note_zh: str = ""
    note_en: str = ""
    keeps_page: bool = False

    @property
    def asks(self) -> tuple[Field, ...]:
        """The fields that a person fills in."""
        return tuple(field for field in self.fields if field.kind != "fixed")

    @property
    def has_files(self) -> bool:
        """Whether a file is asked for, so that the form is sent in parts."""
        return any(field.kind in _FILES for field in self.fields)


def field(name: str, zh: str, en: str, kind: Kind = "text", **rest: Any) -> Field:
    """A field as a row of a table of forms."""
    return Field(name=name, zh=zh, en=en, kind=kind, **rest)


def fixed(name: str, *, required: bool = True) -> Field:
    """A value that the page gives and nobody types."""
    return Field(name=name, kind="fixed", required=required)


def fen_of(text: str) -> int | None:
    """Yuan as people write them (``1,234.5``) in whole fen; None for what is no such amount."""
    found = _YUAN.fullmatch(text.replace(",", "").replace("，", "").strip())
    if found is None:
        return None
    whole, part = found.group(1), (found.group(2) or "").ljust(2, "0")
    fen = abs(int(whole)) * 100 + int(part)
    return -fen if whole.startswith("-") else fen


def whole_of(text: str) -> int | None:
    """A whole number as typed; None for what is none."""
    plain = text.removeprefix("-")
    return int(text) if plain.isascii() and plain.isdigit() and len(plain) < 16 else None


def instant_of(text: str) -> str:
    """What a browser's field of date and time says, in China's time; other text as it is."""
    if not text:
        return ""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (at if at.tzinfo else at.replace(tzinfo=CHINA)).isoformat()


def count_of(sent: Mapping[str, str], name: str) -> int:
    """A whole number of a form that is read by hand; a `Problem` that names the field otherwise."""
    found = whole_of(sent.get(name, "").strip())
    if found is None:
        raise field_problem(f"/{name}", "应为整数", "must be a whole number")
    return found


def permille_of(text: str) -> int | None:
    """A share in per cent with at most one decimal in thousandths; None for what is none."""
    found = _PERCENT.fullmatch(text.strip())
    return int(found.group(1)) * 10 + int(found.group(2) or 0) if found else None


def field_problem(pointer: str, zh: str, en: str) -> Problem:
    """A form with one field that does not fit."""
    return _incomplete([FieldError(pointer=pointer, zh=zh, en=en)])


def _incomplete(errors: Iterable[FieldError]) -> Problem:
    return Problem(
        status=422, code="form-incomplete", zh="有栏目未填或填写不对，请更正后重新提交", en="some fields are missing or wrong; correct them and send again",
        errors=tuple(errors),
    )  # fmt: skip


def several(sent: Sent, name: str) -> list[str]:
    """Every value that was ticked or typed under a name, without empty ones."""
    found = sent.getlist(name) if isinstance(sent, FormData) else [sent[name]] if name in sent else []
    return [one.strip() for one in found if isinstance(one, str) and one.strip()]


def people_of(sent: Sent, name: str, *, applicant_first: bool = True) -> list[dict[str, str]]:
    """The people typed in under a name, row by row; one without number and name is nobody. The first may be the applicant."""
    columns = [
        sent.getlist(f"{name}_{column}") if isinstance(sent, FormData) else [] for column in ("id", "name", "relation")
    ]
    rows = [tuple(str(cell).strip() for cell in row) for row in zip(*columns, strict=False)]
    given = [row for row in rows if row[0] or row[1]]
    return [
        {
            "resident_id": number.upper(),
            "name": called,
            "relation": relation or ("本人" if applicant_first and place == 0 else ""),
        }
        for place, (number, called, relation) in enumerate(given)
    ]


def each_of(sent: Sent, name: str) -> list[str]:
    """The codes of a list with the number that was typed beside each: ``officer:O001 T01 120``; without those that have none."""
    if not isinstance(sent, FormData):
        return []
    pairs = zip(sent.getlist(name), sent.getlist(f"{name}_count"), strict=False)
    return [f"{code} {count}" for code, typed in pairs if (count := str(typed).strip())]


async def files_of(sent: Sent, names: Iterable[str]) -> dict[str, list[bytes]]:
    """The content of the files that were chosen under each name; a `Problem` for too many (no body over 8 MiB comes here)."""
    found: dict[str, list[bytes]] = {}
    for name in names:
        chosen = sent.getlist(name) if isinstance(sent, FormData) else []
        contents = [await one.read() for one in chosen[: FILES_MAX + 1] if isinstance(one, UploadFile)]
        if len(contents) > FILES_MAX:
            raise field_problem(f"/{name}", f"最多 {FILES_MAX} 个文件", f"at most {FILES_MAX} files")
        found[name] = [one for one in contents if one]
    return found


async def filled_in(form: Form, sent: Sent) -> Body:
    """The command's body from a form as it was sent, files and all."""
    files = await files_of(sent, [field.name for field in form.fields if field.kind in _FILES])
    return body_of(form, sent, files)


def body_of(form: Form, sent: Sent, files: Mapping[str, Sequence[bytes]] | None = None) -> Body:
    """The command's body from what was sent; a `Problem` with a pointer per field that cannot be read.

    What is empty and need not be filled in is left out.
    """
    body: Body = {"command": form.command}
    errors: list[FieldError] = []
    for field in form.fields:
        try:
            body |= _read(field, sent, (files or {}).get(field.name, ()))
        except Problem as wrong:
            errors += wrong.errors
    if errors:
        raise _incomplete(errors)
    try:
        return form.finish(body)
    except (ValueError, KeyError):  # an answer that the page offers none of
        raise field_problem(
            "", "选项无效，请刷新页面后重新选择", "a choice is not one of the page; load it again"
        ) from None


def _read(field: Field, sent: Sent, files: Sequence[bytes]) -> Body:
    """What a field adds to the body."""
    if field.kind in _FILES:
        return _of_files(field, files)
    if field.kind == "ticks":
        return {field.name: _needed(field, several(sent, field.name))}
    if field.kind == "each":
        return {field.name: _read_value(field, each_of(sent, field.name))}
    if field.kind == "people":
        return {field.name: _people(field, people_of(sent, field.name, applicant_first=field.required))}
    text = str(sent.get(field.name, "")).strip()
    if field.kind == "yes":
        return {field.name: text in ("yes", "on", "true")}
    if not text:
        _needed(field, text)
        return {}
    return {field.name: _read_value(field, text)}


def _read_value(field: Field, typed: str | list[str]) -> Any:
    """What was typed as the field has it; a `Problem` for what is no such thing."""
    if isinstance(typed, str) and field.kind in _SHORT and len(typed) > field.most:
        raise _unfit(
            field,
            f"最多 {field.most} 个字，现有 {len(typed)} 个",
            f"at most {field.most} characters, these are {len(typed)}",
        )
    value = _value(field, typed) if isinstance(typed, str) else _lines(field, typed)
    if value is None:
        raise _unfit(field, *_TAKES.get(field.kind, (field.hint_zh or _ANYTHING[0], field.hint_en or _ANYTHING[1])))
    if field.pattern and isinstance(typed, str) and not re.fullmatch(field.pattern, typed):
        raise _unfit(field, *((field.hint_zh, field.hint_en) if field.hint_zh else _TAKES.get(field.kind, _ANYTHING)))
    return value


def _unfit(field: Field, zh: str, en: str) -> Problem:
    return field_problem(f"/{field.name}", f"{field.zh}：{zh}", f"{field.en}: {en}")


def _people(field: Field, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The people of a field, none of whose cells is longer than the page lets anybody type."""
    for row in _needed(field, rows):
        if any(len(cell) > most for cell, most in zip(row.values(), _PEOPLE_MOST, strict=True)):
            raise _unfit(
                field, "身份证号 18 位，姓名最多 60 个字，关系最多 10 个字",
                "a resident ID has 18 characters, a name at most 60, a relation at most 10",
            )  # fmt: skip
    return rows


def _needed(field: Field, value: Any) -> Any:
    if field.required and not value:
        zh, en = ("请选择文件", "choose a file") if field.kind in _FILES else ("须填写", "to be filled in")
        raise _unfit(field, zh, en)
    return value


def _of_files(field: Field, files: Sequence[bytes]) -> Body:
    if not _needed(field, list(files)):
        return {field.name: []} if field.kind == "files" else {}
    if field.kind == "content":
        return field.of_file(files[0])
    hashes = [hashlib.sha256(one).hexdigest() for one in files]
    return {field.name: hashes if field.kind == "files" else hashes[0]}


def _value(field: Field, text: str) -> Any:
    match field.kind:
        case "choice" | "radio" if isinstance(field.choices, Mapping) and text not in field.choices:
            return None
        case "yuan":
            return fen_of(text)
        case "whole":
            return whole_of(text)
        case "fixed" | "choice" if field.name in ("year", "quarter", "file_no"):
            return whole_of(text)
        case "percent":
            return permille_of(text)
        case "either":
            return text == "yes" if text in EITHER else None
        case "date" | "month":
            return text if _is_day(text if field.kind == "date" else f"{text}-01") else None
        case "area":
            return " ".join(text.split())
        case "words":
            return text.replace(",", " ").replace("，", " ").replace("、", " ").split()
        case "lines":
            return _lines(field, text.splitlines())
        case _:
            return text


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _lines(field: Field, lines: Iterable[str]) -> list[Any] | None:
    found = [_line(field, line.strip()) for line in lines if line.strip()]
    return None if any(one is None for one in found) else found


def _line(field: Field, line: str) -> Any:
    try:
        return field.of_line(line)
    except (ValueError, IndexError):
        return None


def by_command(forms: Iterable[Form]) -> dict[str, Form]:
    """Forms by their command."""
    return {form.command: form for form in forms}
