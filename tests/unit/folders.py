"""A folder in memory: facts as the log would hold them, personal fields sealed, and what was sealed beside them; for unit tests."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from html.parser import HTMLParser
from typing import Any

import msgspec

from services.contracts.deciding import CHINA, Model, Record
from services.contracts.envelope import Envelope
from services.contracts.folders import Held, KeptFact, held
from services.contracts.registry import Fact, kind_of
from services.contracts.sealed import Clear, Sealed


class Strongbox:
    """Seals as the edge does, by place; `clear` is what the keyring would open."""

    def __init__(self) -> None:
        self.clear: dict[str, str] = {}

    def seal(self, value: Any, at: str) -> Any:
        if isinstance(value, Clear):
            self.clear[at] = value.text
            return Sealed(person=value.person, group=value.group, at=at, box="")
        if isinstance(value, tuple):
            return tuple(self.seal(item, f"{at}/{i}") for i, item in enumerate(value))
        if isinstance(value, msgspec.Struct):
            names = value.__struct_fields__
            return msgspec.structs.replace(value, **{n: self.seal(getattr(value, n), f"{at}/{n}") for n in names})
        return value


def record(subject: str, fact: Fact, on: date, place: int, actor: str = "bureau:B01") -> Record:
    instant = datetime.combine(on, time(10), CHINA).astimezone(UTC)
    envelope = Envelope(
        specversion="1.0", sequence=place, prevhash="", id=f"e{place}", source="", type=kind_of(type(fact)),
        subject=subject, time=instant, recordedtime=instant, stream="", streamversion=place, commandid="",
        commandhash="", correlationid="", actor=actor, data=msgspec.Raw(b"{}"),
    )  # fmt: skip
    return Record(partition=0, hash=b"", envelope=envelope, fact=fact)


def folded(model: Model[KeptFact], records: Iterable[Record]) -> tuple[Held[Fact], ...]:
    """What the read model keeps of records, read back in the order of its keys."""
    rows: dict[str, KeptFact] = {}
    for one in records:
        if isinstance(one.fact, model.listens):
            for key in model.keys(one):
                kept = model.evolve(rows.get(key), one, key)
                assert kept is not None
                rows[key] = kept
    return held(rows[key] for key in sorted(rows))


class Markup(HTMLParser):
    """The tags of a page, its attributes' names, and its text without the style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.said: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.said).split())


# All that a page is made of; anything else came in with what was typed.
TAGS = {
    "html", "head", "meta", "title", "style", "body", "section", "h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "span",
    "ol", "li", "div", "br",
}  # fmt: skip
SPOILED = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'&"


def spoiled(value: Any, keep: Callable[[str], bool] = lambda _: False) -> Any:
    """A fact with markup in every text, but in fields that `keep` names."""
    if isinstance(value, Sealed | date) or not isinstance(value, msgspec.Struct | tuple | str):
        return value
    if isinstance(value, str):
        return value + SPOILED
    if isinstance(value, tuple):
        return tuple(spoiled(item, keep) for item in value)
    changed = {n: spoiled(getattr(value, n), keep) for n in value.__struct_fields__ if not keep(n)}
    return msgspec.structs.replace(value, **changed)
