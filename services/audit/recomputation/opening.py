"""Sealed inputs of a recomputation: opened in memory where somebody may, and told nobody; it opens nothing itself."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from services.audit.recomputation.difference import Unclear
from services.contracts.sealed import Clear, Personal, Sealed

# Gives ``=`` and the clear text of a sealed value by its place (type, subject); or ``erased``, or ``sealed`` when it cannot.
Open = Callable[[Sealed, str, str], str]


@dataclass(frozen=True, slots=True)
class Box:
    """A personal value as a fact holds it, and where."""

    value: Personal
    kind: str
    subject: str


@dataclass(slots=True)
class Opener:
    """Opens boxes with `open`, or none at all; `opened_count` is stated on the log. What is read never leaves a sum."""

    open: Open | None = None
    opened_count: int = 0
    _known: dict[str, str] = field(default_factory=dict)

    def text(self, box: Box) -> str:
        """The text in clear, with a leading ``=``; or why nobody can tell it."""
        value = box.value
        if isinstance(value, Clear):
            return f"={value.text}"
        if self.open is None:
            return "sealed"
        if value.at not in self._known:
            self._known[value.at] = self.open(value, box.kind, box.subject)
            self.opened_count += self._known[value.at].startswith("=")
        return self._known[value.at]

    def number(self, box: Box) -> int | Unclear:
        """A whole number that was sealed as decimal text."""
        text = self.text(box)
        return int(text[1:]) if text.startswith("=") else _why(text)

    def names(self, box: Box) -> tuple[str, ...] | Unclear:
        """A list of names that was sealed as JSON."""
        text = self.text(box)
        return tuple(json.loads(text[1:])) if text.startswith("=") else _why(text)


def _why(text: str) -> Unclear:
    return "erased" if text == "erased" else "sealed"
