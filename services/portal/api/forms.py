"""Forms that issue commands: what each asks for, how its fields become a command's body; the services judge the rest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal

from services.eventlog.problems import FieldError, Problem

Kind = Literal["text", "area", "yuan", "whole", "date", "choice", "yes", "words", "lines", "fixed"]
Names = Mapping[str, tuple[str, str]]
_DECIMALS: Final = 2
_NUMBERS: Final = frozenset({"year", "file_no"})
# More digits than any amount, count or year has; what is longer is no number a service could keep.
DIGITS_MAX: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form. `choices` are codes with their names, or the name of a list that the page gives.

    ``yuan`` becomes whole fen, ``whole`` a number, ``yes`` a truth, ``words`` and ``lines`` lists; ``fixed`` is the page's.
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
    of_line: Callable[[str], Any] = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A command as people issue it: in which service, by which roles, with which fields, and what its button says."""

    command: str
    service: str
    zh: str
    en: str
    roles: frozenset[str]
    fields: tuple[Field, ...] = ()
    danger: bool = False

    @property
    def asks(self) -> tuple[Field, ...]:
        """The fields that a person fills in."""
        return tuple(field for field in self.fields if field.kind != "fixed")


def whole_of(text: str) -> int | None:
    """A whole number as people write it, with or without a sign; None for what is none, or too long to be meant."""
    plain = text.removeprefix("-")
    return int(text) if plain.isascii() and plain.isdigit() and len(plain) <= DIGITS_MAX else None


def fen_of(text: str) -> int | None:
    """Yuan as people write them (``1,234.5``) in whole fen; None for what is no such amount."""
    plain = text.replace(",", "").replace("，", "").strip()
    if len(plain) > DIGITS_MAX + _DECIMALS or "e" in plain.lower():
        return None
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount != round(amount, _DECIMALS):
        return None
    return int(amount * 100)


def body_of(form: Form, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The command's body from what was sent; a `Problem` with a pointer per field that cannot be read."""
    body: dict[str, Any] = {"command": form.command}
    errors: list[FieldError] = []
    for field in form.fields:
        text = str(sent.get(field.name, "")).strip()
        if field.kind == "yes":
            body[field.name] = text in ("yes", "on", "true")
        elif text:
            value = _value(field, text)
            if value is None:
                errors.append(_unreadable(field))
            else:
                body[field.name] = value
        elif field.required:
            errors.append(FieldError(pointer=f"/{field.name}", zh=f"须填写{field.zh}", en=f"{field.en} is missing"))
    if errors:
        raise Problem(
            status=422, code="form-incomplete", zh="有栏目未填或填写不对，请更正后重新提交", en="some fields are missing or wrong; correct them and send again",
            errors=tuple(errors),
        )  # fmt: skip
    return body


def _value(field: Field, text: str) -> Any:
    match field.kind:
        case "yuan":
            return fen_of(text)
        case "whole":
            return whole_of(text)
        case "fixed" if field.name in _NUMBERS:
            return whole_of(text)
        case "words":
            return [word for word in text.replace(",", " ").replace("，", " ").replace("、", " ").split() if word]
        case "lines":
            found = [_line(field, line.strip()) for line in text.splitlines() if line.strip()]
            return None if any(one is None for one in found) else found
        case _:
            return text


def _line(field: Field, line: str) -> Any:
    try:
        return field.of_line(line)
    except (ValueError, IndexError):
        return None


def _unreadable(field: Field) -> FieldError:
    zh, en = field.hint_zh or "格式不对", field.hint_en or "it cannot be read"
    return FieldError(pointer=f"/{field.name}", zh=f"{field.zh}：{zh}", en=f"{field.en}: {en}")


def by_command(forms: Sequence[Form]) -> dict[str, Form]:
    """Forms by their command."""
    return {form.command: form for form in forms}
