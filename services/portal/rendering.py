"""Turns a template and what it shows into a page: languages, amounts, days, versions of static files; asks nobody."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.contracts.deciding import CHINA
from services.contracts.money import Fen, yuan_text

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"
_RELATIONS: Final = {
    "本人": "applicant", "配偶": "spouse", "子女": "child", "父母": "parent", "孙子女": "grandchild", "兄弟姐妹": "brother or sister", "其他": "other",
}  # fmt: skip
LANGUAGES: Final = ("zh", "en")


def say(language: str, zh: str, en: str) -> str:
    """The sentence in the page's language."""
    return en if language == "en" else zh


def yuan(amount_fen: int | None) -> str:
    """An amount in fen as yuan with two decimals and thousands apart; a dash where there is none."""
    return "–" if amount_fen is None else yuan_text(Fen(amount_fen))


def hours(minutes: int) -> str:
    """Minutes as hours, with a decimal where they are no whole ones."""
    return f"{minutes / 60:.1f}".removesuffix(".0")


def relation(text: str) -> tuple[str, str]:
    """How a member is related to the applicant, as the window wrote it, in both languages; unusual words stay as they are."""
    called, nth, rest = text.partition("（")
    return text, f"{_RELATIONS.get(called, called)}{nth and ' ('}{rest.replace('）', ')')}"


def instant(value: str | datetime | None) -> str:
    """An instant as China's date and time to the minute."""
    if not value:
        return "–"
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def days_left(due_on: str | date, today: date) -> int:
    """Calendar days from today to the last day; negative when it has passed."""
    last = date.fromisoformat(due_on) if isinstance(due_on, str) else due_on
    return (last - today).days


def _static_versions() -> Mapping[str, str]:
    """Each static file's address with the start of its SHA-256, so that it may be kept for ever."""
    found = {}
    for path in STATIC.rglob("*"):
        if path.is_file():
            name = path.relative_to(STATIC).as_posix()
            found[name] = f"/static/{name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
    return found


class Pages:
    """All templates, ready to be filled."""

    def __init__(self, town_names: Mapping[str, str]) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True,
        )  # fmt: skip
        versions = _static_versions()
        self._environment.filters.update(yuan=yuan, instant=instant, relation=relation, hours=hours)
        self._environment.globals.update(static=lambda name: versions[name], days_left=days_left)
        self._environment.globals.update(town_name=lambda code: town_names.get(code, code))

    def filled(self, template: str, *, language: str, **shown: Any) -> str:
        """The page as HTML. In templates ``t(zh, en)`` is a sentence in the page's language."""
        t: Callable[[str, str], str] = lambda zh, en: say(language, zh, en)  # noqa: E731
        return self._environment.get_template(template).render(t=t, language=language, **shown)


def json_in_page(encoded: bytes) -> Markup:
    """JSON for a ``<script type="application/json">``: nothing in it can end the element."""
    text = encoded.decode().replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(text)
